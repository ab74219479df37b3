"""Every table that a design file can name.

Amounts are currency units; with VAT where a column says so, else without.
"""

from __future__ import annotations

from channelwright.tables.calibration_inputs import CALIBRATION_TABLES
from channelwright.tables.capture_inputs import SERVICE_COLUMNS
from channelwright.tables.collecting_inputs import DESIGN_COLLECTING
from channelwright.tables.columns import clock, flag, maybe_text, number, text, whole
from channelwright.tables.contract_inputs import CONTRACT_TABLES
from channelwright.tables.credit_inputs import (
    DESIGN_ACCOUNT_CREDIT,
    DESIGN_APPROVAL,
    DESIGN_CREDIT,
    DESIGN_DUNNING,
)
from channelwright.tables.goods_inputs import GOODS_TABLES
from channelwright.tables.offer_inputs import DESIGN_CONSUMER_PRICES, DESIGN_PROMOTIONS
from channelwright.tables.parcel_tables import DESIGN_PARCELS
from channelwright.tables.schema import Table
from channelwright.tables.selling_inputs import SELLING_TABLES
from channelwright.tables.stock_inputs import STOCK_TABLES
from channelwright.tables.supplier_tables import DESIGN_SUPPLIERS

DESIGN_SITES = Table(
    "design_sites",
    "one open site",
    ("site",),
    (
        text("site", "site", "sites.id"),
        maybe_text("mode", "mode whose price the owner pays; empty for plants", "modes.id"),
        maybe_text("parent", "supplying site; empty for plants", "sites.id"),
        whole("review_days", "days", "between replenishment orders", 1, 365, 1),
        number("safety_days", "days", "on top of lead and review time", 0, 365, 7.0),
        maybe_text("vehicle", "vehicle type", "vehicles.id"),
        whole("vehicles", "vehicles", "that can leave on a day", 0, 100_000, 0),
        whole("pickers", "people", "0 = no queue", 0, 100_000, 0),
    ),
)
DESIGN_OUTLETS = Table(
    "design_outlets",
    "one covered outlet",
    ("outlet",),
    (
        text("outlet", "outlet", "outlets.id"),
        text("mode", "mode", "modes.id"),
        maybe_text("site", "server; empty = nearest reachable open site of the mode", "sites.id"),
    ),
)
DESIGN_HEADCOUNT = Table(
    "design_headcount",
    "people of one site and mode",
    ("site", "mode"),
    (
        text("site", "site", "sites.id"),
        text("mode", "mode", "modes.id"),
        whole("people", "people", "head-count", 0, 100_000),
    ),
)
DESIGN_TERMS = Table(
    "design_terms",
    "terms of one mode",
    ("mode",),
    (
        text("mode", "mode", "modes.id"),
        number("price_account", "currency/case", "manufacturer to site owner, with VAT"),
        number("price_tier2", "currency/case", "tier-1 to the tier below, with VAT", default=0.0),
        number("price_outlet", "currency/case", "to outlet or chain, with VAT"),
        number("account_rebate", "share", "of the owner's purchases", -1, 1, 0.0),
        number("outlet_rebate", "share", "of the outlet's purchases", 0, 1, 0.0),
        number("commission", "share", "of the outlet sales of a person", 0, 1, 0.0),
        number("bonus", "currency/month", "at the quota", default=0.0),
        number("quota", "currency/month", "outlet sales of a person, with VAT", default=0.0),
        number("margin_share", "share", "of sales that moves a salesman's effort", 0, 1, 0.0),
        whole(
            "account_days",
            "days",
            "payment terms of the owner; 0 = paid at dispatch, before goods arrive",
            0,
            365,
            0,
        ),
        whole("outlet_days", "days", "payment terms of the outlet", 0, 365, 0),
        number("payment_delay", "days", "mean delay after the due date", 0, 365, 0.0),
        whole("credit_days", "days", "limit in days of purchases; 0 = none", 0, 3650, 0),
        whole("overdue_grace", "days", "past due before orders are refused", 0, 3650, 3650),
        number("platform_fee", "share", "of outlet sales, paid by the manufacturer", 0, 1, 0.0),
    ),
)
DESIGN_PRICES = Table(
    "design_prices",
    "prices of one mode and product, with VAT",
    ("mode", "product"),
    (
        text("mode", "mode", "modes.id"),
        text("product", "product", "products.id"),
        number("price_account", "currency/case", "manufacturer to site owner"),
        number("price_tier2", "currency/case", "tier-1 to the tier below", default=0.0),
        number("price_outlet", "currency/case", "to outlet or chain"),
    ),
)
DESIGN_SERVICE = Table(
    "design_service",
    "ordering and delivery rules of one mode",
    ("mode",),
    (
        text("mode", "mode", "modes.id"),
        number("cover_days", "days", "shelf level in days of demand", 0, 365),
        number("interval_cover", "intervals", "between order days, added to it", 0, 10, 0.0),
        number("reorder_days", "days", "order only below; -1 = always", -1, 365, -1.0),
        whole("minimum_cases", "cases", "smallest order", 0, 100_000, 1),
        clock("cutoff", "later orders are handled a day later", "18:00"),
        clock("order_open", "first app or pull order", "08:00"),
        clock("order_close", "last app or pull order", "18:00"),
        maybe_text(
            "order_weekdays",
            "calendar, app, pull: days such as 'mon,thu' or 'all'; visits follow frequencies",
            default="all",
        ),
        whole("order_every_weeks", "weeks", "1, 2 or 4", 1, 4, 1),
        flag("order_spread", "spread the order day of outlets over the cycle", default=False),
        whole("priority", "", "lower is allocated first", 0, 1000, 1),
        whole("promise_days", "days", "that count as on time", 0, 365, 2),
        flag("backorder", "unfilled cases wait, else they are cut", default=False),
        whole("cancel_days", "days", "waiting cases are cut after; -1 = never", -1, 3650, -1),
        maybe_text("fill", "partial, or whole lines or orders only", default="partial"),
        number("substitute", "share", "of missing cases that the family may replace", 0, 1, 0.0),
        number("return_credit", "share", "of the price, for goods that got old", 0, 1, 0.0),
        number("collect_case", "currency/case", "of collecting them", default=0.0),
        whole("delivery_attempts", "", "tried before an order is cancelled", 1, 100, 3),
        whole("tariff_days", "days", "pick to delivery by tariff", 1, 365, 1),
        number("tariff_drop", "currency/drop", "paid by the seller", default=0.0),
        number("tariff_case", "currency/case", "paid by the seller", default=0.0),
        *SERVICE_COLUMNS,
    ),
)
DESIGN_LEVELS = Table(
    "design_levels",
    "a fixed order-up-to level",
    ("site", "product"),
    (
        text("site", "site", "sites.id"),
        text("product", "product", "products.id"),
        whole("units", "units", "level"),
    ),
)

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
        *SELLING_TABLES,
        *CONTRACT_TABLES,
        *GOODS_TABLES,
        DESIGN_PARCELS,
        *STOCK_TABLES,
        *CALIBRATION_TABLES,
        DESIGN_SUPPLIERS,
        DESIGN_CONSUMER_PRICES,
        DESIGN_PROMOTIONS,
        DESIGN_CREDIT,
        DESIGN_ACCOUNT_CREDIT,
        DESIGN_DUNNING,
        DESIGN_APPROVAL,
        DESIGN_COLLECTING,
    )
}
