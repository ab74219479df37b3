"""Draws what consumers ask for: uniforms and counts of one pass over outlets and products."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import Word, encipher, same_block, unit
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL, Market
from channelwright.simulation.demand.counting import INVERSE, Open, glance, open_pairs, settle
from channelwright.simulation.demand.demand_laws import demand_counts
from channelwright.simulation.demand.guiding import NO_GUIDE, Cells, guide_of
from channelwright.simulation.laws import count_large


class Draws:
    """Draws the demand of a market's products at outlets."""

    def __init__(self, market: Market, address: Address, outlets: int) -> None:
        self._market, self._address = market, address
        products = market.products
        self._laws = (products.law.copy(), products.dispersion.copy())
        self._counted = bool((products.law <= LAW_NEGATIVE_BINOMIAL).all())
        self._guide = guide_of(*self._laws) if self._counted else NO_GUIDE
        self._pairs = open_pairs(outlets * len(products) if self._counted else 0)

    def draw(
        self,
        purpose: Purpose,
        day: int,
        who: tuple[IntArray, IntArray],
        mean: FloatArray,
        out: IntArray,
    ) -> None:
        """Write the units that some outlets are asked for.

        Parameters
        ----------
        who : (n,) outlets and their rows in what follows
        mean, out : (C, P) expected units; units, the rows of other outlets unchanged
        """
        outlets, rows = who
        if not self._counted:
            uniform = self._address.grid(purpose, day, outlets, mean.shape[1])
            out[rows] = demand_counts(self._market, mean[rows], uniform)
            return
        address = (*self._address.key, int(purpose), day)
        laws, pairs, guide = self._laws, self._pairs, self._guide
        seen = _glance_at(out, mean, who, address, pairs, guide[0], guide[4])
        left = settle(pairs, seen, laws, mean, out, guide, INVERSE)
        if left:
            places, uniforms = pairs
            count_large(laws, (places[:2, :left], uniforms[0, :left]), mean, out)


@kernel
def _glance_at(
    out: IntArray,
    mean: FloatArray,
    who: tuple[IntArray, IntArray],
    address: tuple[Word, Word, int, int],
    pairs: Open,
    first: Cells,
    tables: IntArray,
) -> int:
    """Draw, and write the counts that a glance tells; return how many pairs are open.

    Parameters
    ----------
    out, mean : (C, P) units; who : (n,) outlets and their rows
    address : seed, replication, purpose and day
    """
    (outlets, rows), (places, uniforms) = who, pairs
    seed, replication, kind, day = address
    purpose, moment = np.uint64(kind), np.uint64(day)
    begin = used = 0
    while begin < len(outlets):
        end, block = same_block(outlets, begin), np.uint64((outlets[begin] >> 2) + 1)
        for column in range(out.shape[1]):
            product, table = np.uint64(column), np.uint64(tables[column] if len(tables) else 0)
            words = encipher(block, product, moment, purpose, seed, replication)
            for place in range(begin, end):
                row, uniform = np.uint64(rows[place]), unit(words, outlets[place])
                used = glance(
                    first, table, mean, row, product, uniform, out, places, uniforms, used
                )
        begin = end
    return used
