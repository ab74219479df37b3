"""Rows of the KPI table, collected as columns: one frame at the end instead of one for each KPI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.tables.sink import Chunk

ALL = "all"
Numbers = TypeVar("Numbers", IntArray, FloatArray)


@dataclass
class KpiRows:
    """Columns of the KPI table, equally long."""

    kpi: list[str] = field(default_factory=list)
    area: list[str] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.kpi)

    def add(
        self,
        kpi: str,
        unit: str,
        area: Sequence[str],
        mode: Sequence[str],
        value: FloatArray | Sequence[float],
    ) -> None:
        """Add the rows of one KPI, in order."""
        self.kpi += [kpi] * len(area)
        self.area += area
        self.mode += mode
        self.value += np.asarray(value, dtype=np.float64).tolist()
        self.unit += [unit] * len(area)

    def add_total(self, kpi: str, unit: str, value: float) -> None:
        """Add the one row of a KPI of the whole market."""
        self.add(kpi, unit, (ALL,), (ALL,), (value,))

    def add_values(self, kpi: str, unit: str, values: Mapping[tuple[str, str], float]) -> None:
        """Add rows of one KPI: (area, mode) -> value."""
        areas, modes = [key[0] for key in values], [key[1] for key in values]
        self.add(kpi, unit, areas, modes, list(values.values()))

    def extend(self, part: KpiRows | pd.DataFrame) -> None:
        """Add the rows of another part."""
        if isinstance(part, KpiRows):
            for name in _COLUMNS:
                getattr(self, name).extend(getattr(part, name))
        elif len(part):
            for name in _COLUMNS:
                getattr(self, name).extend(part[name].tolist())

    def finite(self) -> pd.DataFrame:
        """Return the rows that have a finite value as a frame."""
        kept = np.flatnonzero(np.isfinite(np.array(self.value, dtype=np.float64))).tolist()
        columns = {name: getattr(self, name) for name in _COLUMNS}
        return pd.DataFrame({name: [some[row] for row in kept] for name, some in columns.items()})


_COLUMNS = ("kpi", "area", "mode", "value", "unit")


class Measured(Mapping[str, pd.DataFrame]):
    """The KPI tables of one replication without the warm-up.

    As frames they are made when they are first asked for; `columns` gives the arrays.
    """

    def __init__(self, tables: Mapping[str, Chunk]) -> None:
        self._tables = tables
        self._chunks: dict[str, Chunk] = {}
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table as a frame."""
        if name not in self._frames:
            self._frames[name] = pd.DataFrame(self.columns(name))
        return self._frames[name]

    def __iter__(self) -> Iterable[str]:  # type: ignore[override]
        """Return the names."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._tables)

    def columns(self, name: str) -> Chunk:
        """Return a table as arrays by column."""
        if name not in self._chunks:
            table = self._tables[name]
            if "period" in table:
                measured = table["period"] >= 0
                if not measured.all():
                    table = {column: values[measured] for column, values in table.items()}
            self._chunks[name] = table
        return self._chunks[name]


def sums_at(place: IntArray, values: Numbers, size: int) -> Numbers:
    """Return the sums of values (n,) or (n, K) by place (n,): (size,) or (size, K)."""
    total = np.zeros((size, *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, place, values)
    return cast("Numbers", total)
