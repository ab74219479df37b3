"""Units of money and time.

Money is int64 in *ticks*, 1/10,000 of the currency. Rates are int64 in parts per
million (ppm). Time within a day is int64 seconds after midnight. Integers make every
sum exact, whatever its order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

TICKS_PER_UNIT = 10_000
PPM = 1_000_000
DAY_SECONDS = 86_400

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def ticks(amount: float) -> int:
    """Return an amount of currency as ticks, rounded half up.

    Parameters
    ----------
    amount : float
        Currency units.
    """
    return int(np.floor(amount * TICKS_PER_UNIT + 0.5))


def currency(amount: int | float) -> float:
    """Return ticks as currency units."""
    return float(amount) / TICKS_PER_UNIT


def share(value: IntArray, ppm: IntArray | int) -> IntArray:
    """Return ``value * ppm / 1e6`` rounded half up, in exact integer arithmetic.

    Parameters
    ----------
    value : (n,) ticks; nothing overflows as long as the result itself is below 9.2e18
    ppm : (n,) or scalar, parts per million

    Notes
    -----
    Half-way cases go towards plus infinity for both signs of ``value``.
    """
    return scaled(value, ppm, PPM)


def scaled(value: IntArray, factor: IntArray | int, base: int) -> IntArray:
    """Return ``value * factor / base`` rounded half up, exactly.

    The product may pass 64 bits (a month's interest on 400 million of a currency does), so
    whole multiples of the base are taken out first.

    Parameters
    ----------
    value : (n,) int64
    factor : (n,) or scalar, its product with ``base`` below 9.2e18
    base : int, above 0
    """
    amount = np.asarray(value, dtype=np.int64)
    whole = amount // base
    return np.asarray(whole * factor + ((amount - whole * base) * factor + base // 2) // base)


@kernel
def share_of(value: int, ppm: int) -> int:
    """Return `share` of one number, for kernels."""
    whole = value // PPM
    return whole * ppm + ((value - whole * PPM) * ppm + PPM // 2) // PPM
