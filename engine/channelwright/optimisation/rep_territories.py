"""Cut the outlets of every team into compact, balanced, connected territories of its people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.model.certificate import PROVEN_GAP, Certificate
from channelwright.model.rep_territories import BALANCED, RepTerritories
from channelwright.optimisation.certify import AS_NEAR, ASKED, carried_kind
from channelwright.optimisation.districts import (
    DistrictOptions,
    DistrictProblem,
    DistrictSolution,
    solve_districts,
)
from channelwright.optimisation.districts.tighter import claim_of
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.memory import TeamMemory
from channelwright.optimisation.search_settings import PLAIN, SearchSettings
from channelwright.rules import geography
from channelwright.rules.adjacency import adjacency_of, plane_of
from channelwright.rules.flows import expected_flows
from channelwright.rules.planning import call_workload, visit_days
from channelwright.rules.redraft import draft_of
from channelwright.rules.tour import tour_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design
    from channelwright.model.draft import DesignDraft
    from channelwright.model.market import Market
    from channelwright.model.request import HeadcountChoice
    from channelwright.optimisation.memory import Memory

#: Two per cent of call-km is less than a day's detours; the proof is tried for small teams.
USUAL = DistrictOptions(
    gap=0.02, restarts=3, epochs=60, moves=60, dual_iterations=600, exact_units=20, nodes=200
)


@dataclass(frozen=True)
class RepChoice:
    """Territories of people that were chosen.

    Attributes
    ----------
    design : Design
    certificate : Certificate, over all teams
    teams : tuple of TeamMemory, what they leave for the next choice
    """

    design: Design
    certificate: Certificate
    teams: tuple[TeamMemory, ...]


def choose_rep_territories(
    market: Market,
    choice: HeadcountChoice,
    design: Design,
    start: Design,
    options: DistrictOptions = USUAL,
    calibration: Calibration | None = None,
    settings: SearchSettings = PLAIN,
) -> RepChoice:
    """Give every person of the teams chosen a territory of its own, and remember what was shown.

    Parameters
    ----------
    market : Market
    choice : HeadcountChoice, its modes, and what is asked of the territories
    design : Design, complete; people, servers and frequencies are kept
    start : Design, where locked outlets have their company
    options : DistrictOptions, work limits per team
    calibration : Calibration, optional; multipliers on the cases that are balanced
    settings : SearchSettings, for every team

    Raises
    ------
    InfeasibleError
        A team cannot be cut as asked; the message names team and numbers.
    SolverError
        The work limits ended the search of a team before any answer was found.
    """
    rules = choice.territories
    if rules is None:
        message = "no territories of people are asked for"
        raise InfeasibleError(message)
    draft = draft_of(market, design)
    cases = expected_flows(market, design, calibration=calibration).cases.sum(axis=1)
    columns = {name: np.array(getattr(design.outlets, name)) for name in _COLUMNS}
    area = np.array(design.reps.area)
    asked, solutions, memories = _teams(choice, design), [], []
    # One wish to end ends all teams: those that are left take the first division they find.
    with settings.search("territories of people"):
        for number, (site, mode) in enumerate(asked, start=1):
            people = np.flatnonzero((design.reps.site == site) & (design.reps.mode == mode))
            rows = _rows_of(market, design, people)
            problem = _problem(market, rules, draft, rows, people.size, cases, start)
            team = market.sites.ids[site], market.modes.ids[mode]
            limits = _before(market, settings.warm, team, rows, problem, options)
            name = f"{market.sites.names[site]}, {market.modes.ids[mode]}"
            words = f"territories of {name} (team {number} of {len(asked)})"
            with settings.search(words) as watch:
                limits = replace(limits, seconds=settings.seconds, progress=watch)
                solution = solve_districts(problem, limits)
            solutions.append((name, solution))
            memories.append(TeamMemory(*team, rows, claim_of(problem, solution.certificate)))
            label = _label(name, solution)
            for place, rep in enumerate(people.tolist()):
                mine = rows[label == place]
                _give(market, draft, columns, rep, mine)
                area[rep] = _main_area(market, mine)
        ended = asked_to_end()
    reps = replace(design.reps, area=area, lat=market.areas.lat[area], lon=market.areas.lon[area])
    chosen = replace(design, outlets=replace(design.outlets, **columns), reps=reps)
    return RepChoice(chosen, _certificate(rules, solutions, ended), tuple(memories))


def _give(
    market: Market, draft: DesignDraft, columns: dict[str, IntArray], rep: int, mine: IntArray
) -> None:
    """Write down that outlets are called by one of the people, in their order."""
    columns["rep"][mine] = rep
    columns["call_rank"][mine] = np.arange(mine.size)
    columns["order_days"][mine] = visit_days(market, draft, mine)


def _rows_of(market: Market, design: Design, people: IntArray) -> IntArray:
    """Return the outlets of some people in the order of a tour."""
    rows = np.flatnonzero(np.isin(design.outlets.rep, people))
    return rows[tour_order(market.outlets.lat[rows], market.outlets.lon[rows])]


def _before(
    market: Market,
    warm: Memory | None,
    team: tuple[str, str],
    rows: IntArray,
    problem: DistrictProblem,
    options: DistrictOptions,
) -> DistrictOptions:
    """Return options that begin with who called on whom in an earlier choice for this market.

    The bound of a team with the same outlets is carried over if its rules only became stricter;
    then an answer as near to it as the earlier one was is near enough.
    """
    if warm is None or tuple(warm.outlets) != tuple(market.outlets.ids):
        return options
    rep = warm.rep[rows]
    if not (rep >= 0).any():
        return options
    options = replace(options, start=np.asarray(rep))
    for one in warm.teams:
        if (one.site, one.mode) == team and np.array_equal(one.rows, rows):
            bound, kind = one.claim.bound_of(problem), carried_kind(one.claim.kind)
            if np.isfinite(bound):
                gap = max(options.gap, AS_NEAR * one.claim.gap)
                return replace(options, floor=bound, floor_kind=kind, gap=gap)
    return options


_COLUMNS = ("rep", "call_rank", "order_days")


def _main_area(market: Market, rows: IntArray) -> int:
    """Return the area in which some outlets have most volume."""
    volume = market.outlets.rate[rows].sum(axis=1) + 1e-9
    return int(np.bincount(market.outlets.area[rows], weights=volume).argmax())


def _teams(choice: HeadcountChoice, design: Design) -> list[tuple[int, int]]:
    """Return (site, mode) of the teams of two people or more that have outlets enough."""
    reps = design.reps
    teams = []
    for mode in choice.modes.tolist():
        for site in np.unique(reps.site[reps.mode == mode]).tolist():
            people = np.flatnonzero((reps.site == site) & (reps.mode == mode))
            called = int(np.isin(design.outlets.rep, people).sum())
            if 2 <= people.size <= called:
                teams.append((site, mode))
    return teams


def _problem(
    market: Market,
    rules: RepTerritories,
    draft: DesignDraft,
    rows: IntArray,
    people: int,
    cases: FloatArray,
    start: Design,
) -> DistrictProblem:
    points = geography.outlet_points(market).take(rows)
    metres = geography.distance_table(market.geography, points, points)
    kilometres = np.where(metres < 0, 2.0 * max(1, int(metres.max())), metres) / 1000.0
    calls = draft.visits[draft.mode[rows], market.outlets.grade[rows]]
    cost = calls[:, None] * (kilometres**2 if rules.moment else kilometres)
    hours = call_workload(market, draft, rows) / 3600.0
    activity = np.stack([cases[rows], hours, np.ones(rows.size)], axis=1)
    kept = _company(rules, rows, start)
    return DistrictProblem(
        cost=cost,
        activity=activity,
        territories=people,
        tolerance=rules.tolerance,
        price=rules.price,
        edges=_edges(market, rules, rows, metres),
        together=np.concatenate([_inside(rules.together, rows), kept[0]]),
        apart=np.concatenate([_inside(rules.apart, rows), kept[1]]),
        unit_names=tuple(f"outlet {market.outlets.ids[row]}" for row in rows.tolist()),
        measure_names=tuple(BALANCED.values()),
    )


def _edges(
    market: Market, rules: RepTerritories, rows: IntArray, metres: IntArray
) -> NDArray[np.int64] | None:
    """Return neighbouring outlets; nobody is next to one that no road or crossing reaches."""
    if rules.graph == "none":
        return None
    plane = plane_of(market.outlets.lat[rows], market.outlets.lon[rows])
    edges = adjacency_of(plane, "delaunay" if rules.graph == "delaunay" else "gabriel")
    way = metres[edges[:, 0], edges[:, 1]]
    near = way <= rules.cap_metres if rules.cap_metres else way >= 0
    return edges[near & (way >= 0)]


def _inside(pairs: IntArray, rows: IntArray) -> IntArray:
    """Return the pairs of which both outlets are among the rows, as places in the rows."""
    place = {row: k for k, row in enumerate(rows.tolist())}
    kept = [(place[a], place[b]) for a, b in pairs.tolist() if a in place and b in place]
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


def _company(rules: RepTerritories, rows: IntArray, start: Design) -> tuple[IntArray, IntArray]:
    """Return pairs together and apart that keep locked outlets with their company of the start."""
    locked = np.flatnonzero(rules.locked[rows] & (start.outlets.rep[rows] >= 0))
    person = start.outlets.rep[rows[locked]]
    same, first = [], []
    for rep in np.unique(person).tolist():
        members = locked[person == rep].tolist()
        same += [(members[0], other) for other in members[1:]]
        first.append(members[0])
    apart = [(a, b) for k, a in enumerate(first) for b in first[k + 1 :]]
    return (
        np.array(same, dtype=np.int64).reshape(-1, 2),
        np.array(apart, dtype=np.int64).reshape(-1, 2),
    )


def _label(name: str, solution: DistrictSolution) -> IntArray:
    if solution.found is not None:
        return np.asarray(solution.found.label)
    statement = f"territories of people, {name}: {solution.certificate.statement()}"
    if solution.certificate.status == "infeasible":
        raise InfeasibleError(statement)
    raise SolverError(statement + "; widen a tolerance or price it")


def _certificate(
    rules: RepTerritories, solutions: list[tuple[str, DistrictSolution]], ended: bool
) -> Certificate:
    told = tuple(_team_message(name, solution) for name, solution in solutions)
    parts = [(name, solution.certificate) for name, solution in solutions]
    upper = sum(part.upper_bound or 0.0 for _, part in parts)
    lower = sum(part.lower_bound or 0.0 for _, part in parts)
    kinds = sorted({part.bound_kind for _, part in parts}) or ["no team of two or more"]
    proven = upper - lower <= PROVEN_GAP * abs(upper)
    return Certificate(
        decision="rep territories",
        sense="minimise",
        lower_bound=min(lower, upper),
        upper_bound=upper,
        bound_kind=", ".join(kinds),
        relaxations=tuple(sorted({text for _, part in parts for text in part.relaxations})),
        status="proven" if proven else "within_limits",
        unit="call-km² per week" if rules.moment else "call-km per week",
        work={"teams": len(parts)},
        timed=any(part.timed for _, part in parts) and not proven,
        messages=(ASKED, *told) if ended else told,
    )


def _team_message(name: str, solution: DistrictSolution) -> str:
    """Return how even a team is, in every measure."""
    found = solution.found
    if found is None:
        return name
    mean = np.maximum(found.load.mean(axis=0), 1e-300)
    off = 100 * np.abs(found.load / mean - 1).max(axis=0)
    texts = ", ".join(
        f"{measure} {value:.1f} %" for measure, value in zip(BALANCED, off.tolist(), strict=True)
    )
    return f"{name}: {found.centre.size} people, at most off the mean: {texts}."
