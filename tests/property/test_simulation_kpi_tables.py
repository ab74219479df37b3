"""The additive KPI tables say the same as the detail tables of the same run."""

from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import CYCLE_DAYS
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, CallState, LineState, Party
from channelwright.tables.sink import MemorySink
from tests.support import random_market

SEEDS = range(30)


@cache
def both(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


def total(sink: MemorySink, table: str, column: str) -> int:
    return int(sink.table(table)[column].sum()) if table in sink.names() else 0


def still_waiting(sink, shelf) -> int:
    """Units whose buyers wait at the horizon."""
    if "stockouts" not in sink.names():
        return 0
    cases = sink.table("stockouts")
    return int(cases["waiting"][cases["day"] == shelf["day"].max()].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_add_up_to_the_detail_tables(seed: int) -> None:
    _, _, sink = both(seed)
    cells = sink.table("cells")
    lines = sink.table("order_lines") if "order_lines" in sink.names() else None
    assert cells["cases_ordered"].sum() == total(sink, "order_lines", "ordered")
    assert cells["cases_delivered"].sum() == total(sink, "deliveries", "cases")
    assert cells["outlet_value"].sum() == total(sink, "deliveries", "value")
    shelf = sink.table("shelf")
    assert cells["units_sold"].sum() == shelf["sold"].sum() + shelf["online_sold"].sum()
    demanded = shelf["demanded"].sum() + shelf["online_demanded"].sum()
    # Who waits for tomorrow counts on the day on which it ends: bought or lost.
    assert cells["units_demanded"].sum() == demanded - still_waiting(sink, shelf)
    assert cells["stocked_days"].sum() == (shelf["closing"] > 0).sum()
    if lines is not None:
        refused = lines["ordered"][lines["state"] == LineState.REFUSED].sum()
        assert cells["cases_refused"].sum() == refused
        assert cells["lines"].sum() == (lines["ordered"] > 0).sum()
        assert cells["cases_substituted"].sum() == lines["substitutes"].sum()
        assert cells["cases_first"].sum() == lines["first"].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_of_people_and_cells_agree(seed: int) -> None:
    market, design, sink = both(seed)
    cells, people = sink.table("cells"), sink.table("rep_cells")
    if "calls" not in sink.names():
        assert cells["calls_planned"].sum() == 0
        return
    calls = sink.table("calls")
    state, outlet = calls["state"], calls["outlet"]
    cycle = (calls["day"] + market.calendar.start.weekday()) % CYCLE_DAYS
    due = (design.outlets.order_days[outlet] >> cycle) & 1 == 1
    assert due.all() or (design.capture is not None and design.capture.carry_over.any())
    for column, person, count in (
        ("calls_planned", "planned", due.sum()),
        ("calls_made", "made", (calls["second"] >= 0).sum()),
        ("calls_productive", "productive", (state == CallState.PRODUCTIVE).sum()),
    ):
        assert cells[column].sum() == people[person].sum() == count


@pytest.mark.parametrize("seed", SEEDS)
def test_ledger_adds_up_to_the_postings(seed: int) -> None:
    _, _, sink = both(seed)
    postings, ledger = sink.table("postings"), sink.table("ledger")
    for account in np.unique(postings["account"]):
        for side in ("payer", "payee"):
            kinds = postings[side] // PARTY_STRIDE
            for kind in np.unique(kinds):
                mine = (postings["account"] == account) & (kinds == kind)
                theirs = (ledger["account"] == account) & (ledger[side] == kind)
                assert postings["amount"][mine].sum() == ledger["amount"][theirs].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_sales_outstanding_are_what_the_invoices_say(seed: int) -> None:
    """An invoice is owed on every midnight from its day to the day before it is paid."""
    market, design, sink = both(seed)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    found = table.loc[table["kpi"] == "dso", "value"]
    if "payments" not in sink.names():
        assert found.empty
        return
    if "credit_cells" in sink.names():
        return  # part payments and advances: tests/property/test_simulation_credit.py
    bills = sink.table("payments")
    mine = bills["payee"] // PARTY_STRIDE == Party.MANUFACTURER
    first, end = market.calendar.warmup_days, market.calendar.horizon_days
    paid = np.where(bills["paid_day"] < 0, end, bills["paid_day"])
    nights = np.maximum(paid - np.maximum(bills["invoice_day"], first), 0)
    sold = bills["amount"][mine & (bills["invoice_day"] >= first)].sum()
    owed = (nights * bills["amount"])[mine].sum()
    assert found.to_list() == ([pytest.approx(owed / sold)] if sold else [])
