"""Checks across the tables of a market."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from channelwright.foundation.errors import Problem
from channelwright.tables.cells import TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document


def market_problems(tables: Mapping[str, TypedTable], document: Document) -> Iterator[Problem]:
    """Yield what is wrong between tables."""
    yield from ()
