"""Philox 4x64-10 as a kernel: the words of NumPy's generator, for chosen entities only.

Word ``e`` of the block (sub, day, purpose) is word ``e % 4`` of the cipher of the counter
(``e // 4 + 1``, sub, day, purpose): NumPy raises the counter before it enciphers. Salmon et
al. (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import halves, inlined, kernel
from channelwright.foundation.units import FloatArray, IntArray

Word: TypeAlias = np.uint64

_ROUNDS = 10
_FIRST = np.uint64(0xD2E7470EE14C6C93)
_SECOND = np.uint64(0xCA5A826395121157)
_FIRST_WEYL = np.uint64(0x9E3779B97F4A7C15)
_SECOND_WEYL = np.uint64(0xBB67AE8584CAA73B)
_DROPPED = np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53: the top 53 bits of a word


@inlined
def encipher(
    block: Word, sub: Word, day: Word, purpose: Word, key: Word, second_key: Word
) -> tuple[Word, Word, Word, Word]:
    """Return the four words of a counter."""
    a, b, c, d = block, sub, day, purpose
    for _ in range(_ROUNDS):
        low, high = halves(_FIRST, a)
        second_low, second_high = halves(_SECOND, c)
        a, b, c, d = second_high ^ b ^ key, second_low, high ^ d ^ second_key, low
        key += _FIRST_WEYL
        second_key += _SECOND_WEYL
    return a, b, c, d


@inlined
def unit(words: tuple[Word, Word, Word, Word], entity: int) -> float:
    """Return the uniform of an entity of a block, whose words they are."""
    place = entity & 3
    first, second, third, fourth = words
    word = first if place < 2 else third
    other = second if place < 2 else fourth
    if place & 1:
        word = other
    return np.int64(word >> _DROPPED) * _TO_UNIT


@inlined
def same_block(entities: IntArray, begin: int) -> int:
    """Return the end of the run of entities from one on that are in its block of four."""
    end = begin + 1
    while end < len(entities) and entities[end] >> 2 == entities[begin] >> 2:
        end += 1
    return end


@kernel
def fill(
    out: FloatArray, entities: IntArray, seed: Word, replication: Word, purpose: int, day: int
) -> None:
    """Write the uniforms of some entities: row i, column j is word ``entities[i]`` of sub j.

    Parameters
    ----------
    out : (n, m) float64, written
    entities : (n,) int64, neighbours in a block of four share its cipher
    seed, replication : uint64, purpose, day : int64, the address
    """
    kind, moment = np.uint64(purpose), np.uint64(day)
    begin = 0
    while begin < len(entities):
        end, block = same_block(entities, begin), np.uint64((entities[begin] >> 2) + 1)
        for sub in range(out.shape[1]):
            words = encipher(block, np.uint64(sub), moment, kind, seed, replication)
            for row in range(begin, end):
                out[row, sub] = unit(words, entities[row])
        begin = end


@kernel
def uniform_at(
    entity: int, sub: int | np.int64, key: tuple[Word, Word], purpose: int | np.int64, day: int
) -> float:
    """Return the uniform of one entity, as `fill` writes it; ``key`` : seed and replication."""
    block, moment, kind = np.uint64((entity >> 2) + 1), np.uint64(day), np.uint64(purpose)
    return unit(encipher(block, np.uint64(sub), moment, kind, key[0], key[1]), entity)
