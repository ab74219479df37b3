"""What the rules for short stock do to the flagship when its sites run short."""

from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.allocation import FILLS, Allocation
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 42, 3


@cache
def flagship() -> tuple[Market, Design]:
    """The flagship with about two days of stock at its sites and all waiting for the rest."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market, design = shorten(pack.market, DAYS), pack.designs["today"]
    daily = np.zeros(design.sites.level.shape)
    covered = design.outlets.mode >= 0
    np.add.at(daily, design.outlets.site[covered], market.outlets.rate[covered])
    # The products run short by turns, so that one can stand in for another.
    level = (daily * np.where(np.arange(daily.shape[1]) % 2, 1.0, 8.0)).astype(np.int64)
    tight = replace(design.sites, level=np.where(daily > 0, level, design.sites.level))
    waiting = replace(design.service, backorder=np.ones_like(design.service.backorder))
    one = replace(market.products, families=("all",) * len(market.products))
    return replace(market, products=one), replace(design, sites=tight, service=waiting)


def rules(market: Market, **columns: np.ndarray) -> Allocation:
    modes = len(market.modes)
    plain = {
        "cancel_days": np.full(modes, -1, dtype=np.int64),
        "fill": np.zeros(modes, dtype=np.int64),
        "substitute": np.zeros(modes, dtype=np.int64),
        "priority": np.zeros(len(market.outlets), dtype=np.int64),
    }
    return Allocation(**(plain | columns))


def tables(design: Design, replication: int) -> dict[str, dict[str, np.ndarray]]:
    sink = MemorySink()
    replicate(flagship()[0], design, Address(9, replication), sink)
    return {name: sink.table(name) for name in sink.names()}


def with_rules(**columns: np.ndarray) -> Design:
    market, design = flagship()
    service = replace(design.service, allocation=rules(market, **columns))
    return replace(design, service=service)


def kpis(design: Design) -> dict[str, np.ndarray]:
    """KPIs of the whole market by replication."""
    market, found = flagship()[0], []
    for replication in range(REPLICATIONS):
        table = kpi_table(market, design, tables(design, replication))
        whole = table[(table["area"] == "all") & (table["mode"] == "all")]
        found.append(dict(zip(whole["kpi"], whole["value"], strict=True)))
    return {name: np.array([one[name] for one in found]) for name in found[0]}


@cache
def baseline() -> dict[str, np.ndarray]:
    return kpis(flagship()[1])


def same(first: Design, second: Design) -> bool:
    one, two = tables(first, 0), tables(second, 0)
    return all(
        np.array_equal(one[name][column], two[name][column]) for name in one for column in one[name]
    )


def test_plain_rules_change_nothing_and_waiting_no_day_is_no_waiting():
    _, design = flagship()
    assert same(with_rules(), design)
    modes = len(flagship()[0].modes)
    never = replace(design, service=replace(design.service, backorder=np.zeros(modes, dtype=bool)))
    assert same(with_rules(cancel_days=np.zeros(modes, dtype=np.int64)), never)
    assert not same(design, never)


def test_whole_orders_only_fill_fewer_cases():
    modes = len(flagship()[0].modes)
    whole = with_rules(fill=np.full(modes, FILLS.index("order"), dtype=np.int64))
    fill = kpis(whole)["case_fill_rate"]
    assert paired_interval(fill, baseline()["case_fill_rate"]).high < 0


def test_products_that_stand_in_fill_more_of_an_order_at_once():
    modes = len(flagship()[0].modes)
    open_minded = with_rules(substitute=np.full(modes, 1_000_000, dtype=np.int64))
    found = kpis(open_minded)
    own, others = found["case_fill_rate"], found["substitution_rate"]
    assert others.min() > 0.01
    assert paired_interval(own + others, baseline()["case_fill_rate"]).low > 0


def test_who_stands_first_is_filled_first():
    market, design = flagship()
    first = market.outlets.grade == 0
    ahead = with_rules(priority=np.where(first, 0, 5).astype(np.int64))
    modes = np.unique(design.outlets.mode[design.outlets.mode >= 0])

    def filled(plan: Design, replication: int) -> float:
        sink = MemorySink()
        replicate(market, plan, Address(9, replication), sink, keep="orders")
        lines = sink.table("order_lines")
        mine = first[lines["outlet"]] & np.isin(lines["mode"], modes)
        return float(lines["first"][mine].sum() / lines["ordered"][mine].sum())

    pairs = [(filled(ahead, r), filled(design, r)) for r in range(REPLICATIONS)]
    assert paired_interval(*np.array(pairs).T).low > 0
