-- One client a thread, each with a run of its own: a batch holds the next step of 100 metrics.
dofile(os.getenv("BENCH_REPORT"))
local threads = 0

function setup(thread)
    thread:set("place", threads)
    threads = threads + 1
end

function init(arguments)
    local runs = {}
    for run in os.getenv("BENCH_RUNS"):gmatch("%S+") do runs[#runs + 1] = run end
    local run = runs[place % #runs + 1]
    local metrics = {}
    math.randomseed(place + 1)
    for key = 0, tonumber(os.getenv("BENCH_METRICS")) - 1 do
        metrics[#metrics + 1] = string.format(
            '{"key": "train/metric_%03d", "value": %.15g, "timestamp": TIME, "step": STEP}', key, math.random()
        )
    end
    body = '{"run_id": "' .. run .. '", "metrics": [' .. table.concat(metrics, ", ") .. ']}'
    step = 0
    headers = {["Content-Type"] = "application/json"}
end

function request()
    step = step + 1
    local values = {STEP = tostring(step), TIME = string.format("%.0f", 1700000000000 + step * 1000)}
    return wrk.format("POST", nil, headers, (body:gsub("%u+", values)))
end
