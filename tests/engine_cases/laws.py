"""Arguments for the scaling laws' kernels on all engines."""

import numpy as np


def shares(random):
    """α and β, now and then on an edge of their ranges."""
    return float(random.choice([0, 1, random.uniform()])), float(random.choice([0, random.uniform(0, 0.01)]))


def usl_capacity(random):
    return [*shares(random), random.uniform(1, 1000)]


def usl_peak_nodes(random):
    return [*shares(random)]


def amdahl_ceiling_of(random):
    return [shares(random)[0]]


def usl_best_capacity(random):
    return [*shares(random)]


def usl_curve(random):
    return [*shares(random), random.uniform(1, 1000, size=20), np.zeros(20), np.zeros(3)]


def one_two_five(random):
    return [int(random.integers(0, 13))]


def three_laws(random):
    return [
        *shares(random),
        int(random.integers(0, 13)),
        np.logspace(0, 4, 30),
        *(np.zeros(30) for _ in range(3)),
        np.zeros(8),
    ]


def repairman_throughput(random):
    return [random.uniform(0, 1), random.uniform(0.001, 1), float(random.integers(1, 50))]


def repairman_curve(random):
    nodes = np.arange(1.0, 21.0)
    return [random.uniform(0, 1), random.uniform(0.001, 0.1), float(random.choice([0, 0.001])), nodes, np.zeros(20), np.zeros(20),
            np.zeros(5)]  # fmt: skip


cases = {f.__name__: f for f in (usl_capacity, usl_peak_nodes, amdahl_ceiling_of, usl_best_capacity, usl_curve, one_two_five,
         three_laws, repairman_throughput, repairman_curve)}  # fmt: skip
