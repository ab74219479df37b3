"""KPIs of a whole market over several replications, for tests of direction."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink


def total_kpis(
    market: Market, design: Design, names: Iterable[str], seed: int, replications: int
) -> dict[str, np.ndarray]:
    """Return KPIs over all areas and modes, each (replications,), of replications 0, 1, ..."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for replication in range(replications):
        sink = MemorySink()
        replicate(market, design, Address(seed, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        total = table[(table["area"] == "all") & (table["mode"] == "all")]
        values = total.set_index("kpi")["value"]
        for name in found:
            found[name].append(float(values[name]))
    return {name: np.array(values) for name, values in found.items()}
