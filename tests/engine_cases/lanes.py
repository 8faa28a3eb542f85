"""Arguments for the kernels of lanes.py: one lane and eight, equal and slow, calm and overfull, short rings."""

import numpy as np

from perfbook import lanes


def place(random):
    return int(random.choice([0, 1, 2**31, int(random.integers(0, 10**6))]))


def officer(random):
    """lanes, slow, load, look"""
    return [int(random.integers(1, 9)), random.choice([1.0, 0.2]), random.choice([0.3, 0.9, 1.4]),
            random.choice([0.0, 3.0])]  # fmt: skip


def ride(random):
    count, *rest = officer(random)
    owner, popularity, *arrays = lanes.scratch(12, ring=16)
    owner[:] = random.integers(0, count, 12)
    popularity[:] = np.linspace(1, 12, 12) / 12
    return [int(random.integers(0, 5)), count, *rest, int(random.integers(0, 99)), 300, owner, popularity, *arrays]


def traffic(random):
    outputs = [np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(40), np.zeros(2)]
    return [*officer(random), random.choice([0.0, 1.1]), int(random.integers(0, 99)), 200, *lanes.scratch(10, ring=16),
            *outputs]  # fmt: skip


def line(random):
    ends = np.sort(random.integers(0, 5, (3, 2)) + 3, axis=1).astype(np.int64).ravel()
    return [int(random.integers(0, 3)), random.uniform(0, 10), np.sort(random.uniform(0, 10, 24)), ends]


cases = {
    "ring_place": lambda random: [place(random), place(random)],
    "lane_of_colour": lambda random: [place(random), int(random.integers(1, 9))],
    "moved_colours": lambda random: [int(random.integers(1, 9)), np.zeros(20, dtype=np.int64), np.zeros(2)],
    "least_index": lambda random: [random.integers(0, 3, 8).astype(float), int(random.integers(1, 9)), place(random)],
    "cars_in": line,
    "drive": ride,
    "percentile": lambda random: [random.choice([0.5, 0.99, 1.0]), random.integers(0, 9, 20).astype(float)],
    "traffic": traffic,
}
