"""`log-metric`: many clients that log one metric a call."""

from __future__ import annotations

from harness import environment, tracking
from harness.load import Load, burst
from harness.report import Result, median
from harness.rows import load_table
from harness.settings import Settings
from harness.workspace import workspace

WHAT = "one metric a call, 64 clients, against mlflow server on SQLite"
CLIENTS = 64
THREADS = 4
RUNS = 8


def work(tracker: tracking.Tracker, seconds: float) -> Load:
    runs = tracker.runs(RUNS)
    load = burst(tracker.served, f"{tracking.API}/runs/log-metric", "log_metric.lua", CLIENTS, seconds, THREADS, runs=" ".join(runs))
    if not load.failed:
        stored = sum(tracker.points(run, f"loss_{thread:03d}") for run in runs for thread in range(THREADS))
        tracking.check_stored(tracker.served.label, load.answered, stored, CLIENTS)
    return load


def run(settings: Settings) -> Result:
    with workspace(settings) as folder:
        where = environment.record(folder)
        peer, tried = tracking.best_peer(work, settings, folder)
        ours, theirs = tracking.take_turns(work, settings, folder, peer)
    martlet, best = median([load.per_second for load in ours]), median([load.per_second for load in theirs])
    return Result(
        name="log-metric",
        what=WHAT,
        unit="calls/s",
        martlet=martlet,
        peer=best,
        ratio=martlet / best,
        target=100,
        environment=where,
        table=load_table("calls/s", [("martlet server", ours), (f"mlflow server, {peer.label()}", theirs)]),
        settings={"clients": CLIENTS, "runs": RUNS, "peer": peer.label()},
        more={"martlet_rounds": [load.record() for load in ours], "peer_rounds": [load.record() for load in theirs], "peer_tried": tried},
    )
