"""Workloads for a cache: which object is asked for, access by access, as numbers from 0.

Kernels fill the first ``accesses`` entries of ``trace``. Popularity follows Zipf's law, drawn exactly from
`perfbook.rng.zipf_table`'s table, with a guide into it: a few steps a draw, for any number of objects.

Explained in chapter 2, section 1.
"""

import dataclasses
import functools
import keyword
import os
import pathlib
import sysconfig
import tokenize
from importlib.resources import files

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, seed_stream, zipf_table

STEADY, SCANS, LOOP, DRIFT = range(4)
WORKLOADS = ("steady", "scans", "loop", "drift")

STRETCH, SCANNED = 10_000, 2_500  # of each stretch of accesses, the first so many are a scan's
HOLD = 50  # accesses between two new objects at the top of a drifting ranking


@kernel
def guide_table(cumulative: Floats, guide: Ints) -> None:
    """Fill ``guide[j]`` with the first rank whose cumulative probability reaches j / m.

    cumulative : of `perfbook.rng.zipf_table`;  guide : m places, a power of two, so that j / m is exact
    Source: H.-C. Chen and Y. Asau, On Generating Random Variates from an Empirical Distribution, AIIE Trans. 6, 1974.
    """
    rank = 0
    places = guide.shape[0]
    for j in range(places):
        while cumulative[rank] < j / places:
            rank += 1
        guide[j] = rank


@kernel
def fill_zipf(
    accesses: int, exponent: float, seed: int, trace: Ints, cumulative: Floats, guide: Ints, state: Ints
) -> None:  # fmt: skip
    """Fill a trace with independent ranks by Zipf's law: the ones that `perfbook.rng.zipf` finds by bisection.

    In two passes, so that the second's look-ups need not wait for the random numbers, each of which needs the one before.
    cumulative : as many places as ranks;  guide : a power of two places;  both and ``state`` are scratch
    """
    zipf_table(exponent, cumulative)
    guide_table(cumulative, guide)
    seed_stream(seed, 20, state)
    fill_u32(accesses, trace, state)
    scale = guide.shape[0] / 4294967296.0
    for i in range(accesses):
        u = (trace[i] + 0.5) / 4294967296.0
        rank = guide[int(trace[i] * scale)]
        while cumulative[rank] < u:
            rank += 1
        trace[i] = rank


@kernel
def fill_u32(count: int, words: Ints, state: Ints) -> None:
    """Fill ``words`` with what `perfbook.rng.next_u32` draws, with the state held in local variables."""
    s0 = state[0]
    s1 = state[1]
    s2 = state[2]
    s3 = state[3]
    for i in range(count):
        total = (s0 + s3) & MASK
        words[i] = ((((total << 7) & MASK) | (total >> 25)) + s0) & MASK
        t = (s1 << 9) & MASK
        s2 = s2 ^ s0
        s3 = s3 ^ s1
        s1 = s1 ^ s2
        s0 = s0 ^ s3
        s2 = s2 ^ t
        s3 = ((s3 << 11) & MASK) | (s3 >> 21)
    state[0] = s0
    state[1] = s1
    state[2] = s2
    state[3] = s3


@kernel
def fill_trace(
    workload: int, accesses: int, alpha: float, capacity: int, seed: int, trace: Ints,
    cumulative: Floats, guide: Ints, state: Ints,
) -> int:  # fmt: skip
    """Fill a trace over n popular objects, one a place of ``cumulative``; returns how many objects there are at all.

    workload : 0 each access is an independent draw from Zipf's law with exponent ``alpha``, object 0 the most popular;
        1 the same, and of each 10,000 accesses the first 2,500 are a scan's, which walks through n other objects;
        2 a loop over 10 % more objects than ``capacity``, at least one more, again and again;
        3 the ranking drifts: each 50 accesses a new object becomes the most popular, and all others go down a place
    cumulative, guide, state : scratch;  guide : a power of two places
    """
    popular = cumulative.shape[0]
    if workload == LOOP:
        length = max(capacity + capacity // 10, capacity + 1)
        x = 0
        for i in range(accesses):
            trace[i] = x
            x += 1
            if x == length:
                x = 0
        return length
    fill_zipf(accesses, alpha, seed, trace, cumulative, guide, state)
    if workload == SCANS:
        scanned = 0
        for i in range(accesses):
            if i % STRETCH < SCANNED:
                trace[i] = popular + scanned
                scanned += 1
                if scanned == popular:
                    scanned = 0
        return 2 * popular
    if workload == DRIFT:
        for i in range(accesses):
            x = trace[i] - (i // HOLD) % popular
            if x < 0:
                x += popular
            trace[i] = x
    return popular


@kernel
def fill_scanned(
    accesses: int, alpha: float, scans: int, length: int, speed: int, seed: int, trace: Ints, users: Floats,
    cumulative: Floats, guide: Ints, state: Ints,
) -> int:  # fmt: skip
    """Fill a trace of users who draw from Zipf's law, through which ``scans`` pass; returns how many objects there are.

    The trace is cut into as many equal parts as scans; each begins a third into its part. While it runs it reads
    ``speed`` objects for each access of a user, ``length`` in all or until its part ends; nobody else asks for them.
    users : filled with the users' accesses in each of as many equal windows of the trace as it has places
    cumulative : as many places as popular objects;  cumulative, guide, state : scratch
    """
    fill_zipf(accesses, alpha, seed, trace, cumulative, guide, state)
    objects = cumulative.shape[0]
    part = accesses // max(scans, 1)
    left = 0
    step = 0
    windows = users.shape[0]
    for window in range(windows):
        drawn = 0
        for i in range(window * accesses // windows, (window + 1) * accesses // windows):
            at = i % part
            if scans > 0 and at == part // 3:
                left = length
                step = 0
            if at == 0:
                left = 0
            if left > 0 and step < speed:
                trace[i] = objects
                objects += 1
                left -= 1
                step += 1
            else:
                drawn += 1
                step = 0
        users[window] = float(drawn)
    return objects


def workload(name, objects, accesses, alpha=1.0, capacity=1, seed=1):
    """A trace by the name of its workload: an array of object numbers, one an access.

    name : "steady", Zipf's law with exponent ``alpha`` over ``objects``; "scans", the same with scans through as many
        other objects, a quarter of the accesses; "loop", round and round over a tenth more objects than ``capacity``;
        "drift", Zipf's law with a ranking in which each 50 accesses a new object takes the top
    Raises ValueError for another name, objects or accesses below 1, alpha outside 0 to 10, capacity below 1.
    Explained in chapter 2, section 1.
    """
    number = WORKLOADS.index(checks.one_of("name", name, WORKLOADS))
    objects = checks.whole("objects", objects, 1, 2**30)
    accesses = checks.whole("accesses", accesses, 1)
    alpha = checks.number("alpha", alpha, 0, 10)
    capacity, seed = checks.whole("capacity", capacity, 1, 2**30), checks.whole("seed", seed, 0, MASK)
    trace = np.empty(accesses, dtype=np.int64)
    fill_trace(number, accesses, alpha, capacity, seed, trace, *tables(objects))
    return trace


def scanned(objects, accesses, alpha=1.0, scans=1, length=1_000, speed=3, windows=60, seed=1):
    """A trace of users, and scans through it: (trace, users), the accesses by users in each window.

    objects : that users draw from, by Zipf's law;  scans : equally spaced, each of ``length`` objects of its own
    speed : objects that a scan reads for each access of a user;  windows : equal parts of the trace
    Raises ValueError for counts below 1 (scans, length, speed: 0), alpha outside 0 to 10, more scans or windows than
    accesses. Explained in chapter 2, section 1.
    """
    objects, accesses = checks.whole("objects", objects, 1, 2**30), checks.whole("accesses", accesses, 1)
    trace = np.empty(accesses, dtype=np.int64)
    users = np.empty(checks.whole("windows", windows, 1, accesses))
    given = [checks.number("alpha", alpha, 0, 10), checks.whole("scans", scans, 0, accesses)]
    given += [checks.whole(name, value) for name, value in (("length", length), ("speed", speed))]
    fill_scanned(accesses, *given, checks.whole("seed", seed, 0, MASK), trace, users, *tables(objects))
    return trace, users


def tables(objects):
    """Scratch for a draw over ``objects``: its cumulative table, a guide as large or larger, and a state."""
    guide = 1 << objects.bit_length()
    return np.empty(objects), np.empty(guide, dtype=np.int64), np.empty(STATE_SIZE, dtype=np.int64)


@dataclasses.dataclass(frozen=True)
class Keys:
    """A trace of words: ``trace`` numbers them by first appearance, ``words`` names them by number."""

    trace: np.ndarray
    words: list


def number_keys(keys) -> Keys:
    """Number any hashable keys, 0 for the first, 1 for the next new one ...: your own trace, for a cache.

    Raises ValueError if there are none. Explained in chapter 2, section 1.
    """
    known = {}
    trace = np.fromiter((known.setdefault(key, len(known)) for key in keys), dtype=np.int64)
    if not known:
        raise ValueError("keys must have at least one key")
    return Keys(trace, list(known))


@functools.cache
def standard_library(every=1, tests=True) -> Keys:
    """The identifiers of this Python's own standard library, in reading order: a real trace, on every machine.

    Keywords, comments and strings are passed over, and so are installed packages. Files come in the order of their
    paths. The result differs between versions of Python.
    every : read each so many-th file, from the first;  tests : whether to read the library's own tests too
    Raises ValueError if every is below 1. Explained in chapter 2, section 1.
    """
    every = checks.whole("every", every, 1)
    root = pathlib.Path(sysconfig.get_paths()["stdlib"])
    passed_over = {"site-packages", "dist-packages"} | (set() if tests else {"test", "tests", "idle_test"})
    found = []
    for folder, below, names in os.walk(root):
        below[:] = set(below) - passed_over
        found += [(*pathlib.Path(folder).relative_to(root).parts, name) for name in names if name.endswith(".py")]
    return number_keys(word for parts in sorted(found)[::every] for word in identifiers(root.joinpath(*parts)))


def identifiers(path):
    """The identifiers of one Python file in reading order; up to the first place that is no Python."""
    try:
        with tokenize.open(path) as text:
            for token in tokenize.generate_tokens(text.readline):
                if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                    yield token.string
    except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
        return  # the library ships some broken files to test itself with


@functools.cache
def excerpt():
    """The first 100,000 identifiers of each fourth file of Python 3.11's standard library, without its tests.

    The same numbers everywhere: `standard_library(every=4, tests=False)` as it was there, cut.
    Explained in chapter 2, section 1.
    """
    with files(__package__).joinpath("data", "identifiers.npy").open("rb") as stored:
        return np.load(stored).astype(np.int64)
