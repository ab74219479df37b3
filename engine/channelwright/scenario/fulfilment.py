"""From typed tables to what trucks and outlets can do beyond the plain day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import IntArray
from channelwright.model.delivery import Delivery
from channelwright.model.market import Market
from channelwright.scenario.hours_builder import build_hours
from channelwright.tables.cells import TypedTable

Tables = Mapping[str, TypedTable]


def build_delivery(tables: Tables) -> Delivery | None:
    """Return further tours, daily routes, failed stops, hours; None where the pack names none."""
    fleet, failure = tables["vehicles"], tables["segments"]["delivery_failure"]
    load = np.floor(fleet["load_minutes"] * 60 + 0.5).astype(np.int64)
    opens, closes = build_hours(tables)
    daily = np.asarray(fleet["route"] == "daily", dtype=np.bool_)
    some = (load >= 0).any() or (failure > 0).any() or daily.any()
    if not some and opens is None:
        return None
    hours = np.where(fleet["day_hours"] > 0, fleet["day_hours"], fleet["shift_hours"])
    return Delivery(
        load_seconds=np.where(fleet["load_minutes"] >= 0, load, -1),
        day_seconds=np.floor(hours * 3600 + 0.5).astype(np.int64),
        failure=failure,
        receive_open=opens,
        receive_close=closes,
        daily_route=daily if daily.any() else None,
    )


def build_attempts(market: Market, given: IntArray) -> IntArray | None:
    """Return the attempts of every mode, None where no stop can fail."""
    rules = market.delivery
    return None if rules is None or not (rules.failure > 0).any() else given


def further_tours(tables: Tables) -> Iterator[Problem]:
    """Yield vehicles whose day is too short for a tour, or is given and never used."""
    fleet = tables["vehicles"]
    day, load = fleet["day_hours"], fleet["load_minutes"]
    good = fleet.good("day_hours", "shift_hours", "load_minutes") & (day > 0)
    yield from fleet.problems(
        "day_hours",
        good & (day < fleet["shift_hours"]),
        lambda row: (
            f"the day of {fleet['id'][row]!r} has {day[row]:g} h, its longest tour "
            f"{fleet['shift_hours'][row]:g} h",
            "let the day be at least as long as a tour, or leave it empty",
        ),
    )
    yield from fleet.problems(
        "load_minutes",
        good & (load < 0) & (day >= fleet["shift_hours"]),
        lambda row: (
            f"{fleet['id'][row]!r} has a day of {day[row]:g} h and leaves once",
            "give the minutes of loading between two tours, or clear day_hours",
        ),
    )
    yield from fleet.problems(
        "load_minutes",
        fleet.good("load_minutes") & (load < 0) & (load > -1),
        lambda row: (f"{load[row]:g} is no time", "give 0 or more, or -1 for one tour a day"),
    )
