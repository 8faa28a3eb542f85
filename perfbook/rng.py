"""Random numbers for kernels: xoshiro128++ in 32-bit arithmetic, the same stream on every engine.

The state is an Ints array of four words. Words are held in int64 and masked to 32 bits, so that
no engine overflows or wraps. Every draw is a kernel, and kernels call each other.

Source: D. Blackman and S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 47(4), 2021;
seeding by SplitMix-style mixing with the 32-bit finalizer of MurmurHash3 (A. Appleby).
"""

import math

import numpy as np

from .checks import whole
from .kernel import Floats, Ints, kernel

MASK = 0xFFFFFFFF
STATE_SIZE = 4


@kernel
def mix32(x: int) -> int:
    """The 32-bit finalizer of MurmurHash3: every input bit changes about half of the output's."""
    x = x & MASK
    x = x ^ (x >> 16)
    x = multiply32(x, 0x85EBCA6B)
    x = x ^ (x >> 13)
    x = multiply32(x, 0xC2B2AE35)
    return x ^ (x >> 16)


@kernel
def multiply32(a: int, b: int) -> int:
    """The low 32 bits of a product of two 32-bit words, without a 64-bit overflow on the way."""
    low = (a & MASK) * (b & 0xFFFF)
    high = ((a & MASK) * ((b >> 16) & 0xFFFF)) & MASK
    return (low + ((high << 16) & MASK)) & MASK


@kernel
def seed_stream(seed: int, stream: int, state: Ints) -> None:
    """Start ``state`` (four words) from a seed and a stream number: different pairs, unrelated streams."""
    x = mix32((seed & MASK) ^ mix32((stream & MASK) + 0x632BE5AB))
    nonzero = 0
    for i in range(4):
        x = (x + 0x9E3779B9) & MASK
        state[i] = mix32(x)
        nonzero = nonzero | state[i]
    if nonzero == 0:
        state[0] = 1


@kernel
def next_u32(state: Ints) -> int:
    """The next 32-bit word of xoshiro128++."""
    s0 = state[0]
    s1 = state[1]
    s2 = state[2]
    s3 = state[3]
    total = (s0 + s3) & MASK
    result = (((total << 7) & MASK) | (total >> 25)) + s0
    t = (s1 << 9) & MASK
    s2 = s2 ^ s0
    s3 = s3 ^ s1
    s1 = s1 ^ s2
    s0 = s0 ^ s3
    s2 = s2 ^ t
    state[0] = s0
    state[1] = s1
    state[2] = s2
    state[3] = ((s3 << 11) & MASK) | (s3 >> 21)
    return result & MASK


@kernel
def uniform(state: Ints) -> float:
    """A number strictly between 0 and 1, in steps of 2**-32: never 0, so that its logarithm is finite."""
    return (next_u32(state) + 0.5) / 4294967296.0


@kernel
def exponential(state: Ints) -> float:
    """An exponential variate of mean 1, by inversion."""
    return -math.log(uniform(state))


@kernel
def normal(state: Ints) -> float:
    """A standard normal variate, by Marsaglia's polar method (one of the pair; the other is dropped)."""
    while True:
        u = 2.0 * uniform(state) - 1.0
        v = 2.0 * uniform(state) - 1.0
        s = u * u + v * v
        if 0.0 < s < 1.0:
            return u * math.sqrt(-2.0 * math.log(s) / s)


@kernel
def below(state: Ints, n: int) -> int:
    """A whole number from 0 to n - 1, each as likely: Lemire's multiplication, rejecting the short remainder.

    n : from 1 to 2**31
    Source: D. Lemire, Fast Random Integer Generation in an Interval, ACM TOMACS 29(1), 2019.
    """
    threshold = 4294967296 % n
    while True:
        product = next_u32(state) * n
        if (product & MASK) >= threshold:
            return product >> 32


@kernel
def shuffle(state: Ints, items: Floats) -> None:
    """Put ``items`` in a uniformly random order, in place (Fisher and Yates, Durstenfeld's form)."""
    for i in range(items.shape[0] - 1, 0, -1):
        j = below(state, i + 1)
        kept = items[i]
        items[i] = items[j]
        items[j] = kept


@kernel
def zipf_table(exponent: float, cumulative: Floats) -> None:
    """Fill ``cumulative`` with P(rank <= k+1) of a Zipf law: P(rank k) proportional to k**-exponent."""
    total = 0.0
    for k in range(cumulative.shape[0]):
        total += (k + 1.0) ** -exponent
        cumulative[k] = total
    for k in range(cumulative.shape[0]):
        cumulative[k] = cumulative[k] / total
    cumulative[cumulative.shape[0] - 1] = 1.0


@kernel
def zipf(state: Ints, cumulative: Floats) -> int:
    """A rank from 0 (the most popular) to n - 1, drawn from ``zipf_table``'s table by bisection."""
    u = uniform(state)
    low = 0
    high = cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] < u:
            low = middle + 1
        else:
            high = middle
    return low


def new_state(seed: int, stream: int = 0) -> Ints:
    """A fresh generator state for a seed and a stream number, both whole numbers from 0 to 2**32 - 1.

    Raises ValueError for others.
    """
    state = np.empty(STATE_SIZE, dtype=np.int64)
    seed_stream(whole("seed", seed, 0, MASK), whole("stream", stream, 0, MASK), state)
    return state
