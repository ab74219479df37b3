"""Choose which sites to open and which outlets each serves, for a whole market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.model.draft import BY_RULE
from channelwright.model.market import CAPTURES
from channelwright.optimisation.certify import ASKED
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.location import LocationOptions
from channelwright.optimisation.location.tiers import loads_of
from channelwright.optimisation.search_settings import PLAIN, SearchSettings
from channelwright.optimisation.territories.problem import (
    TerritoryTask,
    pattern_site,
    territory_task,
)
from channelwright.optimisation.territories.solve import memory_of, solve_task
from channelwright.rules.flows import expected_flows
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray, IntArray
    from channelwright.model.calibration import Calibration
    from channelwright.model.certificate import Certificate
    from channelwright.model.design import Design, SitePlan
    from channelwright.model.draft import DesignDraft
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.optimisation.location import LocationSolution
    from channelwright.optimisation.territories.memory import TerritoryMemory

_VISIT = CAPTURES.index("visit")
_MORE_WORK = "; raise the work limits"
_LOOSER = "; widen a tolerance, price it, or raise the work limits"
#: A twentieth of a per cent is far below what any forecast of cost is worth.
USUAL = LocationOptions(gap=5e-4, nodes=2_000)


def choose_territories(
    market: Market,
    choice: SiteChoice,
    design: Design,
    options: LocationOptions = USUAL,
    calibration: Calibration | None = None,
) -> tuple[Design, Certificate]:
    """Choose sites and territories at least cost of the network.

    Demand does not depend on who serves an outlet, so least cost is most profit. Single source,
    within the sites' capacity in cases and in working capital.

    Parameters
    ----------
    market : Market
    choice : SiteChoice
        Candidates, limits and locks.
    design : Design
        Complete; everything that the request does not name is kept. People of the modes chosen
        are sized anew by the workload rule.
    options : LocationOptions
        Work limits of the search.
    calibration : Calibration, optional
        Multipliers on the coefficients.

    Returns
    -------
    tuple of Design and Certificate
        The design with new sites and territories, and what is known about the choice.

    Raises
    ------
    InfeasibleError
        No choice meets the request; the message names the numbers that clash.
    SolverError
        The work limits ended the search before any answer was found.
    """
    chosen = decide_territories(market, choice, design, options, calibration)
    return chosen.design, chosen.certificate


@dataclass(frozen=True)
class TerritoryChoice:
    """Sites and territories that were chosen.

    Attributes
    ----------
    design : Design
    certificate : Certificate
    memory : TerritoryMemory, what it leaves for the next choice
    """

    design: Design
    certificate: Certificate
    memory: TerritoryMemory


def decide_territories(
    market: Market,
    choice: SiteChoice,
    design: Design,
    options: LocationOptions = USUAL,
    calibration: Calibration | None = None,
    settings: SearchSettings = PLAIN,
) -> TerritoryChoice:
    """Choose sites and territories as `choose_territories` does, and remember the problem.

    Parameters
    ----------
    settings : SearchSettings
        Time, who watches, and what an earlier choice left.
    """
    task = territory_task(market, choice, design, calibration)
    warm = None if settings.warm is None else settings.warm.sites
    with settings.search("territories") as watch:
        limits = replace(options, seconds=settings.seconds, progress=watch)
        solution = solve_task(market, choice, design, task, limits, warm)
        asked = asked_to_end()
    unit = f"{market.finance.currency} per week"
    if solution.incumbent is None:
        statement = replace(solution.certificate, unit=unit).statement()
        if solution.certificate.status == "infeasible":
            raise InfeasibleError(statement)
        shaped = task.problem.shape is not None
        raise SolverError(statement + (_LOOSER if shaped else _MORE_WORK))
    draft = _draft(market, choice, design, task, solution, calibration)
    messages = _messages(market, design, task, solution)
    messages = (ASKED, *messages) if asked else messages
    chosen = complete(market, draft)
    claim = solution.certificate
    ended = claim.timed or (asked and claim.status != "proven")
    left = replace(solution, certificate=replace(claim, timed=ended))
    memory = memory_of(market, choice, design, task, left, warm)
    certificate = replace(claim, unit=unit, timed=ended, messages=(*claim.messages, *messages))
    return TerritoryChoice(chosen, certificate, memory)


def _draft(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    solution: LocationSolution,
    calibration: Calibration | None,
) -> DesignDraft:
    draft = draft_of(market, design)
    site = np.array(draft.site)
    site[task.rows] = task.sites[solution.assignment]
    found = solution.incumbent
    opened = np.array(design.sites.open)
    opened[task.sites] = False
    if found is not None:
        opened[task.sites[found.open]] = True
    people = np.array(draft.headcount)
    sized = np.zeros(len(market.modes), dtype=np.bool_)
    sized[choice.modes] = market.modes.capture[choice.modes] == _VISIT
    people[:, sized] = BY_RULE
    people[~opened] = 0
    return replace(
        draft,
        site=site,
        options=_options(draft.options, site, opened),
        sites=_site_plan(
            market, choice, design, task, opened, site, _parents(task, solution), calibration
        ),
        headcount=people,
    )


def _parents(task: TerritoryTask, solution: LocationSolution) -> IntArray:
    """Return who supplies every site: as planned, or as chosen with a second tier."""
    parent = np.array(task.prepared.sites.parent)
    if solution.incumbent is not None:
        chosen = solution.incumbent.open & (task.parents >= 0)
        parent[task.sites[chosen]] = task.parents[chosen]
    return parent


def _options(options: IntArray, site: IntArray, opened: BoolArray) -> IntArray:
    """Put the assigned site first and drop closed and repeated ones behind it."""
    kept = np.array(options)
    kept[:, 0] = site
    behind = kept[:, 1:]
    gone = (behind >= 0) & (~opened[np.maximum(behind, 0)] | (behind == site[:, None]))
    behind[gone] = -1
    return kept


def _site_plan(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    opened: BoolArray,
    site: IntArray,
    parent: IntArray,
    calibration: Calibration | None,
) -> SitePlan:
    plan, start = task.prepared.sites, design.sites
    closed = ~opened
    drops = expected_flows(market, design, calibration=calibration).orders
    before = _per_site(design.outlets.site, drops, opened.size)
    after = _per_site(site, drops, opened.size)
    vehicles, pickers = np.array(start.vehicles), np.array(start.pickers)
    for j in np.unique(task.sites[opened[task.sites]]).tolist():
        mode = int(choice.candidate_mode[j])
        same = j if start.open[j] else pattern_site(market, start, mode, j)
        # The same vehicles and pickers per drop as today, so that no choice is starved of trucks.
        growth = after[j] / before[same] if before[same] > 0 else 1.0
        for column in (vehicles, pickers):
            wanted = int(np.ceil(column[same] * growth - 1e-9))
            column[j] = max(int(column[j]), wanted, min(1, int(column[same])))
    vehicles[closed], pickers[closed] = 0, 0
    return replace(
        plan,
        open=opened,
        mode=np.where(closed, -1, plan.mode),
        parent=np.where(closed, -1, parent),
        vehicles=vehicles,
        pickers=pickers,
    )


def _per_site(site: IntArray, drops: np.ndarray, sites: int) -> np.ndarray:
    served = site >= 0
    return np.bincount(site[served], weights=drops[served], minlength=sites)


def _messages(
    market: Market, design: Design, task: TerritoryTask, solution: LocationSolution
) -> tuple[str, ...]:
    found = solution.incumbent
    if found is None:
        return ()
    opened = task.sites[found.open]
    names = ", ".join(market.sites.names[j] for j in opened.tolist())
    moved = int((design.outlets.site[task.rows] != task.sites[solution.assignment]).sum())
    texts = [
        "Objective: delivery, handling, freight, fixed cost of sites and half a person's pay per "
        "site for the last person of its team; sales do not depend on who serves.",
        f"Open: {names}; {moved} of {task.rows.size} outlets change their server.",
    ]
    loads = loads_of(task.problem, found.customer, found.site, found.share)
    texts += [
        f"{task.problem.site_names[j]}: {loads[j, 0]:,.0f} {task.problem.measure_names[0]}."
        for j in np.flatnonzero(found.open & (task.parents >= 0)).tolist()
    ]
    for k, measure in enumerate(task.problem.measure_names):
        load, limit = loads[:, k], task.problem.limit[:, k]
        full = np.flatnonzero(found.open & (load > 0.98 * limit))
        texts += [
            f"{market.sites.names[task.sites[j]]} is full in {measure}: {load[j]:,.0f} of "
            f"{limit[j]:,.0f}."
            for j in full.tolist()
        ]
    return tuple(texts)
