"""Checks between the keys of a pack: names that must exist, bounds that must fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from channelwright.foundation.errors import Problem
from channelwright.rules.kpi_registry import KPIS
from channelwright.scenario.documents import Document, Place
from channelwright.scenario.worlds import BASE
from channelwright.tables.checks import nearest


def study_problems(document: Document, modes: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong between the keys of a pack; keys of a wrong type are left out.

    Parameters
    ----------
    document : Document
    modes : iterable of str
        Ids of the modes, which may end the name of a KPI: ``volume_share_WS``.
    """
    study = _mapping(document.data.get("study"))
    designs = _mapping(document.data.get("designs"))
    yield from _played(document, study, designs)
    yield from _scenarios(document, study)
    endings = ("", *(f"_{mode}" for mode in modes))
    for row, gate in enumerate(_list(study.get("expect"))):
        yield from gate_problems(document, ("study", "expect", row), _mapping(gate))
        yield from _gate_design(document, ("study", "expect", row), _mapping(gate), study)
        yield from _kpi(document, ("study", "expect", row), _mapping(gate), endings)
    for row, fact in enumerate(_list(document.data.get("facts"))):
        yield from _bounds(document, ("facts", row), _mapping(fact))
        yield from _kpi(document, ("facts", row), _mapping(fact), endings)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _played(
    document: Document, study: Mapping[str, Any], designs: Mapping[str, Any]
) -> Iterator[Problem]:
    names = [name for name in _list(study.get("designs")) if isinstance(name, str)]
    for row, name in enumerate(names):
        place = ("study", "designs", row)
        if name not in designs:
            message = f"there is no design {name!r}"
            yield document.problem(place, message, nearest(name, designs))
        if name in names[:row]:
            yield document.problem(place, f"design {name!r} stands twice", "keep one of them")
    baseline = study.get("baseline")
    if isinstance(baseline, str) and names and baseline not in names:
        message = f"baseline {baseline!r} is not among the designs of the study"
        yield document.problem(("study", "baseline"), message, nearest(baseline, names))


def _scenarios(document: Document, study: Mapping[str, Any]) -> Iterator[Problem]:
    scenarios = _mapping(document.data.get("scenarios"))
    overrides = _mapping(document.data.get("overrides"))
    for name, listed in scenarios.items():
        for row, override in enumerate(_list(listed)):
            if isinstance(override, str) and override not in overrides:
                message = f"there is no override {override!r}"
                place: Place = ("scenarios", name, row)
                yield document.problem(place, message, nearest(override, overrides))
    if _list(scenarios.get(BASE)):
        message = f"scenario {BASE!r} has overrides"
        remedy = "leave it empty: it is the pack as written; use another name"
        yield document.problem(("scenarios", BASE), message, remedy)
    for row, name in enumerate(_list(study.get("scenarios"))):
        if isinstance(name, str) and name != BASE and name not in scenarios:
            message = f"there is no scenario {name!r}"
            remedy = nearest(name, {BASE, *scenarios})
            yield document.problem(("study", "scenarios", row), message, remedy)


def gate_problems(document: Document, place: Place, gate: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what does not fit together in a gate of the study."""
    compared = [name for name in ("not_below", "not_above") if gate.get(name) is not None]
    asked = [name for name in ("quantile", "reaches", "stays_below") if gate.get(name) is not None]
    if not compared or gate.get("at_least") is not None or gate.get("at_most") is not None:
        yield from _bounds(document, place, gate)
    if compared and gate.get("tolerance") is None:
        message = f"{compared[0]} has no tolerance"
        yield document.problem((*place, compared[0]), message, "give one, such as 0.25 %")
    if gate.get("tolerance") is not None and not compared:
        message = "tolerance is given without not_below or not_above"
        yield document.problem((*place, "tolerance"), message, "add `not_below: golden`")
    if len(asked) > 1:
        message = f"{' and '.join(asked)} are given together"
        yield document.problem((*place, asked[1]), message, "write a gate for each")
    if asked and (compared or gate.get("paired")):
        message = f"{asked[0]} goes with at_least and at_most alone"
        remedy = "write another gate for the golden study or the difference"
        yield document.problem((*place, asked[0]), message, remedy)


def _bounds(document: Document, place: Place, gate: Mapping[str, Any]) -> Iterator[Problem]:
    low, high = gate.get("at_least"), gate.get("at_most")
    if low is None and high is None and gate:
        message = "neither at_least nor at_most is given"
        yield document.problem(place, message, "give one of them, or both")
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        message = f"at_least {low:g} is above at_most {high:g}"
        yield document.problem(place, message, "exchange the two")


def _gate_design(
    document: Document, place: Place, gate: Mapping[str, Any], study: Mapping[str, Any]
) -> Iterator[Problem]:
    name, names = gate.get("design", "*"), _list(study.get("designs"))
    if isinstance(name, str) and name != "*" and name not in names:
        message = f"design {name!r} is not among the designs of the study"
        yield document.problem((*place, "design"), message, nearest(name, ["*", *names]))


def _kpi(
    document: Document, place: Place, gate: Mapping[str, Any], endings: tuple[str, ...]
) -> Iterator[Problem]:
    name = gate.get("kpi")
    if not isinstance(name, str):
        return
    if not any(name.endswith(end) and name.removesuffix(end) in KPIS for end in endings):
        message = f"there is no KPI {name!r}"
        yield document.problem((*place, "kpi"), message, nearest(name, KPIS))
