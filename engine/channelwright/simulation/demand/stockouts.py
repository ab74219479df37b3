"""18:00, continued: what consumers do at an empty shelf (docs/world/stockouts.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import inlined, kernel
from channelwright.foundation.philox import Word, encipher, unit
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.stockout import Stockout
from channelwright.simulation.network import Network
from channelwright.tables.rival_outputs import STOCKOUTS
from channelwright.tables.sink import Chunk

_UNMET, _LOOK, _LEAVE, _CAME, _INSTEAD = range(5)
_PARTS = 5


@dataclass(frozen=True)
class Settled:
    """What became of the unmet demand of one evening.

    Attributes
    ----------
    lost : (C,) int64, units lost at each outlet
    rows : the day's rows of table `stockouts`, None where nobody keeps them
    """

    lost: IntArray
    rows: Chunk | None


class Stockouts:
    """Settles unmet demand evening by evening.

    Attributes
    ----------
    waiting : (C, P) int64, units that nobody got at the door; when they are settled, those that
        come again tomorrow
    short : (C,) int64, room for the rows with such units
    """

    def __init__(
        self, network: Network, address: Address, stockout: Stockout, *, detail: bool
    ) -> None:
        self._network = network
        self._address = address
        self._detail = detail
        shares = (stockout.wait, stockout.product, stockout.outlet)
        limits = np.cumsum(np.array(shares, dtype=np.float64))
        self._static = (network.covered, limits, *network.once(_choices))
        shape = (len(network.covered), network.rate.shape[1])
        self.waiting = np.zeros(shape, dtype=np.int64)
        self.short = np.zeros(shape[0], dtype=np.int64)
        self._lost = np.zeros(shape[0], dtype=np.int64)
        self._parts = np.zeros((_PARTS, *shape), dtype=np.int64)
        self._touched = np.zeros(shape[0], dtype=np.bool_)

    def settle(self, day: int, short: int, shelf: IntArray, sold: IntArray) -> Settled:
        """Split what is unmet in the first ``short`` rows that are short.

        Parameters
        ----------
        shelf : (O, P) units that the door and online left, lowered
        sold : (C, P) units, raised by what is bought instead
        """
        address = (*self._address.key, int(Purpose.STOCKOUT), day)
        scratch = (self._parts, self._touched)
        self._lost[:] = 0
        rows = self.short[:short]
        touched = _decide(self.waiting, rows, self._static, address, shelf, self._lost, scratch)
        kept = touched if self._detail else 0
        block = np.empty((len(STOCKOUTS.names), kept * sold.shape[1]), dtype=np.int64)
        used = _leave(self._network.covered, self.waiting, shelf, sold, self._lost, scratch, block)
        if not self._detail:
            return Settled(self._lost, None)
        block[0] = day
        return Settled(self._lost, dict(zip(STOCKOUTS.names, block[:, :used], strict=True)))


@kernel
def _decide(
    waiting: IntArray,
    short: IntArray,
    static: tuple[IntArray, FloatArray, IntArray, IntArray],
    address: tuple[Word, Word, int, int],
    shelf: IntArray,
    lost: IntArray,
    scratch: tuple[IntArray, BoolArray],
) -> int:
    """Let the consumers of some outlets wait, take another product, or go to the next outlet.

    Parameters
    ----------
    waiting : (C, P) units that nobody got; in the end those that wait
    short : (n,) rows with such units
    static : (C,) outlets; the cumulated shares of those who wait, switch, go elsewhere; (C, P)
        products, most wanted first; (C,) row of the next outlet, -1 = none
    address : seed, replication, purpose and day of the draw
    shelf : (O, P) units
    lost : (C,) units, written
    scratch : (5, C, P) units unmet, looking for another product, leaving, coming, bought instead;
        (C,) rows where something happens; written, all 0 before

    Returns
    -------
    int, rows where something happens
    """
    (rows, limits, ranked, goal), (parts, touched) = static, scratch
    seed, replication, kind, day = address
    purpose, moment, happens = np.uint64(kind), np.uint64(day), 0
    for row in short:
        outlet, next_row, looking = rows[row], goal[row], np.int64(0)
        happens += not touched[row]
        touched[row] = True
        if next_row >= 0:
            happens += not touched[next_row]
            touched[next_row] = True
        block = np.uint64((outlet >> 2) + 1)
        for product in range(waiting.shape[1]):
            asked = waiting[row, product]
            if asked == 0:
                continue
            words = encipher(block, np.uint64(product), moment, purpose, seed, replication)
            first, second, third = _split(asked, limits, unit(words, outlet))
            waiting[row, product] = first
            parts[_UNMET, row, product], parts[_LOOK, row, product] = asked, second - first
            looking += second - first
            lost[row] += asked - third
            if next_row < 0:
                lost[row] += third - second
            else:
                parts[_LEAVE, row, product] = third - second
                parts[_CAME, next_row, product] += third - second
        for product in ranked[row]:
            given = min(looking, shelf[outlet, product])
            parts[_INSTEAD, row, product] = given
            looking -= given
        lost[row] += looking
    return happens


@inlined
def _split(asked: int, limits: FloatArray, uniform: float) -> tuple[int, int, int]:
    """Return the units of an amount below each of three limits, shares of it."""
    first = min(asked, math.floor(asked * limits[0] + uniform))
    second = min(asked, math.floor(asked * limits[1] + uniform))
    third = min(asked, math.floor(asked * limits[2] + uniform))
    return first, second, third


@kernel
def _leave(
    rows: IntArray,
    waiting: IntArray,
    shelf: IntArray,
    sold: IntArray,
    lost: IntArray,
    scratch: tuple[IntArray, BoolArray],
    block: IntArray,
) -> int:
    """Serve who came from another outlet, take all from the shelves, and clear the scratch.

    Parameters
    ----------
    block : (10, k) the columns of `stockouts`, written but for the day; k = 0: nobody keeps them

    Returns
    -------
    int, rows of the block that are written
    """
    (parts, touched), used = scratch, 0
    for row in range(len(rows)):
        if not touched[row]:
            continue
        touched[row] = False
        for product in range(sold.shape[1]):
            came, instead = parts[_CAME, row, product], parts[_INSTEAD, row, product]
            taken = min(came, shelf[rows[row], product] - instead)
            shelf[rows[row], product] -= instead + taken
            sold[row, product] += instead + taken
            lost[row] += came - taken
            unmet = parts[_UNMET, row, product]
            if block.shape[1] and (unmet > 0 or instead + came > 0):
                block[1, used], block[2, used] = rows[row], product
                block[3, used], block[4, used] = unmet, waiting[row, product]
                block[5, used] = parts[_LOOK, row, product]
                block[6, used] = parts[_LEAVE, row, product]
                block[7, used], block[8, used], block[9, used] = instead, came, taken
                used += 1
            parts[:, row, product] = 0
    return used


def _choices(network: Network) -> tuple[IntArray, IntArray]:
    """Return the products of covered outlets by demand, (C, P), and the nearest other outlet.

    (C,) position of that one among the covered, -1 = none.
    """
    stockout, rate = network.market.stockout, network.rate[network.covered]
    assert stockout is not None
    ranked = np.argsort(-rate, axis=1, kind="stable")
    position = np.full(len(network.market.outlets), -1, dtype=np.int64)
    position[network.covered] = np.arange(len(network.covered))
    pairs = stockout.neighbours
    return ranked, _nearest(position, pairs.origin, pairs.place, len(network.covered))


@kernel
def _nearest(position: IntArray, origin: IntArray, place: IntArray, count: int) -> IntArray:
    """Return the first place of a pair of covered outlets for each origin; pairs by distance."""
    goal = np.full(count, -1, dtype=np.int64)
    for pair in range(len(origin)):
        here, there = position[origin[pair]], position[place[pair]]
        if here >= 0 and there >= 0 and goal[here] < 0:
            goal[here] = there
    return goal
