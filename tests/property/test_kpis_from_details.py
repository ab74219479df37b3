"""KPIs of service, calls and distribution counted one by one from the detail tables."""

from collections import defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.tables.codes import CallState, LineState
from channelwright.tables.sink import MemorySink
from tests.support import random_market

SEEDS = range(20)


@cache
def world(seed: int):
    """Market, design, detail tables as lists of rows, and KPIs of the whole market.

    Without rules for short stock and credit: substitutes and cases held back are tested elsewhere.
    """
    market, design = random_market(seed)
    service = replace(design.service, allocation=None)
    design = replace(design, service=service, credit=None)
    sink = MemorySink()
    replicate(market, design, Address(seed, 3), sink, keep="orders")
    tables = {name: sink.table(name) for name in sink.names()}
    found = kpi_table(market, design, tables)
    whole = found[(found["area"] == "all") & (found["mode"] == "all")]
    values = dict(zip(whole["kpi"], whole["value"], strict=True))
    return market, design, {name: rows(table) for name, table in tables.items()}, values


def rows(table: dict[str, np.ndarray]) -> list[dict[str, int]]:
    """Rows of a table."""
    names = list(table)
    columns = [table[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def same(values: dict[str, float], kpi: str, top: float, bottom: float) -> None:
    """A quotient without a denominator is missing, and no zero."""
    if bottom:
        assert values[kpi] == pytest.approx(top / bottom), kpi
    else:
        assert kpi not in values


def brought(table: list[dict[str, int]]) -> dict[tuple[int, int], dict]:
    """Cases by product of every delivery, by order: the day and the tour of the stop."""
    found: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for drop in table:
        order, stop = (drop["order_day"], drop["outlet"]), (drop["day"], drop["ready_second"])
        found[order][stop][drop["product"]] += drop["cases"]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_on_time_in_full_is_one_delivery_of_all_by_the_promised_day(seed: int) -> None:
    market, design, tables, values = world(seed)
    first, end = market.calendar.warmup_days, market.calendar.horizon_days
    orders: dict = defaultdict(dict)
    for line in tables.get("order_lines", []):
        orders[line["day"], line["outlet"]][line["product"]] = line
    came, kept, promised = brought(tables.get("deliveries", [])), 0, 0
    for (day, outlet), lines in orders.items():
        mode = next(iter(lines.values()))["mode"]
        due = day + int(design.service.promise_days[mode])
        if not first <= due < end:
            continue
        promised += 1
        wanted = {product: line["ordered"] for product, line in lines.items()}
        kept += any(
            stop[0] <= due and all(cases[product] >= many for product, many in wanted.items())
            for stop, cases in came[day, outlet].items()
        )
    same(values, "otif", kept, promised)


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_strikes_lines_and_drops_are_counted(seed: int) -> None:
    market, _, tables, values = world(seed)
    first = market.calendar.warmup_days
    calls = [call for call in tables.get("calls", []) if call["day"] >= first]
    made = [call for call in calls if call["second"] >= 0]
    productive = [call for call in made if call["state"] == CallState.PRODUCTIVE]
    same(values, "strike_rate", len(productive), len(made))
    lines = sum(call["lines"] for call in productive)
    same(values, "lines_per_call", lines, len(productive))
    drops = [drop for drop in tables.get("deliveries", []) if drop["day"] >= first]
    cases = sum(drop["cases"] for drop in drops)
    assert values.get("delivered_cases", 0) == cases
    waited = sum(drop["cases"] * (drop["day"] - drop["order_day"]) for drop in drops)
    same(values, "delivery_days", waited, cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_distribution_is_what_stands_on_the_shelves_of_the_last_night(seed: int) -> None:
    market, _, tables, values = world(seed)
    last = market.calendar.horizon_days - 1
    stocked = {
        shelf["outlet"]
        for shelf in tables["shelf"]
        if shelf["day"] == last and shelf["closing"] > 0
    }
    universe = len(market.outlets) + int(market.areas.universe_outlets.sum())
    assert values["numeric_distribution"] == pytest.approx(len(stocked) / universe)
    cases = float(market.outlets.category_cases.sum())
    cases += float((market.areas.universe_outlets * market.areas.universe_cases).sum())
    weight = sum(float(market.outlets.category_cases[outlet]) for outlet in stocked)
    found = values["weighted_distribution"]
    assert found == pytest.approx(weight / cases, abs=0.001 * len(stocked) / cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_case_fill_leaves_refused_orders_out(seed: int) -> None:
    """All attempts of the measured days; those that wait for tomorrow's have had none."""
    market, design, tables, values = world(seed)
    horizon, first, top, bottom = market.calendar.horizon_days, market.calendar.warmup_days, 0, 0
    for line in tables.get("order_lines", []):
        late = line["second"] > int(design.service.cutoff[line["mode"]])
        if line["state"] == LineState.REFUSED or not first <= line["day"] + late < horizon:
            continue
        top += line["first"]
        bottom += line["ordered"]
    same(values, "case_fill_rate", top, bottom)


def test_the_markets_have_orders_to_judge() -> None:
    """Promises are kept and broken, and cases come short."""
    for kpi in ("otif", "case_fill_rate"):
        found = [world(seed)[3][kpi] for seed in SEEDS if kpi in world(seed)[3]]
        assert len(found) >= 12
        assert sum(0 < share < 1 for share in found) >= 6
