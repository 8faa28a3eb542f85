"""The figures of the shuffle: one order beside a uniform one, and thousands of them counted.

Explained in chapter 3, section 7.
"""

import math

import numpy as np

from .kernel import Floats, Ints, kernel
from .neighbours import MOST, neighbour_counts
from .rng import seed_stream
from .shuffling import UNIFORM, draw_order, neighbours_in

ROWS = 12  # of artists in the picture; the last one holds all others
BINS = 21  # numbers of neighbours, or lengths of a gap, that are drawn; the last one holds all above

EPISODE_LIST = (9, 6, 3, 3)  # seven songs, three times each: three by the first artist, two by the second, one, one
EVEN_LIST = (3, 3, 3, 3)
LONG_LIST = (8, 6, 5, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1)
LISTS = (EPISODE_LIST, EVEN_LIST, LONG_LIST)
LIST_NAMES = ("episode, 21", "4 × 3", "40 mixed", "yours")


def built_in():
    """The three playlists as one array of ``MOST`` places each: artists as numbers, -1 where a list is over."""
    places = np.full((len(LISTS), MOST), -1, dtype=np.int64)
    for row, counts in zip(places, LISTS, strict=True):
        row[: sum(counts)] = np.repeat(np.arange(len(counts)), counts)
    return places.ravel()


@kernel
def choose_playlist(
    playlist: int, built: Ints, given: Ints, rows: int, artist: Ints, count: Ints, rank: Ints, sizes: Ints
) -> None:
    """Set ``artist`` and ``count``, most frequent first, from a built-in list or the reader's own.

    playlist : 0, 1, 2 built-in; from 3 on ``given``, of which ``rows`` places count (none: the first built-in list)
    rank : scratch, 2 x 60;  sizes : tracks, artists
    """
    most = artist.shape[0]
    tracks = 0
    artists = 0
    for a in range(most):
        rank[a] = 0
    for i in range(most):
        a = -1
        if playlist >= 3 and rows > 0:
            if i < rows:
                a = given[i]
        else:
            a = built[(playlist % 3) * most + i]
        if a >= 0:
            artist[tracks] = a
            tracks += 1
            rank[a] += 1
            artists = max(artists, a + 1)
    for a in range(artists):
        place = 0
        for b in range(artists):
            if rank[b] > rank[a] or (rank[b] == rank[a] and b < a):
                place += 1
        rank[most + a] = place
        count[place] = rank[a]
    i = 0
    for a in range(artists):
        for _ in range(count[a]):
            artist[i] = a
            i += 1
    sizes[0] = tracks
    sizes[1] = artists


@kernel
def longest_artist_run(tracks: int, artist: Ints, order: Floats) -> int:
    """The most tracks of one artist in a row."""
    longest = 1
    run = 1
    for i in range(1, tracks):
        if artist[int(order[i])] == artist[int(order[i - 1])]:
            run += 1
        else:
            run = 1
        longest = max(longest, run)
    return longest


@kernel
def lay_out_order(tracks: int, artists: int, artist: Ints, order: Floats, x: Floats, y: Floats, again: Floats) -> None:
    """Where each track of an order is drawn: along the list, in its artist's row; ``again`` is x only for neighbours."""
    shown = min(artists, ROWS)
    for i in range(x.shape[0]):
        x[i] = math.inf
        y[i] = 0.0
        again[i] = math.inf
        if i < tracks:
            x[i] = (i + 0.5) / tracks
            a = artist[int(order[i])]
            y[i] = 1.0 - (min(a, ROWS - 1) + 0.5) / shown
            beside = i > 0 and artist[int(order[i - 1])] == a
            if i < tracks - 1 and artist[int(order[i + 1])] == a:
                beside = True
            if beside:
                again[i] = x[i]


@kernel
def shuffle_figure(
    playlist: int,
    shuffle: int,
    theta: float,
    memory: int,
    wobble: float,
    tries: int,
    seed: int,
    shuffles: int,
    built: Ints,
    given: Ints,
    rows: int,
    row_y: Floats,
    row_on: Floats,
    fair_x: Floats,
    fair_y: Floats,
    fair_again: Floats,
    x: Floats,
    y: Floats,
    again: Floats,
    share: Floats,
    law: Floats,
    now: Floats,
    artist: Ints,
    count: Ints,
    rank: Ints,
    sizes: Ints,
    choose: Floats,
    table: Floats,
    order: Floats,
    place: Floats,
    word: Ints,
    other: Ints,
    hand: Ints,
    state: Ints,
) -> None:
    """The figure: a uniform order, one by the chosen shuffle, and the neighbours of ``shuffles`` of them.

    row_y, row_on : height of each artist's row, and 1 if there is one;  share, law : of 0 to 20 neighbours, simulated with the
    chosen shuffle and exact for the uniform one
    now : tracks, artists, neighbours of the uniform order, of the chosen one, its longest run, mean neighbours simulated,
        its standard error, expected exactly for uniform, share of orders with three in a row, exact chance of none when
        uniform, fewest possible, share of orders without any
    """
    choose_playlist(playlist, built, given, rows, artist, count, rank, sizes)
    tracks = sizes[0]
    artists = sizes[1]
    fewest = neighbour_counts(tracks, artists, count, choose, table)
    for a in range(ROWS):
        row_y[a] = 0.0
        row_on[a] = 0.0
        if a < artists:
            row_on[a] = 1.0
            row_y[a] = 1.0 - (a + 0.5) / min(artists, ROWS)
    total = 0.0
    expected = 0.0
    for j in range(tracks):
        total += table[(artists - 1) * tracks + j]
    for j in range(tracks):
        chance = table[(artists - 1) * tracks + j] / total
        law[min(j, BINS - 1)] += chance
        expected += j * chance
    seed_stream(seed, 30, state)
    draw_order(
        UNIFORM, tracks, artists, artist, count, theta, memory, wobble, tries, choose, table, order, place, word, other,
        hand, state,
    )  # fmt: skip
    lay_out_order(tracks, artists, artist, order, fair_x, fair_y, fair_again)
    now[2] = neighbours_in(tracks, artist, order)
    seed_stream(seed, 31, state)
    added = 0.0
    squares = 0.0
    runs = 0.0
    none = 0.0
    for s in range(shuffles):
        draw_order(
            shuffle, tracks, artists, artist, count, theta, memory, wobble, tries, choose, table, order, place, word,
            other, hand, state,
        )  # fmt: skip
        found = neighbours_in(tracks, artist, order)
        if s == 0:
            lay_out_order(tracks, artists, artist, order, x, y, again)
            now[3] = found
            now[4] = longest_artist_run(tracks, artist, order)
        added += found
        squares += float(found) * found
        share[min(found, BINS - 1)] += 1.0 / shuffles
        if longest_artist_run(tracks, artist, order) >= 3:
            runs += 1.0
        if found == 0:
            none += 1.0
    now[0] = tracks
    now[1] = artists
    now[5] = added / shuffles
    now[6] = math.sqrt(max(squares / shuffles - now[5] * now[5], 0.0) / shuffles)
    now[7] = expected
    now[8] = runs / shuffles
    now[9] = table[(artists - 1) * tracks] / total
    now[10] = fewest
    now[11] = none / shuffles


@kernel
def gaps_figure(
    playlist: int,
    shuffle: int,
    theta: float,
    memory: int,
    wobble: float,
    tries: int,
    seed: int,
    shuffles: int,
    built: Ints,
    given: Ints,
    rows: int,
    gaps: Floats,
    law: Floats,
    spot: Floats,
    held: Floats,
    now: Floats,
    artist: Ints,
    count: Ints,
    rank: Ints,
    sizes: Ints,
    choose: Floats,
    table: Floats,
    order: Floats,
    place: Floats,
    word: Ints,
    other: Ints,
    hand: Ints,
    seen: Ints,
    state: Ints,
) -> None:
    """The figure: gaps between an artist's tracks, and where in the list the most frequent artist is played.

    gaps, law : share of all gaps that are 1, 2 ... 21 and more, simulated and exact for a uniform order
    spot, held : each place of the list, from 0 to 1, and the share of orders in which the first artist has it
    now : tracks of the first artist in each third of the list; a third of its tracks; the first artist's share;
        chi-square of tracks over places, scaled to have as many degrees of freedom as the next number; share of gaps of
        1 or 2, simulated and exact
    seen : workspace, tracks times places
    """
    choose_playlist(playlist, built, given, rows, artist, count, rank, sizes)
    tracks = sizes[0]
    artists = sizes[1]
    neighbour_counts(tracks, artists, count, choose, table)
    size = tracks + 2
    pairs = float(max(tracks - artists, 1))
    for a in range(artists):
        m = count[a]
        for d in range(1, tracks):
            mean = (m - 1) * choose[(tracks - d) * size + m - 1] / choose[tracks * size + m]
            law[min(d, BINS) - 1] += mean / pairs
    for i in range(tracks * tracks):
        seen[i] = 0
    seed_stream(seed, 31, state)
    for _ in range(shuffles):
        draw_order(
            shuffle, tracks, artists, artist, count, theta, memory, wobble, tries, choose, table, order, place, word,
            other, hand, state,
        )  # fmt: skip
        for a in range(artists):
            rank[a] = -1
        for i in range(tracks):
            t = int(order[i])
            a = artist[t]
            seen[t * tracks + i] += 1
            if rank[a] >= 0:
                gaps[min(i - rank[a], BINS) - 1] += 1.0 / (pairs * shuffles)
            rank[a] = i
    fair = float(shuffles) / tracks
    apart = 0.0
    for t in range(tracks):
        for i in range(tracks):
            off = seen[t * tracks + i] - fair
            apart += off * off / fair
    for i in range(spot.shape[0]):
        spot[i] = math.inf
        held[i] = 0.0
        if i < tracks:
            spot[i] = (i + 0.5) / tracks
            for t in range(count[0]):
                held[i] += seen[t * tracks + i] / float(shuffles)
            # a place that lies across a border is shared between its thirds
            for third in range(3):
                low = max(i / tracks, third / 3.0)
                high = min((i + 1.0) / tracks, (third + 1.0) / 3.0)
                if high > low:
                    now[third] += held[i] * (high - low) * tracks
    now[3] = count[0] / 3.0
    now[4] = count[0] / float(tracks)
    now[5] = apart * (tracks - 1.0) / tracks
    now[6] = (tracks - 1.0) * (tracks - 1.0)
    now[7] = gaps[0] + gaps[1]
    now[8] = law[0] + law[1]


@kernel
def swap_any_chances(tracks: int, start: int, chance: Floats) -> None:
    """Chance of each place for the track that starts at place ``start``, if each place is swapped with any: exact."""
    for i in range(tracks):
        chance[i] = 0.0
    chance[start] = 1.0
    for i in range(tracks):
        here = chance[i]
        for k in range(tracks):
            chance[k] = chance[k] * (1.0 - 1.0 / tracks) + here / tracks
        chance[i] = 1.0 / tracks


@kernel
def swap_any_figure(tracks: int, share: float, spot: Floats, ratio: Floats, now: Floats, chance: Floats) -> None:
    """The figure: one track's chance of each place under the mistaken shuffle, as a multiple of 1/n.

    share : where the track starts, in % of the way from first to last;  spot, ratio : each place, 0 to 1, and the multiple
    now : the track, its likeliest place (both from 1), its multiple there, shuffles after which chi-square is four
        standard deviations above its mean, infinite without a bias; where the track starts, 0 to 1
    """
    start = min(int(share / 100.0 * tracks), tracks - 1)
    apart = 0.0
    for t in range(tracks):
        swap_any_chances(tracks, t, chance)
        for i in range(tracks):
            off = chance[i] * tracks - 1.0
            apart += off * off / tracks
    swap_any_chances(tracks, start, chance)
    now[0] = start + 1
    for i in range(spot.shape[0]):
        spot[i] = math.inf
        ratio[i] = 0.0
        if i < tracks:
            spot[i] = (i + 0.5) / tracks
            ratio[i] = chance[i] * tracks
            if ratio[i] > now[2] + 1e-9:
                now[1] = i + 1
                now[2] = ratio[i]
    now[3] = math.inf
    if apart > 1e-12:
        freedom = (tracks - 1.0) * (tracks - 1.0)
        now[3] = 4.0 * math.sqrt(2.0 * freedom) / (apart * (tracks - 1.0) / tracks)
    now[4] = (start + 0.5) / tracks
