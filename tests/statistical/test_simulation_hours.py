"""Narrower hours of delivery do not raise the share of orders on time in full (OTIF), and cost it.

A small world of forty shops around one site with two vans: nothing else is short, so every order
that is late is late because a van could not come while the door was open. Where vans reach few
shops any more, the others have an order open and place no second one: then the share of the orders
that are placed says nothing more of those without goods, and only what is delivered keeps falling.
"""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.delivery import Delivery
from channelwright.model.market import CARRIERS
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world, whole

SHOPS, DAYS, REPLICATIONS = 40, 56, 6
HOUR = 3_600
#: Windows of which each lies within the one before.
CLOSING = ((0, 24), (0, 13), (0, 11), (0, 9.5), (0, 8))
NARROWING = ((0, 24), (6, 18), (7, 15), (8, 13), (9, 12))
FEW_IN_REACH = (0, 7)


@cache
def kpis(opens: float, closes: float) -> tuple[np.ndarray, np.ndarray]:
    """OTIF and cases delivered by replication; doors are open from one hour to another."""
    market, design = desk_world(outlets=SHOPS, daily=3.0, days=DAYS)
    angle = np.arange(SHOPS) * 2.4
    far = 0.01 + 0.0025 * np.arange(SHOPS)
    outlets = replace(
        market.outlets, lat=31.0 + far * np.sin(angle), lon=120.0 + far * np.cos(angle)
    )
    hours = Delivery(
        load_seconds=whole(-1),
        day_seconds=market.vehicles.shift_seconds,
        failure=np.zeros(1),
        receive_open=whole(int(opens * HOUR)),
        receive_close=whole(int(closes * HOUR)),
    )
    market = replace(
        market,
        outlets=outlets,
        modes=replace(market.modes, carrier=whole(CARRIERS.index("truck"))),
        vehicles=replace(market.vehicles, drop_seconds=whole(600)),
        delivery=hours,
    )
    design = replace(
        design,
        sites=replace(design.sites, vehicles=whole(0, 2)),
        outlets=replace(design.outlets, route_rank=np.argsort(np.argsort(angle % 6.2832))),
    )
    rows = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(11, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        whole_market = (table["area"] == "all") & (table["mode"] == "all")
        values = table[whole_market].set_index("kpi")["value"]
        rows.append((float(values["otif"]), float(values["delivered_cases"])))
    otif, delivered = np.array(rows).T
    return otif, delivered


@pytest.mark.parametrize("windows", [CLOSING, NARROWING], ids=["closing", "narrowing"])
def test_narrower_hours_never_raise_otif(windows: tuple[tuple[float, float], ...]) -> None:
    found = [kpis(*window) for window in windows]
    for (wide, more), (narrow, less) in itertools.pairwise(found):
        assert (narrow <= wide).all()
        assert (less <= more).all()


@pytest.mark.parametrize("narrow", [CLOSING[-1], NARROWING[-1]], ids=["closing", "narrowing"])
def test_hours_in_which_vans_cannot_come_to_all_cost_otif(narrow: tuple[float, float]) -> None:
    assert (kpis(0, 24)[0] == 1.0).all()
    lost = paired_interval(kpis(*narrow)[0], kpis(0, 24)[0])
    assert lost.high < -0.3


def test_shops_out_of_reach_order_no_more_and_leave_the_share() -> None:
    few, more = kpis(*FEW_IN_REACH), kpis(*CLOSING[-1])
    assert paired_interval(few[1], more[1]).high < 0
    assert paired_interval(few[0], more[0]).low > 0
