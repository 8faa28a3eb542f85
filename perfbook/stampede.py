"""A hot key expires: how many requests recompute it at once, and four ways to have fewer.

Keys are filled together, live for their time, and are asked for at random. A request that finds its key expired has
the value recomputed by an origin with a number of workers, first come, first served. Recomputing takes one constant
time, so values come back in the order in which they were asked for, and a plain queue holds all that is under way.

Explained in chapter 2, section 1.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, below, exponential, seed_stream, uniform

NOTHING, COALESCE, EARLY, EARLY_ONCE, STALE = range(5)
POLICIES = {"nothing": NOTHING, "coalesce": COALESCE, "early": EARLY, "early, coalesced": EARLY_ONCE, "stale": STALE}

EMPTY = 0.5  # where an idle origin is drawn on a logarithmic axis


@kernel
def stampede_run(
    policy: int,
    rate: float,
    recompute: float,
    ttl: float,
    beta: float,
    jitter: float,
    workers: int,
    keys: int,
    horizon: float,
    seed: int,
    expiry: Floats,
    took: Floats,
    ready: Floats,
    pending: Ints,
    job_key: Ints,
    job_start: Floats,
    job_end: Floats,
    flight: Floats,
    totals: Floats,
    state: Ints,
) -> None:
    """Simulate Poisson requests to ``keys`` keys, all filled at time 0, until ``horizon`` (all times in seconds).

    policy : 0 each request that finds its key expired recomputes it; 1 only the first, the others wait for it; 2 as 0,
        and a request may recompute before the end: at a time left of s, with chance exp(-s / (beta x last time));
        3 both; 4 the first recomputes, and until it is done all get the old value
    rate : requests a second to each key;  jitter : a value lives between (1 - jitter) ttl and ttl
    expiry, took, ready, pending : scratch, one a key;  job_key, job_start, job_end : scratch, places for all requests
    flight : recomputations under way at evenly spaced moments from 0 to the horizon
    totals : requests, recomputations, most under way, requests that waited, their waits summed, longest wait,
        times that a key began to be refreshed, requests that got an expired value
    """
    seed_stream(seed, 13, state)
    for k in range(keys):
        expiry[k] = ttl * (1.0 - jitter * uniform(state))
        took[k] = recompute
        ready[k] = 0.0
        pending[k] = 0
    points = flight.shape[0]
    for j in range(points):
        flight[j] = 0.0
    for j in range(8):
        totals[j] = 0.0
    step = horizon / (points - 1)
    gap = 1.0 / (rate * keys)
    started = 0
    done = 0
    clock = gap * exponential(state)
    while clock <= horizon and totals[0] < job_end.shape[0]:
        while done < started and job_end[done] <= clock:
            k = job_key[done]
            pending[k] -= 1
            expiry[k] = job_end[done] + ttl * (1.0 - jitter * uniform(state))
            took[k] = job_end[done] - job_start[done]
            done += 1
        k = below(state, keys)
        totals[0] += 1.0
        expired = clock >= expiry[k]
        start = expired
        if not expired and policy in (EARLY, EARLY_ONCE):
            start = clock + beta * took[k] * exponential(state) >= expiry[k]
        if pending[k] > 0 and policy in (COALESCE, EARLY_ONCE, STALE):
            start = False
        wait = 0.0
        if start:
            if pending[k] == 0:
                totals[6] += 1.0
            begin = clock
            if started >= workers:
                begin = max(begin, job_end[started - workers])
            job_key[started] = k
            job_start[started] = clock
            job_end[started] = begin + recompute
            if pending[k] == 0:
                ready[k] = job_end[started]
            pending[k] += 1
            wait = job_end[started] - clock
            at = min(math.ceil(clock / step), points - 1)
            flight[at] += 1.0
            over = math.ceil(job_end[started] / step)
            if over < points:
                flight[over] -= 1.0
            started += 1
            totals[2] = max(totals[2], float(started - done))
        elif expired:
            wait = ready[k] - clock
        if policy == STALE:
            if expired:
                totals[7] += 1.0
            wait = 0.0
        if wait > 0.0:
            totals[3] += 1.0
            totals[4] += wait
            totals[5] = max(totals[5], wait)
        clock += gap * exponential(state)
    totals[1] = float(started)
    for j in range(1, points):
        flight[j] += flight[j - 1]


@kernel
def stampede_figure(
    policy: int,
    rate: float,
    recompute: float,
    ttl: float,
    beta: float,
    jitter_percent: float,
    workers: int,
    seed: int,
    keys: int,
    horizon: float,
    times: Floats,
    alone: Floats,
    helped: Floats,
    now: Floats,
    expiry: Floats,
    took: Floats,
    ready: Floats,
    pending: Ints,
    job_key: Ints,
    job_start: Floats,
    job_end: Floats,
    totals: Floats,
    state: Ints,
) -> None:
    """The figure: recomputations under way over time, with neither cure nor jitter, and with what is chosen.

    times : evenly spaced, from 0 to ``horizon``;  alone, helped : under way at each of them, ``EMPTY`` for none
    now : recomputations alone, most under way, share of requests that waited, longest wait (s); the same four with
        what is chosen; recomputations a refresh alone, and chosen; expired values served, as a share of requests
    """
    step = horizon / (times.shape[0] - 1)
    for j in range(times.shape[0]):
        times[j] = j * step
    for which in range(2):
        if which == 0:
            stampede_run(
                NOTHING, rate, recompute, ttl, beta, 0.0, workers, keys, horizon, seed, expiry, took, ready, pending,
                job_key, job_start, job_end, alone, totals, state,
            )  # fmt: skip
        else:
            stampede_run(
                policy, rate, recompute, ttl, beta, jitter_percent / 100.0, workers, keys, horizon, seed, expiry, took,
                ready, pending, job_key, job_start, job_end, helped, totals, state,
            )  # fmt: skip
        now[4 * which] = totals[1]
        now[4 * which + 1] = totals[2]
        now[4 * which + 2] = totals[3] / max(totals[0], 1.0)
        now[4 * which + 3] = totals[5]
        now[8 + which] = totals[1] / max(totals[6], 1.0)
    now[10] = totals[7] / max(totals[0], 1.0)
    for j in range(times.shape[0]):
        alone[j] = max(alone[j], EMPTY)
        helped[j] = max(helped[j], EMPTY)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A simulated stretch of requests to keys that expire.

    requests, recomputations, refreshes : how many; a refresh is one or more recomputations of a key at the same time
    most : recomputations under way at once, at most;  waited : requests that waited, and ``longest`` how long, s
    mean_wait : over all requests, s;  stale : requests that got an expired value
    """

    requests: int
    recomputations: int
    refreshes: int
    most: int
    waited: int
    longest: float
    mean_wait: float
    stale: int

    @property
    def per_refresh(self) -> float:
        """Recomputations for each time that a key had to be refreshed."""
        return self.recomputations / self.refreshes if self.refreshes else math.nan


def simulate(policy, rate, recompute, ttl, beta=1.0, jitter=0.0, workers=10**6, keys=1, horizon=1000.0, seed=1):
    """Requests to keys that expire, as an ``Outcome``.

    policy : "nothing", "coalesce", "early" (XFetch), "early, coalesced" or "stale" (serve the old one meanwhile)
    rate : requests a second to each key;  recompute, ttl, horizon : seconds;  beta : above 0, more is earlier
    jitter : 0 to 1, the part of ttl by which a life may be shorter;  workers : of the origin, first come, first served
    Raises ValueError for arguments out of range. Source of "early": Vattani, Chierichetti and Lowenstein 2015.
    Explained in chapter 2, section 1.
    """
    checks.one_of("policy", policy, POLICIES)
    given = dict(rate=rate, recompute=recompute, ttl=ttl, beta=beta, horizon=horizon)
    for name, value in given.items():
        given[name] = checks.number(name, checks.positive(name, value))
    jitter = checks.number("jitter", jitter, 0, 1)
    workers, keys = checks.whole("workers", workers, 1), checks.whole("keys", keys, 1)
    expected = given["rate"] * keys * given["horizon"]
    places = int(expected + 6 * math.sqrt(expected) + 100)
    floats, ints = [np.empty(keys) for _ in range(3)], np.empty(keys, dtype=np.int64)
    totals = np.zeros(8)
    stampede_run(
        POLICIES[policy], given["rate"], given["recompute"], given["ttl"], given["beta"], jitter, workers, keys,
        given["horizon"], int(seed), *floats, ints, np.empty(places, dtype=np.int64), np.empty(places),
        np.empty(places), np.empty(101), totals, np.empty(STATE_SIZE, dtype=np.int64),
    )  # fmt: skip
    requests, recomputations, most, waited, summed, longest, refreshes, stale = totals.tolist()
    counts = (int(n) for n in (requests, recomputations, refreshes, most, waited))
    return Outcome(*counts, longest, summed / max(requests, 1), int(stale))


def expected_early(rate, recompute, beta=1.0) -> float:
    """Recomputations a refresh that early recomputation leads to, on an origin that never makes anybody queue.

    Tends to e^(1/beta) where many requests come in the time of one recomputation. rate : a second
    Raises ValueError for arguments not above 0. Explained in chapter 2, section 1.
    """
    from scipy.integrate import quad

    rate, recompute, beta = (
        checks.positive(n, v) for n, v in (("rate", rate), ("recompute", recompute), ("beta", beta))
    )
    all_early = rate * beta * recompute  # expected early starts, if none of them were ever finished

    def others(x):
        left = beta * recompute * math.log(all_early / x)
        if left >= recompute:
            return x * math.expm1(1 / beta)
        return all_early - x + rate * (recompute - left)

    kink = all_early * math.exp(-1 / beta)
    parts = [quad(lambda x: others(x) * math.exp(-x), low, high)[0] for low, high in ((0, kink), (kink, all_early))]
    return 1 + sum(parts) + math.exp(-all_early) * rate * recompute


def expired_chance(rate, recompute, beta=1.0) -> float:
    """Chance that early recomputation fails to be done before its value expires.

    Raises ValueError for arguments not above 0. Explained in chapter 2, section 1.
    """
    rate, recompute, beta = (
        checks.positive(n, v) for n, v in (("rate", rate), ("recompute", recompute), ("beta", beta))
    )
    return math.exp(-rate * beta * recompute * math.exp(-1 / beta))
