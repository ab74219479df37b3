"""The design files of a pack: read, checked, and built in the order of who starts from whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.foundation.errors import ChannelwrightError, Problem
from channelwright.foundation.units import FloatArray
from channelwright.model.design import Design
from channelwright.model.draft import DesignDraft
from channelwright.model.market import Market
from channelwright.model.request import Request
from channelwright.rules import planning
from channelwright.scenario.built_checks import built_problems
from channelwright.scenario.design_builder import DesignInput, build_draft
from channelwright.scenario.design_case import Case, DesignFile, starts
from channelwright.scenario.design_checks import design_problems
from channelwright.scenario.design_edits import with_cells, with_fields
from channelwright.scenario.design_shapes import ChosenOutlets, DesignShape
from channelwright.scenario.design_tables import design_tables
from channelwright.scenario.files import FileProblemError
from channelwright.scenario.margin_warnings import margin_warnings
from channelwright.scenario.overlay import read_layers
from channelwright.scenario.request_builder import build_request
from channelwright.scenario.shape_errors import shaped

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document
    from channelwright.scenario.market_tables import TableReader, Typeds
    from channelwright.scenario.sweeps import Setting


@dataclass(frozen=True)
class DesignFiles:
    """The design files of a pack, and the names of those without problems of their own."""

    files: Mapping[str, DesignFile]
    sound: frozenset[str]


def read_designs(
    reader: TableReader,
    document: Document,
    market: Typeds,
    swept: Mapping[str, Sequence[Setting]],
) -> tuple[DesignFiles, list[Problem]]:
    """Read every design file that a pack names, and check it against the market's tables.

    Parameters
    ----------
    reader : TableReader
    document : Document
        Of the pack.
    market : tables of the market
    swept : mapping of str to sequence of Setting
        What members of families set, by name of the design.
    """
    listed = document.data.get("designs")
    files: dict[str, DesignFile] = {}
    problems: dict[str, list[Problem]] = {}
    for name, file in listed.items() if isinstance(listed, Mapping) else ():
        if isinstance(file, str):
            design, problems[name] = _read(reader, document, name, file, swept.get(name, ()))
            if design is not None:
                files[name] = design
    for name, design in files.items():
        problems[name] += design_problems(Case(design, market, files))
    sound = frozenset(name for name in files if not problems[name])
    return DesignFiles(files, sound), [one for found in problems.values() for one in found]


def _read(
    reader: TableReader, document: Document, name: str, file: str, settings: Sequence[Setting]
) -> tuple[DesignFile | None, list[Problem]]:
    at = document.problem(("designs", name), "", "")
    try:
        own, _, problems = read_layers(reader.files, file, at.file, deep=False, place=at.place)
    except FileProblemError as error:
        return None, list(error.problems)
    own = with_fields(own, settings)
    shape, misfits = shaped(DesignShape, own)
    tables, unread = design_tables(reader, own)
    tables, unset = with_cells(reader, own, tables, settings)
    return DesignFile(name, own, shape, tables), problems + misfits + unread + unset


class DesignBuilding:
    """Builds designs and requests for one market, gathering what goes wrong."""

    def __init__(self, market: Market, files: DesignFiles, price_index: FloatArray) -> None:
        self.market = market
        self.files = files.files
        self.problems: list[Problem] = []
        #: What may be meant and rarely is; it stops nothing.
        self.warnings: list[Problem] = []
        self.designs: dict[str, Design] = {}
        self.requests: dict[str, Request] = {}
        given = {
            name: DesignInput(name, file.shape, file.tables, price_index)
            for name, file in self.files.items()
            if name in files.sound and file.shape is not None
        }
        # A request needs the designs that it starts from.
        for chosen in (False, True):
            for design in given.values():
                if bool(starts(design.shape)) is chosen:
                    self._build(design)

    def _build(self, given: DesignInput) -> None:
        begin = starts(given.shape)
        if not all(name in self.designs for name in begin.values()):
            return  # the design it starts from has problems, which are reported there
        start = {part: self.designs[name] for part, name in begin.items()}
        try:
            draft = build_draft(self.market, given, start)
            people = planning.workload_headcount(self.market, draft)
            draft = replace(draft, headcount=people)
            found = list(self._checked(given, draft))
            self.problems += found
            if not found:
                self._complete(given, draft, asks=bool(begin))
        except ChannelwrightError as error:
            what, _, remedy = str(error).partition("; ")
            self._problem(given, "", what, remedy or "correct the design")

    def _complete(self, given: DesignInput, draft: DesignDraft, *, asks: bool) -> None:
        design = planning.complete(self.market, draft)
        terms = given.tables.get("terms")
        if terms is not None:
            self.warnings += margin_warnings(self.market, design, terms.file)
        if asks:
            self.requests[given.name] = build_request(self.market, given, design)
        else:
            self.designs[given.name] = design

    def _checked(self, given: DesignInput, draft: DesignDraft) -> Iterator[Problem]:
        chosen = starts(given.shape)
        outlets = given.shape.outlets
        modes = outlets.optimise.modes if isinstance(outlets, ChosenOutlets) else ()
        for part, message, remedy in built_problems(self.market, draft, frozenset(modes)):
            if part not in chosen:
                table = given.tables.get(part)
                file = self.files[given.name].document.file if table is None else table.file
                yield Problem(file, f"design {given.name}", part, message, remedy)

    def _problem(self, given: DesignInput, part: str, message: str, remedy: str) -> None:
        file = self.files[given.name].document.file
        self.problems.append(Problem(file, f"design {given.name}", part, message, remedy))
