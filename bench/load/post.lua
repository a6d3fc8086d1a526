-- The same JSON body again and again.
dofile(os.getenv("BENCH_REPORT"))
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("BENCH_BODY")
