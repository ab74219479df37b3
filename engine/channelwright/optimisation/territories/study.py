"""Questions about a territory request besides its answer: the frontier and the reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.optimisation.moves import bound_at
from channelwright.optimisation.territories.choose import USUAL
from channelwright.optimisation.territories.problem import territory_task
from channelwright.optimisation.territories.reasons import reasons_for
from channelwright.optimisation.territories.solve import realignment_frontier, solve_task

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.model.request import Request, SiteChoice
    from channelwright.optimisation.location import LocationOptions
    from channelwright.optimisation.memory import Memory

#: Several solves in a row need no more than a tenth of a per cent each.
QUICK = replace(USUAL, gap=1e-3, nodes=400)


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why a choice of territories is as it is.

    Attributes
    ----------
    limits : DataFrame, site, measure, load, limit, binds, worth (currency per week and unit)
    sites : DataFrame, site, open, at_least, at_most (currency per week of the opposite), note
    """

    limits: pd.DataFrame
    sites: pd.DataFrame


def frontier_table(
    market: Market,
    request: Request,
    points: int = 10,
    options: LocationOptions = QUICK,
    warm: Memory | None = None,
) -> pd.DataFrame:
    """Return the frontier between cost and realignment of a territory request.

    Parameters
    ----------
    points : int
        Answers at most.
    options : LocationOptions
    warm : Memory, optional
        What the answer to the request left: it is the first point.

    Returns
    -------
    DataFrame, one row per answer, most moves first: price (currency per week and unit moved),
    moved, unit, share_moved (of what could move), cost and bound (currency per week: the answer's,
    and what no answer that moves as little can undercut), gap, open (sites)

    Raises
    ------
    UsageError
        The request leaves no territories to be chosen.
    """
    choice = _choice(request)
    task = territory_task(market, choice, request.start, request.calibration)
    known = None if warm is None else warm.sites
    answers = realignment_frontier(market, choice, request.start, task, options, points, known)
    cases = choice.rules is not None and choice.rules.maximum_moved_share >= 0
    total = float(task.problem.arc_usage(0)[:, 0].sum()) if cases else float(task.rows.size)
    records = []
    for one in answers:
        found = one.solution.incumbent
        bound = min(bound_at(answers, one.moved), one.cost)
        opened = [] if found is None else task.sites[found.open].tolist()
        records.append(
            {
                "price": one.price,
                "moved": one.moved,
                "unit": "cases per week" if cases else "outlets",
                "share_moved": one.moved / total,
                "cost": one.cost,
                "bound": bound,
                "gap": (one.cost - bound) / max(abs(one.cost), 1e-12),
                "open": ", ".join(market.sites.ids[j] for j in opened),
            }
        )
    return pd.DataFrame.from_records(records)


def reasons_of(
    market: Market,
    request: Request,
    sites: int = 12,
    options: LocationOptions = QUICK,
    warm: Memory | None = None,
) -> Reasons:
    """Return why the territories of a request are as they are.

    Parameters
    ----------
    sites : int
        Sites that are tried the other way round.
    warm : Memory, optional
        What the answer to the request left.

    Raises
    ------
    UsageError
        The request leaves no territories to be chosen.
    """
    choice = _choice(request)
    task = territory_task(market, choice, request.start, request.calibration)
    known = None if warm is None else warm.sites
    solution = solve_task(market, choice, request.start, task, options, known)
    found = reasons_for(task.problem, solution, options, sites)
    return Reasons(pd.DataFrame(map(vars, found.limits)), pd.DataFrame(map(vars, found.sites)))


def _choice(request: Request) -> SiteChoice:
    if request.sites is None:
        message = (
            f"request {request.name!r} gives its territories; the frontier and the reasons need "
            "'outlets: {optimise: ...}' in its design file"
        )
        raise UsageError(message)
    return request.sites
