"""What a replication does about goods beside the phases: age, loss, returns, help, parcels."""

from __future__ import annotations

from channelwright.foundation.random import Address
from channelwright.foundation.units import IntArray
from channelwright.simulation.books import Books
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.delivery.empties import Crates
from channelwright.simulation.delivery.parcels import Parcels
from channelwright.simulation.demand.consumers import Sales
from channelwright.simulation.demand.nearby_shelves import NearbyShelves
from channelwright.simulation.network import Network
from channelwright.simulation.records.recording import Recorder
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State
from channelwright.simulation.stock.ageing import Ageing
from channelwright.simulation.stock.consigning import Consignments
from channelwright.simulation.stock.returning import Returning
from channelwright.tables.sink import Sink


class GoodsSide:
    """Goods of one replication; a part that no pack names does nothing."""

    def __init__(
        self,
        network: Network,
        address: Address,
        state: State,
        postings: Postings,
        recorder: Recorder,
        books: Books,
        sink: Sink,
        *,
        detail: bool,
    ) -> None:
        self._state = state
        written = sink if detail else None
        self._ageing = Ageing(network, address, state, postings, recorder, books, written)
        self._crates = Crates(network, postings)
        self._returning = Returning(network, state, postings, sink, detail=detail)
        self.consignments = Consignments(network, address, state, sink, detail=detail)
        self.nearby = NearbyShelves(network, postings, sink, detail=detail)
        booked = (postings, recorder, books, sink)
        self.parcels = Parcels.of(network, address, state, *booked, detail=detail)

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
