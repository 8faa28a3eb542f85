"""Arguments for the kernels of the evening peak."""

import numpy as np

from perfbook.toplist import PLACES

POINTS = 31


def many(count, size):
    return [np.zeros(size) for _ in range(count)]


def come(random):
    return [1000.0, 100.0, float(random.uniform(-20, 120))]


def missing(random):
    stretch = float(random.choice([0.0, 1e-7, 0.5, 4.0]))
    return [0.7, 0.7 * np.exp(-stretch), stretch]


def front(random):
    return [float(random.uniform(1, 50)), float(random.uniform(0.1, 9)), float(random.uniform(0, 60))]


def numbers(random, unit):
    policy, pushed = int(random.integers(0, 3)), float(random.integers(0, 300))
    at_edges, error = float(random.integers(0, 50)), float(random.choice([0.0, 1.0]))
    return [
        policy, pushed, at_edges, error, 600.0 / unit, float(random.uniform(5, 100)), int(random.integers(0, 2)),
        float(random.choice([5.0, 20.0, 1e6])), 0.5,
    ]  # fmt: skip


def crowd(unit):
    return [480.0 / unit, 1e5, 80.0, 300.0, 30.0, -600.0, 900.0]


def run(random):
    policy, *rest = numbers(random, 1)
    return [policy, 8.0, *rest, 1.0, *crowd(1), *many(3, POINTS), np.zeros(10), *many(2, POINTS), *many(7, PLACES)]


def figure(random):
    return [
        *numbers(random, 60), 8.0, 1.0, *crowd(60), *many(6, POINTS), np.zeros(10), np.zeros(10), *many(3, POINTS),
        *many(7, PLACES),
    ]  # fmt: skip


cases = {
    "come_by": come,
    "mean_missing": missing,
    "unpushed": front,
    "evening_run": run,
    "warming_figure": figure,
}
