"""`one-row`: one prediction a request, of a scikit-learn pipeline in a Python worker."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time

import requests

from harness import environment, servers
from harness.failure import BenchError, require
from harness.load import Load, burst
from harness.processes import Served, running
from harness.report import Result, median
from harness.rows import load_table
from harness.settings import ROOT, Settings
from harness.workspace import workspace

WHAT = "one-row scoring of a scikit-learn pipeline over HTTP, 8 clients, against mlflow models serve"
CLIENTS = 8
NAME = "bench"
BODY = json.dumps({"dataframe_split": {"columns": ["hour", "origin", "distance", "temp"], "data": [[8, "JFK", 719.5, 41.25]]}})


def run(settings: Settings) -> Result:
    with workspace(settings) as folder:
        where = environment.record(folder)
        data = folder / "martlet"
        with running(servers.martlet(data)) as ours:
            model = register(ours, folder)
            peer_workers, tried = best_peer(model, settings, folder)
            deploy(ours, workers=2)
            with running(servers.mlflow_models_serve(model, folder / "peer", peer_workers)) as theirs:
                theirs.settle(settings.settle)
                loads = take_turns(ours, theirs, settings)
    martlet, best = (median([load.per_second for load in loads[key]]) for key in ("martlet", "peer"))
    empty = median([load.per_second for load in loads["martlet /health"]])
    labels = {
        "martlet": "martlet server, 2 workers, each prediction logged",
        "peer": f"mlflow models serve, {peer_workers} workers, nothing logged",
        "martlet alone": "martlet server, 1 client",
        "peer alone": "mlflow models serve, 1 client",
        "martlet /health": "martlet server, /health",
        "peer /health": "mlflow models serve, /health",
    }
    return Result(
        name="one-row",
        what=WHAT,
        unit="rows/s",
        martlet=martlet,
        peer=best,
        ratio=martlet / best,
        target=5,
        environment=where,
        table=load_table("requests/s", [(label, loads[key]) for key, label in labels.items()]),
        settings={"clients": CLIENTS, "martlet_workers": 2, "peer_workers": peer_workers},
        more={
            "rounds": {key: [load.record() for load in found] for key, found in loads.items()},
            "peer_tried": tried,
            "share_of_empty_route": martlet / empty,
        },
        notes=[
            "Martlet stores each prediction with its inputs, synced, before it answers; the peer stores nothing",
            "both run the model in Python: the target for native runtimes (100 times) comes with them",
        ],
    )


def register(ours: Served, folder: pathlib.Path) -> pathlib.Path:
    """Trains the pipeline, registers it, and gives back its files: both sides then serve the very same ones."""
    script = ROOT / "bench" / "harness" / "pipeline.py"
    command = [sys.executable, str(script), ours.url, NAME, str(folder / "model")]
    environment = {**{key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}, "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    require(done.returncode == 0, f"the model could not be registered:\n{done.stdout}\n{done.stderr}")
    return pathlib.Path(done.stdout.splitlines()[-1])


def deploy(ours: Served, workers: int) -> None:
    answer = requests.post(f"{ours.url}/api/v1/deployments/{NAME}", json={"model": NAME, "version": 1, "spec": {"workers": workers}}, timeout=60)
    require(answer.status_code == 202, f"the deployment was refused: {answer.text}")
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if _ask(ours.url + f"/serving/{NAME}/invocations").status_code == 200:
            return
        time.sleep(0.2)
    raise BenchError(f"the deployment was not ready within 180 s:\n{ours.tail()}")


def best_peer(model: pathlib.Path, settings: Settings, folder: pathlib.Path) -> tuple[int, dict[str, dict]]:
    """The number of workers with which the peer answers most; nothing to try where there is one only."""
    if settings.quick:
        return settings.peer_workers[0], {}
    tried: dict[str, dict] = {}
    best = (0.0, 0)
    for workers in settings.peer_workers:
        with running(servers.mlflow_models_serve(model, folder / f"peer-{workers}", workers)) as served:
            served.settle(settings.settle)
            if settings.warmup:
                score(served, "/invocations", CLIENTS, settings.warmup)
            load = score(served, "/invocations", CLIENTS, min(settings.seconds, 5))
        tried[str(workers)] = load.record()
        if load.failed == 0:
            best = max(best, (load.per_second, workers))
    require(best[1] > 0, f"mlflow models serve failed requests with each number of workers: {tried}")
    return best[1], tried


def take_turns(ours: Served, theirs: Served, settings: Settings) -> dict[str, list[Load]]:
    path = f"/serving/{NAME}/invocations"
    # The same answer, to the last bit, or it is not the same work.
    first, second = _ask(ours.url + path).json(), _ask(theirs.url + "/invocations").json()
    require(first == second, f"the two sides disagree: {first} and {second}")
    before, asked = logged(ours), 0
    loads: dict[str, list[Load]] = {key: [] for key in ("martlet", "peer", "martlet alone", "peer alone", "martlet /health", "peer /health")}
    clients_in_all = 0
    if settings.warmup:
        asked += score(ours, path, CLIENTS, settings.warmup).answered
        score(theirs, "/invocations", CLIENTS, settings.warmup)
        clients_in_all += CLIENTS
    for turn in range(settings.rounds):
        sides = [("martlet", ours, path), ("peer", theirs, "/invocations")]
        for side, served, route in sides if turn % 2 == 0 else reversed(sides):
            many = score(served, route, CLIENTS, settings.seconds)
            alone = score(served, route, 1, max(1, settings.seconds / 4))
            empty = burst(served, "/health", "get.lua", CLIENTS, max(1, settings.seconds / 4))
            for key, load in ((side, many), (f"{side} alone", alone), (f"{side} /health", empty)):
                require(load.failed == 0, f"{load.failed} requests to {served.label} failed:\n{served.tail()}")
                loads[key].append(load)
            if side == "martlet":
                asked += many.answered + alone.answered
                clients_in_all += CLIENTS + 1
    stored = logged(ours) - before
    require(
        asked <= stored <= asked + clients_in_all,
        f"martlet answered {asked} predictions and its log holds {stored}: this is not the work that was asked for",
    )
    return loads


def score(served: Served, path: str, clients: int, seconds: float) -> Load:
    return burst(served, path, "post.lua", clients, seconds, body=BODY)


def logged(ours: Served) -> int:
    """How many predictions the log counts, by windows; the counts are part of the write of each prediction."""
    answer = requests.get(f"{ours.url}/api/v1/monitoring/{NAME}", params={"limit": 500}, timeout=60)
    require(answer.status_code == 200, f"the log could not be read: {answer.text}")
    return sum(window["predictions"] for window in answer.json()["windows"])


def _ask(url: str) -> requests.Response:
    return requests.post(url, data=BODY, headers={"Content-Type": "application/json"}, timeout=60)
