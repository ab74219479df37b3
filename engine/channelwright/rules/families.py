"""Product families, in the order in which the products name them."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.model.market import Products


def family_names(products: Products) -> tuple[str, ...]:
    """Return every family once."""
    return tuple(dict.fromkeys(products.families))


def family_rows(products: Products) -> IntArray:
    """Return the family of every product as a row of `family_names`: (P,)."""
    names = family_names(products)
    return np.array([names.index(name) for name in products.families], dtype=np.int64)
