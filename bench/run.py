#!/usr/bin/env python3
"""Compares Martlet with its peers, side by side: the same work, in one run, on one machine, durable on both sides.

    python bench/run.py                 all comparisons
    python bench/run.py log-batch       one of them
    python bench/run.py --list          what there is
    python bench/run.py --quick         the smallest settings: whether it works, not how fast it is

The binary is `.build/release/martlet`, or $MARTLET_BINARY. Each comparison prints a table, then one line of JSON, and
writes that to bench/results/NAME.json. A missing peer, a failed request or a lost write is an error (exit status 1).
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from comparisons import ALL
from harness.failure import BenchError
from harness.report import present
from harness.settings import ROOT, Settings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="all", help="a comparison, or all")
    parser.add_argument("--list", action="store_true", help="list the comparisons and exit")
    parser.add_argument("--quick", action="store_true", help="the smallest settings; the figures mean nothing")
    parser.add_argument("--seconds", type=float, help="how long a burst of load lasts")
    parser.add_argument("--rounds", type=int, help="how often each side is measured; the median counts")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench" / "results", help="where results are written")
    chosen = parser.parse_args(arguments)
    if chosen.list:
        for name, comparison in ALL.items():
            print(f"{name:12} {comparison.WHAT}")
        return 0
    if chosen.name != "all" and chosen.name not in ALL:
        parser.error(f"there is no comparison '{chosen.name}': choose all, {', '.join(ALL)}")
    settings = Settings.make(quick=chosen.quick, seconds=chosen.seconds, rounds=chosen.rounds, results=chosen.results)
    failed = 0
    for name in ALL if chosen.name == "all" else [chosen.name]:
        try:
            present(ALL[name].run(settings), settings)
        except BenchError as error:
            print(f"bench: {name}: {error}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
