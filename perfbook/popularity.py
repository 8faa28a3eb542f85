"""Popularity by Zipf's law, and what a cache of a given size hits: by an oracle, by LRU, by FIFO or RANDOM.

A sum over n items is taken over a few hundred weighted ranks: the first ones each by itself, the rest by Gauss and
Legendre's rule in panels that double. So a catalogue of ten thousand million items costs what one of a thousand does.

Explained in chapter 2, section 1.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, kernel

LRU, FIFO = range(2)
POLICIES = {"lru": LRU, "fifo": FIFO, "random": FIFO}

EXACT = 64  # ranks that are summed one by one
NODES = 400  # places that hold the ranks of any catalogue up to MOST_ITEMS
MOST_ITEMS = 10**10
STEPS = 60  # halvings of a search: 2**-60 of the range it began with

# Gauss and Legendre's rule of eight points on (-1, 1): the four positive points, and their weights.
POINT = (0.18343464249564980, 0.52553240991632899, 0.79666647741362674, 0.96028985649753623)
SHARE = (0.36268378337836198, 0.31370664587788729, 0.22238103445337447, 0.10122853629037626)


@kernel
def power_sum(alpha: float, count: float) -> float:
    """Sum of k**-alpha for k from 1 to ``count``, which need not be whole: between, it is smooth.

    The first terms one by one, the rest as an integral from half to half, with the first two of its corrections.
    Relative error below 1e-9 at whole counts. Source: Euler and Maclaurin's formula, midpoint form.
    """
    last = math.floor(min(count, float(EXACT)))
    total = 0.0
    for k in range(1, int(last) + 1):
        total += float(k) ** -alpha
    if count <= EXACT:
        return total + (count - last) * (last + 1.0) ** -alpha
    low = EXACT + 0.5
    high = count + 0.5
    span = math.log(high / low)
    power = 1.0 - alpha
    integral = span
    if abs(power) > 1e-12:
        integral = math.expm1(power * span) / power
    total += low**power * integral
    total += alpha / 24.0 * (high ** (-alpha - 1.0) - low ** (-alpha - 1.0))
    cube = 7.0 / 5760.0 * alpha * (alpha + 1.0) * (alpha + 2.0)
    return total - cube * (high ** (-alpha - 3.0) - low ** (-alpha - 3.0))


@kernel
def ranks_between(place: int, low: float, high: float, rank: Floats, weight: Floats) -> None:
    """Eight weighted ranks, from ``place`` on, whose sum of f is the integral of f from ``low`` to ``high``."""
    middle = 0.5 * (low + high)
    half = 0.5 * (high - low)
    for j in range(4):
        rank[place + 2 * j] = middle - half * POINT[j]
        rank[place + 2 * j + 1] = middle + half * POINT[j]
        weight[place + 2 * j] = half * SHARE[j]
        weight[place + 2 * j + 1] = half * SHARE[j]


@kernel
def zipf_ranks(alpha: float, items: float, rank: Floats, weight: Floats, chance: Floats) -> int:
    """Weighted ranks that stand for all of ``items``, and the chance of each; returns how many there are.

    A sum over the items of f(chance) is the sum of weight times f(chance), for f without jumps, to 1e-7 and better.
    rank, weight, chance : NODES places each
    """
    exact = int(min(items, float(EXACT)))
    for k in range(exact):
        rank[k] = k + 1.0
        weight[k] = 1.0
    count = exact
    if items > EXACT:
        low = EXACT + 0.5
        end = items + 0.5
        while low < end:
            high = min(2.0 * low, end)
            ranks_between(count, low, high, rank, weight)
            count += 8
            low = high
        # The integral from half to half is not quite the sum: at each end a difference of two terms makes up for it.
        rank[count] = EXACT + 1.0
        weight[count] = 1.0 / 24.0
        weight[exact - 1] -= 1.0 / 24.0
        rank[count + 1] = items
        weight[count + 1] = 1.0 / 24.0
        rank[count + 2] = items + 1.0
        weight[count + 2] = -1.0 / 24.0
        count += 3
    total = 0.0
    for k in range(count):
        chance[k] = rank[k] ** -alpha
        total += weight[k] * chance[k]
    for k in range(count):
        chance[k] = chance[k] / total
    return count


@kernel
def kept(policy: int, expected: float) -> float:
    """Chance that an item is in the cache which is asked for ``expected`` times in a characteristic time.

    policy : 0 LRU: asked for at least once within it; 1 FIFO or RANDOM: in for that long, then out until asked for
    """
    if policy == LRU:
        return -math.expm1(-expected)
    return expected / (1.0 + expected)


@kernel
def filled(policy: int, time: float, weight: Floats, chance: Floats, count: int) -> float:
    """Items in the cache, on average, at a characteristic time of ``time`` requests."""
    total = 0.0
    for k in range(count):
        total += weight[k] * kept(policy, chance[k] * time)
    return total


@kernel
def hits(policy: int, time: float, weight: Floats, chance: Floats, count: int) -> float:
    """Share of requests that find their item, at a characteristic time of ``time`` requests."""
    total = 0.0
    for k in range(count):
        total += weight[k] * chance[k] * kept(policy, chance[k] * time)
    return min(total, 1.0)


@kernel
def characteristic_time(
    policy: int, cache: float, items: float, weight: Floats, chance: Floats, count: int, coldest: float
) -> float:
    """Requests within which as many different items are asked for as the cache holds; infinite if it holds all.

    coldest : the chance of the least popular item, above 0
    """
    if cache >= items:
        return math.inf
    if cache <= 0.0:
        return 0.0
    # Within so many requests no more items than requests; and at the far end hardly an item is missing.
    low = math.log(cache)
    high = math.log(1e17 / coldest)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if filled(policy, math.exp(middle), weight, chance, count) < cache:
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))


@kernel
def hit_ratio_of(
    policy: int, cache: float, items: float, alpha: float, rank: Floats, weight: Floats, chance: Floats
) -> float:
    """Che's approximation for a cache of ``cache`` items; rank, weight, chance : scratch, NODES places each."""
    count = zipf_ranks(alpha, items, rank, weight, chance)
    if cache >= items:
        return 1.0
    coldest = items**-alpha * chance[0]
    time = characteristic_time(policy, cache, items, weight, chance, count, coldest)
    return hits(policy, time, weight, chance, count)


@kernel
def top_for(alpha: float, items: float, goal: float) -> float:
    """Share of the items that an oracle has to hold to serve the share ``goal`` of the requests."""
    total = power_sum(alpha, items)
    low = 0.0
    high = items
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if power_sum(alpha, middle) < goal * total:
            low = middle
        else:
            high = middle
    return high / items


@kernel
def zipf_figure(
    alpha: float,
    items_log10: float,
    cache_percent: float,
    miss_ms: float,
    hit_ms: float,
    shares: Floats,
    ranks: Floats,
    share: Floats,
    ideal: Floats,
    lru_share: Floats,
    lru: Floats,
    now: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
) -> None:
    """The figure: popularity by rank, and the hit ratio of an oracle and of LRU by the share of items that fits.

    shares : from 0 to 1, where the oracle's curve is wanted
    ranks, share : ranks evenly spaced in log, and the share of requests of each, both to be drawn
    ideal : one each of ``shares``;  lru_share, lru : a curve by its points, from a small cache to a full one
    now : items, cache, hit ratios of oracle, LRU, FIFO, mean latencies of oracle, LRU (s), without cache (s),
        share of the items that serves 90 % by oracle, cached share, last rank in the cache, its share of requests
    """
    items = math.floor(10.0**items_log10 + 0.5)
    cache = max(math.floor(items * cache_percent / 100.0 + 0.5), 1.0)
    total = power_sum(alpha, items)
    points = ranks.shape[0]
    for j in range(points):
        ranks[j] = items ** (j / (points - 1.0))
        share[j] = ranks[j] ** -alpha / total
    for j in range(shares.shape[0]):
        ideal[j] = power_sum(alpha, shares[j] * items) / total
    count = zipf_ranks(alpha, items, rank, weight, chance)
    coldest = items**-alpha / total
    first = math.log(max(1e-4 * items, 0.5))
    last = math.log(40.0 / coldest)
    for j in range(lru.shape[0]):
        time = math.exp(first + (last - first) * j / (lru.shape[0] - 1.0))
        lru_share[j] = filled(LRU, time, weight, chance, count) / items
        lru[j] = hits(LRU, time, weight, chance, count)
    now[0] = items
    now[1] = cache
    now[2] = power_sum(alpha, cache) / total
    now[3] = 1.0
    now[4] = 1.0
    if cache < items:
        time = characteristic_time(LRU, cache, items, weight, chance, count, coldest)
        now[3] = hits(LRU, time, weight, chance, count)
        time = characteristic_time(FIFO, cache, items, weight, chance, count, coldest)
        now[4] = hits(FIFO, time, weight, chance, count)
    now[5] = (now[2] * hit_ms + (1.0 - now[2]) * miss_ms) / 1000.0
    now[6] = (now[3] * hit_ms + (1.0 - now[3]) * miss_ms) / 1000.0
    now[7] = miss_ms / 1000.0
    now[8] = top_for(alpha, items, 0.9)
    now[9] = cache / items
    now[10] = cache
    now[11] = cache**-alpha / total


@kernel
def write_backs(time: float, writes: float, weight: Floats, chance: Floats, count: int) -> float:
    """Writes that a write-back LRU cache passes on, for each write it takes, at a characteristic time.

    An item stays while it is asked for again within ``time``; it goes back dirty if any of its requests was a write.
    writes : share of requests that write, above 0 and at most 1
    """
    total = 0.0
    for k in range(count):
        again = kept(LRU, chance[k] * time)
        total += weight[k] * chance[k] * (1.0 - again) / (1.0 - (1.0 - writes) * again)
    return total


def _cache(cache, items, alpha):
    """The checked arguments that most functions here take."""
    items = checks.whole("items", items, 1, MOST_ITEMS)
    return checks.number("cache", cache, 0, items), items, checks.number("alpha", alpha, 0, 4)


def ideal_hit_ratio(cache, items, alpha=1.0) -> float:
    """Share of requests served by the ``cache`` most popular of ``items``: H_cache/H_items, for P(k) ∝ k^-alpha.

    What an oracle gets that knows the popularities; no policy does better on independent requests. Raises ValueError
    unless 0 <= cache <= items <= 10^10 and 0 <= alpha <= 4. Explained in chapter 2, section 1.
    """
    cache, items, alpha = _cache(cache, items, alpha)
    return power_sum(alpha, cache) / power_sum(alpha, float(items))


def cache_for(hit_ratio, items, alpha=1.0) -> int:
    """Least number of items that an oracle must hold to serve the share ``hit_ratio`` (0 to 1) of the requests.

    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    hit_ratio = checks.number("hit_ratio", hit_ratio, 0, 1)
    _, items, alpha = _cache(0, items, alpha)
    guess = math.floor(top_for(alpha, float(items), hit_ratio) * items)
    near = range(max(guess - 2, 0), min(guess + 4, items + 1))
    return next((k for k in near if ideal_hit_ratio(k, items, alpha) >= hit_ratio), items)


def alpha_for(hit_ratio, cache, items) -> float:
    """The exponent at which the ``cache`` most popular of ``items`` serve the share ``hit_ratio`` of requests.

    Raises ValueError unless the ratio lies between that of alpha = 0 and of alpha = 4. Explained in chapter 2, section 1.
    """
    from scipy.optimize import brentq

    low, high = ideal_hit_ratio(cache, items, 0), ideal_hit_ratio(cache, items, 4)
    hit_ratio = checks.number("hit_ratio", hit_ratio, low, high)
    return float(brentq(lambda alpha: ideal_hit_ratio(cache, items, alpha) - hit_ratio, 0, 4, xtol=1e-12))


def hit_ratio(cache, items, alpha=1.0, policy="lru") -> float:
    """Hit ratio of a cache under independent requests, by Che's approximation.

    policy : "lru", or "fifo" or "random", which have one hit ratio under independent requests
    Raises ValueError for arguments out of range. Source: Che, Tung and Wang 2002 for LRU; Fricker, Robert and
    Roberts 2012 for why it holds and for RANDOM. Explained in chapter 2, section 1.
    """
    cache, items, alpha = _cache(cache, items, alpha)
    code = POLICIES[checks.one_of("policy", policy, POLICIES)]
    return hit_ratio_of(code, cache, float(items), alpha, *(np.zeros(NODES) for _ in range(3)))


def least_cache(goal, items, alpha=1.0, policy="lru") -> int:
    """Least number of items that a cache must hold to hit the share ``goal`` (0 to 1), by Che's approximation.

    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    goal = checks.number("goal", goal, 0, 1)
    low, high = -1, checks.whole("items", items, 1, MOST_ITEMS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if hit_ratio(middle, items, alpha, policy) < goal else (low, middle)
    return high


def effective_latency(hit_ratio, hit, miss):
    """Mean latency: ``hit`` for the share ``hit_ratio`` of requests, ``miss`` for the rest, in their unit.

    Numbers or arrays. Raises ValueError unless the ratio is from 0 to 1. Explained in chapter 2, section 1.
    """
    ratio = checks.not_negative("hit_ratio", hit_ratio)
    if np.any(np.asarray(ratio) > 1):
        raise ValueError(f"hit_ratio must be at most 1, got {hit_ratio}")
    return ratio * hit + (1 - ratio) * miss


@dataclasses.dataclass(frozen=True)
class Writes:
    """What reaches the store for each write to the cache: all of them written through, some of them written back."""

    through: float
    back: float


def write_traffic(cache, items, alpha=1.0, writes=0.1) -> Writes:
    """Writes to the store for each write to an LRU cache, written through and written back.

    writes : share of requests that write, each as likely to, above 0 and at most 1
    Raises ValueError for arguments out of range. By Che's approximation. Explained in chapter 2, section 1.
    """
    cache, items, alpha = _cache(cache, items, alpha)
    writes = checks.number("writes", checks.positive("writes", writes), 0, 1)
    rank, weight, chance = (np.zeros(NODES) for _ in range(3))
    count = zipf_ranks(alpha, float(items), rank, weight, chance)
    coldest = float(items) ** -alpha * chance[0]
    time = characteristic_time(LRU, cache, float(items), weight, chance, count, coldest)
    return Writes(1.0, 0.0 if math.isinf(time) else write_backs(time, writes, weight, chance, count))
