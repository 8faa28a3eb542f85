"""Caching told as memory: what is in mind, what was just in mind, what takes an effort, what has to be looked up.

Each of the first three levels holds a fixed number of things and drops the one that it was longest without
touching (least recently used). A thing found further down is copied into every faster level.
Explained in chapter 1, section 8.
"""

from collections import OrderedDict

import numpy as np

from .checks import number, one_of, whole
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, seed_stream, uniform, zipf, zipf_table

LEVELS = ("instant", "quick", "effortful", "external")
NOT_FOUND = "not found"


@kernel
def touch(level: int, thing: int, capacities: Ints, newer: Ints, older: Ints, counts: Ints) -> None:
    """Make ``thing`` the newest at a level; where the level is full and lacks it, drop the oldest.

    newer, older : for each level a ring of neighbours in order of use, with one place more than there are things
        (the last is both ends); -1 in ``newer`` where a thing is not at the level
    """
    if capacities[level] < 1:
        return
    places = newer.shape[0] // capacities.shape[0]
    base = level * places
    ends = base + places - 1
    here = base + thing
    out = -1
    if newer[here] >= 0:
        out = here
    elif counts[level] == capacities[level]:
        out = newer[ends]
    else:
        counts[level] += 1
    if out >= 0:
        older[newer[out]] = older[out]
        newer[older[out]] = newer[out]
        newer[out] = -1
    # ``older`` of the ends is the newest thing, ``newer`` of the ends the oldest.
    newest = older[ends]
    older[ends] = here
    newer[here] = ends
    older[here] = newest
    newer[newest] = here


@kernel
def clear(newer: Ints, older: Ints, counts: Ints) -> None:
    """Empty every level."""
    places = newer.shape[0] // counts.shape[0]
    for i in range(newer.shape[0]):
        newer[i] = -1
        older[i] = -1
    for level in range(counts.shape[0]):
        counts[level] = 0
        newer[(level + 1) * places - 1] = (level + 1) * places - 1
        older[(level + 1) * places - 1] = (level + 1) * places - 1


@kernel
def recall(thing: int, capacities: Ints, newer: Ints, older: Ints, counts: Ints) -> int:
    """The level (0 the fastest) at which a thing is found, and its promotion to all faster ones.

    Returns the number of levels where none holds it: it was looked up outside, and all hold it now.
    """
    places = newer.shape[0] // capacities.shape[0]
    found = 0
    while found < capacities.shape[0] and newer[found * places + thing] < 0:
        found += 1
    for level in range(min(found + 1, capacities.shape[0])):
        touch(level, thing, capacities, newer, older, counts)
    return found


@kernel
def remember(instant: int, quick: int, effortful: int, exponent: float, drift: float, seed: int, recalls: int,
             costs: Floats, popularity: Floats, state: Ints, capacities: Ints, newer: Ints, older: Ints, counts: Ints,
             share: Floats, time: Floats, mean: Floats) -> None:  # fmt: skip
    """Recall things of Zipf popularity from three levels and the notes outside; count the levels that answer.

    instant, quick, effortful : how many things each level holds
    exponent : of the popularity; drift : chance, at each recall, that the least popular thing becomes the most
        popular and every other one falls back a rank
    costs : time of an answer from each of the four levels
    popularity : scratch for as many numbers as there are things; others: scratch for ``recall``
    share, time : filled: share of the recalls, and of their time, that each level answers
    mean : filled: mean time of a recall; the same if everything were looked up outside, over it
    """
    things = popularity.shape[0]
    capacities[0] = instant
    capacities[1] = quick
    capacities[2] = effortful
    clear(newer, older, counts)
    zipf_table(exponent, popularity)
    seed_stream(seed, 0, state)
    for level in range(4):
        share[level] = 0.0
    shift = 0
    for _ in range(recalls):
        if drift > 0.0 and uniform(state) < drift:
            shift += 1
        thing = (zipf(state, popularity) - shift) % things
        share[recall(thing, capacities, newer, older, counts)] += 1.0 / recalls
    total = 0.0
    for level in range(4):
        time[level] = share[level] * costs[level]
        total += time[level]
    for level in range(4):
        time[level] = time[level] / total
    mean[0] = total
    mean[1] = costs[3] / total


class Memory:
    """A memory of three limited levels and notes without limit, the one that the episode's class set out to be.

    instant, quick, effortful : how many things each level holds, at least 1
    Every method says what it does to the levels; ``at(level)`` lists one, oldest first.
    """

    def __init__(self, instant=4, quick=50, effortful=1000):
        self.sizes = whole("instant", instant, 1), whole("quick", quick, 1), whole("effortful", effortful, 1)
        self.levels = tuple(OrderedDict() for _ in self.sizes)
        self.notes = {}

    def write_down(self, item, value):
        """Put a value in the notes. What is in mind stays as it was: it may now be out of date."""
        self.notes[item] = value

    def learn(self, item, value):
        """Put a value in mind, at every level, without a note: once dropped by all of them, it is forgotten."""
        self._promote(item, value, len(self.levels))

    def recall(self, item):
        """The value of an item and the name of the level that knew it; (None, "not found") where none does.

        The answer is copied into every faster level.
        """
        for depth, level in enumerate(self.levels):
            if item in level:
                value = level[item]
                self._promote(item, value, depth + 1)
                return value, LEVELS[depth]
        if item in self.notes:
            value = self.notes[item]
            self._promote(item, value, len(self.levels))
            return value, LEVELS[-1]
        return None, NOT_FOUND

    def at(self, level):
        """The items at a level ("instant", "quick", "effortful" or "external"), the oldest first."""
        return list((*self.levels, self.notes)[LEVELS.index(one_of("level", level, LEVELS))])

    def _promote(self, item, value, depth):
        """The method that the episode calls and does not have: into the first ``depth`` levels, as their newest."""
        for level, size in zip(self.levels[:depth], self.sizes, strict=False):
            level[item] = value
            level.move_to_end(item)
            if len(level) > size:
                level.popitem(last=False)


def scratch(things, levels=3):
    """Arrays for ``recall``: capacities, newer, older, counts, in its order."""
    places = levels * (things + 1)
    lists = [np.zeros(n, dtype=np.int64) for n in (levels, places, places, levels)]
    return lists


def levels_used(instant=4, quick=50, effortful=1000, things=2000, exponent=1.0, drift=0.0, recalls=20_000, seed=1):
    """Share of recalls that each level answers, a dict by level, from a run that starts with an empty mind.

    things : how many there are; exponent : of their Zipf popularity; drift : chance of a new favourite at a recall
    things, recalls and seed are whole numbers, the first two at least 1.
    Raises ValueError for a level of less than 1, or anything else outside its range. Explained in chapter 1, section 8.
    """
    sizes = Memory(instant, quick, effortful).sizes
    things, recalls = whole("things", things, 1, 10**6), whole("recalls", recalls, 1, 10**8)
    exponent, drift = number("exponent", exponent, 0, 10), number("drift", drift, 0, 1)
    share = np.empty(4)
    remember(*sizes, exponent, drift, whole("seed", seed, 0, MASK), recalls, np.ones(4), np.empty(things),
             np.empty(STATE_SIZE, dtype=np.int64), *scratch(things), share, np.empty(4), np.empty(2))  # fmt: skip
    return dict(zip(LEVELS, share.tolist(), strict=True))
