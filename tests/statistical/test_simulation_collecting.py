"""Collecting moves the simulated flagship in the right direction: less overdue, fewer calls."""

from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.model.credit import CreditPolicy
from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, Market
from channelwright.model.payments import punctual
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.total_kpis import total_kpis

DAYS, REPLICATIONS = 63, 3
WANTED = ("overdue", "receivables", "dso", "calls", "collecting_calls", "collected_at_calls")


@cache
def pack() -> tuple[Market, Design]:
    found = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(found.market, DAYS), found.designs["today"]


def world(pays: float, promises: float, minutes: float) -> tuple[Market, Design]:
    """Outlets pay four times as late as usual; whoever calls asks for what is overdue."""
    market, design = pack()
    segments, modes = len(market.segments), len(market.modes)
    response = CollectingResponse(
        pays=np.full(segments, pays),
        pay_share=np.full(segments, 1_000_000),
        promises=np.full(segments, promises),
        kept=np.ones(segments),
        promise_days=np.full(segments, 2),
    )
    paying = replace(punctual(segments), delay_factor=np.full(segments, 4.0), collecting=response)
    rules = CollectingRules(
        asks=market.modes.capture == CAPTURES.index("visit"),
        seconds=np.full(modes, int(60 * minutes)),
        overdue_days=np.zeros(modes, dtype=np.int64),
        minimum=np.zeros(modes, dtype=np.int64),
        after=np.ones(modes, dtype=bool),
        refuse=np.zeros(modes, dtype=bool),
    )
    credit = CreditPolicy(collecting=rules)
    return replace(market, payments=paying), replace(design, credit=credit)


@cache
def kpis(pays: float, promises: float, minutes: float) -> dict[str, np.ndarray]:
    market, design = world(pays, promises, minutes)
    return total_kpis(market, design, WANTED, 7, REPLICATIONS)


def test_money_that_is_asked_for_is_overdue_no_longer() -> None:
    """Against the same minutes at outlets that give nothing: a promise helps, cash helps more."""
    nothing, promised, paid = kpis(0.0, 0.0, 3.0), kpis(0.0, 0.8, 3.0), kpis(0.8, 0.0, 3.0)
    for name in ("overdue", "receivables", "dso"):
        assert paired_interval(promised[name], nothing[name]).high < 0, name
        assert paired_interval(paid[name], promised[name]).high < 0, name
    assert nothing["collected_at_calls"].max() == 0
    assert paid["overdue"].max() < 0.8 * nothing["overdue"].min()


def test_asking_takes_time_from_calls() -> None:
    """Half an hour at each such outlet; with nothing to ask for, no call is lost."""
    quick, slow = kpis(0.0, 0.0, 0.0), kpis(0.0, 0.0, 30.0)
    assert paired_interval(slow["calls"], quick["calls"]).high < 0
    assert quick["collecting_calls"].min() > 100


def test_asking_in_no_time_for_nothing_changes_no_order() -> None:
    market, design = world(0.0, 0.0, 0.0)
    silent = replace(design, credit=None)
    orders = []
    for plan in (design, silent):
        sink = MemorySink()
        replicate(market, plan, Address(3, 0), sink)
        orders.append(sink.table("cells"))
    assert all(np.array_equal(orders[0][name], orders[1][name]) for name in orders[0])
