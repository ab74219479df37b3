"""The engine and the slow reference give the same detail tables, row for row.

Nothing is shared between them but the model, the random addresses and the declaration of
the tables; so what agrees here is what docs/architecture.md says.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelwright.foundation.random import Address
from channelwright.tables.outputs import DETAIL_TABLES
from channelwright.tables.schema import Table
from tests.reference import simulate
from tests.reference.books import sort_rows
from tests.support import markets, random_market, tiny_market
from tests.support.queues import assert_little, run
from tests.support.random_market import Size

SHOWN = 5
addresses = st.builds(Address, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))


def engine_tables(market, design, address):
    """Detail tables of the engine, in the order of the reference; Little's law holds in them."""
    written, nights = run(market, design, address)
    assert_little(written, nights)
    for table in DETAIL_TABLES:
        assert set(written[table.name]) == set(table.names), f"columns of {table.name}"
    return {table.name: sort_rows(table, written[table.name]) for table in DETAIL_TABLES}


def line(columns, row):
    return ", ".join(f"{name}={values[row]}" for name, values in columns.items())


def rows_of(columns):
    return {line(columns, row) for row in range(len(next(iter(columns.values()))))}


def difference(table: Table, engine, reference):
    """What to read when tables differ: the first rows that only one side has."""
    only_engine = rows_of(engine) - rows_of(reference)
    only_reference = rows_of(reference) - rows_of(engine)
    rows = [f"{table.name}: {len(only_engine)} rows of the engine, {len(only_reference)} missing"]
    for name, columns, only in (
        ("engine", engine, only_engine),
        ("reference", reference, only_reference),
    ):
        first = [text for row in range(_length(columns)) if (text := line(columns, row)) in only]
        rows += [f"  {name:9}  {text}" for text in first[:SHOWN]]
    return rows


def _length(columns):
    return len(next(iter(columns.values())))


def same(table: Table, engine, reference):
    if _length(engine) != _length(reference):
        return False
    return all(
        np.allclose(engine[c.name], reference[c.name], rtol=1e-12, atol=0.0)
        if c.dtype == "float64"
        else np.array_equal(engine[c.name], reference[c.name])
        for c in table.columns
    )


def assert_same_tables(market, design, address):
    engine = engine_tables(market, design, address)
    reference = simulate(market, design, address)
    report: list[str] = []
    for table in DETAIL_TABLES:
        if not same(table, engine[table.name], reference[table.name]):
            report += difference(table, engine[table.name], reference[table.name])
    assert not report, "\n".join([f"{market.name}, {address}", *report])


def test_tiny_market():
    assert_same_tables(*tiny_market(), Address(1, 0))


@given(markets(), addresses)
@settings(max_examples=200)
def test_random_markets(pair, address):
    assert_same_tables(*pair, address)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(50))
def test_five_thousand_markets(block):
    for seed in range(100 * block, 100 * (block + 1)):
        # Every other one is large: from 13 outlets to the 30 of the quick test.
        large = Size(13 + seed % 18, 1 + seed % 3, 1 + seed % 4, 20 + seed % 41)
        size = large if seed % 2 else None
        assert_same_tables(*random_market(seed, size), Address(seed, block))


def test_a_vehicle_with_a_day_of_twenty_hours_begins_no_stop_after_midnight():
    seed, block = 4927, 49  # of the five thousand, the one that differed
    size = Size(13 + seed % 18, 1 + seed % 3, 1 + seed % 4, 20 + seed % 41)
    assert_same_tables(*random_market(seed, size), Address(seed, block))


def test_a_difference_is_reported_with_its_rows():
    table = next(table for table in DETAIL_TABLES if table.name == "effort")
    ours = {"month": [0, 1], "mode": [3, 3], "best": [1, 1], "actual": [1.0, 0.5]}
    theirs = {**ours, "best": [1, 2]}
    ours, theirs = ({k: np.array(v) for k, v in side.items()} for side in (ours, theirs))
    assert not same(table, ours, theirs)
    assert difference(table, ours, theirs) == [
        "effort: 1 rows of the engine, 1 missing",
        "  engine     month=1, mode=3, best=1, actual=0.5",
        "  reference  month=1, mode=3, best=2, actual=0.5",
    ]
