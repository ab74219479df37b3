"""From typed tables to what calls take and how shelves are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import IntArray
from channelwright.model.columns import index_of
from channelwright.model.order_capture import FieldWork, Travel
from channelwright.scenario.references import among
from channelwright.tables.cells import Cells, TypedTable, shown

Tables = Mapping[str, TypedTable]


def build_field_work(tables: Tables) -> FieldWork | None:
    """Return what calls take and how shelves are counted; None where the pack says neither."""
    error = tables["modes"]["count_error"]
    if "travel" not in tables and "call_times" not in tables and not (error > 0).any():
        return None
    return FieldWork(_call_seconds(tables), error, _travel(tables))


def _call_seconds(tables: Tables) -> IntArray:
    roles, segments = _ids(tables, "roles"), _ids(tables, "segments")
    seconds = np.full((len(roles), len(segments)), -1, dtype=np.int64)
    if "call_times" in tables:
        table = tables["call_times"]
        cells = _rows(table["role"], roles), _rows(table["segment"], segments)
        seconds[cells] = _whole(table["minutes"] * 60)
    return seconds


def _travel(tables: Tables) -> Travel:
    if "travel" not in tables:
        none = np.zeros(0, dtype=np.int64)
        return Travel(none, none, none)
    table, outlets = tables["travel"], _ids(tables, "outlets")
    start, area = _rows(table["from"], outlets), _rows(table["from"], _ids(tables, "areas"))
    return Travel(
        start=np.where(start >= 0, start, len(outlets) + area),
        end=_rows(table["to"], outlets),
        seconds=_whole(table["seconds"]),
    )


def _ids(tables: Tables, name: str) -> tuple[str, ...]:
    return tuple(tables[name]["id"])


def _rows(values: Cells, ids: tuple[str, ...]) -> IntArray:
    row_of = index_of(ids)
    return np.array([row_of.get(value, -1) for value in values], dtype=np.int64)


def _whole(values: Cells) -> IntArray:
    return np.floor(values + 0.5).astype(np.int64)


def travel_problems(tables: Tables) -> Iterator[Problem]:
    """Yield travel from what is neither an outlet nor an area, or is both."""
    table, outlets, areas = tables["travel"], tables["outlets"]["id"], tables["areas"]["id"]
    good, start = table.good("from"), table["from"]
    in_outlets, in_areas = among(start, outlets), among(start, areas)
    yield from table.problems(
        "from",
        good & ~in_outlets & ~in_areas,
        lambda row: (
            f"{shown(start[row])} is neither in table 'outlets' nor in table 'areas'",
            "name an outlet, or the area in which people start",
        ),
    )
    yield from table.problems(
        "from",
        good & in_outlets & in_areas,
        lambda row: (
            f"{shown(start[row])} is both an outlet and an area",
            "give outlets and areas different ids",
        ),
    )


def count_error_problems(tables: Tables) -> Iterator[Problem]:
    """Yield counting errors of modes in which nobody calls."""
    modes = tables["modes"]
    yield from modes.problems(
        "count_error",
        modes.good("count_error", "capture")
        & (modes["count_error"] > 0)
        & (modes["capture"] != "visit"),
        lambda row: (
            f"nobody counts shelves in mode {modes['id'][row]!r}",
            "clear the cell",
        ),
    )
