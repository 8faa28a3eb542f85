"""Shuffles of a playlist: uniform, a common mistake, drawn by weight, spread out, the best of several, and exact ones.

A playlist is an array ``artist`` that says whose track each is; a shuffle fills ``order`` with the numbers of the tracks.
Whether two tracks of one artist are told apart is up to who reads it.

Sources: R. A. Fisher and F. Yates 1938 and R. Durstenfeld 1964 (uniform); L. Poláček, How to Shuffle Songs?, 2014, after
M. Fiedler, The Art of Shuffling Music, 2007 (spread out). Explained in chapter 3, section 7.
"""

import math

import numpy as np

from . import checks
from .exactshuffle import dial_neighbours, word_with
from .kernel import Floats, Ints, kernel
from .neighbours import MOST, counts_of, neighbour_counts
from .rng import STATE_SIZE, below, seed_stream, uniform

UNIFORM, SWAP_ANY, EPISODE, SPREAD, BEST, DIAL, YOURS = range(7)
SHUFFLES = ("uniform", "swap with any", "the episode's", "spread out", "best of several", "exact dial", "your weights")

# The episode's numbers: each play of the artist among the last ten, likeness of two tracks, least weight.
PENALTY, MEMORY, FLOOR = 0.3, 10, 0.01
SAME_ARTIST, SAME_ALBUM, SAME_GENRE = 0.5, 0.3, 0.2


@kernel
def uniform_order(tracks: int, order: Floats, state: Ints) -> None:
    """The numbers 0 to ``tracks`` - 1 in an order that is as likely as any other (Durstenfeld's swaps, from the end)."""
    for i in range(tracks):
        order[i] = float(i)
    for i in range(tracks - 1, 0, -1):
        j = below(state, i + 1)
        kept = order[i]
        order[i] = order[j]
        order[j] = kept


@kernel
def swap_any_order(tracks: int, order: Floats, state: Ints) -> None:
    """The mistake: swap each place with any place, n^n equally likely runs for n! orders, which cannot come out even."""
    for i in range(tracks):
        order[i] = float(i)
    for i in range(tracks):
        j = below(state, tracks)
        kept = order[i]
        order[i] = order[j]
        order[j] = kept


@kernel
def neighbours_in(tracks: int, artist: Ints, order: Floats) -> int:
    """How many tracks of ``order`` follow one of the same artist."""
    found = 0
    for i in range(1, tracks):
        if artist[int(order[i])] == artist[int(order[i - 1])]:
            found += 1
    return found


@kernel
def deal_word(
    tracks: int, artists: int, artist: Ints, count: Ints, word: Ints, order: Floats, hand: Ints, state: Ints
) -> None:
    """Turn ``word``, artists in order, into an order of tracks, each artist's own as likely in one order as in another.

    order : uniformly shuffled first, to deal from;  hand : scratch, tracks + artists
    """
    uniform_order(tracks, order, state)
    place = 0
    for a in range(artists):
        hand[tracks + a] = place
        place += count[a]
    for i in range(tracks):
        a = artist[int(order[i])]
        hand[hand[tracks + a]] = int(order[i])
        hand[tracks + a] += 1
    for a in range(artists):
        hand[tracks + a] -= count[a]
    for i in range(tracks):
        a = word[i]
        order[i] = float(hand[hand[tracks + a]])
        hand[tracks + a] += 1


@kernel
def weighted_word(
    tracks: int,
    artists: int,
    count: Ints,
    penalty: float,
    memory: int,
    unlike: float,
    like: float,
    window: int,
    floor: float,
    word: Ints,
    weight: Floats,
    state: Ints,
) -> float:
    """Draw artists one after another, each by its weight times its tracks that are left; returns the word's chance.

    A track's weight is ``penalty`` for each play of its artist among the last ``memory``, times 1 - ``like`` for each of
    the last ``window`` tracks of its own artist and 1 - ``unlike`` for each of another's; at least ``floor``. Where all
    weights are 0 they count as equal.
    weight : scratch, 3 an artist
    """
    chance = 1.0
    for a in range(artists):
        weight[artists + a] = float(count[a])
    for i in range(tracks):
        total = 0.0
        for pass_ in range(2):
            if total == 0.0:
                for a in range(artists):
                    w = 1.0
                    if pass_ == 0:
                        for j in range(max(0, i - memory), i):
                            if word[j] == a:
                                w *= penalty
                        for j in range(max(0, i - window), i):
                            if word[j] == a:
                                w *= 1.0 - like
                            else:
                                w *= 1.0 - unlike
                        w = max(w, floor)
                    weight[a] = w * weight[artists + a]
                    total += weight[a]
        u = uniform(state) * total
        a = 0
        while a < artists - 1 and (u >= weight[a] or weight[a] == 0.0):
            u -= weight[a]
            a += 1
        while weight[a] == 0.0:  # only where rounding led past the last artist with tracks left
            a -= 1
        chance *= weight[a] / total
        word[i] = a
        weight[artists + a] -= 1.0
    return chance


@kernel
def spread_order(
    tracks: int, artist: Ints, count: Ints, wobble: float, order: Floats, place: Floats, state: Ints
) -> None:
    """Spread each artist's tracks evenly over the list, from an offset of its own, and read the list from the left.

    wobble : each track moves by up to this part of its artist's gap, to either side
    place : scratch, 3 a track
    """
    uniform_order(tracks, order, state)
    for a in range(tracks):
        place[tracks + a] = uniform(state)
        place[2 * tracks + a] = 0.0
    for i in range(tracks):
        a = artist[int(order[i])]
        at = place[2 * tracks + a] + place[tracks + a] + wobble * (2.0 * uniform(state) - 1.0)
        place[2 * tracks + a] += 1.0
        at = at / count[a]
        track = order[i]
        j = i
        while j > 0 and place[j - 1] > at:
            place[j] = place[j - 1]
            order[j] = order[j - 1]
            j -= 1
        place[j] = at
        order[j] = track


@kernel
def best_order(tracks: int, artist: Ints, tries: int, order: Floats, other: Floats, state: Ints) -> None:
    """Of ``tries`` uniformly random orders, the first with the fewest neighbours."""
    least = tracks
    for _ in range(tries):
        uniform_order(tracks, other, state)
        found = neighbours_in(tracks, artist, other)
        if found < least:
            least = found
            for i in range(tracks):
                order[i] = other[i]


@kernel
def draw_order(
    shuffle: int,
    tracks: int,
    artists: int,
    artist: Ints,
    count: Ints,
    theta: float,
    memory: int,
    wobble: float,
    tries: int,
    choose: Floats,
    table: Floats,
    order: Floats,
    place: Floats,
    word: Ints,
    other: Ints,
    hand: Ints,
    state: Ints,
) -> None:
    """One order by the shuffle of that number in ``SHUFFLES``.

    theta : what a repeat costs, for the exact dial and your weights;  memory : tracks back, for your weights
    wobble : for spread out;  tries : for the best of several;  choose, table : filled by ``neighbour_counts``
    place, word, other, hand : scratch, three of 3 x tracks and ``word`` of tracks
    """
    if shuffle == UNIFORM:
        uniform_order(tracks, order, state)
    elif shuffle == SWAP_ANY:
        swap_any_order(tracks, order, state)
    elif shuffle == SPREAD:
        spread_order(tracks, artist, count, wobble, order, place, state)
    elif shuffle == BEST:
        best_order(tracks, artist, tries, order, place, state)
    else:
        if shuffle == EPISODE:
            weighted_word(
                tracks, artists, count, PENALTY, MEMORY, SAME_GENRE, SAME_ARTIST + SAME_GENRE, max(1, tracks // 3),
                FLOOR, word, place, state,
            )  # fmt: skip
        elif shuffle == YOURS:
            weighted_word(tracks, artists, count, theta, memory, 0.0, 0.0, 0, 0.0, word, place, state)
        else:
            j = dial_neighbours(tracks, artists, table, theta, state)
            word_with(j, tracks, artists, count, choose, table, word, other, hand, state)
        deal_word(tracks, artists, artist, count, word, order, hand, state)


class Deck:
    """A playlist made ready for the kernels: most frequent artist first, and room for their work.

    artist : whose track each is, as numbers from 0;  count : tracks of each artist, most first
    """

    def __init__(self, playlist):
        self.count = np.array(counts_of(playlist), dtype=np.int64)
        self.tracks, self.artists = int(self.count.sum()), len(self.count)
        self.artist = np.repeat(np.arange(self.artists), self.count)
        self.choose, self.table = np.empty((self.tracks + 2) ** 2), np.empty(self.artists * self.tracks)
        self.fewest = neighbour_counts(self.tracks, self.artists, self.count, self.choose, self.table)
        self.place = np.empty(3 * self.tracks)
        self.word, self.other, self.hand = (np.empty(k * self.tracks, dtype=np.int64) for k in (1, 3, 3))


def orders(playlist, shuffle="uniform", many=1, theta=0.0, memory=1, wobble=0.1, tries=8, seed=1):
    """Shuffle a playlist ``many`` times: an array of that many rows, each the numbers of the tracks in their new order.

    playlist : artists, a track each, or tracks of each artist (``neighbours.counts_of``); the tracks are numbered by
        artist, the most frequent first, so ``artists_of(playlist)[row]`` is whose they are
    shuffle : one of ``SHUFFLES``;  theta : 0 to 1, what a repeat multiplies a chance by ("exact dial", "your weights")
    memory : tracks back that "your weights" remembers;  wobble : 0 to 0.5 of a gap ("spread out")
    tries : random orders of which "best of several" takes one;  seed : 0 up
    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    number = SHUFFLES.index(checks.one_of("shuffle", shuffle, SHUFFLES))
    deck = Deck(playlist)
    theta, wobble = checks.number("theta", theta, 0, 1), checks.number("wobble", wobble, 0, 0.5)
    memory, tries = checks.whole("memory", memory, 0, MOST), checks.whole("tries", tries, 1)
    rows = np.empty((checks.whole("many", many, 1), deck.tracks))
    state = np.empty(STATE_SIZE, dtype=np.int64)
    seed_stream(checks.whole("seed", seed), 31, state)
    for row in rows:
        draw_order(
            number, deck.tracks, deck.artists, deck.artist, deck.count, theta, memory, wobble, tries, deck.choose,
            deck.table, row, deck.place, deck.word, deck.other, deck.hand, state,
        )  # fmt: skip
    return rows.astype(np.int64)


def artists_of(playlist):
    """Whose each track is, as an array of numbers: 0 for the artist with most tracks. See ``orders``."""
    return Deck(playlist).artist


def words(playlist, shuffle="uniform", many=1, **settings):
    """As ``orders``, but each row says whose the tracks are."""
    return artists_of(playlist)[orders(playlist, shuffle, many, **settings)]


def weighted_bits(playlist, theta=PENALTY, memory=MEMORY, unlike=0.0, like=0.0, window=0, floor=0.0, many=1000, seed=1):
    """How surprising patterns drawn by weight are: minus the logarithm to base 2 of each one's own chance, as an array.

    Their mean estimates the entropy in bits without bias. The arguments are those of ``weighted_word``.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 7.
    """
    deck = Deck(playlist)
    shares = dict(theta=theta, unlike=unlike, like=like, floor=floor)
    theta, unlike, like, floor = (checks.number(name, value, 0, 1) for name, value in shares.items())
    memory, window = checks.whole("memory", memory), checks.whole("window", window)
    state = np.empty(STATE_SIZE, dtype=np.int64)
    seed_stream(checks.whole("seed", seed), 31, state)
    return np.array([
        -math.log2(weighted_word(deck.tracks, deck.artists, deck.count, theta, memory, unlike, like, window, floor,
                                 deck.word, deck.place, state))
        for _ in range(checks.whole("many", many, 1))
    ])  # fmt: skip
