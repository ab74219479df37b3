"""What a replication does about goods beside the phases: age, loss, returns, help, parcels."""

from __future__ import annotations

from channelwright.foundation.units import IntArray
from channelwright.simulation.delivery.empties import Crates
from channelwright.simulation.delivery.parcels import Parcels
from channelwright.simulation.demand.nearby_shelves import NearbyShelves
from channelwright.simulation.demand.selling import Sales
from channelwright.simulation.parts import Parts
from channelwright.simulation.rows import Rows
from channelwright.simulation.stock.ageing import Ageing
from channelwright.simulation.stock.consigning import Consignments
from channelwright.simulation.stock.returning import Returning


class GoodsSide:
    """Goods of one replication; a part that no pack names does nothing."""

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state
        self._ageing = Ageing(parts)
        self._crates = Crates(parts.network, parts.postings)
        self._returning = Returning(parts)
        self.consignments = Consignments(parts)
        self.nearby = NearbyShelves(parts)
        self.parcels = Parcels.of(parts)

    def losses(self) -> None:
        """06:00, before the tours: what got old or is missing goes, then slow stock."""
        self._ageing.morning()
        self._returning.morning()
        self._ageing.opened()
        if self.parcels is not None:
            self.parcels.morning()

    def delivered(self, loads: Rows, value: IntArray) -> None:
        """06:00: note what reached outlets; ``value`` in ticks by load."""
        self._crates.delivered(loads)
        self._returning.delivered(loads, value)

    def sold(self, sales: Sales, units: IntArray, price: IntArray) -> None:
        """18:00: book what follows from sales; units and prices (C, P)."""
        self._ageing.sold(units, price)
        self._crates.sold(units)
        self.consignments.sold(units)
        self.nearby.book(self._state.day, sales.fills)
        if self.parcels is not None:
            self.parcels.order()

    def allocate_parcels(self, *, before_outlets: bool) -> None:
        """19:00: serve consumers from sites, if it is their turn."""
        if self.parcels is not None and self.parcels.before_outlets == before_outlets:
            self.parcels.allocate()

    def midnight(self) -> None:
        """24:00: say how old stock is, and what is on consignment."""
        self._ageing.midnight()
        self.consignments.midnight()

    def close(self, period: int) -> None:
        """Write the period's rows of the tables of goods."""
        self._returning.close(period)
        self.nearby.close(period)
        self.consignments.close(period)
        if self.parcels is not None:
            self.parcels.close(period)

    def horizon(self) -> None:
        """Write what is open at the end."""
        if self.parcels is not None:
            self.parcels.horizon()
