"""Caches behind caches: the mean time of an access, where it goes, and how it grows with the working set.

A level is a size and a number of cycles. Whether that number is the whole time of an access that ends there, or what
the level adds to those before it, has to be said: the mean is another.

Explained in chapter 2, section 1.
"""

import dataclasses
import math
import time

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel

LOG_2 = 0.6931471805599453
LEVELS = 4  # three caches and the memory behind them


@dataclasses.dataclass(frozen=True)
class Machine:
    """Sizes of three caches in bytes, and the cycles of each and of the memory behind them."""

    sizes: tuple
    cycles: tuple


# What the episode has; and what was measured on a Core i5-1035G1 (source: uops.info), whose memory we assume to take 200.
EPISODE = Machine((32_768, 262_144, 8_388_608), (1.0, 4.0, 12.0, 100.0))
ICE_LAKE = Machine((49_152, 524_288, 6_291_456), (5.0, 13.0, 41.0, 200.0))


@kernel
def level_shares(hit_rates: Floats, share: Floats) -> None:
    """Share of accesses that end at each level; ``hit_rates`` are each level's own, of those that reach it."""
    reach = 1.0
    for i in range(hit_rates.shape[0]):
        share[i] = reach * hit_rates[i]
        reach -= share[i]
    share[hit_rates.shape[0]] = reach


@kernel
def mean_access(share: Floats, cycles: Floats, first: int, whole: Floats, added: Floats) -> None:
    """Cycles of a mean access that go to each level, in the two ways of reading ``cycles`` (from place ``first``).

    whole : each number is the whole time of an access that ends there;  added : each level adds its number for all
    that reach it
    """
    reach = 1.0
    for i in range(share.shape[0]):
        whole[i] = share[i] * cycles[first + i]
        added[i] = reach * cycles[first + i]
        reach -= share[i]


@kernel
def levels_figure(
    machine: int,
    l1: float,
    l2: float,
    l3: float,
    cycles: Floats,
    share: Floats,
    edges: Floats,
    middle: Floats,
    shown: Floats,
    now: Floats,
    rates: Floats,
    whole: Floats,
    added: Floats,
) -> None:
    """The figure: three bars, each cut by level: of accesses, of time if numbers are whole, of time if they add.

    l1, l2, l3 : hit rates of the levels, each of what reaches it;  cycles : four a machine
    edges : five a bar, from 0 to 1;  middle, shown : of each piece, and whether it is wide enough to be named
    now : mean cycles if whole, if added, the same without the third level
    """
    rates[0] = l1
    rates[1] = l2
    rates[2] = l3
    level_shares(rates, share)
    mean_access(share, cycles, LEVELS * machine, whole, added)
    now[0] = 0.0
    now[1] = 0.0
    for i in range(LEVELS):
        now[0] += whole[i]
        now[1] += added[i]
    now[2] = now[0] - whole[2] + share[2] * cycles[LEVELS * machine + 3]
    now[3] = now[1] - added[2] + share[2] * cycles[LEVELS * machine + 3]
    for bar in range(3):
        at = 0.0
        for i in range(LEVELS):
            edges[5 * bar + i] = at
            part = share[i]
            if bar == 1:
                part = whole[i] / now[0]
            elif bar == 2:
                part = added[i] / now[1]
            middle[LEVELS * bar + i] = at + 0.5 * part
            shown[LEVELS * bar + i] = 1.0 if part >= 0.12 else 0.0
            at += part
        edges[5 * bar + 4] = at


@kernel
def working_set_cycles(working_set: float, sizes: Floats, cycles: Floats, first: int, caches: int) -> float:
    """Mean cycles of accesses spread evenly over ``working_set`` bytes, each number the whole time of an access.

    A cache of S bytes then holds the share S/W of what is used, whatever its policy, and each level what is in the
    one before. sizes : from place ``first`` times 3/4 of ``cycles``;  caches : levels in use, 0 to 3
    """
    inside = 0.0
    total = 0.0
    for i in range(caches):
        reached = max(inside, min(1.0, sizes[3 * first // LEVELS + i] / working_set))
        total += (reached - inside) * cycles[first + i]
        inside = reached
    return total + (1.0 - inside) * cycles[first + LEVELS - 1]


@kernel
def chase(follow: Ints, start: int, steps: int) -> int:
    """Where one comes to from place ``start`` by going to ``follow[place]`` so many times: each load waits for the last."""
    at = start
    for _ in range(steps):
        at = follow[at]
    return at


@kernel
def working_set_figure(
    log2_kib: float, machine: int, sizes: Floats, cycles: Floats, kib: Floats, curve: Floats, other: Floats, now: Floats
) -> None:
    """The figure: cycles by working set, on the chosen machine and on the other, and at the present set.

    log2_kib : the working set, as a power of two of KiB;  sizes, cycles : three and four a machine, two machines
    now : working set in KiB, its cycles here and on the other machine, cycles here without any cache,
        sizes of the caches here in KiB
    """
    first = LEVELS * machine
    second = LEVELS - first
    for j in range(kib.shape[0]):
        curve[j] = working_set_cycles(1024.0 * kib[j], sizes, cycles, first, 3)
        other[j] = working_set_cycles(1024.0 * kib[j], sizes, cycles, second, 3)
    now[0] = math.exp(log2_kib * LOG_2)
    now[1] = working_set_cycles(1024.0 * now[0], sizes, cycles, first, 3)
    now[2] = working_set_cycles(1024.0 * now[0], sizes, cycles, second, 3)
    now[3] = cycles[first + LEVELS - 1]
    for i in range(LEVELS - 1):
        now[4 + i] = sizes[(LEVELS - 1) * machine + i] / 1024.0


@dataclasses.dataclass(frozen=True)
class MeanAccess:
    """Mean cycles of an access: ``whole`` if each level's number is the whole time, ``added`` if they add up.

    whole_parts, added_parts : of those, what goes to each level;  share : of accesses, what ends at each level
    """

    whole: float
    added: float
    whole_parts: np.ndarray
    added_parts: np.ndarray
    share: np.ndarray


def average_access(hit_rates, cycles) -> MeanAccess:
    """Mean access time of a hierarchy, in the two ways of reading its numbers.

    hit_rates : of each cache, of the accesses that reach it, from 0 to 1
    cycles : of each cache and of the memory behind the last, one more than there are hit rates
    Raises ValueError for other arguments. Explained in chapter 2, section 1.
    """
    rates = np.atleast_1d(checks.not_negative("hit_rates", hit_rates))
    cycles = np.atleast_1d(checks.not_negative("cycles", cycles))
    if np.any(rates > 1):
        raise ValueError(f"hit_rates must be at most 1, got {hit_rates}")
    if len(cycles) != len(rates) + 1:
        raise ValueError(f"cycles must be one more than hit_rates, got {len(cycles)} and {len(rates)}")
    share, whole, added = (np.empty(len(cycles)) for _ in range(3))
    level_shares(rates, share)
    mean_access(share, cycles, 0, whole, added)
    return MeanAccess(float(whole.sum()), float(added.sum()), whole, added, share)


def working_set_access(working_set, machine=EPISODE) -> float:
    """Mean cycles of accesses spread evenly over ``working_set`` bytes; raises ValueError unless that is above 0.

    Explained in chapter 2, section 1.
    """
    checks.positive("working_set", working_set)
    return working_set_cycles(float(working_set), np.array(machine.sizes, dtype=float), np.array(machine.cycles), 0, 3)


LINE = 64  # bytes that come into a cache together


def ring_of_lines(working_set, seed=1) -> np.ndarray:
    """A chain for ``chase`` that visits every line of ``working_set`` bytes once before it comes back, in random order.

    working_set : bytes, rounded down to lines, at least two of them
    Raises ValueError for less. Explained in chapter 2, section 1.
    """
    lines = checks.whole("working_set", working_set, 2 * LINE) // LINE
    words = LINE // 8
    order = np.random.default_rng(seed).permutation(lines) * words
    follow = np.zeros(lines * words, dtype=np.int64)
    follow[order] = np.roll(order, -1)
    return follow


def measured_access(working_set, steps=1_000_000, repeats=3) -> float:
    """Seconds an access over ``working_set`` bytes takes on this machine, used evenly and out of order: the best of a few.

    Each access needs the one before, so that none overlaps another. Explained in chapter 2, section 1.
    """
    follow, times = ring_of_lines(working_set), []
    at = chase(follow, 0, len(follow) * 8 // LINE)  # once round, into the caches
    for _ in range(checks.whole("repeats", repeats, 1)):
        begun = time.perf_counter()
        at = chase(follow, at, checks.whole("steps", steps, 1))
        times.append(time.perf_counter() - begun)
    return min(times) / steps
