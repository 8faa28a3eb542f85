"""The power of d choices among endlessly many servers: the supermarket model in its limit, and a run beside it.

Explained in chapter 2, section 2.
"""

import math

import numpy as np

from .balancer import dispatch, request_stream
from .checks import number, whole
from .kernel import Floats, Ints, kernel
from .policies import CHOICES, RANDOM
from .servers import in_flight, open_desk, plan_fault

MOST = 1e9  # an exponent beyond which a tail is nothing at any load below 1


@kernel
def tail_of_choices(load: float, choices: int, tail: Floats) -> None:
    """Fill ``tail`` with the share of servers that have at least k requests, k = 0, 1, 2, ...

    λ to the power of (dᵏ − 1)/(d − 1); to the power of k for one choice.
    Source: M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, IEEE TPDS 12(10), 2001.
    """
    power = 0.0
    for k in range(tail.shape[0]):
        tail[k] = load**power
        power = min(choices * power + 1.0, MOST)


@kernel
def mean_of_choices(load: float, choices: int) -> float:
    """Mean response in service times: the mean number at a server (the sum of the tail) over λ, by Little's law."""
    if load >= 1.0:
        return math.inf
    if choices == 1 or load <= 0.0:
        return 1.0 / (1.0 - load)
    total = 0.0
    power = 1.0
    for _ in range(64):
        total += load ** (power - 1.0)
        power = min(choices * power + 1.0, MOST)
    return total


@kernel
def count_tail(servers: int, now: float, arrival: Floats, departure: Floats, link: Ints, desk: Floats,
               tail: Floats) -> None:  # fmt: skip
    """Add to ``tail[k]`` how many servers have at least k requests at a moment."""
    for j in range(servers):
        length = int(in_flight(j, now, 0.0, arrival, departure, link, desk))
        for k in range(min(length + 1, tail.shape[0])):
            tail[k] += 1.0


@kernel
def choices_run(load: float, choices: int, servers: int, seed: int, requests: int, one: Floats, limit: Floats,
                simulated: Floats, now: Floats, popularity: Floats, plan: Floats, speed: Floats, service: Floats,
                arrival: Floats, work: Floats, client: Ints, place: Ints, owner: Ints, state: Ints, order: Ints,
                desk: Floats, memory: Floats, where: Ints, departure: Floats, link: Ints,
                response: Floats) -> None:  # fmt: skip
    """The figure: share of servers with at least k requests, in the limit and in a run, counted once in n arrivals.

    one, limit : filled: the limit for one choice and for d;  simulated : filled, not a number where none was seen
    now : mean response in service times, simulated, for endlessly many servers, and for one choice; longest line seen;
        share of servers with at least 3 requests, simulated and in the limit
    """
    tail_of_choices(load, 1, one)
    tail_of_choices(load, choices, limit)
    for j in range(servers):
        speed[j] = 1.0
    for i in range(plan.shape[0]):
        plan[i] = 0.0
    popularity[0] = 1.0
    plan_fault(0, 0, 0.0, 0.0, 1.0, 0.0, plan)
    request_stream(requests, load * servers, 1.0, 1.0, seed, popularity, arrival, work, client, service, state)
    open_desk(servers, seed, speed, plan, state, order, desk, memory)
    policy = CHOICES
    if choices == 1:
        policy = RANDOM
    for k in range(simulated.shape[0]):
        simulated[k] = 0.0
    skip = requests // 5
    counts = 0
    for first in range(0, requests, servers):
        last = min(first + servers, requests)
        dispatch(policy, first, last, min(choices, servers), 0.0, 0, 1.25, 1.0, plan, speed, arrival, work, client,
                 place, owner, state, order, desk, memory, where, departure, link, response)  # fmt: skip
        if first >= skip:
            count_tail(servers, arrival[last - 1], arrival, departure, link, desk, simulated)
            counts += 1
    now[3] = 0.0
    for k in range(simulated.shape[0]):
        if simulated[k] > 0.0:
            now[3] = k
        simulated[k] = simulated[k] / (counts * servers)
    now[4] = simulated[3]
    now[5] = limit[3]
    for k in range(simulated.shape[0]):
        if simulated[k] <= 0.0:
            simulated[k] = math.nan
    now[0] = 0.0
    for i in range(skip, requests):
        now[0] += response[i]
    now[0] = now[0] / (requests - skip)
    now[1] = mean_of_choices(load, choices)
    now[2] = mean_of_choices(load, 1)


def tail(load, choices, longest=10):
    """Share of servers with at least 0, 1, ... ``longest`` requests, among endlessly many, by d choices.

    load : λ, from 0 up to 1;  choices : d, whole, from 1. Raises ValueError outside these.
    Exponential service, fresh counts, first come first served. Explained in chapter 2, section 2.
    """
    filled = np.zeros(whole("longest", longest, 0, 10_000) + 1)
    tail_of_choices(number("load", load, 0, 1), whole("choices", choices, 1, 1000), filled)
    return filled


def mean_response(load, choices) -> float:
    """Mean response in mean service times, among endlessly many servers, by d choices; infinite from load 1 up.

    The arguments as in ``tail``. Source: Little's law on its sum. Explained in chapter 2, section 2.
    """
    return mean_of_choices(number("load", load, 0, 100), whole("choices", choices, 1, 1000))
