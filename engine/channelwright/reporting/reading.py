"""What a report needs of a study, read once: labels, static context and sums per replication."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.study import Pack
from channelwright.store import Chosen, Study, StudyPlan, load_study
from channelwright.store.answers import load_answers
from channelwright.store.golden import GoldenReference
from channelwright.store.query import query
from channelwright.tables.outputs import CELLS, REP_CELLS, SITE_CELLS
from channelwright.tables.parcel_tables import PARCEL_CELLS
from channelwright.tables.supplier_tables import SUPPLY_CELLS

if TYPE_CHECKING:
    import pandas as pd

#: How stored KPIs call the sum over all areas or modes.
TOTAL = "all"
_LEDGER = """
SELECT design, replication, account, payer, payee, area, mode, site,
       CAST(SUM(amount) AS DOUBLE) / {ticks} AS amount
FROM ledger WHERE period >= 0 AND scenario = '{scenario}'
GROUP BY ALL ORDER BY ALL
"""
_SUMS = """
SELECT design, replication, {keys}, {sums}
FROM {table} WHERE period >= 0 AND scenario = '{scenario}'
GROUP BY ALL ORDER BY ALL
"""
_WEEKS = """
SELECT design, replication, period, {sums}
FROM cells WHERE period >= 0 AND scenario = '{scenario}'
GROUP BY ALL ORDER BY ALL
"""
_CLOSING = """
SELECT design, replication, site, period, CAST(SUM(closing_value) AS DOUBLE) / {ticks} AS value
FROM site_cells WHERE scenario = '{scenario}' AND
    period IN (-1, (SELECT MAX(period) FROM site_cells WHERE scenario = '{scenario}'))
GROUP BY ALL ORDER BY ALL
"""
_EFFORT = """
SELECT design, replication, mode, AVG(actual) AS actual
FROM effort WHERE scenario = '{scenario}' GROUP BY ALL ORDER BY ALL
"""
_KPIS = "SELECT * FROM kpis ORDER BY ALL"
_FAMILIES = """
SELECT design, replication, kpi, family, value, unit FROM family_kpis
WHERE scenario = '{scenario}' AND area = 'all' AND mode = 'all' ORDER BY ALL
"""


class HasStudy(Protocol):
    """Anything that knows its study, such as the runs that a simulation returns."""

    @property
    def study(self) -> Study:
        """The study."""
        ...


@dataclass(frozen=True)
class StudyData:
    """A study as the sections of a report see it, under one scenario.

    Attributes
    ----------
    plan : StudyPlan
    pack : Pack
    scenario : str
        The scenario of all tables but `kpis`, which has every scenario.
    market : Market
    designs : mapping of str to Design
        In the order of the report; only designs with finished runs.
    chosen : mapping of str to Chosen
        Evidence of the designs that the optimiser chose.
    replications : tuple of int
        Those that every design has finished, so that differences pair.
    ledger, cells, sites, reps : DataFrame
        Sums over the measured days by design, replication and the keys of the table; money in
        currency units.
    supply : DataFrame
        The same of what sites that choose where they buy bought, by site and source; values in
        ticks. No rows where none chooses.
    parcels : DataFrame
        The same of parcels to consumers, by area and product; values in ticks. No rows without any.
    weeks : DataFrame
        Sums of all cells by design, replication and period.
    closing : DataFrame
        Value of site stock at the start and the end of the measured days, currency units.
    effort : DataFrame
        Mean effort by design, replication and mode.
    kpis : DataFrame
        Stored KPIs of every scenario: scenario, design, replication, kpi, area, mode, value, unit.
    families : DataFrame
        KPIs of product families, over all areas and modes: design, replication, kpi, family, value,
        unit.
    status : DataFrame
        One row per planned run.
    manifest : mapping
        Facts about the first finished run: versions, machine.
    reference : GoldenReference
        The golden study that gates compare with.
    answers : mapping of (kind, design) to plain tables
        What `bridge` and `explain` kept with the study.
    """

    plan: StudyPlan
    pack: Pack
    scenario: str
    market: Market
    designs: dict[str, Design]
    chosen: dict[str, Chosen]
    replications: tuple[int, ...]
    ledger: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    reps: pd.DataFrame
    supply: pd.DataFrame
    parcels: pd.DataFrame
    weeks: pd.DataFrame
    closing: pd.DataFrame
    effort: pd.DataFrame
    kpis: pd.DataFrame
    families: pd.DataFrame
    status: pd.DataFrame
    manifest: dict[str, Any]
    reference: GoldenReference
    answers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def totals(self) -> dict[tuple[str, str, str, str], np.ndarray]:
        """KPIs over all areas: (scenario, kpi, mode, design) -> (replications,)."""
        table = self.kpis[self.kpis["area"] == TOTAL].sort_values("replication", kind="stable")
        parts = table.groupby(["scenario", "kpi", "mode", "design"], sort=False)["value"]
        return {key: part.to_numpy() for key, part in parts}

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every stored KPI."""
        return dict(zip(self.kpis["kpi"], self.kpis["unit"], strict=True))

    @property
    def baseline(self) -> str:
        """Design that the others are compared with."""
        return self.plan.baseline

    @property
    def rivals(self) -> tuple[str, ...]:
        """Every design but the baseline, in the order of the report."""
        return tuple(name for name in self.designs if name != self.baseline)

    @property
    def currency(self) -> str:
        """ISO code of the money."""
        return self.market.finance.currency

    @property
    def days(self) -> int:
        """Measured days."""
        return self.market.calendar.horizon_days - self.market.calendar.warmup_days

    @property
    def period(self) -> str:
        """The measured days in words."""
        return f"{self.days // 7} weeks" if self.days % 7 == 0 else f"{self.days} days"

    @property
    def versus(self) -> str:
        """The baseline as sentences call it."""
        return self.versus_of(self.baseline)

    def versus_of(self, design: str) -> str:
        """Return a design as sentences call it."""
        return "today" if design == "today" else f"“{self.title(design)}”"

    def short(self, design: str) -> str:
        """Return what a design is called where there is little room."""
        words = design.replace("_", " ")
        return words[:1].upper() + words[1:]

    def title(self, design: str) -> str:
        """Return what a design is called in sentences."""
        return self.designs[design].title or design


def study_of(source: HasStudy | Study | str | Path) -> Study:
    """Return the study of a folder, of runs, or itself."""
    if isinstance(source, Study):
        return source
    if isinstance(source, str | Path):
        return load_study(source)
    return source.study


def read_study(source: HasStudy | Study | str | Path, scenario: str | None = None) -> StudyData:
    """Read what a report needs.

    Parameters
    ----------
    source : Study, runs, or path
        Path of a study folder, ``results/studies/<study>``.
    scenario : str, optional
        Scenario of the sections; the first of the study if left out.

    Raises
    ------
    UsageError
        When the study has no such scenario, or no replication that its baseline and another
        design have both finished.
    """
    study = study_of(source)
    pack = study.pack()
    chosen_scenario = scenario or _first_scenario(pack, study.plan)
    if chosen_scenario not in study.plan.markets:
        msg = (
            f"study {study.plan.name!r} has no scenario {chosen_scenario!r}; "
            f"it has {', '.join(study.plan.markets)}"
        )
        raise UsageError(msg)
    status = study.status()
    names, replications = _paired(study.plan, pack, status, chosen_scenario)
    tables = _tables(study, chosen_scenario, names, replications)
    return StudyData(
        plan=study.plan,
        pack=pack,
        scenario=chosen_scenario,
        market=study.market(chosen_scenario),
        designs={name: study.design(name) for name in names},
        chosen={name: item for name, item in study.chosen().items() if name in names},
        replications=replications,
        status=status,
        manifest=dict(next(iter(study.finished().values())).manifest),
        reference=GoldenReference(study),
        answers=load_answers(study.folder),
        **tables,
    )


def _first_scenario(pack: Pack, plan: StudyPlan) -> str:
    return next((name for name in pack.study.scenarios if name in plan.markets), "") or next(
        iter(plan.markets)
    )


def _paired(
    plan: StudyPlan, pack: Pack, status: pd.DataFrame, scenario: str
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the designs with runs, in order, and the replications that all of them have."""
    done = status[(status["state"] == "finished") & (status["scenario"] == scenario)]
    finished = {str(name): set(part["replication"]) for name, part in done.groupby("design")}
    known = [name for name in pack.study.designs if name in plan.designs]
    order = list(dict.fromkeys([plan.baseline, *known, *plan.designs]))
    names = tuple(name for name in order if name in finished)
    common = set.intersection(*(finished[name] for name in names)) if names else set()
    if plan.baseline not in names or not common:
        msg = (
            f"study {plan.name!r} has no replication of {scenario!r} that every design has "
            f"finished (baseline {plan.baseline!r}); run `channelwright compare` again to finish it"
        )
        raise UsageError(msg)
    return names, tuple(sorted(int(number) for number in common))


def _tables(
    study: Study, scenario: str, names: tuple[str, ...], replications: tuple[int, ...]
) -> dict[str, pd.DataFrame]:
    label = scenario.replace("'", "''")
    statements = {
        "ledger": _LEDGER.format(ticks=TICKS_PER_UNIT, scenario=label),
        "cells": _sums_of("cells", CELLS.names, ("area", "mode"), label),
        "sites": _sums_of("site_cells", SITE_CELLS.names, ("site",), label),
        "reps": _sums_of("rep_cells", REP_CELLS.names, ("rep",), label),
        "supply": _sums_of("supply_cells", SUPPLY_CELLS.names, ("site", "source"), label),
        "parcels": _sums_of("parcel_cells", PARCEL_CELLS.names, ("area", "product"), label),
        "weeks": _WEEKS.format(
            sums=_sum_list(CELLS.names, ("period", "area", "mode")), scenario=label
        ),
        "closing": _CLOSING.format(ticks=TICKS_PER_UNIT, scenario=label),
        "effort": _EFFORT.format(scenario=label),
        "kpis": _KPIS,
        "families": _FAMILIES.format(scenario=label),
    }
    tables = {name: query(study, statement) for name, statement in statements.items()}
    return {
        name: table[
            table["design"].isin(names) & table["replication"].isin(replications)
        ].reset_index(drop=True)
        for name, table in tables.items()
    }


def _sums_of(table: str, columns: tuple[str, ...], keys: tuple[str, ...], scenario: str) -> str:
    sums = _sum_list(columns, ("period", *keys))
    return _SUMS.format(keys=", ".join(keys), sums=sums, table=table, scenario=scenario)


def _sum_list(columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    return ", ".join(
        f"CAST(SUM({name}) AS DOUBLE) AS {name}" for name in columns if name not in keys
    )
