"""Consumer prices and promotions of a design (docs/world/prices_promotions.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.market import Market
from channelwright.model.offers import FUNDERS, ConsumerPrices, Offers, Promotions
from channelwright.scenario.market_builder import codes, to_ppm, to_ticks
from channelwright.tables.cells import Cells, TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.design_tables import DesignTables


def build_offers(market: Market, tables: DesignTables) -> Offers | None:
    """Return the consumer prices and promotions of a design, None without any."""
    prices, promotions = tables.get("consumer_prices"), tables.get("promotions")
    if prices is None and promotions is None:
        return None
    return Offers(
        None if prices is None else _prices(market, prices),
        None if promotions is None else build_promotions(market, promotions),
    )


def _prices(market: Market, table: TypedTable) -> ConsumerPrices:
    vat = 1.0 + market.finance.vat_ppm / 1e6
    return ConsumerPrices(
        mode=codes(table["mode"], market.modes.ids),
        area=codes(table["area"], market.areas.ids),
        outlet=codes(table["outlet"], market.outlets.ids),
        product=codes(table["product"], market.products.ids),
        price=to_ticks(table["price"], vat),
    )


def build_promotions(market: Market, table: TypedTable) -> Promotions:
    """Return the promotions of a table."""
    return Promotions(
        ids=tuple(table["id"]),
        mode=codes(table["mode"], market.modes.ids),
        area=codes(table["area"], market.areas.ids),
        segment=codes(table["segment"], market.segments.ids),
        products=_products(market, table),
        first=_days(market, table["first"]),
        last=_days(market, table["last"]),
        price_cut=to_ppm(table["price_cut"]),
        uplift=table["uplift"],
        borrowed=table["borrowed"],
        dip_days=table["dip_days"],
        funded=to_ppm(table["funded"]),
        funder=codes(table["funder"], FUNDERS),
        outlet_cut=to_ppm(table["outlet_cut"]),
    )


def _products(market: Market, table: TypedTable) -> BoolArray:
    ids = np.array(market.products.ids, dtype=object)
    families = np.array(market.products.families, dtype=object)
    one, family = table["product"][:, None], table["family"][:, None]
    return np.asarray(
        ((one == "") | (one == ids)) & ((family == "") | (family == families)), dtype=np.bool_
    )


def _days(market: Market, dates: Cells) -> IntArray:
    start = np.datetime64(market.calendar.start, "D")
    return np.asarray((dates.astype("M8[D]") - start).astype(np.int64))
