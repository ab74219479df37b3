"""What a design agrees about goods on shelves, beside their price."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.model.consignment import Consignment
from channelwright.model.online import NearbyShelves
from channelwright.model.returns import Returns


@dataclass(frozen=True)
class GoodsPolicy:
    """Each part is None where a design does not name it.

    Attributes
    ----------
    returns : who may send what back (docs/world/returns.md)
    consignment : goods that stay the seller's until sold (docs/world/consignment.md)
    nearby : online orders served from another outlet's shelf (docs/world/online.md)
    """

    returns: Returns | None = None
    nearby: NearbyShelves | None = None
    consignment: Consignment | None = None
