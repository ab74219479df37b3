"""Back from a complete design to the draft that planning completes, to change a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.draft import DesignDraft
from channelwright.model.market import CAPTURES
from channelwright.rules.flows import bits_per_week

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market

_VISIT = CAPTURES.index("visit")
N_GRADES = 3


def draft_of(market: Market, design: Design) -> DesignDraft:
    """Return the draft that describes a design: `rules.planning.complete` leads back to it.

    Parameters
    ----------
    market : Market
    design : Design
        Complete; outlets of one mode and grade are called on alike, as planning leaves them.
    """
    plan = design.outlets
    visited = market.modes.capture[np.maximum(plan.mode, 0)] == _VISIT
    return DesignDraft(
        name=design.name,
        title=design.title,
        counterfactual=design.counterfactual,
        sites=design.sites,
        mode=plan.mode,
        site=plan.site,
        options=plan.options,
        order_days=np.where(visited, 0, plan.order_days),
        visits=visits_of(market, design),
        headcount=headcount_of(market, design),
        terms=design.terms,
        service=design.service,
        o2o=plan.o2o,
        stock=design.stock,
        offers=design.offers,
        credit=design.credit,
        selling=design.selling,
        contracts=design.contracts,
        capture=design.capture,
        goods=design.goods,
    )


def visits_of(market: Market, design: Design) -> FloatArray:
    """Return calls per week by mode and grade: (M, 3); the most that any outlet gets."""
    plan = design.outlets
    visits = np.zeros((len(market.modes), N_GRADES))
    rows = np.flatnonzero((plan.mode >= 0) & (plan.rep >= 0))
    visited = rows[market.modes.capture[plan.mode[rows]] == _VISIT]
    often = bits_per_week(plan.order_days[visited])
    np.maximum.at(visits, (plan.mode[visited], market.outlets.grade[visited]), often)
    return visits


def headcount_of(market: Market, design: Design) -> IntArray:
    """Return people per site and mode: (S, M)."""
    people = np.zeros((len(market.sites), len(market.modes)), dtype=np.int64)
    np.add.at(people, (design.reps.site, design.reps.mode), 1)
    return people
