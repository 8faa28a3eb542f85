"""Eviction from a cache: FIFO, random, CLOCK and LRU, over a trace of object numbers.

Every run takes the same first arguments: ``trace``, whose first ``accesses`` entries are object numbers from 0 to
``objects`` - 1; ``capacity``, objects that the cache holds, from 1 up; and ``hits``, filled with the hits in each of as
many equal windows of the trace as it has places. It returns all hits. Other arrays are the caller's to lend; a run
sets up what it uses of them. A step is O(1), amortized.

``marks`` packs two bits an object, 16 objects a word: 1, it is in the cache; 2, it was used since it came in.

Explained in chapter 2, section 1.
"""

from .kernel import Floats, Ints, kernel
from .rng import MASK, next_u32, seed_stream


@kernel
def clear_marks(objects: int, marks: Ints) -> None:
    """Start with an empty cache: no object is in it."""
    for k in range((objects + 15) >> 4):
        marks[k] = 0


@kernel
def fifo_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, marks: Ints, queue: Ints
) -> int:  # fmt: skip
    """First in, first out: out goes what came in first, used or not.

    marks : ``objects / 16`` words, rounded up;  queue : ``capacity`` objects in a ring
    """
    clear_marks(objects, marks)
    windows = hits.shape[0]
    held = 0
    oldest = 0
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            bit = 1 << ((x & 15) << 1)
            if marks[x >> 4] & bit:
                hit += 1
            else:
                if held == capacity:
                    out = queue[oldest]
                    marks[out >> 4] -= 1 << ((out & 15) << 1)
                else:
                    held += 1
                marks[x >> 4] |= bit
                queue[oldest] = x
                oldest += 1
                if oldest == capacity:
                    oldest = 0
        hits[window] = float(hit)
        total += hit
    return total


@kernel
def random_run(
    trace: Ints, accesses: int, objects: int, capacity: int, seed: int, hits: Floats, marks: Ints, queue: Ints,
    state: Ints,
) -> int:  # fmt: skip
    """Out goes any object, each as likely.

    marks : ``objects / 16`` words, rounded up;  queue : ``capacity`` objects;  state : of the random numbers
    """
    clear_marks(objects, marks)
    seed_stream(seed, 21, state)
    threshold = (MASK + 1) % capacity  # as in `perfbook.rng.below`, which would divide for each draw
    windows = hits.shape[0]
    held = 0
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            bit = 1 << ((x & 15) << 1)
            if marks[x >> 4] & bit:
                hit += 1
            else:
                at = held
                if held == capacity:
                    product = next_u32(state) * capacity
                    while (product & MASK) < threshold:
                        product = next_u32(state) * capacity
                    at = product >> 32
                    out = queue[at]
                    marks[out >> 4] -= 1 << ((out & 15) << 1)
                else:
                    held += 1
                marks[x >> 4] |= bit
                queue[at] = x
        hits[window] = float(hit)
        total += hit
    return total


@kernel
def clock_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, marks: Ints, queue: Ints
) -> int:  # fmt: skip
    """CLOCK: a hand goes round the ring; what was used since it last came by gets another round, the first other goes.

    An object comes in unused. This is FIFO with reinsertion, also called second chance.
    marks : ``objects / 16`` words, rounded up;  queue : ``capacity`` objects in a ring
    Source: F. J. Corbató, A Paging Experiment with the Multics System, 1968.
    """
    clear_marks(objects, marks)
    windows = hits.shape[0]
    held = 0
    hand = 0
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            shift = (x & 15) << 1
            mark = (marks[x >> 4] >> shift) & 3
            if mark:
                hit += 1
                if mark == 1:
                    marks[x >> 4] |= 2 << shift
            else:
                if held == capacity:
                    out = queue[hand]
                    while (marks[out >> 4] >> ((out & 15) << 1)) & 2:
                        marks[out >> 4] -= 2 << ((out & 15) << 1)
                        hand += 1
                        if hand == capacity:
                            hand = 0
                        out = queue[hand]
                    marks[out >> 4] -= 1 << ((out & 15) << 1)
                else:
                    held += 1
                marks[x >> 4] |= 1 << shift
                queue[hand] = x
                hand += 1
                if hand == capacity:
                    hand = 0
        hits[window] = float(hit)
        total += hit
    return total


@kernel
def lru_run(trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, last: Ints) -> int:
    """Least recently used: out goes what was not used for longest.

    The list in the order of use is the trace itself, without the accesses that have a later one to the same object:
    ``oldest`` points into it, and all objects last used from there on are in the cache.
    last : one word an object, when it was last used
    """
    for x in range(objects):
        last[x] = 0
    windows = hits.shape[0]
    held = 0
    oldest = 0
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            if last[x] > oldest:
                hit += 1
            elif held == capacity:
                while last[trace[oldest]] != oldest + 1:
                    oldest += 1
                oldest += 1
            else:
                held += 1
            last[x] = i + 1
        hits[window] = float(hit)
        total += hit
    return total
