"""Five schemes: published values, the movement that theory gives, and how evenly they spread."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import placement
from perfbook.figures.patterns import hashing as figures
from perfbook.placement import SCHEMES, jump_hash, moved, place

KEYS = 50_000
CONSISTENT = ["ring", "rendezvous", "jump"]

# Public test suites of jump hash: google/guava, HashingTest (100 buckets, "compatible with the C++ implementation");
# ClickHouse, 00580_consistent_hashing_functions; Microsoft's JumpConsistentHash (11 buckets).
JUMPS = [
    *((key, 100, bucket) for key, bucket in zip(range(1, 6), (55, 62, 8, 45, 59), strict=True)),
    *[(1, 1, 0), (42, 57, 43), (256, 1024, 520), (3735883980, 1, 0), (3735883980, 666, 361)],
    *[(16045690984833335023, 255, 237), (10863919174838991, 11, 6), (2016238256797177309, 11, 3)],
    (1673758223894951030, 11, 5),
]
# dgryski/go-jump, "generated from the reference C++ code": 1, 2, 3 ... buckets
JUMP_ROWS = {
    0: [0] * 20,
    1: [0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 17, 17],
    0xDEADBEEF: [0, 1, 2, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 16, 16, 16],
    0x0DDC0FFEEBADF00D: [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 15, 15, 15, 15],
}


@pytest.mark.parametrize("key, buckets, bucket", JUMPS)
def test_jump_hash_gives_the_published_buckets(key, buckets, bucket):
    assert jump_hash(key, buckets) == bucket


@pytest.mark.parametrize("key", JUMP_ROWS)
def test_jump_hash_gives_the_reference_rows(key):
    assert [jump_hash(key, n + 1) for n in range(len(JUMP_ROWS[key]))] == JUMP_ROWS[key]


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**31 - 1))
@settings(max_examples=200)
def test_halves_of_32_bits_multiply_like_whole_numbers(key, buckets):
    state, bucket, following = key, -1, 0
    while following < buckets:
        bucket = following
        state = (state * 2862933555777941757 + 1) % 2**64
        following = int((bucket + 1) * (2**31 / ((state >> 33) + 1)))
    assert jump_hash(key, buckets) == bucket


def test_maglev_fills_the_papers_example():
    """Table 1 of Eisenbud et al.: seven rows, permutations from (offset, skip) = (3, 4), (0, 2), (3, 1)."""
    table = np.zeros(7, dtype=np.int64)
    placement.fill_maglev(3, 7, np.array([3, 0, 3]), np.array([4, 2, 1]), table)
    assert list(table) == [1, 0, 1, 0, 2, 2, 0]
    placement.fill_maglev(2, 7, np.array([3, 3]), np.array([4, 1]), table)
    assert [("B0", "B2")[node] for node in table] == ["B0", "B0", "B0", "B0", "B2", "B2", "B2"]


@given(st.integers(1, 40), st.sampled_from([41, 251, 2039]), st.integers(0, 1000))
@settings(max_examples=40)
def test_maglevs_rows_are_dealt_out_evenly(nodes, rows, seed):
    counts = np.bincount(placement.maglev_table(nodes, rows, seed), minlength=nodes)
    assert counts.sum() == rows and counts.max() - counts.min() <= 1


@given(st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=100)
def test_modulo_keeps_one_remainder_in_lcm_over_min(before, after):
    period = np.arange(math.lcm(before, after))
    assert placement.modulo_moved(before, after) == pytest.approx(np.mean(period % before != period % after), abs=1e-12)


def test_modulo_moves_n_of_n_plus_one_when_one_joins():
    for n in (1, 2, 8, 99):
        assert placement.modulo_moved(n, n + 1) == pytest.approx(n / (n + 1))
    assert placement.modulo_moved(8, 12) == pytest.approx(2 / 3)


@pytest.mark.parametrize("scheme", CONSISTENT)
@pytest.mark.parametrize("before, after", [(8, 9), (8, 12), (3, 20)])
def test_only_the_newcomers_gain_keys(scheme, before, after):
    old, new = place(scheme, before, KEYS), place(scheme, after, KEYS)
    assert np.all((new == old) | (new >= before))


@pytest.mark.parametrize("scheme", ["ring", "rendezvous"])
def test_only_the_keys_of_a_dead_node_move(scheme):
    old, new = place(scheme, 8, KEYS), place(scheme, [0, 1, 2, 4, 5, 6, 7], KEYS)
    assert np.all((new == old) == (old != 3))


def test_jump_can_lose_its_last_node_only():
    survivors = [1, 2, 3, 4, 5, 6, 7]
    assert moved("jump", 8, 7, KEYS) == pytest.approx(1 / 8, abs=4 * math.sqrt(7 / 64 / KEYS))
    assert moved("jump", 8, survivors, KEYS) > 0.8  # every number after the gap is another node's now


@pytest.mark.parametrize("scheme", ["rendezvous", "jump"])
@pytest.mark.parametrize("before, after", [(8, 9), (8, 12), (12, 8), (1, 2)])
def test_movement_is_the_least_in_expectation(scheme, before, after):
    least = placement.least_moved(before, after)
    assert abs(moved(scheme, before, after, KEYS) - least) < 4 * math.sqrt(least * (1 - least) / KEYS)


def test_a_rings_movement_is_the_least_on_average_over_rings():
    found = [moved("ring", 8, 9, 5_000, virtual=20, seed=seed) for seed in range(100)]
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert abs(np.mean(found) - 1 / 9) < 4 * error and error < 0.003


def test_modulos_movement_is_what_the_remainders_say():
    for before, after in ((8, 9), (8, 12), (8, 16)):
        share = placement.modulo_moved(before, after)
        assert abs(moved("modulo", before, after, KEYS) - share) < 4 * math.sqrt(0.25 / KEYS)


@pytest.mark.parametrize("rows, most", [(251, 0.12), (2039, 0.10), (65537, 0.03)])
def test_maglev_moves_a_little_more_than_the_least_and_less_with_more_rows(rows, most):
    beyond = []
    for seed in range(20):
        before, after = placement.maglev_table(12, rows, seed), placement.maglev_table(13, rows, seed)
        beyond.append(np.mean(before != after) - 1 / 13)
    assert 0 < np.mean(beyond) < most


@pytest.mark.parametrize("scheme", ["modulo", "rendezvous", "jump", "Maglev"])
def test_all_but_the_ring_spread_as_evenly_as_chance_allows(scheme):
    from scipy import stats

    counts = np.bincount(place(scheme, 12, KEYS), minlength=12)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_weights_are_met_by_rendezvous():
    from scipy import stats

    weights = np.array([1.0, 0.0, 2.5, 0.5])
    counts = np.bincount([placement.rendezvous(key, weights) for key in range(4_000)], minlength=4)
    assert counts[1] == 0
    expected = 4_000 * weights[weights > 0] / weights.sum()
    assert stats.chisquare(counts[weights > 0], expected).pvalue > 1e-3


def test_equal_weights_are_no_weights():
    owners = place("rendezvous", 5, 300)
    assert [placement.rendezvous(key, np.full(5, 3.0)) for key in range(300)] == list(owners)


def test_more_weight_for_one_node_moves_keys_to_it_only():
    light, heavy = [1.0, 1.0, 1.0], [1.0, 2.0, 1.0]
    for key in range(500):
        old, new = placement.rendezvous(key, light), placement.rendezvous(key, heavy)
        assert new in (old, 1)


def test_the_figure_says_what_the_functions_say():
    seen = figures.placement.at(before=8, after=12, virtual=30, seed=2)
    keys = figures.placement.inputs["keys"]
    for name, code in SCHEMES.items():
        options = dict(virtual=30, seed=2)
        assert seen["moved"][code] == moved(name, 8, 12, keys, **options)
        counts = np.bincount(place(name, 12, keys, **options), minlength=12)
        assert seen["fullest"][code] == pytest.approx(counts.max() / counts.mean())
        assert seen["deviation"][code] == pytest.approx(counts.std() / counts.mean())
    assert seen["now"][0] == pytest.approx(1 / 3) and seen["now"][1] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: jump_hash(-1, 2), "key must be a whole number from 0 to 18,446,744,073,709,551,615, got -1"),
        (lambda: jump_hash(1, 0), "buckets must be a whole number from 1 to 2,147,483,647, got 0"),
        (lambda: placement.rendezvous(1, [0, 0]), "weights must be finite and one of them above 0"),
        (lambda: placement.rendezvous(1, [1, -1]), "weights must not be negative"),
        (lambda: placement.maglev_table(3, 9), "rows must be a prime above the number of nodes, got 9 for 3 nodes"),
        (lambda: place("circle", 3, 10), "scheme must be one of modulo, ring, rendezvous, jump, Maglev, got 'circle'"),
        (lambda: place("ring", [1, 1], 10), "nodes must be different and at least one"),
        (lambda: placement.modulo_moved(0, 3), "before must be a whole number from 1 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
