"""Arguments for the kernels of tails."""

import numpy as np


def shape(random):
    p50 = float(random.uniform(0.5, 50))
    return [int(random.integers(0, 3)), p50, p50 * float(random.choice([1.01, 10.0, random.uniform(1.1, 100)]))]


def share(random):
    return float(random.choice([0.0, 1.0, 1e-9, random.uniform(0, 1)]))


def normal_tail(random):
    return [float(random.choice([0.0, 2.5, -2.5, 40.0, -40.0, random.normal(0, 4)]))]


def normal_tail_quantile(random):
    return [share(random)]


def normal_tail_quantile_upper(random):
    return [float(random.choice([1e-300, 0.5, random.uniform(0, 0.5)]))]


def latency_tail(random):
    return [*shape(random), float(random.choice([0.0, 1e-9, 1e12, random.uniform(0, 500)]))]


def latency_quantile(random):
    return [*shape(random), share(random)]


def any_slow(random):
    return [share(random), int(random.choice([1, 100, 100_000])), share(random)]


def call_tail_for_page(random):
    return [
        float(random.choice([0.5, 0.01, random.uniform(1e-9, 0.999)])),
        int(random.integers(1, 3000)),
        share(random),
    ]


def fanout_curve(random):
    number, p50, p99 = shape(random)
    fan = np.array([1.0, 2.0, 10.0, 2000.0])
    outputs = [np.zeros(4) for _ in range(5)]
    return [int(random.integers(1, 2001)), p99, number, share(random), p50, fan, *outputs, np.zeros(9)]


def hedged_tail(random):
    return [*shape(random), float(random.choice([0.0, random.uniform(0, 200)])), share(random), random.uniform(0, 500)]


def hedged_quantile(random):
    return [*shape(random), float(random.choice([0.0, random.uniform(0, 200)])), share(random), share(random)]


def values(random):
    return random.choice([random.exponential(1, 41), np.ones(41), np.arange(41.0), np.round(random.exponential(2, 41))])


def select(random):
    first = int(random.integers(0, 10))
    last = int(random.integers(first, 41))
    return [values(random), first, last, int(random.integers(first, last + 1))]


def percentile_rank(random):
    return [share(random), int(random.integers(1, 1000))]


cases = {
    "normal_tail": normal_tail,
    "normal_tail_quantile": normal_tail_quantile,
    "normal_tail_quantile_upper": normal_tail_quantile_upper,
    "latency_tail": latency_tail,
    "latency_quantile": latency_quantile,
    "any_slow": any_slow,
    "call_tail_for_page": call_tail_for_page,
    "fanout_curve": fanout_curve,
    "hedged_tail": hedged_tail,
    "hedged_quantile": hedged_quantile,
    "select": select,
    "percentile_rank": percentile_rank,
}
