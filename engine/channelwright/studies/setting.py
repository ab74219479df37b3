"""Where and how a study runs, as one value that verbs of several rounds pass on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.studies.progress import Progress, silent
from channelwright.studies.simulate import Engine, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.design import Design
    from channelwright.model.study import Pack
    from channelwright.studies.choose import Plan
    from channelwright.studies.cluster import Cluster
    from channelwright.studies.runs import Runs


@dataclass(frozen=True)
class Setting:
    """Options of `channelwright.studies.simulate` that do not change from round to round.

    Attributes
    ----------
    seed, scenarios, baseline
        None = the pack's.
    workers : int or None, local processes; None = one per processor
    cluster : Cluster, address or None, used instead of local processes
    out : path, results folder; study : name in it, None = one that belongs to the question
    keep : str, ``kpis`` or ``orders``
    progress : Progress
    engine : Engine or None, other functions instead of the engine's
    """

    seed: int | None = None
    scenarios: tuple[str, ...] | None = None
    baseline: str | None = None
    workers: int | None = None
    out: str | Path = "results"
    study: str | None = None
    keep: str = "kpis"
    progress: Progress = silent
    engine: Engine | None = None
    cluster: Cluster | str | None = None

    def simulate(
        self, pack: Pack, designs: Sequence[str | Design | Plan] | None, replications: int
    ) -> Runs:
        """Simulate so many replications; those that are there already are found again."""
        return simulate(
            pack,
            designs,
            replications=replications,
            seed=self.seed,
            scenarios=self.scenarios,
            workers=self.workers,
            out=self.out,
            study=self.study,
            keep=self.keep,
            baseline=self.baseline,
            progress=self.progress,
            engine=self.engine,
            cluster=self.cluster,
        )
