"""Made instances of the published kinds, so that every row of the benchmarks can be made again.

Whole numbers and uniform fractions only are drawn, which NumPy's generator gives alike everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.territories.instance import FormatError, Instance

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What ``--made`` takes beside OUTLETSxSITES.
GRAMMAR = (
    "gap-b|gap-c|gap-d|gap-e:AGENTSxJOBS, cpmp:POINTSxMEDIANS:FILL:uniform|towns, "
    "osman:POINTSxMEDIANS:FILL, pmed:POINTSxMEDIANS, cap:SITESxCUSTOMERS:CAPACITY"
)
_SIDE, _TOWN, _POINTS_PER_TOWN = 10_000, 400, 50


def make_kind(words: str, *, seed: int = 0, single_source: bool = True) -> Instance:
    """Return a made instance of a published kind.

    Parameters
    ----------
    words : str
        Such as ``gap-d:20x200`` or ``cpmp:724x75:0.85:uniform``; see `GRAMMAR`.
    seed : int
        Of the generator.
    single_source : bool
        One server per customer, where the kind leaves it open (``cap``).

    Raises
    ------
    FormatError
        The words cannot be read, or the instance could not have an answer.
    """
    kind, *rest = words.lower().split(":")
    try:
        first, second = (int(word) for word in rest[0].split("x"))
        made = _KINDS[kind](np.random.default_rng([seed, first, second]), first, second, rest[1:])
    except (KeyError, IndexError, ValueError) as error:
        message = f"{words!r}: write {GRAMMAR}"
        raise FormatError(message) from error
    customers, sites = made.cost.shape
    free = made.need is None
    return Instance(
        name=f"{words.lower()}-{seed}",
        cost=made.cost,
        usage=np.zeros((0, customers, 1)) if made.need is None else made.need[None],
        limit=np.zeros((0, sites)) if free else made.limit[None, :],
        floor=np.zeros((0 if free else 1, sites)),
        fixed_cost=np.zeros(sites) if made.fixed_cost is None else made.fixed_cost,
        sites_open=made.number,
        all_open=made.all_open,
        own=made.own,
        single_source=single_source or kind != "cap",
        sign=1.0,
        published=None,
    )


@dataclass(frozen=True, eq=False)
class _Made:
    """What a kind decides; the rest of an instance follows."""

    cost: Floats
    need: Floats | None
    limit: Floats
    number: int | None = None
    all_open: bool = False
    own: bool = False
    fixed_cost: Floats | None = None


def _assignment(letter: str, dice: Generator, agents: int, jobs: int, rest: list[str]) -> _Made:
    """Return generalised assignment of a type of Chu & Beasley (1997); e of Laguna et al. (1995).

    b: costs 10 to 50, needs 5 to 25, room 0.7 (0.6 of a fifteenth of the jobs + 0.4 of the most
    that an agent would take, were every job where it is cheapest); c: room is 0.8 of the mean
    need over agents; d: needs 1 to 100, costs 111 less the need, give or take 10; e: costs rise
    while needs fall, as -10 ln u.
    """
    _end(rest)
    shape = (jobs, agents)
    if letter in "bc":
        cost, need = dice.integers(10, 51, shape), dice.integers(5, 26, shape)
    elif letter == "d":
        need = dice.integers(1, 101, shape)
        cost = 111 - need + dice.integers(-10, 11, shape)
    else:
        # The logarithm is rounded up, so that its last bit hardly ever matters.
        need = np.ceil(1.0 - 10.0 * np.log(1.0 - dice.random(shape))).astype(np.int64)
        cost = np.ceil(1000.0 / need - 10.0 * dice.random(shape)).astype(np.int64)
    if letter == "b":
        cheapest = np.zeros(shape, dtype=np.bool_)
        cheapest[np.arange(jobs), cost.argmin(axis=1)] = True
        most = np.where(cheapest, need, 0).sum(axis=0).max()
        limit = np.full(agents, np.floor(0.7 * (0.6 * (jobs / agents) * 15 + 0.4 * most)))
    else:
        limit = np.floor(0.8 * need.sum(axis=0) / agents)
    return _Made(cost.astype(np.float64), need.astype(np.float64), limit, all_open=True)


def _kind_of_assignment(letter: str) -> Callable[[Generator, int, int, list[str]], _Made]:
    return lambda dice, agents, jobs, rest: _assignment(letter, dice, agents, jobs, rest)


def _medians(dice: Generator, points: int, medians: int, rest: list[str]) -> _Made:
    """Return capacitated medians as those of Stefanello, Araujo & Muller (2015).

    Whole points uniform or in towns of unequal size, demands 1 to 100, one capacity: all demand
    by medians and fill.
    """
    fill, where = rest
    if where == "uniform":
        place = dice.integers(0, _SIDE, (points, 2))
    elif where == "towns":
        place = _in_towns(dice, points)
    else:
        raise ValueError(where)
    need = dice.integers(1, 101, points).astype(np.float64)
    return _capacitated(_euclidean(place), need, medians, float(fill))


def _in_towns(dice: Generator, points: int) -> NDArray[np.int64]:
    """Return points in towns, whose size falls as that of towns does: the k-th has a share 1/k."""
    towns = max(3, points // _POINTS_PER_TOWN)
    centre = dice.integers(0, _SIDE, (towns, 2))
    size = 1.0 / np.arange(1, towns + 1)
    town = np.searchsorted(np.cumsum(size) / size.sum(), dice.random(points), side="right")
    # Four uniform steps: round towns without a logarithm.
    step = dice.integers(-_TOWN, _TOWN + 1, (points, 2, 4)).sum(axis=2)
    return np.asarray(centre[np.minimum(town, towns - 1)] + step)


def _osman(dice: Generator, points: int, medians: int, rest: list[str]) -> _Made:
    """Return capacitated medians as those of Osman & Christofides (1994): distances floored.

    Points on a square of 100, demands 1 to 20, filled to the share asked for.
    """
    (fill,) = rest
    place = dice.integers(1, 101, (points, 2))
    need = dice.integers(1, 21, points).astype(np.float64)
    return _capacitated(np.floor(_euclidean(place)), need, medians, float(fill))


def _capacitated(cost: Floats, need: Floats, medians: int, fill: float) -> _Made:
    if not 0.0 < fill <= 1.0:
        raise ValueError(fill)
    limit = np.full(need.size, np.ceil(need.sum() / (medians * fill)))
    return _Made(cost, need[:, None], limit, medians, own=True)


def _plain_medians(dice: Generator, points: int, medians: int, rest: list[str]) -> _Made:
    """Return medians without capacities: uniform points, Euclidean distances."""
    _end(rest)
    cost = _euclidean(dice.integers(0, _SIDE, (points, 2)))
    return _Made(cost, None, np.full(points, np.inf), medians)


def _warehouses(dice: Generator, sites: int, customers: int, rest: list[str]) -> _Made:
    """Return warehouses as those of Beasley (1988): capa, capb and capc.

    Points on a square of 1,000; demands 1 to 100; a unit costs its distance times 1 to 1.25;
    opening costs 1.3 to 2.3 million for 100 sites and 50,000 units, and in that proportion else.
    """
    (capacity,) = rest
    ends = dice.random((sites + customers, 2)) * 1_000.0
    apart = ends[sites:, None, :] - ends[None, :sites, :]
    unit = np.sqrt((apart**2).sum(axis=2)) * (1.0 + 0.25 * dice.random((customers, sites)))
    need = dice.integers(1, 101, customers).astype(np.float64)
    if float(capacity) * sites < need.sum():
        raise ValueError(capacity)
    scale = need.sum() / 50_000.0
    fixed = np.round((1.3e6 + 1.0e6 * dice.random(sites)) * scale)
    limit = np.full(sites, float(capacity))
    return _Made(need[:, None] * unit, need[:, None], limit, fixed_cost=fixed)


def _euclidean(place: NDArray[np.int64] | Floats) -> Floats:
    apart = place[:, None, :] - place[None, :, :]
    return np.asarray(np.sqrt((apart**2).sum(axis=2).astype(np.float64)))


def _end(rest: list[str]) -> None:
    if rest:
        raise ValueError(rest)


_KINDS: dict[str, Callable[[Generator, int, int, list[str]], _Made]] = {
    **{f"gap-{letter}": _kind_of_assignment(letter) for letter in "bcde"},
    "cpmp": _medians,
    "osman": _osman,
    "pmed": _plain_medians,
    "cap": _warehouses,
}
