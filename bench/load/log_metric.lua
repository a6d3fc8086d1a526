-- One metric a call; the connections of a thread take its runs in turn.
dofile(os.getenv("BENCH_REPORT"))
local threads = 0

function setup(thread)
    thread:set("place", threads)
    threads = threads + 1
end

function init(arguments)
    runs = {}
    for run in os.getenv("BENCH_RUNS"):gmatch("%S+") do runs[#runs + 1] = run end
    step = 0
    -- Each thread has keys of its own, so that no two calls say the same.
    key = string.format("loss_%03d", place)
    headers = {["Content-Type"] = "application/json"}
    math.randomseed(place + 1)
end

function request()
    step = step + 1
    local body = string.format(
        '{"run_id": "%s", "key": "%s", "value": %.15g, "timestamp": %.0f, "step": %d}',
        runs[step % #runs + 1], key, math.random(), 1700000000000 + step * 1000, step
    )
    return wrk.format("POST", nil, headers, body)
end
