"""What a request may ask of territories besides whom to appoint."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from channelwright.scenario.rep_shapes import BalanceShape, Pairs
from channelwright.scenario.shapes import Listed, NotNegative, Positive, Shape, Share

Ids = Annotated[tuple[str, ...], Listed]


def _listed_or_all(value: object) -> str:
    return "<all>" if isinstance(value, str) else "<listed>"


Parents = Annotated[
    Annotated[Ids, Field(min_length=1), Tag("<listed>")] | Annotated[Literal["all"], Tag("<all>")],
    Discriminator(_listed_or_all),
]


class RealignmentShape(Shape):
    """What it costs to give an outlet another server, and how many may be moved."""

    per_outlet: NotNegative = Field(default=0.0, description="currency per week and outlet moved")
    per_case: NotNegative = Field(default=0.0, description="currency per case a week that is moved")
    maximum_outlets: Annotated[int, Field(ge=0, le=100_000_000)] | None = Field(
        default=None, description="outlets that may change their server"
    )
    maximum_share: Share | None = Field(
        default=None, description="share of the assigned cases that may change their server"
    )


class SitePriceShape(Shape):
    """Currency a week for a unit beyond the tolerance, by measure."""

    cases: Positive | None = None
    workload: Positive | None = None
    outlets: Positive | None = None


class ForbiddenShape(Shape):
    """A site that must not serve some outlets."""

    site: Annotated[str, Field(min_length=1)]
    outlets: Ids = ()
    areas: Ids = Field(default=(), description="all their outlets")


class SecondTierShape(Shape):
    """Candidates that stand below others, and how many of them may open."""

    below: Annotated[dict[str, Parents], Field(min_length=1)] = Field(
        description="candidate of the second tier: sites that may supply it, or all that could"
    )
    minimum: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="open houses of the second tier at least"
    )
    maximum: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="open houses of the second tier at most"
    )


class TerritoryShape(Shape):
    """Rules of territories; every one may be left out."""

    realignment: RealignmentShape | None = Field(
        default=None, description="price and limit of moving outlets"
    )
    drive_minutes: Positive | None = Field(
        default=None, description="longest drive from a site to an outlet by its vehicle"
    )
    forbidden: Annotated[tuple[ForbiddenShape, ...], Listed] = Field(
        default=(), description="lanes that must not be"
    )
    assigned: dict[str, str] = Field(
        default_factory=dict, description="outlet: site that must serve it"
    )
    together: Annotated[tuple[Annotated[Ids, Field(min_length=2)], ...], Listed] = Field(
        default=(), description="lists of outlets that have one server"
    )
    contiguous: Literal["none", "gabriel", "delaunay", "table"] = Field(
        default="none", description="neighbours over which a territory is connected with its site"
    )
    cap_km: Positive | None = Field(default=None, description="longest way between neighbours")
    balance: BalanceShape = Field(
        default=BalanceShape(), description="share off the mean of the open sites, by measure"
    )
    price: SitePriceShape = Field(
        default=SitePriceShape(), description="cost beyond a tolerance; without, it is hard"
    )
    apart: Pairs = Field(default=(), description="pairs of outlets of two servers")
    minimum_score: Annotated[float, Field(ge=0, le=100)] = Field(
        default=0.0, description="screening score of a house that is newly appointed"
    )
    loss_given_default: Share = Field(
        default=0.0, description="share lost of what a house owes when it defaults"
    )
