"""Arguments for the kernels of cache eviction, their traces and their figures."""

import numpy as np

from perfbook import caches

ACCESSES, OBJECTS = 400, 40


def ints(count):
    return np.zeros(count, dtype=np.int64)


def given(random):
    ranks = np.minimum(random.zipf(1.4, ACCESSES) - 1, OBJECTS - 1)
    capacity = int(random.choice([1, 3, 12, 25]))
    return [ranks, int(random.choice([ACCESSES, 251])), OBJECTS, capacity], capacity


def run(random, *scratch, seed=False):
    """The shared arguments, then the hits, then arrays as large as `scratch` says for a capacity."""
    start, capacity = given(random)
    numbers = [int(random.integers(0, 2**32))] if seed else []
    return [*start, *numbers, np.zeros(5), *(ints(size(capacity)) for size in scratch)]


def per_object(capacity):
    return OBJECTS


def per_access(capacity):
    return ACCESSES + 40


def marks(capacity):
    return OBJECTS // 16 + 1


def queue(capacity):
    return 4 * capacity + 8


def bits(capacity):
    return capacity // 2 + 1


def four(capacity):
    return 4


def run_policy(random):
    start, capacity = given(random)
    sizes = caches.scratch_sizes(ACCESSES, OBJECTS, capacity)
    number = int(random.integers(0, len(caches.POLICIES)))
    return [number, *start, int(random.integers(0, 2**32)), np.zeros(5), *(ints(size) for size in sizes)]


def hashes(random):
    return int(random.integers(-(2**63), 2**63))


def sketch(random):
    return [random.integers(0, 2**32, 8), 16, hashes(random)]


def door(random):
    return [random.integers(0, 2**32, 4) | random.integers(0, 2**32, 4), 128, hashes(random)]


def estimate(random):
    return [sketch(random)[0], door(random)[0], 16, 128, hashes(random)]


def draw(random):
    return [np.zeros(30), ints(64), ints(4)]


def fill_trace(random):
    numbers = [int(random.integers(0, 4)), ACCESSES, float(random.uniform(0, 2)), int(random.integers(1, 30))]
    return [*numbers, int(random.integers(0, 2**32)), ints(ACCESSES), *draw(random)]


def fill_zipf(random):
    return [ACCESSES, float(random.uniform(0, 2)), int(random.integers(0, 2**32)), ints(ACCESSES), *draw(random)]


def fill_scanned(random):
    numbers = [ACCESSES, float(random.uniform(0, 2)), int(random.integers(0, 4)), int(random.integers(0, 200))]
    numbers += [int(random.integers(0, 5)), int(random.integers(0, 2**32))]
    return [*numbers, ints(ACCESSES), np.zeros(7), *draw(random)]


def guide_table(random):
    cumulative = np.cumsum(random.exponential(1, 20))
    return [cumulative / cumulative[-1], ints(16)]


def shared_scratch(accesses, objects, capacity):
    return [ints(size) for size in caches.scratch_sizes(accesses, objects, capacity)]


def policy_race(random):
    numbers = [int(random.integers(0, 6)), float(random.choice([0.1, 12.5, 50.0])), float(random.uniform(0.4, 1.4))]
    numbers += [int(random.integers(0, 10)), int(random.integers(1, 50)), 150]
    code, keys = random.integers(0, 20, 90), random.integers(0, 30, 60) * 1.0
    outputs = [np.zeros(10), np.zeros(10), np.zeros(10), np.zeros(9)]
    trace = [ints(150), np.zeros(30), ints(64), np.zeros(10)]
    return [*numbers, code, keys, int(random.integers(0, 61)), *outputs, *trace, *shared_scratch(150, 60, 30)]


def scan_race(random):
    numbers = [float(random.choice([1.0, 10.0, 30.0])), float(random.uniform(0.4, 1.4)), int(random.integers(0, 5))]
    numbers += [int(random.integers(0, 100)), int(random.integers(0, 7)), int(random.integers(1, 50)), 200, 3]
    outputs = [*(np.zeros(10) for _ in range(8)), *(np.zeros(7) for _ in range(5)), np.zeros(5)]
    trace = [ints(200), np.zeros(40), ints(64), np.zeros(10), np.zeros(10)]
    return [*numbers, *outputs, *trace, *shared_scratch(200, 240, 20)]


cases = {
    "clear_marks": lambda random: [OBJECTS, random.integers(0, 9, 3)],
    "fifo_run": lambda random: run(random, marks, queue),
    "random_run": lambda random: run(random, marks, queue, four, seed=True),
    "clock_run": lambda random: run(random, marks, queue),
    "lru_run": lambda random: run(random, per_object),
    "sieve_run": lambda random: run(random, marks, queue),
    "s3fifo_run": lambda random: run(random, per_object, queue, per_access),
    "arc_run": lambda random: run(random, per_object, per_access),
    "lfu_run": lambda random: run(random, per_object, per_access, lambda capacity: 2 * ACCESSES + 80),
    "w_tinylfu_run": lambda random: run(random, lambda capacity: 2 * OBJECTS, per_access, per_access, queue, bits),
    "belady_run": lambda random: run(random, per_object, per_access, per_access),
    "next_uses": lambda random: [*given(random)[0][:3], ints(ACCESSES), ints(OBJECTS)],
    "highest_bit": lambda random: [int(random.integers(1, 2**32)) >> int(random.integers(0, 32)) or 1],
    "sketch_width": lambda random: [int(random.integers(1, 100_000))],
    "pack_hashes": lambda random: [int(random.integers(0, 2**31))],
    "door_add": door,
    "sketch_count": lambda random: [*sketch(random), int(random.integers(0, 2))],
    "estimate": estimate,
    "run_policy": run_policy,
    "guide_table": guide_table,
    "fill_zipf": fill_zipf,
    "fill_u32": lambda random: [25, ints(30), random.integers(0, 2**32, 4)],
    "fill_trace": fill_trace,
    "fill_scanned": fill_scanned,
    "policy_race": policy_race,
    "scan_race": scan_race,
    "ratio_between": lambda random: [random.integers(0, 9, 10) * 1.0, random.integers(9, 12, 10) * 1.0, 2, 7],
}
