"""Stack distances: the hits of an LRU cache of every size, from one pass over the requests.

The stack distance of a request is how many different keys were asked for since its own key was, itself included. An
LRU cache hits exactly if it holds that many. Counted with a Fenwick tree over the moments of last use.

Explained in chapter 2, section 1.
"""

import dataclasses

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .popularity import LRU, characteristic_time, filled, hits, zipf_ranks
from .rng import STATE_SIZE, below, seed_stream, zipf, zipf_table

ZIPF, LOOP, BOTH, YOURS = range(4)
WORKLOADS = {"zipf": ZIPF, "loop": LOOP, "both": BOTH}


@kernel
def renumber(tree: Ints, owner: Ints, last: Ints) -> int:
    """Move the moments of last use together, in their order, and build the tree anew; returns how many there are.

    tree : one more place than there are moments;  owner : the key of each moment, or -1;  last : the moment of each key
    """
    moments = owner.shape[0]
    used = 0
    for i in range(moments):
        key = owner[i]
        if key >= 0:
            owner[used] = key
            used += 1
            last[key] = used
    for i in range(used, moments):
        owner[i] = -1
    for i in range(1, moments + 1):
        tree[i] = 1 if i <= used else 0
    for i in range(1, moments + 1):
        above = i + (i & -i)
        if above <= moments:
            tree[above] += tree[i]
    return used


@kernel
def stack_distances(keys: Ints, accesses: int, last: Ints, tree: Ints, owner: Ints, distance: Ints) -> None:
    """The stack distance of each of the first ``accesses`` requests, 0 where its key is new. O(log keys) a request.

    keys : from 0 up to the length of ``last``;  last : scratch, one a key
    owner : scratch, more places than there are keys (four times as many is quick);  tree : scratch, one place more
    Source: Mattson, Gecsei, Slutz and Traiger 1970; the tree is Fenwick's, 1994.
    """
    moments = owner.shape[0]
    for k in range(last.shape[0]):
        last[k] = 0
    for i in range(moments):
        owner[i] = -1
    clock = renumber(tree, owner, last)
    different = 0
    for i in range(accesses):
        key = keys[i]
        if clock == moments:
            clock = renumber(tree, owner, last)
        at = last[key]
        clock += 1
        if at == 0:
            distance[i] = 0
            different += 1
        else:
            earlier = 0
            j = at
            while j > 0:
                earlier += tree[j]
                j -= j & -j
            distance[i] = different - earlier + 1
            owner[at - 1] = -1
            while at <= moments:
                tree[at] -= 1
                at += at & -at
        last[key] = clock
        owner[clock - 1] = key
        j = clock
        while j <= moments:
            tree[j] += 1
            j += j & -j


@kernel
def miss_ratios(distance: Ints, skip: int, accesses: int, misses: Floats) -> None:
    """Share of the requests from number ``skip`` on that an LRU cache of 0, 1, 2 ... items misses.

    misses : one a size;  requests of a new key miss at every size
    """
    sizes = misses.shape[0]
    for size in range(sizes):
        misses[size] = 0.0
    for i in range(skip, accesses):
        if 0 < distance[i] < sizes:
            misses[distance[i]] += 1.0
    left = float(accesses - skip)
    for size in range(sizes):
        left -= misses[size]
        misses[size] = left / (accesses - skip)


@kernel
def lower_hull(curve: Floats, corner: Ints, hull: Floats) -> int:
    """The largest convex curve that is nowhere above ``curve``; returns how many corners it has.

    curve, hull : one a size;  corner : the sizes at which the hull touches, as many places as sizes
    """
    sizes = curve.shape[0]
    count = 0
    for size in range(sizes):
        while count >= 2:
            a = corner[count - 2]
            b = corner[count - 1]
            if (curve[b] - curve[a]) * (size - a) < (curve[size] - curve[a]) * (b - a):
                break
            count -= 1
        corner[count] = size
        count += 1
    hull[0] = curve[0]
    for c in range(1, count):
        a = corner[c - 1]
        b = corner[c]
        for size in range(a + 1, b + 1):
            hull[size] = curve[a] + (curve[b] - curve[a]) * (size - a) / (b - a)
    return count


@kernel
def make_requests(
    workload: int, alpha: float, items: int, loop: int, seed: int, accesses: int, keys: Ints, table: Floats, state: Ints
) -> None:
    """Requests by Zipf's law over ``items``, or round a loop of ``loop`` other keys, or either by the toss of a coin.

    workload : 0 Zipf, 1 loop, 2 both;  keys : Zipf's are from 0, those of the loop from ``items`` up
    table : scratch, one an item;  state : scratch of the generator
    """
    seed_stream(seed, 11, state)
    zipf_table(alpha, table)
    turn = 0
    for i in range(accesses):
        round_it = workload == LOOP
        if workload == BOTH:
            round_it = below(state, 2) == 1
        if round_it:
            keys[i] = items + turn
            turn += 1
            if turn >= loop:
                turn = 0
        else:
            keys[i] = zipf(state, table)


@kernel
def miss_figure(
    workload: int,
    alpha: float,
    loop: int,
    memory_price: float,
    miss_price: float,
    rate: float,
    seed: int,
    items: int,
    accesses: int,
    trace: Ints,
    given: int,
    sizes: Floats,
    missed: Floats,
    convex: Floats,
    memory: Floats,
    total: Floats,
    che_size: Floats,
    che: Floats,
    now: Floats,
    keys: Ints,
    distance: Ints,
    last: Ints,
    tree: Ints,
    owner: Ints,
    curve: Floats,
    hull: Floats,
    corner: Ints,
    table: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    state: Ints,
) -> None:
    """The figure: the miss ratio of an LRU cache at every size, and what each size costs.

    memory_price : of a thousand items a month;  miss_price : of a million misses;  rate : requests a second
    trace, given : the reader's keys, numbered from 0, and how many (workload 3)
    sizes : where the curves are drawn, evenly spaced from 0
    missed, convex : miss ratio and its lower hull;  memory, total : costs as shares of the cost without a cache
    che_size, che : Che's approximation, by its points; infinite unless the workload is Zipf's
    now : cheapest size, its miss ratio, its cost and that without a cache (a month), corners of the hull, different
        keys, requests counted, least size that misses nothing more, miss ratio of an endless cache, cheapest share
    """
    top = curve.shape[0] - 1
    count = accesses
    skip = accesses // 5
    if workload == YOURS:
        count = given
        skip = 0
        for i in range(given):
            keys[i] = trace[i]
    else:
        make_requests(workload, alpha, items, loop, seed, accesses, keys, table, state)
    count = max(count, 1)
    stack_distances(keys, count, last, tree, owner, distance)
    miss_ratios(distance, skip, count, curve)
    corners = lower_hull(curve, corner, hull)
    monthly = rate * 2592000.0
    alone = monthly * miss_price / 1e6
    best = 0
    least = alone * curve[0]
    for size in range(1, top + 1):
        cost = size * memory_price / 1000.0 + alone * curve[size]
        if cost < least:
            least = cost
            best = size
    full = top
    while full > 0 and curve[full - 1] == curve[top]:
        full -= 1
    step = top // (sizes.shape[0] - 1)
    for j in range(sizes.shape[0]):
        size = j * step
        missed[j] = curve[size]
        convex[j] = hull[size]
        memory[j] = size * memory_price / 1000.0 / alone
        total[j] = memory[j] + curve[size]
    for j in range(che.shape[0]):
        che_size[j] = 1e9
        che[j] = 1e9
    if workload == ZIPF:
        ranks = zipf_ranks(alpha, float(items), rank, weight, chance)
        coldest = float(items) ** -alpha * chance[0]
        furthest = characteristic_time(LRU, 0.999 * items, float(items), weight, chance, ranks, coldest)
        for j in range(che.shape[0]):
            time = furthest ** (j / (che.shape[0] - 1.0))
            che_size[j] = filled(LRU, time, weight, chance, ranks)
            che[j] = 1.0 - hits(LRU, time, weight, chance, ranks)
    different = 0
    for i in range(count):
        if distance[i] == 0:
            different += 1
    now[0] = best
    now[1] = curve[best]
    now[2] = least
    now[3] = alone
    now[4] = corners
    now[5] = different
    now[6] = count - skip
    now[7] = full
    now[8] = curve[top]
    now[9] = least / alone


def numbered(trace):
    """The keys of a trace (any hashable things, or an array) as whole numbers from 0, and how many there are."""
    if isinstance(trace, np.ndarray):
        different, keys = np.unique(trace, return_inverse=True)
        return keys.astype(np.int64).ravel(), len(different)
    seen: dict = {}
    keys = np.array([seen.setdefault(key, len(seen)) for key in trace], dtype=np.int64)
    return keys, len(seen)


def distances(trace) -> np.ndarray:
    """The stack distance of each request of a trace, 0 where a key is new.

    trace : keys, any hashable things, in the order of the requests. Explained in chapter 2, section 1.
    """
    keys, different = numbered(trace)
    moments = min(4 * different + 4, len(keys) + 1)
    last, owner = np.empty(different, dtype=np.int64), np.empty(moments, dtype=np.int64)
    result, tree = np.empty(len(keys), dtype=np.int64), np.empty(moments + 1, dtype=np.int64)
    stack_distances(keys, len(keys), last, tree, owner, result)
    return result


def miss_curve(trace, largest=None, skip=0) -> np.ndarray:
    """Miss ratio of an LRU cache of each size from 0 to ``largest`` (if None: as many as there are keys).

    trace : keys in the order of the requests, at least one;  skip : requests at the start that only fill the cache
    Raises ValueError for an empty trace, or skip or largest out of range. Explained in chapter 2, section 1.
    """
    distance = distances(trace)
    if not len(distance):
        raise ValueError("trace must have at least one request, got none")
    skip = checks.whole("skip", skip, 0, len(distance) - 1)
    largest = int(np.sum(distance == 0)) if largest is None else checks.whole("largest", largest)
    curve = np.empty(largest + 1)
    miss_ratios(distance, skip, len(distance), curve)
    return curve


def hull_of(curve) -> np.ndarray:
    """The largest convex curve that is nowhere above a miss ratio curve. Explained in chapter 2, section 1."""
    curve = np.array(curve, dtype=float)
    hull = np.empty(len(curve))
    lower_hull(curve, np.empty(len(curve), dtype=np.int64), hull)
    return hull


@dataclasses.dataclass(frozen=True)
class Purchase:
    """A cache to buy: its size in items, its miss ratio, and what it costs a month, misses included."""

    size: int
    miss_ratio: float
    cost: float


def cheapest(curve, memory_price, miss_price, requests) -> Purchase:
    """The size that costs least: memory plus misses.

    curve : miss ratio at sizes 0, 1, 2 ...;  memory_price : of one item a month;  miss_price : of one miss
    requests : a month. Raises ValueError for negative prices. Explained in chapter 2, section 1.
    """
    curve = np.asarray(curve, dtype=float)
    for name, value in (("memory_price", memory_price), ("miss_price", miss_price), ("requests", requests)):
        checks.not_negative(name, value)
    cost = memory_price * np.arange(len(curve)) + miss_price * requests * curve
    size = int(np.argmin(cost))
    return Purchase(size, float(curve[size]), float(cost[size]))


def requests_of(workload="zipf", accesses=100_000, items=2000, alpha=1.0, loop=800, seed=1) -> np.ndarray:
    """Keys of independent requests by Zipf's law, of a loop, or of both by the toss of a coin, as whole numbers.

    workload : "zipf" (keys 0 to items - 1, by popularity), "loop" (keys from ``items`` up) or "both"
    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    checks.one_of("workload", workload, WORKLOADS)
    sizes = [checks.whole(n, v, 1) for n, v in (("accesses", accesses), ("items", items), ("loop", loop))]
    alpha = checks.number("alpha", alpha, 0, 4)
    keys, state = np.empty(sizes[0], dtype=np.int64), np.empty(STATE_SIZE, dtype=np.int64)
    make_requests(WORKLOADS[workload], alpha, sizes[1], sizes[2], int(seed), sizes[0], keys, np.empty(sizes[1]), state)
    return keys
