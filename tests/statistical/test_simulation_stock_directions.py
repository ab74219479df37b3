"""Stock and supply move the simulated world in the right direction, and not at all when off."""

from dataclasses import replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.supply import UNLIMITED, Outages, Supply
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.support.stock_worlds import in_series, with_backorders, with_forecast, with_policy
from tests.support.worlds import desk_world

DAYS, REPLICATIONS, NEVER = 84, 4, 10**9


def values(market: Market, design: Design, kpi: str) -> np.ndarray:
    """A KPI of every replication."""
    found = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(11, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        total = table[(table["mode"] == "all") & (table["area"] == "all")]
        found.append(float(total.set_index("kpi")["value"][kpi]))
    return np.array(found)


def world(level: int, cover_days: float = 40.0) -> tuple[Market, Design]:
    """Ten outlets, 40 units a day, one site two days from the plant."""
    return desk_world(
        outlets=10,
        daily=4,
        days=DAYS,
        lead=2,
        level=level,
        cover_days=cover_days,
        backorder=False,
    )


def test_rarer_reviews_fill_less_where_the_level_is_tight() -> None:
    def fill(level: int, review: int) -> np.ndarray:
        market, design = world(level)
        design = with_policy(design, "order_up_to", level=level, review=review)
        return values(market, design, "case_fill_rate")

    assert paired_interval(fill(220, 7), fill(220, 1)).high < 0
    assert np.array_equal(fill(NEVER, 7), fill(NEVER, 1))


def test_a_higher_service_target_fills_more() -> None:
    def fill(target: float) -> np.ndarray:
        # Back orders: what is cut would be asked for again and raise the forecast.
        market, design = desk_world(outlets=10, daily=4, days=DAYS, lead=2)
        design = with_policy(design, "order_up_to", service="fill", target=target, review=3)
        return values(market, design, "case_fill_rate")

    low, high = fill(0.8), fill(0.98)
    assert paired_interval(low, high).high < 0
    assert abs(low.mean() - 0.8) < 0.05
    assert high.mean() > 0.95


def test_sharing_sales_calms_orders_above() -> None:
    def bullwhip(**sharing: float | str) -> np.ndarray:
        market, design = desk_world(outlets=10, daily=40, days=DAYS)
        market, design = in_series(market, design, (3, 3))
        kind = market.sites.kind.copy()
        kind[1] = 1  # the upper site is a DC, so that its KPI stands alone
        market = replace(market, sites=replace(market.sites, kind=kind))
        design = with_backorders(with_policy(design, "order_up_to"))
        design = with_forecast(design, window=7, **sharing)  # type: ignore[arg-type]
        table = values(market, design, "bullwhip_dc") * values(market, design, "bullwhip_office")
        return np.asarray(table)

    alone = bullwhip(signal="orders")
    shared = bullwhip(signal="sell_out", reporting=1.0, delay=1)
    assert paired_interval(shared, alone).high < 0
    silent = bullwhip(signal="sell_out", reporting=0.0, delay=1)
    assert np.array_equal(silent, alone)


def limited(market: Market, **limits: object) -> Market:
    """Give a market limits of supply; what is not named is neutral."""
    count, products = len(market.sites), len(market.products)
    none = np.zeros(0, dtype=np.int64)
    neutral = Supply(
        capacity=np.full((count, products), UNLIMITED),
        capacity_days=np.full(count, 7),
        lead_deviation=np.zeros((count, count)),
        overtaking=np.zeros((count, count), dtype=bool),
        outages=Outages(none, none, none, none),
    )
    return replace(market, supply=replace(neutral, **limits))  # type: ignore[arg-type]


def test_a_short_plant_loses_sales() -> None:
    """Capacity of a week for four days of demand; ample capacity changes nothing."""
    market, design = world(240, cover_days=4)

    def lost(units: int | None) -> np.ndarray:
        capacity = np.array([[UNLIMITED if units is None else units], [UNLIMITED]])
        return values(limited(market, capacity=capacity), design, "lost_units")

    assert paired_interval(lost(160), lost(None)).low > 0
    assert np.array_equal(lost(10**6), lost(None))
    assert np.array_equal(lost(None), values(market, design, "lost_units"))


def test_uncertain_lead_times_fill_less_and_outages_lose_sales() -> None:
    market, design = world(150, cover_days=4)
    plain = values(market, design, "case_fill_rate")
    spread = limited(market, lead_deviation=np.full((2, 2), 2.0))
    assert paired_interval(values(spread, design, "case_fill_rate"), plain).high < 0
    whole = np.zeros(1, dtype=np.int64)
    out = limited(market, outages=Outages(whole, whole - 1, whole + 40, whole + 60))
    never = limited(market, outages=Outages(whole, whole - 1, whole + 400, whole + 460))
    lost = values(market, design, "lost_units")
    assert paired_interval(values(out, design, "lost_units"), lost).low > 0
    assert np.array_equal(values(never, design, "lost_units"), lost)
