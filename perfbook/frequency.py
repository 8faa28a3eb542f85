"""Eviction by how often: LFU, which counts exactly, and W-TinyLFU, which counts in a sketch that ages.

Runs take what the runs of `perfbook.eviction` take. Explained in chapter 2, section 1.
"""

from .kernel import Floats, Ints, kernel
from .rng import MASK
from .sketches import first_hash, hash_step

WINDOW, PROBATION, PROTECTED = 1, 2, 3
ROWS = 4  # of the sketch
DOOR_HASHES = 3
HALF = 2**31
SEED = 1  # of their hashes


@kernel
def lfu_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, words: Ints, links: Ints, classes: Ints
) -> int:  # fmt: skip
    """LFU: out goes what was used least often since it came in; among equals, what was used longest ago.

    Each count has a queue of accesses, linked in their order; an access is void once its object has a later one. A
    count that no object has drops its queue, so that the long history of popular objects is not kept up.
    words : one an object: its last access from 1 (upper half), its count (lower half);  links : one an access
    classes : two for each count, up to ``accesses`` + 1: the first (upper half) and the last access of its queue, from
        1, and how many objects have it
    """
    for x in range(objects):
        words[x] = 0
    windows = hits.shape[0]
    held = 0
    top = 0  # the highest count whose queue is set up
    least = 1
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            word = words[x]
            count = (word & MASK) + 1
            if word > 0:
                hit += 1
                classes[2 * count - 1] -= 1
            else:
                if held == capacity:
                    while classes[2 * least + 1] == 0:
                        least += 1
                    first = classes[2 * least] >> 32
                    while (words[trace[first - 1]] >> 32) != first:
                        first = links[first - 1]
                    words[trace[first - 1]] = 0
                    classes[2 * least + 1] -= 1
                    if classes[2 * least + 1] > 0:
                        classes[2 * least] = (links[first - 1] << 32) | (classes[2 * least] & MASK)
                else:
                    held += 1
                least = 1
            if count > top:
                top = count
                classes[2 * count + 1] = 0
            if classes[2 * count + 1] == 0:
                classes[2 * count] = ((i + 1) << 32) | (i + 1)
            else:
                ends = classes[2 * count]
                links[(ends & MASK) - 1] = i + 1
                classes[2 * count] = ends - (ends & MASK) + i + 1
            classes[2 * count + 1] += 1
            words[x] = ((i + 1) << 32) | count
        hits[window] = float(hit)
        total += hit
    return total


@kernel
def sketch_width(capacity: int) -> int:
    """Counters in a row of W-TinyLFU's sketch: the power of two from 4 times the capacity up, at least 16."""
    width = 16
    while width < 4 * capacity:
        width *= 2
    return width


@kernel
def pack_hashes(key: int) -> int:
    """A key's `perfbook.sketches.first_hash` (lower half) and `hash_step` less 2**31 (upper half) in one word."""
    return ((hash_step(key, SEED) - HALF) << 32) | first_hash(key, SEED)


@kernel
def sketch_count(counts: Ints, width: int, hashes: int, more: int) -> None:
    """Raise each of a key's counters by ``more``, 0 or 1, up to 15: 4 bits each, eight in a word, row after row."""
    place = hashes & MASK
    step = (hashes >> 32) + HALF
    for row in range(ROWS):
        at = row * width + ((place * width) >> 32)
        shift = (at & 7) << 2
        word = counts[at >> 3]
        counts[at >> 3] = word + ((more & int((word >> shift) & 15 != 15)) << shift)
        place = (place + step) & MASK


@kernel
def door_add(bits: Ints, size: int, hashes: int) -> int:
    """`perfbook.sketches.bloom_add` for packed hashes, without a branch: 1 if the doorkeeper did not hold the key."""
    place = hashes & MASK
    step = (hashes >> 32) + HALF
    fresh = 0
    for _ in range(DOOR_HASHES):
        bit = (place * size) >> 32
        word = bits[bit >> 5]
        fresh = fresh | (~(word >> (bit & 31)) & 1)
        bits[bit >> 5] = word | (1 << (bit & 31))
        place = (place + step) & MASK
    return fresh


@kernel
def estimate(counts: Ints, bits: Ints, width: int, size: int, hashes: int) -> int:
    """How often a key was counted lately: the least of its counters, and 1 more if the doorkeeper holds it."""
    place = hashes & MASK
    step = (hashes >> 32) + HALF
    least = 15
    held = 1
    for row in range(ROWS):
        at = row * width + ((place * width) >> 32)
        least = min(least, (counts[at >> 3] >> ((at & 7) << 2)) & 15)
        if row < DOOR_HASHES:
            bit = (place * size) >> 32
            held = held & (bits[bit >> 5] >> (bit & 31))
        place = (place + step) & MASK
    return least + held


@kernel
def w_tinylfu_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats,
    words: Ints, log: Ints, probation: Ints, counts: Ints, bits: Ints,
) -> int:  # fmt: skip
    """W-TinyLFU: a new object leaves a small LRU window for the main part only if it was asked for more often than
    what would have to go.

    Window 1 % of the capacity, at least 1 object. The main part is a segmented LRU: on probation until used again,
    then protected, up to 80 % of it. How often is estimated over the last 10 ``capacity`` accesses or so: the first
    goes to a Bloom filter (the doorkeeper), later ones to a count-min sketch of 4 bits a counter; after each 10
    ``capacity`` the counts are halved, the doorkeeper is emptied, and counting goes on from 5 ``capacity``.

    words : one an object: its place in a log from 1, and in the lowest two bits in which list it is, 0 if in none;
        then one an object: its hashes
    log : as many places as accesses: the window's log from the front, the protected part's from the back
    probation : its log, as many places as accesses
    counts : ``capacity`` * 4 + 8 words, the sketch;  bits : ``capacity`` / 2 + 1 words, the doorkeeper
    Source: G. Einziger, R. Friedman, B. Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM ToS 13(4), 2017.
    """
    for x in range(objects):
        words[x] = 0
        words[objects + x] = pack_hashes(x)
    width = sketch_width(capacity)
    for k in range(width // 2):
        counts[k] = 0
    size = 16 * capacity
    for k in range((size + 31) >> 5):
        bits[k] = 0
    window_size = max(capacity // 100, 1)
    main_size = capacity - window_size
    protected_size = main_size * 4 // 5
    last = accesses - 1
    sample = 0
    in_window = 0
    window_first = 0
    window_next = 0
    on_probation = 0
    probation_first = 0
    probation_next = 0
    in_protected = 0
    protected_first = 0
    protected_next = 0
    windows = hits.shape[0]
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            known = 1 - door_add(bits, size, words[objects + x])
            sketch_count(counts, width, words[objects + x], known)
            sample += 1
            if sample == 10 * capacity:
                sample = 5 * capacity
                for k in range(width // 2):
                    counts[k] = (counts[k] >> 1) & 0x77777777
                for k in range((size + 31) >> 5):
                    bits[k] = 0
            place = words[x] & 3
            if place > 0:
                hit += 1
            if place < PROBATION:
                log[window_next] = x
                window_next += 1
                words[x] = (window_next << 2) + WINDOW
                if place == 0:
                    in_window += 1
            else:
                log[last - protected_next] = x
                protected_next += 1
                words[x] = (protected_next << 2) + PROTECTED
                if place == PROBATION:
                    on_probation -= 1
                    in_protected += 1
            moved = -1  # what enters the main part on probation
            if in_protected > protected_size:
                while words[log[last - protected_first]] != ((protected_first + 1) << 2) + PROTECTED:
                    protected_first += 1
                moved = log[last - protected_first]
                protected_first += 1
                in_protected -= 1
            elif in_window > window_size:
                while words[log[window_first]] != ((window_first + 1) << 2) + WINDOW:
                    window_first += 1
                moved = log[window_first]
                window_first += 1
                in_window -= 1
                if on_probation + in_protected == main_size:
                    loser = moved
                    if main_size > 0:
                        while words[probation[probation_first]] != ((probation_first + 1) << 2) + PROBATION:
                            probation_first += 1
                        out = probation[probation_first]
                        candidate = estimate(counts, bits, width, size, words[objects + moved])
                        if candidate > estimate(counts, bits, width, size, words[objects + out]):
                            probation_first += 1
                            on_probation -= 1
                            loser = out
                    words[loser] = 0
                    if loser == moved:
                        moved = -1
            if moved >= 0:
                probation[probation_next] = moved
                probation_next += 1
                words[moved] = (probation_next << 2) + PROBATION
                on_probation += 1
        hits[window] = float(hit)
        total += hit
    return total
