"""Which source an order goes to (docs/world/source-choice.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
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
        service, capture = network.design.service, network.design.capture
        smallest = np.maximum(1, service.minimum_cases)
        least = np.zeros_like(smallest) if capture is None else capture.minimum_value.copy()
        self._smallest, self._mode = (smallest, least), network.design.outlets.mode.copy()
        self.weighs = sourcing.is_on(network.market, network.design)
        if self.weighs:
            market, design = network.market, network.design
            rights = sourcing.may_sell(market, design)
            self._rights = np.zeros((0, 0, 0), dtype=np.bool_) if rights is None else rights
            self._last = np.zeros(len(market.outlets), dtype=np.int64)
            self._sells = (
                np.ascontiguousarray(network.options),
                np.ascontiguousarray(network.option_mode),
                np.ascontiguousarray(network.price),
                self._rights,
            )

    def enough(self, outlet: IntArray, cases: IntArray) -> BoolArray:
        """Return which outlets (n,) find a source for the suggested cases (n, P)."""
        if self.weighs:
            return np.asarray(self._offers(outlet, cases)[0].any(axis=1))
        return _enough(outlet, cases, self._mode, self._smallest, self._network.price)

    def choose(self, state: State, outlet: IntArray, cases: IntArray) -> tuple[IntArray, IntArray]:
        """Return the column of the chosen source (n,) and the cases that it may sell (n, P)."""
        if not self.weighs:
            return self._by_haul(state, outlet), cases
        if not outlet.size:
            return np.zeros(0, dtype=np.int64), cases
        available, total, value = self._offers(outlet, cases)
        held = _on_hand(outlet, cases, self._sells, self._stock(state))
        utility = self._utility(outlet, np.maximum(total, 1), value, held)
        chances = np.cumsum(sourcing.logit(utility, available), axis=1)
        last = available.shape[1] - 1 - available[:, ::-1].argmax(axis=1)
        option = _drawn(self._uniforms(state, outlet), chances, last)
        self._last[outlet] = option
        if len(self._rights):
            cases = cases * self._rights[outlet, option]
        return option, cases

    def _offers(self, outlet: IntArray, cases: IntArray) -> tuple[BoolArray, IntArray, IntArray]:
        return _offers(outlet, np.ascontiguousarray(cases), self._sells, self._smallest)

    def _stock(self, state: State) -> IntArray:
        """Return the whole cases that sites hold: (S, P)."""
        return state.stock // self._network.market.products.units_per_case

    def _utility(
        self, outlet: IntArray, total: IntArray, value: IntArray, held: IntArray
    ) -> FloatArray:
        """Return the utility of every offer: (n, N); cases offered, their worth, those there."""
        network, market = self._network, self._network.market
        mode = network.option_mode[outlet]
        paid = value - share(value, network.design.terms.outlet_rebate[mode])
        utility = sourcing.offer_utilities(
            market, network.design, mode, network.option_metres[outlet], paid / total, held / total
        )
        utility[np.arange(len(outlet)), self._last[outlet]] += market.behaviour.habit
        return utility

    def _by_haul(self, state: State, outlet: IntArray) -> IntArray:
        cumulative = self._network.option_cumulative
        if cumulative.shape[1] == 1 or outlet.size == 0:
            return np.zeros(len(outlet), dtype=np.int64)
        options = self._network.options
        return _first_above(self._uniforms(state, outlet), outlet, cumulative, options)

    def _uniforms(self, state: State, outlet: IntArray) -> FloatArray:
        return self._address.at(Purpose.SOURCE_CHOICE, state.day, outlet)


def _drawn(uniform: FloatArray, cumulative: FloatArray, last: IntArray) -> IntArray:
    """Return the first column whose cumulated probability exceeds the uniform, else the last."""
    below = uniform[:, None] < cumulative
    return np.asarray(np.where(below.any(axis=1), below.argmax(axis=1), last))


@kernel
def _enough(
    outlet: IntArray,
    cases: IntArray,
    mode: IntArray,
    smallest: tuple[IntArray, IntArray],
    price: IntArray,
) -> BoolArray:
    """Return which orders, cases (n, P), are large enough at the price of the first option.

    Parameters
    ----------
    mode : (O,); smallest : as of `_offers`; price : (O, N, P) ticks per case
    """
    fewest, least = smallest
    enough = np.empty(len(outlet), dtype=np.bool_)
    for row in range(len(outlet)):
        place, total, value = outlet[row], np.int64(0), np.int64(0)
        kind = mode[place]
        for product in range(cases.shape[1]):
            total += cases[row, product]
            if least[kind] > 0:
                value += cases[row, product] * price[place, 0, product]
        enough[row] = total >= fewest[kind] and (least[kind] == 0 or value >= least[kind])
    return enough


@kernel
def _offers(
    outlet: IntArray,
    cases: IntArray,
    sells: tuple[IntArray, IntArray, IntArray, BoolArray],
    smallest: tuple[IntArray, IntArray],
) -> tuple[BoolArray, IntArray, IntArray]:
    """Return which options may be ordered from, the cases that they may sell, and their worth.

    Parameters
    ----------
    outlet, cases : (n,), (n, P) what is wanted
    sells : options (O, N), their modes (O, N), prices and rights (O, N, P); no rights: all sell all
    smallest : (M,), (M,) least cases and least value of an order by mode

    Returns
    -------
    available : (n, N) bool; offered : (n, N) cases; value : (n, N) ticks
    """
    options, modes, price, rights = sells
    fewest, least = smallest
    shape = (len(outlet), options.shape[1])
    available = np.zeros(shape, dtype=np.bool_)
    offered, value = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for place in range(len(outlet)):
        row = outlet[place]
        for option in range(options.shape[1]):
            for product in range(cases.shape[1]):
                if len(rights) == 0 or rights[row, option, product]:
                    offered[place, option] += cases[place, product]
                    value[place, option] += cases[place, product] * price[row, option, product]
            mode = modes[row, option]
            enough = offered[place, option] >= fewest[mode] and value[place, option] >= least[mode]
            available[place, option] = enough and options[row, option] >= 0
    return available, offered, value


@kernel
def _on_hand(
    outlet: IntArray,
    cases: IntArray,
    sells: tuple[IntArray, IntArray, IntArray, BoolArray],
    stock: IntArray,
) -> IntArray:
    """Return the cases of each offer that the source has now: (n, N); ``stock`` (S, P) cases."""
    options, _, _, rights = sells
    held = np.zeros((len(outlet), options.shape[1]), dtype=np.int64)
    for place in range(len(outlet)):
        row = outlet[place]
        for option in range(options.shape[1]):
            site = max(options[row, option], 0)
            for product in range(cases.shape[1]):
                if len(rights) == 0 or rights[row, option, product]:
                    held[place, option] += min(cases[place, product], stock[site, product])
    return held


@kernel
def _first_above(
    uniform: FloatArray, outlet: IntArray, cumulative: FloatArray, options: IntArray
) -> IntArray:
    """Return what `_drawn` returns for outlets (n,): probabilities and options are (O, N)."""
    result = np.empty(len(outlet), dtype=np.int64)
    for row in range(len(outlet)):
        place, last, column = outlet[row], -1, 0
        for option in range(options.shape[1]):
            last += options[place, option] >= 0
        while column < options.shape[1] and not uniform[row] < cumulative[place, column]:
            column += 1
        result[row] = column if column < options.shape[1] else last
    return result
