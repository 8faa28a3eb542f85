"""A time to live: how often a cached answer is out of date, how old it is, and what the store is asked.

One key is read and updated at random, independently (two Poisson processes). The first read after the time to live
is over fetches the value anew; nobody tells the cache of an update.

Explained in chapter 2, section 1.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, exponential, seed_stream, uniform


@kernel
def stale_of(reads: float, updates: float, ttl: float) -> float:
    """Share of reads that get a value which has been updated since; rates a second, ``ttl`` in seconds."""
    expected = updates * ttl
    fresh = expected * expected / 2.0
    if expected > 1e-4:
        fresh = expected + math.expm1(-expected)
    if updates <= 0.0:
        return 0.0
    return reads * fresh / updates / (1.0 + reads * ttl)


@kernel
def ttl_run(reads: float, updates: float, ttl: float, seed: int, count: int, totals: Floats, state: Ints) -> None:
    """Simulate ``count`` reads of one key, from its steady state on.

    totals : fetches, stale reads, summed age of what was read, time of the last read; seconds
    """
    seed_stream(seed, 12, state)
    clock = 0.0
    # A look at any time finds the key cached for ttl out of ttl + 1/reads, and any part of its life as likely.
    expires = ttl - (ttl + 1.0 / reads) * uniform(state)
    fetched = expires - ttl
    update = fetched + exponential(state) / updates
    fetches = 0.0
    stale = 0.0
    age = 0.0
    for _ in range(count):
        clock += exponential(state) / reads
        if clock > expires:
            fetched = clock
            expires = clock + ttl
            fetches += 1.0
            # The next update after this fetch: an exponential time forgets how long it has been waited for.
            update = clock + exponential(state) / updates
        elif clock > update:
            stale += 1.0
        age += clock - fetched
    totals[0] = fetches
    totals[1] = stale
    totals[2] = age
    totals[3] = clock


@kernel
def staleness_figure(
    reads: float, updates_an_hour: float, ttl: float, ttls: Floats, stale: Floats, hit: Floats, now: Floats
) -> None:
    """The figure: share of stale reads and hit ratio by time to live.

    reads : a second;  ttls : seconds
    now : at ``ttl``: stale share, hit ratio, mean age of what is read (s), fetches a second, stale reads a day,
        longest staleness (s)
    """
    updates = updates_an_hour / 3600.0
    for j in range(ttls.shape[0]):
        stale[j] = stale_of(reads, updates, ttls[j])
        hit[j] = reads * ttls[j] / (1.0 + reads * ttls[j])
    now[0] = stale_of(reads, updates, ttl)
    now[1] = reads * ttl / (1.0 + reads * ttl)
    now[2] = 0.5 * reads * ttl * ttl / (1.0 + reads * ttl)
    now[3] = reads / (1.0 + reads * ttl)
    now[4] = 86400.0 * reads * now[0]
    now[5] = ttl


@dataclasses.dataclass(frozen=True)
class Served:
    """What readers of a key with a time to live get.

    stale : share of reads that are out of date;  hit_ratio : share of reads served from the cache
    age : mean time since what was read had been fetched, s;  fetches : from the store, a second
    """

    stale: float
    hit_ratio: float
    age: float
    fetches: float


def served(reads, updates, ttl) -> Served:
    """Staleness, hit ratio, age and fetches of one key with a time to live, in closed form.

    reads, updates : a second, each a Poisson process, reads above 0;  ttl : seconds
    Raises ValueError for other arguments. Explained in chapter 2, section 1.
    """
    reads, updates = checks.positive("reads", reads), checks.not_negative("updates", updates)
    ttl = checks.number("ttl", ttl, 0)
    cycle = 1 + reads * ttl
    return Served(stale_of(reads, updates, ttl), reads * ttl / cycle, reads * ttl**2 / 2 / cycle, reads / cycle)


def simulate(reads, updates, ttl, count=100_000, seed=1) -> Served:
    """The same, simulated over ``count`` reads; both rates above 0. Explained in chapter 2, section 1."""
    reads, updates = checks.positive("reads", reads), checks.positive("updates", updates)
    ttl, count = checks.number("ttl", ttl, 0), checks.whole("count", count, 1)
    totals, state = np.zeros(4), np.empty(STATE_SIZE, dtype=np.int64)
    ttl_run(reads, updates, ttl, int(seed), count, totals, state)
    fetches, stale, age, end = totals.tolist()
    return Served(stale / count, 1 - fetches / count, age / count, fetches / end)


def ttl_for(stale, reads, updates) -> float:
    """The longest time to live, s, at which no more than the share ``stale`` of reads is out of date.

    Infinite if never more are. Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    from scipy.optimize import brentq

    stale = checks.number("stale", checks.positive("stale", stale), 0, 1)
    reads, updates = checks.positive("reads", reads), checks.not_negative("updates", updates)
    if updates == 0 or stale == 1:
        return math.inf
    high = 1 / updates
    while stale_of(reads, updates, high) < stale:
        high *= 2
    return float(brentq(lambda ttl: stale_of(reads, updates, ttl) - stale, 0, high, xtol=1e-9))
