"""Products of parcel orders, each with what its order says."""

import numpy as np

Columns = dict[str, np.ndarray]
KEY = ("day", "area", "number")


def parcel_lines(orders: Columns, lines: Columns) -> Columns:
    """Return the lines with the columns of their orders that are not those of a product."""
    row = {key: place for place, key in enumerate(keys(orders, "product"))}
    place = np.array([row[key] for key in keys(lines, "first")], dtype=np.int64)
    own = ("product", "units", "value")
    return {
        **{name: column[place] for name, column in orders.items()},
        **{name: lines[name] for name in own},
    }


def keys(table: Columns, first: str) -> list[tuple[int, ...]]:
    """Return what names the order of each row."""
    return list(zip(*(table[name].tolist() for name in (*KEY, first)), strict=True))
