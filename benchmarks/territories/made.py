"""Made instances of any size, so that every size has a row: clustered towns, outlets, depots."""

from __future__ import annotations

import numpy as np

from benchmarks.territories.instance import FormatError, Instance

_TOWNS_PER_OUTLET = 1 / 250
_SIDE_KM = 300.0


def make(words: str, *, tight: bool, nearest: int | None = None, seed: int = 0) -> Instance:
    """Return a made single-source location problem with one capacity and free number of sites.

    Outlets lie in towns of very unequal size; volume is lognormal; cost is volume times kilometres
    plus a drop; depots lie at outlets and cost by their size.

    Parameters
    ----------
    words : str
        ``OUTLETSxSITES``, such as ``10000x100``.
    tight : bool
        Capacity of all sites together: 1.1 times demand if true, else 3 times.
    nearest : int, optional
        Sites in reach of an outlet, nearest first; by default all.
    seed : int
        Of the generator.

    Raises
    ------
    FormatError
        The words cannot be read.
    """
    try:
        outlets, sites = (int(word) for word in words.lower().split("x"))
    except ValueError as error:
        message = f"{words!r}: write OUTLETSxSITES, such as 10000x100"
        raise FormatError(message) from error
    dice = np.random.default_rng([seed, outlets, sites])
    towns = max(3, int(outlets * _TOWNS_PER_OUTLET))
    centre = dice.uniform(0, _SIDE_KM, (towns, 2))
    size = dice.pareto(1.2, towns) + 1.0
    town = dice.choice(towns, outlets, p=size / size.sum())
    place = centre[town] + dice.normal(0, 6.0, (outlets, 2))
    depot = place[dice.choice(outlets, sites, replace=False)] + dice.normal(0, 1.0, (sites, 2))
    volume = np.round(dice.lognormal(2.5, 0.8, outlets)) + 1.0
    kilometres = np.sqrt(((place[:, None, :] - depot[None, :, :]) ** 2).sum(axis=2))
    cost = volume[:, None] * 0.05 * kilometres + 0.3 * kilometres
    if nearest is not None and nearest < sites:
        far = np.argpartition(kilometres, nearest, axis=1)[:, nearest:]
        np.put_along_axis(cost, far, np.inf, axis=1)
    weight = dice.uniform(0.5, 1.5, sites)
    if tight and nearest is not None:
        # Room where the outlets in reach are, or no answer would exist.
        share = np.where(np.isfinite(cost), 1.0 / nearest, 0.0)
        weight = (volume[:, None] * share).sum(axis=0) * dice.uniform(0.9, 1.1, sites)
    factor = 1.1 if tight else 3.0
    limit = np.ceil(factor * volume.sum() * weight / weight.sum())
    spread = 0.05 * float(volume.sum()) / sites * _SIDE_KM / np.sqrt(sites)
    fixed = np.round(0.25 * spread * weight / weight.mean() * dice.uniform(0.8, 1.2, sites))
    return Instance(
        name=f"made-{outlets}x{sites}-{'tight' if tight else 'slack'}"
        + (f"-{seed}" if seed else ""),
        cost=cost,
        usage=volume[None, :, None],
        limit=limit[None, :],
        floor=np.zeros((1, sites)),
        fixed_cost=fixed,
        sites_open=None,
        all_open=False,
        own=False,
        single_source=True,
        sign=1.0,
        published=None,
    )
