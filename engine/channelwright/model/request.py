"""A request: a design with some parts marked *to choose*."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.calibration import Calibration
from channelwright.model.design import Design
from channelwright.model.rep_territories import RepTerritories
from channelwright.model.second_tier import SecondTier
from channelwright.model.site_shape import SiteShape
from channelwright.model.territory_rules import TerritoryRules


@dataclass(frozen=True)
class SiteChoice:
    """Choose which candidate sites to open and which outlets each serves.

    Attributes
    ----------
    modes : (n,) int64, modes whose outlets are assigned anew
    candidates : (S,) bool, sites that may be opened (for one of `modes`)
    candidate_mode : (S,) int64, mode under which a candidate would work, -1 = none
    forced : (S,) bool, candidates that must be open
    minimum, maximum : int, number of open candidates; -1 = no limit
    minimum_cases : float, cases per week below which a house is not viable
    maximum_share : float, largest share of the assigned volume in one house, 1 = no limit
    radius_metres : int, farthest outlet of a site; 0 = no limit
    locked : (O,) bool, outlets that keep the site of the request's starting design
    rules : TerritoryRules, None = none: realignment, lanes, pairs, screening
    second_tier : SecondTier, None = every site keeps the supplier that planning gives it
    shape : SiteShape, None = territories are compact by cost alone
    """

    modes: IntArray
    candidates: BoolArray
    candidate_mode: IntArray
    forced: BoolArray
    minimum: int
    maximum: int
    minimum_cases: float
    maximum_share: float
    radius_metres: int
    locked: BoolArray
    rules: TerritoryRules | None = None
    second_tier: SecondTier | None = None
    shape: SiteShape | None = None


@dataclass(frozen=True)
class HeadcountChoice:
    """Choose how many people work in each (site, mode) and how often they call.

    Attributes
    ----------
    modes : (n,) int64, modes (with a solicitor) that are sized
    by : str, ``"workload"`` (fixed frequencies) or ``"profit"``
    frequencies : (F,) float, calls per week that may be chosen by ``"profit"``
    minimum_frequency : (3,) float, calls per week at least, by grade A, B, C
    maximum_people : int, of all sized modes together; -1 = no limit
    locked : (S, M) int64, given head-count, -1 = free
    territories : RepTerritories, None = people's territories by the planning rule
    """

    modes: IntArray
    by: str
    frequencies: tuple[float, ...]
    minimum_frequency: tuple[float, float, float]
    maximum_people: int
    locked: IntArray
    territories: RepTerritories | None = None


@dataclass(frozen=True)
class TermsChoice:
    """Choose the incentive split of each mode.

    Attributes
    ----------
    modes : (n,) int64
    commission : (n_values,) int64, ppm values that commission may take
    bonus : (n_values,) int64, ticks per month that the quota bonus may take
    margin_change : (n_values,) int64, ppm of the outlet price by which the owner's margin
        may change (added to the account rebate)
    reservation_pay : (K,) int64, ticks per month that a person of each role can earn
        elsewhere, net of private effort cost
    reservation_roi : int, ppm per year that an owner asks on its capital
    """

    modes: IntArray
    commission: IntArray
    bonus: IntArray
    margin_change: IntArray
    reservation_pay: IntArray
    reservation_roi: int


@dataclass(frozen=True)
class Request:
    """A starting design and what to choose in it; None = given.

    Parts are chosen in the order sites and territories, head-count and visits, terms;
    no joint optimum is claimed. Under a calibration every part takes its coefficients, and the
    answer its forecast, with the multipliers.
    """

    name: str
    title: str
    start: Design
    sites: SiteChoice | None
    headcount: HeadcountChoice | None
    terms: TermsChoice | None
    calibration: Calibration | None = None
