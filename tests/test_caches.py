"""Eviction policies against libCacheSim to the access, against textbooks, and against what must hold on any trace."""

import itertools
import math

import libcachesim
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import caches, frequency, sketches, traces
from perfbook.belady import highest_bit
from perfbook.caches import POLICIES, simulate
from tests import plain_caches

# Theirs by the same name, the same parameters: sizes of 1, no metadata; CLOCK with one bit and objects that come in
# unused; S3-FIFO with a small queue of 0.1, ghosts of 0.9, two uses to move up.
THEIRS = {
    "FIFO": lambda size: libcachesim.FIFO(size, hashpower=12),
    "LRU": lambda size: libcachesim.LRU(size, hashpower=12),
    "CLOCK": lambda size: libcachesim.Clock(size, hashpower=12, init_freq=0, n_bit_counter=1),
    "LFU": lambda size: libcachesim.LFU(size, hashpower=12),
    "ARC": lambda size: libcachesim.ARC(size, hashpower=12),
    "SIEVE": lambda size: libcachesim.Sieve(size, hashpower=12),
    "S3-FIFO": lambda size: libcachesim.S3FIFO(
        size, hashpower=12, small_size_ratio=0.1, ghost_size_ratio=0.9, move_to_main_threshold=2
    ),
    "Belady": lambda size: libcachesim.Belady(size, hashpower=12),
}


def their_hits(policy, trace, capacity):
    """libCacheSim's hits, access by access, each told when its object is used next."""
    uses, last = np.full(len(trace), 2**63 - 1), {}
    for i in range(len(trace) - 1, -1, -1):
        uses[i] = last.get(trace[i], 2**63 - 1)
        last[trace[i]] = i + 1
    cache, request, hits = THEIRS[policy](capacity), libcachesim.Request(), 0
    request.obj_size = 1
    for i, (x, use) in enumerate(zip(trace.tolist(), uses.tolist(), strict=True)):
        request.obj_id, request.clock_time, request.next_access_vtime = x + 1, i, use
        hits += cache.get(request)
    return hits


def shared_traces():
    made = {name: traces.workload(name, 500, 6_000, alpha=0.8, capacity=60, seed=3) for name in traces.WORKLOADS}
    made["scanned"] = traces.scanned(400, 6_000, 0.9, scans=2, length=500)[0]
    made["code"] = traces.excerpt()[:6_000]
    return made


TRACES = shared_traces()


@pytest.mark.parametrize("policy", THEIRS)
def test_hits_equal_libcachesims_to_the_access(policy):
    for name, trace in TRACES.items():
        for capacity in (20, 61, 250):
            assert simulate(policy, trace, capacity).hits == their_hits(policy, trace, capacity), (name, capacity)


@pytest.mark.parametrize("policy", plain_caches.POLICIES)
def test_hits_equal_a_plain_version_written_from_the_paper(policy):
    for name, trace in TRACES.items():
        for capacity in (1, 2, 7, 61, 250):
            hits = plain_caches.POLICIES[policy](trace.tolist(), capacity)
            assert simulate(policy, trace, capacity).hits == hits, (name, capacity)


REFERENCES = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1]


@pytest.mark.parametrize(("policy", "faults"), [("FIFO", 15), ("LRU", 12), ("Belady", 9)])
def test_the_textbook_reference_string_has_its_faults(policy, faults):
    # A. Silberschatz, P. B. Galvin, G. Gagne, Operating System Concepts, the chapter on virtual memory: three frames.
    result = simulate(policy, REFERENCES, 3)
    assert result.accesses - result.hits == faults


def test_beladys_anomaly_more_frames_more_faults_with_fifo():
    # L. A. Bélády, R. A. Nelson, G. S. Shedler, CACM 12(6), 1969.
    references = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    assert [12 - simulate("FIFO", references, frames).hits for frames in (3, 4)] == [9, 10]


small_traces = st.lists(st.integers(0, 9), min_size=1, max_size=60)
capacities = st.integers(1, 12)


def held(policy, trace, capacity):
    """The objects in the cache at the end: those that would be a hit now."""
    before = simulate(policy, trace, capacity).hits
    return {x for x in range(10) if simulate(policy, [*trace, x], capacity).hits > before}


@settings(max_examples=60)
@given(trace=small_traces, capacity=capacities)
def test_no_policy_holds_more_than_its_capacity_nor_what_was_never_asked_for(trace, capacity):
    for policy in POLICIES[:-1]:
        inside = held(policy, trace, capacity)
        assert len(inside) <= capacity
        assert inside <= set(trace)


@settings(max_examples=150)
@given(trace=small_traces, capacity=capacities)
def test_nothing_beats_beladys_optimum(trace, capacity):
    best = simulate("Belady", trace, capacity).hits
    assert all(simulate(policy, trace, capacity).hits <= best for policy in POLICIES)


@settings(max_examples=60)
@given(trace=st.lists(st.integers(0, 5), min_size=1, max_size=14), capacity=st.integers(1, 4))
def test_beladys_hits_are_the_most_that_any_choice_of_victims_gives(trace, capacity):
    reached = {frozenset(): 0}
    for x in trace:
        following = {}
        for inside, hits in reached.items():
            if x in inside:
                choices = [(inside, hits + 1)]
            elif len(inside) < capacity:
                choices = [(inside | {x}, hits)]
            else:
                choices = [((inside - {out}) | {x}, hits) for out in inside]
            for after, count in choices:
                following[after] = max(following.get(after, 0), count)
        reached = following
    assert simulate("Belady", trace, capacity).hits == max(reached.values())


@settings(max_examples=60)
@given(trace=small_traces, capacity=capacities)
def test_a_smaller_lru_cache_holds_a_part_of_a_larger_one(trace, capacity):
    assert held("LRU", trace, capacity) <= held("LRU", trace, capacity + 1)


@settings(max_examples=60)
@given(trace=small_traces, extra=st.integers(0, 5))
def test_a_cache_with_room_for_all_misses_each_object_once(trace, extra):
    for policy in POLICIES:
        assert simulate(policy, trace, len(set(trace)) + extra + 1).hits == len(trace) - len(set(trace))


@settings(max_examples=60)
@given(trace=small_traces, capacity=capacities, windows=st.integers(1, 7))
def test_windows_add_up_to_all_hits(trace, capacity, windows):
    windows = min(windows, len(trace))
    edges = np.arange(windows + 1) * len(trace) // windows
    for policy in POLICIES:
        result = simulate(policy, trace, capacity, windows)
        assert np.sum(result.over_time * np.diff(edges)) == pytest.approx(result.hits)


def independent_hit_ratio(p, capacity):
    """Exact hit ratio of FIFO and of random eviction for independent references with probabilities ``p``.

    Either holds a set of objects with probability proportional to the product of theirs (W. F. King, 1971; E. Gelenbe,
    1973), so sums over sets are elementary symmetric polynomials.
    """

    def symmetric(values, degree):
        sums = [1.0] + [0.0] * degree
        for value in values:
            for k in range(degree, 0, -1):
                sums[k] += value * sums[k - 1]
        return sums[degree]

    whole = symmetric(p, capacity)
    return sum(x * x * symmetric(np.delete(p, i), capacity - 1) for i, x in enumerate(p)) / whole


@pytest.mark.parametrize(("objects", "capacity", "alpha"), [(30, 8, 1.0), (60, 5, 0.7), (20, 15, 1.3)])
def test_fifo_and_random_hit_equally_often_for_independent_references(objects, capacity, alpha):
    p = np.arange(1, objects + 1) ** -alpha
    p /= p.sum()
    exact = independent_hit_ratio(p, capacity)
    trace = traces.workload("steady", objects, 400_000, alpha, seed=5)
    for policy in ("FIFO", "random"):
        windows = simulate(policy, trace, capacity, windows=100).over_time[1:]
        assert abs(windows.mean() - exact) < 4 * windows.std(ddof=1) / math.sqrt(len(windows)), policy


def test_sieve_is_lfu_until_its_hand_has_been_round_once():
    trace = traces.workload("steady", 2_000, 30_000, 0.9, seed=2)
    turned = plain_caches.first_turn_of_sieve(trace.tolist(), 150)
    assert 5_000 < turned < 25_000
    windows = np.arange(0, turned - 1, 500)
    for end in windows[1:]:
        assert simulate("SIEVE", trace[:end], 150).hits == simulate("LFU", trace[:end], 150).hits
    assert simulate("SIEVE", trace, 150).hits != simulate("LFU", trace, 150).hits


def test_a_loop_larger_than_the_cache_never_hits_lru_fifo_clock_and_lfu():
    trace = traces.workload("loop", 1, 5_000, capacity=100)
    for policy in ("LRU", "FIFO", "CLOCK", "LFU", "SIEVE", "ARC"):
        assert simulate(policy, trace, 100).hits == 0
    # The optimum keeps 99 of them and sends all others through one place: (capacity - 1) / (length - 1) hit.
    later = simulate("Belady", trace, 100, windows=5).over_time[1:]
    assert later.mean() == pytest.approx(99 / 109, abs=0.002)


def test_the_random_policy_follows_its_seed():
    trace = TRACES["steady"]
    first, second = (simulate("random", trace, 60, seed=seed).hits for seed in (1, 2))
    assert first == simulate("random", trace, 60, seed=1).hits != second


def test_the_highest_bit_is_found():
    for word in itertools.chain(range(1, 1_000), (2**k + d for k in range(10, 32) for d in (-1, 0, 1))):
        assert highest_bit(word) == word.bit_length() - 1


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="policy must be one of FIFO, random"):
        simulate("MRU", [1, 2], 1)
    with pytest.raises(ValueError, match="capacity must be a whole number from 1 up, got 0"):
        simulate("LRU", [1, 2], 0)
    with pytest.raises(ValueError, match="trace must be a list of at least one object number"):
        simulate("LRU", [], 1)
    with pytest.raises(ValueError, match="from 0 to"):
        simulate("LRU", [-1, 2], 1)
    with pytest.raises(ValueError, match="whole numbers"):
        simulate("LRU", [0.5], 1)
    with pytest.raises(ValueError, match="windows must be a whole number from 1 to 2"):
        simulate("LRU", [1, 2], 1, windows=3)


def test_scratch_suffices_for_any_size():
    # What a policy may not write is watched: guard places after each array keep their value.
    for accesses, objects, capacity in ((7, 3, 1), (200, 40, 39), (500, 500, 500), (3_000, 100, 13)):
        trace = np.random.default_rng(1).integers(0, objects, accesses)
        sizes = caches.scratch_sizes(accesses, objects, capacity)
        for number in range(len(POLICIES)):
            padded = [np.full(size + 16, -7) for size in sizes]
            caches.run_policy(number, trace, accesses, objects, capacity, 1, np.empty(3), *padded)
            assert all(np.all(array[size:] == -7) for array, size in zip(padded, sizes, strict=True))


def test_the_doorkeeper_is_the_bloom_filter_with_its_hashes_worked_out_before():
    random = np.random.default_rng(3)
    plain, packed = np.zeros(8, dtype=np.int64), np.zeros(8, dtype=np.int64)
    for key in random.integers(0, 2**31, 80).tolist():
        fresh = sketches.bloom_add(plain, 250, frequency.DOOR_HASHES, frequency.SEED, key)
        assert frequency.door_add(packed, 250, frequency.pack_hashes(key)) == fresh
        assert np.array_equal(plain, packed)
