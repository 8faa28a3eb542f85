"""Arguments for the kernels that measure sketches."""

import numpy as np


def ints(count):
    return np.zeros(count, dtype=np.int64)


def bloom_figure(random):
    numbers = [int(random.integers(100, 400)), int(random.integers(1, 17)), int(random.integers(1, 60)), 3, 50, 20]
    curves = [np.arange(1.0, 17), np.linspace(0, 60, 7), *(np.zeros(size) for size in (16, 7, 5, 5, 9))]
    return [*numbers, *curves, ints(13)]


def count_min_figure(random):
    numbers = [int(random.integers(3, 20)), int(random.integers(1, 5)), float(random.uniform(0, 2)), 5, 300]
    curves = [np.linspace(0, 4, 9), np.array([1.0, 5.0, 30.0]), *(np.zeros(n) for n in (9, 9, 9, 3, 3, 10))]
    return [*numbers, *curves, ints(100), ints(100), ints(30), np.zeros(30), np.zeros(30), ints(4)]


cases = {
    "bloom_rate": lambda random: [
        float(random.integers(2, 10**6)),
        float(random.integers(1, 17)),
        random.uniform(0, 1e5),
    ],
    "bloom_fill": lambda random: [ints(4), 128, int(random.integers(1, 9)), 3, int(random.integers(0, 30))],
    "bloom_wrong": lambda random: [random.integers(0, 2**32, 4), 128, int(random.integers(1, 9)), 3, 40],
    "bloom_figure": bloom_figure,
    "excess_curve": lambda random: [np.floor(random.exponential(3, 40)), 2.0, np.linspace(0, 5, 6), np.zeros(6)],
    "count_min_figure": count_min_figure,
}
