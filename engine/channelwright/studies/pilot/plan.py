"""The plan of a pilot: which areas test, which compare, how many weeks, and what it can find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.studies.pilot.power import (
    Pairs,
    effect,
    matched,
    noise,
    outlets_needed,
    power,
)
from channelwright.studies.pilot.series import MEASURES, read_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.market import Market
    from channelwright.studies.pilot.series import Series
    from channelwright.studies.runs import Runs

#: Weeks after the change that are tried.
TRIED = (2, 3, 4, 6, 8, 10, 12, 16, 20, 26)
_REFERENCE = 12


@dataclass(frozen=True)
class PilotPlan:
    """A pilot (docs/transition.md).

    Attributes
    ----------
    start, target, measure, unit : str
    before : int, weeks before the change that are measured
    weeks : int or None, weeks after it; None = no tried number gives the power
    risk, wanted : float, probability of a false alarm; power asked for
    power : float, of the plan; of the largest one tried where it falls short
    gain, error : float, expected statistic a week, and its standard error
    pairs : DataFrame, one row per test area: control, levels, gain, error
    tried : DataFrame, one row per number of test areas and weeks: gain, error, power
    outlets : DataFrame, one row per number of weeks: outlets needed in each group
    outlet_gain : float, cases a week that an outlet which changes gains
    """

    start: str
    target: str
    measure: str
    unit: str
    before: int
    weeks: int | None
    risk: float
    wanted: float
    power: float
    gain: float
    error: float
    pairs: pd.DataFrame
    tried: pd.DataFrame
    outlets: pd.DataFrame
    outlet_gain: float

    def __str__(self) -> str:
        """Return the plan in sentences."""
        test = ", ".join(self.pairs["test"])
        control = ", ".join(dict.fromkeys(self.pairs["control"]))
        claim = (
            f"a gain of {self.gain:,.0f} {self.unit} a week in {self.measure} "
            f"(standard error {self.error:,.0f})"
        )
        if self.weeks is None:
            return (
                f"{self.target} against {self.start}: no pilot of up to {TRIED[-1]} weeks finds "
                f"{claim} with probability {self.wanted:.0%}; the largest tried has "
                f"{self.power:.0%}"
            )
        return (
            f"{self.target} against {self.start}: change {test}, compare with {control}, measure "
            f"{self.before} weeks before and {self.weeks} after; finds {claim} with probability "
            f"{self.power:.0%} at a risk of {self.risk:.0%} of a false alarm"
        )


def plan_pilot(
    runs: Runs,
    target: str,
    *,
    start: str | None = None,
    scenario: str | None = None,
    measure: str = "contribution",
    areas: Sequence[str] | None = None,
    before: int = 12,
    risk: float = 0.05,
    wanted: float = 0.8,
) -> PilotPlan:
    """Plan the smallest pilot that finds the claimed gain.

    Test areas are given or added one by one, those first whose gain stands out most from the noise
    of their best match; with each the weeks after the change are raised until the power suffices.
    Fewest areas come first, then fewest weeks. The gain is the one that the study simulated.

    Parameters
    ----------
    runs : Runs, of both designs, four replications at least
    target, start : str, designs; start: by default the study's baseline
    scenario : str, optional; default: the study's first
    measure : str, one of MEASURES
    areas : sequence of str, optional; test areas
    before : int, weeks before the change that are measured
    risk, wanted : float, probability of a false alarm (one-sided); power

    Raises
    ------
    UsageError, RunError
        A name does not exist; numbers make no pilot; too few finished runs.
    """
    first, where = start or runs.baseline, scenario or runs.scenarios[0]
    _probabilities(risk=risk, power=wanted)
    series = read_series(runs, where, first, target, measure)
    market = runs.study.market(where)
    tried_weeks = _weeks(series, before)
    ranked = _ranked(market, series, before, min(_REFERENCE, tried_weeks[-1]), areas)
    tried = _tries(series, ranked, before, tried_weeks, risk, given=areas is not None)
    good = tried[tried["power"] >= wanted]
    row = good.iloc[0] if len(good) else tried.loc[tried["power"].idxmax()]
    gain, spread = _outlet_figures(series)
    return PilotPlan(
        start=first,
        target=target,
        measure=measure,
        unit=MEASURES[measure].replace("currency", market.finance.currency),
        before=before,
        weeks=int(row["weeks"]) if len(good) else None,
        risk=risk,
        wanted=wanted,
        power=float(row["power"]),
        gain=float(row["gain"]),
        error=float(row["error"]),
        pairs=_pair_table(market, series, ranked, before, row),
        tried=tried,
        outlets=_outlet_table(gain, spread, before, tried_weeks, risk, wanted),
        outlet_gain=gain,
    )


def _probabilities(**given: float) -> None:
    for name, value in given.items():
        if not 0.0 < value < 1.0:
            message = f"{name} is {value:g}; give a probability between 0 and 1"
            raise UsageError(message)


def _weeks(series: Series, before: int) -> list[int]:
    """Return the numbers of weeks after the change that fit into the measured ones."""
    fitting = [weeks for weeks in TRIED if before + weeks <= series.weeks]
    if before < 1 or not fitting:
        message = (
            f"{before} weeks before and {TRIED[0]} after do not fit into {series.weeks} measured "
            "weeks; give fewer before, or a longer horizon"
        )
        raise UsageError(message)
    return fitting


def _ranked(
    market: Market, series: Series, before: int, weeks: int, areas: Sequence[str] | None
) -> Pairs:
    """Return areas with their controls, in the order in which they are added to the test."""
    start, target = series.areas[:, 0], series.areas[:, 1]
    control, scale, error = matched(start, before, weeks)
    count = len(control)
    if areas is not None:
        return _given(market, areas, error, start)
    single = [
        Pairs(np.array([a]), control[[a]], scale[[a]])
        for a in range(count)
        if np.isfinite(error[a, control[a]])
    ]
    if not single:
        message = "no area has a level to be matched by; a pilot needs two areas with sales"
        raise UsageError(message)
    worth = [
        effect(start, target, pair, before, weeks) / max(noise(start, pair, before, weeks), 1e-12)
        for pair in single
    ]
    order: list[int] = []
    used: set[int] = set()
    for place in np.argsort(-np.array(worth), kind="stable").tolist():
        test, other = int(single[place].test[0]), int(single[place].control[0])
        # An area is either changed or compared with.
        if test not in used and other not in {int(single[p].test[0]) for p in order}:
            order.append(place)
            used |= {test, other}
    return _joined([single[place] for place in order])


def _given(market: Market, areas: Sequence[str], error: FloatArray, start: FloatArray) -> Pairs:
    """Return the named areas, each with its best control among the others."""
    known = {name: row for row, name in enumerate(market.areas.ids)}
    unknown = [name for name in areas if name not in known]
    if unknown:
        message = f"there is no area {unknown[0]!r}; areas: {', '.join(known)}"
        raise UsageError(message)
    test = np.array([known[name] for name in dict.fromkeys(areas)], dtype=np.int64)
    free = error[test].copy()
    free[:, test] = np.inf
    if not np.isfinite(free).any(axis=1).all():
        message = f"no area is left to compare {', '.join(areas)} with; name fewer"
        raise UsageError(message)
    control = free.argmin(axis=1)
    level = start.mean(axis=(0, 2))
    return Pairs(test, control, level[test] / level[control])


def _joined(pairs: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([pair.test for pair in pairs]),
        np.concatenate([pair.control for pair in pairs]),
        np.concatenate([pair.scale for pair in pairs]),
    )


def _first(pairs: Pairs, count: int) -> Pairs:
    return Pairs(pairs.test[:count], pairs.control[:count], pairs.scale[:count])


def _tries(
    series: Series, ranked: Pairs, before: int, weeks: list[int], risk: float, *, given: bool
) -> pd.DataFrame:
    start, target = series.areas[:, 0], series.areas[:, 1]
    counts: IntArray = np.arange(len(ranked.test) if given else 1, len(ranked.test) + 1)
    rows = []
    for count in counts.tolist():
        pairs = _first(ranked, count)
        for after in weeks:
            gain = effect(start, target, pairs, before, after)
            error = noise(start, pairs, before, after)
            found = power(gain, error, risk)
            rows.append((count, after, gain, error, found))
    return pd.DataFrame(rows, columns=["areas", "weeks", "gain", "error", "power"])


def _pair_table(
    market: Market, series: Series, ranked: Pairs, before: int, chosen: pd.Series
) -> pd.DataFrame:
    pairs, weeks = _first(ranked, int(chosen["areas"])), int(chosen["weeks"])
    start, target = series.areas[:, 0], series.areas[:, 1]
    level = start.mean(axis=(0, 2))
    rows = []
    for place in range(len(pairs.test)):
        one = Pairs(pairs.test[[place]], pairs.control[[place]], pairs.scale[[place]])
        rows.append(
            {
                "test": market.areas.ids[int(one.test[0])],
                "control": market.areas.ids[int(one.control[0])],
                "test_per_week": level[one.test[0]],
                "control_per_week": level[one.control[0]],
                "gain_per_week": effect(start, target, one, before, weeks),
                "error": noise(start, one, before, weeks),
            }
        )
    return pd.DataFrame(rows)


def _outlet_figures(series: Series) -> tuple[float, float]:
    """Return gain and weekly spread of the cases of an outlet that changes.

    The spread of a mean of all weeks from world to world, times the root of their number: weeks are
    taken as independent. Shocks that all outlets share are taken out by the mean of all outlets.
    """
    both = np.isfinite(series.outlets).all(axis=(0, 1)) & series.changed
    if not both.any():
        return 0.0, 0.0
    cases = series.outlets[:, :, both]
    gain = float((cases[:, 1] - cases[:, 0]).mean())
    start = cases[:, 0]
    level = start.mean(axis=0)
    shared = start.sum(axis=1) / max(float(level.sum()), 1e-12)
    rest = start - shared[:, None] * level
    variance = (rest**2).sum(axis=0) / (len(start) - 1)
    return gain, float(np.sqrt(variance.mean() * series.weeks))


def _outlet_table(
    gain: float, spread: float, before: int, weeks: list[int], risk: float, wanted: float
) -> pd.DataFrame:
    needed = [outlets_needed(spread, gain, before, after, risk, wanted) for after in weeks]
    return pd.DataFrame({"weeks": weeks, "outlets_each_group": needed})
