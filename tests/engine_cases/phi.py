"""Arguments for the kernels of the failure detector: silences of every length, all three forms."""

import numpy as np


def standard_phi(random):
    return [
        int(random.integers(0, 3)),
        float(random.choice([random.uniform(-9, 9), random.uniform(-60, 400), 2.5, 0.0])),
    ]


def law(random):
    return [random.uniform(0.1, 3), random.uniform(0.01, 1), float(random.choice([0.0, 3.0]))]


def silence_phi(random):
    return [int(random.integers(0, 3)), random.uniform(0, 20), *law(random)]


def phi_silence(random):
    return [int(random.integers(0, 3)), random.uniform(0.01, 300), *law(random)]


def later_share(random):
    return [random.uniform(0, 8), random.uniform(0.1, 2), random.uniform(0.01, 0.5), float(random.choice([0.0, 0.2]))]


def phi_figure(random):
    period, jitter, lost = random.uniform(0.1, 2), random.uniform(0.01, 0.5), float(random.choice([0.0, 0.1]))
    return [int(random.integers(0, 3)), random.uniform(0.5, 16), period, jitter, lost, random.uniform(0.01, 0.5),
            float(random.choice([0.0, 2.0])), np.linspace(0, 6, 5), *(np.zeros(5) for _ in range(3)),
            np.linspace(0.5, 16, 4), np.zeros(4), np.zeros(4), np.zeros(9)]  # fmt: skip


cases = {"standard_phi": standard_phi, "silence_phi": silence_phi, "phi_silence": phi_silence,
         "later_share": later_share, "phi_figure": phi_figure}  # fmt: skip
