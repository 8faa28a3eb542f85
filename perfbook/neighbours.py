"""Tracks of one artist side by side: how many a random order of a playlist has, counted exactly.

A pattern is an order of a playlist in which only the artists are told apart. Two neighbours are two tracks of one artist
in a row; a run of three holds two of them. Patterns are counted by adding one artist after another: m tracks go in as g
groups, into g different slots of what is there, and each group that lands between two neighbours parts them. Nothing is
subtracted, so that floating point keeps its digits.

Source: counting, by the gaps into which groups are put. J. Taylor, Counting Words with Laguerre Series, Electronic J.
Combinatorics 21(2), 2014, P2.1, counts such words otherwise, by integrals. Explained in chapter 3, section 7.
"""

import itertools
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel

MOST = 60  # tracks of a playlist


@kernel
def pascal_triangle(size: int, choose: Floats) -> None:
    """Pascal's triangle: ``choose[n * size + k]`` is n over k, for n and k below ``size``."""
    for n in range(size):
        for k in range(size):
            choose[n * size + k] = 0.0
        choose[n * size] = 1.0
        for k in range(1, n + 1):
            choose[n * size + k] = choose[(n - 1) * size + k - 1] + choose[(n - 1) * size + k]


@kernel
def neighbour_counts(tracks: int, artists: int, count: Ints, choose: Floats, table: Floats) -> int:
    """Count the patterns with j neighbours, artist by artist; returns the fewest neighbours that are possible.

    count : tracks of each artist, at least 1;  choose : room for Pascal's triangle, (tracks + 2) squared
    table : ``table[a * tracks + j]`` patterns of the first a + 1 artists with j neighbours; the last row is of them all
    """
    size = tracks + 2
    pascal_triangle(size, choose)
    for j in range(artists * tracks):
        table[j] = 0.0
    table[count[0] - 1] = 1.0
    before = count[0]
    for a in range(1, artists):
        m = count[a]
        for j in range(before):
            held = table[(a - 1) * tracks + j]
            if held > 0.0:
                for g in range(1, m + 1):
                    split = held * choose[(m - 1) * size + g - 1]
                    for parted in range(min(g, j) + 1):
                        ways = choose[j * size + parted] * choose[(before + 1 - j) * size + g - parted]
                        table[a * tracks + j - parted + m - g] += split * ways
        before += m
    fewest = 0
    while table[(artists - 1) * tracks + fewest] == 0.0:
        fewest += 1
    return fewest


def counts_of(playlist):
    """How many tracks each artist has, most first, as a list of ints.

    playlist : a list of artists, a track each ("A", "A", "B"), or a list of such numbers of tracks (2, 1)
    Raises ValueError for a playlist without tracks, and for one of more than 60.
    """
    listed = list(playlist)
    if all(isinstance(one, (int, np.integer)) for one in listed):
        counts = [checks.whole("tracks of an artist", one, 1, MOST) for one in listed]
    else:
        counts = [listed.count(one) for one in dict.fromkeys(listed)]
    if not 1 <= sum(counts) <= MOST:
        raise ValueError(f"a playlist has 1 to {MOST} tracks, got {sum(counts)}")
    return sorted(counts, reverse=True)


def patterns_by_neighbours(playlist):
    """How many patterns have 0, 1, 2 ... neighbours, as an array of floats, exact up to 2**53.

    playlist : as in ``counts_of``. Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    tracks, artists = sum(counts), len(counts)
    table = np.empty(artists * tracks)
    neighbour_counts(tracks, artists, np.array(counts, dtype=np.int64), np.empty((tracks + 2) ** 2), table)
    return table[(artists - 1) * tracks :]


def patterns(playlist) -> int:
    """How many patterns a playlist has: n! / (n_1! n_2! ...), exactly."""
    counts = counts_of(playlist)
    return math.factorial(sum(counts)) // math.prod(map(math.factorial, counts))


def expected(playlist) -> float:
    """Neighbours that a uniformly random order has on average: the sum of n_a (n_a - 1) over the artists, over n.

    Each of the n - 1 places between two tracks has one artist on both sides with chance n_a (n_a - 1) / (n (n - 1)).
    Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    return sum(m * (m - 1) for m in counts) / sum(counts)


def law(playlist):
    """Chance of 0, 1, 2 ... neighbours in a uniformly random order, as an array. Explained in chapter 3, section 7."""
    return patterns_by_neighbours(playlist) / patterns(playlist)


def fewest(playlist) -> int:
    """The fewest neighbours that any order of the playlist has: 0 unless one artist has more than half of it."""
    counts = counts_of(playlist)
    return max(0, 2 * counts[0] - sum(counts) - 1)


def gap_law(playlist):
    """How many gaps of 1, 2, 3 ... a uniformly random order has on average, as an array of n - 1 floats.

    A gap is the distance from a track to the artist's next one: 1 for neighbours. For an artist with m of n tracks each
    of the m - 1 gaps is d with chance C(n - d, m - 1) / C(n, m). Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    n = sum(counts)
    mean = np.zeros(max(n - 1, 0))
    for m in counts:
        mean += [(m - 1) * math.comb(n - d, m - 1) / math.comb(n, m) for d in range(1, n)]
    return mean


def longest_run_law(playlist):
    """Chance that the longest run of one artist is 1, 2, 3 ... tracks in a uniformly random order, as an array.

    In whole numbers: m tracks in g runs below r, the runs as letters of a word without equal neighbours, which
    inclusion and exclusion counts. Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    below = [_patterns_with_runs_up_to(longest, counts) for longest in range(max(counts) + 1)]
    return np.array([(b - a) / patterns(counts) for a, b in itertools.pairwise(below)])


def _patterns_with_runs_up_to(longest, counts) -> int:
    """Patterns whose runs are all of ``longest`` tracks at most; a whole number, since the x^h / h! cancel."""
    whole = {0: 1}  # coefficient of x^h / h!, times h! at the end
    for m in counts:
        ways = compositions(m, longest)
        letter = {}
        for g in range(1, m + 1):
            for h in range(1, g + 1):
                letter[h] = letter.get(h, 0) + ways[g] * (-1) ** (g - h) * math.comb(g - 1, h - 1)
        # the product of two such series: C(h + k, h) ways to mix h letters with k
        product = {}
        for h, x in whole.items():
            for k, y in letter.items():
                product[h + k] = product.get(h + k, 0) + x * y * math.comb(h + k, h)
        whole = product
    return sum(whole.values())


def compositions(m, most):
    """Ways to write m as g ordered parts from 1 to ``most``, for g from 0 to m, as a list."""
    ways = [[1] + [0] * m]  # ways[g][s]
    for _ in range(m):
        last = ways[-1]
        ways.append([sum(last[s - part] for part in range(1, min(most, s) + 1)) for s in range(m + 1)])
    return [row[m] for row in ways]
