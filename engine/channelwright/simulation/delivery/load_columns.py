"""The columns of the table of pick orders, as kernels find them in its block, and of the day's."""

from __future__ import annotations

LOAD_COLUMNS = (
    "serial",
    "outlet",
    "mode",
    "site",
    "option",
    "order_day",
    "ready",
    "left",
    "tariff",
    "fails",
    "pay_day",
    "discount",
)
SERIAL, OUTLET, MODE, SITE, OPTION, ORDER_DAY = range(6)
READY, LEFT, TARIFF, FAILS, PAY_DAY, DISCOUNT = range(6, 12)

#: Rows of the block of visits: row of the load, s after midnight, tour of the site (-1 = tariff),
#: ticks, metres, whether it is the last attempt, and 1 for a stop to be counted as a drop.
LOAD, SECOND, TOUR, COST, METRES, LAST, COUNTED = range(7)
VISIT_ROWS = 7
