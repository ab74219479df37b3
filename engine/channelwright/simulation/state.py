"""What changes from day to day: stock, open orders, receivables, execution."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.market import Market
from channelwright.rules import behaviour
from channelwright.simulation.cash.bill_columns import BILL_COLUMNS, LATE_COLUMNS
from channelwright.simulation.cash.owed import Owed
from channelwright.simulation.delivery.load_columns import LOAD_COLUMNS
from channelwright.simulation.demand.execution import Shops
from channelwright.simulation.demand.expecting import (
    ALL_PRODUCTS,
    NO_FACTORS,
    NO_PARTS,
    Demand,
    Shown,
    expect_all,
)
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import ORDER_COLUMNS, ORDER_GRIDS
from channelwright.simulation.orders.shelf_policies import opening_levels
from channelwright.simulation.rows import Rows


def empty_orders(products: int) -> Rows:
    """Return the table of open orders (one row per order, products as columns).

    ``ordered, missing, first, pending, delivered, cut`` are (n, P) cases: ordered, not
    allocated nor cut yet, allocated at the first attempt, allocated and not delivered,
    delivered, cut; ``extra`` stands in for cut cases of other products. ``pay_day`` is -1
    for orders on the terms of their mode.
    """
    columns = {name: np.zeros(0, dtype=np.int64) for name in ORDER_COLUMNS}
    columns |= {name: np.zeros((0, products), dtype=np.int64) for name in ORDER_GRIDS}
    return Rows(**columns)


def empty_loads(products: int) -> Rows:
    """Return the table of pick orders: allocated on one evening, not yet delivered."""
    columns = {name: np.zeros(0, dtype=np.int64) for name in LOAD_COLUMNS}
    columns["cases"] = np.zeros((0, products), dtype=np.int64)
    return Rows(**columns)


def empty_invoices() -> Rows:
    """Return the table of unpaid invoices that are or may become overdue."""
    return Rows(**{name: np.zeros(0, dtype=np.int64) for name in LATE_COLUMNS})


def empty_bills() -> Rows:
    """Return the table of open invoices of outlets and chains, where they are followed singly.

    ``due, paid`` are days, ``amount, open, part`` ticks: of the invoice, unpaid, to be paid
    when it falls due.
    """
    return Rows(**{name: np.zeros(0, dtype=np.int64) for name in BILL_COLUMNS})


@dataclass
class ParcelStock:
    """Units of orders of consumers (docs/world/parcels.md): (S, P) int64 each, by site.

    ``waiting`` had an attempt and got nothing yet; ``sent`` left the stock and did not arrive.
    """

    waiting: IntArray
    sent: IntArray


@dataclass
class State:
    """The state of one replication.

    Attributes
    ----------
    shelf, on_order : (O, P) int64, units
    execution : (O,) float64; effort : (M,) float64
    shops : execution in full, or None; parcels : orders of consumers, or None
    waiting : (C, P) int64, consumers who come again, covered outlets only, or None
    unsettled : (O, P) int64, units sold from consignment and not invoiced; (0, 0) without any
    stock, transit : (S, P) int64, units at sites and on lanes to them
    demand : (K, S, P) int64, units asked of sites on the last K days (ring), K at least 28
    receivable, accepted : (accounts,) int64, ticks unpaid; ticks ordered and accepted
    limit : (accounts,) int64, ticks that an account may owe
    site_receivable, site_payable : (S,) int64, ticks
    servers : (S, most pickers) int64, second at which each picker is free
    cash, drawn_days : (S,) int64, ticks of owners whose cash is limited; ticks x days drawn
    owed : invoices of outlets that are paid later, where they are not followed one by one
    settle_sites : paid day -> list of (seller site, buyer site, amount)
    """

    shelf: IntArray
    on_order: IntArray
    execution: FloatArray
    effort: FloatArray
    stock: IntArray
    transit: IntArray
    demand: IntArray
    receivable: IntArray
    accepted: IntArray
    limit: IntArray
    site_receivable: IntArray
    site_payable: IntArray
    orders: Rows
    loads: Rows
    overdue: Rows
    servers: IntArray
    last_purchase: IntArray
    month_invoices: IntArray
    month_purchases: IntArray
    month_sales: IntArray
    cash: IntArray
    drawn_days: IntArray
    bills: Rows = field(default_factory=empty_bills)
    owed: Owed = field(default_factory=Owed)
    settle_sites: dict[int, list[tuple[IntArray, IntArray, IntArray]]] = field(default_factory=dict)
    shops: Shops | None = None
    parcels: ParcelStock | None = None
    waiting: IntArray | None = None
    unsettled: IntArray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    serial: int = 0
    day: int = 0


def opening_state(network: Network, address: Address) -> State:
    """Return the state at 00:00 of day 0 (docs/architecture.md, opening state)."""
    market, design = network.market, network.design
    outlets, products, sites = len(market.outlets), len(market.products), len(market.sites)
    accounts = outlets + len(market.chain_ids)
    execution = np.full(outlets, market.behaviour.opening_execution)
    state = State(
        shelf=np.zeros((outlets, products), dtype=np.int64),
        on_order=np.zeros((outlets, products), dtype=np.int64),
        execution=execution,
        effort=np.ones(len(market.modes)),
        stock=network.once(_opening_stock).copy(),
        transit=np.zeros((sites, products), dtype=np.int64),
        demand=np.zeros((network.days_kept, sites, products), dtype=np.int64),
        receivable=np.zeros(accounts, dtype=np.int64),
        accepted=np.zeros(accounts, dtype=np.int64),
        limit=network.limit,
        site_receivable=np.zeros(sites, dtype=np.int64),
        site_payable=np.zeros(sites, dtype=np.int64),
        orders=empty_orders(products),
        loads=empty_loads(products),
        overdue=empty_invoices(),
        servers=np.zeros((sites, int(design.sites.pickers.max(initial=0))), dtype=np.int64),
        last_purchase=np.full(outlets, -(10**6), dtype=np.int64),
        month_invoices=np.zeros((outlets, network.options.shape[1]), dtype=np.int64),
        month_purchases=np.zeros(sites, dtype=np.int64),
        month_sales=np.zeros(len(design.reps), dtype=np.int64),
        cash=_opening_cash(market),
        drawn_days=np.zeros(sites, dtype=np.int64),
    )
    if market.execution is not None:
        state.shops = Shops(network, address, market.execution)
    state.shelf = _opening_shelf(network, state)
    if network.consigned.any():
        state.unsettled = np.zeros_like(state.shelf)
    return state


def end_day(network: Network, state: State) -> None:
    """24:00: outlets lose a day's share of their execution."""
    if state.shops is not None:
        state.execution[:] = state.shops.night(state.day)
    else:
        state.execution *= behaviour.decay(network.market)


def _opening_cash(market: Market) -> IntArray:
    if market.limits is None:
        return np.zeros(len(market.sites), dtype=np.int64)
    return market.limits.opening_cash.copy()


def expected_demand(network: Network, state: State, rows: IntArray, day: int) -> FloatArray:
    """Return E', the expected demand of some outlets in units a day: (n, P)."""
    factors, listed, shown = expecting(network, state, day)
    return expect_all(rows, network.once(demand_terms), factors, listed, shown)


def demand_terms(network: Network) -> Demand:
    """Return what never changes of expected demand."""
    carried = ALL_PRODUCTS if network.carried is None else network.carried
    online = network.design.outlets.o2o.copy()
    rate = network.rate.copy()  # read-only or not by the design: kernels are compiled once
    return rate, carried, online, 1.0 + network.market.behaviour.online_new


def expecting(
    network: Network, state: State, day: int
) -> tuple[tuple[FloatArray, FloatArray], BoolArray, Shown]:
    """Return what `expect_all` takes of a day: factors, products listed, and what outlets show."""
    promoted = None if network.campaign is None else network.campaign.factor(day)
    factors = network.market.calendar.factor[day], NO_FACTORS if promoted is None else promoted
    rules, shops = network.market.behaviour, state.shops
    span = rules.ceiling - rules.floor
    shown = (state.execution, float(rules.floor), float(span))
    if shops is None:
        return factors, ALL_PRODUCTS, (False, *shown, NO_FACTORS, NO_PARTS, NO_PARTS)
    listed = ALL_PRODUCTS if shops.listed is None else shops.listed
    return factors, listed, (True, *shown, shops.parts, shops.low, shops.width)


def _opening_shelf(network: Network, state: State) -> IntArray:
    rows = network.covered
    cover = network.cover[rows]
    expected = expected_demand(network, state, rows, 0)
    level = np.floor(cover[:, None] * expected + 0.5)
    level = opening_levels(network, rows, level, expected)
    shelf = np.zeros(network.rate.shape, dtype=np.int64)
    shelf[rows] = np.floor(0.5 * level + 0.5).astype(np.int64)
    return shelf


def _opening_stock(network: Network) -> IntArray:
    """Return the level of every site on day 0, rounded up to cases: (S, P)."""
    sites = np.arange(len(network.market.sites))
    spread = np.sqrt(network.opening_variance)
    level = network.stock.targets(sites, network.opening_demand, spread).level
    case = network.market.products.units_per_case
    plan = network.design.sites
    supplied = plan.open & (plan.parent >= 0)
    return np.where(supplied[:, None], -(-level // case) * case, 0)
