"""The ledger of the reference and the rows of its tables."""

from collections import defaultdict
from operator import attrgetter

import numpy as np

from channelwright.tables.codes import Account
from channelwright.tables.outputs import DETAIL_TABLES, POSTINGS, SHELF
from channelwright.tables.schema import Table
from tests.reference.records import Evening

Rows = dict[str, np.ndarray]


class Books:
    """Collects rows of every table; postings are summed by key."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, float]]] = {t.name: [] for t in DETAIL_TABLES}
        self._evenings: list[Evening] = []
        self._postings: dict[int, dict[tuple[int, ...], int]] = defaultdict(dict)  # by day

    def write(self, table: Table, **row: float) -> None:
        """Add a row; a column left out, or one too many, is found by `tables`."""
        self._rows[table.name].append(row)

    def keep(self, evening: Evening) -> None:
        """Add an evening to the shelf table, whose columns are its attributes."""
        self._evenings.append(evening)

    def post(
        self,
        day: int,
        account: Account,
        payer: int,
        payee: int,
        amount: int,
        *,
        mode: int,
        site: int,
        outlet: int = -1,
    ) -> None:
        """Book money from a payer to a payee."""
        if amount:
            today = self._postings[day]
            key = (account, payer, payee, mode, site, outlet)
            today[key] = today.get(key, 0) + amount

    def postings_of(self, day: int) -> list[tuple[int, int, int, int]]:
        """Return account, payer, payee and amount of everything booked on a day."""
        return [
            (account, payer, payee, amount)
            for (account, payer, payee, *_), amount in self._postings[day].items()
        ]

    def tables(self) -> dict[str, Rows]:
        """Return every detail table, sorted by its key and then by its other columns."""
        tables = {
            table.name: sort_rows(table, as_arrays(table, self._rows[table.name]))
            for table in DETAIL_TABLES
        }
        tables[SHELF.name] = sort_rows(SHELF, self._shelf())
        tables[POSTINGS.name] = sort_rows(POSTINGS, self._posted())
        return tables

    def _shelf(self) -> Rows:
        return {
            column.name: np.fromiter(
                map(attrgetter(column.name), self._evenings), column.dtype, len(self._evenings)
            )
            for column in SHELF.columns
        }

    def _posted(self) -> Rows:
        rows = [
            (day, *key, amount)
            for day, today in self._postings.items()
            for key, amount in today.items()
            if amount != 0
        ]
        names = (*POSTINGS.key, "amount")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        return {c.name: np.array(columns.get(c.name, ()), dtype=c.dtype) for c in POSTINGS.columns}


def as_arrays(table: Table, rows: list[dict[str, float]]) -> Rows:
    """Return rows as columns."""
    wanted = dict.fromkeys(table.names).keys()
    for row in rows:
        if row.keys() != wanted:
            message = f"a row of {table.name} has {list(row)} instead of {table.names}"
            raise ValueError(message)
    return {c.name: np.array([row[c.name] for row in rows], dtype=c.dtype) for c in table.columns}


def sort_rows(table: Table, columns: Rows) -> Rows:
    """Return the columns of a table in its order, rows sorted by key, then by the rest."""
    rest = [name for name in table.names if name not in table.key]
    order = np.lexsort([columns[name] for name in reversed([*table.key, *rest])])
    return {name: columns[name][order] for name in table.names}
