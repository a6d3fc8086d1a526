"""`startup`: from start to the first answer, and the memory of a server that has nothing to do."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from harness import environment, servers
from harness.processes import Served, running
from harness.report import Result, median, number
from harness.settings import Settings
from harness.workspace import workspace

WHAT = "start to the first answer from the store, and idle memory, against mlflow server"


def run(settings: Settings) -> Result:
    with workspace(settings) as folder:
        where = environment.record(folder)
        sides: dict[str, Callable[[pathlib.Path], Served]] = {
            "martlet server": servers.martlet,
            # One worker starts fastest and takes the least.
            "mlflow server, 1 worker": lambda data: servers.mlflow_server(data, workers=1),
        }
        found = {label: {"first": [], "again": [], "resident": [], "shared once": [], "alone": []} for label in sides}
        for turn in range(settings.rounds):
            for label in list(sides) if turn % 2 == 0 else reversed(list(sides)):
                data = folder / f"{turn}-{label.split()[0]}"
                with running(sides[label](data)) as served:
                    found[label]["first"].append(served.seconds_to_ready)
                with running(sides[label](data)) as served:
                    found[label]["again"].append(served.seconds_to_ready)
                    served.settle(served.seconds_to_ready + settings.idle)
                    memory = served.memory()
                    found[label]["resident"].append(memory["resident_mib"])
                    found[label]["shared once"].append(memory["shared_once_mib"])
                    found[label]["alone"] = memory["alone_mib"]
    ours, theirs = ({key: median(values) for key, values in found[label].items() if key != "alone"} for label in sides)
    rows = [["", "first start s", "start again s", "idle MiB, shared pages once", "idle MiB, resident"]]
    for label, side in zip(sides, (ours, theirs)):
        rows.append([label, number(side["first"]), number(side["again"]), number(side["shared once"]), number(side["resident"])])
    memory = ours["shared once"] / theirs["shared once"]
    return Result(
        name="startup",
        what=WHAT,
        unit="s",
        martlet=ours["again"],
        peer=theirs["again"],
        ratio=theirs["again"] / ours["again"],
        target=20,
        environment=where,
        table=rows,
        more={"rounds": found, "share_of_memory": memory, "share_of_memory_wanted": 0.1},
        notes=[
            f"first start, with the tables made: {theirs['first'] / ours['first']:.3g} times faster",
            *(f"{label}, MiB of each process alone: {', '.join(side['alone'])}" for label, side in found.items()),
            f"idle memory: {memory:.1%} of the peer's (wanted: a tenth), all processes of each, {settings.idle:g} s after the first answer",
        ],
    )
