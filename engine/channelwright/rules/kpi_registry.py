"""Every KPI that a replication has, by name: unit, formula, and which direction is better.

``python -m channelwright.rules.kpi_registry`` writes the table of docs/models.md.
"""

from __future__ import annotations

import sys

from channelwright.model.market import SITE_KINDS
from channelwright.rules.kpi import LAST, RANGE, RATIOS, SUMS, Kpi
from channelwright.rules.kpi_family import FAMILY_KPIS

_MONEY = "currency"
STOCKING = tuple(kind for kind in SITE_KINDS if kind != "plant")
_DISTRIBUTION = (
    Kpi("numeric_distribution", "share", "outlets with stock at the end / universe", True),
    Kpi(
        "weighted_distribution",
        "share",
        "category cases of outlets with stock at the end / those of the universe",
        True,
    ),
)
_PEOPLE = (
    Kpi("people", "people", "people in the design"),
    Kpi("outlets_per_person", "outlets", "outlets with a rep / people"),
    Kpi("calls_per_day", "calls", "calls made / (people × working days)"),
    Kpi(
        "sales_per_day",
        "currency",
        "delivered to outlets of reps, ex VAT / (people × working days)",
    ),
    Kpi("field_utilisation", "share", "travel, stop and call time / field time"),
    Kpi("pay_per_month", _MONEY, "wages, commission and bonus / people / months"),
)
_VOLUME = (
    Kpi(
        "sell_in_cases",
        "cases",
        "delivered from own sites to outlets + bought by independent sites from own sites",
        True,
    ),
    Kpi(
        "accounts",
        "accounts",
        "outlets or chains supplied from own sites + independent sites that buy from own sites",
    ),
    Kpi("volume_share", "share", "sell-in cases of a mode / all"),
    Kpi("account_share", "share", "accounts of a mode / all"),
    Kpi("cases_per_outlet_week", "cases/week", "delivered cases / covered outlets / weeks"),
)
_SITES = (
    Kpi("sites_open", "sites", "open in the design"),
    *(
        Kpi(
            f"stock_days_{kind}",
            "days",
            "stock in case-days at sites of this kind / cases out",
            more_is_better=False,
        )
        for kind in SITE_KINDS
        if kind != "plant"
    ),
    Kpi("cases_per_tour", "cases", "cases / tour", True),
    Kpi("hours_per_tour", "h", "hours / tour"),
    Kpi("tours", "tours", "tours driven"),
    Kpi("pick_wait_minutes", "min", "wait for a free picker / picked order", False),
    Kpi(
        "distributor_roi_min", "per year", "lowest return of an independent site (see below)", True
    ),
    Kpi("distributor_roi_mean", "per year", "plain mean of the returns", True),
    Kpi("distributor_roi_max", "per year", "highest return"),
    *(
        Kpi(f"roi_{kind}", "per year", "plain mean of the returns of independent ones", True)
        for kind in STOCKING
    ),
)
_LINES = (
    Kpi("gross_sales", _MONEY, "goods sold - goods bought back, ex VAT", True),
    Kpi("rebates", _MONEY, "rebates and discounts paid to accounts, outlets and chains", False),
    Kpi("net_sales", _MONEY, "gross_sales - rebates", True),
    Kpi("production", _MONEY, "production cost of what left the plants", False),
    Kpi("freight", _MONEY, "lane cost of what moved between sites", False),
    Kpi("delivery", _MONEY, "trucks (days and kilometres) or tariffs to outlets", False),
    Kpi("handling", _MONEY, "handling cost of cases at own sites", False),
    Kpi("site_cost", _MONEY, "fixed cost of own sites", False),
    Kpi("wages", _MONEY, "fixed pay of own people", False),
    Kpi("commission", _MONEY, "commission of own people", False),
    Kpi("bonus", _MONEY, "bonus of own people", False),
    Kpi("platform", _MONEY, "fees to platforms", False),
    Kpi("interest", _MONEY, "interest on stock and receivables less payables", False),
    Kpi("promotion", _MONEY, "price cuts of promotions that the manufacturer funds", False),
    Kpi("contribution", _MONEY, "net_sales - the eleven costs above (and those of credit)", True),
    Kpi("stock_change", _MONEY, "closing - opening value of own stock"),
)
_PARTIES = (
    Kpi("profit_manufacturer", _MONEY, "contribution + stock_change", True),
    Kpi(
        "profit_distributors",
        _MONEY,
        "money received - paid by owners of independent sites + change of their stock",
        True,
    ),
    *(
        Kpi(f"profit_{kind}", _MONEY, "the same, of independent sites of this kind", True)
        for kind in STOCKING
    ),
    Kpi("profit_outlets", _MONEY, "money received - paid by independent outlets", True),
    Kpi("profit_chains", _MONEY, "money received - paid by chains", True),
    Kpi("pay_people", _MONEY, "wages, commission and bonus of all people"),
)
_EFFICIENCY = (
    Kpi(
        "cost_to_serve_per_case",
        "currency/case",
        "the manufacturer's costs but production, deposits and credit for good stock / "
        "cases to outlets and consumers",
        more_is_better=False,
    ),
    Kpi(
        "loaded_cost_per_case",
        "currency/case",
        "all parties' costs of serving, loaded on outlets and parcels / their cases (see below)",
        more_is_better=False,
    ),
    Kpi("loaded_cost_per_order", "currency/order", "the same / orders placed", False),
    Kpi(
        "loaded_cost_per_drop",
        "currency/stop",
        "the same / stops and delivered parcel orders",
        False,
    ),
    Kpi(
        "cost_to_serve_share",
        "share",
        "the manufacturer's costs of cost_to_serve_per_case / net_sales",
        more_is_better=False,
    ),
    Kpi(
        "selling_expense_ratio",
        "share",
        "(wages + commission + bonus + delivery + promotion) / net_sales",
        more_is_better=False,
    ),
    Kpi(
        "break_even_drop",
        "cases",
        "drop at which a mode earns what the pull modes would (see below)",
        more_is_better=False,
    ),
)
_OWED = (
    Kpi(
        "dso",
        "days",
        "mean owed to the manufacturer / its sales per day that were not paid on their own day",
        more_is_better=False,
    ),
    Kpi("collection_rate", "share", "paid by outlets and chains / fallen due", True),
    Kpi("overdue_share", "share", "open on the due day or later / open, at 24:00", False),
    Kpi("bad_debt_share", "share", "written off / sales to outlets and chains on terms", False),
    Kpi("credit_use", "share", "owed and ordered on terms / limits, where above 0"),
    Kpi("receivables", _MONEY, "mean owed by outlets and chains at 24:00"),
    Kpi("overdue", _MONEY, "mean of it that is open on the due day or later", False),
    Kpi("bad_debt", _MONEY, "written off", False),
    Kpi("collected", _MONEY, "paid by outlets and chains", True),
)
MARKET = (Kpi("market_share", "share", "own sell-out / own and rivals', in cases", True),)
#: Only in runs of packs that name the mechanism (docs/world/credit.md, cash.md, approval.md).
CREDIT = (
    Kpi("reminders", "reminders", "letters and visits about overdue invoices"),
    Kpi("orders_released_in_part", "orders", "released up to the free limit"),
    Kpi("cases_held_back", "cases", "held back from those orders", False),
    Kpi("orders_paid_at_door", "orders", "delivered against payment after a credit check"),
    Kpi("orders_prepaid", "orders", "paid before delivery"),
    Kpi("cases_cut_for_cash", "cases", "not ordered by sites for want of cash", False),
    Kpi("days_cut_for_cash", "site-days", "on which that happened", False),
    Kpi("cases_cut_for_capacity", "cases", "not ordered by sites for want of capacity", False),
    Kpi("days_cut_for_capacity", "site-days", "on which that happened", False),
    Kpi("credit_line_drawn", _MONEY, "mean drawn by owners of their credit lines", False),
    Kpi("discount_requests", "orders", "that asked for a discount above authority"),
    Kpi("discount_approval_rate", "share", "requests granted / requests"),
    Kpi("approval_wait_minutes", "min", "order to begin of the decision / request", False),
    Kpi("discounts", _MONEY, "granted above authority by all sellers", False),
    Kpi("credit_losses", _MONEY, "the manufacturer's part of bad_debt", False),
    Kpi("dunning", _MONEY, "the manufacturer's cost of reminders", False),
    Kpi("deposit_interest", _MONEY, "paid by the manufacturer on deposits", False),
)
#: Only in runs of packs that name the mechanism (docs/world/collecting.md).
COLLECTING = (
    Kpi("collecting_calls", "calls", "calls at which overdue money was asked for"),
    Kpi("collecting_call_share", "share", "the same / calls made"),
    Kpi("collecting_success_rate", "share", "calls that were paid or promised / the same", True),
    Kpi("collected_at_calls", _MONEY, "paid at these calls", True),
    Kpi("collected_at_calls_share", "share", "the same / paid by outlets and chains"),
    Kpi(
        "collected_per_collecting_hour",
        "currency/h",
        "paid at calls / time spent on asking",
        more_is_better=True,
    ),
    Kpi("calls_without_order_for_debt", "calls", "took no order because nothing was given", False),
)
#: Only in runs of packs that name the mechanism (docs/world/market-wholesalers.md).
SUPPLIERS = (
    Kpi(
        "bought_elsewhere_share",
        "share",
        "cases that sites which choose bought from others than their parent / all of theirs",
    ),
    Kpi(
        "landed_cost_per_case",
        "currency/case",
        "invoices and freight of what sites which choose bought / cases, before rebates",
        more_is_better=False,
    ),
)
_LOSSES = (
    *(
        Kpi(
            f"stock_age_{kind}",
            "days",
            "case-days since receipt of the stock at these sites / its cases, at period ends",
            more_is_better=False,
        )
        for kind in SITE_KINDS
        if kind != "plant"
    ),
    Kpi("site_units_expired", "units", "got too old at sites", False),
    Kpi("site_units_shrunk", "units", "missing at sites", False),
    Kpi(
        "returns_rate", "share", "credit for old goods / goods bought by outlets and chains", False
    ),
)
#: Only in runs of packs that name the mechanism (docs/world/perishing.md, returns.md).
CONSIGNMENT = (
    Kpi("consigned_stock", _MONEY, "mean value on consignment at the owners' buying prices"),
    Kpi("consigned_share", "share", "invoiced at settlements / to outlets and chains"),
)
HOURS = (Kpi("tour_waiting_share", "share", "waiting at closed doors / hours of tours", False),)
ONLINE = (
    Kpi("online_service", "share", "units served online / asked for online", True),
    Kpi("online_nearby_share", "share", "of units asked for online, from another shelf"),
    Kpi("nearby_fees", _MONEY, "paid to outlets that serve online orders for others", False),
)
#: Only in runs of designs that name parcels (docs/world/parcels.md).
PARCELS = (
    Kpi("parcel_orders", "orders", "placed by consumers", True),
    Kpi("parcel_cases", "cases", "delivered to consumers", True),
    Kpi("parcel_share", "share", "the same / cases delivered to outlets and consumers"),
    Kpi("parcel_sales", _MONEY, "goods delivered to consumers - goods sent back, ex VAT", True),
    Kpi("parcel_fees", _MONEY, "paid by consumers for deliveries, ex VAT"),
    Kpi("parcel_order_value", _MONEY, "goods of a delivered order", True),
    Kpi("parcel_lines", "lines", "different products of a delivered order", True),
    Kpi("parcel_free_share", "share", "delivered without a fee / delivered orders"),
    Kpi("parcel_on_time", "share", "delivered within the promised days / delivered orders", True),
    Kpi("parcel_days", "days", "from order to delivery, mean of delivered orders", False),
    Kpi("parcel_lost_rate", "share", "units given up for want of stock / ordered", False),
    Kpi("parcel_return_rate", "share", "units sent back / delivered", False),
    Kpi(
        "parcel_cost_per_order",
        "currency/order",
        "handling, tariffs and payment fees of parcels / delivered orders",
        more_is_better=False,
    ),
)
RETURNS = (
    Kpi("good_return_cases", "cases", "good stock sent back by outlets", False),
    Kpi("good_return_rate", "share", "the same / cases delivered", False),
    Kpi("good_returns", _MONEY, "the manufacturer's credit for good stock", False),
    Kpi("returns", _MONEY, "the manufacturer's credit for old goods", False),
    Kpi("deposits", _MONEY, "deposits credited - charged by the manufacturer"),
)
_STOCK = (
    *(
        Kpi(
            f"bullwhip_{kind}",
            "",
            "variance of a day's cases ordered / asked for, each added over sites of this kind",
            more_is_better=False,
        )
        for kind in STOCKING
    ),
    Kpi(
        "bullwhip_outlets",
        "",
        "variance of a day's cases ordered / asked for by consumers, each added over outlets",
        more_is_better=False,
    ),
    Kpi(
        "bullwhip_total",
        "",
        "variance of a day's cases ordered from plants / asked for by all consumers",
        more_is_better=False,
    ),
    *(
        Kpi(
            f"fill_rate_{kind}",
            "share",
            "cases served when first asked for / asked for by outlets, consumers, sites below",
            more_is_better=True,
        )
        for kind in STOCKING
    ),
    *(
        Kpi(f"stock_turns_{kind}", "per year", "365 × cases out / stock in case-days", True)
        for kind in STOCKING
    ),
    *(
        Kpi(
            f"stock_outs_{kind}",
            "share",
            "product-days with less than a case at 24:00 / all, at sites of this kind",
            more_is_better=False,
        )
        for kind in STOCKING
    ),
    Kpi("stock_days_outlets", "days", "units on shelves in unit-days / units sold", False),
    Kpi(
        "sell_in_minus_through",
        "cases",
        "bought by independent sites from own sites - delivered by independent sites to outlets; "
        "none without independent sites",
    ),
    Kpi(
        "sell_in_late_share",
        "share",
        "sell-in of the last ten days of calendar months / sell-in",
        more_is_better=False,
    ),
)
#: Only in runs of packs that name the mechanism (docs/world/chains.md).
CHAINS = (
    Kpi("trade_fees", _MONEY, "entry, display and leaflet fees to chains", False),
    Kpi("logistics_allowance", _MONEY, "paid to chains for their logistics", False),
    Kpi("service_penalty", _MONEY, "paid to chains for lines late or short", False),
)
GROUPS: dict[str, tuple[Kpi, ...]] = {
    "Service and field work": tuple(item[0] for item in RATIOS),
    "Volume": (*(item[0] for item in SUMS), *_VOLUME),
    "Coverage": (*(item[0] for item in LAST), RANGE, *_DISTRIBUTION),
    "People": _PEOPLE,
    "Sites": _SITES,
    "Stock and ordering": _STOCK,
    "The manufacturer's profit and loss": _LINES,
    "Parties": _PARTIES,
    "Efficiency": _EFFICIENCY,
    "Age and loss of stock": _LOSSES,
    "What is owed and paid": _OWED,
    "Credit (where a pack names it)": CREDIT,
    "Collecting (where a design names it)": COLLECTING,
    "Market wholesalers (where a design names suppliers)": SUPPLIERS,
    "Market (where a pack names a catchment)": MARKET,
    "Returns (where a pack names them)": RETURNS,
    "Chains (where a pack names contracts)": CHAINS,
    "Online orders (where a pack names nearby shelves)": ONLINE,
    "Parcels (where a design names them)": PARCELS,
    "Consignment (where a pack names it)": CONSIGNMENT,
    "Hours (where a pack names them)": HOURS,
}
KPIS: dict[str, Kpi] = {kpi.name: kpi for group in GROUPS.values() for kpi in group}


def declared(kpi: str) -> Kpi | None:
    """Return the KPI that a name is of, of all modes or of one (``strike_rate_DSD``); or None."""
    named = [name for name in KPIS if kpi == name or kpi.startswith(f"{name}_")]
    return KPIS[max(named, key=len)] if named else None


_BETTER = {True: "more", False: "less", None: ""}


def kpi_page() -> str:
    """Return every KPI as Markdown tables, one per group."""
    lines: list[str] = []
    for title, kpis in GROUPS.items():
        lines += [f"**{title}**", "", "| KPI | unit | formula | better |", "|---|---|---|---|"]
        lines += [
            f"| `{kpi.name}` | {kpi.unit} | {kpi.meaning} | {_BETTER[kpi.more_is_better]} |"
            for kpi in kpis
        ]
        lines.append("")
    return "\n".join(lines)


def family_page() -> str:
    """Return the KPIs of product families as a Markdown table; those of sites are by tier."""
    lines = ["| KPI of a family | unit | formula | better |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {unit} | {meaning} | {_BETTER[better]} |"
        for name, (unit, meaning, better) in FAMILY_KPIS.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(kpi_page() + family_page())
