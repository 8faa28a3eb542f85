"""Arguments for the kernels of the evening, with steps of a second, and of its player."""

import numpy as np

from perfbook.collapse import MINUTES, START
from perfbook.collapsetracks import FIELDS, FRAMES, HOLDS

STEPS = 60 * MINUTES
ROOM, MOST = 40, 6


def ints(count):
    return np.zeros(count, dtype=np.int64)


def pick(random, *values):
    return values[random.integers(0, len(values))]


def work():
    return [*(np.zeros(STEPS) for _ in range(3)), np.zeros(STEPS + START + 1)]


def curves(count, summary):
    return [*(np.zeros(140) for _ in range(count)), np.zeros(summary)]


def demand_at(random):
    return [float(random.uniform(0, STEPS))]


def instances_wanted(random):
    number = int(random.integers(1, 300))
    return [int(random.integers(0, 3)), number, int(random.integers(0, 100)), float(random.uniform(0, 5)), 2.5,
            float(random.uniform(0, 1)), 100, number + 150]  # fmt: skip


def collapse_run(random):
    fixed = [float(random.uniform(2, 70)), 222.0, 127, int(random.integers(2, 12)), 720.0, 0.1]
    people = [int(random.integers(0, 3)), 100, 2.5, 10.0, 0.8, pick(random, 0.0, 10.0)]
    cures = [pick(random, 0.0, 30.0), pick(random, 2.0, 100.0), pick(random, 700.0, 3e4), pick(random, 0.0, 0.5),
             pick(random, 800.0, 1e5), int(random.integers(0, 2))]  # fmt: skip
    return [*fixed, *people, *cures, 0.147, 0.02, 0.0001, *curves(8, 19), *work()]


def evening_figure(random):
    given = [68.0, int(random.integers(2, 12)), 127, 222.0, int(random.integers(0, 3)), 100, 2.5, 720.0, 0.1, 10.0, 0.8]
    cures = [pick(random, 0.0, 10.0), 20.0, pick(random, 2.0, 100.0), 0.0, int(random.integers(0, 4)), 700.0, 800.0, 0]
    return [*given, *cures, 0.147, 0.02, 0.0001, *curves(9, 20), *work()]


def served_between(random):
    return [10, 20, random.uniform(100, 200, 140), random.uniform(100, 200, 140)]


def bad_minutes(random):
    wanted = random.uniform(100, 200, 140)
    return [wanted, wanted * 1.5, wanted * random.uniform(0.4, 1.2, 140), np.zeros(19)]


def shop_demand(random):
    return [float(random.uniform(0, 120))]


def dot_moves(random):
    count = ints(3)
    count[1] = int(random.integers(0, 3)) * 2
    stage = int(random.integers(0, 4))
    return [1, 3.0, stage, 2, 1, 2, 1.0, count, *(random.uniform(0, 2, 3 * FRAMES) for _ in range(4))]


def shop(random):
    return [3.0, int(random.integers(1, 4)), 2, int(random.integers(1, 3)), MOST, 5.0, 0.2, int(random.integers(0, 2)),
            3, 2.0, 4.0, 0.5, pick(random, 3, 99), 0.5, 0.3, int(random.integers(0, 99)), 12.0]  # fmt: skip


def tables():
    return [np.zeros(ROOM), ints(FIELDS * ROOM), ints(2 * MOST), ints(HOLDS * MOST), ints(4)]


def small_shop(random):
    frames = [np.zeros(FRAMES * ROOM) for _ in range(4)]
    series = [np.zeros(20) for _ in range(5)]
    return [*shop(random), 1, np.linspace(0, 12, 20), *series, np.zeros(11), ints(ROOM), *frames, *tables()]


def collapse_tracks(random):
    (
        rate,
        queries,
        instances,
        pool,
        most,
        knee,
        idle,
        scaler,
        added,
        slow,
        patience,
        reload,
        cap,
        own,
        query,
        seed,
        end,
    ) = shop(random)
    return [rate, queries, pool, scaler, added, cap, patience, reload, seed, instances, most, knee, idle, slow, own, query,
            end, np.zeros(ROOM + 1), *(np.zeros(FRAMES * ROOM) for _ in range(4)), *(np.zeros(20) for _ in range(7)),
            np.zeros(11), ints(ROOM), *tables()]  # fmt: skip


cases = {
    "demand_at": demand_at,
    "instances_wanted": instances_wanted,
    "collapse_run": collapse_run,
    "evening_figure": evening_figure,
    "served_between": served_between,
    "bad_minutes": bad_minutes,
    "shop_demand": shop_demand,
    "dot_moves": dot_moves,
    "small_shop": small_shop,
    "collapse_tracks": collapse_tracks,
}
