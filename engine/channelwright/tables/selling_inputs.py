"""Input tables of a design about who sells at which price (docs/world/source-choice.md)."""

from __future__ import annotations

from channelwright.tables.columns import maybe_text, number, text
from channelwright.tables.schema import Table

RIGHTS = ("exclusive", "forbidden")

DESIGN_ASKING = Table(
    "design_asking",
    "what a site asks of outlets",
    ("site",),
    (
        text("site", "site", "sites.id"),
        number("index", "", "price to outlets over the ladder of the mode", 0.01, 10),
    ),
)
DESIGN_RIGHTS = Table(
    "design_rights",
    "who may sell what to whom; what no row names is open",
    ("area", "segment", "mode", "family", "site", "right"),
    (
        maybe_text("area", "area of the outlet; empty = all", "areas.id"),
        maybe_text("segment", "segment of the outlet; empty = all", "segments.id"),
        maybe_text("mode", "mode in which is sold; empty = all", "modes.id"),
        maybe_text("family", "family of products; empty = all"),
        maybe_text("site", "who; empty = every site (only where forbidden)", "sites.id"),
        text("right", "only those named may sell, or this one may not", choices=RIGHTS),
    ),
)
DESIGN_NEIGHBOURS = Table(
    "design_neighbours",
    "outlets next to each other, for connected territories; either order",
    ("outlet", "neighbour"),
    (
        text("outlet", "outlet", "outlets.id"),
        text("neighbour", "outlet next to it", "outlets.id"),
    ),
)
SELLING_TABLES = (DESIGN_ASKING, DESIGN_RIGHTS, DESIGN_NEIGHBOURS)
