"""Consumer prices and promotions that a design file can name."""

from __future__ import annotations

from channelwright.tables.columns import maybe_text, number, text, whole
from channelwright.tables.schema import Column, Table

DESIGN_CONSUMER_PRICES = Table(
    "design_consumer_prices",
    "a regular consumer price; an outlet's own row beats others, then the more named the better",
    ("mode", "area", "outlet", "product"),
    (
        maybe_text("mode", "mode, empty = all", "modes.id"),
        maybe_text("area", "area, empty = all", "areas.id"),
        maybe_text("outlet", "outlet, empty = all", "outlets.id"),
        text("product", "product", "products.id"),
        number("price", "currency/unit", "shelf price, with VAT"),
    ),
)
DESIGN_PROMOTIONS = Table(
    "design_promotions",
    "one promotion; no two meet in outlet, product and day",
    ("id",),
    (
        text("id", "promotion"),
        maybe_text("product", "product, empty = those of the family", "products.id"),
        maybe_text("family", "product family, empty = all"),
        maybe_text("mode", "mode, empty = all", "modes.id"),
        maybe_text("area", "area, empty = all", "areas.id"),
        maybe_text("segment", "segment of outlets, empty = all", "segments.id"),
        Column("first", "date", "", "first day"),
        Column("last", "date", "", "last day"),
        number("price_cut", "share", "off the consumer price", 0, 0.95, 0.0),
        number("uplift", "", "demand multiplier; 0 = from the elasticity", 0, 100, 0.0),
        number("borrowed", "share", "of the extra demand that later days lack", 0, 1, 0.33),
        whole("dip_days", "days", "days after the end that lack it", 1, 366, 14),
        number("funded", "share", "of the consumer price cut that the funder refunds", 0, 1, 1.0),
        Column(
            "funder",
            "str",
            "",
            "who pays refunds and cuts",
            choices=("manufacturer", "seller"),
            required=False,
            default="manufacturer",
        ),
        number("outlet_cut", "share", "of the outlet price, paid back by the funder", 0, 0.95, 0.0),
    ),
)
