"""The Iowa pack's source: what is read, what is dropped, what is kept back."""

import datetime
import importlib
import shutil
import sys

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT

PACK = ROOT / "scenarios" / "iowa_spirits"
sys.path.insert(0, str(PACK))
history = importlib.import_module("iowa_build.history")
holidays = importlib.import_module("iowa_build.holidays")
places = importlib.import_module("iowa_build.places")


@pytest.fixture(scope="module")
def training():
    return history.training()


def test_history_is_split_into_training_test_and_a_dropped_partial_week(training):
    rows = pd.read_parquet(history.SOURCE / "city_week_item.parquet")
    test = history.kept_back()
    assert (len(training.weeks), len(test.weeks)) == (178, 52)
    assert training.weeks[-1] == pd.Timestamp("2015-05-24")
    assert test.weeks[0] == pd.Timestamp("2015-05-31")
    assert test.weeks[-1] == pd.Timestamp("2016-05-22")
    partial = rows[rows["week"] == "2016-05-29"]["liters"].sum()
    assert partial < 0.25 * test.litres.sum(axis=(0, 1)).mean()
    parts = training.litres.sum() + test.litres.sum() + partial
    assert parts == pytest.approx(rows["liters"].sum(), rel=1e-12)


def test_nothing_read_for_the_fit_depends_on_the_test_period(training, tmp_path, monkeypatch):
    source = tmp_path / "source"
    shutil.copytree(history.SOURCE, source)
    rows = pd.read_parquet(source / "city_week_item.parquet")
    late = rows["week"] >= history.TEST_START
    rows.loc[late, ["liters", "dollars"]] *= 17.0
    rows.to_parquet(source / "city_week_item.parquet")
    listed = pd.read_csv(source / "cities.csv")
    listed[["liters", "dollars", "weeks"]] = 1  # totals of the whole file, test year included
    listed.to_csv(source / "cities.csv", index=False)
    for module in (history, places):
        monkeypatch.setattr(module, "SOURCE", source)
    places.counties.cache_clear()
    again = history.training()
    assert np.array_equal(again.litres, training.litres)
    assert np.array_equal(again.dollars, training.dollars)
    assert history.kept_back().litres.sum() > 10 * training.litres[:, :, -52:].sum()
    changed = places.cities(again)
    monkeypatch.undo()
    places.counties.cache_clear()
    pd.testing.assert_frame_equal(changed, places.cities(training))


def test_market_has_the_cities_of_the_list_with_coordinates_or_county_centroids(training):
    table = places.cities(training)
    assert len(table) == 387
    assert table["id"].is_unique
    # 358 matches by GeoNames, one of them the wrong Centerville.
    assert table["located"].sum() == 357
    assert not table.loc["CENTERVILLE", "located"]
    county = places.counties()
    centre = county.loc[table["county"]]
    away = places.great_circle_km(
        table["lat"].to_numpy(),
        table["lon"].to_numpy(),
        centre["lat"].to_numpy(),
        centre["lon"].to_numpy(),
    )
    assert away.max() < 40.0
    assert np.allclose(away[~table["located"].to_numpy()], 0.0)


def test_districts_are_nine_contiguous_blocks_of_all_counties():
    county = places.counties()
    assert len(county) == 99
    assert county["district"].value_counts().to_dict() == {
        "northwest": 12,
        "west_central": 12,
        "central": 12,
        "north_central": 11,
        "northeast": 11,
        "south_central": 11,
        "southeast": 11,
        "east_central": 10,
        "southwest": 9,
    }
    borders = pd.read_csv(history.SOURCE / "iowa_county_adjacency.csv")
    district = pd.read_csv(history.SOURCE / "crop_districts.csv").set_index("fips")["district"]
    for name, members in district.groupby(district):
        assert _reached(set(members.index), borders) == set(members.index), name


def _reached(members, borders):
    inside = borders[borders["fips_a"].isin(members) & borders["fips_b"].isin(members)]
    found = {min(members)}
    while True:
        touching = inside["fips_a"].isin(found) | inside["fips_b"].isin(found)
        more = found | set(inside[touching][["fips_a", "fips_b"]].to_numpy().ravel())
        if more == found:
            return found
        found = more


def test_short_weeks_are_the_weeks_of_public_holidays_but_for_one(training):
    short = holidays.short_weeks(training)
    assert len(short) == 16
    days = [day for year in range(2012, 2016) for day in holidays.public_holidays(year).values()]
    weeks = {holidays.week_of(day) for day in days}
    assert set(short) - weeks == {pd.Timestamp("2013-06-16")}
    assert {str(week.date()) for week, kind in short.items() if kind == "long"} == {
        "2012-11-18",
        "2013-06-16",
        "2013-11-24",
        "2013-12-29",
        "2014-11-23",
        "2014-12-28",
    }


def test_short_weeks_ahead_repeat_the_last_year_at_new_dates(training):
    ahead = {
        str(week.date()): kind for week, kind in holidays.expected_short_weeks(training).items()
    }
    assert ahead == {
        "2015-06-28": "short",
        "2015-09-06": "short",
        "2015-11-08": "short",
        "2015-11-22": "long",
        "2015-12-27": "long",
        "2016-01-17": "short",
        "2016-05-29": "short",
    }


@pytest.mark.parametrize(
    ("year", "name", "day"),
    [
        (2015, "memorial", datetime.date(2015, 5, 25)),
        (2015, "independence", datetime.date(2015, 7, 3)),
        (2015, "thanksgiving", datetime.date(2015, 11, 26)),
        (2012, "new_year", datetime.date(2012, 1, 2)),
        (2016, "king", datetime.date(2016, 1, 18)),
    ],
)
def test_holidays_fall_on_their_days(year, name, day):
    assert holidays.public_holidays(year)[name] == day
