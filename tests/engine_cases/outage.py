"""Arguments for the kernels that show an outage whole."""

import numpy as np

from tests.engine_cases.dependency import SECONDS, bins, scratch


def breaker_rules(random):
    numbers = [int(random.integers(1, 9)) for _ in range(2)]
    return [int(random.integers(0, 2)), *numbers, random.uniform(0, 60), 1, 40, random.uniform(0.1, 3), np.zeros(9)]


def outage_plan(random):
    return [*random.uniform(1, 9, size=3), 1, 2, *random.uniform(1, 9, size=3), 3, 1, *random.uniform(0, 2, size=2), 30,
            float(random.choice([0.3, np.inf])), 1, int(random.integers(0, 1000)), np.zeros(16)]  # fmt: skip


def with_and_without(random):
    return [random.uniform(5, 30), random.uniform(0, 5), int(random.integers(0, 3)), int(random.integers(1, 4)), 0.5,
            int(random.integers(0, 3)), random.uniform(0, 2), 30, float(random.choice([0.3, 10.0])),
            int(random.integers(0, 2)), 3, 2, 1.0, int(random.integers(0, 2)), int(random.integers(0, 1000)), 2.0, 15.0,
            10.0, 0.1, 1, 6, SECONDS, *bins(2 * SECONDS), np.zeros(9), np.zeros(9), np.zeros(9), np.zeros(16),
            np.zeros(9), *scratch(1)]  # fmt: skip


def layered_attempts(random):
    return [float(random.choice([random.uniform(0, 1), 1.0, 0.0])), int(random.integers(0, 4)),
            int(random.integers(1, 4)), random.uniform(0, 3)]  # fmt: skip


def retry_storm(random):
    return [random.uniform(2, 10), int(random.integers(0, 3)), int(random.integers(1, 3)), random.uniform(0, 2),
            int(random.integers(0, 3)), int(random.integers(0, 2)), int(random.integers(0, 1000)), 2.0, 3.0, 5.0, 10.0,
            0.5, 0.1, 40, 1.0, 6, SECONDS, np.linspace(0, 1, 5), *(np.zeros(5) for _ in range(3)), *bins(), np.zeros(9),
            np.zeros(8), np.zeros(16), np.zeros(9), *scratch(1)]  # fmt: skip


cases = {"breaker_rules": breaker_rules, "outage_plan": outage_plan, "with_and_without": with_and_without,
         "layered_attempts": layered_attempts, "retry_storm": retry_storm}  # fmt: skip
