"""From the screening sheet of a pack to columns of its candidate sites."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.columns import index_of
from channelwright.model.screening import Screening
from channelwright.tables.cells import TypedTable

#: The sheet states "no limit" as this number, since its cells are finite.
_NO_LIMIT = 1e9


def build_screening(tables: Mapping[str, TypedTable], sites: tuple[str, ...]) -> Screening | None:
    """Return the screening of all sites, None if the pack has no sheet."""
    if "screening" not in tables:
        return None
    table = tables["screening"]
    place = index_of(sites)
    row = np.array([place[name] for name in table["site"]], dtype=np.int64)
    return Screening(
        score=_spread(table["score"], row, len(sites), 100.0),
        default_risk=_spread(table["default_risk"], row, len(sites), 0.0),
        capacity_outlets=_limits(_spread(table["capacity_outlets"], row, len(sites), _NO_LIMIT)),
        storage_cases=_limits(_spread(table["storage_cases"], row, len(sites), _NO_LIMIT)),
    )


def _spread(values: np.ndarray, row: np.ndarray, size: int, neutral: float) -> FloatArray:
    column = np.full(size, neutral)
    column[row] = values
    return column


def _limits(column: FloatArray) -> FloatArray:
    return np.where(column >= _NO_LIMIT, np.inf, column)
