"""Policies of a load balancer: which server gets the next request, and what each has to know for it.

A policy that compares servers asks for each one's load; the least wins. Counts are kept by the server's chain of
requests, from which those that are done are dropped when somebody counts. Explained in chapter 2, section 2.
"""

import math

from .kernel import Floats, Ints, kernel
from .lanes import ring_place
from .rng import MASK, below, mix32, next_u32
from .servers import COST, COUNT, CREDIT, DESK, FREE, NEXT, OUT_UNTIL, SEEN, SICK, SLOW_START, TURN, in_flight, learn

RANDOM, ROUND_ROBIN, WEIGHTED, FEWEST, CHOICES, PEAK, HASH, BOUNDED, LEAST_WORK = range(9)
POLICIES = ("random", "round robin", "weighted round robin", "least connections", "power of d choices", "peak EWMA",
            "IP hash", "bounded consistent hash", "least work left")  # fmt: skip

POINTS = 40  # places of a server on the hash ring
PENALTY = 1e6  # seconds: stands for Finagle's penalty (2**47 ns) of a server that has a request and no answer yet
LEAST_WEIGHT = 0.1  # of a server at the beginning of its slow start


@kernel
def weight_of(server: int, now: float, plan: Floats) -> float:
    """1, or less for a server that is back since a moment ago, where there is a slow start."""
    if plan[SLOW_START] > 0.0 and server == plan[SICK] and now >= plan[OUT_UNTIL]:
        return min(1.0, max(LEAST_WEIGHT, (now - plan[OUT_UNTIL]) / plan[SLOW_START]))
    return 1.0


@kernel
def load_of(policy: int, server: int, now: float, age: float, decay: float, plan: Floats, arrival: Floats,
            departure: Floats, link: Ints, desk: Floats) -> float:  # fmt: skip
    """What a policy that counts requests takes for this server's load."""
    row = server * DESK
    if age <= 0.0 or policy == PEAK:
        if desk[row + NEXT] <= now:
            in_flight(server, now, decay, arrival, departure, link, desk)
        desk[row + SEEN] = desk[row + COUNT]
    load = desk[row + SEEN]
    if policy == PEAK:
        learn(row, now, 0.0, decay, desk)
        if desk[row + COST] == 0.0 and load > 0.0:
            return PENALTY + load
        return desk[row + COST] * (load + 1.0)
    if plan[SLOW_START] > 0.0:
        return (load + 1.0) / weight_of(server, now, plan)
    return load


@kernel
def draw_pair(state: Ints, count: int) -> int:
    """Two different places below ``count``, a and b, as a × 2³² + b: from one word, as likely up to count² / 2³²."""
    product = next_u32(state) * count
    a = product >> 32
    b = ((product & MASK) * (count - 1)) >> 32
    return (a << 32) + b + int(b >= a)


@kernel
def least_loaded(policy: int, choices: int, now: float, age: float, decay: float, plan: Floats, arrival: Floats,
                 departure: Floats, link: Ints, state: Ints, order: Ints, desk: Floats, up: int) -> int:  # fmt: skip
    """The least loaded of ``choices`` servers drawn at random, all different; the first drawn of equals."""
    if choices == 2 and up > 1:
        pair = draw_pair(state, up)
        one = order[pair >> 32]
        other = order[pair & MASK]
        load = load_of(policy, one, now, age, decay, plan, arrival, departure, link, desk)
        if load_of(policy, other, now, age, decay, plan, arrival, departure, link, desk) < load:
            return other
        return one
    best = order[0]
    least = math.inf
    for k in range(min(choices, up)):
        other = k + below(state, up - k)
        server = order[other]
        order[other] = order[k]
        order[k] = server
        load = load_of(policy, server, now, age, decay, plan, arrival, departure, link, desk)
        if load < least:
            least = load
            best = server
    return best


@kernel
def fewest(policy: int, now: float, age: float, plan: Floats, arrival: Floats, departure: Floats, link: Ints,
           state: Ints, order: Ints, desk: Floats, up: int) -> int:  # fmt: skip
    """The least loaded server of all in rotation, ties at random."""
    best = order[0]
    least = math.inf
    ties = 0
    for k in range(up):
        row = order[k] * DESK
        if policy == LEAST_WORK:
            load = desk[row + FREE]
        else:
            if age <= 0.0:
                if desk[row + NEXT] <= now:
                    in_flight(order[k], now, 0.0, arrival, departure, link, desk)
                desk[row + SEEN] = desk[row + COUNT]
            load = desk[row + SEEN]
            if plan[SLOW_START] > 0.0:
                load = (load + 1.0) / weight_of(order[k], now, plan)
        if load < least:
            least = load
            best = order[k]
            ties = 0
        # Equal ones are moved up front, where one of them is drawn.
        if load == least:
            server = order[k]
            order[k] = order[ties]
            order[ties] = server
            ties += 1
    if ties > 1:
        best = order[below(state, ties)]
    return best


@kernel
def by_turns(
    policy: int, servers: int, now: float, speed: Floats, plan: Floats, out: int, desk: Floats, memory: Floats
) -> int:
    """The next server in turn: plain, or by nginx's smooth weights, which are the speeds. ``out`` is passed over."""
    if policy == ROUND_ROBIN:
        turn = (int(memory[TURN]) + 1) % servers
        if turn == out:
            turn = (turn + 1) % servers
        memory[TURN] = turn
        return turn
    total = 0.0
    best = -1
    for j in range(servers):
        if j != out:
            weight = speed[j] * weight_of(j, now, plan)
            total += weight
            desk[j * DESK + CREDIT] += weight
            if best < 0 or desk[j * DESK + CREDIT] > desk[best * DESK + CREDIT]:
                best = j
    desk[best * DESK + CREDIT] -= total
    return best


@kernel
def by_client(policy: int, servers: int, client: int, now: float, bound: float, out: int, arrival: Floats, departure: Floats,
              link: Ints, place: Ints, owner: Ints, desk: Floats, up: int) -> int:  # fmt: skip
    """The client's server: by hash modulo their number, or the first on the ring below ``bound`` times the mean."""
    if policy == HASH:
        digest = mix32(client + 1)
        while digest % servers == out:
            digest = mix32(digest + 1)
        return digest % servers
    total = 1.0
    for j in range(servers):
        if j != out:
            total += in_flight(j, now, 0.0, arrival, departure, link, desk)
    most = math.ceil(bound * total / up)
    at = ring_place(0, client)
    low = 0
    high = servers * POINTS
    while low < high:
        middle = (low + high) // 2
        if place[middle] < at:
            low = middle + 1
        else:
            high = middle
    k = low % (servers * POINTS)
    while owner[k] == out or desk[owner[k] * DESK + COUNT] >= most:
        k = (k + 1) % (servers * POINTS)
    return owner[k]


@kernel
def hash_ring(servers: int, place: Ints, owner: Ints) -> None:
    """Fill ``place`` with the servers' places on the ring in order, ``owner`` with whose they are (Shell's sort)."""
    count = servers * POINTS
    for i in range(count):
        place[i] = ring_place(i // POINTS + 1, i % POINTS)
        owner[i] = i // POINTS
    gap = count // 2
    while gap > 0:
        for i in range(gap, count):
            kept = place[i]
            whose = owner[i]
            k = i
            while k >= gap and place[k - gap] > kept:
                place[k] = place[k - gap]
                owner[k] = owner[k - gap]
                k -= gap
            place[k] = kept
            owner[k] = whose
        gap = gap // 2
