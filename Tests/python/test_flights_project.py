"""The demo's own project: what is fetched leaks nothing from the future, and the steps cut it cleanly."""

import json
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).resolve().parents[2] / "examples" / "flights"
sys.path.insert(0, str(PROJECT))

import fetch  # noqa: E402
import steps  # noqa: E402

# The published files' own columns. Clock times are local; LAX is three hours behind New York.
FLIGHTS = """\
year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour
2013,4,1,810,800,10,1055,1100,-5,AA,1,N1,JFK,LAX,320,2475,8,0,2013-04-01T12:00:00Z
2013,4,1,1100,830,150,1345,1115,150,AA,2,N2,JFK,LAX,320,2475,8,30,2013-04-01T12:00:00Z
2013,4,1,1100,1100,0,1359,1330,29,UA,3,N3,JFK,LAX,320,2475,11,0,2013-04-01T15:00:00Z
2013,4,1,NA,1130,NA,NA,1400,NA,UA,4,NA,JFK,LAX,NA,2475,11,30,2013-04-01T15:00:00Z
2013,4,1,1145,1145,0,1500,1415,NA,UA,5,N5,JFK,LAX,NA,2475,11,45,2013-04-01T15:00:00Z
2013,4,1,2330,2330,0,230,200,30,UA,6,N6,JFK,SJU,200,1598,23,30,2013-04-02T03:00:00Z
2013,3,31,2150,2150,0,2355,2355,0,UA,7,N7,EWR,LAX,320,2454,21,50,2013-04-01T01:00:00Z
2013,3,31,1950,1950,0,2155,2155,0,UA,8,N8,EWR,LAX,320,2454,19,50,2013-03-31T23:00:00Z
"""
WEATHER = """\
origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour
JFK,2013,4,1,8,50.5,40.0,60.0,270,10.0,NA,0,NA,10,2013-04-01T12:00:00Z
"""
AIRPORTS = """\
faa,name,lat,lon,alt,tz,dst,tzone
LAX,Los Angeles Intl,33.9,-118.4,126,-8,A,America/Los_Angeles
NUL,Nowhere,0,0,0,0,U,\\N
"""


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("year's folder")
    with zipfile.ZipFile(source / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", FLIGHTS)
    (source / "weather.csv").write_text(WEATHER)
    (source / "airports.csv").write_text(AIRPORTS)
    manifest = fetch.lay_out(source, folder)
    lines = [json.loads(line) for line in (folder / "replay-2013-04.ndjson").read_text().splitlines()]
    rows = duckdb.sql("SELECT * FROM read_parquet('" + str(folder / "flights-*.parquet").replace("'", "''") + "')").df()
    return manifest, lines, rows.set_index("flight")


def scheduled(lines):
    """Every flight of the replay by its key, as a dictionary of what is sent."""
    sent = [line["request"]["dataframe_split"] for line in lines if line["request"]]
    return {row[0]: dict(zip(frame["columns"], row, strict=True)) for frame in sent for row in frame["data"]}


def actuals(lines):
    return {item["correlation_id"]: item for line in lines for item in line["actuals"]}


def test_a_landing_is_placed_by_the_destinations_clock(year):
    _, _, rows = year
    assert str(rows.landed["20130401-AA1-JFK-LAX"]) == "2013-04-01 17:55:00"
    assert str(rows.landed["20130401-UA6-JFK-SJU"]) == "2013-04-02 06:30:00"


def test_a_flight_is_late_from_30_minutes_on(year):
    _, _, rows = year
    assert rows.late["20130401-UA3-JFK-LAX"] == 0
    assert rows.late["20130401-UA6-JFK-SJU"] == 1


def test_cancelled_and_diverted_flights_are_scheduled_but_have_no_actual_and_no_row(year):
    _, lines, rows = year
    for flight in ("20130401-UA4-JFK-LAX", "20130401-UA5-JFK-LAX"):
        assert flight in scheduled(lines)
        assert flight not in actuals(lines)
        assert flight not in rows.index


def test_the_delay_at_the_origin_uses_only_what_left_two_hours_before(year):
    _, _, rows = year
    # At 9 o'clock, two hours before 11, only the flight that left at 8:10 was known. The one of 8:30 was still
    # on the ground: its 150 minutes are known only when it leaves, at 11.
    assert rows.origin_delay["20130401-UA3-JFK-LAX"] == 10.0
    assert rows.origin_delay["20130401-AA1-JFK-LAX"] != rows.origin_delay["20130401-AA1-JFK-LAX"]  # none left: null


def test_the_replay_sends_a_flight_before_its_actual_and_no_actual_of_a_flight_it_never_sent(year):
    _, lines, _ = year
    seen = set()
    for line in lines:
        frame = (line["request"] or {"dataframe_split": {"data": []}})["dataframe_split"]
        assert line["flights"] == len(frame["data"])
        seen |= {row[0] for row in frame["data"]}
        assert {item["correlation_id"] for item in line["actuals"]} <= seen
    assert [line["hour"] for line in lines] == sorted(line["hour"] for line in lines)
    assert "20130331-UA8-EWR-LAX" not in seen  # due before the replay begins, landed after
    assert "20130331-UA7-EWR-LAX" in seen  # March in New York, April by UTC


def test_a_missing_observation_is_null_in_the_replay(year):
    _, lines, _ = year
    flight = scheduled(lines)["20130401-AA1-JFK-LAX"]
    assert flight["temp"] == 50.5
    assert flight["pressure"] is None
    assert flight["scheduled"] == "2013-04-01T12:00:00.000Z"


def test_the_manifest_counts_what_was_written(year):
    manifest, lines, rows = year
    assert sum(month["rows"] for month in manifest["months"]) == len(rows) == 6
    assert manifest["replay"][0]["flights"] == len(scheduled(lines)) == 7
    assert manifest["months"][3]["end"] == "2013-05-01T00:00:00.000Z"


@pytest.fixture
def dataset(tmp_path):
    """120 days of ten flights a day in two parts, shuffled, named as stored blobs are."""
    folder = tmp_path / "flights"
    folder.mkdir()
    for part, days in enumerate([(0, 60), (60, 120)]):
        duckdb.sql(f"""
            COPY (SELECT 'F' || i AS flight, TIMESTAMP '2013-01-01' + to_hours(i * 24 // 10) AS scheduled,
                         scheduled + INTERVAL 2 HOUR AS landed, i % 2 AS late
                  FROM range({days[0] * 10}, {days[1] * 10}) t(i) ORDER BY hash(i))
            TO '{folder}/{part}abc' (FORMAT parquet)
        """)
    return folder


def cut(dataset, folder, **params):
    folder.mkdir()
    outputs = {name: str(folder / name) for name in ("train", "holdout")}
    steps.prepare(str(dataset), outputs, **({"train_days": 90, "holdout_days": 14} | params))
    return outputs


def test_prepare_cuts_the_newest_days_off_and_what_is_before_them(dataset, tmp_path):
    outputs = cut(dataset, tmp_path / "a")
    spans = {
        name: duckdb.sql(f"SELECT count(*), min(landed)::DATE::TEXT, max(landed)::DATE::TEXT FROM read_parquet('{path}')").fetchone()
        for name, path in outputs.items()
    }
    assert spans["holdout"] == (140, "2013-04-17", "2013-04-30")
    assert spans["train"] == (900, "2013-01-17", "2013-04-16")


def test_prepare_writes_the_same_bytes_for_the_same_data(dataset, tmp_path):
    first, second = cut(dataset, tmp_path / "a"), cut(dataset, tmp_path / "b")
    for name in first:
        assert Path(first[name]).read_bytes() == Path(second[name]).read_bytes()


def test_prepare_takes_a_shorter_past_and_refuses_none(dataset, tmp_path):
    assert cut(dataset, tmp_path / "a", train_days=365)
    with pytest.raises(ValueError, match="train would be empty: the data runs from 2013-01-01"):
        cut(dataset, tmp_path / "b", holdout_days=200)
