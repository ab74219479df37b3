"""How stocking points decide when and how much to order (docs/world/stock.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns

ORDER_UP_TO, BASE_STOCK, REORDER_UP_TO, REORDER_QUANTITY = 0, 1, 2, 3
POLICIES = ("order_up_to", "base_stock", "reorder_up_to", "reorder_quantity")
NO_TARGET, CYCLE_SERVICE, FILL_RATE = 0, 1, 2
SERVICES = ("none", "cycle", "fill")


@dataclass(frozen=True)
class SiteStock(Columns):
    """Policies of sites by product (S rows, the market's sites; every array is (S, P)).

    Attributes
    ----------
    policy : int64, row of POLICIES
    reorder : int64, units at or below which a reorder policy orders; -1 = computed
    level : int64, order-up-to level in units; -1 = that of the design's levels, else computed
    quantity : int64, units of one order of a fixed quantity; -1 = computed
    cover_days : float64, days of average demand in one order of a reorder policy
    service : int64, row of SERVICES; none = safety days of the site
    target : float64, probability (cycle) or share of demand (fill) that safety stock aims at
    """

    policy: IntArray
    reorder: IntArray
    level: IntArray
    quantity: IntArray
    cover_days: FloatArray
    service: IntArray
    target: FloatArray


@dataclass(frozen=True)
class StockPlan:
    """What a design says of stock beyond order-up-to levels; None = nothing said."""

    sites: SiteStock | None = None
