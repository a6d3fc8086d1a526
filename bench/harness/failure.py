"""Why a comparison has no result."""


class BenchError(Exception):
    """The comparison cannot be made, or what it measured is not what was asked for."""


def require(condition: bool, message: str) -> None:
    """Ends the comparison where something does not hold."""
    if not condition:
        raise BenchError(message)
