"""Arguments for the kernels of gossip."""

import numpy as np


def ints(size):
    return np.zeros(size, dtype=np.int64)


def numbers(random):
    return [int(random.integers(1, 12)), int(random.integers(3)), int(random.integers(1, 4)),
            float(random.choice([0.0, 0.4]))]  # fmt: skip


def gossip_run(random):
    return [*numbers(random), ints(12), np.zeros(15), random.integers(1, 2**32, 4)]


def spread_expected(random):
    return [*numbers(random), np.zeros(15)]


def gossip_figure(random):
    copies, _, fanout, lost = numbers(random)
    drawn = [np.zeros(10), np.zeros(30), np.zeros(30), np.zeros(9), np.zeros(5)]
    return [copies, fanout, 100 * lost, int(random.integers(99)), 3, *drawn, ints(12), np.zeros(10), ints(4)]


cases = {"gossip_run": gossip_run, "spread_expected": spread_expected, "gossip_figure": gossip_figure}
