"""What a design file may ask of the territories of people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from channelwright.scenario.shapes import Listed, Positive, Shape

Tolerance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Pairs = Annotated[tuple[Annotated[tuple[str, str], Listed], ...], Listed]


class BalanceShape(Shape):
    """Share by which a person may be off the mean of the team, by measure."""

    cases: Tolerance | None = None
    workload: Tolerance | None = None
    outlets: Tolerance | None = None


class BalancePriceShape(Shape):
    """Call-km (or call-km²) a week for a unit beyond the tolerance, by measure."""

    cases: Positive | None = None
    workload: Positive | None = None
    outlets: Positive | None = None


class RepTerritoriesShape(Shape):
    """Compact, balanced, connected territories of the people of each team."""

    balance: BalanceShape = Field(
        default=BalanceShape(), description="share off the mean of the team, by measure"
    )
    price: BalancePriceShape = Field(
        default=BalancePriceShape(), description="cost beyond a tolerance; without, it is hard"
    )
    contiguous: Literal["none", "gabriel", "delaunay"] = Field(
        default="gabriel", description="neighbours over which territories are connected"
    )
    cap_km: Positive | None = Field(default=None, description="longest way between neighbours")
    compactness: Literal["distance", "moment"] = Field(
        default="distance", description="calls x km, or calls x km squared, to the centre"
    )
    locked: Annotated[tuple[str, ...], Listed] = Field(
        default=(), description="outlets that keep the company they have in the starting design"
    )
    together: Pairs = Field(default=(), description="pairs of outlets of one person")
    apart: Pairs = Field(default=(), description="pairs of outlets of two people")
