"""Kernels round whole metres and days with functions of their own; where that is close, NumPy does.

The last bit of a sine, an arcsine or a logarithm may differ between two libraries.
"""

import numpy as np
import pytest

from channelwright.foundation.random import Address, Purpose
from channelwright.rules import geography
from channelwright.rules.roads import UNSURE, Roads, road_metres
from channelwright.simulation import laws, replicate
from channelwright.simulation.cash import invoice_kernels as invoices
from channelwright.simulation.cash import invoicing
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.tables.sink import MemorySink
from tests.support import random_market

ADDRESS = Address(11, 3)
SEEDS = range(16)


def tables(market, design):
    sink = MemorySink()
    replicate(market, design, ADDRESS, sink, keep="orders")
    return {name: sink.table(name) for name in sorted(sink.names())}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name, columns in one.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, other[name][column], err_msg=f"{name}.{column}")


def with_tours():
    """Markets whose trucks go from one outlet to the next, or round by the day."""
    for seed in SEEDS:
        market, design = random_market(seed)
        yield market, design


def test_a_way_is_that_of_the_rules_or_in_doubt():
    sure = 0
    for market, _ in with_tours():
        roads, points = Roads(market), geography.outlet_points(market)
        every = np.arange(len(market.outlets))
        table = geography.distance_table(market.geography, points, points)
        for a in every:
            for b in every:
                found = road_metres(roads.points, a, b, roads.factor)
                if points.zone[a] != points.zone[b]:
                    assert found == UNSURE
                elif found != UNSURE:
                    assert found == table[a, b]
                    sure += 1
    assert sure > 1000


def longest(market):
    """Return the longest way within a zone, in metres, and its ends."""
    points = geography.outlet_points(market)
    table = geography.distance_table(market.geography, points, points)
    table[points.zone[:, None] != points.zone] = 0
    a, b = np.unravel_index(table.argmax(), table.shape)
    return int(table[a, b]), int(a), int(b)


def test_a_way_that_rounds_up_or_down_is_in_doubt():
    market = max((pair[0] for pair in with_tours()), key=lambda market: longest(market)[0])
    roads, points = Roads(market), geography.outlet_points(market)
    _, a, b = longest(market)
    far = float(geography.great_circle(points.lat[a], points.lon[a], points.lat[b], points.lon[b]))
    assert far > 100
    half = (np.floor(far) + 0.5) / far
    assert road_metres(roads.points, a, b, half) == UNSURE
    assert road_metres(roads.points, a, b, half * (1 + 1e-12)) == UNSURE
    assert road_metres(roads.points, a, b, half * (1 + 1e-5)) != UNSURE


def test_days_are_the_same_when_numpy_finds_every_way(monkeypatch):
    plain = [tables(*pair) for pair in with_tours()]
    asked = []
    make, legs, table = Roads.__init__, Roads.legs, Roads.table

    def apart(self, market):
        make(self, market)
        angle, lon, cosine, zone = self.points
        self.points = angle, lon, cosine, np.arange(len(zone))

    monkeypatch.setattr(Roads, "__init__", apart)
    monkeypatch.setattr(Roads, "legs", lambda *given: asked.append("legs") or legs(*given))
    monkeypatch.setattr(Roads, "table", lambda *given: asked.append("table") or table(*given))
    for pair, found in zip(with_tours(), plain, strict=True):
        assert_same(tables(*pair), found)
    assert {"legs", "table"} <= set(asked)


def terms(delay):
    """Terms of one outlet with one option, due at once, and a mean delay."""
    none, one = np.zeros(0), np.zeros((1, 1), dtype=np.int64)
    key = np.uint64(ADDRESS.seed), np.uint64(ADDRESS.replication)
    return (one, one, np.zeros(1, dtype=np.int64), key), (np.array([delay]), none, none)


def block():
    result = np.zeros((invoices.INVOICE_ROWS, 1), dtype=np.int64)
    result[invoices.FIXED], result[invoices.AMOUNT] = ON_TERMS, 100
    return result


def test_days_of_delay_that_may_round_up_or_down_are_in_doubt():
    day, outlet = 5, np.zeros(1, dtype=np.int64)
    uniform = ADDRESS.at(Purpose.PAYMENT_DELAY, day, outlet)
    none = np.zeros(0, dtype=np.int64)
    edge = 9 / -np.log1p(-uniform[0])
    for delay, sure in ((edge, False), (edge * (1 - 1e-12), False), (edge * 1.01, True)):
        written = block()
        assert invoices.date(written, day, *terms(delay), none) is sure
        if sure:
            late = laws.delay_days(uniform, np.array([delay]))
            assert written[invoices.PAID, 0] == day + late[0] == day + 9
    written = block()
    assert invoices.date(written, day, *terms(edge), np.array([9]))
    assert (written[invoices.DUE, 0], written[invoices.PAID, 0]) == (day, day + 9)


@pytest.mark.parametrize("first", [0, 20])
def test_days_are_the_same_when_numpy_draws_every_delay(monkeypatch, first):
    pairs = [random_market(seed) for seed in range(first, first + 20)]
    plain = [tables(*pair) for pair in pairs]
    date, doubted = invoicing.date, []

    def doubting(written, day, known, delays, given):
        sure = date(written, day, known, delays, given)
        doubted.append(written.shape[1])
        return sure and len(given) > 0

    monkeypatch.setattr(invoicing, "date", doubting)
    for pair, found in zip(pairs, plain, strict=True):
        assert_same(tables(*pair), found)
    assert sum(doubted) > 100
