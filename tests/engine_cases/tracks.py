"""Arguments for the player's kernels on all engines."""

import numpy as np

from perfbook.tracks import FRAMES_PER_TOKEN


def queue_tracks(random):
    customers, servers = 60, int(random.integers(1, 5))
    frames = [np.zeros(customers * FRAMES_PER_TOKEN) for _ in range(4)]
    events = [np.zeros(2 * customers) for _ in range(3)]
    return [random.uniform(0.5, 3), 1.0, servers, int(random.integers(1, 100)), 15.0, np.zeros(4, dtype=np.int64), np.zeros(8),
            np.zeros(customers), np.zeros(customers + 1), *frames, *events, np.zeros(5)]  # fmt: skip


def queue_track(random):
    start = np.sort(random.uniform(0, 10, size=12))
    frames = [np.zeros(200) for _ in range(4)]
    return [float(start[6]), float(start[11]), float(start[11] + 1), 2, 11, 5, start, *frames]


def still_then_move(random):
    return [random.uniform(0, 10), -1.0, 0.0, 1.0, 2.0, 1.0, 3, *(np.zeros(10) for _ in range(4))]


def accumulate(random):
    arrivals = np.sort(random.uniform(0, 10, size=20))
    starts = np.maximum.accumulate(arrivals + random.uniform(0, 1, size=20))
    times = np.column_stack([arrivals, starts + random.uniform(0, 2, size=20)]).ravel()
    steps = np.tile([1.0, -1.0], 20)
    return [20, 9.0, starts, times, steps, np.zeros(40)]


cases = {f.__name__: f for f in (queue_tracks, queue_track, still_then_move, accumulate)}
