"""What demand is on average: the laws, as forecasts see them (docs/world/demand.md)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from channelwright.foundation.units import FloatArray
from channelwright.model.market import LAW_EMPIRICAL, LAW_NORMAL, Market


def law_means(market: Market) -> FloatArray:
    """Return mean demand over the mean that is put into the law: (P,).

    1 but for the normal law, whose values below 0 count as 0: with variation c it is
    Phi(1/c) + c phi(1/c).
    """
    products = market.products
    normal = products.law == LAW_NORMAL
    if not normal.any():
        return np.ones(len(products))
    variation = np.where(normal, products.dispersion, 1.0)
    density = np.exp(-0.5 / variation**2) / np.sqrt(2 * np.pi)
    mean = ndtr(1 / variation) + variation * density
    return np.where(normal, mean, 1.0)


def other_variances(market: Market) -> FloatArray:
    """Return the variance of normal and empirical demand over the squared mean: (P,)."""
    products = market.products
    result = np.where(products.law == LAW_NORMAL, products.dispersion**2, 0.0)
    if market.empirical is None:
        return np.asarray(result)
    for product in np.flatnonzero(products.law == LAW_EMPIRICAL).tolist():
        mine = market.empirical.product == product
        weight = np.diff(market.empirical.cumulative[mine], prepend=0.0)
        result[product] = float((weight * market.empirical.ratio[mine] ** 2).sum()) - 1.0
    return np.asarray(result)


def recovered(market: Market, served: FloatArray) -> FloatArray:
    """Return the share of demand sold when consumers react to empty shelves: (n, P).

    Those who wait or look elsewhere are served with the share that is served at all.
    """
    stockout = market.stockout
    if stockout is None:
        return served
    react = stockout.wait + stockout.product + stockout.outlet
    return np.asarray(served + (1 - served) * react * served)
