"""Head-count by month: who is hired and trained before an area changes, who leaves after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.market import SOLICITORS

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.model.transition import TransitionPlan
    from channelwright.studies.transition.changes import Changes

_REP = SOLICITORS.index("rep")


@dataclass(frozen=True)
class Staffing:
    """People by month (K roles, M months).

    Attributes
    ----------
    working : (K, M) int64, who call on outlets
    training : (K, M) int64, hired for a coming change
    hired, leaving : (K, M) int64, in the month; those who take a new place count in neither
    wages : (M,) currency, of the manufacturer's own people against staying
    moving : (M,) currency, of hiring, notice and severance
    """

    working: IntArray
    training: IntArray
    hired: IntArray
    leaving: IntArray
    wages: FloatArray
    moving: FloatArray


def staffing(market: Market, plan: TransitionPlan, changes: Changes, change: IntArray) -> Staffing:
    """Return head-count and what it costs against staying.

    In every month of a change roles whose people become more hire, those that become fewer let go;
    `redeploy` of the smaller of both numbers takes a new place instead. Hired people are on the
    payroll for the training months before, those who leave get notice and severance. Only the
    manufacturer's own people cost it money.
    """
    months, roles = plan.months, len(market.roles)
    working = np.zeros((roles, months), dtype=np.int64)
    training, hired, leaving = (np.zeros_like(working) for _ in range(3))
    moving = np.zeros(months)
    own = own_roles(market)
    wage = market.roles.wage / TICKS_PER_UNIT
    for month in range(months):
        moved = change <= month
        working[:, month] = np.where(moved, changes.people[1], changes.people[0]).sum(axis=1)
    for month in np.unique(change).tolist():
        now = change == month
        net = (changes.people[1] - changes.people[0])[:, now].sum(axis=1)
        more, fewer = _after_moves(np.maximum(net, 0), np.maximum(-net, 0), own, plan.redeploy)
        first = max(month - plan.training_months, 0)
        hired[:, first] += more
        leaving[:, month] += fewer
        training[:, first:month] += more[:, None]
        moving[first] -= plan.hire_cost * float(more[own].sum())
        months_paid = plan.notice_months + plan.severance_months
        moving[month] -= months_paid * float((wage * fewer)[own].sum())
    extra = (working + training - changes.people[0].sum(axis=1)[:, None])[own]
    return Staffing(working, training, hired, leaving, -(wage[own] @ extra), moving)


def own_roles(market: Market) -> IntArray:
    """Return the roles whose people the manufacturer employs."""
    modes = market.modes
    return np.unique(modes.role[(modes.solicitor == _REP) & (modes.role >= 0)])


def _after_moves(
    more: IntArray, fewer: IntArray, own: IntArray, redeploy: float
) -> tuple[IntArray, IntArray]:
    """Take those who move to another role of the same employer out of both counts."""
    more, fewer = more.copy(), fewer.copy()
    moves = int(redeploy * min(int(more[own].sum()), int(fewer[own].sum())) + 1e-9)
    for counts in (more, fewer):
        left = moves
        for role in own.tolist():
            taken = min(left, int(counts[role]))
            counts[role] -= taken
            left -= taken
    return more, fewer
