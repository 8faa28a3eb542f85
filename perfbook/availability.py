"""Availability composed from parts: serial, parallel, k of n, a standby that may fail to take over, and a shared cause.

Everything is kept as *down*: the long-run share of time without service. It is small, and 1 − down would lose its digits.

Explained in chapter 2, section 4.
"""

import math

import numpy as np

from .checks import number, one_of, whole
from .kernel import Floats, kernel

YEAR = 365 * 24 * 3600.0  # seconds
MOST_PARTS = 8


@kernel
def k_of_n_down(parts: int, needed: int, down: float) -> float:
    """Share of time in which fewer than ``needed`` of independent ``parts`` are up, each down a share ``down``."""
    most = parts - needed
    total = 0.0
    ways = 1.0
    for failed in range(parts + 1):
        if failed > most:
            term = ways
            for _ in range(failed):
                term *= down
            for _ in range(parts - failed):
                term *= 1.0 - down
            total += term
        ways = ways * (parts - failed) / (failed + 1)
    return total


@kernel
def own_down(down: float, common: float) -> float:
    """The part of a part's ``down`` that is its own, when the share ``common`` of it strikes all parts at once.

    So chosen that a part alone is still down exactly ``down``: 1 − down = (1 − common × down)(1 − own).
    """
    if common >= 1.0:
        return 0.0
    return down * (1.0 - common) / (1.0 - common * down)


@kernel
def shared_down(parts: int, needed: int, down: float, common: float) -> float:
    """Share of time without ``needed`` of ``parts``, if the share ``common`` of each part's ``down`` is in common."""
    shared = common * down
    return shared + (1.0 - shared) * k_of_n_down(parts, needed, own_down(down, common))


@kernel
def standby_down(
    parts: int, down: float, works: float, switch_seconds: float, repair_seconds: float, common: float
) -> float:
    """Share of time without service when one part serves and the others stand by.

    works : probability that a takeover succeeds; if not, the service is out until the part is repaired
    switch_seconds : outage of each takeover that succeeds; the part that serves fails own/repair_seconds times a second
    """
    shared = common * down
    own = own_down(down, common)
    another = 1.0
    for _ in range(parts - 1):
        another *= own
    saved = works * (1.0 - another)
    alone = own * (1.0 - saved) + own / repair_seconds * saved * switch_seconds
    return min(1.0, shared + (1.0 - shared) * alone)


@kernel
def nines_of(down: float) -> float:
    """How many nines: −log10 of the share of time that is down; infinite if it never is."""
    if down <= 0.0:
        return math.inf
    return -math.log10(down)


@kernel
def compose(
    parts: int,
    needed: int,
    part_nines: float,
    common: float,
    works: float,
    switch_seconds: float,
    repair_hours: float,
    year: float,
    shares: Floats,
    nines: Floats,
    lost: Floats,
    together: Floats,
    majority: Floats,
    standby: Floats,
    ceiling: Floats,
    now: Floats,
) -> None:
    """The figure: four ways to combine the same parts, and what a shared cause does to three of them.

    nines, lost (5 each) : one part, serial, needed of parts, one of parts, standby; ``lost`` in seconds a year
    together, majority, standby, ceiling : nines of one of parts, of needed of parts, of the standby, and of the shared
        cause alone, with each of ``shares`` in common
    now : a part's availability, parts needed, unavailability of the shared cause over that of one-of-n (a share),
        seconds a year of takeovers, nines that independence promises, share in common for the picture
    """
    down = math.pow(10.0, -part_nines)
    repair = 3600.0 * repair_hours
    needs = min(needed, parts)
    lost[0] = down
    lost[1] = shared_down(parts, parts, down, common)
    lost[2] = shared_down(parts, needs, down, common)
    lost[3] = shared_down(parts, 1, down, common)
    lost[4] = standby_down(parts, down, works, switch_seconds, repair, common)
    now[0] = 1.0 - down
    now[1] = float(needs)
    now[2] = common * down / lost[3]
    now[3] = year * (lost[4] - standby_down(parts, down, works, 0.0, repair, common))
    now[4] = nines_of(shared_down(parts, 1, down, 0.0))
    now[5] = max(common, shares[0])
    for i in range(5):
        nines[i] = nines_of(lost[i])
        lost[i] = lost[i] * year
    for i in range(shares.shape[0]):
        together[i] = nines_of(shared_down(parts, 1, down, shares[i]))
        majority[i] = nines_of(shared_down(parts, needs, down, shares[i]))
        standby[i] = nines_of(standby_down(parts, down, works, switch_seconds, repair, shares[i]))
        ceiling[i] = nines_of(shares[i] * down)


@kernel
def layers_reach(
    wiring: int,
    region: int,
    retry: int,
    name: float,
    balancer: float,
    cluster: float,
    pool: float,
    year: float,
    reach: Floats,
    edges: Floats,
    there: Floats,
    mine: Floats,
    now: Floats,
) -> None:
    """The layered picture: name service, a balancer a region, three clusters, three application pools.

    wiring : 0 as the episode draws it (region 3 leads nowhere; one cluster and pool a region), 1 with region 3's cluster
        and pool, 2 every balancer to every cluster, 3 also every cluster to every pool
    region : 1 to 3, the answer that this reader's name service gave;  retry : 1 if the reader tries the other addresses
    name, balancer, cluster, pool : nines of each part
    reach (5) : up to the name service, the balancer, the clusters, the pools: the share of time that there is a path;
        last, that of a reader with a random answer
    edges (21) : 1 where an edge is: balancer to cluster 9, cluster to pool 9, and the name service to the balancers that
        this reader tries 3
    there, mine (63 each) : height of the two ends of each edge, and a gap: those that are there, those of this reader
    now : nines and seconds a year of this reader, nines of a reader with a random answer, share of answers lost for ever
    """
    named = 1.0 - math.pow(10.0, -name)
    balancer_down = math.pow(10.0, -balancer)
    cluster_down = math.pow(10.0, -cluster)
    pool_down = math.pow(10.0, -pool)
    for i in range(63):
        there[i] = math.nan
        mine[i] = math.nan
    for i in range(3):
        edges[18 + i] = 0.0
        if retry == 1 or i == region - 1:
            edges[18 + i] = 1.0
        for j in range(3):
            edges[3 * i + j] = 0.0
            edges[9 + 3 * i + j] = 0.0
            if wiring >= 2 or (i == j and (wiring == 1 or i < 2)):
                edges[3 * i + j] = 1.0
            if wiring == 3 or i == j:
                edges[9 + 3 * i + j] = 1.0
    for i in range(3):
        there[54 + 3 * i] = 1.0
        there[55 + 3 * i] = 2.0 - i
        if edges[18 + i] > 0.0:
            mine[54 + 3 * i] = 1.0
            mine[55 + 3 * i] = 2.0 - i
        for j in range(3):
            for k in range(2):
                at = 9 * k + 3 * i + j
                if edges[at] > 0.0:
                    there[3 * at] = 2.0 - i
                    there[3 * at + 1] = 2.0 - j
                    # A balancer is this reader's by its address, a cluster if one of the reader's balancers has it.
                    passed = edges[18 + i]
                    if k == 1:
                        passed = max(edges[18] * edges[i], max(edges[19] * edges[3 + i], edges[20] * edges[6 + i]))
                    if passed > 0.0:
                        mine[3 * at] = 2.0 - i
                        mine[3 * at + 1] = 2.0 - j
    chain_down = 1.0 - (1.0 - cluster_down) * (1.0 - pool_down)
    # What lies behind one balancer: its clusters, and those with a pool.
    cluster_lost = cluster_down
    behind_lost = chain_down
    if wiring >= 2:
        cluster_lost = cluster_down * cluster_down * cluster_down
        behind_lost = chain_down * chain_down * chain_down
    if wiring == 3:
        pools_lost = pool_down * pool_down * pool_down
        behind_lost = cluster_lost + (1.0 - cluster_lost) * pools_lost
    live = 3
    if wiring == 0:
        live = 2
    dead_end = 0
    if region > live:
        dead_end = 1
    alone_lost = 1.0 - named * (1.0 - balancer_down) * (1.0 - behind_lost)
    retry_balancer_lost = balancer_down * balancer_down * balancer_down
    if wiring < 2:
        # Each balancer has a path of its own: one of the live ones must be whole.
        lost_path = 1.0 - (1.0 - balancer_down) * (1.0 - behind_lost)
        lost_cluster = 1.0 - (1.0 - balancer_down) * (1.0 - cluster_down)
        all_paths = 1.0
        all_clusters = 1.0
        for _ in range(live):
            all_paths *= lost_path
            all_clusters *= lost_cluster
        retry_lost = 1.0 - named * (1.0 - all_paths)
        retry_cluster = 1.0 - all_clusters
    else:
        retry_lost = 1.0 - named * (1.0 - retry_balancer_lost) * (1.0 - behind_lost)
        retry_cluster = (1.0 - retry_balancer_lost) * (1.0 - cluster_lost)
    reach[0] = named
    if retry == 1:
        reach[1] = named * (1.0 - retry_balancer_lost)
        reach[2] = named * retry_cluster
        reach[3] = 1.0 - retry_lost
        reach[4] = reach[3]
        now[0] = nines_of(retry_lost)
        now[1] = year * retry_lost
        now[3] = 0.0
    else:
        reach[1] = named * (1.0 - balancer_down)
        reach[2] = reach[1] * (1.0 - cluster_lost) * (1 - dead_end)
        reach[3] = (1.0 - alone_lost) * (1 - dead_end)
        reach[4] = (1.0 - alone_lost) * live / 3.0
        now[0] = nines_of(1.0 - reach[3])
        now[1] = year * (1.0 - reach[3])
        now[3] = (3.0 - live) / 3.0
    now[2] = nines_of(1.0 - reach[4])


def nines(availability):
    """How many nines an availability has: −log10(1 − availability), 3 for 0.999; infinite for 1.

    availability : from 0 to 1; also an array
    Raises ValueError outside. Explained in chapter 2, section 4.
    """
    with np.errstate(divide="ignore"):
        return -np.log10(share_down(availability))


def minutes_a_year(availability):
    """Minutes without service in a year of 365 days. Raises ValueError outside 0 to 1. Explained in chapter 2, section 4."""
    return share_down(availability) * YEAR / 60


def share_down(availability):
    """1 − availability, a float or an array; raises ValueError outside 0 to 1. Explained in chapter 2, section 4."""
    array = np.asarray(availability, dtype=float)
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"availability must be from 0 to 1, got {availability}")
    return 1 - array if array.ndim else 1 - float(array)


def serial(*parts) -> float:
    """Availability of a chain that needs every one of independent ``parts``; each from 0 to 1, or ValueError."""
    return math.prod(number("availability", a, 0, 1) for a in parts)


def parallel(*parts) -> float:
    """Availability of a group that needs any one of independent ``parts``; each from 0 to 1, or ValueError."""
    return 1 - math.prod(1 - number("availability", a, 0, 1) for a in parts)


def k_of_n(parts, needed, availability, common=0.0) -> float:
    """Availability of ``needed`` out of ``parts`` of one ``availability``, with a shared cause.

    parts : 1 to 8;  needed : 1 to parts;  availability : of each, from 0 to 1
    common : share of each part's downtime that strikes all of them at once (the beta factor), 0 to 1
    Raises ValueError outside these ranges.
    Source: binomial sum; beta factor by Fleming, as in Heising 1983. Explained in chapter 2, section 4.
    """
    parts = whole("parts", parts, 1, MOST_PARTS)
    needed = whole("needed", needed, 1, parts)
    down = 1 - number("availability", availability, 0, 1)
    return 1 - shared_down(parts, needed, down, number("common", common, 0, 1))


def group_nines(parts, needed, nines, common=0.0) -> float:
    """Nines of ``needed`` out of ``parts`` that have ``nines`` each: `k_of_n` beyond the digits of an availability.

    parts : 1 to 8;  needed : 1 to parts;  nines : from 0 up;  common : 0 to 1
    Raises ValueError outside these ranges. Explained in chapter 2, section 4.
    """
    parts = whole("parts", parts, 1, MOST_PARTS)
    needed = whole("needed", needed, 1, parts)
    down = 10.0 ** -number("nines", nines, 0)
    return nines_of(shared_down(parts, needed, down, number("common", common, 0, 1)))


def standby(availability, works, parts=2, switch=0.0, repair=3600.0, common=0.0) -> float:
    """Availability of one part that serves while the others stand by.

    availability : of each part, from 0 to 1;  works : probability that a takeover succeeds;  parts : 1 to 8
    switch : seconds without service in a takeover;  repair : mean seconds to repair a part, above 0
    common : share of each part's downtime that strikes all of them at once
    With switch and common at 0 and two parts this is A + (1 − A) × works × A. Raises ValueError outside these ranges.
    Explained in chapter 2, section 4.
    """
    down = 1 - number("availability", availability, 0, 1)
    parts, works = whole("parts", parts, 1, MOST_PARTS), number("works", works, 0, 1)
    switch, repair = number("switch", switch, 0), number("repair", repair, 1e-9)
    return 1 - standby_down(parts, down, works, switch, repair, number("common", common, 0, 1))


def name_failover(interval, failures, ttl):
    """Seconds that readers keep going to a dead address which a name service hands out: (mean, worst).

    interval : seconds between health checks;  failures : checks in a row that must fail, 1 or more
    ttl : seconds for which resolvers keep an answer
    The outage begins at a random moment between two checks, and a reader's answer has a random age. Resolvers that keep
    answers longer, and connections that are open already, are not in it. Raises ValueError for negative times.
    Explained in chapter 2, section 4.
    """
    interval, ttl = number("interval", interval, 0), number("ttl", ttl, 0)
    failures = whole("failures", failures, 1)
    return interval * (failures - 0.5) + ttl / 2, interval * failures + ttl


WIRINGS = ("as drawn", "a path a region", "any cluster", "any pool")


def layers(wiring, region=1, retry=False, name=5, balancer=3, cluster=3, pool=3) -> float:
    """Availability of the layered picture to a reader whom the name service sent to ``region`` (1 to 3).

    wiring : "as drawn", "a path a region", "any cluster", "any pool";  retry : the reader tries all addresses
    name, balancer, cluster, pool : nines of each part, from 0 up
    Raises ValueError for others. Explained in chapter 2, section 4.
    """
    one_of("wiring", wiring, WIRINGS)
    parts = [number("nines", value, 0) for value in (name, balancer, cluster, pool)]
    words = WIRINGS.index(wiring), whole("region", region, 1, 3), int(bool(retry))
    reach = np.zeros(5)
    layers_reach(*words, *parts, YEAR, reach, np.zeros(21), np.zeros(63), np.zeros(63), np.zeros(4))
    return float(reach[3])
