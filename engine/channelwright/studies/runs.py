"""The runs of a study as an object to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.store.query import query

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from channelwright.store.study import Study

TOTAL = "all"


@dataclass(frozen=True)
class Runs:
    """Finished and failed runs of a study; everything is read from its folder when asked for.

    Attributes
    ----------
    study : Study
        Plan and readers.
    """

    study: Study

    @property
    def path(self) -> Path:
        """Folder of the study."""
        return self.study.folder.path

    @property
    def designs(self) -> tuple[str, ...]:
        """Designs, in the order of the plan."""
        return tuple(self.study.plan.designs)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios, in the order of the plan."""
        return tuple(self.study.plan.markets)

    @property
    def baseline(self) -> str:
        """Design that the others are compared with."""
        return self.study.plan.baseline

    def status(self) -> pd.DataFrame:
        """Return one row per planned run and its state."""
        return self.study.status()

    @property
    def failures(self) -> pd.DataFrame:
        """One row per run that failed, with stage, error and message."""
        status = self.status()
        return status[status["state"] == "failed"].reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of all finished runs, led by scenario, design and replication."""
        return self.study.table(name)

    def kpis(self, *, by_area: bool = False, by_mode: bool = False) -> pd.DataFrame:
        """Return the KPIs of every finished run.

        Parameters
        ----------
        by_area, by_mode : bool
            False keeps the totals of that kind only.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, design, replication, kpi, area, mode, value, unit.
        """
        return self._totals("kpis", by_area=by_area, by_mode=by_mode)

    def family_kpis(self, *, by_area: bool = False, by_mode: bool = False) -> pd.DataFrame:
        """Return the KPIs of product families of every finished run.

        Parameters
        ----------
        by_area, by_mode : bool
            False keeps the totals of that kind only.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, design, replication, kpi, area, mode, family, value, unit.
        """
        return self._totals("family_kpis", by_area=by_area, by_mode=by_mode)

    def _totals(self, name: str, *, by_area: bool, by_mode: bool) -> pd.DataFrame:
        table = self.table(name)
        for wanted, column in ((by_area, "area"), (by_mode, "mode")):
            if not wanted:
                table = table[table[column] == TOTAL]
        return table.reset_index(drop=True)

    def sql(self, statement: str) -> pd.DataFrame:
        """Ask the study a question in SQL (see `channelwright.store.query`)."""
        return query(self.study, statement)

    def __repr__(self) -> str:
        """Show what was run, how it ended, and where it lies."""
        states = self.status()["state"].value_counts()
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        return (
            f"Runs of study {self.study.plan.name!r}: {counts}\n"
            f"  designs: {', '.join(self.designs)} (baseline {self.baseline})\n"
            f"  scenarios: {', '.join(self.scenarios)}; seed {self.study.plan.seed}\n"
            f"  folder: {self.path}"
        )
