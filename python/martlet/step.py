"""Runs a step that is a Python function: `python -m martlet.step module.function`.

The function is called with its inputs as paths, its params as they stand in the project file, and, where it takes
one, a dictionary `outputs` of the paths to write to:

    def prepare(flights: str, outputs: dict, train_days: int): ...

Exit status: 0 done, 1 the function raised, 2 it could not be called (no such function, arguments that do not fit,
no step file), 3 it returned without writing a declared output, 143 ended by SIGTERM. The last line on standard
error then starts with `martlet: ` and says what happened, where in the project's own code.
"""

import importlib
import os
import sys

from martlet._context import Context, ContextError, context, missing
from martlet.signals import end_tidily

DONE, RAISED, UNCALLABLE, UNWRITTEN = 0, 1, 2, 3
VAR_KEYWORDS = 0x08  # inspect.CO_VARKEYWORDS


class Uncallable(Exception):
    """The project's function cannot be called as the project file says."""


def main(arguments: list[str]) -> int:
    end_tidily()
    project = os.getcwd()
    if project not in sys.path:
        sys.path.insert(0, project)  # absent under PYTHONSAFEPATH
    # Line by line, so that the log is live.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        step = context()
        target = arguments[0] if arguments else step.uses
        if not target:
            raise Uncallable("no function is named; usage: python -m martlet.step module.function")
    except (ContextError, Uncallable) as error:
        return give_up(UNCALLABLE, str(error))
    try:
        function = find(target)
        call(function, target, step)
    except Uncallable as error:
        return give_up(UNCALLABLE, f"step {step.step} cannot run: {error}")
    except Exception as error:
        return give_up(RAISED, f"step {step.step} failed{told(error, project)}")
    unwritten = [f"{name!r} ({path})" for name, path in step.outputs.items() if not os.path.exists(path)]
    if unwritten:
        return give_up(UNWRITTEN, f"step {step.step}: {target} returned without writing {', '.join(unwritten)}")
    return DONE


def find(target: str):
    """The function that `module.function` names."""
    module_name, _, name = target.rpartition(".")
    if not module_name:
        raise Uncallable(f"{target!r} names no function; write module.function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # That the module itself is missing is a mistake of the project file. One that it imports is the code's.
        if error.name and (module_name == error.name or module_name.startswith(error.name + ".")):
            raise Uncallable(f"there is no module {error.name!r} in {os.getcwd()}") from None
        raise
    function = getattr(module, name, None)
    if not callable(function):
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise Uncallable(missing(f"in {module_name} no function", name, functions))
    return function


def call(function, target: str, step: Context) -> None:
    """Calls the function with what it takes, or says which name does not fit."""
    given = {}
    for kind, values in (("input", step.inputs), ("param", step.params)):
        for name, value in values.items():
            if name in given:
                raise Uncallable(f"{name!r} is both an input and a param of the step; rename one")
            given[name] = value
    taken, required, takes_any = parameters(function)
    if "outputs" in given:
        raise Uncallable("'outputs' is kept for the paths to write to; rename the input or param")
    if takes_any or "outputs" in taken:
        given["outputs"] = dict(step.outputs)
    unknown = [name for name in given if name not in taken]
    if unknown and not takes_any:
        raise Uncallable(f"{target} does not take {unknown[0]!r}: " + missing("no parameter", unknown[0], taken))
    lacking = [name for name in required if name not in given]
    if lacking:
        raise Uncallable(f"{target} needs {lacking[0]!r}, which is neither an input nor a param of the step")
    for path in step.outputs.values():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    function(**given)


def parameters(function) -> tuple[list[str], list[str], bool]:
    """The names that the function takes, those it must have, and whether it takes any other."""
    plain = function
    while hasattr(plain, "__wrapped__"):
        plain = plain.__wrapped__
    code = getattr(plain, "__code__", None)
    if code is None or hasattr(plain, "__self__"):
        return inspected(function)
    by_place = list(code.co_varnames[code.co_posonlyargcount : code.co_argcount])
    by_name = list(code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    required = by_place[: len(by_place) - len(plain.__defaults__ or ())]
    required += [name for name in by_name if name not in (plain.__kwdefaults__ or {})]
    return by_place + by_name, required, bool(code.co_flags & VAR_KEYWORDS)


def inspected(function) -> tuple[list[str], list[str], bool]:
    """The same for classes, partial functions and other callables. Importing inspect takes as long as all else here."""
    import inspect

    taken, required, takes_any = [], [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_any = True
        elif parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            taken.append(parameter.name)
            if parameter.default is parameter.empty:
                required.append(parameter.name)
    return taken, required, takes_any


def told(error: Exception, project: str) -> str:
    """Prints the traceback without this runner's frames; returns ` at FILE:LINE in FUNCTION: …` of the project's own."""
    import traceback

    trace = error.__traceback__
    own = os.path.dirname(os.path.abspath(__file__))
    while trace and is_machinery(trace.tb_frame.f_code.co_filename, own):
        trace = trace.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, trace, file=sys.stderr)

    what = traceback.format_exception_only(type(error), error)[-1].strip()
    if isinstance(error, SyntaxError) and error.filename:
        return f" at {short(error.filename, project)}:{error.lineno}: {what}"
    place = ""
    while trace:
        code = trace.tb_frame.f_code
        file = os.path.abspath(code.co_filename)
        # The deepest frame that is the project's: where a library was given what it did not like.
        if file.startswith(project + os.sep) and "site-packages" not in file:
            place = f" at {short(file, project)}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return f"{place}: {what}"


def is_machinery(file: str, own: str) -> bool:
    return file.startswith(own + os.sep) or file.startswith("<frozen ") or file == importlib.__file__


def short(file: str, project: str) -> str:
    return os.path.relpath(file, project) if os.path.abspath(file).startswith(project + os.sep) else file


def give_up(status: int, message: str) -> int:
    sys.stdout.flush()
    print(f"martlet: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
