"""KPI table of what choosing sites bought from whom."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.suppliers import choosers
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk
from channelwright.tables.supplier_tables import SUPPLY_CELLS


class SupplyRecorder:
    """Adds up what choosing sites bought from whom until the period ends."""

    def __init__(self, network: Network) -> None:
        self._chooses = choosers(network.design)
        self._network = network
        count = len(network.market.sites)
        self.on = bool(self._chooses.any())
        names = SUPPLY_CELLS.names[3:]
        self._sums = np.zeros((len(names), count, count) if self.on else (0, 0, 0), dtype=np.int64)

    def of_shipments(self) -> tuple[BoolArray, IntArray, IntArray]:
        """Return who chooses, ticks per case of lanes, and sums to add replenishments to."""
        return self._chooses, self._network.market.sites.lane_cost.copy(), self._sums

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        site, source = np.nonzero(self._sums[0])
        chunk = {
            "period": np.full(len(site), period, dtype=np.int64),
            "site": site,
            "source": source,
        }
        names = SUPPLY_CELLS.names[3:]
        chunk |= {name: self._sums[row][site, source] for row, name in enumerate(names)}
        self._sums[:] = 0
        return chunk
