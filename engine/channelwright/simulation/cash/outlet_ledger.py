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
    """Adds up postings by account, kind of payer and outlet."""

    def __init__(self, network: Network) -> None:
        market = network.market
        self._covered = network.covered
        self._places = (len(market.modes) + 1, len(market.sites) + 1)
        self._slot = np.full((max(Account) + 1) * _KINDS, -1, dtype=np.int64)
        self._sums = np.zeros((_ROOM, len(market.outlets)), dtype=np.int64)
        self._shared = np.zeros((_ROOM, self._places[0] * self._places[1]), dtype=np.int64)
        self._used = 0
        self._cells = np.zeros((len(OUTLET_CELLS.names) - 1, len(market.outlets)), dtype=np.int64)

    def add(self, rows: IntArray, used: int) -> None:
        """Add postings: the first ``used`` columns of (7, n), as `Postings` keeps them."""
        row = 0
        while row < used:
            row, self._used = _add(
                rows, row, used, self._slot, self._used, self._sums, self._shared, self._places[1]
            )
            if row < used:
                self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
                self._shared = np.concatenate([self._shared, np.zeros_like(self._shared)])

    def count(self, cells: dict[str, IntArray]) -> None:
        """Add what was counted by outlet in a measured period."""
        for place, name in enumerate(OUTLET_CELLS.names[1:]):
            self._cells[place] += cells[name]

    def tables(self) -> dict[str, Chunk]:
        """Return `outlet_ledger` and `outlet_cells`."""
        pairs = np.flatnonzero(self._slot >= 0)
        parts = []
        for pair in pairs.tolist():
            slot = int(self._slot[pair])
            outlet = np.flatnonzero(self._sums[slot])
            shared = np.flatnonzero(self._shared[slot])
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
                    np.concatenate([self._sums[slot, outlet], self._shared[slot, shared]]),
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
def _add(
    rows: IntArray,
    first: int,
    used: int,
    slot: IntArray,
    slots: int,
    sums: IntArray,
    shared: IntArray,
    sites: int,
) -> tuple[int, int]:
    """Add rows until a pair has no room; return the row to go on with, and the slots in use."""
    for row in range(first, used):
        pair = rows[0, row] * _KINDS + rows[1, row] // PARTY_STRIDE
        if slot[pair] < 0:
            if slots == sums.shape[0]:
                return row, slots
            slot[pair] = slots
            slots += 1
        place, outlet = slot[pair], rows[5, row]
        if outlet >= 0:
            sums[place, outlet] += rows[6, row]
        else:
            shared[place, (rows[3, row] + 1) * sites + rows[4, row] + 1] += rows[6, row]
    return used, slots
