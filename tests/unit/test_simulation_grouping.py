"""Sums over equal keys against a plain dictionary."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from channelwright.simulation.grouping import SumTable, enter_sums, group_sums, radix_order

amounts = st.integers(-(10**15), 10**15)
rows_of_three_keys = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 6 * 10**8), st.integers(-5000, 5000), amounts),
    max_size=60,
)


def plain_sums(rows):
    sums = defaultdict(int)
    for *key, amount in rows:
        sums[tuple(key)] += amount
    return [(*key, amount) for key, amount in sorted(sums.items()) if amount]


@given(rows_of_three_keys, st.integers(0, 5))
def test_groups_are_those_of_a_dictionary(rows, room):
    columns = np.zeros((4, len(rows) + room), dtype=np.int64)
    columns[:, : len(rows)] = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    found = group_sums(columns, len(rows)).T.tolist()
    assert [tuple(row) for row in found] == plain_sums(rows)


@given(rows_of_three_keys)
def test_order_is_stable(rows):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    order = radix_order(columns, 3, len(rows))
    assert order.tolist() == np.lexsort(columns[2::-1]).tolist()


@given(st.lists(st.lists(st.tuples(st.integers(0, 2**60), amounts), max_size=40), max_size=4))
def test_a_table_keeps_its_sums_while_it_grows(batches):
    table = SumTable(places=2)
    for batch in batches:
        keys, values = np.array(batch, dtype=np.int64).reshape(-1, 2).T.copy()
        done = 0
        while (
            done := done + enter_sums(*table.entries, table.used, keys[done:], values[done:])
        ) < len(batch):
            table.grow()
    expected = plain_sums([row for batch in batches for row in batch])
    for found in (expected, []):  # what is taken is forgotten
        keys, sums = table.take()
        assert list(zip(keys.tolist(), sums.tolist(), strict=True)) == found
