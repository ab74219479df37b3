"""KPIs that are proportions: what is counted on top is a part of what is counted below."""

from __future__ import annotations

from channelwright.rules.kpi_registry import STOCKING, declared

#: Declared one by one: not every KPI in shares stays within 0 and 1. What is paid in the measured
#: days may have fallen due before them (`collection_rate`), people may work overtime
#: (`field_utilisation`), and costs may exceed sales (`selling_expense_ratio`).
PROPORTIONS = frozenset(
    (
        "account_share",
        "bought_elsewhere_share",
        "call_compliance",
        "case_fill_rate",
        "collecting_call_share",
        "collecting_success_rate",
        "delivery_failure_rate",
        "market_share",
        "numeric_distribution",
        "on_shelf_availability",
        "online_nearby_share",
        "online_service",
        "online_share",
        "otif",
        "overdue_share",
        "parcel_free_share",
        "parcel_on_time",
        "parcel_share",
        "refusal_rate",
        "sales_service",
        "satisfaction",
        "sell_in_late_share",
        "shelf_expiry_rate",
        "shelf_shrinkage_rate",
        "strike_rate",
        "tour_waiting_share",
        "volume_share",
        "weighted_distribution",
        *(f"{name}_{kind}" for name in ("fill_rate", "stock_outs") for kind in STOCKING),
    )
)


def is_proportion(kpi: str) -> bool:
    """Return whether a KPI, of all modes or of one (``strike_rate_DSD``), is within 0 and 1."""
    found = declared(kpi)
    return found is not None and found.name in PROPORTIONS
