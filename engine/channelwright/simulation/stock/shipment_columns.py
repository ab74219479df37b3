"""The shipments of an evening in two blocks, as kernels read them: (5, n) numbers, (2, n, P)."""

from __future__ import annotations

from typing import TypeAlias

from channelwright.foundation.units import IntArray

#: Who ordered and who shipped, ticks of the invoice (0 where the owner is the same) and the day on
#: which it is paid, day of receipt.
SITE, PARENT, VALUE, DUE, ARRIVAL = range(5)
#: Units.
ORDERED, SHIPPED = range(2)
Moved: TypeAlias = tuple[IntArray, IntArray]
