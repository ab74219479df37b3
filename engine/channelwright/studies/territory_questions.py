"""Questions about a territory request of a pack: the frontier, the reasons, the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.foundation.errors import UsageError
from channelwright.rules.territory_kpis import territory_kpis
from channelwright.studies.choose import Plan, market_of

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.request import Request
    from channelwright.model.study import Pack


def frontier(
    pack: Pack,
    name: str,
    scenario: str | None = None,
    points: int = 10,
    plan: Plan | None = None,
) -> pd.DataFrame:
    """Return the frontier between cost and realignment of a request.

    See `channelwright.optimisation.territories.study.frontier_table` for the columns.

    Parameters
    ----------
    pack : Pack
    name : str, a request that leaves its territories to be chosen
    scenario : str, optional; default: the study's first
    points : int, at most
    plan : Plan, optional; the answer to the request, which is the first point

    Raises
    ------
    UsageError
        There is no such request, or it gives its territories.
    """
    # Loading Pyomo takes a second, which only those who optimise should spend.
    from channelwright.optimisation.territories.study import frontier_table

    market = market_of(pack, scenario or pack.study.scenarios[0])
    warm = None if plan is None else plan.memory
    return frontier_table(market, _request(pack, name), points, warm=warm)


def reasons(
    pack: Pack, name: str, scenario: str | None = None, plan: Plan | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return why the territories of a request are as they are: limits, and sites otherwise.

    See `channelwright.optimisation.territories.study.Reasons` for the columns.

    Raises
    ------
    UsageError
        There is no such request, or it gives its territories.
    """
    from channelwright.optimisation.territories.study import reasons_of

    market = market_of(pack, scenario or pack.study.scenarios[0])
    warm = None if plan is None else plan.memory
    found = reasons_of(market, _request(pack, name), warm=warm)
    return found.limits, found.sites


def territories(pack: Pack, plan: Plan, scenario: str | None = None) -> pd.DataFrame:
    """Return the figures of every territory of a plan (`channelwright.rules.territory_kpis`)."""
    market = market_of(pack, scenario or pack.study.scenarios[0])
    return territory_kpis(market, plan.design, plan.forecast.money)


def _request(pack: Pack, name: str) -> Request:
    if name not in pack.requests:
        message = f"pack {pack.name!r} has no request {name!r}; requests: " + (
            ", ".join(pack.requests) or "none"
        )
        raise UsageError(message)
    return pack.requests[name]
