"""Counts by inversion are those of the plain sum to the last bit, also where rounding decides."""

import math

import numpy as np
import pytest
from scipy.special import gammainc, gammaincinv

from channelwright.model.market import LAW_FIXED, LAW_NEGATIVE_BINOMIAL, LAW_POISSON
from channelwright.simulation import laws
from channelwright.simulation.demand import counting
from channelwright.simulation.demand.guiding import (
    EDGES_PER_UNIT,
    MEANS_PER_UNIT,
    SURE,
    UNIFORMS,
    UNKNOWN,
    guide_of,
)
from channelwright.simulation.demand.large_counts import large_count, weights

MEANS = (0.02, 0.7, 3.0, 11.5, 29.99)
SIZES = (0.2, 1.0, 2.5, 3.0, 8.0, 40.0, 1e6)
CASES = [(LAW_POISSON, 1.0), *((LAW_NEGATIVE_BINOMIAL, size) for size in SIZES)]


def sums(law, size, mean):
    """Return the distribution function, summed in the order of the page: (1001,)."""
    negative = law == LAW_NEGATIVE_BINOMIAL
    term = (size / (size + mean)) ** size if negative else math.exp(-mean)
    shift, scale, ratio = (size, 1.0, mean / (size + mean)) if negative else (1.0, 0.0, mean)
    total, found = term, [term]
    for count in range(counting.LARGEST_COUNT):
        term *= (scale * count + shift) * ratio / (count + 1)
        total += term
        found.append(total)
    return np.array(found)


def plainly(law, size, mean, uniform):
    """Return the smallest counts whose sum is above the uniform."""
    found = np.searchsorted(sums(law, size, mean), uniform, side="right")
    return np.minimum(found, counting.LARGEST_COUNT).tolist()


def edges(law, size, mean):
    """Return uniforms at and beside every step of the distribution function."""
    steps = sums(law, size, mean)[:120]
    around = [steps, np.nextafter(steps, 0.0), np.nextafter(steps, 1.0)]
    return np.unique(np.minimum(np.concatenate(around), np.nextafter(1.0, 0.0)))


def counted(law, size, mean, uniform):
    """Return the counts (n,) with a guide, which are those without one."""
    columns = np.full((len(uniform), 1), mean), uniform[:, None]
    kind = np.array([law]), np.array([size])
    guided = laws.counts(kind[0], columns[0], kind[1], columns[1], guide_of(*kind))
    assert guided.tolist() == laws.counts(kind[0], columns[0], kind[1], columns[1]).tolist()
    return guided[:, 0]


@pytest.mark.parametrize(("law", "size"), CASES)
@pytest.mark.parametrize("mean", MEANS)
def test_a_uniform_on_a_step_has_its_count(law, size, mean):
    uniform = edges(law, size, mean)
    assert counted(law, size, mean, uniform).tolist() == plainly(law, size, mean, uniform)


@pytest.mark.parametrize(("law", "size"), CASES)
def test_random_uniforms_have_their_counts(law, size):
    uniform = np.random.default_rng(5).random(300)
    assert counted(law, size, 4.2, uniform).tolist() == plainly(law, size, 4.2, uniform)


def test_a_uniform_on_a_step_is_not_counted_quickly():
    inverse = 1.0 / np.maximum(1, np.arange(counting.LARGEST_COUNT + 1))
    steps = sums(LAW_POISSON, 1.0, 3.0)[:8]
    found = [counting._quickly_above(u, steps[0], 1.0, 0.0, 3.0, inverse, 1e-11) for u in steps]
    assert found == [-1] * len(steps)


@pytest.mark.parametrize(("law", "size"), CASES)
def test_a_guided_count_is_that_of_every_corner_of_its_range(law, size):
    tables, *_ = guide_of(np.array([law]), np.array([size]))
    means, uniforms = np.nonzero(tables[0] < SURE)
    assert len(means) > tables[0].size / 2
    chosen = np.random.default_rng(3).integers(len(means), size=150)
    for mean, uniform in zip(means[chosen], uniforms[chosen], strict=True):
        last = np.nextafter((uniform + 1) / UNIFORMS, 0.0)
        ends = np.array([uniform / UNIFORMS, last])
        for end in (max(mean, 1e-9), np.nextafter(mean + 1, 0.0)):
            found = plainly(law, size, end / MEANS_PER_UNIT, ends)
            assert found == [tables[0, mean, uniform]] * 2


@pytest.mark.parametrize(("law", "size"), CASES)
def test_an_interpolated_distribution_function_errs_less_than_its_margin(law, size):
    _, below, _, numbers, _ = guide_of(np.array([law]), np.array([size]))
    means = np.random.default_rng(8).uniform(0.0, 30.0, 400)
    for mean in np.append(means, [1e-9, 0.05, 0.06, 29.999, 30.0]):
        exact = sums(law, size, mean)[: below.shape[1]]
        left = max(int(mean * EDGES_PER_UNIT) - 1, 0)
        parts = np.array(weights(mean * EDGES_PER_UNIT - left))
        found = below[0, :, left : left + 4] @ parts
        assert np.abs(found - exact).max() < numbers[0, 0]


def test_a_guide_has_one_table_for_equal_laws_and_none_for_fixed_counts():
    law = np.array([LAW_POISSON, LAW_NEGATIVE_BINOMIAL, LAW_FIXED, LAW_NEGATIVE_BINOMIAL])
    tables, *_, place = guide_of(law, np.array([0.0, 3.0, 0.0, 3.0]))
    assert len(tables) == 3
    assert place[1] == place[3] != place[0]
    assert (tables[place[2]] == UNKNOWN).all()


def test_places_of_large_means_are_left_to_the_gamma_law():
    law, size = np.array([LAW_POISSON, LAW_POISSON]), np.ones(2)
    mean = np.array([[2.0, 31.0], [40.0, 0.0]])
    out = np.zeros((2, 2), dtype=np.int64)
    places, uniforms = counting.count_summed((law, size), mean, np.full((2, 2), 0.5), out)
    assert places.tolist() == [[0, 1], [1, 0]]
    assert uniforms.tolist() == [0.5, 0.5]
    assert out[0, 0] == 2
    assert out[1, 1] == 0


def exactly(law, size, mean, uniform):
    """Return the counts of large means as the page says."""
    variance = mean if law == LAW_POISSON else mean + mean * mean / size
    value = gammaincinv(mean * mean / variance, uniform) * variance / mean
    return np.floor(value + 0.5).astype(np.int64)


@pytest.mark.parametrize(("law", "size"), CASES)
def test_large_counts_are_those_of_the_inverse_gamma_function(law, size):
    rng = np.random.default_rng(21)
    mean = 30.0 + rng.exponential(1.0, 20_000) ** 3 * 20.0
    uniform = rng.random(20_000)
    uniform[:2_000] = rng.random(2_000) ** 6 * 1e-3
    uniform[2_000:4_000] = 1.0 - rng.random(2_000) ** 6 * 1e-3
    uniform[:2], uniform[4_000] = (0.0, 2.0**-53), np.nextafter(1.0, 0.0)
    uniform = np.minimum(uniform, np.nextafter(1.0, 0.0))
    kind = np.array([law]), np.array([size])
    columns = mean[:, None], uniform[:, None]
    found = laws.counts(kind[0], columns[0], kind[1], columns[1], guide_of(*kind))[:, 0]
    assert (found == exactly(law, size, mean, uniform)).all()


@pytest.mark.parametrize(("law", "size"), CASES)
def test_large_counts_on_a_step_are_left_to_the_inverse(law, size):
    mean = np.linspace(30.5, 300.0, 200)
    variance = mean if law == LAW_POISSON else mean + mean * mean / size
    step = np.floor(mean) + 0.5
    uniform = np.minimum(gammainc(mean * mean / variance, step * mean / variance), 1.0 - 2.0**-53)
    _, _, large, numbers, _ = guide_of(np.array([law]), np.array([size]))
    inverse = 0.0 if law == LAW_POISSON else 1.0 / size
    for each, drawn in zip(mean, uniform, strict=True):
        assert large_count(each, inverse, drawn, 0, large, numbers) == -1


def test_nearly_all_large_counts_are_read_off_the_table():
    rng = np.random.default_rng(2)
    kind = np.array([LAW_NEGATIVE_BINOMIAL]), np.array([3.0])
    mean, uniform = 30.0 + rng.exponential(50.0, (20_000, 1)), rng.random((20_000, 1))
    out = np.zeros(mean.shape, dtype=np.int64)
    places, _ = counting.count_summed(kind, mean, uniform, out, guide_of(*kind))
    assert places.shape[1] < 60
