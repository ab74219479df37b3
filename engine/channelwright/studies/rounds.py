"""Replications in rounds: until figures are precise enough or gates decided, within a budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.stats.gates import Verdict
from channelwright.stats.precision import AbsolutePrecision
from channelwright.studies.compare import compare
from channelwright.studies.golden import compare_with_golden
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from channelwright.model.design import Design
    from channelwright.model.study import Expectation, Pack
    from channelwright.studies.choose import Plan
    from channelwright.studies.compare import Comparison
    from channelwright.studies.runs import Runs

FIRST = 10
USUAL = Setting()


@dataclass(frozen=True, slots=True)
class Target:
    """How narrow the interval of a KPI must be.

    Attributes
    ----------
    kpi : str
    half_width : float
        Largest half-width of each paired difference to the baseline (of the baseline's own mean
        where it is alone), unit of the KPI; or a share of the baseline's mean.
    relative : bool
        True: `half_width` is a share of the baseline's mean.
    """

    kpi: str
    half_width: float
    relative: bool = False

    def __str__(self) -> str:
        """Return the target in words."""
        share = f"{self.half_width:.3%} of the baseline"
        return f"{self.kpi} within {share if self.relative else format(self.half_width, 'g')}"


@dataclass(frozen=True)
class Settled:
    """A study that was run in rounds.

    Attributes
    ----------
    runs : Runs
    looks : tuple of int
        Replications after each round.
    unmet : tuple of str
        Targets and gates that are still open; empty when the study ended before its budget.
    pack : Pack
        With its gates as they were judged (`guarded`).
    """

    runs: Runs
    pack: Pack
    looks: tuple[int, ...]
    unmet: tuple[str, ...]

    def __str__(self) -> str:
        """Return what was reached as one sentence."""
        rounds = f"{len(self.looks)} round{'s' if len(self.looks) > 1 else ''}"
        text = f"{self.looks[-1]} replications in {rounds}"
        return f"{text}; still open: {'; '.join(self.unmet)}" if self.unmet else text


def planned_looks(first: int, budget: int) -> tuple[int, ...]:
    """Return the replications at which gates are judged: doubled each time, the last the budget.

    Parameters
    ----------
    first, budget : int

    Raises
    ------
    UsageError
        When the budget is below the first round or below 2.
    """
    if budget < max(first, 2):
        message = (
            f"budget is {budget} replications, the first round takes {max(first, 2)}; "
            "raise the budget or give fewer replications"
        )
        raise UsageError(message)
    looks = [max(first, 2)]
    while looks[-1] < budget:
        looks.append(min(2 * looks[-1], budget))
    return tuple(looks)


def guarded(
    expect: Sequence[Expectation], looks: int, look: int | None = None
) -> tuple[Expectation, ...]:
    """Return gates as they are judged at one of several looks without losing their confidence.

    Look k of n spends the share 2^k / (2^n - 1), k = 0 ... n - 1, of the error that a gate allows:
    the shares add up to 1, so that a wrong verdict at any look is no more probable than the gate
    says (Bonferroni); the last look, which has most runs and decides most gates, has half of it.

    Parameters
    ----------
    expect : sequence of Expectation
    looks : int, n
    look : int, optional, k; default: the last
    """
    count = max(looks, 1)
    share = 2.0 ** (count - 1 if look is None else look) / (2.0**count - 1.0)
    return tuple(replace(gate, confidence=1.0 - (1.0 - gate.confidence) * share) for gate in expect)


def simulate_until(
    pack: Pack,
    designs: Sequence[str | Design | Plan] | None = None,
    *,
    budget: int,
    targets: Sequence[Target] = (),
    replications: int | None = None,
    confidence: float = 0.95,
    setting: Setting = USUAL,
    golden: str | Path | None = None,
) -> Settled:
    """Simulate in rounds until every target is met and every gate of the pack is decided.

    The gates of the pack are judged at planned looks, each with its share of the allowed error
    (`guarded`); the study keeps them so, and the report judges alike. Replications of earlier
    rounds are found again, not repeated.

    Parameters
    ----------
    pack : Pack
    designs : as for `simulate`
    budget : int
        Replications at most.
    targets : sequence of Target
    replications : int, optional
        Of the first round; default: the pack's, at least 10 where a target must be met.
    confidence : float
        Of the intervals that targets speak of.
    setting : Setting
        Where and how the runs are made.
    golden : path, optional
        Folder of golden studies, for gates that compare with one.

    Raises
    ------
    UsageError
        When the budget is below the first round, or a target names no KPI.
    """
    first = pack.study.replications if replications is None else replications
    first = max(first, FIRST if targets and replications is None else 2)
    looks = planned_looks(first, budget)
    done: list[int] = []
    asked = pack.study
    for look, count in enumerate(looks):
        gates = guarded(asked.expect, len(looks), look)
        pack = replace(pack, study=replace(asked, expect=gates))
        runs = setting.simulate(pack, designs, count)
        done.append(count)
        if golden is not None:
            compare_with_golden(runs, golden)
        comparison = compare(runs, confidence=confidence)
        unmet = (*_unmet(comparison, targets, confidence), *_undecided(comparison, pack))
        if not unmet:
            break
    return Settled(runs, pack, tuple(done), unmet)


def _unmet(comparison: Comparison, targets: Sequence[Target], confidence: float) -> tuple[str, ...]:
    """Return targets that are not met; a KPI without a value in some run never meets one."""
    unmet = []
    for target in targets:
        for sample in comparison.samples:
            matrix = sample.of(target.kpi)
            place = sample.designs.index(comparison.baseline)
            base = matrix[place]
            width = target.half_width * (abs(float(base.mean())) if target.relative else 1.0)
            gaps = np.delete(matrix, place, axis=0) - base if len(matrix) > 1 else base[None]
            rule = AbsolutePrecision(max(width, 1e-300), confidence, minimum=2)
            known = np.isfinite(matrix).all()
            if not known or any(rule.further(gap) for gap in gaps):
                unmet.append(f"{target} ({sample.scenario})")
    return tuple(unmet)


def _undecided(comparison: Comparison, pack: Pack) -> tuple[str, ...]:
    table = comparison.gates(pack.study.expect)
    open_ones = table[table["verdict"] == str(Verdict.UNDECIDED)]
    return tuple(
        f"gate {row.kpi} {row.bound} of {row.design}" for row in open_ones.itertuples(index=False)
    )
