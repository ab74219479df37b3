"""A design: every decision, complete enough to be simulated."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.allocation import Allocation
from channelwright.model.columns import Columns
from channelwright.model.contracts import Contracts
from channelwright.model.credit import CreditPolicy
from channelwright.model.goods import GoodsPolicy
from channelwright.model.offers import Offers
from channelwright.model.order_capture import OrderCapture
from channelwright.model.source_choice import Selling
from channelwright.model.stock import StockPlan

CYCLE_DAYS = 28


@dataclass(frozen=True)
class SitePlan(Columns):
    """What each candidate site does (S rows, the market's sites).

    Attributes
    ----------
    open : (S,) bool
    mode : (S,) int64, mode whose account price the owner pays and under which its own
        costs are reported; -1 for closed sites and plants
    parent : (S,) int64, site that supplies it; -1 for plants and closed sites
    review_days : (S,) int64, days between replenishment orders
    safety_days : (S,) float64, days of average demand held on top of lead + review time
    level : (S, P) int64, fixed order-up-to level in units; -1 = from the forecast
    vehicle : (S,) int64, vehicle type
    vehicles : (S,) int64, tours that can leave on one day
    pickers : (S,) int64, servers of the pick desk; 0 = no queue
    """

    open: BoolArray
    mode: IntArray
    parent: IntArray
    review_days: IntArray
    safety_days: FloatArray
    level: IntArray
    vehicle: IntArray
    vehicles: IntArray
    pickers: IntArray


@dataclass(frozen=True)
class OutletPlan(Columns):
    """How each outlet is served (O rows, the market's outlets).

    Attributes
    ----------
    mode : (O,) int64, -1 = not covered by this design
    site : (O,) int64, assigned server; -1 = not covered
    rep : (O,) int64, row of RepPlan, or -1
    order_days : (O,) int64, bit d set: on day d of the 28-day cycle the outlet is called
        on (visit) or may order (calendar, app, pull); day 0 of the cycle is a Monday
    call_rank : (O,) int64, order of the outlet in its rep's day (unique per rep)
    route_rank : (O,) int64, order of the outlet in its site's standing route (unique)
    options : (O, N) int64, sites among which the outlet chooses, -1 = none; column 0 is
        the assigned server
    o2o : (O,) bool, sells online from its shelf
    """

    mode: IntArray
    site: IntArray
    rep: IntArray
    order_days: IntArray
    call_rank: IntArray
    route_rank: IntArray
    options: IntArray
    o2o: BoolArray


@dataclass(frozen=True)
class RepPlan(Columns):
    """People who call on outlets (R rows).

    Attributes
    ----------
    ids : (R,) str
    role, mode, site, area : (R,) int64; the site is the one whose outlets they call on
    lat, lon : (R,) float64, where the day starts
    """

    ids: tuple[str, ...]
    role: IntArray
    mode: IntArray
    site: IntArray
    area: IntArray
    lat: FloatArray
    lon: FloatArray


@dataclass(frozen=True)
class Terms(Columns):
    """Prices and pay per mode (M rows, the market's modes). Prices: ticks per case, ex VAT.

    Attributes
    ----------
    price_account : (M, P) int64, manufacturer -> site owner
    price_tier2 : (M, P) int64, tier-1 owner -> tier-2 or wholesaler below it
    price_outlet : (M, P) int64, site owner (or manufacturer) -> outlet or chain
    account_rebate : (M,) int64, ppm of purchases, manufacturer -> site owner, monthly
    outlet_rebate : (M,) int64, ppm of purchases, seller -> outlet or chain, monthly
        (year-end rebates and back margin are accrued month by month)
    commission : (M,) int64, ppm of the outlet sales of a person, paid by the employer
    bonus : (M,) int64, ticks per month to a person who reaches the quota
    quota : (M,) int64, ticks of outlet sales per person and month
    margin_share : (M,) int64, ppm of sales that a soliciting owner counts as its own pay
        for effort (salesmen of a distributor); 0 where the rep's commission counts
    account_days, outlet_days : (M,) int64, payment terms in days
    payment_delay : (M,) float64, mean days after the due date (outlets and chains)
    credit_days : (M,) int64, credit limit in days of average purchases; 0 = no check
    overdue_grace : (M,) int64, days past due after which orders are refused
    platform_fee : (M,) int64, ppm of outlet sales, manufacturer -> platform (outside)
    online_fee : int, ticks per unit sold online, manufacturer -> platform (outside)
    """

    _other_axes = ("online_fee",)

    price_account: IntArray
    price_tier2: IntArray
    price_outlet: IntArray
    account_rebate: IntArray
    outlet_rebate: IntArray
    commission: IntArray
    bonus: IntArray
    quota: IntArray
    margin_share: IntArray
    account_days: IntArray
    outlet_days: IntArray
    payment_delay: FloatArray
    credit_days: IntArray
    overdue_grace: IntArray
    platform_fee: IntArray
    online_fee: int


@dataclass(frozen=True)
class Service(Columns):
    """Ordering and delivery rules per mode (M rows).

    Attributes
    ----------
    cover_days : (M,) float64, shelf level in days of expected demand
    interval_cover : (M,) float64, intervals between the outlet's order days added to it;
        1 = people order up to their next chance to order
    reorder_days : (M,) float64, order only below this many days; -1 = always
    minimum_cases : (M,) int64, smallest order
    cutoff : (M,) int64, seconds after midnight; later orders are handled a day later
    order_open, order_close : (M,) int64, seconds between which app and pull orders come
    priority : (M,) int64, lower is allocated first
    promise_days : (M,) int64, days from order to delivery that count as on time
    backorder : (M,) bool, unfilled cases wait; else they are cut
    tariff_days : (M,) int64, days from pick to delivery by tariff
    tariff_drop, tariff_case : (M,) int64, ticks per drop and case by tariff, paid by the
        seller
    attempts : (M,) int64, deliveries tried before an order is cancelled; None = stops never
        fail
    return_credit : (M,) int64, ppm of the outlet price that the seller credits for goods that
        got old on the shelf; None = what gets old stays the outlet's
    collect_case : (M,) int64, ticks per case of collecting them, paid by the seller
    allocation : rules for short stock; None = any cases in the order of the modes' priority
    """

    cover_days: FloatArray
    interval_cover: FloatArray
    reorder_days: FloatArray
    minimum_cases: IntArray
    cutoff: IntArray
    order_open: IntArray
    order_close: IntArray
    priority: IntArray
    promise_days: IntArray
    backorder: BoolArray
    tariff_days: IntArray
    tariff_drop: IntArray
    tariff_case: IntArray
    attempts: IntArray | None = None
    allocation: Allocation | None = None
    return_credit: IntArray | None = None
    collect_case: IntArray | None = None


@dataclass(frozen=True)
class Design:
    """Every decision for one market."""

    name: str
    title: str
    sites: SitePlan
    outlets: OutletPlan
    reps: RepPlan
    terms: Terms
    service: Service
    counterfactual: bool = False
    selling: Selling | None = None
    contracts: Contracts | None = None
    stock: StockPlan | None = None
    offers: Offers | None = None
    credit: CreditPolicy | None = None
    capture: OrderCapture | None = None
    goods: GoodsPolicy | None = None
