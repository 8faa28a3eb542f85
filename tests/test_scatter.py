"""Scatter and gather against Amdahl, M/M/1 and the exact fork-join of two queues; two-phase commit against its law."""

import math

import numpy as np
import pytest

from perfbook import laws, scatter
from perfbook.errorbars import batch_means
from perfbook.figures.patterns import sharding as figures


def test_capacity_is_a_single_shard_times_amdahls_law():
    shards = np.array([1, 2, 8, 64, 1024])
    for share, fixed in ((0, 0.5), (0.1, 0.3), (1, 1), (0.5, 0)):
        expected = 70 * laws.amdahl(shards, share * fixed)
        np.testing.assert_allclose(scatter.capacity(shards, share, fixed, 70), expected)


def test_capacity_is_where_the_shards_are_busy_all_the_time():
    """The work that a query brings to a shard, summed by hand, times the rate at capacity, is one."""
    shards, share, fixed, rate = 12, 0.2, 0.4, 50
    work = (1 - share) / shards + share * (fixed + (1 - fixed) / shards)
    assert scatter.capacity(shards, share, fixed, rate) * work / rate == pytest.approx(1)


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_one_shard_is_an_mm1_queue(load):
    latency = scatter.scattered(1, 1, 1, load, service_rate=20, queries=400_000)
    measured = batch_means(latency[: len(latency) // 40 * 40].reshape(40, -1).mean(axis=1), confidence=0.9999)
    assert measured.covers(1 / (20 * (1 - load))) and measured.half_width < 0.1 * measured.value


@pytest.mark.parametrize("load", [0.2, 0.6])
def test_two_shards_meet_the_exact_fork_join_mean(load):
    """(12 - ρ)/8 of an M/M/1 queue's mean: Flatto and Hahn 1984, in Nelson and Tantawi 1988."""
    latency = scatter.scattered(2, 1, 1, load, service_rate=1, queries=400_000, seed=3)
    measured = batch_means(latency[: len(latency) // 40 * 40].reshape(40, -1).mean(axis=1), confidence=0.9999)
    assert measured.covers((12 - load) / 8 / (1 - load)) and measured.half_width < 0.06 * measured.value


@pytest.mark.parametrize("shards", [2, 10, 40])
def test_independent_shards_bound_the_p99_from_above(shards):
    theory = scatter.gathered_p99(float(shards), float(shards), 1.0, 1.0, 0.5, 1.0)
    found = np.quantile(scatter.scattered(shards, 1, 1, 0.5, queries=100_000), 0.99)
    assert 0.8 * theory < found < 1.03 * theory


def test_with_all_queries_scattered_and_repeated_each_shard_is_mm1():
    for shards in (1, 7, 100):
        at = scatter.gathered_p99(float(shards), float(shards), 1.0, 1.0, 0.75, 2.0)
        assert (1 - math.exp(-2 * 0.25 * at)) ** shards == pytest.approx(0.99)


def test_a_parts_tail_is_that_of_a_wait_and_a_service():
    random = np.random.default_rng(1)
    part, wait, load = 0.3, 1.2, 0.6
    times = random.exponential(part, 400_000) + random.exponential(wait / load, 400_000) * (
        random.random(400_000) < load
    )
    for t in (0.1, 1.0, 5.0):
        tail = scatter.part_tail(part, wait, load, t)
        assert abs(np.mean(times > t) - tail) < 4 * math.sqrt(tail * (1 - tail) / len(times))
    assert scatter.part_tail(0.5, 0.25, 0.5, 2.0) == pytest.approx(math.exp(-4) * (1 + 0.5 * 4))  # both of one rate


@pytest.mark.parametrize("shards, share, fixed", [(16, 0.1, 0.3), (4, 0.5, 0.0), (32, 0.3, 1.0)])
def test_the_p99_of_mixed_queries_is_within_a_fifth_of_independent_shards(shards, share, fixed):
    theory = scatter.gathered_p99(float(shards), float(shards), share, fixed, 0.6, 1.0)
    found = np.quantile(scatter.scattered(shards, share, fixed, 0.6, queries=200_000), 0.99)
    assert 0.8 * theory < found < 1.2 * theory


def test_the_figure_says_what_the_functions_say():
    moved = dict(shards=16, share=0.3, fixed=0.5)
    seen = figures.scatter.at(**moved, load=0.6, seed=2)
    rate = figures.scatter.inputs["service_rate"]
    assert seen["now"][0] == pytest.approx(scatter.capacity(**moved, service_rate=rate))
    queries = int(figures.scatter.inputs["parts"] / (1 + 0.3 * 16))
    latency = np.sort(scatter.scattered(**moved, load=0.6, service_rate=rate, queries=queries, seed=2))
    assert seen["now"][4] == latency[math.ceil(0.99 * len(latency)) - 1]
    assert seen["now"][6] == pytest.approx(1 - 0.99**16)
    assert seen["now"][5] == scatter.gathered_p99(1.0, 16.0, 0.3, 0.5, 0.6, rate)


# ---- Two-phase commit ----


@pytest.mark.parametrize("participants", [1, 2, 8])
def test_locks_are_held_for_three_messages_and_so_many_writes(participants):
    times = scatter.lock_times(participants, 0.01, 0.002, runs=200_000)
    expected = 0.015 + 0.002 * (sum(1 / k for k in range(1, participants + 1)) + 2)
    assert abs(times.mean() - expected) < 4 * times.std() / math.sqrt(len(times))
    assert scatter.commit(participants, 0.01, 0.002).lock_time == pytest.approx(expected)


def test_one_participant_without_network_is_three_writes_in_a_row():
    from scipy import stats

    times = scatter.lock_times(1, 0, 0.5, runs=20_000)
    assert stats.kstest(times, stats.gamma(3, scale=0.5).cdf).pvalue > 1e-3


def test_the_count_of_messages_and_of_forced_writes():
    """Prepare, vote, decision and acknowledgement; ready and decided at each participant, decided at the coordinator."""
    for n in (1, 2, 5):
        cost = scatter.commit(n, 0.001, 0.001)
        assert (cost.messages, cost.forced_writes) == (4 * n, 2 * n + 1)
        assert cost.row_rate == pytest.approx(1 / cost.lock_time)
    assert scatter.commit(3, 0, 0.001, no_vote=0.1).aborted == pytest.approx(1 - 0.9**3)


def test_the_commit_figure_says_what_the_functions_say():
    seen = figures.two_phase.at(participants=5, round_trip_ms=4, force_ms=3, seed=6)
    cost = scatter.commit(5, 0.004, 0.003)
    assert seen["now"][0] == pytest.approx(cost.lock_time) and seen["now"][6] == pytest.approx(cost.row_rate)
    times = scatter.lock_times(5, 0.004, 0.003, runs=figures.two_phase.scratch["hold"], seed=6)
    assert seen["now"][1] == pytest.approx(times.mean())
    assert seen["now"][2] == np.sort(times)[math.ceil(0.99 * len(times)) - 1]
    assert np.isfinite(seen["wait_from"]).sum() == 5
    doubt = (seen["wait_to"] - seen["wait_from"])[:5] * seen["now"][12]
    assert np.all(doubt >= 4)  # a round trip, and the slowest vote and the decision's write on top


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: scatter.capacity(0, 0.1, 0.1), "shards must be at least 1, got 0"),
        (lambda: scatter.capacity(2, 1.5, 0.1), "share must be from 0 to 1, got 1.5"),
        (lambda: scatter.scattered(2, 1, 1, 1), "load must be above 0 and below 1, got 1"),
        (lambda: scatter.commit(0, 1, 1), "participants must be a whole number from 1 up, got 0"),
        (lambda: scatter.commit(2, -1, 1), "round_trip must not be negative, got -1"),
        (lambda: scatter.lock_times(2, 1, 1, runs=0), "runs must be a whole number from 1 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
