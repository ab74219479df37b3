"""Every market table that a pack can hold.

Amounts are currency units; with VAT where a column says so, else without.
"""

from __future__ import annotations

from channelwright.tables.capture_inputs import CAPTURE_TABLES, COUNT_ERROR
from channelwright.tables.collecting_inputs import COLLECTING
from channelwright.tables.columns import LARGE_MONEY, clock, flag, maybe_text, number, text, whole
from channelwright.tables.credit_inputs import PAYMENT_BEHAVIOUR, SITE_LIMITS
from channelwright.tables.schema import Column, Table
from channelwright.tables.supply_inputs import SUPPLY_NAMES, SUPPLY_TABLES

_LAT = number("lat", "degrees", "latitude, WGS 84", -90, 90)
_LON = number("lon", "degrees", "longitude, WGS 84", -180, 180)

PRODUCTS = Table(
    "products",
    "one product",
    ("id",),
    (
        text("id", "product"),
        text("name", "name in reports"),
        text("family", "product family"),
        whole("units_per_case", "units", "units in a case", 1, 100_000),
        number("production_cost", "currency/case", "variable cost ex works, with VAT"),
        number("consumer_price", "currency/unit", "shelf price, with VAT"),
        number("price_index", "", "list price over the ladder of the mode", 0.01, 100, 1.0),
        number("elasticity", "", "of demand to the consumer price, 0 = none", -20, 0, 0.0),
        Column(
            "law",
            "str",
            "",
            "law of daily demand",
            choices=("fixed", "poisson", "negative_binomial", "normal", "empirical"),
            required=False,
            default="negative_binomial",
        ),
        number(
            "dispersion",
            "",
            "negative binomial: size; normal: standard deviation over mean",
            1e-6,
            1e9,
            1.0,
        ),
        whole("site_days", "days", "longest at a site; 0 = no limit", 0, 3650, 0),
        whole("shelf_days", "days", "longest in an outlet; 0 = no limit", 0, 3650, 0),
        whole("sell_off_days", "days", "last of them at a lower price", 0, 3650, 0),
        number("sell_off_cut", "share", "of the consumer price", 0, 1, 0.0),
        number("deposit", "currency/case", "credited for empties, without VAT", default=0.0),
        number("empties_returned", "share", "of units sold whose empties come back", 0, 1, 1.0),
    ),
)
DEMAND_VALUES = Table(
    "demand_values",
    "one observed value of the daily demand of a product whose law is empirical",
    ("product", "units"),
    (
        text("product", "product", "products.id"),
        number("units", "units/day", "value; values are scaled to the mean of each outlet", 0, 1e7),
        number("probability", "", "of this value (sums to 1 per product)", 0, 1),
    ),
)
SEGMENTS = Table(
    "segments",
    "one outlet segment",
    ("id",),
    (
        text("id", "segment"),
        text("name", "name in reports"),
        clock("receive_open", "goods are taken from", "00:00"),
        clock("receive_close", "to; a truck that comes later is not sent", "24:00"),
        number("delivery_failure", "share", "of stops at which nobody takes the goods", 0, 0.95, 0),
        number("shrinkage", "share/month", "of the shelf, broken, stolen, miscounted", 0, 1, 0.0),
    ),
)
SEGMENT_PRODUCTS = Table(
    "segment_products",
    "share of a product in a segment's volume (sums to 1 per segment)",
    ("segment", "product"),
    (
        text("segment", "segment", "segments.id"),
        text("product", "product", "products.id"),
        number("share", "", "share of the cases", 0, 1),
    ),
)
ZONES = Table("zones", "one land zone", ("id",), (text("id", "zone"), text("name", "name")))
AREAS = Table(
    "areas",
    "one area, the fixed planning unit",
    ("id",),
    (
        text("id", "area"),
        text("name", "name in reports"),
        text("zone", "land zone", "zones.id"),
        _LAT,
        _LON,
        whole("population", "people", "residents"),
    ),
)
UNIVERSE = Table(
    "universe",
    "outlets that exist and that no row of `outlets` names",
    ("area", "segment"),
    (
        text("area", "area", "areas.id"),
        text("segment", "segment", "segments.id"),
        whole("outlets", "outlets", "number"),
        number("category_cases", "cases/week", "category volume of one of them"),
    ),
)
CROSSINGS = Table(
    "crossings",
    "one named crossing between two zones",
    ("id",),
    (
        text("id", "crossing"),
        text("name", "name in reports"),
        text("zone_a", "zone of the first end", "zones.id"),
        text("zone_b", "zone of the second end", "zones.id"),
        number("lat_a", "degrees", "first end", -90, 90),
        number("lon_a", "degrees", "first end", -180, 180),
        number("lat_b", "degrees", "second end", -90, 90),
        number("lon_b", "degrees", "second end", -180, 180),
        number("km", "km", "length of the crossing", 0, 500),
    ),
)
CHAINS = Table(
    "chains",
    "one chain that pays for its outlets",
    ("id",),
    (text("id", "chain"), text("name", "name in reports")),
)
OUTLETS = Table(
    "outlets",
    "one covered outlet",
    ("id",),
    (
        text("id", "outlet"),
        text("area", "area", "areas.id"),
        text("segment", "segment", "segments.id"),
        text("grade", "class by volume", choices=("A", "B", "C")),
        _LAT,
        _LON,
        maybe_text("chain", "chain that pays, empty = none", "chains.id"),
        number("weekly_cases", "cases/week", "consumer demand at factor 1, multiplier 1", 0, 1e6),
        number("category_cases", "cases/week", "category volume, own and rivals", 0, 1e6),
        number("attraction", "", "of the own brand there, in a catchment", 1e-6, 1e9, 1.0),
    ),
)
CONSUMERS = Table(
    "consumers",
    "one place where consumers live or work, with their potential category purchases",
    ("id",),
    (
        text("id", "place"),
        text("area", "area", "areas.id"),
        _LAT,
        _LON,
        number("weekly_cases", "cases/week", "potential category purchases", 0, 1e7),
    ),
)
RIVALS = Table(
    "rivals",
    "one point of sale of rivals",
    ("id",),
    (
        text("id", "rival"),
        text("area", "area", "areas.id"),
        _LAT,
        _LON,
        number("attraction", "", "beside the attraction of outlets", 1e-6, 1e9),
    ),
)
OUTLET_RATES = Table(
    "outlet_rates",
    "mean consumer demand of one outlet and product; replaces weekly_cases x shares",
    ("outlet", "product"),
    (
        text("outlet", "outlet", "outlets.id"),
        text("product", "product", "products.id"),
        number("units_per_day", "units/day", "at factor 1, multiplier 1", 0, 1e7),
    ),
)
SITES = Table(
    "sites",
    "one candidate site",
    ("id",),
    (
        text("id", "site"),
        text("name", "name in reports"),
        text(
            "kind",
            "kind",
            choices=("plant", "dc", "office", "tier1", "tier2", "wholesaler"),
        ),
        text("owner", "who owns it", choices=("manufacturer", "independent")),
        text("area", "area", "areas.id"),
        _LAT,
        _LON,
        number("fixed_cost", "currency/day", "while open"),
        number("handling_cost", "currency/case", "picking and loading"),
        number("capacity_cases", "cases/week", "that it can handle"),
        number("working_capital", "currency", "that the owner can tie up", high=LARGE_MONEY),
        number("pick_order_seconds", "s", "mean picking time of an order", default=0.0),
        number("pick_line_seconds", "s", "and of each line", default=0.0),
        Column(
            "pick_law",
            "str",
            "",
            "law of picking time",
            choices=("fixed", "exponential"),
            required=False,
            default="fixed",
        ),
        clock("pick_open", "pick desk opens", "00:00"),
        clock("pick_close", "pick desk closes", "24:00"),
        flag("pick_flow", "orders reach the desk when placed, not at 19:00", default=False),
        number("shrinkage", "share/month", "of the stock, broken, stolen, miscounted", 0, 1, 0.0),
    ),
)
SCREENING = Table(
    "screening",
    "what is known of a candidate house; sites that are left out have no defect",
    ("site",),
    (
        text("site", "site", "sites.id"),
        number("score", "", "screening score, 0 to 100", 0, 100, default=100.0),
        number("default_risk", "per year", "probability that it cannot pay", 0, 1, default=0.0),
        number("capacity_outlets", "outlets", "that it can look after", 0, 1e9, default=1e9),
        number("storage_cases", "cases", "that its store holds", 0, 1e9, default=1e9),
    ),
)
LANES = Table(
    "lanes",
    "one lane from a supplying site to a supplied site",
    ("parent", "child"),
    (
        text("parent", "supplying site", "sites.id"),
        text("child", "supplied site", "sites.id"),
        whole("lead_days", "days", "order evening to receipt", 1, 365),
        number("cost", "currency/case", "freight, paid by the manufacturer"),
        number("lead_deviation", "days", "standard deviation of lead days", 0, 90, 0.0),
        flag("overtaking", "a later shipment may arrive before an earlier one", default=False),
    ),
)
VEHICLES = Table(
    "vehicles",
    "one vehicle type",
    ("id",),
    (
        text("id", "vehicle type"),
        whole("cases", "cases", "capacity of a tour", 1),
        whole("drops", "stops", "most stops of a tour", 1),
        number("shift_hours", "h", "longest tour", 0.01, 24),
        number("speed", "km/h", "on the road", 1, 130),
        number("drop_minutes", "min", "at a stop", 0, 1440),
        number("case_seconds", "s/case", "unloading", 0, 3600),
        number("day_cost", "currency/day", "vehicle and driver"),
        number("km_cost", "currency/km", "fuel and wear"),
        number("load_minutes", "min", "loading for a further tour; -1 = one tour", -1, 1440, -1),
        number("day_hours", "h", "first leaving to last return; 0 = the shift", 0, 24, 0),
        Column(
            "route",
            "str",
            "",
            "order of the stops of a tour: the territory's, or one of the day's own",
            required=False,
            default="standing",
            choices=("standing", "daily"),
        ),
    ),
)
ROLES = Table(
    "roles",
    "one role of people who call on outlets",
    ("id",),
    (
        text("id", "role"),
        number("wage", "currency/month", "fixed pay with charges"),
        number("field_minutes", "min/day", "travel and calls", 1, 1440),
        whole("max_calls", "calls/day", "most calls of a day", 1, 200),
        whole("max_outlets", "outlets", "most outlets of a person", 1, 10_000),
        number("speed", "km/h", "between outlets", 1, 130),
        number("stop_minutes", "min/call", "parking and walking", 0, 600),
        number("call_minutes_a", "min", "in an outlet of grade A", 0, 600),
        number("call_minutes_b", "min", "in an outlet of grade B", 0, 600),
        number("call_minutes_c", "min", "in an outlet of grade C", 0, 600),
    ),
)
MODES = Table(
    "modes",
    "one channel mode",
    ("id",),
    (
        text("id", "mode"),
        text("name", "name in reports"),
        text("capture", "how orders arise", choices=("visit", "calendar", "pull", "app")),
        text("carrier", "who carries", choices=("truck", "tariff")),
        text("solicitor", "who solicits", choices=("none", "rep", "salesman")),
        maybe_text("role", "role of the solicitor", "roles.id"),
        number("strike", "", "share of calls with an order at effort 1", 0, 1),
        number("lift", "", "missing execution restored by an order", 0, 1),
        COUNT_ERROR,
    ),
)
EFFORT = Table(
    "effort",
    "one effort level of the people of a mode (the same number of levels for every mode)",
    ("mode", "level"),
    (
        text("mode", "mode", "modes.id"),
        whole("level", "", "0, 1, 2, ...", 0, 20),
        number("strike_multiplier", "", "multiplier of strike and lift", 0, 5),
        number("monthly_cost", "currency/month", "private cost of the person"),
    ),
)
SEASON = Table(
    "season",
    "a knot of the yearly season (linear in between, periodic)",
    ("family", "day_of_year"),
    (
        text("family", "product family, * = all"),
        number("day_of_year", "day", "1 to 366", 1, 366),
        number("factor", "", "demand over the yearly mean", 0, 100),
    ),
)
EVENTS = Table(
    "events",
    "days on which demand is multiplied",
    ("name", "first"),
    (
        text("name", "name"),
        Column("first", "date", "", "first day"),
        Column("last", "date", "", "last day"),
        text("family", "product family, * = all"),
        number("factor", "", "demand multiplier", 0, 100),
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
        SCREENING,
        LANES,
        VEHICLES,
        ROLES,
        MODES,
        EFFORT,
        SEASON,
        EVENTS,
        DEMAND_VALUES,
        CONSUMERS,
        RIVALS,
        PAYMENT_BEHAVIOUR,
        COLLECTING,
        *CAPTURE_TABLES,
        SITE_LIMITS,
        *SUPPLY_TABLES,
    )
}
OPTIONAL_TABLES = frozenset(
    {
        "outlet_rates",
        "crossings",
        "chains",
        "universe",
        "events",
        "segment_products",
        "lanes",
        "demand_values",
        "consumers",
        "rivals",
        "payment_behaviour",
        "collecting",
        "travel",
        "call_times",
        "screening",
        "site_limits",
        *SUPPLY_NAMES,
    }
)
