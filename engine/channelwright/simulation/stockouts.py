"""18:00, continued: what consumers do at an empty shelf (docs/world/stockouts.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import IntArray
from channelwright.model.stockout import Stockout
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk


@dataclass(frozen=True)
class Settled:
    """What became of the unmet demand of one evening.

    Attributes
    ----------
    bought : (C, P) int64, units sold besides those at the door and online
    lost : (C,) int64, units lost at each outlet
    waiting : (C, P) int64, units that come again tomorrow
    rows : the day's rows of table `stockouts`
    """

    bought: IntArray
    lost: IntArray
    waiting: IntArray
    rows: Chunk


class Stockouts:
    """Settles unmet demand evening by evening."""

    def __init__(self, network: Network, address: Address, stockout: Stockout) -> None:
        self._network = network
        self._address = address
        shares = (stockout.wait, stockout.product, stockout.outlet)
        self._limits = np.cumsum(np.array(shares, dtype=np.float64))
        self._goal = _goals(network, stockout)
        rate = network.rate[network.covered]
        self._ranked = np.argsort(-rate, axis=1, kind="stable")

    def settle(self, day: int, shelf: IntArray, unmet: IntArray) -> Settled:
        """Split unmet demand; ``shelf`` (C, P) is what the door and online left."""
        drawn = self._address.grid(Purpose.STOCKOUT, day, self._network.covered, unmet.shape[1])
        wait, second, third = (
            np.minimum(unmet, np.floor(unmet * limit + drawn).astype(np.int64))
            for limit in self._limits
        )
        look, leave = second - wait, third - second
        instead = self._other_products(shelf, look)
        lost = (unmet - third).sum(axis=1) + look.sum(axis=1) - instead.sum(axis=1)
        stay = self._goal < 0
        lost += np.where(stay, leave.sum(axis=1), 0)
        leave = np.where(stay[:, None], 0, leave)
        came = np.zeros_like(unmet)
        np.add.at(came, self._goal[~stay], leave[~stay])
        taken = np.minimum(came, shelf - instead)
        lost += (came - taken).sum(axis=1)
        columns = {
            "unmet": unmet,
            "waiting": wait,
            "to_products": look,
            "to_outlets": leave,
            "bought_instead": instead,
            "came": came,
            "bought_by_others": taken,
        }
        return Settled(instead + taken, lost, wait, self._rows(day, columns))

    def _other_products(self, shelf: IntArray, look: IntArray) -> IntArray:
        """Give lookers what is left, most wanted product first: (C, P)."""
        left = np.take_along_axis(shelf, self._ranked, axis=1)
        before = np.cumsum(left, axis=1) - left
        given = np.clip(look.sum(axis=1)[:, None] - before, 0, left)
        result = np.zeros_like(shelf)
        np.put_along_axis(result, self._ranked, given, axis=1)
        return result

    def _rows(self, day: int, columns: dict[str, IntArray]) -> Chunk:
        happened = (columns["unmet"] > 0) | (columns["bought_instead"] > 0) | (columns["came"] > 0)
        row, product = np.nonzero(happened)
        chunk = {
            "day": np.full(len(row), day, dtype=np.int64),
            "outlet": self._network.covered[row],
            "product": product,
        }
        return chunk | {name: column[row, product] for name, column in columns.items()}


def _goals(network: Network, stockout: Stockout) -> IntArray:
    """Return the nearest other covered outlet of each covered one: (C,) position, -1 = none."""
    position = np.full(len(network.market.outlets), -1, dtype=np.int64)
    position[network.covered] = np.arange(len(network.covered))
    pairs = stockout.neighbours
    usable = (position[pairs.origin] >= 0) & (position[pairs.place] >= 0)
    origin, place = position[pairs.origin[usable]], position[pairs.place[usable]]
    goal = np.full(len(network.covered), -1, dtype=np.int64)
    first, index = np.unique(origin, return_index=True)
    goal[first] = place[index]
    return goal
