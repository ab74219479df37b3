"""Which source an order goes to (docs/world/source-choice.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray, share
from channelwright.rules import sourcing
from channelwright.simulation.network import Network
from channelwright.simulation.state import State


class Sourcing:
    """Chooses the source of every order of a replication.

    Attributes
    ----------
    weighs : bool, offers are weighed whole and rights matter; else only haul and habit count
    """

    def __init__(self, network: Network, address: Address) -> None:
        self._network = network
        self._address = address
        self.weighs = sourcing.is_on(network.market, network.design)
        if self.weighs:
            self._rights = sourcing.may_sell(network.market, network.design)
            self._last = np.zeros(len(network.market.outlets), dtype=np.int64)

    def enough(self, outlet: IntArray, cases: IntArray) -> BoolArray:
        """Return which outlets (n,) find a source for the suggested cases (n, P)."""
        if self.weighs:
            return np.asarray(self._available(outlet, self._offered(outlet, cases)).any(axis=1))
        design = self._network.design
        mode = design.outlets.mode[outlet]
        enough = cases.sum(axis=1) >= np.maximum(1, design.service.minimum_cases[mode])
        if design.capture is not None and design.capture.minimum_value.any():
            value = (cases * self._network.price[outlet, 0]).sum(axis=1)
            enough &= value >= design.capture.minimum_value[mode]
        return np.asarray(enough)

    def choose(self, state: State, outlet: IntArray, cases: IntArray) -> tuple[IntArray, IntArray]:
        """Return the column of the chosen source (n,) and the cases that it may sell (n, P)."""
        if not self.weighs:
            return self._by_haul(state, outlet), cases
        if not outlet.size:
            return np.zeros(0, dtype=np.int64), cases
        offered = self._offered(outlet, cases)
        available = self._available(outlet, offered)
        utility = self._utility(state, outlet, offered)
        chances = np.cumsum(sourcing.logit(utility, available), axis=1)
        last = available.shape[1] - 1 - available[:, ::-1].argmax(axis=1)
        option = _drawn(self._uniforms(state, outlet), chances, last)
        self._last[outlet] = option
        return option, offered[np.arange(len(outlet)), option]

    def _offered(self, outlet: IntArray, cases: IntArray) -> IntArray:
        """Return the cases that each option may sell: (n, N, P)."""
        if self._rights is None:
            shape = (len(outlet), self._network.options.shape[1], cases.shape[1])
            return np.broadcast_to(cases[:, None, :], shape)
        return np.asarray(cases[:, None, :] * self._rights[outlet])

    def _available(self, outlet: IntArray, offered: IntArray) -> BoolArray:
        network = self._network
        smallest = network.design.service.minimum_cases[network.option_mode[outlet]]
        enough = offered.sum(axis=2) >= np.maximum(1, smallest)
        capture = network.design.capture
        if capture is not None and capture.minimum_value.any():
            value = (offered * network.price[outlet]).sum(axis=2)
            enough &= value >= capture.minimum_value[network.option_mode[outlet]]
        return np.asarray((network.options[outlet] >= 0) & enough)

    def _utility(self, state: State, outlet: IntArray, offered: IntArray) -> FloatArray:
        network, market = self._network, self._network.market
        mode, site = network.option_mode[outlet], np.maximum(network.options[outlet], 0)
        total = np.maximum(offered.sum(axis=2), 1)
        value = (offered * network.price[outlet]).sum(axis=2)
        paid = value - share(value, network.design.terms.outlet_rebate[mode])
        stock = state.stock[site] // market.products.units_per_case
        on_hand = np.minimum(offered, stock).sum(axis=2) / total
        utility = sourcing.offer_utilities(
            market, network.design, mode, network.option_metres[outlet], paid / total, on_hand
        )
        utility[np.arange(len(outlet)), self._last[outlet]] += market.behaviour.habit
        return utility

    def _by_haul(self, state: State, outlet: IntArray) -> IntArray:
        cumulative = self._network.option_cumulative
        if cumulative.shape[1] == 1 or outlet.size == 0:
            return np.zeros(len(outlet), dtype=np.int64)
        last = (self._network.options[outlet] >= 0).sum(axis=1) - 1
        return _drawn(self._uniforms(state, outlet), cumulative[outlet], last)

    def _uniforms(self, state: State, outlet: IntArray) -> FloatArray:
        return self._address.at(Purpose.SOURCE_CHOICE, state.day, outlet)


def _drawn(uniform: FloatArray, cumulative: FloatArray, last: IntArray) -> IntArray:
    """Return the first column whose cumulated probability exceeds the uniform, else the last."""
    below = uniform[:, None] < cumulative
    return np.asarray(np.where(below.any(axis=1), below.argmax(axis=1), last))
