"""One value on several copies, every schedule of one write and two reads, and which of them nobody can explain.

A history of reads and writes is *linearizable* if each operation can be given one instant between its begin and its end, so
that every read returns the last value written before it. Regular is weaker: a read returns the last value that was complete
before it began, or one whose writing overlaps it.

Explained in chapter 3, section 6.
"""

import dataclasses
import functools
import itertools
import math

from . import checks

OLD, NEW = 0, 1


@dataclasses.dataclass(frozen=True)
class Operation:
    """One read or write: when it began and ended (infinity: never), and the value that it returned or wrote."""

    kind: str
    value: object
    begin: float
    end: float = math.inf


def linearizable(operations, initial=OLD) -> bool:
    """Whether every operation can take effect at one instant between its begin and its end. By trying all orders.

    operations : some ``Operation``; writes that never ended may have taken effect or not; reads that never ended say nothing
    initial : the value before all
    Raises ValueError for another kind, and for operations that are all alike.
    Source: M. Herlihy and J. Wing, Linearizability, ACM TOPLAS 12(3), 1990. Explained in chapter 3, section 6.
    """
    for operation in operations:
        checks.one_of("kind", operation.kind, ("read", "write"))
    left = frozenset(o for o in operations if o.kind == "write" or o.end < math.inf)
    if len(left) < sum(o.kind == "write" or o.end < math.inf for o in operations):
        raise ValueError("operations must differ: two of the same kind, value, begin and end stand among them")
    return _orders(left, initial)


@functools.lru_cache(maxsize=100_000)
def _orders(left, value) -> bool:
    if all(o.end == math.inf for o in left):
        return True
    soonest = min(o.end for o in left)
    for first in left:
        if first.begin > soonest or (first.kind == "read" and first.value != value):
            continue
        if _orders(left - {first}, first.value):
            return True
    return False


def regular(write, read) -> bool:
    """Whether ``read`` may have returned its value in a regular register with this one ``write`` over the old value."""
    if read.value == NEW:
        return read.end > write.begin
    return read.begin < write.end


@dataclasses.dataclass(frozen=True)
class Search:
    """All schedules of one write and, after one another, two reads.

    schedules : how many;  stale : those in which a read begun after the acknowledgement misses the write
    inverted : those without such a read whose first read returns the new value and the second the old one
    broken : those whose history is not linearizable;  shortest : one of them as steps, or ``None``
    """

    schedules: int
    stale: int
    inverted: int
    broken: int
    shortest: tuple | None


def search(copies=3, read=2, write=2, write_back=False) -> Search:
    """Try every schedule: the write arrives at the copies in any order and at any time, between any two steps of two reads.

    The write begins first, and ends when ``write`` copies have it. A read asks ``read`` copies one by one and takes the newest
    answer. With ``write_back`` it then puts that on ``write`` copies before it returns, as the readers of Attiya, Bar-Noy and
    Dolev (J. ACM 42(1), 1995) do; here one by one, lowest number first.
    copies : at most 4;  Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    copies = checks.whole("copies", copies, 1, 4)
    read, write = checks.whole("read", read, 1, copies), checks.whole("write", write, 1, copies)
    counts, shortest = dict(schedules=0, stale=0, inverted=0, broken=0), None
    asks = [[("ask", c) for c in order] for order in itertools.permutations(range(copies), read)]
    backs = (
        [[("back", c) for c in kept] for kept in itertools.combinations(range(copies), write)] if write_back else [[]]
    )
    firsts = [ask + back for ask in asks for back in backs]
    for arrivals in itertools.permutations(range(copies)):
        for first, second in itertools.product(firsts, asks):
            steps = [(0, *s) for s in first] + [(1, *s) for s in second]
            for places in itertools.combinations(range(copies + len(steps)), copies):
                schedule, reads, sent = [], iter(steps), iter(arrivals)
                taken = set(places)
                for at in range(copies + len(steps)):
                    schedule.append(("write", "arrives", next(sent)) if at in taken else next(reads))
                operations = play(schedule, copies, write)
                writing, *returned = operations
                counts["schedules"] += 1
                stale = not all(regular(writing, r) for r in returned)
                counts["stale"] += stale
                counts["inverted"] += not stale and [r.value for r in returned] == [NEW, OLD]
                if not linearizable(operations):
                    counts["broken"] += 1
                    needed = max(i for i, step in enumerate(schedule) if step[0] != "write") + 1
                    if shortest is None or needed < len(shortest):
                        shortest = tuple(schedule[:needed])
    return Search(**counts, shortest=shortest)


def play(schedule, copies, write) -> list[Operation]:
    """Run one schedule; returns the write and the two reads as operations.

    schedule : steps ("write", "arrives", copy), or (0 or 1, "ask" or "back", copy) of the first and the second read
    """
    held, best, begin, end = [OLD] * copies, [OLD, OLD], [None, None], [None, None]
    reached, acknowledged = 0, math.inf
    for now, (who, what, copy) in enumerate(schedule):
        if who == "write":
            held[copy] = NEW
            reached += 1
            if reached == write:
                acknowledged = now + 0.5
            continue
        if begin[who] is None:
            begin[who] = now - 0.25
        end[who] = now + 0.25
        if what == "ask":
            best[who] = max(best[who], held[copy])
        else:
            held[copy] = max(held[copy], best[who])
    return [Operation("write", NEW, -1, acknowledged)] + [Operation("read", best[r], begin[r], end[r]) for r in (0, 1)]


def told(schedule, copies, write) -> list[str]:
    """A schedule in words, a line a step, copies numbered from 1. Explained in chapter 3, section 6."""
    lines, held, reached = [], [OLD] * copies, 0
    for who, what, copy in schedule:
        if who == "write":
            held[copy], reached = NEW, reached + 1
            lines.append(f"the write arrives at copy {copy + 1}" + ", and is acknowledged" * (reached == write))
        elif what == "ask":
            lines.append(f"read {who + 1} asks copy {copy + 1}: {('old', 'new')[held[copy]]}")
        else:
            lines.append(f"read {who + 1} writes back to copy {copy + 1}")
    return lines
