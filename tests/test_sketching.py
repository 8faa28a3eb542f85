"""Bloom filters and count-min sketches meet their bounds, measured; and the exact rate against every case counted."""

import itertools
import math

import numpy as np
import pytest

from perfbook import sketching
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.sketching import bloom, count_min


def by_counting(size, hashes, items):
    """Every way in which independent hashes can fall, counted: the false positive rate, exactly."""
    added = hashes * items
    ways = itertools.product(range(size), repeat=added + hashes)
    return sum(set(way[added:]) <= set(way[:added]) for way in ways) / size ** (added + hashes)


@pytest.mark.parametrize("size, hashes, items", [(2, 1, 3), (3, 2, 2), (4, 2, 1), (3, 3, 1), (2, 3, 2)])
def test_the_exact_rate_is_every_case_counted(size, hashes, items):
    assert sketching.exact_false_positives(size, hashes, items) == pytest.approx(by_counting(size, hashes, items))


@pytest.mark.parametrize("size, hashes, items", [(64, 4, 10), (1000, 3, 200), (20_000, 7, 2000), (100_000, 16, 5000)])
def test_the_classic_formula_is_below_the_exact_rate_and_near_it_in_a_large_filter(size, hashes, items):
    classic, exact = (f(size, hashes, items) for f in
                      (sketching.classic_false_positives, sketching.exact_false_positives))  # fmt: skip
    assert classic <= exact * (1 + 1e-12)  # Jensen: the mean of a power is not below the power of the mean
    assert exact / classic - 1 < hashes**2 / items  # vanishes as the filter grows at the same bits an item
    assert sketching.exact_false_positives(size, 1, items) == pytest.approx(
        sketching.classic_false_positives(size, 1, items)
    )


@pytest.mark.parametrize(
    "size, hashes, items", [(20_000, 7, 2000), (20_000, 2, 2000), (8000, 5, 2000), (4000, 1, 1000)]
)
def test_a_bloom_filter_meets_its_false_positive_rate_measured_over_hash_functions(size, hashes, items):
    runs = [sketching.measured_false_positives(size, hashes, items, 20_000, seed) for seed in range(30)]
    measured = batch_means(runs, confidence=0.9999)
    assert measured.covers(sketching.exact_false_positives(size, hashes, items))
    assert measured.half_width < 0.1 * measured.value


@pytest.mark.parametrize("moved", [dict(), dict(size=1000, items=5000, hashes=16), dict(size=60_000, items=100)])
def test_a_bloom_filter_forgets_nothing(moved):
    assert bloom.at(**moved)["now"][8] == 0


def test_the_best_number_of_hashes_leaves_half_of_the_bits_set():
    for size, items in ((20_000, 2000), (50_000, 2000), (9000, 3000)):
        best = sketching.best_hashes(size, items)
        assert abs(best - size / items * math.log(2)) < 1
        assert 1 - (1 - 1 / size) ** (best * items) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("rate", [0.1, 0.01, 0.001])
def test_the_bits_for_a_rate_give_that_rate_with_the_best_number_of_hashes(rate):
    size = sketching.bits_for(10_000, rate)
    found = sketching.classic_false_positives(size, sketching.best_hashes(size, 10_000), 10_000)
    assert rate * 0.99 < found < rate * 1.03  # whole hashes cost a little


@pytest.mark.parametrize("alpha", [0.0, 0.8, 1.5])
@pytest.mark.parametrize("width, depth", [(100, 1), (200, 2), (50, 4)])
def test_a_count_min_sketch_meets_its_bound_measured_over_hash_functions(alpha, width, depth):
    """P(excess > t x stream/width) <= t^-depth for every t above 1: at t = e, the epsilon and delta of the paper."""
    runs = [sketching.excess(alpha, width, depth, stream=5000, keys=500, seed=seed) for seed in range(12)]
    assert min(run.min() for run in runs) >= 0
    for t in (1.5, math.e, 5.0):
        above = batch_means([np.mean(run > t * 5000 / width) for run in runs], confidence=0.999)
        assert above.value - above.half_width <= t**-depth
    one_row = batch_means([run.mean() for run in runs], confidence=0.9999)
    assert one_row.value - one_row.half_width <= 5000 / width


def test_with_one_row_the_mean_excess_is_the_others_over_the_width():
    """Each other request falls on a key's counter with chance 1/width: an equation, not only a bound."""
    runs = [sketching.excess(0.5, 100, 1, stream=5000, keys=500, seed=seed).mean() for seed in range(30)]
    chance = np.arange(1.0, 501) ** -0.5
    others = 5000 * (1 - np.mean(chance / chance.sum()))
    assert batch_means(runs, confidence=0.9999).covers(others / 100)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 1.8])
def test_conservative_update_never_over_counts_more_and_never_under_counts(alpha):
    plain = sketching.excess(alpha, 80, 3, stream=5000, keys=500)
    careful = sketching.excess(alpha, 80, 3, stream=5000, keys=500, conservative=True)
    assert np.all(careful >= 0) and np.all(careful <= plain) and careful.sum() < plain.sum()


def test_the_size_for_epsilon_and_delta_is_the_papers():
    assert sketching.count_min_size(0.01, 0.01) == (272, 5)
    assert sketching.count_min_size(1, 1) == (3, 1)


def test_the_figures_say_what_the_functions_say():
    seen = bloom.at(size=9000, hashes=4, items=1500, seed=6)
    measured = sketching.measured_false_positives(9000, 4, 1500, bloom.inputs["probes"], seed=6)
    assert seen["now"][0] == measured
    assert seen["now"][2] == pytest.approx(sketching.classic_false_positives(9000, 4, 1500))
    assert seen["now"][5] == sketching.best_hashes(9000, 1500)
    few = sketching.measured_false_positives(9000, 4, 2500, bloom.inputs["few"], seed=6)
    assert seen["measured"][list(seen["checked"]).index(2500)] == few
    sketch = count_min.at(width=150, depth=3, alpha=0.7, seed=8)
    for kept, curve, mean in ((False, "plain", 4), (True, "careful", 5)):
        over = sketching.excess(0.7, 150, 3, count_min.inputs["stream"], count_min.workspace["seen"], 8, kept)
        assert sketch["now"][mean] == pytest.approx(over.mean())
        times = count_min.inputs["times"]
        unit = count_min.inputs["stream"] / 150
        np.testing.assert_allclose(sketch[curve], [np.mean(over > t * unit) for t in times])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: sketching.classic_false_positives(1, 1, 1), "size must be a whole number from 2 to"),
        (lambda: sketching.exact_false_positives(10, 65, 1), "hashes must be a whole number from 1 to 64, got 65"),
        (lambda: sketching.measured_false_positives(10, 1, 2e6), "items must be a whole number from 0 to 1,000,000"),
        (lambda: sketching.bits_for(10, 0), "rate must be above 0, got 0"),
        (lambda: sketching.count_min_size(2, 0.1), "epsilon must be from 0 to 1, got 2"),
        (lambda: sketching.excess(-1, 10, 1), "alpha must be from 0 to 4, got -1"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
