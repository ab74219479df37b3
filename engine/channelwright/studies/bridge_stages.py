"""Stages of a bridge: designs between two others, and worlds with a choice switched off.

Besides groups of decisions a bridge switches two answers of the world on: free choice of the source
(*diversion*) and the answer of *rivals*. Both ends are in the full world; stages before a switch
are in a world without it:

- without diversion, outlets and sites buy from their assigned source alone. What free choice adds
  or costs at the start belongs to the start and is carried along, so that the step is its change;
- without rivals' answer, rivals sell what they sell beside the start. There the start sells what
  it sells in the full world (`channelwright.rules.catchment.rivals_held`), so nothing is carried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.rules.catchment import has_rivals, rivals_held
from channelwright.rules.sourcing import assigned_only, is_free

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.studies.samples import Samples

DIVERSION, RIVALS = "diversion", "rivals"
_TRANSITION = (
    "Both ends are settled designs: the change-over has no step here; `channelwright transition` "
    "plays it month by month."
)


@dataclass(frozen=True)
class Stages:
    """What lies between two designs.

    Attributes
    ----------
    market : Market
    start, end : Design
    groups : tuple of str, decisions in which the designs differ
    """

    market: Market
    start: Design
    end: Design
    groups: tuple[str, ...]

    @property
    def switches(self) -> tuple[str, ...]:
        """Answers of the world that have a step, in the order of switching on."""
        found = {DIVERSION: self._chooses(), RIVALS: has_rivals(self.market) and self._covers()}
        return tuple(name for name, there in found.items() if there)

    def _chooses(self) -> bool:
        return is_free(self.start) or is_free(self.end)

    def _covers(self) -> bool:
        """Whether the designs cover different outlets: rivals answer to nothing else."""
        first, last = (one.outlets.mode >= 0 for one in (self.start, self.end))
        return not np.array_equal(first, last)

    def between(self, orders: tuple[tuple[str, ...], ...]) -> list[frozenset[str]]:
        """Return what is switched on at the stages of some orders; each once, ends left out.

        Without a decision of the end every stage is the start: there is nothing to answer to.
        """
        parts = [frozenset(order[:place]) for order in orders for place in range(1, len(order))]
        return list(dict.fromkeys(part for part in parts if part & set(self.groups)))

    def is_held(self, part: frozenset[str]) -> bool:
        """Return whether rivals do not answer at a stage."""
        return RIVALS in self.switches and RIVALS not in part

    def is_assigned(self, part: frozenset[str]) -> bool:
        """Return whether everybody buys from the assigned source at a stage."""
        return DIVERSION in self.switches and DIVERSION not in part

    def design(self, part: frozenset[str]) -> Design:
        """Return the design of a stage, named after what is switched on."""
        from channelwright.optimisation.hybrid import hybrid

        decisions = [name for name in self.groups if name in part]
        # Groups in which the designs do not differ are put in with the last one that does.
        whole = len(decisions) == len(self.groups)
        made = self.end if whole else hybrid(self.market, self.start, self.end, decisions)
        if self.is_assigned(part):
            made = assigned_only(made)
        return replace(made, name=self.label(part))

    def label(self, part: frozenset[str]) -> str:
        """Return the name of a stage's design."""
        names = [name for name in (*self.groups, *self.switches) if name in part]
        return "_".join(["with", *names])

    @property
    def assigned_label(self) -> str:
        """Name of the start in which everybody buys from the assigned source."""
        return f"{self.start.name}_assigned_only"

    def assigned_start(self) -> Design:
        """Return the start in which everybody buys from the assigned source."""
        return replace(assigned_only(self.start), name=self.assigned_label)

    def held_market(self) -> Market:
        """Return the market in which rivals sell what they sell beside the start."""
        return rivals_held(self.market, self.start)

    def notes(self) -> tuple[str, ...]:
        """Return what the steps of the world mean, and why one of them is absent."""
        return _diversion(self._chooses()), self._rivals(), _TRANSITION

    def _rivals(self) -> str:
        if not has_rivals(self.market):
            return (
                "Rivals have no step: this pack has no rivals in reach of consumers "
                "(`market.catchment` and the table `rivals`)."
            )
        if not self._covers():
            return "Rivals have no step: both designs cover the same outlets, so rivals sell alike."
        return (
            "Rivals: until their step they sell what they sell at the start; the step is what they "
            "give to or take from the outlets as coverage changes, and 0 in an order that begins "
            "with it."
        )


def _diversion(chooses: bool) -> str:
    if not chooses:
        return (
            "Diversion has no step: in neither design may an outlet or a site buy from another "
            "source than its assigned one (`sources`, `suppliers`)."
        )
    return (
        "Diversion: until its step outlets and sites buy from their assigned source alone; the "
        "step is what free choice adds or costs, less what it does at the start, and 0 in an order "
        "that begins with it. Sources outside the design are not simulated."
    )


@dataclass(frozen=True)
class Levels:
    """KPIs of all stages, side by side in the replications that all of them have finished.

    Attributes
    ----------
    stages : Stages
    full, held : Samples, of the full world and of that in which rivals do not answer; held is
        None where no stage is in it
    """

    stages: Stages
    full: Samples
    held: Samples | None

    @property
    def replications(self) -> tuple[int, ...]:
        """Replications that every stage has."""
        if self.held is None:
            return self.full.replications
        there = set(self.held.replications)
        return tuple(number for number in self.full.replications if number in there)

    def of(self, kpi: str, part: frozenset[str]) -> FloatArray:
        """Return a KPI at a stage: (n_replications,), 0 where it has no value."""
        stages = self.stages
        if not part & set(stages.groups):
            return self._row(kpi, stages.start.name)
        if part == {*stages.groups, *stages.switches}:
            return self._row(kpi, stages.end.name)
        found = self._row(kpi, stages.label(part), held=stages.is_held(part))
        if stages.is_assigned(part):
            start, alone = stages.start.name, stages.assigned_label
            found = found + (self._row(kpi, start) - self._row(kpi, alone))
        return found

    def _row(self, kpi: str, design: str, *, held: bool = False) -> FloatArray:
        sample = self.held if held and self.held is not None else self.full
        if not sample.has(kpi):
            return np.zeros(len(self.replications))
        columns = [sample.replications.index(number) for number in self.replications]
        found = sample.of(kpi)[sample.designs.index(design)][columns]
        return np.asarray(np.nan_to_num(found), dtype=np.float64)
