"""Hedged and tied requests: a second copy against the tail, what it cuts and what load it adds.

On servers with room to spare there is a closed form. With queues there is none, and a simulation shows what the
second copies do to everybody else. Times are in one unit, milliseconds in the figure.

Explained in chapter 1, section 5.
"""

import dataclasses
import math

import numpy as np

from .checks import number, one_of, positive, whole
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, below, exponential, normal, seed_stream, uniform
from .tails import Z99, hedged_quantile, hedged_tail, latency_tail, percentile_rank, select, shape_code

ALONE, HEDGE, CANCEL, TIED = range(4)
POLICIES = {"alone": ALONE, "hedge": HEDGE, "hedge and cancel": CANCEL, "tied": TIED}

# Where a copy is.
UNSENT, QUEUED, RUNNING, DONE, DROPPED = range(5)


@kernel
def hedge_requests(
    load: float,
    same: float,
    p50: float,
    p99: float,
    servers: int,
    seed: int,
    arrival: Floats,
    service: Floats,
    server: Ints,
    state: Ints,
) -> None:
    """Draw Poisson arrivals and, for both copies of each, a lognormal service time and a server, never the same.

    load : utilization of the servers by first copies alone;  servers : at least 2
    arrival : one a request;  service, server : first copies in even places, second ones in odd places
    """
    sigma = math.log(p99 / p50) / Z99
    gap = p50 * math.exp(0.5 * sigma * sigma) / (load * servers)
    seed_stream(seed, 5, state)
    clock = 0.0
    for i in range(arrival.shape[0]):
        clock += gap * exponential(state)
        arrival[i] = clock
        first = below(state, servers)
        server[2 * i] = first
        server[2 * i + 1] = (first + 1 + below(state, servers - 1)) % servers
        service[2 * i] = p50 * math.exp(sigma * normal(state))
        service[2 * i + 1] = p50 * math.exp(sigma * normal(state))
        if uniform(state) < same:
            service[2 * i + 1] = service[2 * i]


@kernel
def queue_run(arrival: Floats, service: Floats, server: Ints, free: Floats, latency: Floats, totals: Floats) -> None:
    """Each first copy to its server's queue, first come, first served, and no second copies."""
    for j in range(free.shape[0]):
        free[j] = 0.0
    work = 0.0
    for i in range(arrival.shape[0]):
        at = server[2 * i]
        free[at] = max(free[at], arrival[i]) + service[2 * i]
        latency[i] = free[at] - arrival[i]
        work += service[2 * i]
    totals[0] = float(arrival.shape[0])
    totals[1] = work
    totals[2] = arrival[arrival.shape[0] - 1]


@kernel
def start_next(
    at: int,
    now: float,
    head: Ints,
    link: Ints,
    running: Ints,
    where: Ints,
    service: Floats,
    started: Floats,
    ends: Floats,
) -> int:
    """Let server ``at`` begin the first copy in its queue that was not dropped; returns it, or -1 and stays idle."""
    while head[at] >= 0:
        copy = head[at]
        head[at] = link[copy]
        if where[copy] == QUEUED:
            where[copy] = RUNNING
            running[at] = copy
            started[copy] = now
            ends[at] = now + service[copy]
            return copy
    running[at] = -1
    ends[at] = math.inf
    return -1


@kernel
def hedge_run(
    policy: int,
    delay: float,
    message: float,
    arrival: Floats,
    service: Floats,
    server: Ints,
    latency: Floats,
    totals: Floats,
    ends: Floats,
    running: Ints,
    head: Ints,
    tail: Ints,
    link: Ints,
    where: Ints,
    started: Floats,
    told: Ints,
    told_at: Floats,
) -> None:
    """Simulate requests whose second copy goes to another server's queue ``delay`` after the first, if still needed.

    policy : 1 both copies run to their end; 2 when one ends, the other is dropped, even while it runs;
        3 when one begins, the other is dropped if it still waits (tied)
    message : time until the other server hears of it
    latency : one a request;  totals : copies sent, time that servers worked, time of the last arrival
    ends, running, head, tail : scratch, one a server;  link, where, started, told, told_at : scratch, one a copy
    """
    requests = arrival.shape[0]
    servers = ends.shape[0]
    for j in range(servers):
        ends[j] = math.inf
        running[j] = -1
        head[j] = -1
    for copy in range(2 * requests):
        where[copy] = UNSENT
    for i in range(requests):
        latency[i] = -1.0
    first = 0
    second = 0
    heard = 0
    messages = 0
    open_requests = requests
    sent = 0.0
    work = 0.0
    while open_requests > 0:
        while second < first and latency[second] >= 0.0:
            second += 1
        soonest = 0
        for j in range(1, servers):
            if ends[j] < ends[soonest]:
                soonest = j
        now = ends[soonest]
        kind = 0
        if heard < messages and told_at[heard] < now:
            now = told_at[heard]
            kind = 1
        if first < requests and arrival[first] < now:
            now = arrival[first]
            kind = 2
        if second < first and arrival[second] + delay < now:
            now = arrival[second] + delay
            kind = 3
        begun = -1
        if kind == 0:
            copy = running[soonest]
            where[copy] = DONE
            work += now - started[copy]
            if latency[copy // 2] < 0.0:
                latency[copy // 2] = now - arrival[copy // 2]
                open_requests -= 1
                if policy == CANCEL:
                    told[messages] = copy ^ 1
                    told_at[messages] = now + message
                    messages += 1
            begun = start_next(soonest, now, head, link, running, where, service, started, ends)
        elif kind == 1:
            copy = told[heard]
            heard += 1
            if where[copy] < RUNNING:
                where[copy] = DROPPED
            elif where[copy] == RUNNING and policy == CANCEL:
                where[copy] = DROPPED
                work += now - started[copy]
                begun = start_next(server[copy], now, head, link, running, where, service, started, ends)
        else:
            if kind == 2:
                copy = 2 * first
                first += 1
            else:
                copy = 2 * second + 1
                second += 1
            sent += 1.0
            if where[copy] == UNSENT:
                at = server[copy]
                where[copy] = QUEUED
                link[copy] = -1
                if head[at] >= 0:
                    link[tail[at]] = copy
                else:
                    head[at] = copy
                tail[at] = copy
                if running[at] < 0:
                    begun = start_next(at, now, head, link, running, where, service, started, ends)
        if policy == TIED and begun >= 0:
            told[messages] = begun ^ 1
            told_at[messages] = now + message
            messages += 1
    for j in range(servers):
        if running[j] >= 0:
            work += ends[j] - started[running[j]]
    totals[0] = sent
    totals[1] = work
    totals[2] = arrival[requests - 1]


@kernel
def tail_curve(latency: Floats, skip: int, times: Floats, slower: Floats) -> None:
    """Share of the requests from number ``skip`` on that took longer than each of ``times``, evenly spaced in log."""
    points = times.shape[0]
    for k in range(points):
        slower[k] = 0.0
    base = math.log(times[0])
    scale = (points - 1) / (math.log(times[points - 1]) - base)
    for i in range(skip, latency.shape[0]):
        place = min(max(math.ceil((math.log(latency[i]) - base) * scale), 0), points)
        if place > 0:
            slower[place - 1] += 1.0
    for k in range(points - 2, -1, -1):
        slower[k] += slower[k + 1]
    for k in range(points):
        slower[k] = slower[k] / (latency.shape[0] - skip)


@kernel
def three_percentiles(latency: Floats, skip: int, now: Floats, at: int) -> None:
    """p50, p99, p99.9 of the requests from number ``skip`` on, in ms, to three places of ``now``, in seconds."""
    count = latency.shape[0] - skip
    last = latency.shape[0] - 1
    now[at] = select(latency, skip, last, skip + percentile_rank(0.5, count)) / 1000.0
    now[at + 1] = select(latency, skip, last, skip + percentile_rank(0.99, count)) / 1000.0
    now[at + 2] = select(latency, skip, last, skip + percentile_rank(0.999, count)) / 1000.0


@kernel
def hedging(
    policy: int,
    delay_ms: float,
    load: float,
    p99_ms: float,
    same: float,
    seed: int,
    p50_ms: float,
    servers: int,
    message_ms: float,
    times_ms: Floats,
    delays_ms: Floats,
    alone: Floats,
    helped: Floats,
    ideal: Floats,
    extra: Floats,
    cut_ms: Floats,
    now: Floats,
    arrival: Floats,
    service: Floats,
    server: Ints,
    latency: Floats,
    totals: Floats,
    ends: Floats,
    running: Ints,
    head: Ints,
    tail: Ints,
    link: Ints,
    where: Ints,
    started: Floats,
    told: Ints,
    told_at: Floats,
    state: Ints,
) -> None:
    """The figure: the same requests simulated without and with second copies, and the closed form without queues.

    alone, helped, ideal : share of requests slower than each of ``times_ms``, simulated without second copies,
        simulated with them, and by the closed form for idle servers
    extra, cut_ms : for each of ``delays_ms``, the closed form's extra requests (a share) and p99
    now : p50, p99, p99.9 alone, then the same with second copies (seconds), extra requests, extra work, utilization
        without and with (shares), ideal p99 (seconds), ideal extra requests, p99 with them in ms, over that alone,
        p99 alone in ms
    """
    hedge_requests(load, same, p50_ms, p99_ms, servers, seed, arrival, service, server, state)
    requests = arrival.shape[0]
    skip = requests // 10
    queue_run(arrival, service, server, ends, latency, totals)
    own_work = totals[1]
    tail_curve(latency, skip, times_ms, alone)
    three_percentiles(latency, skip, now, 0)
    if policy == ALONE:
        queue_run(arrival, service, server, ends, latency, totals)
    else:
        hedge_run(
            policy, delay_ms, message_ms, arrival, service, server, latency, totals,
            ends, running, head, tail, link, where, started, told, told_at,
        )  # fmt: skip
    tail_curve(latency, skip, times_ms, helped)
    three_percentiles(latency, skip, now, 3)
    now[6] = totals[0] / requests - 1.0
    now[7] = totals[1] / own_work - 1.0
    now[8] = own_work / (servers * totals[2])
    now[9] = totals[1] / (servers * totals[2])
    for k in range(times_ms.shape[0]):
        ideal[k] = hedged_tail(1, p50_ms, p99_ms, delay_ms, same, times_ms[k])
    for k in range(delays_ms.shape[0]):
        extra[k] = latency_tail(1, p50_ms, p99_ms, delays_ms[k])
        cut_ms[k] = hedged_quantile(1, p50_ms, p99_ms, delays_ms[k], same, 0.01)
    now[10] = hedged_quantile(1, p50_ms, p99_ms, delay_ms, same, 0.01) / 1000.0
    now[11] = latency_tail(1, p50_ms, p99_ms, delay_ms)
    now[12] = 1000.0 * now[4]
    now[13] = now[4] / now[1]
    now[14] = 1000.0 * now[1]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A simulated run of requests with second copies.

    latency : one a request, in the unit of the service time;  extra_requests : second copies a request
    extra_work : work added by them, over the work of first copies;  utilization : of all servers, without the added
    """

    latency: np.ndarray
    extra_requests: float
    extra_work: float
    utilization: float


def simulate(policy, delay, load, p50, p99, same=0.0, message=0.0, servers=10, requests=20_000, seed=1) -> Outcome:
    """Requests to ``servers`` first-come-first-served queues with lognormal service, and second copies by ``policy``.

    policy : "alone" (no second copies), "hedge" (both copies run to their end), "hedge and cancel" (the loser is
        dropped, queued or running, when the winner ends), "tied" (the copy that still waits is dropped when the
        other begins)
    delay : wait before the second copy goes out;  message : time until the other server hears that it may drop it
    load : utilization by first copies alone, above 0;  p50, p99 : of the service time;  all times in one unit
    same : share of requests whose second copy needs exactly the time of the first;  servers : at least 2;  seed : whole, from 0
    Raises ValueError outside these ranges. Explained in chapter 1, section 5.
    """
    policy = POLICIES[one_of("policy", policy, POLICIES)]
    shape_code("lognormal", p50, p99)
    delay, message = number("delay", delay, 0), number("message", message, 0)
    load, same = positive("load", load), number("same", same, 0, 1)
    servers, requests = whole("servers", servers, 2), whole("requests", requests, 1)
    seed = whole("seed", seed, 0, MASK)
    arrival, service, latency, totals = np.empty(requests), np.empty(2 * requests), np.empty(requests), np.zeros(3)
    server, state = np.empty(2 * requests, dtype=np.int64), np.empty(STATE_SIZE, dtype=np.int64)
    drawn = arrival, service, server
    hedge_requests(load, same, float(p50), float(p99), servers, seed, *drawn, state)
    queue_run(*drawn, np.empty(servers), latency, totals)
    own = totals.copy()
    if policy != ALONE:
        run(policy, delay, message, *drawn, servers, latency, totals)
    return Outcome(latency, totals[0] / requests - 1, totals[1] / own[1] - 1, own[1] / (servers * own[2]))


def run(policy, delay, message, arrival, service, server, servers, latency, totals) -> None:
    """`hedge_run` with its scratch arrays; its arguments, times in one unit. Explained in chapter 1, section 5."""
    copies = len(service)
    ends, started, told_at = np.empty(servers), np.empty(copies), np.empty(copies)
    running, head, tail = (np.empty(servers, dtype=np.int64) for _ in range(3))
    link, where, told = (np.empty(copies, dtype=np.int64) for _ in range(3))
    hedge_run(
        policy, float(delay), float(message), arrival, service, server, latency, totals,
        ends, running, head, tail, link, where, started, told, told_at,
    )  # fmt: skip
