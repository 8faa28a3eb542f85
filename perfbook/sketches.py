"""Sketches: small summaries of a large stream. The Bloom filter (was it seen?) and the count-min sketch (how often?).

Both hash a key twice to 32 bits and step from the first hash by the second, which serves as any number of hashes.

Sources: B. H. Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, CACM 13(7), 1970; G. Cormode and
S. Muthukrishnan, An Improved Data Stream Summary: The Count-Min Sketch and its Applications, J. Algorithms 55(1), 2005;
A. Kirsch and M. Mitzenmacher, Less Hashing, Same Performance: Building a Better Bloom Filter, ESA 2006.
Explained in chapter 2, section 1.
"""

import numpy as np

from .checks import whole
from .kernel import Ints, kernel
from .rng import MASK, mix32

BITS = 32  # of a Bloom filter in one word


@kernel
def first_hash(key: int, seed: int) -> int:
    """Where a key's sequence of hashes starts: 32 bits."""
    return mix32((key & MASK) ^ mix32((seed & MASK) + 0x3C6EF372))


@kernel
def hash_step(key: int, seed: int) -> int:
    """How far a key's next hash is from the one before, modulo 2**32: odd, so that it is never none."""
    return mix32(((key & MASK) + 0x9E3779B9) ^ mix32((seed & MASK) + 0x1B873593)) | 1


@kernel
def bloom_add(bits: Ints, size: int, hashes: int, seed: int, key: int) -> int:
    """Add ``key``, a whole number; returns 1 if the filter did not hold it before, 0 if it said that it did.

    bits : the filter, 32 bits a word, at least ``size / 32`` words, zero at first;  size : bits, from 1 to 2**31
    hashes : bits set for each key
    """
    place = first_hash(key, seed)
    step = hash_step(key, seed)
    fresh = 0
    for _ in range(hashes):
        bit = (place * size) >> 32
        word = bits[bit >> 5]
        kept = word | (1 << (bit & 31))
        if kept != word:
            bits[bit >> 5] = kept
            fresh = 1
        place = (place + step) & MASK
    return fresh


@kernel
def bloom_query(bits: Ints, size: int, hashes: int, seed: int, key: int) -> int:
    """Whether the filter says that it holds ``key``: 1 always if it was added, and at times if it was not; else 0."""
    place = first_hash(key, seed)
    step = hash_step(key, seed)
    for _ in range(hashes):
        bit = (place * size) >> 32
        if (bits[bit >> 5] >> (bit & 31)) & 1 == 0:
            return 0
        place = (place + step) & MASK
    return 1


@kernel
def count_min_add(counts: Ints, width: int, depth: int, seed: int, key: int) -> None:
    """Count ``key`` once more: one counter in each of ``depth`` rows.

    counts : ``depth`` rows of ``width`` counters, row after row, zero at first
    """
    place = first_hash(key, seed)
    step = hash_step(key, seed)
    for row in range(depth):
        counts[row * width + ((place * width) >> 32)] += 1
        place = (place + step) & MASK


@kernel
def count_min_query(counts: Ints, width: int, depth: int, seed: int, key: int) -> int:
    """The least of the key's counters: never below how often it was counted, above it where others share all."""
    place = first_hash(key, seed)
    step = hash_step(key, seed)
    least = counts[(place * width) >> 32]
    for row in range(1, depth):
        place = (place + step) & MASK
        least = min(least, counts[row * width + ((place * width) >> 32)])
    return least


@kernel
def count_min_raise(counts: Ints, width: int, depth: int, seed: int, key: int) -> None:
    """`count_min_add` with conservative update: only the key's least counters go up, so that it over-counts less.

    Source: C. Estan and G. Varghese, New Directions in Traffic Measurement and Accounting, SIGCOMM 2002.
    """
    least = count_min_query(counts, width, depth, seed, key)
    place = first_hash(key, seed)
    step = hash_step(key, seed)
    for row in range(depth):
        at = row * width + ((place * width) >> 32)
        if counts[at] == least:
            counts[at] = least + 1
        place = (place + step) & MASK


class BloomFilter:
    """A set of whole numbers that may say yes to one that it does not hold, and never no to one that it does.

    size : bits;  hashes : bits set for each key;  seed : another seed, other hashes
    Raises ValueError unless size is from 1 to 2**31 and hashes from 1 to 64. Explained in chapter 2, section 1.
    """

    def __init__(self, size, hashes, seed=1):
        self.size = whole("size", size, 1, 2**31)
        self.hashes = whole("hashes", hashes, 1, 64)
        self.seed = whole("seed", seed, 0, MASK)
        self.bits = np.zeros((self.size + BITS - 1) // BITS, dtype=np.int64)

    def add(self, key) -> bool:
        """Add ``key``; returns whether the filter did not hold it before."""
        return bool(bloom_add(self.bits, self.size, self.hashes, self.seed, int(key)))

    def __contains__(self, key):
        return bool(bloom_query(self.bits, self.size, self.hashes, self.seed, int(key)))


class CountMin:
    """How often each whole number was added, at least: the estimate is never too small.

    width : counters a row;  depth : rows;  conservative : raise only a key's least counters, which over-counts less
    Raises ValueError unless width is from 1 to 2**31 and depth from 1 to 64. Explained in chapter 2, section 1.
    """

    def __init__(self, width, depth, seed=1, conservative=False):
        self.width = whole("width", width, 1, 2**31)
        self.depth = whole("depth", depth, 1, 64)
        self.seed = whole("seed", seed, 0, MASK)
        self.counts = np.zeros(self.width * self.depth, dtype=np.int64)
        self._count = count_min_raise if conservative else count_min_add

    def add(self, key) -> None:
        self._count(self.counts, self.width, self.depth, self.seed, int(key))

    def query(self, key) -> int:
        return int(count_min_query(self.counts, self.width, self.depth, self.seed, int(key)))
