"""The table of bursts of load: a row a side, medians over its rounds."""

from __future__ import annotations

from harness.load import Load
from harness.report import median, number


def load_table(unit: str, sides: list[tuple[str, list[Load]]]) -> list[list[str]]:
    rows = [["", unit, "slowest – fastest", "p50 ms", "p99 ms", "server's CPU ms", "generator's cores"]]
    for label, loads in sides:
        rates = [load.per_second for load in loads]
        rows.append(
            [
                label,
                number(median(rates)),
                f"{number(min(rates))} – {number(max(rates))}",
                number(median([load.p50_ms for load in loads])),
                number(median([load.p99_ms for load in loads])),
                f"{median([load.server_cpu_ms for load in loads]):.3f}",
                f"{median([load.generator_cores for load in loads]):.2f}",
            ]
        )
    return rows
