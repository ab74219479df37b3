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
ONE_KIND = {row: SITE_WORD[kind] for row, kind in enumerate(SITE_KINDS)}
MANY_KINDS = {row: SITE_WORDS[kind] for row, kind in enumerate(SITE_KINDS)}


def kpi_words(kpi: str) -> str:
    """Return the name of a KPI as words: capitals and abbreviations are kept."""
    words = kpi.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def mode_label(mode: str, name: str) -> str:
    """Return a mode's id with its name, once where both are the same."""
    return mode if not name or name == mode else f"{mode} · {name}"
