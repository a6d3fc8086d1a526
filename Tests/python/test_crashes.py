"""kill -9 at any moment, and SIGTERM: what was acknowledged is there, what was running finishes, once."""

import collections
import concurrent.futures
import json
import os
import random
import signal
import socket
import threading
import time

import mlflow
import numpy as np
import pytest
import requests
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

import tiny_project

API = "/api/2.0/mlflow"
STORE = "/api/2.0/mlflow-artifacts/artifacts"
SEED = int(os.environ.get("MARTLET_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
KILLS = 20

# Each step leaves a line in a file outside of everything, so that the test counts how often it ran.
WORK = """\
import json, os, shutil, sys, time
told = json.load(open(os.environ["MARTLET_STEP"]))
with open(told["params"]["marks"], "a") as marks:
    marks.write(f"{told['run']} {told['step']} {told['attempt']}\\n")
print("begun", flush=True)
time.sleep(told["params"]["pause"])
if "model" in told["outputs"]:
    shutil.copytree("model", told["outputs"]["model"], dirs_exist_ok=True)
    open(told["outputs"]["model"] + "/made_by", "w").write(told["run"])  # the same model would be the same version
if "out" in told["outputs"]:
    open(told["outputs"]["out"], "w").write(told["run"])
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def tiny(server):
    """The server with the tiny project's model deployed."""
    tiny_project.loop(server)
    return server


def model_files(server) -> dict[str, bytes]:
    """The files of the model that the tiny project has trained, by their paths below `model/`."""
    version = server.get(f"{API}/model-versions/get", params={"name": "tiny", "version": "1"}).json()["model_version"]
    mlflow.set_tracking_uri(server.url)
    folder = mlflow.artifacts.download_artifacts(version["source"])
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            whole = os.path.join(path, name)
            found[f"model/{os.path.relpath(whole, folder)}"] = open(whole, "rb").read()
    return found


def chain(name: str, marks, pause: float, model: dict[str, bytes]) -> dict[str, str | bytes]:
    """A project whose three steps leave marks; the last hands out a model that is registered."""
    params = f"params: {{marks: {marks}, pause: {pause}}}, cache: false"
    declaration = f"""\
project: {name}
pipelines:
  p:
    steps:
      first: {{run: python3 work.py, {params}, outputs: [out]}}
      second: {{run: python3 work.py, {params}, inputs: {{out: steps.first.out}}, outputs: [out]}}
      third: {{run: python3 work.py, {params}, inputs: {{out: steps.second.out}}, outputs: [model]}}
      register: {{model: {name}, from: steps.third.model}}
"""
    return {"martlet.yaml": declaration, "work.py": WORK, **model}


class Load:
    """Clients that write and predict for as long as the test lasts, and remember what was acknowledged."""

    def __init__(self, server):
        self.server = server
        self.stopping = threading.Event()
        self.paused = threading.Event()
        self.batches: dict[str, list[int]] = {}
        self.predictions: list[tuple[str, str, float]] = []
        self.refused = collections.Counter()
        self.runs = [server.post(f"{API}/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"] for _ in range(4)]
        self.threads = [threading.Thread(target=self.write, args=(run,), daemon=True) for run in self.runs]
        self.threads += [threading.Thread(target=self.predict, args=(index,), daemon=True) for index in range(2)]
        for thread in self.threads:
            thread.start()

    def write(self, run: str) -> None:
        acknowledged = self.batches.setdefault(run, [])
        number = 0
        while not self.stopping.is_set():
            number += 1
            body = {
                "run_id": run,
                "metrics": [{"key": key, "value": number + 0.5, "timestamp": number, "step": number} for key in ("a", "b")],
                "params": [{"key": f"p{number}", "value": str(number)}] if number % 10 == 0 and number < 1000 else [],
            }
            try:
                answer = requests.post(f"{self.server.url}{API}/runs/log-batch", json=body, timeout=10)
            except requests.exceptions.RequestException:
                time.sleep(0.05)  # the server is down, and whether this was kept is open
                continue
            if answer.status_code == 200:
                acknowledged.append(number)
            else:
                self.refused[f"log-batch {answer.status_code}: {answer.text[:200]}"] += 1
            time.sleep(0.02)

    def predict(self, client: int) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            row = {"point": f"load-{client}-{number}", "seen": "2024-03-01T00:00:00Z", "x": float(number % 7), "y": 1.0}
            try:
                answer = tiny_project.ask(self.server, [row], timeout=10)
            except requests.exceptions.RequestException:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.predictions.append((answer.headers["Martlet-Prediction-Id"], row["point"], answer.json()["predictions"][0][1]))
            elif answer.status_code != 503:  # 503: its workers are still starting
                self.refused[f"predict {answer.status_code}: {answer.text[:200]}"] += 1
            time.sleep(0.01)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)

    def check(self, since: dict[str, int] | None = None) -> dict[str, int]:
        """Everything that was acknowledged (behind the places of `since`) is there; answers the new places."""
        places = {"predictions": len(self.predictions)}
        for run, acknowledged in self.batches.items():
            places[run] = len(acknowledged)
            wanted = set(acknowledged[: places[run]])
            stored = {}
            for key in ("a", "b"):
                points, page = [], None
                while True:
                    query = {"run_id": run, "metric_key": key, "max_results": 25_000, **({"page_token": page} if page else {})}
                    answer = self.server.get(f"{API}/metrics/get-history", params=query).json()
                    points += answer.get("metrics", [])
                    page = answer.get("next_page_token")
                    if not page:
                        break
                stored[key] = {int(point["step"]): point["value"] for point in points}
                assert len(points) == len(stored[key]), f"points of {run} are there twice"
                missing = wanted - stored[key].keys()
                assert not missing, f"acknowledged points of {run} are lost: {sorted(missing)[:10]}"
                assert all(value == step + 0.5 for step, value in stored[key].items())
            # A batch is there whole or not at all; what was written between the two questions is only in the second answer.
            assert stored["a"].keys() <= stored["b"].keys(), f"half batches of {run} are there"
            data = self.server.get(f"{API}/runs/get", params={"run_id": run}).json()["run"]["data"]
            params = {param["key"]: param["value"] for param in data.get("params", [])}
            assert all(params.get(f"p{number}") == str(number) for number in wanted if number % 10 == 0 and number < 1000)
        for identifier, point, score in self.predictions[(since or {}).get("predictions", 0) : places["predictions"]]:
            stored = self.server.get(f"/api/v1/predictions/{identifier}-0")
            assert stored.status_code == 200, f"an acknowledged prediction is lost: {identifier}: {stored.text}"
            assert stored.json()["correlation_id"] == point and stored.json()["score"] == score
        return places


def test_twenty_kills_lose_nothing_and_run_nothing_twice(tiny, tmp_path):
    server, chance, marks = tiny, random.Random(SEED), tmp_path / "marks"
    print(f"MARTLET_TEST_SEED={SEED}")
    tiny_project.apply(server, chain("crash", marks, 0.4, model_files(server)))
    load = Load(server)
    keys, places, lives = [], None, []
    try:
        for number in range(KILLS):
            # A pipeline is always under way; whether the request that started it was answered does not matter.
            keys.append(f"round-{number // 2}")
            moment = chance.choice([chance.uniform(0.02, 0.3), chance.uniform(0.3, 2.5), chance.uniform(2.5, 3.5)])
            starter = threading.Thread(target=start_quietly, args=(server, keys[-1]))
            starter.start()
            if number % 7 == 6:  # some lives are long enough for predictions
                answered = len(load.predictions)
                server.wait_for(lambda: len(load.predictions) > answered, 60, "a prediction")
            time.sleep(moment)
            server.kill()
            starter.join(30)
            server.start()
            lives.append(round(moment, 2))
            assert not load.refused, (SEED, lives, load.refused)
            verified = server.get("/api/v1/events/verify").json()
            assert verified["ok"], (SEED, lives, verified)
            places = load.check(places)
        server.wait_for(lambda: tiny_project.ask(server, tiny_project.points(1)).status_code == 200, 60, "the deployment's return")
        for key in dict.fromkeys(keys):
            start_quietly(server, key)
        runs = server.wait_for(lambda: finished_runs(server, "crash"), 120, f"the end of the pipelines (seed {SEED}, {lives})")
    finally:
        load.stop()
    load.check()
    assert not load.refused, (SEED, load.refused)
    assert load.predictions and all(load.batches.values())
    print(f"{sum(map(len, load.batches.values()))} batches, {len(load.predictions)} predictions, {len(runs)} runs, lives of {lives} s")

    assert len(runs) == len(set(keys)), (SEED, "one run for one key")
    assert {run["status"] for run in runs} == {"succeeded"}, (SEED, [(run["id"], run["error"], run["steps"]) for run in runs if run["status"] != "succeeded"])
    executed = collections.Counter(tuple(line.split()[:2]) for line in marks.read_text().splitlines())
    assert executed == {(run["id"], step): 1 for run in runs for step in ("first", "second", "third")}, (SEED, executed)
    versions = server.get(f"{API}/model-versions/search", params={"filter": "name = 'crash'", "max_results": 200}).json()["model_versions"]
    assert len(versions) == len(runs)
    assert sorted(run["model_version"]["version"] for run in runs) == sorted(int(version["version"]) for version in versions)
    registered = [event["payload"]["pipeline_run"] for event in server.events("model_version.registered") if event["payload"]["name"] == "crash"]
    assert sorted(registered) == sorted(run["id"] for run in runs)
    ends = collections.Counter(event["subject"] for event in server.events("pipeline_run.finished"))
    assert all(ends[f"pipeline_run:{run['id']}"] == 1 for run in runs)
    assert server.get("/api/v1/events/verify").json()["ok"]


def start_quietly(server, key: str) -> None:
    try:
        requests.post(f"{server.url}/api/v1/pipelines/crash/p/runs", json={"key": key}, timeout=10)
    except requests.exceptions.RequestException:
        pass


def finished_runs(server, project: str) -> list[dict] | None:
    """All runs of a project, once none is under way."""
    runs = server.get("/api/v1/pipeline-runs", params={"project": project, "limit": 500}).json()["items"]
    done = all(run["status"] in ("succeeded", "failed", "cancelled") for run in runs)
    return [tiny_project.run(server, run["id"]) for run in runs] if done and runs else None


@pytest.mark.parametrize("away", [False, True], ids=["goes on", "has ended"])
def test_a_step_that_outlives_the_server_is_taken_up_again(tiny, tmp_path, away):
    """Whether it still runs when the server returns, or has ended meanwhile."""
    server, marks, name = tiny, tmp_path / "marks", f"reattach{int(away)}"
    tiny_project.apply(server, chain(name, marks, 2, model_files(server)))
    started = tiny_project.start(server, "p", name)
    server.wait_for(lambda: marks.exists() and marks.read_text(), 30, "the first step's work")
    server.kill()
    if away:
        time.sleep(3)
    server.start()
    if not away:
        taken = server.wait_for_event("step.reattached", 20, lambda event: started["id"] in event["subject"])
        assert "first" in taken["subject"]
    done = tiny_project.finished(server, started["id"], 60)
    assert done["status"] == "succeeded", done
    assert [step["attempt"] for step in done["steps"][:3]] == [1, 1, 1]
    assert sorted(line.split()[1] for line in marks.read_text().splitlines()) == ["first", "second", "third"]
    assert tiny_project.log(server, started["id"], "first").splitlines() == ["begun", "done"]


def test_an_upload_cut_short_by_a_crash_leaves_nothing_behind(tiny):
    server = tiny
    run = server.post(f"{API}/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"PUT {STORE}/0/{run}/artifacts/half HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 4000000\r\n\r\n".encode() + b"x" * 2_000_000)
        server.wait_for(lambda: any((server.data / "blobs").rglob("tmp/*")), 10, "the upload's beginning")
        server.kill()
    server.start()
    assert server.get(f"{STORE}/0/{run}/artifacts/half").status_code == 404
    assert not list((server.data / "blobs").rglob("tmp/*"))


def test_a_promotion_switches_the_version_under_eight_clients_and_fails_no_request(tiny):
    """New data, a new training, the gates, the switch: the loop itself, while others ask."""
    server = tiny
    server.wait_for(lambda: tiny_project.ask(server, tiny_project.points(1)).status_code == 200, 60, "the deployment")
    before = server.get("/api/v1/deployments/tiny").json()["version"]
    stop, rows = threading.Event(), tiny_project.points(4, seed=5, day=2)

    def client() -> list[tuple[int, str, str]]:
        seen = []
        with requests.Session() as session:
            while not stop.is_set():
                answer = tiny_project.ask(server, rows, session)
                seen.append((answer.status_code, answer.headers.get("Martlet-Model-Version", ""), "" if answer.status_code == 200 else answer.text))
                time.sleep(0.02)
        return seen

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(client) for _ in range(8)]
        try:
            tiny_project.upload(server, tiny_project.points(200, seed=2, day=1))
            server.wait_for_event("deployment.ready", 120, lambda event: event["subject"] == "deployment:tiny" and event["payload"]["version"] > before)
            time.sleep(0.5)
        finally:
            stop.set()
        seen = [answer for done in clients for answer in done.result()]
    assert {status for status, _, _ in seen} == {200}, next(answer for answer in seen if answer[0] != 200)
    assert {version for _, version, _ in seen} == {str(before), str(before + 1)}


@pytest.fixture(scope="module")
def slow(tiny, tmp_path_factory):
    """A model that takes as many seconds as its input says."""
    code = tmp_path_factory.mktemp("slow") / "slow.py"
    code.write_text(
        "import mlflow, time\n"
        "class Slow(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input, params=None):\n"
        "        time.sleep(float(model_input['x'].max()))\n"
        "        return model_input['x'].to_numpy() * 10\n"
        "mlflow.models.set_model(Slow())\n"
    )
    mlflow.set_tracking_uri(tiny.url)
    mlflow.set_registry_uri(tiny.url)
    signature = ModelSignature(inputs=Schema([ColSpec("double", "x")]), outputs=Schema([TensorSpec(np.dtype("float64"), (-1,))]))
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(name="model", python_model=str(code), signature=signature, pip_requirements=["mlflow"])
    mlflow.register_model(logged.model_uri, "slow")
    assert tiny.post("/api/v1/deployments/slow", {"model": "slow", "version": 1, "spec": {"workers": 2, "timeout": "20s"}}).status_code == 202
    tiny.wait_for_event("deployment.ready", 90, lambda event: event["subject"] == "deployment:slow")
    return tiny


def test_sigterm_answers_what_is_under_way_and_keeps_it(slow):
    server = slow
    run = server.post(f"{API}/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]

    def predict(seconds: float) -> requests.Response:
        return server.post("/serving/slow/invocations", {"dataframe_records": [{"x": seconds}]})

    def upload() -> requests.Response:
        def pieces():
            for _ in range(8):
                yield b"x" * 100_000
                time.sleep(0.2)

        return requests.put(f"{server.url}{STORE}/0/{run}/artifacts/slow", data=pieces(), timeout=30)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        under_way = [pool.submit(predict, seconds) for seconds in (1.0, 1.1, 1.2, 1.3)] + [pool.submit(upload)]
        time.sleep(0.5)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        answers = [done.result() for done in under_way]
    assert [answer.status_code for answer in answers] == [200] * 5, [answer.text for answer in answers]
    assert [answer.json() for answer in answers[:4]] == [{"predictions": [seconds * 10]} for seconds in (1.0, 1.1, 1.2, 1.3)]
    assert server.process.wait(20) == 0
    assert time.monotonic() - begun < 20
    server.process.stdout.close()
    server.start()
    for answer in answers[:4]:
        assert server.get(f"/api/v1/predictions/{answer.headers['Martlet-Prediction-Id']}-0").status_code == 200
    assert len(server.get(f"{STORE}/0/{run}/artifacts/slow").content) == 800_000
    assert server.get("/api/v1/events/verify").json()["ok"]


def test_sigterm_waits_for_no_idle_client(tiny):
    server = tiny
    host, port = server.url.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port)), timeout=10) for _ in range(5)]
    idle[0].sendall(f"GET /health HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    idle[1].sendall(f"GET /api/v1/events/stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert idle[0].recv(4096) and idle[1].recv(4096)
    begun = time.monotonic()
    assert server.stop(within=20) == 0
    assert time.monotonic() - begun < 10
    for connection in idle:
        connection.close()
    server.start()
    assert server.get("/ready").status_code == 200
