"""A design draft: what a planner states, before the standing rules of planning complete it."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.contracts import Contracts
from channelwright.model.credit import CreditPolicy
from channelwright.model.design import Service, SitePlan, Terms
from channelwright.model.goods import GoodsPolicy
from channelwright.model.offers import Offers
from channelwright.model.order_capture import OrderCapture
from channelwright.model.source_choice import Selling
from channelwright.model.stock import StockPlan

BY_RULE = -1


@dataclass(frozen=True)
class DesignDraft:
    """A design without people's territories, visit days and ranks.

    Attributes
    ----------
    name, title : str
    counterfactual : bool
    sites : SitePlan
    mode : (O,) int64, -1 = not covered
    site : (O,) int64, assigned server; -1 = not covered, or by the rule of the nearest site
        where `mode` is not -1
    options : (O, N) int64, sites among which the outlet chooses, -1 = none; column 0 is `site`
    order_days : (O,) int64, bits of the 28-day cycle for outlets of calendar, app and pull
        modes; 0 for visits, whose days follow `visits`
    visits : (M, 3) float64, calls per week by grade A, B, C; 0 for modes without calls
    headcount : (S, M) int64, people; -1 = by the workload rule
    terms : Terms
    service : Service
    o2o : (O,) bool, sells online from its shelf
    selling : Selling or None, offers of the options and rights
    contracts : Contracts or None, with chains
    stock : StockPlan or None
    offers : Offers or None, consumer prices and promotions
    credit : CreditPolicy or None
    capture : OrderCapture or None, rules on missed calls and small orders
    goods : GoodsPolicy or None, what is agreed about goods on shelves
    """

    name: str
    title: str
    counterfactual: bool
    sites: SitePlan
    mode: IntArray
    site: IntArray
    options: IntArray
    order_days: IntArray
    visits: FloatArray
    headcount: IntArray
    terms: Terms
    service: Service
    o2o: BoolArray
    selling: Selling | None = None
    contracts: Contracts | None = None
    stock: StockPlan | None = None
    offers: Offers | None = None
    credit: CreditPolicy | None = None
    capture: OrderCapture | None = None
    goods: GoodsPolicy | None = None
