"""When to stop replicating: rules on the half-width of the interval reached so far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from channelwright.stats.arrays import FloatArray, checked_confidence, checked_sample
from channelwright.stats.errors import StatisticsError
from channelwright.stats.means import student_quantile

MINIMUM_REPLICATIONS = 10


class StopRule(Protocol):
    """Says how many more replications a KPI needs."""

    def further(self, values: npt.ArrayLike) -> int:
        """Return how many replications to add before looking again, 0 exactly when the rule is met.

        Parameters
        ----------
        values : (n,)
            The KPI (or its paired difference) per replication so far; n may be 0.
        """
        ...


def _checked_rule(confidence: float, minimum: int, target: float, name: str) -> None:
    checked_confidence(confidence)
    if minimum < 2:
        msg = f"minimum is {minimum} replications; a spread needs at least 2"
        raise StatisticsError(msg)
    if not 0.0 < target < math.inf:
        msg = f"{name} is {target}; give a positive finite number"
        raise StatisticsError(msg)


def _further(sample: FloatArray, target: float, confidence: float, minimum: int) -> int:
    count = sample.size
    if count < minimum:
        return minimum - count
    scale = student_quantile(confidence, count - 1) * float(sample.std(ddof=1))
    if scale / math.sqrt(count) <= target:
        return 0
    # A spread from few replications is rough: at most double the sample before looking again.
    needed = math.pow(scale / target, 2.0) if target > 0.0 else math.inf
    return max(math.ceil(min(needed, 2.0 * count)) - count, 1)


@dataclass(frozen=True, slots=True)
class AbsolutePrecision:
    """Stop when the half-width is at most `half_width`, in the KPI's unit.

    Attributes
    ----------
    half_width : float
        Target, unit of the KPI.
    confidence : float
        Two-sided level of the interval.
    minimum : int
        Replications before the spread is trusted.
    """

    half_width: float
    confidence: float = 0.95
    minimum: int = MINIMUM_REPLICATIONS

    def __post_init__(self) -> None:
        """Refuse targets that cannot be met."""
        _checked_rule(self.confidence, self.minimum, self.half_width, "half_width")

    def further(self, values: npt.ArrayLike) -> int:
        """Return the replications still needed (see `StopRule`)."""
        return _further(
            checked_sample(values, minimum=0), self.half_width, self.confidence, self.minimum
        )


@dataclass(frozen=True, slots=True)
class RelativePrecision:
    """Stop when the *true* relative error is at most `relative_error` with about this confidence.

    The half-width over the absolute mean must fall to g / (1 + g), because the error is measured
    against the estimate and not the true mean (Law, Simulation Modeling and Analysis, 5th ed.,
    section 9.4.1).

    Attributes
    ----------
    relative_error : float
        Target g as a share of the mean, such as 0.05.
    confidence, minimum
        As in `AbsolutePrecision`.
    """

    relative_error: float
    confidence: float = 0.95
    minimum: int = MINIMUM_REPLICATIONS

    def __post_init__(self) -> None:
        """Refuse targets that cannot be met."""
        _checked_rule(self.confidence, self.minimum, self.relative_error, "relative_error")

    def further(self, values: npt.ArrayLike) -> int:
        """Return the replications still needed (see `StopRule`)."""
        sample = checked_sample(values, minimum=0)
        share = self.relative_error / (1.0 + self.relative_error)
        target = share * abs(float(sample.mean())) if sample.size else 0.0
        return _further(sample, target, self.confidence, self.minimum)


@dataclass(frozen=True, slots=True)
class FixedReplications:
    """Stop after a number of replications, whatever they show."""

    replications: int

    def further(self, values: npt.ArrayLike) -> int:
        """Return the replications still needed (see `StopRule`)."""
        return max(self.replications - np.asarray(values).size, 0)


@dataclass(frozen=True, slots=True)
class Within:
    """Cap another rule by a budget of replications.

    Attributes
    ----------
    rule : StopRule
    budget : int
        Largest number of replications.
    """

    rule: StopRule
    budget: int

    def further(self, values: npt.ArrayLike) -> int:
        """Return the replications still needed and still affordable."""
        left = max(self.budget - np.asarray(values).size, 0)
        return min(self.rule.further(values), left)
