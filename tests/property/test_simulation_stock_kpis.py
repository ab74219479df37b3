"""The stock KPI table and its KPIs say what the detail tables say."""

import datetime
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.market import SITE_KINDS
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support import random_market


@pytest.mark.parametrize("seed", range(12))
def test_stock_cells_are_what_the_detail_tables_say(seed: int) -> None:
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 2), sink, keep="orders")
    cells = sink.table("stock_cells")
    warmup, case = market.calendar.warmup_days, market.products.units_per_case
    site_day = np.zeros((len(market.sites), market.calendar.horizon_days), dtype=np.int64)
    late = 0
    if "shipments" in sink.names():
        moved = sink.table("shipments")
        cases = moved["ordered"] // case[moved["product"]]
        np.add.at(site_day, (moved["site"], moved["day"]), cases)
        for row in range(len(moved["day"])):
            date = market.calendar.start + datetime.timedelta(days=int(moved["day"][row]))
            if (date + datetime.timedelta(days=10)).month != date.month:
                late += int(moved["shipped"][row] // case[moved["product"][row]])
    assert cells["ordered"].sum() == site_day.sum()
    assert cells["ordered_squared"].sum() == (site_day**2).sum()
    assert cells["bought_late"].sum() == late
    done = cells["period"] >= 0
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    values = table[table["mode"] == "all"].set_index("kpi")["value"]
    for number, kind in enumerate(SITE_KINDS):
        mine = np.flatnonzero(market.sites.kind == number)
        watched = done & np.isin(cells["site"], mine)
        asked, days = cells["asked"][watched].sum(), site_day.shape[1] - warmup
        if f"bullwhip_{kind}" in values.index:
            squares = cells["asked_squared"][watched].sum() / days
            means = [cells["asked"][watched & (cells["site"] == s)].sum() / days for s in mine]
            below = squares - sum(mean**2 for mean in means)
            above = site_day[mine, warmup:].var(axis=1).sum()
            assert values[f"bullwhip_{kind}"] == pytest.approx(above / below)
        else:
            assert kind == "plant" or asked == 0 or len(mine) == 0 or days < 2


def test_sell_in_less_sell_through_needs_somebody_in_between() -> None:
    markets = (random_market(seed) for seed in range(12))
    market, design = next(
        (market, design)
        for market, design in markets
        if (design.sites.open & market.sites.independent).any()
    )
    sink = MemorySink()
    replicate(market, design, Address(3, 2), sink)
    tables = {name: sink.table(name) for name in sink.names()}
    independent = market.sites.independent
    assert "sell_in_minus_through" in set(kpi_table(market, design, tables)["kpi"])
    own = replace(design, sites=replace(design.sites, open=design.sites.open & ~independent))
    found = set(kpi_table(market, own, tables)["kpi"])
    assert "sell_in_minus_through" not in found
    assert "sell_in_late_share" in found, "the other KPIs of stock are there"


def test_a_market_that_buys_early_in_the_month_has_no_late_sell_in() -> None:
    """The last ten days of January are the 22nd to the 31st."""
    from channelwright.simulation.records.stock_recording import late_days

    market, _ = random_market(3)
    late = late_days(market.calendar)
    for day in np.flatnonzero(late):
        date = market.calendar.start + datetime.timedelta(days=int(day))
        assert (date.replace(day=28) + datetime.timedelta(days=4)).replace(
            day=1
        ) - date <= datetime.timedelta(days=10)
    assert 0 < late.sum() < len(late)


def variance(days: np.ndarray) -> float:
    """Sum over rows of the variance of their days."""
    return float(days.var(axis=-1).sum())


@pytest.mark.parametrize("seed", range(12))
def test_bullwhip_of_outlets_and_of_the_channel_is_what_the_detail_tables_say(seed: int) -> None:
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 2), sink, keep="orders")
    tables = {name: sink.table(name) for name in sink.names()}
    warmup, unit = market.calendar.warmup_days, market.products.units_per_case
    days = market.calendar.horizon_days
    asked, ordered = np.zeros((2, len(market.outlets), days))
    shelf = tables["shelf"]
    units = shelf["demanded"] + shelf["online_demanded"]
    np.add.at(asked, (shelf["outlet"], shelf["day"]), units / unit[shelf["product"]])
    if "order_lines" in tables:
        lines = tables["order_lines"]
        np.add.at(ordered, (lines["outlet"], lines["day"]), lines["ordered"])
    made = np.zeros(days)
    if "shipments" in tables:
        moved = tables["shipments"]
        cases = moved["ordered"] // unit[moved["product"]]
        from_plant = market.sites.kind[moved["parent"]] == SITE_KINDS.index("plant")
        np.add.at(made, moved["day"][from_plant], cases[from_plant])
    table = kpi_table(market, design, tables)
    values = dict(zip(table["kpi"], table["value"], strict=True))
    done = slice(warmup, None)
    parts = [("bullwhip_outlets", ordered[:, done], asked[:, done])]
    if "parcels" not in tables:  # their cases are asked for when they are first looked at
        parts.append(("bullwhip_total", made[done], asked.sum(axis=0)[done]))
    for name, above, below in parts:
        if name in values:
            # Days are rounded to thousandths of a case at outlets, to hundredths together.
            assert values[name] == pytest.approx(variance(above) / variance(below), rel=5e-3)
        else:
            assert variance(below) < 1e-3
