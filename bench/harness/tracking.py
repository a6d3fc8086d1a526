"""Metrics logged over MLflow's REST protocol: the same load for both sides, and proof that it was stored."""

from __future__ import annotations

import dataclasses
import pathlib
import time
from collections.abc import Callable

import requests

from harness import servers
from harness.failure import BenchError, require
from harness.load import Load
from harness.processes import Served, running
from harness.settings import Settings

API = "/api/2.0/mlflow"


class Tracker:
    """What a comparison asks of a tracking server besides the load."""

    def __init__(self, served: Served):
        self.served = served
        self.session = requests.Session()
        name = f"bench-{time.time_ns()}"
        self.experiment = self.post("experiments/create", {"name": name})["experiment_id"]

    def post(self, path: str, body: dict) -> dict:
        return self._json(self.session.post(f"{self.served.url}{API}/{path}", json=body, timeout=60))

    def get(self, path: str, **query) -> dict:
        return self._json(self.session.get(f"{self.served.url}{API}/{path}", params=query, timeout=120))

    def _json(self, answer: requests.Response) -> dict:
        require(answer.status_code == 200, f"{self.served.label} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json()

    def runs(self, count: int) -> list[str]:
        body = {"experiment_id": self.experiment, "start_time": 1_700_000_000_000}
        return [self.post("runs/create", body)["run"]["info"]["run_id"] for _ in range(count)]

    def points(self, run: str, key: str) -> int:
        """How many points a metric has, by the history that clients read."""
        count, token = 0, None
        while True:
            query = {"run_id": run, "metric_key": key, "max_results": 20_000, **({"page_token": token} if token else {})}
            page = self.get("metrics/get-history", **query)
            count += len(page.get("metrics", []))
            token = page.get("next_page_token")
            if not token:
                return count

    def latest(self, run: str) -> dict[str, int]:
        """The step of each metric's latest point."""
        metrics = self.get("runs/get", run_id=run)["run"]["data"].get("metrics", [])
        return {metric["key"]: int(metric["step"]) for metric in metrics}


def check_stored(label: str, answered: int, stored: int, clients: int) -> None:
    """Each acknowledged call is stored; of those that the end of the burst cut off, at most one a client."""
    require(
        answered <= stored <= answered + clients,
        f"{label} acknowledged {answered} calls and stores {stored}: this is not the work that was asked for",
    )


#: A burst of a comparison's load against a server, checked afterwards; with the seconds that it lasts.
Work = Callable[[Tracker, float], Load]


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A way to run the peer."""

    workers: int
    journal: str

    def label(self) -> str:
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}, journal {self.journal}"


def best_peer(work: Work, settings: Settings, folder: pathlib.Path) -> tuple[Candidate, dict[str, dict]]:
    """The peer's best set-up for this work: each is started afresh, left to settle, warmed and measured once.

    A set-up that fails requests is out; none left is an error. The journal of SQLite is MLflow's own choice at first;
    with the best number of workers WAL is tried as well. Where there is one set-up only, there is nothing to try.
    """
    if settings.quick:
        return Candidate(settings.peer_workers[0], "delete"), {}
    tried: dict[str, dict] = {}
    best: tuple[float, Candidate] | None = None

    def attempt(candidate: Candidate) -> None:
        nonlocal best
        data = folder / f"peer-{candidate.workers}-{candidate.journal}"
        with running(servers.mlflow_server(data, candidate.workers, candidate.journal)) as served:
            served.settle(settings.settle)
            tracker = Tracker(served)
            if settings.warmup:
                work(tracker, settings.warmup)
            load = work(tracker, min(settings.seconds, 5))
        tried[candidate.label()] = load.record()
        if load.failed == 0 and (best is None or load.per_second > best[0]):
            best = (load.per_second, candidate)

    for workers in settings.peer_workers:
        attempt(Candidate(workers, "delete"))
    if best:
        attempt(Candidate(best[1].workers, "wal"))
    if best is None:
        raise BenchError(f"mlflow server failed requests in each set-up: {tried}")
    return best[1], tried


def take_turns(work: Work, settings: Settings, folder: pathlib.Path, peer: Candidate, between: Callable[[pathlib.Path], None] | None = None):
    """Both sides up at once, measured in turns: what disturbs the machine disturbs both.

    Returns the loads of Martlet and of the peer. `between` is called once a round with Martlet's data folder.
    """
    ours: list[Load] = []
    theirs: list[Load] = []
    data = folder / "martlet"
    with running(servers.martlet(data)) as first, running(servers.mlflow_server(folder / "peer", peer.workers, peer.journal)) as second:
        second.settle(settings.settle)
        sides = [(Tracker(first), ours), (Tracker(second), theirs)]
        for tracker, _ in sides if settings.warmup else []:
            work(tracker, settings.warmup)
        for turn in range(settings.rounds):
            for tracker, loads in sides if turn % 2 == 0 else reversed(sides):
                load = work(tracker, settings.seconds)
                require(load.failed == 0, f"{load.failed} requests to {tracker.served.label} failed:\n{tracker.served.tail()}")
                loads.append(load)
            if between:
                between(data)
    return ours, theirs
