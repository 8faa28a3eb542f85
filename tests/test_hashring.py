"""The ring: against brute force, against the law of uniform spacings, and the promises of the class."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import hashring
from perfbook.figures.patterns import hashing as figures
from perfbook.hashring import NODES, Ring

NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


def ring_of(points, seed):
    """(positions, nodes) of a ring's points in order, by the kernel."""
    points = np.asarray(points, dtype=np.int64)
    size = max(int(points.sum()), 1)
    ring, spare, digits = (np.zeros(n, dtype=np.int64) for n in (size, size, 256))
    total = hashring.build_ring(len(points), np.arange(len(points)), points, seed, ring, spare, digits)
    return ring, total


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 2**31))
@settings(max_examples=60)
def test_the_points_stand_in_order_of_position_and_then_of_node(points, seed):
    ring, total = ring_of(points, seed)
    assert total == sum(points)
    assert np.all(np.diff(ring[:total]) > 0)
    np.testing.assert_array_equal(np.bincount(ring[:total] % NODES, minlength=len(points)), points)


@given(st.integers(1, 6), st.integers(1, 20), st.integers(0, 1000), st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_a_key_belongs_to_the_first_point_clockwise(nodes, virtual, seed, place):
    ring, total = ring_of([virtual] * nodes, seed)
    distance = (ring[:total] // NODES - place) % 2**32
    assert hashring.first_point(ring, total, place) == np.argmin(distance)


@given(st.integers(1, 6), st.integers(1, 20), st.integers(0, 1000))
@settings(max_examples=40)
def test_a_nodes_share_is_the_sum_of_the_arcs_before_its_points(nodes, virtual, seed):
    ring, total = ring_of([virtual] * nodes, seed)
    shares = np.zeros(nodes)
    hashring.ring_shares(ring, total, shares)
    places = ring[:total] // NODES
    arcs = (places - np.roll(places, 1)) % 2**32
    if total == 1:
        arcs = np.array([2**32])
    expected = np.bincount(ring[:total] % NODES, weights=arcs, minlength=nodes) / 2**32
    np.testing.assert_allclose(shares, expected, atol=1e-12)
    assert shares.sum() == pytest.approx(1, abs=1e-12)


def shares_of_rings(nodes, virtual, rings):
    found = []
    for seed in range(rings):
        ring, total = ring_of([virtual] * nodes, seed)
        shares = np.zeros(nodes)
        hashring.ring_shares(ring, total, shares)
        found.append(shares)
    return np.array(found)


@pytest.mark.parametrize("nodes, virtual", [(2, 1), (8, 1), (5, 10), (12, 150), (40, 20)])
def test_the_spread_is_that_of_uniform_spacings(nodes, virtual):
    """CV² = (S−1)/(SV+1), within four standard errors of 400 rings."""
    squares = np.mean((nodes * shares_of_rings(nodes, virtual, 400) - 1) ** 2, axis=1)
    error = squares.std(ddof=1) / math.sqrt(len(squares))
    assert abs(squares.mean() - hashring.spread(nodes, virtual) ** 2) < 4 * error
    assert error < 0.12 * squares.mean()


def test_a_share_of_the_ring_has_the_beta_law():
    from scipy import stats

    first = shares_of_rings(6, 8, 1500)[:, 0]
    assert stats.kstest(first, stats.beta(8, 40).cdf).pvalue > 1e-3


def test_measured_spread_is_what_its_rings_have():
    shares = shares_of_rings(7, 9, 30)
    found = hashring.measured_spread(7, 9, rings=30, seed=0)
    assert found[0] == pytest.approx(math.sqrt(np.mean((7 * shares - 1) ** 2)))
    assert found[1] == pytest.approx(7 * shares.max(axis=1).mean())


@given(st.integers(1, 8), st.integers(1, 20), st.floats(1, 3), st.integers(1, 300), st.integers(0, 1000))
@settings(max_examples=60)
def test_no_node_ever_holds_more_than_its_bound(nodes, virtual, slack, keys, seed):
    ring, total = ring_of([virtual] * nodes, seed)
    load, steps = np.zeros(nodes, dtype=np.int64), np.zeros(1, dtype=np.int64)
    cap = math.ceil(slack * keys / nodes)
    for key in range(keys):
        place = hashring.key_place(key, seed)
        order = np.roll(ring[:total] % NODES, -hashring.first_point(ring, total, place))
        expected = next(node for node in order if load[node] < cap)
        assert hashring.bounded_owner(ring, total, place, cap, load, steps) == expected
        assert load.max() <= cap
    assert load.sum() == keys


# ---- The class ----


@given(NAMES, st.integers(1, 20), st.lists(st.text(max_size=5), max_size=20))
@settings(max_examples=60)
def test_whoever_joins_takes_keys_and_nobody_else_gets_any(names, virtual, keys):
    ring = Ring(names, virtual)
    before = {key: ring.lookup(key) for key in keys}
    ring.add("newcomer")
    for key in keys:
        assert ring.lookup(key) in (before[key], "newcomer")
    ring.remove("newcomer")
    assert {key: ring.lookup(key) for key in keys} == before


@given(NAMES.filter(lambda names: len(names) > 1), st.integers(1, 20), st.text(max_size=5))
@settings(max_examples=60)
def test_when_its_node_dies_a_key_goes_to_its_next_replica(names, virtual, key):
    ring = Ring(names, virtual)
    copies = ring.replicas(key, len(names))
    assert sorted(copies) == sorted(names) and copies[0] == ring.lookup(key)
    ring.remove(copies[0])
    assert ring.replicas(key, len(names) - 1) == copies[1:]


@given(NAMES, st.integers(1, 20), st.lists(st.text(max_size=5), max_size=60, unique=True), st.floats(1, 3))
@settings(max_examples=60)
def test_bounded_loads_place_every_key_under_the_cap(names, virtual, keys, slack):
    placed = Ring(names, virtual).bounded(keys, slack)
    assert placed.keys() == set(keys)
    counts = [list(placed.values()).count(name) for name in names]
    assert max(counts) <= math.ceil(slack * len(keys) / len(names))


def test_a_bound_that_nobody_meets_changes_nothing():
    ring, keys = Ring(["a", "b", "c"], 50), [f"key {i}" for i in range(500)]
    assert ring.bounded(keys, 3) == {key: ring.lookup(key) for key in keys}


def test_shares_follow_the_weights_and_add_up_to_one():
    ring = Ring({"small": 1, "large": 3}, virtual_nodes=2000)
    shares = ring.shares()
    assert sum(shares.values()) == pytest.approx(1)
    # Beta(6000, 2000): a standard deviation of 0.0048
    assert shares["large"] == pytest.approx(0.75, abs=4 * 0.0049)
    counts = ring.counts(f"key {i}" for i in range(20_000))
    assert counts["large"] == pytest.approx(20_000 * shares["large"], abs=4 * math.sqrt(20_000 * 0.25 * 0.75))


def test_the_list_that_was_given_stays_the_callers():
    names = ["a", "b"]
    ring = Ring(names)
    ring.add("c")
    assert names == ["a", "b"] and len(ring) == 3 and "c" in ring


def test_any_hash_will_do():
    places = {"a#0": 100, "b#0": 200, "k": 150, "z": 201}
    ring = Ring(["a", "b"], 1, hash=places.__getitem__)
    assert (ring.lookup("k"), ring.lookup("z")) == ("b", "a")
    assert ring.shares()["b"] == 100 / 2**64


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: Ring(["a", "a"]), "node must not be on the ring yet, got 'a', which is"),
        (lambda: Ring(["a"]).remove("b"), "node must be one of a, got 'b'"),
        (lambda: Ring().lookup("k"), "got an empty ring"),
        (lambda: Ring().bounded(["k"]), "got an empty ring"),
        (lambda: Ring(["a"]).replicas("k", 2), "count must be a whole number from 1 to 1, got 2"),
        (lambda: Ring(["a"], 0), "virtual_nodes must be a whole number from 1 up, got 0"),
        (lambda: Ring({"a": 0.001}), "weight must give a node a point or more, got 0.001 of 150"),
        (lambda: Ring({"a": -1}), "weight must be from 0 up, got -1"),
        (lambda: Ring(["a"]).bounded(["k"], 0.9), "slack must be from 1 up, got 0.9"),
        (lambda: hashring.spread(0, 1), "nodes must be at least 1, got 0"),
        (lambda: hashring.measured_spread(2, 2.5), "virtual must be a whole number from 1 up, got 2.5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)


# ---- The figures ----


def test_the_figures_curve_is_the_friendly_function():
    seen = figures.virtual_nodes.at(nodes=9, virtual=40, seed=3)
    np.testing.assert_allclose(seen["theory"], hashring.spread(9, figures.EACH))
    at = list(figures.EACH).index(32)
    rings = figures.virtual_nodes.inputs["rings"]
    again = hashring.measured_spread(9, 32, rings, seed=3)
    assert (seen["measured"][at], seen["fullest"][at]) == again


def test_the_figures_bounded_ring_keeps_its_bound_and_nothing_else():
    for slack in (1.0, 1.2, 3.0):
        seen = figures.bounded.at(slack=slack, nodes=10, virtual=20)
        heights = seen["height"][:10]
        assert heights.mean() == pytest.approx(1) and seen["unbounded"][:10].mean() == pytest.approx(1)
        assert np.nanmax(heights) <= seen["now"][0] + 1e-12 and np.all(np.isnan(seen["height"][10:]))
        assert seen["now"][2] == np.nanmax(heights) and seen["now"][1] == np.nanmax(seen["unbounded"])
    assert seen["now"][3] == 0  # a bound of three times the mean is met by nobody here
