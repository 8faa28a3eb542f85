"""Bélády's optimum: the eviction that knows the future, and that no other can beat.

The run takes what the runs of `perfbook.eviction` take. Explained in chapter 2, section 1.
"""

from .kernel import Floats, Ints, kernel

NEVER = 0x7FFFFFFF  # a next use that does not come


@kernel
def next_uses(trace: Ints, accesses: int, objects: int, uses: Ints, last: Ints) -> None:
    """For each access, the number of the next one to the same object, or 2**31 - 1 if none comes.

    uses : as many places as accesses;  last : scratch, one word an object
    """
    for x in range(objects):
        last[x] = NEVER
    for i in range(accesses - 1, -1, -1):
        x = trace[i]
        uses[i] = last[x]
        last[x] = i


@kernel
def highest_bit(word: int) -> int:
    """The number of the highest bit set in a word of 32 bits, 0 for the lowest; the word is above 0."""
    bit = int(word > 0xFFFF) << 4
    word = word >> bit
    step = int(word > 0xFF) << 3
    word = word >> step
    bit += step
    step = int(word > 0xF) << 2
    word = word >> step
    bit += step
    step = int(word > 3) << 1
    return bit + step + (word >> step >> 1)


@kernel
def belady_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, last: Ints, uses: Ints, times: Ints
) -> int:  # fmt: skip
    """Out goes what is not used again for longest (MIN, OPT); an object never used again goes before all others.

    The cache is the set of the next uses of what it holds: each names its object, and the access now is a hit if it is
    in the set. The set is a bitmap with a bitmap over it of its words that are not empty, and so on: 32 a level, so
    that the largest is found in as many steps as there are levels, five for ten million.
    last : one word an object;  uses : as many places as accesses;  times : accesses / 31 + 8 words
    Source: L. A. Bélády, A Study of Replacement Algorithms for a Virtual-Storage Computer, IBM Systems J. 5(2), 1966.
    """
    next_uses(trace, accesses, objects, uses, last)
    size1 = (accesses + 31) >> 5
    size2 = (size1 + 31) >> 5
    size3 = (size2 + 31) >> 5
    size4 = (size3 + 31) >> 5
    size5 = (size4 + 31) >> 5
    level2 = size1
    level3 = level2 + size2
    level4 = level3 + size3
    level5 = level4 + size4
    for k in range(level5 + size5):
        times[k] = 0
    windows = hits.shape[0]
    held = 0
    never = 0
    high = 0  # no word after it has a bit
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            out = -1
            if (times[i >> 5] >> (i & 31)) & 1:
                hit += 1
                out = i
            elif held < capacity:
                held += 1
            elif never > 0:
                never -= 1
            else:
                # The highest word is often the next one down; if not within four, the levels tell where it is.
                near = 4
                while near > 0 and times[high] == 0:
                    high = max(high - 1, 0)
                    near -= 1
                if times[high] == 0:
                    top = size5 - 1
                    while times[level5 + top] == 0:
                        top -= 1
                    top = (top << 5) + highest_bit(times[level5 + top])
                    top = (top << 5) + highest_bit(times[level4 + top])
                    top = (top << 5) + highest_bit(times[level3 + top])
                    high = (top << 5) + highest_bit(times[level2 + top])
                out = (high << 5) + highest_bit(times[high])
            if out >= 0:
                times[out >> 5] -= 1 << (out & 31)
                if times[out >> 5] == 0:
                    times[level2 + (out >> 10)] -= 1 << ((out >> 5) & 31)
                    if times[level2 + (out >> 10)] == 0:
                        times[level3 + (out >> 15)] -= 1 << ((out >> 10) & 31)
                        if times[level3 + (out >> 15)] == 0:
                            times[level4 + (out >> 20)] -= 1 << ((out >> 15) & 31)
                            if times[level4 + (out >> 20)] == 0:
                                times[level5 + (out >> 25)] -= 1 << ((out >> 20) & 31)
            use = uses[i]
            if use == NEVER:
                never += 1
            else:
                high = max(high, use >> 5)
                word = times[use >> 5]
                times[use >> 5] = word | (1 << (use & 31))
                if word == 0:
                    word = times[level2 + (use >> 10)]
                    times[level2 + (use >> 10)] = word | (1 << ((use >> 5) & 31))
                    if word == 0:
                        times[level3 + (use >> 15)] |= 1 << ((use >> 10) & 31)
                        times[level4 + (use >> 20)] |= 1 << ((use >> 15) & 31)
                        times[level5 + (use >> 25)] |= 1 << ((use >> 20) & 31)
        hits[window] = float(hit)
        total += hit
    return total
