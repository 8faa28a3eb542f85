"""Sharding: hot shards against the shares they come from, growth, splits, and slots."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import placement, shards
from perfbook.figures.patterns import sharding as figures
from perfbook.rng import mix32, zipf_table
from perfbook.shards import STRATEGIES, growth, hot_shard, slots_moved, split_kind

WRITES = 100_000


def popularity(users, exponent):
    table = np.zeros(users)
    zipf_table(float(exponent), table)
    return np.diff(table, prepend=0.0)


def expected_load(strategy, count, users=10_000, exponent=1.0):
    """Each shard's load over the mean, summed over users one by one."""
    share = popularity(users, exponent)
    place = [mix32(rank + 1) % count for rank in range(users)]
    if strategy == "region":
        cut = [region * count // 4 for region in range(5)]
        regions = [int(np.searchsorted([0.5, 0.8, 0.95], (mix32(r + 77_777) + 0.5) / 2**32)) for r in range(users)]
        place = [cut[r] + mix32(u + 1) % max(cut[r + 1] - cut[r], 1) for u, r in enumerate(regions)]
    return np.bincount(place, weights=share, minlength=count) * count


@pytest.mark.parametrize("strategy", ["hash", "region"])
@pytest.mark.parametrize("count", [1, 3, 8, 20])
def test_a_shards_load_is_the_sum_of_its_users_shares(strategy, count):
    share = expected_load(strategy, count) / count
    load = hot_shard(strategy, count, writes=WRITES) / count
    error = np.sqrt(share * (1 - share) / WRITES)
    assert np.all(np.abs(load - share) <= 4.5 * error + 1e-12)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_loads_are_over_their_mean(strategy):
    assert hot_shard(strategy, 7, writes=5_000).mean() == pytest.approx(1)


def test_a_range_of_time_sends_every_write_to_the_last_shard():
    assert list(hot_shard("range of time", 5)) == [0, 0, 0, 0, 5]


def test_no_strategy_that_keeps_a_user_whole_beats_the_users_own_share():
    top = popularity(10_000, 1.2)[0] * 16
    assert top > 2
    for strategy in ("range of keys", "hash", "directory"):
        assert hot_shard(strategy, 16, exponent=1.2).max() > top * 0.97
    assert hot_shard("compound key", 16, exponent=1.2, parts=64).max() < 0.7 * top


@given(st.integers(1, 30), st.floats(0, 2), st.integers(1, 300))
@settings(max_examples=40)
def test_a_directory_is_as_even_as_grahams_bound_promises(count, exponent, users):
    """Longest processing time first: within 4/3 - 1/(3N) of the best, which is no less than mean or largest user."""
    share = popularity(users, exponent)
    planned, entry = np.zeros(count), np.zeros(users, dtype=np.int64)
    shards.fill_directory(count, np.cumsum(share), planned, entry)
    np.testing.assert_allclose(np.bincount(entry, weights=share, minlength=count), planned, atol=1e-12)
    # Two users must share a shard if there are more users than shards.
    best = max(1 / count, share[0], share[count - 1] + share[count] if users > count else 0)
    assert planned.max() <= (4 / 3 - 1 / (3 * count)) * best + 1e-9


def test_equal_users_are_spread_as_evenly_as_they_can_be():
    for strategy in ("range of keys", "directory"):
        load = hot_shard(strategy, 8, exponent=0, writes=200_000)
        assert np.all(np.abs(load - 1) < 4.5 * math.sqrt(7 / 200_000))


# ---- Growing ----


def test_ten_years_of_growth_round_up():
    years = growth(8, 2.5, 10)
    assert [y.shards for y in years[:5]] == [8, 20, 50, 125, 313]
    assert years[4].needed == 312.5 and years[4].floored == 312
    assert years[9].floored == 30_517 and years[9].shards == 30_518
    assert 15 * sum(y.floored_added for y in years) == 457_635  # the episode's minutes
    assert 15 * years[9].floored_added == 274_650
    assert sum(y.added for y in years) == years[9].shards - 8


@given(st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=150)
def test_kinds_of_splits(before, after):
    low, high = min(before, after), max(before, after)
    kind = split_kind(before, after)
    assert (kind == "redistribution") == (high % low != 0)
    assert (kind == "doubling") == (high in [low * 2**k for k in range(1, 10)])
    # In an even split or a doubling modulo moves no more than it must; in a redistribution it does.
    even = placement.modulo_moved(before, after) == pytest.approx(placement.least_moved(before, after))
    assert even == (kind != "redistribution")


@given(st.integers(1, 60), st.integers(1, 60), st.integers(60, 2000))
@settings(max_examples=100)
def test_whole_slots_move_hardly_more_than_the_least(before, after, slots):
    moved = slots_moved(slots, before, after)
    assert abs(moved - placement.least_moved(before, after)) <= max(before, after) / slots
    assert slots_moved(slots, before, before) == 0


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: hot_shard("luck"), "strategy must be one of range of time, range of keys, hash"),
        (lambda: hot_shard("hash", 0), "shards must be a whole number from 1 up, got 0"),
        (lambda: hot_shard("hash", exponent=-1), "exponent must be from 0 up, got -1"),
        (lambda: growth(0), "shards must be a whole number from 1 up, got 0"),
        (lambda: growth(factor=0), "factor must be above 0, got 0"),
        (lambda: split_kind(8, 0), "after must be a whole number from 1 up, got 0"),
        (lambda: slots_moved(7, 8, 9), "slots must be a whole number from 9 up, got 7"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["hot", "reshard", "dual", "scatter", "two_phase"])
def test_challenges_are_open_at_first_and_met_by_their_solutions(name):
    getattr(figures, f"challenge_{name}").check()
