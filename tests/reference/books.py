"""The ledger of the reference and the rows of its tables."""

from collections import defaultdict

import numpy as np

from channelwright.tables.codes import Account
from channelwright.tables.outputs import DETAIL_TABLES, POSTINGS
from channelwright.tables.schema import Table

Rows = dict[str, np.ndarray]

_NAMES = {table.name: set(table.names) for table in DETAIL_TABLES}


class Books:
    """Collects rows of every table; postings are summed by key."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, float]]] = defaultdict(list)
        self._postings: dict[tuple[int, ...], int] = defaultdict(int)

    def write(self, table: Table, **row: float) -> None:
        """Add a row."""
        if row.keys() != _NAMES[table.name]:
            message = f"{table.name} has columns {table.names}, not {tuple(row)}"
            raise ValueError(message)
        self._rows[table.name].append(row)

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
            self._postings[day, account, payer, payee, mode, site, outlet] += amount

    def postings_of(self, day: int) -> list[tuple[int, int, int, int]]:
        """Return account, payer, payee and amount of everything booked on a day."""
        return [
            (account, payer, payee, amount)
            for (when, account, payer, payee, *_), amount in self._postings.items()
            if when == day
        ]

    def tables(self) -> dict[str, Rows]:
        """Return every detail table, sorted by its key and then by its other columns."""
        for key, amount in self._postings.items():
            if amount != 0:
                self.write(POSTINGS, **dict(zip(POSTINGS.key, key, strict=True)), amount=amount)
        self._postings.clear()
        return {table.name: as_columns(table, self._rows[table.name]) for table in DETAIL_TABLES}


def as_columns(table: Table, rows: list[dict[str, float]]) -> Rows:
    """Return rows as sorted columns."""
    columns = {
        column.name: np.array([row[column.name] for row in rows], dtype=column.dtype)
        for column in table.columns
    }
    return sort_rows(table, columns)


def sort_rows(table: Table, columns: Rows) -> Rows:
    """Return the columns of a table in its order, rows sorted by key, then by the rest."""
    rest = [name for name in table.names if name not in table.key]
    order = np.lexsort([columns[name] for name in reversed([*table.key, *rest])])
    return {name: columns[name][order] for name in table.names}
