"""The project file over the API: plan, apply, every mistake at its place, and the schema that editors use."""

import json
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLIGHTS = (ROOT / "examples/flights/martlet.yaml").read_text()


def test_the_checked_in_schema_is_the_one_that_the_server_publishes(server):
    published = server.get("/api/v1/schema/project").json()
    assert published == json.loads((ROOT / "docs/project.schema.json").read_text())


def test_the_flights_project_fits_the_schema(server):
    import jsonschema

    document = yaml.safe_load(FLIGHTS.replace(" on:", ' "on":'))
    jsonschema.validate(document, server.get("/api/v1/schema/project").json())


def test_a_plan_changes_nothing_and_an_apply_is_safe_to_repeat(fresh_server):
    server = fresh_server()
    body = {"file": FLIGHTS, "path": "/project"}
    plan = server.post("/api/v1/projects/plan", body).json()
    assert {(c["kind"], c["action"]) for c in plan["changes"]} == {
        ("project", "create"), ("dataset", "create"), ("pipeline", "create"), ("model", "create")
    }
    assert server.get("/api/v1/projects").json()["items"] == []
    server.post("/api/v1/projects/apply", body).raise_for_status()
    head = server.get("/api/v1/events").json()["head"]
    again = server.post("/api/v1/projects/apply", body).json()
    assert again["empty"] and all(c["action"] == "keep" for c in again["changes"])
    assert server.get("/api/v1/events").json()["head"] == head


def test_a_change_is_shown_with_its_path_before_and_after(fresh_server):
    server = fresh_server()
    server.post("/api/v1/projects/apply", {"file": FLIGHTS}).raise_for_status()
    changed = FLIGHTS.replace("confidence: 0.95", "confidence: 0.9")
    plan = server.post("/api/v1/projects/plan", {"file": changed}).json()
    model = next(c for c in plan["changes"] if c["kind"] == "model")
    assert model["action"] == "update"
    assert model["diff"] == [{"path": "promote.compare.confidence", "from": 0.95, "to": 0.9}]


def test_all_mistakes_are_told_in_one_go_with_line_column_and_the_nearest_name(server):
    broken = (
        FLIGHTS.replace("dataset:flights}", "dataset:fligths}")
        .replace("retries: 1", "retrys: 1")
        .replace("timeout: 10m", "timeout: soon")
        .replace("measure: psi", "measure: pis")
    )
    answer = server.post("/api/v1/projects/plan", {"file": broken})
    assert answer.status_code == 400
    detail = answer.json()["detail"]
    lines = detail.splitlines()
    assert lines[0].startswith("4 mistakes") or len(lines) >= 5, detail
    for part in ("did you mean 'flights'", "'retrys' is not a known key (did you mean 'retries'", "'soon' stands where", "'pis' is not known (did you mean 'psi'"):
        assert any(part in line for line in lines), f"{part}\n{detail}"
    numbered = broken.splitlines()
    for line in lines[1:]:
        _, row, column, _ = line.split(":", 3)
        assert 0 < int(row) <= len(numbered) and 0 < int(column) <= len(numbered[int(row) - 1]) + 1, line


def test_a_model_of_another_project_is_not_taken_over(fresh_server):
    server = fresh_server()
    server.post("/api/v1/projects/apply", {"file": FLIGHTS}).raise_for_status()
    other = server.post("/api/v1/projects/apply", {"file": FLIGHTS.replace("project: flights", "project: other")})
    assert other.status_code == 409
    assert "declared by project 'flights'" in other.json()["detail"]
    assert [p["name"] for p in server.get("/api/v1/projects").json()["items"]] == ["flights"]
