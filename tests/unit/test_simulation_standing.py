"""Standing postings: the same keys on every day, in the order of the ledger."""

import numpy as np

from channelwright.simulation.cash.standing import Standing

KEYS = np.array([[13, 13, 13], [1, 1, 1], [9, 7, 8], [0, 0, 0], [2, 2, 2], [4, 5, 6], [0, 0, 0]])


def test_a_day_is_sorted_by_key_and_leaves_out_what_is_nothing():
    standing = Standing(KEYS)
    standing.post(np.array([30, 10, 0]))
    assert standing.today().tolist() == [[13, 13], [1, 1], [7, 9], [0, 0], [2, 2], [5, 4], [10, 30]]


def test_a_period_is_the_sum_of_its_days_and_begins_anew():
    standing = Standing(KEYS)
    for _ in range(3):
        standing.post(np.array([3, 1, 2]))
    assert standing.close_period()[[2, 6]].tolist() == [[9, 7, 8], [9, 3, 6]]
    standing.post(np.array([0, 5, 0]))
    assert standing.close_period()[6].tolist() == [0, 5, 0]
