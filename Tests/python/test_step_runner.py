"""The step runner, run as the server runs it: a process of its own, in a project's folder."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "python"

PROJECT = '''
import json, os, sys, time
from pathlib import Path

def prepare(flights, outputs, train_days, holdout_days=14):
    """What the demo's own step looks like."""
    if train_days < 0:
        raise ValueError("train_days is negative")
    Path(outputs["train"]).write_text(json.dumps([flights, train_days, holdout_days]))

def anything(**given):
    Path(given["outputs"]["train"]).write_text(json.dumps(sorted(given)))

def keywords(*, depth, outputs):
    Path(outputs["train"]).write_text(f"{type(depth).__name__} {depth!r}")

def in_library(outputs):
    json.loads("{")

def forgetful(outputs):
    return "done"

def quits():
    sys.exit(5)

def waits(outputs):
    try:
        print("started")
        time.sleep(60)
    finally:
        Path(outputs["train"]).write_text("tidied up")

class Step:
    def __init__(self, outputs, depth):
        Path(outputs["train"]).write_text(f"{depth}")
'''


@pytest.fixture
def project(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "mysteps.py").write_text(PROJECT)
    return tmp_path


def describe(project, **changes):
    """Writes the step's file, as the server does, and returns its path."""
    document = {
        "run": "r1", "step": "prepare", "attempt": 1, "token": 7, "event_time": None,
        "inputs": {"flights": {"address": "dataset:flights@5", "kind": "dataset", "path": "/data/flights", "files": []}},
        "params": {"train_days": 90},
        "outputs": {"train": str(project / "out" / "train")},
    } | changes  # fmt: skip
    path = project / "step.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def start(project, target, step_file=None, **kwargs):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    environment.pop("MARTLET_STEP", None)
    if step_file:
        environment["MARTLET_STEP"] = str(step_file)
    return subprocess.Popen(
        [sys.executable, "-m", "martlet.step", *([target] if target else [])],
        cwd=project / "code", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs,
    )  # fmt: skip


def run(project, target, step_file=None):
    process = start(project, target, step_file)
    output, errors = process.communicate(timeout=30)
    last = errors.strip().splitlines()[-1] if errors.strip() else ""
    return process.returncode, output, errors, last


def written(project):
    return (project / "out" / "train").read_text()


def test_a_function_gets_input_paths_typed_params_and_its_defaults(project):
    status, _, errors, _ = run(project, "mysteps.prepare", describe(project))
    assert (status, errors) == (0, "")
    assert json.loads(written(project)) == ["/data/flights", 90, 14]


@pytest.mark.parametrize("value, told", [(3, "int 3"), (0.5, "float 0.5"), ("3", "str '3'"), (True, "bool True"),
                                         (None, "NoneType None"), ([1, 2], "list [1, 2]"), ({"a": 1}, "dict {'a': 1}")])  # fmt: skip
def test_a_param_keeps_the_type_it_has_in_the_project_file(project, value, told):
    status, *_ = run(project, "mysteps.keywords", describe(project, inputs={}, params={"depth": value}))
    assert status == 0
    assert written(project) == told


def test_a_function_with_open_keywords_gets_everything(project):
    assert run(project, "mysteps.anything", describe(project))[0] == 0
    assert json.loads(written(project)) == ["flights", "outputs", "train_days"]


def test_a_class_may_be_a_step(project):
    assert run(project, "mysteps.Step", describe(project, inputs={}, params={"depth": 2}))[0] == 0
    assert written(project) == "2"


def test_the_function_may_be_named_by_the_step_file(project):
    assert run(project, None, describe(project, uses="mysteps.prepare"))[0] == 0


def test_an_exception_ends_with_the_line_of_the_users_own_code_and_shows_no_frame_of_the_runner(project):
    status, _, errors, last = run(project, "mysteps.prepare", describe(project, params={"train_days": -1}))
    assert status == 1
    line = PROJECT.splitlines().index('        raise ValueError("train_days is negative")') + 1
    assert last == f"martlet: step prepare failed at mysteps.py:{line} in prepare: ValueError: train_days is negative"
    assert 'raise ValueError("train_days is negative")' in errors
    assert "martlet/step.py" not in errors


def test_an_exception_in_a_library_is_placed_where_the_users_code_called_it(project):
    status, _, errors, last = run(project, "mysteps.in_library", describe(project, inputs={}, params={}))
    line = PROJECT.splitlines().index('    json.loads("{")') + 1
    assert status == 1
    assert last.startswith(f"martlet: step prepare failed at mysteps.py:{line} in in_library: json.decoder.JSONDecodeError")
    assert "json/decoder.py" in errors


def test_a_syntax_error_names_file_and_line(project):
    (project / "code" / "broken.py").write_text("x = 1\ndef f(:\n")
    status, _, errors, last = run(project, "broken.f", describe(project))
    assert status == 1
    assert last.startswith("martlet: step prepare failed at broken.py:2: SyntaxError")
    assert "importlib" not in errors


def test_a_module_that_the_users_code_cannot_import_is_placed_in_the_users_code(project):
    (project / "code" / "needy.py").write_text("import no_such_library\n")
    status, _, _, last = run(project, "needy.f", describe(project))
    assert status == 1
    assert last.startswith("martlet: step prepare failed at needy.py:1 in <module>: ModuleNotFoundError")


@pytest.mark.parametrize("target, changes, message", [
    ("nomodule.f", {}, "there is no module 'nomodule' in "),
    ("mysteps.prepaer", {}, "there is in mysteps no function called 'prepaer'; did you mean 'prepare'?"),
    ("prepare", {}, "'prepare' names no function; write module.function"),
    ("mysteps.prepare", {"params": {"trian_days": 1}},
     "mysteps.prepare does not take 'trian_days': there is no parameter called 'trian_days'; did you mean 'train_days'?"),
    ("mysteps.prepare", {"params": {}}, "mysteps.prepare needs 'train_days', which is neither an input nor a param of the step"),
    ("mysteps.prepare", {"params": {"flights": 1}}, "'flights' is both an input and a param of the step; rename one"),
    ("mysteps.prepare", {"params": {"outputs": 1}}, "'outputs' is kept for the paths to write to; rename the input or param"),
])  # fmt: skip
def test_what_cannot_be_called_is_told_in_one_sentence_with_status_2(project, target, changes, message):
    status, _, errors, last = run(project, target, describe(project, **changes))
    assert status == 2
    assert message in last
    assert "Traceback" not in errors


def test_a_missing_step_file_says_that_this_is_no_step(project):
    status, _, _, last = run(project, "mysteps.prepare")
    assert status == 2
    assert last == "martlet: MARTLET_STEP is not set: this process was not started as a step of a pipeline"


@pytest.mark.parametrize("text, message", [
    ("{", "is not JSON"), ("[]", "holds no JSON object"), ('{"params": []}', ""), ('{"params": [1]}', "'params' is not an object"),
    ('{"inputs": {"a": 3}}', "input 'a' has no path"), ('{"outputs": {"a": 3}}', "output 'a' has no path"),
    ("[" * 100_000, "is not JSON"), ("\x00", "is not JSON"), ("é".encode("latin-1"), "is not JSON"),
])  # fmt: skip
def test_a_malformed_step_file_is_refused_with_status_2(project, text, message):
    path = project / "step.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    status, _, errors, last = run(project, "mysteps.prepare", path)
    assert status == 2
    assert message in last
    assert "Traceback" not in errors


def test_a_step_file_beyond_its_limit_is_not_read(project):
    path = project / "step.json"
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    status, _, _, last = run(project, "mysteps.prepare", path)
    assert status == 2
    assert "is larger than 16 MiB" in last


def test_an_output_that_was_not_written_fails_the_step_with_status_3(project):
    status, _, _, last = run(project, "mysteps.forgetful", describe(project, inputs={}, params={}))
    assert status == 3
    assert last == f"martlet: step prepare: mysteps.forgetful returned without writing 'train' ({project}/out/train)"


def test_a_step_that_exits_keeps_its_own_status(project):
    assert run(project, "mysteps.quits", describe(project, inputs={}, params={}))[0] == 5


def test_a_terminated_step_tidies_up_and_ends_with_143(project):
    process = start(project, "mysteps.waits", describe(project, inputs={}, params={}))
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    assert written(project) == "tidied up"


def test_a_command_step_reads_its_context(project):
    (project / "code" / "own.py").write_text(
        "import martlet\ns = martlet.context()\n"
        "print(s.step, s.attempt, s.inputs.flights, s.addresses.flights, s.params['train_days'], s.outputs.train)\n"
        "try:\n    s.inputs.fligths\nexcept AttributeError as e:\n    print(e)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "MARTLET_STEP": str(describe(project))}
    told = subprocess.run(
        [sys.executable, "own.py"], cwd=project / "code", env=environment, capture_output=True, text=True, timeout=30
    )
    assert told.stdout.splitlines() == [
        f"prepare 1 /data/flights dataset:flights@5 90 {project}/out/train",
        "there is nothing called 'fligths'; did you mean 'flights'?",
    ]


def test_the_runner_imports_nothing_heavy(project):
    (project / "code" / "light.py").write_text(
        "import sys\ndef f(outputs):\n    open(outputs['train'], 'w').write(' '.join(sys.modules))\n"
    )
    assert run(project, "light.f", describe(project, inputs={}, params={}))[0] == 0
    heavy = {"inspect", "traceback", "difflib", "subprocess", "socket", "asyncio", "logging", "typing", "numpy", "mlflow"}
    assert heavy.isdisjoint(written(project).split())
