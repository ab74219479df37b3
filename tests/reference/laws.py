"""The laws of section 3: one uniform in, one number out."""

import math
from collections.abc import Callable

from scipy.special import gammaincinv, ndtri

from channelwright.model.market import (
    LAW_EMPIRICAL,
    LAW_FIXED,
    LAW_NEGATIVE_BINOMIAL,
    LAW_NORMAL,
    LAW_POISSON,
    Market,
)

Law = Callable[[float, float], int]

LARGEST_COUNT = 1_000
LARGEST_SUMMED_MEAN = 30.0


def round_half_up(value: float) -> int:
    """Return floor(value + 0.5)."""
    return math.floor(value + 0.5)


def share(value: int, ppm: int) -> int:
    """Return a share in parts per million, rounded half up."""
    return (value * ppm + 500_000) // 1_000_000


def split_evenly(total: int, parts: int) -> list[int]:
    """Return whole parts of a total that differ by one at most, larger ones first."""
    least, rest = divmod(total, parts)
    return [least + (part < rest) for part in range(parts)]


def shock(uniform: float, sigma: float) -> float:
    """Return a lognormal factor with mean one."""
    if sigma == 0:
        return 1.0
    z = float(ndtri(uniform + 2.0**-54))
    return math.exp(sigma * z - sigma**2 / 2)


def law_of(market: Market, product: int) -> Law:
    """Return the law of a product: a uniform and a mean in, units demanded out."""
    law, dispersion = market.products.law[product], market.products.dispersion[product]
    if law == LAW_NORMAL:
        return lambda uniform, mean: normal_count(uniform, mean, dispersion)
    if law == LAW_EMPIRICAL:
        values = observed_values(market, product)
        return lambda uniform, mean: empirical_count(uniform, mean, values)
    if law == LAW_NEGATIVE_BINOMIAL:
        return lambda uniform, mean: negative_binomial_count(uniform, mean, dispersion)
    return lambda uniform, mean: count(uniform, mean, law, dispersion)


def observed_values(market: Market, product: int) -> list[tuple[float, float]]:
    """Return (value over mean, probability up to it) of an empirical product."""
    table = market.empirical
    return [
        (table.ratio[row], table.cumulative[row])
        for row in range(len(table))
        if table.product[row] == product
    ]


def count(uniform: float, mean: float, law: int, dispersion: float) -> int:
    """Return a demand in units."""
    if mean <= 0:
        return 0
    if law == LAW_FIXED:
        return round_half_up(mean)
    if law == LAW_POISSON:
        return poisson_count(uniform, mean)
    return negative_binomial_count(uniform, mean, dispersion)


def poisson_count(uniform: float, mean: float) -> int:
    """Return a Poisson demand, of a mean above 0."""
    if mean > LARGEST_SUMMED_MEAN:
        return large_count(uniform, mean, mean)
    below = probability = math.exp(-mean)
    n = 0
    while uniform >= below and n < LARGEST_COUNT:
        probability *= mean / (n + 1)
        below += probability
        n += 1
    return n


def negative_binomial_count(uniform: float, mean: float, dispersion: float) -> int:
    """Return a negative-binomial demand, of a mean above 0."""
    if mean > LARGEST_SUMMED_MEAN:
        return large_count(uniform, mean, mean + mean**2 / dispersion)
    both = dispersion + mean
    below = probability = (dispersion / both) ** dispersion
    n = 0
    while uniform >= below and n < LARGEST_COUNT:
        probability *= (dispersion + n) / (n + 1) * mean / both
        below += probability
        n += 1
    return n


def large_count(uniform: float, mean: float, variance: float) -> int:
    """Return a large demand, by the gamma law of the same mean and variance."""
    shape = mean**2 / variance
    return round_half_up(float(gammaincinv(shape, uniform)) * variance / mean)


def normal_count(uniform: float, mean: float, variation: float) -> int:
    """Return a normal demand, rounded to units, never below 0."""
    if mean <= 0:
        return 0
    z = float(ndtri(uniform + 2.0**-54))
    return max(0, round_half_up(mean + variation * mean * z))


def empirical_count(uniform: float, mean: float, values: list[tuple[float, float]]) -> int:
    """Return one of the observed values, scaled to the mean."""
    if mean <= 0:
        return 0
    for ratio, up_to in values:
        if uniform < up_to:
            return round_half_up(ratio * mean)
    return round_half_up(values[-1][0] * mean)


def payment_delay(uniform: float, mean: float) -> int:
    """Return the days after the due date."""
    return math.floor(-mean * math.log(1.0 - uniform))


def exponential_seconds(uniform: float, mean: float) -> int:
    """Return a service time."""
    return round_half_up(-mean * math.log(1.0 - uniform))
