"""The pipeline's Python-function steps. `martlet.yaml` names them as `steps.prepare`."""

from pathlib import Path

import duckdb  # not pandas: it would take longer to import than this step takes to run


def prepare(flights: str, outputs: dict, train_days: int, holdout_days: int) -> None:
    """Cuts the newest days off as the holdout, and the days before them as the training data.

    Both models of a promotion are judged on the holdout, so neither may have seen it: the challenger's training
    data ends where the holdout begins. Days go by `landed`, the moment from which a flight's label is known.

    - flights: the dataset, a folder of Parquet files (or one file)
    - outputs: where to write `train` and `holdout`, one Parquet file each
    """
    source = Path(flights)
    files = [str(file) for file in sorted(source.rglob("*")) if file.is_file()] if source.is_dir() else [flights]
    if not files:
        raise ValueError(f"the dataset at {flights} has no files")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.read_parquet(files).create_view("landed_flights")

    # The data ends with the last day of which anything is known.
    end, first = connection.execute(
        "SELECT date_trunc('day', max(landed)) + INTERVAL 1 DAY, min(landed) FROM landed_flights"
    ).fetchone()
    if end is None:
        raise ValueError(f"the dataset at {flights} has no rows")

    spans = {"train": (train_days + holdout_days, holdout_days), "holdout": (holdout_days, 0)}
    for name, (begins, ends) in spans.items():
        # Ordered by the key as well, so that the same data always gives the same bytes and the next step's
        # cache finds it.
        query = f"""
            SELECT * FROM landed_flights
            WHERE landed >= TIMESTAMP '{end}' - INTERVAL {int(begins)} DAY
              AND landed < TIMESTAMP '{end}' - INTERVAL {int(ends)} DAY
            ORDER BY scheduled, flight
        """
        path = outputs[name].replace("'", "''")
        rows = connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchone()[0]
        if rows == 0:
            raise ValueError(f"{name} would be empty: the data runs from {first} to {end}, too short for {begins} days")
        print(f"{name}: {rows:,} flights of {begins - ends} days, to {ends} days before {end:%Y-%m-%d}")
