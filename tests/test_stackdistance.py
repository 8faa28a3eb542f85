"""Stack distances against LRU caches run one by one, Mattson's inclusion, and what loops and hulls must do."""

from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from perfbook import stackdistance
from perfbook.figures.patterns.caching import miss_ratio as figure

traces = st.lists(st.integers(0, 12), min_size=1, max_size=120)


def lru_misses(trace, size):
    """Which requests an LRU cache misses: a cache, and nothing about distances."""
    held, missed = OrderedDict(), []
    for key in trace:
        missed.append(key not in held)
        held[key] = held.pop(key, None)
        if len(held) > size:
            held.popitem(last=False)
    return np.array(missed)


@given(traces)
@settings(max_examples=80)
def test_one_pass_gives_the_misses_of_every_lru_cache_to_the_request(trace):
    distance = stackdistance.distances(trace)
    for size in range(len(set(trace)) + 1):
        np.testing.assert_array_equal((distance == 0) | (distance > size), lru_misses(trace, size))


@given(traces)
@settings(max_examples=80)
def test_a_larger_lru_cache_holds_all_that_a_smaller_one_does(trace):
    """Mattson's inclusion, seen from outside: who hits in the smaller hits in the larger."""
    curve = stackdistance.miss_curve(trace)
    assert np.all(np.diff(curve) <= 0) and curve[0] == 1
    assert curve[-1] == pytest.approx(len(set(trace)) / len(trace))
    for size in range(1, len(curve)):
        assert not np.any(lru_misses(trace, size) & ~lru_misses(trace, size - 1))


def test_the_distance_counts_different_keys_since_the_last_use():
    assert stackdistance.distances("abcabbdda").tolist() == [0, 0, 0, 3, 3, 1, 0, 1, 3]


@pytest.mark.parametrize("different, moments", [(30, 31), (30, 33), (30, 500)])
def test_renumbering_the_moments_changes_nothing(different, moments):
    keys = np.random.default_rng(4).integers(0, different, 2000)
    keys[:different] = np.arange(different)
    last, owner = (np.empty(n, dtype=np.int64) for n in (different, moments))
    distance, tree = np.empty(len(keys), dtype=np.int64), np.empty(moments + 1, dtype=np.int64)
    stackdistance.stack_distances(keys, len(keys), last, tree, owner, distance)
    np.testing.assert_array_equal(distance, stackdistance.distances(keys))


def test_a_loop_misses_everything_until_all_of_it_fits():
    curve = stackdistance.miss_curve(list(range(50)) * 20, skip=50)
    assert np.all(curve[:50] == 1) and curve[50] == 0


def test_work_grows_with_the_logarithm_of_the_keys():
    """Steps through the tree, counted: a request costs no more than four walks of log2(moments), whatever came before."""

    class Counting(np.ndarray):
        reads = 0

        def __getitem__(self, place):
            Counting.reads += 1
            return super().__getitem__(place)

    def steps(different, accesses=3000):
        keys = np.random.default_rng(1).integers(0, different, accesses)
        moments = 4 * different + 4
        last, owner, distance = (np.zeros(n, dtype=np.int64) for n in (different, moments, accesses))
        tree = np.zeros(moments + 1, dtype=np.int64).view(Counting)
        Counting.reads = 0
        renumber = stackdistance.renumber.function
        plain = dict(stackdistance.stack_distances.function.__globals__, renumber=renumber)
        function = type(renumber)(stackdistance.stack_distances.function.__code__, plain)
        function(keys, accesses, last, tree, owner, distance)
        return Counting.reads / accesses, np.log2(moments)

    for different in (30, 300, 1000):
        each, log = steps(different)
        assert each < 4 * log


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(max_examples=80)
def test_the_hull_is_convex_below_the_curve_and_touches_it_at_its_ends(curve):
    hull = stackdistance.hull_of(curve)
    assert np.all(hull <= np.array(curve) + 1e-12) and hull[0] == curve[0] and hull[-1] == pytest.approx(curve[-1])
    assert np.all(np.diff(hull, 2) >= -1e-9)


def test_the_hull_is_the_lower_half_of_scipys():
    curve = stackdistance.miss_curve(stackdistance.requests_of("both", 5000, 60, 1.0, 40, seed=2))
    points = np.column_stack([np.arange(len(curve)), curve])
    corners = set(ConvexHull(points).vertices)
    touching = set(np.flatnonzero(np.isclose(stackdistance.hull_of(curve), curve, atol=1e-12)))
    lower = {v for v in corners if not curve[v] > np.interp(v, [0, len(curve) - 1], [curve[0], curve[-1]]) + 1e-12}
    assert lower <= touching


@given(traces, st.floats(0, 3), st.floats(0, 3))
@settings(max_examples=80)
def test_the_cheapest_size_lies_on_the_hull_whatever_memory_and_misses_cost(trace, memory, miss):
    curve = stackdistance.miss_curve(trace)
    bought = stackdistance.cheapest(curve, memory, miss, len(trace))
    everything = [memory * size + miss * len(trace) * curve[size] for size in range(len(curve))]
    assert bought.cost == pytest.approx(min(everything))
    on_hull = memory * bought.size + miss * len(trace) * stackdistance.hull_of(curve)[bought.size]
    assert on_hull == pytest.approx(bought.cost)


def test_requests_have_the_popularity_that_was_asked_for():
    keys = stackdistance.requests_of("zipf", 200_000, 50, 1.2, seed=9)
    chance = np.arange(1.0, 51) ** -1.2
    chance /= chance.sum()
    z = (np.bincount(keys, minlength=50) - 200_000 * chance) / np.sqrt(200_000 * chance * (1 - chance))
    assert np.abs(z).max() < 4
    both = stackdistance.requests_of("both", 10_000, 50, 1.2, loop=30)
    assert set(both[both >= 50]) == set(range(50, 80)) and abs(np.mean(both >= 50) - 0.5) < 0.02
    assert np.all(np.diff(both[both >= 50]) % 30 == 1)


@pytest.mark.parametrize("workload", [0, 1, 2])
def test_the_figure_buys_what_the_functions_buy(workload):
    moved = dict(workload=workload, alpha=0.8, loop=700, memory_price=7, miss_price=0.9)
    seen, inputs = figure.at(**moved), figure.inputs
    name = list(stackdistance.WORKLOADS)[workload]
    keys = stackdistance.requests_of(name, inputs["accesses"], inputs["items"], 0.8, 700, seed=inputs["seed"])
    curve = stackdistance.miss_curve(keys, largest=figure.workspace["curve"] - 1, skip=len(keys) // 5)
    bought = stackdistance.cheapest(curve, 7 / 1000, 0.9 / 1e6, inputs["rate"] * 2_592_000)
    assert seen["now"][0] == bought.size and seen["now"][1] == pytest.approx(bought.miss_ratio)
    assert seen["now"][2] == pytest.approx(bought.cost)
    step = int(inputs["sizes"][1])
    np.testing.assert_allclose(seen["missed"], curve[::step])
    np.testing.assert_allclose(seen["convex"], stackdistance.hull_of(curve)[::step], atol=1e-12)
    if workload == 0:
        drawn = np.interp(seen["che_size"], np.arange(len(curve)), curve)
        assert np.abs(drawn - seen["che"]).max() < 0.01


def test_the_figure_takes_the_readers_own_trace():
    trace = ["bread", "tea", "jam", "bread", "tea", "jam", "bread", "tea", "jam", "salt"]
    seen = figure.at(workload=3, _table="\n".join(trace), memory_price=0.5, miss_price=5)
    assert seen["now"][5] == 4 and seen["now"][6] == 10
    assert seen["now"][8] == pytest.approx(0.4) and seen["now"][7] == 3


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: stackdistance.miss_curve([]), "trace must have at least one request, got none"),
        (lambda: stackdistance.miss_curve([1, 2], skip=2), "skip must be a whole number from 0 to 1, got 2"),
        (lambda: stackdistance.cheapest([1, 0.5], -1, 1, 1), "memory_price must not be negative, got -1"),
        (lambda: stackdistance.requests_of("scan"), "workload must be one of zipf, loop, both, got 'scan'"),
        (lambda: stackdistance.requests_of(items=0), "items must be a whole number from 1 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
