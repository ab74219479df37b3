"""Study folders: the plan, the inputs, the journal; runs are only referred to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa

from channelwright.foundation.errors import StoreError, UsageError
from channelwright.model.certificate import Certificate
from channelwright.model.design import Design
from channelwright.model.forecast import Forecast
from channelwright.model.market import Market
from channelwright.model.study import Pack
from channelwright.store import files
from channelwright.store.frozen import load_frozen, save_frozen
from channelwright.store.index import RunIndex
from channelwright.store.journal import read_journal
from channelwright.store.plan import PlannedRun, StudyPlan
from channelwright.store.runs import FinishedRun
from channelwright.store.schema import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAN = "plan.json"
JOURNAL = "journal.jsonl"
PLAN_FORMAT = 1


@dataclass(frozen=True)
class Chosen:
    """A design that the optimiser chose for a study, with its evidence.

    Attributes
    ----------
    design : Design
    certificates : tuple of Certificate
    forecast : Forecast or None
    question : str
        Content hash of the request and market that it answers.
    """

    design: Design
    certificates: tuple[Certificate, ...]
    forecast: Forecast | None
    question: str


@dataclass(frozen=True)
class StudyFolder:
    """Names of the files of a study; knows nothing of what is in them.

    Attributes
    ----------
    root : Path
        Results folder.
    name : str
        Name of the study.
    """

    root: Path
    name: str

    def __post_init__(self) -> None:
        """Refuse names that would leave the results folder."""
        if not self.name or Path(self.name).name != self.name or self.name.startswith("."):
            msg = f"study name {self.name!r} is no folder name; use letters, digits, - and _"
            raise UsageError(msg)

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.root / "studies" / self.name

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.path / JOURNAL

    @property
    def aside(self) -> Path:
        """Where runs are written before they are whole; on the same disk as finished runs."""
        return self.root / "runs" / ".partial" / self.name

    def market_path(self, digest: str) -> Path:
        """File of a market, named by its content."""
        return self.path / "markets" / f"{digest[:24]}.npz"

    def design_path(self, digest: str) -> Path:
        """File of a design, named by its content."""
        return self.path / "designs" / f"{digest[:24]}.npz"

    def chosen_path(self, label: str) -> Path:
        """File of the evidence for a chosen design."""
        return self.path / "designs" / f"chosen-{quote(label, safe='')}.npz"

    def save_pack(self, pack: Pack) -> None:
        """Keep what a report needs of the pack; markets are kept once, by content."""
        save_frozen(self.path / "pack.npz", replace(pack, markets={}))

    def save_chosen(self, label: str, chosen: Chosen) -> None:
        """Keep a chosen design with its evidence, so that no resume chooses again."""
        evidence = (chosen.design, chosen.certificates, chosen.forecast, chosen.question)
        save_frozen(self.chosen_path(label), evidence)

    def load_chosen(self, label: str) -> Chosen | None:
        """Return a chosen design, or None if the study has none of that name."""
        path = self.chosen_path(label)
        if not path.exists():
            return None
        return Chosen(*load_frozen(path, tuple))

    def save_plan(self, plan: StudyPlan) -> None:
        """Write the plan whole."""
        files.write_json(self.path / PLAN, {"format": PLAN_FORMAT, **asdict(plan)})

    def load_plan(self) -> StudyPlan | None:
        """Return the plan, or None if the study was never planned.

        Raises
        ------
        StoreError
            When the plan is damaged or of a format that is not known.
        """
        path = self.path / PLAN
        if not path.exists():
            return None
        plain = files.read_json(path)
        if plain.get("format") != PLAN_FORMAT:
            msg = (
                f"{path} has format {plain.get('format')}, this version reads {PLAN_FORMAT}; "
                "read it with the version of channelwright that wrote it, or a newer one"
            )
            raise StoreError(msg)
        try:
            return StudyPlan.from_plain(plain)
        except (KeyError, TypeError) as error:
            msg = f"{path} is damaged ({error}); restore it from a copy or delete the study"
            raise StoreError(msg) from error


@dataclass(frozen=True)
class Study:
    """A study as it lies on disk; every method reads afresh, nothing is written.

    Attributes
    ----------
    folder : StudyFolder
    plan : StudyPlan
    """

    folder: StudyFolder
    plan: StudyPlan

    def pack(self) -> Pack:
        """Return the pack, with the markets of the study's scenarios."""
        pack = load_frozen(self.folder.path / "pack.npz", Pack)
        return replace(pack, markets={name: self.market(name) for name in self.plan.markets})

    def market(self, scenario: str) -> Market:
        """Return the market of a scenario."""
        return load_frozen(self.folder.market_path(self.plan.markets[scenario]), Market)

    def design(self, label: str) -> Design:
        """Return a design, given or chosen."""
        stored = load_frozen(self.folder.design_path(self.plan.designs[label]), Design)
        return replace(stored, name=label)

    def chosen(self) -> dict[str, Chosen]:
        """Return the chosen designs with their certificates and forecasts."""
        found = {label: self.folder.load_chosen(label) for label in self.plan.designs}
        return {label: chosen for label, chosen in found.items() if chosen is not None}

    def finished(self) -> dict[PlannedRun, FinishedRun]:
        """Return the finished runs, in planned order.

        Raises
        ------
        StoreError
            When a run folder is damaged.
        """
        index = RunIndex(self.folder.root)
        found = {run: index.find(run.run_id) for run in self.plan.runs}
        return {run: whole for run, whole in found.items() if whole is not None}

    def status(self) -> pd.DataFrame:
        """Return one row per planned run: finished, failed (with its cause) or pending.

        Returns
        -------
        pandas.DataFrame
            Columns scenario, design, replication, run_id, state, stage, error, message.
        """
        last: dict[str, dict[str, Any]] = {}
        for event in read_journal(self.folder.journal):
            if event["event"] in ("started", "failed"):
                last[event["run_id"]] = event
        finished = self.finished()
        rows = [
            _status_row(run, run in finished, last.get(run.run_id, {})) for run in self.plan.runs
        ]
        return pd.DataFrame.from_records(rows, columns=list(STATUS_COLUMNS))

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of all finished runs, led by scenario, design and replication.

        Raises
        ------
        StoreError
            When the table is not declared, or a file is damaged.
        """
        labelled = [_labelled(run, whole.read(name)) for run, whole in self.finished().items()]
        if not labelled:
            labelled = [_labelled(PlannedRun("", "", "", 0), arrow_schema(name).empty_table())]
        frame: pd.DataFrame = pa.concat_tables(labelled).to_pandas()
        return frame


STATUS_COLUMNS = (
    "scenario",
    "design",
    "replication",
    "run_id",
    "state",
    "stage",
    "error",
    "message",
)


def _status_row(run: PlannedRun, finished: bool, last: Mapping[str, Any]) -> dict[str, object]:
    failed = last.get("event") == "failed" and not finished
    shown = last if failed else {}
    cause = {field: shown.get(field, "") for field in ("stage", "error", "message")}
    state = "finished" if finished else "failed" if failed else "pending"
    return {
        "scenario": run.scenario,
        "design": run.design,
        "replication": run.replication,
        "run_id": run.run_id,
        "state": state,
        **cause,
    }


def _labelled(run: PlannedRun, rows: Any) -> Any:  # noqa: ANN401
    count = rows.num_rows
    labels = [
        ("scenario", pa.array([run.scenario] * count, pa.string())),
        ("design", pa.array([run.design] * count, pa.string())),
        ("replication", pa.array([run.replication] * count, pa.int64())),
    ]
    for place, (name, values) in enumerate(labels):
        rows = rows.add_column(place, name, values)
    return rows.replace_schema_metadata(None)


def load_study(path: str | Path) -> Study:
    """Open a study folder, ``results/studies/<study>``.

    Raises
    ------
    UsageError
        When the path is no study folder.
    StoreError
        When its plan is damaged.
    """
    place = Path(path).resolve()
    folder = StudyFolder(place.parent.parent, place.name)
    plan = folder.load_plan() if folder.path == place else None
    if plan is None:
        msg = f"{path} is no study folder: it has no {PLAN}; give results/studies/<study>"
        raise UsageError(msg)
    return Study(folder, plan)
