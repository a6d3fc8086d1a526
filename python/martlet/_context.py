"""The step's own description: what it got, where it writes. It comes as a JSON file named by MARTLET_STEP."""

import json
import os

VARIABLE = "MARTLET_STEP"
LARGEST_FILE = 16 * 1024 * 1024


class ContextError(Exception):
    """The step's file is missing or is not what the contract (docs/steps.md) says."""


class Names(dict):
    """A dictionary that may also be read as `names.key`."""

    def __getattr__(self, name: str):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(missing("nothing", name, self)) from None


class Context:
    """One attempt at one step.

    - run, step, attempt: which one this is; `attempt` counts from 1
    - event_time: the time that the run stands for, as ISO 8601 text, or None
    - inputs: the path of each input, a file or a folder
    - addresses: what each input is, such as `dataset:flights@5`
    - params: each parameter, of the type that it has in the project file
    - outputs: the path where each output is to be written, a file or a folder
    """

    def __init__(self, document: dict):
        self.run = document.get("run")
        self.step = document.get("step") or "step"
        self.attempt = document.get("attempt", 1)
        self.event_time = document.get("event_time")
        self.uses = document.get("uses")
        inputs = section(document, "inputs")
        for name, entry in inputs.items():
            if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
                raise ContextError(f"input {name!r} has no path")
        self.inputs = Names({name: entry["path"] for name, entry in inputs.items()})
        self.addresses = Names({name: entry.get("address") for name, entry in inputs.items()})
        self.params = Names(section(document, "params"))
        self.outputs = Names(section(document, "outputs"))
        for name, path in self.outputs.items():
            if not isinstance(path, str):
                raise ContextError(f"output {name!r} has no path")


def context(path: str | None = None) -> Context:
    """The context of the step that this process runs, read from the file that MARTLET_STEP names (or from `path`).

    Raises ContextError where there is none: the code does not run as a step.
    """
    path = path or os.environ.get(VARIABLE)
    if not path:
        raise ContextError(f"{VARIABLE} is not set: this process was not started as a step of a pipeline")
    try:
        if os.path.getsize(path) > LARGEST_FILE:
            raise ContextError(f"{path} is larger than {LARGEST_FILE >> 20} MiB; pass data as inputs, not as params")
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except OSError as error:
        raise ContextError(f"the step's file cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise ContextError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ContextError(f"{path} holds no JSON object")
    return Context(document)


def section(document: dict, name: str) -> dict:
    value = document.get(name) or {}
    if not isinstance(value, dict):
        raise ContextError(f"{name!r} is not an object")
    return value


def missing(kind: str, name: str, known) -> str:
    """A sentence that says what there is, and which of it was probably meant."""
    import difflib  # only on the way to an error

    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    told = f"there is {kind} called {name!r}"
    if near:
        return f"{told}; did you mean {near[0]!r}?"
    return f"{told}; there is {', '.join(known)}" if known else told
