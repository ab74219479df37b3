"""Designs played in the worlds of a study, as a study of its own beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.foundation.errors import UsageError
from channelwright.studies.samples import collect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.studies.runs import Runs
    from channelwright.studies.samples import Samples
    from channelwright.studies.setting import Setting


def refuse_unknown(runs: Runs, designs: Sequence[str], scenarios: Sequence[str]) -> None:
    """Refuse designs and scenarios that a study does not have.

    Raises
    ------
    UsageError
        Names what is not in the study and what is.
    """
    for names, known, kind in (
        (designs, runs.designs, "design"),
        (scenarios, runs.scenarios, "scenario"),
    ):
        for name in names:
            if name not in known:
                message = f"{kind} {name!r} is not in the study; it has {', '.join(known)}"
                raise UsageError(message)


def played_beside(
    runs: Runs,
    scenario: str,
    designs: Sequence[Design],
    purpose: str,
    setting: Setting,
    market: Market | None = None,
) -> Samples:
    """Simulate designs in the random worlds of a study.

    Parameters
    ----------
    runs : Runs
    scenario : str
    designs : sequence of Design, the baseline first; equal names are played once
    purpose : str
        Of the answer, with all designs that it is about: names the study beside this one.
    setting : Setting
        Workers and progress; the rest is the study's.
    market : Market, optional
        In place of the scenario's own.
    """
    plan, pack = runs.study.plan, runs.study.pack()
    if market is not None:
        pack = replace(pack, markets={**pack.markets, scenario: market})
    there = replace(
        setting,
        seed=plan.seed,
        scenarios=(scenario,),
        keep=plan.keep,
        baseline=designs[0].name,
        out=runs.study.folder.root,
        study=f"{plan.name}-{purpose}-{scenario}",
    )
    count = 1 + max(run.replication for run in plan.runs if run.scenario == scenario)
    unique = {one.name: one for one in designs}
    return collect(there.simulate(pack, list(unique.values()), count), scenario)
