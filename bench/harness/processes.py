"""Servers under measurement: started in a session of their own, watched, and stopped with all they started."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

from harness.failure import BenchError


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A running server. What it prints goes to a file: a terminal or a pipe would slow it."""

    def __init__(self, label: str, command: list[str], port: int, ready: str, log: pathlib.Path, environment: dict[str, str]):
        self.label = label
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.ready = ready
        self.log = log
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MARTLET_", "MLFLOW_", "UVICORN_"))}
        self.started = time.perf_counter()
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, env={**inherited, **environment}, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )
        #: Seconds from start until `ready` was answered with 200.
        self.seconds_to_ready = 0.0

    def wait_ready(self, within: float = 180) -> float:
        end = self.started + within
        while time.perf_counter() < end:
            if self.process.poll() is not None:
                raise BenchError(f"{self.label} ended with {self.process.returncode} at its start:\n{self.tail()}")
            if self._answers():
                self.seconds_to_ready = time.perf_counter() - self.started
                return self.seconds_to_ready
            time.sleep(0.002)
        raise BenchError(f"{self.label} was not ready within {within:.0f} s:\n{self.tail()}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", self.ready)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def settle(self, seconds: float) -> None:
        """Waits until it has been up for so long."""
        time.sleep(max(0.0, self.started + seconds - time.perf_counter()))

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what is left of its session."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)

    def processes(self) -> list[int]:
        """All processes of its session."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = _stat(int(entry))
                if fields and int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found.append(int(entry))
        return found

    def memory(self) -> dict:
        """MiB of all its processes: resident, with the pages that they share counted once, and what each has alone.

        Not the proportional size: that depends on who else on the machine has the same files open.
        """
        private: list[int] = []
        shared: list[int] = []
        alone: list[str] = []
        for process in self.processes():
            sizes = dict.fromkeys(("Private_Clean", "Private_Dirty", "Shared_Clean", "Shared_Dirty"), 0)
            with contextlib.suppress(OSError):
                for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    key, _, rest = line.partition(":")
                    if key in sizes:
                        sizes[key] = int(rest.split()[0])
            private.append(sizes["Private_Clean"] + sizes["Private_Dirty"])
            shared.append(sizes["Shared_Clean"] + sizes["Shared_Dirty"])
            alone.append(f"{_command(process)}: {private[-1] / 1024:.0f}")
        once = sum(private) + max(shared, default=0)
        resident = sum(private) + sum(shared)
        return {"resident_mib": round(resident / 1024, 1), "shared_once_mib": round(once / 1024, 1), "alone_mib": alone}

    def cpu_seconds(self) -> float:
        """Processor time that its processes have used: a busy machine stretches the clock, and this hardly."""
        ticks = 0
        for process in self.processes():
            fields = _stat(process)
            ticks += int(fields[11]) + int(fields[12]) if fields else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


@contextlib.contextmanager
def running(served: Served):
    """The server, ready; stopped in the end whatever happens."""
    try:
        served.wait_ready()
        yield served
    finally:
        served.stop()


def _command(process: int) -> str:
    """A process's command line, short enough for a note."""
    try:
        words = pathlib.Path(f"/proc/{process}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return "ended"
    return " ".join(pathlib.PurePath(word).name for word in words[:3])


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command's name. See: 'man 5 proc'"""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []
