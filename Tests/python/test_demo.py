"""The demo closes the loop by itself, on real data, over the public API (a month of it)."""

import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT, binary


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A demo's folder; data that was fetched before is taken from $MARTLET_FLIGHTS."""
    folder = tmp_path_factory.mktemp("demo")
    fetched = os.environ.get("MARTLET_FLIGHTS")
    if fetched:
        (folder / "flights").symlink_to(fetched)
    return folder


def demo(folder, *arguments, within=420):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MARTLET_", "MLFLOW_"))}
    done = subprocess.run(
        [binary(), "demo", "--no-serve", "--output", "json", "--data", str(folder), "--python", sys.executable, *arguments],
        env=environment, capture_output=True, text=True, timeout=within, cwd=ROOT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    log = folder / "server.log"
    assert done.returncode == 0, f"{done.stderr[-4000:]}\n{log.read_text(errors='replace')[-4000:] if log.exists() else ''}"
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def april(folder):
    return demo(folder, "--months", "1")


def test_every_request_of_the_month_is_answered(april):
    summary, _ = april
    assert summary["failed"] == 0 and summary["first_failure"] is None
    assert summary["requests"] > 500 and summary["predictions"] > 25_000 and summary["actuals"] > 20_000


def test_a_champion_and_at_least_one_challenger_are_judged_by_figures(april):
    decisions = april[0]["promotions"]
    assert decisions[0]["decision"] == "promoted" and decisions[0]["against"] is None
    judged = [decision for decision in decisions if decision["against"] is not None]
    assert judged and all(0.5 < decision["challenger"] < 1 and 0 <= decision["confidence"] <= 1 for decision in judged)
    assert all(decision["decision"] in ("promoted", "refused") for decision in judged)


def test_the_warmer_april_fires_an_alert(april):
    assert april[0]["alerts"]["fired"] >= 1 and "temp" in april[0]["alerts"]["features"]


def test_the_event_log_is_whole(april):
    assert april[0]["events_whole"] is True and april[0]["events"] > 20


def test_events_are_told_as_plain_lines_where_nobody_looks(april):
    told = april[1]
    assert "promoted" in told and "alert" in told and "\r" not in told and "\x1b" not in told


def test_a_real_prediction_has_its_whole_evidence(april, folder):
    from conftest import Server

    again = Server(folder / "server")
    try:
        done = again.cli("why", f"prediction:{april[0]['prediction']}", "--output", "json")
        evidence = json.loads(done.stdout)
        assert evidence.get("missing", []) == []
        for part in ("prediction", "model_version", "promotion", "run", "pipeline_run", "steps", "datasets", "code"):
            assert evidence[part], part
        explained = json.loads(again.cli("promote", "--explain", "flights", "--output", "json").stdout)
        assert explained["checks"] and explained["decision"] in ("promoted", "refused")
    finally:
        again.stop()


def test_run_again_it_goes_on_from_what_is_stored(april, folder):
    summary, told = demo(folder, "--months", "1")
    assert summary["requests"] == april[0]["requests"] and "live 2013-04" not in told
    assert [item["version"] for item in summary["promotions"]] == [item["version"] for item in april[0]["promotions"]]
