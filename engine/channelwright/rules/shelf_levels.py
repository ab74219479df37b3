"""Stock policies of shelves: the rules of sites with the numbers of outlets.

docs/world/shelves.md.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import Market
from channelwright.model.stock import BASE_STOCK, ShelfStock
from channelwright.rules.stock_levels import StockRules
from channelwright.rules.stock_policies import Need


def shelf_rules(market: Market, design: Design, cover: FloatArray) -> StockRules | None:
    """Return the stock policies of all shelves, None where a design has none.

    Parameters
    ----------
    cover : (O,) float64, days of demand that the mode's shelves cover
    """
    given = None if design.stock is None else design.stock.shelves
    if given is None:
        return None
    own = _of_outlets(market, given)
    shape = own.policy.shape
    lead = design.service.promise_days[np.maximum(design.outlets.mode, 0)]
    review = np.where(own.policy == BASE_STOCK, 1.0, _intervals(design)[:, None])
    need = Need(
        average=np.zeros(shape),
        deviation=np.zeros(shape),
        lead=np.broadcast_to(lead[:, None], shape),
        review=review,
        lead_deviation=np.zeros(shape),
        cover=np.broadcast_to(cover[:, None], shape),
        # An order is made before the day's demand and the next one arrives before its own.
        horizon=np.asarray(lead[:, None] + review, dtype=np.float64),
        cover_days=own.cover_days,
        service=own.service,
        target=own.target,
        reorder=own.reorder,
        level=own.level,
        quantity=own.quantity,
        case=np.broadcast_to(market.products.units_per_case, shape),
    )
    return StockRules(own.policy, need)


def _of_outlets(market: Market, given: ShelfStock) -> ShelfStock:
    """Return the rows of every outlet's segment and grade: arrays (O, P)."""
    outlets = market.outlets
    return ShelfStock(
        **{f.name: getattr(given, f.name)[outlets.segment, outlets.grade] for f in fields(given)}
    )


def _intervals(design: Design) -> FloatArray:
    """Return the mean days between the order days of every outlet: (O,), 28 without any."""
    bits = np.bitwise_count(design.outlets.order_days)
    return np.asarray(CYCLE_DAYS / np.maximum(bits, 1))
