"""The laws of the reference against those of SciPy, which were found in another way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from channelwright.foundation.random import Address, Purpose
from channelwright.model.market import LAW_FIXED, LAW_NEGATIVE_BINOMIAL, LAW_POISSON
from tests.reference import laws
from tests.reference.geography import EARTH_METRES, Place, _metres_in_zone
from tests.support import tiny_market

uniforms = st.integers(0, 2**20 - 1).map(lambda k: (k + 0.5) / 2**20)
means = st.floats(0.01, 30.0)
sizes = st.floats(0.2, 50.0)


@given(uniforms, means)
def test_poisson_is_the_quantile(uniform, mean):
    assert laws.count(uniform, mean, LAW_POISSON, 1.0) == stats.poisson.ppf(uniform, mean)


@given(uniforms, means, sizes)
def test_negative_binomial_is_the_quantile(uniform, mean, size):
    found = laws.count(uniform, mean, LAW_NEGATIVE_BINOMIAL, size)
    expected = stats.nbinom.ppf(uniform, size, size / (size + mean))
    assert found == min(expected, laws.LARGEST_COUNT)


@given(uniforms, st.floats(30.1, 500.0), sizes)
def test_large_negative_binomial_is_a_rounded_gamma(uniform, mean, size):
    variance = mean + mean**2 / size
    gamma = stats.gamma(mean**2 / variance, scale=variance / mean)
    found = laws.count(uniform, mean, LAW_NEGATIVE_BINOMIAL, size)
    assert abs(found - gamma.ppf(uniform)) <= 0.5 + 1e-6 * mean
    assert gamma.mean() == pytest.approx(mean)
    assert gamma.var() == pytest.approx(variance)


@given(uniforms, st.floats(30.1, 500.0))
def test_large_poisson_is_close_to_the_poisson(uniform, mean):
    found = laws.count(uniform, mean, LAW_POISSON, 1.0)
    gap = abs(found - stats.poisson.ppf(uniform, mean))
    assert gap <= max(2.0, 0.35 * math.sqrt(mean) * abs(stats.norm.ppf(uniform)) ** 2)


@pytest.mark.parametrize("law", [LAW_FIXED, LAW_POISSON, LAW_NEGATIVE_BINOMIAL])
@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_no_mean_no_demand(law, mean):
    assert laws.count(0.999, mean, law, 1.0) == 0


@pytest.mark.parametrize(("mean", "units"), [(0.49, 0), (0.5, 1), (2.5, 3), (40.2, 40)])
def test_fixed_demand_rounds_half_up(mean, units):
    assert laws.count(0.7, mean, LAW_FIXED, 1.0) == units


def test_shock_without_spread_is_one():
    assert laws.shock(0.123, 0.0) == 1.0


def test_shock_has_mean_one_and_a_lognormal_median():
    grid = (np.arange(20_000) + 0.5) / 20_000
    assert np.mean([laws.shock(u, 0.3) for u in grid]) == pytest.approx(1.0, abs=1e-3)
    assert laws.shock(0.5, 0.3) == pytest.approx(math.exp(-0.045))
    assert math.isfinite(laws.shock(0.0, 0.3))


def test_delays_and_service_times_are_exponential():
    assert laws.payment_delay(0.0, 9.0) == 0
    assert laws.payment_delay(1 - math.exp(-1.0), 9.0) in (8, 9)  # 9 up to the last bit
    assert laws.payment_delay(0.9, 10.0) == 23
    assert laws.exponential_seconds(0.5, 1_000) == 693


@pytest.mark.parametrize(
    ("value", "ppm", "expected"), [(1, 500_000, 1), (-1, 500_000, 0), (3, 333_333, 1), (0, 7, 0)]
)
def test_share(value, ppm, expected):
    assert laws.share(value, ppm) == expected


@given(st.integers(0, 10**12), st.integers(1, 500))
def test_an_even_split_gives_everything_and_nothing_more(total, parts):
    shares = laws.split_evenly(total, parts)
    assert len(shares) == parts
    assert sum(shares) == total
    assert shares[0] - shares[-1] <= 1
    assert sorted(shares, reverse=True) == shares


def test_a_quarter_of_the_equator():
    geography = tiny_market()[0].geography
    quarter = _metres_in_zone(geography, Place(0.0, 0.0, 0), Place(0.0, 90.0, 0))
    assert quarter == round(EARTH_METRES * math.pi / 2)


def test_uniforms_of_the_world_are_those_of_the_address():
    address = Address(5, 6)
    row = address.uniforms(Purpose.STRIKE, 3, 9)
    assert [address.uniform(Purpose.STRIKE, 3, entity) for entity in range(9)] == row.tolist()
