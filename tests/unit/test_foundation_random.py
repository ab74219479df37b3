"""Random addresses: no draw depends on how many others are taken, or in which order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.foundation.random import Address, Purpose

words = st.integers(0, 2**64 - 1)
addresses = st.builds(Address, words, words)
purposes = st.sampled_from(Purpose)
periods = st.integers(0, 4_000)
subs = st.integers(0, 200)


@given(addresses, purposes, periods, subs, st.integers(0, 70), st.integers(0, 70))
def test_longer_row_starts_with_the_shorter(address, purpose, period, sub, short, more):
    row = address.uniforms(purpose, period, short, sub)
    longer = address.uniforms(purpose, period, short + more, sub)
    assert np.array_equal(longer[:short], row)


@given(addresses, purposes, periods, subs, st.integers(0, 300))
def test_one_uniform_is_the_word_of_its_row(address, purpose, period, sub, entity):
    row = address.uniforms(purpose, period, entity + 1, sub)
    assert address.uniform(purpose, period, entity, sub) == row[entity]


@given(addresses, purposes, periods, subs)
def test_uniforms_are_in_the_half_open_unit_interval(address, purpose, period, sub):
    row = address.uniforms(purpose, period, 50, sub)
    assert row.dtype == np.float64
    assert np.all((row >= 0.0) & (row < 1.0))
    assert np.all(1.0 - row > 0.0)


@given(addresses, purposes, periods, subs)
def test_asking_twice_gives_the_same(address, purpose, period, sub):
    first = address.uniforms(purpose, period, 8, sub)
    address.uniforms(purpose, period + 1, 8, sub)
    assert np.array_equal(address.uniforms(purpose, period, 8, sub), first)


def test_every_part_of_the_name_matters():
    base = Address(1, 2).uniforms(Purpose.STRIKE, 3, 6, 4)
    others = (
        Address(2, 2).uniforms(Purpose.STRIKE, 3, 6, 4),
        Address(1, 3).uniforms(Purpose.STRIKE, 3, 6, 4),
        Address(1, 2).uniforms(Purpose.ORDER_TIME, 3, 6, 4),
        Address(1, 2).uniforms(Purpose.STRIKE, 4, 6, 4),
        Address(1, 2).uniforms(Purpose.STRIKE, 3, 6, 5),
    )
    for other in others:
        assert not np.intersect1d(base, other).size


def test_words_of_a_row_are_spread_evenly():
    row = np.concatenate([Address(9, 0).uniforms(Purpose.STRIKE, day, 500) for day in range(100)])
    counts = np.histogram(row, bins=20, range=(0.0, 1.0))[0]
    expected = row.size / 20
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    assert chi_square < 19 + 4 * np.sqrt(2 * 19)


def test_neighbours_in_entity_day_and_replication_are_uncorrelated():
    days, outlets = 200, 200
    grid = np.array([Address(4, 0).uniforms(Purpose.STRIKE, day, outlets) for day in range(days)])
    twin = np.array([Address(4, 1).uniforms(Purpose.STRIKE, day, outlets) for day in range(days)])
    pairs = {
        "entity": (grid[:, :-1], grid[:, 1:]),
        "day": (grid[:-1], grid[1:]),
        "replication": (grid, twin),
    }
    for left, right in pairs.values():
        correlation = np.corrcoef(left.ravel(), right.ravel())[0, 1]
        assert abs(correlation) < 4 / np.sqrt(left.size)


def test_numbers_of_the_world_never_change():
    """A change here changes every published result: the first words of a block, as written."""
    row = Address(20_260_101, 0).uniforms(Purpose.CONSUMER_DEMAND, 0, 3)
    raw = np.random.Philox(
        key=np.array([20_260_101, 0], dtype=np.uint64),
        counter=np.array([0, 0, 0, 1], dtype=np.uint64),
    ).random_raw(3)
    assert row.tolist() == [int(word >> np.uint64(11)) / 2**53 for word in raw]


def test_purposes_have_their_own_numbers():
    numbers = [int(purpose) for purpose in Purpose]
    assert numbers == sorted(set(numbers))
    assert numbers[:10] == list(range(1, 11))  # the first world's, which must not move


def test_an_address_is_a_value():
    assert Address(1, 2) == Address(1, 2)
    with pytest.raises(AttributeError):
        Address(1, 2).seed = 3


@given(addresses, purposes, periods, st.lists(st.integers(0, 300), max_size=40), st.integers(1, 4))
def test_chosen_entities_read_the_words_of_their_rows(address, purpose, period, entities, products):
    chosen = np.array(entities, dtype=np.int64)
    grid = address.grid(purpose, period, chosen, products)
    for sub in range(products):
        row = address.uniforms(purpose, period, 301, sub)
        assert np.array_equal(grid[:, sub], row[chosen])
    assert np.array_equal(address.at(purpose, period, chosen), grid[:, 0])
