"""Attacks on MLflow servers by the name of their CVE, and input that is simply bad: an error each, and nothing lost."""

import json
import socket
import uuid

import pytest
import requests

API = "/api/2.0/mlflow"
STORE = "/api/2.0/mlflow-artifacts/artifacts"

TRAVERSALS = [
    pytest.param("/etc/passwd", id="CVE-2023-1176 absolute"),
    pytest.param("../../etc/passwd", id="CVE-2023-2356 relative"),
    pytest.param("a/../../etc/passwd", id="CVE-2023-6909 relative inside"),
    pytest.param("..\\..\\etc\\passwd", id="CVE-2023-2780 backslash"),
    pytest.param("a\\..\\b", id="CVE-2023-6977 backslash inside"),
    pytest.param("%2e%2e%2f%2e%2e%2fetc/passwd", id="CVE-2024-1560 encoded twice"),
    pytest.param("%252e%252e%252fetc%252fpasswd", id="CVE-2024-1560 encoded three times"),
    pytest.param("a;/../../etc/passwd", id="CVE-2024-1593 semicolon"),
    pytest.param("a;..;/etc/passwd", id="CVE-2024-1593 semicolon part"),
    pytest.param("a#/../../etc/passwd", id="CVE-2024-3573 fragment"),
    pytest.param("file:///etc/passwd", id="CVE-2024-3573 file scheme"),
    pytest.param("C:/Windows/system.ini", id="drive"),
    pytest.param("a//b", id="empty part"),
    pytest.param("./a", id="dot part"),
    pytest.param("a\nb", id="control character"),
]


@pytest.fixture
def run(server):
    body = server.post(f"{API}/runs/create", {"experiment_id": "0"}).json()
    return body["run"]["info"]["run_id"]


def encoded(path: str) -> str:
    """The path as one that a client means literally: every character that could be taken for structure encoded."""
    return "".join(c if c.isalnum() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path)


def raw(server, method: str, target: str, body: bytes = b"", headers: str = "") -> tuple[int, bytes]:
    """A request whose path no client library tidies up."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("path", TRAVERSALS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leaves_the_store(server, path, method):
    status, answer = raw(server, method, f"{STORE}/{encoded(path)}", b"evil" if method == "PUT" else b"")
    assert status == 400, answer
    assert b"root:" not in answer and b"INVALID_PARAMETER_VALUE" in answer


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_query_leaves_the_store(server, run, path):
    """CVE-2023-30172: every route that takes a path, not only the store's."""
    for url, params in [
        (STORE, {"path": path}),
        (f"{API}/artifacts/list", {"run_id": run, "path": path}),
        ("/get-artifact", {"run_id": run, "path": path}),
    ]:
        answer = server.get(url, params=params)
        assert answer.status_code == 400, (url, answer.text)
        assert "root:" not in answer.text


def test_a_path_with_nul_is_no_path(server, run):
    assert raw(server, "GET", f"{STORE}/a%00b")[0] in (400, 404)
    assert raw(server, "PUT", f"{STORE}/a%00b", b"x")[0] in (400, 404)
    assert server.get("/get-artifact", params={"run_id": run, "path": "a\0b"}).status_code in (400, 404)


def test_plain_dots_in_the_request_line_find_nothing(server):
    status, answer = raw(server, "GET", f"{STORE}/../../../../../../etc/passwd")
    assert status in (400, 404) and b"root:" not in answer


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("/etc", id="CVE-2023-1177 local path"),
        pytest.param("file:///etc", id="CVE-2023-1177 file"),
        pytest.param("file:etc", id="CVE-2024-3573 file without slashes"),
        pytest.param("//x/etc", id="CVE-2024-3573 no scheme"),
        pytest.param(":x", id="CVE-2024-3573 empty scheme"),
        pytest.param("", id="CVE-2026-2614 empty"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="CVE-2026-2393 internal address"),
        pytest.param("s3://bucket/model", id="other store"),
        pytest.param("mlflow-artifacts:/../../etc", id="CVE-2025-11201 relative"),
        pytest.param("mlflow-artifacts://host:1/../../etc", id="CVE-2023-2356 relative with host"),
        pytest.param("mlflow-artifacts:/..%2f..%2fetc", id="CVE-2024-1560 encoded"),
        pytest.param("mlflow-artifacts:/0", id="another run's files"),
        pytest.param("runs:/../../etc", id="runs relative"),
        pytest.param("models:/m-../../etc", id="models relative"),
        pytest.param("$(touch /tmp/owned)", id="CVE-2026-0596 shell"),
    ],
)
def test_a_version_takes_its_model_only_from_the_own_store(server, run, source):
    name = f"threat {uuid.uuid4().hex}"
    server.post(f"{API}/registered-models/create", {"name": name})
    answer = server.post(f"{API}/model-versions/create", {"name": name, "source": source, "run_id": run})
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST")
    assert "model_versions" not in server.get(f"{API}/model-versions/search", params={"filter": f"name = '{name}'"}).json()


def test_an_uploaded_page_comes_back_as_a_download(server, run):
    """CVE-2023-6568 and its like: what was uploaded must not run in a browser, whatever type the upload claimed."""
    path = f"{STORE}/0/{run}/artifacts/page.html"
    page = b"<script>alert(1)</script>"
    assert requests.put(server.url + path, data=page, headers={"Content-Type": "text/html"}, timeout=10).status_code == 200
    for url, params in [(path, {}), ("/get-artifact", {"run_id": run, "path": "page.html"})]:
        answer = server.get(url, params=params)
        assert answer.content == page
        assert "html" not in answer.headers["Content-Type"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_content_type_is_not_reflected(server):
    answer = requests.post(f"{server.url}{API}/runs/create", data="<script>", headers={"Content-Type": "<script>alert(1)</script>"}, timeout=10)
    assert answer.status_code == 400 and answer.headers["Content-Type"].startswith("application/json")


def test_a_form_of_another_site_changes_nothing(server):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = requests.post(f"{server.url}{API}/experiments/create", data=json.dumps({"name": kind}), headers={"Content-Type": kind}, timeout=10)
        assert answer.status_code == 400
    assert server.get(f"{API}/experiments/get-by-name", params={"experiment_name": "text/plain"}).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(server, host):
    """CVE-2025-14279: DNS rebinding."""
    address, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((address, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {API}/experiments/search HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(65536).split(b" ", 2)[1] in (b"403", b"400")


NAMES = ["'; DROP TABLE runs; --", '" OR 1=1 --', "$(reboot)", "`id`", "a' || 'b", "%s%n", "😀\u202e", "\\'"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(server, run, name):
    made = server.post(f"{API}/experiments/create", {"name": f"{name} {run}", "tags": [{"key": "k", "value": name}]})
    assert made.status_code == 200
    number = made.json()["experiment_id"]
    assert server.get(f"{API}/experiments/get", params={"experiment_id": number}).json()["experiment"]["name"] == f"{name} {run}"
    quoted = name.replace("'", "''")
    found = server.post(f"{API}/experiments/search", {"filter": f"tags.k = '{quoted}' AND name = '{quoted} {run}'"}).json()
    assert [e["experiment_id"] for e in found.get("experiments", [])] == [number]
    tag = {"run_id": run, "key": "note", "value": name}
    assert server.post(f"{API}/runs/set-tag", tag).status_code == 200
    found = server.post(f"{API}/runs/search", {"experiment_ids": ["0"], "filter": f"tags.note = '{quoted}' AND run_id = '{run}'"}).json()
    assert len(found["runs"]) == 1


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"run_id": 5}',
    b'{"run_id": "x", "metrics": 5}',
    b'{"run_id": "x", "metrics": [5]}',
    b'{"run_id": "x", "metrics": [{"key": "a", "value": "high", "timestamp": 1}]}',
    b'{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": -1}]}',
    b'{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": 1e400}]}',
    b'{"run_id": "x", "metrics": [{"key": "", "value": 1, "timestamp": 1}]}',
    b'{"run_id": "x", "metrics": [{"key": "../a", "value": 1, "timestamp": 1}]}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_bad_body_gets_a_clear_error(server, body):
    answer = requests.post(f"{server.url}{API}/runs/log-batch", data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["error_code"] and len(answer.json()["message"]) > 10


def test_a_body_of_100_megabytes_is_refused(server):
    def pieces():
        for _ in range(100):
            yield b" " * 1_000_000

    try:
        answer = requests.post(f"{server.url}{API}/runs/log-batch", data=pieces(), headers={"Content-Type": "application/json"}, timeout=60)
        assert answer.status_code == 413 and "larger than" in answer.json()["message"]
    except requests.exceptions.ConnectionError:
        pass  # the server may close instead of reading on
    assert server.get(f"{API}/experiments/search").status_code == 200


def test_a_filter_without_end_is_refused(server):
    for text in ["(" * 30_000, "metrics.a > 1 AND " * 5000, "'" * 10_000, "metrics." * 2000, "`" * 9999]:
        answer = server.post(f"{API}/runs/search", {"experiment_ids": ["0"], "filter": text})
        assert answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


def test_a_file_does_not_become_a_folder(server, run):
    base = f"{server.url}{STORE}/0/{run}/artifacts"
    assert requests.put(f"{base}/a", data=b"1", timeout=10).status_code == 200
    assert requests.put(f"{base}/a/b", data=b"2", timeout=10).status_code == 400
    assert requests.put(f"{base}/d/e", data=b"3", timeout=10).status_code == 200
    assert requests.put(f"{base}/d", data=b"4", timeout=10).status_code == 400
    assert requests.get(f"{base}/a", timeout=10).content == b"1"
