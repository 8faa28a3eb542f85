"""Arguments for the kernels of sharding, on all engines."""

import numpy as np

from perfbook import shards as shards_module
from perfbook.rng import zipf_table
from tests.engine_cases.hashring import ints

USERS, SHARDS = 30, 7


def region_of(random):
    return [int(random.integers(0, 10**6))]


def popularity(random):
    table = np.zeros(USERS)
    zipf_table(float(random.uniform(0, 2)), table)
    return table


def fill_directory(random):
    return [int(random.integers(1, SHARDS + 1)), popularity(random), np.zeros(SHARDS), ints(USERS)]


def shard_of(random):
    rank, name, part, entry = (int(random.integers(0, USERS)) for _ in range(4))
    table = np.full(USERS, entry, dtype=np.int64)
    return [int(random.integers(0, 6)), int(random.integers(1, SHARDS + 1)), rank, USERS, name, part, table]


def shard_writes(random):
    strategy = int(random.integers(0, len(shards_module.STRATEGIES)))
    numbers = [strategy, int(random.integers(1, SHARDS + 1)), float(random.uniform(0, 2)), int(random.integers(1, 9))]
    outputs = [np.zeros(SHARDS), np.zeros(8)]
    scratch = [np.zeros(USERS), np.zeros(SHARDS), np.zeros(USERS), ints(USERS), ints(4)]
    return [*numbers, int(random.integers(0, 100)), 60, *outputs, *scratch]


cases = {f.__name__: f for f in (region_of, fill_directory, shard_of, shard_writes)}
