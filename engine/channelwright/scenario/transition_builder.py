"""``transition:`` of a pack: dates and assumptions of the way to a design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import Problem
from channelwright.model.transition import TransitionPlan
from channelwright.tables.checks import nearest

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document, Place
    from channelwright.scenario.shapes import TransitionShape


def build_transition(shape: TransitionShape | None) -> TransitionPlan | None:
    """Return the plan of a pack, or None where it names none."""
    if shape is None:
        return None
    given = shape.model_dump()
    given["discount"] = -1.0 if shape.discount is None else shape.discount
    return TransitionPlan(**given)


def transition_problems(document: Document, areas: Iterable[str]) -> Iterator[Problem]:
    """Yield areas of the transition that do not exist, stand twice or are left out."""
    section = document.data.get("transition")
    if not isinstance(section, Mapping):
        return
    known = list(areas)
    yield from _names(document, ("transition", "pilot"), section.get("pilot"), known)
    waves = section.get("order")
    if not isinstance(waves, list) or not waves:
        return
    if section.get("pilot"):
        message = "pilot and order are both given"
        yield document.problem(
            ("transition", "order"), message, "keep one: the first list of order is the pilot"
        )
    seen: list[Any] = []
    for row, wave in enumerate(waves):
        place: Place = ("transition", "order", row)
        yield from _names(document, place, wave, known)
        for name in wave if isinstance(wave, list) else []:
            if name in seen:
                yield document.problem(place, f"area {name!r} stands twice", "an area changes once")
            seen.append(name)
    missing = [name for name in known if name not in seen]
    if missing:
        message = f"order leaves out {len(missing)} areas: {', '.join(missing[:5])}"
        yield document.problem(("transition", "order"), message, "name every area once")


def _names(document: Document, place: Place, names: object, known: list[str]) -> Iterator[Problem]:
    for row, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str) and name not in known:
            message = f"there is no area {name!r}"
            yield document.problem((*place, row), message, nearest(name, known))
