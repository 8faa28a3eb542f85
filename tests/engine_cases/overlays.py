"""Arguments for the pictures' kernels: few customers; stable, unstable and nearly idle queues."""

import numpy as np

from perfbook import rng
from perfbook.simulate import LAW_SIZE

from .simulate import state

RHO = np.linspace(0, 1, 12)
TIMES = np.geomspace(0.1, 100, 15)


def room(customers, servers):
    return np.zeros(servers), np.zeros(customers), np.zeros(customers), np.zeros(900)


def mmc(random):
    servers = int(random.choice([1, 4, 12]))
    rates = random.choice([0.001, 0.9, 1.0, 3.0, random.uniform(0.1, 0.99)]) * servers * 50, 50.0
    outputs = [np.zeros(n) for n in (12, 12, 15, 15, 24)]
    return [*rates, servers, int(random.integers(1, 99)), RHO, TIMES, rng.new_state(1), *room(400, servers), *outputs]


def variable(random):
    servers = int(random.choice([1, 4, 12]))
    squares = random.choice([0.0, 0.25, 1.0, 4.0, 16.0], 2)
    outputs = [np.zeros(n) for n in (9, 9, 14)]
    free, *rest = room(400, servers)
    return [random.uniform(0.05, 0.95), *squares, servers, int(random.integers(1, 99)), np.linspace(0, 16, 9), 60,
            rng.new_state(1), free, np.zeros(LAW_SIZE), np.zeros(LAW_SIZE), *rest, *outputs]  # fmt: skip


def pooled(random):
    servers = int(random.choice([2, 5, 12]))
    outputs = [np.zeros(n) for n in (22, 22, 22, 12)]
    return [random.uniform(0.01, 0.95), servers, int(random.integers(1, 99)), RHO[:-1], rng.new_state(1),
            *room(300, servers), *outputs]  # fmt: skip


def longer(random):
    return [random.integers(0, 9, 400).astype(float) + 0.0, TIMES, np.zeros(15)]


cases = {
    "mmc_overlay": mmc,
    "share_longer": longer,
    "variability_overlay": variable,
    "pooling_overlay": pooled,
    "apart_run": lambda random: [random.uniform(0.1, 0.9), 5, state(random), np.zeros(5), np.zeros(200)],
}
