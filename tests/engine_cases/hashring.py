"""Arguments for the kernels of the ring on all engines."""

import numpy as np

from perfbook import hashring

NODES, VIRTUAL = 4, 5


def ints(count):
    return np.zeros(count, dtype=np.int64)


def word(random):
    return int(random.integers(0, 2**32))


def drawn(random):
    """A ring of a few nodes of unequal weight, and how many points it has."""
    ring, points = ints(NODES * VIRTUAL), random.integers(1, VIRTUAL + 1, NODES)
    total = hashring.build_ring(NODES, np.arange(NODES), points, word(random), ring, ints(ring.size), ints(256))
    return ring, total


def scratch():
    return [ints(NODES), ints(NODES), ints(NODES * VIRTUAL), ints(NODES * VIRTUAL), ints(256)]


def key_place(random):
    return [word(random), int(random.integers(0, 100))]


def sort_byte(random):
    return [random.integers(0, 2**44, 30), ints(30), 29, int(random.choice([12, 20, 28, 36])), ints(256)]


def build_ring(random):
    who = np.sort(random.choice(4096, NODES, replace=False))
    points = random.integers(0, VIRTUAL + 1, NODES)
    return [NODES, who, points, word(random), ints(NODES * VIRTUAL), ints(NODES * VIRTUAL), ints(256)]


def first_point(random):
    return [*drawn(random), word(random)]


def ring_shares(random):
    return [*drawn(random), np.zeros(NODES)]


def bounded_owner(random):
    load = random.integers(0, 4, NODES)
    load[int(random.integers(0, NODES))] = 0
    return [*drawn(random), word(random), 3, load, ints(1)]


def spread_theory(random):
    return [int(random.integers(1, 50)), float(random.integers(1, 1000))]


def measure_spread(random):
    return [NODES, VIRTUAL, 3, int(random.integers(0, 100)), *scratch(), np.zeros(NODES), np.zeros(2)]


def virtual_nodes(random):
    each = np.array([1.0, 2.0, 5.0])
    outputs = [np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(6)]
    return [NODES, 3, int(random.integers(0, 100)), 2, each, *outputs, *scratch(), np.zeros(NODES), np.zeros(2)]


def bounded_loads(random):
    outputs = [ints(NODES), ints(NODES), np.zeros(NODES + 1), np.zeros(NODES + 1), np.zeros(6)]
    slack = float(random.choice([1.0, 1.25, 3.0]))
    return [NODES, VIRTUAL, slack, 50, int(random.integers(0, 100)), *outputs, *scratch(), ints(1)]


cases = {
    f.__name__: f
    for f in (
        key_place, sort_byte, build_ring, first_point, ring_shares, bounded_owner, spread_theory, measure_spread, virtual_nodes,
        bounded_loads,
    )
} | {"node_word": key_place}  # fmt: skip
