"""Ten million accesses through a cache: this book's eviction policies against libCacheSim's, on the same trace.

Zipf with exponent 1 over 1,000,000 objects, room for 100,000. Both count hits, so that a fast wrong one is seen. libCacheSim
runs its own loop in C over its fastest trace format, a binary file in memory, with the size of hash table that makes its
LRU fastest here (tried first). Neither is charged for its memory: theirs is timed without the making of the cache, ours
is lent arrays. Medians of REPEATS runs, taken in turns on one machine, after one warm run of ours.
"""

import pathlib
import statistics
import sys
import tempfile
import time

import libcachesim
import numpy as np

from perfbook import caches, traces
from perfbook.belady import next_uses

from .table import progress

ACCESSES, OBJECTS, CAPACITY, REPEATS = 10_000_000, 1_000_000, 100_000, 3
HASH_POWERS = (17, 18, 19, 20)

# Policy, libCacheSim's name for it, how many times slower than ours it should be; no goal where the two are not the same.
CONTENDERS = (
    ("FIFO", "FIFO", 8),
    ("LRU", "LRU", 8),
    ("CLOCK", "Clock", 8),
    ("SIEVE", "Sieve", 8),
    ("ARC", "ARC", 4),
    ("S3-FIFO", "S3FIFO", 4),
    ("LFU", "LFU", 4),
    ("Belady", "Belady", 3),
    ("random", "Random", 0),
    ("W-TinyLFU", "WTinyLFU", 0),
)


def write_trace(trace, path):
    """The trace in libCacheSim's oracleGeneral format: time, object, size, and when it is used next."""
    uses, last = np.empty(len(trace), dtype=np.int64), np.empty(OBJECTS, dtype=np.int64)
    next_uses(trace, len(trace), OBJECTS, uses, last)
    records = np.zeros(len(trace), dtype=[("time", "<u4"), ("object", "<u8"), ("size", "<u4"), ("next", "<i8")])
    records["time"], records["object"], records["size"] = np.arange(len(trace)) // 1000, trace + 1, 1
    records["next"] = np.where(uses == 2**31 - 1, 2**63 - 1, uses + 1)
    records.tofile(path)


def theirs(name, path, power):
    """(seconds, hits) of libCacheSim: the loop over the trace only, not the making of the cache."""
    reader = libcachesim.TraceReader(
        str(path), libcachesim.TraceType.ORACLE_GENERAL_TRACE, libcachesim.ReaderInitParam(ignore_obj_size=True)
    )
    cache = getattr(libcachesim, name)(CAPACITY, hashpower=power)
    begun = time.perf_counter()
    misses, _ = cache.process_trace(reader)
    return time.perf_counter() - begun, round(ACCESSES * (1 - misses))


def ours(policy, trace, scratch):
    """(seconds, hits) of `perfbook.caches.run_policy`, which sets up its arrays, but is lent their memory."""
    number, hits = caches.POLICIES.index(policy), np.empty(1)
    begun = time.perf_counter()
    count = caches.run_policy(number, trace, len(trace), OBJECTS, CAPACITY, 1, hits, *scratch)
    return time.perf_counter() - begun, count


def main():
    """Measure, print one table; returns whether every goal was reached and every count is the same."""
    trace = traces.workload("steady", OBJECTS, ACCESSES, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace.oracleGeneral.bin"
        write_trace(trace, path)
        power = min(HASH_POWERS, key=lambda power: min(theirs("LRU", path, power)[0] for _ in range(2)))
        total, done = len(CONTENDERS) * REPEATS, 0
        times = {policy: ([], []) for policy, *_ in CONTENDERS}
        hits = {}
        scratch = [np.zeros(size, dtype=np.int64) for size in caches.scratch_sizes(ACCESSES, OBJECTS, CAPACITY)]
        for policy, *_ in CONTENDERS:
            ours(policy, trace, scratch)
        for _ in range(REPEATS):
            for policy, name, _ in CONTENDERS:
                progress(done, total, policy)
                runs = ours(policy, trace, scratch), theirs(name, path, power)
                for found, (seconds, _) in zip(times[policy], runs, strict=True):
                    found.append(seconds)
                hits[policy] = [count for _, count in runs]
                done += 1
        progress(done, total, "")
    print(f"{ACCESSES:,} accesses, Zipf(1.0) over {OBJECTS:,} objects, capacity {CAPACITY:,}; medians of {REPEATS};")
    print(f"libCacheSim {libcachesim.__version__}, hash table of 2**{power}; ns an access")
    print(f"{'policy':<11}{'our hits':>11}{'their hits':>12}{'ours':>8}{'theirs':>9}{'ratio':>8}{'goal':>6}")
    reached = True
    for policy, _, goal in CONTENDERS:
        mine, other = (1e9 * statistics.median(found) / ACCESSES for found in times[policy])
        same = hits[policy][0] == hits[policy][1]
        reached &= other / mine >= goal and (same or not goal)
        print(
            f"{policy:<11}{hits[policy][0]:>11,}{hits[policy][1]:>12,}{mine:>8.1f}{other:>9.1f}{other / mine:>8.1f}"
            f"{goal or '':>6}{'' if same or not goal else '  hits differ'}"
        )
    print("random draws its own numbers, and W-TinyLFU's sketch is another: no goal, hits alike but not the same.")
    print("Every goal reached." if reached else "A goal was missed.")
    return reached


if __name__ == "__main__":
    sys.exit(not main())
