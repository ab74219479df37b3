"""The pack under each of its scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.foundation.errors import Problem
from channelwright.model.study import Change
from channelwright.scenario.key_checks import key_problems
from channelwright.scenario.market_checks import market_problems
from channelwright.scenario.market_tables import (
    Raws,
    TableReader,
    Typeds,
    edited,
    market_raws,
    scenario_label,
    typed_tables,
)
from channelwright.scenario.overlay import layered
from channelwright.scenario.shape_errors import shaped
from channelwright.scenario.shapes import PackShape

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document

BASE = "base"
#: Tables whose rows have numbers that designs and random addresses use.
_NUMBERED = ("products", "segments", "areas", "zones", "chains", "outlets", "sites", "vehicles")
_NUMBERED_TOO = ("roles", "modes", "crossings")


@dataclass(frozen=True)
class World:
    """Document and tables of one scenario, as far as they can be read, and what is wrong."""

    name: str
    shape: PackShape | None
    raws: Raws
    tables: Typeds
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def base_world(reader: TableReader, document: Document) -> World:
    """Return the pack without overrides."""
    shape, problems = shaped(PackShape, document)
    raws, found = market_raws(reader, document)
    tables, more = typed_tables(raws)
    problems += found + more
    problems += [*key_problems(document), *market_problems(tables, document)]
    return World(BASE, shape, raws, tables, (), tuple(problems))


def scenario_world(
    reader: TableReader, document: Document, base: World, name: str, overrides: Sequence[str]
) -> World:
    """Return the pack under the overrides of one scenario, with the problems that they add."""
    layers, problems = layered(document, overrides)
    shape, found = shaped(PackShape, layers.document)
    raws, more = market_raws(reader, layers.document)
    problems += [*found, *more, *key_problems(layers.document)]
    raws, changes, found = edited(raws, _typed(raws, base)[0], layers.cells, name)
    tables, more = _typed(raws, base)
    problems += found + more
    if any(tables[table] is not base.tables.get(table) for table in tables):
        problems += market_problems(tables, layers.document)
    problems += _renumbered(base.tables, tables, document, name)
    known = set(base.problems)
    label = scenario_label(name)
    added = [
        one for one in problems if replace(one, file=one.file.removesuffix(label)) not in known
    ]
    return World(name, shape, raws, tables, (*layers.changes, *changes), tuple(added))


def _typed(raws: Raws, base: World) -> tuple[Typeds, list[Problem]]:
    same = {name: base.tables[name] for name in raws if raws[name] is base.raws.get(name)}
    tables, problems = typed_tables({n: raw for n, raw in raws.items() if n not in same})
    return {**same, **tables}, problems


def _renumbered(
    base: Mapping[str, object], tables: Typeds, document: Document, name: str
) -> Iterator[Problem]:
    for table in (*_NUMBERED, *_NUMBERED_TOO):
        before, after = base.get(table), tables.get(table)
        if before is after or before is None or after is None:
            continue
        if list(before["id"]) != list(after["id"]):  # type: ignore[index]
            message = f"scenario {name!r} changes the rows of table {table!r}"
            remedy = "keep ids and order: designs and random numbers go by row"
            yield document.problem(("scenarios", name), message, remedy)
