"""How a step ends when it is told to."""

import signal
import sys


def end_tidily() -> None:
    """Lets SIGTERM (cancelled, or out of time) unwind the stack, so that the step's own `finally` and `with` run.

    The exit status is 143, as a shell gives it. The supervisor kills what has not ended after its grace period.
    """

    def end(number, frame):
        # Ignored from here on: a second one must not break off the tidying up.
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
