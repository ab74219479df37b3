"""A market so small that every number of it can be found with pencil and paper.

One plant, one office of the manufacturer, one product of 10 units a case and two outlets:
outlet 0 beside the office, called on by a rep and served by truck; outlet 1, 0.01 degrees
further north, which orders by calendar and is served by tariff. Demand is fixed at 10 and 5
units a day. The four days are 29 January to 1 February 2025, Wednesday to Saturday.
"""

import datetime

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.model.design import (
    CYCLE_DAYS,
    Design,
    OutletPlan,
    RepPlan,
    Service,
    SitePlan,
    Terms,
)
from channelwright.model.market import (
    CAPTURES,
    CARRIERS,
    LAW_FIXED,
    SITE_KINDS,
    SOLICITORS,
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

DAYS = 4
PLANT, OFFICE = 0, 1
DSD, MT = 0, 1


def tiny_market() -> tuple[Market, Design]:
    """Return the market and its design."""
    market = Market(
        name="tiny",
        products=_products(),
        segments=Segments(ids=("shop",), names=("Shops",)),
        areas=_areas(),
        geography=Geography(zone_ids=("land",), crossings=_no_crossings(), road_factor=1.0),
        chain_ids=(),
        outlets=_outlets(),
        sites=_sites(),
        vehicles=_vehicles(),
        roles=_roles(),
        modes=_modes(),
        behaviour=_behaviour(),
        calendar=_calendar(),
        finance=Finance(currency="CNY", vat_ppm=130_000, interest_ppm=100_000),
    )
    return market, _design()


def _whole(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)


def _products() -> Products:
    return Products(
        ids=("cola",),
        names=("Cola",),
        families=("drinks",),
        units_per_case=_whole(10),
        production_cost=_whole(50_000),
        consumer_price=_whole(10_000),
        law=_whole(LAW_FIXED),
        dispersion=np.array([1.0]),
    )


def _areas() -> Areas:
    return Areas(
        ids=("town",),
        names=("Town",),
        lat=np.array([31.0]),
        lon=np.array([121.0]),
        population=_whole(1_000),
        zone=_whole(0),
        universe_outlets=_whole(0).reshape(1, 1),
        universe_cases=np.zeros((1, 1)),
    )


def _no_crossings() -> Crossings:
    nothing, nowhere = _whole(), np.zeros(0)
    return Crossings((), (), nothing, nothing, nowhere, nowhere, nowhere, nowhere, nothing)


def _outlets() -> Outlets:
    return Outlets(
        ids=("near", "far"),
        area=_whole(0, 0),
        segment=_whole(0, 0),
        grade=_whole(0, 1),
        lat=np.array([31.0, 31.01]),
        lon=np.array([121.0, 121.0]),
        chain=_whole(-1, -1),
        rate=np.array([[10.0], [5.0]]),
        category_cases=np.array([10.0, 5.0]),
    )


def _sites() -> Sites:
    return Sites(
        ids=("plant", "office"),
        names=("Plant", "Office"),
        kind=_whole(SITE_KINDS.index("plant"), SITE_KINDS.index("office")),
        independent=np.array([False, False]),
        area=_whole(0, 0),
        lat=np.array([31.0, 31.0]),
        lon=np.array([121.0, 121.0]),
        fixed_cost=_whole(0, 7_000),
        handling_cost=_whole(0, 100),
        capacity_cases=np.array([1e9, 1e9]),
        working_capital=_whole(10**12, 10**12),
        pick_order_seconds=_whole(0, 600),
        pick_line_seconds=_whole(0, 60),
        pick_law=_whole(0, 0),
        pick_open=_whole(0, 0),
        pick_close=_whole(86_400, 86_400),
        pick_flow=np.array([False, False]),
        lead_days=_whole(-1, -1, 1, -1).reshape(2, 2),
        lane_cost=_whole(0, 0, 1_000, 0).reshape(2, 2),
    )


def _vehicles() -> Vehicles:
    return Vehicles(
        ids=("van",),
        cases=_whole(50),
        drops=_whole(10),
        shift_seconds=_whole(28_800),
        speed=np.array([36.0]),
        drop_seconds=_whole(300),
        case_seconds=_whole(10),
        day_cost=_whole(1_000),
        km_cost=_whole(5_000),
    )


def _roles() -> Roles:
    return Roles(
        ids=("rep",),
        wage=_whole(3_100_000),
        field_seconds=_whole(25_200),
        max_calls=_whole(20),
        max_outlets=_whole(100),
        speed=np.array([18.0]),
        stop_seconds=_whole(60),
        call_seconds=_whole(600, 500, 400).reshape(1, 3),
    )


def _modes() -> Modes:
    return Modes(
        ids=("DSD", "MT"),
        names=("Direct store delivery", "Modern trade"),
        capture=_whole(CAPTURES.index("visit"), CAPTURES.index("calendar")),
        carrier=_whole(CARRIERS.index("truck"), CARRIERS.index("tariff")),
        solicitor=_whole(SOLICITORS.index("rep"), SOLICITORS.index("none")),
        role=_whole(0, -1),
        strike=np.array([1.0, 0.0]),
        lift=np.array([0.5, 0.0]),
        effort=np.array([[0.5, 1.0], [1.0, 1.0]]),
        effort_cost=_whole(0, 1_000, 0, 0).reshape(2, 2),
    )


def _behaviour() -> Behaviour:
    return Behaviour(
        half_life=30.0,
        floor=1.0,
        ceiling=1.0,
        opening_execution=0.5,
        response=1.0,
        effort_speed=0.5,
        price_weight=1.0,
        habit=1.0,
        haul_cost=0,
        reach_metres=100_000,
        online_shift=0.0,
        online_new=0.0,
    )


def _calendar() -> Calendar:
    return Calendar(
        start=datetime.date(2025, 1, 29),
        horizon_days=DAYS,
        warmup_days=0,
        factor=np.ones((DAYS, 1)),
        month=_whole(0, 0, 0, 1),
        working=np.ones(DAYS, dtype=bool),
        shock_days=7,
        market_shock=0.0,
        product_shock=0.0,
        outlet_shock=0.0,
    )


# ---------------------------------------------------------------- the design
def _design() -> Design:
    every_day = (1 << CYCLE_DAYS) - 1
    return Design(
        name="today",
        title="Today",
        sites=SitePlan(
            open=np.array([True, True]),
            mode=_whole(-1, DSD),
            parent=_whole(-1, PLANT),
            review_days=_whole(1, 1),
            safety_days=np.array([0.0, 0.0]),
            level=_whole(-1, -1).reshape(2, 1),
            vehicle=_whole(0, 0),
            vehicles=_whole(0, 1),
            pickers=_whole(0, 1),
        ),
        outlets=OutletPlan(
            mode=_whole(DSD, MT),
            site=_whole(OFFICE, OFFICE),
            rep=_whole(0, -1),
            order_days=_whole(every_day, every_day),
            call_rank=_whole(0, 1),
            route_rank=_whole(0, 1),
            options=_whole(OFFICE, OFFICE).reshape(2, 1),
            o2o=np.array([False, False]),
        ),
        reps=RepPlan(
            ids=("rep_0",),
            role=_whole(0),
            mode=_whole(DSD),
            site=_whole(OFFICE),
            area=_whole(0),
            lat=np.array([31.0]),
            lon=np.array([121.0]),
        ),
        terms=_terms(),
        service=_service(),
    )


def _terms() -> Terms:
    nothing = _whole(0, 0)
    return Terms(
        price_account=_whole(60_000, 60_000).reshape(2, 1),
        price_tier2=_whole(65_000, 65_000).reshape(2, 1),
        price_outlet=_whole(80_000, 70_000).reshape(2, 1),
        account_rebate=nothing,
        outlet_rebate=_whole(0, 20_000),
        commission=_whole(10_000, 0),
        bonus=_whole(31_000, 0),
        quota=_whole(2_480_000, 0),
        margin_share=nothing,
        account_days=nothing,
        outlet_days=_whole(0, 1),
        payment_delay=np.array([0.0, 0.0]),
        credit_days=nothing,
        overdue_grace=nothing,
        platform_fee=nothing,
        online_fee=0,
    )


def _service() -> Service:
    return Service(
        cover_days=np.array([3.0, 4.0]),
        interval_cover=np.array([0.0, 0.0]),
        reorder_days=np.array([-1.0, -1.0]),
        minimum_cases=_whole(1, 1),
        cutoff=_whole(64_800, 64_800),
        order_open=_whole(28_800, 36_000),
        order_close=_whole(64_800, 64_800),
        priority=_whole(0, 0),
        promise_days=_whole(1, 1),
        backorder=np.array([False, False]),
        tariff_days=_whole(1, 1),
        tariff_drop=_whole(500, 500),
        tariff_case=_whole(50, 50),
    )
