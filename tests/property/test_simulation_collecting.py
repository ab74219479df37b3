"""Collecting: its KPI table says what its detail tables say, and none of its fields is idle."""

import dataclasses
from dataclasses import replace
from functools import cache
from itertools import chain

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_registry import COLLECTING, KPIS
from channelwright.simulation import replicate
from channelwright.tables.codes import CollectResult, ReceiptKind
from channelwright.tables.sink import MemorySink
from tests.property.test_simulation_no_idle_fields import others, played, tables_of
from tests.support import random_market


def on(design) -> bool:
    return design.credit is not None and design.credit.collecting is not None


SEEDS = [seed for seed in range(100) if on(random_market(seed)[1])]
#: Further ones, made only where the first show nothing.
FURTHER = range(100, 500)


@cache
def both(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_say_what_the_calls_say(seed: int) -> None:
    _, design, sink = both(seed)
    assert "collecting_cells" in sink.names()
    if "collections" not in sink.names():
        return
    cells, calls = sink.table("collecting_cells"), sink.table("collections")
    promised = np.isin(calls["result"], (CollectResult.PROMISED, CollectResult.BROKEN))
    seconds = design.credit.collecting.seconds[design.outlets.mode[calls["outlet"]]]
    assert cells["calls"].sum() == len(calls["outlet"])
    assert cells["asked"].sum() == calls["overdue"].sum()
    assert cells["collected"].sum() == calls["paid"].sum()
    assert cells["calls_paid"].sum() == (calls["paid"] > 0).sum()
    assert cells["calls_promised"].sum() == promised.sum()
    assert cells["promised"].sum() == calls["overdue"][promised].sum()
    assert cells["seconds"].sum() == seconds.sum()
    assert np.array_equal(promised, calls["promised_day"] > calls["day"])
    assert (calls["paid"] <= calls["overdue"]).all()
    receipts = sink.table("receipts") if "receipts" in sink.names() else None
    if receipts is not None:
        collected = receipts["kind"] == ReceiptKind.COLLECTED
        assert receipts["amount"][collected].sum() == calls["paid"].sum()


def test_every_answer_occurs_and_is_counted() -> None:
    found = [both(seed)[2] for seed in SEEDS]
    results = [s.table("collections")["result"] for s in found if "collections" in s.names()]
    assert set(np.concatenate(results).tolist()) == {int(result) for result in CollectResult}


def test_refusing_takes_no_order() -> None:
    """No call at which nothing was given, where orders are then refused, is productive."""
    seen = 0
    for seed in SEEDS:
        _, design, sink = both(seed)
        if "calls" not in sink.names():
            continue
        asked, calls = sink.table("collections"), sink.table("calls")
        refuse = design.credit.collecting.refuse[design.outlets.mode[asked["outlet"]]]
        refused = refuse & (asked["result"] == CollectResult.NOTHING)
        pairs = set(zip(asked["day"][refused], asked["outlet"][refused], strict=True))
        lines = [
            line
            for day, outlet, line in zip(calls["day"], calls["outlet"], calls["lines"], strict=True)
            if (day, outlet) in pairs
        ]
        assert sum(lines) == 0
        assert sink.table("collecting_cells")["calls_no_order"].sum() == refused.sum()
        seen += len(lines)
    assert seen > 0


def test_kpis_are_registered() -> None:
    found: set[str] = set()
    for seed in SEEDS[:12]:
        market, design, sink = both(seed)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        units = dict(zip(table["kpi"], table["unit"], strict=True))
        assert {name: KPIS[name].unit for name in units} == units
        found |= set(units)
    assert {kpi.name for kpi in COLLECTING} <= found


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(CollectingRules)])
def test_rule_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        rules = design.credit.collecting
        now = getattr(rules, name)
        values = [np.full_like(now, 10**12)] if name == "minimum" else others(name, now)
        return any(
            played(seed, market, replaced(design, replace(rules, **{name: value}))) != before
            for value in values
        )

    assert any(matters(seed) for seed in SEEDS)


def replaced(design, rules: CollectingRules):
    return replace(design, credit=replace(design.credit, collecting=rules))


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(CollectingResponse)])
def test_answer_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if market.payments is None or market.payments.collecting is None:
            return False
        response = market.payments.collecting
        return any(
            played(seed, answering(market, replace(response, **{name: value})), design) != before
            for value in others(name, getattr(response, name))
        )

    further = (seed for seed in FURTHER if on(random_market(seed)[1]))
    assert any(matters(seed) for seed in chain(SEEDS, further))


def answering(market, response: CollectingResponse):
    return replace(market, payments=replace(market.payments, collecting=response))
