"""Input tables of collecting at calls (docs/world/collecting.md); both are optional."""

from __future__ import annotations

from channelwright.tables.columns import number, text, whole
from channelwright.tables.schema import Column, Table

DESIGN_COLLECTING = Table(
    "design_collecting",
    "how the people of one mode ask for overdue money; those of other modes do not",
    ("mode",),
    (
        text("mode", "mode", "modes.id"),
        number("minutes", "min", "that it takes at a call", 0, 1440),
        whole("overdue_days", "days", "past due, above which it is asked for", 0, 3650, 0),
        number("minimum", "currency", "least overdue that is asked for, with VAT", default=0.0),
        Column(
            "place",
            "str",
            "",
            "before or after the order",
            required=False,
            default="after",
            choices=("before", "after"),
        ),
        Column(
            "unpaid_order",
            "str",
            "",
            "the order of who gives nothing; refused only before the order",
            required=False,
            default="taken",
            choices=("taken", "refused"),
        ),
    ),
)
COLLECTING = Table(
    "collecting",
    "what outlets of one segment give who asks for overdue money; other segments give nothing",
    ("segment",),
    (
        text("segment", "segment", "segments.id"),
        number("pays", "share", "of calls at which a part is paid at once", 0, 1),
        number("pay_share", "share", "of each overdue bill that this part is", 0, 1, 1.0),
        number("promises", "share", "of calls at which a day is promised", 0, 1, 0.0),
        number("kept", "share", "of these promises", 0, 1, 1.0),
        whole("promise_days", "days", "until that day", 1, 365, 7),
    ),
)
