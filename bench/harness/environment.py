"""What a result must say of where it was measured."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import os
import pathlib
import platform
import shutil
import sqlite3
import subprocess

from harness.failure import require
from harness.settings import ROOT


def martlet_binary() -> pathlib.Path:
    """$MARTLET_BINARY, else what `make build` made. Never a debug build by chance: that would be no comparison."""
    path = pathlib.Path(os.environ.get("MARTLET_BINARY") or ROOT / ".build" / "release" / "martlet")
    require(path.is_file() and os.access(path, os.X_OK), f"there is no binary {path}: run `make build`, or set MARTLET_BINARY")
    return path


def wrk() -> str:
    """The load generator."""
    found = shutil.which("wrk")
    require(found is not None, "wrk, which makes the load, is missing: run `scripts/setup test`")
    return found or ""


def record(data: pathlib.Path) -> dict:
    """Machine and versions; the load average tells whether the machine was busy with something else."""
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "processor": _first("/proc/cpuinfo", "model name") or platform.machine(),
            "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "system": f"{platform.system()} {platform.release()}",
            "file_system": _file_system(data),
            "load_average_at_start": [round(load, 2) for load in os.getloadavg()],
        },
        "versions": {
            "martlet": _martlet(),
            "mlflow": importlib.metadata.version("mlflow"),
            "python": platform.python_version(),
            "sqlite_of_python": sqlite3.sqlite_version,
            "wrk": (_output([wrk(), "--version"]).split("[")[0] or "unknown").strip(),
        },
    }


def _martlet() -> dict:
    binary = martlet_binary()
    with binary.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "version": _output([str(binary), "--version"]).strip(),
        "sha256": digest[:16],
        "commit": _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]).strip() or "unknown",
    }


def _file_system(path: pathlib.Path) -> str:
    """The kind of file system: on tmpfs a sync costs nothing, so that durable writes look cheap."""
    best, kind = "", "unknown"
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, mount, name, *_ = line.split()
        inside = str(path.resolve()) == mount or str(path.resolve()).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, name
    return kind


def _first(path: str, key: str) -> str | None:
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(key):
            return line.split(":", 1)[1].strip()
    return None


def _output(command: list[str]) -> str:
    """wrk and others print their version and fail: only the text counts."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
