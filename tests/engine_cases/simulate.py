"""Arguments for the simulator's kernels: few customers, servers on both sides of where the heap begins, every law."""

import numpy as np

from perfbook import rng, simulate

SQUARES = [0.0, 0.01, 0.25, 0.4, 1.0, 2.0, 16.0]


def law(random, mean=1.0):
    return simulate.law(mean, random.choice(SQUARES))


def state(random):
    return rng.new_state(int(random.integers(1, 1000)))


def servers(random):
    return int(random.choice([1, 2, 8, 9, 30]))


def begin_service(random):
    count = servers(random)
    free = np.sort(random.uniform(0, 3, count))  # sorted is a heap
    return [random.uniform(0, 3), random.exponential(), count, free]


def start_steady(random):
    count = servers(random)
    return [random.uniform(0.01, 0.95) * count, count, random.choice([0.0, 1.0, 0.5]), state(random), np.zeros(count)]


def mmc_run(random):
    count = servers(random)
    free, wait, response = np.zeros(count), np.zeros(300), np.zeros(300)
    return [
        random.uniform(0.5, 1.2) * count,
        1.0,
        count,
        int(random.integers(0, 20)),
        state(random),
        free,
        wait,
        response,
    ]


def ggc_run(random):
    count = servers(random)
    laws = law(random, 1.1 / count), law(random)
    return [count, *laws, state(random), np.zeros(count), np.zeros(300), np.zeros(300)]


def tally(random):
    return [random.exponential(3, 200), int(random.integers(0, 50)), random.uniform(0.1, 4), np.zeros(300)]


def quantile_of(random):
    counts = random.integers(0, 5, 300).astype(float)
    return [counts * random.integers(0, 2, 300), random.uniform(0.1, 4), random.choice([0.0, 0.5, 0.99, 1.0])]


cases = {
    "law_of": lambda random: [
        random.uniform(0.1, 10),
        random.choice([*SQUARES, random.uniform(0.001, 20)]),
        np.zeros(4),
    ],
    "draw_from": lambda random: [state(random), law(random)],
    "begin_service": begin_service,
    "start_steady": start_steady,
    "mmc_run": mmc_run,
    "ggc_run": ggc_run,
    "tally": tally,
    "quantile_of": quantile_of,
    "mean_and_error": lambda random: [random.exponential(3, 105), int(random.integers(0, 90)), np.zeros(4), 1],
}
