"""Random designs for a random market."""

import numpy as np

from channelwright.model.design import (
    CYCLE_DAYS,
    Design,
    OutletPlan,
    RepPlan,
    Service,
    SitePlan,
    Terms,
)
from channelwright.model.market import CAPTURES, SITE_KINDS, Market
from tests.support.dice import Dice
from tests.support.modes import MODE_ROWS

# A site is supplied by a kind that stands before its own in this list.
SUPPLY_ORDER = ("plant", "dc", "office", "tier1", "tier2", "wholesaler")
CAN_SUPPLY = ("plant", "dc", "office", "tier1")
OPTIONS = 3
ALL_DAYS = (1 << CYCLE_DAYS) - 1


def random_design(market: Market, dice: Dice, exact: bool) -> Design:
    """Return a design that uses a market's sites in every way that their kinds allow."""
    sites = _site_plan(market, dice)
    assigned = [_assignment(market, sites, dice) for _ in range(len(market.outlets))]
    reps = _rep_plan(market, assigned, dice, exact)
    return Design(
        name="random",
        title="Random design",
        sites=sites,
        outlets=_outlet_plan(market, sites, reps, assigned, dice),
        reps=reps,
        terms=_terms(market, dice),
        service=_service(len(market.modes), dice, exact),
    )


# ---------------------------------------------------------------- sites
def _kind(market: Market, site: int) -> str:
    return SITE_KINDS[market.sites.kind[site]]


def _modes_at(market: Market, site: int) -> list[int]:
    """Modes whose outlets a site may serve."""
    fitting = {row.name for row in MODE_ROWS if _kind(market, site) in row.site_kinds}
    return [mode for mode, name in enumerate(market.modes.ids) if name in fitting]


def _site_plan(market: Market, dice: Dice) -> SitePlan:
    count = len(market.sites)
    below = [site for site in range(count) if _kind(market, site) != "plant"]
    is_open = np.ones(count, dtype=bool)
    if len(below) > 1 and dice.some(0.25):
        is_open[dice.one_of(below)] = False
    mode, parent = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    for site in below:
        if is_open[site]:
            mode[site] = dice.one_of(_modes_at(market, site))
            parent[site] = dice.one_of(_suppliers(market, is_open, site))
    level = np.full((count, len(market.products)), -1, dtype=np.int64)
    fixed = dice.flags(0.2, level.shape)
    return SitePlan(
        open=is_open,
        mode=mode,
        parent=parent,
        review_days=dice.choices((1, 1, 2, 7), count),
        safety_days=dice.reals(0.0, 6.0, count),
        level=np.where(fixed, dice.wholes(0, 200, level.shape), level),
        vehicle=dice.wholes(0, len(market.vehicles) - 1, count),
        vehicles=dice.choices((0, 1, 1, 1, 2, 2, 3), count),
        pickers=dice.wholes(0, 2, count),
    )


def _suppliers(market: Market, is_open: np.ndarray, site: int) -> list[int]:
    rank = SUPPLY_ORDER.index(_kind(market, site))
    return [
        other
        for other in range(len(market.sites))
        if is_open[other]
        and _kind(market, other) in CAN_SUPPLY
        and SUPPLY_ORDER.index(_kind(market, other)) < rank
    ]


# ---------------------------------------------------------------- outlets and reps
def _assignment(market: Market, sites: SitePlan, dice: Dice) -> tuple[int, int]:
    """Return mode and site of an outlet, (-1, -1) if it is not covered."""
    if dice.some(0.08):
        return -1, -1
    able = [s for s in range(len(sites)) if sites.open[s] and _kind(market, s) != "plant"]
    site = dice.one_of(able)
    return dice.one_of(_modes_at(market, site)), site


def _is_visited(market: Market, mode: int) -> bool:
    return mode >= 0 and CAPTURES[market.modes.capture[mode]] == "visit"


def _rep_plan(market: Market, assigned: list[tuple[int, int]], dice: Dice, exact: bool) -> RepPlan:
    teams = sorted({pair for pair in assigned if _is_visited(market, pair[0])})
    people = [team for team in teams for _ in range(dice.whole(1, 2))]
    mode = np.array([mode for mode, _ in people], dtype=np.int64)
    site = np.array([site for _, site in people], dtype=np.int64)
    area = market.sites.area[site]
    apart = 0.0 if exact else 0.05
    return RepPlan(
        ids=tuple(f"rep_{r}" for r in range(len(people))),
        role=market.modes.role[mode],
        mode=mode,
        site=site,
        area=area,
        lat=market.areas.lat[area] + dice.reals(-apart, apart, len(people)),
        lon=market.areas.lon[area] + dice.reals(-apart, apart, len(people)),
    )


def _rep_of(reps: RepPlan, mode: int, site: int, dice: Dice) -> int:
    team = [r for r in range(len(reps)) if reps.mode[r] == mode and reps.site[r] == site]
    return dice.one_of(team) if team and dice.some(0.93) else -1


def _outlet_plan(
    market: Market,
    sites: SitePlan,
    reps: RepPlan,
    assigned: list[tuple[int, int]],
    dice: Dice,
) -> OutletPlan:
    count = len(assigned)
    mode = np.array([mode for mode, _ in assigned], dtype=np.int64)
    site = np.array([site for _, site in assigned], dtype=np.int64)
    covered = mode >= 0
    return OutletPlan(
        mode=mode,
        site=site,
        rep=np.array([_rep_of(reps, m, s, dice) for m, s in assigned], dtype=np.int64),
        order_days=np.where(covered, [_order_days(dice) for _ in assigned], 0).astype(np.int64),
        call_rank=dice.order(count),
        route_rank=dice.order(count),
        options=np.array([_options(market, sites, pair, dice) for pair in assigned]),
        o2o=dice.flags(0.3, count) & covered,
    )


def _order_days(dice: Dice) -> int:
    if dice.some(0.3):
        return ALL_DAYS
    days = dice.flags(dice.one_of((0.15, 0.4, 0.8)), CYCLE_DAYS)
    return sum(1 << day for day in range(CYCLE_DAYS) if days[day])


def _options(market: Market, sites: SitePlan, pair: tuple[int, int], dice: Dice) -> np.ndarray:
    mode, site = pair
    row = np.full(OPTIONS, -1, dtype=np.int64)
    row[0] = site
    if mode >= 0 and CAPTURES[market.modes.capture[mode]] in ("pull", "app"):
        others = [
            other
            for other in range(len(sites))
            if sites.open[other] and other != site and mode in _modes_at(market, other)
        ]
        chosen = [others[i] for i in dice.order(len(others))][: OPTIONS - 1]
        row[1 : 1 + len(chosen)] = chosen
    return row


# ---------------------------------------------------------------- terms and service
def _terms(market: Market, dice: Dice) -> Terms:
    count, products = len(market.modes), len(market.products)
    account = market.products.production_cost + dice.wholes(1_000, 90_000, (count, products))
    tier2 = account + dice.wholes(100, 20_000, (count, products))
    outlet = tier2 + dice.wholes(100, 50_000, (count, products))
    cases = market.outlets.rate / market.products.units_per_case
    a_month = 30 * float((cases * outlet.mean(axis=0)).sum(axis=1).mean())
    return Terms(
        price_account=account,
        price_tier2=tier2,
        price_outlet=outlet,
        account_rebate=dice.wholes(-10_000, 40_000, count),
        outlet_rebate=dice.choices((0, 15_000, 123_456), count),
        commission=dice.choices((0, 5_000, 20_000), count),
        bonus=dice.choices((0, 1_000_000, 5_000_000), count),
        quota=(dice.reals(0.0, 2.0, count) * a_month).astype(np.int64) * dice.wholes(0, 1, count),
        margin_share=dice.choices((0, 10_000), count),
        account_days=dice.choices((0, 7, 30), count),
        outlet_days=dice.choices((0, 1, 7, 20), count),
        payment_delay=dice.choices((0.0, 2.0, 9.5), count),
        credit_days=dice.choices((0, 0, 8, 20, 45), count),
        overdue_grace=dice.choices((0, 5, 3_650, 3_650), count),
        platform_fee=dice.choices((0, 12_345), count),
        online_fee=dice.whole(0, 4_000),
    )


def _service(count: int, dice: Dice, exact: bool) -> Service:
    days = np.ceil if exact else np.asarray
    opens = dice.wholes(25_200, 43_200, count)
    return Service(
        cover_days=days(dice.reals(1.0, 14.0, count)),
        interval_cover=np.where(dice.flags(0.5, count), 0.0, dice.reals(0.2, 1.5, count)),
        reorder_days=np.where(dice.flags(0.5, count), -1.0, days(dice.reals(0.5, 10.0, count))),
        minimum_cases=dice.wholes(0, 6, count),
        cutoff=dice.choices((36_000, 45_000, 64_800, 86_400), count),
        order_open=opens,
        order_close=opens + dice.wholes(0, 40_000, count),
        priority=dice.wholes(0, 2, count),
        promise_days=dice.wholes(1, 4, count),
        backorder=dice.flags(0.5, count),
        tariff_days=dice.wholes(0, 3, count),
        tariff_drop=dice.wholes(0, 90_000, count),
        tariff_case=dice.wholes(0, 9_000, count),
    )
