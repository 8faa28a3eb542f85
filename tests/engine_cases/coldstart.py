"""Arguments for the kernels of cold starts."""

import numpy as np


def cold_parts(random):
    parts = [float(random.choice([0.0, random.uniform(0, 300)])) for _ in range(6)]
    return [
        int(random.integers(0, 4)),
        float(random.choice([0.0, 1.0, random.uniform(0, 1)])),
        *parts,
        np.zeros(6),
        np.zeros(6),
        np.zeros(5),
    ]


def layer_loss(random):
    numbers = [random.uniform(-100, 10_000), random.choice([0.0, random.uniform(0, 100)]), random.uniform(0, 150)]
    return [int(random.integers(0, 2)), *map(float, numbers), float(random.choice([0.0, random.uniform(0, 9000)]))]


def ramp_rise(random):
    return [random.uniform(-100, 10_000), float(random.choice([0.0, 10.0])), random.uniform(-5, 20)]


def coldstart(random):
    numbers = [random.uniform(0, 10_000), random.uniform(0, 20_000), random.choice([0.0, random.uniform(0, 60)])]
    numbers += [random.choice([0.0, random.uniform(0, 120)]), random.uniform(0, 30), random.uniform(0, 5000)]
    times = np.linspace(-10, 150, 33)
    return [int(random.integers(0, 2)), *map(float, numbers), times, *(np.zeros(33) for _ in range(5)), np.zeros(8)]


cases = {"cold_parts": cold_parts, "layer_loss": layer_loss, "ramp_rise": ramp_rise, "coldstart": coldstart}
