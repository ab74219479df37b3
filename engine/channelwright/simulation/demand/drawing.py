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
from channelwright.simulation.demand.guiding import NO_GUIDE, SURE, Guide, guide_of
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
        laws, pairs = self._laws, self._pairs
        left = _draw(out, mean, who, address, laws, pairs, self._guide, INVERSE)
        if left:
            places, numbers = pairs
            count_large(laws, (places[:, :left], numbers[:, :left]), out)


@kernel
def _draw(
    out: IntArray,
    mean: FloatArray,
    who: tuple[IntArray, IntArray],
    address: tuple[Word, Word, int, int],
    laws: tuple[IntArray, FloatArray],
    pairs: Open,
    guide: Guide,
    inverse: FloatArray,
) -> int:
    """Write counts; return how many large means no guide can tell, the first of the pairs.

    Parameters
    ----------
    out, mean : (C, P) units; who : (n,) outlets and their rows
    address : seed, replication, purpose and day
    """
    (outlets, rows), (places, numbers) = who, pairs
    first, tables = guide[0], guide[4]
    seed, replication, kind, day = address
    purpose, moment = np.uint64(kind), np.uint64(day)
    used = begin = 0
    while begin < len(outlets):
        end, block = same_block(outlets, begin), np.uint64((outlets[begin] >> 2) + 1)
        for product in range(out.shape[1]):
            words = encipher(block, np.uint64(product), moment, purpose, seed, replication)
            table = tables[product] if len(tables) else 0
            for place in range(begin, end):
                row, uniform = rows[place], unit(words, outlets[place])
                expected = mean[row, product]
                known = glance(first, table, expected, uniform)
                out[row, product] = known
                places[0, used], places[1, used] = row, product
                numbers[0, used], numbers[1, used] = expected, uniform
                used += known >= SURE
        begin = end
    return settle(pairs, used, laws, out, guide, inverse)
