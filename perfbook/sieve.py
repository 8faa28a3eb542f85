"""SIEVE and S3-FIFO: eviction with first-in-first-out queues only, that lets go of new objects early.

Runs take what the runs of `perfbook.eviction` take. Explained in chapter 2, section 1.
"""

from .eviction import clear_marks
from .kernel import Floats, Ints, kernel

SMALL, MAIN = 4, 8  # where an object is, beside two bits of how often it was used there


@kernel
def sieve_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, marks: Ints, queue: Ints
) -> int:  # fmt: skip
    """SIEVE: a hand goes from the oldest object to the newest; it spares, in its place, what was used since it last
    came by, and takes the first other.

    Sparing in place splits the queue at the hand: ``queue`` holds those ahead of it, in a ring, and those that it
    passed, which become those ahead when the hand starts anew. CLOCK differs in that the spared line up behind.
    marks : ``objects / 16`` words, rounded up;  queue : 2 ``capacity``
    Source: Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, SIEVE is Simpler than LRU, NSDI 2024.
    """
    clear_marks(objects, marks)
    windows = hits.shape[0]
    ahead = 0
    front = 0
    waiting = 0
    passed = 0
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
                if waiting + passed == capacity:
                    searching = 1
                    while searching:
                        out = queue[ahead + front]
                        front += 1
                        if front == capacity:
                            front = 0
                        waiting -= 1
                        if (marks[out >> 4] >> ((out & 15) << 1)) & 2:
                            marks[out >> 4] -= 2 << ((out & 15) << 1)
                            queue[capacity - ahead + passed] = out
                            passed += 1
                        else:
                            marks[out >> 4] -= 1 << ((out & 15) << 1)
                            searching = 0
                        if waiting == 0:
                            ahead = capacity - ahead
                            front = 0
                            waiting = passed
                            passed = 0
                back = front + waiting
                if back >= capacity:
                    back -= capacity
                queue[ahead + back] = x
                waiting += 1
                marks[x >> 4] |= 1 << shift
        hits[window] = float(hit)
        total += hit
    return total


@kernel
def s3fifo_run(
    trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, words: Ints, queue: Ints, ghosts: Ints
) -> int:  # fmt: skip
    """S3-FIFO: a small queue on probation, a main one with second chances, and the names of those lately let go.

    A new object enters the small queue, a tenth of the cache; at its end, one that was used twice goes on to the main
    queue, another leaves, and its name is kept a while: if it is asked for in that time, it enters the main queue.
    words : one an object: from the lowest bit, its uses (2 bits), where it is (2 bits), its place among the ghosts
    queue : 2 ``capacity``, the small and the main ring;  ghosts : as many places as accesses
    Source: J. Yang, Y. Zhang, Z. Qiu, Y. Yue, K. V. Rashmi, FIFO Queues are All You Need for Cache Eviction, SOSP 2023;
    the rest as in the authors' libCacheSim 0.3.5: ghosts 0.9 of the capacity, up at 2 uses, and what finds the small
    queue full before anything has left enters the main one.
    """
    for x in range(objects):
        words[x] = 0
    windows = hits.shape[0]
    small_size = max(int(capacity * 0.1), 1)
    main_size = capacity - small_size
    ghost_size = int(capacity * 0.9)
    small_front = 0
    small = 0
    main_front = 0
    main = 0
    ghost_first = 0
    ghost_next = 0
    ghost = 0
    filling = 1  # nothing has left yet
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            word = words[x]
            if word & 12:
                hit += 1
                if word & 3 != 3:
                    words[x] = word + 1
            else:
                known = 0
                if (word >> 4) > ghost_first:
                    known = 1
                    ghost -= 1
                    words[x] = 0
                # A search that began in the small queue stays there until something leaves, or none is left.
                begun = 0
                if small + main >= capacity:
                    filling = 0
                while small + main >= capacity:
                    if small == 0 or (begun == 0 and main > main_size):
                        out = queue[capacity + main_front]
                        main_front += 1
                        if main_front == capacity:
                            main_front = 0
                        main -= 1
                        kept = words[out] & 3
                        words[out] = 0
                        if kept > 0:
                            words[out] = MAIN + kept - 1
                    else:
                        begun = 1
                        out = queue[small_front]
                        small_front += 1
                        if small_front == capacity:
                            small_front = 0
                        small -= 1
                        kept = words[out] & 2
                        words[out] = 0
                        if kept > 0:
                            words[out] = MAIN
                        elif ghost_size > 0:
                            if ghost == ghost_size:
                                while (words[ghosts[ghost_first]] >> 4) != ghost_first + 1:
                                    ghost_first += 1
                                ghost_first += 1
                                ghost -= 1
                            ghosts[ghost_next] = out
                            ghost_next += 1
                            ghost += 1
                            words[out] = ghost_next << 4
                    if kept > 0:
                        back = main_front + main
                        if back >= capacity:
                            back -= capacity
                        queue[capacity + back] = out
                        main += 1
                if known or (small >= small_size and filling):
                    back = main_front + main
                    if back >= capacity:
                        back -= capacity
                    queue[capacity + back] = x
                    main += 1
                    words[x] = MAIN
                else:
                    back = small_front + small
                    if back >= capacity:
                        back -= capacity
                    queue[back] = x
                    small += 1
                    words[x] = SMALL
        hits[window] = float(hit)
        total += hit
    return total
