"""Arguments for the kernels of the smoothed price."""

import numpy as np


def arrays(*sizes):
    return [np.zeros(size) for size in sizes]


def alpha(random):
    return float(random.choice([0.05, 0.37, 1.0]))


def together_alpha(random):
    return [alpha(random), float(random.uniform(0, 9))]


def ticks_to_close(random):
    return [alpha(random), float(random.uniform(0.1, 0.99))]


def noise_gain(random):
    return [alpha(random)]


def next_price(random):
    return [int(random.integers(4)), 2.0, float(random.uniform(0, 9)), alpha(random), 1.5, 1.0, 5.0]


def price_run(random):
    ratios = random.uniform(0, 9, 20)
    return [int(random.integers(4)), alpha(random), 1.5, 3, 0.5, 1.0, 5.0, 2.0, int(random.integers(99)), ratios,
            np.zeros(20), np.zeros(4, dtype=np.int64)]  # fmt: skip


def smoothing_figure(random):
    sliders = [int(random.integers(4)), alpha(random), 6.0, float(random.choice([0.0, 1.0])), 3, 50.0, 2.0, 1.0,
               int(random.integers(99))]  # fmt: skip
    return [*sliders, 1.5, 5.0, 10.0, 40.0, *arrays(41, 41, 41, 41), np.linspace(0.02, 1, 9), *arrays(9, 9, 4, 12, 41),
            np.zeros(4, dtype=np.int64)]  # fmt: skip


def crossing_angle(random):
    return [alpha(random), int(random.integers(0, 9))]


def ringing_figure(random):
    return [alpha(random), float(random.uniform(1, 9)), float(random.uniform(0, 100)), int(random.integers(0, 6)), 5.0, 1.0,
            5.0, *arrays(31, 31, 31), np.linspace(0.05, 1, 9), *arrays(9, 9, 8)]  # fmt: skip


cases = {
    "together_alpha": together_alpha,
    "ticks_to_close": ticks_to_close,
    "noise_gain": noise_gain,
    "next_price": next_price,
    "price_run": price_run,
    "smoothing_figure": smoothing_figure,
    "crossing_angle": crossing_angle,
    "stable_gain": crossing_angle,
    "quiet_gain": crossing_angle,
    "ringing_figure": ringing_figure,
}
