"""Arguments for the kernels of the ring's picture and player, on all engines."""

import numpy as np

from perfbook.ringmoves import FRAMES_PER_KEY, MOST_NODES, STEPS
from tests.engine_cases.hashring import ints, word

KEYS, VIRTUAL, ROWS, SLOTS = 12, 3, 31, 40


def around(random):
    return [float(word(random)), 1.1, int(random.integers(0, 3)), 2, np.zeros(12), np.zeros(12), 4]


def ring_picture(random):
    nodes, weight = (int(random.integers(low, 6)) for low in (2, 1))
    numbers = [nodes, VIRTUAL, weight, int(random.integers(0, 3)), int(random.integers(1, 9))]
    outputs = [*(np.zeros(3 * n) for n in (KEYS, KEYS, SLOTS, SLOTS)), np.zeros(7), np.zeros(7), np.zeros(9)]
    return [*numbers, int(random.integers(0, 100)), KEYS, *outputs, ints(7), ints(7), *(ints(SLOTS) for _ in range(3)),
            ints(256)]  # fmt: skip


def members(random):
    return [int(random.integers(0, 4)), int(random.integers(0, STEPS + 1)), ints(MOST_NODES)]


def ring_tracks(random):
    frames = [np.zeros(KEYS * FRAMES_PER_KEY) for _ in range(4)]
    series = [np.zeros(STEPS + 1) for _ in range(4)]
    ring = MOST_NODES * VIRTUAL
    scratch = [ints(n) for n in (MOST_NODES, KEYS, KEYS, KEYS, *[MOST_NODES] * 4, ring, ring, 256, ROWS)]
    numbers = [
        int(random.integers(0, 5)),
        int(random.integers(0, 4)),
        VIRTUAL,
        int(random.integers(0, 100)),
        KEYS,
        ROWS,
        3.0,
    ]
    return [*numbers, np.zeros(KEYS + 1), *frames, *series, np.zeros(3), *scratch]


cases = {f.__name__: f for f in (around, ring_picture, members, ring_tracks)}
