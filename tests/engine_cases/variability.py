"""Arguments for the kernels of variability.py: constant service and arrivals, full load, a percentile beyond the levels."""

import numpy as np

from perfbook import variability


def approximation(random):
    squares = [random.choice([0.0, 1.0, random.uniform(0, 16)]) for _ in range(2)]
    return [int(random.integers(1, 20)), random.choice([0.0, 1.0, random.uniform(0, 1.1)]), *squares]


def levels_of(rho):
    levels = np.zeros(80)
    variability.md1_levels(rho, levels, np.zeros(variability.BAND))
    return levels


def share(random):
    rho = random.uniform(0.05, 0.95)
    return [rho, random.choice([0.0, 3.0, random.uniform(0, 79)]), levels_of(rho)]


def quantile(random):
    rho = random.uniform(0.05, 0.99)
    return [rho, random.choice([0.01, 0.5, 0.99, 0.9999]), levels_of(rho)]


cases = {
    "mg1_wait_of": lambda random: [random.choice([0.0, 1.0, random.uniform(0, 1.2)]), random.uniform(0, 10)],
    "ggc_wait_of": approximation,
    "md1_levels": lambda random: [random.uniform(0, 0.999), np.zeros(90), np.zeros(variability.BAND)],
    "md1_wait_share": share,
    "md1_wait_quantile": quantile,
}
