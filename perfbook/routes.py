"""Several balancers behind one address: which route a BGP router takes, and where flows go when a path is gone.

Explained in chapter 2, section 4.
"""

import dataclasses
import math

import numpy as np

from .checks import number, one_of, whole
from .kernel import Floats, kernel

EQUAL, LOAD = range(2)
POLICIES = ("equal MEDs", "MED = load")
MOST_BALANCERS = 6
TICK = 0.1  # seconds
ORIGINS = ("IGP", "EGP", "INCOMPLETE")
HASHES = ("modulo", "threshold", "resilient")


@kernel
def med_run(
    policy: int,
    balancers: int,
    period: float,
    delay: float,
    window: float,
    grain: float,
    uneven: float,
    tick: float,
    traffic: Floats,
    busiest: Floats,
    told: Floats,
    now: Floats,
    measured: Floats,
    history: Floats,
    share: Floats,
) -> None:
    """One router in front of ``balancers`` that announce the same address, each with a MED, in steps of ``tick`` seconds.

    policy : 0 all send one MED; 1 each sends its measured load as MED, every ``period`` seconds, in turn
    delay : from a balancer to the router's choice;  window : time constant of the measured load;  all in seconds
    grain : MED counts the load in steps of so many fair shares; 0 for as fine as it is
    uneven : how far flow hashing over equal routes is from fair, the first balancer below and the last above
    traffic (6 × points), told (6 × points) : balancer by balancer, what it gets and what its MED said, in fair shares, one point
        every tenth tick, balancers that are not there not a number;  busiest (points) : the most that one gets
    now : most traffic and most of it on average, in fair shares; changes of the route a minute; updates a minute; share
        of the time that one balancer gets everything; traffic of an average request's balancer, in fair shares
    measured, share (6 each), history (6 × ticks) : scratch. The first fifth of the run is not counted in ``now``.
    """
    points = busiest.shape[0]
    ticks = points * 10
    behind = int(delay / tick + 0.5)
    every = max(1, int(period / tick + 0.5))
    keep = tick / window
    chosen = -1.0
    changes = 0.0
    updates = 0.0
    alone = 0.0
    top = 0.0
    top_sum = 0.0
    squares = 0.0
    counted = 0.0
    for j in range(traffic.shape[0]):
        traffic[j] = math.nan
        told[j] = math.nan
    for j in range(balancers):
        measured[j] = 1.0
        if balancers > 1:
            measured[j] = 1.0 + uneven * (2.0 * j / (balancers - 1) - 1.0)
    for t in range(ticks):
        # What each balancer says now; the router knows what they said ``delay`` ago.
        for j in range(balancers):
            said = 1.0
            if policy == LOAD:
                said = measured[j]
                if grain > 0.0:
                    said = grain * math.floor(measured[j] / grain + 0.5)
            turn = (t + j * every // balancers) % every
            if t == 0:
                history[j] = said
            elif turn == 0:
                history[6 * t + j] = said
                if said != history[6 * (t - 1) + j] and 5 * t >= ticks:
                    updates += 1.0
            else:
                history[6 * t + j] = history[6 * (t - 1) + j]
        seen = 6 * max(0, t - behind)
        least = history[seen]
        for j in range(1, balancers):
            least = min(least, history[seen + j])
        ways = 0
        code = 0.0
        for j in range(balancers):
            share[j] = 0.0
            code *= 2.0
            if history[seen + j] == least:
                share[j] = 1.0
                ways += 1
                code += 1.0
        most = 0.0
        total = 0.0
        for j in range(balancers):
            if ways == balancers and balancers > 1:
                share[j] = 1.0 + uneven * (2.0 * j / (balancers - 1) - 1.0)
            else:
                share[j] = share[j] * balancers / ways
            measured[j] += keep * (share[j] - measured[j])
            most = max(most, share[j])
            total += share[j] * share[j]
            if t % 10 == 0:
                traffic[j * points + t // 10] = share[j]
                told[j * points + t // 10] = history[6 * t + j]
        if t % 10 == 0:
            busiest[t // 10] = most
        if 5 * t >= ticks:
            counted += 1.0
            top = max(top, most)
            top_sum += most
            squares += total / balancers
            if ways == 1:
                alone += 1.0
            if code != chosen:
                changes += 1.0
        chosen = code
    minutes = counted * tick / 60.0
    now[0] = top
    now[1] = top_sum / counted
    now[2] = changes / minutes
    now[3] = updates / minutes
    now[4] = alone / counted
    now[5] = squares / counted


@dataclasses.dataclass(frozen=True)
class Route:
    """One way to an address, as a BGP router keeps it.

    name : for the reader;  neighbor : number of the neighbouring AS that it was learned from
    local_preference : higher is better;  path_length : autonomous systems on the way;  origin : IGP, EGP or INCOMPLETE
    med : the neighbour's wish among its own entries, lower is better;  external : learned from another AS
    interior_cost : distance to the next hop;  router : identifier of who told it
    """

    name: str
    neighbor: int
    local_preference: int = 100
    path_length: int = 1
    origin: str = "IGP"
    med: int = 0
    external: bool = True
    interior_cost: int = 0
    router: int = 0


def decide(routes, compare_always=False, multipath=False, relax=False):
    """The route that BGP takes among ``routes``, and what is left after each step: (routes taken, [(step, names)]).

    compare_always : compare the MEDs of different neighbours too, which no default does
    multipath : stop before the identifiers and take all that are left, as equal-cost multipath does
    relax : of several neighbours; without it multipath takes only those of the best route's neighbour
    Raises ValueError without a route, or for an origin that is none.
    Source: RFC 4271, sections 9.1.1 and 9.1.2.2; multipath as Quagga's documentation has it. Explained in chapter 2, section 4.
    """
    left, steps = list(routes), []
    if not left:
        raise ValueError("routes must hold at least one route, got none")
    for route in left:
        one_of("origin", route.origin, ORIGINS)

    def keep(step, kept):
        nonlocal left
        left = kept
        steps.append((step, [r.name for r in left]))

    def least(key):
        return [r for r in left if key(r) == min(map(key, left))]

    keep("highest local preference", least(lambda r: -r.local_preference))
    keep("shortest AS path", least(lambda r: r.path_length))
    keep("lowest origin", least(lambda r: ORIGINS.index(r.origin)))
    rivals = {r: [o.med for o in left if compare_always or o.neighbor == r.neighbor] for r in left}
    keep(
        "lowest MED of each neighbour" if not compare_always else "lowest MED",
        [r for r in left if r.med == min(rivals[r])],
    )
    keep("external over internal", least(lambda r: not r.external))
    keep("nearest next hop", least(lambda r: r.interior_cost))
    best = least(lambda r: r.router)[0]
    if not multipath:
        keep("lowest identifier", [best])
    elif not relax:
        keep("the best one's neighbour", [r for r in left if r.neighbor == best.neighbor])
    return left, steps


def moved_share(paths, removed, method, flows=100_000, seed=1) -> float:
    """Share of flows that change their path when path ``removed`` of ``paths`` goes, the flows on it included.

    paths : 2 or more;  removed : 0 to paths − 1
    method : "modulo" (hash mod number of paths), "threshold" (equal ranges of the hash, RFC 2992), "resilient" (a fixed
        table of buckets, of which only those of the path that went are filled anew)
    flows : so many random hashes of 32 bits
    Raises ValueError for what is out of range. Explained in chapter 2, section 4.
    """
    paths = whole("paths", paths, 2)
    removed = whole("removed", removed, 0, paths - 1)
    one_of("method", method, HASHES)
    random = np.random.default_rng(seed)
    hashes = random.integers(0, 2**32, whole("flows", flows, 1))
    left = np.delete(np.arange(paths), removed)
    if method == "modulo":
        before, after = hashes % paths, left[hashes % (paths - 1)]
    elif method == "threshold":
        before, after = hashes * paths >> 32, left[hashes * (paths - 1) >> 32]
    else:
        buckets = np.arange(128 * paths) % paths
        refilled = np.where(buckets == removed, left[np.arange(len(buckets)) // paths % (paths - 1)], buckets)
        before, after = buckets[hashes % len(buckets)], refilled[hashes % len(buckets)]
    return float(np.mean(before != after))


def detection(interval, limit):
    """Seconds from a silent failure until a listener that waits ``limit`` notices: (mean, worst).

    interval : seconds between signs of life, at most ``limit``; the last one was interval/2 ago on average
    Raises ValueError outside. Explained in chapter 2, section 4.
    """
    limit = number("limit", limit, 0)
    return limit - number("interval", interval, 0, limit) / 2, limit


@dataclasses.dataclass(frozen=True)
class Swing:
    """What balancers got while their MEDs moved: in fair shares of the traffic, and per minute.

    most, mean_most : what the busiest one gets, at worst and on average;  changes, updates : per minute
    alone : share of the time that one balancer gets everything
    """

    most: float
    mean_most: float
    changes: float
    updates: float
    alone: float


def swing(policy, balancers=3, period=5.0, delay=1.0, window=10.0, grain=0.0, uneven=0.05, seconds=300) -> Swing:
    """Run ``balancers`` that announce one address with a MED each. The arguments are `med_run`'s; policy in words.

    Raises ValueError for what is out of range. Explained in chapter 2, section 4.
    """
    one_of("policy", policy, POLICIES)
    balancers, points = whole("balancers", balancers, 1, MOST_BALANCERS), whole("seconds", seconds, 5)
    times = [number("period", period, TICK), number("delay", delay, 0), number("window", window, TICK)]
    rest = [number("grain", grain, 0), number("uneven", uneven, 0, 1)]
    traffic, told, history = np.empty(6 * points), np.empty(6 * points), np.empty(60 * points)
    now = np.empty(6)
    med_run(
        POLICIES.index(policy), balancers, *times, *rest, TICK, traffic, np.empty(points), told, now, np.empty(6), history,
        np.empty(6),
    )  # fmt: skip
    return Swing(*(float(v) for v in now[:5]))
