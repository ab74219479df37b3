"""Networks are kept for the next replications of a design, and no replication changes one."""

import dataclasses

import numpy as np

from channelwright.foundation.random import Address
from channelwright.simulation import replicate
from channelwright.simulation.network import build_network, network_of
from channelwright.tables.sink import MemorySink
from tests.support import random_market, tiny_market


def tables(market, design, address):
    sink = MemorySink()
    replicate(market, design, address, sink, keep="orders")
    return {name: sink.table(name) for name in sink.names()}


def arrays(network):
    fields = ((field.name, getattr(network, field.name)) for field in dataclasses.fields(network))
    return {name: value.copy() for name, value in fields if isinstance(value, np.ndarray)}


def test_the_network_of_a_pair_is_kept_and_that_of_another_is_not_taken_for_it():
    market, design = tiny_market()
    network = network_of(market, design)
    assert network_of(market, design) is network
    again = dataclasses.replace(design)
    assert network_of(market, again).design is again
    assert network_of(market, design) is network


def test_only_the_networks_of_the_last_pairs_are_kept():
    market, design = tiny_market()
    network = network_of(market, design)
    others = [dataclasses.replace(design) for _ in range(4)]
    assert all(network_of(market, other).design is other for other in others)
    assert network_of(market, design) is not network


def test_replications_do_not_change_their_network():
    for seed in range(8):
        market, design = random_market(seed)
        before = arrays(build_network(market, design))
        first = tables(market, design, Address(seed, 0))
        tables(market, design, Address(seed, 1))
        again = tables(market, design, Address(seed, 0))
        assert all(
            np.array_equal(first[name][column], again[name][column])
            for name in first
            for column in first[name]
        )
        after = arrays(network_of(market, design))
        assert all(np.array_equal(before[name], after[name]) for name in before)


def test_what_a_network_was_asked_for_is_found_once_for_each_network():
    market, design = tiny_market()
    asked = []

    def outlets(network):
        asked.append(network)
        return len(network.covered)

    networks = [build_network(market, design) for _ in range(2)]
    assert [network.once(outlets) for network in networks * 2] == [len(networks[0].covered)] * 4
    assert [id(one) for one in asked] == [id(one) for one in networks]
