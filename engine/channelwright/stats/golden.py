"""How a KPI differs from stored runs of other random worlds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.stats.arrays import FloatArray, checked_pair
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval, Limits
from channelwright.stats.paired import independent_limits

METHOD = "Welch t, drawn demand taken out"
#: Below this many runs in a half, a slope would cost more than it gains.
FEWEST = 8


@dataclass(frozen=True)
class Sample:
    """Replications of a KPI with what their random worlds held.

    Attributes
    ----------
    values : (n,) float, unit of the KPI
    drawn : (n,) float
        Control variate of expectation 0 that no design or mechanism can move
        (`channelwright.rules.drawn_demand`).
    """

    values: FloatArray
    drawn: FloatArray

    def __post_init__(self) -> None:
        """Refuse samples that do not pair or are too small."""
        checked_pair(self.values, self.drawn, ("values", "drawn demand"))


def slope(sample: Sample) -> float:
    """Return the least-squares slope of values on drawn demand; 0 where that never moves."""
    gap = sample.drawn - sample.drawn.mean()
    spread = float(gap @ gap)
    return float(gap @ sample.values) / spread if spread > 0.0 else 0.0


def without_luck(sample: Sample, coefficient: float | FloatArray) -> FloatArray:
    """Return the values less what drawn demand explains: same expectation, smaller variance."""
    return np.asarray(sample.values - coefficient * sample.drawn)


def cross_fitted(golden: Sample) -> FloatArray:
    """Return the golden values without luck, each half with the slope of the other half.

    A slope that was fitted on the very values that it corrects biases their mean in small samples;
    here no value is corrected by a slope that it has a part in.
    """
    count = golden.values.size
    if count < 2 * FEWEST:
        return golden.values
    odd = np.arange(count) % 2 == 1
    halves = [Sample(golden.values[part], golden.drawn[part]) for part in (odd, ~odd)]
    other = np.where(odd, slope(halves[1]), slope(halves[0]))
    return without_luck(golden, other)


def golden_interval(
    new: Sample, golden: Sample, confidence: float = 0.95, *, share: float = 0.0
) -> Interval:
    """Return the interval for mean(new) - mean(golden), two samples of different seeds.

    The slope on drawn demand comes from the golden runs, which are independent of the new ones, so
    that given the golden runs the corrected new values are independent with the KPI's own mean: the
    estimate is unbiased for every law, also when the KPI reacts to demand otherwise than it did.
    Degrees of freedom after Welch (1947). Control variates: Lavenberg and Welch (1981), Management
    Science 27.

    Parameters
    ----------
    new, golden : Sample
    confidence : float, two-sided
    share : float
        The tolerance of a gate, a share of the golden mean: its uncertain part widens or narrows
        the interval as it does for mean(new) - (1 - share) mean(golden).

    Raises
    ------
    StatisticsError
        With fewer than two runs on a side.
    """
    if new.values.size < 2 or golden.values.size < 2:
        msg = f"{new.values.size} new and {golden.values.size} golden runs; both need 2 or more"
        raise StatisticsError(msg)
    fitted = slope(golden) if golden.values.size >= 2 * FEWEST else 0.0
    one, two = without_luck(new, fitted), cross_fitted(golden)
    weight = 1.0 - share * float(np.sign(two.mean()))
    limits = independent_limits(one, weight * two, confidence)
    shift = (weight - 1.0) * two.mean()
    moved = Limits(*(np.asarray(value + shift) for value in limits))
    return Interval.from_limits(moved, confidence, one.size + two.size, METHOD)
