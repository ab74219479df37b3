"""Messages for documents that do not fit their shape: key, value and remedy."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from channelwright.foundation.errors import Problem
from channelwright.scenario.design_shapes import TAG_SIGN
from channelwright.tables.cells import shown
from channelwright.tables.checks import nearest

if typing.TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from channelwright.scenario.documents import Document, Place

_Shape = TypeVar("_Shape", bound=BaseModel)

#: Keys of mechanisms that are planned and not built: refused by name, never ignored.
NOT_BUILT = {
    "coolers": "equipment",
    "equipment": "equipment",
    "disturbances": "outages, price wars and defaults",
    "diversion": "goods sold outside the seller's rights",
    "loading": "sell-in pushed at the end of a period",
    "marketing": "marketing budgets",
    "openings": "new outlets and churn",
    "churn": "new outlets and churn",
    "people": "hiring, training and attrition",
    "review": "re-optimisation at review dates",
    "risk": "two-stage decisions with risk measures",
    "rivals": "rivals' moves",
}


def shaped(shape: type[_Shape], document: Document) -> tuple[_Shape | None, list[Problem]]:
    """Return a document in its shape, or every reason why it does not fit."""
    try:
        return shape.model_validate(document.data), []
    except ValidationError as error:
        details = _one_per_list(error.errors(include_url=False, include_context=True))
        return None, [
            _problem(shape, document, detail)
            for detail in details
            if _place(detail) not in document.unread
        ]


def _one_per_list(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return the details with one for every list that is too short, at the list."""
    result: list[ErrorDetails] = []
    for detail in details:
        place = detail["loc"]
        if detail["type"] == "missing" and place and isinstance(place[-1], int):
            words = f"must have {place[-1] + 1} values, not {len(detail['input'])}"
            detail = {**detail, "loc": place[:-1], "type": "too_short", "msg": words}
            if result and result[-1]["loc"] == detail["loc"]:
                result.pop()
        result.append(detail)
    return result


def _problem(shape: type[BaseModel], document: Document, detail: ErrorDetails) -> Problem:
    place = _place(detail)
    # pydantic marks a wrong key of a mapping by a last part of its own.
    wrong_key = bool(place) and place[-1] == "[key]"
    place = place[:-1] if wrong_key else place
    message, remedy = _words(shape, place, detail, wrong_key=wrong_key)
    return document.problem(place, message, remedy)


def _place(detail: ErrorDetails) -> Place:
    return tuple(part for part in detail["loc"] if not str(part).startswith(TAG_SIGN))


def _words(
    shape: type[BaseModel], place: Place, detail: ErrorDetails, *, wrong_key: bool
) -> tuple[str, str]:
    kind, value = detail["type"], detail["input"]
    key = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        if key in NOT_BUILT:
            return f"{key!r} ({NOT_BUILT[key]}) is not built", "remove the key; nothing reads it"
        return f"unknown key {shown(key)}", nearest(key, _keys_at(shape, place[:-1]))
    if kind == "missing":
        return f"key {key!r} is missing", _meaning(shape, place) or "add it"
    if wrong_key:
        return f"{shown(key)} is not a name", "use letters, digits, '_', '-' and '.'"
    text = detail["msg"]
    for ours, theirs in _WORDS.items():
        text = text.replace(ours, theirs)
    text = re.sub(r"(a mapping of keys and values or )?\b(an )?instance of \w+", _MAPPING, text)
    message = f"value {shown(value)} does not fit"
    if kind == "string_pattern_mismatch":
        pattern = str(detail.get("ctx", {}).get("pattern", ""))
        for part, remedy in _PATTERNS.items():
            if part in pattern:
                return message, remedy
    return message, f"it {text[0].lower()}{text[1:]}"


#: Remedy by a part of the pattern that text has to match.
_PATTERNS = {
    "A-Za-z0-9_.-": "use letters, digits, '_', '-' and '.'",
    "[A-Z]{3}": "write three capital letters such as EUR",
}
_MAPPING = "a mapping of keys and values"
_WORDS = {
    "Input should be": "must be",
    "Tuple should have": "must have",
    "String should": "must",
    "Dictionary should have": "must have",
    "a valid tuple": "a list",
    "a valid dictionary": _MAPPING,
    "a valid string": "text; put it in quotes if it looks like a number or date",
    "a valid date": "a date YYYY-MM-DD without quotes",
    "a valid integer": "a whole number",
    "a valid boolean": "true or false",
    "a valid number": "a number",
    "instance of TableSource": "a file name, or {file: ..., sheet: ...}",
    " after validation, not": ", not",
}


def _keys_at(shape: object, place: Place) -> list[str]:
    return [name for model in _models_at(shape, place) for name in model.model_fields]


def _meaning(shape: object, place: Place) -> str:
    for model in _models_at(shape, place[:-1]):
        field = model.model_fields.get(str(place[-1]))
        if field is not None and field.description:
            return f"add it: {field.description}"
    return ""


def _models_at(annotation: object, place: Place) -> Iterator[type[BaseModel]]:
    for model in _parts(annotation):
        if not place:
            if isinstance(model, type) and issubclass(model, BaseModel):
                yield model
        elif isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(place[0]))
            if field is not None:
                yield from _models_at(field.annotation, place[1:])
        else:
            arguments = typing.get_args(model)
            if arguments:
                inner = arguments[-1] if isinstance(place[0], str) else arguments[0]
                yield from _models_at(inner, place[1:])


def _parts(annotation: object) -> Iterator[object]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _parts(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation
