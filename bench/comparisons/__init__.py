"""The comparisons, by name. Each is a file with `WHAT`, one sentence, and `run(settings) -> Result`."""

from comparisons import log_batch, log_metric, one_row, startup

ALL = {"log-batch": log_batch, "log-metric": log_metric, "startup": startup, "one-row": one_row}
