"""Cover over the order interval: more of it, more on the shelf, where intervals are long."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT

REPLICATIONS = 6
WANTED = ("on_shelf_availability", "sell_out_units", "drop_size")


@pytest.fixture(scope="module")
def pack():
    return read_scenario(ROOT / "tests/data/packs/tiny")


def with_cover(pack, days, intervals):
    """Today's design with shelves of every mode at this cover."""
    design = pack.designs["today"]
    modes = len(pack.market.modes)
    service = replace(
        design.service,
        cover_days=np.full(modes, float(days)),
        interval_cover=np.full(modes, float(intervals)),
    )
    return replace(design, service=service)


def played(pack, design):
    """WANTED by replication, mode DSD: (replications, 3)."""
    rows = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(pack.market, design, Address(5, replication), sink)
        table = kpi_table(pack.market, design, {name: sink.table(name) for name in sink.names()})
        table = table[(table["area"] == "all") & (table["mode"] == "DSD")].set_index("kpi")
        rows.append(table.loc[list(WANTED), "value"].to_numpy())
    return np.array(rows)


def test_cover_of_the_interval_keeps_short_shelves_stocked(pack):
    without, covered = (played(pack, with_cover(pack, 2, n)) for n in (0, 1))
    for column, name in enumerate(WANTED):
        gain = paired_interval(covered[:, column], without[:, column])
        assert gain.low > 0, name


def test_one_interval_is_as_many_days_as_lie_between_order_days(pack):
    design = pack.designs["today"]
    days = np.array([int(bits).bit_count() for bits in design.outlets.order_days])
    weekly = np.flatnonzero(days == 4)
    assert weekly.size
    plan = replace(
        design.outlets, order_days=np.full(len(days), design.outlets.order_days[weekly[0]])
    )
    by_days = replace(with_cover(pack, 9, 0), outlets=plan)
    by_interval = replace(with_cover(pack, 2, 1), outlets=plan)
    assert np.array_equal(played(pack, by_days), played(pack, by_interval))
