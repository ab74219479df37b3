"""Tables of a design that say how stocking points order (docs/world/stock.md)."""

from __future__ import annotations

from channelwright.tables.columns import flag, number, text, whole
from channelwright.tables.schema import Column, Table

ALL_PRODUCTS = ANY = "*"
POLICIES = ("order_up_to", "base_stock", "reorder_up_to", "reorder_quantity")
FORECASTS = ("moving_average", "exponential")
SIGNALS = ("orders", "sell_through", "sell_out")
RATIONING = ("sequence", "proportional")
SERVICES = ("none", "cycle", "fill")


def _word(name: str, meaning: str, choices: tuple[str, ...]) -> Column:
    return Column(name, "str", "", meaning, choices=choices, required=False, default=choices[0])


_POLICY = (
    _word("policy", "when and how much is ordered", POLICIES),
    whole("reorder", "units", "order at or below; -1 = computed", -1, default=-1),
    whole("level", "units", "order up to; -1 = computed", -1, default=-1),
    whole("quantity", "units", "of one fixed order; -1 = computed", -1, default=-1),
    number("cover_days", "days", "of demand in one order of a reorder policy", 0, 365, 7.0),
    _word("service", "what safety stock aims at; none = safety days", SERVICES),
    number("target", "share", "cycles without shortage, or demand from stock", 0, 0.99999, 0.0),
)
DESIGN_STOCK = Table(
    "design_stock",
    "the stock policy of one site for one product, or for all others (*)",
    ("site", "product"),
    (
        text("site", "site", "sites.id"),
        text("product", "product, * = all without a row"),
        *_POLICY,
    ),
)
DESIGN_SHELVES = Table(
    "design_shelves",
    "the stock policy of the shelves of a segment and grade for a product",
    ("segment", "grade", "product"),
    (
        text("segment", "segment, * = all"),
        text("grade", "A, B or C, * = all"),
        text("product", "product, * = all"),
        *_POLICY,
    ),
)
DESIGN_FORECAST = Table(
    "design_forecast",
    "how one site forecasts the demand that sets its levels",
    ("site",),
    (
        text("site", "site", "sites.id"),
        _word("method", "how a day's demand is forecast", FORECASTS),
        whole("window", "days", "of a moving average", 1, 366, 28),
        number("alpha", "", "weight of the newest day, exponential", 0, 1, 0.1),
        _word("signal", "what is forecast from: orders received or shared sales", SIGNALS),
        number("reporting", "share", "of its outlets (or of such sites) that report", 0, 1, 1.0),
        whole("delay", "days", "until shared sales are known", 0, 60, 0),
        number("error", "sigma", "of the lognormal error of shared sales", 0, 3, 0.0),
    ),
)
DESIGN_SHORTAGE = Table(
    "design_shortage",
    "what one site does when sites below it ask for more than it has",
    ("site",),
    (
        text("site", "site", "sites.id"),
        flag("backorder", "what it cannot ship to other sites waits, else is lost", default=False),
        _word("rationing", "how it shares out what is short among them", RATIONING),
        whole("priority", "", "its own place with its parent, lower is served first", 0, 1000, 0),
    ),
)
STOCK_TABLES = (DESIGN_STOCK, DESIGN_SHELVES, DESIGN_FORECAST, DESIGN_SHORTAGE)
