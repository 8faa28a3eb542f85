"""Arguments for the kernels of metastable.py: short runs, with no retries and with most, calm and overloaded."""

import math

import numpy as np


def clients(random):
    """timeout, retries, backoff, budget, queue limit, whether the server skips the dead, seed"""
    retries = int(random.integers(0, 6))
    budget = random.choice([0.0, 0.1, float(retries)])
    return [random.uniform(0.02, 2), retries, random.choice([0.0, random.uniform(0, 1)]), budget,
            int(random.choice([1, 20, 500])), int(random.integers(0, 2)), int(random.integers(1, 1000))]  # fmt: skip


def scratch():
    return [np.zeros(4, dtype=np.int64), np.zeros(10 * 1024), np.zeros(20, dtype=np.int64), np.zeros(1024)]


def serve(random):
    load = random.uniform(0.05, 1.5, 30) * random.integers(0, 2, 30)
    who = clients(random)
    return [load, random.choice([0.5, 1.0]), 40.0, 10.0, random.choice([0.0, 2.0]), *who, *scratch(),
            np.zeros(30), np.zeros(30), np.zeros(30)]  # fmt: skip


def one_run(random):
    who = clients(random)
    return [random.uniform(0.05, 1.2), random.choice([0.0, 3.0]), *who, 40.0, 10.0, *scratch(),
            *(np.zeros(40) for _ in range(4)), np.zeros(6)]  # fmt: skip


def cycle(random):
    timeout, retries, _, budget, limit, skip, seed = clients(random)
    return [timeout, retries, budget, limit, skip, seed, 40.0, 4, np.linspace(0.1, 1.3, 6), *scratch(),
            *(np.zeros(48) for _ in range(4)), np.zeros(6), np.zeros(6), np.zeros(3)]  # fmt: skip


def rings(random):
    ends = np.sort(random.integers(0, 3, (10, 2)) + 16 * 5, axis=1).astype(np.int64).ravel()
    return [random.uniform(0, 9, 160), ends, int(random.integers(0, 11))]


cases = {
    "work_ends": lambda random: [
        random.uniform(0, 20),
        random.choice([0.0, 1.0]),
        random.choice([10.0, math.inf]),
        3.0,
    ],
    "soonest": rings,
    "serve": serve,
    "metastable": one_run,
    "load_cycle": cycle,
}
