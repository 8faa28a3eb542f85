"""Five rules that give a key a node: modulo, ring, rendezvous, jump, Maglev; what each moves and how each spreads.

Keys and nodes are whole numbers here and hashes 32-bit words (see `perfbook.hashring`). Jump hash keeps its 64-bit
arithmetic, in halves of 32 bits, so that no engine overflows.

Sources: D. Thaler and C. Ravishankar, Using Name-Based Mappings to Increase Hit Rates, IEEE/ACM Transactions on
Networking 6(1), 1998 (rendezvous); C. Schindelhauer and G. Schomaker, Weighted Distributed Hash Tables, SPAA 2005
(its weights); J. Lamping and E. Veach, A Fast, Minimal Memory, Consistent Hash Algorithm, 2014 (jump); D. Eisenbud
et al., Maglev, NSDI 2016. Explained in chapter 2, section 3.
"""

import math

import numpy as np

from . import checks
from .hashring import DIGITS, NODES, VIRTUAL_NODES, build_ring, first_point, key_place, node_word
from .kernel import Floats, Ints, kernel
from .rng import MASK, mix32, multiply32

MODULO, RING, RENDEZVOUS, JUMP, MAGLEV = range(5)
SCHEMES = {"modulo": MODULO, "ring": RING, "rendezvous": RENDEZVOUS, "jump": JUMP, "Maglev": MAGLEV}
ROWS = 65537  # of Maglev's table: the paper's smaller one, a prime


@kernel
def jump(high: int, low: int, buckets: int) -> int:
    """Jump consistent hash of a 64-bit key, given as two 32-bit words, into 0 to ``buckets`` - 1.

    The key steps through the linear congruential generator key * 2862933555777941757 + 1, modulo 2**64.
    """
    bucket = -1
    following = 0
    while following < buckets:
        bucket = following
        upper = low * 0x87B0  # the multiplier is 0x27BB2EE6_87B0B0FD
        total = low * 0xB0FD + ((upper & 0xFFFF) << 16) + 1
        high = ((total >> 32) + (upper >> 16) + multiply32(high, 0x87B0B0FD) + multiply32(low, 0x27BB2EE6)) & MASK
        low = total & MASK
        following = int((bucket + 1.0) * (2147483648.0 / ((high >> 1) + 1.0)))
    return bucket


@kernel
def highest_weight(place: int, count: int, words: Ints) -> int:
    """The number of the word, of the first ``count``, whose hash together with ``place`` is the highest."""
    best = -1
    chosen = 0
    for i in range(count):
        score = mix32(place ^ words[i])
        if score > best:
            best = score
            chosen = i
    return chosen


@kernel
def highest_weighted(place: int, words: Ints, weights: Floats) -> int:
    """Rendezvous with weights: the node of the highest -w/ln u, u its hash with ``place`` between 0 and 1.

    A node of weight 0 is never chosen. -ln u is exponential, so each node's w/(-ln u) wins in proportion to its w.
    """
    best = -1.0
    chosen = 0
    for i in range(words.shape[0]):
        if weights[i] > 0.0:
            score = -weights[i] / math.log((mix32(place ^ words[i]) + 0.5) / 4294967296.0)
            if score > best:
                best = score
                chosen = i
    return chosen


@kernel
def fill_maglev(count: int, rows: int, offset: Ints, skip: Ints, table: Ints) -> None:
    """Fill the first ``rows`` places of ``table`` with numbers from 0 to ``count`` - 1, by Maglev's rule.

    Each node in turn takes the next free place of its own permutation (offset + i * skip) mod rows, rows a prime.
    On return ``offset`` holds where each node stopped.
    """
    for i in range(rows):
        table[i] = -1
    filled = 0
    while filled < rows:
        for i in range(count):
            at = offset[i]
            while table[at] >= 0:
                at += skip[i]
                if at >= rows:
                    at -= rows
            table[at] = i
            offset[i] = at
            filled += 1
            if filled == rows:
                break


@kernel
def place_keys(
    scheme: int,
    count: int,
    nodes: Ints,
    virtual: int,
    rows: int,
    seed: int,
    keys: int,
    owner: Ints,
    points: Ints,
    words: Ints,
    skip: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    table: Ints,
) -> None:
    """The node of each key from 0 to ``keys`` - 1 among the first ``count`` of ``nodes``, lowest first.

    scheme : 0 modulo, 1 ring with ``virtual`` points a node, 2 rendezvous, 3 jump, 4 Maglev with ``rows`` rows
    owner : filled, a node's number a key;  points, words, skip (a node), ring, spare, digits, table : scratch
    Modulo and jump know only how many nodes there are: they number them in the order of ``nodes``.
    """
    total = 0
    for i in range(count):
        points[i] = virtual
        words[i] = node_word(nodes[i], seed)
    if scheme == RING:
        total = build_ring(count, nodes, points, seed, ring, spare, digits)
    if scheme == MAGLEV:
        for i in range(count):
            skip[i] = mix32(words[i] + 1) % (rows - 1) + 1
            words[i] = words[i] % rows
        fill_maglev(count, rows, words, skip, table)
    for key in range(keys):
        place = key_place(key, seed)
        if scheme == RING:
            owner[key] = ring[first_point(ring, total, place)] % NODES
        elif scheme == RENDEZVOUS:
            owner[key] = nodes[highest_weight(place, count, words)]
        elif scheme == JUMP:
            owner[key] = nodes[jump(place, mix32(place + 1), count)]
        elif scheme == MAGLEV:
            owner[key] = nodes[table[place % rows]]
        else:
            owner[key] = nodes[place % count]


@kernel
def compare_schemes(
    before: int,
    after: int,
    virtual: int,
    rows: int,
    seed: int,
    keys: int,
    moved: Floats,
    between: Floats,
    fullest: Floats,
    deviation: Floats,
    now: Floats,
    load: Ints,
    nodes: Ints,
    old: Ints,
    owner: Ints,
    points: Ints,
    words: Ints,
    skip: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    table: Ints,
) -> None:
    """The figure: the same keys by each scheme on ``before`` and then on ``after`` nodes, the last ones added or gone.

    moved : share of the keys that change their node;  between : of those that move from a node that stays to another
    fullest : keys of the fullest node over the mean, afterwards;  deviation : coefficient of variation of the loads
    now : the least share that any even scheme must move, what modulo moves, and the chance variation √((n−1)/keys)
    """
    for i in range(nodes.shape[0]):
        nodes[i] = i
    for scheme in range(5):
        place_keys(
            scheme, before, nodes, virtual, rows, seed, keys, old, points, words, skip, ring, spare, digits, table
        )
        place_keys(
            scheme, after, nodes, virtual, rows, seed, keys, owner, points, words, skip, ring, spare, digits, table
        )
        for i in range(after):
            load[i] = 0
        gone = 0
        astray = 0
        for key in range(keys):
            load[owner[key]] += 1
            if owner[key] != old[key]:
                gone += 1
                if owner[key] < before and old[key] < after:
                    astray += 1
        most = 0
        squares = 0.0
        for i in range(after):
            most = max(most, load[i])
            squares += (load[i] * after / keys - 1.0) * (load[i] * after / keys - 1.0)
        moved[scheme] = gone / keys
        between[scheme] = astray / keys
        fullest[scheme] = most * after / keys
        deviation[scheme] = math.sqrt(squares / after)
    now[0] = 1.0 - min(before, after) / max(before, after)
    now[1] = 1.0 - modulo_kept(before, after)
    now[2] = math.sqrt((after - 1.0) / keys)


@kernel
def modulo_kept(before: int, after: int) -> float:
    """Share of keys whose remainder is the same modulo both: min/lcm, by the Chinese remainder theorem."""
    a = before
    b = after
    while b > 0:
        rest = a % b
        a = b
        b = rest
    return min(before, after) / (before / a * after)


def jump_hash(key: int, buckets: int) -> int:
    """Jump consistent hash: the bucket, from 0 to ``buckets`` - 1, of a 64-bit key.

    key : a whole number from 0 to 2**64 - 1, already a hash;  buckets : from 1 to 2**31 - 1
    Raises ValueError outside. Source: Lamping and Veach 2014. Explained in chapter 2, section 3.
    """
    key, buckets = checks.whole("key", key, 0, 2**64 - 1), checks.whole("buckets", buckets, 1, 2**31 - 1)
    return int(jump(key >> 32, key & MASK, buckets))


def rendezvous(key: int, weights, seed=1) -> int:
    """The number of the node that wins a key by the highest -w/ln u. ``weights`` : one a node, 0 or more, not all 0.

    Raises ValueError for a negative weight or none above 0. Explained in chapter 2, section 3.
    """
    weights = np.atleast_1d(np.asarray(checks.not_negative("weights", weights), dtype=float))
    if not np.any(weights > 0) or not np.all(np.isfinite(weights)):
        raise ValueError(f"weights must be finite and one of them above 0, got {weights}")
    words = np.array([node_word(i, seed) for i in range(len(weights))], dtype=np.int64)
    return int(highest_weighted(key_place(checks.whole("key", key), seed), words, weights))


def maglev_table(nodes: int, rows=ROWS, seed=1) -> np.ndarray:
    """Maglev's lookup table: the node, from 0 to ``nodes`` - 1, of each row. ``rows`` : a prime above ``nodes``.

    Raises ValueError otherwise. Source: Eisenbud et al. 2016, section 3.4. Explained in chapter 2, section 3.
    """
    nodes, rows = checks.whole("nodes", nodes, 1, NODES), checks.whole("rows", rows, 2)
    if rows <= nodes or any(rows % d == 0 for d in range(2, math.isqrt(rows) + 1)):
        raise ValueError(f"rows must be a prime above the number of nodes, got {rows} for {nodes} nodes")
    words = [node_word(i, seed) for i in range(nodes)]
    offset = np.array([word % rows for word in words], dtype=np.int64)
    skip = np.array([mix32(word + 1) % (rows - 1) + 1 for word in words], dtype=np.int64)
    table = np.empty(rows, dtype=np.int64)
    fill_maglev(nodes, rows, offset, skip, table)
    return table


def place(scheme: str, nodes, keys: int, virtual=VIRTUAL_NODES, rows=ROWS, seed=1) -> np.ndarray:
    """The node of each of the keys 0 to ``keys`` - 1.

    scheme : "modulo", "ring", "rendezvous", "jump" or "Maglev";  nodes : how many, or their numbers (below 4,096)
    virtual : points of a node on the ring;  rows : of Maglev's table, a prime;  seed : another hash function each
    Raises ValueError outside these. Explained in chapter 2, section 3.
    """
    code = SCHEMES[checks.one_of("scheme", scheme, SCHEMES)]
    numbers = range(checks.whole("nodes", nodes, 1, NODES)) if np.ndim(nodes) == 0 else sorted(nodes)
    nodes = np.array([checks.whole("nodes", node, 0, NODES - 1) for node in numbers], dtype=np.int64)
    if len(np.unique(nodes)) != len(nodes) or not len(nodes):
        raise ValueError(f"nodes must be different and at least one, got {nodes}")
    keys, virtual = checks.whole("keys", keys, 1), checks.whole("virtual", virtual, 1)
    size = len(nodes) * virtual if code == RING else 1
    scratch = [np.zeros(n, dtype=np.int64) for n in (*[len(nodes)] * 3, size, size, DIGITS, rows)]
    owner = np.empty(keys, dtype=np.int64)
    place_keys(code, len(nodes), nodes, virtual, checks.whole("rows", rows, 2), seed, keys, owner, *scratch)
    return owner


def moved(scheme: str, before, after, keys=100_000, **options) -> float:
    """Share of keys whose node changes from ``before`` nodes to ``after``; counts or lists, as for `place`."""
    return float(np.mean(place(scheme, before, keys, **options) != place(scheme, after, keys, **options)))


def least_moved(before: int, after: int) -> float:
    """The least share of keys that must move for an even spread over ``after`` nodes: 1 - min/max."""
    before, after = checks.whole("before", before, 1), checks.whole("after", after, 1)
    return 1 - min(before, after) / max(before, after)


def modulo_moved(before: int, after: int) -> float:
    """Share of keys that modulo moves: 1 - min/lcm. Explained in chapter 2, section 3."""
    return 1 - float(modulo_kept(checks.whole("before", before, 1), checks.whole("after", after, 1)))
