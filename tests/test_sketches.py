"""Bloom filters and count-min sketches against the guarantees that their authors proved."""

import math

import numpy as np
import pytest

from perfbook import sketches

KEYS = np.random.default_rng(1).permutation(1_000_000)


def test_a_bloom_filter_never_denies_a_key_that_it_holds():
    held = sketches.BloomFilter(500, 4)
    for key in KEYS[:400]:
        held.add(key)
    assert all(key in held for key in KEYS[:400])


@pytest.mark.parametrize(("size", "hashes", "keys"), [(8_000, 5, 1_000), (3_000, 3, 500), (1_000, 1, 200)])
def test_false_positives_come_as_often_as_the_formula_says(size, hashes, keys):
    trials = 4_000
    held = sketches.BloomFilter(size, hashes, seed=3)
    for key in KEYS[:keys]:
        held.add(key)
    wrong = sum(key in held for key in KEYS[keys : keys + trials])
    # Given the bits that are set, a stranger's bits are independent draws.
    filled = sum(int(word).bit_count() for word in held.bits) / size
    assert filled == pytest.approx(1 - math.exp(-hashes * keys / size), abs=4 * math.sqrt(0.25 / size))
    rate = filled**hashes
    assert wrong / trials == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / trials))


def test_adding_says_whether_the_key_was_new():
    held = sketches.BloomFilter(10_000, 4)
    assert held.add(7) and not held.add(7)


def zipf_stream(seed, accesses=5_000, keys=2_000):
    weights = 1 / np.arange(1, keys + 1)
    return np.random.default_rng(seed).choice(keys, accesses, p=weights / weights.sum())


@pytest.mark.parametrize("conservative", [False, True])
def test_count_min_never_counts_too_few_and_seldom_over_its_bound(conservative):
    stream = zipf_stream(2)
    width, depth = 272, 4  # epsilon = e / 272 = 0.01, delta = e**-4 = 0.018
    sketch = sketches.CountMin(width, depth, conservative=conservative)
    for key in stream:
        sketch.add(key)
    true = np.bincount(stream, minlength=2_000)
    over = np.array([sketch.query(key) for key in range(2_000)]) - true
    assert over.min() >= 0
    assert np.mean(over > math.e / width * len(stream)) <= math.exp(-depth)


def test_conservative_update_over_counts_no_key_more():
    stream = zipf_stream(3)
    plain, careful = sketches.CountMin(200, 4), sketches.CountMin(200, 4, conservative=True)
    for key in stream:
        plain.add(key)
        careful.add(key)
    both = [(plain.query(key), careful.query(key)) for key in range(2_000)]
    assert all(c <= p for p, c in both) and sum(c < p for p, c in both) > 1_000


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="size must be a whole number from 1"):
        sketches.BloomFilter(0, 4)
    with pytest.raises(ValueError, match="depth must be a whole number from 1"):
        sketches.CountMin(10, 0)
