"""Arguments for the kernels of the shuffle: orders, exact counts, figures and costs."""

import numpy as np

from perfbook import neighbours, playlists, shufflecost
from perfbook.shuffling import Deck

MOST = neighbours.MOST


def ints(size):
    return np.zeros(size, dtype=np.int64)


def state(random):
    return random.integers(1, 2**32, 4)


def deck(random):
    counts = random.integers(1, 5, int(random.integers(2, 5)))
    return Deck([int(m) for m in counts])


def pascal_triangle(random):
    size = int(random.integers(2, 40))
    return [size, np.zeros(size * size)]


def neighbour_counts(random):
    d = deck(random)
    return [d.tracks, d.artists, d.count, np.zeros_like(d.choose), np.zeros_like(d.table)]


def uniform_order(random):
    tracks = int(random.integers(1, 30))
    return [tracks, np.zeros(tracks), state(random)]


def order_of(d, random):
    return random.permutation(d.tracks).astype(float)


def in_order(random):
    d = deck(random)
    return [d.tracks, d.artist, order_of(d, random)]


def deal_word(random):
    d = deck(random)
    return [
        d.tracks,
        d.artists,
        d.artist,
        d.count,
        random.permutation(d.artist),
        np.zeros(d.tracks),
        d.hand,
        state(random),
    ]


def weighted_word(random):
    d = deck(random)
    penalty, floor = float(random.choice([0.0, 0.3, 1.0])), float(random.choice([0.0, 0.01]))
    memory, window = int(random.integers(0, 11)), int(random.integers(0, 5))
    return [d.tracks, d.artists, d.count, penalty, memory, 0.2, 0.7, window, floor, d.word, d.place, state(random)]


def spread_order(random):
    d = deck(random)
    return [d.tracks, d.artist, d.count, float(random.uniform(0, 0.5)), np.zeros(d.tracks), d.place, state(random)]


def best_order(random):
    d = deck(random)
    return [d.tracks, d.artist, int(random.integers(1, 9)), np.zeros(d.tracks), d.place, state(random)]


def word_with(random):
    d = deck(random)
    last = d.table[(d.artists - 1) * d.tracks :]
    j = int(random.choice(np.flatnonzero(last > 0)))
    return [j, d.tracks, d.artists, d.count, d.choose, d.table, d.word, d.other, d.hand, state(random)]


def dial_neighbours(random):
    d = deck(random)
    return [d.tracks, d.artists, d.table, float(random.choice([0.0, 0.4, 1.0])), state(random)]


def settings(random):
    theta, wobble = float(random.choice([0.0, 0.3, 1.0])), float(random.uniform(0, 0.5))
    return theta, int(random.integers(0, 6)), wobble, int(random.integers(1, 5))


def draw_order(random):
    d = deck(random)
    theta, memory, wobble, tries = settings(random)
    return [
        int(random.integers(0, 7)), d.tracks, d.artists, d.artist, d.count, theta, memory, wobble, tries, d.choose,
        d.table, np.zeros(d.tracks), d.place, d.word, d.other, d.hand, state(random),
    ]  # fmt: skip


def given(random):
    """Pasted keys, numbered by first appearance, and how many there are."""
    rows = int(random.integers(0, 12))
    keys, numbers = random.integers(0, 4, rows), {}
    places = ints(MOST)
    places[:rows] = [numbers.setdefault(int(key), len(numbers)) for key in keys]
    return places, rows


def lists(random):
    return [playlists.built_in(), *given(random)]


def setup():
    return [ints(MOST), ints(MOST), ints(2 * MOST), ints(2), np.zeros((MOST + 2) ** 2), np.zeros(MOST * MOST)]


def choose_playlist(random):
    return [int(random.integers(0, 4)), *lists(random), ints(MOST), ints(MOST), ints(2 * MOST), ints(2)]


def lay_out_order(random):
    d = deck(random)
    return [d.tracks, d.artists, d.artist, order_of(d, random), np.zeros(MOST), np.zeros(MOST), np.zeros(MOST)]


def drawing(random):
    return [np.zeros(MOST), np.zeros(3 * MOST), ints(MOST), ints(3 * MOST), ints(3 * MOST)]


def front(random):
    theta, memory, wobble, tries = settings(random)
    return [int(random.choice([0, 1, 3])), int(random.integers(0, 7)), theta, memory, wobble, tries, 5, 4]


def shuffle_figure(random):
    lines = [np.zeros(playlists.ROWS), np.zeros(playlists.ROWS), *(np.zeros(MOST) for _ in range(6))]
    bars = [np.zeros(playlists.BINS), np.zeros(playlists.BINS), np.zeros(12)]
    return [*front(random), *lists(random), *lines, *bars, *setup(), *drawing(random), ints(4)]


def gaps_figure(random):
    out = [np.zeros(playlists.BINS), np.zeros(playlists.BINS), np.zeros(MOST), np.zeros(MOST), np.zeros(9)]
    return [*front(random), *lists(random), *out, *setup(), *drawing(random), ints(MOST * MOST), ints(4)]


def dial_at(random):
    d = deck(random)
    return [d.tracks, d.artists, d.table, float(random.choice([0.0, 0.4, 1.0])), np.zeros(2)]


def best_of_at(random):
    d = deck(random)
    return [d.tracks, d.artists, d.table, int(random.integers(1, 40)), np.zeros(2)]


def shuffle_cost_figure(random):
    theta, memory, _, tries = settings(random)
    known = [np.array([1.0, 2.0, np.inf]), np.array([7.0, 4.0, -np.inf])]
    out = [np.zeros(shufflecost.CURVE), np.zeros(shufflecost.CURVE), np.zeros(shufflecost.BESTS)]
    out += [np.zeros(shufflecost.BESTS), np.zeros(10), np.zeros(12)]
    front = [int(random.choice([0, 1, 3])), theta, memory, tries, 5, 4]
    return [*front, *lists(random), *known, *out, *setup(), np.zeros(3 * MOST), ints(MOST), np.zeros(2), ints(4)]


def swap_any_chances(random):
    tracks = int(random.integers(1, 20))
    return [tracks, int(random.integers(0, tracks)), np.zeros(20)]


def swap_any_figure(random):
    tracks = int(random.integers(2, 20))
    return [tracks, float(random.integers(0, 101)), np.zeros(20), np.zeros(20), np.zeros(5), np.zeros(20)]


cases = {
    "swap_any_chances": swap_any_chances,
    "swap_any_figure": swap_any_figure,
    "pascal_triangle": pascal_triangle,
    "neighbour_counts": neighbour_counts,
    "uniform_order": uniform_order,
    "swap_any_order": uniform_order,
    "neighbours_in": in_order,
    "deal_word": deal_word,
    "weighted_word": weighted_word,
    "spread_order": spread_order,
    "best_order": best_order,
    "word_with": word_with,
    "dial_neighbours": dial_neighbours,
    "draw_order": draw_order,
    "choose_playlist": choose_playlist,
    "longest_artist_run": in_order,
    "lay_out_order": lay_out_order,
    "shuffle_figure": shuffle_figure,
    "gaps_figure": gaps_figure,
    "dial_at": dial_at,
    "best_of_at": best_of_at,
    "shuffle_cost_figure": shuffle_cost_figure,
}
