"""A server with a queue, clients with timeouts and retries: congestion collapse, and how it outlives its cause.

Requests come as a Poisson stream and wait, first come first served, for one server with exponential service. A
client that has no answer within its timeout, or is turned away, gives up on that attempt and may try again; the
server does not know, and works on. Times are in seconds, rates per second, loads in shares of the capacity.
Explained in chapter 1, section 7.
"""

import math
from dataclasses import dataclass

import numpy as np

from .checks import not_negative, number, positive, whole
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, exponential, seed_stream

MOST_RETRIES = 5
BURST = 10.0  # a retry budget saves up what it earns in so many seconds of full load
STAYS_DOWN, RECOVERS, NEVER_FALLS = 0, 1, 2
HALF = 0.5  # of the load: goodput under this has fallen


@kernel
def work_ends(start: float, work: float, stall_from: float, stall: float) -> float:
    """When ``work`` seconds begun at ``start`` end on a server that stands still for ``stall`` seconds on the way."""
    if start >= stall_from + stall or start + work <= stall_from:
        return start + work
    if start >= stall_from:
        return stall_from + stall + work
    return start + work + stall


@kernel
def soonest(pending: Floats, ends: Ints, rings: int) -> int:
    """The ring of ``pending`` whose first entry is due first, of the first ``rings``; -1 if all are empty."""
    size = 2 * pending.shape[0] // ends.shape[0]
    best = -1
    due = math.inf
    for ring in range(rings):
        first = ends[2 * ring]
        if first < ends[2 * ring + 1] and pending[ring * size + (first & (size - 1))] < due:
            best = ring
            due = pending[ring * size + (first & (size - 1))]
    return best


@kernel
def serve(load: Floats, width: float, capacity: float, stall_from: float, stall: float, timeout: float, retries: int,
          backoff: float, budget: float, queue_limit: int, skip_dead: int, seed: int, state: Ints, pending: Floats,
          ends: Ints, departures: Floats, offered: Floats, goodput: Floats, wait: Floats) -> None:  # fmt: skip
    """Run the server through ``load``, one value for each ``width`` seconds, and count what its clients see.

    load : requests offered, without retries, over ``capacity`` (requests a second)
    stall_from, stall : when the server stands still, and for how long; work on its way waits
    retries : at most so many after the first attempt, up to ``MOST_RETRIES``; the k-th is sent
        backoff · 2**(k - 1) after the failure if the budget has a token left
    budget : tokens that each request earns; a retry costs one
    queue_limit : an attempt that finds so many there is turned away at once, up to one less than ``departures`` holds
    skip_dead : 1 if the server, about to start, drops an attempt whose client has given up
    state, pending, ends, departures : scratch: 4 words; retries that wait to be sent, in 2 · MOST_RETRIES rings whose
        size is a power of two; 4 · MOST_RETRIES; a ring of departure times, its size a power of two
    offered, goodput, wait : filled, as long as ``load``: attempts and answers in time, a second; and the time
        until the server would turn to an attempt that came at the end of the interval
    """
    seed_stream(seed, 0, state)
    for i in range(ends.shape[0]):
        ends[i] = 0
    for i in range(load.shape[0]):
        offered[i] = 0.0
        goodput[i] = 0.0
    size = 2 * pending.shape[0] // ends.shape[0]
    last = departures.shape[0] - 1
    room = min(queue_limit, last)
    horizon = load.shape[0] * width
    free = 0.0
    came = 0
    left = 0
    tokens = BURST * budget * capacity
    step = 0
    closed = 0
    fresh = 0.0
    owed = exponential(state)
    while True:
        # The next request: spend an exponential amount of load along the intervals.
        while step < load.shape[0] and owed > load[step] * capacity * ((step + 1) * width - fresh):
            owed -= load[step] * capacity * ((step + 1) * width - fresh)
            step += 1
            fresh = step * width
        arrival = math.inf
        if step < load.shape[0]:
            arrival = fresh + owed / (load[step] * capacity)
        ring = soonest(pending, ends, 2 * retries)
        attempt = 0
        now = arrival
        if ring >= 0 and pending[ring * size + (ends[2 * ring] & (size - 1))] <= arrival:
            now = pending[ring * size + (ends[2 * ring] & (size - 1))]
            attempt = ring // 2 + 1
        while closed < load.shape[0] and (closed + 1) * width <= now:
            wait[closed] = max(0.0, free - (closed + 1) * width)
            closed += 1
        if now >= horizon:
            break
        if attempt == 0:
            fresh = arrival
            owed = exponential(state)
            tokens = min(tokens + budget, BURST * budget * capacity)
        else:
            ends[2 * ring] += 1
            if tokens < 1.0:
                continue
            tokens -= 1.0
        offered[min(int(now / width), load.shape[0] - 1)] += 1.0 / width
        while left < came and departures[left & last] <= now:
            left += 1
        failed = now
        way = 1
        if came - left < room:
            start = work_ends(max(now, free), 0.0, stall_from, stall)
            end = start
            if skip_dead == 0 or start - now <= timeout:
                end = work_ends(max(now, free), exponential(state) / capacity, stall_from, stall)
                free = end
            departures[came & last] = end
            came += 1
            failed = now + timeout
            way = 0
            if end - now <= timeout:
                failed = -1.0
                if end < horizon:
                    goodput[min(int(end / width), load.shape[0] - 1)] += 1.0 / width
        if failed >= 0.0 and attempt < retries:
            due = 2 * attempt + way
            if ends[2 * due + 1] - ends[2 * due] < size:
                pause = backoff
                for _ in range(attempt):
                    pause *= 2.0
                pending[due * size + (ends[2 * due + 1] & (size - 1))] = failed + pause
                ends[2 * due + 1] += 1


@kernel
def metastable(load: float, stall: float, timeout: float, retries: int, backoff: float, budget: float,
               queue_limit: int, skip_dead: int, seed: int, capacity: float, stall_from: float, state: Ints,
               pending: Floats, ends: Ints, departures: Floats, loads: Floats, offered: Floats, goodput: Floats,
               wait: Floats, verdict: Floats) -> None:  # fmt: skip
    """A constant load, a server that stalls once, and what becomes of it, second by second.

    Arguments as in ``serve``; ``loads`` is scratch as long as ``offered``, ``goodput`` and ``wait``.
    verdict : filled: 0 stays down, 1 recovers, 2 never falls; seconds from the stall's start to the end of the last
        five whose goodput was under half the load (0: none was; infinite: the run's last tenth is); goodput over
        load in that tenth; attempts over requests there; least load at which retries can keep the server busy; when the stall ends
    """
    for i in range(loads.shape[0]):
        loads[i] = load
    serve(loads, 1.0, capacity, stall_from, stall, timeout, retries, backoff, budget, queue_limit, skip_dead, seed,
          state, pending, ends, departures, offered, goodput, wait)  # fmt: skip
    asked = load * capacity
    back = 0.0
    five = 0.0
    for i in range(int(stall_from), loads.shape[0]):
        five += goodput[i]
        if i % 5 == 4:
            if five < 5.0 * HALF * asked:
                back = i + 1.0 - stall_from
            five = 0.0
    good = 0.0
    tried = 0.0
    tail = loads.shape[0] // 10
    for i in range(loads.shape[0] - tail, loads.shape[0]):
        good += goodput[i] / tail
        tried += offered[i] / tail
    verdict[0] = NEVER_FALLS
    if good < HALF * asked:
        verdict[0] = STAYS_DOWN
        back = math.inf
    elif back > 0.0:
        verdict[0] = RECOVERS
    verdict[1] = back
    verdict[2] = good / asked
    verdict[3] = tried / asked
    verdict[4] = 1.0 / (1.0 + min(float(retries), budget))
    verdict[5] = stall_from + stall


@kernel
def load_cycle(timeout: float, retries: int, budget: float, queue_limit: int, skip_dead: int, seed: int,
               capacity: float, stay: int, steps: Floats, state: Ints, pending: Floats, ends: Ints,
               departures: Floats, loads: Floats, offered: Floats, goodput: Floats, wait: Floats,
               up: Floats, down: Floats, turns: Floats) -> None:  # fmt: skip
    """Raise the load step by step, ``stay`` seconds on each, then lower it the same way: goodput going up and down.

    steps : loads, rising; ``loads``, ``offered``, ``goodput``, ``wait``: scratch of 2 · stay seconds for each step
    up, down : filled, as long as ``steps``: goodput over capacity in the second half of each stay
    turns : filled: greatest load before goodput first falls under half of it on the way up, and greatest load below
        which it never does on the way down (infinite: not even the least is carried);
        least load at which retries can keep the server busy
    Other arguments as in ``serve``.
    """
    count = steps.shape[0]
    for i in range(loads.shape[0]):
        step = i // stay
        loads[i] = steps[min(step, 2 * count - 1 - step)]
    serve(loads, 1.0, capacity, math.inf, 0.0, timeout, retries, 0.0, budget, queue_limit, skip_dead, seed, state,
          pending, ends, departures, offered, goodput, wait)  # fmt: skip
    for step in range(count):
        up[step] = 0.0
        down[step] = 0.0
        for i in range(stay // 2, stay):
            up[step] += goodput[step * stay + i] / (capacity * (stay - stay // 2))
            down[step] += goodput[(2 * count - 1 - step) * stay + i] / (capacity * (stay - stay // 2))
    turns[0] = math.inf
    turns[1] = math.inf
    turns[2] = 1.0 / (1.0 + min(float(retries), budget))
    for step in range(count):
        if up[step] >= HALF * steps[step] and (step == 0 or turns[0] == steps[step - 1]):
            turns[0] = steps[step]
        if down[step] >= HALF * steps[step] and (step == 0 or turns[1] == steps[step - 1]):
            turns[1] = steps[step]


def amplification(retries, budget=math.inf) -> float:
    """Attempts for each request when every attempt fails: 1 + min(retries, budget), no unit.

    retries : most retries of a request;  budget : retries earned by each request
    Raises ValueError for arguments below 0. Explained in chapter 1, section 7.
    """
    return 1.0 + min(not_negative("retries", retries), not_negative("budget", budget))


def least_vulnerable_load(retries, budget=math.inf) -> float:
    """The load, as a share of capacity, above which retries alone can keep a server busy for ever: 1 / (1 + r).

    Below it a queue of any length drains even while every attempt fails and is retried. Above it and below 1 the
    server has two states. Raises ValueError for arguments below 0. Explained in chapter 1, section 7.
    """
    return 1.0 / amplification(retries, budget)


@dataclass(frozen=True)
class Run:
    """What the clients of a stalled server saw: seconds, and arrays with one value for each.

    offered : attempts a second; goodput : answers in time, a second; wait : seconds of work ahead
    outcome : "stays down", "recovers" or "never falls"; back : seconds from the stall to recovery
    good, amplified : goodput and attempts over requests in the last tenth of the run
    """

    seconds: np.ndarray
    offered: np.ndarray
    goodput: np.ndarray
    wait: np.ndarray
    outcome: str
    back: float
    good: float
    amplified: float


def simulate(load, stall, timeout=1.0, retries=3, backoff=0.0, budget=math.inf, queue_limit=1000, skip_dead=False,
             seed=1, capacity=100.0, stall_from=60, seconds=240) -> Run:  # fmt: skip
    """Run a server at a constant load through one stall, with clients that time out and retry.

    load : requests over capacity, above 0; capacity : requests a second
    stall, stall_from, timeout, backoff, seconds : seconds; retries : whole, 0 to 5; budget : retries earned by each request
    queue_limit : whole, 1 to 4095 attempts; seed : whole number from 0
    Raises ValueError outside these. Explained in chapter 1, section 7.
    """
    load, capacity = number("load", load, 1e-3, 10), number("capacity", capacity, 1, 1e4)
    timeout, stall = positive("timeout", timeout), not_negative("stall", stall)
    retries, queue_limit = whole("retries", retries, 0, MOST_RETRIES), whole("queue_limit", queue_limit, 1, 4095)
    backoff, budget = not_negative("backoff", backoff), not_negative("budget", budget)
    seed, seconds = whole("seed", seed, 0, MASK), number("seconds", seconds, 20, 3600)
    stall_from = number("stall_from", stall_from, 0, seconds)
    arrays = [np.empty(int(seconds)) for _ in range(4)]
    verdict = np.empty(6)
    size = 1 << max(10, math.ceil(math.log2(4 * seconds * load * capacity)))
    metastable(load, stall, timeout, retries, backoff, float(min(budget, retries)), queue_limit, int(skip_dead), seed,
               capacity, stall_from, np.empty(STATE_SIZE, dtype=np.int64), np.empty(2 * MOST_RETRIES * size),
               np.empty(4 * MOST_RETRIES, dtype=np.int64), np.empty(4096), *arrays, verdict)  # fmt: skip
    outcome = ("stays down", "recovers", "never falls")[int(verdict[0])]
    return Run(np.arange(int(seconds)), *arrays[1:], outcome, *(float(v) for v in verdict[1:4]))
