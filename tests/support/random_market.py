"""Small random markets in which every branch of the simulated day occurs.

Capacities, credit, stock and time are tight on purpose: calls are missed, orders left
behind, refused, cut or kept waiting, desks have queues and opening hours. One market in five
is *exact*: everything lies at one place, demand and times are round, so that limits are met
to the second, case and tick.
"""

import datetime
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from channelwright.model.design import Design
from channelwright.model.market import (
    LAW_NEGATIVE_BINOMIAL,
    SITE_KINDS,
    Areas,
    Behaviour,
    Calendar,
    Crossings,
    Finance,
    Geography,
    Market,
    Modes,
    Outlets,
    Products,
    Roles,
    Segments,
    Sites,
    Vehicles,
)
from tests.support.dice import Dice
from tests.support.modes import MODE_ROWS
from tests.support.random_allocation import with_allocation
from tests.support.random_collecting import with_collecting
from tests.support.random_contracts import with_contracts
from tests.support.random_credit import with_credit
from tests.support.random_delivery import with_delivery, with_hours, with_routes
from tests.support.random_demand import with_demand
from tests.support.random_design import random_design
from tests.support.random_goods import with_goods, with_parcels
from tests.support.random_order_capture import with_order_capture
from tests.support.random_perishing import with_perishing
from tests.support.random_shelves import with_shelves
from tests.support.random_source_choice import with_source_choice
from tests.support.random_stock import with_random_stock
from tests.support.random_suppliers import with_suppliers

NEVER = 1e12
OWN_DICE = 2**33
KINDS_BELOW_PLANT = SITE_KINDS[1:]
# Opening at 06:00 and closing at 19:00 meet the trucks and the release to the second.
HOURS = ((0, 86_400), (21_600, 68_400), (28_800, 64_800), (79_200, 86_400), (0, 36_000))
TRADE_KINDS = ("tier1", "tier2", "wholesaler")


@dataclass(frozen=True)
class Size:
    """How large a random market is. `sites` does not count the plant."""

    outlets: int
    products: int
    sites: int
    days: int


def random_market(seed: int, size: Size | None = None) -> tuple[Market, Design]:
    """Return a market and a design that fit; the same seed and size give the same pair."""
    dice = Dice(seed)
    drawn = Size(dice.whole(1, 12), dice.whole(1, 3), dice.whole(1, 4), dice.whole(14, 60))
    size = size or drawn
    exact = dice.some(0.2)
    scale = 0.0 if exact else dice.one_of((0.03, 0.15, 0.3))
    areas, geography = _country(dice, scale)
    market = Market(
        name=f"random_{seed}",
        products=_products(dice, size.products),
        segments=Segments(ids=("shop", "school"), names=("Shops", "Schools")),
        areas=areas,
        geography=geography,
        chain_ids=("chain_0", "chain_1"),
        outlets=_outlets(dice, size, areas, scale, exact),
        sites=_sites(dice, size.sites, areas, scale),
        vehicles=_vehicles(dice, exact),
        roles=_roles(dice, exact),
        modes=_modes(dice),
        behaviour=_behaviour(dice, exact),
        calendar=_calendar(dice, size, exact),
        finance=Finance(currency="CNY", vat_ppm=130_000, interest_ppm=dice.one_of((0, 80_000))),
    )
    market, design = with_demand(market, random_design(market, dice, exact), seed)
    market, design = with_source_choice(market, design, seed)
    market, design = with_random_stock(market, design, seed)
    market, design = with_order_capture(market, design, seed)
    market, design = with_contracts(market, design, seed)
    # Mechanisms have dice of their own, so that a new one changes no market without it.
    market, design = with_delivery(market, design, Dice(seed + 100 * OWN_DICE))
    market = with_hours(market, Dice(seed + 103 * OWN_DICE))
    market, design = with_routes(market, design, Dice(seed + 104 * OWN_DICE))
    market, design = with_perishing(market, design, Dice(seed + 102 * OWN_DICE))
    market, design = with_allocation(market, design, Dice(seed + 101 * OWN_DICE))
    market, design = with_credit(market, design, Dice(seed + 60 * OWN_DICE))
    market, design = with_collecting(market, design, Dice(seed + 68 * OWN_DICE))
    market, design = with_shelves(market, design, Dice(seed + 69 * OWN_DICE))
    market, design = with_suppliers(market, design, Dice(seed + 71 * OWN_DICE))
    market = _with_families(market, Dice(seed + 70 * OWN_DICE))
    market, design = with_goods(market, design, Dice(seed + 61 * OWN_DICE))
    return with_parcels(market, design, Dice(seed + 110 * OWN_DICE))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Market, Design]:
    """Strategy of random markets; a failing example shrinks in each direction of its size."""
    size = Size(
        outlets=draw(st.integers(1, 30)),
        products=draw(st.integers(1, 3)),
        sites=draw(st.integers(1, 4)),
        days=draw(st.integers(14, 60)),
    )
    return random_market(draw(st.integers(0, 2**32 - 1)), size)


def _with_families(market: Market, dice: Dice) -> Market:
    """Return the market with products of several families, named out of order, or of one."""
    products = market.products
    if not dice.some(0.5):
        return market
    families = tuple(dice.one_of(("drinks", "water")) for _ in products.ids)
    return replace(market, products=replace(products, families=families))


# ---------------------------------------------------------------- country
def _country(dice: Dice, scale: float) -> tuple[Areas, Geography]:
    zones = 2 if dice.some(0.4) else 1
    count = dice.whole(zones, 3)
    zone = np.arange(count, dtype=np.int64) % zones
    areas = Areas(
        ids=tuple(f"area_{a}" for a in range(count)),
        names=tuple(f"Area {a}" for a in range(count)),
        lat=30.5 + dice.reals(-scale, scale, count),
        lon=121.0 + zone * 2 * scale + dice.reals(-scale, scale, count),
        population=dice.wholes(1_000, 90_000, count),
        zone=zone,
        universe_outlets=dice.wholes(0, 50, (count, 2)),
        universe_cases=dice.reals(0.1, 5.0, (count, 2)),
    )
    return areas, Geography(
        zone_ids=tuple(f"zone_{z}" for z in range(zones)),
        crossings=_crossings(dice, zones, scale),
        road_factor=dice.one_of((1.0, 1.3, 1.417)),
    )


def _crossings(dice: Dice, zones: int, scale: float) -> Crossings:
    count = dice.whole(1, 2) if zones == 2 else 0
    start = dice.choices((0, 1), count)  # a crossing may be listed from either side
    return Crossings(
        ids=tuple(f"bridge_{x}" for x in range(count)),
        names=tuple(f"Bridge {x}" for x in range(count)),
        zone_a=start,
        zone_b=1 - start,
        lat_a=30.5 + dice.reals(-scale, scale, count),
        lon_a=121.0 + (0.8 + 0.4 * start) * scale,
        lat_b=30.5 + dice.reals(-scale, scale, count),
        lon_b=121.0 + (1.2 - 0.4 * start) * scale,
        metres=dice.wholes(0, 30_000, count),
    )


def _points(dice: Dice, areas: Areas, area: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    return {
        "area": area,
        "lat": areas.lat[area] + dice.reals(-scale, scale, len(area)),
        "lon": areas.lon[area] + dice.reals(-scale, scale, len(area)),
    }


# ---------------------------------------------------------------- goods and outlets
def _products(dice: Dice, count: int) -> Products:
    cost = dice.wholes(100_000, 250_000, count)
    units = dice.choices((1, 6, 12, 24), count)
    return Products(
        ids=tuple(f"product_{p}" for p in range(count)),
        names=tuple(f"Product {p}" for p in range(count)),
        families=("all",) * count,
        units_per_case=units,
        production_cost=cost,
        consumer_price=2 * cost // units + dice.wholes(1, 9, count),
        law=dice.wholes(0, LAW_NEGATIVE_BINOMIAL, count),
        dispersion=dice.reals(0.3, 5.0, count),
    )


def _outlets(dice: Dice, size: Size, areas: Areas, scale: float, exact: bool) -> Outlets:
    count = size.outlets
    cases_a_day = np.exp(dice.reals(-3.0, 1.3, (count, size.products)))
    rate = cases_a_day * dice.one_of((1.0, 6.0, 24.0))
    rate = np.ceil(rate) if exact else rate
    chain = np.where(dice.flags(0.4, count), dice.wholes(0, 1, count), -1)
    return Outlets(
        ids=tuple(f"outlet_{o}" for o in range(count)),
        segment=dice.wholes(0, 1, count),
        grade=dice.wholes(0, 2, count),
        chain=chain,
        rate=np.where(dice.flags(0.1, (count, size.products)), 0.0, rate),
        category_cases=dice.reals(0.5, 40.0, count),
        **_points(dice, areas, dice.wholes(0, len(areas) - 1, count), scale),
    )


# ---------------------------------------------------------------- sites and means
def _sites(dice: Dice, below_plant: int, areas: Areas, scale: float) -> Sites:
    kinds = ["plant", *(dice.one_of(KINDS_BELOW_PLANT) for _ in range(below_plant))]
    kinds = [kinds[row] for row in dice.order(len(kinds))]
    count = len(kinds)
    hours = [dice.one_of(HOURS) for _ in kinds]
    lead = dice.wholes(0, 5, (count, count))
    np.fill_diagonal(lead, -1)
    owned = [kind in TRADE_KINDS and not (kind == "tier1" and dice.some(0.15)) for kind in kinds]
    return Sites(
        ids=tuple(f"site_{s}" for s in range(count)),
        names=tuple(f"Site {s}" for s in range(count)),
        kind=np.array([SITE_KINDS.index(kind) for kind in kinds], dtype=np.int64),
        independent=np.array(owned),
        fixed_cost=dice.wholes(0, 3_000_000, count),
        handling_cost=dice.wholes(0, 5_000, count),
        capacity_cases=np.full(count, NEVER),
        working_capital=np.full(count, 10**12, dtype=np.int64),
        pick_order_seconds=dice.choices((0, 600, 7_200), count),
        pick_line_seconds=dice.choices((0, 60, 3_600), count),
        pick_law=dice.wholes(0, 1, count),
        pick_open=np.array([opens for opens, _ in hours], dtype=np.int64),
        pick_close=np.array([closes for _, closes in hours], dtype=np.int64),
        pick_flow=dice.flags(0.5, count),
        lead_days=lead,
        lane_cost=dice.wholes(0, 20_000, (count, count)),
        **_points(dice, areas, dice.wholes(0, len(areas) - 1, count), scale),
    )


def _vehicles(dice: Dice, exact: bool) -> Vehicles:
    shift = dice.choices((3_600, 5_400), 2) if exact else dice.wholes(7_200, 36_000, 2)
    drop = dice.choices((900, 1_800), 2) if exact else dice.wholes(60, 1_800, 2)
    return Vehicles(
        ids=("van", "lorry"),
        cases=np.array([dice.whole(5, 30), dice.whole(30, 120)], dtype=np.int64),
        drops=dice.wholes(1, 6, 2),
        shift_seconds=shift,
        speed=dice.reals(20.0, 60.0, 2),
        drop_seconds=drop,
        case_seconds=dice.wholes(0, 60, 2) * (not exact),
        day_cost=dice.wholes(0, 4_000_000, 2),
        km_cost=dice.wholes(0, 20_000, 2),
    )


def _roles(dice: Dice, exact: bool) -> Roles:
    step = 600 if exact else 1
    field = dice.choices((2_400, 4_800), 2) if exact else dice.wholes(5_400, 36_000, 2)
    return Roles(
        ids=("rep", "salesman"),
        wage=dice.wholes(30_000_000, 90_000_000, 2),
        field_seconds=field,
        max_calls=dice.wholes(1, 8, 2),
        max_outlets=dice.wholes(12, 60, 2),
        speed=dice.reals(10.0, 40.0, 2),
        stop_seconds=dice.wholes(0, 600 // step, 2) * step,
        call_seconds=dice.wholes(1, 2_400 // step, (2, 3)) * step,
    )


# ---------------------------------------------------------------- people and time
def _modes(dice: Dice) -> Modes:
    rows = [MODE_ROWS[row] for row in dice.order(len(MODE_ROWS))]
    count, levels = len(rows), dice.whole(1, 3)
    capture, carrier, solicitor = (
        np.array(codes, dtype=np.int64) for codes in zip(*(row.codes for row in rows), strict=True)
    )
    other_carrier = dice.flags(0.15, count)
    return Modes(
        ids=tuple(row.name for row in rows),
        names=tuple(row.name for row in rows),
        capture=capture,
        carrier=np.where(other_carrier, 1 - carrier, carrier),
        solicitor=solicitor,
        role=np.array(
            [("rep", "salesman").index(r.solicitor) if r.has_people else -1 for r in rows],
            dtype=np.int64,
        ),
        strike=dice.reals(0.3, 1.2, count),
        lift=dice.reals(0.0, 0.9, count),
        effort=np.sort(dice.reals(0.4, 1.6, (count, levels)), axis=1),
        effort_cost=np.sort(dice.wholes(0, dice.one_of((0, 2_000_000)), (count, levels)), axis=1),
    )


def _behaviour(dice: Dice, exact: bool) -> Behaviour:
    floor = 1.0 if exact else dice.real(0.3, 1.0)
    return Behaviour(
        half_life=dice.real(3.0, 60.0),
        floor=floor,
        ceiling=floor + dice.real(0.0, 1.0) * (not exact),
        opening_execution=dice.one_of((0.0, 0.37, 1.0)),
        response=dice.one_of((1e-9, dice.real(0.0, 1.5), dice.real(0.0, 1.5))),
        effort_speed=dice.one_of((0.0, 0.4, 1.0)),
        price_weight=dice.real(0.0, 2.0),
        habit=dice.real(0.0, 2.0),
        haul_cost=dice.whole(0, 3_000),
        reach_metres=10_000_000,
        online_shift=dice.one_of((0.0, 0.25)),
        online_new=dice.one_of((0.0, 0.1)),
    )


def _calendar(dice: Dice, size: Size, exact: bool) -> Calendar:
    start = datetime.date(2025, 1, 1) + datetime.timedelta(days=dice.whole(0, 364))
    dates = [start + datetime.timedelta(days=d) for d in range(size.days)]
    weekday = dice.reals(0.7, 1.4, 7)[[date.weekday() for date in dates]]
    event = np.where(dice.flags(0.05, (size.days, size.products)), dice.one_of((0.0, 3.0)), 1.0)
    trend = 1.0 + 0.3 * np.arange(size.days) / 365
    season = np.ones(size.days) if exact else weekday * trend
    month = [(d.year - start.year) * 12 + d.month - start.month for d in dates]
    worked = np.array([date.weekday() < 6 for date in dates])
    return Calendar(
        start=start,
        horizon_days=size.days,
        warmup_days=dice.whole(0, size.days // 2),
        factor=season[:, None] * event,
        month=np.array(month, dtype=np.int64),
        working=worked & ~dice.flags(0.05, size.days),
        shock_days=dice.whole(1, 7),
        market_shock=dice.one_of((0.0, 0.1)),
        product_shock=dice.one_of((0.0, 0.1)),
        outlet_shock=dice.one_of((0.0, 0.4)),
    )
