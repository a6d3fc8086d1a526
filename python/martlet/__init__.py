"""What a project's Python code can ask of Martlet while it runs as a step.

    import martlet

    step = martlet.context()
    flights = read_parquet(step.inputs.train)
    depth = step.params.get("depth", 3)
    step.outputs.model                       # the path to write to

Only the standard library is used, and little of it is imported before it is needed.
"""

from martlet._context import Context, ContextError, context

__all__ = ["Context", "ContextError", "context"]
