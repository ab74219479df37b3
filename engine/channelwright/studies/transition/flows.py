"""Money of a transition that neither design earns alone: dips, people, houses, capital.

Every function returns what comes in (positive) or goes out (negative) by month, M months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.model.transition import TransitionPlan
    from channelwright.studies.transition.books import Books
    from channelwright.studies.transition.changes import Changes


def operating(
    rates: FloatArray, moved: FloatArray, days: FloatArray, month: IntArray
) -> FloatArray:
    """Return what areas earn, each under the design that is in force there.

    Parameters
    ----------
    rates : (R, 2, A, 12) currency a day by calendar month
    moved : (A, M) 1 from the month of the change on
    days : (M,) days of each month
    month : (M,) calendar month, 0 = January

    Returns
    -------
    (R, M) currency
    """
    by_month = rates[:, :, :, month]
    mixed = by_month[:, 0] * (1.0 - moved) + by_month[:, 1] * moved
    return np.asarray((mixed * days).sum(axis=1))


def lost_volume(
    plan: TransitionPlan,
    books: Books,
    changes: Changes,
    change: IntArray,
    days: FloatArray,
    month: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Return margin lost while accounts clear their debts, and in the dip after: (R, M) each.

    clearing: clearing_loss in each of the clearing months before; dip: dip x (1 - k / dip_months)
    in month k after the change; both on the changed share of an area's volume.
    """
    months = len(days)
    ahead = np.arange(months)[None, :] - change[:, None]
    clearing = np.where((ahead < 0) & (ahead >= -plan.clearing_months), plan.clearing_loss, 0.0)
    fading = 1.0 - ahead / max(plan.dip_months, 1)
    dip = np.where((ahead >= 0) & (ahead < plan.dip_months), plan.dip * fading, 0.0)
    share = changes.changed_share[:, None]
    margin = np.maximum(books.margin[:, :, :, month], 0.0) * days
    before = -(margin[:, 0] * (clearing * share)).sum(axis=1)
    after = -(margin[:, 1] * (dip * share)).sum(axis=1)
    return before, after


def receivables(
    plan: TransitionPlan, books: Books, changes: Changes, change: IntArray, months: int
) -> tuple[FloatArray, FloatArray]:
    """Return the change of receivables as cash, and what is never paid: (R, M) each.

    Changing accounts pay in equal parts over the clearing months; the receivables of the new design
    arise in the month of the change.
    """
    share = changes.changed_share
    old, new = books.receivables[:, 0] * share, books.receivables[:, 1]
    stays = books.receivables[:, 0] * (1.0 - share)
    cash = np.zeros((len(old), months))
    lost = np.zeros_like(cash)
    parts = max(plan.clearing_months, 1)
    for area, at in enumerate(change.tolist()):
        first = max(at - plan.clearing_months, 0)
        cash[:, first : first + parts] += (old[:, area] / parts)[:, None]
        cash[:, at] -= new[:, area] - stays[:, area]
        lost[:, at] -= plan.unrecovered * old[:, area]
    return cash, lost


def stock(books: Books, change: IntArray, months: int) -> FloatArray:
    """Return the change of the manufacturer's own stock as cash: (R, M)."""
    cash = np.zeros((len(books.stock), months))
    for area, at in enumerate(change.tolist()):
        cash[:, at] -= books.stock[:, 1, area] - books.stock[:, 0, area]
    return cash


def last_use(changes: Changes, change: IntArray, which: int) -> IntArray:
    """Return the month of the last (start) or first (target) change in a site's areas: (S,).

    -1 where the site serves no area.
    """
    serves = changes.served[which]
    far = np.where(serves, change[None, :], -1 if which == 0 else np.iinfo(np.int64).max)
    edge = far.max(axis=1) if which == 0 else far.min(axis=1)
    return np.where(serves.any(axis=1), edge, -1)


def houses(
    plan: TransitionPlan,
    books: Books,
    market: Market,
    changes: Changes,
    change: IntArray,
    months: int,
) -> tuple[FloatArray, FloatArray]:
    """Return compensation and the buying back of stock of houses whose contracts end: (R, M) each.

    A house ends when the last of its areas has changed. Compensation: compensation_months of its
    profit, never negative. Stock: bought at buy_back of its value, sold on at resale a month later.
    """
    ends = last_use(changes, change, 0)
    gone = np.flatnonzero(changes.closing & market.sites.independent & (ends >= 0))
    paid = np.zeros((len(books.replications), months))
    goods = np.zeros_like(paid)
    month_days = 365.0 / 12.0
    for site in gone.tolist():
        at = int(ends[site])
        profit = np.maximum(books.site_profit[:, 0, site], 0.0) * month_days
        paid[:, at] -= plan.compensation_months * profit
        value = books.site_stock[:, 0, site]
        goods[:, at] -= plan.buy_back * value
        if at + 1 < months:
            goods[:, at + 1] += plan.resale * value
    return paid, goods


def sites(
    plan: TransitionPlan, market: Market, changes: Changes, change: IntArray, days: FloatArray
) -> FloatArray:
    """Return opening costs, and fixed cost of the manufacturer's own sites against staying: (M,).

    A site that closes is needed until the last of its areas has changed, one that opens from the
    month of the first on: in between both run.
    """
    months = np.arange(len(days))
    until, since = last_use(changes, change, 0), last_use(changes, change, 1)
    until = np.where(until >= 0, until, change.max())
    since = np.where(since >= 0, since, change.min())
    saved = changes.closing[:, None] & (months >= until[:, None])
    added = changes.opening[:, None] & (months >= since[:, None])
    daily = np.where(market.sites.independent, 0.0, market.sites.fixed_cost / TICKS_PER_UNIT)
    cost = daily @ (saved.astype(np.float64) - added) * days
    np.add.at(cost, since[changes.opening], -plan.opening_cost)
    return np.asarray(cost)
