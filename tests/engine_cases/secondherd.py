"""Arguments for the kernels of the second herd."""

import numpy as np

from perfbook.toplist import PLACES, list_ranks


def moment(random):
    width = float(random.choice([0.0, 30.0]))
    return [float(random.uniform(60, 160)), float(random.uniform(0.001, 1)), 100.0 - width, width]


def density(random):
    t, rate, first, width = moment(random)
    return [t, rate, int(random.integers(1, 20)), first, width]


def line(random):
    rank, weight, chance = (np.zeros(PLACES) for _ in range(3))
    count = list_ranks(1.0, 300.0, 50.0, 50.0, rank, weight, chance)
    width = float(random.choice([0.0, 30.0]))
    moments = np.array([60.0, 90.0, 110.0])
    return [50.0, 90.0, 10, 7, 100.0 - width, width, moments, count, rank, weight, chance, np.zeros(3)]


def above(random):
    return [*random.uniform(0, 900, 2).tolist(), float(random.uniform(300, 600)), 2.0]


def figure(random):
    return [
        float(random.integers(0, 300)), float(random.choice([0.0, 10.0, 40.0])), 30.0, float(random.uniform(20, 400)),
        500.0, 1.0, 300.0, 10, 7, 300.0, *(np.zeros(12) for _ in range(3)), np.zeros(8),
        *(np.zeros(PLACES) for _ in range(3)),
    ]  # fmt: skip


cases = {
    "asked_up_to": moment,
    "asking_at": moment,
    "refresh_density": density,
    "herd_line": line,
    "seconds_above": above,
    "herd_figure": figure,
}
