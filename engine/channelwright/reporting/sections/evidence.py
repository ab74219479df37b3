"""Section 10: data, assumptions, seeds, versions, replications."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.kpis import samples_of
from channelwright.reporting.numbers import many, plain
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import label_of
from channelwright.stats.paired import variance_reduction

#: KPIs beside the contribution whose gain from shared worlds is shown.
SAVED_TOO = ("delivered_cases", "case_fill_rate", "on_shelf_availability", "otif")
PACKAGES = ("numpy", "pandas", "scipy", "simpy", "pyomo", "highspy", "duckdb", "pyarrow")


@dataclass(frozen=True)
class EvidenceInfo:
    """What the report rests on.

    Attributes
    ----------
    section : SectionInfo
    planned, finished, failed : int
        Runs of the study.
    reduction : mapping of design to float
        How many times fewer replications the shared random world needs for the difference.
    """

    section: SectionInfo
    planned: int
    finished: int
    failed: int
    reduction: dict[str, float]


def evidence_info(data: StudyData, contributions: dict[str, np.ndarray]) -> EvidenceInfo:
    """Return the evidence.

    Parameters
    ----------
    data : StudyData
    contributions : mapping of design to (replications,)
    """
    state = data.status["state"].value_counts()
    finished, failed = int(state.get("finished", 0)), int(state.get("failed", 0))
    reduction = _reduction(data, contributions)
    grids = (
        *_note_grid(data),
        _run_grid(data, finished, failed),
        *_reduction_grid(data, reduction),
        *_change_grid(data),
        *_failure_grid(data),
    )
    kinds = [note.kind for note in data.pack.notes]
    counts = ", ".join(
        f"{kinds.count(k)} {k}" for k in ("real", "derived", "assumed") if k in kinds
    )
    basis = f"data: {counts}" if counts else "the pack states no sources"
    headline = (
        f"{many(len(data.replications), 'replication')} of {data.period} for each of "
        f"{many(len(data.designs), 'design')}, seed {data.plan.seed}; {basis}."
    )
    section = SectionInfo(headline, (), grids)
    return EvidenceInfo(section, len(data.status), finished, failed, reduction)


def _reduction(data: StudyData, contributions: dict[str, np.ndarray]) -> dict[str, float]:
    if len(data.replications) < 2:
        return {}
    base = contributions[data.baseline]
    return {name: float(variance_reduction(contributions[name], base)) for name in data.rivals}


def _note_grid(data: StudyData) -> tuple[Grid, ...]:
    if not data.pack.notes:
        return ()
    body = tuple(Row((note.subject, note.kind, note.text, note.source)) for note in data.pack.notes)
    columns = (Column("Subject"), Column("Kind", "verdict"), Column("What"), Column("Source"))
    note = "Real: observed. Derived: computed from real data by a rule. Assumed: set by judgement."
    return (Grid("Data and assumptions", columns, body, note, key="data"),)


def _run_grid(data: StudyData, finished: int, failed: int) -> Grid:
    calendar = data.market.calendar
    facts = [
        ("Pack", f"{data.pack.title} ({data.pack.name})"),
        ("Content of the pack", data.pack.content[:16]),
        ("Study", data.plan.name),
        ("Scenario of this report", data.scenario),
        (
            "Start, days, warm-up days",
            f"{calendar.start.isoformat()}, {calendar.horizon_days}, {calendar.warmup_days}",
        ),
        (
            "Outlets, sites, products, areas",
            ", ".join(
                f"{len(part):,}"
                for part in (
                    data.market.outlets,
                    data.market.sites,
                    data.market.products,
                    data.market.areas,
                )
            ),
        ),
        ("Seed, replications used", f"{data.plan.seed}, {len(data.replications)}"),
        ("Runs", f"{len(data.status)} planned, {finished} finished, {failed} failed"),
        ("Engine sources", data.plan.engine[:16]),
        (
            "Machine",
            f"{data.manifest.get('machine', '')}, Python {data.manifest.get('python', '')}",
        ),
        ("Versions", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
    ]
    body = tuple(Row((name, text)) for name, text in facts)
    columns = (Column("Run"), Column("Value"))
    return Grid("How it was computed", columns, body, key="runs")


def _reduction_grid(data: StudyData, reduction: dict[str, float]) -> tuple[Grid, ...]:
    if not reduction:
        return ()
    others = [name for name in SAVED_TOO if name in data.units]
    body = tuple(
        Row(
            (data.title(name), _times(value), *(_saved(data, kpi, name) for kpi in others)),
            design=name,
        )
        for name, value in reduction.items()
    )
    titles = ("Contribution", *(label_of(kpi) for kpi in others))
    columns = (Column("Design"), *(Column(title) for title in titles))
    note = (
        "Every design meets the same demand, shocks and delays. The factor says how many times "
        "more replications independent random worlds would need for the same interval; from few "
        "replications it is a rough figure."
    )
    return (Grid("Gain from the shared random world", columns, body, note, key="reduction"),)


def _saved(data: StudyData, kpi: str, design: str) -> str:
    samples = samples_of(data, kpi)
    pair = samples.get(design), samples.get(data.baseline)
    if any(part is None or len(part) < 2 or not np.isfinite(part).all() for part in pair):
        return "-"
    return _times(float(variance_reduction(*pair)))  # type: ignore[arg-type]


def _times(value: float) -> str:
    if not np.isfinite(value):
        return "no variance left in the difference"
    return f"{plain(value, 1 if value < 100 else 0)} times fewer"


def _change_grid(data: StudyData) -> tuple[Grid, ...]:
    if not data.pack.changes:
        return ()
    body = tuple(
        Row((change.key, change.old, change.new, change.by)) for change in data.pack.changes
    )
    columns = (Column("Field"), Column("Old"), Column("New"), Column("Override"))
    return (Grid("Changes by overrides", columns, body, key="changes"),)


def _failure_grid(data: StudyData) -> tuple[Grid, ...]:
    failed = data.status[data.status["state"] == "failed"]
    if failed.empty:
        return ()
    names = ("scenario", "design", "replication", "stage", "error", "message")
    body = tuple(
        Row(tuple(str(value) for value in record))
        for record in failed[list(names)].itertuples(index=False)
    )
    columns = tuple(Column(name.capitalize()) for name in names)
    return (Grid("Runs that failed", columns, body, key="failures"),)
