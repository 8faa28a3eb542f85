"""Arguments for the kernels of the picture of a history."""

import numpy as np

from perfbook.clockmap import MOST_NODES

EVENTS = 9


def ints(size):
    return np.zeros(size, dtype=np.int64)


def history(random):
    where, received = random.integers(0, 3, EVENTS).astype(float), np.full(EVENTS, -1.0)
    for at in range(1, EVENTS):
        received[at] = random.integers(-1, at)
    return where, received


def draw_history(random):
    return [3, float(random.uniform()), int(random.integers(99)), np.zeros(EVENTS), np.zeros(EVENTS), ints(4)]


def stamp_history(random):
    return [*history(random), np.zeros(EVENTS), np.zeros(MOST_NODES * EVENTS), ints(MOST_NODES)]


def stands_to(random):
    return [0, 1, random.integers(0, 2, 2 * MOST_NODES).astype(float)]


def clocks_figure(random):
    whole = [3, float(random.uniform(0, 100)), *(int(random.integers(1, EVENTS + 1)) for _ in range(2))]
    sizes = [EVENTS, EVENTS, 3 * EVENTS, 3 * EVENTS, EVENTS, EVENTS, EVENTS, EVENTS, MOST_NODES * EVENTS, 4, 8, 2 * MOST_NODES,
             EVENTS, EVENTS]  # fmt: skip
    return [*whole, int(random.integers(99)), *(np.zeros(size) for size in sizes), ints(MOST_NODES), ints(4)]


cases = {
    "draw_history": draw_history,
    "stamp_history": stamp_history,
    "stands_to": stands_to,
    "clocks_figure": clocks_figure,
}
