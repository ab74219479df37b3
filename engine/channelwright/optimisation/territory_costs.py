"""What the planner's rules add to the cost of an arc: moves, lanes, drive time, screening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules import geography

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.territory_rules import TerritoryRules
    from channelwright.rules.flows import Flows

_WEEKS = 365 / 7


def rule_costs(
    market: Market,
    rules: TerritoryRules,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
) -> FloatArray:
    """Return what the rules add to serving outlets from sites: (n, m) currency per week.

    ``inf`` where a rule forbids the arc. A move costs its price per outlet and per case; a house
    that may default costs, per week, its yearly default risk x share lost x what it owes for
    the outlet, which is weekly purchases x company credit in weeks.

    Parameters
    ----------
    rules : TerritoryRules
    prepared : Design with every choosable site planned as open
    rows : (n,) outlets; sites : (m,) sites; metres : (n, m) distances
    """
    moved = prepared.outlets.site[rows][:, None] != sites[None, :]
    cases = flows.cases[rows].sum(axis=1)
    price = (rules.moved_outlet + rules.moved_case * cases) / TICKS_PER_UNIT
    cost = np.where(moved, price[:, None], 0.0) + default_costs(
        market, rules, prepared, flows, rows, sites
    )
    cost[_barred(market, rules, prepared, rows, sites, metres)] = np.inf
    return np.asarray(cost)


def default_costs(
    market: Market,
    rules: TerritoryRules,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
) -> FloatArray:
    """Return the expected loss by default of houses: (n, m) currency per week."""
    if market.screening is None or rules.loss_given_default == 0:
        return np.zeros((rows.size, sites.size))
    mode = np.maximum(prepared.sites.mode[sites], 0)
    bought = flows.cases[rows] @ prepared.terms.price_account[mode].T
    owed = bought * np.maximum(prepared.terms.account_days[mode], 0) / 7 / TICKS_PER_UNIT
    independent = market.sites.independent[sites]
    risk = np.where(independent, market.screening.default_risk[sites], 0.0)
    return np.asarray(owed * risk * (rules.loss_given_default / 1e6) / _WEEKS)


def _barred(
    market: Market,
    rules: TerritoryRules,
    prepared: Design,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
) -> np.ndarray:
    barred = np.zeros((rows.size, sites.size), dtype=np.bool_)
    if rules.drive_seconds > 0:
        vehicle = np.maximum(prepared.sites.vehicle[sites], 0)
        speed = market.vehicles.speed[vehicle]
        barred |= geography.seconds(metres, speed[None, :]) > rules.drive_seconds
    barred[_places(rules, rows, sites, len(market.outlets), len(market.sites))] = True
    given = rules.assigned[rows]
    barred |= (given[:, None] >= 0) & (given[:, None] != sites[None, :])
    if market.screening is not None and rules.minimum_score > 0:
        poor = market.screening.score[sites] < rules.minimum_score
        # A score decides who is appointed; a house that serves already is not dismissed by it.
        barred |= (poor & ~prepared_open(prepared, sites))[None, :]
    return barred


def prepared_open(prepared: Design, sites: IntArray) -> np.ndarray:
    """Return which sites serve somebody in the starting design: (m,) bool."""
    serving = np.zeros(prepared.sites.open.size, dtype=np.bool_)
    serving[prepared.outlets.site[prepared.outlets.site >= 0]] = True
    return np.asarray(serving[sites])


def _places(
    rules: TerritoryRules, rows: IntArray, sites: IntArray, outlets: int, every: int
) -> tuple[IntArray, IntArray]:
    """Return row and column of the forbidden lanes that are in question here."""
    row = np.full(outlets, -1, dtype=np.int64)
    row[rows] = np.arange(rows.size)
    column = np.full(every, -1, dtype=np.int64)
    column[sites] = np.arange(sites.size)
    where = column[rules.forbidden[:, 0]], row[rules.forbidden[:, 1]]
    both = (where[0] >= 0) & (where[1] >= 0)
    return where[1][both], where[0][both]
