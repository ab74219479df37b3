"""Gates of a pack, judged on the replications of one design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.rules.kpi_proportion import is_proportion
from channelwright.stats.arrays import FloatArray
from channelwright.stats.errors import StatisticsError
from channelwright.stats.estimators import Chance, Mean, Quantile
from channelwright.stats.gates import AtLeast, AtMost, Gate, NotAbove, NotBelow, Verdict
from channelwright.stats.golden import Sample, cross_fitted, golden_interval

if TYPE_CHECKING:
    from channelwright.model.study import Expectation
    from channelwright.stats.estimators import Estimator
    from channelwright.stats.gates import Bound, Figure, GateResult
    from channelwright.stats.interval import Interval

OPEN = "the interval covers the bound; run more replications"
_NAN = float("nan")


@dataclass(frozen=True)
class Evidence:
    """What a gate is judged on.

    Attributes
    ----------
    values : (n,) float or None
        The KPI, or its paired difference to the baseline; None with `reason` where it is missing.
    reason : str
    against : str, name of the baseline of a paired gate
    drawn : (n,) float or None
        What the worlds of `values` held, for a golden gate.
    golden : Sample or None
    """

    values: FloatArray | None
    reason: str = ""
    against: str = ""
    drawn: FloatArray | None = None
    golden: Sample | None = None


@dataclass(frozen=True, slots=True)
class BoundWords:
    """One bound of a gate and what it speaks of; its numbers stay numbers until they are shown.

    Attributes
    ----------
    bound : Bound
    estimator : Estimator
    against : str, name of the baseline of a paired gate, or empty
    of_share : bool, the bound itself is a share: of a KPI in shares, or a probability
    """

    bound: Bound
    estimator: Estimator
    against: str
    of_share: bool

    def __str__(self) -> str:
        """Return the words with plain numbers."""
        return self._words(str(self.bound), "{:g}".format)

    def in_shares(self, share: Figure, unit: str) -> str:
        """Return the words with shares as `share` shows them.

        Parameters
        ----------
        share : function
            From a share to text.
        unit : str
            Of the KPI: in a probability of a value, the value has it.
        """
        bound = self.bound.worded(share) if self.of_share else str(self.bound)
        return self._words(bound, share if unit == "share" else "{:g}".format)

    def _words(self, bound: str, value: Figure) -> str:
        against = f"against {self.against}" if self.against else ""
        return " ".join(filter(None, (self.estimator.worded(value), bound, against)))


@dataclass(frozen=True, slots=True)
class Judged:
    """One bound of a gate and its verdict; estimate and limits are NaN where there is none."""

    bound: BoundWords
    verdict: Verdict
    estimate: float = _NAN
    low: float = _NAN
    high: float = _NAN
    reason: str = ""


def estimator_of(gate: Expectation) -> Estimator:
    """Return what the bounds of a gate speak of."""
    if gate.quantile is not None:
        return Quantile(gate.quantile)
    if gate.reaches is not None:
        return Chance(gate.reaches)
    return Mean() if gate.stays_below is None else Chance(gate.stays_below, below=True)


def is_share(gate: Expectation, unit: str) -> bool:
    """Return whether a gate bounds a share: a KPI of that unit, or a probability."""
    return unit == "share" or gate.reaches is not None or gate.stays_below is not None


def judge_expectation(gate: Expectation, evidence: Evidence, unit: str = "") -> Iterator[Judged]:
    """Yield a verdict per bound; without evidence every bound is undecided and says why.

    Parameters
    ----------
    gate : Expectation
    evidence : Evidence
    unit : str
        Of the KPI, for the words of bounds on shares.
    """
    for bound in _bounds(gate, evidence.golden):
        against = evidence.against if gate.paired else ""
        words = BoundWords(bound, estimator_of(gate), against, is_share(gate, unit))
        reason = evidence.reason or _unusable(evidence.values)
        if evidence.values is None or reason:
            yield Judged(words, Verdict.UNDECIDED, reason=reason)
            continue
        found = _result(gate, bound, evidence)
        where, is_open = found.interval, found.verdict is Verdict.UNDECIDED
        yield Judged(
            words, found.verdict, where.estimate, where.low, where.high, OPEN if is_open else ""
        )


def _bounds(gate: Expectation, golden: Sample | None) -> Iterator[Bound]:
    if gate.at_least is not None:
        yield AtLeast(gate.at_least)
    if gate.at_most is not None:
        yield AtMost(gate.at_most)
    reference = _NAN if golden is None else float(cross_fitted(golden).mean())
    if gate.not_below is not None:
        yield NotBelow(reference, gate.not_below)
    if gate.not_above is not None:
        yield NotAbove(reference, gate.not_above)


def _unusable(values: FloatArray | None) -> str:
    if values is None or values.size < 2:
        return "one replication has no interval; run at least 2"
    if not np.isfinite(values).all():
        return "the KPI has no value in some replication"
    return ""


def _result(gate: Expectation, bound: Bound, evidence: Evidence) -> GateResult:
    asked = Gate(gate.kpi, bound, gate.confidence)
    values = np.asarray(evidence.values)
    if not isinstance(bound, NotBelow | NotAbove):
        interval = estimator_of(gate).interval(values, asked.interval_confidence)
        return asked.judge(_possible(interval, gate))
    if evidence.golden is None or evidence.drawn is None:
        msg = f"gate on {gate.kpi}: there are no golden runs to compare with; give a reason"
        raise StatisticsError(msg)
    sign = 1.0 if isinstance(bound, NotBelow) else -1.0
    new = Sample(values, evidence.drawn)
    interval = golden_interval(
        new, evidence.golden, asked.interval_confidence, share=sign * bound.tolerance
    )
    return asked.judge(interval)


def _possible(interval: Interval, gate: Expectation) -> Interval:
    """Return the part of an interval that can be true: a proportion is never outside 0 and 1.

    The cut interval covers as often as the whole one. An estimate stays inside its limits.
    """
    if not is_proportion(gate.kpi):
        return interval
    least, most = (-1.0, 1.0) if gate.paired else (0.0, 1.0)
    return replace(
        interval,
        low=max(interval.low, min(least, interval.estimate)),
        high=min(interval.high, max(most, interval.estimate)),
    )
