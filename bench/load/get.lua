-- The same GET again and again.
dofile(os.getenv("BENCH_REPORT"))
