"""Input that is wrong, too much, or mischievous: a clear error each, bounded memory and disk, and nothing lost."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import mlflow
import pytest
import requests
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

import serving_models
import tiny_project
from conftest import Server, binary

API = "/api/2.0/mlflow"
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def tiny(server):
    """The server with the tiny project's model deployed."""
    tiny_project.loop(server)
    return server


def memory(server) -> int:
    """Bytes of the server process's own memory."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{server.process.pid}/status").read())[1]) * 1024


# Bodies

# Where JSON is sent, and the field in which each protocol tells an error.
DOORS = [
    (f"{API}/runs/log-batch", "message"),
    (f"{API}/experiments/create", "message"),
    ("/api/v1/projects/apply", "detail"),
    ("/api/v1/projects/plan", "detail"),
    ("/api/v1/actuals", "detail"),
    ("/api/v1/pipelines/tiny/train/runs", "detail"),
    ("/api/v1/deployments/tiny", "detail"),
    ("/api/v1/models/tiny/promote", "detail"),
    ("/api/v1/models/tiny/rollback", "detail"),
    ("/api/v1/webhooks", "detail"),
    ("/api/v1/tokens", "detail"),
    ("/serving/tiny/invocations", "message"),
    ("/v2/models/tiny/infer", "error"),
]
MALFORMED = {
    "truncated": b'{"items": [{"predic',
    "no JSON": b"hello",
    "not UTF-8": b'{"file": "\xff\xfe"}',
    "NUL": b'{"file": "a"}\x00',
    "two values": b"{} {}",
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "a number too many": b'{"items": ' + b"9" * 100_000 + b"}",
    "a key twice": b'{"file": "a", "file": 5}',
    "a lone surrogate": b'{"file": "\\ud800"}',
}


@pytest.mark.parametrize("path, field", DOORS, ids=[path for path, _ in DOORS])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_told_in_the_words_of_its_protocol(tiny, path, field, body):
    answer = requests.post(tiny.url + path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert 400 <= answer.status_code < 500, answer.text
    assert len(answer.json()[field]) > 10
    assert not re.search(r"fatal|Swift\.|Sources/|\.swift", answer.text)


@pytest.mark.parametrize("path, field", DOORS, ids=[path for path, _ in DOORS])
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_of_100_megabytes_is_refused_in_bounded_memory(tiny, path, field, chunked):
    before = memory(tiny)
    piece = b'{"items": ["' + b"x" * (MEGABYTE - 12)
    pieces = [piece] + [b"x" * MEGABYTE] * 98 + [b'"]}']
    body = iter(pieces) if chunked else b"".join(pieces)
    try:
        answer = requests.post(tiny.url + path, data=body, headers={"Content-Type": "application/json"}, timeout=60)
        assert answer.status_code == 413 or (answer.status_code == 400 and f"{API}/" in path), answer.text
        assert "larger" in answer.json()[field] or "bytes" in answer.json()[field]
    except requests.exceptions.ConnectionError:
        pass  # the server may close instead of reading what it refuses
    assert memory(tiny) - before < 150 * MEGABYTE
    assert tiny.get("/health").status_code == 200


def test_many_large_bodies_at_once_stay_in_bounded_memory(tiny):
    before = memory(tiny)
    program = (
        "import sys, requests\n"
        "try:\n    requests.post(sys.argv[1], data=(b'[' + b'0,' * 500_000 for _ in range(60)), headers={'Content-Type': 'application/json'}, timeout=60)\n"
        "except requests.exceptions.ConnectionError: pass\n"
    )
    clients = [subprocess.Popen([sys.executable, "-c", program, f"{tiny.url}/serving/tiny/invocations"]) for _ in range(4)]
    most = 0
    while any(client.poll() is None for client in clients):
        most = max(most, memory(tiny))
        time.sleep(0.02)
    assert most - before < 600 * MEGABYTE
    assert tiny_project.ask(tiny, tiny_project.points(2)).status_code == 200


def test_a_body_that_never_ends_holds_nobody_up(tiny):
    host, port = tiny.url.removeprefix("http://").split(":")
    slow = []
    for _ in range(50):
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(f"POST /serving/tiny/invocations HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{".encode())
        slow.append(connection)
    begun = time.monotonic()
    assert tiny_project.ask(tiny, tiny_project.points(1)).status_code == 200
    assert time.monotonic() - begun < 10
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    "path, body, told",
    [
        (f"{API}/runs/create", {"experiment_id": 987654321}, "987654321"),
        (f"{API}/runs/create", {"experiment_id": "nobody"}, "nobody"),
        (f"{API}/runs/create", {"experiment_id": {"a": 1}}, "experiment_id"),
        (f"{API}/experiments/create", {"name": 5}, "name"),
        (f"{API}/experiments/create", {"name": ""}, "name"),
        ("/api/v1/actuals", {"deployment": "tiny", "items": 5}, "items"),
        ("/api/v1/actuals", {"deployment": "tiny", "items": [5]}, ""),
        ("/api/v1/actuals", {"deployment": "tiny", "items": [{"correlation_id": "a", "actual": "yes"}]}, "actual"),
        ("/api/v1/actuals", {"deployment": "tiny", "items": [{"correlation_id": "a", "actual": 1, "time": "soon"}]}, "time"),
        ("/api/v1/actuals", {"deployment": "tiny", "items": [], "itmes": []}, "itmes"),
        ("/api/v1/pipelines/tiny/train/runs", {"event_time": "soon"}, "event_time"),
        ("/api/v1/pipelines/tiny/train/runs", {"params": {"fit": {"pause": [1]}}, "parms": {}}, "parms"),
        ("/api/v1/pipelines/tiny/trian/runs", {}, "train"),
        ("/api/v1/deployments/tiny", {"model": "tiny", "version": "one"}, "version"),
        ("/api/v1/models/tiny/promote", {"version": 99}, "99"),
        ("/api/v1/models/tiny/promote", {"version": "x"}, "version"),
        ("/api/v1/models/tiny/rollback", {"to": "yesterday", "reason": "r"}, "to"),
        ("/api/v1/webhooks", {"url": "https://example.org", "events": ["alert.fird"]}, "alert.fired"),
        ("/api/v1/tokens", {"name": "x", "role": "reder"}, "reader"),
    ],
)
def test_a_wrong_type_or_name_is_told_with_what_would_be_right(tiny, path, body, told):
    answer = tiny.post(path, body)
    assert 400 <= answer.status_code < 500, answer.text
    assert told in answer.text and len(answer.text) > 30


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '"NaN"'])
def test_a_number_that_is_none_is_refused_or_told_apart(tiny, value):
    """By the server, or by the model where only that knows what it cannot take; never as a NaN inside JSON."""
    bodies = {
        "/serving/tiny/invocations": '{"dataframe_records": [{"x": VALUE, "y": 1.0}]}',
        "/v2/models/tiny/infer": '{"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [VALUE]}, {"name": "y", "shape": [1], "datatype": "FP64", "data": [1.0]}]}',
        "/api/v1/actuals": '{"deployment": "tiny", "items": [{"correlation_id": "a", "actual": VALUE}]}',
        "/api/v1/pipelines/tiny/train/runs": '{"params": {"pause": VALUE}, "key": "never", "event_time": "no"}',
    }
    for path, body in bodies.items():
        answer = requests.post(tiny.url + path, data=body.replace("VALUE", value), headers={"Content-Type": "application/json"}, timeout=30)
        by_model = answer.status_code == 500 and "model:tiny/1 failed: ValueError: Input X contains" in answer.text
        assert answer.status_code in (200, 400) or by_model, (path, answer.text)
        json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{path} answers {name}"))


# Declarations

def told(server, text: str) -> str:
    answer = server.post("/api/v1/projects/plan", {"file": text, "path": "/nowhere"})
    assert answer.status_code in (400, 413), answer.text
    body = answer.json()
    return body["detail"] + (body.get("hint") or "")


def test_a_yaml_bomb_does_not_go_off(server):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    before, begun = memory(server), time.monotonic()
    for text in (bomb, f"project: p\n{bomb}", "a: &a {b: *a}\n", "[" * 50_000, "{a: " * 50_000, "- " * 100_000, "a: |\n" + " x\n" * 300_000, "&a " * 1000, "? " * 10_000):
        assert len(told(server, text)) > 10
    assert time.monotonic() - begun < 20
    assert memory(server) - before < 200 * MEGABYTE


@pytest.mark.parametrize(
    "change, position, words",
    [
        (("project: tiny", "projekt: tiny"), "martlet.yaml:1:1", ["projekt", "did you mean 'project'"]),
        (("{run: python train.py,", "{rnu: python train.py,"), "martlet.yaml:13:13", ["rnu", "'run'"]),
        (("from: steps.fit.model}", "from: steps.fti.model}"), "martlet.yaml:14:", ["fti", "fit"]),
        (("inputs: {points: dataset:points}", "inputs: {points: dataset:pionts}"), "martlet.yaml:12:", ["pionts", "points"]),
        (("holdout: steps.cut.holdout", "holdout: steps.cut.holdot"), "martlet.yaml:18:", ["holdot", "holdout"]),
        (("{metric: auroc, at_least: 0.6}", "{metric: aurok, at_least: 0.6}"), "martlet.yaml:20:", ["aurok", "auroc"]),
        (("workers: 2", "workers: two"), "martlet.yaml:22:", ["workers", "two"]),
        (("window: 1d", "window: 1x"), "martlet.yaml:24:", ["1x"]),
        (("measure: psi", "measure: psy"), "martlet.yaml:26:", ["psy", "psi"]),
        (("timeout: 2m", "timeout: soon"), "martlet.yaml:13:", ["soon"]),
        (("type: double", "type: duoble"), "martlet.yaml:7:", ["duoble", "double"]),
        (("on: [{dataset: points}]", "on: [{datset: points}]"), "martlet.yaml:10:", ["datset", "dataset"]),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_a_mistake_names_file_line_column_and_the_nearest_name(server, change, position, words):
    text = tiny_project.DECLARATION.replace(*change)
    assert text != tiny_project.DECLARATION
    said = told(server, text)
    assert position in said, said
    assert re.search(r"martlet\.yaml:\d+:\d+: ", said)
    assert all(word in said for word in words), said


def test_all_mistakes_are_told_in_one_go_and_nothing_is_changed(server):
    text = tiny_project.DECLARATION
    for right, wrong in (("owner: nobody", "ownr: nobody"), ("workers: 2", "workers: two"), ("measure: psi", "measure: psy"), ("rows: {min: 100}", "rows: {mni: 100}")):
        text = text.replace(right, wrong)
    before = server.get("/api/v1/projects").json()
    answer = server.post("/api/v1/projects/apply", {"file": text, "path": "/nowhere"})
    assert answer.status_code == 400
    lines = re.findall(r"martlet\.yaml:(\d+):\d+", answer.json()["detail"])
    assert lines == sorted(lines, key=int) and {"5", "7", "22", "26"} <= set(lines), answer.text
    assert server.get("/api/v1/projects").json() == before


def test_a_circle_of_steps_is_told(server):
    said = told(server, "project: p\npipelines: {t: {steps: {a: {run: 'true', after: [b]}, b: {run: 'true', after: [a]}}}}\n")
    assert "a" in said and "b" in said and re.search(r"martlet\.yaml:2:\d+", said)


# Steps

def steps(project: str, **declared: str) -> dict[str, str]:
    lines = "".join(f"      {name}: {text}\n" for name, text in declared.items())
    return {"martlet.yaml": f"project: {project}\npipelines:\n  p:\n    steps:\n{lines}"}


def size(folder) -> int:
    """Bytes on disk, each file counted once."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.lstat(os.path.join(path, name))
            except FileNotFoundError:
                continue
            found[status.st_ino] = status.st_blocks * 512
    return sum(found.values())


def test_a_step_that_logs_a_gigabyte_fills_no_disk(server):
    files = steps("loud", shout="{run: python3 shout.py, cache: false, timeout: 3m}")
    files["shout.py"] = "import os\nos.write(1, b'the first line\\n')\npiece = b'x' * 1023 + b'\\n'\npiece *= 1024\nfor _ in range(1024):\n    at = 0\n    while at < len(piece):\n        at += os.write(1, piece[at:])\nos.write(1, b'the last line\\n')\n"
    tiny_project.apply(server, files)
    before, most_disk, most_memory = size(server.data), 0, 0
    started = tiny_project.start(server, "p", "loud")
    end = time.monotonic() + 120
    while (found := tiny_project.run(server, started["id"]))["status"] not in ("succeeded", "failed"):
        most_disk, most_memory = max(most_disk, size(server.data) - before), max(most_memory, memory(server))
        assert time.monotonic() < end
        time.sleep(0.2)
    assert found["status"] == "succeeded", found
    assert most_disk < 100 * MEGABYTE and size(server.data) - before < 100 * MEGABYTE
    assert most_memory < 500 * MEGABYTE
    log = tiny_project.log(server, started["id"], "shout")
    assert log.startswith("the first line") and log.rstrip().endswith("the last line")
    assert len(log) < 100 * MEGABYTE


STUBBORN = "import os, signal, subprocess, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\nprint(os.getpid(), child.pid, flush=True)\ntime.sleep(3600)\n"


def pids_of(server, identifier: str, step: str) -> list[int]:
    return [int(word) for word in server.wait_for(lambda: tiny_project.log(server, identifier, step).split()[:2], 30, "the step's pids")]


def gone(pid: int) -> bool:
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_step_that_never_ends_is_ended_by_its_timeout_with_all_it_started(server):
    files = steps("endless", sleep="{run: python3 sleep.py, cache: false, timeout: 3s}")
    files["sleep.py"] = STUBBORN
    tiny_project.apply(server, files)
    started = tiny_project.start(server, "p", "endless")
    pids = pids_of(server, started["id"], "sleep")
    done = tiny_project.finished(server, started["id"], 60)
    assert done["status"] == "failed"
    assert "3 s" in done["steps"][0]["error"] or "timeout" in done["steps"][0]["error"].lower(), done["steps"][0]["error"]
    server.wait_for(lambda: all(gone(pid) for pid in pids), 20, "the end of the step's processes")


def test_a_step_that_never_ends_is_ended_by_cancel_with_all_it_started(server):
    files = steps("cancelled", sleep="{run: python3 sleep.py, cache: false}", later="{run: 'true', after: [sleep]}")
    files["sleep.py"] = STUBBORN
    tiny_project.apply(server, files)
    started = tiny_project.start(server, "p", "cancelled")
    pids = pids_of(server, started["id"], "sleep")
    assert server.post(f"/api/v1/pipeline-runs/{started['id']}/cancel", {}).status_code == 200
    done = tiny_project.finished(server, started["id"], 60)
    assert done["status"] == "cancelled"
    server.wait_for(lambda: all(gone(pid) for pid in pids), 20, "the end of the step's processes")
    ended = ["cancelled", "cancelled"]
    server.wait_for(lambda: [step["status"] for step in tiny_project.run(server, started["id"])["steps"]] == ended, 10, "the steps' state")
    again = server.post(f"/api/v1/pipeline-runs/{started['id']}/cancel", {})
    assert again.status_code < 500


@pytest.mark.parametrize("command, told", [("nobody-has-this-program", "nobody-has-this-program"), ("python3 nothere.py", "nothere.py"), ("false", "1"), ("python3 -c 'import os; os.kill(os.getpid(), 9)'", "9")])
def test_a_step_that_cannot_work_says_why(server, command, told):
    project = f"why{abs(hash(command)) % 10_000}"
    tiny_project.apply(server, steps(project, bad=f"{{run: {json.dumps(command)}, cache: false}}"))
    started = tiny_project.start(server, "p", project)
    done = tiny_project.finished(server, started["id"], 60)
    assert done["status"] == "failed"
    assert told in done["steps"][0]["error"] + tiny_project.log(server, started["id"], "bad"), done["steps"][0]


# Models

@pytest.fixture(scope="module")
def tricky(tiny, tmp_path_factory):
    """A model that crashes at 666, hangs at 777 and answers NaN at 999, logged and deployed as a user does it."""
    code = tmp_path_factory.mktemp("tricky") / "tricky.py"
    code.write_text(serving_models.CODE.replace("FACTOR", "10"))
    mlflow.set_tracking_uri(tiny.url)
    mlflow.set_registry_uri(tiny.url)
    signature = ModelSignature(inputs=Schema([ColSpec("double", "x")]), outputs=Schema([TensorSpec(__import__("numpy").dtype("float64"), (-1,))]))
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(name="model", python_model=str(code), signature=signature, pip_requirements=["mlflow"])
    mlflow.register_model(logged.model_uri, "tricky")
    answer = tiny.post("/api/v1/deployments/tricky", {"model": "tricky", "version": 1, "spec": {"workers": 1, "timeout": "2s"}})
    assert answer.status_code == 202, answer.text
    tiny.wait_for_event("deployment.ready", 90, lambda event: event["subject"] == "deployment:tricky")
    return tiny


def invoke(server, *values: float) -> requests.Response:
    return server.post("/serving/tricky/invocations", {"dataframe_records": [{"x": value} for value in values]})


@pytest.mark.parametrize("value", [666, 777], ids=["crashes", "hangs"])
def test_a_model_that_takes_its_worker_down_costs_one_request_and_is_told(tricky, value):
    answer = invoke(tricky, value)
    assert answer.status_code == 503 and answer.headers["Retry-After"] and len(answer.json()["message"]) > 20
    assert tricky.wait_for(lambda: (good := invoke(tricky, 2)).status_code == 200 and good, 30).json() == {"predictions": [20.0]}
    assert tiny_project.ask(tricky, tiny_project.points(1)).status_code == 200


def test_a_model_that_answers_nan_is_answered_stored_and_shown_as_null(tricky):
    answer = invoke(tricky, 999, 2)
    assert answer.json() == {"predictions": [None, 20.0]}
    stored = tricky.get(f"/api/v1/predictions/{answer.headers['Martlet-Prediction-Id']}-0")
    assert stored.status_code == 200
    json.loads(stored.text, parse_constant=lambda name: pytest.fail(f"the prediction has {name}"))
    shown = json.loads(tricky.get("/api/v1/monitoring/tricky").text, parse_constant=lambda name: pytest.fail(f"monitoring has {name}"))
    assert shown["windows"]


# Actuals

def test_an_actual_that_comes_twice_counts_once(tiny):
    rows = tiny_project.points(5, seed=77, day=3)
    identifier = tiny_project.ask(tiny, rows).headers["Martlet-Prediction-Id"]
    items = [{"prediction_id": f"{identifier}-{index}", "actual": row["hit"], "time": row["seen"]} for index, row in enumerate(rows)]
    first = tiny.post("/api/v1/actuals", {"deployment": "tiny", "items": items}).json()
    assert first["accepted"] == 5 and first["unknown"] == [] and first["duplicates"] == []
    again = tiny.post("/api/v1/actuals", {"deployment": "tiny", "items": items + items[:1]}).json()
    assert again["accepted"] == 0 and len(again["duplicates"]) >= 5
    changed = tiny.post("/api/v1/actuals", {"deployment": "tiny", "items": [{"correlation_id": rows[0]["point"], "actual": 1 - rows[0]["hit"]}]}).json()
    assert changed["accepted"] == 0
    assert tiny.get(f"/api/v1/predictions/{identifier}-0").json()["actual"] == rows[0]["hit"]
    window = next(w for w in tiny.get("/api/v1/monitoring/tiny").json()["windows"] if w["start"].startswith("2024-01-04"))
    assert window["actuals"] == 5 and window["predictions"] == 5


def test_an_actual_of_a_prediction_that_nobody_made_is_named_and_the_rest_is_taken(tiny):
    rows = tiny_project.points(1, seed=78, day=4)
    identifier = tiny_project.ask(tiny, rows).headers["Martlet-Prediction-Id"]
    strangers = ["nobody-0", f"{identifier}-1", f"{identifier}-99999999999999999999", "", "x" * 500, "../../etc/passwd"]
    answer = tiny.post("/api/v1/actuals", {"deployment": "tiny", "items": [{"prediction_id": stranger, "actual": 1} for stranger in strangers[:3]] + [{"prediction_id": f"{identifier}-0", "actual": 1}]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1 and len(answer.json()["unknown"]) == 3
    for stranger in strangers[3:]:
        alone = tiny.post("/api/v1/actuals", {"deployment": "tiny", "items": [{"prediction_id": stranger, "actual": 1}]})
        assert alone.status_code == 400 or len(alone.json()["unknown"]) == 1, alone.text
    assert tiny.post("/api/v1/actuals", {"deployment": "nobody", "items": [{"correlation_id": "a", "actual": 1}]}).status_code in (200, 404)


# Data

@pytest.mark.parametrize("form, data", [("parquet", b"PAR1 not parquet PAR1"), ("parquet", b""), ("parquet", tiny_project.parquet(tiny_project.points(200))[:-900]), ("csv", b"\xff\xfe\x00\x01" * 100), ("json", b'[{"a": 1}, {"a"'), ("exe", b"x")], ids=["no parquet", "empty", "cut short", "no csv", "no json", "no form"])
def test_a_file_that_is_not_what_it_is_said_to_be_makes_no_version(tiny, form, data):
    before = tiny.get("/api/v1/datasets/points/versions").json()
    answer = requests.post(f"{tiny.url}/api/v1/datasets/points/versions", params={"mode": "append", "format": form}, data=data, timeout=30)
    assert 400 <= answer.status_code < 500, answer.text
    assert len(answer.json()["detail"]) > 10 and str(tiny.data) not in answer.text
    assert tiny.get("/api/v1/datasets/points/versions").json() == before


# Disk

@pytest.fixture
def small_disk(tmp_path):
    """A file system of 100 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0700", "tmpfs", str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here (root is needed): {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Leaves no room, as far as that can be had: a file of the biggest size."""
    filler = folder / "filler"
    with open(filler, "ab", buffering=0) as out:
        for size in (MEGABYTE, 4096):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                pass
    return filler


def test_on_a_full_disk_no_prediction_is_answered_that_is_not_kept(small_disk):
    server = Server(small_disk / "data")
    try:
        tiny_project.loop(server)
        filler, answered, refused = fill(small_disk), [], []
        for number in range(3000):
            rows = tiny_project.points(20, seed=number, day=5)
            answer = tiny_project.ask(server, rows)
            (answered if answer.status_code == 200 else refused).append(answer)
            if refused:
                break
        assert refused, "the disk never became full"
        assert refused[0].status_code in (429, 503, 507) and re.search("space|full", refused[0].text), refused[0].text
        filler.unlink()
        server.wait_for(lambda: tiny_project.ask(server, tiny_project.points(1)).status_code == 200, 20, "a prediction")
        server.kill()
        server.start()
        for answer in answered:
            identifier = answer.headers["Martlet-Prediction-Id"]
            assert server.get(f"/api/v1/predictions/{identifier}-19").status_code == 200, f"{identifier} was answered and is not kept"
        assert server.get("/api/v1/events/verify").json()["ok"]
    finally:
        server.stop(signal.SIGKILL)


def test_a_full_disk_refuses_writes_loses_nothing_and_heals(small_disk):
    server = Server(small_disk / "data")
    try:
        run = server.post(f"{API}/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]
        assert server.post(f"{API}/runs/log-metric", {"run_id": run, "key": "kept", "value": 1.5, "timestamp": 1, "step": 0}).status_code == 200
        filler = fill(small_disk)
        upload = requests.put(f"{server.url}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big", data=b"y" * MEGABYTE, timeout=30)
        assert upload.status_code in (429, 503, 507), upload.text
        assert "space" in upload.text or "full" in upload.text, upload.text
        acknowledged, failures = 0, []
        for index in range(400):
            body = {"run_id": run, "metrics": [{"key": f"m{index}", "value": n, "timestamp": 1, "step": n} for n in range(200)]}
            answer = server.post(f"{API}/runs/log-batch", body)
            if answer.status_code != 200:
                failures.append(answer)
                break
            acknowledged += 1
        assert failures, "the disk never became full"
        assert failures[0].status_code in (429, 503, 507) and ("space" in failures[0].text or "full" in failures[0].text), failures[0].text
        # Reading goes on, and what was acknowledged is there.
        assert server.get(f"{API}/runs/get", params={"run_id": run}).json()["run"]["data"]["metrics"]
        assert server.get("/health").status_code == 200
        filler.unlink()
        server.wait_for(lambda: server.post(f"{API}/runs/log-metric", {"run_id": run, "key": "after", "value": 2, "timestamp": 2, "step": 0}).status_code == 200, 20, "a write")
        again = requests.put(f"{server.url}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/big", data=b"y" * MEGABYTE, timeout=30)
        assert again.status_code == 200, again.text
        server.kill()
        server.start()
        metrics = {m["key"]: m["value"] for m in server.get(f"{API}/runs/get", params={"run_id": run}).json()["run"]["data"]["metrics"]}
        assert metrics["kept"] == 1.5 and metrics["after"] == 2
        assert {f"m{index}" for index in range(acknowledged)} <= metrics.keys()
        assert server.get("/api/v1/events/verify").json()["ok"]
    finally:
        server.stop(signal.SIGKILL)
