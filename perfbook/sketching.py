"""How wrong sketches are: a Bloom filter's false positives and a count-min sketch's excess, measured and bounded.

The structures themselves are in ``sketches``; here they are filled, asked about keys they never saw, and compared
with what is known of them. Explained in chapter 2, section 1.
"""

import decimal
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, seed_stream, zipf, zipf_table
from .sketches import (
    BITS,
    bloom_add,
    bloom_query,
    count_min_add,
    count_min_query,
    count_min_raise,
)

NEVER_ADDED = 1_000_000  # keys from here on are only asked for
MOST_HASHES = 16
LN_2 = 0.6931471805599453


@kernel
def bloom_rate(size: float, hashes: float, items: float) -> float:
    """The classic false positive rate: (1 - (1 - 1/size)^(hashes x items))^hashes. Size at least 2."""
    return math.pow(-math.expm1(hashes * items * math.log1p(-1.0 / size)), hashes)


@kernel
def bloom_fill(bits: Ints, size: int, hashes: int, seed: int, items: int) -> None:
    """Add the keys 0 to ``items`` - 1."""
    for key in range(items):
        bloom_add(bits, size, hashes, seed, key)


@kernel
def bloom_wrong(bits: Ints, size: int, hashes: int, seed: int, probes: int) -> float:
    """Share of ``probes`` keys that were never added of which the filter says that it holds them."""
    wrong = 0
    for i in range(probes):
        wrong += bloom_query(bits, size, hashes, seed, NEVER_ADDED + i)
    return float(wrong) / probes


@kernel
def bloom_figure(
    size: int,
    hashes: int,
    items: int,
    seed: int,
    probes: int,
    few: int,
    number: Floats,
    added: Floats,
    by_hashes: Floats,
    by_items: Floats,
    checked: Floats,
    measured: Floats,
    now: Floats,
    bits: Ints,
) -> None:
    """The figure: false positive rate by number of hashes and by items added, in closed form and measured.

    probes, few : keys asked for at ``items`` and at each of the other places
    number, added : where the curves are wanted;  checked, measured : where it was measured, and what
    now : measured rate, its standard error, classic rate, share of bits set, expected share, best number of hashes,
        its rate, bits an item, items added that the filter no longer knows (none, ever)
    """
    for j in range(number.shape[0]):
        by_hashes[j] = bloom_rate(float(size), number[j], float(items))
    for j in range(added.shape[0]):
        by_items[j] = bloom_rate(float(size), float(hashes), added[j])
    places = checked.shape[0]
    every = int(added[added.shape[0] - 1]) // places
    for i in range(places * every):
        bloom_add(bits, size, hashes, seed, i)
        if i + 1 == items:
            now[0] = bloom_wrong(bits, size, hashes, seed, probes)
            ones = 0
            for word in range(bits.shape[0]):
                left = bits[word]
                while left > 0:
                    left = left & (left - 1)
                    ones += 1
            now[3] = float(ones) / size
        if (i + 1) % every == 0:
            at = (i + 1) // every - 1
            checked[at] = i + 1.0
            measured[at] = bloom_wrong(bits, size, hashes, seed, few)
    lost = 0
    for i in range(places * every):
        lost += 1 - bloom_query(bits, size, hashes, seed, i)
    now[2] = bloom_rate(float(size), float(hashes), float(items))
    now[1] = math.sqrt(now[2] * (1.0 - now[2]) / probes)
    now[4] = -math.expm1(float(hashes) * items * math.log1p(-1.0 / size))
    best = 1
    for k in range(2, MOST_HASHES + 1):
        if bloom_rate(float(size), float(k), float(items)) < bloom_rate(float(size), float(best), float(items)):
            best = k
    now[5] = best
    now[6] = bloom_rate(float(size), float(best), float(items))
    now[7] = float(size) / items
    now[8] = lost


@kernel
def excess_curve(excess: Floats, unit: float, times: Floats, above: Floats) -> None:
    """Share of the keys whose ``excess`` is more than each of ``times`` (rising) times ``unit``."""
    points = times.shape[0]
    for j in range(points):
        above[j] = 0.0
    for i in range(excess.shape[0]):
        j = points - 1
        while j >= 0 and excess[i] <= times[j] * unit:
            j -= 1
        if j >= 0:
            above[j] += 1.0
    for j in range(points - 2, -1, -1):
        above[j] += above[j + 1]
    for j in range(points):
        above[j] = above[j] / excess.shape[0]


@kernel
def count_min_figure(
    width: int,
    depth: int,
    alpha: float,
    seed: int,
    stream: int,
    times: Floats,
    ranks: Floats,
    bound: Floats,
    plain: Floats,
    careful: Floats,
    truth: Floats,
    estimate: Floats,
    now: Floats,
    counts: Ints,
    raised: Ints,
    seen: Ints,
    excess: Floats,
    table: Floats,
    state: Ints,
) -> None:
    """The figure: by how much a count-min sketch over-counts a Zipf stream of ``stream`` requests, against its bound.

    times : multiples of stream / width;  ranks : of the keys to be drawn, whole, from 1
    bound : what the share of keys above is at most, expected over hashes;  plain, careful : that share, measured, with
    ordinary and with conservative update;  truth, estimate : counts of ``ranks``, at least 0.5 to be drawn
    now : epsilon, delta, share of keys over epsilon x stream (plain, conservative), mean excess (plain, conservative),
        stream / width, most excess, keys under-counted (none, ever), counters in all
    """
    keys = seen.shape[0]
    for i in range(width * depth):
        counts[i] = 0
        raised[i] = 0
    for k in range(keys):
        seen[k] = 0
    seed_stream(seed, 14, state)
    zipf_table(alpha, table)
    for _ in range(stream):
        key = zipf(state, table)
        seen[key] += 1
        count_min_add(counts, width, depth, seed, key)
        count_min_raise(raised, width, depth, seed, key)
    unit = float(stream) / width
    now[0] = math.exp(1.0) / width
    now[1] = math.exp(-float(depth))
    limit = now[0] * stream
    under = 0
    for which in range(2):
        over = 0
        total = 0.0
        for k in range(keys):
            if which == 0:
                excess[k] = float(count_min_query(counts, width, depth, seed, k) - seen[k])
                now[7] = max(now[7], excess[k])
            else:
                excess[k] = float(count_min_query(raised, width, depth, seed, k) - seen[k])
            total += excess[k]
            if excess[k] > limit:
                over += 1
            if excess[k] < 0.0:
                under += 1
        now[2 + which] = float(over) / keys
        now[4 + which] = total / keys
        if which == 0:
            excess_curve(excess, unit, times, plain)
        else:
            excess_curve(excess, unit, times, careful)
    now[6] = unit
    now[8] = under
    now[9] = float(width * depth)
    for j in range(times.shape[0]):
        bound[j] = 1.0
        if times[j] > 1.0:
            bound[j] = math.pow(times[j], -float(depth))
    for j in range(ranks.shape[0]):
        key = int(ranks[j]) - 1
        truth[j] = max(float(seen[key]), 0.5)
        estimate[j] = max(float(count_min_query(counts, width, depth, seed, key)), 0.5)


def _filter(size, hashes, items):
    size, hashes = checks.whole("size", size, 2, 2**31), checks.whole("hashes", hashes, 1, 64)
    return size, hashes, checks.whole("items", items)


def classic_false_positives(size, hashes, items) -> float:
    """False positive rate of a Bloom filter by the formula in use: (1 - (1 - 1/size)^(hashes x items))^hashes.

    A little too low for more than one hash, since it puts the mean share of set bits to the power of the hashes.
    size : bits, from 2;  hashes : from 1 to 64;  items : added. Raises ValueError. Explained in chapter 2, section 1.
    """
    return bloom_rate(*(float(n) for n in _filter(size, hashes, items)))


def exact_false_positives(size, hashes, items) -> float:
    """The same rate without approximation, for hashes that are independent.

    The bits asked for are j different ones with the chance of throws into cells; that all of them are set follows by
    inclusion and exclusion. Raises ValueError. Source: Christensen, Roginsky and Jimeno 2010 compute the same rate.
    Explained in chapter 2, section 1.
    """
    size, hashes, items = _filter(size, hashes, items)
    with decimal.localcontext(prec=80):
        bits, total = decimal.Decimal(size), decimal.Decimal(0)
        chance = [decimal.Decimal(1)] + [decimal.Decimal(0)] * hashes  # of j different bits so far
        for _ in range(hashes):
            for j in range(hashes, 0, -1):
                chance[j] = chance[j] * j / bits + chance[j - 1] * (bits - j + 1) / bits
            chance[0] = decimal.Decimal(0)
        empty = [(1 - i / bits) ** (hashes * items) if i < size else decimal.Decimal(0) for i in range(hashes + 1)]
        for j in range(1, min(hashes, size) + 1):
            total += chance[j] * sum((-1) ** i * math.comb(j, i) * empty[i] for i in range(j + 1))
        return float(total)


def measured_false_positives(size, hashes, items, probes=100_000, seed=1) -> float:
    """Share of ``probes`` keys never added that a filter with ``items`` keys claims to hold.

    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    size, hashes, items = _filter(size, hashes, items)
    items, probes = checks.whole("items", items, 0, NEVER_ADDED), checks.whole("probes", probes, 1)
    bits = np.zeros((size + BITS - 1) // BITS, dtype=np.int64)
    bloom_fill(bits, size, hashes, int(seed), items)
    return bloom_wrong(bits, size, hashes, int(seed), probes)


def best_hashes(size, items) -> int:
    """The number of hashes, 1 to 64, with the fewest false positives: near size / items x ln 2.

    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    size, _, items = _filter(size, 1, items)
    return min(range(1, 65), key=lambda hashes: bloom_rate(float(size), float(hashes), float(items)))


def bits_for(items, rate) -> int:
    """Bits of a Bloom filter that holds ``items`` keys at a false positive rate, with the best number of hashes.

    items x log2(1/rate) / ln 2, rounded up. rate : between 0 and 1. Raises ValueError. Explained in chapter 2, section 1.
    """
    items = checks.whole("items", items, 1)
    rate = checks.number("rate", checks.positive("rate", rate), 0, 1)
    return math.ceil(items * math.log2(1 / rate) / LN_2)


def count_min_size(epsilon, delta) -> tuple[int, int]:
    """Width and depth of a count-min sketch that over-counts a key by more than ``epsilon`` of the stream with a
    chance of at most ``delta``: e / epsilon, ln(1 / delta), rounded up.

    Raises ValueError unless both are above 0 and at most 1. Explained in chapter 2, section 1.
    """
    epsilon, delta = (
        checks.number(n, checks.positive(n, v), 0, 1) for n, v in (("epsilon", epsilon), ("delta", delta))
    )
    return math.ceil(math.e / epsilon), max(math.ceil(math.log(1 / delta)), 1)


def excess(alpha, width, depth, stream=20_000, keys=2000, seed=1, conservative=False) -> np.ndarray:
    """By how much a count-min sketch over-counts each key of a Zipf stream.

    Raises ValueError for arguments out of range. Explained in chapter 2, section 1.
    """
    alpha, seed = checks.number("alpha", alpha, 0, 4), checks.whole("seed", seed, 0, MASK)
    width, depth = checks.whole("width", width, 1, 2**31), checks.whole("depth", depth, 1, 64)
    keys, stream = checks.whole("keys", keys, 1), checks.whole("stream", stream, 1)
    counts, raised = (np.empty(width * depth, dtype=np.int64) for _ in range(2))
    seen, state = np.empty(keys, dtype=np.int64), np.empty(STATE_SIZE, dtype=np.int64)
    blank = [np.empty(1) for _ in range(5)]
    count_min_figure(
        width, depth, alpha, seed, stream, np.ones(1), np.ones(1), *blank, np.zeros(10), counts, raised, seen,
        np.empty(keys), np.empty(keys), state,
    )  # fmt: skip
    kept = raised if conservative else counts
    estimates = [count_min_query(kept, width, depth, seed, key) for key in range(keys)]
    return np.array(estimates) - seen
