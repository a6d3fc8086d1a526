"""A result as a table for people and as one line of JSON for programs."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics

from harness.settings import Settings


@dataclasses.dataclass
class Result:
    """What a comparison found: one headline, and the rows behind it."""

    name: str
    what: str
    unit: str
    martlet: float
    peer: float
    #: How many times better Martlet is.
    ratio: float
    #: What the ratio should reach.
    target: float
    environment: dict
    #: The table: the first row has the columns' names.
    table: list[list[str]]
    settings: dict = dataclasses.field(default_factory=dict)
    #: Further figures, by name.
    more: dict = dataclasses.field(default_factory=dict)
    #: What a reader must know to read the figures rightly.
    notes: list[str] = dataclasses.field(default_factory=list)


def present(result: Result, settings: Settings) -> None:
    """Prints a result and writes it to NAME.json."""
    result.settings = {**settings.record(), **result.settings}
    result.environment["machine"]["load_average_at_end"] = [round(load, 2) for load in os.getloadavg()]
    print(f"\n{result.name}: {result.what}\n")
    print(table(result.table))
    print(f"\nratio {result.ratio:.3g} (wanted: {result.target:g}){'; quick settings, the figures mean nothing' if settings.quick else ''}")
    for note in result.notes:
        print(f"  {note}")
    line = json.dumps(dataclasses.asdict(result))
    settings.results.mkdir(parents=True, exist_ok=True)
    path = settings.results / f"{result.name}.json"
    temporary = path.with_suffix(".json.new")
    temporary.write_text(line + "\n")
    temporary.replace(path)
    print(line, flush=True)


def table(rows: list[list[str]]) -> str:
    """Columns side by side, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths)] + lines[1:])


def median(values: list[float]) -> float:
    return statistics.median(values)


def number(value: float) -> str:
    """Three digits that mean something, without powers of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
