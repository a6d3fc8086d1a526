"""Bounded load by wrk: so many connections, each asking again as soon as it is answered, for so many seconds."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import resource
import subprocess

from harness.environment import wrk
from harness.failure import BenchError, require
from harness.processes import Served

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "load"


@dataclasses.dataclass(frozen=True)
class Load:
    """What came of a burst."""

    #: Requests that were answered with 2xx.
    answered: int
    #: Requests that were answered otherwise or not at all.
    failed: int
    per_second: float
    p50_ms: float
    p99_ms: float
    #: The server's processor time for a request.
    server_cpu_ms: float
    #: The share of one core that the generator took: near 1 it would be the bottleneck.
    generator_cores: float

    def record(self) -> dict:
        return {key: round(value, 4) for key, value in dataclasses.asdict(self).items()}


def burst(served: Served, path: str, script: str, clients: int, seconds: float, threads: int = 2, **variables: str) -> Load:
    """Asks `path` with `clients` connections.

    `script` is a file of bench/load; it reads `variables` from its environment.
    """
    command = [wrk(), "-t", str(min(threads, clients)), "-c", str(clients), "-d", f"{seconds:.0f}s", "--timeout", "60s"]
    command += ["-s", str(SCRIPTS / script), served.url + path]
    environment = {**os.environ, "BENCH_REPORT": str(SCRIPTS / "report.lua")}
    environment.update({f"BENCH_{key.upper()}": value for key, value in variables.items()})
    before, own = served.cpu_seconds(), _children()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 90, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"wrk did not end against {served.label}") from error
    cpu, own = served.cpu_seconds() - before, _children() - own
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    require(done.returncode == 0 and len(lines) == 1, f"wrk failed against {served.label}:\n{done.stdout}\n{done.stderr}")
    told = json.loads(lines[0])
    answered, took = told["requests"] - told["status"], told["microseconds"] / 1e6
    return Load(
        answered=answered,
        failed=told["status"] + told["connect"] + told["read"] + told["write"] + told["timeout"],
        per_second=answered / took,
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        server_cpu_ms=cpu * 1000 / max(1, answered),
        generator_cores=own / took,
    )


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
