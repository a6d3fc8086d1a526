"""Model workers: processes that load one MLflow model each and answer the server's frames.

    python -m martlet.worker SOCKET

starts a *zygote*: it imports MLflow, NumPy, pandas and scikit-learn once, then listens on a Unix socket and forks a worker
for each connection, in milliseconds. A connection is a worker and a worker a connection: when either ends, both do.

The zygote has one thread and never loads a model, so a fork copies no lock that another thread holds and no OpenMP team.
It reads commands on its standard input (`kill PID`) and ends when that closes, which is when the server ends, however it
ends; its workers then get SIGKILL from the kernel (PR_SET_PDEATHSIG: the zygote's only thread is their parent).
On its standard output it reports `ready {…}` and `exit PID STATUS`. What models print goes to standard error.
"""

import os
import sys

# Before NumPy and its libraries are loaded: small batches get slower with more threads, and none may run at a fork.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ASYNC_LOGGING", "false")

import ctypes
import gc
import json
import random
import resource
import select
import signal
import socket
import struct
import threading
import time
import traceback

from martlet import _frames

PROTOCOL = 1
PR_SET_PDEATHSIG = 1
# What most models need; what a model needs besides is imported when it is loaded.
USUAL = ("mlflow.sklearn", "sklearn.pipeline", "sklearn.compose", "sklearn.ensemble", "sklearn.preprocessing", "sklearn.linear_model", "skops.io")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m martlet.worker SOCKET")
    zygote(sys.argv[1])


def zygote(path: str) -> None:
    """Imports, listens, forks; returns when standard input is closed."""
    reports = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    listener = _listen(path)
    versions = _import()
    # What was made until here is shared with all workers; a collection would write to its pages and copy them.
    gc.collect()
    gc.freeze()
    prctl = _prctl()
    _wake, _woken = os.pipe()
    os.set_blocking(_woken, False)
    os.set_blocking(_wake, False)
    signal.set_wakeup_fd(_woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    own = os.getpid()
    children: set[int] = set()
    commands = b""
    print("ready", json.dumps({"protocol": PROTOCOL, "pid": own, **versions}), file=reports)
    while True:
        readable, _, _ = select.select([0, listener, _wake], [], [])
        if _wake in readable:
            try:
                os.read(_wake, 4096)
            except BlockingIOError:
                pass
            for pid, status in _reap(children):
                print("exit", pid, status, file=reports)
        if 0 in readable:
            read = os.read(0, 4096)
            if not read:
                _remove(path)
                os._exit(0)
            *lines, commands = (commands + read).split(b"\n")
            for line in lines:
                _command(line.decode("ascii", "replace"), children)
        if listener in readable:
            connection, _ = listener.accept()
            if not _is_own(connection):
                connection.close()
                continue
            child = os.fork()
            if child == 0:
                _become_worker(own, prctl, [listener, _wake, _woken], reports)
                try:
                    serve(connection)
                finally:
                    # Never back into the zygote's loop, and no exit handlers of what it imported.
                    os._exit(0)
            connection.close()
            children.add(child)


def serve(connection: socket.socket) -> None:
    """Answers frames until the other side closes."""
    _frames.send(connection, {"op": "hello", "protocol": PROTOCOL, "pid": os.getpid(), "python": sys.version.split()[0]})
    worker = Worker()
    while (request := _frames.receive(connection)) is not None:
        header, payload = request
        started = time.perf_counter()
        answer, pieces = worker.answer(header, payload)
        answer["id"] = header.get("id")
        answer["seconds"] = round(time.perf_counter() - started, 9)
        _frames.send(connection, answer, pieces)


class Worker:
    """One model and what can be asked of it."""

    def __init__(self):
        self.model = None
        self.response_limit = 256 << 20

    def answer(self, header: dict, payload: bytearray) -> tuple[dict, list]:
        try:
            answer, pieces = self._do(header, payload)
            size = sum(len(piece) for piece in pieces)
            if size > self.response_limit:
                raise ValueError(f"the answer has {size} bytes, {self.response_limit} are allowed")
            return {"ok": True, **answer}, pieces
        except MemoryError:
            raise
        except Exception as error:
            from_client = type(error).__name__ == "ClientError"
            message = str(error) if from_client else f"{type(error).__name__}: {error}"
            if not from_client:
                traceback.print_exc()
            trace = "" if from_client else traceback.format_exc()[-8000:]
            kind = "client" if from_client else "model"
            return {"ok": False, "error": {"kind": kind, "message": message[:4000], "traceback": trace}}, []

    def _do(self, header: dict, payload: bytearray) -> tuple[dict, list]:
        match header.get("op"):
            case "predict":
                return self._loaded().predict(header, payload)
            case "predict_form":
                return self._loaded().predict_form(header, payload)
            case "ping":
                return {}, []
            case "load":
                from martlet._model import Model

                params = header["params"]
                self.response_limit = params.get("response_limit", self.response_limit)
                self.model = Model(params["path"], params.get("threads", 1))
                return {"model": self.model.describe()}, []
            case other:
                raise ValueError(f"the operation {other!r} is not known")

    def _loaded(self):
        if self.model is None:
            raise ValueError("no model is loaded")
        return self.model


def _listen(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


def _remove(path: str) -> None:
    """The server may have been killed and cannot clear away the socket and the folder that it made for it."""
    try:
        os.unlink(path)
        os.rmdir(os.path.dirname(path))
    except OSError:
        pass


def _import() -> dict:
    import mlflow.pyfunc
    import numpy
    import pandas

    import martlet._model

    for name in USUAL:
        try:
            __import__(name)
        except ImportError:
            continue
    if len(os.listdir("/proc/self/task")) > 1 if os.path.isdir("/proc/self/task") else threading.active_count() > 1:
        print("the zygote has more than one thread; a forked worker may hang", file=sys.stderr)
    return {"python": sys.version.split()[0], "mlflow": mlflow.__version__, "numpy": numpy.__version__, "pandas": pandas.__version__}


def _prctl():
    try:
        return ctypes.CDLL(None, use_errno=True).prctl
    except AttributeError:
        return None


def _become_worker(zygote_pid: int, prctl, descriptors: list, reports) -> None:
    """What a fork must undo and set before it serves."""
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote_pid:
        os._exit(0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in descriptors:
        os.close(descriptor if isinstance(descriptor, int) else descriptor.detach())
    os.close(reports.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # All workers would draw the same numbers otherwise.
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _is_own(connection: socket.socket) -> bool:
    """Whether the other side runs as the same user; the folder's permissions say so too."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid == os.getuid()


def _reap(children: set[int]) -> list[tuple[int, int]]:
    ended = []
    while children:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        children.discard(pid)
        ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended


def _command(line: str, children: set[int]) -> None:
    match line.split():
        case ["kill", pid] if pid.isdigit() and int(pid) in children:
            # Only own children that were not reaped, so the number cannot mean another process by now.
            os.kill(int(pid), signal.SIGKILL)


if __name__ == "__main__":
    main()
