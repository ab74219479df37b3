"""Checks of a design against the tables of its market."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import Problem

if TYPE_CHECKING:
    from channelwright.scenario.design_shapes import DesignShape
    from channelwright.scenario.design_tables import DesignTables
    from channelwright.scenario.documents import Document
    from channelwright.scenario.market_tables import Typeds


def design_problems(
    document: Document,
    shape: DesignShape | None,
    tables: DesignTables,
    market: Typeds,
    others: Mapping[str, Any],
) -> Iterator[Problem]:
    """Yield what is wrong with a design."""
    yield from ()
