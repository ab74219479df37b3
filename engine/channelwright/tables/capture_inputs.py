"""Input tables and columns of order capture (docs/world/order-capture.md)."""

from __future__ import annotations

from channelwright.tables.columns import number, text
from channelwright.tables.schema import Column, Table

MISSED_CALLS = ("dropped", "carried")

TRAVEL = Table(
    "travel",
    "travel time of people between two points; other pairs go by distance",
    ("from", "to"),
    (
        text("from", "outlet, or area for the start of its people"),
        text("to", "outlet", "outlets.id"),
        number("seconds", "s", "on the way", 0, 86_400),
    ),
)
CALL_TIMES = Table(
    "call_times",
    "time in outlets of a segment, instead of the role's minutes by grade",
    ("role", "segment"),
    (
        text("role", "role", "roles.id"),
        text("segment", "segment", "segments.id"),
        number("minutes", "min", "per call", 0, 1440),
    ),
)
CAPTURE_TABLES = (TRAVEL, CALL_TIMES)

COUNT_ERROR = number("count_error", "", "sigma of a caller's shelf count", 0, 3, 0.0)
SERVICE_COLUMNS = (
    Column(
        "missed_calls",
        "str",
        "",
        "what becomes of calls that do not fit into the day",
        choices=MISSED_CALLS,
        required=False,
        default="dropped",
    ),
    number("minimum_value", "currency", "smallest order, with VAT", default=0.0),
)
