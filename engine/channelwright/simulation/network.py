"""A market and a design joined into the static arrays that the phases read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from channelwright.foundation.errors import ChannelwrightError
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules import behaviour, contracts, flows, geography, offers, sourcing
from channelwright.rules.account_credit import account_rows, given_limits
from channelwright.rules.beats import Beat, plan_beats
from channelwright.rules.consignment import settle_days
from channelwright.rules.hours import has_hours, receiving_hours
from channelwright.rules.parcels import site_demand
from channelwright.rules.roads import Roads
from channelwright.rules.shelf_levels import shelf_rules
from channelwright.rules.stock_levels import StockRules, daily_variance, site_rules
from channelwright.simulation.delivery.filling import FAR, Fleets
from channelwright.simulation.lanes import supply_lanes
from channelwright.simulation.plain import Plain, plain
from channelwright.tables.codes import Party, party

DEFAULT_WINDOW = 28
_KEPT = 4  # designs whose replications alternate in a process
Found = TypeVar("Found")
VISIT = CAPTURES.index("visit")
CALENDAR = CAPTURES.index("calendar")


class Cells(NamedTuple):
    """The pairs of area and mode in which outlets are covered.

    Attributes
    ----------
    area, mode : (G,) int64
    group : (C,) int64, pair of each covered outlet
    """

    area: IntArray
    mode: IntArray
    group: IntArray


class Months(NamedTuple):
    """Days of each month in the horizon and of the calendar: (months,) int64 each."""

    days: IntArray
    length: IntArray


@dataclass(frozen=True)
class Network:
    """Static arrays of one market and design.

    Attributes
    ----------
    covered : (C,) int64, outlets that the design serves
    cells : their areas and modes
    account : (O,) int64, account that pays: outlet row, or O + chain row
    payer : (O,) int64, party number of that account
    owner : (S,) int64, party number of the owner of each site
    own : (S,) bool, the manufacturer's sites
    consigned : (O,) bool, outlets whose goods are the seller's until they are sold
    options : (O, N) int64, sites to choose from; option_metres : (O, N) int64
    option_mode : (O, N) int64, mode in which the outlet buys from the option
    option_cumulative : (O, N) float64, cumulated choice probabilities
    cover : (O,) float64, shelf level in days of expected demand
    price : (O, N, P) int64, ticks per case that the option asks of the outlet
    rate : (O, P) float64, demand at factor 1 under the design; shelf_price : (O, P) int64
    regular_price : (C, P) int64, the shelf prices of covered outlets
    campaign : promotions of the design, None without any
    buying : (S, P) int64, ticks per case that stock is valued and bought at
    own_limit : (O,) int64, ticks of credit that each outlet gives its account
    limit : (accounts,) int64, credit limit in ticks
    carried : (O, P) bool, products that outlets carry; None = all
    hours : (O,) int64 each, seconds after midnight from and to which outlets take goods; None =
        all at any time
    tiers : site rows that replenish, one array per number of lanes to the plant, most first
    lead : (S,) int64, days from the parent
    opening_units : (C, P) float64, expected units/day of covered outlets on day 0
    opening_own : (S, P) float64, the same of the outlets of each site, and of its parcels
    opening_demand, opening_variance : (S, P) float64, those of the sites below it as well
    stock : stock policies of the sites
    shelves : stock policies of shelves, None where all are filled to their cover
    days_kept : int, days of demand that forecasts look back on
    beats : 28 Beats, the calls of each cycle day; due : 28 arrays of other outlets' rows
    roads : between the outlets
    fleets : vehicles of the sites
    months : lengths of the months
    plain : columns and flags that phases read fastest
    found : what `once` was asked for
    """

    market: Market
    design: Design
    covered: IntArray
    cells: Cells
    account: IntArray
    payer: IntArray
    owner: IntArray
    own: BoolArray
    consigned: BoolArray
    options: IntArray
    option_metres: IntArray
    option_mode: IntArray
    option_cumulative: FloatArray
    cover: FloatArray
    price: IntArray
    rate: FloatArray
    shelf_price: IntArray
    regular_price: IntArray
    campaign: offers.Campaign | None
    buying: IntArray
    own_limit: IntArray
    limit: IntArray
    carried: BoolArray | None
    hours: tuple[IntArray, IntArray] | None
    tiers: tuple[IntArray, ...]
    lead: IntArray
    opening_units: FloatArray
    opening_own: FloatArray
    opening_demand: FloatArray
    opening_variance: FloatArray
    stock: StockRules
    shelves: StockRules | None
    days_kept: int
    beats: tuple[Beat, ...]
    due: tuple[IntArray, ...]
    roads: Roads
    fleets: Fleets
    months: Months
    plain: Plain
    found: dict[Callable[[Network], Any], Any] = field(default_factory=dict)

    def once(self, find: Callable[[Network], Found]) -> Found:
        """Return what a function finds in this network alone, asked once for all replications.

        Nobody changes what is found.
        """
        if find not in self.found:
            self.found[find] = find(self)
        found: Found = self.found[find]
        return found


_NETWORKS: dict[tuple[int, int], Network] = {}


def network_of(market: Market, design: Design) -> Network:
    """Return the network of a market and a design, kept for their next replications.

    Both are frozen and no run changes a network. A kept one holds its pair, so that no other
    object can have their identities.

    Raises
    ------
    ChannelwrightError
        As `build_network`.
    """
    pair = id(market), id(design)
    network = _NETWORKS.pop(pair, None) or build_network(market, design)
    _NETWORKS[pair] = network  # the last in the order of use
    while len(_NETWORKS) > _KEPT:
        del _NETWORKS[next(iter(_NETWORKS))]
    return network


def build_network(market: Market, design: Design) -> Network:
    """Join a market and a design.

    Raises
    ------
    ChannelwrightError
        If no crossing joins a pair of points that the design needs, or a lane is missing.
    """
    plan, agreed = design.outlets, design.contracts
    covered = np.flatnonzero(plan.mode >= 0)
    account = account_rows(market)
    option_metres = _option_metres(market, design)
    price = sourcing.offer_prices(design)
    rate, cover = offers.base_rate(market, design), flows.cover_days(design)
    shelf_price = offers.shelf_prices(market, design)
    own_limit = _own_limits(market, design, rate, covered, price)
    tiers, lead = supply_lanes(market, design)
    units = _opening_units(market, rate[covered])
    opening, variance = _opening_of_sites(market, design, covered, units)
    return Network(
        market=market,
        design=design,
        covered=covered,
        cells=_cells(market, design, covered),
        account=account,
        payer=_payers(market),
        owner=_owners(market),
        own=~market.sites.independent,
        consigned=settle_days(market, design) > 0,
        options=plan.options.copy(),
        option_metres=option_metres,
        option_mode=np.ascontiguousarray(sourcing.option_modes(design)),
        option_cumulative=_choice(market, option_metres),
        cover=cover,
        price=price,
        rate=rate,
        shelf_price=shelf_price,
        regular_price=shelf_price[covered],
        campaign=offers.campaign(market, design),
        buying=_buying_prices(market, design),
        own_limit=own_limit,
        limit=_limits(market, account, own_limit),
        carried=contracts.carried(market, design),
        hours=receiving_hours(market, agreed) if has_hours(market, agreed) else None,
        tiers=tiers,
        lead=lead,
        opening_units=units,
        opening_own=opening,
        opening_demand=_tree_sums(design, opening, tiers),
        opening_variance=_tree_sums(design, variance, tiers),
        stock=site_rules(market, design, lead),
        shelves=shelf_rules(market, design, cover),
        days_kept=_days_kept(design),
        beats=plan_beats(market, design),
        due=_due(market, design),
        roads=Roads(market),
        fleets=_fleets(market, design),
        months=_months(market),
        plain=plain(market, design),
    )


def _cells(market: Market, design: Design, covered: IntArray) -> Cells:
    modes = len(market.modes)
    place = market.outlets.area[covered] * modes + design.outlets.mode[covered]
    key, group = np.unique(place, return_inverse=True)
    return Cells(key // modes, key % modes, group.ravel())


def _limits(market: Market, account: IntArray, own: IntArray) -> IntArray:
    """Return the limit of every account: (O + C,) ticks."""
    limit = np.zeros(len(market.outlets) + len(market.chain_ids), dtype=np.int64)
    np.add.at(limit, account, own)
    return limit


def _payers(market: Market) -> IntArray:
    chain = market.outlets.chain
    own = party(Party.OUTLET) + np.arange(len(chain))
    return np.where(chain >= 0, party(Party.CHAIN) + chain, own)


def _owners(market: Market) -> IntArray:
    rows = np.arange(len(market.sites))
    independent = market.sites.independent
    return np.where(independent, party(Party.OWNER) + rows, party(Party.MANUFACTURER))


def _option_metres(market: Market, design: Design) -> IntArray:
    outlets = geography.outlet_points(market)
    sites = geography.site_points(market)
    options = design.outlets.options
    result = np.full(options.shape, -1, dtype=np.int64)
    for column in range(options.shape[1]):
        rows = np.flatnonzero((options[:, column] >= 0) & (design.outlets.mode >= 0))
        to = sites.take(options[rows, column])
        result[rows, column] = geography.metres(market.geography, outlets.take(rows), to)
        lost = rows[result[rows, column] < 0]
        if lost.size:
            outlet = market.outlets.ids[lost[0]]
            site = market.sites.ids[options[lost[0], column]]
            message = f"outlet {outlet} cannot reach site {site}: no crossing joins their zones"
            raise ChannelwrightError(message)
    return result


def _choice(market: Market, distance: IntArray) -> FloatArray:
    if distance.shape[1] == 1:
        return np.ones(distance.shape)
    return np.cumsum(behaviour.source_probabilities(market, distance), axis=1)


def _buying_prices(market: Market, design: Design) -> IntArray:
    plan, sites = design.sites, market.sites
    mode = np.maximum(plan.mode, 0)
    tier2 = (plan.parent >= 0) & sites.independent[np.maximum(plan.parent, 0)]
    price = np.where(
        tier2[:, None], design.terms.price_tier2[mode], design.terms.price_account[mode]
    )
    return np.where(sites.independent[:, None], price, market.products.production_cost[None, :])


def _own_limits(
    market: Market, design: Design, rate: FloatArray, covered: IntArray, price: IntArray
) -> IntArray:
    """Return what each outlet gives to the limit of its account: (O,) ticks.

    The largest limit of its offers, or its part of what is given for the account.
    """
    mode = sourcing.option_modes(design)[covered]
    cases = rate[covered] / market.products.units_per_case
    daily = (cases[:, None, :] * price[covered]).sum(axis=2)
    most = np.floor(design.terms.credit_days[mode] * daily + 0.5).astype(np.int64)
    limit = np.zeros(len(market.outlets), dtype=np.int64)
    limit[covered] = most.max(axis=1)
    given = given_limits(market, design)
    return np.where(given >= 0, given, limit)


def _opening_units(market: Market, rate: FloatArray) -> FloatArray:
    level = behaviour.opening_multiplier(market)
    return np.asarray(rate * market.calendar.factor[0] * level)


def _opening_of_sites(
    market: Market, design: Design, covered: IntArray, units: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of a day's units asked of sites by outlets and consumers."""
    mean = _site_sums(design, covered, units)
    variance = _site_sums(design, covered, daily_variance(market, units))
    parcels = site_demand(market, design, market.calendar.factor[0])
    return (mean, variance) if parcels is None else (mean + parcels[0], variance + parcels[1])


def _site_sums(design: Design, covered: IntArray, values: FloatArray) -> FloatArray:
    """Return sums over the outlets of every site: (S, P)."""
    site, count = design.outlets.site[covered], len(design.sites)
    sums = [np.bincount(site, weights=column, minlength=count) for column in values.T]
    # Of no outlets numpy counts whole numbers, weights or not.
    return np.ascontiguousarray(np.transpose(sums), dtype=np.float64)


def _tree_sums(design: Design, own: FloatArray, tiers: tuple[IntArray, ...]) -> FloatArray:
    """Return sums over every site and those below it: (S, P)."""
    total = own.copy()
    for tier in tiers:
        np.add.at(total, design.sites.parent[tier], total[tier])
    return total


def _days_kept(design: Design) -> int:
    plan = None if design.stock is None else design.stock.forecast
    asked = 0 if plan is None else int((plan.window + plan.delay).max())
    return max(DEFAULT_WINDOW, asked)


def _fleets(market: Market, design: Design) -> Fleets:
    """Return the vehicles of every site as the kernel of tours reads them."""
    fleet, kind, rules = market.vehicles, design.sites.vehicle, market.delivery
    once = np.full(len(kind), -1, dtype=np.int64)
    load = once if rules is None else rules.load_seconds[kind]
    return Fleets(
        vehicles=design.sites.vehicles,
        cases=fleet.cases[kind],
        drops=fleet.drops[kind],
        shift=fleet.shift_seconds[kind],
        load=load,
        end=np.full(len(kind), FAR) if rules is None else _day_ends(load, rules.day_seconds[kind]),
        day_cost=fleet.day_cost[kind],
        km_cost=fleet.km_cost[kind],
    )


def _day_ends(load: IntArray, day_seconds: IntArray) -> IntArray:
    """Return the latest return to each site: only who leaves again has to be back in time."""
    return np.where(load >= 0, day_seconds, FAR)


def _due(market: Market, design: Design) -> tuple[IntArray, ...]:
    """Return the outlets that order by themselves on each day of the cycle."""
    plan = design.outlets
    capture = market.modes.capture[np.maximum(plan.mode, 0)]
    rows = np.flatnonzero((plan.mode >= 0) & (capture != VISIT))
    chances = (plan.order_days[rows] >> np.arange(CYCLE_DAYS)[:, None]) & 1
    return tuple(rows[today] for today in chances.astype(np.bool_))


def _months(market: Market) -> Months:
    calendar = market.calendar
    days = np.bincount(calendar.month)
    first = np.datetime64(calendar.start, "M")
    edges = (first + np.arange(len(days) + 1)).astype("datetime64[D]")
    return Months(days, np.diff(edges).astype(np.int64))
