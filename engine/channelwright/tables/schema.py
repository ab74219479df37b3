"""The declaration of one table: column, dtype, unit, bounds, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name, dtype, unit, meaning : str; dtype is ``int64``, ``float64``, ``str``, ``bool`` or
        ``date``
    minimum, maximum : float or None, closed bounds
    refers : str, ``table.column`` (inputs: a dangling value is a problem) or empty
    required : bool, inputs: the column must be in the file
    default : value of a missing optional column
    choices : allowed values of a text column, empty = any
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    minimum: float | None = None
    maximum: float | None = None
    refers: str = ""
    required: bool = True
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: its columns, its key and what a row is."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)
