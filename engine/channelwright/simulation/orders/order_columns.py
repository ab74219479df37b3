"""The columns of the table of open orders, as kernels find them in its two blocks."""

from __future__ import annotations

ORDER_COLUMNS = (
    "serial",
    "outlet",
    "mode",
    "site",
    "option",
    "day",
    "second",
    "attempt",
    "pay_day",
    "discount",
)
SERIAL, OUTLET, MODE, SITE, OPTION, DAY, SECOND, ATTEMPT, PAY_DAY, DISCOUNT = range(10)
ORDER_GRIDS = ("ordered", "missing", "first", "pending", "delivered", "cut", "extra")
ORDERED, MISSING, FIRST, PENDING, DELIVERED, CUT, EXTRA = range(7)
