"""Plain worlds with a known answer: one site, like outlets, one product, one mode."""

import datetime

import numpy as np

from channelwright.model.design import Design, OutletPlan, RepPlan, Service, SitePlan, Terms
from channelwright.model.market import (
    LAW_POISSON,
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

EVERY_DAY = (1 << 28) - 1
_NONE = np.zeros(0, dtype=np.int64)
_EMPTY = np.zeros(0)


def whole(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def real(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def desk_world(
    *,
    outlets: int,
    daily: float,
    days: int,
    law: int = LAW_POISSON,
    dispersion: float = 1.0,
    level: int = 10**9,
    lead: int = 1,
    pickers: int = 0,
    pick_seconds: int = 0,
    pick_law: int = 1,
    backorder: bool = True,
    cover_days: float = 40.0,
) -> tuple[Market, Design]:
    """Outlets that order by app whatever they sold the day before, one unit a case.

    Parameters
    ----------
    daily : mean demand of an outlet, units a day
    level : order-up-to level of the site; lead : days from the plant
    pickers, pick_seconds : servers of the pick desk (which sees orders when they are placed)
        and mean service time; pick_law 1 = exponential
    """
    market = _market(outlets, daily, days, law, dispersion, lead, pick_seconds, pick_law)
    return market, _design(outlets, level, pickers, backorder=backorder, cover_days=cover_days)


def _market(
    outlets: int,
    daily: float,
    days: int,
    law: int,
    dispersion: float,
    lead: int,
    pick_seconds: int,
    pick_law: int,
) -> Market:
    start = datetime.date(2024, 1, 1)
    month = np.array(
        [
            (start + datetime.timedelta(days=d)).month
            + 12 * (start + datetime.timedelta(days=d)).year
            for d in range(days)
        ],
        dtype=np.int64,
    )
    return Market(
        name="desk",
        products=Products(
            ("p",),
            ("p",),
            ("f",),
            whole(1),
            whole(10_000),
            whole(30_000),
            whole(law),
            real(dispersion),
        ),
        segments=Segments(("s",), ("s",)),
        areas=Areas(
            ("a",),
            ("a",),
            real(31.0),
            real(120.0),
            whole(1000),
            whole(0),
            np.zeros((1, 1), dtype=np.int64),
            np.zeros((1, 1)),
        ),
        geography=Geography(
            ("z",),
            Crossings((), (), _NONE, _NONE, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _NONE),
            1.0,
        ),
        chain_ids=(),
        outlets=Outlets(
            ids=tuple(f"o{i}" for i in range(outlets)),
            area=np.zeros(outlets, dtype=np.int64),
            segment=np.zeros(outlets, dtype=np.int64),
            grade=np.zeros(outlets, dtype=np.int64),
            lat=np.full(outlets, 31.01),
            lon=np.full(outlets, 120.01),
            chain=np.full(outlets, -1, dtype=np.int64),
            rate=np.full((outlets, 1), daily),
            category_cases=np.ones(outlets),
        ),
        sites=Sites(
            ids=("plant", "office"),
            names=("plant", "office"),
            kind=whole(0, 2),
            independent=np.array([False, False]),
            area=whole(0, 0),
            lat=real(31.0, 31.0),
            lon=real(120.0, 120.0),
            fixed_cost=whole(0, 0),
            handling_cost=whole(0, 0),
            capacity_cases=real(1e9, 1e9),
            working_capital=whole(0, 0),
            pick_order_seconds=whole(0, pick_seconds),
            pick_line_seconds=whole(0, 0),
            pick_law=whole(0, pick_law),
            pick_open=whole(0, 0),
            pick_close=whole(86_400, 86_400),
            pick_flow=np.array([True, True]),
            lead_days=np.array([[-1, -1], [lead, -1]], dtype=np.int64),
            lane_cost=np.zeros((2, 2), dtype=np.int64),
        ),
        vehicles=Vehicles(
            ("van",),
            whole(1000),
            whole(100),
            whole(36_000),
            real(30.0),
            whole(60),
            whole(1),
            whole(1),
            whole(1),
        ),
        roles=Roles(
            ("rep",),
            whole(1),
            whole(24_000),
            whole(20),
            whole(120),
            real(25.0),
            whole(60),
            np.full((1, 3), 600, dtype=np.int64),
        ),
        modes=Modes(
            ("EB2B",),
            ("app",),
            whole(3),
            whole(1),
            whole(0),
            whole(-1),
            real(1.0),
            real(0.0),
            np.ones((1, 1)),
            np.zeros((1, 1), dtype=np.int64),
        ),
        behaviour=Behaviour(
            half_life=30.0,
            floor=1.0,
            ceiling=1.0,
            opening_execution=1.0,
            response=0.3,
            effort_speed=1.0,
            price_weight=0.0,
            habit=0.0,
            haul_cost=0,
            reach_metres=0,
            online_shift=0.0,
            online_new=0.0,
        ),
        calendar=Calendar(
            start=start,
            horizon_days=days,
            warmup_days=28,
            factor=np.ones((days, 1)),
            month=month - month[0],
            working=np.ones(days, dtype=bool),
            shock_days=7,
            market_shock=0.0,
            product_shock=0.0,
            outlet_shock=0.0,
        ),
        finance=Finance("CNY", 0, 0),
    )


def _design(
    outlets: int, level: int, pickers: int, *, backorder: bool, cover_days: float
) -> Design:
    return Design(
        name="desk",
        title="desk",
        sites=SitePlan(
            open=np.array([True, True]),
            mode=whole(-1, 0),
            parent=whole(-1, 0),
            review_days=whole(1, 1),
            safety_days=real(0.0, 0.0),
            level=np.array([[-1], [level]], dtype=np.int64),
            vehicle=whole(0, 0),
            vehicles=whole(0, 0),
            pickers=whole(0, pickers),
        ),
        outlets=OutletPlan(
            mode=np.zeros(outlets, dtype=np.int64),
            site=np.ones(outlets, dtype=np.int64),
            rep=np.full(outlets, -1, dtype=np.int64),
            order_days=np.full(outlets, EVERY_DAY, dtype=np.int64),
            call_rank=np.arange(outlets),
            route_rank=np.arange(outlets),
            options=np.ones((outlets, 1), dtype=np.int64),
            o2o=np.zeros(outlets, dtype=bool),
        ),
        reps=RepPlan((), _NONE, _NONE, _NONE, _NONE, _EMPTY, _EMPTY),
        terms=Terms(
            price_account=np.full((1, 1), 20_000, dtype=np.int64),
            price_tier2=np.full((1, 1), 20_000, dtype=np.int64),
            price_outlet=np.full((1, 1), 25_000, dtype=np.int64),
            account_rebate=whole(0),
            outlet_rebate=whole(0),
            commission=whole(0),
            bonus=whole(0),
            quota=whole(0),
            margin_share=whole(0),
            account_days=whole(0),
            outlet_days=whole(0),
            payment_delay=real(0.0),
            credit_days=whole(0),
            overdue_grace=whole(0),
            platform_fee=whole(0),
            online_fee=0,
        ),
        service=Service(
            cover_days=real(cover_days),
            interval_cover=real(0.0),
            reorder_days=real(-1.0),
            minimum_cases=whole(1),
            cutoff=whole(86_400),
            order_open=whole(0),
            order_close=whole(86_400),
            priority=whole(1),
            promise_days=whole(2),
            backorder=np.array([backorder]),
            tariff_days=whole(1),
            tariff_drop=whole(0),
            tariff_case=whole(0),
        ),
    )
