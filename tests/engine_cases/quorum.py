"""Arguments for the kernels of the quorum."""

import numpy as np

SIDE = 5


def sizes(random):
    copies = int(random.integers(1, SIDE + 1))
    return copies, int(random.integers(1, copies + 1)), int(random.integers(1, copies + 1))


def numbers(random):
    return float(random.choice([0.0, 0.2])), float(random.uniform(0.5, 9))


def work():
    return [*(np.zeros(SIDE) for _ in range(3)), np.zeros(4, dtype=np.int64)]


def ways(random):
    return [int(random.integers(0, 12)), int(random.integers(-1, 13))]


def missed_share(random):
    return [*sizes(random), *numbers(random), float(random.uniform(0, 9))]


def order_mean(random):
    return list(sizes(random)[:2])


def into_order(random):
    return [3, float(random.normal()), np.array([-1.0, 0.0, 1.0, 7.0])]


def copies_run(random):
    message = float(random.choice([0.0, 1.5]))
    seed = int(random.integers(0, 99))
    return [*sizes(random), *numbers(random), message, 0.5, 200, seed, np.zeros(9), np.zeros(4), *work()]


def quorum_figure(random):
    drawn = [np.zeros(9), np.zeros(9), np.zeros(9), np.zeros(SIDE**2), np.zeros(2 * SIDE), np.zeros(2 * SIDE)]
    down = float(random.choice([0.0, 30.0]))
    moved = [float(random.uniform(1, 9)), float(random.choice([0.0, 3.0])), float(random.uniform(0, 9)), down]
    whole = [int(random.integers(1, SIDE + 1)) for _ in range(3)]
    seed = int(random.integers(0, 99))
    return [*whole, *moved, seed, 0.5, 100, *drawn, np.zeros(2), np.zeros(10), np.zeros(4), *work()]


cases = {
    "ways": ways,
    "missed_share": missed_share,
    "order_mean": order_mean,
    "into_order": into_order,
    "copies_run": copies_run,
    "quorum_figure": quorum_figure,
}
