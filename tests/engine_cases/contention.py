"""Arguments for the kernels of clients who contend for one key."""

import numpy as np

CLIENTS, COMMANDS = 6, 150


def ints(count):
    return np.zeros(count, dtype=np.int64)


def state(random):
    return random.integers(1, 2**32, 4)


def message_time(random):
    return [1e-3, float(random.choice([0.0, 0.3])), state(random)]


def retry_pause(random):
    return [int(random.integers(0, 3)), 1e-3, int(random.integers(1, 12)), state(random)]


def fill(random):
    return [1e-3, float(random.choice([0.0, 5e-3])), 20e-6]


def work():
    return [np.zeros(8), np.zeros(8), *(ints(8) for _ in range(5)), ints(16), np.zeros(COMMANDS)]


def replay(random):
    tree = np.concatenate([ints(8), np.arange(8)])
    for node in range(7, 0, -1):
        tree[node] = tree[2 * node]
    return [random.integers(0, 4, 8).astype(float), tree, 8, int(random.integers(0, 8))]


def contention_run(random):
    method, each, spread = (int(random.choice(few)) for few in ((0, 1, 2, 3, 4), (0, 2), (0, 1)))
    think, held = float(random.choice([0.0, 2e-3])), int(random.integers(1, 4))
    times = [1e-3, 4e-4, 1e-4, think, 0.2 * spread, int(random.integers(0, 3)), 5e-4]
    return [method, CLIENTS, *times, held, each, COMMANDS, int(random.integers(0, 99)), *work(), np.zeros(11), ints(4)]


def contention_figure(random):
    backoff, held, seed = (int(random.integers(0, n)) for n in (3, 3, 99))
    numbers = [int(random.integers(1, CLIENTS + 1)), 1.0, 0.5, 100.0, 2.0, 20.0, backoff, 1.0, held + 1, seed, COMMANDS]
    out = [np.array([1.0, 3.0, 6.0]), np.zeros(12), np.zeros(12), np.zeros(3), np.zeros(35)]
    return [*numbers, *out, *work(), np.zeros(11), ints(4)]


cases = {
    "clients_to_fill": fill,
    "message_time": message_time,
    "retry_pause": retry_pause,
    "replay": replay,
    "contention_run": contention_run,
    "contention_figure": contention_figure,
}
