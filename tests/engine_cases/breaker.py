"""Arguments for the circuit breaker's kernels: every event, in boxes that have been used."""

import numpy as np

WINDOW = 6


def rules(random):
    return np.array(
        [random.integers(0, 2), random.integers(1, 4), 0.5, random.integers(1, 4), WINDOW, 5.0, random.integers(1, 3),
         random.integers(1, 4), 8.0]
    )  # fmt: skip


def box(random):
    numbers = np.zeros(9 + WINDOW)
    numbers[:9] = [random.integers(0, 3), 4, 2.0, 3.0, random.integers(0, 3), 3, random.integers(0, 2),
                   random.integers(0, 3), random.integers(0, WINDOW)]  # fmt: skip
    return np.concatenate([np.zeros(9 + WINDOW), numbers])


def breaker_enter(random):
    return [int(random.integers(0, 3)), random.uniform(0, 9), box(random), 9 + WINDOW]


def breaker_step(random):
    event, ticket = int(random.integers(0, 6)), float(random.choice([5.0, 5.0, 3.0]))
    return [event, random.uniform(0, 20), ticket, rules(random), box(random), 9 + WINDOW]


cases = {"breaker_enter": breaker_enter, "breaker_step": breaker_step}
