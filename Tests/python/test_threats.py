"""The attacks of design/THREATS.md that reach Martlet's own rooms, by the name of their CVE.

Those on the MLflow protocol's tracking and registry calls stand in test_mlflow_threats.py.
"""

import base64
import gzip
import hashlib
import http.server
import io
import json
import os
import re
import socket
import stat
import subprocess
import tarfile
import threading

import pytest
import requests

import tiny_project
from conftest import ROOT, Server, binary
from test_mlflow_threats import TRAVERSALS, encoded, raw

TOKEN = "a-token-that-nobody-can-guess-0123456789"
PUBLIC = {"/health", "/ready", "/version", "/api/v1/version", "/api/v1/schema/project", "/v2/health/live", "/v2/health/ready", "/", "/why/{address...}", "/assets/{file}"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that wants a token."""
    running = Server(tmp_path_factory.mktemp("guarded") / "data", token=TOKEN)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def bearer():
    return {"Authorization": f"Bearer {TOKEN}"}


# Paths

@pytest.mark.parametrize("path", TRAVERSALS)
@pytest.mark.parametrize(
    "route",
    [
        "/assets/{}",
        "/api/v1/code/{}",
        "/api/v1/datasets/{}",
        "/api/v1/datasets/{}/versions/1",
        "/api/v1/projects/{}",
        "/api/v1/models/{}",
        "/api/v1/deployments/{}",
        "/api/v1/pipeline-runs/{}/steps/{}/log",
        "/api/v1/predictions/{}",
        "/serving/{}/version",
        "/v2/models/{}",
        "/api/2.0/mlflow/logged-models/{}/artifacts/files?artifact_file_path=MLmodel",
        "/api/2.0/mlflow/logged-models/m-0/artifacts/files?artifact_file_path={}",
        "/ajax-api/2.0/mlflow-artifacts/artifacts/{}",
        "/ajax-api/2.0/mlflow/artifacts/list?run_id={}",
    ],
)
def test_no_route_takes_a_name_for_a_path(server, route, path):
    """CVE-2023-30172, CVE-2023-6831: every route, not only the artifacts'."""
    status, answer = raw(server, "GET", route.replace("{}", encoded(path)))
    assert status in (400, 404, 405), answer
    assert b"root:" not in answer


@pytest.mark.parametrize("path", TRAVERSALS)
def test_an_upload_in_parts_stays_inside_the_store(server, path):
    """CVE-2023-6831 and CVE-2024-1560 through the route that uploads in parts."""
    for form in ("/api/2.0/mlflow-artifacts/mpu/create/{}", "/api/2.0/mlflow-artifacts/mpu/complete/{}"):
        status, answer = raw(server, "POST", form.replace("{}", encoded(path)), json.dumps({"path": path, "num_parts": 1}).encode())
        assert 400 <= status <= 501 and status != 500 and b"root:" not in answer, answer


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize("target", ["/../../etc/passwd", "//etc/passwd", "/assets/../../../etc/passwd", "/assets/..%2f..%2fetc/passwd", "/why/../../etc/passwd", "/%00", "/assets/%ff", "*"])
def test_no_request_line_reaches_a_file(server, method, target):
    """CVE-2023-2356: as no client library would write it."""
    status, answer = raw(server, method, target)
    assert b"root:" not in answer
    assert status < 500 or (status, target) == (501, "*"), answer
    assert server.get("/health").status_code == 200


def code(*entries: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"x" * entry.size))
    return out.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
    return made


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([entry("../evil.py")], id="relative"),
        pytest.param([entry("a/../../evil.py")], id="relative inside"),
        pytest.param([entry("/etc/evil.py")], id="absolute"),
        pytest.param([entry("..\\evil.py")], id="backslash"),
        pytest.param([entry("link", tarfile.SYMTYPE, "/etc"), entry("link/passwd")], id="symbolic link"),
        pytest.param([entry("link", tarfile.LNKTYPE, "/etc/passwd")], id="hard link"),
        pytest.param([entry("device", tarfile.CHRTYPE)], id="device"),
        pytest.param([entry("pipe", tarfile.FIFOTYPE)], id="pipe"),
    ],
)
def test_a_code_archive_writes_only_inside_its_folder(server, entries):
    """CVE-2023-6975: a file that is written cannot become code elsewhere."""
    bundle = code(*entries)
    answer = requests.put(f"{server.url}/api/v1/code/{hashlib.sha256(bundle).hexdigest()}", data=bundle, timeout=20)
    assert answer.status_code == 400, answer.text
    assert len(answer.json()["detail"]) > 20


def test_a_code_archive_is_what_its_digest_says(server):
    """CVE-2026-4137: what is not what was announced is not taken."""
    bundle = code(entry("steps.py"))
    answer = requests.put(f"{server.url}/api/v1/code/{'0' * 64}", data=bundle, timeout=20)
    assert answer.status_code == 400 and "digest" in answer.json()["detail"]


# Code

def test_a_pickle_is_stored_and_never_loaded(server, tmp_path):
    """CVE-2024-37052 to -37060, CVE-2024-24590: loading is for a worker process, and only of what is deployed."""
    mark = tmp_path / "owned"
    evil = b"cposix\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR."
    run = server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).json()["run"]["info"]
    model = b"flavors:\n  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl, predict_fn: predict}\n  sklearn: {pickled_model: model.pkl, serialization_format: pickle}\n"
    for name, data in (("MLmodel", model), ("model.pkl", evil), ("model.pkl.gz", evil)):
        target = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/0/{run['run_id']}/artifacts/model/{name}"
        assert requests.put(target, data=data, timeout=10).status_code == 200
    server.post("/api/2.0/mlflow/registered-models/create", {"name": "evil"})
    version = server.post("/api/2.0/mlflow/model-versions/create", {"name": "evil", "source": f"runs:/{run['run_id']}/model", "run_id": run["run_id"]})
    assert version.status_code == 200, version.text
    server.get("/api/v1/models/evil")
    assert not mark.exists()


NAMES = ["$(touch owned)", "`touch owned`", "a; touch owned", "a|touch owned", "a && touch owned", "'; touch owned; '", '"; touch owned; "', "a\ntouch owned", "--help", "${IFS}touch${IFS}owned"]


@pytest.mark.parametrize("name", NAMES)
def test_a_param_with_shell_characters_reaches_the_step_as_it_is(server, tmp_path, name):
    """CVE-2023-4033, CVE-2026-0596: nothing builds a shell's line."""
    project = f"echo{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    files = {
        "martlet.yaml": f"project: {project}\npipelines: {{p: {{steps: {{say: {{run: python3 say.py, params: {{word: none}}, cache: false}}}}}}}}\n",
        "say.py": "import json, os\nprint(json.dumps([os.environ['MARTLET_PARAM_WORD'], json.load(open(os.environ['MARTLET_STEP']))['params']['word'], os.listdir('.')]))\n",
    }
    tiny_project.apply(server, files)
    started = tiny_project.start(server, "p", project, params={"word": name})
    done = tiny_project.finished(server, started["id"])
    assert done["status"] == "succeeded", done
    line = next(line for line in tiny_project.log(server, started["id"], "say").splitlines() if line.startswith("["))
    assert json.loads(line)[:2] == [name, name] and "owned" not in json.loads(line)[2]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_shell_characters_names_no_project_pipeline_or_dataset(server, name):
    """CVE-2026-0596: what becomes a folder or a process's name is a plain word."""
    quoted = json.dumps(name)
    for text in (
        f"project: {quoted}\n",
        f"project: p\ndatasets: {{{quoted}: {{owner: o}}}}\n",
        f"project: p\npipelines: {{{quoted}: {{steps: {{a: {{run: 'true'}}}}}}}}\n",
        f"project: p\npipelines: {{t: {{steps: {{{quoted}: {{run: 'true'}}}}}}}}\n",
        f"project: p\npipelines: {{t: {{steps: {{a: {{run: 'true', outputs: [{quoted}]}}}}}}}}\n",
        f"project: p\nmodels: {{{quoted}: {{}}}}\n" if "\n" in name or "/" in name else f"project: {quoted}\n",
    ):
        answer = server.post("/api/v1/projects/plan", {"file": text, "path": "/nowhere"})
        assert answer.status_code == 400, (text, answer.text)


def test_a_command_is_run_without_a_shell(server):
    """CVE-2023-4033."""
    files = {"martlet.yaml": "project: noshell\npipelines: {p: {steps: {say: {run: 'echo $(id) `id` | cat; touch owned', cache: false}}}}\n"}
    tiny_project.apply(server, files)
    started = tiny_project.start(server, "p", "noshell")
    assert tiny_project.finished(server, started["id"])["status"] == "succeeded"
    assert "$(id) `id` | cat; touch owned" in tiny_project.log(server, started["id"], "say")


def test_no_secret_of_the_server_reaches_a_step(fresh_server, monkeypatch):
    """CVE-2023-6975: the code of a project is not the server's administrator."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "AKIA-secret")
    server = fresh_server(token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    files = {"martlet.yaml": "project: nosy\npipelines: {p: {steps: {look: {run: env, cache: false}}}}\n"}
    answer = tiny_project.declare(server, files, headers)
    assert answer.status_code == 200, answer.text
    started = server.post("/api/v1/pipelines/nosy/p/runs", {}, headers=headers).json()
    path = f"/api/v1/pipeline-runs/{started['id']}"
    done = server.wait_for(lambda: (r := server.get(path, headers=headers).json())["status"] in ("succeeded", "failed") and r, 60)
    log = server.get(f"{path}/steps/look/log", headers=headers).text
    assert done["status"] == "succeeded", log
    assert "MARTLET_STEP=" in log
    assert "AKIA-secret" not in log and TOKEN not in log


MODEL = b"flavors:\n  python_function: {loader_module: mlflow.pyfunc.model}\nsignature: {inputs: '[{\"type\": \"double\", \"name\": \"x\"}]'}\n"


def test_a_stored_model_that_was_tampered_with_is_not_loaded(fresh_server):
    """CVE-2026-4137: a digest is checked before anything is loaded."""
    server = fresh_server()
    run = server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    target = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model"
    code = b"print('what was registered')" + b" " * 1000
    for name, data in (("MLmodel", MODEL), ("code.py", code)):
        assert requests.put(f"{target}/{name}", data=data, timeout=10).status_code == 200
    made = server.post("/api/2.0/mlflow/registered-models/create", {"name": "sealed"})
    made = server.post("/api/2.0/mlflow/model-versions/create", {"name": "sealed", "source": f"runs:/{run}/model", "run_id": run})
    assert made.status_code == 200, made.text
    digest = hashlib.sha256(code).hexdigest()
    blob = server.data / "blobs" / digest[:2] / digest[2:]
    os.chmod(blob, 0o600)
    blob.write_bytes(code.replace(b"registered", b"put  there"))
    answer = server.post("/api/v1/deployments/sealed", {"model": "sealed", "version": 1})
    if answer.status_code == 202:
        failed = server.wait_for_event("deployment.failed", 30)
        assert "digest" in json.dumps(failed["payload"]), failed
    else:
        assert answer.status_code >= 400 and "digest" in answer.text, answer.text


def test_a_link_that_a_step_hands_out_leads_nowhere(server):
    """CVE-2023-1177 from inside: an output is what the step wrote, not what else the machine has."""
    files = {
        "martlet.yaml": "project: links\npipelines: {p: {steps: {link: {run: python3 link.py, outputs: [folder], cache: false}}}}\n",
        "link.py": "import json, os\nout = json.load(open(os.environ['MARTLET_STEP']))['outputs']['folder']\nos.makedirs(out)\nopen(out + '/real', 'w').write('x')\nos.symlink('/etc/passwd', out + '/passwd')\nos.symlink('/etc', out + '/etc')\n",
    }
    tiny_project.apply(server, files)
    done = tiny_project.finished(server, tiny_project.start(server, "p", "links")["id"])
    step = done["steps"][0]
    passwd = hashlib.sha256(open("/etc/passwd", "rb").read()).hexdigest()
    assert not [path for path in (server.data / "blobs").rglob("*") if path.name in passwd and len(path.name) > 50]
    assert (step["status"] == "failed" and "link" in step["error"]) or step["outputs"][0]["files"] == 1, step


def test_what_a_step_does_to_its_input_stays_with_it(server):
    """CVE-2026-4137 from inside: a stored file is not changed by who was given it, not even by root."""
    spoil = (
        "import json, os\ntold = json.load(open(os.environ['MARTLET_STEP']))\n"
        "for source in told['inputs'].values():\n    for path in source['files']:\n        try:\n            os.chmod(path, 0o600, follow_symlinks=False) if not os.path.islink(path) else None\n"
        "            open(path, 'ab').write(b'evil')\n        except PermissionError:\n            pass\n"
        "if told['outputs']:\n    open(told['outputs']['out'], 'w').write('what the first step wrote')\n"
    )
    files = {
        "martlet.yaml": "project: spoil\ndatasets: {points: {owner: o}}\npipelines: {p: {steps: {a: {run: python3 spoil.py, inputs: {points: dataset:points}, outputs: [out]}, b: {run: python3 spoil.py, inputs: {x: steps.a.out}}}}}\n",
        "spoil.py": spoil,
    }
    tiny_project.apply(server, files)
    data = tiny_project.parquet(tiny_project.points(50))
    answer = requests.post(f"{server.url}/api/v1/datasets/points/versions", params={"format": "parquet"}, data=data, timeout=30)
    assert answer.status_code in (200, 201), answer.text
    done = tiny_project.finished(server, tiny_project.start(server, "p", "spoil")["id"])
    assert done["status"] == "succeeded", done
    wanted = [hashlib.sha256(content).hexdigest() for content in (data, b"what the first step wrote")]
    for digest in wanted:
        blob = server.data / "blobs" / digest[:2] / digest[2:]
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == digest


def test_nobody_signs_with_another_name(guarded, bearer, server):
    """CVE-2024-4263: who did it is who had the token, and never the server itself."""
    for where, headers, expected in ((guarded, bearer, "administrator"), (server, {}, "client")):
        for claimed in ("server", "policy:tiny", "administrator-of-all", "user:ann"):
            files = {"martlet.yaml": f"project: signed\ndatasets: {{d{abs(hash(claimed)) % 1000}: {{owner: o}}}}\n"}
            answer = tiny_project.declare(where, files, {**headers, "Martlet-Actor": claimed})
            assert answer.status_code == 200, answer.text
        events = where.get("/api/v1/events", params={"kind": "project.applied", "limit": 1000}, headers=headers).json()["items"]
        assert {event["actor"] for event in events if event["subject"] == "project:signed"} == {expected}


# Browsers

FOREIGN = ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254", "0.0.0.0", "127.0.0.1:80:80", "user@127.0.0.1"]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/health", "/assets/app.js", "/api/v1/events/stream", "/serving/x/invocations", "/v2/health/live", "/metrics", "/nothing", "/get-artifact"])
def test_a_foreign_host_is_refused_on_every_route(server, host, path):
    """CVE-2025-14279: DNS rebinding."""
    address, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((address, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(65536).split(b" ", 2)[1] in (b"403", b"400")


def listening(pids: set[int]) -> set[str]:
    """The TCP addresses on which processes listen, as /proc shows them."""
    sockets = set()
    for pid in pids:
        for handle in os.listdir(f"/proc/{pid}/fd"):
            try:
                sockets.add(os.readlink(f"/proc/{pid}/fd/{handle}"))
            except OSError:
                continue
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(table).read().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1])
    return found


def family(pid: int) -> set[int]:
    """A process with all below it."""
    found = {pid}
    for child in open(f"/proc/{pid}/task/{pid}/children").read().split():
        found |= family(int(child))
    for task in os.listdir(f"/proc/{pid}/task"):
        for child in open(f"/proc/{pid}/task/{task}/children").read().split():
            found |= family(int(child))
    return found


def test_the_server_and_its_workers_listen_at_one_address_only(server):
    """CVE-2025-14279: a listener that nobody thinks of checks no Host."""
    port = int(server.url.rsplit(":", 1)[1])
    assert listening(family(server.process.pid)) == {f"0100007F:{port:04X}"}


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "path",
    [f"/{SCRIPT}", f"/api/v1/{SCRIPT}", f"/api/v1/datasets/{SCRIPT}", f"/serving/{SCRIPT}/ping", f"/v2/models/{SCRIPT}", f"/assets/{SCRIPT}", f"/api/2.0/mlflow/{SCRIPT}", f"/api/v1/events?limit={SCRIPT}", f"/api/v1/why/{SCRIPT}"],
)
@pytest.mark.parametrize("kind", ["application/json", "text/html", SCRIPT])
def test_what_was_asked_for_comes_back_only_as_json(server, path, kind):
    """CVE-2023-6568: an error that repeats the question must not run in a browser."""
    answer = server.get(path, headers={"Content-Type": kind, "Accept": "text/html"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"].split(";")[0] in ("application/json", "application/problem+json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not any(SCRIPT in value for value in answer.headers.values())


@pytest.mark.parametrize("name", ['a";x="b.html', "a\r\nX-Evil: 1", "a%0d%0aX-Evil: 1", "a;filename=b.html", "ü.html", "<img src=x>.svg", "x" * 200 + ".html"])
def test_a_files_name_breaks_out_of_no_header(server, name):
    """CVE-2023-6568: a download's name is a client's text too."""
    run = server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/{encoded(name)}"
    put, _ = raw(server, "PUT", path, b"<script>alert(1)</script>")
    assert put in (200, 400)
    status, answer = raw(server, "GET", path)
    head = answer.split(b"\r\n\r\n")[0].lower()
    assert status == (200 if put == 200 else 400)
    assert b"\r\nx-evil" not in head and b"text/html" not in head and b"image/svg" not in head
    if put == 200:
        assert b"content-disposition: attachment" in head and head.count(b"filename=") <= 1


def test_the_dashboard_runs_no_script_but_its_own(server):
    """CVE-2023-6568: even markup that came through would not run."""
    for page in ("/", "/why/prediction:x-0"):
        policy = server.get(page).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null", "http://127.0.0.1.evil.example"])
def test_a_page_of_another_site_changes_nothing(server, origin):
    """CVE-2025-1473: a browser sends text/plain to anywhere without asking; its Origin tells on it."""
    host = server.url.removeprefix("http://")
    body = json.dumps({"name": f"made by {origin}"})
    for method, path in (("POST", "/api/2.0/mlflow/experiments/create"), ("POST", "/api/v1/projects/apply"), ("POST", "/api/v1/tokens"), ("DELETE", "/api/v1/webhooks/x")):
        answer = requests.request(method, server.url + path, data=body, headers={"Origin": origin, "Content-Type": "text/plain"}, timeout=10)
        assert answer.status_code == 403, (path, answer.text)
    own = requests.post(f"{server.url}/api/2.0/mlflow/experiments/search", json={}, headers={"Origin": f"http://{host}"}, timeout=10)
    assert own.status_code == 200


def test_no_answer_lets_another_site_read_it(server):
    """CVE-2025-1473: there is no CORS header, whoever asks."""
    for method in ("GET", "OPTIONS"):
        answer = requests.request(method, f"{server.url}/api/v1/events", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}, timeout=10)
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


# Who may

def test_only_known_routes_are_open_to_everyone():
    """CVE-2026-0545: a route is closed unless it says otherwise, and those that do are listed here."""
    said = set()
    for path in (ROOT / "Sources").rglob("*.swift"):
        said |= set(re.findall(r'Route\(\s*\.\w+,\s*"([^"]+)",\s*\.everyone', path.read_text()))
    said.discard("/api/v1/datasets/{name}")
    assert said <= PUBLIC, said - PUBLIC


ROUTES = [
    ("GET", "/metrics", "reader"),
    ("GET", "/api/v1/events", "reader"),
    ("GET", "/api/v1/events/stream", "reader"),
    ("GET", "/api/v1/events/verify", "reader"),
    ("GET", "/api/v1/lineage/run:x", "reader"),
    ("GET", "/api/v1/overview", "reader"),
    ("GET", "/api/v1/projects", "reader"),
    ("GET", "/api/v1/projects/x", "reader"),
    ("POST", "/api/v1/projects/plan", "reader"),
    ("POST", "/api/v1/projects/apply", "writer"),
    ("PUT", "/api/v1/code/x", "writer"),
    ("GET", "/api/v1/datasets", "reader"),
    ("GET", "/api/v1/datasets/x", "reader"),
    ("GET", "/api/v1/datasets/x/versions", "reader"),
    ("GET", "/api/v1/datasets/x/versions/1", "reader"),
    ("POST", "/api/v1/datasets/x/files", "writer"),
    ("POST", "/api/v1/datasets/x/versions", "writer"),
    ("POST", "/api/v1/datasets/x/versions/1/accept", "writer"),
    ("POST", "/api/v1/datasets/x/versions/1/reject", "writer"),
    ("GET", "/api/v1/pipelines", "reader"),
    ("GET", "/api/v1/pipelines/x/y", "reader"),
    ("POST", "/api/v1/pipelines/x/y/runs", "writer"),
    ("GET", "/api/v1/pipeline-runs", "reader"),
    ("GET", "/api/v1/pipeline-runs/x", "reader"),
    ("POST", "/api/v1/pipeline-runs/x/cancel", "writer"),
    ("GET", "/api/v1/pipeline-runs/x/steps/y/log", "reader"),
    ("GET", "/api/v1/deployments", "reader"),
    ("GET", "/api/v1/deployments/x", "reader"),
    ("POST", "/api/v1/deployments/x", "writer"),
    ("POST", "/api/v1/actuals", "writer"),
    ("GET", "/api/v1/predictions/x", "reader"),
    ("GET", "/api/v1/predictions", "reader"),
    ("GET", "/api/v1/monitoring/x", "reader"),
    ("GET", "/api/v1/alerts", "reader"),
    ("GET", "/api/v1/promotions", "reader"),
    ("GET", "/api/v1/promotions/x", "reader"),
    ("GET", "/api/v1/models", "reader"),
    ("GET", "/api/v1/models/x", "reader"),
    ("POST", "/api/v1/models/x/promote", "writer"),
    ("POST", "/api/v1/models/x/rollback", "writer"),
    ("GET", "/api/v1/why/run:x", "reader"),
    ("GET", "/api/v1/triggers", "reader"),
    ("GET", "/api/v1/webhooks", "reader"),
    ("POST", "/api/v1/webhooks", "administrator"),
    ("DELETE", "/api/v1/webhooks/x", "administrator"),
    ("GET", "/api/v1/webhooks/x/deliveries", "reader"),
    ("POST", "/api/v1/tokens", "administrator"),
    ("POST", "/serving/x/invocations", "reader"),
    ("GET", "/serving/x/ping", "reader"),
    ("GET", "/serving/x/health", "reader"),
    ("GET", "/serving/x/version", "reader"),
    ("GET", "/v2", "reader"),
    ("GET", "/v2/models/x", "reader"),
    ("GET", "/v2/models/x/ready", "reader"),
    ("POST", "/v2/models/x/infer", "reader"),
    ("GET", "/get-artifact", "reader"),
    *(
        (method, f"{base}/{path}", role)
        for base in ("/api/2.0", "/ajax-api/2.0")
        for method, path, role in [
            ("POST", "mlflow/experiments/create", "writer"),
            ("GET", "mlflow/experiments/search", "reader"),
            ("POST", "mlflow/runs/create", "writer"),
            ("GET", "mlflow/runs/get", "reader"),
            ("POST", "mlflow/runs/log-batch", "writer"),
            ("POST", "mlflow/runs/search", "reader"),
            ("GET", "mlflow/metrics/get-history", "reader"),
            ("GET", "mlflow/logged-models/x", "reader"),
            ("POST", "mlflow/logged-models", "writer"),
            ("DELETE", "mlflow/logged-models/x", "writer"),
            ("GET", "mlflow/artifacts/list", "reader"),
            ("GET", "mlflow-artifacts/artifacts", "reader"),
            ("GET", "mlflow-artifacts/artifacts/x", "reader"),
            ("PUT", "mlflow-artifacts/artifacts/x", "writer"),
            ("DELETE", "mlflow-artifacts/artifacts/x", "writer"),
            ("POST", "mlflow-artifacts/mpu/create/x", "writer"),
            ("POST", "mlflow/registered-models/create", "writer"),
            ("GET", "mlflow/registered-models/search", "reader"),
            ("DELETE", "mlflow/registered-models/delete", "writer"),
            ("POST", "mlflow/registered-models/alias", "writer"),
            ("POST", "mlflow/model-versions/create", "writer"),
            ("GET", "mlflow/model-versions/get-download-uri", "reader"),
        ]
    ),
]
UNKNOWN = [
    ("GET", "/nothing"),
    ("GET", "/api/v1/nothing"),
    ("POST", "/ajax-api/3.0/jobs/create"),
    ("POST", "/api/3.0/mlflow/jobs"),
    ("POST", "/v1/traces"),
    ("POST", "/graphql"),
    ("POST", "/gateway/x/invocations"),
    ("GET", "/api/2.0/mlflow/users/get"),
    ("DELETE", "/health"),
    ("POST", "/"),
    ("PATCH", "/api/v1/events"),
    ("TRACE", "/api/v1/events"),
]


@pytest.mark.parametrize("method, path", [(method, path) for method, path, _ in ROUTES] + UNKNOWN)
def test_without_a_token_no_route_answers(guarded, method, path):
    """CVE-2026-0545, CVE-2026-2652: neither a route that was forgotten nor one that is not there."""
    answer = requests.request(method, guarded.url + path, timeout=10)
    assert answer.status_code == 401, answer.text
    assert not answer.json().keys() & {"items", "experiments", "runs"}


def test_a_token_may_do_what_its_role_says_and_no_more(guarded, bearer):
    """CVE-2024-4263: role, verb and route."""
    tokens = {role: guarded.post("/api/v1/tokens", {"name": role, "role": role}, headers=bearer).json()["token"] for role in ("reader", "writer")}
    rank = ["reader", "writer", "administrator"]
    wrong = []
    for method, path, needed in ROUTES:
        if path.endswith("/stream"):
            continue
        for role, token in tokens.items():
            status = requests.request(method, guarded.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code
            if (status == 403) != (rank.index(role) < rank.index(needed)) or status == 401 or status == 500:
                wrong.append((role, method, path, status))
    assert not wrong


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer  ", "Basic ", "Basic Og==", "Basic YWRtaW46", "Bearer null", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Bearer {TOKEN.upper()}", f"Digest {TOKEN}", TOKEN, "Basic " + base64.b64encode(b"admin:password1234").decode()],
)
def test_a_token_that_is_not_the_token_opens_nothing(guarded, value):
    """CVE-2025-1474, CVE-2025-11200: no empty password, no default account."""
    assert guarded.get("/api/v1/events", headers={"Authorization": value}).status_code == 401


def test_the_token_opens_as_bearer_and_as_the_mlflow_clients_password(guarded, bearer):
    basic = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
    for headers in (bearer, {"Authorization": f"Basic {basic}"}):
        assert guarded.get("/api/v1/events", headers=headers).status_code == 200


def refused(tmp_path, *arguments: str, **environment: str) -> str:
    """What a server says that does not start."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
    done = subprocess.run(
        [binary(), "server", "--data", str(tmp_path / "data"), *arguments], env={**clean, **environment}, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL
    )
    assert done.returncode != 0, done.stdout
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "127.0.0.1.evil.example:0", "192.0.2.1:0", ":0"])
@pytest.mark.parametrize("token", [None, ""])
def test_an_address_that_others_reach_needs_a_token(tmp_path, address, token):
    """CVE-2025-11201, CVE-2026-2614: no open server on a network by accident."""
    said = refused(tmp_path, "--listen", address, **({} if token is None else {"MARTLET_TOKEN": token}))
    assert "token" in said or "address" in said or "listen" in said, said


@pytest.mark.parametrize("token", ["x", "password", "123456789012345"])
def test_a_token_that_could_be_guessed_is_refused(tmp_path, token):
    """CVE-2025-11200: a length, and the token itself is not told in the error."""
    said = refused(tmp_path, "--listen", "127.0.0.1:0", MARTLET_TOKEN=token)
    assert "at least 16 characters" in said
    assert f"'{token}'" not in said


# Files

def test_nothing_that_the_server_writes_is_open_to_other_users(tmp_path, monkeypatch):
    """CVE-2022-0736, CVE-2026-4137: no predictable names in shared folders, and nobody else writes what is loaded."""
    shared = tmp_path / "tmp"
    shared.mkdir()
    monkeypatch.setenv("TMPDIR", str(shared))
    previous = os.umask(0)  # the worst case: the caller's umask protects nothing
    try:
        server = Server(tmp_path / "data")
    finally:
        os.umask(previous)
    try:
        files = {
            "martlet.yaml": "project: p\npipelines: {p: {steps: {make: {run: python3 make.py, outputs: [out], cache: false}}}}\n",
            "make.py": "import json, os\nopen(json.load(open(os.environ['MARTLET_STEP']))['outputs']['out'], 'w').write('x')\n",
        }
        tiny_project.apply(server, files)
        assert tiny_project.finished(server, tiny_project.start(server, "p", "p")["id"])["status"] == "succeeded"
        writable, readable = [], []
        for path in [server.data, *server.data.rglob("*"), *shared.rglob("*")]:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                continue
            if mode & 0o022:
                writable.append((oct(mode), str(path)))
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        for path in shared.iterdir():
            if path.stat().st_mode & 0o077:
                readable.append(str(path))
        assert not writable and not readable
        secrets = [path for path in server.data.iterdir() if path.name.startswith(("martlet.db", "server.lock"))]
        assert secrets and all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in secrets), [(p.name, oct(p.stat().st_mode)) for p in secrets]
    finally:
        server.stop()


# Other servers

class Receiver:
    """An HTTP server of this machine that must not be reached."""

    def __init__(self, redirect: str | None = None):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.seen.append(self.path)
                self.send_response(307 if redirect else 200)
                if redirect:
                    self.send_header("Location", redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def deliveries(server, webhook: str) -> list[dict]:
    return server.get(f"/api/v1/webhooks/{webhook}/deliveries").json()["items"]


def test_a_webhook_reaches_no_inner_address(fresh_server):
    """CVE-2026-2393: the cloud's metadata, this machine and private networks, in each way of writing them."""
    server = fresh_server()
    with Receiver() as receiver:
        forms = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"]
        addresses = [f"http://{host}:{receiver.port}/inner" for host in forms]
        addresses += ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/", "http://192.168.0.1/", "http://[::ffff:169.254.169.254]/"]
        made = {}
        for url in addresses:
            answer = server.post("/api/v1/webhooks", {"url": url, "events": ["run.created"]})
            assert answer.status_code in (201, 400, 403), answer.text
            if answer.status_code == 201:
                made[url] = answer.json()["id"]
        server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"})
        for url, webhook in made.items():
            tried = server.wait_for(lambda: [d for d in deliveries(server, webhook) if d["error"]], 30, f"the delivery to {url}")[0]
            assert tried["state"] != "delivered" and tried["status"] is None, (url, tried)
        assert receiver.seen == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/", "http://user:pw@example.org/", "http://", "http:///x", "//example.org", "http://a b/", "http://example.org\\@127.0.0.1/", "http://example.org:99999/", "http://[::1", "http://exa\nmple.org/", "jar:http://x/", ""])
def test_a_webhook_is_a_web_address(server, url):
    """CVE-2026-2393: what parsers read differently is not taken at all."""
    answer = server.post("/api/v1/webhooks", {"url": url, "events": ["run.created"]})
    assert answer.status_code == 400, answer.text


def test_a_webhook_follows_no_redirect(fresh_server):
    """CVE-2026-2393: neither to the metadata service nor anywhere else."""
    server = fresh_server(private_webhooks="true")
    with Receiver() as inner, Receiver(redirect=f"http://127.0.0.1:{inner.port}/inner") as outer:
        made = server.post("/api/v1/webhooks", {"url": f"http://127.0.0.1:{outer.port}/hook", "events": ["run.created"]}).json()
        server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"})
        tried = server.wait_for(lambda: [d for d in deliveries(server, made["id"]) if d["attempts"]], 30, "the delivery")[0]
        assert outer.seen and inner.seen == []
        assert tried["state"] != "delivered" and tried["status"] == 307


# Too much of it

def test_a_batched_graphql_query_finds_nobody(server):
    """CVE-2025-0453: there is no GraphQL."""
    answer = server.post("/graphql", [{"query": "{__schema{types{name}}}"}] * 1000)
    assert answer.status_code == 404


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 200_000 + b"]" * 200_000], ids=["lists", "objects", "closed"])
@pytest.mark.parametrize("path", ["/api/v1/projects/apply", "/api/v1/actuals", "/api/v1/webhooks", "/api/v1/tokens", "/serving/x/invocations", "/v2/models/x/infer", "/api/2.0/mlflow/runs/create"])
def test_json_that_nests_without_end_is_refused(server, path, body):
    """CVE-2025-0453: no input may eat the stack."""
    answer = requests.post(server.url + path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (400, 404, 413), answer.text
    assert server.get("/health").status_code == 200


@pytest.mark.parametrize("limit", ["-1", "0x10", "1e9", "99999999999999999999", "", "1.5", "' OR 1=1"])
@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/pipeline-runs", "/api/v1/promotions", "/api/v1/alerts", "/api/v1/datasets/points/versions", "/api/v1/monitoring/tiny"])
def test_nobody_asks_for_all_at_once(server, path, limit):
    """CVE-2025-0453: an answer has a bound."""
    answer = server.get(path, params={"limit": limit})
    assert answer.status_code in (400, 404), answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_readers_that_do_not_read_cost_no_memory(server):
    """CVE-2025-0453: a client that is slow holds up neither the server nor others."""
    def memory() -> int:
        return int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{server.process.pid}/status").read())[1]) // 1024

    address, port = server.url.removeprefix("http://").split(":")
    before, streams = memory(), []
    for _ in range(50):
        connection = socket.create_connection((address, int(port)), timeout=10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /api/v1/events/stream HTTP/1.1\r\nHost: {address}:{port}\r\n\r\n".encode())
        streams.append(connection)
    run = server.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0", "tags": [{"key": "k", "value": "v" * 4000}]}).json()["run"]["info"]["run_id"]
    for number in range(300):
        state = "RUNNING" if number % 2 else "FINISHED"
        server.post("/api/2.0/mlflow/runs/update", {"run_id": run, "status": state, "end_time": number})
    assert server.get("/health").elapsed.total_seconds() < 2
    assert memory() - before < 200
    for connection in streams:
        connection.close()


def test_a_request_line_without_end_is_refused(server):
    """CVE-2025-0453: nor is the head of a request without a bound."""
    for head in (f"GET /{'a' * 500_000} HTTP/1.1\r\nHost: HOST\r\n\r\n", "GET / HTTP/1.1\r\nHost: HOST\r\n" + "".join(f"X-{n}: {'a' * 1000}\r\n" for n in range(1000)) + "\r\n"):
        address, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((address, int(port)), timeout=10) as connection:
            try:
                connection.sendall(head.replace("HOST", f"{address}:{port}").encode())
                answer = connection.recv(4096)
            except (ConnectionError, TimeoutError):
                answer = b""
        assert not answer or answer.split(b" ", 2)[1][:1] == b"4", answer
    assert server.get("/health").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip", "x"])
def test_a_packed_body_is_no_bomb(server, encoding):
    """CVE-2025-0453: a few kilobytes never become gigabytes."""
    bomb = gzip.compress(b" " * (200 << 20))
    answer = requests.post(f"{server.url}/api/2.0/mlflow/runs/log-batch", data=bomb, headers={"Content-Type": "application/json", "Content-Encoding": encoding}, timeout=30)
    assert answer.status_code in (400, 413), answer.text
    assert len(answer.json()["message"]) > 20
