"""Every table that a pack can hold. Prices and costs: currency units, with VAT."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table

_MONEY = 1e9


def _text(name: str, meaning: str, refers: str = "", choices: tuple[str, ...] = ()) -> Column:
    return Column(name, "str", "", meaning, refers=refers, choices=choices)


def _maybe_text(name: str, meaning: str, refers: str = "", default: str = "") -> Column:
    return Column(name, "str", "", meaning, refers=refers, required=False, default=default)


def _number(
    name: str,
    unit: str,
    meaning: str,
    low: float = 0.0,
    high: float = _MONEY,
    default: float | None = None,
) -> Column:
    return Column(
        name, "float64", unit, meaning, low, high, required=default is None, default=default
    )


def _whole(
    name: str,
    unit: str,
    meaning: str,
    low: float = 0,
    high: float = _MONEY,
    default: int | None = None,
) -> Column:
    return Column(
        name, "int64", unit, meaning, low, high, required=default is None, default=default
    )


def _flag(name: str, meaning: str, default: bool | None = None) -> Column:
    return Column(name, "bool", "", meaning, required=default is None, default=default)


def _clock(name: str, meaning: str, default: str) -> Column:
    return Column(name, "str", "HH:MM", meaning, required=False, default=default)


_LAT = _number("lat", "degrees", "latitude, WGS 84", -90, 90)
_LON = _number("lon", "degrees", "longitude, WGS 84", -180, 180)

PRODUCTS = Table(
    "products",
    "one product",
    ("id",),
    (
        _text("id", "product"),
        _text("name", "name in reports"),
        _text("family", "product family"),
        _whole("units_per_case", "units", "units in a case", 1, 100_000),
        _number("production_cost", "currency/case", "variable cost ex works, with VAT"),
        _number("consumer_price", "currency/unit", "shelf price, with VAT"),
        _number("price_index", "", "list price over the ladder of the mode", 0.01, 100, 1.0),
        Column(
            "law",
            "str",
            "",
            "law of daily demand",
            choices=("fixed", "poisson", "negative_binomial"),
            required=False,
            default="negative_binomial",
        ),
        _number("dispersion", "", "size of the negative binomial", 1e-6, 1e9, 1.0),
    ),
)
SEGMENTS = Table(
    "segments",
    "one outlet segment",
    ("id",),
    (_text("id", "segment"), _text("name", "name in reports")),
)
SEGMENT_PRODUCTS = Table(
    "segment_products",
    "share of a product in a segment's volume (sums to 1 per segment)",
    ("segment", "product"),
    (
        _text("segment", "segment", "segments.id"),
        _text("product", "product", "products.id"),
        _number("share", "", "share of the cases", 0, 1),
    ),
)
ZONES = Table("zones", "one land zone", ("id",), (_text("id", "zone"), _text("name", "name")))
AREAS = Table(
    "areas",
    "one area, the fixed planning unit",
    ("id",),
    (
        _text("id", "area"),
        _text("name", "name in reports"),
        _text("zone", "land zone", "zones.id"),
        _LAT,
        _LON,
        _whole("population", "people", "residents"),
    ),
)
UNIVERSE = Table(
    "universe",
    "outlets that exist and that no row of `outlets` names",
    ("area", "segment"),
    (
        _text("area", "area", "areas.id"),
        _text("segment", "segment", "segments.id"),
        _whole("outlets", "outlets", "number"),
        _number("category_cases", "cases/week", "category volume of one of them"),
    ),
)
CROSSINGS = Table(
    "crossings",
    "one named crossing between two zones",
    ("id",),
    (
        _text("id", "crossing"),
        _text("name", "name in reports"),
        _text("zone_a", "zone of the first end", "zones.id"),
        _text("zone_b", "zone of the second end", "zones.id"),
        _number("lat_a", "degrees", "first end", -90, 90),
        _number("lon_a", "degrees", "first end", -180, 180),
        _number("lat_b", "degrees", "second end", -90, 90),
        _number("lon_b", "degrees", "second end", -180, 180),
        _number("km", "km", "length of the crossing", 0, 500),
    ),
)
CHAINS = Table(
    "chains",
    "one chain that pays for its outlets",
    ("id",),
    (_text("id", "chain"), _text("name", "name in reports")),
)
OUTLETS = Table(
    "outlets",
    "one covered outlet",
    ("id",),
    (
        _text("id", "outlet"),
        _text("area", "area", "areas.id"),
        _text("segment", "segment", "segments.id"),
        _text("grade", "class by volume", choices=("A", "B", "C")),
        Column(
            "access",
            "str",
            "",
            "can anybody sell there",
            choices=("open", "semi-closed", "closed"),
            required=False,
            default="open",
        ),
        _LAT,
        _LON,
        _maybe_text("chain", "chain that pays, empty = none", "chains.id"),
        _number("weekly_cases", "cases/week", "consumer demand at factor 1, multiplier 1", 0, 1e6),
        _number("category_cases", "cases/week", "category volume, own and rivals", 0, 1e6),
    ),
)
OUTLET_RATES = Table(
    "outlet_rates",
    "mean consumer demand of one outlet and product; replaces weekly_cases x shares",
    ("outlet", "product"),
    (
        _text("outlet", "outlet", "outlets.id"),
        _text("product", "product", "products.id"),
        _number("units_per_day", "units/day", "at factor 1, multiplier 1", 0, 1e7),
    ),
)
SITES = Table(
    "sites",
    "one candidate site",
    ("id",),
    (
        _text("id", "site"),
        _text("name", "name in reports"),
        _text(
            "kind",
            "kind",
            choices=("plant", "dc", "office", "tier1", "tier2", "wholesaler"),
        ),
        _text("owner", "who owns it", choices=("manufacturer", "independent")),
        _text("area", "area", "areas.id"),
        _LAT,
        _LON,
        _number("fixed_cost", "currency/day", "while open"),
        _number("handling_cost", "currency/case", "picking and loading"),
        _number("capacity_cases", "cases/week", "that it can handle"),
        _number("working_capital", "currency", "that the owner can tie up"),
        _number("pick_order_seconds", "s", "mean picking time of an order", default=0.0),
        _number("pick_line_seconds", "s", "and of each line", default=0.0),
        Column(
            "pick_law",
            "str",
            "",
            "law of picking time",
            choices=("fixed", "exponential"),
            required=False,
            default="fixed",
        ),
        _clock("pick_open", "pick desk opens", "00:00"),
        _clock("pick_close", "pick desk closes", "24:00"),
        _flag("pick_flow", "orders reach the desk when placed, not at 19:00", default=False),
    ),
)
LANES = Table(
    "lanes",
    "one lane from a supplying site to a supplied site",
    ("parent", "child"),
    (
        _text("parent", "supplying site", "sites.id"),
        _text("child", "supplied site", "sites.id"),
        _whole("lead_days", "days", "order evening to receipt", 1, 365),
        _number("cost", "currency/case", "freight, paid by the manufacturer"),
    ),
)
VEHICLES = Table(
    "vehicles",
    "one vehicle type",
    ("id",),
    (
        _text("id", "vehicle type"),
        _whole("cases", "cases", "capacity of a tour", 1),
        _whole("drops", "stops", "most stops of a tour", 1),
        _number("shift_hours", "h", "longest tour", 0.01, 24),
        _number("speed", "km/h", "on the road", 1, 130),
        _number("drop_minutes", "min", "at a stop", 0, 1440),
        _number("case_seconds", "s/case", "unloading", 0, 3600),
        _number("day_cost", "currency/tour", "vehicle and driver"),
        _number("km_cost", "currency/km", "fuel and wear"),
    ),
)
ROLES = Table(
    "roles",
    "one role of people who call on outlets",
    ("id",),
    (
        _text("id", "role"),
        _number("wage", "currency/month", "fixed pay with charges"),
        _number("field_minutes", "min/day", "travel and calls", 1, 1440),
        _whole("max_calls", "calls/day", "most calls of a day", 1, 200),
        _whole("max_outlets", "outlets", "most outlets of a person", 1, 10_000),
        _number("speed", "km/h", "between outlets", 1, 130),
        _number("stop_minutes", "min/call", "parking and walking", 0, 600),
        _number("call_minutes_a", "min", "in an outlet of grade A", 0, 600),
        _number("call_minutes_b", "min", "in an outlet of grade B", 0, 600),
        _number("call_minutes_c", "min", "in an outlet of grade C", 0, 600),
    ),
)
MODES = Table(
    "modes",
    "one channel mode",
    ("id",),
    (
        _text("id", "mode"),
        _text("name", "name in reports"),
        _text("capture", "how orders arise", choices=("visit", "calendar", "pull", "app")),
        _text("carrier", "who carries", choices=("truck", "tariff")),
        _text("solicitor", "who solicits", choices=("none", "rep", "salesman")),
        _maybe_text("role", "role of the solicitor", "roles.id"),
        _number("strike", "", "share of calls with an order at effort 1", 0, 1),
        _number("lift", "", "missing execution restored by an order", 0, 1),
    ),
)
EFFORT = Table(
    "effort",
    "one effort level of the people of a mode (the same number of levels for every mode)",
    ("mode", "level"),
    (
        _text("mode", "mode", "modes.id"),
        _whole("level", "", "0, 1, 2, ...", 0, 20),
        _number("strike_multiplier", "", "multiplier of strike and lift", 0, 5),
        _number("monthly_cost", "currency/month", "private cost of the person"),
    ),
)
SEASON = Table(
    "season",
    "a knot of the yearly season (linear in between, periodic)",
    ("family", "day_of_year"),
    (
        _text("family", "product family, * = all"),
        _number("day_of_year", "day", "1 to 366", 1, 366),
        _number("factor", "", "demand over the yearly mean", 0, 100),
    ),
)
EVENTS = Table(
    "events",
    "days on which demand is multiplied",
    ("name", "first"),
    (
        _text("name", "name"),
        Column("first", "date", "", "first day"),
        Column("last", "date", "", "last day"),
        _text("family", "product family, * = all"),
        _number("factor", "", "demand multiplier", 0, 100),
    ),
)

DESIGN_SITES = Table(
    "design_sites",
    "one open site",
    ("site",),
    (
        _text("site", "site", "sites.id"),
        _maybe_text("mode", "mode whose price the owner pays; empty for plants", "modes.id"),
        _maybe_text("parent", "supplying site; empty for plants", "sites.id"),
        _whole("review_days", "days", "between replenishment orders", 1, 365, 1),
        _number("safety_days", "days", "on top of lead and review time", 0, 365, 7.0),
        _maybe_text("vehicle", "vehicle type", "vehicles.id"),
        _whole("vehicles", "tours/day", "that can leave on a day", 0, 100_000, 0),
        _whole("pickers", "people", "0 = no queue", 0, 100_000, 0),
    ),
)
DESIGN_OUTLETS = Table(
    "design_outlets",
    "one covered outlet",
    ("outlet",),
    (
        _text("outlet", "outlet", "outlets.id"),
        _text("mode", "mode", "modes.id"),
        _maybe_text("site", "server; empty = nearest reachable open site of the mode", "sites.id"),
    ),
)
DESIGN_HEADCOUNT = Table(
    "design_headcount",
    "people of one site and mode",
    ("site", "mode"),
    (
        _text("site", "site", "sites.id"),
        _text("mode", "mode", "modes.id"),
        _whole("people", "people", "head-count", 0, 100_000),
    ),
)
DESIGN_TERMS = Table(
    "design_terms",
    "terms of one mode",
    ("mode",),
    (
        _text("mode", "mode", "modes.id"),
        _number("price_account", "currency/case", "manufacturer to site owner, with VAT"),
        _number("price_tier2", "currency/case", "tier-1 to the tier below, with VAT", default=0.0),
        _number("price_outlet", "currency/case", "to outlet or chain, with VAT"),
        _number("account_rebate", "share", "of the owner's purchases", -1, 1, 0.0),
        _number("outlet_rebate", "share", "of the outlet's purchases", 0, 1, 0.0),
        _number("commission", "share", "of the outlet sales of a person", 0, 1, 0.0),
        _number("bonus", "currency/month", "at the quota", default=0.0),
        _number("quota", "currency/month", "outlet sales of a person, with VAT", default=0.0),
        _number("margin_share", "share", "of sales that moves a salesman's effort", 0, 1, 0.0),
        _whole("account_days", "days", "payment terms of the owner", 0, 365, 0),
        _whole("outlet_days", "days", "payment terms of the outlet", 0, 365, 0),
        _number("payment_delay", "days", "mean delay after the due date", 0, 365, 0.0),
        _whole("credit_days", "days", "limit in days of purchases; 0 = none", 0, 3650, 0),
        _whole("overdue_grace", "days", "past due before orders are refused", 0, 3650, 3650),
        _number("platform_fee", "share", "of outlet sales, paid by the manufacturer", 0, 1, 0.0),
    ),
)
DESIGN_PRICES = Table(
    "design_prices",
    "prices of one mode and product, with VAT",
    ("mode", "product"),
    (
        _text("mode", "mode", "modes.id"),
        _text("product", "product", "products.id"),
        _number("price_account", "currency/case", "manufacturer to site owner"),
        _number("price_tier2", "currency/case", "tier-1 to the tier below", default=0.0),
        _number("price_outlet", "currency/case", "to outlet or chain"),
    ),
)
DESIGN_SERVICE = Table(
    "design_service",
    "ordering and delivery rules of one mode",
    ("mode",),
    (
        _text("mode", "mode", "modes.id"),
        _number("cover_days", "days", "shelf level in days of demand", 0, 365),
        _number("interval_cover", "intervals", "between order days, added to it", 0, 10, 0.0),
        _number("reorder_days", "days", "order only below; -1 = always", -1, 365, -1.0),
        _whole("minimum_cases", "cases", "smallest order", 0, 100_000, 1),
        _clock("cutoff", "later orders are handled a day later", "18:00"),
        _clock("order_open", "first app or pull order", "08:00"),
        _clock("order_close", "last app or pull order", "18:00"),
        _maybe_text(
            "order_weekdays",
            "calendar, app, pull: days such as 'mon,thu' or 'all'; visits follow frequencies",
            default="all",
        ),
        _whole("order_every_weeks", "weeks", "1, 2 or 4", 1, 4, 1),
        _flag("order_spread", "spread the order day of outlets over the cycle", default=False),
        _whole("priority", "", "lower is allocated first", 0, 1000, 1),
        _whole("promise_days", "days", "that count as on time", 0, 365, 2),
        _flag("backorder", "unfilled cases wait, else they are cut", default=False),
        _whole("tariff_days", "days", "pick to delivery by tariff", 1, 365, 1),
        _number("tariff_drop", "currency/drop", "paid by the seller", default=0.0),
        _number("tariff_case", "currency/case", "paid by the seller", default=0.0),
    ),
)
DESIGN_LEVELS = Table(
    "design_levels",
    "a fixed order-up-to level",
    ("site", "product"),
    (
        _text("site", "site", "sites.id"),
        _text("product", "product", "products.id"),
        _whole("units", "units", "level"),
    ),
)

MARKET_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PRODUCTS,
        SEGMENTS,
        SEGMENT_PRODUCTS,
        ZONES,
        AREAS,
        UNIVERSE,
        CROSSINGS,
        CHAINS,
        OUTLETS,
        OUTLET_RATES,
        SITES,
        LANES,
        VEHICLES,
        ROLES,
        MODES,
        EFFORT,
        SEASON,
        EVENTS,
    )
}
DESIGN_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DESIGN_SITES,
        DESIGN_OUTLETS,
        DESIGN_HEADCOUNT,
        DESIGN_TERMS,
        DESIGN_PRICES,
        DESIGN_SERVICE,
        DESIGN_LEVELS,
    )
}
OPTIONAL_TABLES = frozenset(
    {"outlet_rates", "crossings", "chains", "universe", "events", "segment_products", "lanes"}
)
