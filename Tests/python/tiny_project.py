"""A whole project that is small and fast: a few hundred points in a plane, and a line that parts them.

`apply(server)` declares it, `upload(server, rows)` gives it data, `ask(server, rows)` asks what it deployed.
"""

import hashlib
import io
import random
import tarfile
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import requests

DECLARATION = """\
project: tiny
datasets:
  points:
    description: Points in a plane
    owner: nobody
    time: seen
    checks: [{rows: {min: 100}}, {column: x, type: double, nulls: 0}, {column: hit, values: [0, 1], nulls: 0}]
pipelines:
  train:
    on: [{dataset: points}]
    steps:
      cut: {uses: steps.cut, inputs: {points: dataset:points}, outputs: [train, holdout]}
      fit: {run: python train.py, inputs: {train: steps.cut.train}, outputs: [model], params: {pause: 0}, timeout: 2m}
      register: {model: tiny, from: steps.fit.model}
models:
  tiny:
    promote:
      holdout: steps.cut.holdout
      label: hit
      require: [{metric: auroc, at_least: 0.6}, {plausibility: {score: [0, 1]}}]
      approval: none
    deploy: {runtime: python, workers: 2, key: point, time: seen}
    monitor:
      window: 1d
      reference: steps.cut.train
      drift: {measure: psi, warn: 0.1, alert: 0.25}
      quality: {metric: auroc, alert_below: 0.6, minimum: 50}
"""

STEPS = """\
from pathlib import Path

import duckdb


def cut(points, outputs):
    files = [str(file) for file in sorted(Path(points).rglob("*")) if file.is_file()]
    duckdb.read_parquet(files).create_view("points")
    for name, third in (("train", "<> 0"), ("holdout", "= 0")):
        duckdb.sql(f"COPY (SELECT * FROM points WHERE hash(point) % 3 {third} ORDER BY point) TO '{outputs[name]}' (FORMAT parquet)")
"""

TRAIN = """\
import os
import sys
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["OMP_NUM_THREADS"] = "1"
import json
from pathlib import Path

told = json.loads(Path(os.environ["MARTLET_STEP"]).read_text())
time.sleep(told["params"]["pause"])

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from sklearn.linear_model import LogisticRegression

points = pd.read_parquet(told["inputs"]["train"]["path"])
model = LogisticRegression().fit(points[["x", "y"]], points["hit"])
with mlflow.start_run():
    mlflow.log_metric("rows", len(points))
    logged = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=ModelSignature(
            inputs=Schema([ColSpec("double", "x"), ColSpec("double", "y")]),
            outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
        ),
        pyfunc_predict_fn="predict_proba",
        pip_requirements=["mlflow", "scikit-learn"],
    )
Path(told["outputs"]["model"]).write_text(logged.model_uri)
"""

FILES = {"martlet.yaml": DECLARATION, "steps.py": STEPS, "train.py": TRAIN}
START = datetime(2024, 1, 1, tzinfo=timezone.utc)


def points(count: int, seed: int = 1, day: int = 0) -> list[dict]:
    """Points of one day; those over the line y = x hit, mostly."""
    chance = random.Random(seed)
    made = []
    for index in range(count):
        x, y = chance.gauss(0, 1), chance.gauss(0, 1)
        seen = START + timedelta(days=day, seconds=index)
        made.append({"point": f"{seed}-{index}", "seen": seen.isoformat().replace("+00:00", "Z"), "x": x, "y": y, "hit": int(y + chance.gauss(0, 0.5) > x)})
    return made


def parquet(rows: list[dict]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/points.parquet"
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE points (point VARCHAR, seen TIMESTAMP, x DOUBLE, y DOUBLE, hit BIGINT)")
            connection.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?)", [[r["point"], r["seen"], r["x"], r["y"], r["hit"]] for r in rows])
            connection.execute(f"COPY points TO '{path}' (FORMAT parquet)")
        return Path(path).read_bytes()


def archive(files: dict[str, str | bytes]) -> bytes:
    """The files as a tar archive that is the same for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def declare(server, files: dict[str, str | bytes], headers: dict | None = None) -> requests.Response:
    """Uploads the code and applies the declaration; the answer, whatever it is."""
    bundle = archive(files)
    digest = hashlib.sha256(bundle).hexdigest()
    put = requests.put(f"{server.url}/api/v1/code/{digest}", data=bundle, headers=headers, timeout=60)
    assert put.status_code == 201, put.text
    body = {"file": files["martlet.yaml"], "path": "/nowhere", "code": {"digest": digest, "commit": None, "dirty": False, "branch": None}}
    return server.post("/api/v1/projects/apply", body, headers=headers)


def apply(server, files: dict[str, str | bytes] = FILES) -> dict:
    answer = declare(server, files)
    assert answer.status_code == 200, answer.text
    return answer.json()


def upload(server, rows: list[dict], mode: str = "append") -> dict:
    """Adds a version to the dataset; with the declaration as it is, that starts a pipeline."""
    answer = requests.post(
        f"{server.url}/api/v1/datasets/points/versions",
        params={"mode": mode, "format": "parquet", "event_time": rows[-1]["seen"]},
        data=parquet(rows),
        timeout=60,
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def start(server, pipeline: str = "train", project: str = "tiny", **body) -> dict:
    answer = server.post(f"/api/v1/pipelines/{project}/{pipeline}/runs", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def run(server, identifier: str) -> dict:
    return server.get(f"/api/v1/pipeline-runs/{identifier}").json()


def finished(server, identifier: str, within: float = 120) -> dict:
    ended = ("succeeded", "failed", "cancelled")
    return server.wait_for(lambda: (found := run(server, identifier)).get("status") in ended and found, within, f"the end of {identifier}")


def log(server, identifier: str, step: str) -> str:
    return server.get(f"/api/v1/pipeline-runs/{identifier}/steps/{step}/log").text


def loop(server, count: int = 300, within: float = 180) -> dict:
    """Declares, uploads, trains, promotes, deploys: the pipeline's run, once its model answers."""
    apply(server)
    upload(server, points(count))
    first = server.wait_for(lambda: server.get("/api/v1/pipeline-runs").json()["items"], 30, "the pipeline's start")[0]
    done = finished(server, first["id"], within)
    assert done["status"] == "succeeded", (done, log(server, first["id"], "fit"))
    server.wait_for_event("deployment.ready", within)
    return done


def frame(rows: list[dict]) -> dict:
    return {"dataframe_records": [{key: row[key] for key in ("point", "seen", "x", "y")} for row in rows]}


def ask(server, rows: list[dict], session=requests, **kw) -> requests.Response:
    return session.post(f"{server.url}/serving/tiny/invocations", json=frame(rows), timeout=kw.pop("timeout", 60), **kw)
