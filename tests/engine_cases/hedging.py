"""Arguments for the kernels of hedged and tied requests."""

import numpy as np

REQUESTS = 60
SERVERS = 3


def ints(count):
    return np.zeros(count, dtype=np.int64)


def drawn(random):
    arrival = np.cumsum(random.exponential(10, REQUESTS))
    service = random.lognormal(2.3, 1, 2 * REQUESTS)
    first = random.integers(0, SERVERS, REQUESTS)
    server = np.empty(2 * REQUESTS, dtype=np.int64)
    server[::2], server[1::2] = first, (first + random.integers(1, SERVERS, REQUESTS)) % SERVERS
    return [arrival, service, server]


def scratch():
    copies = 2 * REQUESTS
    queues = [np.zeros(SERVERS), *(ints(SERVERS) for _ in range(3))]
    return [*queues, ints(copies), ints(copies), np.zeros(copies), ints(copies), np.zeros(copies)]


def hedge_requests(random):
    numbers = [float(random.uniform(0.05, 1.5)), float(random.choice([0.0, 1.0, 0.5])), 10.0, random.uniform(11, 500)]
    blank = [np.zeros(REQUESTS), np.zeros(2 * REQUESTS), ints(2 * REQUESTS), ints(4)]
    return [*numbers, SERVERS, int(random.integers(0, 2**32)), *blank]


def queue_run(random):
    return [*drawn(random), np.zeros(SERVERS), np.zeros(REQUESTS), np.zeros(3)]


def start_next(random):
    link = np.array([1, 2, -1, -1], dtype=np.int64)
    where = random.integers(0, 5, 4)
    head = np.array([0, -1], dtype=np.int64)
    return [
        int(random.integers(0, 2)),
        3.5,
        head,
        link,
        ints(2),
        where,
        random.exponential(1, 4),
        np.zeros(4),
        np.zeros(2),
    ]


def hedge_run(random):
    delay = float(random.choice([0.0, random.uniform(0, 60)]))
    message = float(random.choice([0.0, 0.5]))
    return [int(random.integers(1, 4)), delay, message, *drawn(random), np.zeros(REQUESTS), np.zeros(3), *scratch()]


def tail_curve(random):
    latency = random.lognormal(2, 1, REQUESTS)
    return [latency, int(random.integers(0, REQUESTS - 1)), np.geomspace(1, 1000, 13), np.zeros(13)]


def three_percentiles(random):
    return [
        random.lognormal(2, 1, REQUESTS),
        int(random.integers(0, REQUESTS)),
        np.zeros(6),
        int(random.choice([0, 3])),
    ]


def hedging(random):
    numbers = [
        int(random.integers(0, 4)),
        float(random.choice([0.0, random.uniform(0, 200)])),
        float(random.uniform(0.05, 0.95)),
        float(random.uniform(20, 500)),
        float(random.choice([0.0, 1.0, 0.3])),
        int(random.integers(0, 2**32)),
        10.0,
        SERVERS,
        0.5,
    ]
    times, delays = np.geomspace(1, 10_000, 13), np.linspace(0, 200, 5)
    outputs = [*(np.zeros(13) for _ in range(3)), *(np.zeros(5) for _ in range(2)), np.zeros(15)]
    blank = [np.zeros(REQUESTS), np.zeros(2 * REQUESTS), ints(2 * REQUESTS), np.zeros(REQUESTS), np.zeros(3)]
    return [*numbers, times, delays, *outputs, *blank, *scratch(), ints(4)]


cases = {
    "hedge_requests": hedge_requests,
    "queue_run": queue_run,
    "start_next": start_next,
    "hedge_run": hedge_run,
    "tail_curve": tail_curve,
    "three_percentiles": three_percentiles,
    "hedging": hedging,
}
