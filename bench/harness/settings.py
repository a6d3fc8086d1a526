"""How long and how often things are measured."""

from __future__ import annotations

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Settings:
    """One set for all comparisons, so that a result says all of how it came about."""

    quick: bool
    #: How long a measured burst lasts.
    seconds: float
    #: How often each side is measured, taking turns; the median counts.
    rounds: int
    #: How long after its start a peer is first asked: its background work has ended by then.
    settle: float
    #: How long a burst that is not measured lasts, before the first that is.
    warmup: float
    #: The numbers of workers among which a peer is given its best.
    peer_workers: tuple[int, ...]
    #: How long after its start a server's idle memory is taken.
    idle: float
    results: pathlib.Path

    @staticmethod
    def make(quick: bool, seconds: float | None = None, rounds: int | None = None, results: pathlib.Path | None = None) -> Settings:
        results = results or ROOT / "bench" / "results"
        if quick:
            return Settings(True, seconds or 1, rounds or 1, 0, 0, (1,), 1, results)
        return Settings(False, seconds or 8, rounds or 5, 20, 3, (1, 2, 4), 10, results)

    def record(self) -> dict:
        return {key: value for key, value in dataclasses.asdict(self).items() if key != "results"}
