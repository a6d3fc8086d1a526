"""What the same rows cost in bare SQLite: no server, no protocol, only the statements and the syncs."""

from __future__ import annotations

import pathlib
import random
import sqlite3
import time

from harness.failure import require

TABLES = ("metric_points", "latest_metrics")
POINT = "INSERT INTO metric_points (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
LATEST = """
INSERT INTO latest_metrics (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, timestamp = excluded.timestamp, value = excluded.value, is_nan = excluded.is_nan
WHERE (excluded.step, excluded.timestamp, excluded.value) > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
"""


class BareSQLite:
    """Martlet's own tables of metrics in a database of their own, WAL with `synchronous = FULL` as Martlet has it."""

    def __init__(self, path: pathlib.Path, server_data: pathlib.Path, group: int):
        self.group = group
        self.run = 0
        #: A run is written by one client: as many runs as batches that share a transaction, as clients of a server would.
        source = sqlite3.connect(f"file:{server_data / 'martlet.db'}?mode=ro", uri=True)
        schema = source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name IN (?, ?) AND sql IS NOT NULL ORDER BY type DESC", TABLES
        ).fetchall()
        source.close()
        require(len(schema) >= 2, "the tables of metrics are not called what bench/harness/bare.py takes them to be called")
        self.connection = sqlite3.connect(path, isolation_level=None)
        require(self.connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",), "SQLite refused WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        require(self.connection.execute("PRAGMA synchronous").fetchone() == (2,), "SQLite refused synchronous = FULL")
        self.connection.execute("PRAGMA cache_size = -65536")
        for (statement,) in schema:
            self.connection.execute(statement)

    def batches_per_second(self, metrics: int, seconds: float) -> float:
        """Writes batches for so long, `group` of them in a transaction; making the rows is not counted."""
        runs = [self.run + place + 1 for place in range(self.group)]
        self.run += self.group
        values = [[random.random() for _ in range(metrics)] for _ in runs]
        step, spent, before = 0, 0.0, self._count()
        while spent < seconds:
            step += 1
            at = 1_700_000_000_000 + step * 1000
            batches = [[(run, key, step, at, values[place][key], 0) for key in range(metrics)] for place, run in enumerate(runs)]
            started = time.perf_counter()
            self.connection.execute("BEGIN IMMEDIATE")
            for batch in batches:
                self.connection.executemany(POINT, batch)
                self.connection.executemany(LATEST, batch)
            self.connection.execute("COMMIT")
            spent += time.perf_counter() - started
        written = step * self.group
        require(self._count() - before == written * metrics, "bare SQLite does not hold the rows that were written")
        return written / spent

    def _count(self) -> int:
        return self.connection.execute("SELECT COUNT(*) FROM metric_points").fetchone()[0]

    def close(self) -> None:
        self.connection.close()
