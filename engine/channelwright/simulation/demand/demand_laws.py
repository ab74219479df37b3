"""Normal and empirical demand by inversion (docs/world/demand.md)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL, LAW_NORMAL, Market
from channelwright.simulation import laws

_HALF_STEP = 2.0**-54


def demand_counts(market: Market, mean: FloatArray, uniform: FloatArray) -> IntArray:
    """Return the units demanded under the law of each product.

    Parameters
    ----------
    mean, uniform : (n, P) float64, expected units; numbers in [0, 1)

    Returns
    -------
    (n, P) int64
    """
    products = market.products
    other = np.flatnonzero(products.law > LAW_NEGATIVE_BINOMIAL)
    if not other.size:
        return laws.counts(products.law, mean, products.dispersion, uniform)
    result = np.zeros(mean.shape, dtype=np.int64)
    plain = np.flatnonzero(products.law <= LAW_NEGATIVE_BINOMIAL)
    result[:, plain] = laws.counts(
        products.law[plain], mean[:, plain], products.dispersion[plain], uniform[:, plain]
    )
    for product in other.tolist():
        column = mean[:, product], uniform[:, product]
        if products.law[product] == LAW_NORMAL:
            result[:, product] = normal(*column, float(products.dispersion[product]))
        else:
            result[:, product] = empirical(market, product, *column)
    return result


def normal(mean: FloatArray, uniform: FloatArray, variation: float) -> IntArray:
    """Return normal demand, rounded to units, at least 0: (n,).

    Parameters
    ----------
    variation : standard deviation over mean
    """
    z = ndtri(uniform + _HALF_STEP)
    value = np.floor(mean + variation * mean * z + 0.5)
    return np.where(mean > 0, np.maximum(value, 0.0), 0.0).astype(np.int64)


def empirical(market: Market, product: int, mean: FloatArray, uniform: FloatArray) -> IntArray:
    """Return an observed value, scaled to the mean and rounded: (n,)."""
    table = market.empirical
    if table is None:  # the builder gives the values of every empirical product
        return np.zeros(len(mean), dtype=np.int64)
    mine = table.product == product
    ratio = table.ratio[mine]
    drawn = np.searchsorted(table.cumulative[mine], uniform, side="right")
    value = np.floor(ratio[np.minimum(drawn, len(ratio) - 1)] * mean + 0.5)
    return np.where(mean > 0, value, 0.0).astype(np.int64)
