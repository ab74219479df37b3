"""Shelves, deposits and consignment of the deterministic twin: what the forecast knows of them."""

from dataclasses import replace

import numpy as np

from channelwright.model.consignment import Consignment
from channelwright.model.design import Design
from channelwright.model.empties import Empties
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.stock import POLICIES, SERVICES, ShelfStock, StockPlan


def shelves_of(
    market: Market,
    policy: str,
    *,
    level: int = -1,
    cover: float = 0.0,
    service: str = "none",
    target: float = 0.0,
) -> ShelfStock:
    """One policy for all shelves."""
    shape = (len(market.segments), 3, len(market.products))
    computed = np.full(shape, -1, dtype=np.int64)
    return ShelfStock(
        policy=np.full(shape, POLICIES.index(policy)),
        reorder=computed,
        level=np.full(shape, level),
        quantity=computed,
        cover_days=np.full(shape, cover),
        service=np.full(shape, SERVICES.index(service)),
        target=np.full(shape, target),
    )


def with_shelves(market: Market, design: Design) -> tuple[Market, Design]:
    """Shelves filled up to a month of sales at every order, from sites that buy what they sold."""
    shelves = shelves_of(market, "order_up_to", level=100)
    ample = replace(design.sites, level=np.full(design.sites.level.shape, 1_000_000))
    return market, replace(design, sites=ample, stock=StockPlan(shelves=shelves))


def with_deposits(market: Market, design: Design) -> tuple[Market, Design]:
    """A deposit on every case, and empties of every fourth unit that stay with consumers."""
    products = len(market.products)
    deposit = 400 * (1 + np.arange(products))
    empties = Empties(deposit=deposit, returned=np.full(products, 750_000))
    return replace(market, empties=empties), design


def on_consignment(market: Market, design: Design, days: int) -> Design:
    """Direct outlets hold goods on consignment."""
    agreed = np.append(
        np.zeros(len(market.modes), dtype=np.int64), np.full(len(market.chain_ids), -1)
    )
    agreed[market.modes.ids.index("DSD")] = days
    goods = design.goods or GoodsPolicy()
    return replace(design, goods=replace(goods, consignment=Consignment(agreed)))
