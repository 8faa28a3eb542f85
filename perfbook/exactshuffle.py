"""Drawing a playlist's order exactly: uniformly from all that have a given number of neighbours, without trying others.

``neighbours.neighbour_counts`` counts the patterns artist by artist; these kernels walk back through the count.
Explained in chapter 3, section 7.
"""

from .kernel import Floats, Ints, kernel
from .rng import uniform


@kernel
def word_with(
    neighbours: int,
    tracks: int,
    artists: int,
    count: Ints,
    choose: Floats,
    table: Floats,
    word: Ints,
    other: Ints,
    step: Ints,
    state: Ints,
) -> None:
    """A pattern drawn uniformly from those with exactly so many ``neighbours``, without trying any other.

    choose, table : as ``neighbour_counts`` left them;  other, step : scratch, tracks, and 2 an artist
    It walks back through the count, artist by artist, choosing how many groups it went in as, and then builds the word.
    """
    size = tracks + 2
    j = neighbours
    before = tracks
    for a in range(artists - 1, 0, -1):
        m = count[a]
        before -= m
        u = uniform(state) * table[a * tracks + j]
        chosen = -1
        from_j = 0
        for was in range(before):
            held = table[(a - 1) * tracks + was]
            if held > 0.0 and u >= 0.0:
                for g in range(1, m + 1):
                    parted = was + m - g - j
                    if u >= 0.0 and parted >= 0 and parted <= g and parted <= was:
                        ways = choose[was * size + parted] * choose[(before + 1 - was) * size + g - parted]
                        ways = held * choose[(m - 1) * size + g - 1] * ways
                        if ways > 0.0:
                            chosen = g
                            from_j = was
                            u -= ways
        step[2 * a] = chosen
        step[2 * a + 1] = from_j + m - chosen - j  # of these groups, how many part neighbours
        j = from_j
    for i in range(count[0]):
        word[i] = 0
    length = count[0]
    bad = count[0] - 1
    for a in range(1, artists):
        groups = step[2 * a]
        need_bad = step[2 * a + 1]
        need_good = groups - need_bad
        good = length + 1 - bad
        left = count[a]
        now_bad = bad - need_bad + count[a] - groups
        filled = 0
        for slot in range(length + 1):
            taken = False
            if slot > 0 and slot < length and word[slot] == word[slot - 1]:
                taken = uniform(state) * bad < need_bad
                bad -= 1
                if taken:
                    need_bad -= 1
            else:
                taken = uniform(state) * good < need_good
                good -= 1
                if taken:
                    need_good -= 1
            if taken:
                groups -= 1
                other[filled] = a
                filled += 1
                left -= 1
                # the group ends after each track with the chance that all ways to split the rest make fair
                while left > groups and (groups == 0 or uniform(state) * left >= groups):
                    other[filled] = a
                    filled += 1
                    left -= 1
            if slot < length:
                other[filled] = word[slot]
                filled += 1
        length = filled
        bad = now_bad
        for i in range(length):
            word[i] = other[i]


@kernel
def dial_neighbours(tracks: int, artists: int, table: Floats, theta: float, state: Ints) -> int:
    """A number of neighbours j drawn with chance proportional to theta^j times the patterns that have j; the fewest at 0."""
    last = (artists - 1) * tracks
    fewest = 0
    while table[last + fewest] == 0.0:
        fewest += 1
    total = 0.0
    power = 1.0
    for j in range(fewest, tracks):
        total += table[last + j] * power
        power *= theta
    u = uniform(state) * total
    power = 1.0
    drawn = fewest
    for j in range(fewest, tracks):
        piece = table[last + j] * power
        if u >= 0.0 and piece > 0.0:
            drawn = j
            u -= piece
        power *= theta
    return drawn
