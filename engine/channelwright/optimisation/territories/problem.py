"""From a market and a request to the location problem that chooses sites and territories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.market import SITE_KINDS, SOLICITORS
from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.territories.costs import (
    Lanes,
    barred_lanes,
    default_costs,
    move_costs,
)
from channelwright.optimisation.territories.measures import territory_measures
from channelwright.optimisation.territories.rights import rights_costs
from channelwright.optimisation.territories.shape import state_shape
from channelwright.optimisation.territories.tiers import state_tiers, tier_columns
from channelwright.rules import geography
from channelwright.rules.expectation import service_cost, site_cost
from channelwright.rules.flows import expected_flows

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray, FloatArray, IntArray
    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design, SitePlan
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.rules.flows import Flows

_PLANT = SITE_KINDS.index("plant")
_NO_SOLICITOR = SOLICITORS.index("none")
_WEEKS_PER_MONTH = 365 / 12 / 7


@dataclass(frozen=True, eq=False)
class TerritoryTask:
    """A request as a location problem, with the way back.

    Attributes
    ----------
    problem : LocationProblem
        Money in currency per week.
    prepared : Design
        The starting design with every choosable site planned as if it were open.
    rows : (n,) int, outlets that are assigned anew
    sites : (m,) int, sites that may serve them; with a second tier a site is there once for
        every parent that it may have
    parents : (m,) int, site that would supply it, -1 = as `prepared` plans it
    """

    problem: LocationProblem
    prepared: Design
    rows: IntArray
    sites: IntArray
    parents: IntArray


def territory_task(
    market: Market, choice: SiteChoice, design: Design, calibration: Calibration | None = None
) -> TerritoryTask:
    """State a request as a location problem.

    Cost of an arc is delivery, handling and freight; of a site, its fixed cost and half a
    person's pay for each mode that sends people out, since the last person of a team is half
    used on average. Limits are cases a week, working capital, least cases and largest share.

    Parameters
    ----------
    market : Market
    choice : SiteChoice
    design : Design
        Complete starting design.
    calibration : Calibration, optional
        Multipliers on flows and on delivery, handling and freight.

    Raises
    ------
    InfeasibleError
        No outlet or no site is left to decide on.
    """
    rows = np.flatnonzero(np.isin(design.outlets.mode, choice.modes))
    sites, given = _sites(choice, design, rows)
    if not rows.size or not sites.size:
        names = ", ".join(market.modes.ids[m] for m in choice.modes.tolist())
        message = (
            f"territories: {rows.size} outlets of {names} and {sites.size} candidate sites; "
            "at least one of each is needed"
        )
        raise InfeasibleError(message)
    prepared = _prepared(market, choice, design, sites)
    flows = expected_flows(market, design, calibration=calibration)
    problem = _problem(market, choice, prepared, flows, rows, sites, given, calibration)
    second = choice.second_tier
    if second is None:
        return TerritoryTask(problem, prepared, rows, sites, np.full(sites.size, -1))
    columns = tier_columns(second, design, sites)
    problem = state_tiers(market, choice, second, prepared, flows, rows, sites, columns, problem)
    return TerritoryTask(problem, prepared, rows, sites[columns.place], columns.parent)


def _sites(choice: SiteChoice, design: Design, rows: IntArray) -> tuple[IntArray, BoolArray]:
    """Return sites that may serve, and which of them must stay open.

    A site that is no candidate stays as it is: open, it may go on serving. A candidate stays
    open if it serves outlets of other modes or supplies a site that is not to be decided.
    """
    plan = design.sites
    working = np.zeros(plan.open.size, dtype=np.bool_)
    working[design.outlets.site[rows]] = True
    standing = working & ~choice.candidates
    sites = np.flatnonzero(choice.candidates | standing)
    others = np.ones(design.outlets.mode.size, dtype=np.bool_)
    others[rows] = False
    busy = np.zeros(plan.open.size, dtype=np.bool_)
    busy[design.outlets.site[others & (design.outlets.mode >= 0)]] = True
    busy[plan.parent[plan.open & ~choice.candidates & (plan.parent >= 0)]] = True
    return sites, np.asarray((standing | busy | choice.forced)[sites])


def _prepared(market: Market, choice: SiteChoice, design: Design, sites: IntArray) -> Design:
    """Plan every choosable site as if it were open, after the pattern of one that is."""
    plan = design.sites
    closed = sites[~plan.open[sites]]
    columns = {
        name: np.array(getattr(plan, name))
        for name in ("mode", "parent", "review_days", "safety_days", "vehicle")
    }
    certain = plan.open & ~(choice.candidates & ~choice.forced)
    for j in sites.tolist():
        below = choice.second_tier is not None and choice.second_tier.parents[j].any()
        if choice.second_tier is not None and below:
            columns["parent"][j] = int(choice.second_tier.parents[j].argmax())
            continue
        if plan.open[j] and (plan.parent[j] < 0 or certain[plan.parent[j]]):
            continue
        columns["parent"][j] = _cheapest_parent(market, certain, j)
    for j in closed.tolist():
        pattern = pattern_site(market, plan, int(choice.candidate_mode[j]), j)
        columns["mode"][j] = choice.candidate_mode[j]
        for name in ("review_days", "safety_days", "vehicle"):
            columns[name][j] = getattr(plan, name)[pattern]
    opened = plan.open.copy()
    opened[closed] = True
    return replace(design, sites=replace(plan, open=opened, **columns))


def _cheapest_parent(market: Market, certain: BoolArray, site: int) -> int:
    """Return the site with the cheapest lane among those that are sure to be open, or -1."""
    lanes = np.flatnonzero((market.sites.lead_days[site] > 0) & certain)
    if not lanes.size:
        return -1
    return int(lanes[market.sites.lane_cost[site, lanes].argmin()])


def pattern_site(market: Market, plan: SitePlan, mode: int, site: int) -> int:
    """Return the open site after which a newly opened one is planned.

    The first of the same mode, else of the same kind, else any that holds stock.

    Parameters
    ----------
    market : Market
    plan : SitePlan
        Of the starting design.
    mode : int
        Mode of the new site.
    site : int
        The new site.

    Raises
    ------
    InfeasibleError
        The starting design has no open stocking site to plan after.
    """
    stocking = plan.open & (market.sites.kind != _PLANT)
    for same in (plan.mode == mode, market.sites.kind == market.sites.kind[site], stocking):
        found = np.flatnonzero(stocking & same)
        if found.size:
            return int(found[0])
    message = (
        "territories: the starting design has no open stocking site, so there is no pattern for "
        f"review days and vehicles of {market.sites.ids[site]}; open one in the starting design"
    )
    raise InfeasibleError(message)


def _problem(
    market: Market,
    choice: SiteChoice,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    given: BoolArray,
    calibration: Calibration | None,
) -> LocationProblem:
    metres = _metres(market, rows, sites)
    cost = _arc_costs(market, choice, prepared, flows, rows, sites, metres, calibration)
    locks = np.where(choice.locked[rows], prepared.outlets.site[rows], -1)
    place = np.full(len(market.sites), -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    locks = np.where(locks >= 0, place[np.maximum(locks, 0)], -1)
    orphan = (prepared.sites.parent[sites] < 0) & (market.sites.kind[sites] != _PLANT)
    measures = territory_measures(market, choice, prepared, flows, rows, sites, given)
    usage = measures.usage
    counted = ~given | choice.candidates[sites]
    standing = int((~counted).sum())
    most = choice.maximum if choice.maximum >= 0 else int(counted.sum())
    depends = bool((usage != usage[:, :, :1]).any())
    problem = LocationProblem(
        cost=cost,
        demand=usage[:, :, 0].T,
        usage=usage if depends else None,
        capacity=measures.capacity,
        minimum_load=measures.floor,
        maximum_share=measures.share,
        fixed_cost=_fixed_cost(market, choice, rows, sites, prepared) / TICKS_PER_UNIT,
        forced_open=given,
        forced_closed=orphan & ~given,
        locks=locks,
        minimum_open=standing + max(choice.minimum, 0),
        maximum_open=standing + most,
        customer_names=tuple(market.outlets.ids[i] for i in rows.tolist()),
        site_names=tuple(market.sites.names[j] for j in sites.tolist()),
        measure_names=measures.names,
    )
    if choice.shape is None:
        return problem
    return state_shape(market, choice.shape, prepared, rows, sites, metres, problem)


def _arc_costs(
    market: Market,
    choice: SiteChoice,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
    calibration: Calibration | None,
) -> FloatArray:
    """Return the cost of every arc, (n, m) currency per week, inf where a rule bars it."""
    service = service_cost(market, prepared, rows, sites, flows, calibration) / TICKS_PER_UNIT
    lanes = Lanes(service, "no road or crossing")
    lanes.bar(~_eligible(market, choice, prepared, rows, sites), "the modes of the sites")
    if choice.radius_metres > 0:
        radius = f"a radius of {choice.radius_metres / 1000:g} km"
        lanes.bar(metres > choice.radius_metres, radius)
    rights = rights_costs(market, prepared, flows, rows, sites)
    if rights is not None:
        lanes.add(rights, "the rights of the design")
    if choice.rules is not None:
        lanes.add(
            default_costs(market, choice.rules, prepared, flows, rows, sites)
            + move_costs(choice.rules, prepared, flows, rows, sites),
            "",
        )
        for barred, words in barred_lanes(market, choice.rules, prepared, rows, sites, metres):
            lanes.bar(barred, words)
    names = [market.outlets.ids[i] for i in rows.tolist()]
    lanes.refuse_if_cut_off(names)
    return lanes.cost


def _eligible(
    market: Market, choice: SiteChoice, prepared: Design, rows: IntArray, sites: IntArray
) -> BoolArray:
    """Return who may serve whom by mode: own mode, else the manufacturer's (planning's rule)."""
    site_mode = np.where(
        choice.candidates[sites], choice.candidate_mode[sites], prepared.sites.mode[sites]
    )
    outlet_mode = prepared.outlets.mode[rows]
    own = outlet_mode[:, None] == site_mode[None, :]
    without = ~np.isin(outlet_mode, site_mode)
    return np.asarray(own | (without[:, None] & ~market.sites.independent[sites][None, :]))


def _metres(market: Market, rows: IntArray, sites: IntArray) -> IntArray:
    outlets = geography.outlet_points(market).take(rows)
    places = geography.site_points(market).take(sites)
    return geography.distance_table(market.geography, outlets, places)


def _fixed_cost(
    market: Market, choice: SiteChoice, rows: IntArray, sites: IntArray, prepared: Design
) -> FloatArray:
    cost = site_cost(market, sites).astype(np.float64)
    site_mode = prepared.sites.mode[sites]
    for mode in np.intersect1d(choice.modes, prepared.outlets.mode[rows]).tolist():
        role = int(market.modes.role[mode])
        if role < 0 or int(market.modes.solicitor[mode]) == _NO_SOLICITOR:
            continue
        served = site_mode == mode if (site_mode == mode).any() else np.ones_like(site_mode == mode)
        cost += np.where(served, 0.5 * market.roles.wage[role] / _WEEKS_PER_MONTH, 0.0)
    return cost
