"""Every table that a replication writes.

Detail tables (``keep: orders``) have one row per thing that happened; KPI tables
(``keep: kpis``) hold additive sums of them, so that windows and KPIs are filters and
quotients afterwards.
"""

from __future__ import annotations

from channelwright.tables.approval_outputs import APPROVAL_CELLS, APPROVALS
from channelwright.tables.collecting_outputs import COLLECTING_CELLS, COLLECTIONS
from channelwright.tables.credit_outputs import CREDIT_CELLS, RECEIPTS
from channelwright.tables.family_outputs import FAMILY_CELLS, TIER_CELLS
from channelwright.tables.goods_outputs import (
    CONSIGNMENT_CELLS,
    ONLINE_CELLS,
    ONLINE_FILLS,
    RETURN_CELLS,
    RETURNS,
    SETTLEMENTS,
)
from channelwright.tables.limit_outputs import LIMIT_CELLS
from channelwright.tables.parcel_tables import PARCEL_CELLS, PARCEL_LINES, PARCELS
from channelwright.tables.rival_outputs import MARKET_CELLS, RIVAL_SALES, STOCKOUTS
from channelwright.tables.schema import Column, Table
from channelwright.tables.stock_outputs import FLOW_CELLS, STOCK_CELLS
from channelwright.tables.supplier_tables import SUPPLY_CELLS

FORMAT = 1


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


_DAY = _whole("day", "day", "day of the simulation, 0 = start date")
_PERIOD = _whole("period", "7 days", "from the end of the warm-up; negative before it")
_OUTLET = _whole("outlet", "row", "outlet")
_PRODUCT = _whole("product", "row", "product")
_SITE = _whole("site", "row", "site, -1 = none")
_MODE = _whole("mode", "row", "mode, -1 = none")
_AREA = _whole("area", "row", "area, -1 = none")
_AMOUNT = _whole("amount", "ticks", "money, ex VAT")

ORDER_LINES = Table(
    "order_lines",
    "one product of one order; written when it ends",
    ("day", "outlet", "product"),
    (
        _whole("day", "day", "day on which the order was placed"),
        _whole("second", "s", "second of the day"),
        _OUTLET,
        _PRODUCT,
        _MODE,
        _SITE,
        _whole("ordered", "cases", "ordered"),
        _whole("first", "cases", "allocated at the first attempt"),
        _whole("substitutes", "cases", "given in place of another product, not in `ordered`"),
        _whole("delivered", "cases", "delivered by the end, substitutes included"),
        _whole("state", "code", "LineState"),
        _whole("end_day", "day", "day on which the line ended; horizon if open"),
    ),
)
DELIVERIES = Table(
    "deliveries",
    "one order line on one shipment",
    ("day", "second", "outlet", "product", "order_day"),
    (
        _DAY,
        _whole("second", "s", "arrival at the outlet, second of the day"),
        _OUTLET,
        _PRODUCT,
        _SITE,
        _whole("order_day", "day", "day on which the order was placed"),
        _whole("cases", "cases", "delivered"),
        _whole("ready_second", "s", "end of picking, seconds since 00:00 of the order day"),
        _whole("tour", "number", "tour of the site on that day, -1 = tariff carrier"),
        _whole("value", "ticks", "invoice value"),
    ),
)
FAILED_DELIVERIES = Table(
    "failed_deliveries",
    "one pick order that nobody took",
    ("day", "second", "outlet", "order_day", "ready_second"),
    (
        _DAY,
        _whole("second", "s", "arrival at the outlet, second of the day"),
        _OUTLET,
        _SITE,
        _whole("order_day", "day", "day on which the order was placed"),
        _whole("ready_second", "s", "end of picking, seconds since 00:00 of the order day"),
        _whole("cases", "cases", "on the truck"),
        _whole("tour", "number", "tour of the site on that day, -1 = tariff carrier"),
        _whole("attempt", "", "1, 2, ..."),
        _whole("cancelled", "flag", "1 = the last attempt; the goods went back to the site"),
    ),
)
PAYMENTS = Table(
    "payments",
    "one invoice and its payment",
    ("invoice_day", "payer", "payee", "outlet", "site"),
    (
        _whole("invoice_day", "day", "day of the invoice"),
        _whole("due_day", "day", "day on which it is due"),
        _whole("paid_day", "day", "day on which it is paid; -1 = after the horizon"),
        _whole("payer", "party", "who pays"),
        _whole("payee", "party", "who is paid"),
        _whole("outlet", "row", "outlet, -1 = invoice between sites"),
        _SITE,
        _AMOUNT,
    ),
)
POSTINGS = Table(
    "postings",
    "money between two parties on one account, one day, one place; zero sums left out",
    ("day", "account", "payer", "payee", "mode", "site", "outlet"),
    (
        _DAY,
        _whole("account", "code", "Account"),
        _whole("payer", "party", "who pays"),
        _whole("payee", "party", "who receives"),
        _MODE,
        _SITE,
        _whole("outlet", "row", "outlet, -1 = none"),
        _AMOUNT,
    ),
)
CALLS = Table(
    "calls",
    "one call on a person's list of a day",
    ("day", "rep", "outlet"),
    (
        _DAY,
        _whole("rep", "row", "rep of the design"),
        _OUTLET,
        _whole("second", "s", "second of the day at which the call ends; -1 = not made"),
        _whole("state", "code", "CallState"),
        _whole("lines", "lines", "lines ordered"),
    ),
)
SHELF = Table(
    "shelf",
    "one outlet, product and day",
    ("day", "outlet", "product"),
    (
        _DAY,
        _OUTLET,
        _PRODUCT,
        _whole("demanded", "units", "walk-in demand"),
        _whole("sold", "units", "sold to walk-in consumers"),
        _whole("online_demanded", "units", "online demand"),
        _whole("online_sold", "units", "sold online"),
        _whole("closing", "units", "stock at 24:00"),
    ),
)
SHIPMENTS = Table(
    "shipments",
    "one product on one replenishment between sites",
    ("day", "site", "product"),
    (
        _whole("day", "day", "day of dispatch (23:00)"),
        _SITE,
        _whole("parent", "row", "supplying site"),
        _PRODUCT,
        _whole("ordered", "units", "ordered"),
        _whole("shipped", "units", "shipped"),
        _whole("arrival_day", "day", "day of receipt (05:00)"),
    ),
)
LOSSES = Table(
    "losses",
    "units of one product that one place lost on a day, by cause",
    ("day", "cause", "site", "outlet", "product"),
    (
        _DAY,
        _whole("cause", "code", "LossCause"),
        _whole("site", "row", "site that lost them, -1 = an outlet did"),
        _whole("outlet", "row", "outlet that lost them, -1 = a site did"),
        _PRODUCT,
        _whole("units", "units", "lost"),
    ),
)
EFFORT = Table(
    "effort",
    "one mode and month",
    ("month", "mode"),
    (
        _whole("month", "month", "calendar month, 0 = month of the start date"),
        _MODE,
        _whole("best", "row", "effort level of the best response"),
        Column("actual", "float64", "", "effort multiplier in force during the month"),
    ),
)
CELLS = Table(
    "cells",
    "one period, area and mode; all columns add up",
    ("period", "area", "mode"),
    (
        _PERIOD,
        _AREA,
        _MODE,
        _whole("calls_planned", "calls", "planned"),
        _whole("calls_made", "calls", "made"),
        _whole("calls_productive", "calls", "with an order"),
        _whole("call_lines", "lines", "lines of productive calls"),
        _whole("orders", "orders", "placed"),
        _whole("lines", "lines", "placed"),
        _whole("cases_ordered", "cases", "placed"),
        _whole("cases_first", "cases", "allocated at the first attempt, by day of that attempt"),
        _whole("cases_attempted", "cases", "ordered cases of lines at their first attempt"),
        _whole("orders_refused", "orders", "refused by the credit check"),
        _whole("cases_refused", "cases", "refused by the credit check"),
        _whole("cases_cut", "cases", "cut at allocation, replaced ones included"),
        _whole("cases_substituted", "cases", "allocated in place of another product"),
        _whole("drops", "stops", "deliveries (an order on a truck or carrier)"),
        _whole("drops_failed", "stops", "stops where nobody took the goods"),
        _whole("cases_cancelled", "cases", "brought back to the site after the last attempt"),
        _whole("orders_promised", "orders", "whose promised day is over, by that day"),
        _whole("orders_on_time_full", "orders", "of those, delivered whole by that day"),
        _whole("cases_delivered", "cases", "delivered to outlets"),
        _whole("cases_direct", "cases", "delivered from the manufacturer's own sites"),
        _whole("case_days", "case-days", "from order to delivery of the cases delivered"),
        _whole("metres", "m", "tour distance, split over stops"),
        _whole("units_demanded", "units", "consumer demand, walk-in and online"),
        _whole("units_sold", "units", "sold to consumers, walk-in and online"),
        _whole("units_online", "units", "sold online"),
        _whole("units_expired", "units", "got too old on the shelf"),
        _whole("units_shrunk", "units", "broken, stolen or miscounted on the shelf"),
        _whole("consumer_value", "ticks", "consumer sales"),
        _whole("outlet_value", "ticks", "invoices to outlets and chains"),
        _whole("stocked_days", "outlet-product-days", "with stock at 24:00"),
        _whole("product_days", "outlet-product-days", "all"),
        _whole("outlets_stocked", "outlets", "with stock of any product on the period's last day"),
        _whole("weight_stocked", "0.001 cases/week", "their category volume"),
        _whole("products_stocked", "outlet-products", "with stock on the period's last day"),
        _whole("outlets_active", "outlets", "bought in the 30 days to the period's last day"),
        _whole("outlets_covered", "outlets", "covered by the design, on the period's last day"),
        _whole("shelf_units", "unit-days", "stock at 24:00"),
        _whole("execution", "0.000001 outlet-days", "execution at 24:00"),
    ),
)
LEDGER = Table(
    "ledger",
    "postings added up",
    ("period", "account", "payer", "payee", "area", "mode", "site"),
    (
        _PERIOD,
        _whole("account", "code", "Account"),
        _whole("payer", "code", "Party kind"),
        _whole("payee", "code", "Party kind"),
        _AREA,
        _MODE,
        _SITE,
        _AMOUNT,
    ),
)
SITE_CELLS = Table(
    "site_cells",
    "one period and site; all columns but the closing ones add up",
    ("period", "site"),
    (
        _PERIOD,
        _SITE,
        _whole("cases_in", "cases", "received or shipped in by the parent (by day of dispatch)"),
        _whole("cases_out", "cases", "allocated to outlets, consumers and child sites"),
        _whole("cases_demanded", "cases", "ordered by outlets, consumers and child sites"),
        _whole("value_in", "ticks", "purchases of the owner"),
        _whole("stock_case_days", "case-days", "stock at 24:00"),
        _whole("stock_value_days", "tick-days", "stock at 24:00 at the owner's buying price"),
        _whole("receivable_days", "tick-days", "owed to the owner by outlets and child sites"),
        _whole("payable_days", "tick-days", "owed by the owner to its supplier"),
        _whole("bought_on_terms", "ticks", "from the manufacturer, not paid on the same day"),
        _whole("own_owed_days", "tick-days", "of payables, those to the manufacturer"),
        _whole("units_expired", "units", "got too old"),
        _whole("units_shrunk", "units", "broken, stolen or miscounted"),
        _whole("age_case_days", "case-days", "days since receipt of the stock at the period's end"),
        _whole("age_cases", "cases", "of that stock"),
        _whole("closing_cases", "cases", "stock on the period's last day"),
        _whole(
            "closing_value",
            "ticks",
            "goods of the owner at its buying price, on the lane and on the truck included",
        ),
        _whole("orders_picked", "orders", "finished at the pick desk"),
        _whole("pick_wait", "s", "waiting of those orders"),
        _whole("tours", "tours", "left"),
        _whole("tour_seconds", "s", "length of those tours"),
        _whole("tour_metres", "m", "length of those tours"),
        _whole("tour_cases", "cases", "loaded"),
        _whole("tour_waiting", "s", "of those tours, before doors that were not open yet"),
    ),
)
REP_CELLS = Table(
    "rep_cells",
    "one period and rep; all columns add up",
    ("period", "rep"),
    (
        _PERIOD,
        _whole("rep", "row", "rep of the design"),
        _whole("planned", "calls", "planned"),
        _whole("made", "calls", "made"),
        _whole("productive", "calls", "with an order"),
        _whole("field_seconds", "s", "travel and calls of made calls"),
        _whole("working_days", "days", "with at least one planned call"),
        _whole("sales", "ticks", "delivered to the outlets of the rep"),
        _whole("pay", "ticks", "wage, commission and bonus"),
    ),
)

OUTLET_LEDGER = Table(
    "outlet_ledger",
    "postings of the measured days, by outlet; those of no outlet by mode and site",
    ("account", "payer", "mode", "site", "outlet"),
    (
        _whole("account", "code", "Account"),
        _whole("payer", "code", "Party kind"),
        _whole("mode", "row", "mode of a posting of no outlet, else -1"),
        _whole("site", "row", "site of a posting of no outlet, else -1"),
        _whole("outlet", "row", "outlet, -1 = none"),
        _AMOUNT,
    ),
)
OUTLET_CELLS = Table(
    "outlet_cells",
    "one covered outlet over the measured days",
    ("outlet",),
    (
        _OUTLET,
        _whole("calls_made", "calls", "made"),
        _whole("orders", "orders", "placed"),
        _whole("drops", "stops", "deliveries"),
        _whole("cases_delivered", "cases", "delivered"),
        _whole("outlet_value", "ticks", "invoices"),
        _whole("cases_ordered", "cases", "ordered"),
        _whole("ordered_squared", "cases^2", "square of a day's cases, added over days"),
        _whole("asked", "0.001 cases", "asked for by consumers"),
        _whole("asked_squared", "10^-6 cases^2", "square of a day's sum, added over days"),
    ),
)

DETAIL_TABLES = (
    ORDER_LINES,
    DELIVERIES,
    FAILED_DELIVERIES,
    PAYMENTS,
    POSTINGS,
    CALLS,
    SHELF,
    SHIPMENTS,
    RECEIPTS,
    APPROVALS,
    COLLECTIONS,
    RIVAL_SALES,
    LOSSES,
    STOCKOUTS,
    RETURNS,
    ONLINE_FILLS,
    SETTLEMENTS,
    PARCELS,
    PARCEL_LINES,
    EFFORT,
)
KPI_TABLES = (
    CELLS,
    LEDGER,
    SITE_CELLS,
    STOCK_CELLS,
    FLOW_CELLS,
    CREDIT_CELLS,
    REP_CELLS,
    FAMILY_CELLS,
    TIER_CELLS,
    OUTLET_LEDGER,
    OUTLET_CELLS,
    EFFORT,
)
#: Written only where a pack names the mechanism.
EXTRA_KPI_TABLES = (
    LIMIT_CELLS,
    APPROVAL_CELLS,
    COLLECTING_CELLS,
    SUPPLY_CELLS,
    MARKET_CELLS,
    RETURN_CELLS,
    ONLINE_CELLS,
    CONSIGNMENT_CELLS,
    PARCEL_CELLS,
)
OUTPUT_TABLES: dict[str, Table] = {
    table.name: table for table in (*DETAIL_TABLES, *KPI_TABLES, *EXTRA_KPI_TABLES)
}
