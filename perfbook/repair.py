"""Failure and repair as a Markov chain, exact, and as a simulation of parts that know nothing of the chain.

A pool of equal parts, ``needed`` of them in service and the others in reserve. A part in service that fails is replaced by
a reserve: with probability ``covered`` after ``switch`` seconds, else not until somebody has repaired a part. A shared
cause takes everything away at once.

Explained in chapter 2, section 4.
"""

import math

import numpy as np

from .availability import MOST_PARTS, YEAR
from .checks import number, whole
from .errorbars import Estimate, batch_means
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, exponential, seed_stream, uniform

SERVING, SWITCHING, STUCK = range(3)


@kernel
def steady_state(states: int, rate: Floats, share: Floats) -> None:
    """Long-run ``share`` of time in each state of a Markov chain, by elimination without a subtraction.

    rate : rate[i × states + j] from state i to j, destroyed; from every state there is a way to state 0
    Source: the state reduction of Grassmann, Taksar and Heyman.
    """
    for n in range(states - 1, 0, -1):
        out = 0.0
        for j in range(n):
            out += rate[n * states + j]
        for i in range(n):
            rate[i * states + n] = rate[i * states + n] / out
        for i in range(n):
            for j in range(n):
                if i != j:
                    rate[i * states + j] += rate[i * states + n] * rate[n * states + j]
    share[0] = 1.0
    total = 1.0
    for n in range(1, states):
        share[n] = 0.0
        for i in range(n):
            share[n] += share[i] * rate[i * states + n]
        total += share[n]
    for n in range(states):
        share[n] = share[n] / total


@kernel
def pool_rates(
    parts: int, needed: int, fail: float, repair: float, covered: float, switch: float, shared: float, rate: Floats
) -> int:
    """Fill the rates of the pool's chain; returns the number of states, 3 × parts + 4.

    States: i parts up, 0 to parts; the same while a reserve takes over; the same while the takeover has failed; last, the
    shared cause. fail, repair, shared : rates of one part's own failure, of its repair, of the shared cause
    """
    kinds = parts + 1
    states = 3 * kinds + 1
    for i in range(states * states):
        rate[i] = 0.0
    for up in range(kinds):
        for kind in range(3):
            at = kind * kinds + up
            row = at * states
            rate[row + states - 1] += shared
            if kind > 0 and up < needed:
                # There is no such state; it needs a way out, and nothing leads in.
                rate[row + up] += 1.0
                continue
            if up < parts:
                back = up + 1
                if kind == SWITCHING:
                    back += kinds
                rate[row + back] += (parts - up) * repair
            if kind == SWITCHING:
                rate[row + up] += 1.0 / switch if switch > 0.0 else 1.0
            if up == 0:
                continue
            below = up - 1
            if below < needed:
                rate[row + below] += up * fail
            elif kind != SERVING:
                rate[row + at - 1] += up * fail
            else:
                rate[row + below] += (up - needed) * fail
                busy = needed * fail
                if switch > 0.0:
                    rate[row + kinds + below] += busy * covered
                else:
                    rate[row + below] += busy * covered
                rate[row + 2 * kinds + below] += busy * (1.0 - covered)
    rate[(states - 1) * states + parts] = repair
    return states


@kernel
def pool_down(
    parts: int,
    needed: int,
    fail: float,
    repair: float,
    covered: float,
    switch: float,
    shared: float,
    rate: Floats,
    share: Floats,
) -> float:
    """Long-run share of time without service; ``rate`` and ``share`` are scratch."""
    states = pool_rates(parts, needed, fail, repair, covered, switch, shared, rate)
    steady_state(states, rate, share)
    down = share[states - 1]
    for up in range(parts + 1):
        if up < needed:
            down += share[up]
        down += share[parts + 1 + up] + share[2 * (parts + 1) + up]
    return down


@kernel
def add_down(start: float, end: float, length: float, down: Floats) -> None:
    """Add the time from ``start`` to ``end`` to the stretches, each ``length`` long, that it lies in."""
    at = int(start / length)
    while at < down.shape[0] and at * length < end:
        down[at] += min(end, (at + 1) * length) - max(start, at * length)
        at += 1


@kernel
def pool_run(
    needed: int,
    fail: float,
    repair: float,
    covered: float,
    switch: float,
    shared: float,
    length: float,
    seed: int,
    down: Floats,
    until: Floats,
    up: Ints,
    serves: Ints,
    state: Ints,
) -> None:
    """Simulate a pool, each part with a clock of its own, over as many stretches of ``length`` as ``down`` has places.

    down : time without service in each stretch;  until, up, serves : scratch, one a part
    A takeover takes ``switch`` exactly; life and repair are exponential. See the module for the rules.
    """
    seed_stream(seed, 11, state)
    parts = until.shape[0]
    horizon = length * down.shape[0]
    for j in range(parts):
        up[j] = 1
        serves[j] = 0
        if j < needed:
            serves[j] = 1
        until[j] = math.inf
        if fail > 0.0:
            until[j] = exponential(state) / fail
    for i in range(down.shape[0]):
        down[i] = 0.0
    strike = math.inf
    if shared > 0.0:
        strike = exponential(state) / shared
    switched = math.inf
    now = 0.0
    serving = 1
    stuck = 0
    while now < horizon:
        first = 0
        for j in range(1, parts):
            if until[j] < until[first]:
                first = j
        moment = min(min(until[first], strike), min(switched, horizon))
        if serving == 0:
            add_down(now, moment, length, down)
        now = moment
        if now >= horizon:
            break
        if now == strike:
            # Everything is gone until the cause is repaired, and comes back together.
            restored = now + exponential(state) / repair
            add_down(now, min(restored, horizon), length, down)
            now = restored
            for j in range(parts):
                up[j] = 1
                until[j] = math.inf
                if fail > 0.0:
                    until[j] = now + exponential(state) / fail
            strike = now + exponential(state) / shared
            stuck = 0
            switched = now
        elif now == switched:
            pass
        elif up[first] == 1:
            up[first] = 0
            until[first] = now + exponential(state) / repair
            left = 0
            for j in range(parts):
                left += up[j]
            if left < needed:
                serving = 0
                stuck = 0
                switched = math.inf
            elif serving == 1 and serves[first] == 1:
                serving = 0
                switched = math.inf
                if uniform(state) < covered:
                    switched = now + switch
                else:
                    stuck = 1
        else:
            up[first] = 1
            until[first] = now + exponential(state) / fail
            left = 0
            for j in range(parts):
                left += up[j]
            if serving == 0 and left >= needed and (stuck == 1 or left == needed):
                stuck = 0
                switched = now
        if now == switched:
            # From here on the first parts that are up serve.
            switched = math.inf
            serving = 1
            count = 0
            for j in range(parts):
                serves[j] = 0
                if up[j] == 1 and count < needed:
                    serves[j] = 1
                    count += 1


def rates(availability, repair, common):
    """Rates a second of one part's own failure, of its repair and of the shared cause, so that it is down 1 − availability.

    repair : mean seconds to repair;  common : share of the failures that come from the shared cause
    """
    down = 1 - number("availability", availability, 1e-12, 1)
    repair, common = number("repair", repair, 1e-9), number("common", common, 0, 1)
    fails = down / (1 - down) / repair
    return (1 - common) * fails, 1 / repair, common * fails


def pool(parts, needed, availability, covered=1.0, switch=0.0, repair=3600.0, common=0.0) -> float:
    """Exact long-run availability of ``needed`` of ``parts``, by its Markov chain.

    parts : 1 to 8;  needed : 1 to parts, in service, the others in reserve
    availability : of each part alone;  repair : mean seconds to repair one, each with its own crew
    covered : probability that a takeover succeeds;  switch : mean seconds that it takes;  common : share of failures that
        come from a cause which stops all parts at once and is repaired once
    Raises ValueError outside these ranges. Needs: exponential times. Explained in chapter 2, section 4.
    """
    parts = whole("parts", parts, 1, MOST_PARTS)
    needed, covered = whole("needed", needed, 1, parts), number("covered", covered, 0, 1)
    fail, mend, shared = rates(availability, repair, common)
    states = 3 * parts + 4
    scratch = np.zeros(states * states), np.zeros(states)
    return 1 - pool_down(parts, needed, fail, mend, covered, number("switch", switch, 0), shared, *scratch)


def simulate(
    parts, needed, availability, covered=1.0, switch=0.0, repair=3600.0, common=0.0, years=1000, seed=1
) -> Estimate:
    """Share of time without service, simulated part by part, with a 95% interval from 20 stretches of ``years`` years.

    The arguments are `pool`'s, except that a takeover takes ``switch`` seconds exactly. Raises ValueError as `pool` does.
    Explained in chapter 2, section 4.
    """
    return batch_means(downtime(parts, needed, availability, covered, switch, repair, common, years, seed))


def downtime(parts, needed, availability, covered, switch, repair, common, years, seed, stretches=20):
    """Share of time without service in each stretch of ``years`` years; the arguments are `simulate`'s."""
    parts = whole("parts", parts, 1, MOST_PARTS)
    needed, covered = whole("needed", needed, 1, parts), number("covered", covered, 0, 1)
    fail, mend, shared = rates(availability, repair, common)
    length, down = number("years", years, 1e-6) * YEAR, np.zeros(stretches)
    ints = [np.zeros(size, dtype=np.int64) for size in (parts, parts, STATE_SIZE)]
    pool_run(
        needed,
        fail,
        mend,
        covered,
        number("switch", switch, 0),
        shared,
        length,
        int(seed),
        down,
        np.zeros(parts),
        *ints,
    )
    return down / length
