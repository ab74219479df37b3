"""The market: everything that no design can change.

All tables are columnar and numbered from 0 in pack order; entity numbers (outlets, sites,
products) address the random world, so rows are appended and never reused. Money is ex
VAT, int64 ticks.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.catchment import Catchment
from channelwright.model.columns import Columns
from channelwright.model.delivery import Delivery
from channelwright.model.demand import Elasticity, Empirical
from channelwright.model.empties import Empties
from channelwright.model.execution import Execution
from channelwright.model.limits import SiteLimits
from channelwright.model.order_capture import FieldWork
from channelwright.model.payments import PaymentBehaviour
from channelwright.model.perishing import Perishing
from channelwright.model.screening import Screening
from channelwright.model.source_choice import SourceChoice
from channelwright.model.stockout import Stockout
from channelwright.model.supply import Supply

LAW_FIXED, LAW_POISSON, LAW_NEGATIVE_BINOMIAL, LAW_NORMAL, LAW_EMPIRICAL = range(5)
GRADES = ("A", "B", "C")
SITE_KINDS = ("plant", "dc", "office", "tier1", "tier2", "wholesaler")
CAPTURES = ("visit", "calendar", "pull", "app")
CARRIERS = ("truck", "tariff")
SOLICITORS = ("none", "rep", "salesman")
PICK_LAWS = ("fixed", "exponential")


@dataclass(frozen=True)
class Products(Columns):
    """Products (P rows).

    Attributes
    ----------
    ids, names, families : (P,) str
    units_per_case : (P,) int64, units
    production_cost : (P,) int64, ticks per case, ex VAT
    consumer_price : (P,) int64, ticks per unit, ex VAT
    law : (P,) int64, one of the LAW_ codes
    dispersion : (P,) float64, size of the negative binomial, variation of the normal law
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    families: tuple[str, ...]
    units_per_case: IntArray
    production_cost: IntArray
    consumer_price: IntArray
    law: IntArray
    dispersion: FloatArray


@dataclass(frozen=True)
class Segments(Columns):
    """Outlet segments (G rows): ids and names."""

    ids: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Areas(Columns):
    """Areas, the fixed planning units (A rows).

    Attributes
    ----------
    ids, names : (A,) str
    lat, lon : (A,) float64, degrees (WGS 84)
    population : (A,) int64, people
    zone : (A,) int64, land zone; travel between zones uses a named crossing
    universe_outlets : (A, G) int64, outlets that exist and are not rows of `Outlets`
    universe_cases : (A, G) float64, category cases per week of one such outlet
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lat: FloatArray
    lon: FloatArray
    population: IntArray
    zone: IntArray
    universe_outlets: IntArray
    universe_cases: FloatArray


@dataclass(frozen=True)
class Crossings(Columns):
    """Named crossings between land zones (X rows, both directions).

    Attributes
    ----------
    ids, names : (X,) str
    zone_a, zone_b : (X,) int64
    lat_a, lon_a, lat_b, lon_b : (X,) float64, degrees: the two ends
    metres : (X,) int64, length of the crossing itself
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    zone_a: IntArray
    zone_b: IntArray
    lat_a: FloatArray
    lon_a: FloatArray
    lat_b: FloatArray
    lon_b: FloatArray
    metres: IntArray


@dataclass(frozen=True)
class Geography:
    """Land zones, crossings and the road factor.

    Attributes
    ----------
    zone_ids : (Z,) str
    crossings : Crossings
    road_factor : float, road distance over great-circle distance
    """

    zone_ids: tuple[str, ...]
    crossings: Crossings
    road_factor: float


@dataclass(frozen=True)
class Outlets(Columns):
    """Covered outlets (O rows): the entities of demand, calls, drops and credit.

    Attributes
    ----------
    ids : (O,) str
    area, segment : (O,) int64
    grade : (O,) int64, 0 = A, 1 = B, 2 = C
    lat, lon : (O,) float64, degrees
    chain : (O,) int64, row of `Market.chain_ids` that pays for it, or -1
    rate : (O, P) float64, mean consumer demand, units per day, before calendar factors,
        shocks and execution
    category_cases : (O,) float64, category cases per week, own and rivals (weights of
        weighted distribution)
    """

    ids: tuple[str, ...]
    area: IntArray
    segment: IntArray
    grade: IntArray
    lat: FloatArray
    lon: FloatArray
    chain: IntArray
    rate: FloatArray
    category_cases: FloatArray


@dataclass(frozen=True)
class Sites(Columns):
    """Candidate sites (S rows).

    Attributes
    ----------
    ids, names : (S,) str
    kind : (S,) int64, row of SITE_KINDS; a plant supplies without limit
    independent : (S,) bool, owned by its own party; else by the manufacturer
    area : (S,) int64
    lat, lon : (S,) float64, degrees
    fixed_cost : (S,) int64, ticks per day while open, paid by the owner
    handling_cost : (S,) int64, ticks per case shipped, paid by the owner
    capacity_cases : (S,) float64, cases per week that the site can handle
    working_capital : (S,) int64, ticks that the owner can tie up
    pick_order_seconds, pick_line_seconds : (S,) int64, mean picking time
    pick_law : (S,) int64, row of PICK_LAWS
    pick_open, pick_close : (S,) int64, seconds after midnight; 0 and 86,400 = always open
    pick_flow : (S,) bool, True: orders reach the desk when placed; False: at 19:00
    lead_days : (S, S) int64, days from parent (column) to child (row); -1 = no lane
    lane_cost : (S, S) int64, ticks per case on the lane, paid by the manufacturer
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kind: IntArray
    independent: BoolArray
    area: IntArray
    lat: FloatArray
    lon: FloatArray
    fixed_cost: IntArray
    handling_cost: IntArray
    capacity_cases: FloatArray
    working_capital: IntArray
    pick_order_seconds: IntArray
    pick_line_seconds: IntArray
    pick_law: IntArray
    pick_open: IntArray
    pick_close: IntArray
    pick_flow: BoolArray
    lead_days: IntArray
    lane_cost: IntArray


@dataclass(frozen=True)
class Vehicles(Columns):
    """Vehicle types (V rows).

    Attributes
    ----------
    ids : (V,) str
    cases, drops : (V,) int64, capacity of one tour
    shift_seconds : (V,) int64, longest tour, from leaving to returning
    speed : (V,) float64, km/h
    drop_seconds, case_seconds : (V,) int64, time at a stop
    day_cost : (V,) int64, ticks per tour (vehicle and driver for the day)
    km_cost : (V,) int64, ticks per km
    """

    ids: tuple[str, ...]
    cases: IntArray
    drops: IntArray
    shift_seconds: IntArray
    speed: FloatArray
    drop_seconds: IntArray
    case_seconds: IntArray
    day_cost: IntArray
    km_cost: IntArray


@dataclass(frozen=True)
class Roles(Columns):
    """Roles of people who call on outlets (K rows).

    Attributes
    ----------
    ids : (K,) str
    wage : (K,) int64, ticks per month, all fixed pay and charges
    field_seconds : (K,) int64, usable field time of a day (travel and calls)
    max_calls, max_outlets : (K,) int64, calls of a day; outlets of one person
    speed : (K,) float64, km/h
    stop_seconds : (K,) int64, parking and walking per call
    call_seconds : (K, 3) int64, time in an outlet of grade A, B, C
    """

    ids: tuple[str, ...]
    wage: IntArray
    field_seconds: IntArray
    max_calls: IntArray
    max_outlets: IntArray
    speed: FloatArray
    stop_seconds: IntArray
    call_seconds: IntArray


@dataclass(frozen=True)
class Modes(Columns):
    """Channel modes (M rows): how each mode works and how people in it respond.

    Attributes
    ----------
    ids, names : (M,) str
    capture : (M,) int64, row of CAPTURES
    carrier : (M,) int64, row of CARRIERS
    solicitor : (M,) int64, row of SOLICITORS: rep = the manufacturer's, salesman = the
        site owner's
    role : (M,) int64, row of Roles of the solicitor, or -1
    strike : (M,) float64, probability that a call ends in an order at effort 1
    lift : (M,) float64, share of the missing execution that a productive call restores
        (for modes without calls: that a placed order restores)
    effort : (M, L) float64, effort levels (multipliers of strike), one per level
    effort_cost : (M, L) int64, ticks per month and person, private cost of the level
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    capture: IntArray
    carrier: IntArray
    solicitor: IntArray
    role: IntArray
    strike: FloatArray
    lift: FloatArray
    effort: FloatArray
    effort_cost: IntArray


@dataclass(frozen=True)
class Behaviour:
    """How consumers, outlets and sellers respond.

    Attributes
    ----------
    half_life : float, days in which half of the execution is lost without calls
    floor, ceiling : float, demand multiplier at execution 0 and 1
    opening_execution : float, execution of every outlet on day 0
    response : float, elasticity of a seller's sales to strike, as sellers believe it
    effort_speed : float, share of the way to the best response made in a month
    price_weight : float, logit weight per currency unit of landed price per case
    habit : float, logit bonus of the assigned wholesaler
    haul_cost : int, ticks per case and km that an outlet reckons for fetching goods
    reach_metres : int, farthest wholesaler that an outlet considers
    online_shift : float, share of an outlet's consumer demand that moves online with O2O
    online_new : float, extra demand that O2O brings, share of the outlet's demand
    """

    half_life: float
    floor: float
    ceiling: float
    opening_execution: float
    response: float
    effort_speed: float
    price_weight: float
    habit: float
    haul_cost: int
    reach_metres: int
    online_shift: float
    online_new: float


@dataclass(frozen=True)
class Calendar:
    """Time and what it does to demand.

    Attributes
    ----------
    start : date of day 0
    horizon_days, warmup_days : int; results are counted from day `warmup_days` on
    factor : (H, P) float64, season x weekday x trend x events
    month : (H,) int64, number of the calendar month, 0 for the month of day 0
    working : (H,) bool, reps call and trucks drive
    shock_days : int, days that one shock lasts
    market_shock, product_shock, outlet_shock : float, sigma of the lognormal, mean-one
        shocks common to all outlets and products, to a product, to an outlet
    """

    start: datetime.date
    horizon_days: int
    warmup_days: int
    factor: FloatArray
    month: IntArray
    working: BoolArray
    shock_days: int
    market_shock: float
    product_shock: float
    outlet_shock: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for column in (self.factor, self.month, self.working):
            column.flags.writeable = False


@dataclass(frozen=True)
class Finance:
    """Money facts of the market.

    Attributes
    ----------
    currency : str, ISO code
    vat_ppm : int, prices in the pack include it, prices in the model do not
    interest_ppm : int, per year, on stock and receivables less payables
    """

    currency: str
    vat_ppm: int
    interest_ppm: int


@dataclass(frozen=True)
class Market:
    """One market under one scenario."""

    name: str
    products: Products
    segments: Segments
    areas: Areas
    geography: Geography
    chain_ids: tuple[str, ...]
    outlets: Outlets
    sites: Sites
    vehicles: Vehicles
    roles: Roles
    modes: Modes
    behaviour: Behaviour
    calendar: Calendar
    finance: Finance
    empirical: Empirical | None = None
    source_choice: SourceChoice | None = None
    field_work: FieldWork | None = None
    delivery: Delivery | None = None
    elasticity: Elasticity | None = None
    payments: PaymentBehaviour | None = None
    screening: Screening | None = None
    limits: SiteLimits | None = None
    execution: Execution | None = None
    supply: Supply | None = None
    catchment: Catchment | None = None
    perishing: Perishing | None = None
    empties: Empties | None = None
    stockout: Stockout | None = None
