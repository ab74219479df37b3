"""Selecting the best design of a pack with a stated probability of being right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.rules.kpi_registry import KPIS
from channelwright.stats.allocation import Allocation, spend_budget
from channelwright.stats.multiple import screen
from channelwright.stats.selection import Observe, Selection, select_best
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.study import Pack

USUAL = Setting()
#: Names of designs in a sentence at most.
NAMED = 10


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
        rivals = listed([self.designs[row] for row in found.survivors.tolist()])
        return f"undecided after {total} runs between {rivals}; {self.best} has the best mean"


def listed(names: Sequence[str]) -> str:
    """Return names with commas, of many the first and how many there are besides."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


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
        No such KPI, fewer than two designs, or a budget below `first` runs of each.
    """
    names, where, there, larger = _asked(pack, kpi, designs, scenario, setting)
    _affordable(budget, len(names), first)
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


@dataclass(frozen=True)
class AllocatedDesign:
    """The best design after a fixed budget, spent where it told designs apart (OCBA).

    Attributes
    ----------
    designs : tuple of str
    kpi : str
    allocation : Allocation
    """

    designs: tuple[str, ...]
    kpi: str
    allocation: Allocation

    def table(self) -> pd.DataFrame:
        """Return design, replications and mean."""
        found = self.allocation
        return pd.DataFrame(
            {"design": self.designs, "replications": found.observations, "mean": found.means}
        )

    def __str__(self) -> str:
        """Return the answer as one sentence."""
        found = self.allocation
        return (
            f"{self.designs[found.best]} has the best {self.kpi} after "
            f"{int(found.observations.sum())} runs, correct with probability about "
            f"{found.probability:.3f}"
        )


def allocate(
    pack: Pack,
    kpi: str = "contribution",
    *,
    budget: int,
    designs: Sequence[str] | None = None,
    scenario: str | None = None,
    first: int = 10,
    setting: Setting = USUAL,
) -> AllocatedDesign:
    """Spend a budget of runs where it helps most to tell the best design.

    Parameters
    ----------
    pack, kpi, designs, scenario, first, setting : as for `select`
    budget : int, runs of all designs together

    Raises
    ------
    UsageError
        No such KPI, fewer than two designs, or a budget below `first` runs of each.
    """
    names, where, there, larger = _asked(pack, kpi, designs, scenario, setting)
    _affordable(budget, len(names), first)
    found = spend_budget(
        _observer(pack, names, kpi, where, there),
        len(names),
        budget,
        first=first,
        larger_is_better=larger,
    )
    return AllocatedDesign(names, kpi, found)


def screened(
    pack: Pack,
    kpi: str = "contribution",
    *,
    designs: Sequence[str] | None = None,
    scenario: str | None = None,
    confidence: float = 0.95,
    first: int = 10,
    setting: Setting = USUAL,
) -> pd.DataFrame:
    """Say which of many designs may still be the best after the same few runs of each.

    Returns
    -------
    pandas.DataFrame
        design, replications, mean, in_the_race: a subset that holds the best design with the
        confidence (`channelwright.stats.screen`).
    """
    names, where, there, larger = _asked(pack, kpi, designs, scenario, setting)
    values = np.asarray(
        _observer(pack, names, kpi, where, there)(np.arange(len(names)), 0, first), dtype=np.float64
    )
    return pd.DataFrame(
        {
            "design": names,
            "replications": first,
            "mean": values.mean(axis=1),
            "in_the_race": screen(values, confidence=confidence, larger_is_better=larger),
        }
    )


def _affordable(budget: int | None, designs: int, first: int) -> None:
    """Refuse a budget that ends before every design has its first runs."""
    least = designs * first
    if budget is not None and budget < least:
        message = (
            f"budget is {budget} runs, but {designs} designs with {first} runs each at first need "
            f"{least}; give a budget of {least} or more, fewer first runs (2 or more), or fewer "
            "designs"
        )
        raise UsageError(message)


def _asked(
    pack: Pack,
    kpi: str,
    designs: Sequence[str] | None,
    scenario: str | None,
    setting: Setting,
) -> tuple[tuple[str, ...], str, Setting, bool]:
    """Return designs, scenario, setting and direction with every default filled in."""
    names = tuple(pack.study.designs if designs is None else designs)
    if len(names) < 2:
        message = f"{len(names)} design to select from; give at least 2"
        raise UsageError(message)
    where = pack.study.scenarios[0] if scenario is None else scenario
    larger = kpi not in KPIS or KPIS[kpi].more_is_better is not False
    return names, where, replace(setting, scenarios=(where,)), larger


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
