"""Little's law (1961), L = λ W, on every queue of a world that the detail tables tell of.

Over a closed horizon the law is exact: the number in a queue, counted every night (or swept over
its moments), adds up to the stays of all that came, those who are still there counted until the
end. Numbers are counted in the state of the engine or in its KPI tables, stays are read off the
detail tables, so that the two are independent of each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.consignment import settle_days
from channelwright.rules.parcels import parcel_shop
from channelwright.simulation import replicate, replication
from channelwright.simulation.records.recording import Recorder
from channelwright.simulation.state import State
from channelwright.simulation.stock.replenishing import Replenishing
from channelwright.tables.codes import PARTY_STRIDE, LineState, Party
from channelwright.tables.outputs import DETAIL_TABLES
from channelwright.tables.sink import MemorySink
from tests.support.parcel_lines import parcel_lines

Table = dict[str, IntArray]
Rows = IntArray | tuple[IntArray, ...]
PLANT = SITE_KINDS.index("plant")
_NOTHING = {
    table.name: {column.name: np.zeros(0, dtype=column.dtype) for column in table.columns}
    for table in DETAIL_TABLES
}


@dataclass(frozen=True)
class Queue:
    """One queue, by whom it is of (outlets, sites, accounts ...): both sides of the law.

    ``number`` is the integral of the number that is there, ``stays`` what all that came stayed:
    divided by the days of the horizon, the first is L and the second λ W.
    """

    number: IntArray
    stays: IntArray

    @property
    def holds(self) -> bool:
        """Whether L = λ W, exactly and for each."""
        return np.array_equal(self.number, self.stays)


@dataclass
class Nights:
    """What is there at every 24:00, added up over the nights; loads as they are in the end."""

    market: Market
    design: Design
    count: int = 0
    sums: dict[str, IntArray] = field(default_factory=dict)
    first: dict[str, IntArray] = field(default_factory=dict)
    lines: list[tuple[IntArray, ...]] = field(default_factory=list)
    end: State | None = None
    awaited: IntArray | None = None  # units that sites still await from their parents, as it stands

    def note(self, state: State) -> None:
        """Count one night."""
        self.count, self.end = self.count + 1, state
        self._orders(state)
        self._loads(state)
        self._add("owed by customers", state.receivable)
        self._add("owed to owners", _by_owner(self.market, state.site_receivable))
        self._add("owed by sites", state.site_payable)
        self._add("goods on lanes", state.transit)
        self._add("goods on shelves", state.shelf)
        self._add("goods at sites and docks", self._held(state))
        if self.awaited is not None:
            self._add("awaited by sites", self.awaited)
        if state.parcels is not None:
            self._add("parcels waiting for stock", state.parcels.waiting.sum(axis=1))
            self._add("parcels on the way", state.parcels.sent.sum(axis=1))
        if state.waiting is not None:
            self._add("consumers who come again", state.waiting.sum(axis=0))
        if state.unsettled.size:
            self._add("sold and not settled", state.unsettled)

    def _held(self, state: State) -> IntArray:
        """Return units in stock, allocated or picked, at sites without an endless stock."""
        units = state.loads["cases"] * self.market.products.units_per_case
        held = state.stock.copy()
        np.add.at(held, state.loads["site"], units)
        return held * (self.market.sites.kind != PLANT)[:, None]

    def _orders(self, state: State) -> None:
        orders, outlets = state.orders, len(self.market.outlets)
        cases = orders["missing"] + orders["pending"]
        there = cases > 0
        self._add("open orders", _summed(orders["outlet"], there.any(axis=1), outlets))
        row, product = np.nonzero(there)
        place = orders["day"][row], orders["outlet"][row], product
        self.lines.append((_line(self.market, *place), place[1], cases[row, product]))

    def _loads(self, state: State) -> None:
        loads, sites = state.loads, len(self.market.sites)
        picked = loads["ready"] < (state.day + 1) * DAY_SECONDS
        cases = loads["cases"].sum(axis=1) * picked
        for name, mine in _carriers(loads["tariff"] >= 0):
            self._add(name, _summed(loads["site"], cases * mine, sites))

    def _add(self, name: str, number: IntArray) -> None:
        if name not in self.sums:
            self.sums[name], self.first[name] = np.zeros_like(number), number.copy()
        self.sums[name] += number


@contextmanager
def watched(market: Market, design: Design) -> Iterator[Nights]:
    """Count the nights of the replication of a world that runs inside the block."""
    nights = Nights(market, design)

    class Counting(Recorder):
        def midnight(self, state: State) -> None:
            super().midnight(state)
            nights.note(state)

    class Seen(Replenishing):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            nights.awaited = self.awaited

    replication.Recorder, replication.Replenishing = Counting, Seen
    try:
        yield nights
    finally:
        replication.Recorder, replication.Replenishing = Recorder, Replenishing


def run(market: Market, design: Design, address: Address) -> tuple[dict[str, Table], Nights]:
    """Simulate a world and count its nights; returns its tables as well, all detail tables."""
    sink = MemorySink()
    with watched(market, design) as nights:
        replicate(market, design, address, sink, keep="orders")
    return _NOTHING | {name: sink.table(name) for name in sink.names()}, nights


def queues(tables: dict[str, Table], nights: Nights) -> dict[str, Queue]:
    """Return all queues of a world by name: what was counted beside the stays in its tables."""
    stays = {
        **_orders(tables, nights),
        **_loads(tables, nights),
        **_money(tables, nights),
        **_lanes(tables, nights),
        **_goods(tables, nights),
        **_parcels(tables, nights),
    }
    found = {name: Queue(nights.sums[name], stay) for name, stay in stays.items()}
    found |= _lines(tables, nights)
    found |= _kpis(tables, stays)
    if "approval_cells" in tables:
        found["requests at the desk"] = _requests(tables, nights)
    return found


def assert_little(tables: dict[str, Table], nights: Nights) -> None:
    """Check the law on every queue of a world; names the queues on which it fails."""
    broken = [name for name, queue in queues(tables, nights).items() if not queue.holds]
    assert not broken, f"{nights.market.name}: L is not lambda W for {', '.join(broken)}"


def _kpis(tables: dict[str, Table], stays: dict[str, IntArray]) -> dict[str, Queue]:
    """Return what KPI tables say of days owed, beside the same invoices."""
    credit, sites = tables["credit_cells"], tables["site_cells"]
    owed, owing = stays["owed by customers"], stays["owed by sites"]
    payable = _summed(sites["site"], sites["payable_days"], len(owing))
    return {
        "KPI owed_days": Queue(credit["owed_days"].sum(keepdims=True), owed.sum(keepdims=True)),
        "KPI payable_days": Queue(payable, owing),
    }


# ---------------------------------------------------------------- orders and requests
def _orders(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    lines, outlets = tables["order_lines"], len(nights.market.outlets)
    order, row = np.unique(lines["day"] * outlets + lines["outlet"], return_inverse=True)
    longest = np.zeros(len(order), dtype=np.int64)
    np.maximum.at(longest, row, lines["end_day"] - lines["day"])
    return {"open orders": _summed(order % outlets, longest, outlets)}


def _lines(tables: dict[str, Table], nights: Nights) -> dict[str, Queue]:
    """Return lines that have not ended, and cases ordered and not yet delivered.

    A case that stands in for another waits as one of its own product, which no table dates;
    nor is it known of lines that were cut in part on which evening. Such lines are left out.
    """
    lines, drops, market = tables["order_lines"], tables["deliveries"], nights.market
    number = _line(market, lines["day"], lines["outlet"], lines["product"])
    own = lines["substitutes"] == 0
    whole = own & (lines["state"] == LineState.DELIVERED) & (lines["delivered"] == lines["ordered"])
    key, outlet, cases = (np.concatenate(part) for part in zip(*nights.lines, strict=True))
    there, outstanding = ~np.isin(key, number[~own]), np.isin(key, number[whole])
    drop = _line(market, drops["order_day"], drops["outlet"], drops["product"])
    came = np.isin(drop, number[whole])
    waited = drops["cases"] * (drops["day"] - drops["order_day"])
    count, open_nights = len(market.outlets), lines["end_day"] - lines["day"]
    return {
        "open lines": Queue(
            _summed(outlet[there], 1, count), _summed(lines["outlet"][own], open_nights[own], count)
        ),
        "cases of whole lines": Queue(
            _summed(outlet[outstanding], cases[outstanding], count),
            _summed(drops["outlet"][came], waited[came], count),
        ),
    }


def _requests(tables: dict[str, Table], nights: Nights) -> Queue:
    """Seconds from request to decision, by mode; the number is swept over its moments."""
    rows, cells = tables["approvals"], tables["approval_cells"]
    midnight, modes = rows["day"] * DAY_SECONDS, len(nights.market.modes)
    come, begin = midnight + rows["second"], midnight + rows["begin"]
    mine = [rows["mode"] == mode for mode in range(modes)]
    swept = np.array([number_in_queue(come[some], begin[some]) for some in mine])
    return Queue(swept, _summed(cells["mode"], cells["wait"], modes))


def number_in_queue(arrive: IntArray, leave: IntArray) -> int:
    """Return the integral over time of the number in a queue, by a sweep over its events."""
    moments = np.concatenate([arrive, leave])
    change = np.concatenate([np.ones_like(arrive), -np.ones_like(leave)])
    order = np.argsort(moments, kind="stable")
    number = np.cumsum(change[order])[:-1]
    return int((number * np.diff(moments[order])).sum())


# ---------------------------------------------------------------- loads at docks and with carriers
def _loads(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    """Return nights of picked cases before they leave for good, or until the horizon."""
    drops, failed, loads = tables["deliveries"], tables["failed_deliveries"], nights.end.loads
    back = failed["cancelled"] == 1
    parts = [_picked(drops), _picked({name: column[back] for name, column in failed.items()})]
    still = loads["cases"].sum(axis=1)
    ready = loads["ready"] // DAY_SECONDS
    last = np.full_like(ready, nights.count)
    parts.append((loads["site"], loads["tariff"] >= 0, still * np.maximum(last - ready, 0)))
    site, carrier, stay = (np.concatenate(part) for part in zip(*parts, strict=True))
    sites = len(nights.market.sites)
    return {name: _summed(site, stay * mine, sites) for name, mine in _carriers(carrier)}


def _picked(rows: Table) -> tuple[IntArray, ...]:
    """Return site, by carrier, and case-nights from the end of picking to the day of the drop."""
    ready = rows["order_day"] + rows["ready_second"] // DAY_SECONDS
    return rows["site"], rows["tour"] < 0, rows["cases"] * (rows["day"] - ready)


def _carriers(carrier: IntArray) -> tuple[tuple[str, IntArray], ...]:
    return ("cases at the dock", ~carrier), ("cases with carriers", carrier)


# ---------------------------------------------------------------- money
def _money(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    """Return ticks times nights from invoice to payment, by who owes and by who is owed."""
    bills, paid, end = tables["payments"], tables["receipts"], nights.count
    market, outlets, sites = nights.market, len(nights.market.outlets), len(nights.market.sites)
    sold = bills["outlet"] >= 0
    until = np.where(bills["paid_day"] < 0, end, bills["paid_day"])
    if len(paid["day"]):  # followed singly: every receipt ends its part of the invoice
        until = np.where(sold & (until > bills["invoice_day"]), end, until)
    stay = bills["amount"] * np.maximum(until - bills["invoice_day"], 0)
    less = paid["amount"] * (paid["day"] - end)
    accounts = outlets + len(market.chain_ids)
    return {
        "owed by customers": _summed(_account(bills["payer"][sold], outlets), stay[sold], accounts)
        + _summed(_account(paid["payer"], outlets), less, accounts),
        "owed to owners": _summed(_owner(bills["payee"], sites), stay, sites + 1)
        + _summed(_owner(paid["payee"], sites), less, sites + 1),
        "owed by sites": _summed(bills["site"][~sold], stay[~sold], sites),
    }


def _account(payer: IntArray, outlets: int) -> IntArray:
    """Return the account of an outlet or, after all outlets, of a chain."""
    chain = payer // PARTY_STRIDE == Party.CHAIN
    return payer % PARTY_STRIDE + np.where(chain, outlets, 0)


def _owner(party: IntArray, sites: int) -> IntArray:
    """Return the site of an owner; the manufacturer stands after all sites."""
    return np.where(party // PARTY_STRIDE == Party.OWNER, party % PARTY_STRIDE, sites)


def _by_owner(market: Market, amount: IntArray) -> IntArray:
    sites = len(market.sites)
    return _summed(np.where(market.sites.independent, np.arange(sites), sites), amount, sites + 1)


# ---------------------------------------------------------------- goods
def _lanes(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    """Return units times nights on lanes, and of what parents with back orders still owe."""
    moved, end = tables["shipments"], nights.count
    shape = len(nights.market.sites), len(nights.market.products)
    place, stock = (moved["site"], moved["product"]), nights.design.stock
    way = moved["shipped"] * (np.minimum(moved["arrival_day"], end) - moved["day"])
    waits = np.zeros(shape[0], dtype=bool)
    if stock is not None and stock.shortage is not None:
        waits = stock.shortage.backorder
    appointed = np.ones(shape[0], dtype=bool)
    if stock is not None and stock.suppliers is not None:
        appointed[stock.suppliers.site] = False
    kept = waits[moved["parent"]] & appointed[moved["site"]]
    owed = (moved["ordered"] - moved["shipped"]) * (end - moved["day"])
    return {
        "goods on lanes": _summed(place, way, shape),
        "awaited by sites": _summed(place, owed * kept, shape),
    }


def _goods(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    """Return units times nights on shelves, at sites, and sold from consignment."""
    market, design = nights.market, nights.design
    unit, products = market.products.units_per_case, len(market.products)
    outlets, sites = (len(market.outlets), products), (len(market.sites), products)
    drops, moved, shelf = tables["deliveries"], tables["shipments"], tables["shelf"]
    lost, back, settled = tables["losses"], tables["returns"], tables["settlements"]
    at_site, returned = lost["site"] >= 0, back["cases"] * unit[back["product"]]
    brought, sold = drops["cases"] * unit[drops["product"]], shelf["sold"] + shelf["online_sold"]
    shelves = Flows(nights, "goods on shelves", "outlet", outlets)
    shelves.move(drops, brought)
    shelves.move(shelf, -sold)
    shelves.move(back, -returned)
    shelves.move(lost, -lost["units"] * ~at_site)
    docks = Flows(nights, "goods at sites and docks", "site", sites)
    docks.move(moved | {"day": moved["arrival_day"]}, moved["shipped"])
    docks.move(moved | {"site": moved["parent"]}, -moved["shipped"])
    docks.move(drops, -brought)
    docks.move(back, returned)
    docks.move(lost, -lost["units"] * at_site)
    docks.parcels(tables)
    stays = {flows.name: flows.stays() for flows in (shelves, docks)}
    stays["goods at sites and docks"][market.sites.kind == PLANT] = 0
    if "sold and not settled" in nights.sums:
        consigned = settle_days(market, design) > 0
        money = Flows(nights, "sold and not settled", "outlet", outlets)
        money.move(shelf, sold * consigned[shelf["outlet"]])
        money.move(settled, -settled["units"])
        stays[money.name] = money.stays()
    if "consumers who come again" in nights.sums:  # until tomorrow, each of them
        cases = tables["stockouts"]
        stays["consumers who come again"] = _summed(cases["product"], cases["waiting"], products)
    return stays


class Flows:
    """What comes to places and leaves them: every unit stays from its day on, or no longer.

    What lay there on the first night is given; what moves later is read off the tables.
    """

    def __init__(self, nights: Nights, name: str, place: str, shape: tuple[int, int]) -> None:
        self.name, self._nights, self._place = name, nights, place
        self._stays = np.zeros(shape, dtype=np.int64)

    def move(self, rows: Table, units: IntArray) -> None:
        """Let units come (or go, below zero) on the days of some rows."""
        left = np.maximum(self._nights.count - rows["day"], 0) * (rows["day"] > 0)
        mine = rows[self._place] >= 0
        np.add.at(
            self._stays, (rows[self._place][mine], rows["product"][mine]), (units * left)[mine]
        )

    def parcels(self, tables: dict[str, Table]) -> None:
        """Let parcels leave their sites, and come back to them."""
        shop = parcel_shop(self._nights.design)
        if shop is None or not len(tables["parcels"]["day"]):
            return
        lines = parcel_lines(tables["parcels"], tables["parcel_lines"])
        sent = np.where(lines["sent_day"] >= 0, lines["units"], 0)
        self.move(lines | {"day": lines["sent_day"]}, -sent)
        back = np.where(lines["returned"] == 1, lines["units"], 0)
        self.move(lines | {"day": lines["delivered_day"] + shop.return_days}, back)

    def stays(self) -> IntArray:
        """Return units times nights by place and product."""
        return self._nights.count * self._nights.first[self.name] + self._stays


# ---------------------------------------------------------------- parcels
def _parcels(tables: dict[str, Table], nights: Nights) -> dict[str, IntArray]:
    shop = parcel_shop(nights.design)
    if shop is None:
        return {}
    orders, end, sites = tables["parcels"], nights.count, len(nights.market.sites)
    attempt = orders["day"] + (orders["second"] > shop.cutoff)
    lost = orders["state"] == LineState.CUT
    gone = np.where(lost, attempt + shop.wait_days, orders["sent_day"])
    gone = np.where(~lost & (orders["sent_day"] < 0), np.maximum(end, attempt), gone)
    sent = orders["sent_day"] >= 0
    came = np.where(orders["delivered_day"] < 0, end, orders["delivered_day"])
    waits, way = gone - attempt, (came - orders["sent_day"]) * sent
    return {
        "parcels waiting for stock": _summed(orders["site"], orders["units"] * waits, sites),
        "parcels on the way": _summed(orders["site"], orders["units"] * way, sites),
    }


# ---------------------------------------------------------------- sums
def _line(market: Market, day: IntArray, outlet: IntArray, product: IntArray) -> IntArray:
    """Return one number for every line of every order."""
    return (day * len(market.outlets) + outlet) * len(market.products) + product


def _summed(row: Rows, amount: IntArray | int, rows: int | tuple[int, int]) -> IntArray:
    total = np.zeros(rows, dtype=np.int64)
    np.add.at(total, row, amount)
    return total
