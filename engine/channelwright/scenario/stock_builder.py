"""From the tables of stock policies to the arrays of the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.market import Market
from channelwright.model.stock import (
    FORECASTS,
    MOVING_AVERAGE,
    ORDERS,
    RATIONING,
    SIGNALS,
    ShortageRules,
    SiteStock,
    StockForecast,
    StockPlan,
)
from channelwright.scenario.market_builder import codes
from channelwright.scenario.shelf_builder import NOT_GIVEN, build_shelves, policy_values
from channelwright.scenario.supplier_builder import build_suppliers
from channelwright.tables.cells import Cells, TypedTable
from channelwright.tables.stock_inputs import ALL_PRODUCTS

if TYPE_CHECKING:
    from channelwright.scenario.design_tables import DesignTables


def build_stock(market: Market, tables: DesignTables) -> StockPlan | None:
    """Return what a design says of stock, None if it says nothing."""
    stock, forecast = tables.get("stock"), tables.get("forecast")
    shortage, shelves = tables.get("shortage"), tables.get("shelves")
    suppliers = tables.get("suppliers")
    if all(part is None for part in (stock, forecast, shortage, shelves, suppliers)):
        return None
    return StockPlan(
        sites=None if stock is None else _site_stock(market, stock),
        forecast=None if forecast is None else _forecast(market, forecast),
        shortage=None if shortage is None else _shortage(market, shortage),
        shelves=None if shelves is None else build_shelves(market, shelves),
        suppliers=None if suppliers is None else build_suppliers(market, suppliers, tables),
    )


def _site_stock(market: Market, table: TypedTable) -> SiteStock:
    columns = _spread(market, table, codes(table["site"], market.sites.ids), len(market.sites))
    return SiteStock(
        policy=columns["policy"],
        reorder=columns["reorder"],
        level=columns["level"],
        quantity=columns["quantity"],
        cover_days=columns["cover_days"],
        service=columns["service"],
        target=columns["target"],
    )


def _by_site(market: Market, table: TypedTable) -> Callable[[Cells, float], Cells]:
    """Return a function that spreads the values of rows over all sites."""
    rows = codes(table["site"], market.sites.ids)

    def spread(values: Cells, other: float) -> Cells:
        column: Cells = np.full(len(market.sites), other, dtype=values.dtype)
        column[rows] = values
        return column

    return spread


def _shortage(market: Market, table: TypedTable) -> ShortageRules:
    spread = _by_site(market, table)
    return ShortageRules(
        backorder=spread(table["backorder"], False),
        rationing=spread(codes(table["rationing"], RATIONING), 0),
        priority=spread(table["priority"], 0),
    )


def _forecast(market: Market, table: TypedTable) -> StockForecast:
    spread = _by_site(market, table)
    return StockForecast(
        method=spread(codes(table["method"], FORECASTS), MOVING_AVERAGE),
        window=spread(table["window"], 28),
        alpha=spread(table["alpha"], 0.1),
        signal=spread(codes(table["signal"], SIGNALS), ORDERS),
        reporting=spread(table["reporting"], 1.0),
        delay=spread(table["delay"], 0),
        error=spread(table["error"], 0.0),
    )


def _spread(market: Market, table: TypedTable, rows: Cells, count: int) -> dict[str, Cells]:
    """Return every column as (count, P); rows of one product win over rows of all."""
    values, other = policy_values(table), NOT_GIVEN
    common = table["product"] == ALL_PRODUCTS
    product = codes(table["product"], market.products.ids)
    result = {}
    for name, value in values.items():
        grid = np.full((count, len(market.products)), other.get(name, 0), dtype=value.dtype)
        grid[rows[common]] = value[common][:, None]
        grid[rows[~common], product[~common]] = value[~common]
        result[name] = grid
    return result
