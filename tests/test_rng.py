"""The random numbers: the generator's published vectors, and the distributions by test statistics.

Every statistic is computed on fixed seeds; bounds are at 1e-6 or beyond, so that no bound is near what comes out.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfbook import rng

# D. Blackman and S. Vigna's xoshiro128++ from the state 1, 2, 3, 4, as published with the Rust crate rand_xoshiro.
REFERENCE = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420]


def draws(kernel, count, *arguments, seed=1):
    state = rng.new_state(seed)
    return np.array([kernel(state, *arguments) for _ in range(count)])


def test_the_stream_from_1_2_3_4_is_the_published_one():
    state = np.array([1, 2, 3, 4])
    assert [rng.next_u32(state) for _ in range(len(REFERENCE))] == REFERENCE


def test_mix32_is_murmurhash3s_finalizer():
    # An independent form of the same function, in unbounded integers.
    def finalizer(h):
        h ^= h >> 16
        h = h * 0x85EBCA6B % 2**32
        h ^= h >> 13
        h = h * 0xC2B2AE35 % 2**32
        return h ^ h >> 16

    for value in (0, 1, 2, 0xDEADBEEF, 0xFFFFFFFF):
        assert rng.mix32(value) == finalizer(value)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_multiply32_is_the_product_modulo_two_to_the_32(a, b):
    assert rng.multiply32(a, b) == a * b % 2**32


def test_uniform_passes_kolmogorov_smirnov_and_never_touches_its_ends():
    sample = draws(rng.uniform, 50_000)
    assert sample.min() > 0 and sample.max() < 1
    assert stats.kstest(sample, "uniform").pvalue > 1e-6


def test_uniform_neighbours_are_uncorrelated():
    sample = draws(rng.uniform, 50_000)
    for lag in (1, 2, 3, 7):
        r = np.corrcoef(sample[:-lag], sample[lag:])[0, 1]
        assert abs(r) < 5 / np.sqrt(sample.size)


def test_exponential_and_normal_pass_kolmogorov_smirnov():
    assert stats.kstest(draws(rng.exponential, 50_000), "expon").pvalue > 1e-6
    assert stats.kstest(draws(rng.normal, 50_000), "norm").pvalue > 1e-6


@pytest.mark.parametrize("n", [1, 2, 6, 1000])
def test_below_is_uniform_over_its_range(n):
    sample = draws(rng.below, 20_000, n)
    counts = np.bincount(sample, minlength=n)
    assert counts.size == n
    if n > 1:
        assert stats.chisquare(counts).pvalue > 1e-6


def test_below_stays_exact_where_modulo_would_lean():
    # With n = 3·2**30 the remainder of 2**32 would make the first third twice as likely.
    sample = draws(rng.below, 20_000, 3 * 2**29)
    assert stats.kstest(sample / (3 * 2**29), "uniform").pvalue > 1e-6


def test_shuffle_puts_every_item_everywhere_as_often():
    state, counts = rng.new_state(3), np.zeros((6, 6))
    for _ in range(12_000):
        items = np.arange(6.0)
        rng.shuffle(state, items)
        counts[np.arange(6), items.astype(int)] += 1
    assert stats.chisquare(counts.ravel()).pvalue > 1e-6


@pytest.mark.parametrize("exponent", [0.0, 0.8, 1.0, 1.6])
def test_zipf_follows_its_law(exponent):
    table = np.empty(200)
    rng.zipf_table(exponent, table)
    sample = draws(rng.zipf, 40_000, table)
    law = np.arange(1, 201.0) ** -exponent
    counts = np.bincount(sample, minlength=200)
    assert stats.chisquare(counts, 40_000 * law / law.sum()).pvalue > 1e-6


def test_streams_of_one_seed_are_unrelated():
    samples = [np.array([rng.uniform(state) for _ in range(5000)]) for state in (rng.new_state(1, s) for s in range(8))]
    r = np.corrcoef(samples)[np.triu_indices(8, 1)]
    assert np.abs(r).max() < 5 / np.sqrt(5000)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5])
def test_a_seed_out_of_range_or_not_whole_is_named(seed):
    with pytest.raises(ValueError, match=f"seed must be a whole number from 0 to 4,294,967,295, got {seed}"):
        rng.new_state(seed)
    with pytest.raises(ValueError, match=f"stream must be a whole number from 0 to 4,294,967,295, got {seed}"):
        rng.new_state(1, seed)
