"""Checks between the keys of a market: bounds in order, shares that leave something over."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from channelwright.foundation.errors import Problem
from channelwright.scenario.calendar_builder import WEEKDAYS
from channelwright.scenario.documents import Document

_REACTIONS = ("wait", "product", "outlet")


def key_problems(document: Document) -> Iterator[Problem]:
    """Yield what does not fit together; keys of a wrong type are left out.

    Parameters
    ----------
    document : Document
        Of the pack, or of one of its scenarios with all overrides in place.
    """
    market = _mapping(document.data.get("market"))
    yield from _calendar(document, _mapping(market.get("calendar")))
    yield from _behaviour(document, market)
    yield from _execution(document, market)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _calendar(document: Document, calendar: Mapping[str, Any]) -> Iterator[Problem]:
    place = ("market", "calendar")
    horizon, warmup = calendar.get("horizon_days"), calendar.get("warmup_days")
    if isinstance(horizon, int) and isinstance(warmup, int) and warmup >= horizon:
        message = f"warm-up of {warmup} days leaves nothing of a horizon of {horizon}"
        yield document.problem((*place, "warmup_days"), message, "shorten it")
    weekday = _list(calendar.get("weekday"))
    if weekday and all(factor == 0 for factor in weekday):
        message = "every weekday has factor 0: there is no demand"
        yield document.problem((*place, "weekday"), message, "give factors with a mean near 1")
    yield from _working(document, calendar)


def _working(document: Document, calendar: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if nobody works on any day: no call, no tour, no head-count by workload."""
    start, horizon = calendar.get("start"), calendar.get("horizon_days")
    works, free = calendar.get("working_days"), _list(calendar.get("holidays"))
    if not isinstance(start, datetime.date) or not isinstance(horizon, int) or not works:
        return
    days = (start + datetime.timedelta(days=day) for day in range(horizon))
    if not any(WEEKDAYS[day.weekday()] in works and day not in free for day in days):
        message = f"nobody works on any of the {horizon} days from {start}"
        remedy = "add working days, take holidays out, or make the horizon longer"
        yield document.problem(("market", "calendar", "working_days"), message, remedy)


def _behaviour(document: Document, market: Mapping[str, Any]) -> Iterator[Problem]:
    behaviour = _mapping(market.get("behaviour"))
    floor, ceiling = behaviour.get("floor"), behaviour.get("ceiling")
    if isinstance(floor, int | float) and isinstance(ceiling, int | float) and floor > ceiling:
        message = f"floor {floor:g} is above ceiling {ceiling:g}"
        yield document.problem(("market", "behaviour", "floor"), message, "exchange the two")
    shares = [_mapping(market.get("stockout")).get(name, 0) for name in _REACTIONS]
    if all(isinstance(share, int | float) for share in shares) and sum(shares) > 1 + 1e-9:
        message = f"wait, product and outlet add up to {sum(shares):g}, more than 1"
        yield document.problem(("market", "stockout"), message, "lower them: the rest is lost")


def _execution(document: Document, market: Mapping[str, Any]) -> Iterator[Problem]:
    execution = market.get("execution")
    if execution == {}:
        message = "execution names no part"
        yield document.problem(("market", "execution"), message, "name a part, or remove the key")
    for name, part in _mapping(execution).items():
        low, high = _mapping(part).get("low"), _mapping(part).get("high")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            message = f"low {low:g} is above high {high:g}"
            yield document.problem(("market", "execution", name, "low"), message, "exchange them")
