"""Questions on a finished comparison: regret, promises, distance to the best, gain of sharing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.stats.chance import Promise, best_that_keeps
from channelwright.stats.multiple import compare_with_best
from channelwright.stats.regret import regret_table

if TYPE_CHECKING:
    from channelwright.studies.compare import Comparison

PROFIT = "contribution"


@dataclass(frozen=True)
class Condition:
    """A KPI that a design has to keep: at least a bound, or at most it."""

    kpi: str
    bound: float
    at_least: bool = True

    def __str__(self) -> str:
        """Return the condition as it is written on the command line."""
        return f"{self.kpi} {'>=' if self.at_least else '<='} {self.bound:g}"


def regret(
    comparison: Comparison,
    kpi: str = PROFIT,
    weights: Mapping[str, float] | None = None,
    tail: float = 0.2,
) -> pd.DataFrame:
    """Return worst, expected and tail regret of each design over the scenarios of a study.

    Parameters
    ----------
    comparison : Comparison
    kpi : str
    weights : mapping of scenario to probability, optional
        Default: equal.
    tail : float, share of probability in the tail

    Returns
    -------
    pandas.DataFrame
        Columns design, worst, worst_scenario, expected, cvar, minimax, least_expected, least_cvar
        (`channelwright.stats.regret_table`).

    Raises
    ------
    UsageError
        With one scenario, or weights that name others.
    """
    samples = comparison.samples
    scenarios = [sample.scenario for sample in samples]
    if len(scenarios) < 2:
        message = f"regret needs several scenarios, the study has {scenarios[0]}"
        raise UsageError(message)
    if weights is not None and set(weights) != set(scenarios):
        message = f"weights name {', '.join(weights)}; the scenarios are {', '.join(scenarios)}"
        raise UsageError(message)
    means = np.stack([sample.of(kpi).mean(axis=1) for sample in samples], axis=1)
    share = None if weights is None else [weights[name] for name in scenarios]
    larger = kpi not in comparison.lower_is_better
    table = regret_table(means, share, tail=tail, larger_is_better=larger)
    score = means if larger else -means
    lost = score.max(axis=0)[None, :] - score
    table["design"] = samples[0].designs
    table.insert(2, "worst_scenario", [scenarios[place] for place in lost.argmax(axis=1)])
    return table


def keeping(
    comparison: Comparison,
    conditions: Sequence[Condition],
    kpi: str = PROFIT,
) -> pd.DataFrame:
    """Return which designs are shown to keep all conditions, and the best of those.

    Returns
    -------
    pandas.DataFrame
        Row per scenario and design: scenario, design, mean of the KPI, conditions (``kept``,
        ``broken`` or ``open``, all of a scenario together at the comparison's confidence), chosen,
        and probability, that the chosen one is the best of those not shown to break a condition.
    """
    frames = []
    for sample in comparison.samples:
        promises = [
            Promise(sign * sample.of(one.kpi), sign * one.bound)
            for one in conditions
            for sign in (1.0 if one.at_least else -1.0,)
        ]
        goal = sample.of(kpi)
        larger = kpi not in comparison.lower_is_better
        found = best_that_keeps(
            goal, promises, confidence=comparison.confidence, larger_is_better=larger
        )
        state = np.where(found.kept, "kept", np.where(found.broken, "broken", "open"))
        chosen = [row == found.best for row in range(len(sample.designs))]
        frames.append(
            pd.DataFrame(
                {
                    "scenario": sample.scenario,
                    "design": sample.designs,
                    "mean": goal.mean(axis=1),
                    "conditions": state,
                    "chosen": chosen,
                    "probability": np.where(chosen, found.probability, np.nan),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def with_best(comparison: Comparison, kpi: str = PROFIT) -> pd.DataFrame:
    """Return simultaneous limits of each design's distance to the best of the others (MCB)."""
    frames = []
    for sample in comparison.samples:
        table = compare_with_best(
            sample.of(kpi),
            confidence=comparison.confidence,
            larger_is_better=kpi not in comparison.lower_is_better,
        )
        table["design"] = sample.designs
        table.insert(0, "scenario", sample.scenario)
        frames.append(table)
    return pd.concat(frames, ignore_index=True)
