"""`sweep:`: one field at several values makes a family of scenarios, or of one design.

A sweep over a field of the market plays every scenario of the study once more per value; one over a
field of a design adds a copy of that design per value. Several sweeps make all combinations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from channelwright.foundation.errors import Problem
from channelwright.scenario.documents import Data, Document, Origin, Place, dotted
from channelwright.scenario.worlds import BASE
from channelwright.tables.cells import shown
from channelwright.tables.checks import nearest

#: Scenarios times designs of all families together.
LARGEST_FAMILY = 1_000
_NAME = re.compile(r"^[A-Za-z0-9_.-]+$")


@dataclass(frozen=True)
class Setting:
    """One value of one sweep.

    Attributes
    ----------
    name : str
        ``<sweep>-<value>``, or the name that the sweep gives the value.
    field : str
        As the sweep says it, beginning with ``market.`` or ``designs.``.
    value : object
    origin : Origin
        Where the value is written.
    """

    name: str
    field: str
    value: object
    origin: Origin

    @property
    def design(self) -> str:
        """Name of the design that the field belongs to."""
        return self.field.split(".")[1]

    @property
    def inner(self) -> str:
        """The field as the design's own file would say it."""
        return self.field.split(".", 2)[2]


@dataclass(frozen=True)
class Families:
    """What the sweeps of a pack add.

    Attributes
    ----------
    document : Document
        With the scenarios and designs of the families.
    designs : mapping of str to tuple of Setting
        Changes by name of a new design.
    problems : tuple of Problem
    """

    document: Document
    designs: Mapping[str, tuple[Setting, ...]]
    problems: tuple[Problem, ...]


def with_families(document: Document) -> Families:
    """Return a document with the families that its sweeps ask for.

    Sweeps of a wrong type are left alone; the shape of the pack says what is wrong with them.
    """
    listed = document.data.get("sweep")
    if not isinstance(listed, Mapping) or not listed:
        return Families(document, {}, ())
    problems: list[Problem] = []
    market: list[list[Setting]] = []
    designs: dict[str, list[list[Setting]]] = {}
    for name, body in listed.items():
        settings, found = _settings(document, str(name), body)
        problems += found
        if found or not settings:
            continue
        if settings[0].field.startswith("market."):
            market.append(settings)
        else:
            designs.setdefault(settings[0].design, []).append(settings)
    problems += _too_large(document, market, designs)
    if problems:
        return Families(document, {}, tuple(problems))
    data, problems = _with_scenarios(document, market)
    data, changed = _with_designs(data, designs)
    return Families(_with_origins(replace(document, data=data), market), changed, tuple(problems))


def _settings(document: Document, name: str, body: object) -> tuple[list[Setting], list[Problem]]:
    """Return the values of one sweep, or what is wrong with them."""
    if not isinstance(body, Mapping) or not isinstance(body.get("field"), str):
        return [], []
    field, values = body["field"], body.get("values")
    place: Place = ("sweep", name)
    refusal = _refused(document, field)
    if refusal is not None:
        return [], [document.problem((*place, "field"), *refusal)]
    if isinstance(values, list):
        named: list[tuple[str, object, str | int]] = [
            (_word(value), value, row) for row, value in enumerate(values)
        ]
    elif isinstance(values, Mapping):
        named = [(str(key), value, str(key)) for key, value in values.items()]
    else:
        return [], []
    problems = list(_unnamed(document, place, named))
    at = {key: (*place, "values", key) for _, _, key in named}
    settings = [
        Setting(f"{name}-{word}", field, value, _origin(document, at[key]))
        for word, value, key in named
    ]
    return settings, problems


def _refused(document: Document, field: str) -> tuple[str, str] | None:
    head, _, rest = field.partition(".")
    if head == "market" and rest:
        return None
    design, _, inner = rest.partition(".")
    if head == "designs" and inner:
        known = document.data.get("designs")
        known = known if isinstance(known, Mapping) else {}
        if design in known:
            return None
        return f"there is no design {design!r}", nearest(design, known)
    remedy = "write market.<section>.<field>, market.tables.<table>[<key>].<column>, "
    remedy += "designs.<name>.<field> or designs.<name>.<table>[<key>].<column>"
    return f"{shown(field)} is no field of the pack", remedy


def _unnamed(
    document: Document, place: Place, named: Sequence[tuple[str, object, str | int]]
) -> Iterator[Problem]:
    words = [word for word, _, _ in named]
    for row, (word, value, key) in enumerate(named):
        at = (*place, "values", key)
        if not _NAME.match(word):
            remedy = "give values names: {low: ..., high: ...}, of letters, digits, '_', '-', '.'"
            yield document.problem(at, f"value {shown(value)} makes no name", remedy)
        elif word in words[:row]:
            yield document.problem(at, f"value {word} stands twice", "keep one of them")


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(document: Document, place: Place) -> Origin:
    for length in range(len(place), 0, -1):
        found = document.origins.get(place[:length])
        if found is not None:
            rest = dotted(place[length:], bool(found.key))
            return replace(found, key=found.key + rest)
    return Origin(document.file, 1, dotted(place))


def _too_large(
    document: Document,
    market: Sequence[Sequence[Setting]],
    designs: Mapping[str, Sequence[Sequence[Setting]]],
) -> Iterator[Problem]:
    worlds = prod(len(one) for one in market)
    plans = sum(prod(len(one) for one in each) for each in designs.values())
    size = worlds * max(1, plans)
    if size > LARGEST_FAMILY:
        message = f"the sweeps make {size:,} combinations"
        remedy = f"sweep fewer fields or values at a time, at most {LARGEST_FAMILY:,}"
        yield document.problem(("sweep",), message, remedy)


def _with_scenarios(
    document: Document, sweeps: Sequence[Sequence[Setting]]
) -> tuple[Data, list[Problem]]:
    """Return the data with an override per value and a scenario per combination of values."""
    data = document.data
    if not sweeps:
        return data, []
    overrides, scenarios = _mapping(data.get("overrides")), _mapping(data.get("scenarios"))
    problems = [
        document.problem(("sweep",), f"override {one.name!r} has the name of a sweep's value", "")
        for one in (one for sweep in sweeps for one in sweep)
        if one.name in overrides
    ]
    study = _mapping(data.get("study"))
    played: list[object] = []
    for scenario in study.get("scenarios") or [BASE]:
        played.append(scenario)
        for settings in product(*sweeps):
            name = ".".join([*([] if scenario == BASE else [str(scenario)]), *_names(settings)])
            if name in scenarios:
                message = f"scenario {name!r} has the name of a sweep's member"
                problems.append(document.problem(("scenarios", name), message, "rename it"))
            below = scenarios.get(scenario, [])
            scenarios[name] = [*(below if isinstance(below, list) else []), *_names(settings)]
            played.append(name)
    overrides |= {one.name: {one.field: one.value} for sweep in sweeps for one in sweep}
    study = {**study, "scenarios": played}
    return {**data, "overrides": overrides, "scenarios": scenarios, "study": study}, problems


def _with_designs(
    data: Data, sweeps: Mapping[str, Sequence[Sequence[Setting]]]
) -> tuple[Data, dict[str, tuple[Setting, ...]]]:
    """Return the data with a design per combination of values, after the one that it varies."""
    designs, study = _mapping(data.get("designs")), _mapping(data.get("study"))
    changed: dict[str, tuple[Setting, ...]] = {}
    members: dict[str, list[str]] = {}
    for design, of_design in sweeps.items():
        for settings in product(*of_design):
            name = ".".join([design, *_names(settings)])
            changed[name] = settings
            designs[name] = designs[design]
            members.setdefault(design, []).append(name)
    if not changed:
        return data, changed
    listed = study.get("designs")
    if isinstance(listed, list):
        played = [name for one in listed for name in (one, *members.get(str(one), []))]
        study = {**study, "designs": played}
    return {**data, "designs": designs, "study": study}, changed


def _with_origins(document: Document, sweeps: Sequence[Sequence[Setting]]) -> Document:
    """Let problems of the new overrides point at the sweep's values."""
    origins = dict(document.origins)
    for one in (one for sweep in sweeps for one in sweep):
        origins["overrides", one.name, one.field] = one.origin
    return replace(document, origins=origins)


def _names(settings: Sequence[Setting]) -> list[str]:
    return [one.name for one in settings]


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
