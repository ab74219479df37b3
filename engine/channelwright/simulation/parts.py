"""What the parts of one replication share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Types only: the parts import this module.
    from channelwright.foundation.random import Address
    from channelwright.simulation.books import Books
    from channelwright.simulation.cash.postings import Postings
    from channelwright.simulation.network import Network
    from channelwright.simulation.records.recording import Recorder
    from channelwright.simulation.state import State
    from channelwright.tables.sink import Sink


@dataclass(frozen=True)
class Parts:
    """One replication: what it plays, what is true now, and where it is written down.

    Attributes
    ----------
    network, address : market and design, and the random world
    state : changes from phase to phase
    postings, recorder, books : money by key, sums of the period, totals that must balance
    sink : receives the tables
    detail : whether detail tables are written
    """

    network: Network
    address: Address
    state: State
    postings: Postings
    recorder: Recorder
    books: Books
    sink: Sink
    detail: bool
