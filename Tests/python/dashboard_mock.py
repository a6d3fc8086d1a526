"""A stand-in for the server, for work on the dashboard: the pages from their folder, a plausible year of flights, and live events.

    python Tests/python/dashboard_mock.py --port 7751                 # the whole year, told
    python Tests/python/dashboard_mock.py --story live --port 7751    # the year as it happens, a week every second
    python Tests/python/dashboard_mock.py --story empty|broken|flood  # nothing yet; every answer a problem; ten thousand events

Only the standard library. Figures are made up around those the real data gives.
"""

import argparse
import hashlib
import json
import math
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PAGES = Path(__file__).resolve().parents[2] / "Sources/CDashboardPages/pages"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
START = datetime(2013, 3, 18, tzinfo=UTC)
WEEK = timedelta(days=7)
FEATURES = ["temp", "mean_delay", "wind_speed", "visib", "hour", "carrier", "origin", "distance", "weekday"]
# month, champion live, champion held out, challenger held out, sure, decision
DECISIONS = [
    (4, 0.715, 0.711, 0.719, 1.0, "promoted"),
    (5, 0.774, 0.774, 0.800, 1.0, "promoted"),
    (6, 0.785, 0.793, 0.796, 0.957, "promoted"),
    (7, 0.763, 0.773, 0.805, 1.0, "promoted"),
    (8, 0.754, 0.741, 0.744, 0.823, "refused"),
    (9, 0.760, 0.635, 0.621, 0.047, "refused"),
    (10, 0.724, 0.659, 0.644, 0.010, "refused"),
    (11, 0.700, 0.704, 0.718, 0.997, "promoted"),
]


def iso(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Story:
    """The year, told week by week; everything the API answers is kept here under one lock."""

    def __init__(self):
        self.lock = threading.Condition()
        self.random = random.Random(7)
        self.events, self.runs, self.promotions, self.windows, self.alerts, self.datasets, self.history = (
            [],
            [],
            [],
            [],
            [],
            [],
            [],
        )
        self.champion = self.challenger = None
        self.predictions = self.requests = 0
        self.version = 0
        self.week = START
        self.open = {}
        self.gone = False

    def event(self, kind, subject, payload, at=None, actor="server"):
        before = self.events[-1]["hash"] if self.events else "0" * 64
        sequence = len(self.events) + 1
        body = {
            "sequence": sequence,
            "time": iso(datetime.now(UTC)),
            "event_time": iso(at) if at else None,
            "actor": actor,
            "kind": kind,
            "subject": subject,
            "payload": payload,
        }
        body["hash"] = hashlib.sha256((before + json.dumps(body)).encode()).hexdigest()
        self.events.append(body)
        self.lock.notify_all()

    def begin(self):
        with self.lock:
            self.event(
                "project.applied",
                "project:flights",
                {"changes": 4, "commit": "5f0c2a1be77d", "dirty": False},
                actor="cli:ada",
            )
            self.event("dataset.declared", "dataset:flights", {"name": "flights"}, actor="cli:ada")
            self.dataset(START, 62_114)
            self.train(START, "first run", None)

    def dataset(self, at, rows):
        version = len(self.datasets) + 1
        self.datasets.append({"version": version, "rows": rows, "status": "accepted", "event_time": iso(at)})
        self.event(
            "dataset_version.created",
            f"dataset:flights@{version}",
            {"dataset": "flights", "version": version, "rows": rows, "status": "accepted", "mode": "append"},
            at,
        )

    def train(self, at, reason, figures, pace=0.0):
        number = len(self.runs) + 1
        run_id = f"pr{number:02d}" + hashlib.md5(str(number).encode()).hexdigest()[:22]
        now = datetime.now(UTC)
        names = [
            ("prepare", [], 3.1, ["train", "holdout"]),
            ("profile", ["prepare"], 1.4, ["report"]),
            ("fit", ["prepare"], 6.8, ["model"]),
            ("register", ["fit", "profile"], 0.4, []),
        ]
        steps = [
            {
                "name": name,
                "after": after,
                "status": "pending",
                "attempt": 0,
                "seconds": None,
                "cached": False,
                "error": None,
                "mlflow_run_id": None,
                "outputs": {o: {} for o in outs},
            }
            for name, after, _, outs in names
        ]
        run = {
            "id": run_id,
            "project": "flights",
            "pipeline": "train",
            "number": number,
            "status": "running",
            "reason": reason,
            "created": iso(now),
            "started": iso(now),
            "finished": None,
            "event_time": iso(at),
            "steps": steps,
            "mlflow_run_id": hashlib.md5(run_id.encode()).hexdigest(),
            "model_version": None,
        }
        self.runs.insert(0, run)
        self.event("trigger.fired", "trigger:train", {"trigger": reason, "pipeline": "train"}, at)
        self.event(
            "pipeline_run.created",
            f"pipeline_run:{run_id}",
            {"pipeline": "train", "reason": reason},
            at,
            "trigger:train",
        )
        for step, (name, _, seconds, _) in zip(steps, names):
            step.update(
                status="running",
                attempt=2 if name == "fit" and number == 4 else 1,
                mlflow_run_id=hashlib.md5((run_id + name).encode()).hexdigest(),
            )
            self.event("step.started", f"step:{run_id}/{name}/1", {"attempt": step["attempt"]}, at)
            if pace:
                self.lock.release()
                time.sleep(pace)
                self.lock.acquire()
            cached = name == "profile" and number % 3 == 2
            step.update(
                status="succeeded",
                cached=cached,
                seconds=0.0 if cached else round(seconds * self.random.uniform(0.8, 1.25), 2),
            )
            self.event(
                "step.finished",
                f"step:{run_id}/{name}/1",
                {"status": "succeeded", "cached": cached, "seconds": step["seconds"], "exit": 0},
                at,
            )
        self.version += 1
        total = sum(step["seconds"] for step in steps)
        run.update(
            status="succeeded",
            finished=iso(now + timedelta(seconds=total)),
            model_version={"name": "flights", "version": self.version},
        )
        self.event(
            "model_version.created",
            f"model:flights/{self.version}",
            {"name": "flights", "version": self.version, "source": "models:/m-1", "run_id": run["mlflow_run_id"]},
            at,
        )
        self.event(
            "model_version.registered",
            f"model:flights/{self.version}",
            {"name": "flights", "version": self.version, "pipeline_run": run_id, "project": "flights"},
            at,
        )
        self.event(
            "pipeline_run.finished",
            f"pipeline_run:{run_id}",
            {"pipeline": "train", "status": "succeeded", "seconds": round(total, 1), "cached_steps": 0, "steps": 4},
            at,
        )
        self.judge(at, figures)

    def judge(self, at, figures):
        version, previous = self.version, self.champion
        champion, challenger, sure, decision = figures or (None, 0.728, None, "promoted")
        spread = round(self.random.uniform(0.06, 0.19), 3)
        base = 0.44
        groups = [
            {"group": g, "n": n, "value": round(base + d, 3), "judged": True}
            for g, n, d in (("EWR", 1904, spread / 2), ("JFK", 1377, 0.01), ("LGA", 1268, -spread / 2))
        ]
        carriers = [
            {"group": c, "n": n, "value": round(self.random.uniform(0.35, 0.5), 3), "judged": n >= 100}
            for c, n in (("UA", 902), ("EV", 1251), ("B6", 1003), ("DL", 604), ("AA", 377), ("HA", 4), ("OO", 2))
        ]
        checks = [
            {
                "name": "better than the champion",
                "kind": "compare",
                "passed": decision == "promoted",
                "metric": "auroc",
                "champion": champion,
                "challenger": challenger,
                "confidence": sure,
                "threshold": 0.95,
                "groups": [],
                "message": "paired bootstrap, 300 replicates" if champion else "there is no champion yet",
            },
            {
                "name": "AUROC at least 0.6",
                "kind": "require",
                "passed": True,
                "metric": "auroc",
                "champion": None,
                "challenger": challenger,
                "confidence": None,
                "threshold": 0.6,
                "groups": [],
                "message": "",
            },
            {
                "name": "equal_opportunity_difference by origin",
                "kind": "fairness",
                "passed": True,
                "metric": "equal_opportunity_difference",
                "value": spread,
                "threshold": 0.25,
                "groups": groups,
                "message": "share of late flights found, by origin airport, at threshold 0.3",
            },
            {
                "name": "equal_opportunity_difference by carrier",
                "kind": "fairness",
                "passed": True,
                "metric": "equal_opportunity_difference",
                "value": 0.142,
                "threshold": 0.25,
                "groups": carriers,
                "message": "2 carriers have too few late flights to be judged",
            },
            {
                "name": "scores within 0 and 1",
                "kind": "plausibility",
                "passed": True,
                "metric": "score",
                "threshold": None,
                "groups": [],
                "message": "no NaN among 13,421 scores, from 0.012 to 0.941",
            },
            {
                "name": "latency p99 below 250 ms",
                "kind": "latency",
                "passed": True,
                "metric": "latency_p99_ms",
                "value": 21.3,
                "threshold": 250,
                "groups": [],
                "message": "",
            },
        ]
        if champion is None:
            summary = "promoted: there is no champion yet to compare with (auroc 0.728); all 6 checks passed"
        elif decision == "promoted":
            summary = (
                f"promoted: auroc {challenger:.3f} against {champion:.3f} of version {previous} on the same 13,421 rows: "
                f"{sure:.1%} sure that it is better, 95 % asked for; all 6 checks passed"
            )
        else:
            summary = (
                f"refused: auroc {challenger:.3f} against {champion:.3f} of version {previous} on the same 13,421 rows: "
                f"{sure:.1%} sure that it is better, 95 % asked for"
            )
        promotion = {
            "id": f"pm{version:02d}",
            "model": "flights",
            "version": version,
            "champion": previous,
            "decision": decision,
            "time": iso(datetime.now(UTC)),
            "event_time": iso(at),
            "holdout": {"address": f"step:{self.runs[0]['id']}/prepare/1", "rows": 13_421},
            "checks": checks,
            "metrics": {
                "champion": {"auroc": champion},
                "challenger": {"auroc": challenger, "log_loss": 0.371, "brier": 0.112},
            },
            "actor": "server",
            "summary": summary,
        }
        self.promotions.insert(0, promotion)
        self.event(
            "promotion.decided",
            f"promotion:{promotion['id']}",
            {
                "model": "flights",
                "version": version,
                "champion": previous,
                "decision": decision,
                "checks": checks,
                "summary": summary,
            },
            at,
        )
        self.challenger = version if decision != "promoted" else None
        if decision == "promoted":
            self.champion = version
            self.event(
                "alias.set",
                "model:flights",
                {"name": "flights", "alias": "champion", "version": version, "previous": previous},
                at,
            )
            self.event(
                "deployment.switched",
                "deployment:flights",
                {
                    "deployment": "flights",
                    "model": "flights",
                    "version": version,
                    "previous": previous,
                    "reason": "promoted",
                },
                at,
            )
            self.event("deployment.ready", "deployment:flights", {"version": version, "seconds": 1.9}, at)

    def drift(self, name, at):
        day = at.timetuple().tm_yday
        warmth = max(0.0, math.sin((day - 95) / 365 * 2 * math.pi))
        noise = self.random.uniform(0.7, 1.3)
        # A retrained champion brings its own, newer reference, which is why the drift falls after each promotion.
        newer = 1.0 if self.version < 2 else 0.55
        psi = {
            "temp": 0.35 + 7.6 * warmth * newer,
            "mean_delay": 0.05 + 0.5 * warmth,
            "wind_speed": 0.08 + 0.22 * warmth,
            "visib": 0.06 + 0.05 * warmth,
            "hour": 0.012,
            "carrier": 0.02 + 0.0006 * max(0, day - 240),
            "origin": 0.006,
            "distance": 0.011,
            "weekday": 0.004,
        }[name] * noise
        return {
            "psi": round(psi, 4),
            "js": round(min(0.8, math.sqrt(psi) / 6), 4),
            "nulls": 0.004 if name in ("temp", "visib") else 0.0,
            "out_of_range": round(min(0.4, psi / 40), 4) if name == "temp" else 0.0,
        }

    def live(self, at):
        month = at.month
        value = next((row[1] for row in DECISIONS if row[0] == month), 0.722 if month < 4 else 0.705)
        return round(value + self.random.uniform(-0.018, 0.018), 4)

    def tell_week(self, pace=0.0):
        """One more week: its window, its alerts, and at a month's end the retraining. False when the year is over."""
        with self.lock:
            at = self.week
            if at.year > 2013:
                return False
            flights = int(6_100 + 500 * math.sin(at.timetuple().tm_yday / 58) + self.random.uniform(-250, 250))
            month_later = at + timedelta(days=7)
            drift = {name: self.drift(name, at) for name in FEATURES}
            window = {
                "start": iso(at),
                "end": iso(month_later),
                "predictions": flights,
                "actuals": int(flights * 0.97),
                "versions": {str(self.champion): flights},
                "drift": drift,
                "score": {
                    "psi": round(0.05 + drift["temp"]["psi"] / 30, 4),
                    "js": 0.05,
                    "mean": round(0.15 + self.random.uniform(-0.02, 0.03), 4),
                },
                "quality": {
                    "auroc": self.live(at),
                    "average_precision": 0.41,
                    "log_loss": 0.38,
                    "brier": 0.115,
                    "accuracy": 0.853,
                    "positives": int(flights * 0.15),
                },
                "plausibility": {},
                "latency": {
                    "p50_ms": round(self.random.uniform(7, 9), 1),
                    "p99_ms": round(self.random.uniform(17, 30), 1),
                },
            }
            if self.windows:
                self.windows[-1]["actuals"] = self.windows[-1]["predictions"]
            self.windows.append(window)
            self.predictions += flights
            self.requests += 168
            for name, figures in drift.items():
                psi = figures["psi"]
                if psi >= 0.25 and name not in self.open:
                    alert = {
                        "id": f"al{len(self.alerts) + 1:03d}",
                        "deployment": "flights",
                        "signal": "drift",
                        "feature": name,
                        "level": "alert",
                        "value": psi,
                        "threshold": 0.25,
                        "opened": iso(month_later),
                        "closed": None,
                        "window_start": iso(at),
                    }
                    self.open[name] = alert
                    self.alerts.insert(0, alert)
                    self.event(
                        "alert.fired",
                        f"alert:{alert['id']}",
                        {
                            "deployment": "flights",
                            "signal": "drift",
                            "feature": name,
                            "value": psi,
                            "threshold": 0.25,
                            "window": iso(at),
                        },
                        month_later,
                    )
                elif psi < 0.18 and name in self.open:
                    alert = self.open.pop(name)
                    alert["closed"] = iso(month_later)
                    self.event(
                        "alert.resolved",
                        f"alert:{alert['id']}",
                        {"deployment": "flights", "signal": "drift", "feature": name},
                        month_later,
                    )
            if month_later.month != at.month or month_later.year != at.year:
                row = next((row for row in DECISIONS if row[0] == at.month), None)
                self.dataset(month_later, 26_000 + self.random.randrange(2_500))
                if row:
                    self.train(month_later, f"dataset flights@{len(self.datasets)}", row[2:], pace)
                else:
                    self.event(
                        "trigger.skipped",
                        "trigger:train",
                        {"trigger": "dataset flights", "reason": "cool-down until 31 March"},
                        month_later,
                    )
            self.week = month_later
            return True

    def answer(self, path, query):
        with self.lock:
            return self.lookup(path, query)

    def lookup(self, path, query):
        told = self.version > 0
        if path == "/api/v1/overview":
            return {
                "projects": [{"name": "flights"}] if told else [],
                "models": [{"name": "flights"}] if told else [],
                "deployments": [{"name": "flights", "model": "flights"}] if told else [],
                "active_runs": [r["id"] for r in self.runs if r["status"] == "running"],
                "open_alerts": len(self.open),
                "counters": {"requests": self.requests, "predictions": self.predictions, "failed": 0},
            }
        if path == "/api/v1/events":
            after, limit = int(query.get("after", 0)), int(query.get("limit", 100))
            return {"items": self.events[after : after + limit], "head": len(self.events)}
        if path in ("/api/v1/models", "/api/v1/models/flights"):
            model = (
                {
                    "name": "flights",
                    "champion": {"version": self.champion, "run_id": self.runs[0]["mlflow_run_id"]}
                    if self.champion
                    else None,
                    "challenger": {"version": self.challenger} if self.challenger else None,
                    "versions": [{"version": v} for v in range(1, self.version + 1)],
                }
                if told
                else None
            )
            return ({"items": [model] if told else []}) if path.endswith("models") else model
        if path == "/api/v1/datasets":
            return {"items": [{"name": "flights", "latest": len(self.datasets)}] if self.datasets else []}
        if path == "/api/v1/datasets/flights" and self.datasets:
            return {"name": "flights", "latest": len(self.datasets), "waiting": [], "version": self.datasets[-1]}
        if path == "/api/v1/pipeline-runs":
            return {"items": self.runs[: int(query.get("limit", 50))]}
        if path.startswith("/api/v1/pipeline-runs/"):
            parts = path.split("/")
            run = next((r for r in self.runs if r["id"] == parts[4]), None)
            if run and len(parts) > 6:
                return "reading 62,114 flights\nfitting 150 iterations\nholdout AUROC 0.728\n"
            return run
        if path == "/api/v1/promotions":
            return {"items": self.promotions}
        if path == "/api/v1/deployments":
            if not told:
                return {"items": []}
            return {
                "items": [
                    {
                        "name": "flights",
                        "model": "flights",
                        "version": self.champion,
                        "status": "ready",
                        "variants": [
                            {"version": self.champion, "weight": 1.0, "state": "serving", "workers": 2, "in_flight": 1}
                        ],
                        "traffic": {
                            "requests": self.requests,
                            "predictions": self.predictions,
                            "failed": 0,
                            "p50_ms": 7.9,
                            "p99_ms": 22.4,
                        },
                        "switched": iso(self.week),
                        "history": [],
                    }
                ]
            }
        if path == "/api/v1/monitoring/flights":
            return {
                "deployment": "flights",
                "window_seconds": 604800,
                "reference": {"model": "flights", "version": self.champion, "rows": 62_114},
                "thresholds": {
                    "drift": {"measure": "psi", "warn": 0.1, "alert": 0.25},
                    "quality": {"metric": "auroc", "alert_below": 0.6},
                },
                "features": FEATURES,
                "windows": self.windows,
            }
        if path == "/api/v1/alerts":
            return {"items": self.alerts}
        if path.startswith("/api/v1/why/prediction:") and self.promotions:
            run = self.runs[0]
            return {
                "address": path.removeprefix("/api/v1/why/"),
                "missing": [{"what": "approval role", "why": "the policy asks for none"}],
                "prediction": {
                    "id": path.rsplit(":", 1)[1],
                    "score": 0.3127,
                    "time": iso(datetime.now(UTC)),
                    "event_time": iso(self.week),
                    "latency_ms": 8.2,
                    "correlation_id": "2013-07-04/UA/1545/EWR",
                    "actual": 1,
                    "inputs": {
                        "hour": 17,
                        "weekday": 4,
                        "distance": 1400,
                        "origin": "EWR",
                        "carrier": "UA",
                        "temp": 88.0,
                        "wind_speed": 11.5,
                        "visib": 10,
                        "mean_delay": 24.6,
                    },
                },
                "deployment": {"name": "flights", "version": self.champion},
                "model_version": {
                    "name": "flights",
                    "version": self.champion,
                    "source": "models:/m-1",
                    "digest": hashlib.sha256(b"model").hexdigest(),
                },
                "promotion": next(p for p in self.promotions if p["version"] == self.champion),
                "approval": {"by": "server", "policy": "approval: none"},
                "run": {"id": run["mlflow_run_id"], "name": f"train #{run['number']}"},
                "pipeline_run": {
                    "id": run["id"],
                    "pipeline": "train",
                    "reason": run["reason"],
                    "event_time": run["event_time"],
                    "started": run["started"],
                    "status": "succeeded",
                },
                "steps": [
                    {
                        **s,
                        "address": f"step:{run['id']}/{s['name']}/{s['attempt']}",
                        "environment": "uv.lock 0c030586945f",
                    }
                    for s in run["steps"]
                ],
                "datasets": [
                    {
                        "address": f"dataset:flights@{len(self.datasets)}",
                        "rows": self.datasets[-1]["rows"],
                        "digest": hashlib.sha256(b"rows").hexdigest(),
                    }
                ],
                "code": {"commit": "5f0c2a1be77d4e0c9b1f3b0a64a1d7a7f6c0b9d2", "branch": "main", "dirty": True},
                "environment": {"lock_hash": hashlib.sha256(b"lock").hexdigest(), "python": "3.11.7"},
            }
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    story: Story
    mode = "year"

    def log_message(self, *_):
        pass

    def send(self, status, body, kind):
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-cache"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlsplit(self.path)
        path = unquote(url.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        if path == "/" or path.startswith(("/why", "/assets/")):
            name = (
                "index.html"
                if path == "/"
                else "why.html"
                if path.startswith("/why")
                else path.removeprefix("/assets/")
            )
            file = PAGES / name
            if "/" in name or not file.is_file():
                return self.send(404, b"{}", "application/problem+json")
            return self.send(200, file.read_bytes(), TYPES[file.suffix])
        if self.mode == "broken":
            return self.send(
                500,
                json.dumps(
                    {
                        "title": "Internal error",
                        "detail": "The database is busy.",
                        "hint": "Look into the server's log.",
                    }
                ).encode(),
                "application/problem+json",
            )
        if path == "/api/v1/events/stream":
            return self.stream(int(self.headers.get("Last-Event-ID") or query.get("after", 0)))
        answer = self.story.answer(path, query)
        if answer is None:
            return self.send(
                404,
                json.dumps(
                    {"title": "Not found", "detail": f"Nothing is known of {path.rsplit('/', 1)[-1]}."}
                ).encode(),
                "application/problem+json",
            )
        if isinstance(answer, str):
            return self.send(200, answer.encode(), "text/plain; charset=utf-8")
        self.send(200, json.dumps(answer).encode(), "application/json")

    def stream(self, after):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        try:
            self.wfile.write(b": hello\n\n")
            self.wfile.flush()
            while True:
                with self.story.lock:
                    if len(self.story.events) <= after:
                        self.story.lock.wait(15)
                    if self.story.gone:
                        return
                    fresh = self.story.events[after:]
                text = (
                    "".join(f"id: {e['sequence']}\nevent: {e['kind']}\ndata: {json.dumps(e)}\n\n" for e in fresh)
                    or ": still here\n\n"
                )
                after += len(fresh)
                self.wfile.write(text.encode())
                self.wfile.flush()
        except OSError:
            return


def serve(story="year", port=0, told=None):
    """Starts the stand-in on loopback; answers the server (its `server_address` has the port) and the story."""
    again = told is not None
    told = told or Story()
    handler = type("Bound", (Handler,), {"story": told, "mode": story})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if again:
        return server, told
    if story not in ("empty", "broken"):
        told.begin()
    if story in ("year", "flood"):
        while told.tell_week():
            pass
    if story == "half":
        for _ in range(30):
            told.tell_week()
    if story == "live":
        threading.Thread(target=live, args=(told,), daemon=True).start()
    if story == "flood":
        threading.Thread(target=flood, args=(told,), daemon=True).start()
    return server, told


def live(story):
    while story.tell_week(pace=1.5):
        time.sleep(1)


def flood(story, events=10_000):
    time.sleep(2)
    for start in range(0, events, 500):
        with story.lock:
            for i in range(start, start + 500):
                story.event("run.created", f"run:{i:032x}", {"name": f"load {i}"})
        time.sleep(0.02)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7751)
    parser.add_argument("--story", choices=["year", "half", "live", "empty", "broken", "flood"], default="year")
    options = parser.parse_args()
    running, _ = serve(options.story, options.port)
    print(f"http://127.0.0.1:{running.server_address[1]}", flush=True)
    threading.Event().wait()
