"""Arguments for the kernels of the forecast list."""

import numpy as np

from perfbook.toplist import PLACES, list_ranks

TITLES = 300


def ints(count):
    return np.zeros(count, dtype=np.int64)


def places(count=3):
    return [np.zeros(PLACES) for _ in range(count)]


def error(random):
    return float(random.choice([0.0, 0.1, 1.0, 3.0]))


def ranks(random):
    return [float(random.uniform(0.5, 1.5)), float(TITLES), float(random.integers(0, TITLES)), 12.0, *places()]


def chosen(random):
    rank, weight, chance = places()
    count = list_ranks(1.0, float(TITLES), 40.0, 40.0, rank, weight, chance)
    return [40.0, float(TITLES), error(random), rank, weight, chance, count, np.zeros(PLACES)]


def served(random):
    return [
        float(random.integers(0, TITLES + 1)),
        float(TITLES),
        float(random.uniform(0.5, 1.5)),
        error(random),
        *places(4),
    ]


def draw(random):
    return [
        float(random.uniform(0.5, 1.5)),
        int(random.integers(0, 99)),
        *(np.zeros(TITLES) for _ in range(3)),
        ints(4),
    ]


def drawn(random):
    truth = np.arange(1.0, TITLES + 1) ** -0.9
    return [
        int(random.integers(0, TITLES + 1)), error(random), truth, np.log(truth),
        random.standard_normal(TITLES), np.zeros(TITLES), np.zeros(TITLES),
    ]  # fmt: skip


def figure(random):
    return [
        int(random.integers(1, 100)), error(random), float(random.uniform(0.5, 1.5)), int(random.integers(0, 2)), 5.0,
        int(random.integers(0, 99)), 1e5, 40.0, 4.0, float(TITLES), np.array([0.0, 1.5]), np.array([0.5]), np.zeros(2),
        np.zeros(1), np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(10), *places(4),
        *(np.zeros(TITLES) for _ in range(5)), ints(4),
    ]  # fmt: skip


cases = {
    "list_ranks": ranks,
    "chance_above": lambda random: [float(random.uniform(-8, 8))],
    "inclusion": chosen,
    "served_share": served,
    "draw_evening": draw,
    "drawn_share": drawn,
    "forecast_figure": figure,
}
