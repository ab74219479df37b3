"""Cities, counties and districts: coordinates, people and the whole market."""

from __future__ import annotations

import functools
import re

import numpy as np
import pandas as pd

from iowa_build.history import SOURCE, Orders

#: GeoNames holds two Centervilles; the match is the hamlet in Boone County, 174 km from the
#: county seat of Appanoose that the orders name.
WRONG_MATCH = frozenset({"CENTERVILLE"})
FAR_KM = 60.0
EARTH_KM = 6371.0
CATEGORY_MONTHS = ("2015-01-01", "2015-05-31")
_SEGMENTS = ((50_000, "metro"), (10_000, "town"), (2_500, "small_town"), (-1, "village"))
_GRADES = ((300.0, "A"), (30.0, "B"), (-1.0, "C"))


@functools.cache
def counties() -> pd.DataFrame:
    """Return counties by their plain name: centroid, district, people and whole market.

    Columns: county, lat, lon, area_km2, district, population, market_litres, cost, revenue.
    """
    table = pd.read_csv(SOURCE / "iowa_counties.csv")[["fips", "county", "lat", "lon", "area_km2"]]
    district = pd.read_csv(SOURCE / "crop_districts.csv")[["fips", "district"]]
    table = table.merge(district, on="fips", validate="1:1")
    months = pd.read_parquet(SOURCE / "county_month_2015_01_05.parquet")
    months["plain"] = months["county"].map(plain)
    sums = months.groupby("plain").agg(
        population=("population", "max"),
        market_litres=("volume", "sum"),
        cost=("state_cost", "sum"),
        revenue=("state_revenue", "sum"),
    )
    return table.set_index(table["county"].map(plain)).join(sums, validate="1:1")


def cities(orders: Orders) -> pd.DataFrame:
    """Return the cities in the order of `orders.cities`.

    Columns: id, name, county (plain), lat, lon, population, located (bool: by GeoNames).
    """
    listed = pd.read_csv(SOURCE / "cities.csv").set_index("city").loc[list(orders.cities)]
    county = counties()
    table = pd.DataFrame(
        {
            "id": [slug(name) for name in orders.cities],
            "name": [name.title() for name in orders.cities],
            "population": listed["census_pop_2015"].to_numpy(),
        },
        index=pd.Index(orders.cities, name="city"),
    )
    known = listed["lat"].notna() & ~listed.index.isin(WRONG_MATCH)
    table["located"] = known.to_numpy()
    table["county"] = [
        _county_of(row, bool(ok), county)
        for (_, row), ok in zip(listed.iterrows(), known, strict=True)
    ]
    centre = county.loc[table["county"]]
    table["lat"] = np.where(known, listed["lat"], centre["lat"])
    table["lon"] = np.where(known, listed["lon"], centre["lon"])
    return table


def segment_of(population: float) -> str:
    """Return the segment by people; unknown counts as a village."""
    people = population if population >= 0 else 0.0
    return next(name for least, name in _SEGMENTS if people >= least)


def grade_of(litres_per_week: float) -> str:
    """Return the grade by volume."""
    return next(name for least, name in _GRADES if litres_per_week >= least)


def plain(name: str) -> str:
    """Return a county's name in lower case letters and blanks only."""
    return re.sub(r"[^a-z ]", "", name.lower())


def slug(name: str) -> str:
    """Return an id made of a name."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def great_circle_km(lat_a: float, lon_a: float, lat_b: np.ndarray, lon_b: np.ndarray) -> np.ndarray:
    """Return distances in km on a sphere."""
    a, b, c, d = (np.radians(value) for value in (lat_a, lon_a, lat_b, lon_b))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(half)))


def _county_of(row: pd.Series, located: bool, county: pd.DataFrame) -> str:
    """Return the named county nearest to the coordinates, or the nearest of all if all are far."""
    named = [plain(name) for name in str(row["counties"]).split("|")]
    if not located:
        return named[0]
    away = pd.Series(
        great_circle_km(row["lat"], row["lon"], county["lat"].to_numpy(), county["lon"].to_numpy()),
        index=county.index,
    )
    best = str(away[named].idxmin())
    return best if away[best] <= FAR_KM else str(away.idxmin())
