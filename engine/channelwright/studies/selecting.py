"""Selecting the best design of a pack with a stated probability of being right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.rules.kpi_registry import KPIS
from channelwright.stats.selection import Observe, Selection, select_best
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.study import Pack

USUAL = Setting()


@dataclass(frozen=True)
class SelectedDesign:
    """The answer to "which design is best", and how sure it is.

    Attributes
    ----------
    designs : tuple of str
    kpi : str
    selection : Selection
        Rows are those of `designs`.
    """

    designs: tuple[str, ...]
    kpi: str
    selection: Selection

    @property
    def best(self) -> str:
        """Name of the selected design; the best so far if the budget ended the search."""
        return self.designs[self.selection.best]

    def table(self) -> pd.DataFrame:
        """Return design, replications, mean and whether it is still in the race."""
        found = self.selection
        alive = np.isin(np.arange(len(self.designs)), found.survivors)
        return pd.DataFrame(
            {
                "design": self.designs,
                "replications": found.observations,
                "mean": found.means,
                "in_the_race": alive,
            }
        )

    def __str__(self) -> str:
        """Return the answer as one sentence with its condition."""
        found = self.selection
        total = int(found.observations.sum())
        if found.finished:
            return (
                f"{self.best} is selected by {self.kpi} after {total} runs: correct with "
                f"probability at least {found.confidence:g} if it leads by {found.zone:,.6g} or "
                "more, else within that of the best"
            )
        rivals = ", ".join(self.designs[row] for row in found.survivors.tolist())
        return f"undecided after {total} runs between {rivals}; {self.best} has the best mean"


def select(
    pack: Pack,
    kpi: str = "contribution",
    *,
    zone: float,
    designs: Sequence[str] | None = None,
    scenario: str | None = None,
    confidence: float = 0.95,
    first: int = 10,
    step: int = 5,
    budget: int | None = None,
    setting: Setting = USUAL,
) -> SelectedDesign:
    """Select the best design by a KPI, giving up designs as soon as they are clearly behind.

    The Kim-Nelson procedure (`channelwright.stats.selection`) on runs under common random numbers;
    runs are kept and found again by any other study of the results folder.

    Parameters
    ----------
    pack : Pack
    kpi : str
    zone : float
        Smallest difference that matters, unit of the KPI.
    designs, scenario : default: those of the pack's study (its first scenario)
    confidence : float
        Probability of correct selection.
    first, step : int
        Replications of each design at first, and at a time after that.
    budget : int, optional
        Runs of all designs together.
    setting : Setting
        Where and how the runs are made.

    Raises
    ------
    UsageError
        No such KPI, or fewer than two designs.
    """
    names = tuple(pack.study.designs if designs is None else designs)
    if len(names) < 2:
        message = f"{len(names)} design to select from; give at least 2"
        raise UsageError(message)
    where = pack.study.scenarios[0] if scenario is None else scenario
    there = replace(setting, scenarios=(where,))
    larger = kpi not in KPIS or KPIS[kpi].more_is_better is not False
    found = select_best(
        _observer(pack, names, kpi, where, there),
        len(names),
        zone,
        confidence=confidence,
        first=first,
        step=step,
        budget=budget,
        larger_is_better=larger,
    )
    return SelectedDesign(names, kpi, found)


def _observer(
    pack: Pack, names: Sequence[str], kpi: str, scenario: str, setting: Setting
) -> Observe:
    """Return the function that makes and reads replications of some designs."""

    def observe(designs: IntArray, first: int, last: int) -> FloatArray:
        runs = setting.simulate(pack, [names[row] for row in designs.tolist()], last)
        sample = collect(runs, scenario)
        wanted = [sample.replications.index(number) for number in range(first, last)]
        return sample.of(kpi)[:, wanted]

    return observe
