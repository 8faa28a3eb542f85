"""Arguments for the kernels of coordinated omission."""

import numpy as np

REQUESTS = 80


def stall(random):
    at = float(random.choice([0.0, random.uniform(0, 6), np.inf]))
    return [at, at + float(random.choice([0.0, random.uniform(0, 3)]))]


def service(random):
    return random.choice([random.exponential(0.02, REQUESTS), np.zeros(REQUESTS), np.full(REQUESTS, 0.3)])


def stalled_end(random):
    return [float(random.uniform(0, 6)), float(random.choice([0.0, random.exponential(1)])), *stall(random)]


def open_run(random):
    return [np.sort(random.uniform(0, 8, REQUESTS)), service(random), *stall(random), np.zeros(REQUESTS)]


def closed_run(random):
    plan = [float(random.uniform(5, 50)), int(random.integers(1, 12)), int(random.integers(0, 2))]
    return [
        *plan,
        float(random.uniform(0.5, 9)),
        service(random),
        *stall(random),
        np.zeros(REQUESTS),
        np.zeros(REQUESTS),
    ]


def fill_in(random):
    recorded = np.append(random.exponential(0.1, 20), [0.3, 3.0])
    return [
        recorded,
        int(random.integers(0, 23)),
        float(random.uniform(0.05, 1)),
        np.zeros(int(random.choice([10, 200]))),
    ]


def percentile_curve(random):
    return [random.exponential(1, REQUESTS), int(random.integers(1, REQUESTS)), np.geomspace(1, 1000, 9), np.zeros(9)]


def worst_by_moment(random):
    at = np.sort(random.uniform(0, 8, REQUESTS))
    return [at, at + random.exponential(1, REQUESTS), int(random.integers(0, REQUESTS)), 0.5, np.zeros(16)]


def omission(random):
    numbers = [
        float(random.uniform(5, 20)),
        float(random.uniform(1, 60)),
        float(random.choice([0.0, random.uniform(0, 3000)])),
        int(random.integers(1, 20)),
        int(random.integers(0, 2**32)),
        4.0,
        1.0,
        0.5,
    ]
    outputs = [np.zeros(8), np.zeros(8), *(np.zeros(9) for _ in range(3)), np.zeros(12)]
    scratch = [*(np.zeros(REQUESTS) for _ in range(5)), np.zeros(3 * REQUESTS), np.zeros(4, dtype=np.int64)]
    return [*numbers, np.geomspace(1, 1000, 9), *outputs, *scratch]


cases = {
    "stalled_end": stalled_end,
    "open_run": open_run,
    "closed_run": closed_run,
    "fill_in": fill_in,
    "percentile_curve": percentile_curve,
    "worst_by_moment": worst_by_moment,
    "omission": omission,
}
