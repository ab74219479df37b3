"""Carrying calls over, slow roads and a smallest value move calls and orders as they must."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.order_capture import FieldWork, OrderCapture, Travel
from channelwright.rules.beats import made_shares
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 42, 3
KPIS = ("call_compliance", "drop_size", "strike_rate", "orders")


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def short_days(market: Market, share: float) -> Market:
    seconds = np.floor(market.roles.field_seconds * share).astype(np.int64)
    return replace(market, roles=replace(market.roles, field_seconds=seconds))


def rules(market: Market, *, carry: bool, value: int = 0) -> OrderCapture:
    modes = len(market.modes)
    return OrderCapture(np.full(modes, carry), np.full(modes, value, dtype=np.int64))


def kpis(market: Market, design: Design) -> dict[str, np.ndarray]:
    rows: dict[str, list[float]] = {name: [] for name in KPIS}
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(17, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        every = table[(table["area"] == "all") & (table["mode"] == "all")].set_index("kpi")["value"]
        cells = sink.table("cells")
        for name in KPIS[:3]:
            rows[name].append(float(every[name]))
        rows["orders"].append(float(cells["orders"].sum()))
    return {name: np.array(values) for name, values in rows.items()}


def test_carried_calls_raise_compliance_where_days_are_short(
    flagship: tuple[Market, Design],
) -> None:
    market, design = flagship
    market = short_days(market, 0.9)
    dropped = kpis(market, design)
    carrying = replace(design, capture=rules(market, carry=True))
    carried = kpis(market, carrying)
    assert (dropped["call_compliance"] < 0.95).all()
    assert paired_interval(carried["call_compliance"], dropped["call_compliance"]).low > 0
    # Calls do not depend on chance, so that the forecast knows their number.
    planned = design.outlets.rep >= 0
    assert (
        made_shares(market, carrying)[planned].mean() > made_shares(market, design)[planned].mean()
    )


def test_nothing_is_carried_where_every_call_fits(flagship: tuple[Market, Design]) -> None:
    market, design = flagship
    market = short_days(market, 10.0)
    limits = replace(market.roles, max_calls=market.roles.max_calls * 10)
    market = replace(market, roles=limits)
    dropped = kpis(market, design)
    carried = kpis(market, replace(design, capture=rules(market, carry=True)))
    assert all(np.array_equal(dropped[name], carried[name]) for name in KPIS)
    assert (dropped["call_compliance"] == 1).all()


def test_a_smallest_value_makes_fewer_and_larger_drops(flagship: tuple[Market, Design]) -> None:
    market, design = flagship
    free = kpis(market, design)
    value = 12 * int(design.terms.price_outlet.mean())
    bound = kpis(market, replace(design, capture=rules(market, carry=False, value=value)))
    assert paired_interval(bound["drop_size"], free["drop_size"]).low > 0
    assert paired_interval(bound["orders"], free["orders"]).high < 0
    assert paired_interval(bound["strike_rate"], free["strike_rate"]).high < 0


def test_given_roads_replace_distances(flagship: tuple[Market, Design]) -> None:
    """An hour from the start of people to every outlet misses more calls than the road does."""
    market, design = flagship
    areas, outlets = len(market.areas), len(market.outlets)
    start = np.repeat(np.arange(areas), outlets) + outlets
    end = np.tile(np.arange(outlets), areas)
    travel = Travel(start, end, np.full(len(start), 3_600, dtype=np.int64))
    work = FieldWork(
        call_seconds=np.full((len(market.roles), len(market.segments)), -1, dtype=np.int64),
        count_error=np.zeros(len(market.modes)),
        travel=travel,
    )
    slow, usual = kpis(replace(market, field_work=work), design), kpis(market, design)
    assert paired_interval(slow["call_compliance"], usual["call_compliance"]).high < 0
