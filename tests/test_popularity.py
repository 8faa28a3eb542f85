"""Zipf's law and Che's approximation against plain sums, published shares, and LRU and FIFO caches request by request."""

import math
from collections import OrderedDict, deque

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import zeta

from perfbook import popularity, stackdistance
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.caching import zipf as figure

KEPT = {"lru": lambda x: -np.expm1(-x), "fifo": lambda x: x / (1 + x)}


def by_the_sum(cache, items, alpha, policy):
    """Che's approximation as it is written: the sum over all items, and a root finder."""
    chance = np.arange(1.0, items + 1) ** -alpha
    chance /= chance.sum()
    time = math.exp(brentq(lambda t: KEPT[policy](chance * math.exp(t)).sum() - cache, -30, 80, xtol=1e-13))
    return float(chance @ KEPT[policy](chance * time))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.999999999, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("items", [1, 64, 65, 1000, 300_000])
def test_the_sum_of_powers_is_the_sum_of_powers(alpha, items):
    assert popularity.power_sum(alpha, float(items)) == pytest.approx(math.fsum(np.arange(1.0, items + 1) ** -alpha))


@pytest.mark.parametrize("alpha", [1.1, 1.5, 2.0])
def test_the_sum_of_powers_tends_to_riemanns_zeta(alpha):
    items = 1e10
    tail = items ** (1 - alpha) / (alpha - 1) - items**-alpha / 2
    assert popularity.power_sum(alpha, items) + tail == pytest.approx(zeta(alpha), rel=1e-10)


def test_at_alpha_one_a_tenth_serves_81_percent_and_90_percent_take_three_tenths():
    assert popularity.ideal_hit_ratio(10_000, 100_000) == pytest.approx(0.8095523, abs=1e-7)
    assert popularity.cache_for(0.9, 100_000) == 29_849
    harmonic = np.cumsum(1 / np.arange(1.0, 100_001))
    assert 1 + np.searchsorted(harmonic / harmonic[-1], 0.9) == 29_849
    assert popularity.alpha_for(0.9, 10_000, 100_000) == pytest.approx(1.116, abs=5e-4)
    assert popularity.ideal_hit_ratio(561_500_000, 5_615_000_000) == pytest.approx(0.9, abs=1e-6)
    assert popularity.effective_latency(popularity.ideal_hit_ratio(10_000, 100_000), 1, 100) == pytest.approx(
        19.854, abs=1e-3
    )


@given(st.integers(1, 5000), st.floats(0, 2), st.floats(0, 1))
@settings(max_examples=60)
def test_the_least_cache_for_a_goal_meets_it_and_one_item_less_does_not(items, alpha, goal):
    cache = popularity.cache_for(goal, items, alpha)
    assert cache == items or popularity.ideal_hit_ratio(cache, items, alpha) >= goal
    assert cache == 0 or popularity.ideal_hit_ratio(cache - 1, items, alpha) < goal


@pytest.mark.parametrize("policy", ["lru", "fifo"])
def test_the_least_lru_or_fifo_cache_for_a_goal_meets_it_and_one_item_less_does_not(policy):
    for goal, items in ((0.9, 5000), (0.5, 300), (0.0, 10), (1.0, 10)):
        cache = popularity.least_cache(goal, items, 0.8, policy)
        assert popularity.hit_ratio(cache, items, 0.8, policy) >= goal
        assert cache == 0 or popularity.hit_ratio(cache - 1, items, 0.8, policy) < goal


@pytest.mark.parametrize("policy", ["lru", "fifo"])
@pytest.mark.parametrize("items, cache", [(50, 7), (129, 40), (1000, 10), (100_000, 10_000), (100_000, 99_000)])
def test_a_few_hundred_ranks_stand_for_every_item(policy, items, cache):
    for alpha in (0.0, 0.64, 1.0, 1.7):
        ours = popularity.hit_ratio(cache, items, alpha, policy)
        assert ours == pytest.approx(by_the_sum(cache, items, alpha, policy), rel=1e-6)


@numba.njit
def lru_run(keys, chance, cache, share, hit):
    """An LRU cache as a linked list; after each request, the chance that the next one hits, and whether this one did."""
    items = chance.shape[0]
    older, newer, inside = np.full(items + 1, items), np.full(items + 1, items), np.zeros(items, np.bool_)
    held, mass = 0, 0.0
    for i in range(keys.shape[0]):
        key = keys[i]
        hit[i] = inside[key]
        if inside[key]:
            older[newer[key]], newer[older[key]] = older[key], newer[key]
        else:
            if held == cache:
                out = newer[items]  # the ring's other side: the oldest
                older[newer[out]], newer[older[out]] = older[out], newer[out]
                inside[out] = False
                mass -= chance[out]
            else:
                held += 1
            inside[key] = True
            mass += chance[key]
        newest = older[items]
        older[key], newer[key] = newest, items
        newer[newest], older[items] = key, key
        share[i] = mass


@pytest.mark.parametrize("alpha, accesses", [(0.6, 4_000_000), (0.8, 1_000_000), (1.0, 1_000_000), (1.2, 1_000_000)])
def test_ches_approximation_is_within_half_a_percent_of_simulated_lru(alpha, accesses):
    """Difference and error bar (99.9 %) together are less. Half a percent of the hit ratio, not percentage points.

    The hit ratio is taken as the mean chance of what the cache holds, which varies less than counted hits do.
    """
    items, first = 10_000, 200_000
    chance = np.arange(1.0, items + 1) ** -alpha
    chance /= chance.sum()
    keys = stackdistance.requests_of("zipf", accesses, items, alpha, seed=7)
    distance = stackdistance.distances(keys[:first])
    for cache in (300, 1000, 3000, 8000):
        share, hit = np.empty(accesses), np.empty(accesses, dtype=bool)
        lru_run(keys, chance, cache, share, hit)
        np.testing.assert_array_equal(hit[:first], (distance > 0) & (distance <= cache))
        seen = batch_means(share[first:].reshape(20, -1).mean(axis=1), confidence=0.999)
        che = popularity.hit_ratio(cache, items, alpha)
        assert abs(che - seen.value) + seen.half_width < 0.005 * seen.value
        assert batch_means(hit[first:].reshape(20, -1).mean(axis=1), confidence=0.9999).covers(seen.value)


@pytest.mark.parametrize("policy", ["fifo", "random"])
def test_fifo_and_random_have_one_hit_ratio_and_the_approximation_knows_it(policy):
    items, cache, accesses = 1000, 100, 150_000
    keys = stackdistance.requests_of("zipf", accesses, items, 0.9, seed=3).tolist()
    random = np.random.default_rng(1)
    held, order, hits = set(), deque(), []
    slots = []
    for key in keys:
        hits.append(key in held)
        if key in held:
            continue
        held.add(key)
        if policy == "fifo":
            order.append(key)
            if len(order) > cache:
                held.remove(order.popleft())
        elif len(slots) < cache:
            slots.append(key)
        else:
            out = int(random.integers(cache))
            held.remove(slots[out])
            slots[out] = key
    seen = batch_means(np.reshape(hits[accesses // 5 :], (20, -1)).mean(axis=1), confidence=0.9999)
    che = popularity.hit_ratio(cache, items, 0.9, policy)
    assert seen.covers(che) and seen.half_width < 0.02 * seen.value
    assert che < popularity.hit_ratio(cache, items, 0.9) - seen.half_width


@given(st.integers(2, 100_000), st.floats(0.001, 0.999), st.floats(0, 2))
@settings(max_examples=60)
def test_no_policy_beats_the_oracle_and_lru_beats_fifo(items, share, alpha):
    cache = max(1, int(share * items))
    lru, fifo = (popularity.hit_ratio(cache, items, alpha, policy) for policy in ("lru", "fifo"))
    assert fifo <= lru + 1e-9 and lru <= popularity.ideal_hit_ratio(cache, items, alpha) + 1e-6
    assert lru >= cache / items * (1 - 1e-6)  # what equally popular items would give


@pytest.mark.parametrize("writes", [0.05, 0.3, 1.0])
def test_write_back_passes_on_what_a_simulated_cache_with_dirty_marks_does(writes):
    items, cache, accesses = 500, 100, 200_000
    keys = stackdistance.requests_of("zipf", accesses, items, 1.0, seed=5).tolist()
    is_write = np.random.default_rng(2).random(accesses) < writes
    dirty, back, stored = OrderedDict(), [], 0
    for key, write in zip(keys, is_write, strict=True):
        dirty[key] = dirty.pop(key, False) or bool(write)
        gone = dirty.popitem(last=False)[1] if len(dirty) > cache else False
        back.append(gone)
        stored += gone
    kept = np.reshape(back[accesses // 5 :], (20, -1)).mean(axis=1)
    seen = batch_means(kept / writes, confidence=0.9999)
    traffic = popularity.write_traffic(cache, items, 1.0, writes)
    assert traffic.through == 1 and abs(traffic.back - seen.value) < seen.half_width + 0.005 * seen.value


def test_a_cache_for_everything_hits_everything_and_writes_nothing_back():
    assert popularity.hit_ratio(500, 500, 0.8) == 1 == popularity.ideal_hit_ratio(500, 500, 0.8)
    assert popularity.write_traffic(500, 500).back == 0


@pytest.mark.parametrize("moved", [dict(), dict(alpha=0), dict(alpha=2, items_log10=10), dict(cache_percent=100),
                                   dict(items_log10=2, cache_percent=0.1), dict(alpha=0.64, items_log10=7)])  # fmt: skip
def test_the_figure_says_what_the_functions_say(moved):
    settings = {name: slider.value for name, slider in figure.sliders.items()} | moved
    seen = figure.at(**moved)
    items, cache = int(seen["now"][0]), int(seen["now"][1])
    expected = [popularity.ideal_hit_ratio(cache, items, settings["alpha"])]
    expected += [popularity.hit_ratio(cache, items, settings["alpha"], p) for p in ("lru", "fifo")]
    assert seen["now"][2:5] == pytest.approx(expected)
    assert seen["now"][5] == pytest.approx(popularity.effective_latency(expected[0], 1, settings["miss_ms"]) / 1000)
    assert all(np.all(np.isfinite(values)) for values in seen.values())
    assert np.all(np.diff(seen["lru_share"]) >= -1e-12) and np.all(np.diff(seen["lru"]) >= -1e-12)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: popularity.hit_ratio(11, 10), "cache must be from 0 to 10, got 11"),
        (lambda: popularity.hit_ratio(1, 10, 1, "arc"), "policy must be one of lru, fifo, random, got 'arc'"),
        (lambda: popularity.ideal_hit_ratio(1, 10, -1), "alpha must be from 0 to 4, got -1"),
        (lambda: popularity.cache_for(1.2, 10), "hit_ratio must be from 0 to 1, got 1.2"),
        (lambda: popularity.alpha_for(0.01, 5, 10), "hit_ratio must be from 0.5 to"),
        (lambda: popularity.write_traffic(1, 10, writes=0), "writes must be above 0, got 0"),
        (lambda: popularity.effective_latency(1.5, 1, 100), "hit_ratio must be at most 1, got 1.5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
