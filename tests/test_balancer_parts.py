"""Heaps for least connections, jitter, and the balancer's player, each against something plainer."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import balancer, jitter
from perfbook.figures.patterns.balancing import balance, herd, stale
from perfbook.figures.patterns.balancing_player import balancer as player
from perfbook.heaps import IndexedHeap, StaleHeap
from perfbook.policies import POLICIES


def test_the_episodes_heap_forgets_a_server_that_drained():
    counts = {"A": 10, "B": 10, "C": 50}
    heap = StaleHeap(counts)
    counts["C"] = 0
    picks = [heap.pick() for _ in range(100)]
    assert picks.index("C") == 82 and counts["A"] == counts["B"] == 51


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("pda"), st.integers(0, 5)), max_size=80))
def test_the_indexed_heap_always_picks_a_least_count(steps):
    true = {server: 0 for server in range(6)}
    heap = IndexedHeap(true)
    for what, server in steps:
        if what == "p" and true:
            chosen = heap.pick()
            assert true[chosen] == min(true.values())
            true[chosen] += 1
        elif what == "d" and true.get(server, 0) > 0:
            heap.done(server)
            true[server] -= 1
        elif what == "a":
            if server in true:
                assert heap.remove(server) == true.pop(server)
            else:
                heap.add(server)
                true[server] = 0
        assert all(heap.count(s) == c for s, c in true.items())
    heap.done("gone")
    for server in list(true):
        heap.remove(server)
    with pytest.raises(LookupError, match="no server is in rotation"):
        heap.pick()
    heap.add("x")
    with pytest.raises(ValueError, match="server 'x' is in rotation already"):
        heap.add("x")


@pytest.mark.parametrize("attempt", [0, 3, 9])
def test_pauses_have_the_published_ranges(attempt):
    random, most = np.random.default_rng(1), min(10.0, 0.1 * 2**attempt)
    drawn = {
        kind: [jitter.pause(kind, attempt, 0.1, 10.0, 0.4, random) for _ in range(4000)] for kind in jitter.JITTERS
    }
    assert set(drawn["none"]) == {most}
    for kind, low, high in (("full", 0, most), ("equal", most / 2, most), ("decorrelated", 0.1, 1.2)):
        values = np.array(drawn[kind])
        assert low <= values.min() and values.max() <= high
        # The mean of 4000 uniform numbers, to four standard errors.
        assert abs(values.mean() - (low + high) / 2) < 4 * (high - low) / math.sqrt(12 * 4000)


def test_jitter_ends_a_herd_sooner_and_with_fewer_calls():
    runs = {kind: jitter.retry_herd(kind, clients=400, seed=2) for kind in jitter.JITTERS}
    assert runs["none"].busiest == 400
    for kind in ("full", "equal", "decorrelated"):
        assert runs[kind].seconds < runs["none"].seconds / 2 and runs[kind].calls < runs["none"].calls
    with pytest.raises(ValueError, match="jitter must be one of none, full, equal, decorrelated, got 'some'"):
        jitter.retry_herd("some", seed=1)


def test_the_race_says_what_simulate_says():
    seen = balance.at(load=0.6, servers=5, first_speed=0.5, variability=4, seed=3)
    for k, policy in enumerate(POLICIES):
        ours = balancer.simulate(policy, 0.6, [0.5, 1, 1, 1, 1], 60_000, seed=3, service=0.1, variability=4, decay=1.0,
                                 clients=400)  # fmt: skip
        assert seen["late"][k] == pytest.approx(ours.percentile(99)), policy
        assert seen["mean"][k] == pytest.approx(ours.response.mean()), policy
        assert seen["busiest"][k] == pytest.approx(ours.utilization.max()), policy


def test_old_counts_and_the_herd_say_what_simulate_says():
    seen = stale.at(age=3, load=0.8, servers=8, seed=2)
    for place, policy in ((0, "random"), (1, "power of d choices"), (2, "least connections")):
        ours = balancer.simulate(policy, 0.8, 8, 40_000, seed=2, age=3.0)
        assert seen["now"][place] == pytest.approx(ours.response.mean())
    lines = herd.at(seed=4)["lines"].reshape(10, -1)
    np.testing.assert_array_equal(lines.max(axis=0), herd.at(seed=4)["longest"])
    assert lines.mean() == pytest.approx(herd.at(seed=4)["now"][2] * 0.7 * 10 / 0.1 / 10, rel=0.2)  # Little's law


@pytest.mark.parametrize("policy", range(9))
@pytest.mark.parametrize("fault", range(4))
def test_every_token_moves_forward_in_time_and_to_its_server(policy, fault):
    seen = player.at(policy=policy, fault=fault, load=0.95)
    first, when = seen["first"].astype(int), seen["when"]
    assert seen["summary"][0] > 100
    for low, high in itertools.pairwise(first):
        if high > low:
            assert (np.diff(when[low:high]) >= 0).all()
            assert seen["x"][low] == 0 and seen["x"][high - 1] in (0, 14)
            assert (seen["x"][high - 1] == 0) == (seen["kind"][high - 1] == 2)
    if fault < 2:
        assert seen["summary"][1] == 0
    assert first[-1] <= len(when)
    # In flight by the series and by the tokens, at a moment when few are gliding.
    state = player.run(policy=policy, fault=fault, load=0.95, now=20.0)
    shown = sum(len(state[f"tokens_x{kind}"]) for kind in range(3))
    assert abs(shown - state["flight"][0]) <= 4
