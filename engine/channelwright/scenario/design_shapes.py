"""What a design file may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from channelwright.scenario.parcel_shape import ParcelShopShape
from channelwright.scenario.rep_shapes import RepTerritoriesShape
from channelwright.scenario.shapes import (
    FileName,
    Listed,
    Name,
    NotNegative,
    Positive,
    Shape,
    Share,
    Source,
)
from channelwright.scenario.territory_shapes import SecondTierShape, TerritoryShape

Frequency = Annotated[float, Field(ge=0, le=7, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Ids = Annotated[tuple[str, ...], Listed]
#: Tags of either-or parts begin with this sign; they are no keys, so messages leave them out.
TAG_SIGN = "<"


def _listed_or_all(value: object) -> str:
    return "<all>" if isinstance(value, str) else "<listed>"


Candidates = Annotated[
    Annotated[Ids, Tag("<listed>")] | Annotated[Literal["all"], Tag("<all>")],
    Discriminator(_listed_or_all),
]


Options = Annotated[int, Field(ge=1, le=20)]


def _number_or_modes(value: object) -> str:
    return "<modes>" if isinstance(value, dict) else "<number>"


Sources = Annotated[
    Annotated[Options, Tag("<number>")]
    | Annotated[dict[Name, Options], Field(min_length=1), Tag("<modes>")],
    Discriminator(_number_or_modes),
]


class VisitShape(Shape):
    """Calls per week by grade."""

    A: Frequency
    B: Frequency
    C: Frequency


class SitesToChoose(Shape):
    """Which candidate sites to open and which outlets each serves."""

    modes: Annotated[tuple[Name, ...], Listed, Field(min_length=1)] = Field(
        description="modes whose outlets are assigned anew"
    )
    candidates: dict[Name, Candidates] = Field(
        description="mode: sites that may open in it, or all that could"
    )
    minimum: Count | None = Field(default=None, description="open candidates at least")
    maximum: Count | None = Field(default=None, description="open candidates at most")
    minimum_cases: NotNegative = Field(default=0.0, description="cases per week of an open house")
    maximum_share: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0, description="largest share of the assigned volume in one house"
    )
    radius_km: Positive | None = Field(default=None, description="farthest outlet of a site")
    forced: Ids = Field(default=(), description="candidates that must be open")
    locked: Ids = Field(default=(), description="outlets that keep their site")
    rules: TerritoryShape | None = Field(
        default=None, description="realignment, lanes, pairs and screening"
    )
    second_tier: SecondTierShape | None = Field(
        default=None, description="candidates below others; parents are chosen"
    )


class PeopleToChoose(Shape):
    """How many people work in each site and mode, and how often they call."""

    by: Literal["workload", "profit"]
    modes: Annotated[tuple[Name, ...], Listed, Field(min_length=1)]
    frequencies: Annotated[tuple[Frequency, ...], Listed, Field(min_length=1)] = Field(
        default=(0.5, 1.0, 2.0), description="calls per week that may be chosen"
    )
    minimum_frequency: VisitShape = VisitShape(A=0.0, B=0.0, C=0.0)
    maximum_people: Count | None = Field(default=None, description="of all these modes together")
    locked: dict[str, dict[Name, Count]] = Field(
        default_factory=dict, description="site: {mode: people}"
    )
    territories: RepTerritoriesShape | None = Field(
        default=None, description="compact, balanced territories of people; else by rule"
    )


class TermsToChoose(Shape):
    """The incentive split of each mode."""

    modes: Annotated[tuple[Name, ...], Listed, Field(min_length=1)]
    commission: Annotated[tuple[Share, ...], Listed, Field(min_length=1)]
    bonus: Annotated[tuple[NotNegative, ...], Listed, Field(min_length=1)] = (0.0,)
    margin_change: Annotated[tuple[Annotated[float, Field(ge=-1, le=1)], ...], Listed] = Field(
        default=(0.0,), description="change of the owner's margin, share of the outlet price"
    )
    reservation_pay: dict[Name, NotNegative] = Field(
        description="role: currency per month that a person can earn elsewhere"
    )
    reservation_roi: Annotated[float, Field(ge=0, le=10)] = Field(
        description="return per year that an owner asks"
    )


class ChosenOutlets(Shape):
    """Outlets to assign, from a starting design."""

    optimise: SitesToChoose
    start: Name


class ChosenHeadcount(Shape):
    """Head-count to choose, from a starting design."""

    optimise: PeopleToChoose
    start: Name


class ChosenTerms(Shape):
    """Terms to choose, from a starting design."""

    optimise: TermsToChoose
    start: Name


class HeadcountRule(Shape):
    """Head-count by the workload rule."""

    rule: Literal["workload"]


class NearbyShape(Shape):
    """Online orders that the own shelf cannot serve are served from others; money with VAT."""

    radius_km: Positive = Field(description="road distance to the farthest helper")
    outlet_fee: NotNegative = Field(default=0.0, description="currency per unit, to the helper")
    courier_unit: NotNegative = Field(default=0.0, description="currency per unit")
    courier_km: NotNegative = Field(default=0.0, description="currency per unit and km")


class OnlineShape(Shape):
    """Outlets that sell online: of these segments and areas (empty = all)."""

    segments: Ids = ()
    areas: Ids = ()
    nearby: NearbyShape | None = Field(default=None, description="help from other shelves")


def _part(value: object) -> str:
    if isinstance(value, dict):
        if "optimise" in value:
            return "<optimise>"
        if "rule" in value:
            return "<rule>"
    return "<given>"


def _kind(value: object) -> str:
    if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
        return "<modes>"
    return "<grades>"


_Given = Annotated[Source, Tag("<given>")]


class QueueShape(Shape):
    """What outlets add to the priority of their mode when stock is short."""

    grade: dict[Literal["A", "B", "C"], Count] = Field(default_factory=dict)
    segment: dict[Name, Count] = Field(default_factory=dict)
    chain: dict[Name, Count] = Field(default_factory=dict)


class DesignShape(Shape):
    """One design: every part given, or some parts to choose."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    counterfactual: bool = Field(default=False, description="not open to this market as it is")
    extends: FileName | None = Field(default=None, description="design file beside this one")
    sites: Source = Field(description="table design_sites; sites not named are closed")
    outlets: Annotated[
        _Given | Annotated[ChosenOutlets, Tag("<optimise>")], Discriminator(_part)
    ] = Field(description="table design_outlets, or to choose")
    headcount: Annotated[
        _Given
        | Annotated[HeadcountRule, Tag("<rule>")]
        | Annotated[ChosenHeadcount, Tag("<optimise>")],
        Discriminator(_part),
    ] = Field(description="table design_headcount, the workload rule, or to choose")
    visits: Annotated[
        Annotated[VisitShape, Tag("<grades>")] | Annotated[dict[Name, VisitShape], Tag("<modes>")],
        Discriminator(_kind),
    ] = Field(description="calls per week by grade, for all modes with calls or per mode")
    sources: dict[Name, Sources] = Field(
        default_factory=dict,
        description="mode: sites among which an outlet chooses, or {mode of the sale: sites}",
    )
    terms: Annotated[_Given | Annotated[ChosenTerms, Tag("<optimise>")], Discriminator(_part)] = (
        Field(description="table design_terms, or to choose")
    )
    prices: Source | None = Field(default=None, description="table design_prices")
    service: Source = Field(description="table design_service")
    o2o: OnlineShape | None = Field(default=None, description="outlets that sell online")
    online_fee: NotNegative = Field(default=0.0, description="currency per unit, with VAT")
    queue: QueueShape | None = Field(default=None, description="places when stock is short")
    levels: Source | None = Field(default=None, description="table design_levels")
    asking: Source | None = Field(default=None, description="table design_asking")
    rights: Source | None = Field(default=None, description="table design_rights")
    contracts: Source | None = Field(default=None, description="table design_contracts")
    listing: Source | None = Field(default=None, description="table design_listing")
    rebate_tiers: Source | None = Field(default=None, description="table design_rebate_tiers")
    returns: Source | None = Field(default=None, description="table design_returns")
    consignment: Source | None = Field(default=None, description="table design_consignment")
    parcels: Source | None = Field(default=None, description="table design_parcels")
    parcel_shop: ParcelShopShape | None = Field(
        default=None, description="how parcels are sold to consumers and sent"
    )
    stock: Source | None = Field(default=None, description="table design_stock")
    shelves: Source | None = Field(default=None, description="table design_shelves")
    suppliers: Source | None = Field(default=None, description="table design_suppliers")
    consumer_prices: Source | None = Field(default=None, description="table design_consumer_prices")
    promotions: Source | None = Field(default=None, description="table design_promotions")
    credit: Source | None = Field(default=None, description="table design_credit")
    account_credit: Source | None = Field(default=None, description="table design_account_credit")
    dunning: Source | None = Field(default=None, description="table design_dunning")
    approval: Source | None = Field(default=None, description="table design_approval")
    collecting: Source | None = Field(default=None, description="table design_collecting")
    forecast: Source | None = Field(default=None, description="table design_forecast")
    neighbours: Source | None = Field(default=None, description="table design_neighbours")
    shortage: Source | None = Field(default=None, description="table design_shortage")
    calibration: Source | None = Field(
        default=None, description="table design_calibration; requests only"
    )
