"""KPI tables by product family: what outlets do, and what the tiers of sites do.

Families are numbered as they first occur among the products of the pack.
"""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


_KEY = (
    _whole("period", "7 days", "from the end of the warm-up; negative before it"),
    _whole("area", "row", "area"),
    _whole("mode", "row", "mode"),
)
_FAMILY = _whole("family", "row", "product family, in order of the products")
FAMILY_CELLS = Table(
    "family_cells",
    "one period, area, mode and product family of outlets; all columns add up",
    ("period", "area", "mode", "family"),
    (
        *_KEY,
        _FAMILY,
        _whole("units_asked", "units", "walk-in and online demand drawn"),
        _whole("units_sold", "units", "sold, walk-in and online"),
        _whole("units_online", "units", "of these online"),
        _whole("consumer_value", "ticks", "consumer sales"),
        _whole("cases_ordered", "cases", "in orders placed"),
        _whole("cases_attempted", "cases", "of orders that were not refused, at the first attempt"),
        _whole("cases_first", "cases", "of these allocated then"),
        _whole("cases_delivered", "cases", "delivered"),
        _whole("outlet_value", "ticks", "invoices to outlets and chains"),
        _whole("production_value", "ticks", "production cost of what was delivered"),
        _whole("shelf_units", "unit-days", "stock at 24:00"),
        _whole("stocked_days", "outlet-product-days", "with stock at 24:00"),
        _whole("product_days", "outlet-product-days", "all"),
    ),
)
TIER_CELLS = Table(
    "tier_cells",
    "one period, area and mode of sites, kind of site and product family; all columns add up",
    ("period", "area", "mode", "kind", "family"),
    (
        *_KEY[:2],
        _whole("mode", "row", "mode of the sites, -1 = plants"),
        _whole("kind", "row", "kind of site: plant, dc, office, tier1, tier2, wholesaler"),
        _FAMILY,
        _whole(
            "cases_asked",
            "cases",
            "asked for by outlets, consumers and sites below, when first asked",
        ),
        _whole("cases_first", "cases", "of these allocated or shipped at once"),
        _whole("cases_in", "cases", "shipped in by the parent, by day of dispatch"),
        _whole("cases_out", "cases", "allocated to outlets and consumers, shipped to sites below"),
        _whole("stock_case_days", "case-days", "stock at 24:00"),
        _whole("empty_days", "product-days", "with less than a case at 24:00"),
        _whole("product_days", "product-days", "of products that are asked for"),
    ),
)
