"""Money of the measured days by outlet, for what it costs to serve each."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.outputs import OUTLET_CELLS, OUTLET_LEDGER
from channelwright.tables.sink import Chunk

_KINDS = len(Party)
_ROOM = 8  # pairs of account and payer at the start; doubled when there are more


class OutletLedger:
    """Money by account, kind of payer and outlet, which the kernel of `Postings` adds up.

    Attributes
    ----------
    entries : sums by slot, (slots, O) of outlets and (slots, modes x sites) of what has none; the
        slot of each pair of account and kind of payer, -1 = none yet; (1,) slots in use
    """

    def __init__(self, network: Network) -> None:
        market = network.market
        self._covered = network.covered
        self._places = (len(market.modes) + 1, len(market.sites) + 1)
        shared = self._places[0] * self._places[1]
        self.entries = (
            np.zeros((_ROOM, len(market.outlets)), dtype=np.int64),
            np.zeros((_ROOM, shared), dtype=np.int64),
            np.full((max(Account) + 1) * _KINDS, -1, dtype=np.int64),
            np.zeros(1, dtype=np.int64),
        )
        self._cells = np.zeros((len(OUTLET_CELLS.names) - 1, len(market.outlets)), dtype=np.int64)

    def grow(self) -> None:
        """Double the room for pairs of account and kind of payer."""
        sums, shared, slot, used = self.entries
        sums = np.concatenate([sums, np.zeros_like(sums)])
        shared = np.concatenate([shared, np.zeros_like(shared)])
        self.entries = sums, shared, slot, used

    def count(self, cells: dict[str, IntArray]) -> None:
        """Add what was counted by outlet in a measured period."""
        for place, name in enumerate(OUTLET_CELLS.names[1:]):
            self._cells[place] += cells[name]

    def tables(self) -> dict[str, Chunk]:
        """Return `outlet_ledger` and `outlet_cells`."""
        sums, common, slots, _ = self.entries
        pairs = np.flatnonzero(slots >= 0)
        parts = []
        for pair in pairs.tolist():
            slot = int(slots[pair])
            outlet = np.flatnonzero(sums[slot])
            shared = np.flatnonzero(common[slot])
            mode, site = np.divmod(shared, self._places[1])
            none, nowhere = np.full_like(shared, -1), np.full_like(outlet, -1)
            total = len(outlet) + len(shared)
            parts.append(
                (
                    np.full(total, pair // _KINDS, dtype=np.int64),
                    np.full(total, pair % _KINDS, dtype=np.int64),
                    np.concatenate([nowhere, mode - 1]),
                    np.concatenate([nowhere, site - 1]),
                    np.concatenate([outlet, none]),
                    np.concatenate([sums[slot, outlet], common[slot, shared]]),
                )
            )
        columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
        if not parts:
            columns = [np.zeros(0, dtype=np.int64)] * len(OUTLET_LEDGER.names)
        cells = [self._covered, *(column[self._covered] for column in self._cells)]
        return {
            "outlet_ledger": dict(zip(OUTLET_LEDGER.names, columns, strict=True)),
            "outlet_cells": dict(zip(OUTLET_CELLS.names, cells, strict=True)),
        }


@kernel
def add_outlets(
    rows: IntArray,
    first: int,
    used: int,
    slot: IntArray,
    slots: IntArray,
    sums: IntArray,
    shared: IntArray,
    sites: int,
) -> int:
    """Add postings (7, ...) to ``entries`` until a pair has no slot; return where to go on."""
    for row in range(first, used):
        pair = rows[0, row] * _KINDS + rows[1, row] // PARTY_STRIDE
        if slot[pair] < 0:
            if slots[0] == sums.shape[0]:
                return row
            slot[pair] = slots[0]
            slots[0] += 1
        place, outlet = slot[pair], rows[5, row]
        if outlet >= 0:
            sums[place, outlet] += rows[6, row]
        else:
            shared[place, (rows[3, row] + 1) * sites + rows[4, row] + 1] += rows[6, row]
    return used
