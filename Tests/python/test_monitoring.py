"""Monitoring behind the real server: what was acknowledged is there after kill -9, and the counts are those of the log."""

import sqlite3
import threading

import pytest

pytest.importorskip("mlflow")

import mlflow
import numpy as np
import pandas as pd
import requests
from mlflow import MlflowClient
from mlflow.models import infer_signature

PROJECT = """
project: weather
models:
  rain:
    deploy: {runtime: python, workers: 1, key: hour_id, time: at}
    monitor:
      window: 1d
      quality: {metric: auroc, alert_below: 0.6, minimum: 20}
"""

CODE = """
import mlflow
import numpy as np

class Rain(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        x = model_input["x"].to_numpy()
        return np.where(x == 999, np.nan, x / 100)

mlflow.models.set_model(Rain())
"""


@pytest.fixture
def deployed(fresh_server, tmp_path, monkeypatch):
    """A server that serves `rain`, which answers a hundredth of x."""
    server = fresh_server()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    code = tmp_path / "rain.py"
    code.write_text(CODE)
    with mlflow.start_run():
        signature = infer_signature(pd.DataFrame({"x": [1.0]}), np.array([0.1]))
        mlflow.pyfunc.log_model(
            name="model", python_model=str(code), signature=signature, pip_requirements=["mlflow"], registered_model_name="rain"
        )
    applied = server.post("/api/v1/projects/apply", {"file": PROJECT, "path": str(tmp_path)})
    assert applied.status_code == 200, applied.text
    version = int(MlflowClient(server.url).get_registered_model("rain").latest_versions[0].version)
    promoted = server.post("/api/v1/models/rain/promote?wait=60", {"version": version, "force": True, "reason": "the first one"})
    assert promoted.status_code in (200, 202), promoted.text
    server.wait_for(ready(server), 90, "the deployment")
    return server


def ready(server):
    return lambda: server.get("/api/v1/deployments/rain").json().get("status") == "ready"


def ask(server, day: int, xs, prefix: str):
    """Predictions of one day; the answer's id."""
    rows = [{"x": float(x), "hour_id": f"{prefix}/{i}", "at": f"2013-04-{day:02}T{i % 24:02}:00:00Z"} for i, x in enumerate(xs)]
    answer = server.post("/serving/rain/invocations", {"dataframe_records": rows})
    assert answer.status_code == 200, answer.text
    return answer.headers["Martlet-Prediction-Id"]


def tell(server, prefix: str, outcomes, **more):
    items = [{"correlation_id": f"{prefix}/{i}", "actual": outcome} for i, outcome in enumerate(outcomes)]
    answer = server.post("/api/v1/actuals", {"deployment": "rain", "items": items, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def windows(server):
    answer = server.get("/api/v1/monitoring/rain")
    assert answer.status_code == 200, answer.text
    return answer.json()["windows"]


def test_a_prediction_its_actual_and_its_window_can_be_read_back(deployed):
    first = ask(deployed, 1, range(0, 100, 2), "a")
    record = deployed.get(f"/api/v1/predictions/{first}-7").json()
    assert record["inputs"] == {"x": 14.0} and record["score"] == pytest.approx(0.14)
    assert record["correlation_id"] == "a/7" and record["event_time"] == "2013-04-01T07:00:00.000Z" and record["actual"] is None
    assert deployed.get("/api/v1/predictions", params={"correlation_id": "a/7"}).json()["items"] == [f"{first}-7"]
    assert deployed.get("/api/v1/predictions/nobody-0").status_code == 404

    told = tell(deployed, "a", [x >= 50 for x in range(0, 100, 2)])
    assert told == {"accepted": 50, "unknown": [], "duplicates": [], "conflicts": [], "ambiguous": []}
    assert len(tell(deployed, "a", [x >= 50 for x in range(0, 100, 2)])["duplicates"]) == 50
    assert tell(deployed, "a", [1])["conflicts"] == [{"id": "a/0", "stored": 0.0, "given": 1.0}]
    assert tell(deployed, "b", [1])["unknown"] == ["b/0"]
    assert deployed.get(f"/api/v1/predictions/{first}-49").json()["actual"] == 1

    [window] = windows(deployed)
    assert window["start"] == "2013-04-01T00:00:00.000Z" and window["predictions"] == 50 and window["actuals"] == 50
    assert window["quality"]["auroc"] == 1 and window["quality"]["positives"] == 25


def test_a_day_of_bad_quality_and_an_answer_of_nan_open_one_alert_each(deployed):
    ask(deployed, 1, range(100), "a")
    tell(deployed, "a", [x < 50 for x in range(100)])
    assert deployed.get("/api/v1/alerts").json()["items"] == []
    ask(deployed, 2, [50], "b")
    ask(deployed, 2, [999], "c")
    ask(deployed, 2, [999, 1], "d")
    alerts = deployed.get("/api/v1/alerts?state=open").json()["items"]
    assert sorted((alert["signal"], alert["feature"]) for alert in alerts) == [("plausibility", "score"), ("quality", "auroc")]
    fired = deployed.events("alert.fired")
    assert len(fired) == 2 and all(event["event_time"].startswith("2013-04-02") for event in fired)
    assert fired[0]["payload"]["deployment"] == "rain" and fired[0]["payload"]["window"] == "2013-04-01T00:00:00.000Z"


def test_after_kill_9_every_acknowledged_prediction_is_there_and_the_counts_are_those_of_the_log(deployed):
    acknowledged, told, lock = [], [], threading.Lock()
    stop = threading.Event()

    def load(worker: int):
        number = 0
        while not stop.is_set():
            prefix = f"w{worker}-{number}"
            try:
                first = ask(deployed, 1 + number % 5, range(20), prefix)
                with lock:
                    acknowledged.append(first)
                tell(deployed, prefix, [x % 2 for x in range(20)])
                with lock:
                    told.append(first)
            except (requests.RequestException, AssertionError):
                return
            number += 1

    for round in range(3):
        threads = [threading.Thread(target=load, args=(f"{round}{i}",)) for i in range(4)]
        for thread in threads:
            thread.start()
        deployed.wait_for(lambda: len(acknowledged) > 30 * (round + 1), 60, "a load")
        deployed.kill()
        stop.set()
        for thread in threads:
            thread.join()
        stop.clear()
        deployed.start()
        deployed.wait_for(ready(deployed), 90, "the deployment")

    for first in acknowledged:
        assert deployed.get(f"/api/v1/predictions/{first}-19").status_code == 200, first
    for first in told:
        assert deployed.get(f"/api/v1/predictions/{first}-19").json()["actual"] == 1, first
    with sqlite3.connect(f"file:{next(deployed.data.rglob('*.db'))}?mode=ro", uri=True) as database:
        [[stored]] = database.execute("SELECT sum(row_count) FROM prediction_batches")
    counted = windows(deployed)
    assert sum(window["predictions"] for window in counted) == stored >= 20 * len(acknowledged)
    assert sum(window["actuals"] for window in counted) >= 20 * len(told)
    ask(deployed, 6, range(20), "after")
    assert sum(window["predictions"] for window in windows(deployed)) == stored + 20
    assert deployed.get("/api/v1/events/verify").json()["ok"] is True


@pytest.mark.parametrize(
    "body, said",
    [
        ({}, "the body has no 'items'"),
        ({"items": [{"correlation_id": "a", "actual": 1}]}, "the body has no 'deployment'"),
        ({"items": [{"prediction_id": "a-0", "actual": "late"}]}, "items[0].actual is a string"),
        ({"items": [{"prediction_id": "a-0", "actual": float("nan")}]}, "items[0].actual is a number"),
        ({"items": [{"prediction_id": "a-0", "actual": 1, "tiem": 3}]}, "unknown field 'tiem'"),
        ({"items": [{"prediction_id": "a-0", "actual": 1}] * 10_001}, "there are 10001 items"),
        ({"item": []}, "the body has no 'items'"),
    ],
)  # fmt: skip
def test_a_bad_body_of_actuals_is_told_where_it_is_bad(server, body, said):
    import json

    answer = requests.post(server.url + "/api/v1/actuals", data=json.dumps(body), headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (400, 413) and said in answer.text


def test_what_is_not_there_is_not_found_and_bad_questions_are_refused(server):
    assert server.get("/api/v1/monitoring/nobody").status_code == 404
    assert server.get("/api/v1/alerts?state=some").status_code == 400
    assert server.get("/api/v1/predictions").status_code == 400
    assert server.get("/api/v1/predictions/%2e%2e%2fetc-0").status_code == 404
