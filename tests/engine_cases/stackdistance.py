"""Arguments for the kernels of stack distances."""

import numpy as np

from perfbook.popularity import NODES

KEYS, ACCESSES, MOMENTS = 9, 60, 16


def ints(count):
    return np.zeros(count, dtype=np.int64)


def renumber(random):
    owner = random.permutation(np.r_[np.arange(KEYS), np.full(MOMENTS - KEYS, -1)])
    return [ints(MOMENTS + 1), owner, ints(KEYS)]


def stack_distances(random):
    keys = random.integers(0, KEYS, ACCESSES)
    return [keys, ACCESSES, ints(KEYS), ints(MOMENTS + 1), ints(MOMENTS), ints(ACCESSES)]


def miss_ratios(random):
    return [random.integers(0, KEYS, ACCESSES), int(random.integers(0, 20)), ACCESSES, np.zeros(6)]


def lower_hull(random):
    return [np.sort(random.random(12))[::-1].copy(), ints(12), np.zeros(12)]


def make_requests(random):
    numbers = [int(random.integers(0, 3)), float(random.uniform(0, 2)), 6, 3, int(random.integers(0, 99)), ACCESSES]
    return [*numbers, ints(ACCESSES), np.zeros(6), ints(4)]


def miss_figure(random):
    numbers = [int(random.integers(0, 4)), float(random.uniform(0.1, 2)), 3, 10.0, 0.5, 100.0, 1, 6, ACCESSES]
    given = [random.integers(0, KEYS, 30), int(random.integers(0, 30))]
    curves = [np.linspace(0, 12, 5), *(np.zeros(5) for _ in range(4)), np.zeros(4), np.zeros(4), np.zeros(10)]
    work = [ints(ACCESSES), ints(ACCESSES), ints(KEYS), ints(MOMENTS + 1), ints(MOMENTS)]
    tables = [np.zeros(13), np.zeros(13), ints(13), np.zeros(6), *(np.zeros(NODES) for _ in range(3)), ints(4)]
    return [*numbers, *given, *curves, *work, *tables]


cases = {
    "renumber": renumber,
    "stack_distances": stack_distances,
    "miss_ratios": miss_ratios,
    "lower_hull": lower_hull,
    "make_requests": make_requests,
    "miss_figure": miss_figure,
}
