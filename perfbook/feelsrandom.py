"""Measuring a shuffle, anybody's: is it fair to every track, how far apart are an artist's, how many orders has it?

Explained in chapter 3, section 7.
"""

import dataclasses
import math
import random

import numpy as np

from . import checks, neighbours


@dataclasses.dataclass(frozen=True)
class Report:
    """What ``measure`` found.

    shuffles, tracks : how many
    chi_square, freedom : of tracks over places, scaled so that a uniform shuffle has the chi-square law of that freedom
    fair_p : chance that a uniform shuffle looks at least as unfair
    neighbours, error : mean number of neighbours, its standard error;  uniform_neighbours : of a uniform shuffle, exactly
    three : share of orders with three or more of an artist in a row;  uniform_three : of a uniform shuffle, exactly
    gaps : share of an artist's gaps that are 1, 2, 3 ... tracks, as an array
    bits : what two orders' patterns coinciding says of the entropy, a lower bound on it: minus log2 of the chance
    bits_at_least : whether no two coincided, so that ``bits`` is only what that excludes at 95%
    uniform_bits : of a uniform pattern, exactly
    """

    shuffles: int
    tracks: int
    chi_square: float
    freedom: int
    fair_p: float
    neighbours: float
    error: float
    uniform_neighbours: float
    three: float
    uniform_three: float
    gaps: np.ndarray = dataclasses.field(repr=False)
    bits: float
    bits_at_least: bool
    uniform_bits: float

    def __str__(self):
        sign = ">" if self.bits_at_least else " "
        short = self.gaps[:2].sum()
        return "\n".join([
            f"places       chi-square {self.chi_square:8.1f} for {self.freedom} degrees of freedom, p {in_words(self.fair_p)}",
            f"neighbours   {self.neighbours:8.3f} ± {self.error:.3f}, uniform {self.uniform_neighbours:.3f}",
            f"three in row {self.three:8.1%} of the orders, uniform {self.uniform_three:.1%}",
            f"gaps 1 or 2  {short:8.1%} of an artist's gaps",
            f"pattern     {sign}{self.bits:8.2f} bits, uniform {self.uniform_bits:.2f}",
        ])  # fmt: skip


def place_chi_square(orders):
    """Chi-square of tracks over places, and its degrees of freedom (n - 1)^2, for rows that are orders of 0 ... n - 1.

    Each order fills each row and each column of the table once, so that its cells are not independent: a uniform shuffle
    has n / (n - 1) times the law of (n - 1)^2 degrees of freedom, which is divided out here.
    Raises ValueError unless each row is an order. Explained in chapter 3, section 7.
    """
    orders = np.asarray(orders)
    many, n = orders.shape
    if n < 2 or np.any(np.sort(orders, axis=1) != np.arange(n)):
        raise ValueError("each row must be an order of 0, 1 ... n - 1, with n at least 2")
    seen = np.zeros((n, n))
    np.add.at(seen, (orders, np.arange(n)), 1)
    return float(((seen - many / n) ** 2).sum() / (many / n) * (n - 1) / n), (n - 1) ** 2


def p_value(chi_square, freedom) -> float:
    """Chance that a chi-square variate of that many degrees of freedom is at least as large."""
    from scipy.stats import chi2

    return float(chi2.sf(chi_square, freedom))


def in_words(p) -> str:
    """A p-value for people: two digits, or "below 1e-16", where digits mean nothing."""
    return f"{p:.2g}" if p >= 1e-16 else "below 1e-16"


def gaps_of(words):
    """Share of all gaps that are 1, 2 ... n - 1 tracks, for rows that say whose the tracks are."""
    words = np.asarray(words)
    share = np.zeros(words.shape[1] - 1)
    for row in words:
        last = {}
        for i, artist in enumerate(row.tolist()):
            if artist in last:
                share[i - last[artist] - 1] += 1
            last[artist] = i
    return share / max(share.sum(), 1)


def longest_runs(words):
    """The longest run of one artist in each row."""
    words = np.asarray(words)
    run, longest = np.ones(len(words)), np.ones(len(words))
    for i in range(1, words.shape[1]):
        run = np.where(words[:, i] == words[:, i - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest


def collision_bits(rows):
    """Bits by coinciding rows, and whether none coincided: -log2 of the chance that two independent ones are the same.

    The birthday problem turned round: of N(N - 1)/2 pairs the share that coincide estimates the sum of p^2 without bias.
    Its -log2 is at most the entropy. If no pair coincides, the sum is below 3 / pairs at 95%. Explained in chapter 3,
    section 7.
    """
    rows = np.asarray(rows)
    many = len(rows)
    pairs = many * (many - 1) / 2
    counts = np.unique(rows, axis=0, return_counts=True)[1].astype(float)
    same = (counts * (counts - 1) / 2).sum()
    return (-math.log2(same / pairs), False) if same else (math.log2(pairs / 3), True)


def measure(shuffle, playlist, shuffles=4000, seed=1):
    """Run a shuffle many times on a playlist and say what it does, as a ``Report``; print it.

    shuffle : a function of a list of tracks and a ``random.Random``, which returns the tracks in a new order. A track is
        (artist, number); all the list's tracks must come back, once each
    playlist : a list of artists, a track each;  shuffles : how often, at least 2;  seed : of the random numbers
    Raises ValueError if tracks are lost, repeated or invented. Explained in chapter 3, section 7.
    """
    playlist = list(playlist)
    shuffles = checks.whole("shuffles", shuffles, 2)
    names = list(dict.fromkeys(playlist))
    tracks = [(artist, playlist[:i].count(artist) + 1) for i, artist in enumerate(playlist)]
    number = {track: i for i, track in enumerate(tracks)}
    source = random.Random(seed)
    orders = np.empty((shuffles, len(tracks)), dtype=np.int64)
    for row in orders:
        given = list(shuffle(list(tracks), source))
        if len(given) != len(tracks) or set(given) != set(tracks):
            lost = [track for track in tracks if track not in given]
            what = f"lost {lost[0]}" if lost else f"returned {len(given)} tracks for {len(tracks)}"
            raise ValueError(f"a shuffle must return every track once; this one {what}")
        row[:] = [number[track] for track in given]
    words = np.array([names.index(artist) for artist in playlist])[orders]
    beside = (words[:, 1:] == words[:, :-1]).sum(axis=1)
    chi_square, freedom = place_chi_square(orders)
    many_bits, at_least = collision_bits(words)
    return Report(
        shuffles=shuffles,
        tracks=len(tracks),
        chi_square=chi_square,
        freedom=freedom,
        fair_p=p_value(chi_square, freedom),
        neighbours=float(beside.mean()),
        error=float(beside.std(ddof=1) / math.sqrt(shuffles)),
        uniform_neighbours=neighbours.expected(playlist),
        three=float((longest_runs(words) >= 3).mean()),
        uniform_three=float(neighbours.longest_run_law(playlist)[2:].sum()),
        gaps=gaps_of(words),
        bits=many_bits,
        bits_at_least=at_least,
        uniform_bits=math.log2(neighbours.patterns(playlist)),
    )


def freshness(order, recency) -> float:
    """Points that an order loses for tracks that were played lately and come early again; 0 is the freshest.

    order : tracks;  recency : of each track, 1 for just played to 0 for not lately
    The first place costs all of a track's recency, the last none. A reading in numbers of the two rules that the article
    of November 2025 gives in words. Explained in chapter 3, section 7.
    """
    order, recency = np.asarray(order), np.asarray(recency, dtype=float)
    return float((recency[order] * (1 - np.arange(len(order)) / max(len(order) - 1, 1))).sum())


def fewer_repeats(recency, tries, many=1, seed=1):
    """The freshest of ``tries`` uniform orders, ``many`` times over, as rows of tracks. See ``freshness``.

    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    tries, many = checks.whole("tries", tries, 1), checks.whole("many", many, 1)
    recency = np.asarray(recency, dtype=float)
    source = np.random.default_rng(seed)
    n = len(recency)
    early = 1 - np.arange(n) / max(n - 1, 1)
    drawn = source.permuted(np.broadcast_to(np.arange(n), (many, tries, n)), axis=2)
    lost = recency[drawn] @ early
    return drawn[np.arange(many), lost.argmin(axis=1)]


def recency_weight(days, rate=0.5):
    """The episode's weight of a track played ``days`` ago, e^(-rate t), and the one that it means, 1 - e^(-rate t)."""
    decays = np.exp(-rate * np.asarray(checks.not_negative("days", days), dtype=float))
    return decays, 1 - decays
