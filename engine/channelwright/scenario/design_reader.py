"""The design files of a pack: read, checked, and built in the order of who starts from whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.foundation.errors import ChannelwrightError, Problem
from channelwright.foundation.units import FloatArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.request import Request
from channelwright.rules import planning
from channelwright.scenario.design_builder import DesignInput, build_draft
from channelwright.scenario.design_checks import design_problems
from channelwright.scenario.design_shapes import DesignShape
from channelwright.scenario.design_tables import DesignTables, design_tables
from channelwright.scenario.files import FileProblemError
from channelwright.scenario.overlay import read_layers
from channelwright.scenario.request_builder import build_request, starts
from channelwright.scenario.shape_errors import shaped

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document
    from channelwright.scenario.market_tables import TableReader, Typeds


@dataclass(frozen=True)
class DesignFile:
    """One design file: its document, shape (None if it does not fit) and tables."""

    name: str
    document: Document
    shape: DesignShape | None
    tables: DesignTables


def read_designs(
    reader: TableReader, document: Document, market: Typeds
) -> tuple[dict[str, DesignFile], list[Problem]]:
    """Read every design file that a pack names, and check it against the market's tables."""
    listed = document.data.get("designs")
    files: dict[str, DesignFile] = {}
    problems: list[Problem] = []
    for name, file in listed.items() if isinstance(listed, Mapping) else ():
        if not isinstance(file, str):
            continue
        at = document.problem(("designs", name), "", "")
        try:
            own, _, found = read_layers(reader.files, file, at.file, deep=False, place=at.place)
        except FileProblemError as error:
            problems.append(error.problem)
            continue
        shape, more = shaped(DesignShape, own)
        tables, unread = design_tables(reader, own)
        problems += found + more + unread
        files[name] = DesignFile(name, own, shape, tables)
    for design in files.values():
        problems += design_problems(design.document, design.shape, design.tables, market, files)
    return files, problems


def build_designs(
    market: Market, files: Mapping[str, DesignFile], price_index: FloatArray
) -> tuple[dict[str, Design], dict[str, Request], list[Problem]]:
    """Build given designs first, then the requests that start from them."""
    given: dict[str, Design] = {}
    requests: dict[str, Request] = {}
    problems: list[Problem] = []
    inputs = {
        name: DesignInput(name, file.shape, file.tables, price_index)
        for name, file in files.items()
        if file.shape is not None
    }
    plain = [name for name in inputs if not starts(inputs[name].shape)]
    for name in plain:
        try:
            given[name] = planning.complete(market, build_draft(market, inputs[name]))
        except ChannelwrightError as error:
            problems.append(_problem(files[name], error))
    for name in inputs:
        if name in plain:
            continue
        try:
            requests[name] = _request(market, inputs[name], given)
        except ChannelwrightError as error:
            problems.append(_problem(files[name], error))
    return given, requests, problems


def _request(market: Market, asked: DesignInput, given: Mapping[str, Design]) -> Request:
    start = {part: given[name] for part, name in starts(asked.shape).items() if name in given}
    draft = build_draft(market, asked, start)
    return build_request(market, asked, planning.complete(market, draft))


def _problem(file: DesignFile, error: ChannelwrightError) -> Problem:
    what, _, remedy = str(error).partition("; ")
    return Problem(file.document.file, "", "", what, remedy or "correct the design")
