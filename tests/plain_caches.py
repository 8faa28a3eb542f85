"""Eviction policies in plain Python over lists and dictionaries, written from their papers: nothing shared with kernels
but the two hashes of W-TinyLFU's sketch."""

import collections

from perfbook.sketches import first_hash, hash_step


def arc(trace, capacity):
    """N. Megiddo and D. S. Modha, FAST 2003, figure 4."""
    t1, t2, b1, b2 = (collections.OrderedDict() for _ in range(4))
    p, hits = 0.0, 0

    def replace(in_b2):
        if t1 and (len(t1) > p or (in_b2 and len(t1) == p)):
            x, _ = t1.popitem(last=False)
            b1[x] = None
        else:
            x, _ = t2.popitem(last=False)
            b2[x] = None

    for x in trace:
        if x in t1 or x in t2:
            hits += 1
            (t1 if x in t1 else t2).pop(x)
            t2[x] = None
        elif x in b1:
            p = min(capacity, p + (1 if len(b1) >= len(b2) else len(b2) / len(b1)))
            replace(False)
            b1.pop(x)
            t2[x] = None
        elif x in b2:
            p = max(0, p - (1 if len(b2) >= len(b1) else len(b1) / len(b2)))
            replace(True)
            b2.pop(x)
            t2[x] = None
        else:
            if len(t1) + len(b1) == capacity:
                if len(t1) < capacity:
                    b1.popitem(last=False)
                    replace(False)
                else:
                    t1.popitem(last=False)
            else:
                together = len(t1) + len(t2) + len(b1) + len(b2)
                if together >= capacity:
                    if together == 2 * capacity:
                        b2.popitem(last=False)
                    replace(False)
            t1[x] = None
        assert len(t1) + len(t2) <= capacity
    return hits


def sieve_turns(trace, capacity):
    """Y. Zhang et al., NSDI 2024, algorithm 1: one list, newest first, and a hand; yields (hit, times round)."""
    queue, visited, hand, turns = [], {}, None, 0
    for x in trace:
        hit = x in visited
        if hit:
            visited[x] = True
        else:
            if len(queue) == capacity:
                at = len(queue) - 1 if hand is None else queue.index(hand)
                while visited[queue[at]]:
                    visited[queue[at]] = False
                    at -= 1
                    if at < 0:
                        at, turns = len(queue) - 1, turns + 1
                hand = queue[at - 1] if at > 0 else None
                turns += hand is None
                del visited[queue.pop(at)]
            queue.insert(0, x)
            visited[x] = False
        yield hit, turns


def sieve(trace, capacity):
    return sum(hit for hit, _ in sieve_turns(trace, capacity))


def first_turn_of_sieve(trace, capacity):
    """The access at which the hand comes round to the oldest object again."""
    return next(i for i, (_, turns) in enumerate(sieve_turns(trace, capacity)) if turns)


def s3_fifo(trace, capacity):
    """J. Yang et al., SOSP 2023, algorithm 1, with the authors' choices: see `perfbook.sieve.s3fifo_run`."""
    small_size, ghost_size = max(int(capacity * 0.1), 1), int(capacity * 0.9)
    small, main, ghost, uses = [], [], [], {}
    hits, left = 0, False

    def evict_small():
        while small:
            x = small.pop()
            if uses[x] > 1:
                main.insert(0, x)
                uses[x] = 0
            else:
                del uses[x]
                ghost.insert(0, x)
                del ghost[ghost_size:]
                return

    def evict_main():
        while True:
            x = main.pop()
            if uses[x] == 0:
                del uses[x]
                return
            uses[x] -= 1
            main.insert(0, x)

    for x in trace:
        if x in uses:
            hits += 1
            uses[x] = min(uses[x] + 1, 3)
            continue
        known = x in ghost
        if known:
            ghost.remove(x)
        while len(small) + len(main) >= capacity:
            left = True
            evict_main() if not small or len(main) > capacity - small_size else evict_small()
        (main if known or (not left and len(small) >= small_size) else small).insert(0, x)
        uses[x] = 0
    return hits


class Frequencies:
    """TinyLFU's estimate: doorkeeper and count-min sketch, halved and emptied after each sample."""

    def __init__(self, capacity):
        self.sample, self.seen = 10 * capacity, 0
        self.width = max(1 << (4 * capacity - 1).bit_length(), 16)
        self.rows = [[0] * self.width for _ in range(4)]
        self.size, self.door = 16 * capacity, set()

    def places(self, x, count, size):
        start, step = first_hash(x, 1), hash_step(x, 1)
        return [((start + k * step) % 2**32) * size // 2**32 for k in range(count)]

    def add(self, x):
        bits = set(self.places(x, 3, self.size))
        if bits <= self.door:
            for row, at in zip(self.rows, self.places(x, 4, self.width), strict=True):
                row[at] = min(row[at] + 1, 15)
        self.door |= bits
        self.seen += 1
        if self.seen == self.sample:
            self.seen = self.sample // 2
            self.rows = [[value // 2 for value in row] for row in self.rows]
            self.door = set()

    def of(self, x):
        held = set(self.places(x, 3, self.size)) <= self.door
        return held + min(row[at] for row, at in zip(self.rows, self.places(x, 4, self.width), strict=True))


def w_tinylfu(trace, capacity):
    """G. Einziger, R. Friedman, B. Manes, ToS 2017: window 1 %, main part segmented with 80 % protected."""
    window, probation, protected = (collections.OrderedDict() for _ in range(3))
    window_size = max(capacity // 100, 1)
    main_size = capacity - window_size
    protected_size = main_size * 4 // 5
    often, hits = Frequencies(capacity), 0
    for x in trace:
        often.add(x)
        if x in window:
            hits += 1
            window.move_to_end(x)
        elif x in protected:
            hits += 1
            protected.move_to_end(x)
        elif x in probation:
            hits += 1
            del probation[x]
            protected[x] = None
            if len(protected) > protected_size:
                down, _ = protected.popitem(last=False)
                probation[down] = None
        else:
            window[x] = None
            if len(window) > window_size:
                candidate, _ = window.popitem(last=False)
                if len(probation) + len(protected) < main_size:
                    probation[candidate] = None
                elif main_size:
                    victim = next(iter(probation))
                    if often.of(candidate) > often.of(victim):
                        del probation[victim]
                        probation[candidate] = None
        assert len(window) + len(probation) + len(protected) <= capacity
    return hits


def lfu(trace, capacity):
    """Least counted goes, among equals the one that came to its count first."""
    counts, hits = {}, 0
    for i, x in enumerate(trace):
        if x in counts:
            hits += 1
            counts[x] = (counts[x][0] + 1, i)
        else:
            if len(counts) == capacity:
                del counts[min(counts, key=counts.get)]
            counts[x] = (1, i)
    return hits


POLICIES = {"ARC": arc, "SIEVE": sieve, "S3-FIFO": s3_fifo, "W-TinyLFU": w_tinylfu, "LFU": lfu}
