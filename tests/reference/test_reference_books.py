"""What must hold in every world of the reference: units, money, shelves, one state a line."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings

from channelwright.foundation.random import Address
from channelwright.tables.codes import Account, CallState, LineState
from channelwright.tables.outputs import DETAIL_TABLES, EFFORT
from tests.reference import simulate
from tests.reference.books import sort_rows
from tests.reference.consignment import on_consignment
from tests.reference.state import State
from tests.reference.world import OUTSIDE
from tests.support import markets
from tests.support.parcel_lines import parcel_lines

worlds = markets()


def run(pair):
    market, design = pair
    return market, design, simulate(market, design, Address(77, 3))


def add_up(table, keys, column):
    sums = defaultdict(int)
    for *key, value in zip(*(table[k].tolist() for k in keys), table[column].tolist(), strict=True):
        sums[tuple(key)] += value
    return {key: value for key, value in sums.items() if value}


def by_parcel(market, design, tables):
    """Units by product that consumers have: delivered and not back at the horizon."""
    orders = parcel_lines(tables["parcels"], tables["parcel_lines"])
    units = np.zeros(len(market.products), dtype=np.int64)
    if len(orders["day"]):
        came, days = orders["delivered_day"], design.goods.parcels.return_days
        back = (orders["returned"] == 1) & (came + days < market.calendar.horizon_days)
        theirs = (came >= 0) & ~back
        np.add.at(units, orders["product"][theirs], orders["units"][theirs])
    return units


@given(worlds)
def test_units_are_conserved(pair):
    market, design, tables = run(pair)
    shelf, shipments = tables["shelf"], tables["shipments"]
    parcels = by_parcel(market, design, tables)
    plants = np.flatnonzero(market.sites.kind == 0)
    for product in range(len(market.products)):
        mine = shelf["product"] == product
        sold = (shelf["sold"] + shelf["online_sold"])[mine].sum() + parcels[product]
        made = np.isin(shipments["parent"], plants) & (shipments["product"] == product)
        opening = sum(int(units[product]) for units in tables["opening"].values())
        closing = sum(int(units[product]) for units in tables["closing"].values())
        losses = tables["losses"]
        lost = losses["units"][losses["product"] == product].sum()
        assert opening + shipments["shipped"][made].sum() == sold + lost + closing


@given(worlds)
def test_goods_are_invoiced_and_paid_once(pair):
    market, design, tables = run(pair)
    postings, payments = tables["postings"], tables["payments"]
    goods = {
        name: column[postings["account"] == Account.GOODS] for name, column in postings.items()
    }
    online = goods["payer"] == OUTSIDE
    bought = part(tables["parcels"], tables["parcels"]["delivered_day"] >= 0)
    bought["amount"] = bought["value"] + bought["fee"]
    paid = add_up(part(goods, online), ("day", "site"), "amount")
    assert paid == add_up(bought, ("delivered_day", "site"), "amount")
    goods = part(goods, ~online)
    place = ("payer", "payee", "outlet", "site")
    assert add_up(goods, ("day", *place), "amount") == add_up(
        payments, ("invoice_day", *place), "amount"
    )
    paid = payments["paid_day"]
    horizon = market.calendar.horizon_days
    assert np.all((paid == -1) | ((paid >= payments["due_day"]) & (paid < horizon)))
    early = payments["due_day"] < payments["invoice_day"]
    assert np.array_equal(paid[early], payments["due_day"][early])
    rules = None if design.credit is None else design.credit.rules
    assert not early.any() or (rules is not None and (rules.prepay_days >= 0).any())


@given(worlds)
def test_deliveries_are_what_lines_and_invoices_say(pair):
    market, design, tables = run(pair)
    deliveries, lines, payments = tables["deliveries"], tables["order_lines"], tables["payments"]
    assert add_up(deliveries, ("order_day", "outlet", "product"), "cases") == add_up(
        lines, ("day", "outlet", "product"), "delivered"
    )
    world = State(market, design, Address(77, 3))
    consigned = [outlet for outlet in world.covered if on_consignment(world, outlet)]
    for ours, billed in ((False, deliveries), (True, tables["settlements"])):
        mine = np.isin(payments["outlet"], consigned) == ours
        mine &= payments["outlet"] >= 0
        said = np.isin(billed["outlet"], consigned) == ours
        assert add_up(part(billed, said), ("day", "outlet"), "value") == add_up(
            part(payments, mine), ("invoice_day", "outlet"), "amount"
        )


def part(table, mask):
    return {name: column[mask] for name, column in table.items()}


@given(worlds)
def test_every_line_has_the_state_that_its_cases_say(pair):
    market, _, tables = run(pair)
    lines = tables["order_lines"]
    ordered, delivered, state = lines["ordered"], lines["delivered"], lines["state"]
    assert np.all((lines["first"] >= 0) & (lines["first"] <= ordered))
    asked = ordered + lines["substitutes"]
    assert np.all((asked > 0) & (delivered >= 0) & (delivered <= asked))
    assert np.array_equal(state == LineState.DELIVERED, delivered == asked)
    ended_short = np.isin(state, [LineState.CUT, LineState.REFUSED])
    assert np.all(delivered[ended_short] == 0)
    assert np.all(delivered[state == LineState.CUT_PART] > 0)
    is_open = state == LineState.OPEN_AT_HORIZON
    assert np.array_equal(is_open, lines["end_day"] == market.calendar.horizon_days)
    assert np.all(lines["end_day"] >= lines["day"])


def sent_on(stockouts) -> dict:
    """Buyers of other products, outlets and of yesterday whom empty shelves sent here."""
    sent: dict = {}
    columns = ("day", "outlet", "product", "waiting", "bought_instead", "bought_by_others")
    for day, outlet, product, waits, instead, others in zip(
        *(stockouts[name].tolist() for name in columns), strict=True
    ):
        for when, units in ((day, instead + others), (day + 1, waits)):
            sent[when, outlet, product] = sent.get((when, outlet, product), 0) + units
    return sent


@given(worlds)
def test_shelves_move_by_deliveries_and_sales_only(pair):
    market, _, tables = run(pair)
    shelf = tables["shelf"]
    units = market.products.units_per_case
    arrived = add_up(tables["deliveries"], ("day", "outlet", "product"), "cases")
    lost = add_up(tables["losses"], ("day", "outlet", "product"), "units")
    back = add_up(tables["returns"], ("day", "outlet", "product"), "cases")
    before = {}
    for day, outlet, product, sold, online, closing in zip(
        *(shelf[n].tolist() for n in ("day", "outlet", "product")),
        *(shelf[n].tolist() for n in ("sold", "online_sold", "closing")),
        strict=True,
    ):
        assert closing >= 0
        if day > 0:
            came = arrived.get((day, outlet, product), 0) * int(units[product])
            came -= lost.get((day, outlet, product), 0)
            came -= back.get((day, outlet, product), 0) * int(units[product])
            assert closing == before[outlet, product] + came - sold - online
        before[outlet, product] = closing
    sent = sent_on(tables["stockouts"])
    for day, outlet, product, sold, asked in zip(
        *(shelf[n].tolist() for n in ("day", "outlet", "product", "sold", "demanded")), strict=True
    ):
        assert sold <= asked + sent.get((day, outlet, product), 0)
    fills, keys = tables["online_fills"], ("day", "outlet", "product")
    places = list(zip(*(shelf[name].tolist() for name in keys), strict=True))
    given, taken = (
        np.array([helped.get(place, 0) for place in places], dtype=np.int64)
        for helped in (
            add_up(fills, ("day", "helper", "product"), "units"),
            add_up(fills, keys, "units"),
        )
    )
    own = shelf["online_sold"] - given
    assert np.all(own + taken <= shelf["online_demanded"])
    assert np.all(own >= 0)


@given(worlds)
def test_a_productive_call_is_an_order(pair):
    _, design, tables = run(pair)
    calls, lines = tables["calls"], tables["order_lines"]
    placed = {
        (day, outlet): second
        for day, outlet, second in zip(
            *(lines[n].tolist() for n in ("day", "outlet", "second")), strict=True
        )
        if design.outlets.rep[outlet] >= 0
    }
    productive = calls["state"] == CallState.PRODUCTIVE
    called = zip(*(calls[n][productive].tolist() for n in ("day", "outlet", "second")), strict=True)
    ends = {(day, outlet): second for day, outlet, second in called}
    assert placed.keys() == ends.keys()
    # Money is asked for after the order, so that the call may end later.
    asks = design.credit is not None and design.credit.collecting is not None
    assert all(placed[key] == ends[key] or (asks and placed[key] < ends[key]) for key in ends)
    left = np.isin(calls["state"], (CallState.MISSED, CallState.CARRIED))
    assert np.array_equal(left, calls["second"] == -1)
    assert np.array_equal(productive, calls["lines"] > 0)


@given(worlds)
def test_tables_are_declared_sorted_and_leave_out_the_uncovered(pair):
    _, design, tables = run(pair)
    uncovered = np.flatnonzero(design.outlets.mode < 0)
    for table in DETAIL_TABLES:
        columns = tables[table.name]
        assert tuple(columns) == table.names
        assert all(columns[c.name].dtype == c.dtype for c in table.columns)
        again = sort_rows(table, columns)
        assert all(np.array_equal(columns[name], again[name]) for name in table.names)
        if "outlet" in columns:
            assert not np.isin(columns["outlet"], uncovered).any()
    assert np.all(tables["postings"]["amount"] != 0)


@given(worlds)
@settings(max_examples=10)
def test_the_same_address_is_the_same_world(pair):
    market, design, tables = run(pair)
    again = simulate(market, design, Address(77, 3))
    for name, columns in tables.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, again[name][column])


def test_undeclared_columns_are_noticed():
    from tests.reference.books import Books

    whole = dict.fromkeys(EFFORT.names, 1)
    for row in ({"month": 1}, {**whole, "unheard_of": 1}):
        books = Books()
        books.write(EFFORT, **whole)
        books.write(EFFORT, **row)
        with pytest.raises(ValueError, match=f"a row of effort has .*{list(row)[-1]}"):
            books.tables()
