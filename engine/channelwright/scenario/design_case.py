"""What the checks of one design look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from channelwright.foundation.errors import Problem
from channelwright.scenario.design_shapes import (
    ChosenHeadcount,
    ChosenOutlets,
    ChosenTerms,
    DesignShape,
)
from channelwright.scenario.design_tables import DesignTables
from channelwright.scenario.documents import Document
from channelwright.tables.cells import TypedTable
from channelwright.tables.checks import nearest

_NAMED = ("modes", "sites", "outlets", "roles", "segments", "areas", "chains")
CHOSEN = (ChosenOutlets, ChosenHeadcount, ChosenTerms)


@dataclass(frozen=True)
class DesignFile:
    """One design file: its document, shape (None if it does not fit) and tables."""

    name: str
    document: Document
    shape: DesignShape | None
    tables: DesignTables


@dataclass(frozen=True)
class Case:
    """One design file with the tables of its market and the other designs of the pack."""

    design: DesignFile
    market: Mapping[str, TypedTable]
    others: Mapping[str, DesignFile]

    def part(self, name: str) -> TypedTable | None:
        """Return the table of a part, that of the starting design where it is to choose."""
        own = self.design.tables.get(name)
        start = starts(self.design.shape).get(name) if self.design.shape is not None else None
        if own is not None or start is None or start not in self.others:
            return own
        return self.others[start].tables.get(name)

    def ids(self, table: str) -> list[str]:
        """Return the ids of a market table, empty if it could not be read."""
        return [str(name) for name in self.market[table]["id"]] if table in self.market else []

    def unknown(self, place: tuple[str | int, ...], name: str, table: str) -> Iterator[Problem]:
        """Yield a problem if a key of the design file names no row of a market table."""
        if table in self.market and name not in self._sets[table]:
            message = f"{name!r} is not in table {table!r}"
            yield self.design.document.problem(place, message, nearest(name, self.ids(table)))

    @cached_property
    def _sets(self) -> dict[str, set[str]]:
        return {name: set(self.ids(name)) for name in _NAMED if name in self.market}

    def attribute(self, table: str, column: str) -> dict[str, str]:
        """Return id -> value of a text column of a market table."""
        if table not in self.market:
            return {}
        found = self.market[table]
        good = found.good("id", column)
        return dict(zip(found["id"][good], found[column][good], strict=True))


def starts(shape: DesignShape) -> dict[str, str]:
    """Return part -> name of the design that it starts from, for parts that are chosen."""
    parts = {"outlets": shape.outlets, "headcount": shape.headcount, "terms": shape.terms}
    return {name: part.start for name, part in parts.items() if isinstance(part, CHOSEN)}
