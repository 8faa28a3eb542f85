"""Arguments for the kernels of pooled connections."""

import numpy as np


def law(random):
    knee = float(random.uniform(3, 40))
    alpha = float(random.choice([0.0, 0.01]))
    return [50.0, alpha, (1 - alpha) / knee**2, float(random.choice([0.0, 0.3, 1.0]))]


def database_rate(random):
    opened = float(random.uniform(1, 60))
    return [float(random.uniform(0, opened)), opened, *law(random)]


def pool_point(random):
    return [float(random.uniform(10, 500)), int(random.integers(1, 60)), *law(random), np.zeros(4)]


def calm_state(random):
    return [float(random.uniform(10, 500)), float(random.integers(1, 60)), *law(random), np.zeros(2)]


def pool_figure(random):
    totals = np.array([1.0, 5, 20, 60])
    given = [int(random.integers(1, 20)), float(random.uniform(1, 60)), int(random.integers(20, 40)), 2]
    knee, alpha, idle = float(random.uniform(5, 50)), float(random.choice([0.0, 0.001])), float(random.uniform(0, 1))
    return [*given, knee, alpha, idle, 0.1, 0.02, totals, *(np.zeros(4) for _ in range(3)), np.zeros(17), np.zeros(4),
            np.zeros(2)]  # fmt: skip


cases = {
    "database_rate": database_rate,
    "pool_point": pool_point,
    "calm_state": calm_state,
    "pool_figure": pool_figure,
}
