"""A cache's policy run over a trace: which objects stay, and how often what is asked for is there.

Explained in chapter 2, section 1.
"""

import dataclasses
import functools

import numpy as np

from . import checks
from .adaptive import arc_run
from .belady import belady_run
from .eviction import clock_run, fifo_run, lru_run, random_run
from .frequency import lfu_run, w_tinylfu_run
from .kernel import Floats, Ints, kernel
from .rng import MASK
from .sieve import s3fifo_run, sieve_run

POLICIES = ("FIFO", "random", "LRU", "CLOCK", "LFU", "ARC", "SIEVE", "S3-FIFO", "W-TinyLFU", "Belady")
FIFO, RANDOM, LRU, CLOCK, LFU, ARC, SIEVE, S3_FIFO, W_TINYLFU, BELADY = range(10)


@kernel
def run_policy(
    policy: int, trace: Ints, accesses: int, objects: int, capacity: int, seed: int, hits: Floats,
    words: Ints, queue: Ints, log: Ints, links: Ints, bits: Ints, state: Ints,
) -> int:  # fmt: skip
    """One policy, by its number in POLICIES, over a trace; returns its hits, and fills the hits of each window.

    words, queue, log, links, bits, state : of the sizes that `scratch_sizes` gives
    """
    if policy == FIFO:
        return fifo_run(trace, accesses, objects, capacity, hits, words, queue)
    if policy == RANDOM:
        return random_run(trace, accesses, objects, capacity, seed, hits, words, queue, state)
    if policy == LRU:
        return lru_run(trace, accesses, objects, capacity, hits, words)
    if policy == CLOCK:
        return clock_run(trace, accesses, objects, capacity, hits, words, queue)
    if policy == LFU:
        return lfu_run(trace, accesses, objects, capacity, hits, words, log, links)
    if policy == ARC:
        return arc_run(trace, accesses, objects, capacity, hits, words, log)
    if policy == SIEVE:
        return sieve_run(trace, accesses, objects, capacity, hits, words, queue)
    if policy == S3_FIFO:
        return s3fifo_run(trace, accesses, objects, capacity, hits, words, queue, log)
    if policy == W_TINYLFU:
        return w_tinylfu_run(trace, accesses, objects, capacity, hits, words, log, links, queue, bits)
    return belady_run(trace, accesses, objects, capacity, hits, words, log, links)


@dataclasses.dataclass(frozen=True)
class Result:
    """What a policy did on a trace.

    hits, accesses : counts;  over_time : hit ratio in each window of the trace, in order
    """

    policy: str
    capacity: int
    hits: int
    accesses: int
    over_time: np.ndarray

    @functools.cached_property
    def hit_ratio(self) -> float:
        return self.hits / self.accesses


def simulate(policy, trace, capacity, windows=1, seed=1) -> Result:
    """Run a cache of ``capacity`` objects, empty at first, over ``trace`` and count the hits.

    policy : one of `POLICIES`: "FIFO", "random", "LRU", "CLOCK", "LFU", "ARC", "SIEVE", "S3-FIFO", "W-TinyLFU", or
        "Belady", the optimum that knows the future
    trace : whole numbers from 0 to 2**31 - 1, one an access: which object;  memory is taken for the largest
    capacity : objects, from 1 up;  windows : equal parts of the trace to give the hit ratio of
    seed : of the random policy
    Raises ValueError outside these ranges, and for an empty trace or more windows than accesses.
    Explained in chapter 2, section 1.
    """
    number = POLICIES.index(checks.one_of("policy", policy, POLICIES))
    trace = objects_of(trace)
    accesses = len(trace)
    windows = checks.whole("windows", windows, 1, accesses)
    objects = int(trace.max()) + 1
    capacity = checks.whole("capacity", capacity, 1)
    seed = checks.whole("seed", seed, 0, MASK)
    room = min(capacity, objects)  # no policy ever holds more than there is
    scratch = [np.empty(size, dtype=np.int64) for size in scratch_sizes(accesses, objects, room)]
    counts = np.empty(windows)
    hits = run_policy(number, trace, accesses, objects, room, seed, counts, *scratch)
    edges = np.arange(windows + 1) * accesses // windows
    return Result(policy, capacity, int(hits), accesses, counts / np.diff(edges))


def scratch_sizes(accesses, objects, capacity):
    """Places of words, queue, log, links, bits and state that `run_policy` needs. Explained in chapter 2, section 1."""
    return 2 * objects, 4 * capacity + 8, accesses + 40, 2 * accesses + 80, capacity // 2 + 1, 4


def objects_of(trace):
    """The trace as an array of int64. Raises ValueError as ``simulate`` does. Explained in chapter 2, section 1."""
    given = np.asarray(trace)
    if given.ndim != 1 or given.size == 0:
        raise ValueError(f"trace must be a list of at least one object number, got shape {given.shape}")
    if given.dtype.kind not in "iu" and not np.all(given == np.floor(given)):
        raise ValueError("trace must be whole numbers, one an access")
    if given.min() < 0 or given.max() >= 2**31:
        raise ValueError(f"trace must be object numbers from 0 to 2**31 - 1, got {given.min()} to {given.max()}")
    return np.ascontiguousarray(given, dtype=np.int64)
