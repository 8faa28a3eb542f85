"""Arguments for the kernels of the HorizontalPodAutoscaler's rule."""

import numpy as np


def rules(random):
    percent = random.choice([0.0, 10.0, 100.0, 300.0])
    pods = random.choice([0.0, 4.0, 30.0])
    window = random.choice([0.0, 40.0, 300.0])
    return np.array([percent, 15.0, pods, 60.0, float(random.integers(0, 3)), window])


def record(random, count):
    times = np.zeros(count + 2)
    times[:count] = np.sort(random.integers(-300, 1, count))
    return times


def hpa_desired(random):
    ready = int(random.integers(0, 20))
    unready, missing = int(random.choice([0, 3])), int(random.choice([0, 2]))
    total = float(random.integers(0, 1000 * ready + 1))
    request, scale = random.choice([[1000.0, 100.0], [1.0, 1.0]])
    target = float(random.choice([30, 70, 100, 150]))
    tolerance = float(random.choice([0.0, 0.1]))
    return [ready + unready + missing, ready, unready, missing, total, request, scale, target, tolerance, 500.0]


def hpa_net_change(random):
    changes = np.append(random.integers(-9, 10, 6).astype(float), [0.0, 0.0])
    return [float(random.choice([15.0, 120.0])), 0.0, record(random, 6), changes, 6]


def hpa_limit(random):
    changes = np.append(random.integers(-9, 10, 6).astype(float), [0.0, 0.0])
    return [
        int(random.integers(0, 2)),
        int(random.integers(0, 100)),
        rules(random),
        0.0,
        record(random, 6),
        changes,
        6,
    ]


def hpa_step(random):
    seen = np.append(random.integers(1, 60, 6).astype(float), [0.0, 0.0])
    changes = np.append(random.integers(-9, 10, 5).astype(float), [0.0, 0.0])
    counts = np.array([6, 5], dtype=np.int64)
    return [
        int(random.integers(1, 50)),
        int(random.integers(1, 80)),
        2,
        60,
        rules(random),
        rules(random),
        1.0,
        record(random, 6),
        seen,
        record(random, 5),
        changes,
        counts,
    ]


def hpa_map(random):
    percents = np.arange(0.0, 301.0, 20.0)
    replicas = int(random.integers(1, 60))
    return [
        replicas,
        int(random.integers(0, 30)),
        int(random.integers(0, 300)),
        int(random.integers(20, 100)),
        float(random.choice([0.0, 0.1, 0.25])),
        percents,
        np.array([100.0, 15.0, 4.0, 15.0, 0.0, 0.0]),
        *(np.zeros(percents.size) for _ in range(3)),
        np.zeros(1),
        np.zeros(5),
    ]


cases = {
    "hpa_desired": hpa_desired,
    "hpa_net_change": hpa_net_change,
    "hpa_limit": hpa_limit,
    "hpa_step": hpa_step,
    "hpa_map": hpa_map,
}
