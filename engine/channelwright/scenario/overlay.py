"""Layers of a pack: `extends`, then the named overrides of a scenario, every change logged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from channelwright.foundation.errors import Problem
from channelwright.model.study import Change
from channelwright.scenario.documents import (
    Data,
    Document,
    Origin,
    Place,
    dotted,
    read_document,
)
from channelwright.scenario.files import FileProblemError, PackFiles
from channelwright.tables.cells import shown

_CELL = re.compile(r"^market\.tables\.(?P<table>\w+)\[(?P<key>.+)\]\.(?P<column>\w+)$")
#: What the designs of a pack are stated in cannot differ between its scenarios.
_FIXED = (
    ("market", "finance", "currency"),
    ("market", "finance", "vat"),
    ("market", "calendar", "start"),
)


#: Key of a cell override that means every row of the table.
EVERY_ROW = "*"
_FACTOR = re.compile(r"^\s*[x×]\s*(?P<factor>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*$")


def factor_of(value: object) -> float | None:
    """Return the factor of a value such as ``x1.1``, which multiplies what stands there."""
    found = _FACTOR.match(value) if isinstance(value, str) else None
    return None if found is None else float(found["factor"])


def scaled(old: object, value: object) -> object:
    """Return the value that an override leaves: itself, or what stood there times its factor.

    A factor on something that is no number stays as it is written, and is refused where values of
    that field are checked.
    """
    factor = factor_of(value)
    if factor is None or isinstance(old, bool | str) or not hasattr(old, "__float__"):
        return value
    product = float(old) * factor
    whole = product.is_integer() and float(old).is_integer()
    return int(product) if whole else product


@dataclass(frozen=True)
class CellEdit:
    """One table cell that an override sets."""

    table: str
    key: str
    column: str
    value: object
    by: str
    origin: Origin


@dataclass(frozen=True)
class Layered:
    """The pack under one scenario: its document, cells to set, and what was changed."""

    document: Document
    cells: tuple[CellEdit, ...]
    changes: tuple[Change, ...]


def read_layers(
    files: PackFiles, name: str, asked_by: str, *, deep: bool, place: str = ""
) -> tuple[Document, tuple[Change, ...], list[Problem]]:
    """Read a document and all that it extends.

    Parameters
    ----------
    files : PackFiles
    name, asked_by : str
        The file and the one that names it.
    deep : bool
        True: mappings are joined key by key; False: each top key is replaced whole.
    place : str
        Key at which ``asked_by`` names the file.

    Raises
    ------
    FileProblemError
        A file cannot be read, or the files extend each other in a circle.
    """
    layers: list[Document] = []
    problems: list[Problem] = []
    seen: list[str] = []
    while True:
        seen.append(name)
        document, found = read_document(files, name, place, asked_by)
        layers.append(document)
        problems += found
        below = document.data.get("extends")
        if not isinstance(below, str):
            break
        place, asked_by = "extends", name
        name = _beside(name, below)
        if name in seen:
            circle = " -> ".join([*seen[seen.index(name) :], name])
            message = f"circular `extends`: {circle}"
            raise FileProblemError(
                document.problem(("extends",), message, "let one of the files extend nothing")
            )
    changes: list[Change] = []
    result = layers[-1]
    for layer in reversed(layers[:-1]):
        changes += _differences(result.data, layer.data, (), layer.file)
        result = layer.over(result) if deep else _shallow(result, layer)
    return result, tuple(changes), problems


def _beside(name: str, below: str) -> str:
    folder = name.rpartition("/")[0]
    return f"{folder}/{below}" if folder else below


def _shallow(below: Document, above: Document) -> Document:
    kept = {key: value for key, value in below.data.items() if key not in above.data}
    origins = {place: at for place, at in below.origins.items() if place[0] in kept}
    return Document(
        above.file,
        {**kept, **above.data},
        {**origins, **above.origins},
        below.unread | above.unread,
    )


def _differences(below: Data, above: Data, place: Place, by: str) -> Iterator[Change]:
    for key, value in above.items():
        if key not in below or (not place and key == "extends"):
            continue
        old, inner = below[key], (*place, key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            yield from _differences(dict(old), dict(value), inner, by)
        elif old != value:
            yield Change(dotted(inner), _word(old), _word(value), by)


def _word(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "..."


def layered(document: Document, names: Sequence[str]) -> tuple[Layered, list[Problem]]:
    """Return a document under the overrides of one scenario.

    Two overrides that set the same field, or a field and a part of it, clash.
    """
    problems: list[Problem] = []
    taken: dict[Place, str] = {}
    result = Layered(document, (), ())
    for name in names:
        edits = document.data.get("overrides", {}).get(name, {})
        for key, value in edits.items() if isinstance(edits, Mapping) else ():
            at: Place = ("overrides", name, key)
            target = _target(key)
            refusal = _refused(key, target) or _clash(taken, target, name)
            if refusal is not None:
                problems.append(document.problem(at, *refusal))
                continue
            taken[target] = name
            result = _applied(result, target, value, at, name)
    return result, problems


def with_scenarios(
    document: Document, base: Sequence[str], settings: Mapping[str, Mapping[str, object]]
) -> Document:
    """Return a document with further scenarios that set fields on top of the overrides of one.

    Sweeps and sensitivity studies ask for the same pack at many values: each is a scenario, so that
    fields are found, checked and logged as in any other.

    Parameters
    ----------
    document : Document
    base : sequence of str, overrides below all of them
    settings : mapping of scenario name to {field or cell: value}
    """
    data = document.data
    known = {
        key: data[key] for key in ("overrides", "scenarios") if isinstance(data.get(key), dict)
    }
    overrides = {**known.get("overrides", {}), **{n: dict(one) for n, one in settings.items()}}
    scenarios = {**known.get("scenarios", {}), **{name: [*base, name] for name in settings}}
    return replace(document, data={**data, "overrides": overrides, "scenarios": scenarios})


def _target(key: str) -> Place:
    cell = _CELL.match(key)
    if cell is not None:
        return ("market", "tables", cell["table"], cell["key"].replace(" ", ""), cell["column"])
    return tuple(key.split("."))


def _refused(key: str, target: Place) -> tuple[str, str] | None:
    if target[0] != "market" or len(target) < 3 or "" in target:
        remedy = "write market.<section>.<field> or market.tables.<table>[<key>].<column>"
        return f"{shown(key)} is no field of the market", remedy
    if target[:3] in _FIXED or (target[:2] == ("market", "finance") and len(target) == 2):
        remedy = "keep it: prices and plans of all designs are stated with it"
        return f"{shown(key)} cannot differ between scenarios", remedy
    if target[1] == "tables" and "[" in key and _CELL.match(key) is None:
        return f"{shown(key)} is no table cell", "write market.tables.<table>[<key>].<column>"
    return None


def _clash(taken: Mapping[Place, str], target: Place, name: str) -> tuple[str, str] | None:
    for other, by in taken.items():
        shorter = min(len(other), len(target))
        if by != name and other[:shorter] == target[:shorter]:
            message = f"overrides {by!r} and {name!r} both set {dotted(target)!r}"
            return message, "keep the field in one of them, or use them in different scenarios"
    return None


def _applied(layers: Layered, target: Place, value: object, at: Place, by: str) -> Layered:
    document = layers.document
    origin = document.origins.get(at, Origin(document.file, 1, dotted(at)))
    if len(target) == 5 and target[1] == "tables":
        table, key, column = (str(part) for part in target[2:])
        edit = CellEdit(table, key, column, value, by, origin)
        return replace(layers, cells=(*layers.cells, edit))
    old, data = with_value(document.data, target, value)
    change = Change(dotted(target), _word(old), _word(scaled(old, value)), by)
    changed = replace(document, data=data, origins={**document.origins, target: origin})
    return replace(layers, document=changed, changes=(*layers.changes, change))


def with_value(data: Data, target: Place, value: object) -> tuple[Any, Data]:
    """Return what stood at a key path, and the data with another value there."""
    head, rest = target[0], target[1:]
    if not rest:
        old = data.get(str(head))
        return old, {**data, str(head): scaled(old, value)}
    inner = data.get(str(head))
    old, changed = with_value(dict(inner) if isinstance(inner, Mapping) else {}, rest, value)
    return old, {**data, str(head): changed}
