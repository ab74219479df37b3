"""At what value of an assumption one design overtakes another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.errors import StatisticsError
from channelwright.stats.means import student_quantile

#: Places at which the interval is looked up between two evaluated values.
_GRID = 4_001


@dataclass(frozen=True)
class Flip:
    """Where a paired difference of two designs changes its sign.

    Attributes
    ----------
    value : float or None
        Of the assumption; None: the sign does not change within the range.
    low, high : float
        Values at which the data do not tell which design is better; infinite where that goes on
        past the end of the range, NaN without a flip.
    evaluations : int
        Values that were simulated.
    sure : bool
        Without a flip: whether the difference is off zero at both ends, at the confidence asked.
    """

    value: float | None
    low: float
    high: float
    evaluations: int
    sure: bool

    def __str__(self) -> str:
        """Return the answer in words."""
        if self.value is None:
            doubt = "" if self.sure else " (the difference is not clear at the ends)"
            return f"does not flip within the range{doubt}"
        low = "below the range" if np.isinf(self.low) else f"{self.low:.4g}"
        high = "above the range" if np.isinf(self.high) else f"{self.high:.4g}"
        return f"{self.value:.4g} [{low}, {high}]"


def find_flip(
    difference: Callable[[float], FloatArray],
    low: float,
    high: float,
    *,
    confidence: float = 0.95,
    steps: int = 5,
) -> Flip:
    """Find the value at which a mean difference crosses zero, by bisection.

    Every value is simulated in the same random worlds, so that each replication has its own curve;
    between evaluated values it is taken as straight. The interval holds the values at which the
    paired Student interval of the curves' mean covers zero (Fieller's argument along the curve).

    Parameters
    ----------
    difference : function of a value to (n,), one entry per replication
    low, high : float, the range
    confidence : float
    steps : int, halvings after both ends

    Raises
    ------
    StatisticsError
        When the range is empty or the samples are unusable.
    """
    if not low < high:
        msg = f"range {low:g} to {high:g} is empty; give a low end below the high end"
        raise StatisticsError(msg)
    seen = {low: checked_sample(difference(low)), high: checked_sample(difference(high))}
    left, right = low, high
    sign = np.sign(seen[low].mean())
    if sign == np.sign(seen[high].mean()):
        sure = all(_clear(sample, confidence) for sample in seen.values())
        return Flip(None, np.nan, np.nan, len(seen), sure)
    for _ in range(steps):
        middle = 0.5 * (left + right)
        seen[middle] = checked_sample(difference(middle))
        if np.sign(seen[middle].mean()) == sign:
            left = middle
        else:
            right = middle
    return _flip(seen, left, right, confidence)


def _clear(sample: FloatArray, confidence: float) -> bool:
    return bool(abs(sample.mean()) > _half_width(sample, confidence))


def _half_width(sample: FloatArray, confidence: float) -> float:
    count = sample.shape[-1]
    factor = student_quantile(confidence, count - 1)
    return factor * float(sample.std(ddof=1)) / float(np.sqrt(count))


def _flip(seen: dict[float, FloatArray], left: float, right: float, confidence: float) -> Flip:
    values = np.array(sorted(seen))
    curves = np.stack([seen[value] for value in values])
    grid = np.union1d(np.linspace(values[0], values[-1], _GRID), values)
    lines = np.stack([np.interp(grid, values, column) for column in curves.T], axis=1)
    count = lines.shape[1]
    mean = lines.mean(axis=1)
    factor = student_quantile(confidence, count - 1) / np.sqrt(count)
    unclear = np.abs(mean) <= factor * lines.std(axis=1, ddof=1)
    ends = [float(seen[end].mean()) for end in (left, right)]
    gap = ends[0] - ends[1]
    value = left + (right - left) * (ends[0] / gap if gap else 0.5)
    place = int(np.argmin(np.abs(grid - value)))
    first, last = place, place
    while first > 0 and unclear[first - 1]:
        first -= 1
    while last < grid.size - 1 and unclear[last + 1]:
        last += 1
    low = -np.inf if first == 0 and unclear[0] else float(grid[first])
    high = np.inf if last == grid.size - 1 and unclear[-1] else float(grid[last])
    return Flip(value, min(low, value), max(high, value), len(seen), sure=True)
