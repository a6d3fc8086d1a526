"""The two sides of each comparison, each as its users run it at its best."""

from __future__ import annotations

import importlib.metadata
import pathlib
import sqlite3
import sys

from harness.environment import martlet_binary
from harness.failure import BenchError, require
from harness.processes import Served, free_port

#: Answered from the store by both servers: whoever answers it can do its work.
STORE_ANSWERS = "/api/2.0/mlflow/experiments/search?max_results=1"

#: Neither a line for each request nor work in the background that the comparison does not ask for.
PEER_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "UVICORN_ACCESS_LOG": "false",
}


def mlflow_command() -> list[str]:
    """`mlflow` of the environment that this runs in."""
    try:
        importlib.metadata.version("mlflow")
    except importlib.metadata.PackageNotFoundError as error:
        raise BenchError("the peer mlflow is missing: run `scripts/setup test`") from error
    script = pathlib.Path(sys.executable).parent / "mlflow"
    require(script.is_file(), f"the peer's command {script} is missing: run `scripts/setup test`")
    return [sys.executable, str(script)]


def martlet(data: pathlib.Path, ready: str = STORE_ANSWERS) -> Served:
    """`martlet server` with its defaults: every commit synced before it is answered."""
    port = free_port()
    settings = {"LISTEN": f"127.0.0.1:{port}", "DATA": str(data), "PYTHON": sys.executable}
    environment = {f"MARTLET_{key}": value for key, value in settings.items()}
    return Served("martlet server", [str(martlet_binary()), "server"], port, ready, _log(data), environment)


def mlflow_server(data: pathlib.Path, workers: int, journal: str = "delete") -> Served:
    """`mlflow server` on SQLite. Its connections leave `synchronous` at FULL, so that it is durable by default."""
    data.mkdir(parents=True, exist_ok=True)
    database = data / "mlflow.db"
    if journal != "delete" and not database.exists():
        # The mode is kept in the file, so that the server's own connections take it over.
        connection = sqlite3.connect(database)
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.close()
    port = free_port()
    command = mlflow_command() + ["server", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command += ["--backend-store-uri", f"sqlite:///{database}", "--artifacts-destination", str(data / "artifacts")]
    return Served(f"mlflow server ({workers} workers, {journal})", command, port, STORE_ANSWERS, _log(data), PEER_ENVIRONMENT)


def mlflow_models_serve(model: pathlib.Path, data: pathlib.Path, workers: int) -> Served:
    """`mlflow models serve` of a model's folder, in this environment."""
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = mlflow_command() + ["models", "serve", "--model-uri", str(model), "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    environment = dict(PEER_ENVIRONMENT)
    # It starts `uvicorn` by name.
    environment["PATH"] = f"{pathlib.Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return Served(f"mlflow models serve ({workers} workers)", command, port, "/ping", _log(data), environment)


def _log(data: pathlib.Path) -> pathlib.Path:
    data.parent.mkdir(parents=True, exist_ok=True)
    return data.parent / f"{data.name}.log"
