"""Gates: does a KPI meet its bound, and do the data suffice to say so."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from channelwright.stats.arrays import checked_confidence
from channelwright.stats.errors import StatisticsError

if TYPE_CHECKING:
    from channelwright.stats.interval import Interval


#: How the numbers of a bound are shown.
Figure = Callable[[float], str]


class Verdict(StrEnum):
    """Answer of a gate."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"


class Bound(Protocol):
    """A condition on the true value of a KPI."""

    def judge(self, interval: Interval) -> Verdict:
        """Return pass or fail when the whole interval lies on one side, else undecided."""
        ...

    def worded(self, figure: Figure) -> str:
        """Return the condition in words, its number as `figure` shows it."""
        ...


def plain_figure(value: float) -> str:
    """Return a number as it stands in a bound: all its digits, thousands of a large one."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"


def _beside_golden(side: str, reference: float, tolerance: float, figure: Figure) -> str:
    known = f" {figure(reference)}" if math.isfinite(reference) else ""
    return f"not {side} golden{known} by more than {tolerance * 100:.4g} %"


def _judge_floor(interval: Interval, floor: float) -> Verdict:
    if interval.low >= floor:
        return Verdict.PASS
    return Verdict.FAIL if interval.high < floor else Verdict.UNDECIDED


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The KPI is `limit` or more."""

    limit: float

    def judge(self, interval: Interval) -> Verdict:
        """Judge the interval of the KPI."""
        return _judge_floor(interval, self.limit)

    def worded(self, figure: Figure) -> str:
        """Return the condition in words."""
        return f"at least {figure(self.limit)}"

    def __str__(self) -> str:
        """Return the condition with the limit as it was given."""
        return self.worded("{:g}".format)


@dataclass(frozen=True, slots=True)
class AtMost:
    """The KPI is `limit` or less."""

    limit: float

    def judge(self, interval: Interval) -> Verdict:
        """Judge the interval of the KPI."""
        if interval.high <= self.limit:
            return Verdict.PASS
        return Verdict.FAIL if interval.low > self.limit else Verdict.UNDECIDED

    def worded(self, figure: Figure) -> str:
        """Return the condition in words."""
        return f"at most {figure(self.limit)}"

    def __str__(self) -> str:
        """Return the condition with the limit as it was given."""
        return self.worded("{:g}".format)


@dataclass(frozen=True, slots=True)
class NotBelow:
    """The KPI has not fallen below a stored reference by more than a tolerance.

    Attributes
    ----------
    reference : float
        Mean of the reference runs, unit of the KPI.
    tolerance : float
        Share of the reference's absolute value that may be lost.
    """

    reference: float
    tolerance: float

    def __post_init__(self) -> None:
        """Refuse a negative tolerance."""
        if self.tolerance < 0.0:
            msg = f"tolerance is {self.tolerance}; give a share of 0 or more, such as 0.0025"
            raise StatisticsError(msg)

    def judge(self, interval: Interval) -> Verdict:
        """Judge the interval of the *difference* to the reference, with the error of both."""
        return _judge_floor(interval, -self.tolerance * abs(self.reference))

    def worded(self, figure: Figure) -> str:
        """Return the condition in words, without a number where there is no golden study."""
        return _beside_golden("below", self.reference, self.tolerance, figure)

    def __str__(self) -> str:
        """Return the condition with the reference as a plain number."""
        return self.worded(plain_figure)


@dataclass(frozen=True, slots=True)
class NotAbove:
    """The KPI has not risen above a stored reference by more than a tolerance.

    Attributes
    ----------
    reference, tolerance : float, as for `NotBelow`
    """

    reference: float
    tolerance: float

    def __post_init__(self) -> None:
        """Refuse a negative tolerance."""
        NotBelow(self.reference, self.tolerance)

    def judge(self, interval: Interval) -> Verdict:
        """Judge the interval of the *difference* to the reference, with the error of both."""
        return AtMost(self.tolerance * abs(self.reference)).judge(interval)

    def worded(self, figure: Figure) -> str:
        """Return the condition in words, without a number where there is no golden study."""
        return _beside_golden("above", self.reference, self.tolerance, figure)

    def __str__(self) -> str:
        """Return the condition with the reference as a plain number."""
        return self.worded(plain_figure)


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's answer with the interval that it rests on."""

    kpi: str
    bound: str
    verdict: Verdict
    interval: Interval
    confidence: float

    def __str__(self) -> str:
        """Return the answer as one sentence."""
        answer = f"{self.verdict} at {self.confidence:.4g} confidence"
        return f"{self.kpi} {self.bound}: {answer}, {self.interval}"


@dataclass(frozen=True, slots=True)
class Gate:
    """A KPI, its bound and the confidence with which it must be known.

    Attributes
    ----------
    kpi : str
        Name of the KPI.
    bound : Bound
        Condition on its true value.
    confidence : float
        A pass is wrong with probability at most 1 - confidence, and so is a fail: each rests on one
        side of the interval, whose two-sided level is therefore 2 confidence - 1.
    """

    kpi: str
    bound: Bound
    confidence: float = 0.95

    def __post_init__(self) -> None:
        """Refuse levels at which a coin would do as well."""
        if checked_confidence(self.confidence) <= 0.5:
            msg = f"gate on {self.kpi}: confidence is {self.confidence}; give more than 0.5"
            raise StatisticsError(msg)

    @property
    def interval_confidence(self) -> float:
        """Two-sided level of the interval that the gate needs."""
        return 2.0 * self.confidence - 1.0

    def judge(self, interval: Interval) -> GateResult:
        """Judge an interval.

        Raises
        ------
        StatisticsError
            When the interval's level is lower than the gate needs.
        """
        if interval.confidence < self.interval_confidence - 1e-12:
            msg = (
                f"gate on {self.kpi}: the interval's confidence is {interval.confidence:.6g}, "
                f"the gate needs {self.interval_confidence:.6g}; ask for a wider interval"
            )
            raise StatisticsError(msg)
        return GateResult(
            self.kpi, str(self.bound), self.bound.judge(interval), interval, self.confidence
        )
