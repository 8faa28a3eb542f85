"""Arguments for the kernels of the autoscaler's control loop."""

import numpy as np

from .hpa import rules

SECONDS = 400
START = 40
LOOKS = SECONDS // 15 + 2


def records():
    return [*(np.zeros(LOOKS) for _ in range(4)), np.zeros(2, dtype=np.int64)]


def offered(random):
    levels = random.integers(0, 80_000, 5).astype(float)
    return np.repeat(levels, SECONDS // 5)


def autoscale_traffic(random):
    return [int(random.integers(0, 3)), np.zeros(700)]


def autoscale_run(random):
    return [
        int(random.integers(0, 3)),
        int(random.integers(0, START)),
        int(random.integers(0, 70)),
        15,
        int(random.integers(0, 15)),
        int(random.integers(30, 101)),
        float(random.choice([0.0, 0.1])),
        int(random.integers(1, 20)),
        120,
        int(random.choice([0, 10])),
        int(random.integers(0, 10)),
        1000.0,
        offered(random),
        rules(random),
        rules(random),
        *(np.zeros(SECONDS) for _ in range(3)),
        np.ones(SECONDS + START + 1),
        *records(),
    ]


def autoscale_totals(random):
    demand = offered(random) + 1.0
    replicas = np.repeat(random.integers(1, 9, SECONDS // 10).astype(float), 10)
    return [1000.0, demand, replicas, np.floor(demand * random.uniform(0, 1, SECONDS)), np.zeros(11)]


def autoscale(random):
    outputs = [np.zeros(SECONDS) for _ in range(4)]
    scratch = [np.zeros(6), np.zeros(6), np.zeros(SECONDS), np.zeros(SECONDS), np.zeros(SECONDS + START + 1)]
    return [
        int(random.integers(0, 3)),
        int(random.integers(0, 3)),
        int(random.integers(0, START)),
        int(random.integers(0, 90)),
        int(random.integers(30, 101)),
        int(random.integers(1, 80)),
        0.1,
        int(random.integers(0, 300)),
        int(random.integers(0, 2)),
        15,
        7,
        120,
        1000.0,
        np.concatenate([rules(random), rules(random)]),
        rules(random),
        *outputs,
        np.zeros(11),
        *scratch,
        *records(),
    ]


cases = {
    "autoscale_traffic": autoscale_traffic,
    "autoscale_run": autoscale_run,
    "autoscale_totals": autoscale_totals,
    "autoscale": autoscale,
}
