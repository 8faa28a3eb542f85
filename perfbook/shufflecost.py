"""What control over a shuffle costs in bits: the entropy of the orders that it produces, exactly where that can be had.

The entropy of a uniform order of n tracks is log2 n! bits. All shuffles here leave the tracks of one artist in any order
among themselves, so that what they give up is given up in the pattern, of log2(n! / (n_1! n_2! ...)) bits at most.

Source for the dial: the law of largest entropy with a given mean is exponential in what is averaged (E. T. Jaynes,
Information Theory and Statistical Mechanics, Physical Review 106, 1957). Explained in chapter 3, section 7.
"""

import itertools
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .neighbours import counts_of, neighbour_counts, patterns
from .playlists import LISTS, choose_playlist
from .rng import seed_stream
from .shuffling import FLOOR, MEMORY, PENALTY, SAME_ARTIST, SAME_GENRE, Deck, weighted_bits, weighted_word, words

CURVE, BESTS = 41, 9  # settings of the dial on the frontier; best of 1, 2, 4 ... 256
MOST_OUTCOMES = 10**6  # that are listed one by one
LISTED = 10**4  # patterns up to which every draw by weight is followed


@kernel
def dial_at(tracks: int, artists: int, table: Floats, theta: float, mean_and_bits: Floats) -> None:
    """Mean neighbours of the exact dial at ``theta``, and the bits of its patterns: both exact, from the counts."""
    last = (artists - 1) * tracks
    fewest = 0
    while table[last + fewest] == 0.0:
        fewest += 1
    total = 0.0
    added = 0.0
    power = 1.0
    for j in range(fewest, tracks):
        total += table[last + j] * power
        added += table[last + j] * power * j
        power *= theta
    mean = added / total
    mean_and_bits[0] = mean
    mean_and_bits[1] = math.log2(total)
    if theta > 0.0:
        mean_and_bits[1] -= (mean - fewest) * math.log2(theta)


@kernel
def best_of_at(tracks: int, artists: int, table: Floats, tries: int, mean_and_bits: Floats) -> None:
    """Mean neighbours of the best of ``tries`` uniform orders, and the bits of its patterns: both exact."""
    last = (artists - 1) * tracks
    total = 0.0
    for j in range(tracks):
        total += table[last + j]
    mean = 0.0
    bits = 0.0
    above = 1.0  # chance that one order has at least j neighbours, and that all have
    all_above = 1.0
    for j in range(tracks):
        ways = table[last + j]
        above = max(above - ways / total, 0.0)
        all_next = 1.0
        for _ in range(tries):
            all_next *= above
        chance = all_above - all_next
        if ways > 0.0 and chance > 0.0:
            mean += j * chance
            bits += chance * (math.log2(ways) - math.log2(chance))
        all_above = all_next
    mean_and_bits[0] = mean
    mean_and_bits[1] = bits


@kernel
def shuffle_cost_figure(
    playlist: int,
    theta: float,
    memory: int,
    tries: int,
    seed: int,
    shuffles: int,
    built: Ints,
    given: Ints,
    rows: int,
    spread_mean: Floats,
    spread_bits: Floats,
    dial_x: Floats,
    dial_y: Floats,
    best_x: Floats,
    best_y: Floats,
    here: Floats,
    now: Floats,
    artist: Ints,
    count: Ints,
    rank: Ints,
    sizes: Ints,
    choose: Floats,
    table: Floats,
    place: Floats,
    word: Ints,
    pair: Floats,
    state: Ints,
) -> None:
    """The figure: mean neighbours, as a share of a uniform order's, against the share of the pattern's bits given up.

    spread_mean, spread_bits : of each built-in list, for spreading out without a wobble;  infinite where not known
    dial_x, dial_y : the exact dial from 0 to 1;  best_x, best_y : the best of 1, 2, 4 ... 256
    here : x and y of the dial at ``theta``, of your weights, of the episode's, of the best of ``tries``, of spread out
    now : bits of a pattern, uniform neighbours; then mean neighbours and bits given up of those five
    """
    choose_playlist(playlist, built, given, rows, artist, count, rank, sizes)
    tracks = sizes[0]
    artists = sizes[1]
    neighbour_counts(tracks, artists, count, choose, table)
    dial_at(tracks, artists, table, 1.0, pair)
    fair = pair[0]
    whole = pair[1]
    now[0] = whole
    now[1] = fair
    of_fair = 1.0 / max(fair, 1e-300)
    of_whole = 1.0 / max(whole, 1e-300)
    for i in range(dial_x.shape[0]):
        dial_at(tracks, artists, table, i / (dial_x.shape[0] - 1.0), pair)
        dial_x[i] = pair[0] * of_fair
        dial_y[i] = (whole - pair[1]) * of_whole
    power = 1
    for i in range(best_x.shape[0]):
        best_of_at(tracks, artists, table, power, pair)
        best_x[i] = pair[0] * of_fair
        best_y[i] = (whole - pair[1]) * of_whole
        power *= 2
    for which in range(5):
        pair[0] = math.inf
        pair[1] = -math.inf
        if which == 0:
            dial_at(tracks, artists, table, theta, pair)
        elif which < 3:
            seed_stream(seed, 31, state)
            mean = 0.0
            bits = 0.0
            for _ in range(shuffles):
                if which == 1:
                    chance = weighted_word(
                        tracks, artists, count, theta, memory, 0.0, 0.0, 0, 0.0, word, place, state,
                    )  # fmt: skip
                else:
                    chance = weighted_word(
                        tracks, artists, count, PENALTY, MEMORY, SAME_GENRE, SAME_ARTIST + SAME_GENRE,
                        max(1, tracks // 3), FLOOR, word, place, state,
                    )  # fmt: skip
                bits -= math.log2(chance)
                for i in range(1, tracks):
                    if word[i] == word[i - 1]:
                        mean += 1.0
            pair[0] = mean / shuffles
            pair[1] = bits / shuffles
        elif which == 3:
            best_of_at(tracks, artists, table, tries, pair)
        elif playlist < 3:
            pair[0] = spread_mean[playlist]
            pair[1] = spread_bits[playlist]
        now[2 + 2 * which] = pair[0]
        now[3 + 2 * which] = whole - pair[1]
        here[2 * which] = pair[0] * of_fair
        here[2 * which + 1] = (whole - pair[1]) * of_whole


def dial(playlist, theta):
    """Mean neighbours and bits of a pattern, both exact, where each neighbour multiplies an order's chance by ``theta``.

    theta : 0 (as few neighbours as can be) to 1 (uniform). No shuffle with the same mean has more bits.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    deck, pair = Deck(playlist), np.empty(2)
    dial_at(deck.tracks, deck.artists, deck.table, checks.number("theta", theta, 0, 1), pair)
    return tuple(pair.tolist())


def best_of(playlist, tries):
    """Mean neighbours and bits of a pattern, both exact, for the one with fewest neighbours of ``tries`` uniform orders.

    It gives up at most log2(tries) bits: no order is more than ``tries`` times as likely as in a uniform shuffle.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    deck, pair = Deck(playlist), np.empty(2)
    best_of_at(deck.tracks, deck.artists, deck.table, checks.whole("tries", tries, 1), pair)
    return tuple(pair.tolist())


def bits(chances) -> float:
    """Entropy in bits of the chances of all outcomes: a dict {outcome: chance}, or the chances."""
    p = np.array(list(chances.values() if isinstance(chances, dict) else chances), dtype=float)
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


def mean_neighbours(law) -> float:
    """Mean neighbours of a law over patterns, a dict {tuple of artists: chance}."""
    return sum(chance * sum(a == b for a, b in itertools.pairwise(word)) for word, chance in law.items())


def spread_law(playlist):
    """The law of spreading out without a wobble, exactly: a dict {pattern: chance}.

    Artist a's tracks stand at (i + u_a) / n_a, u_a uniform. In units of one part in L, the least common multiple of all
    n_a, that is a whole number and a fraction; the whole numbers are uniform and the fractions come in each order equally
    often, so that finitely many equally likely cases are all there is.
    Raises ValueError if they are more than a million. Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    unit, cases = math.lcm(*counts), spread_cases(counts)
    if cases > MOST_OUTCOMES:
        raise ValueError(f"this playlist has {cases:,} ways to be spread out, and at most {MOST_OUTCOMES:,} are listed")
    artist = np.repeat(np.arange(len(counts)), counts)
    steps = np.concatenate([np.arange(m) * (unit // m) for m in counts])
    law = {}
    for wholes in itertools.product(*(range(unit // m) for m in counts)):
        at = (steps + np.array(wholes)[artist]) * len(counts)
        for fractions in itertools.permutations(range(len(counts))):
            word = tuple(artist[np.argsort(at + np.array(fractions)[artist])].tolist())
            law[word] = law.get(word, 0) + 1
    return {word: many / cases for word, many in law.items()}


def spread_cases(playlist) -> int:
    """How many equally likely cases ``spread_law`` lists."""
    counts = counts_of(playlist)
    return math.prod(math.lcm(*counts) // m for m in counts) * math.factorial(len(counts))


def weighted_law(playlist, theta=PENALTY, memory=MEMORY, unlike=0.0, like=0.0, window=0, floor=0.0):
    """The law of drawing by weight, exactly, by following every draw: a dict {pattern: chance}.

    The arguments are those of ``shuffling.weighted_word``. Raises ValueError for a playlist of more than a million
    patterns. Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    if patterns(counts) > MOST_OUTCOMES:
        raise ValueError(f"this playlist has {patterns(counts):,} patterns, and at most {MOST_OUTCOMES:,} are listed")
    law = {(): 1.0}
    for _ in range(sum(counts)):
        longer = {}
        for word, chance in law.items():
            weights = []
            for a, m in enumerate(counts):
                played, recent = word[-memory:] if memory else (), word[-window:] if window else ()
                weight = theta ** played.count(a) * (1 - like) ** recent.count(a)
                weight *= (1 - unlike) ** (len(recent) - recent.count(a))
                weights.append((m - word.count(a)) * max(weight, floor))
            if sum(weights) == 0:
                weights = [m - word.count(a) for a, m in enumerate(counts)]
            for a, weight in enumerate(weights):
                if weight > 0:
                    longer[(*word, a)] = longer.get((*word, a), 0.0) + chance * weight / sum(weights)
        law = longer
    return law


def costs(playlist, theta=PENALTY, memory=4, tries=8, many=4000, seed=1):
    """Mean neighbours and bits of a pattern for each shuffle: a dict {name: (mean, bits)}.

    All exact, but for drawing by weight from a playlist of more than 10,000 patterns: there they are means over ``many``
    orders, each with its exact chance. Spreading out, without a wobble, is left out where its cases are too many.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    counts = counts_of(playlist)
    window = max(1, sum(counts) // 3)
    weights = {
        "the episode's": dict(unlike=SAME_GENRE, like=SAME_ARTIST + SAME_GENRE, window=window, floor=FLOOR),
        "your weights": dict(theta=theta, memory=memory),
    }
    found = {"uniform": dial(counts, 1), "best of several": best_of(counts, tries), "exact dial": dial(counts, theta)}
    found["no neighbours"] = dial(counts, 0)
    for name, settings in weights.items():
        if patterns(counts) <= LISTED:
            law = weighted_law(counts, **settings)
            found[name] = mean_neighbours(law), bits(law)
        else:
            shuffled = words(counts, name, many, theta=theta, memory=memory, seed=seed)
            mean = (shuffled[:, 1:] == shuffled[:, :-1]).sum(axis=1).mean()
            found[name] = float(mean), float(weighted_bits(counts, many=many, seed=seed, **settings).mean())
    if spread_cases(counts) <= MOST_OUTCOMES:
        law = spread_law(counts)
        found["spread out"] = mean_neighbours(law), bits(law)
    return found


def swap_any_law(tracks):
    """The law of the mistaken shuffle, which swaps each place with any place: a dict {order: chance}, for 1 to 8 tracks.

    Explained in chapter 3, section 7.
    """
    tracks = checks.whole("tracks", tracks, 1, 8)
    law = {tuple(range(tracks)): 1.0}
    for i in range(tracks):
        after = {}
        for order, chance in law.items():
            for j in range(tracks):
                swapped = list(order)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                after[tuple(swapped)] = after.get(tuple(swapped), 0.0) + chance / tracks
        law = after
    return law


def spread_points():
    """Mean neighbours and bits of spreading out each built-in list; infinite for a list with too many cases."""
    mean, many = [], []
    for counts in LISTS:
        if spread_cases(counts) > MOST_OUTCOMES:
            mean.append(math.inf)
            many.append(-math.inf)
            continue
        law = spread_law(counts)
        mean.append(mean_neighbours(law))
        many.append(bits(law))
    return np.array(mean), np.array(many)
