"""The command line as docs/cli.md promises it: help, errors, exit statuses, JSON."""

import json
import os
import subprocess

import pytest
import requests

from conftest import binary

VERBS = ["server", "demo", "plan", "apply", "status", "run", "logs", "promote", "rollback", "predict", "why", "data", "events", "doctor"]
NOBODY = "http://127.0.0.1:9"

PROJECT = """\
project: small
datasets:
  numbers:
    description: Numbers
    owner: tests
    checks:
      - {column: x, type: long, min: 0, nulls: 0}
"""


def martlet(*arguments, cwd=None, url=NOBODY, **environment):
    variables = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
    return subprocess.run(
        [binary(), *arguments], env={**variables, "MARTLET_URL": url, **environment}, capture_output=True, text=True,
        timeout=60, cwd=cwd, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path):
    (tmp_path / "martlet.yaml").write_text(PROJECT)
    (tmp_path / "steps.py").write_text("def nothing(outputs):\n    pass\n")
    return tmp_path


@pytest.mark.parametrize("verb", VERBS + ["data list", "data show", "data add", "data accept", "data reject"])
def test_the_help_of_each_verb_has_an_example(verb):
    done = martlet(*verb.split(), "--help")
    assert done.returncode == 0
    assert "EXAMPLES:" in done.stdout and f"martlet {verb}" in done.stdout


def test_the_overview_names_each_verb():
    listed = martlet("--help").stdout
    assert all(f"\n  {verb} " in listed for verb in VERBS)


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["events"], ["data", "list"], ["why", "prediction:x-0"], ["run", "train"], ["logs", "train"], ["promote", "m", "1"], ["rollback", "m", "--reason", "r"]],
    ids=lambda arguments: arguments[0],
)
def test_without_a_server_each_verb_says_how_to_start_one(arguments):
    done = martlet(*arguments)
    assert done.returncode == 69
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: no server answers at {NOBODY}\n  hint: start one with `martlet server`")


@pytest.mark.parametrize(
    "arguments, status, told",
    [
        (["fly"], 64, "Unexpected argument 'fly'"),
        (["status", "--url", "somewhere"], 64, "error: the server's address is 'somewhere'"),
        (["promote", "flights"], 64, "name the version to promote"),
        (["promote", "flights", "1", "--force"], 64, "--force needs --reason"),
        (["rollback", "flights"], 64, "--reason"),
        (["run", "train", "--param", "depth"], 64, "error: the param 'depth' has no value\n  hint: --param NAME=VALUE"),
        (["events", "--limit", "0"], 64, "--limit is from 1 to 100000"),
        (["demo", "--months", "10"], 64, "--months is from 1 (April) to 9 (December)"),
        (["predict", "flights", "--input", "/nowhere/rows.csv"], 66, "error: open /nowhere/rows.csv: No such file or directory"),
        (["data", "add", "flights", "/nowhere/rows.csv"], 66, "error: there is no file /nowhere/rows.csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_told_with_what_would_be_right(arguments, status, told):
    done = martlet(*arguments)
    assert (done.returncode, told in done.stderr) == (status, True), done.stderr


def test_apply_outside_a_project_says_where_to_go(tmp_path):
    done = martlet("apply", cwd=tmp_path)
    assert done.returncode == 66
    assert done.stderr.startswith("error: there is no file martlet.yaml\n  hint: go to the project's folder")


def test_doctor_says_what_it_found_and_what_to_do(tmp_path):
    done = martlet("doctor", "--data", str(tmp_path / "data"), "--python", "/nowhere/python", "--output", "json")
    answer = json.loads(done.stdout)
    checks = {check["check"]: check for check in answer["checks"]}
    assert (done.returncode, answer["ok"]) == (1, False)
    assert checks["python"]["grade"] == "missing" and "--python" in checks["python"]["advice"]
    assert checks["server"]["grade"] == "note" and "martlet server" in checks["server"]["advice"]
    assert checks["data"]["grade"] == "good" and checks["clock"]["grade"] == "good"
    assert not (tmp_path / "data").exists() and not list(tmp_path.glob(".martlet-doctor*"))


def test_plan_shows_the_difference_and_apply_makes_it_once(server, project):
    planned = json.loads(server.cli("plan", "--output", "json", cwd=project).stdout)
    assert {(change["kind"], change["name"]): change["action"] for change in planned["changes"]}[("dataset", "numbers")] == "create"
    assert server.cli("plan", "--check", cwd=project, check=False).returncode == 2
    server.cli("apply", cwd=project)
    assert "nothing to change" in server.cli("apply", cwd=project).stdout
    assert server.cli("plan", "--check", cwd=project).returncode == 0


def test_a_mistake_in_the_declaration_names_line_and_remedy(server, project):
    (project / "martlet.yaml").write_text(PROJECT.replace("checks:", "cheks:"))
    done = server.cli("plan", cwd=project, check=False)
    assert done.returncode == 64
    assert "6:" in done.stderr and "cheks" in done.stderr and "checks" in done.stderr


def test_several_files_make_one_version_and_a_failed_check_waits(server, project):
    server.cli("apply", cwd=project)
    (project / "a.csv").write_text("x\n1\n2\n")
    (project / "b.csv").write_text("x\n3\n")
    (project / "bad.csv").write_text("x\n-1\n")
    added = json.loads(server.cli("data", "add", "numbers", "a.csv", "b.csv", "--output", "json", cwd=project).stdout)
    assert (added["version"], added["rows"], added["status"]) == (1, 3, "accepted")
    waits = server.cli("data", "add", "numbers", "bad.csv", cwd=project, check=False)
    assert waits.returncode == 3 and "waiting" in waits.stdout and "martlet data accept numbers 2" in waits.stderr
    rejected = json.loads(server.cli("data", "reject", "numbers", "2", "--reason", "wrong sign", "--output", "json").stdout)
    assert rejected["status"] == "rejected"
    listed = json.loads(server.cli("data", "list", "--output", "json").stdout)["items"]
    assert [(item["name"], item["latest"], item["waiting"]) for item in listed] == [("numbers", 1, [])]
    assert "3 rows" in server.cli("data", "show", "numbers").stdout


def test_status_and_events_answer_as_json(server, project):
    server.cli("apply", cwd=project)
    status = json.loads(server.cli("status", "--output", "json").stdout)
    assert status["url"] == server.url and {"overview", "deployments", "models", "active_runs", "open_alerts"} <= status.keys()
    events = [json.loads(line) for line in server.cli("events", "--output", "json").stdout.splitlines()]
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    assert "project.applied" in {event["kind"] for event in events}
    verified = json.loads(server.cli("events", "--verify", "--output", "json").stdout)
    assert verified["ok"] is True and verified["events"] >= len(events)


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["data", "show", "nubmers"], "nubmers"),
        (["why", "prediction:nothing-0"], "nothing-0"),
        (["run", "trian"], "there is no pipeline 'trian'"),
        (["logs", "nothing"], "there is no run 'nothing'"),
        (["promote", "--explain", "nothing"], "no version of model 'nothing' has been through the gates"),
        (["predict", "nothing", "--input", "rows.json"], "nothing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_does_not_exist_ends_with_66(server, project, arguments, told):
    (project / "rows.json").write_text('{"inputs": [[1]]}')
    done = server.cli(*arguments, cwd=project, check=False)
    assert (done.returncode, told in done.stderr) == (66, True), done.stderr


def test_the_same_code_has_the_same_digest_wherever_it_stands(server, project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("martlet.yaml", "steps.py"):
        (elsewhere / name).write_bytes((project / name).read_bytes())
    os.utime(elsewhere / "steps.py", (0, 0))
    server.cli("apply", cwd=project)
    assert "nothing to change" in server.cli("apply", cwd=elsewhere).stdout


def test_there_is_no_progress_bar_where_nobody_looks(server, project):
    server.cli("apply", cwd=project)
    (project / "c.csv").write_text("x\n7\n")
    done = server.cli("data", "add", "numbers", "c.csv", cwd=project)
    assert "\r" not in done.stderr and "\x1b" not in done.stdout + done.stderr


def test_a_server_with_an_open_event_stream_stops_when_told(fresh_server):
    running = fresh_server()
    with requests.get(running.url + "/api/v1/events/stream", stream=True, timeout=30) as stream:
        assert next(stream.iter_lines()) == b": connected"
        assert running.stop(within=15) == 0
