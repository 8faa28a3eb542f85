"""Neighbours of a playlist, counted exactly: against every order of short lists, and against known words."""

import collections
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import neighbours

SHORT = [(3, 2, 1), (4, 1, 1), (2, 2, 2), (3, 3, 1), (5, 2), (4,), (1, 1, 1, 1), (2, 2, 1, 1)]
playlists = st.lists(st.integers(1, 9), min_size=1, max_size=7)


def all_words(counts):
    """Every pattern of a playlist, each once."""
    return sorted(set(itertools.permutations([a for a, m in enumerate(counts) for _ in range(m)])))


def beside(word):
    return sum(a == b for a, b in itertools.pairwise(word))


@pytest.mark.parametrize("counts", SHORT)
def test_patterns_are_counted_as_listing_them_all_counts_them(counts):
    words = all_words(counts)
    seen = collections.Counter(map(beside, words))
    got = neighbours.patterns_by_neighbours(counts)
    assert got.tolist() == [seen[j] for j in range(sum(counts))]
    assert neighbours.patterns(counts) == len(words) and neighbours.fewest(counts) == min(seen)


@pytest.mark.parametrize("counts", SHORT)
def test_longest_runs_and_gaps_are_those_of_all_orders(counts):
    words = all_words(counts)
    longest = collections.Counter(max(len(list(run)) for _, run in itertools.groupby(word)) for word in words)
    law = [longest[r] / len(words) for r in range(1, max(counts) + 1)]
    assert neighbours.longest_run_law(counts) == pytest.approx(law)
    gaps = np.zeros(max(sum(counts) - 1, 0))
    for word in words:
        last = {}
        for i, a in enumerate(word):
            if a in last:
                gaps[i - last[a] - 1] += 1 / len(words)
            last[a] = i
    assert neighbours.gap_law(counts) == pytest.approx(gaps)


def test_wallawalla_has_as_many_words_without_three_in_a_row_as_published():
    """The example of J. Taylor 2014: WALLAWALLA without LLL, AAA and WW (W 2, A 4, L 4), counted by an integral as 1584."""
    counts = (4, 4, 2)
    every = all_words(counts)
    runs = [max(len(list(run)) for _, run in itertools.groupby(word)) for word in every]
    words = [word for word, run in zip(every, runs, strict=True) if run < 3 and (2, 2) not in itertools.pairwise(word)]
    assert len(words) == 1584
    no_run_of_three = sum(run < 3 for run in runs)
    assert neighbours.longest_run_law(counts)[:2].sum() == pytest.approx(no_run_of_three / neighbours.patterns(counts))


@settings(max_examples=60)
@given(playlists)
def test_the_law_sums_to_one_and_has_the_mean_that_pairs_of_places_give(counts):
    law = neighbours.law(counts)
    assert law.sum() == pytest.approx(1, rel=1e-12)
    assert law @ np.arange(len(law)) == pytest.approx(neighbours.expected(counts), rel=1e-12)
    gaps = neighbours.gap_law(counts)
    assert gaps.sum() == pytest.approx(sum(counts) - len(counts))  # every track but an artist's first ends a gap
    assert gaps[:1].sum() == pytest.approx(neighbours.expected(counts))
    assert np.flatnonzero(law)[0] == neighbours.fewest(counts)
    assert neighbours.longest_run_law(counts)[0] == pytest.approx(law[0], abs=1e-12)


@pytest.mark.parametrize("m", [2, 5, 9])
def test_the_mean_gap_of_one_artist_is_that_of_points_thrown_on_a_line(m):
    """m of n places: the n - m others fall into m + 1 stretches alike, so that a gap is (n + 1) / (m + 1) on average."""
    n = 21
    gaps = neighbours.gap_law([m] + [1] * (n - m))
    assert gaps @ np.arange(1, n) / (m - 1) == pytest.approx((n + 1) / (m + 1))


def test_couples_in_a_row_apart():
    """n pairs of alike in a row, none together, by inclusion and exclusion: sum (-1)^k C(n, k) (2n - k)! 2^k / 2^n."""
    for n in (3, 10, 20):
        apart = sum((-1) ** k * math.comb(n, k) * math.factorial(2 * n - k) * 2**k for k in range(n + 1)) // 2**n
        assert neighbours.patterns_by_neighbours([2] * n)[0] == pytest.approx(apart, rel=1e-12)


def test_the_episodes_list():
    counts = (9, 6, 3, 3)
    assert neighbours.expected(counts) == pytest.approx(114 / 21)
    assert neighbours.expected(["A"] * 9 + ["B"] * 6 + ["C"] * 3 + ["D"] * 3) == pytest.approx(114 / 21)
    assert neighbours.patterns(counts) == 5431826400


def test_parts_of_a_whole_number():
    assert neighbours.compositions(5, 5) == [0, 1, 4, 6, 4, 1]  # a row of Pascal's triangle
    assert neighbours.compositions(4, 2) == [0, 0, 1, 3, 1]  # 2+2; 1+1+2 in three orders; 1+1+1+1
    assert neighbours.compositions(0, 3) == [1]


@pytest.mark.parametrize(
    "wrong, message",
    [([], "a playlist has 1 to 60 tracks, got 0"), (["A"] * 61, "got 61"), ([0, 3], "from 1 to 60, got 0")],
)
def test_a_playlist_that_is_none_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        neighbours.expected(wrong)
