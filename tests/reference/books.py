"""The ledger of the reference and the rows of its tables."""

from collections import defaultdict
from operator import attrgetter

import numpy as np

from channelwright.tables.codes import Account
from channelwright.tables.outputs import DETAIL_TABLES, POSTINGS
from channelwright.tables.schema import Table

Rows = dict[str, np.ndarray]


class Books:
    """Collects rows of every table; postings are summed by key."""

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, list[float]]] = {
            table.name: {name: [] for name in table.names} for table in DETAIL_TABLES
        }
        self._kept: dict[str, list[object]] = defaultdict(list)
        self._postings: dict[int, dict[tuple[int, ...], int]] = defaultdict(dict)  # by day

    def write(self, table: Table, **row: float) -> None:
        """Add a row; a column left out is found by `tables`."""
        columns = self._columns[table.name]
        for name, value in row.items():
            columns[name].append(value)

    def keep(self, table: Table, row: object) -> None:
        """Add a row that is an object with an attribute for every column; it stays as it is."""
        self._kept[table.name].append(row)

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
        postings = [self._columns[POSTINGS.name][name] for name in (*POSTINGS.key, "amount")]
        for day, today in self._postings.items():
            for key, amount in today.items():
                if amount != 0:
                    for column, value in zip(postings, (day, *key, amount), strict=True):
                        column.append(value)
        self._postings.clear()
        for name, rows in self._kept.items():
            for column, values in self._columns[name].items():
                values.extend(map(attrgetter(column), rows))
        self._kept.clear()
        return {table.name: as_arrays(table, self._columns[table.name]) for table in DETAIL_TABLES}


def as_arrays(table: Table, columns: dict[str, list[float]]) -> Rows:
    """Return columns as arrays, rows sorted."""
    if len({len(column) for column in columns.values()}) > 1:
        message = f"a row of {table.name} did not fill its columns {table.names}"
        raise ValueError(message)
    arrays = {c.name: np.array(columns[c.name], dtype=c.dtype) for c in table.columns}
    return sort_rows(table, arrays)


def sort_rows(table: Table, columns: Rows) -> Rows:
    """Return the columns of a table in its order, rows sorted by key, then by the rest."""
    rest = [name for name in table.names if name not in table.key]
    order = np.lexsort([columns[name] for name in reversed([*table.key, *rest])])
    return {name: columns[name][order] for name in table.names}
