"""From typed tables to what limits supply between sites, and what is wrong with them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import IntArray
from channelwright.model.columns import index_of
from channelwright.model.supply import ALL_CHILDREN, UNLIMITED, Outages, Supply
from channelwright.scenario.references import among
from channelwright.tables.cells import Cells, TypedTable, shown
from channelwright.tables.checks import nearest
from channelwright.tables.stock_inputs import ALL_PRODUCTS

Tables = Mapping[str, TypedTable]
_PERIODS = (1, 7)


def build_supply(tables: Tables, start: datetime.date) -> Supply | None:
    """Return the limits of supply; None where the pack names none."""
    lanes = tables.get("lanes")
    uncertain = lanes is not None and bool((lanes["lead_deviation"] > 0).any())
    if not uncertain and "capacity" not in tables and "outages" not in tables:
        return None
    ids = tuple(tables["sites"]["id"])
    capacity, days = _capacity(tables, ids)
    spread = np.zeros((len(ids), len(ids)))
    overtaking = np.zeros(spread.shape, dtype=np.bool_)
    if lanes is not None:
        rows = _rows(lanes["child"], ids), _rows(lanes["parent"], ids)
        spread[rows] = lanes["lead_deviation"]
        overtaking[rows] = lanes["overtaking"]
    return Supply(capacity, days, spread, overtaking, _outages(tables, ids, start))


def _rows(values: Cells, ids: tuple[str, ...]) -> IntArray:
    row_of = index_of(ids)
    return np.array([row_of.get(value, -1) for value in values], dtype=np.int64)


def _capacity(tables: Tables, ids: tuple[str, ...]) -> tuple[IntArray, IntArray]:
    """Return units per period, whole cases, and days of the period: (S, P), (S,)."""
    products = tables["products"]
    capacity = np.full((len(ids), len(products)), UNLIMITED, dtype=np.int64)
    days = np.ones(len(ids), dtype=np.int64)
    if "capacity" in tables:
        table = tables["capacity"]
        site, case = _rows(table["plant"], ids), products["units_per_case"]
        product = _rows(table["product"], tuple(products["id"]))
        cases = np.floor(table["cases"]).astype(np.int64)
        common = table["product"] == ALL_PRODUCTS
        capacity[site[common]] = cases[common][:, None] * case
        own = ~common
        capacity[site[own], product[own]] = cases[own] * case[product[own]]
        days[site] = table["days"]
    return capacity, days


def _outages(tables: Tables, ids: tuple[str, ...], start: datetime.date) -> Outages:
    if "outages" not in tables:
        none = np.zeros(0, dtype=np.int64)
        return Outages(none, none, none, none)
    table, day0 = tables["outages"], np.datetime64(start)
    return Outages(
        site=_rows(table["site"], ids),
        child=np.where(table["child"] == "", ALL_CHILDREN, _rows(table["child"], ids)),
        first=(table["first"] - day0).astype(np.int64),
        last=(table["last"] - day0).astype(np.int64),
    )


def capacity_problems(tables: Tables) -> Iterator[Problem]:
    """Yield capacities of sites that are no plants, periods of two lengths, unknown products."""
    table, sites = tables["capacity"], tables["sites"]
    plants = sites["id"][sites["kind"] == "plant"]
    known = table.good("plant") & among(table["plant"], sites["id"])
    yield from table.problems(
        "plant",
        known & ~among(table["plant"], plants),
        lambda row: (
            f"site {table['plant'][row]!r} is no plant: it ships what it has in stock",
            "name a plant",
        ),
    )
    names = [ALL_PRODUCTS, *tables["products"]["id"]]
    yield from table.problems(
        "product",
        table.good("product") & ~among(table["product"], names),
        lambda row: (
            f"{shown(table['product'][row])} is not in table 'products'",
            f"* = all products; {nearest(table['product'][row], names)}",
        ),
    )
    yield from table.problems(
        "days",
        table.good("days") & ~np.isin(table["days"], _PERIODS),
        lambda row: (f"a period of {table['days'][row]} days", "use 1 (day) or 7 (calendar week)"),
    )
    first = {plant: table["days"][row] for row, plant in reversed(list(enumerate(table["plant"])))}
    other = np.array([first[plant] for plant in table["plant"]], dtype=np.int64)
    yield from table.problems(
        "days",
        known & table.good("days") & (table["days"] != other),
        lambda row: (
            f"plant {table['plant'][row]!r} has periods of {other[row]} and {table['days'][row]} "
            "days",
            "give every row of a plant the same period",
        ),
    )


def outage_problems(tables: Tables) -> Iterator[Problem]:
    """Yield outages that end before they begin, and lanes that do not exist."""
    table = tables["outages"]
    yield from table.problems(
        "last",
        table.good("first", "last") & (table["last"] < table["first"]),
        lambda row: (
            f"last day {table['last'][row]} is before the first, {table['first'][row]}",
            "exchange the two days",
        ),
    )
    if "lanes" not in tables:
        return
    lanes = tables["lanes"]
    pairs = set(zip(lanes["parent"], lanes["child"], strict=True))
    known = np.array(
        [pair in pairs for pair in zip(table["site"], table["child"], strict=True)], dtype=np.bool_
    )
    ends = among(table["child"], tables["sites"]["id"]) & among(
        table["site"], tables["sites"]["id"]
    )
    yield from table.problems(
        "child",
        table.good("site", "child") & ends & ~known,
        lambda row: (
            f"there is no lane from {table['site'][row]!r} to {table['child'][row]!r}",
            "name a child of table 'lanes', or clear the cell",
        ),
    )
