"""The stock mlflow client against the real server: what a user's training script does, and what it gets back."""

import math
import os
import uuid

import pytest

pytest.importorskip("mlflow")

import mlflow
import numpy as np
import pandas as pd
import requests
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


@pytest.fixture(autouse=True)
def client(server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    mlflow.set_tracking_uri(server.url)
    mlflow.set_registry_uri(server.url)
    yield MlflowClient(server.url)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def experiment(client):
    return client.create_experiment(f"experiment {uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"hour": rng.integers(0, 24, 300), "distance": rng.normal(1000, 300, 300), "origin": rng.choice(["EWR", "JFK"], 300)})
    frame["late"] = (frame.hour + rng.normal(0, 4, 300) > 14).astype(int)
    return frame


def fitted(frame):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    encoder = make_column_transformer((OneHotEncoder(), ["origin"]), remainder="passthrough")
    return make_pipeline(encoder, LogisticRegression(max_iter=2000)).fit(frame[["hour", "distance", "origin"]], frame.late)


# Experiments


def test_the_default_experiment_is_there(client):
    default = client.get_experiment("0")
    assert default.name == "Default"
    assert default.artifact_location == "mlflow-artifacts:/0"
    assert client.get_experiment_by_name("nobody's") is None


def test_an_experiment_is_created_renamed_tagged_deleted_and_restored(client):
    name = f"life {uuid.uuid4().hex}"
    number = client.create_experiment(name, tags={"team": "ops"})
    assert client.get_experiment(number).tags == {"team": "ops"}
    with pytest.raises(MlflowException) as error:
        client.create_experiment(name)
    assert error.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert f"Experiment(name={name}) already exists" in error.value.message
    client.set_experiment_tag(number, "team", "risk")
    client.rename_experiment(number, name + "!")
    client.delete_experiment(number)
    assert client.get_experiment(number).lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        client.create_run(number)
    client.restore_experiment(number)
    assert client.get_experiment_by_name(name + "!").tags == {"team": "risk"}


def test_experiments_are_searched_by_name_and_tag_and_paged(client):
    mark = uuid.uuid4().hex[:8]
    for index in range(5):
        client.create_experiment(f"{mark}-{index}", tags={"part": str(index % 2)})
    found = client.search_experiments(filter_string=f"name LIKE '{mark}%' AND tags.part = '1'", order_by=["name DESC"])
    assert [e.name for e in found] == [f"{mark}-3", f"{mark}-1"]
    page = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}%'", max_results=2, order_by=["name"])
    assert [e.name for e in page] == [f"{mark}-0", f"{mark}-1"]
    client.create_experiment(f"{mark}-0a")  # a row before the page's end must not shift the next page
    page = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}%'", max_results=2, order_by=["name"], page_token=page.token)
    assert [e.name for e in page] == [f"{mark}-2", f"{mark}-3"]


# Runs


def test_a_run_keeps_params_metrics_tags_and_its_end(client, experiment):
    with mlflow.start_run(experiment_id=experiment, run_name="fit", tags={"who": "me"}) as run:
        mlflow.log_params({"depth": 3, "rate": 0.1})
        for step, value in enumerate([0.5, 0.7, 0.6]):
            mlflow.log_metric("auroc", value, step=step)
        mlflow.set_tag("note", "ünï©ode")
    got = client.get_run(run.info.run_id)
    assert got.info.status == "FINISHED" and got.info.end_time >= got.info.start_time
    assert got.info.run_name == "fit" and got.data.tags["mlflow.runName"] == "fit"
    assert got.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{run.info.run_id}/artifacts"
    assert got.data.params == {"depth": "3", "rate": "0.1"}
    assert got.data.metrics == {"auroc": 0.6}
    assert got.data.tags["note"] == "ünï©ode" and got.data.tags["who"] == "me"
    assert [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "auroc")] == [(0, 0.5), (1, 0.7), (2, 0.6)]


def test_a_run_without_a_name_gets_one(client, experiment):
    run = client.create_run(experiment)
    assert run.info.run_name and run.data.tags["mlflow.runName"] == run.info.run_name


def test_the_latest_metric_is_that_of_the_greatest_step_then_time_then_value(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_metric(run, "m", 1.0, timestamp=1000, step=5)
    client.log_metric(run, "m", 9.0, timestamp=2000, step=4)
    assert client.get_run(run).data.metrics["m"] == 1.0
    client.log_metric(run, "m", 0.5, timestamp=1000, step=5)
    assert client.get_run(run).data.metrics["m"] == 1.0
    client.log_metric(run, "m", 0.1, timestamp=1001, step=5)
    assert client.get_run(run).data.metrics["m"] == 0.1


def test_metrics_that_are_no_numbers_come_back_as_such(client, experiment):
    run = client.create_run(experiment).info.run_id
    for key, value in {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.items():
        client.log_metric(run, key, value)
    metrics = client.get_run(run).data.metrics
    assert math.isnan(metrics["nan"])
    assert metrics["inf"] > 1e300 and metrics["-inf"] < -1e300
    assert math.isnan(client.get_metric_history(run, "nan")[0].value)


def test_a_param_cannot_change_and_the_same_value_may_come_again(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "depth", 3)
    client.log_param(run, "depth", 3)
    with pytest.raises(MlflowException, match="Changing param values is not allowed. Param with key='depth' was already"):
        client.log_param(run, "depth", 4)
    with pytest.raises(MlflowException, match="Changing param values is not allowed. Params were already"):
        client.log_batch(run, params=[Param("depth", "4"), Param("new", "1")])
    assert client.get_run(run).data.params == {"depth": "3"}


def test_a_batch_that_comes_twice_is_stored_once(client, experiment, server):
    run = client.create_run(experiment).info.run_id
    metrics = [Metric(f"m{i % 7}", i / 3, 1_700_000_000_000 + i, i) for i in range(700)]
    for _ in range(2):
        client.log_batch(run, metrics=metrics, params=[Param("a", "b")], tags=[RunTag("t", "1"), RunTag("t", "2")])
    assert len(client.get_metric_history(run, "m0")) == 100
    data = client.get_run(run).data
    assert data.metrics["m6"] == 699 / 3 and data.tags["t"] == "2"


def test_a_batch_over_its_limits_is_refused_whole(client, experiment, server):
    run = client.create_run(experiment).info.run_id
    body = {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": 0}] * 1001}
    answer = server.post("/api/2.0/mlflow/runs/log-batch", body)
    assert answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "A batch logging request can contain at most 1000 metrics. Got 1001 metrics." in answer.json()["message"]
    body = {"run_id": run, "params": [{"key": "p", "value": "1"}, {"key": "p", "value": "1"}]}
    answer = server.post("/api/2.0/mlflow/runs/log-batch", body)
    assert "Duplicate parameter keys have been submitted: ['p']" in answer.json()["message"]
    body = {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": 1}], "tags": [{"key": "../x", "value": "1"}]}
    assert server.post("/api/2.0/mlflow/runs/log-batch", body).status_code == 400
    assert client.get_run(run).data.metrics == {}


def test_numbers_of_64_bits_are_taken_as_texts_and_as_numbers(client, experiment, server):
    run = client.create_run(experiment).info.run_id
    for step in ("9007199254740993", 9007199254740993):
        body = {"runId": run, "key": "big", "value": "1.5", "timestamp": "1700000000000", "step": step, "unknown": {}}
        assert server.post("/ajax-api/2.0/mlflow/runs/log-metric", body).status_code == 200
    history = client.get_metric_history(run, "big")
    assert [m.step for m in history] == [9007199254740993]


def test_a_deleted_run_refuses_points_and_comes_back(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.delete_run(run)
    with pytest.raises(MlflowException, match=f"The run {run} must be in the 'active' state. Current state is deleted."):
        client.log_metric(run, "m", 1)
    assert client.search_runs([experiment]) == []
    assert len(client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)) == 1
    client.restore_run(run)
    client.set_tag(run, "a", "1")
    client.delete_tag(run, "a")
    with pytest.raises(MlflowException) as error:
        client.delete_tag(run, "a")
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_what_is_not_there_is_told_in_mlflows_words(client, server):
    with pytest.raises(MlflowException) as error:
        client.get_run("0" * 32)
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST" and "not found" in error.value.message
    with pytest.raises(MlflowException, match="No Experiment with id=99999 exists"):
        client.get_experiment("99999")
    answer = server.get("/api/2.0/mlflow/no/such/call")
    assert answer.status_code == 404 and answer.json()["error_code"] == "ENDPOINT_NOT_FOUND"
    answer = server.post("/api/2.0/mlflow/runs/log-metric", {"run_id": "x"})
    assert "Missing value for required parameter 'key'" in answer.json()["message"]


# Search


@pytest.fixture
def runs(client, experiment):
    ids = []
    for index in range(6):
        run = client.create_run(experiment, run_name=f"run {index}", start_time=1000 + index).info.run_id
        client.log_batch(
            run,
            metrics=[Metric("acc", index / 10, 1, 0), Metric("a b/c", 1 - index / 10, 1, 0)] if index != 3 else [],
            params=[Param("depth", str(index % 3))],
            tags=[RunTag("kind", "Odd" if index % 2 else "even"), *([RunTag("extra", "x")] if index > 3 else [])],
        )
        ids.append(run)
    client.log_metric(ids[5], "acc", math.nan, step=1)
    client.set_terminated(ids[0])
    return ids


@pytest.mark.parametrize(
    "filter, expected",
    [
        ("", [5, 4, 3, 2, 1, 0]),
        ("metrics.acc > 0.1", [4, 2]),
        ("metric.acc >= 0.1 and params.depth = '1'", [4, 1]),
        ('metrics."a b/c" < 0.7', [5, 4]),
        ("metrics.`a b/c` = 1", [0]),
        ("params.depth != '0'", [5, 4, 2, 1]),
        ("tags.kind LIKE 'o%'", []),
        ("tags.kind LIKE 'O%'", [5, 3, 1]),
        ("tags.kind ILIKE 'o%d'", [5, 3, 1]),
        ("tags.extra IS NULL AND tag.kind = 'even'", [2, 0]),
        ("tags.extra IS NOT NULL", [5, 4]),
        ("attributes.status = 'FINISHED'", [0]),
        ("run_name IN ('run 1', 'run 4')", [4, 1]),
        ("attributes.run_name NOT IN ('run 1', 'run 4')", [5, 3, 2, 0]),
        ("start_time > 1003", [5, 4]),
        ("status = 'RUNNING' and metrics.acc < 0.2", [1]),
    ],
)
def test_runs_are_found_by_filter(client, experiment, runs, filter, expected):
    found = client.search_runs([experiment], filter)
    assert [runs.index(run.info.run_id) for run in found] == expected


@pytest.mark.parametrize(
    "order, expected",
    [
        (["metrics.acc DESC"], [4, 2, 1, 0, 5, 3]),  # NaN behind numbers, runs without the metric last
        (["metrics.acc ASC"], [0, 1, 2, 4, 5, 3]),
        (["params.depth", "start_time ASC"], [0, 3, 1, 4, 2, 5]),
        (["tags.extra", "attributes.start_time DESC"], [5, 4, 3, 2, 1, 0]),
        (["run_name DESC"], [5, 4, 3, 2, 1, 0]),
        (["end_time"], [0, 5, 4, 3, 2, 1]),
    ],
)
def test_runs_are_ordered_and_paged_the_same(client, experiment, runs, order, expected):
    found = client.search_runs([experiment], order_by=order)
    assert [runs.index(run.info.run_id) for run in found] == expected
    paged, token = [], None
    while True:
        page = client.search_runs([experiment], order_by=order, max_results=2, page_token=token)
        paged += [runs.index(run.info.run_id) for run in page]
        token = page.token
        if not token:
            break
    assert paged == expected


@pytest.mark.parametrize(
    "filter, message",
    [
        ("metrics.acc > 'high'", "Expected numeric value type for metric"),
        ("params.depth = 3", "Expected a quoted string value"),
        ("params.depth > '3'", "Invalid comparator '>'"),
        ("nonsense.acc = 1", "Invalid entity type 'nonsense'"),
        ("metrics.acc > 1 OR metrics.acc < 0", "Invalid clause"),
        ("attributes.nonsense = 'a'", "Invalid attribute key 'nonsense'"),
        ("metrics.acc >", "Invalid clause"),
        ("name = 'open", "is not closed"),
    ],
)
def test_a_wrong_filter_is_told_what_is_wrong(client, experiment, filter, message):
    with pytest.raises(MlflowException, match=message) as error:
        client.search_runs([experiment], filter)
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"


# Inputs, artifacts, models


def test_datasets_that_a_run_used_are_kept_and_searchable(client, experiment, frame):
    data = mlflow.data.from_pandas(frame, name="flights", targets="late")
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_input(data, context="training")
        mlflow.log_input(data, context="training")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert len(inputs) == 1 and inputs[0].dataset.name == "flights" and inputs[0].dataset.digest == data.digest
    assert inputs[0].tags[0].value == "training"
    assert len(client.search_runs([experiment], "datasets.name = 'flights' AND datasets.context = 'training'")) == 1
    assert client.search_runs([experiment], "datasets.name = 'other'") == []


def test_artifacts_go_up_come_down_and_are_listed(client, experiment, tmp_path):
    (tmp_path / "out" / "plots").mkdir(parents=True)
    (tmp_path / "out" / "a.txt").write_text("alpha")
    (tmp_path / "out" / "plots" / "b ü+%.bin").write_bytes(os.urandom(3_000_000))
    run = client.create_run(experiment).info.run_id
    client.log_artifacts(run, str(tmp_path / "out"), "res")
    client.log_text(run, "hello", "note.txt")
    client.log_dict(run, {"a": 1}, "conf/x.json")
    assert [(f.path, f.is_dir) for f in client.list_artifacts(run)] == [("conf", True), ("note.txt", False), ("res", True)]
    assert [(f.path, f.file_size) for f in client.list_artifacts(run, "res")] == [("res/a.txt", 5), ("res/plots", None)]
    down = client.download_artifacts(run, "res", str(tmp_path))
    assert open(f"{down}/plots/b ü+%.bin", "rb").read() == (tmp_path / "out" / "plots" / "b ü+%.bin").read_bytes()
    assert mlflow.artifacts.load_text(f"runs:/{run}/note.txt") == "hello"
    client.log_text(run, "again", "note.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run}/note.txt") == "again"


def test_parts_of_an_artifact_are_handed_out(client, experiment, server):
    run = client.create_run(experiment).info.run_id
    client.log_text(run, "0123456789", "n.txt")
    path = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/n.txt"
    for header, status, text in [("bytes=2-4", 206, "234"), ("bytes=7-", 206, "789"), ("bytes=-2", 206, "89"), ("bytes=99-", 416, ""), ("lines=1", 200, "0123456789")]:
        answer = server.get(path, headers={"Range": header})
        assert (answer.status_code, answer.text) == (status, text), header
    assert server.get(path, headers={"Range": "bytes=2-4"}).headers["Content-Range"] == "bytes 2-4/10"
    assert requests.delete(server.url + path, timeout=10).status_code == 200
    assert server.get(path).status_code == 404
    assert client.list_artifacts(run) == []


def test_a_model_is_logged_registered_aliased_and_loaded(client, experiment, frame):
    from mlflow.models import infer_signature

    name, model = f"flights-{uuid.uuid4().hex[:8]}", fitted(frame)
    inputs = frame[["hour", "distance", "origin"]]
    with mlflow.start_run(experiment_id=experiment) as run:
        info = mlflow.sklearn.log_model(
            model, name="model", signature=infer_signature(inputs, model.predict(inputs)), input_example=inputs.head(2), registered_model_name=name
        )
    assert client.get_run(run.info.run_id).outputs.model_outputs[0].model_id == info.model_id
    logged = mlflow.get_logged_model(info.model_id)
    assert logged.status.name == "READY" and logged.source_run_id == run.info.run_id
    client.set_registered_model_alias(name, "champion", 1)
    version = client.get_model_version_by_alias(name, "champion")
    assert version.version == "1" and version.run_id == run.info.run_id and version.aliases == ["champion"]
    loaded = mlflow.pyfunc.load_model(f"models:/{name}@champion")
    assert (loaded.predict(inputs) == model.predict(inputs)).all()
    assert loaded.metadata.signature.inputs.input_names() == ["hour", "distance", "origin"]
    assert (mlflow.sklearn.load_model(f"models:/{name}/1").predict(inputs) == model.predict(inputs)).all()
    assert (mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model").predict(inputs) == model.predict(inputs)).all()
    second = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    assert second.version == "2"
    third = mlflow.register_model(f"models:/{info.model_id}", name)
    assert third.version == "3"
    copied = client.copy_model_version(f"models:/{name}/1", name + "-copy")
    assert mlflow.sklearn.load_model(f"models:/{copied.name}/1") is not None


def test_autolog_logs_params_metrics_data_and_the_model(client, experiment, frame):
    from sklearn.ensemble import RandomForestClassifier

    mlflow.sklearn.autolog(log_datasets=True)
    try:
        with mlflow.start_run(experiment_id=experiment) as run:
            RandomForestClassifier(n_estimators=5, max_depth=3).fit(frame[["hour", "distance"]], frame.late)
    finally:
        mlflow.sklearn.autolog(disable=True)
    got = client.get_run(run.info.run_id)
    assert got.data.params["max_depth"] == "3" and "training_accuracy_score" in got.data.metrics
    assert got.inputs.dataset_inputs and got.outputs.model_outputs
    found = mlflow.search_logged_models([experiment], output_format="list")
    assert [m.model_id for m in found] == [got.outputs.model_outputs[0].model_id]
    assert found[0].params["max_depth"] == "3"
    assert any(m.key == "training_accuracy_score" for m in found[0].metrics)


def test_logged_models_are_searched_by_metrics_params_and_tags(client, experiment):
    ids = []
    for index in range(4):
        model = mlflow.create_external_model(f"m{index}", params={"depth": str(index)}, tags={"k": "v"}, experiment_id=experiment)
        with mlflow.start_run(experiment_id=experiment):
            mlflow.log_metric("auroc", index / 10, model_id=model.model_id)
        ids.append(model.model_id)
    search = lambda text, **kw: [ids.index(m.model_id) for m in mlflow.search_logged_models([experiment], text, output_format="list", **kw)]
    assert search("metrics.auroc > 0.1", order_by=[{"field_name": "metrics.auroc", "ascending": True}]) == [2, 3]
    assert search("params.depth = '1' AND tags.k = 'v'") == [1]
    assert search("name = 'm3'") == [3]
    mlflow.set_logged_model_tags(ids[0], {"k": "w"})
    assert search("tags.k = 'w'") == [0]
    client.delete_logged_model_tag(ids[0], "k")
    client.delete_logged_model(ids[1])
    assert search("", order_by=[{"field_name": "name", "ascending": True}]) == [0, 2, 3]


# Registry


def test_registered_models_and_versions_have_tags_aliases_stages_and_descriptions(client, experiment):
    name = f"registry {uuid.uuid4().hex[:8]}"
    client.create_registered_model(name, tags={"a": "1"}, description="first")
    with pytest.raises(MlflowException, match="already exists") as error:
        client.create_registered_model(name)
    assert error.value.error_code == "RESOURCE_ALREADY_EXISTS"
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "x", "model/MLmodel")
    source = f"{run.info.artifact_uri}/model"
    for _ in range(3):
        client.create_model_version(name, source, run.info.run_id)
    client.set_model_version_tag(name, "2", "ok", "yes")
    client.update_model_version(name, "2", "second")
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "production", archive_existing_versions=True)
    assert {v.version: v.current_stage for v in client.search_model_versions(f"name = '{name}'")} == {"1": "Archived", "2": "Production", "3": "None"}
    assert {v.current_stage: v.version for v in client.get_latest_versions(name)} == {"Archived": "1", "Production": "2", "None": "3"}
    client.set_registered_model_alias(name, "champion", "2")
    client.set_registered_model_alias(name, "champion", "3")
    model = client.get_registered_model(name)
    assert model.aliases == {"champion": "3"} and model.tags == {"a": "1"} and model.description == "first"
    version = client.get_model_version(name, "2")
    assert (version.tags, version.description, version.aliases) == ({"ok": "yes"}, "second", [])
    assert client.get_model_version_download_uri(name, "2") == source
    client.delete_model_version(name, "3")
    with pytest.raises(MlflowException, match="Registered model alias champion not found"):
        client.get_model_version_by_alias(name, "champion")
    assert client.create_model_version(name, source, run.info.run_id).version == "4"
    client.rename_registered_model(name, name + "!")
    assert client.get_model_version(name + "!", "2").tags == {"ok": "yes"}
    client.delete_registered_model(name + "!")
    with pytest.raises(MlflowException) as error:
        client.get_registered_model(name + "!")
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_registered_models_and_versions_are_searched(client, experiment):
    mark = uuid.uuid4().hex[:8]
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "x", "model/MLmodel")
    for index in range(3):
        client.create_registered_model(f"{mark}-{index}", tags={"part": str(index)})
        client.create_model_version(f"{mark}-{index}", f"runs:/{run.info.run_id}/model", run.info.run_id, tags={"n": str(index)})
    names = lambda text, **kw: [m.name for m in client.search_registered_models(text, **kw)]
    assert names(f"name LIKE '{mark}%'", order_by=["name DESC"]) == [f"{mark}-2", f"{mark}-1", f"{mark}-0"]
    assert names(f"name LIKE '{mark}%' AND tags.part = '1'") == [f"{mark}-1"]
    assert [v.name for v in client.search_model_versions(f"run_id = '{run.info.run_id}' AND tags.n = '2'")] == [f"{mark}-2"]
    page = client.search_model_versions(f"run_id = '{run.info.run_id}'", max_results=2, order_by=["name ASC"])
    rest = client.search_model_versions(f"run_id = '{run.info.run_id}'", max_results=2, order_by=["name ASC"], page_token=page.token)
    assert [v.name for v in [*page, *rest]] == [f"{mark}-{i}" for i in range(3)]


def test_events_tell_what_happened_to_runs_and_aliases(client, experiment, server):
    name = f"told {uuid.uuid4().hex[:8]}"
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_text("x", "model/MLmodel")
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{run.info.run_id}/model", run.info.run_id)
    client.set_registered_model_alias(name, "champion", 1)
    kinds = [event["kind"] for event in server.events(subject=f"run:{run.info.run_id}")]
    assert kinds == ["run.created", "run.finished"]
    events = server.events(subject=f"model:{name}/1")
    assert [event["kind"] for event in events] == ["model_version.created", "alias.set"]
    assert events[0]["payload"]["run_id"] == run.info.run_id
    assert events[1]["payload"] == {"name": name, "alias": "champion", "version": 1, "previous": None}


def test_histories_are_paged_and_thinned_out(client, experiment, server):
    run = client.create_run(experiment).info.run_id
    for start in range(0, 5000, 1000):
        client.log_batch(run, metrics=[Metric("loss", 1 / (i + 1), 1000 + i, i) for i in range(start, start + 1000)])
    points = client.get_metric_history(run, "loss")
    assert [m.step for m in points] == list(range(5000))
    answer = server.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", params={"run_ids": run, "metric_key": "loss", "max_results": 100}).json()
    steps = [m["step"] for m in answer["metrics"]]
    assert len(steps) <= 101 and steps[0] == 0 and steps[-1] == 4999 and steps == sorted(steps)
    bulk = server.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", params={"run_id": run, "metric_key": "loss", "max_results": 10}).json()
    assert [m["run_id"] for m in bulk["metrics"]] == [run] * 10
