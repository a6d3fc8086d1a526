"""A folder for the data of both sides, on the disk of the results, gone in the end."""

from __future__ import annotations

import contextlib
import pathlib
import tempfile

from harness.settings import Settings


@contextlib.contextmanager
def workspace(settings: Settings):
    settings.results.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=settings.results, ignore_cleanup_errors=True) as folder:
        yield pathlib.Path(folder)
