"""Models deployed from the stock `mlflow` client's registry, and asked over HTTP as a client asks."""

import concurrent.futures
import json
import os
import pathlib
import signal
import threading
import time

import mlflow
import numpy as np
import pandas as pd
import pytest
import requests
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

import serving_models

ROWS = pd.DataFrame(
    {"hour": [7, 8, 21, 23], "origin": ["JFK", "LGA", "EWR", "JFK"], "distance": [1400.0, 719.5, 200.0, 99.0], "temp": [31.5, 40.0, 71.0, 15.0]}
)
SIGNATURE = ModelSignature(
    inputs=Schema(
        [ColSpec("long", "hour"), ColSpec("string", "origin"), ColSpec("double", "distance"), ColSpec("double", "temp", required=False)]
    ),
    outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
)


def train(seed: int) -> Pipeline:
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "hour": random.integers(0, 24, 500),
            "origin": random.choice(["EWR", "JFK", "LGA"], 500),
            "distance": random.uniform(100, 3000, 500),
            "temp": random.normal(50, 20, 500),
        }
    )
    encode = ColumnTransformer([("text", OrdinalEncoder(), ["origin"])], remainder="passthrough")
    model = Pipeline([("encode", encode), ("fit", LogisticRegression(max_iter=1000))])
    return model.fit(rows, rows["hour"] + random.normal(0, 4, 500) > 12)


def register(server, name: str, log) -> int:
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    with mlflow.start_run():
        logged = log()
    return int(mlflow.register_model(logged.model_uri, name).version)


def deploy(server, deployment: str, model: str, version: int, **spec) -> None:
    before = server.events("deployment.ready", "deployment.failed", subject=f"deployment:{deployment}")
    answer = server.post(f"/api/v1/deployments/{deployment}", {"model": model, "version": version, "spec": spec})
    assert answer.status_code == 202, answer.text
    settled = server.wait_for(
        lambda: server.events("deployment.ready", "deployment.failed", subject=f"deployment:{deployment}")[len(before) :], 90, f"{model}/{version}"
    )
    assert settled[0]["kind"] == "deployment.ready", settled


@pytest.fixture(scope="module")
def models(server, tmp_path_factory):
    """Two versions of a scikit-learn pipeline, and one that does mischief, all registered by the stock client."""
    fitted = [train(1), train(2)]
    for model in fitted:
        register(
            server,
            "flights",
            lambda: mlflow.sklearn.log_model(
                model,
                name="model",
                signature=SIGNATURE,
                input_example=ROWS.head(2),
                pyfunc_predict_fn="predict_proba",
                pip_requirements=["mlflow", "scikit-learn"],
            ),
        )
    folder = tmp_path_factory.mktemp("tricky")
    code = folder / "tricky.py"
    code.write_text(serving_models.CODE.replace("FACTOR", "10"))
    signature = ModelSignature(inputs=Schema([ColSpec("double", "x")]), outputs=Schema([TensorSpec(np.dtype("float64"), (-1,))]))
    register(server, "tricky", lambda: mlflow.pyfunc.log_model(name="model", python_model=str(code), signature=signature, pip_requirements=["mlflow"]))
    deploy(server, "flights", "flights", 1, workers=2, key="flight", time="scheduled")
    deploy(server, "tricky", "tricky", 1, workers=1, timeout="2s")
    return fitted


def ask(server, name: str, body, **kw) -> requests.Response:
    return server.post(f"/serving/{name}/invocations", body, **kw)


def test_every_form_gives_the_numbers_that_the_model_gives_to_the_last_bit(server, models):
    expected = models[0].predict_proba(ROWS).tolist()
    url = f"{server.url}/serving/flights/invocations"
    split = json.loads(ROWS.to_json(orient="split"))
    records = json.loads(ROWS.to_json(orient="records"))
    bodies = [
        {"dataframe_split": split},
        {"dataframe_records": records},
        {"instances": records},
        {"inputs": ROWS.to_dict(orient="list")},
        {"inputs": records},
        {"instances": ROWS.values.tolist()},
    ]
    for body in bodies:
        answer = requests.post(url, json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"predictions": expected}, next(iter(body))
        assert answer.headers["Martlet-Model-Version"] == "1"
        assert len(answer.headers["Martlet-Prediction-Id"]) == 26
    csv = requests.post(url, data=ROWS.to_csv(index=False), headers={"Content-Type": "text/csv"}, timeout=30)
    assert csv.json() == {"predictions": expected}
    tensors = [
        {"name": "hour", "shape": [4, 1], "datatype": "INT64", "data": ROWS["hour"].tolist()},
        {"name": "origin", "shape": [4, 1], "datatype": "BYTES", "data": ROWS["origin"].tolist()},
        {"name": "distance", "shape": [4], "datatype": "FP64", "data": ROWS["distance"].tolist()},
        {"name": "temp", "shape": [4], "datatype": "FP64", "data": ROWS["temp"].tolist()},
    ]
    inferred = server.post("/v2/models/flights/infer", {"inputs": tensors}).json()
    assert inferred["outputs"][0]["shape"] == [4, 2]
    assert inferred["outputs"][0]["data"] == [number for row in expected for number in row]
    metadata = server.get("/v2/models/flights").json()
    assert metadata["outputs"] == [{"name": inferred["outputs"][0]["name"], "datatype": "FP64", "shape": [-1, 2]}]


def test_mlflows_own_client_for_deployed_models_works(server, models):
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

    host, port = server.url.removeprefix("http://").split(":")
    client = ScoringServerClient(host, int(port))
    client.url_prefix = f"{server.url}/serving/flights"
    answer = client.invoke(ROWS).get_predictions()
    assert answer.to_numpy().tolist() == models[0].predict_proba(ROWS).tolist()


def test_all_mistakes_of_a_request_are_named_in_one_answer(server, models):
    answer = ask(server, "flights", {"dataframe_records": [{"houre": 7, "origin": 3, "distance": "far", "temp": None}]})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    message = answer.json()["message"]
    for part in ("column 'houre' is not an input of the model (did you mean 'hour'?)", "column 'hour' is missing (long)", "column 'origin', row 0: found 3"):
        assert part in message
    assert 'column \'distance\', row 0: found the text "far", the column takes numbers' in message


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"dataframe_records": ', b"[" * 100_000, b"\xff\xfe", b'{"dataframe_records": [{"hour": 1e999}]}', b'{"inputs": ' + b"9" * 5000 + b"}"],
)
def test_malformed_bodies_are_the_callers_mistake_in_the_protocols_words(server, models, body):
    for path, key in (("/serving/flights/invocations", "message"), ("/v2/models/flights/infer", "error")):
        answer = requests.post(server.url + path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
        assert answer.status_code == 400, answer.text
        assert answer.json()[key]


def test_a_body_of_100_mb_is_refused_and_the_server_lives(server, models):
    answer = requests.post(
        f"{server.url}/serving/flights/invocations", data=b" " * (100 << 20), headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code in (400, 413)
    assert ask(server, "flights", {"dataframe_records": ROWS.head(1).to_dict(orient="records")}).status_code == 200


def test_names_that_nobody_deployed_are_not_found_in_each_envelope(server, models):
    assert server.post("/serving/flihgts/invocations", {}).status_code == 404
    assert "did you mean 'flights'?" in server.post("/serving/flihgts/invocations", {}).json()["message"]
    assert server.get("/v2/models/..%2f..%2fetc").status_code == 404
    assert "error" in server.get("/v2/models/nobody/ready").json()
    assert server.get("/api/v1/deployments/nobody").status_code == 404
    assert server.post("/api/v1/deployments/x", {"model": "flights", "version": 99}).status_code == 404
    assert server.post("/api/v1/deployments/x", {"model": "flights", "version": 1, "spec": {"wokers": 1}}).status_code == 400
    assert server.post("/api/v1/deployments/a%2fb", {"model": "flights", "version": 1}).status_code == 400


def test_a_model_that_answers_nan_is_answered_as_null_and_counted(server, models):
    answer = ask(server, "tricky", {"dataframe_records": [{"x": 999}, {"x": 2}]})
    assert answer.status_code == 200
    assert answer.json() == {"predictions": [None, 20.0]}
    assert answer.headers["Martlet-Non-Finite"] == "1"
    assert "NaN" not in answer.text


def test_a_worker_that_dies_is_replaced_and_its_request_told_to_come_again(server, models):
    crash = ask(server, "tricky", {"dataframe_records": [{"x": 666}]})
    assert crash.status_code == 503
    assert crash.headers["Retry-After"] == "1"
    assert ask(server, "tricky", {"dataframe_records": [{"x": 1}]}).json() == {"predictions": [10.0]}


def test_a_worker_that_hangs_is_replaced(server, models):
    hang = ask(server, "tricky", {"dataframe_records": [{"x": 777}]})
    assert hang.status_code == 503
    assert "did not answer within" in hang.json()["message"]
    assert ask(server, "tricky", {"dataframe_records": [{"x": 1}]}).json() == {"predictions": [10.0]}


def test_a_worker_that_outgrows_its_memory_is_replaced_before_the_request_times_out(server, models):
    deploy(server, "greedy", "tricky", 1, memory="800Mi", timeout="20s")
    start = time.monotonic()
    greedy = ask(server, "greedy", {"dataframe_records": [{"x": 444}]})
    assert greedy.status_code == 503
    assert "died" in greedy.json()["message"]
    assert time.monotonic() - start < 15
    assert ask(server, "greedy", {"dataframe_records": [{"x": 1}]}).json() == {"predictions": [10.0]}


def test_a_model_that_throws_says_so_without_its_insides(server, models):
    answer = ask(server, "tricky", {"dataframe_records": [{"x": 555}]})
    assert answer.status_code == 500
    assert "ValueError: this model does not like 555" in answer.json()["message"]
    assert "Traceback" not in answer.text and "/" + "tmp" not in answer.text


def test_a_killed_worker_under_load_fails_no_request(server, models):
    body = {"dataframe_records": ROWS.to_dict(orient="records")}
    stop = threading.Event()

    def client() -> list[int]:
        statuses = []
        with requests.Session() as session:
            while not stop.is_set():
                statuses.append(session.post(f"{server.url}/serving/flights/invocations", json=body, timeout=30).status_code)
        return statuses

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(client) for _ in range(4)]
        for _ in range(3):
            time.sleep(0.3)
            workers = workers_of(server)
            os.kill(workers[0], signal.SIGKILL)
        time.sleep(0.5)
        stop.set()
        statuses = [status for done in clients for status in done.result()]
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_a_switch_of_version_under_eight_clients_fails_no_request(server, models):
    body = {"dataframe_records": ROWS.to_dict(orient="records")}
    expected = {"1": models[0].predict_proba(ROWS).tolist(), "2": models[1].predict_proba(ROWS).tolist()}
    stop = threading.Event()

    def client() -> list[tuple[int, str, bool]]:
        seen = []
        with requests.Session() as session:
            while not stop.is_set():
                answer = session.post(f"{server.url}/serving/flights/invocations", json=body, timeout=30)
                version = answer.headers.get("Martlet-Model-Version", "")
                seen.append((answer.status_code, version, answer.status_code == 200 and answer.json()["predictions"] == expected[version]))
        return seen

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(client) for _ in range(8)]
        for version in (2, 1, 2):
            deploy(server, "flights", "flights", version, workers=2)
            time.sleep(0.3)
        stop.set()
        seen = [answer for done in clients for answer in done.result()]
    assert {status for status, _, _ in seen} == {200}
    assert {version for _, version, _ in seen} == {"1", "2"}
    assert all(right for _, _, right in seen)
    shown = server.get("/api/v1/deployments/flights").json()
    assert shown["version"] == 2
    assert shown["traffic"]["failed"] == 0


def test_a_restarted_server_serves_again_by_itself_and_no_worker_is_left_behind(server, models):
    before = workers_of(server)
    sockets = [path for path in pathlib.Path("/tmp").glob("martlet-??????") if path.stat().st_uid == os.getuid()]
    server.kill()
    server.wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") and not is_zombie(pid) for pid in before), 10, "the workers' end")
    server.wait_for(lambda: any(not path.exists() for path in sockets), 10, "the end of the socket's folder")
    server.start()
    body = {"dataframe_records": ROWS.to_dict(orient="records")}
    server.wait_for(lambda: ask(server, "flights", body).status_code == 200, 60, "the deployment's return")
    assert server.get("/api/v1/events/verify").json()["ok"]


def workers_of(server) -> list[int]:
    """The model workers below the server: forks of its zygote."""
    children: dict[int, list[int]] = {}
    commands = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
                commands[int(entry)] = open(f"/proc/{entry}/cmdline").read()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry))
    zygotes = [pid for pid in children.get(server.process.pid, []) if "martlet.worker" in commands[pid]]
    return sorted(worker for zygote in zygotes for worker in children.get(zygote, []))


def is_zombie(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
