"""Logical clocks: a number that increments, a vector of them, and what becomes of updates that did not know of each other.

A history is a list of events in any order in which they may have taken place. An event is ``(node, received)``: on which node,
and the place in the list of the event whose message it received, or ``None``.

Explained in chapter 3, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks

BEFORE, AFTER, EQUAL, CONCURRENT = "before", "after", "equal", "concurrent"


def _history(nodes, events):
    nodes = checks.whole("nodes", nodes, 1)
    for at, (node, received) in enumerate(events):
        checks.whole("node", node, 0, nodes - 1)
        if received is not None and not 0 <= received < at:
            raise ValueError(f"event {at} receives from event {received}, which must come before it")
    return nodes


def lamport(nodes, events) -> list[int]:
    """The number of each event: one more than the last on its node, and than that of the message it received.

    Source: L. Lamport, Time, Clocks, and the Ordering of Events in a Distributed System, CACM 21(7), 1978.
    Raises ValueError for a message from the future. Explained in chapter 3, section 6.
    """
    clock, stamps = [0] * _history(nodes, events), []
    for node, received in events:
        clock[node] = 1 + max(clock[node], 0 if received is None else stamps[received])
        stamps.append(clock[node])
    return stamps


def vectors(nodes, events) -> list[tuple[int, ...]]:
    """The vector of each event: for each node, how many of that node's events it can have heard of, itself included.

    Sources: C. Fidge 1988; F. Mattern, Virtual Time and Global States of Distributed Systems, 1989.
    Raises ValueError for a message from the future. Explained in chapter 3, section 6.
    """
    clock, stamps = [[0] * nodes for _ in range(_history(nodes, events))], []
    for node, received in events:
        if received is not None:
            clock[node] = [max(pair) for pair in zip(clock[node], stamps[received], strict=True)]
        clock[node][node] += 1
        stamps.append(tuple(clock[node]))
    return stamps


def compare(a, b) -> str:
    """How vector ``a`` stands to ``b``: "before", "after", "equal" or "concurrent". Raises ValueError for unequal lengths.

    Explained in chapter 3, section 6.
    """
    if len(a) != len(b):
        raise ValueError(f"vectors must be of the same length, got {len(a)} and {len(b)}")
    less, more = any(x < y for x, y in zip(a, b, strict=True)), any(x > y for x, y in zip(a, b, strict=True))
    return CONCURRENT if less and more else BEFORE if less else AFTER if more else EQUAL


def happened_before(nodes, events) -> np.ndarray:
    """Which event could have caused which, as a matrix of truth values: is there a path of steps and messages?

    No clock is looked at: the relation is closed by following paths. Explained in chapter 3, section 6.
    """
    last = [None] * _history(nodes, events)
    reach = np.zeros((len(events), len(events)), dtype=bool)
    for at, (node, received) in enumerate(events):
        for cause in (last[node], received):
            if cause is not None:
                reach[cause, at] = True
        last[node] = at
    for middle in range(len(events)):
        reach |= np.outer(reach[:, middle], reach[middle])
    return reach


@dataclasses.dataclass(frozen=True)
class Version:
    """A value with the version vector that its writer had seen, itself included."""

    value: object
    vector: tuple[int, ...]


def newest(versions) -> frozenset:
    """The versions that no other one knows of: the siblings. One, if all were written one after the other.

    Source: D. S. Parker et al., Detection of Mutual Inconsistency in Distributed Systems, IEEE TSE 9(3), 1983.
    Explained in chapter 3, section 6.
    """
    versions = frozenset(versions)
    return frozenset(v for v in versions if not any(compare(v.vector, w.vector) == BEFORE for w in versions))


def merged(versions, value, writer) -> Version:
    """A version that replaces all ``versions`` (at least one): the writer has seen them, and adds one of its own.

    Explained in chapter 3, section 6.
    """
    seen = [max(place) for place in zip(*(v.vector for v in versions), strict=True)]
    writer = checks.whole("writer", writer, 0, len(seen) - 1)
    return Version(value, tuple(n + (node == writer) for node, n in enumerate(seen)))


@dataclasses.dataclass(frozen=True)
class Survivors:
    """How many of the updates are in the final value, by how copies decide between two values.

    writes : how many there were;  left : siblings at the end, for somebody to merge
    wall_clock : last writer wins, by the writers' clocks;  counter : the same, by Lamport's clock
    siblings : both kept until somebody who sees both merges them
    """

    writes: int
    left: int
    wall_clock: int
    counter: int
    siblings: int


def survivors(nodes, writes, exchange=1.0, skew=0.0, seed=1) -> Survivors:
    """Updates at random nodes, each on its own copy; copies meet in pairs; at the end all meet. Who is still there?

    The value is the set of the updates that made it, so that whoever writes over a value it has seen loses nothing.
    exchange : meetings for each write, on average;  skew : standard deviation of the clocks' errors, in mean gaps of writes
    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    nodes, writes = checks.whole("nodes", nodes, 1), checks.whole("writes", writes, 1)
    exchange, skew = checks.not_negative("exchange", exchange), checks.not_negative("skew", skew)
    random = np.random.default_rng(seed)
    error = skew * random.standard_normal(nodes)
    wall = [((-math.inf, 0), frozenset())] * nodes
    counter = [((0, 0), frozenset())] * nodes
    versions = [frozenset([Version(frozenset(), (0,) * nodes)])] * nodes
    now, update = 0.0, 0

    def meet(a, b):
        wall[a] = wall[b] = max(wall[a], wall[b], key=lambda held: held[0])
        counter[a] = counter[b] = max(counter[a], counter[b], key=lambda held: held[0])
        versions[a] = versions[b] = newest(versions[a] | versions[b])

    while update < writes:
        now += random.exponential() / (1 + exchange)
        if nodes > 1 and random.random() < exchange / (1 + exchange):
            one = int(random.integers(nodes))
            meet(one, (one + 1 + int(random.integers(nodes - 1))) % nodes)
            continue
        node = int(random.integers(nodes))
        stamp, held = wall[node]
        written = ((now + error[node], node), held | {update})
        wall[node] = max((stamp, held), written, key=lambda kept: kept[0])
        (count, _), held = counter[node]
        counter[node] = ((count + 1, node), held | {update})
        held = frozenset().union(*(v.value for v in versions[node]))
        versions[node] = frozenset([merged(versions[node], held | {update}, node)])
        update += 1
    for _ in range(2):
        for node in range(1, nodes):
            meet(0, node)
    final = versions[0]
    kept = frozenset().union(*(v.value for v in final))
    return Survivors(writes, len(final), len(wall[0][1]), len(counter[0][1]), len(kept))


def overruled(rate, behind):
    """Share of a node's acknowledged writes that an *older* one of another node replaces, because its clock is behind.

    rate : writes a second of the other node, a Poisson process, all seen at once;  behind : seconds
    1 − exp(−rate × behind): an other write in the last ``behind`` seconds has the later stamp. Broadcasts.
    Raises ValueError for arguments below 0. Explained in chapter 3, section 6.
    """
    return -np.expm1(-checks.not_negative("rate", rate) * checks.not_negative("behind", behind))
