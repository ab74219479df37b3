"""The tables of one design, read and brought into their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.foundation.errors import Problem
from channelwright.scenario.market_tables import TableReader, source_of
from channelwright.tables.cells import TypedTable
from channelwright.tables.inputs import DESIGN_TABLES

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document

#: Key of a design file -> name of its table.
PARTS = {
    "sites": "design_sites",
    "outlets": "design_outlets",
    "headcount": "design_headcount",
    "terms": "design_terms",
    "prices": "design_prices",
    "service": "design_service",
    "levels": "design_levels",
    "asking": "design_asking",
    "rights": "design_rights",
    "contracts": "design_contracts",
    "listing": "design_listing",
    "rebate_tiers": "design_rebate_tiers",
    "returns": "design_returns",
    "consignment": "design_consignment",
    "parcels": "design_parcels",
    "stock": "design_stock",
    "shelves": "design_shelves",
    "suppliers": "design_suppliers",
    "consumer_prices": "design_consumer_prices",
    "promotions": "design_promotions",
    "credit": "design_credit",
    "account_credit": "design_account_credit",
    "dunning": "design_dunning",
    "approval": "design_approval",
    "collecting": "design_collecting",
    "forecast": "design_forecast",
    "shortage": "design_shortage",
    "calibration": "design_calibration",
    "neighbours": "design_neighbours",
}


@dataclass(frozen=True)
class DesignTables:
    """Tables of a design by key; a part that is chosen or left out has none."""

    tables: Mapping[str, TypedTable]

    def get(self, part: str) -> TypedTable | None:
        """Return the table of a part, None if there is none."""
        return self.tables.get(part)

    def __getitem__(self, part: str) -> TypedTable:
        """Return the table of a part that is there."""
        return self.tables[part]


def design_tables(reader: TableReader, document: Document) -> tuple[DesignTables, list[Problem]]:
    """Read the tables that a design file names; other problems of the file do not matter."""
    tables: dict[str, TypedTable] = {}
    problems: list[Problem] = []
    for part, name in PARTS.items():
        source = source_of(document.data.get(part))
        if source is None:
            continue
        at = document.problem((part,), "", "")
        table, found = reader.typed(DESIGN_TABLES[name], source, at.place, at.file)
        problems += found
        if table is not None:
            tables[part] = table
    return DesignTables(tables), problems
