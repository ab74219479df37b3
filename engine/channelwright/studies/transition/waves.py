"""Which area changes in which month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.stats.means import mean_limits

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.model.transition import TransitionPlan
    from channelwright.studies.transition.books import Books
    from channelwright.studies.transition.changes import Changes

_MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.float64)


def yearly_gain(books: Books) -> FloatArray:
    """Return what the target earns more than the start, by area: (R, A) currency a year."""
    daily = books.contribution[:, 1] - books.contribution[:, 0]
    return daily @ _MONTH_DAYS


def first_month(plan: TransitionPlan) -> int:
    """Return the month of the pilot: before it accounts clear their debts and people learn."""
    return max(plan.clearing_months, plan.training_months)


def schedule(market: Market, plan: TransitionPlan, books: Books, changes: Changes) -> IntArray:
    """Return the month in which each area changes: (A,) int64.

    The pilot goes first; the others follow in waves, those first that gain most per outlet that
    changes.

    Raises
    ------
    UsageError
        An area is unknown, named twice or left out, or the last wave comes after the path's end.
    """
    gain = yearly_gain(books).mean(axis=0)
    worth = gain / np.maximum(changes.outlets_by_area, 1)
    groups = _groups(market, plan, gain, worth)
    month = np.zeros(len(market.areas), dtype=np.int64)
    for wave, areas in enumerate(groups):
        wait = 0 if wave == 0 else plan.pilot_months + (wave - 1) * plan.wave_months
        month[areas] = first_month(plan) + wait
    if int(month.max()) >= plan.months:
        message = (
            f"the last wave changes in month {int(month.max()) + 1}, the path has {plan.months}; "
            "give more months, fewer waves or shorter pauses"
        )
        raise UsageError(message)
    return month


def _groups(
    market: Market, plan: TransitionPlan, gain: FloatArray, worth: FloatArray
) -> list[IntArray]:
    if plan.order:
        named = _rows(market, [area for wave in plan.order for area in wave])
        if len(named) < len(market.areas):
            left = sorted(set(market.areas.ids) - {market.areas.ids[row] for row in named})
            message = f"order names {len(named)} areas and leaves out {', '.join(left)}; name all"
            raise UsageError(message)
        return [_rows(market, wave) for wave in plan.order]
    pilot = _rows(market, plan.pilot) if plan.pilot else np.array([typical_area(gain)])
    ranked = np.argsort(-worth, kind="stable")
    rest = ranked[~np.isin(ranked, pilot)]
    waves = min(plan.waves, len(rest))
    split = np.array_split(rest, waves) if waves else []
    return [pilot, *(np.asarray(part, dtype=np.int64) for part in split)]


def typical_area(gain: FloatArray) -> int:
    """Return the area whose gain is the median of those that gain, or of all if none does.

    A pilot in the best area would promise too much for the others.
    """
    better = np.flatnonzero(gain > 0)
    candidates = better if len(better) else np.arange(len(gain))
    order = candidates[np.argsort(gain[candidates], kind="stable")]
    return int(order[(len(order) - 1) // 2])


def _rows(market: Market, names: tuple[str, ...] | list[str]) -> IntArray:
    known = {name: row for row, name in enumerate(market.areas.ids)}
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"there is no area {unknown[0]!r}; areas: {', '.join(known)}"
        raise UsageError(message)
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        message = f"area {twice!r} is named twice; it can change once"
        raise UsageError(message)
    return np.array([known[name] for name in names], dtype=np.int64)


def wave_table(market: Market, month: IntArray, books: Books, changes: Changes) -> pd.DataFrame:
    """Return one row per area: month, outlets that change, yearly gain with 95 % limits."""
    gain = yearly_gain(books)
    limits = mean_limits(gain.T)
    ranked = np.lexsort((-gain.mean(axis=0), month))
    return pd.DataFrame(
        {
            "area": [market.areas.ids[row] for row in ranked.tolist()],
            "name": [market.areas.names[row] for row in ranked.tolist()],
            "month": month[ranked] + 1,
            "outlets_changed": changes.outlets_by_area[ranked],
            "volume_changed": changes.changed_share[ranked],
            "gain_per_year": limits.estimate[ranked],
            "gain_low": limits.low[ranked],
            "gain_high": limits.high[ranked],
        }
    )
