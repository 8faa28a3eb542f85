"""Arguments for the kernels that give keys to nodes, on all engines."""

import numpy as np

from tests.engine_cases.hashring import VIRTUAL, ints, word

NODES, KEYS, ROWS = 6, 40, 31


def scratch():
    ring = NODES * VIRTUAL
    return [*(ints(NODES) for _ in range(3)), ints(ring), ints(ring), ints(256), ints(ROWS)]


def jump(random):
    return [word(random), word(random), int(random.choice([1, 2, 1000, 2**31 - 1, random.integers(1, 10**6)]))]


def highest_weight(random):
    return [word(random), NODES - 1, random.integers(0, 2**32, NODES)]


def highest_weighted(random):
    return [word(random), random.integers(0, 2**32, NODES), random.choice([0.0, 1.0, 2.5], NODES)]


def fill_maglev(random):
    offset, skip = random.integers(0, ROWS, NODES), random.integers(1, ROWS, NODES)
    return [NODES, ROWS, offset, skip, ints(ROWS)]


def place_keys(random):
    nodes = np.sort(random.choice(4096, NODES, replace=False))
    seed = int(random.integers(0, 100))
    return [int(random.integers(0, 5)), NODES - 1, nodes, VIRTUAL, ROWS, seed, KEYS, ints(KEYS), *scratch()]


def compare_schemes(random):
    before, after = (int(n) for n in random.integers(1, NODES + 1, 2))
    outputs = [*(np.zeros(5) for _ in range(4)), np.zeros(3)]
    blank = [ints(NODES), ints(NODES), ints(KEYS), ints(KEYS)]
    return [before, after, VIRTUAL, ROWS, int(random.integers(0, 100)), KEYS, *outputs, *blank, *scratch()]


def modulo_kept(random):
    return [int(n) for n in random.integers(1, 100, 2)]


cases = {
    f.__name__: f
    for f in (jump, highest_weight, highest_weighted, fill_maglev, place_keys, compare_schemes, modulo_kept)
}
