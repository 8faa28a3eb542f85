"""Arguments for the kernels of queues.py: small, with the edges: no load, full load, equal rates."""

import numpy as np


def servers_and_load(random):
    servers = int(random.integers(1, 40))
    return [servers, random.choice([0.0, 1e-9, 1.0 * servers, random.uniform(0, 1.2) * servers])]


def delay_and_drain(random):
    return [random.uniform(0, 1), random.choice([-0.5, 0.0, 1.0, 1.0 + 1e-12, random.uniform(0.001, 20)])]


def limited(random):
    servers, load = servers_and_load(random)
    return [servers, servers + int(random.integers(0, 30)), load, np.zeros(3)]


cases = {
    "erlang_b_of": servers_and_load,
    "erlang_c_of": servers_and_load,
    "wait_tail_of": lambda random: [*delay_and_drain(random), random.uniform(0, 20)],
    "wait_quantile_of": lambda random: [*delay_and_drain(random), random.choice([0.5, 0.05, 0.01])],
    "response_tail_of": lambda random: [*delay_and_drain(random), random.choice([0.0, random.uniform(0, 20)])],
    "both_of": lambda random: [random.choice([1.0, random.uniform(0.001, 20)]), random.uniform(0, 20)],
    "response_quantile_of": lambda random: [*delay_and_drain(random), random.choice([0.5, 0.05, 0.01])],
    "limited_of": limited,
}
