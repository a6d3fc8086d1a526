"""What all Python tests share: the built binary, a server of their own, and clients for it."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary() -> str:
    """The built `martlet`: $MARTLET_BINARY, else the newest of release and debug."""
    named = os.environ.get("MARTLET_BINARY")
    if named:
        return named
    built = [p for p in (ROOT / ".build" / kind / "martlet" for kind in ("release", "debug")) if p.exists()]
    if not built:
        pytest.exit("no martlet binary: run `make build` first", returncode=2)
    return str(max(built, key=lambda path: path.stat().st_mtime))


class Server:
    """A real server process on a free port with a data folder of its own."""

    def __init__(self, data: pathlib.Path, **settings: str):
        self.data = data
        self.settings = settings
        self.process = None
        self.url = ""
        self.start()

    def start(self) -> None:
        flags = {"listen": "127.0.0.1:0", "data": str(self.data), "python": sys.executable, **self.settings}
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MARTLET_", "MLFLOW_"))}
        environment.update({f"MARTLET_{key.upper()}": value for key, value in flags.items()})
        log = open(self.data.parent / f"{self.data.name}.log", "ab")
        self.process = subprocess.Popen(
            [binary(), "server"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        log.close()
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            raise AssertionError(f"the server did not start:\n{self.log()}")
        self.url = json.loads(line)["url"]

    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text(errors="replace")

    def stop(self, how: int = signal.SIGTERM, within: float = 30) -> int:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                raise AssertionError(f"the server did not stop within {within} s:\n{self.log()[-4000:]}")
        if self.process and self.process.stdout:
            self.process.stdout.close()
        return self.process.returncode if self.process else 0

    def kill(self) -> None:
        """kill -9, as a crash does it."""
        self.stop(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def get(self, path: str, **kw):
        return requests.get(self.url + path, timeout=30, **kw)

    def post(self, path: str, body=None, **kw):
        return requests.post(self.url + path, json=body, timeout=60, **kw)

    def events(self, *kinds: str, subject: str | None = None) -> list[dict]:
        items, after = [], 0
        while True:
            query = [("after", after), ("limit", 1000)] + [("kind", kind) for kind in kinds] + ([("subject", subject)] if subject else [])
            page = self.get("/api/v1/events", params=query).json()["items"]
            if not page:
                return items
            items += page
            after = page[-1]["sequence"]

    def wait_for(self, condition, within: float = 60, what: str = "the condition"):
        """Returns what `condition` returns as soon as it is true."""
        end = time.monotonic() + within
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come about within {within} s\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def wait_for_event(self, kind: str, within: float = 60, match=lambda event: True) -> dict:
        return self.wait_for(lambda: next((e for e in self.events(kind) if match(e)), None), within, f"the event {kind}")

    def cli(self, *arguments: str, check: bool = True, cwd=None, within: float = 120) -> subprocess.CompletedProcess:
        environment = {**os.environ, "MARTLET_URL": self.url}
        done = subprocess.run(
            [binary(), *arguments], env=environment, capture_output=True, text=True, timeout=within, cwd=cwd, stdin=subprocess.DEVNULL
        )
        if check and done.returncode != 0:
            raise AssertionError(f"martlet {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}\n{self.log()[-2000:]}")
        return done


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server shared by the tests of one file."""
    running = Server(tmp_path_factory.mktemp("server") / "data")
    yield running
    running.stop()


@pytest.fixture
def fresh_server(tmp_path):
    """Makes servers for one test alone: `fresh_server(**settings)`."""
    made = []

    def make(**settings) -> Server:
        made.append(Server(tmp_path / f"data{len(made)}", **settings))
        return made[-1]

    yield make
    for running in made:
        running.stop(signal.SIGKILL)
