"""Arguments for the kernels of a page that asks many times."""

import numpy as np


def numbers(random):
    return [int(random.integers(0, 9)), int(random.integers(0, 40))]


def page_cost(random):
    times = [float(10 ** random.uniform(-6, -1)) for _ in range(3)]
    return [int(random.integers(0, 4)), *numbers(random), *times, int(random.integers(1, 9)), np.zeros(4)]


def n_plus_one(random):
    logs = float(random.uniform(-1, 5)), float(random.uniform(0, 4.5))
    curves = [np.zeros(9) for _ in range(4)] + [np.zeros(5) for _ in range(4)]
    rest = [np.zeros(20), np.zeros(5), np.zeros(7), np.zeros(4)]
    return [*numbers(random), *logs, int(random.integers(1, 9)), float(random.uniform(0, 5)), 1e-6,
            np.logspace(-4, 2, 9), np.linspace(0, 100, 5), *curves, *rest]  # fmt: skip


cases = {"page_cost": page_cost, "n_plus_one": n_plus_one}
