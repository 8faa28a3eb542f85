"""The player of a load balancer: each request as a token, from the balancer to a server's line and out.

Explained in chapter 2, section 2.
"""

import math

from .balancer import dispatch, request_stream
from .balancing import clear_plan
from .kernel import Floats, Ints, kernel
from .policies import hash_ring
from .servers import REFUSAL, TIMEOUT, open_desk, plan_fault
from .tails import percentile_rank, select
from .tracks import FRAMES_PER_TOKEN, still_then_move

FAULT_LASTS, CHECKS, PATIENCE = 15.0, 3.0, 5.0  # seconds: of the fault, between health checks, until a timeout
DOOR = 12.0  # where a server stands; its line is to the left, the balancer at 0
WAITS, SERVED, FAILS = range(3)  # kinds of tokens


@kernel
def balancer_tracks(policy: int, load: float, servers: int, fault: int, at: float, seed: int, horizon: float,
                    first: Floats, when: Floats, x: Floats, y: Floats, kind: Floats, moments: Floats, inside: Floats,
                    half: Floats, late: Floats, summary: Floats, sick: Floats, popularity: Floats, plan: Floats,
                    speed: Floats, service: Floats, arrival: Floats, work: Floats, client: Ints, place: Ints,
                    owner: Ints, state: Ints, order: Ints, desk: Floats, memory: Floats, where: Ints,
                    departure: Floats, link: Ints, response: Floats, answered: Floats) -> None:  # fmt: skip
    """Requests of mean work 1 s over ``horizon`` seconds, for a player; the first server has a fault from ``at`` on.

    policy : its number in POLICIES;  fault : 0 none, 1 a quarter of its speed, 2 dead and refuses, 3 dead and hangs
    first (requests + 1), when, x, y, kind (FRAMES_PER_TOKEN a request) : keyframes; the balancer is at x = 0, server j
        at (DOOR, j), who waits there stands to the left of it, who is done leaves to the right, who fails goes back
    moments : filled, evenly over the horizon: when the counts below hold from
    inside, half, late : filled: in flight, p50 and p99 of those done so far, s (infinite: failed; not a number: none)
    summary : filled: requests, failed, upper edge of the servers in the picture, longest line found by an arrival
    sick : filled: from and until when the fault lasts, or infinite
    """
    clear_plan(plan)
    plan_fault(fault, 0, at, at + FAULT_LASTS, 0.25, CHECKS, plan)
    plan[TIMEOUT] = PATIENCE
    plan[REFUSAL] = 0.3
    sick[0] = math.inf
    sick[1] = math.inf
    if fault > 0:
        sick[0] = at
        sick[1] = at + FAULT_LASTS
    for i in range(popularity.shape[0]):
        popularity[i] = (i + 1.0) / popularity.shape[0]
    for j in range(servers):
        speed[j] = 1.0
    limit = arrival.shape[0]
    request_stream(limit, load * servers, 1.0, 1.0, seed, popularity, arrival, work, client, service, state)
    hash_ring(servers, place, owner)
    open_desk(servers, seed, speed, plan, state, order, desk, memory)
    count = 0
    while count < limit and arrival[count] < horizon:
        count += 1
    dispatch(policy, 0, count, 2, 0.0, 0, 1.25, 10.0, plan, speed, arrival, work, client, place, owner, state, order,
             desk, memory, where, departure, link, response)  # fmt: skip
    frame = 0
    summary[1] = 0.0
    summary[3] = 0.0
    for i in range(count):
        first[i] = frame
        frame = request_track(i, 0.5 * (servers - 1), frame, arrival, where, departure, response, summary, when, x, y,
                              kind)  # fmt: skip
        if math.isinf(response[i]):
            summary[1] += 1.0
    for i in range(count, limit + 1):
        first[i] = frame
    summary[0] = count
    summary[2] = servers - 0.5
    for t in range(moments.shape[0]):
        moment = horizon * t / moments.shape[0]
        moments[t] = moment
        inside[t] = 0.0
        done = 0
        for i in range(count):
            if departure[i] <= moment:
                answered[done] = response[i]
                done += 1
            elif arrival[i] <= moment:
                inside[t] += 1.0
        half[t] = math.nan
        late[t] = math.nan
        if done > 0:
            half[t] = select(answered, 0, done - 1, percentile_rank(0.5, done))
            late[t] = select(answered, 0, done - 1, percentile_rank(0.99, done))


@kernel
def request_track(i: int, middle: float, frame: int, arrival: Floats, where: Ints, departure: Floats,
                  response: Floats, summary: Floats, when: Floats, x: Floats, y: Floats,
                  kind: Floats) -> int:  # fmt: skip
    """Write one request's keyframes from ``frame`` on; returns the next free one."""
    server = 1.0 * where[i]
    ahead = 0
    for k in range(i):
        if where[k] == where[i] and departure[k] > arrival[i]:
            ahead += 1
    summary[3] = max(summary[3], float(ahead))
    limit = frame + FRAMES_PER_TOKEN - 6
    when[frame] = arrival[i]
    x[frame] = 0.0
    y[frame] = middle
    kind[frame] = WAITS
    stand = max(1.0, DOOR - ahead)
    color = SERVED
    if ahead > 0:
        color = WAITS
    frame = still_then_move(arrival[i], 0.0, middle, stand, server, color, frame + 1, when, x, y, kind)
    left = ahead
    for k in range(i):
        if left > 0 and where[k] == where[i] and departure[k] > arrival[i]:
            left -= 1
            further = max(1.0, DOOR - left)
            if departure[k] < departure[i] and (frame + 2 <= limit or left == 0):
                if left == 0:
                    color = SERVED
                frame = still_then_move(departure[k], stand, server, further, server, color, frame, when, x, y, kind)
                stand = further
    if math.isinf(response[i]):
        return still_then_move(departure[i], stand, server, 0.0, middle, FAILS, frame, when, x, y, kind)
    return still_then_move(departure[i], stand, server, DOOR + 2.0, server, SERVED, frame, when, x, y, kind)
