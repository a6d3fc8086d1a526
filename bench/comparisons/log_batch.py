"""`log-batch`: training loops that log 100 metrics a step."""

from __future__ import annotations

from harness import environment, tracking
from harness.bare import BareSQLite
from harness.load import Load, burst
from harness.report import Result, median
from harness.rows import load_table
from harness.settings import Settings
from harness.workspace import workspace

WHAT = "100 metrics a batch, 8 clients, against mlflow server on SQLite and against bare inserts of the same rows"
CLIENTS = 8
METRICS = 100


def work(tracker: tracking.Tracker, seconds: float) -> Load:
    """Eight clients, each with a run of its own; afterwards every acknowledged batch must be there."""
    runs = tracker.runs(CLIENTS)
    load = burst(tracker.served, f"{tracking.API}/runs/log-batch", "log_batch.lua", CLIENTS, seconds, CLIENTS, runs=" ".join(runs), metrics=str(METRICS))
    if load.failed:
        return load
    label = tracker.served.label
    for metric in (0, METRICS // 2, METRICS - 1):
        stored = sum(tracker.points(run, f"train/metric_{metric:03d}") for run in runs)
        tracking.check_stored(label, load.answered, stored, CLIENTS)
    for run in runs:
        # All metrics of a batch stand or fall together, so that each has the same latest step.
        latest = tracker.latest(run)
        tracking.require(len(latest) == METRICS and len(set(latest.values())) == 1, f"{label} stored a part of a batch in run {run}")
    return load


def run(settings: Settings) -> Result:
    with workspace(settings) as folder:
        where = environment.record(folder)
        peer, tried = tracking.best_peer(work, settings, folder)
        bare: dict[int, list[float]] = {1: [], CLIENTS: []}
        stores: dict[int, BareSQLite] = {}

        def between(data):
            for group, rates in bare.items():
                if group not in stores:
                    stores[group] = BareSQLite(folder / f"bare-{group}.db", data, group)
                rates.append(stores[group].batches_per_second(METRICS, settings.seconds))

        try:
            ours, theirs = tracking.take_turns(work, settings, folder, peer, between)
        finally:
            for store in stores.values():
                store.close()
    martlet, best = median([load.per_second for load in ours]), median([load.per_second for load in theirs])
    rows = load_table("batches/s", [("martlet server", ours), (f"mlflow server, {peer.label()}", theirs)])
    alone, grouped = median(bare[1]), median(bare[CLIENTS])
    rows.append(["bare SQLite, 1 batch a transaction", f"{alone:,.0f}"] + ["–"] * (len(rows[0]) - 2))
    rows.append([f"bare SQLite, {CLIENTS} batches a transaction", f"{grouped:,.0f}"] + ["–"] * (len(rows[0]) - 2))
    return Result(
        name="log-batch",
        what=WHAT,
        unit="batches/s",
        martlet=martlet,
        peer=best,
        ratio=martlet / best,
        target=50,
        environment=where,
        table=rows,
        settings={"clients": CLIENTS, "metrics": METRICS, "peer": peer.label()},
        more={
            "martlet_rounds": [load.record() for load in ours],
            "peer_rounds": [load.record() for load in theirs],
            "peer_tried": tried,
            "bare_sqlite": {"1": bare[1], str(CLIENTS): bare[CLIENTS]},
            "share_of_bare_sqlite": martlet / grouped,
            "share_of_bare_sqlite_wanted": 0.7,
        },
        notes=[
            f"{martlet / grouped:.0%} of bare SQLite with {CLIENTS} batches a transaction (wanted: 70 %), {martlet / alone:.0%} of one batch a transaction",
            "bare SQLite: Martlet's own tables, WAL, synchronous=FULL, prepared statements, one thread; no HTTP and no JSON",
        ],
    )
