"""What the figures of load balancing compute: all policies over the same traffic, old counts, the herd.

Explained in chapter 2, section 2.
"""

import math

from .balancer import dispatch, request_stream
from .kernel import Floats, Ints, kernel
from .policies import CHOICES, FEWEST, RANDOM, WEIGHTED, hash_ring
from .servers import (
    COLD,
    DESK,
    FREE,
    HEALTHY,
    REFUSAL,
    REFUSES,
    SLOW_START,
    TIMEOUT,
    USED,
    WARM,
    in_flight,
    open_desk,
    plan_fault,
)
from .tails import percentile_rank, select

SERVICE = 0.1  # mean service time at speed 1 in the race and the herd, seconds
CLIENTS = 400
HERD = 10  # servers of the herd
RESTART, BACK, COLD_FOR, COLD_SPEED = 8.0, 14.0, 4.0, 0.3  # of the herd's server that restarts


@kernel
def clear_plan(plan: Floats) -> None:
    """A plan with the figures' timeouts and nothing else in it."""
    for i in range(plan.shape[0]):
        plan[i] = 0.0
    plan[COLD] = 1.0
    plan[TIMEOUT] = 10.0 * SERVICE
    plan[REFUSAL] = 0.01 * SERVICE


@kernel
def mean_answered(first: int, last: int, response: Floats) -> float:
    """Mean of the responses that are finite; infinite if none is."""
    total = 0.0
    count = 0
    for i in range(first, last):
        if not math.isinf(response[i]):
            total += response[i]
            count += 1
    if count == 0:
        return math.inf
    return total / count


@kernel
def balance_race(load: float, servers: int, variability: float, first_speed: float, fault: int, seed: int,
                 requests: int, mean: Floats, late: Floats, idlest: Floats, busiest: Floats, failed: Floats,
                 popularity: Floats, plan: Floats, speed: Floats, service: Floats, arrival: Floats, work: Floats,
                 client: Ints, place: Ints, owner: Ints, state: Ints, order: Ints, desk: Floats, memory: Floats,
                 where: Ints, departure: Floats, link: Ints, response: Floats) -> None:  # fmt: skip
    """The figure: the same requests by each of the nine policies.

    load : offered work over the healthy servers' speeds;  first_speed : of the first server, the others' is 1
    fault : 0 none; in the middle third of the run the first server is 1 at a quarter of its speed, 2 dead, refusing,
        3 dead, hanging; a health check comes fifty times in the run
    mean, late : filled, one a policy: mean response of the answered and p99 of all, s (infinite: so many failed)
    idlest, busiest : filled: utilization of the two servers;  failed : filled: share of the requests
    The first tenth of the run is not counted.
    """
    clear_plan(plan)
    for i in range(CLIENTS):
        popularity[i] = (i + 1.0) / CLIENTS
    for j in range(servers):
        speed[j] = 1.0
    speed[0] = first_speed
    rate = load * (servers - 1 + first_speed) / SERVICE
    request_stream(requests, rate, SERVICE, variability, seed, popularity, arrival, work, client, service, state)
    hash_ring(servers, place, owner)
    end = arrival[requests - 1]
    plan_fault(fault, 0, end / 3.0, end / 1.5, 0.25, end / 50.0, plan)
    skip = requests // 10
    for policy in range(mean.shape[0]):
        open_desk(servers, seed, speed, plan, state, order, desk, memory)
        dispatch(policy, 0, requests, 2, 0.0, 0, 1.25, 10.0 * SERVICE, plan, speed, arrival, work, client, place, owner,
                 state, order, desk, memory, where, departure, link, response)  # fmt: skip
        mean[policy] = mean_answered(skip, requests, response)
        failed[policy] = 0.0
        for i in range(skip, requests):
            if math.isinf(response[i]):
                failed[policy] += 1.0 / (requests - skip)
        late[policy] = select(response, skip, requests - 1, skip + percentile_rank(0.99, requests - skip))
        idlest[policy] = 1.0
        busiest[policy] = 0.0
        for j in range(servers):
            used = (desk[j * DESK + USED] - max(desk[j * DESK + FREE] - end, 0.0)) / end
            idlest[policy] = min(idlest[policy], used)
            busiest[policy] = max(busiest[policy], used)


@kernel
def stale_curve(load: float, servers: int, age: float, own: int, seed: int, requests: int, ages: Floats, two: Floats,
                least: Floats, flat: Floats, now: Floats, popularity: Floats, plan: Floats, speed: Floats,
                service: Floats, arrival: Floats, work: Floats, client: Ints, place: Ints, owner: Ints, state: Ints,
                order: Ints, desk: Floats, memory: Floats, where: Ints, departure: Floats, link: Ints,
                response: Floats) -> None:  # fmt: skip
    """The figure: mean response against the age of the counts, for two choices and for the least loaded of all.

    age, ages : seconds between two counts, where the mean service takes 1 s;  own : 1 if what was sent since is added
    two, least : filled, one for each of ``ages``, mean response in service times;  flat : filled, at random, both ends
    now : at ``age``: random, two choices, least connections; the best of them (0, 1, 2); the first age on the grid from
        which random is better than the least loaded (infinite: none), M/M/1's mean
    """
    clear_plan(plan)
    popularity[0] = 1.0
    for j in range(servers):
        speed[j] = 1.0
    plan_fault(HEALTHY, 0, 0.0, 0.0, 1.0, 0.0, plan)
    request_stream(requests, load * servers, 1.0, 1.0, seed, popularity, arrival, work, client, service, state)
    for run in range(2 * ages.shape[0] + 3):
        k = run // 2
        policy = FEWEST
        if run % 2 == 0:
            policy = CHOICES
        between = age
        if k < ages.shape[0]:
            between = ages[k]
        if run == 2 * ages.shape[0] + 2:
            policy = RANDOM
        open_desk(servers, seed, speed, plan, state, order, desk, memory)
        dispatch(policy, 0, requests, 2, between, own, 1.25, 1.0, plan, speed, arrival, work, client, place, owner,
                 state, order, desk, memory, where, departure, link, response)  # fmt: skip
        mean = mean_answered(requests // 10, requests, response)
        if policy == RANDOM:
            now[0] = mean
        elif k == ages.shape[0]:
            now[1 + run % 2] = mean
        elif policy == CHOICES:
            two[k] = mean
        else:
            least[k] = mean
    flat[0] = now[0]
    flat[1] = now[0]
    now[3] = 0.0
    if now[1] < now[0]:
        now[3] = 1.0
    if now[2] < min(now[0], now[1]):
        now[3] = 2.0
    now[4] = math.inf
    for k in range(ages.shape[0] - 1, -1, -1):
        if least[k] <= now[0]:
            break
        now[4] = ages[k]
    now[5] = 1.0 / (1.0 - load)


@kernel
def herd_run(policy: int, age: float, own: int, load: float, restart: int, slow_start: float, seed: int,
             times: Floats, lines: Floats, longest: Floats, now: Floats, popularity: Floats, plan: Floats,
             speed: Floats, service: Floats, arrival: Floats, work: Floats, client: Ints, place: Ints, owner: Ints,
             state: Ints, order: Ints, desk: Floats, memory: Floats, where: Ints, departure: Floats, link: Ints,
             response: Floats) -> None:  # fmt: skip
    """The figure: how many requests each of ten servers has, in time.

    policy : 0 random, 1 weighted round robin, 2 two choices, 3 least connections;  age : s between two counts
    own : 1 if what was sent since is added;  restart : 1 if the first server is dead for a while, then cold;  slow_start : s
    lines : filled, server by server, the requests at each of ``times``;  longest : filled, the most at each of them
    now : p50, p99 (s), mean of the answered (s), longest line, share that failed, longest line of the first server
        from its return on, mean of the longest lines
    """
    clear_plan(plan)
    popularity[0] = 1.0
    for j in range(HERD):
        speed[j] = 1.0
    plan_fault(REFUSES * restart, 0, RESTART, BACK, 1.0, 0.6, plan)
    plan[WARM] = BACK + COLD_FOR
    plan[COLD] = COLD_SPEED
    plan[SLOW_START] = slow_start * restart
    requests = arrival.shape[0]
    request_stream(
        requests, load * HERD / SERVICE, SERVICE, 1.0, seed, popularity, arrival, work, client, service, state
    )
    open_desk(HERD, seed, speed, plan, state, order, desk, memory)
    rule = RANDOM
    if policy == 1:
        rule = WEIGHTED
    if policy == 2:
        rule = CHOICES
    if policy == 3:
        rule = FEWEST
    last = 0
    now[3] = 0.0
    now[5] = 0.0
    now[6] = 0.0
    for t in range(times.shape[0]):
        first = last
        while last < requests and arrival[last] <= times[t]:
            last += 1
        dispatch(rule, first, last, 2, age, own, 1.25, 1.0, plan, speed, arrival, work, client, place, owner, state,
                 order, desk, memory, where, departure, link, response)  # fmt: skip
        longest[t] = 0.0
        for j in range(HERD):
            line = in_flight(j, times[t], 0.0, arrival, departure, link, desk)
            lines[j * times.shape[0] + t] = line
            longest[t] = max(longest[t], line)
            if j == 0 and times[t] >= BACK:
                now[5] = max(now[5], line)
        now[3] = max(now[3], longest[t])
        now[6] += longest[t] / times.shape[0]
    now[2] = mean_answered(0, last, response)
    now[4] = 0.0
    for i in range(last):
        if math.isinf(response[i]):
            now[4] += 1.0 / last
    now[0] = select(response, 0, last - 1, percentile_rank(0.5, last))
    now[1] = select(response, 0, last - 1, percentile_rank(0.99, last))
