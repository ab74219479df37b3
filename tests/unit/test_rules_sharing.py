"""Sharing out what is short, by hand: in turn and in proportion."""

import numpy as np
import pytest

from channelwright.rules.sharing import in_proportion, in_turn

WANTED = np.array([[5, 0, 2], [3, 4, 2], [4, 1, 2]])


def shared(rule, wanted, have):
    """What a rule gives of several products, one after the other."""
    given = np.ascontiguousarray(wanted.T)
    for product, left in zip(given, have, strict=True):
        rule(product, left)
    return given.T


def test_the_first_in_turn_is_served_in_full_before_the_next():
    given = shared(in_turn, WANTED[[2, 0, 1]], [7, 3, 9])
    assert given.tolist() == [[4, 1, 2], [3, 0, 2], [0, 2, 2]]


def test_shares_are_in_proportion_and_the_largest_remainders_get_what_is_left_over():
    # 12 wanted, 7 to give: 2.92, 1.75 and 2.33; five are given by whole cases, two by remainders.
    given = shared(in_proportion, WANTED, [7, 5, 4])
    assert given[:, 0].tolist() == [3, 2, 2]
    assert given[:, 1].tolist() == [0, 4, 1]
    # Equal remainders: the first row comes first.
    assert given[:, 2].tolist() == [2, 1, 1]


@pytest.mark.parametrize("rule", [in_proportion, in_turn])
def test_nobody_gets_more_than_is_wanted_and_nothing_is_lost(rule):
    generator = np.random.default_rng(5)
    for _ in range(50):
        wanted, have = generator.integers(0, 9, (3, 4)), generator.integers(0, 20, 4)
        given = shared(rule, wanted, have)
        assert (given <= wanted).all()
        assert (given >= 0).all()
        assert given.sum(axis=0).tolist() == np.minimum(wanted.sum(axis=0), have).tolist()
