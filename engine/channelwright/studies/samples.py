"""KPI samples for statistics: the replications that every design has finished, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import RunError, UsageError
from channelwright.foundation.units import FloatArray
from channelwright.studies.runs import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from channelwright.studies.runs import Runs


@dataclass(frozen=True)
class Samples:
    """KPIs of one scenario by design and replication; only replications that all designs have.

    Attributes
    ----------
    scenario : str
    designs : tuple of str
    replications : tuple of int
        Paired replications, in order.
    dropped : tuple of int
        Replications that some design lacks (failed or pending), left out for all.
    units : dict of str to str
        Unit by KPI, in the order of the KPI table.
    values : dict of str to (n_designs, n_replications) float
        NaN where a KPI has no value, such as a ratio without a denominator.
    by_mode : dict of str to (n_designs, n_replications) float
        The same of single modes, named ``<kpi>_<mode>``, for gates.
    """

    scenario: str
    designs: tuple[str, ...]
    replications: tuple[int, ...]
    dropped: tuple[int, ...]
    units: dict[str, str]
    values: dict[str, FloatArray]
    by_mode: dict[str, FloatArray] = field(default_factory=dict)

    def has(self, kpi: str) -> bool:
        """Whether a design has values of a KPI."""
        return kpi in self.values or kpi in self.by_mode

    def of(self, kpi: str) -> FloatArray:
        """Return the sample of a KPI, one row per design.

        Raises
        ------
        UsageError
            When there is no such KPI.
        """
        if kpi in self.by_mode:
            return self.by_mode[kpi]
        if kpi not in self.values:
            msg = f"no KPI is called {kpi!r}; KPIs: {', '.join(self.values)}"
            raise UsageError(msg)
        return self.values[kpi]


def collect(runs: Runs, scenario: str, *, area: str = TOTAL, mode: str = TOTAL) -> Samples:
    """Gather the KPIs of one scenario.

    Parameters
    ----------
    runs : Runs
    scenario : str
    area, mode : str
        Id of an area or mode, or ``"all"`` for the total.

    Raises
    ------
    RunError
        When no replication has been finished by every design.
    """
    table = runs.kpis(by_area=True, by_mode=True)
    table = table[(table["scenario"] == scenario) & (table["area"] == area)]
    modes = table[table["mode"] != TOTAL]
    table = table[table["mode"] == mode]
    planned = sorted({run.replication for run in runs.study.plan.runs if run.scenario == scenario})
    paired = _paired(table, runs.designs, planned)
    if not paired:
        msg = (
            f"scenario {scenario!r}: no replication was finished by every one of the designs "
            f"{', '.join(runs.designs)}; look at Runs.failures and run the study again"
        )
        raise RunError(msg)
    units = dict(zip(table["kpi"], table["unit"], strict=True))
    return Samples(
        scenario,
        runs.designs,
        tuple(paired),
        tuple(sorted(set(planned) - set(paired))),
        units,
        {kpi: _matrix(table[table["kpi"] == kpi], runs.designs, paired) for kpi in units},
        _mode_samples(modes, runs.designs, paired) if mode == TOTAL else {},
    )


def _mode_samples(
    table: pd.DataFrame, designs: Sequence[str], paired: Sequence[int]
) -> dict[str, FloatArray]:
    """Return the samples of single modes by ``<kpi>_<mode>``."""
    if not len(table):
        return {}
    wide = table.pivot(
        index=["kpi", "mode"], columns=["design", "replication"], values="value"
    ).reindex(columns=[(design, r) for design in designs for r in paired])
    shape = (len(designs), len(paired))
    return {
        f"{kpi}_{mode}": row.reshape(shape)
        for (kpi, mode), row in zip(wide.index, wide.to_numpy(dtype=np.float64), strict=True)
    }


def _paired(table: pd.DataFrame, designs: Sequence[str], planned: Sequence[int]) -> list[int]:
    have = {
        (design, int(r)) for design, r in zip(table["design"], table["replication"], strict=True)
    }
    return [r for r in planned if all((design, r) in have for design in designs)]


def _matrix(part: pd.DataFrame, designs: Sequence[str], paired: Sequence[int]) -> FloatArray:
    wide = part.pivot(index="design", columns="replication", values="value")
    return np.asarray(wide.reindex(index=list(designs), columns=list(paired)), dtype=np.float64)
