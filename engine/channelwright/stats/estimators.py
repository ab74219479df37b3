"""What a gate asks of a sample: its mean, one of its quantiles, or how often it reaches a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.means import mean_interval
from channelwright.stats.proportions import proportion_interval
from channelwright.stats.quantiles import quantile_interval

if TYPE_CHECKING:
    import numpy.typing as npt

    from channelwright.stats.interval import Interval


class Estimator(Protocol):
    """Turns replications of a KPI into an interval for one number."""

    def interval(self, values: npt.ArrayLike, confidence: float) -> Interval:
        """Return the two-sided interval for a sample of shape (n,)."""
        ...

    def worded(self, figure: Callable[[float], str]) -> str:
        """Return what is estimated, the KPI's values as `figure` shows them; empty for the mean."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean over random worlds."""

    def interval(self, values: npt.ArrayLike, confidence: float) -> Interval:
        """Return the Student interval."""
        return mean_interval(values, confidence)

    def worded(self, figure: Callable[[float], str]) -> str:
        """Return nothing: a KPI without a word is its mean."""
        del figure
        return ""


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile over random worlds: the value that a share `probability` of worlds falls below."""

    probability: float

    def interval(self, values: npt.ArrayLike, confidence: float) -> Interval:
        """Return the interval by order statistics; infinite where the sample is too small."""
        return quantile_interval(values, self.probability, confidence)

    def worded(self, figure: Callable[[float], str]) -> str:
        """Return the quantile in words."""
        del figure
        return f"{self.probability * 100:.6g} % quantile"


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that a world's value is at least a limit, or at most it.

    Attributes
    ----------
    limit : float, unit of the KPI
    below : bool, True: at most
    """

    limit: float
    below: bool = False

    def events(self, values: npt.ArrayLike) -> FloatArray:
        """Return where the limit is kept, along the last axis."""
        sample = checked_sample(values, minimum=1)
        return np.asarray(sample <= self.limit if self.below else sample >= self.limit)

    def interval(self, values: npt.ArrayLike, confidence: float) -> Interval:
        """Return the Clopper-Pearson interval."""
        kept = self.events(values)
        return proportion_interval(int(kept.sum()), kept.size, confidence)

    def worded(self, figure: Callable[[float], str]) -> str:
        """Return the event in words."""
        return f"probability of {'<=' if self.below else '>='} {figure(self.limit)}"
