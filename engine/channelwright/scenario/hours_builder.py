"""Hours in which outlets take goods: built and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.draft import DesignDraft
from channelwright.model.market import CARRIERS, Market
from channelwright.rules import geography
from channelwright.rules.hours import has_hours, receiving_hours
from channelwright.tables.checks import clock_seconds

if TYPE_CHECKING:
    from channelwright.tables.cells import Cells, TypedTable

LEAVING = 21_600
_TRUCK = CARRIERS.index("truck")
_SHOWN = 20


def seconds_of(values: Cells) -> IntArray:
    """Return times of day as seconds after midnight."""
    return np.array([clock_seconds(value) for value in values], dtype=np.int64)


def build_hours(
    tables: Mapping[str, TypedTable],
) -> tuple[IntArray | None, IntArray | None]:
    """Return from when to when segments take goods; None where all do at any hour."""
    segments = tables["segments"]
    opens, closes = (seconds_of(segments[name]) for name in ("receive_open", "receive_close"))
    if (opens == 0).all() and (closes == DAY_SECONDS).all():
        return None, None
    return opens, closes


def hours_problems(table: TypedTable, opens: str, closes: str) -> Iterator[Problem]:
    """Yield rows whose hours end before they begin, or before the first truck leaves."""
    first, last = seconds_of(table[opens]), seconds_of(table[closes])
    good = table.good(opens, closes)
    yield from table.problems(
        closes,
        good & (last <= first),
        lambda row: (
            f"goods are taken from {table[opens][row]} to {table[closes][row]}",
            "let the hours end after they begin",
        ),
    )
    yield from table.problems(
        closes,
        good & (last > first) & (last <= LEAVING),
        lambda row: (
            f"nobody takes goods after {table[closes][row]}, and carriers begin at 06:00",
            "give hours that end later",
        ),
    )


def segment_hours(tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield segments whose hours end too early."""
    yield from hours_problems(tables["segments"], "receive_open", "receive_close")


def out_of_hours(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    """Yield part, message and remedy for outlets that no truck reaches in time."""
    if not has_hours(market, draft.contracts):
        return
    by_truck = market.modes.carrier[np.maximum(draft.mode, 0)] == _TRUCK
    rows = np.flatnonzero((draft.mode >= 0) & by_truck)
    outlets = geography.outlet_points(market).take(rows)
    sites = geography.site_points(market).take(draft.site[rows])
    metres = geography.metres(market.geography, outlets, sites)
    speed = market.vehicles.speed[draft.sites.vehicle[draft.site[rows]]]
    arrival = LEAVING + geography.seconds(metres, speed)
    closes = receiving_hours(market, draft.contracts)[1][rows]
    late = np.flatnonzero((metres >= 0) & (arrival > closes))
    for place in late[:_SHOWN].tolist():
        name, site = market.outlets.ids[rows[place]], market.sites.ids[draft.site[rows[place]]]
        message = (
            f"a truck of site {site!r} that leaves at 06:00 is at outlet {name!r} after "
            f"{closes[place] // 3600:02d}:{closes[place] // 60 % 60:02d}, when it takes no goods"
        )
        yield "outlets", message, "let it take goods for longer, or serve it from a nearer site"
    if len(late) > _SHOWN:
        message = f"and {len(late) - _SHOWN} more outlets take no goods when a truck comes"
        yield "outlets", message, "let them take goods for longer"
