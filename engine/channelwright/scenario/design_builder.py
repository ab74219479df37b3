"""From the tables of a design to its draft; planning rules complete the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design, Service, SitePlan, Terms
from channelwright.model.draft import BY_RULE, DesignDraft
from channelwright.model.market import CAPTURES, GRADES, Market
from channelwright.rules import planning
from channelwright.scenario.allocation_builder import with_allocation
from channelwright.scenario.calendar_builder import weekday_numbers
from channelwright.scenario.capture_builder import build_capture
from channelwright.scenario.contract_builder import build_contracts
from channelwright.scenario.credit_builder import build_credit
from channelwright.scenario.design_shapes import DesignShape, HeadcountRule, VisitShape
from channelwright.scenario.fulfilment import build_attempts
from channelwright.scenario.goods_builder import build_goods
from channelwright.scenario.market_builder import clocks, codes, to_ppm, to_ticks
from channelwright.scenario.offer_builder import build_offers
from channelwright.scenario.perishing_builder import build_returns
from channelwright.scenario.selling_builder import with_sources
from channelwright.scenario.stock_builder import build_stock
from channelwright.tables.cells import Cells, TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.design_tables import DesignTables

VISIT = CAPTURES.index("visit")
_WEEKS = CYCLE_DAYS // 7


@dataclass(frozen=True)
class DesignInput:
    """One design file, read: its name, shape and tables, and the list prices' index.

    ``price_index`` : (P,) float64, list price of a product over the ladder of the mode.
    """

    name: str
    shape: DesignShape
    tables: DesignTables
    price_index: FloatArray


def build_draft(
    market: Market, given: DesignInput, starts: Mapping[str, Design] | None = None
) -> DesignDraft:
    """Return the draft of a design.

    Parameters
    ----------
    market : Market
    given : DesignInput
        Tables without problems.
    starts : mapping, optional
        Part (``outlets``, ``headcount``, ``terms``) that is to be chosen -> design whose part
        stands until then.
    """
    start = starts or {}
    mode, site = _outlets(market, given, start.get("outlets"))
    sites = _sites(market, given.tables)
    draft = DesignDraft(
        name=given.name,
        title=given.shape.title,
        counterfactual=given.shape.counterfactual,
        sites=sites,
        mode=mode,
        site=site,
        options=site[:, None],
        order_days=np.zeros(len(mode), dtype=np.int64),
        visits=_visits(market, given.shape),
        headcount=_headcount(market, given, start.get("headcount")),
        terms=_terms(market, given, start.get("terms")),
        service=with_allocation(market, _service(market, given.tables["service"]), given),
        capture=build_capture(market, given.tables["service"]),
        contracts=build_contracts(market, given.tables),
        o2o=_online(market, given.shape) & (mode >= 0),
        stock=build_stock(market, given.tables),
        offers=build_offers(market, given.tables),
        credit=build_credit(market, given.tables),
        goods=build_goods(market, given, _online(market, given.shape) & (mode >= 0)),
    )
    draft = planning.nearest_sites(market, draft)
    draft = with_sources(market, draft, given.shape, given.tables)
    return replace(draft, order_days=_order_days(market, draft, given.tables["service"]))


def _outlets(market: Market, given: DesignInput, start: Design | None) -> tuple[IntArray, IntArray]:
    table = given.tables.get("outlets")
    if table is None and start is not None:
        return start.outlets.mode.copy(), start.outlets.site.copy()
    mode = np.full(len(market.outlets), -1, dtype=np.int64)
    site = np.full(len(market.outlets), -1, dtype=np.int64)
    if table is not None:
        rows = codes(table["outlet"], market.outlets.ids)
        mode[rows] = codes(table["mode"], market.modes.ids)
        site[rows] = codes(table["site"], market.sites.ids)
    return mode, site


def _sites(market: Market, tables: DesignTables) -> SitePlan:
    table = tables["sites"]
    rows = codes(table["site"], market.sites.ids)

    def spread(values: Cells, other: float) -> Cells:
        column: Cells = np.full(len(market.sites), other, dtype=values.dtype)
        column[rows] = values
        return column

    opened = np.zeros(len(market.sites), dtype=np.bool_)
    opened[rows] = True
    return SitePlan(
        open=opened,
        mode=spread(codes(table["mode"], market.modes.ids), -1),
        parent=spread(codes(table["parent"], market.sites.ids), -1),
        review_days=spread(table["review_days"], 1),
        safety_days=spread(table["safety_days"], 0),
        level=_levels(market, tables.get("levels")),
        vehicle=spread(np.maximum(codes(table["vehicle"], market.vehicles.ids), 0), 0),
        vehicles=spread(table["vehicles"], 0),
        pickers=spread(table["pickers"], 0),
    )


def _levels(market: Market, table: TypedTable | None) -> IntArray:
    level = np.full((len(market.sites), len(market.products)), -1, dtype=np.int64)
    if table is not None:
        rows = codes(table["site"], market.sites.ids)
        level[rows, codes(table["product"], market.products.ids)] = table["units"]
    return level


def _visits(market: Market, shape: DesignShape) -> FloatArray:
    visits = np.zeros((len(market.modes), len(GRADES)), dtype=np.float64)
    called = market.modes.capture == VISIT
    if isinstance(shape.visits, VisitShape):
        visits[called] = _grades(shape.visits)
        return visits
    for name, frequency in shape.visits.items():
        visits[market.modes.ids.index(name)] = _grades(frequency)
    visits[~called] = 0.0
    return visits


def _grades(frequency: VisitShape) -> tuple[float, float, float]:
    return float(frequency.A), float(frequency.B), float(frequency.C)


def _headcount(market: Market, given: DesignInput, start: Design | None) -> IntArray:
    shape = (len(market.sites), len(market.modes))
    if isinstance(given.shape.headcount, HeadcountRule):
        return np.full(shape, BY_RULE, dtype=np.int64)
    people = np.zeros(shape, dtype=np.int64)
    table = given.tables.get("headcount")
    if table is not None:
        cells = codes(table["site"], market.sites.ids), codes(table["mode"], market.modes.ids)
        people[cells] = table["people"]
    elif start is not None:
        np.add.at(people, (start.reps.site, start.reps.mode), 1)
        # A team that the starting design does not have begins with its workload.
        people[people == 0] = BY_RULE
    return people


def _terms(market: Market, given: DesignInput, start: Design | None) -> Terms:
    table = given.tables.get("terms")
    if table is None and start is not None:
        return start.terms
    return _given_terms(market, given, given.tables["terms"])


def _given_terms(market: Market, given: DesignInput, table: TypedTable) -> Terms:
    vat = 1.0 + market.finance.vat_ppm / 1e6
    rows = codes(table["mode"], market.modes.ids)

    def ladder(column: str) -> IntArray:
        price = np.zeros((len(market.modes), len(market.products)), dtype=np.float64)
        price[rows] = table[column][:, None] * given.price_index
        special = given.tables.get("prices")
        if special is not None:
            mode = codes(special["mode"], market.modes.ids)
            price[mode, codes(special["product"], market.products.ids)] = special[column]
        return to_ticks(price, vat)

    def spread(values: Cells) -> Cells:
        column: Cells = np.zeros(len(market.modes), dtype=values.dtype)
        column[rows] = values
        return column

    return Terms(
        price_account=ladder("price_account"),
        price_tier2=ladder("price_tier2"),
        price_outlet=ladder("price_outlet"),
        account_rebate=spread(to_ppm(table["account_rebate"])),
        outlet_rebate=spread(to_ppm(table["outlet_rebate"])),
        commission=spread(to_ppm(table["commission"])),
        bonus=spread(to_ticks(table["bonus"])),
        quota=spread(to_ticks(table["quota"], vat)),
        margin_share=spread(to_ppm(table["margin_share"])),
        account_days=spread(table["account_days"]),
        outlet_days=spread(table["outlet_days"]),
        payment_delay=spread(table["payment_delay"]),
        credit_days=spread(table["credit_days"]),
        overdue_grace=spread(table["overdue_grace"]),
        platform_fee=spread(to_ppm(table["platform_fee"])),
        online_fee=int(to_ticks(given.shape.online_fee, vat)),
    )


def _service(market: Market, table: TypedTable) -> Service:
    rows = codes(table["mode"], market.modes.ids)

    def spread(values: Cells) -> Cells:
        column: Cells = np.zeros(len(market.modes), dtype=values.dtype)
        column[rows] = values
        return column

    credit, collect = build_returns(market, table)
    return Service(
        cover_days=spread(table["cover_days"]),
        interval_cover=spread(table["interval_cover"]),
        reorder_days=spread(table["reorder_days"]),
        minimum_cases=spread(table["minimum_cases"]),
        cutoff=spread(clocks(table["cutoff"])),
        order_open=spread(clocks(table["order_open"])),
        order_close=spread(clocks(table["order_close"])),
        priority=spread(table["priority"]),
        promise_days=spread(table["promise_days"]),
        backorder=spread(table["backorder"]),
        tariff_days=spread(table["tariff_days"]),
        tariff_drop=spread(to_ticks(table["tariff_drop"])),
        tariff_case=spread(to_ticks(table["tariff_case"])),
        return_credit=credit,
        collect_case=collect,
        attempts=build_attempts(market, spread(table["delivery_attempts"])),
    )


def _online(market: Market, shape: DesignShape) -> BoolArray:
    if shape.o2o is None:
        return np.zeros(len(market.outlets), dtype=np.bool_)
    return _among(market.outlets.segment, shape.o2o.segments, market.segments.ids) & _among(
        market.outlets.area, shape.o2o.areas, market.areas.ids
    )


def _among(rows: IntArray, names: tuple[str, ...], ids: tuple[str, ...]) -> BoolArray:
    if not names:
        return np.ones(len(rows), dtype=np.bool_)
    return np.isin(rows, codes(np.array(names, dtype=object), ids))


def _order_days(market: Market, draft: DesignDraft, service: TypedTable) -> IntArray:
    """Return the order days of calendar, app and pull outlets as bits of the 28-day cycle."""
    bits = np.zeros(len(draft.mode), dtype=np.int64)
    for row in range(len(service)):
        mode = market.modes.ids.index(service["mode"][row])
        if market.modes.capture[mode] == VISIT:
            continue
        mine = np.flatnonzero(draft.mode == mode)
        weekdays = weekday_numbers(service["order_weekdays"][row])
        every = int(service["order_every_weeks"][row])
        slots = order_slots(weekdays, every, spread=bool(service["order_spread"][row]))
        # Neighbours share a slot, and every site has the same work in each.
        route = mine[np.lexsort((mine, market.outlets.area[mine], draft.site[mine]))]
        bits[route] = slots[_stretches(draft.site[route], len(slots))]
    return bits


def order_slots(weekdays: tuple[int, ...], every: int, *, spread: bool) -> IntArray:
    """Return the day patterns of a mode: one, or with ``spread`` one per weekday and week."""
    days = [
        [1 << (7 * week + day) for week in range(first, _WEEKS, every)]
        for first in range(every if spread else 1)
        for day in weekdays
    ]
    patterns = [sum(bits) for bits in days]
    return np.array(patterns if spread else [sum(patterns)], dtype=np.int64)


def _stretches(site: IntArray, count: int) -> IntArray:
    """Cut each site's run of outlets into ``count`` stretches of equal length: (n,) 0..count-1."""
    if not len(site):
        return np.zeros(0, dtype=np.int64)
    _, first, size = np.unique(site, return_index=True, return_counts=True)
    position = np.arange(len(site)) - np.repeat(first, size)
    return np.asarray(position * count // np.repeat(size, size))
