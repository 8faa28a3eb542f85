"""Consistent hashing on a ring: virtual nodes, weights, bounded loads, and how evenly that spreads.

In the kernels a node and a key are whole numbers, and positions on the ring are 32-bit words of `perfbook.rng.mix32`:
enough for the thousands of points drawn here (two share a place once in 2**32 pairs, and then the node with the lower
number has it) and the same on every engine. `Ring` is for names, with any hash of 64 bits.

Source: D. Karger et al., Consistent Hashing and Random Trees, STOC 1997; bounded loads: V. Mirrokni, M. Thorup and
M. Zadimoghaddam, Consistent Hashing with Bounded Loads, SODA 2018. Explained in chapter 2, section 3.
"""

import bisect
import hashlib
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import mix32

WORDS = 4294967296  # places on the ring
NODES = 4096  # a point is kept as its position times this, plus its node
DIGITS = 256
VIRTUAL_NODES = 150


@kernel
def key_place(key: int, seed: int) -> int:
    """Where a key stands on the ring: a 32-bit word. ``seed`` chooses among independent hash functions."""
    return mix32(key ^ mix32(seed + 0x51ED270B))


@kernel
def node_word(node: int, seed: int) -> int:
    """A 32-bit word for a node, independent of the keys' ones."""
    return mix32(node + mix32(seed + 0x2545F491))


@kernel
def sort_byte(source: Ints, target: Ints, total: int, shift: int, digits: Ints) -> None:
    """Copy the first ``total`` values to ``target`` in the order of their byte at ``shift``; equal ones keep theirs."""
    for d in range(DIGITS):
        digits[d] = 0
    for i in range(total):
        digits[(source[i] >> shift) & 255] += 1
    start = 0
    for d in range(DIGITS):
        start += digits[d]
        digits[d] = start - digits[d]
    for i in range(total):
        d = (source[i] >> shift) & 255
        target[digits[d]] = source[i]
        digits[d] += 1


@kernel
def build_ring(count: int, nodes: Ints, points: Ints, seed: int, ring: Ints, spare: Ints, digits: Ints) -> int:
    """Put the nodes' points on the ring, in order of position; returns how many there are.

    count : how many of ``nodes`` are there; each a number from 0 to 4095, lowest first;  points : virtual nodes of each
    ring : filled with position * 4096 + node;  spare : scratch, as long;  digits : scratch, 256
    Sorted by its four bytes, lowest first: as long for any points, and equal positions stay in the order of the nodes.
    """
    total = 0
    for i in range(count):
        base = node_word(nodes[i], seed)
        for copy in range(points[i]):
            ring[total] = mix32(base + copy * 0x9E3779B9) * NODES + nodes[i]
            total += 1
    sort_byte(ring, spare, total, 12, digits)
    sort_byte(spare, ring, total, 20, digits)
    sort_byte(ring, spare, total, 28, digits)
    sort_byte(spare, ring, total, 36, digits)
    return total


@kernel
def first_point(ring: Ints, total: int, place: int) -> int:
    """The number of the first point at ``place`` or after it, clockwise, by bisection; 0 beyond the last."""
    low = 0
    high = total
    wanted = place * NODES
    while low < high:
        middle = (low + high) // 2
        if ring[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low == total:
        return 0
    return low


@kernel
def ring_shares(ring: Ints, total: int, shares: Floats) -> None:
    """Add to ``shares``, at each node's number, the part of the ring that it owns: the arcs that end at its points."""
    before = ring[total - 1] // NODES - WORDS
    for i in range(total):
        place = ring[i] // NODES
        shares[ring[i] % NODES] += (place - before) / 4294967296.0
        before = place


@kernel
def bounded_owner(ring: Ints, total: int, place: int, cap: int, load: Ints, steps: Ints) -> int:
    """The first node clockwise from ``place`` that holds fewer than ``cap`` keys; adds the key to its ``load``.

    steps : its first value counts the points that were passed. Some node must have room.
    """
    at = first_point(ring, total, place)
    node = ring[at] % NODES
    while load[node] >= cap:
        at += 1
        if at == total:
            at = 0
        node = ring[at] % NODES
        steps[0] += 1
    load[node] += 1
    return node


@kernel
def spread_theory(nodes: int, virtual: float) -> float:
    """Coefficient of variation of a node's share of the ring: √((S−1)/(SV+1))."""
    return math.sqrt((nodes - 1.0) / (nodes * virtual + 1.0))


@kernel
def measure_spread(
    nodes: int,
    virtual: int,
    rings: int,
    seed: int,
    who: Ints,
    points: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    shares: Floats,
    found: Floats,
) -> None:
    """Spread of ``rings`` independent rings. found : root mean square coefficient of variation, mean of fullest over fair

    who, points, shares (``nodes`` each), ring, spare (``nodes * virtual``), digits (256) : scratch
    """
    squares = 0.0
    fullest = 0.0
    for r in range(rings):
        for i in range(nodes):
            who[i] = i
            points[i] = virtual
            shares[i] = 0.0
        total = build_ring(nodes, who, points, seed * 1009 + r, ring, spare, digits)
        ring_shares(ring, total, shares)
        most = 0.0
        for i in range(nodes):
            relative = nodes * shares[i]
            squares += (relative - 1.0) * (relative - 1.0) / nodes
            most = max(most, relative)
        fullest += most
    found[0] = math.sqrt(squares / rings)
    found[1] = fullest / rings


@kernel
def virtual_nodes(
    nodes: int,
    virtual: int,
    seed: int,
    rings: int,
    each: Floats,
    theory: Floats,
    measured: Floats,
    fullest: Floats,
    now: Floats,
    who: Ints,
    points: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    shares: Floats,
    found: Floats,
) -> None:
    """The figure: spread for each number of virtual nodes in ``each``, by theory and measured over ``rings`` rings.

    now : theory, measured, fullest over fair at ``virtual``; points on that ring, steps of a lookup, ``virtual`` again
    """
    for k in range(each.shape[0]):
        theory[k] = spread_theory(nodes, each[k])
        measure_spread(nodes, int(each[k]), rings, seed, who, points, ring, spare, digits, shares, found)
        measured[k] = found[0]
        fullest[k] = found[1]
    measure_spread(nodes, virtual, rings, seed + 500, who, points, ring, spare, digits, shares, found)
    now[0] = spread_theory(nodes, virtual)
    now[1] = found[0]
    now[2] = found[1]
    now[3] = nodes * virtual
    now[4] = math.ceil(math.log2(nodes * virtual + 1.0))
    now[5] = virtual


@kernel
def bounded_loads(
    nodes: int,
    virtual: int,
    slack: float,
    keys: int,
    seed: int,
    load: Ints,
    free: Ints,
    height: Floats,
    unbounded: Floats,
    now: Floats,
    who: Ints,
    points: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    steps: Ints,
) -> None:
    """The figure: ``keys`` keys placed one after another on a ring whose nodes take at most ⌈c·m/n⌉ of them.

    slack : c, from 1 up;  height, unbounded : keys of each node with the cap and without, over the mean, fullest first
    now : cap over mean, fullest without, fullest with, share of keys not at home, points passed by a key, the cap
    """
    for i in range(nodes):
        who[i] = i
        points[i] = virtual
        load[i] = 0
        free[i] = 0
    total = build_ring(nodes, who, points, seed, ring, spare, digits)
    cap = math.ceil(slack * keys / nodes)
    steps[0] = 0
    away = 0
    for key in range(keys):
        place = key_place(key, seed)
        home = ring[first_point(ring, total, place)] % NODES
        free[home] += 1
        if bounded_owner(ring, total, place, cap, load, steps) != home:
            away += 1
    mean = keys / nodes
    for i in range(height.shape[0]):
        height[i] = math.nan
        unbounded[i] = math.nan
    for i in range(nodes):
        k = 0
        at = 0
        for j in range(nodes):
            if load[j] > load[i] or (load[j] == load[i] and j < i):
                k += 1
            if free[j] > free[i] or (free[j] == free[i] and j < i):
                at += 1
        height[k] = load[i] / mean
        unbounded[at] = free[i] / mean
    now[0] = cap / mean
    now[1] = unbounded[0]
    now[2] = height[0]
    now[3] = away / keys
    now[4] = steps[0] / keys
    now[5] = cap


def spread(nodes, virtual):
    """Coefficient of variation (standard deviation over mean) of a node's share of the ring, over rings.

    nodes : S, at least 1;  virtual : points V of each, at least 1; numbers or arrays
    S·V uniform points cut the ring into spacings of which each node has V: its share is Beta(V, (S−1)V), exactly.
    That gives √((S−1)/(SV+1)), close to 1/√V for many nodes. Raises ValueError below 1.
    Explained in chapter 2, section 3.
    """
    nodes, virtual = np.asarray(nodes, dtype=float), np.asarray(virtual, dtype=float)
    for name, value in (("nodes", nodes), ("virtual", virtual)):
        if not np.all(value >= 1):
            raise ValueError(f"{name} must be at least 1, got {value}")
    result = np.sqrt((nodes - 1) / (nodes * virtual + 1))
    return result if result.ndim else float(result)


def measured_spread(nodes, virtual, rings=100, seed=1):
    """(coefficient of variation, fullest share over the mean share) of ``rings`` rings drawn at random.

    The first is a root mean square over the rings, the second a mean. nodes : up to 4,096;  virtual, rings : from 1 up
    Raises ValueError outside. Explained in chapter 2, section 3.
    """
    nodes, virtual = checks.whole("nodes", nodes, 1, NODES), checks.whole("virtual", virtual, 1)
    rings, seed = checks.whole("rings", rings, 1), checks.whole("seed", seed)
    found, shares = np.zeros(2), np.zeros(nodes)
    scratch = [np.zeros(size, dtype=np.int64) for size in (nodes, nodes, nodes * virtual, nodes * virtual, DIGITS)]
    measure_spread(nodes, virtual, rings, seed, *scratch, shares, found)
    return float(found[0]), float(found[1])


def md5_word(name: str) -> int:
    """The first 64 bits of a name's MD5: nobody's security hangs on it, it only has to scatter."""
    return int.from_bytes(hashlib.md5(name.encode(), usedforsecurity=False).digest()[:8], "big")


class Ring:
    """A ring of named nodes: which node has a key, and which keys move when one comes or goes.

    nodes : names, or {name: weight}; copied, never kept
    virtual_nodes : points of a node of weight 1;  hash : a function from str to a whole number below 2**64
    A lookup takes O(log NV) steps; to add or remove a node takes one merge, O(NV). Explained in chapter 2, section 3.
    """

    def __init__(self, nodes=(), virtual_nodes=VIRTUAL_NODES, hash=md5_word):
        self.virtual_nodes = checks.whole("virtual_nodes", virtual_nodes, 1)
        self.hash = hash
        self.weights: dict[str, float] = {}
        self._points: list[tuple[int, str]] = []
        for node, weight in nodes.items() if isinstance(nodes, dict) else ((node, 1) for node in nodes):
            self.add(node, weight)

    def __len__(self):
        return len(self.weights)

    def __contains__(self, node):
        return node in self.weights

    def add(self, node: str, weight: float = 1) -> None:
        """Put a node on the ring, with ``weight`` times the points; ValueError if it is there, or has less than one."""
        if node in self.weights:
            raise ValueError(f"node must not be on the ring yet, got {node!r}, which is")
        count = round(checks.number("weight", weight, 0) * self.virtual_nodes)
        if count < 1:
            raise ValueError(f"weight must give a node a point or more, got {weight} of {self.virtual_nodes}")
        self.weights[node] = weight
        self._points += [(self.hash(f"{node}#{copy}"), node) for copy in range(count)]
        self._points.sort()

    def remove(self, node: str) -> None:
        """Take a node off the ring; ValueError if it is not there."""
        if node not in self.weights:
            raise ValueError(f"node must be one of {', '.join(self.weights) or 'none'}, got {node!r}")
        del self.weights[node]
        self._points = [point for point in self._points if point[1] != node]

    def lookup(self, key: str) -> str:
        """The node of a key: that of the first point clockwise. Raises ValueError on an empty ring."""
        return self._points[self._start(key)][1]

    def replicas(self, key: str, count: int) -> list[str]:
        """The first ``count`` different nodes clockwise, for copies; ValueError if there are fewer."""
        checks.whole("count", count, 1, len(self.weights))
        found: dict[str, None] = {}
        for _, node in self._walk(key):
            found[node] = None
            if len(found) == count:
                break
        return list(found)

    def shares(self) -> dict[str, float]:
        """The part of all places that each node owns; they add up to 1."""
        found = dict.fromkeys(self.weights, 0.0)
        for before, (place, node) in zip([None, *self._points], self._points, strict=False):
            found[node] += (place - (self._points[-1][0] - 2**64 if before is None else before[0])) / 2**64
        return found

    def counts(self, keys) -> dict[str, int]:
        """How many of ``keys`` each node has, 0 included."""
        found = dict.fromkeys(self.weights, 0)
        for key in keys:
            found[self.lookup(key)] += 1
        return found

    def bounded(self, keys, slack=1.25) -> dict[str, str]:
        """{key: node}, placed in the given order, no node with more than ⌈slack · keys / nodes⌉ of them.

        slack : c, from 1 up. Needs nodes of equal weight to be fair. Raises ValueError on an empty ring.
        """
        keys = list(keys)
        checks.number("slack", slack, 1)
        load = dict.fromkeys(self.weights, 0)
        placed = {}
        for key in keys:
            cap = math.ceil(slack * len(keys) / max(len(load), 1))
            placed[key] = next(node for _, node in self._walk(key) if load[node] < cap)
            load[placed[key]] += 1
        return placed

    def _start(self, key: str) -> int:
        if not self._points:
            raise ValueError("the ring must have a node before it can own a key, got an empty ring")
        return bisect.bisect_left(self._points, (self.hash(key), "")) % len(self._points)

    def _walk(self, key: str):
        start, points = self._start(key), len(self._points)
        return (self._points[(start + step) % points] for step in range(points))
