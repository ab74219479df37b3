"""How stocking points decide when and how much to order (docs/world/stock.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns

ORDER_UP_TO, BASE_STOCK, REORDER_UP_TO, REORDER_QUANTITY = 0, 1, 2, 3
NO_POLICY = -1
POLICIES = ("order_up_to", "base_stock", "reorder_up_to", "reorder_quantity")
NO_TARGET, CYCLE_SERVICE, FILL_RATE = 0, 1, 2
SERVICES = ("none", "cycle", "fill")
MOVING_AVERAGE, EXPONENTIAL = 0, 1
FORECASTS = ("moving_average", "exponential")
ORDERS, SELL_THROUGH, SELL_OUT = 0, 1, 2
SIGNALS = ("orders", "sell_through", "sell_out")
SEQUENCE, PROPORTIONAL = 0, 1
RATIONING = ("sequence", "proportional")


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
class ShelfStock(Columns):
    """Policies of shelves by segment, grade and product (G rows; every array is (G, 3, P)).

    Attributes
    ----------
    policy : int64, row of POLICIES; NO_POLICY = filled to the cover of the mode
    reorder, level, quantity, cover_days, service, target : as in `SiteStock`
    """

    policy: IntArray
    reorder: IntArray
    level: IntArray
    quantity: IntArray
    cover_days: FloatArray
    service: IntArray
    target: FloatArray


@dataclass(frozen=True)
class StockForecast(Columns):
    """How sites forecast a day's demand (S rows, the market's sites).

    Attributes
    ----------
    method : (S,) int64, row of FORECASTS
    window : (S,) int64, days of a moving average
    alpha : (S,) float64, weight of the newest day of an exponential forecast
    signal : (S,) int64, row of SIGNALS: what is forecast from
    reporting : (S,) float64, probability that an outlet of the site reports its sell-out, and
        that the site reports its sell-through to those above it
    delay : (S,) int64, days after which reports are known; 0 for orders
    error : (S,) float64, sigma of the lognormal, mean-one error of a day's reports
    """

    method: IntArray
    window: IntArray
    alpha: FloatArray
    signal: IntArray
    reporting: FloatArray
    delay: IntArray
    error: FloatArray


@dataclass(frozen=True)
class ShortageRules(Columns):
    """What happens when sites ask for more than their parent has (S rows, the market's sites).

    Attributes
    ----------
    backorder : (S,) bool, what this site cannot ship to other sites waits; else it is lost
    rationing : (S,) int64, row of RATIONING: how this site shares out what is short
    priority : (S,) int64, place of this site in its parent's sequence, lower first
    """

    backorder: BoolArray
    rationing: IntArray
    priority: IntArray


@dataclass(frozen=True)
class Suppliers(Columns):
    """Sources among which sites choose at each replenishment (K rows, by site).

    Attributes
    ----------
    site, source : (K,) int64; the parent of every choosing site is its first source, the others
        follow by number
    index : (K,) int64, ppm of the ladder that the source asks
    """

    site: IntArray
    source: IntArray
    index: IntArray


@dataclass(frozen=True)
class StockPlan:
    """What a design says of stock beyond order-up-to levels; None = nothing said."""

    sites: SiteStock | None = None
    forecast: StockForecast | None = None
    shortage: ShortageRules | None = None
    shelves: ShelfStock | None = None
    suppliers: Suppliers | None = None
