"""ARC: a cache that learns how much of it to give to what was used once, and how much to what was used again.

The run takes what the runs of `perfbook.eviction` take. Explained in chapter 2, section 1.
"""

from .kernel import Floats, Ints, kernel


@kernel
def arc_run(trace: Ints, accesses: int, objects: int, capacity: int, hits: Floats, words: Ints, log: Ints) -> int:
    """ARC: the adaptive replacement cache, as its paper has it (figure 4 there, cases I to IV).

    L1 lists objects used once lately, L2 those used more often, each from the least to the most recently used. The
    older part of each list is ghosts (B1, B2: names only), the newer part is in the cache (T1, T2). A hit in B1 says
    that T1 should be larger and raises its target; one in B2 lowers it. An object that leaves T1 becomes the newest
    ghost of B1, so a list is one log with two marks in it: where the ghosts begin, and where the cache does.

    words : one an object: the place of its entry in a log, and in the lowest bit in which; older entries are void
    log : as many places as accesses: L1 fills it from the front, L2 from the back, one entry an access
    Source: N. Megiddo and D. S. Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003.
    """
    for x in range(objects):
        words[x] = 0
    windows = hits.shape[0]
    last = accesses - 1
    next1 = 0
    next2 = 0
    in_t1 = 0  # place of the first entry of L1 that is in the cache; those from in_b1 to it are ghosts
    in_b1 = 0
    in_t2 = 0
    in_b2 = 0
    t1 = 0
    b1 = 0
    t2 = 0
    b2 = 0
    target = 0.0  # of T1; p in the paper
    total = 0
    for window in range(windows):
        hit = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            x = trace[i]
            word = words[x]
            place = (word >> 1) - 1
            replace = 0  # 1: something must leave the cache; 2: and x was a ghost of B2
            again = 1
            if word & 1:
                if place >= in_t2:
                    hit += 1
                    t2 -= 1
                elif place >= in_b2:
                    target = max(target - max(b1 / b2, 1.0), 0.0)
                    b2 -= 1
                    replace = 2
                else:
                    again = 0
            elif place >= in_t1:
                hit += 1
                t1 -= 1
            elif place >= in_b1:
                target = min(target + max(b2 / b1, 1.0), float(capacity))
                b1 -= 1
                replace = 1
            else:
                again = 0
            if again == 0:
                if t1 + b1 == capacity:
                    if b1 > 0:
                        while words[log[in_b1]] != (in_b1 + 1) << 1:
                            in_b1 += 1
                        in_b1 += 1
                        b1 -= 1
                        replace = 1
                    else:
                        while words[log[in_t1]] != (in_t1 + 1) << 1:
                            in_t1 += 1
                        in_t1 += 1
                        in_b1 = in_t1
                        t1 -= 1
                elif t1 + b1 + t2 + b2 >= capacity:
                    replace = 1
                    if t1 + b1 + t2 + b2 == 2 * capacity:
                        while words[log[last - in_b2]] != ((in_b2 + 1) << 1) + 1:
                            in_b2 += 1
                        in_b2 += 1
                        b2 -= 1
            if replace > 0:
                if t1 > 0 and (t1 > target or (replace == 2 and t1 == target)):
                    while words[log[in_t1]] != (in_t1 + 1) << 1:
                        in_t1 += 1
                    in_t1 += 1
                    t1 -= 1
                    b1 += 1
                else:
                    while words[log[last - in_t2]] != ((in_t2 + 1) << 1) + 1:
                        in_t2 += 1
                    in_t2 += 1
                    t2 -= 1
                    b2 += 1
            if again == 0:
                log[next1] = x
                next1 += 1
                words[x] = next1 << 1
                t1 += 1
            else:
                log[last - next2] = x
                next2 += 1
                words[x] = (next2 << 1) + 1
                t2 += 1
        hits[window] = float(hit)
        total += hit
    return total
