"""Names that readers see: parties, cost lines, KPIs, kinds of sites."""

from __future__ import annotations

from channelwright.model.market import SITE_KINDS
from channelwright.tables.codes import Account

SITE_WORDS = {
    "plant": "Plants",
    "dc": "Distribution centres",
    "office": "Sales offices",
    "tier1": "Tier-1 distributors",
    "tier2": "Tier-2 distributors",
    "wholesaler": "Wholesalers",
}
SITE_WORD = {
    "plant": "plant",
    "dc": "distribution centre",
    "office": "sales office",
    "tier1": "tier-1 distributor",
    "tier2": "tier-2 distributor",
    "wholesaler": "wholesaler",
}
COST_WORDS = {
    Account.PRODUCTION: "Production",
    Account.FREIGHT: "Freight between sites",
    Account.DELIVERY: "Delivery to outlets",
    Account.HANDLING: "Handling",
    Account.WAGES: "Wages",
    Account.COMMISSION: "Commission",
    Account.BONUS: "Bonus",
    Account.PLATFORM: "Platform fees",
    Account.SITE: "Sites",
    Account.INTEREST: "Interest on stock and credit",
    Account.PROMOTION: "Promotions",
    Account.TRADE_FEE: "Fees to chains",
    Account.LOGISTICS: "Logistics allowances of chains",
    Account.PENALTY: "Penalties of chains",
}
#: Labels where the words of the name are not what the trade says.
KPI_LABELS = {
    "otif": "On time in full",
    "dso": "Days sales outstanding",
    "drop_size": "Drop size",
    "lines_per_call": "Lines per productive call",
    "distributor_roi_min": "Lowest return of a house",
    "distributor_roi_mean": "Mean return of a house",
    "distributor_roi_max": "Highest return of a house",
    "pick_wait_minutes": "Wait at the pick desk",
    "metres_per_drop": "Driving per drop",
    **{f"stock_days_{kind}": f"Stock cover, {word.lower()}" for kind, word in SITE_WORDS.items()},
    **{
        f"{name}_{kind}": f"{words}, {word.lower()}"
        for name, words in (
            ("fill_rate", "Fill rate"),
            ("stock_turns", "Stock turnover"),
            ("stock_age", "Age of stock"),
            ("stock_outs", "Out of stock"),
            ("bullwhip", "Bullwhip"),
        )
        for kind, word in SITE_WORDS.items()
    },
    "delivery_failure_rate": "Failed stops",
    "tour_waiting_share": "Waiting at closed doors",
    "sell_in_minus_through": "Sell-in less sell-through",
    "sell_in_late_share": "Sell-in of the last ten days",
    "stock_days_outlets": "Stock cover, outlets",
    "bullwhip_outlets": "Bullwhip, outlets",
    "bullwhip_total": "Bullwhip, consumers to plants",
    "volume_share": "Share of sell-in volume",
    "account_share": "Share of accounts",
}
ONE_KIND = {row: SITE_WORD[kind] for row, kind in enumerate(SITE_KINDS)}
MANY_KINDS = {row: SITE_WORDS[kind] for row, kind in enumerate(SITE_KINDS)}


def kpi_words(kpi: str) -> str:
    """Return the name of a KPI as words: capitals and abbreviations are kept."""
    words = kpi.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def label_of(kpi: str) -> str:
    """Return the name of a KPI as the trade says it."""
    name, _, mode = kpi.partition(":")
    words = KPI_LABELS.get(name, kpi_words(name))
    return f"{words}, {mode}" if mode else words


def mode_label(mode: str, name: str) -> str:
    """Return a mode's id with its name, once where both are the same."""
    return mode if not name or name == mode else f"{mode} · {name}"
