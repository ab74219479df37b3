"""What a design agrees about goods beside their price, and who else they are sold to."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.model.consignment import Consignment
from channelwright.model.online import NearbyShelves
from channelwright.model.parcels import ParcelShop
from channelwright.model.returns import Returns


@dataclass(frozen=True)
class GoodsPolicy:
    """Each part is None where a design does not name it.

    Attributes
    ----------
    returns : who may send what back (docs/world/returns.md)
    consignment : goods that stay the seller's until sold (docs/world/consignment.md)
    nearby : online orders served from another outlet's shelf (docs/world/online.md)
    parcels : goods sold to consumers from own sites (docs/world/parcels.md)
    """

    returns: Returns | None = None
    nearby: NearbyShelves | None = None
    consignment: Consignment | None = None
    parcels: ParcelShop | None = None
