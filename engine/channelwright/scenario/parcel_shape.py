"""How a design file says that it sells parcels to consumers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from channelwright.scenario.shapes import Name, NotNegative, Shape, Share

_Days = Annotated[int, Field(ge=0, le=365)]


class ParcelShopShape(Shape):
    """Parcels to the consumers of the areas in table `design_parcels`; fee, free_from with VAT."""

    mode: Name = Field(description="row of table modes under which it is reported")
    price: Annotated[float, Field(gt=0, le=100)] = Field(
        default=1.0, description="of the consumer price"
    )
    pack: Literal["case", "unit"] = Field(default="case", description="what an order counts in")
    packs: Annotated[float, Field(ge=1, le=100)] = Field(
        default=1.0, description="mean packs of a pick"
    )
    basket: Annotated[float, Field(ge=1, le=100)] = Field(
        default=1.0, description="mean picks of an order; 1 = one product each"
    )
    parcel_cases: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1, description="cases in the largest parcel"
    )
    cutoff: str = Field(default="16:00", description="later orders are handled a day later")
    before_outlets: bool = Field(default=False, description="take stock before outlets do")
    wait_days: _Days = Field(default=0, description="evenings that consumers wait for stock")
    packers: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=0, description="people at the bench of each site; 0 = nobody waits"
    )
    pack_seconds: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=0, description="per parcel"
    )
    packing: NotNegative = Field(default=0.0, description="currency per parcel")
    fee: NotNegative = Field(default=0.0, description="currency per order, paid by the consumer")
    free_from: NotNegative | None = Field(
        default=None, description="order value without a fee; left out = none"
    )
    payment_fee: Share = Field(default=0.0, description="of what consumers pay")
    returns: Share = Field(default=0.0, description="orders that are sent back")
    return_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="from delivery to the stock"
    )
    return_cost: NotNegative = Field(default=0.0, description="currency per parcel")
