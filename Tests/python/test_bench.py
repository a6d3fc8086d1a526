"""The mechanics of `make bench`, with its smallest settings: what is measured there is no test's business."""

import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT, binary

sys.path.insert(0, str(ROOT / "bench"))

from harness import servers, tracking
from harness.failure import BenchError
from harness.report import table


def bench(*arguments: str, within: float = 170, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "bench" / "run.py"), *arguments],
        env={**os.environ, "MARTLET_BINARY": binary(), **environment},
        capture_output=True,
        text=True,
        timeout=within,
        stdin=subprocess.DEVNULL,
    )


def test_a_comparison_prints_a_table_and_a_line_of_json_and_keeps_it(tmp_path):
    done = bench("log-batch", "--quick", "--results", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    result = json.loads(lines[-1])
    assert json.loads((tmp_path / "log-batch.json").read_text()) == result
    assert result["name"] == "log-batch" and result["unit"] == "batches/s"
    assert result["ratio"] == pytest.approx(result["martlet"] / result["peer"])
    assert result["settings"]["clients"] == 8 and result["settings"]["quick"] is True
    assert result["environment"]["versions"]["mlflow"] and result["environment"]["machine"]["cores"]
    assert {"1", "8"} == set(result["more"]["bare_sqlite"])
    assert any(line.startswith("martlet server") for line in lines)
    assert any(line.startswith("bare SQLite, 8 batches") for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["log-batch.json"], "data is left behind"


def test_a_missing_binary_is_an_error_that_says_what_to_do(tmp_path):
    done = bench("startup", "--quick", "--results", str(tmp_path), MARTLET_BINARY=str(tmp_path / "none"))
    assert done.returncode == 1
    assert "there is no binary" in done.stderr and "make build" in done.stderr
    assert not (tmp_path / "startup.json").exists()


def test_a_missing_peer_is_an_error_not_a_skip(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(BenchError, match="the peer's command .* is missing"):
        servers.mlflow_command()


@pytest.mark.parametrize(("stored", "right"), [(100, True), (108, True), (99, False), (109, False), (0, False)])
def test_a_side_that_lost_or_invented_writes_has_no_result(stored, right):
    if right:
        return tracking.check_stored("it", 100, stored, 8)
    with pytest.raises(BenchError, match=f"acknowledged 100 calls and stores {stored}"):
        tracking.check_stored("it", 100, stored, 8)


def test_an_unknown_comparison_is_told_with_those_that_there_are():
    done = bench("log-bach")
    assert done.returncode == 2
    assert "no comparison 'log-bach': choose all, log-batch, log-metric, startup, one-row" in done.stderr


def test_a_table_has_its_numbers_to_the_right():
    assert table([["", "n"], ["ours", "10"], ["theirs", "9"]]) == "         n\n------  --\nours    10\ntheirs   9"
