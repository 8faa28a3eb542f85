"""Arguments for the kernels of predictive scaling."""

import numpy as np


def mean_shortfall(random):
    return [random.uniform(0, 100), random.uniform(0, 100), float(random.choice([0.0, random.uniform(0.1, 60)]))]


def forecast_outcome(random):
    numbers = [random.uniform(0, 5000), random.uniform(0, 9000), random.uniform(0, 60), random.uniform(0, 120), 300.0]
    error = float(random.choice([0.0, random.uniform(0, 0.6)]))
    return [*numbers, error, int(random.integers(0, 2)), random.uniform(-0.3, 1), np.zeros(4)]


def predictive(random):
    numbers = [random.uniform(0, 0.6), random.uniform(0, 180), random.uniform(-0.3, 1)]
    start = float(random.choice([0.0, 30.0]))
    return [
        *numbers,
        start,
        300.0,
        int(random.integers(0, 2)),
        5000.0,
        50_000.0,
        np.linspace(0, 180, 13),
        np.linspace(-0.3, 1, 9),
        np.zeros(13),
        np.zeros(9),
        np.zeros(9),
        np.zeros(7),
        np.zeros(4),
    ]


cases = {"mean_shortfall": mean_shortfall, "forecast_outcome": forecast_outcome, "predictive": predictive}
