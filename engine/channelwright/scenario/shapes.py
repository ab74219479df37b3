"""What ``scenario.yaml`` may hold: the declaration that reading, messages and schema share."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from channelwright.tables.inputs import MARKET_TABLES

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Text = Annotated[str, Field(max_length=4000)]
FileName = Annotated[str, Field(min_length=1, max_length=500)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: A YAML list becomes a tuple; its items are checked strictly all the same.
Listed = Field(strict=False)


class Shape(BaseModel):
    """Base: unknown keys are refused, nothing is converted, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TableSource(Shape):
    """Where a table is: a file, the sheet of a workbook, and names of its columns."""

    file: FileName
    sheet: Annotated[str, Field(min_length=1, max_length=31)] | None = None
    columns: dict[str, str] = Field(default_factory=dict, description="our column: their column")


def _as_source(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


Source = Annotated[
    TableSource, BeforeValidator(_as_source, json_schema_input_type=str | TableSource)
]


class FinanceShape(Shape):
    """Currency, VAT and interest."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(description="ISO 4217 code")
    vat: Share = Field(description="prices of the pack include it")
    interest: Share = Field(description="per year, on stock and receivables less payables")


class GeographyShape(Shape):
    """From great circle to road."""

    road_factor: Annotated[float, Field(ge=1, le=5)] = Field(
        description="road distance over great-circle distance"
    )


class ShocksShape(Shape):
    """Sigma of the lognormal shocks with mean one."""

    days: Annotated[int, Field(ge=1, le=366)] = Field(description="days that one shock lasts")
    market: Annotated[float, Field(ge=0, le=3)] = Field(description="common to all")
    product: Annotated[float, Field(ge=0, le=3)] = Field(description="of each product")
    outlet: Annotated[float, Field(ge=0, le=3)] = Field(description="of each outlet")


_NO_SHOCKS = ShocksShape(days=7, market=0.0, product=0.0, outlet=0.0)


class CalendarShape(Shape):
    """Time and what it does to demand."""

    start: datetime.date = Field(description="date of day 0")
    horizon_days: Annotated[int, Field(ge=1, le=3660)] = Field(description="simulated days")
    warmup_days: Annotated[int, Field(ge=0, le=3660)] = Field(
        description="days left out of results"
    )
    working_days: Annotated[tuple[Weekday, ...], Listed, Field(min_length=1)] = Field(
        description="reps call and trucks drive"
    )
    holidays: Annotated[tuple[datetime.date, ...], Listed] = Field(
        default=(), description="days on which nobody works"
    )
    weekday: Annotated[
        tuple[
            NotNegative,
            NotNegative,
            NotNegative,
            NotNegative,
            NotNegative,
            NotNegative,
            NotNegative,
        ],
        Listed,
    ] = Field(default=(1.0,) * 7, description="demand factors, Monday first")
    trend_per_year: Annotated[float, Field(gt=-1, le=10)] = Field(
        default=0.0, description="growth of demand"
    )
    shocks: ShocksShape = _NO_SHOCKS


class BehaviourShape(Shape):
    """How consumers, outlets and sellers respond."""

    half_life: Positive = Field(description="days in which half of the execution is lost")
    floor: Annotated[float, Field(ge=0, le=100)] = Field(description="demand at execution 0")
    ceiling: Annotated[float, Field(ge=0, le=100)] = Field(description="demand at execution 1")
    opening_execution: Share = Field(description="execution of every outlet on day 0")
    response: NotNegative = Field(description="elasticity of sales to strike that sellers expect")
    effort_speed: Share = Field(description="way to the best response made in a month")
    price_weight: NotNegative = Field(
        default=0.0, description="logit weight per currency unit of landed price per case"
    )
    habit: Number = Field(default=0.0, description="logit bonus of the assigned wholesaler")
    haul_cost: NotNegative = Field(default=0.0, description="currency per case and km")
    reach_km: Positive = Field(
        default=1e6, description="farthest wholesaler that an outlet considers"
    )
    online_shift: Share = Field(default=0.0, description="demand that moves online with O2O")
    online_new: NotNegative = Field(default=0.0, description="extra demand with O2O")


class SourceChoiceShape(Shape):
    """Logit weights of an outlet's choice among sources, beside price, haul and habit."""

    credit: NotNegative = Field(default=0.0, description="per day of payment terms")
    minimum: NotNegative = Field(default=0.0, description="lost per case of the smallest order")
    wait: NotNegative = Field(default=0.0, description="lost per promised day of delivery")
    stock: NotNegative = Field(default=0.0, description="share of the order on hand at the source")


class PartShape(Shape):
    """One part of execution: a share in [0, 1] that multiplies demand."""

    low: Annotated[float, Field(ge=0, le=100)] = Field(description="demand at share 0")
    high: Annotated[float, Field(ge=0, le=100)] = Field(description="demand at share 1")
    opening: Share = Field(default=0.5, description="share on day 0")
    half_life: Positive = Field(default=14.0, description="days in which half is lost")
    lift: NotNegative = Field(default=1.0, description="of an order, over the lift of the mode")


class ColdShape(PartShape):
    """Cold space lasts longer."""

    half_life: Positive = Field(default=28.0, description="days in which half is lost")


class RangeShape(Shape):
    """Which products an outlet lists."""

    opening: Share = Field(default=0.8, description="share of products listed on day 0")
    half_life: Positive = Field(default=28.0, description="days in which half is dropped")
    gain: NotNegative = Field(
        default=1.0, description="chance that an order day lists a product, over the mode's lift"
    )


class ExecutionShape(Shape):
    """Execution in full, in the place of the single one of `behaviour`."""

    display: PartShape | None = None
    cold: ColdShape | None = None
    price: PartShape | None = Field(default=None, description="price compliance")
    range: RangeShape | None = None


class CatchmentShape(Shape):
    """How consumers choose among points of sale."""

    decay_per_km: NotNegative = Field(description="loss of log attraction per road km")
    radius_km: Annotated[float, Field(gt=0, le=200)] = Field(description="farthest way to buy")
    no_purchase: NotNegative = Field(default=0.0, description="attraction of buying nothing")


class StockoutShape(Shape):
    """What consumers do at an empty shelf; the rest is lost."""

    wait: Share = Field(default=0.0, description="come again tomorrow")
    product: Share = Field(default=0.0, description="take another product of the outlet")
    outlet: Share = Field(default=0.0, description="go to the nearest other outlet")
    radius_km: Annotated[float, Field(gt=0, le=50)] = Field(
        default=1.0, description="farthest other outlet, road"
    )


_TABLE_NAMES = {"enum": list(MARKET_TABLES)}


class MarketShape(Shape):
    """What no design can change."""

    finance: FinanceShape
    geography: GeographyShape
    calendar: CalendarShape
    behaviour: BehaviourShape
    execution: ExecutionShape | None = Field(
        default=None, description="range, display, cold space and price compliance in full"
    )
    source_choice: SourceChoiceShape | None = None
    catchment: CatchmentShape | None = Field(
        default=None, description="consumers choose among outlets, rivals and no purchase"
    )
    stockout: StockoutShape | None = Field(
        default=None, description="consumers react to empty shelves"
    )
    tables: dict[Annotated[str, WithJsonSchema(_TABLE_NAMES)], Source] = Field(
        description="name of a table: file"
    )


def _share(value: object) -> object:
    """Return ``0.25 %`` as 0.0025; anything else as it is."""
    if not isinstance(value, str) or not value.strip().endswith("%"):
        return value
    try:
        return float(value.strip().removesuffix("%")) / 100.0
    except ValueError:
        return value


Tolerance = Annotated[
    Annotated[float, Field(ge=0, lt=1)],
    BeforeValidator(_share, json_schema_input_type=float | str),
]


class GateShape(Shape):
    """A KPI that a design must reach."""

    kpi: Name
    design: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        default="*", description="name of a design, * = each"
    )
    at_least: Number | None = None
    at_most: Number | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    paired: bool = Field(default=False, description="bound of the difference to the baseline")
    not_below: Literal["golden"] | None = Field(
        default=None, description="golden: not below the stored golden study by more than tolerance"
    )
    not_above: Literal["golden"] | None = None
    tolerance: Tolerance | None = Field(
        default=None, description="share of the golden mean, such as 0.25 %"
    )
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="bounds hold for this quantile over random worlds"
    )
    reaches: Number | None = Field(
        default=None, description="bounds hold for the probability of a value of at least this"
    )
    stays_below: Number | None = Field(
        default=None, description="bounds hold for the probability of a value of at most this"
    )


class FactShape(Shape):
    """A fact of the baseline that the report checks."""

    kpi: Name
    at_least: Number | None = None
    at_most: Number | None = None
    text: Text
    source: Text


class StudyShape(Shape):
    """What to compare."""

    designs: Annotated[tuple[Name, ...], Listed, Field(min_length=1)]
    baseline: Name
    scenarios: Annotated[tuple[Name, ...], Listed, Field(min_length=1)] = ("base",)
    replications: Annotated[int, Field(ge=1, le=100_000)]
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)]
    expect: Annotated[tuple[GateShape, ...], Listed] = ()
    allow_few_areas: bool = Field(default=False, description="fewer than six areas are meant")


class NoteShape(Shape):
    """What is real, derived or assumed."""

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["real", "derived", "assumed"]
    text: Text
    source: Text = ""


_Areas = Annotated[tuple[Name, ...], Listed]
_Months = Annotated[int, Field(ge=0, le=24)]


class TransitionShape(Shape):
    """The way from the baseline to a design; every key may be left out."""

    months: Annotated[int, Field(ge=3, le=120)] = Field(default=36, description="of the path")
    pilot: _Areas = Field(default=(), description="areas that change first; none = one is chosen")
    pilot_months: _Months = Field(default=3, description="from the pilot to the first wave")
    waves: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3, description="groups in which the other areas change"
    )
    wave_months: _Months = Field(default=3, description="between waves")
    order: Annotated[tuple[_Areas, ...], Listed] = Field(
        default=(), description="the waves themselves, pilot first: lists of areas"
    )
    hire_cost: NotNegative = Field(default=0.0, description="currency per person hired")
    training_months: _Months = Field(default=1, description="on the payroll before the change")
    notice_months: NotNegative = Field(default=1.0, description="wages of those who leave")
    severance_months: NotNegative = Field(default=0.0, description="wages of those who leave")
    redeploy: Share = Field(
        default=0.0, description="of people whose work ends who take a new place of the wave"
    )
    compensation_months: NotNegative = Field(
        default=0.0, description="profit of a house whose contract ends"
    )
    buy_back: NotNegative = Field(
        default=1.0, description="of the stock value of a house that ends"
    )
    resale: NotNegative = Field(default=1.0, description="of that value, a month later")
    clearing_months: _Months = Field(
        default=1, description="in which changing accounts pay what they owe"
    )
    clearing_loss: Share = Field(default=0.0, description="of their volume meanwhile")
    unrecovered: Share = Field(default=0.0, description="of what they owe, never paid")
    dip: Share = Field(default=0.0, description="of the volume of changed outlets, first month")
    dip_months: _Months = Field(default=3, description="over which the loss fades")
    opening_cost: NotNegative = Field(default=0.0, description="currency per site that opens")
    discount: Share | None = Field(default=None, description="per year; left out = market.finance")


_Override = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "propertyNames": {"pattern": r"^market\."}}),
]


class SweepShape(Shape):
    """One field at several values: a family of scenarios, or of one design."""

    field: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="as an override says it, or designs.<name>.<field>"
    )
    values: Annotated[
        Annotated[tuple[Any, ...], Listed, Field(min_length=1)]
        | Annotated[dict[Name, Any], Field(min_length=1)],
        Field(description="values, or values by name"),
    ]


class PackShape(Shape):
    """A scenario pack."""

    channelwright: Literal[1] = Field(description="format of the pack")
    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Text = ""
    extends: FileName | None = Field(default=None, description="file of this pack; this one wins")
    market: MarketShape
    designs: Annotated[dict[Name, FileName], Field(min_length=1)]
    overrides: dict[Name, _Override] = Field(default_factory=dict)
    scenarios: dict[Name, Annotated[tuple[Name, ...], Listed]] = Field(default_factory=dict)
    sweep: dict[Name, SweepShape] = Field(
        default_factory=dict, description="families over fields of the market or of a design"
    )
    study: StudyShape
    facts: Annotated[tuple[FactShape, ...], Listed] = ()
    evidence: Annotated[tuple[NoteShape, ...], Listed] = ()
    history: Source | None = None
    transition: TransitionShape | None = Field(
        default=None, description="the way from the baseline to a design, month by month"
    )
