"""Arguments for the kernels of the breaker's player."""

import numpy as np

from tests.engine_cases.dependency import SECONDS, bins, ints, scratch

LINES, REQUESTS = 240, 40


def request_dots(random):
    log = np.zeros(6 * 9)
    # Two requests: one tried, waits, tried, answered; one refused; and one beyond the room.
    what = [(0, 0), (1, 4), (0, 1), (9, 4), (0, 0), (0, 2)]
    for line, (request, happened) in enumerate(what):
        log[6 * line : 6 * line + 3] = line + random.uniform(0, 1), request, happened
    frames = [np.zeros(40) for _ in range(4)]
    return [log, len(what), np.zeros(4), *frames, ints(3)]


def breaker_player(random):
    tail = scratch(6 * LINES, shards=1)
    outputs = [np.zeros(REQUESTS + 1), *(np.zeros(2 * LINES + 2 * REQUESTS) for _ in range(4)),
               *(np.zeros(LINES) for _ in range(5)), np.zeros(7)]  # fmt: skip
    return [random.uniform(1, 3), random.uniform(0, 5), int(random.integers(0, 2)), int(random.integers(0, 3)), 2, 2, 1.0,
            int(random.integers(0, 2)), int(random.integers(0, 1000)), 2.0, 8.0, 0.5, 0.1, 20, 6, SECONDS, *outputs,
            *bins(), np.zeros(9), np.zeros(16), np.zeros(9), tail[0], ints(REQUESTS), *tail[1:]]  # fmt: skip


cases = {"request_dots": request_dots, "breaker_player": breaker_player}
