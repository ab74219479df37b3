"""A second tier in a territory task: a column for each parent that a house may stand below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.optimisation.location.tiers import Tiers
from channelwright.optimisation.territories.measures import passing_measures
from channelwright.rules.carrying import lane_path_cost

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.model.second_tier import SecondTier
    from channelwright.optimisation.location import LocationProblem
    from channelwright.rules.flows import Flows


@dataclass(frozen=True, eq=False)
class TierColumns:
    """Columns of a problem with two tiers.

    Attributes
    ----------
    place : (c,) int, row of the site among the task's sites
    parent : (c,) int, site that would supply it; -1 = as planned
    above : (c,) int, column of that parent; -1 = none, or open whatever is chosen
    """

    place: IntArray
    parent: IntArray
    above: IntArray


def tier_columns(second: SecondTier, design: Design, sites: IntArray) -> TierColumns:
    """Return a column per site of the first tier, and per parent of one of the second.

    Parameters
    ----------
    second : SecondTier
    design : Design, the starting one
    sites : (m,) sites that may serve
    """
    lower = second.parents[sites].any(axis=1)
    first = np.flatnonzero(~lower)
    column = {int(sites[place]): number for number, place in enumerate(first.tolist())}
    rows = [(place, -1, -1) for place in first.tolist()]
    for place in np.flatnonzero(lower).tolist():
        for parent in np.flatnonzero(second.parents[sites[place]]).tolist():
            if parent in column:
                rows.append((place, parent, column[parent]))
            elif design.sites.open[parent]:
                rows.append((place, parent, -1))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return TierColumns(table[:, 0], table[:, 1], table[:, 2])


def state_tiers(
    market: Market,
    choice: SiteChoice,
    second: SecondTier,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    columns: TierColumns,
    problem: LocationProblem,
) -> LocationProblem:
    """Return the problem with two tiers: parents chosen together with houses and territories.

    The cost of a column is that of the site with the way through its parent; what passes a parent
    counts against the parent's limits and towards its least volume.

    Parameters
    ----------
    problem : LocationProblem of the sites, each supplied as `prepared` plans it
    """
    place = columns.place
    lower = np.asarray(second.parents[sites[place]].any(axis=1))
    cases = flows.cases[rows].sum(axis=1)
    way = _way_costs(market, prepared, sites, columns) / TICKS_PER_UNIT
    cost = problem.cost[:, place] + cases[:, None] * way[None, :]
    locked = problem.locks >= 0
    cost[locked] = np.where(problem.locks[locked, None] == place, cost[locked], np.inf)
    through = passing_measures(
        market, prepared, flows, rows, sites[place], columns.parent, problem.measure_names
    )
    through[:, :, columns.above < 0] = 0.0
    free = ~lower
    tiers = Tiers(
        house=np.unique(place, return_inverse=True)[1].astype(np.int64),
        parent=columns.above,
        second=lower,
        through=through,
        least=problem.minimum_load[place] * free[:, None],
        forced=_forced(problem, place, lower),
        minimum=max(second.minimum, 0),
        maximum=place.size if second.maximum < 0 else second.maximum,
    )
    names = [problem.site_names[k] for k in place.tolist()]
    for number in np.flatnonzero(lower).tolist():
        names[number] += f" below {market.sites.names[columns.parent[number]]}"
    return replace(
        problem,
        cost=cost,
        usage=None if problem.usage is None else problem.usage[:, :, place],
        capacity=problem.capacity[place],
        fixed_cost=problem.fixed_cost[place],
        forced_open=problem.forced_open[place] & free,
        forced_closed=problem.forced_closed[place] & free,
        locks=np.full(problem.n_customers, -1),
        minimum_load=problem.minimum_load[place] * lower[:, None],
        own_customer=np.full(place.size, -1),
        site_names=tuple(names),
        tiers=tiers,
    )


def _forced(problem: LocationProblem, place: IntArray, lower: np.ndarray) -> IntArray:
    houses = np.unique(place, return_inverse=True)[1]
    return np.unique(houses[lower & problem.forced_open[place]]).astype(np.int64)


def _way_costs(
    market: Market, prepared: Design, sites: IntArray, columns: TierColumns
) -> FloatArray:
    """Return ticks per case that supply through the column's parent costs more than as planned."""
    more = np.zeros(columns.place.size)
    for number in np.flatnonzero(columns.parent >= 0).tolist():
        site = int(sites[columns.place[number]])
        other = np.array(prepared.sites.parent)
        planned = lane_path_cost(market, other, site)
        other[site] = columns.parent[number]
        more[number] = lane_path_cost(market, other, site) - planned
    return more
