"""Shorter lives and losses cost what they should; limits that nothing reaches change nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.perishing import Perishing
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.worlds import desk_world

DAYS, REPLICATIONS = 63, 3


@cache
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def rules(market: Market, **columns: int) -> Perishing:
    """The same rule for every product, site and segment; what is not named is off."""
    products, sites, segments = len(market.products), len(market.sites), len(market.segments)
    sizes = {
        "site_days": products,
        "shelf_days": products,
        "sell_off_days": products,
        "sell_off_cut": products,
        "site_shrinkage": sites,
        "shelf_shrinkage": segments,
    }
    return Perishing(
        **{name: np.full(size, columns.get(name, 0), np.int64) for name, size in sizes.items()}
    )


def tables(market: Market, design: Design, replication: int) -> dict[str, dict[str, np.ndarray]]:
    sink = MemorySink()
    replicate(market, design, Address(11, replication), sink)
    return {name: sink.table(name) for name in sink.names()}


def kpis(market: Market, design: Design) -> dict[str, np.ndarray]:
    """KPIs of the whole market by replication."""
    found = []
    for replication in range(REPLICATIONS):
        table = kpi_table(market, design, tables(market, design, replication))
        whole = table[(table["area"] == "all") & (table["mode"] == "all")]
        found.append(dict(zip(whole["kpi"], whole["value"], strict=True)))
    return {name: np.array([one[name] for one in found]) for name in found[0]}


@cache
def with_life(days: int, **more: int) -> dict[str, np.ndarray]:
    market, design = flagship()
    aged = replace(market, perishing=rules(market, shelf_days=days, **more))
    return kpis(aged, design)


def test_lives_that_nothing_reaches_change_no_table() -> None:
    market, design = flagship()
    plain = tables(market, design, 0)
    long = replace(market, perishing=rules(market, site_days=4000, shelf_days=4000))
    aged = tables(long, design, 0)
    for name in plain:
        for column in plain[name]:
            np.testing.assert_array_equal(plain[name][column], aged[name][column])


def test_a_shorter_life_loses_more_on_the_shelf_and_sells_less() -> None:
    short, middle = with_life(5), with_life(14)
    assert (short["shelf_expiry_rate"] > middle["shelf_expiry_rate"]).all()
    assert middle["shelf_expiry_rate"].min() > 0
    lost = paired_interval(short["sell_out_units"], middle["sell_out_units"])
    assert lost.high < 0


def test_shrinkage_is_the_share_that_was_said() -> None:
    """Two per cent a month of the mean stock at month ends, rounded by draws without bias."""
    market, design = flagship()
    missing = replace(market, perishing=rules(market, shelf_shrinkage=20_000))
    sink = MemorySink()
    replicate(missing, design, Address(11, 0), sink, keep="orders")
    losses, shelf = (pd.DataFrame(sink.table(name)) for name in ("losses", "shelf"))
    days = losses["day"].unique()
    last = days[0]
    assert len(days) > 1
    nights = shelf[shelf["day"] == last - 1]
    length = (market.calendar.month == market.calendar.month[last]).sum()
    first = (pd.Timestamp(market.calendar.start) + pd.Timedelta(days=int(last))).days_in_month
    expected = nights["closing"].sum() * 0.02 * length / first
    found = losses.loc[losses["day"] == last, "units"].sum()
    # Each place is rounded up or down: variance at most 1/4 per place with stock.
    places = (nights["closing"] > 0).sum()
    assert abs(found - expected) < 4 * np.sqrt(places / 4)


def test_who_credits_old_goods_pays_for_them() -> None:
    market, design = flagship()
    modes = len(market.modes)
    aged = replace(market, perishing=rules(market, shelf_days=7))
    credited = replace(
        design,
        service=replace(
            design.service,
            return_credit=np.full(modes, 1_000_000, dtype=np.int64),
            collect_case=np.zeros(modes, dtype=np.int64),
        ),
    )
    with_credit, without = tables(aged, credited, 0), tables(aged, design, 0)
    ledger = pd.DataFrame(with_credit["ledger"])
    assert ledger.loc[ledger["account"] == int(Account.RETURN), "amount"].sum() > 0
    # The credit moves money between parties; not one case moves otherwise.
    for column, values in without["cells"].items():
        np.testing.assert_array_equal(values, with_credit["cells"][column])


def test_goods_are_sold_off_only_where_they_get_old() -> None:
    market, design = flagship()
    sold = {}
    for days in (10, 4000):
        cut = rules(market, shelf_days=days, sell_off_days=5, sell_off_cut=300_000)
        ledger = pd.DataFrame(tables(replace(market, perishing=cut), design, 0)["ledger"])
        sold[days] = int(ledger.loc[ledger["account"] == int(Account.SELL_OFF), "amount"].sum())
    assert sold[10] > 0
    assert sold[4000] == 0


@pytest.mark.parametrize("cover", [2, 6])
def test_stock_age_of_a_constant_world(cover: int) -> None:
    """A site that is filled up every night to some days of demand holds lots of 0, 1, ... days.

    Ten outlets take six units a day; what left today arrives tomorrow morning. At night all but
    the 60 units of today are there: the lot of this morning, of yesterday, and so on.
    """
    market, design = desk_world(
        outlets=10, daily=6.0, days=70, law=0, level=60 * (cover + 2), lead=1, cover_days=3.0
    )
    sink = MemorySink()
    replicate(market, design, Address(1, 0), sink)
    cells = pd.DataFrame(sink.table("site_cells"))
    cells = cells[(cells["period"] >= 0) & (cells["age_cases"] > 0)]
    held = cells["age_cases"] // 60
    assert (cells["age_cases"] % 60 == 0).all()
    # Lots of 60 units that are 0, 1, ..., held - 1 days old.
    assert (cells["age_case_days"] == 60 * held * (held - 1) // 2).all()
    assert (held == cover + 1).all()
