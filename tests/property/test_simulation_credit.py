"""Credit: its KPI table says what its detail tables say, and none of its fields is idle."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.approval import ApprovalDesk
from channelwright.model.credit import AccountCredit, CreditPolicy, CreditRules, Dunning
from channelwright.model.limits import SiteLimits
from channelwright.model.payments import PaymentBehaviour
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_registry import KPIS
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, Party, ReceiptKind
from channelwright.tables.sink import MemorySink
from tests.property.test_simulation_no_idle_fields import others
from tests.support import random_market

SEEDS = range(30)
IDLE_SEEDS = (0, 1, 3, 5, 8, 11, 4, 10, 36)


@cache
def both(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_say_what_the_receipts_say(seed: int) -> None:
    market, _, sink = both(seed)
    if "receipts" not in sink.names() or "payments" not in sink.names():
        return
    cells, bills = sink.table("credit_cells"), sink.table("payments")
    receipts = sink.table("receipts")
    lost = receipts["kind"] == ReceiptKind.WRITTEN_OFF
    mine = bills["outlet"] >= 0
    at_once = mine & (bills["paid_day"] <= bills["invoice_day"]) & (bills["paid_day"] >= 0)
    cash = bills["amount"][at_once].sum()
    assert cells["written_off"].sum() == receipts["amount"][lost].sum()
    assert cells["collected"].sum() == receipts["amount"][~lost].sum() + cash
    end = market.calendar.horizon_days
    nights = (end - bills["invoice_day"]) * bills["amount"]
    owed = nights[mine & ~at_once].sum() - ((end - receipts["day"]) * receipts["amount"]).sum()
    assert cells["owed_days"].sum() == owed
    fell = np.maximum(bills["due_day"], bills["invoice_day"] + 1) < end
    assert cells["due"].sum() == bills["amount"][mine & ~at_once & fell].sum() + cash
    assert cells["overdue_days"].sum() <= cells["owed_days"].sum()


@cache
def plain(seed: int):
    """A random market whose invoices are paid once, on a day that is known from the start."""
    market, design = random_market(seed)
    market, design = dataclasses.replace(market, payments=None), dataclasses.replace(design)
    design = dataclasses.replace(design, credit=None)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_say_what_the_payments_say(seed: int) -> None:
    """Every night of every invoice is counted in its period, area and mode."""
    market, design, sink = plain(seed)
    calendar, cells = market.calendar, sink.table("credit_cells")
    names = [name for name in cells if name not in ("period", "area", "mode")]
    keys = zip(*(cells[key].tolist() for key in ("period", "area", "mode")), strict=True)
    found = {key: {name: int(cells[name][row]) for name in names} for row, key in enumerate(keys)}
    wanted = {key: dict.fromkeys(names, 0) for key in found}
    bills = sink.table("payments") if "payments" in sink.names() else {"outlet": []}
    for row, outlet in enumerate(bills["outlet"]):
        if outlet < 0:
            continue
        invoiced, due, paid, amount = (
            int(bills[name][row]) for name in ("invoice_day", "due_day", "paid_day", "amount")
        )
        own = bills["payee"][row] // PARTY_STRIDE == Party.MANUFACTURER
        place = int(market.outlets.area[outlet]), int(design.outlets.mode[outlet])

        def add(name: str, day: int, amount: int = amount, place: tuple = place) -> None:
            if day < calendar.horizon_days:
                period = (day - calendar.warmup_days) // 7
                wanted[(period, *place)][name] += amount

        paid = calendar.horizon_days if paid < 0 else paid
        if paid <= invoiced:
            add("due", invoiced)
            add("collected", invoiced)
            continue
        add("on_terms", invoiced)
        add("due", max(due, invoiced + 1))
        add("collected", paid)
        if own:
            add("own_on_terms", invoiced)
        for night in range(invoiced, paid):
            add("owed_days", night)
            if own:
                add("own_owed_days", night)
            if night >= due:
                add("overdue_days", night)
    assert found == wanted


def test_plain_markets_have_late_payers_and_cash() -> None:
    """What the test above counts occurs: late and punctual payment, own sites and others'."""
    late = own = others = 0
    for seed in SEEDS:
        cells = plain(seed)[2].table("credit_cells")
        late += cells["overdue_days"].sum() > 0
        own += cells["own_owed_days"].sum() > 0
        others += cells["owed_days"].sum() > cells["own_owed_days"].sum()
    assert min(late, own, others) >= 8


def test_kpis_of_credit_are_registered() -> None:
    market, design = busy(0)
    sink = MemorySink()
    replicate(market, design, Address(0, 0), sink)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    units = dict(zip(table["kpi"], table["unit"], strict=True))
    assert {name: KPIS[name].unit for name in units} == units
    assert {"collection_rate", "overdue", "bad_debt", "approval_wait_minutes"} <= set(units)
    assert {"cases_cut_for_cash", "credit_line_drawn", "discount_approval_rate"} <= set(units)


# ---------------------------------------------------------------- no idle field
def busy(seed: int):
    """A market in which every part of credit is on, with tight limits and late payers."""
    market, design = random_market(seed)
    modes, segments = len(market.modes), len(market.segments)

    def all_of(count: int, value: float) -> np.ndarray:
        return np.full(count, value)

    rules = CreditRules(
        action=np.arange(seed, seed + modes) % 3,
        cash_share=all_of(modes, 0.5),
        prepay_days=np.where(np.arange(modes) % 4 == 3, 1, -1),
        deposit=all_of(modes, 200_000),
        deposit_interest=all_of(modes, 50_000),
        review_days=all_of(modes, 5),
        limit_low=all_of(modes, 200_000),
        limit_high=all_of(modes, 1_200_000),
    )
    terms = dataclasses.replace(
        design.terms,
        credit_days=all_of(modes, 4),
        outlet_days=all_of(modes, 3),
        payment_delay=all_of(modes, 6.0),
        overdue_grace=all_of(modes, 9),
    )
    dunning = Dunning(np.array([2, 4]), np.array([10_000, 30_000]), np.array([600_000, 500_000]))
    paying = PaymentBehaviour(
        delay_factor=all_of(segments, 1.5),
        spread=all_of(segments, 0.5),
        part_chance=all_of(segments, 0.5),
        part_share=all_of(segments, 400_000),
        default_rate=all_of(segments, 0.3),
        default_days=all_of(segments, 40),
        write_off_days=all_of(segments, 12),
        recovered=all_of(segments, 300_000),
    )
    cases = float((market.outlets.rate / market.products.units_per_case).sum()) + 1
    a_day = int(cases * int(design.terms.price_account.mean()))
    count = len(market.sites)
    limits = SiteLimits(
        cash=market.sites.independent.copy(),
        opening_cash=all_of(count, 1) * a_day // 2,
        credit_line=all_of(count, 1) * a_day,
        interest=all_of(count, 900_000),
        capacity=np.arange(count) % 3 == seed % 3,
    )
    sites = dataclasses.replace(market.sites, capacity_cases=all_of(count, 3.0) * cases)
    desk = ApprovalDesk(
        ask=all_of(modes, 0.5),
        discount=all_of(modes, 50_000),
        granted=all_of(modes, 0.5),
        clerks=all_of(modes, 1),
        seconds=all_of(modes, 20_000),
        law=np.arange(modes) % 2,
        opens=all_of(modes, 32_400),
        closes=all_of(modes, 40_000),
    )
    rows = np.arange(len(market.outlets) + len(market.chain_ids))
    accounts = AccountCredit(
        limit=np.where(rows % 4 == 1, 2_000_000 + rows, -1),
        action=np.where(rows % 4 == 2, rows // 4 % 3, -1),
        grace=np.where(rows % 4 == 3, 1, -1),
    )
    design = dataclasses.replace(
        design, credit=CreditPolicy(rules, dunning, desk, accounts=accounts), terms=terms
    )
    return dataclasses.replace(market, payments=paying, limits=limits, sites=sites), design


def played(market, design, seed: int) -> bytes:
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink)
    return b"".join(
        np.ascontiguousarray(column).tobytes()
        for name in sorted(sink.names())
        for column in sink.table(name).values()
    )


@cache
def before(seed: int) -> bytes:
    return played(*busy(seed), seed)


def changed(part: str, name: str, seed: int, value):
    market, design = busy(seed)
    if part in ("payments", "limits", "sites"):
        piece = dataclasses.replace(getattr(market, part), **{name: value})
        return dataclasses.replace(market, **{part: piece}), design
    piece = dataclasses.replace(getattr(design.credit, part), **{name: value})
    credit = dataclasses.replace(design.credit, **{part: piece})
    return market, dataclasses.replace(design, credit=credit)


FIELDS = [
    (part, field.name)
    for part, kind in (
        ("rules", CreditRules),
        ("accounts", AccountCredit),
        ("dunning", Dunning),
        ("payments", PaymentBehaviour),
        ("approval", ApprovalDesk),
        ("limits", SiteLimits),
    )
    for field in dataclasses.fields(kind)
    if field.name != "collecting"  # test_simulation_collecting
] + [("sites", "capacity_cases")]


@pytest.mark.parametrize(("part", "name"), FIELDS)
def test_field_changes_a_simulated_table(part: str, name: str) -> None:
    def matters(seed: int) -> bool:
        market, design = busy(seed)
        piece = getattr(market, part, None) or getattr(design.credit, part)
        values = list(others(name, getattr(piece, name)))
        values += [np.zeros_like(getattr(piece, name))] if name in ("action", "law") else []
        return any(
            played(*changed(part, name, seed, value), seed) != before(seed)
            for value in values
            if name not in ("action", "law") or value.max() < 2
        )

    assert any(matters(seed) for seed in IDLE_SEEDS)
