"""Splitting data over shards: by time, by key, by hash, by region, by a compound key, by a directory; and growing.

Explained in chapter 2, section 5.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, below, mix32, seed_stream, uniform, zipf, zipf_table

TIME, KEY, HASH, REGION, COMPOUND, DIRECTORY = range(6)
STRATEGIES = {
    "range of time": TIME,
    "range of keys": KEY,
    "hash": HASH,
    "region": REGION,
    "compound key": COMPOUND,
    "directory": DIRECTORY,
}


@kernel
def region_of(user: int) -> int:
    """One of four regions, for a user: half of them, three tenths, three twentieths, one twentieth."""
    u = (mix32(user + 77_777) + 0.5) / 4294967296.0
    if u < 0.5:
        return 0
    if u < 0.8:
        return 1
    if u < 0.95:
        return 2
    return 3


@kernel
def fill_directory(shards: int, popularity: Floats, planned: Floats, entry: Ints) -> None:
    """Give each user, the most popular first, to the shard of the least expected load so far (longest first).

    popularity : cumulative shares by rank;  planned : scratch, a shard;  entry : filled, the shard of each rank
    """
    for j in range(shards):
        planned[j] = 0.0
    before = 0.0
    for rank in range(entry.shape[0]):
        least = 0
        for j in range(1, shards):
            if planned[j] < planned[least]:
                least = j
        entry[rank] = least
        planned[least] += popularity[rank] - before
        before = popularity[rank]


@kernel
def shard_of(strategy: int, shards: int, rank: int, users: int, name: int, part: int, entry: Ints) -> int:
    """The shard of a write made now by the user of popularity ``rank``; ``name`` is their place in the alphabet.

    part : which of the parts of the user's data it belongs to (compound key)
    """
    if strategy == TIME:
        return shards - 1
    if strategy == KEY:
        return name * shards // users
    if strategy == HASH:
        return mix32(rank + 1) % shards
    if strategy == REGION:
        region = region_of(rank)
        first = region * shards // 4
        own = max((region + 1) * shards // 4 - first, 1)
        return first + mix32(rank + 1) % own
    if strategy == COMPOUND:
        return mix32(mix32(rank + 1) + part) % shards
    return entry[rank]


@kernel
def shard_writes(
    strategy: int,
    shards: int,
    exponent: float,
    parts: int,
    seed: int,
    writes: int,
    load: Floats,
    now: Floats,
    popularity: Floats,
    planned: Floats,
    names: Floats,
    entry: Ints,
    state: Ints,
) -> None:
    """The figure: where ``writes`` writes of the present hour go, users drawn from a Zipf law with ``exponent``.

    parts : pieces that a compound key cuts a user's data into
    load : writes of each shard over the mean, not a number beyond the last
    now : fullest over mean, share of all writes that it takes, share of the most popular user, shards that are asked
        for: all rows of one user, the last hour, all names with one initial (as expected); the mean load, 1; fullest over
        mean if it held the most popular user alone
    popularity, names, entry (a user), planned (a shard), state : scratch
    """
    users = popularity.shape[0]
    seed_stream(seed, 0, state)
    zipf_table(exponent, popularity)
    for i in range(users):
        names[i] = i
    for i in range(users - 1, 0, -1):
        j = below(state, i + 1)
        kept = names[i]
        names[i] = names[j]
        names[j] = kept
    if strategy == DIRECTORY:
        fill_directory(shards, popularity, planned, entry)
    for j in range(load.shape[0]):
        load[j] = 0.0
        if j >= shards:
            load[j] = math.nan
    for _ in range(writes):
        rank = zipf(state, popularity)
        part = int(uniform(state) * parts)
        load[shard_of(strategy, shards, rank, users, int(names[rank]), part, entry)] += 1.0
    most = 0.0
    for j in range(shards):
        load[j] = load[j] * shards / writes
        most = max(most, load[j])
    now[0] = most
    now[1] = most / shards
    now[2] = popularity[0]
    now[3] = 1.0
    now[4] = shards
    now[5] = shards
    if strategy == TIME:
        now[3] = shards
        now[4] = 1.0
    if strategy == KEY:
        now[5] = 1.0 + (shards - 1.0) / 26.0
    if strategy == COMPOUND:
        now[3] = shards * (1.0 - math.pow(1.0 - 1.0 / shards, 1.0 * parts))
    now[6] = 1.0
    now[7] = popularity[0] * shards


def hot_shard(strategy, shards=8, exponent=1.0, parts=8, users=10_000, writes=100_000, seed=1) -> np.ndarray:
    """Writes of each shard in the present hour, over their mean.

    strategy : one of `STRATEGIES`;  shards : from 1 up;  users : whose writes follow a Zipf law with ``exponent``
    parts : pieces of a user's data under a compound key. Four regions make 50, 30, 15 and 5 % of the users.
    Raises ValueError outside these. Explained in chapter 2, section 5.
    """
    code = STRATEGIES[checks.one_of("strategy", strategy, STRATEGIES)]
    shards, parts = checks.whole("shards", shards, 1), checks.whole("parts", parts, 1)
    users, writes = checks.whole("users", users, 1), checks.whole("writes", writes, 1)
    load, now = np.empty(shards), np.empty(8)
    scratch = [np.empty(users), np.empty(shards), np.empty(users)]
    ints = [np.empty(n, dtype=np.int64) for n in (users, STATE_SIZE)]
    exponent = checks.number("exponent", exponent, 0)
    shard_writes(code, shards, exponent, parts, checks.whole("seed", seed), writes, load, now, *scratch, *ints)
    return load


# ---- Growing ----


@dataclasses.dataclass(frozen=True)
class Year:
    """One year of a growing store: the shards it needs, rounded up, those it adds, and what the episode has."""

    year: int
    needed: float
    shards: int
    added: int
    floored: int
    floored_added: int


def growth(shards=8, factor=2.5, years=10) -> list[Year]:
    """Shards needed at the start of each year, when data grows ``factor`` times a year from ``shards`` full shards.

    Rounded up, since a part of a shard is a shard; ``floored`` rounds down, as the episode does.
    shards : from 1 up;  factor : above 0;  years : from 1 up. Explained in chapter 2, section 5.
    """
    shards, years = checks.whole("shards", shards, 1), checks.whole("years", years, 1)
    factor = checks.positive("factor", factor)
    found, before, floor = [], shards, shards
    for year in range(years):
        needed = shards * factor**year
        now, low = math.ceil(needed - 1e-9), math.floor(needed + 1e-9)
        found.append(Year(year, needed, now, now - before, low, low - floor))
        before, floor = now, low
    return found


def split_kind(before: int, after: int) -> str:
    """How ``before`` shards become ``after``: "even" (each splits in the same number), "doubling" (in two, once or more)

    or "redistribution" (a new shard is fed by several old ones). Shrinking is the same, backwards.
    Explained in chapter 2, section 5.
    """
    low, high = sorted((checks.whole("before", before, 1), checks.whole("after", after, 1)))
    if high % low:
        return "redistribution"
    times = high // low
    return "doubling" if times > 1 and times & (times - 1) == 0 else "even"


def slots_moved(slots: int, before: int, after: int) -> float:
    """Share of a fixed number of slots that changes its shard when whole slots move, as few as an even spread allows.

    Redis Cluster has 16,384 slots. slots : at least as many as shards. Explained in chapter 2, section 5.
    """
    before, after = checks.whole("before", before, 1), checks.whole("after", after, 1)
    slots = checks.whole("slots", slots, max(before, after))
    held = [slots // before + (j < slots % before) for j in range(before)]
    wanted = [slots // after + (j < slots % after) for j in range(after)]
    kept = sum(min(a, b) for a, b in zip(held, wanted, strict=False))
    return 1 - kept / slots
