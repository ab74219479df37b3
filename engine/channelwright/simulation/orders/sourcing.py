"""Which source an order goes to (docs/world/source-choice.md)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.rules import sourcing
from channelwright.rules.sourcing import Tastes, utility_of
from channelwright.simulation.network import Network
from channelwright.simulation.state import State

#: Whether offers are weighed whole and rights matter, else only haul and habit count; options
#: (O, N), their modes (O, N), prices and rights (O, N, P), no rights: all sell all; least cases and
#: least value of an order by mode, (M,) each.
Sells: TypeAlias = tuple[bool, IntArray, IntArray, IntArray, BoolArray, IntArray, IntArray]
_CHOICE = int(Purpose.SOURCE_CHOICE)


class Sourcing:
    """Chooses the source of every order of a replication.

    Attributes
    ----------
    sells : what sources sell to outlets, for kernels
    """

    def __init__(self, network: Network, address: Address) -> None:
        market, design = network.market, network.design
        self._key, self._options = address.key, network.options
        self._cumulative = np.ascontiguousarray(network.option_cumulative)
        self._unit = network.plain.unit
        self._weighs = sourcing.is_on(market, design)
        rights = sourcing.may_sell(market, design) if self._weighs else None
        smallest = np.maximum(1, design.service.minimum_cases)
        least = np.zeros_like(smallest)
        if design.capture is not None:
            least = design.capture.minimum_value.copy()
        self.sells: Sells = (
            self._weighs,
            network.options,
            network.option_mode,
            np.ascontiguousarray(network.price),
            np.zeros((0, 0, 0), dtype=np.bool_) if rights is None else rights,
            smallest,
            least,
        )
        if self._weighs:
            self._last = np.zeros(len(market.outlets), dtype=np.int64)
            self._tastes = sourcing.tastes(market, design)
            self._metres = network.option_metres

    def choose(self, state: State, outlet: IntArray, cases: IntArray, option: IntArray) -> None:
        """Write the column of the source that is chosen (n,); ``cases`` (n, P) are cut to rights.

        The source sells what it has a right to.
        """
        if not len(outlet):
            return
        if not self._weighs:
            today = (state.day, self._key)
            _by_haul(outlet, today, self._cumulative, self._options, option)
            return
        there = (state.stock, self._unit)
        known = (self._metres, self._last)
        utility = _weigh(outlet, cases, self.sells, there, known, self._tastes)
        weight = np.exp(utility)
        chosen = (utility, weight, np.add.reduce(weight, axis=1))
        _draw(outlet, (state.day, self._key), chosen, self.sells[4], cases, option)
        self._last[outlet] = option


@kernel
def finding_source(
    outlets: IntArray, rows: IntArray, mode: IntArray, cases: IntArray, sells: Sells
) -> int:
    """Leave the rows (n,) of outlets with a source for their cases (n, P); return how many.

    Where offers are not weighed, the first option's price says what the order is worth.
    """
    weighs, _, _, price, _, fewest, least = sells
    used = 0
    if weighs:
        offers = _offers(outlets[rows], cases, sells)[0]
    for place in range(len(rows)):
        outlet, found = outlets[rows[place]], False
        if weighs:
            for option in range(offers.shape[1]):
                found |= offers[place, option]
        else:
            kind, total, value = mode[outlet], 0, 0
            for product in range(cases.shape[1]):
                total += cases[place, product]
                value += cases[place, product] * price[outlet, 0, product]
            found = total >= fewest[kind] and (least[kind] == 0 or value >= least[kind])
        if found:
            rows[used] = rows[place]
            for product in range(cases.shape[1]):
                cases[used, product] = cases[place, product]
            used += 1
    return used


@kernel
def _offers(
    outlets: IntArray, cases: IntArray, sells: Sells
) -> tuple[BoolArray, IntArray, IntArray]:
    """Return which options take orders (n,), the cases (n, P) that they may sell, and their worth.

    Returns
    -------
    takes : (n, N) bool; offered : (n, N) cases; value : (n, N) ticks
    """
    _, options, modes, price, rights, fewest, least = sells
    shape = (len(outlets), options.shape[1])
    takes = np.zeros(shape, dtype=np.bool_)
    offered, value = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row in range(len(outlets)):
        outlet = outlets[row]
        for option in range(options.shape[1]):
            if options[outlet, option] < 0:
                continue
            for product in range(cases.shape[1]):
                if len(rights) == 0 or rights[outlet, option, product]:
                    offered[row, option] += cases[row, product]
                    value[row, option] += cases[row, product] * price[outlet, option, product]
            mode = modes[outlet, option]
            takes[row, option] = (
                offered[row, option] >= fewest[mode] and value[row, option] >= least[mode]
            )
    return takes, offered, value


@kernel
def _weigh(
    outlets: IntArray,
    cases: IntArray,
    sells: Sells,
    there: tuple[IntArray, IntArray],
    known: tuple[IntArray, IntArray],
    tastes: Tastes,
) -> FloatArray:
    """Return what each option's offer is worth less than the best of its outlet: (n, N).

    Parameters
    ----------
    cases : (n, P) of the orders
    there : (S, P) units that sites hold, (P,) units per case
    known : (O, N) metres to the options, (O,) the option that each outlet chose last
    """
    modes, (metres, last) = sells[2], known
    weights, habit, rebate, days, smallest, promise = tastes
    takes, offered, value = _offers(outlets, cases, sells)
    held = _on_hand(outlets, cases, sells, there)
    result: FloatArray = np.full(takes.shape, -np.inf)
    for row in range(len(outlets)):
        outlet, best = outlets[row], -np.inf
        for option in range(result.shape[1]):
            if not takes[row, option]:
                continue
            mode = modes[outlet, option]
            goods = (offered[row, option], value[row, option], held[row, option])
            terms = (rebate[mode], days[mode], smallest[mode], promise[mode])
            found = utility_of(metres[outlet, option], goods, terms, weights)
            if option == last[outlet]:
                found += habit
            result[row, option], best = found, max(best, found)
        for option in range(result.shape[1]):
            if takes[row, option]:
                result[row, option] -= best
    return result


@kernel
def _on_hand(
    outlets: IntArray, cases: IntArray, sells: Sells, there: tuple[IntArray, IntArray]
) -> IntArray:
    """Return the cases of each offer that the source has now: (n, N)."""
    _, options, _, _, rights, _, _ = sells
    stock, unit = there
    held = np.zeros((len(outlets), options.shape[1]), dtype=np.int64)
    whole = np.empty_like(stock)
    for site in range(len(stock)):
        for product in range(len(unit)):
            whole[site, product] = stock[site, product] // unit[product]
    for row in range(len(outlets)):
        outlet = outlets[row]
        for option in range(options.shape[1]):
            site = max(options[outlet, option], 0)
            for product in range(len(unit)):
                if len(rights) == 0 or rights[outlet, option, product]:
                    held[row, option] += min(cases[row, product], whole[site, product])
    return held


@kernel
def _draw(
    outlets: IntArray,
    today: tuple[int, tuple[np.uint64, np.uint64]],
    offers: tuple[FloatArray, FloatArray, FloatArray],
    rights: BoolArray,
    cases: IntArray,
    chosen: IntArray,
) -> None:
    """Write the options (n,) that outlets choose by the logit, and cut cases (n, P) to rights.

    Parameters
    ----------
    offers : (n, N) utilities less the best, -inf where there is no offer; (n, N) weights, (n,) sums
    """
    utility, weight, total = offers
    for row in range(len(outlets)):
        outlet = outlets[row]
        uniform = uniform_at(outlet, 0, today[1], _CHOICE, today[0])
        option, passed, last = -1, 0.0, 0
        for place in range(utility.shape[1]):
            if utility[row, place] > -np.inf:
                last = place
            passed += weight[row, place] / total[row]
            if option < 0 and uniform < passed:
                option = place
        chosen[row] = option if option >= 0 else last
        if len(rights):
            for product in range(cases.shape[1]):
                cases[row, product] *= rights[outlet, chosen[row], product]


@kernel
def _by_haul(
    outlets: IntArray,
    today: tuple[int, tuple[np.uint64, np.uint64]],
    cumulative: FloatArray,
    options: IntArray,
    chosen: IntArray,
) -> None:
    """Write the options (n,) that outlets choose with cumulated probabilities (O, N)."""
    width = cumulative.shape[1]
    for row in range(len(outlets)):
        chosen[row] = 0
        if width == 1:
            continue
        outlet, last, column = outlets[row], -1, 0
        uniform = uniform_at(outlet, 0, today[1], _CHOICE, today[0])
        for option in range(width):
            last += options[outlet, option] >= 0
        while column < width and not uniform < cumulative[outlet, column]:
            column += 1
        chosen[row] = column if column < width else last
