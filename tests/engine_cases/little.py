"""Arguments for the kernels of Little's law."""

import numpy as np

CUSTOMERS = 24


def little_pool(random):
    rate = float(random.choice([0.0, random.uniform(1, 400)]))
    hold = float(random.choice([0.0, random.uniform(1, 1000)]))
    return [
        rate,
        hold,
        int(random.integers(1, 200)),
        np.linspace(0, 1000, 11),
        *(np.zeros(11) for _ in range(4)),
        np.zeros(7),
    ]


def path_service(random):
    return [float(random.choice([0.0, 1.0, random.uniform(0, 1), random.uniform(1, 9)])), random_state(random)]


def single_server_path(random):
    return [
        float(random.choice([0.0, random.uniform(0.1, 1.5)])),
        float(random.uniform(0, 4)),
        float(random.choice([10.0, np.inf])),
        int(random.integers(0, 2**32)),
        *(np.zeros(CUSTOMERS) for _ in range(2)),
        *(np.zeros(4, dtype=np.int64) for _ in range(2)),
    ]


def path_window(random):
    arrivals = random.uniform(0, 20, CUSTOMERS)
    departures = arrivals + random.exponential(3, CUSTOMERS)
    start = float(random.uniform(0, 20))
    end = float(random.choice([start, random.uniform(0, 25)]))
    return [arrivals, departures, int(random.integers(0, CUSTOMERS + 1)), start, end, np.zeros(10)]


def sample_path(random):
    points = 4 * CUSTOMERS + 2
    return [
        float(random.choice([0.0, random.uniform(0.1, 1.5)])),
        float(random.uniform(0, 4)),
        int(random.integers(0, 2**32)),
        float(random.uniform(0, 25)),
        float(random.uniform(0, 25)),
        15.0,
        25.0,
        *(np.zeros(points) for _ in range(11)),
        np.zeros(10),
        *(np.zeros(CUSTOMERS) for _ in range(2)),
        *(np.zeros(4, dtype=np.int64) for _ in range(2)),
    ]


def random_state(random):
    return random.integers(1, 2**32, 4).astype(np.int64)


cases = {
    "little_pool": little_pool,
    "path_service": path_service,
    "single_server_path": single_server_path,
    "path_window": path_window,
    "sample_path": sample_path,
}
