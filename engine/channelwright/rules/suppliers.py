"""Sites that choose where they buy (docs/world/market-wholesalers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray
from channelwright.model.design import Design

if TYPE_CHECKING:
    import pandas as pd


def sources_above(design: Design) -> dict[int, list[int]]:
    """Return the sites from which each site may buy: its parent, and what it chooses among."""
    parent = design.sites.parent
    above = {site: [int(parent[site])] for site in np.flatnonzero(parent >= 0).tolist()}
    given = None if design.stock is None else design.stock.suppliers
    if given is not None:
        for site, source in zip(given.site.tolist(), given.source.tolist(), strict=True):
            if source not in above.setdefault(site, []):
                above[site].append(source)
    return above


def choosers(design: Design) -> BoolArray:
    """Return which sites choose: (S,)."""
    chooses = np.zeros(len(design.sites), dtype=np.bool_)
    if design.stock is not None and design.stock.suppliers is not None:
        chooses[design.stock.suppliers.site] = True
    return chooses


def from_own_sites(
    design: Design, own: BoolArray, total: FloatArray, moved: pd.DataFrame | None, column: str
) -> FloatArray:
    """Return what every site bought from own sites, of ``total`` that came in: (S,).

    Parameters
    ----------
    own : (S,) bool, sites of the manufacturer
    moved : rows of `supply_cells`, None where no site chooses; ``column``: what of them counts
    """
    parent = design.sites.parent
    result = np.where((parent >= 0) & own[np.maximum(parent, 0)], total, 0.0)
    if moved is not None:
        result[choosers(design)] = 0.0
        bought = moved[own[moved["source"].to_numpy()]]
        np.add.at(result, bought["site"].to_numpy(), bought[column].to_numpy(dtype=np.float64))
    return result


def sold_to_choosers(design: Design, moved: pd.DataFrame | None) -> FloatArray:
    """Return what every site sold to sites that choose: (S,) ticks."""
    result = np.zeros(len(design.sites))
    if moved is not None:
        value = moved["value"].to_numpy(dtype=np.float64)
        np.add.at(result, moved["source"].to_numpy(), value)
    return result
