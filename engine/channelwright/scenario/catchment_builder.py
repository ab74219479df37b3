"""Catchment of a market: who can reach which point of sale (docs/world/catchment.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import FloatArray
from channelwright.model.catchment import Catchment, Consumers, Reach, Rivals
from channelwright.model.columns import index_of
from channelwright.model.market import Market
from channelwright.model.stockout import Neighbours, Stockout
from channelwright.rules.geography import Points, outlet_points
from channelwright.rules.nearby import nearby
from channelwright.tables.cells import TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document
    from channelwright.scenario.shapes import CatchmentShape, StockoutShape

_KM = 1000.0


def with_catchment(
    market: Market, shape: CatchmentShape | None, tables: Mapping[str, TypedTable]
) -> Market:
    """Return the market with its catchment, or as it is if the pack names none."""
    if shape is None:
        return market
    places = _points(market, tables["consumers"])
    ids: tuple[str, ...] = ()
    points = Points(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
    attraction = np.zeros(0)
    area = np.zeros(0, dtype=np.int64)
    if "rivals" in tables:
        table = tables["rivals"]
        ids, points, attraction = tuple(table["id"]), _points(market, table), table["attraction"]
        area = _areas(market, table)

    def reach(goals: Points, attraction: FloatArray) -> Reach:
        origin, place, metres = nearby(
            market.geography, places, goals, float(shape.radius_km) * _KM
        )
        decay = np.exp(-float(shape.decay_per_km) * metres / _KM)
        return Reach(origin, place, attraction[place] * decay)

    consumers = tables["consumers"]
    catchment = Catchment(
        consumers=Consumers(tuple(consumers["id"]), consumers["weekly_cases"]),
        rivals=Rivals(ids, area),
        none=float(shape.no_purchase),
        outlets=reach(outlet_points(market), tables["outlets"]["attraction"]),
        rivals_reach=reach(points, attraction),
    )
    return replace(market, catchment=catchment)


def with_stockout(market: Market, shape: StockoutShape | None) -> Market:
    """Return the market in which consumers react to empty shelves, if the pack says how."""
    if shape is None:
        return market
    places = outlet_points(market)
    origin, place, metres = nearby(market.geography, places, places, float(shape.radius_km) * _KM)
    other = (origin != place) if shape.outlet > 0 else np.zeros(len(origin), dtype=np.bool_)
    order = np.lexsort((place[other], metres[other], origin[other]))
    neighbours = Neighbours(origin[other][order], place[other][order])
    shares = float(shape.wait), float(shape.product), float(shape.outlet)
    return replace(market, stockout=Stockout(*shares, neighbours))


def catchment_problems(tables: Mapping[str, TypedTable], document: Document) -> Iterator[Problem]:
    """Yield a catchment without consumers, and tables that only a catchment reads."""
    market = document.data.get("market")
    named = isinstance(market, Mapping) and "catchment" in market
    if named and "consumers" not in tables:
        message = "a catchment needs to know where consumers are"
        yield document.problem(("market", "catchment"), message, "add market.tables.consumers")
    for name in ("consumers", "rivals"):
        if name in tables and not named:
            message = f"table {name!r} is read by a catchment only"
            remedy = "add market.catchment, or remove the table"
            yield document.problem(("market", "tables", name), message, remedy)


def _areas(market: Market, table: TypedTable) -> np.ndarray:
    row_of = index_of(market.areas.ids)
    return np.array([row_of[area] for area in table["area"]], dtype=np.int64)


def _points(market: Market, table: TypedTable) -> Points:
    return Points(table["lat"], table["lon"], market.areas.zone[_areas(market, table)])
