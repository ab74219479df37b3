"""Power of a pilot: difference in differences of test areas against scaled control areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from channelwright.foundation.units import FloatArray, IntArray


@dataclass(frozen=True)
class Pairs:
    """Test areas with their controls (n pairs).

    Attributes
    ----------
    test, control : (n,) int64, areas
    scale : (n,) level of the test area over that of its control under the start
    """

    test: IntArray
    control: IntArray
    scale: FloatArray


def differences(
    values: FloatArray, after: FloatArray, pairs: Pairs, before: int, weeks: int
) -> FloatArray:
    """Return the difference in differences of pairs, summed, for every possible first week.

    Sum over pairs of (mean of the weeks after - mean of the weeks before) of the test area, less
    `scale` times the same of its control. Scaling takes out season and shocks that both share.

    Parameters
    ----------
    values : (R, A, T) what all areas do before, and controls after
    after : (R, A, T) what test areas do after
    before, weeks : int, weeks before and after the change

    Returns
    -------
    (R, T - before - weeks + 1)
    """
    early = _moving(values, before)
    count = values.shape[-1] - before - weeks + 1
    late_test, late_control = _moving(after, weeks), _moving(values, weeks)
    test = late_test[:, pairs.test, before : before + count] - early[:, pairs.test, :count]
    control = late_control[:, pairs.control, before : before + count]
    control = control - early[:, pairs.control, :count]
    return np.asarray((test - pairs.scale[:, None] * control).sum(axis=1))


def _moving(values: FloatArray, weeks: int) -> FloatArray:
    """Return means of so many weeks on end along the last axis."""
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), values.cumsum(axis=-1)], axis=-1)
    return np.asarray((sums[..., weeks:] - sums[..., :-weeks]) / weeks)


def noise(values: FloatArray, pairs: Pairs, before: int, weeks: int) -> float:
    """Return the error of the statistic where nothing changes: root of variance + squared bias.

    The variance is that from world to world at each first week, the bias that of the mean of all
    worlds (test and control with different seasons), both averaged over first weeks.
    """
    nothing = differences(values, values, pairs, before, weeks)
    variance = nothing.var(axis=0, ddof=1)
    bias = nothing.mean(axis=0) ** 2 - variance / len(nothing)
    return float(np.sqrt(variance.mean() + max(float(bias.mean()), 0.0)))


def effect(values: FloatArray, after: FloatArray, pairs: Pairs, before: int, weeks: int) -> float:
    """Return the expected statistic where the test areas change, less that where none does."""
    changed = differences(values, after, pairs, before, weeks)
    nothing = differences(values, values, pairs, before, weeks)
    return float((changed - nothing).mean())


def power(gain: float, error: float, risk: float) -> float:
    """Return the probability that a one-sided test at `risk` finds a gain of this size."""
    if error <= 0.0:
        return 1.0 if gain > 0.0 else 0.0
    return float(ndtr(gain / error - ndtri(1.0 - risk)))


def matched(values: FloatArray, before: int, weeks: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the best control of every area, its scale, and the error of the pair.

    Parameters
    ----------
    values : (R, A, T) under the start

    Returns
    -------
    control : (A,) int64; scale : (A,); error : (A, A) of test area (row) with control (column),
    infinite on the diagonal and where a control has no level to scale by
    """
    level = values.mean(axis=(0, 2))
    count = len(level)
    error = np.full((count, count), np.inf)
    for test in range(count):
        for control in range(count):
            if test != control and level[control] > 0.0 and level[test] > 0.0:
                scale = np.array([level[test] / level[control]])
                pair = Pairs(np.array([test]), np.array([control]), scale)
                error[test, control] = noise(values, pair, before, weeks)
    control = error.argmin(axis=1)
    scale = np.divide(level, level[control], out=np.ones(count), where=level[control] > 0)
    return control, scale, error


def outlets_needed(
    spread: float, gain: float, before: int, weeks: int, risk: float, wanted: float
) -> float:
    """Return how many outlets each group needs: (z_risk + z_power)^2 2 s^2 (1/w0 + 1/w) / gain^2.

    Parameters
    ----------
    spread : standard deviation of one outlet's cases in one week
    gain : cases a week and outlet
    before, weeks : int, weeks before and after
    risk, wanted : risk of a false alarm, power

    Returns
    -------
    float, infinite without a gain
    """
    if gain <= 0.0:
        return float("inf")
    factors = float(ndtri(1.0 - risk) + ndtri(wanted))
    needed = 2.0 * (factors * spread / gain) ** 2 * (1.0 / before + 1.0 / weeks)
    return float(np.ceil(max(needed, 2.0)))
