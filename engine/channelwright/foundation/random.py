"""Randomness by address: every uniform has a name, none is consumed.

The block (purpose, day, sub) of a Philox 4x64 stream keyed by (seed, replication) is a
row of uniforms; word ``e`` of the row belongs to entity ``e``. Two designs, two worker
counts or two orders of evaluation read the same numbers. Salmon et al. (2011), "Parallel
random numbers: as easy as 1, 2, 3", SC11.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from channelwright.foundation import philox
from channelwright.foundation.units import FloatArray, IntArray

_WORDS = 4
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53: the top 53 bits of a word


class Purpose(IntEnum):
    """What a uniform is for. Numbers are part of the world: append, never renumber."""

    CONSUMER_DEMAND = 1
    ONLINE_DEMAND = 2
    MARKET_SHOCK = 3
    PRODUCT_SHOCK = 4
    OUTLET_SHOCK = 5
    STRIKE = 6
    ORDER_TIME = 7
    SOURCE_CHOICE = 8
    PAYMENT_DELAY = 9
    PICK_TIME = 10
    RANGE_OPENING = 20
    RANGE_GAIN = 21
    RANGE_LOSS = 22
    RIVAL_DEMAND = 23
    STOCKOUT = 24
    SHELF_COUNT = 40
    CASH_AT_DOOR = 60
    PAYMENT_CHARACTER = 61
    PAYMENT_PART = 62
    DEFAULT = 63
    DISCOUNT_ASK = 65
    DISCOUNT_GRANTED = 66
    APPROVAL_TIME = 67
    COLLECTING = 68
    LANE_TIME = 80
    REPORTING = 81
    REPORT_ERROR = 82
    DELIVERY_FAILURE = 100
    SITE_SHRINKAGE = 101
    SHELF_SHRINKAGE = 102
    PARCEL_ORDERS = 110
    PARCEL_SIZE = 111
    PARCEL_TIME = 112
    PARCEL_RETURN = 113
    PARCEL_MORE = 114
    PARCEL_MORE_SIZE = 115


@dataclass(frozen=True)
class Address:
    """Names one random world.

    Attributes
    ----------
    seed : int
        Seed of the study, 0 to 2**64 - 1.
    replication : int
        Number of the replication, 0 to 2**64 - 1.
    """

    seed: int
    replication: int

    def uniforms(self, purpose: Purpose, day: int, size: int, sub: int = 0) -> FloatArray:
        """Return the first ``size`` uniforms of a block.

        Parameters
        ----------
        purpose : Purpose
        day : int, at least 0
            Day, week or month number: the period that the purpose draws for.
        size : int
            Number of entities; a longer row starts with the shorter one.
        sub : int
            Second index of the entity (for instance the product).

        Returns
        -------
        (size,) float64 in [0, 1)
        """
        raw = self._stream(purpose, day, sub, 0).random_raw(size)
        return np.asarray((raw >> np.uint64(11)) * _TO_UNIT, dtype=np.float64)

    def at(self, purpose: Purpose, day: int, entities: IntArray) -> FloatArray:
        """Return the uniforms of some entities: (n,), the words of `uniforms` at those places.

        Nothing is drawn for the others, so the cost does not grow with their number.
        """
        return self.grid(purpose, day, entities, 1)[:, 0]

    def grid(self, purpose: Purpose, day: int, entities: IntArray, subs: int) -> FloatArray:
        """Return the uniforms of some entities for the second indices 0, 1, ...: (n, subs)."""
        out = np.empty((len(entities), subs))
        philox.fill(out, entities, *self.key, int(purpose), int(day))
        return out

    def uniform(self, purpose: Purpose, day: int, entity: int, sub: int = 0) -> float:
        """Return one uniform: word ``entity`` of the block."""
        block, word = divmod(entity, _WORDS)
        raw = self._stream(purpose, day, sub, block).random_raw(_WORDS)
        return float(int(raw[word]) >> 11) * _TO_UNIT

    @cached_property
    def key(self) -> tuple[np.uint64, np.uint64]:
        """Seed and replication, for kernels that draw what they need (`philox.uniform_at`)."""
        return np.uint64(self.seed), np.uint64(self.replication)

    def _stream(self, purpose: Purpose, day: int, sub: int, block: int) -> np.random.Philox:
        key = np.array([self.seed, self.replication], dtype=np.uint64)
        counter = np.array([block, sub, day, int(purpose)], dtype=np.uint64)
        return np.random.Philox(key=key, counter=counter)
