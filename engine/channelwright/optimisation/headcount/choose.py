"""Choose people per site and mode, and how often each grade is called on, for a whole market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.draft import BY_RULE, DesignDraft
from channelwright.optimisation.headcount.problem import (
    Cells,
    Teams,
    VisitProblem,
    WorkloadProblem,
)
from channelwright.optimisation.headcount.profit import plan_visits
from channelwright.optimisation.headcount.value import network_value
from channelwright.optimisation.headcount.workload import plan_workload
from channelwright.rules.planning import (
    call_workload,
    complete,
    working_weekdays,
    workload_headcount,
)
from channelwright.rules.redraft import N_GRADES, draft_of
from channelwright.rules.tour import tour_order

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.certificate import Certificate
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import HeadcountChoice
    from channelwright.optimisation.solver import SolverOptions

#: Most people of one team when the request sets no limit.
UNLIMITED = 1_000_000
WEEKS_PER_MONTH = 365 / 12 / 7
#: Rounds in which travel between calls is brought in line with the frequencies chosen.
TRAVEL_ROUNDS = 6


@dataclass(frozen=True)
class Force:
    """Teams and cells of a request.

    Attributes
    ----------
    site, mode : (T,) int64, of each team
    team, grade : (C,) int64, of each cell
    rows : (C,) arrays of outlets
    tours : (T,) arrays of all outlets of the team, in the order of a tour through them
    """

    site: IntArray
    mode: IntArray
    team: IntArray
    grade: IntArray
    rows: tuple[IntArray, ...]
    tours: tuple[IntArray, ...]

    @property
    def policy(self) -> IntArray:
        """Number of the rule that sets the frequency of a cell: one per mode and grade."""
        return np.asarray(self.mode[self.team] * N_GRADES + self.grade)


def choose_headcount(
    market: Market,
    choice: HeadcountChoice,
    design: Design,
    options: SolverOptions | None = None,
    calibration: Calibration | None = None,
) -> tuple[Design, Certificate]:
    """Choose people per site and mode and the frequency of calls per mode and grade.

    Parameters
    ----------
    market : Market
    choice : HeadcountChoice
        By ``workload`` frequencies are those of the design, raised to the least allowed; by
        ``profit`` they are chosen with the people for the highest profit of the network.
    design : Design
        Complete; its sites, territories, terms and service are kept.
    options : SolverOptions, optional
        Work limits of the search.
    calibration : Calibration, optional
        Multipliers on what calls bring; head-count by ``workload`` does not depend on it.

    Returns
    -------
    tuple of Design and Certificate
        The design with new people, rep territories and visit days.

    Raises
    ------
    InfeasibleError
        No head-count meets the request; the message names the numbers that clash.
    """
    draft = draft_of(market, design)
    force = force_of(market, choice, draft)
    if not force.team.size:
        names = ", ".join(market.modes.ids[m] for m in choice.modes.tolist())
        message = f"head-count: no outlet of the design is served by {names}; nothing to size"
        raise InfeasibleError(message)
    _refuse_idle_locks(market, choice, force)
    if choice.by == "workload":
        chosen, certificate = _by_workload(market, choice, design, force)
    else:
        gain = _gain(market, choice, design, force, calibration)
        chosen, certificate = _by_profit(market, choice, design, force, gain, options)
    return complete(market, chosen), certificate


def _refuse_idle_locks(market: Market, choice: HeadcountChoice, force: Force) -> None:
    """Refuse people locked where the design has no team: they would silently be left out."""
    idle = np.maximum(choice.locked, 0)
    idle[force.site, force.mode] = 0
    parts = [
        f"{idle[site, mode]} locked at {market.sites.names[site]} ({market.modes.ids[mode]})"
        for site, mode in np.argwhere(idle).tolist()
    ]
    if parts:
        message = (
            f"head-count: no answer exists. {', '.join(parts)}, where 0 outlets of that mode are "
            "to be called on; remove the lock, or give the site outlets of the mode"
        )
        raise InfeasibleError(message)


def force_of(market: Market, choice: HeadcountChoice, draft: DesignDraft) -> Force:
    """List the teams (site and mode) and cells (team and grade) that a request sizes."""
    sized = np.isin(draft.mode, choice.modes)
    pairs = np.stack([draft.site[sized], draft.mode[sized]], axis=1)
    pairs = np.unique(pairs, axis=0) if len(pairs) else np.zeros((0, 2), dtype=np.int64)
    team, grade, rows, tours = [], [], [], []
    for t, (site, mode) in enumerate(pairs.tolist()):
        mine = np.flatnonzero((draft.site == site) & (draft.mode == mode))
        mine = mine[tour_order(market.outlets.lat[mine], market.outlets.lon[mine])]
        tours.append(mine)
        for g in np.unique(market.outlets.grade[mine]).tolist():
            team.append(t)
            grade.append(g)
            rows.append(mine[market.outlets.grade[mine] == g])
    return Force(
        site=pairs[:, 0],
        mode=pairs[:, 1],
        team=np.array(team, dtype=np.int64),
        grade=np.array(grade, dtype=np.int64),
        rows=tuple(rows),
        tours=tuple(tours),
    )


def teams_of(market: Market, choice: HeadcountChoice, force: Force) -> Teams:
    """Return cost, limits and capacity of every team, per week; money in currency."""
    role = market.modes.role[force.mode]
    days = working_weekdays(market).size
    locked = choice.locked[force.site, force.mode]
    names = zip(force.site.tolist(), force.mode.tolist(), strict=True)
    return Teams(
        names=tuple(f"{market.sites.names[s]} ({market.modes.ids[m]})" for s, m in names),
        cost=market.roles.wage[role] / TICKS_PER_UNIT / WEEKS_PER_MONTH,
        fewest=np.maximum(locked, 0),
        most=np.where(locked >= 0, locked, UNLIMITED),
        minutes=market.roles.field_seconds[role] / 60.0 * days,
        calls=(market.roles.max_calls[role] * days).astype(np.float64),
        accounts=market.roles.max_outlets[role].astype(np.float64),
    )


def cells_of(market: Market, force: Force, draft: DesignDraft) -> Cells:
    """Return outlets and minutes per call of every cell, travel as the draft's visits make it."""
    minutes = np.zeros(len(force.team))
    for t in range(len(force.site)):
        cells = np.flatnonzero(force.team == t).tolist()
        rows = force.tours[t][np.isin(market.outlets.grade[force.tours[t]], force.grade[cells])]
        if not rows.size:
            continue
        often = draft.visits[int(force.mode[t]), market.outlets.grade[rows]]
        each = call_workload(market, draft, rows) / often / 60
        for c in cells:
            minutes[c] = each[market.outlets.grade[rows] == force.grade[c]].mean()
    pairs = zip(force.team.tolist(), force.grade.tolist(), strict=True)
    return Cells(
        names=tuple(
            f"{market.sites.ids[force.site[t]]}/{market.modes.ids[force.mode[t]]}/grade {g}"
            for t, g in pairs
        ),
        team=force.team,
        outlets=np.array([len(rows) for rows in force.rows], dtype=np.float64),
        minutes=minutes,
    )


def _limit(choice: HeadcountChoice) -> int | None:
    return choice.maximum_people if choice.maximum_people >= 0 else None


def _with_people(draft: DesignDraft, force: Force, reps: IntArray) -> DesignDraft:
    people = np.array(draft.headcount)
    people[force.site, force.mode] = reps
    return replace(draft, headcount=people)


def _with_visits(draft: DesignDraft, force: Force, often: FloatArray) -> DesignDraft:
    visits = np.array(draft.visits)
    visits[force.mode[force.team], force.grade] = often
    return replace(draft, visits=visits)


def _by_workload(
    market: Market,
    choice: HeadcountChoice,
    design: Design,
    force: Force,
) -> tuple[DesignDraft, Certificate]:
    draft = draft_of(market, design)
    least = np.array(choice.minimum_frequency)[force.grade]
    often = np.maximum(draft.visits[force.mode[force.team], force.grade], least)
    draft = _with_visits(draft, force, often)
    if not np.all(often > 0):
        # Outlets that nobody is to call on make no work and no travel.
        force = _only(force, often > 0)
        often = often[often > 0]
    problem = WorkloadProblem(
        teams_of(market, choice, force), cells_of(market, force, draft), often, _limit(choice)
    )
    plan, certificate = plan_workload(problem)
    if plan is None:
        raise InfeasibleError(certificate.statement())
    return _with_people(draft, force, plan.reps), certificate


def _only(force: Force, kept: np.ndarray) -> Force:
    return replace(
        force,
        team=force.team[kept],
        grade=force.grade[kept],
        rows=tuple(rows for rows, keep in zip(force.rows, kept.tolist(), strict=True) if keep),
    )


def _gain(
    market: Market,
    choice: HeadcountChoice,
    design: Design,
    force: Force,
    calibration: Calibration | None,
) -> FloatArray:
    """Return what every frequency brings in every cell: (C, L) currency per week."""
    levels = np.array(choice.frequencies)
    value = network_value(market, design, force.rows, levels, calibration)
    return np.asarray(value / TICKS_PER_UNIT)


def _by_profit(
    market: Market,
    choice: HeadcountChoice,
    design: Design,
    force: Force,
    gain: FloatArray,
    options: SolverOptions | None,
) -> tuple[DesignDraft, Certificate]:
    """Solve, bring travel in line with the frequencies found, and solve again until they stay."""
    levels = np.array(choice.frequencies)
    allowed = levels[None, :] >= np.array(choice.minimum_frequency)[force.grade][:, None] - 1e-9
    teams = teams_of(market, choice, force)
    draft = draft_of(market, design)
    often = draft.visits[force.mode[force.team], force.grade]
    often = np.where(often > 0, often, levels[allowed.argmax(axis=1)])
    settled, left = False, TRAVEL_ROUNDS
    while not settled and left:
        travelled = _with_visits(draft, force, np.maximum(often, levels[levels > 0].min()))
        problem = VisitProblem(
            teams=teams,
            cells=cells_of(market, force, travelled),
            visits=levels,
            contribution=gain,
            allowed=allowed,
            most_reps=_limit(choice),
            policy=force.policy,
        )
        plan, certificate = plan_visits(problem, options)
        if plan is None:
            raise InfeasibleError(certificate.statement())
        settled, left = np.array_equal(levels[plan.level], often), left - 1
        often, reps = levels[plan.level], plan.reps
    draft = _with_people(_with_visits(draft, force, often), force, reps)
    unit = f"{market.finance.currency} per week"
    return draft, replace(
        certificate, unit=unit, messages=_notes(market, draft, force, settled=settled)
    )


def _notes(market: Market, draft: DesignDraft, force: Force, *, settled: bool) -> tuple[str, ...]:
    people = np.array(draft.headcount)
    people[force.site, force.mode] = BY_RULE
    needed = workload_headcount(market, replace(draft, headcount=people))
    needed = needed[force.site, force.mode]
    given = draft.headcount[force.site, force.mode]
    texts = [
        "Objective: the network's profit per week from the calls (outlet price less rebates, "
        "production, freight, handling, delivery and pay); a grade of a mode is called on alike.",
    ]
    if not settled:
        texts.append(
            "Travel between calls did not settle with the frequencies; the head-count rests on "
            "the travel of the round before."
        )
    for t in np.flatnonzero(needed > given).tolist():
        site, mode = market.sites.names[force.site[t]], market.modes.ids[force.mode[t]]
        texts.append(
            f"{site} ({mode}): {given[t]} people are chosen where the workload rule asks for "
            f"{needed[t]}; some calls will not fit the day."
        )
    return tuple(texts)
