"""The order history: what is read, what is dropped and what is kept back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SOURCE = Path(__file__).resolve().parent.parent / "source"
FIRST_WEEK = pd.Timestamp("2012-01-01")
#: The file ends after the first days of this week: about a fifth of a week's litres.
PARTIAL_WEEK = pd.Timestamp("2016-05-29")
TEST_WEEKS = 52
TEST_START = PARTIAL_WEEK - pd.Timedelta(weeks=TEST_WEEKS)
#: Hyper-parameters were chosen on this year, fitted on the weeks before it.
VALIDATION_START = TEST_START - pd.Timedelta(weeks=52)


@dataclass(frozen=True)
class Orders:
    """Weekly wholesale orders.

    Attributes
    ----------
    cities, brands : names, in the order of the axes
    weeks : Sundays on which the weeks start
    litres, dollars : (cities, brands, weeks) float64
    """

    cities: tuple[str, ...]
    brands: tuple[str, ...]
    weeks: pd.DatetimeIndex
    litres: FloatArray
    dollars: FloatArray


def read_orders(first: pd.Timestamp, end: pd.Timestamp) -> Orders:
    """Read the weeks in [first, end).

    Parameters
    ----------
    first, end : Sundays; rows outside are not read, so a fit cannot see them
    """
    rows = pd.read_parquet(
        SOURCE / "city_week_item.parquet",
        filters=[("week", ">=", first), ("week", "<", end)],
    )
    cities = city_names()
    brands = tuple(sorted(rows["brand"].unique()))
    weeks = pd.date_range(first, end - pd.Timedelta(weeks=1), freq="7D")
    shape = (len(cities), len(brands), len(weeks))
    where = (
        pd.Index(cities).get_indexer(pd.Index(rows["city"])),
        pd.Index(brands).get_indexer(pd.Index(rows["brand"])),
        weeks.get_indexer(pd.Index(rows["week"])),
    )
    litres, dollars = np.zeros(shape), np.zeros(shape)
    np.add.at(litres, where, rows["liters"].to_numpy())
    np.add.at(dollars, where, rows["dollars"].to_numpy())
    return Orders(cities, brands, weeks, litres, dollars)


def city_names() -> tuple[str, ...]:
    """Return the cities of the source's own list, which is the market."""
    return tuple(sorted(pd.read_csv(SOURCE / "cities.csv")["city"]))


def training() -> Orders:
    """Return everything before the test period."""
    return read_orders(FIRST_WEEK, TEST_START)


def kept_back() -> Orders:
    """Return the test period: for scoring only."""
    return read_orders(TEST_START, PARTIAL_WEEK)
