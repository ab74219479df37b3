"""KPI table of what choosing sites bought from whom."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.rules.suppliers import choosers
from channelwright.simulation.network import Network
from channelwright.simulation.records.stock_recording import late_days
from channelwright.tables.sink import Chunk
from channelwright.tables.supplier_tables import SUPPLY_CELLS


class SupplyRecorder:
    """Adds up what choosing sites bought from whom until the period ends."""

    def __init__(self, network: Network) -> None:
        self._chooses = choosers(network.design)
        self._network = network
        self._late = late_days(network.market.calendar)
        count = len(network.market.sites)
        self.on = bool(self._chooses.any())
        names = SUPPLY_CELLS.names[3:]
        self._sums = np.zeros((len(names), count, count) if self.on else (0, 0, 0), dtype=np.int64)

    def shipments(
        self, day: int, site: IntArray, source: IntArray, cases: IntArray, value: IntArray
    ) -> None:
        """Add the replenishments of a day: (n,) each."""
        rows = np.flatnonzero(self._chooses[site] & (cases > 0)) if self.on else site[:0]
        if not rows.size:
            return
        lane = site[rows], source[rows]
        freight = cases[rows] * self._network.market.sites.lane_cost[lane]
        late = cases[rows] * int(self._late[day])
        amounts = (np.ones_like(rows), cases[rows], late, value[rows], freight)
        for column, amount in enumerate(amounts):
            np.add.at(self._sums[column], lane, amount)

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
