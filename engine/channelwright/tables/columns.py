"""Short declarations of the columns of input tables."""

from __future__ import annotations

from channelwright.tables.schema import Column

_MONEY = 1e9
#: Of a house or chain as a whole, in currencies of small value too.
LARGE_MONEY = 1e12


def text(name: str, meaning: str, refers: str = "", choices: tuple[str, ...] = ()) -> Column:
    """Declare a required text column."""
    return Column(name, "str", "", meaning, refers=refers, choices=choices)


def maybe_text(name: str, meaning: str, refers: str = "", default: str = "") -> Column:
    """Declare an optional text column."""
    return Column(name, "str", "", meaning, refers=refers, required=False, default=default)


def number(
    name: str,
    unit: str,
    meaning: str,
    low: float = 0.0,
    high: float = _MONEY,
    default: float | None = None,
) -> Column:
    """Declare a float column; required without a default."""
    return Column(
        name, "float64", unit, meaning, low, high, required=default is None, default=default
    )


def whole(
    name: str,
    unit: str,
    meaning: str,
    low: float = 0,
    high: float = _MONEY,
    default: int | None = None,
) -> Column:
    """Declare a whole-number column; required without a default."""
    return Column(
        name, "int64", unit, meaning, low, high, required=default is None, default=default
    )


def flag(name: str, meaning: str, default: bool | None = None) -> Column:
    """Declare a yes/no column; required without a default."""
    return Column(name, "bool", "", meaning, required=default is None, default=default)


def clock(name: str, meaning: str, default: str) -> Column:
    """Declare an optional time of day."""
    return Column(name, "str", "HH:MM", meaning, required=False, default=default)
