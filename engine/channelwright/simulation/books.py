"""The books of a replication: units and money, checked in every run."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.errors import ConservationError
from channelwright.simulation.network import Network
from channelwright.simulation.records.shelf_sums import Taken
from channelwright.simulation.state import State


@dataclass
class Books:
    """Running totals. Units: units; money: ticks.

    Attributes
    ----------
    opening, made, sold, parcels, lost : units at the start, from plants, bought by consumers at
        outlets, brought to them less sent back, thrown away or missing
    goods, invoiced, paid, written_off : goods posted, invoices written, paid, given up
    drawn, unserved : units that consumers wanted, and did not get, where consumers react
    """

    opening: int = 0
    made: int = 0
    sold: int = 0
    parcels: int = 0
    lost: int = 0
    goods: int = 0
    invoiced: int = 0
    paid: int = 0
    written_off: int = 0
    drawn: int = 0
    unserved: int = 0

    def note_sales(self, taken: Taken) -> None:
        """Add the consumer sales of a day."""
        self.sold += taken.sold
        self.drawn += taken.drawn
        self.unserved += taken.unserved

    def check(self, network: Network, state: State) -> None:
        """Compare the totals with what is in the state.

        Raises
        ------
        ConservationError
            If units or money were lost or made; always a defect of the engine.
        """
        closing = units_held(network, state)
        bought = self.sold + self.parcels
        if self.opening + self.made != bought + self.lost + closing:
            message = (
                f"units do not balance: opening {self.opening} + from plants {self.made} is not "
                f"sold {bought} + lost {self.lost} + closing {closing}"
            )
            raise ConservationError(message)
        waiting = 0 if state.waiting is None else int(state.waiting.sum())
        if state.waiting is not None and self.drawn != self.sold + self.unserved + waiting:
            message = (
                f"demand does not balance: drawn {self.drawn} is not sold {self.sold} "
                f"+ not served {self.unserved} + waiting {waiting}"
            )
            raise ConservationError(message)
        receivable = int(state.site_receivable.sum())
        ended = self.paid + self.written_off
        if self.goods != self.invoiced or self.invoiced != ended + receivable:
            message = (
                f"money does not balance: goods {self.goods}, invoices {self.invoiced}, "
                f"paid {self.paid} + written off {self.written_off} + receivable {receivable}"
            )
            raise ConservationError(message)
        negative = min(int(state.shelf.min(initial=0)), int(state.stock.min(initial=0)))
        if negative < 0:
            message = f"stock fell below zero: {negative} units"
            raise ConservationError(message)


def units_held(network: Network, state: State) -> int:
    """Return units on shelves, at sites, on lanes and waiting for delivery."""
    loaded = state.loads["cases"] * network.market.products.units_per_case
    stocks = [state.shelf, state.stock, state.transit, loaded]
    if state.parcels is not None:
        stocks.append(state.parcels.sent)
    return sum(int(stock.sum()) for stock in stocks)
