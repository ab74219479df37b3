"""Reading a scenario pack: every stage adds its problems, nothing is built on a bad pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import PackError, Problem, UsageError
from channelwright.model.market import Market
from channelwright.model.study import Change, DataNote, Expectation, Fact, Pack, StudySpec
from channelwright.scenario.credit_builder import with_money
from channelwright.scenario.design_reader import DesignBuilding, read_designs
from channelwright.scenario.files import FileProblemError, PackFiles
from channelwright.scenario.history import read_history
from channelwright.scenario.market_builder import build_market
from channelwright.scenario.market_tables import TableReader, source_of
from channelwright.scenario.overlay import read_layers, with_scenarios
from channelwright.scenario.study_checks import study_problems
from channelwright.scenario.sweeps import with_families
from channelwright.scenario.transition_builder import build_transition, transition_problems
from channelwright.scenario.worlds import BASE, World, base_world, scenario_world
from channelwright.tables.checks import nearest

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document
    from channelwright.scenario.shapes import GateShape, PackShape


def read_scenario(
    path: str | Path,
    scenario: str | Sequence[str] | None = None,
    *,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    on: str | None = None,
) -> Pack:
    """Read a scenario pack.

    Parameters
    ----------
    path : str or Path
        Folder of the pack, or its ``scenario.yaml``.
    scenario : str or sequence of str, optional
        The scenarios that the study is to be played in; default: those that the study names.
    settings : mapping of str to mapping, optional
        Further scenarios by name, each the fields that it sets, as an override says them:
        ``{"dear": {"market.tables.vehicles[*].km_cost": "x1.2"}}``.
    on : str, optional
        Scenario below those of `settings`; default: the pack as written.

    Returns
    -------
    Pack
        Checked and frozen.

    Raises
    ------
    PackError
        With every problem found.
    UsageError
        The path or the scenario does not exist.
    """
    wanted = (scenario,) if isinstance(scenario, str) else scenario
    reading = _Reading(PackFiles(Path(path)), settings or {}, on)
    return reading.pack(None if wanted is None else tuple(wanted))


def check(path: str | Path) -> list[Problem]:
    """Return every problem of a pack, none if it can be used.

    Raises
    ------
    UsageError
        The path does not exist or is no pack.
    """
    try:
        read_scenario(path)
    except PackError as error:
        return list(error.problems)
    return []


class _Reading:
    """One reading of one pack: what was found so far."""

    def __init__(
        self,
        files: PackFiles,
        settings: Mapping[str, Mapping[str, object]],
        on: str | None,
    ) -> None:
        self.files = files
        self.settings, self.on = settings, on
        self.reader = TableReader(files)
        self.problems: list[Problem] = []
        self.changes: list[Change] = []

    def pack(self, wanted: tuple[str, ...] | None) -> Pack:
        """Return the pack, or raise every problem found."""
        families = with_families(self._document())
        self.problems += families.problems
        document = self._with_settings(families.document)
        base = base_world(self.reader, document)
        self.problems += base.problems
        names = _scenarios(document)
        for scenario in wanted or ():
            if scenario not in {BASE, *names}:
                known = nearest(scenario, {BASE, *names})
                message = f"the pack has no scenario {scenario!r}; {known}"
                raise UsageError(message)
        worlds = self._worlds(document, base, names)
        files, found = read_designs(self.reader, document, base.tables, families.designs)
        self.problems += found
        history = self._history(document)
        self.problems += study_problems(document, _ids(base, "modes"))
        self.problems += transition_problems(document, _ids(base, "areas"))
        if base.problems or base.shape is None:
            raise PackError(in_order(self.problems))
        market = with_money(build_market(base.shape, base.tables), base.tables)
        if not market.calendar.working.any():  # a problem by now; no design can be planned
            raise PackError(in_order(self.problems))
        designs = DesignBuilding(market, files, base.tables["products"]["price_index"])
        self.problems += designs.problems
        if self.problems:
            raise PackError(in_order(self.problems))
        played = base.shape.study.scenarios if wanted is None else wanted
        markets = {BASE: market, **self._markets(worlds, played)}
        return self._pack(base.shape, played, markets, designs, history)

    def _document(self) -> Document:
        try:
            document, changes, problems = read_layers(
                self.files, self.files.root, self.files.root, deep=True
            )
        except FileProblemError as error:
            raise PackError(list(error.problems)) from None
        self.changes += changes
        self.problems += problems
        return document

    def _with_settings(self, document: Document) -> Document:
        if not self.settings:
            return document
        known = _scenarios(document)
        if self.on is not None and self.on not in {BASE, *known}:
            message = f"the pack has no scenario {self.on!r}; {nearest(self.on, {BASE, *known})}"
            raise UsageError(message)
        return with_scenarios(document, known.get(self.on or BASE, ()), self.settings)

    def _worlds(
        self, document: Document, base: World, names: Mapping[str, Any]
    ) -> dict[str, World]:
        worlds = {BASE: base}
        for name, overrides in names.items():
            if name != BASE:
                worlds[name] = scenario_world(self.reader, document, base, name, overrides)
                self.problems += worlds[name].problems
        # An override that no scenario uses yet must be sound all the same.
        used = {one for overrides in names.values() for one in overrides}
        for name in _overrides(document):
            if name not in used:
                alone = scenario_world(self.reader, document, base, name, [name])
                self.problems += alone.problems
        return worlds

    def _history(self, document: Document) -> dict[str, tuple[float, ...]]:
        source = source_of(document.data.get("history"))
        if source is None:
            return {}
        at = document.problem(("history",), "", "")
        try:
            series, found = read_history(self.reader, source, at.place, at.file)
        except FileProblemError as error:
            series, found = {}, list(error.problems)
        self.problems += found
        return series

    def _markets(self, worlds: Mapping[str, World], played: tuple[str, ...]) -> dict[str, Market]:
        markets: dict[str, Market] = {}
        for name in dict.fromkeys(played):
            world = worlds[name]
            if name != BASE and world.shape is not None:
                plain = build_market(world.shape, world.tables)
                markets[name] = with_money(plain, world.tables)
            self.changes += world.changes
        return markets

    def _pack(
        self,
        shape: PackShape,
        played: tuple[str, ...],
        markets: dict[str, Market],
        designs: DesignBuilding,
        history: dict[str, tuple[float, ...]],
    ) -> Pack:
        return Pack(
            name=shape.name,
            title=shape.title,
            description=shape.description.strip(),
            markets=markets,
            designs=designs.designs,
            requests=designs.requests,
            study=_study(shape, played),
            changes=tuple(self.changes),
            notes=tuple(DataNote(n.subject, n.kind, n.text, n.source) for n in shape.evidence),
            content=self.files.digest(),
            history=history,
            transition=build_transition(shape.transition),
            warnings=tuple(one.line() for one in in_order(designs.warnings)),
        )


def _ids(base: World, table: str) -> list[str]:
    return [str(name) for name in base.tables[table]["id"]] if table in base.tables else []


def _overrides(document: Document) -> Mapping[str, Any]:
    overrides = document.data.get("overrides")
    return overrides if isinstance(overrides, Mapping) else {}


def _scenarios(document: Document) -> dict[str, list[str]]:
    """Return the scenarios of a document, whatever else is wrong with it."""
    listed = document.data.get("scenarios")
    known = _overrides(document)
    if not isinstance(listed, Mapping):
        return {}
    return {
        name: [one for one in names if isinstance(one, str) and one in known]
        for name, names in listed.items()
        if isinstance(names, list)
    }


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without repetitions, those of one file together."""
    distinct = list(dict.fromkeys(problems))
    files = {problem.file: number for number, problem in enumerate(reversed(distinct))}
    return sorted(distinct, key=lambda problem: -files[problem.file])


def _study(shape: PackShape, scenarios: tuple[str, ...]) -> StudySpec:
    study = shape.study
    return StudySpec(
        designs=study.designs,
        baseline=study.baseline,
        scenarios=scenarios,
        replications=study.replications,
        seed=study.seed,
        expect=tuple(_expectation(gate) for gate in study.expect),
        facts=tuple(
            Fact(fact.kpi, fact.at_least, fact.at_most, fact.text, fact.source)
            for fact in shape.facts
        ),
    )


def _expectation(gate: GateShape) -> Expectation:
    tolerance = gate.tolerance or 0.0
    return Expectation(
        gate.kpi,
        gate.design,
        gate.at_least,
        gate.at_most,
        gate.confidence,
        gate.paired,
        None if gate.not_below is None else tolerance,
        None if gate.not_above is None else tolerance,
        gate.quantile,
        gate.reaches,
        gate.stays_below,
    )
