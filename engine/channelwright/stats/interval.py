"""What an estimator returns: limits for many experiments, or one interval that shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from channelwright.stats.arrays import FloatArray


class Limits(NamedTuple):
    """Estimate and confidence limits of many experiments at once, each of shape (...)."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval for one quantity.

    Attributes
    ----------
    estimate, low, high : float
        Unit of the sample. Limits are infinite where the sample is too small for the level.
    confidence : float
        Probability with which the procedure covers the true value.
    observations : int
        Replications used.
    method : str
        Procedure, in words that a report can print.
    """

    estimate: float
    low: float
    high: float
    confidence: float
    observations: int
    method: str

    @classmethod
    def from_limits(
        cls, limits: Limits, confidence: float, observations: int, method: str
    ) -> Interval:
        """Take the limits of a single experiment."""
        return cls(
            float(limits.estimate),
            float(limits.low),
            float(limits.high),
            confidence,
            observations,
            method,
        )

    @property
    def half_width(self) -> float:
        """Half the distance between the limits."""
        return (self.high - self.low) / 2.0

    def covers(self, value: float) -> bool:
        """Tell whether `value` lies between the limits, both included."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Show estimate, limits, level and sample size on one line."""
        return (
            f"{self.estimate:.6g} [{self.low:.6g}, {self.high:.6g}] "
            f"({self.confidence:.4g} confidence, n = {self.observations}, {self.method})"
        )
