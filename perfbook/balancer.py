"""Load balancers: requests sent one by one to servers with a queue each, by nine policies.

One server may slow down, or die, for a while; the balancer learns of a death at its next health check.
The simulation has no event list: see ``servers``. Explained in chapter 2, section 2.
"""

import dataclasses
import math

import numpy as np

from .checks import number, one_of, positive, whole
from .errorbars import batch_means
from .kernel import Floats, Ints, kernel
from .policies import (
    CHOICES,
    FEWEST,
    LEAST_WORK,
    PEAK,
    POINTS,
    POLICIES,
    RANDOM,
    ROUND_ROBIN,
    WEIGHTED,
    by_client,
    by_turns,
    draw_pair,
    fewest,
    hash_ring,
    least_loaded,
)
from .rng import MASK, STATE_SIZE, below, exponential, new_state, seed_stream, uniform, zipf, zipf_table
from .servers import (
    BACK,
    CHANGE,
    DESK,
    FREE,
    LOOKED,
    MEMORY,
    OUT,
    OUT_UNTIL,
    SEEN,
    SENT,
    SERVERS,
    SICK,
    SWEEP,
    UP,
    USED,
    eject_outlier,
    fault_plan,
    in_flight,
    open_desk,
    put_out,
    send,
)
from .simulate import EXPONENTIAL, LAW_SIZE, LEAST_VARIABILITY, draw_from, law_of
from .tails import nearest_rank

LINE = 64  # of two_choices_run: the longest line it can keep; a power of two
CHUNK = 10_000  # requests that two_choices draws at a time, so that they stay in the processor's cache


@kernel
def draw_arrivals(count: int, rate: float, clock: float, arrival: Floats, state: Ints) -> float:
    """Fill ``count`` Poisson arrival times at ``rate`` /s that follow ``clock``; returns the last."""
    for i in range(count):
        clock += exponential(state) / rate
        arrival[i] = clock
    return clock


@kernel
def draw_work(count: int, service: Floats, work: Floats, state: Ints) -> None:
    """Fill ``work`` from a law of ``law_of``."""
    if service[0] == EXPONENTIAL:  # the most usual, and faster by itself
        for i in range(count):
            work[i] = service[1] * exponential(state)
    else:
        for i in range(count):
            work[i] = draw_from(state, service)


@kernel
def draw_both(count: int, gap: float, mean: float, clock: float, arrival: Floats, work: Floats, state: Ints) -> float:
    """Poisson arrivals with a mean ``gap``, and exponential work, by one logarithm for the two; returns the last arrival.

    The sum S of two exponentials is the logarithm of a product, and given S the first is uniform on it: SV and
    S(1 − V) with V uniform are independent and exponential again.
    """
    for i in range(count):
        both = -math.log(uniform(state) * uniform(state))
        first = both * uniform(state)
        clock += gap * first
        arrival[i] = clock
        work[i] = mean * (both - first)
    return clock


@kernel
def request_stream(count: int, rate: float, mean: float, variability: float, seed: int, popularity: Floats, arrival: Floats,
                   work: Floats, client: Ints, service: Floats, state: Ints) -> None:  # fmt: skip
    """Draw ``count`` requests: Poisson ``arrival`` times at ``rate`` /s, ``work`` of a mean and c², and who sent each.

    popularity : cumulated, of the clients;  client : may be shorter than the rest: only so many are drawn
    service (LAW_SIZE), state (STATE_SIZE) : scratch
    """
    law_of(mean, variability, service)
    seed_stream(seed, 0, state)
    draw_arrivals(count, rate, 0.0, arrival, state)
    seed_stream(seed, 1, state)
    draw_work(count, service, work, state)
    seed_stream(seed, 2, state)
    for i in range(min(count, client.shape[0])):
        client[i] = zipf(state, popularity)


@kernel
def dispatch(policy: int, first: int, last: int, choices: int, age: float, own: int, bound: float, decay: float,
             plan: Floats, speed: Floats, arrival: Floats, work: Floats, client: Ints, place: Ints, owner: Ints,
             state: Ints, order: Ints, desk: Floats, memory: Floats, where: Ints, departure: Floats, link: Ints,
             response: Floats) -> None:  # fmt: skip
    """Send the requests numbered from ``first`` up to, not including, ``last``, which follow those sent before.

    choices : d, of the power of d choices;  age : counts are taken every so many seconds (0: for every request);
    own : 1 if the balancer adds to old counts what it sent since;  bound : of the bounded hash, above 1;
    decay : time constant of the peak EWMA, s
    plan : from ``plan_fault``;  speed : of each server;  arrival, work, client : from ``request_stream``
    place, owner : from ``hash_ring``;  state, order, desk, memory : from ``open_desk``
    where, departure, link, response : filled, one a request: its server, when it is off the count, the next one in its
        server's chain, the time it took (infinite: it failed)
    """
    servers = int(memory[SERVERS])
    sick = int(plan[SICK])
    for i in range(first, last):
        now = arrival[i]
        if now >= memory[CHANGE]:
            memory[UP] = servers
            memory[CHANGE] = math.inf
            memory[BACK] = math.inf
            if now < plan[OUT_UNTIL]:
                put_out(sick, order, memory)
                memory[CHANGE] = plan[OUT_UNTIL]
        if now >= memory[BACK]:
            memory[UP] = servers
            memory[BACK] = math.inf
        if now >= memory[SWEEP]:
            eject_outlier(now, plan, arrival, departure, link, order, desk, memory)
        up = int(memory[UP])
        out = -1
        if up < servers:
            out = int(memory[OUT])
        if age > 0.0 and math.floor(now / age) > memory[LOOKED]:
            memory[LOOKED] = math.floor(now / age)
            for j in range(servers):
                desk[j * DESK + SEEN] = in_flight(j, memory[LOOKED] * age, 0.0, arrival, departure, link, desk)
        if policy == CHOICES:
            server = least_loaded(
                policy, choices, now, age, decay, plan, arrival, departure, link, state, order, desk, up
            )
        elif policy == RANDOM:
            server = order[below(state, up)]
        elif policy == PEAK:
            server = least_loaded(policy, 2, now, age, decay, plan, arrival, departure, link, state, order, desk, up)
        elif policy in (FEWEST, LEAST_WORK):
            server = fewest(policy, now, age, plan, arrival, departure, link, state, order, desk, up)
        elif policy in (ROUND_ROBIN, WEIGHTED):
            server = by_turns(policy, servers, now, speed, plan, out, desk, memory)
        else:
            server = by_client(policy, servers, client[i % client.shape[0]], now, bound, out, arrival, departure, link,
                               place, owner, desk, up)  # fmt: skip
        where[i] = server
        send(i, server, now, work[i], plan, desk, memory, departure, link, response)
        if own == 1:
            desk[server * DESK + SEEN] += 1.0


@kernel
def two_choices_run(arrival: Floats, work: Floats, state: Ints, ends: Ints, free: Floats, line: Floats,
                    response: Floats) -> int:  # fmt: skip
    """``dispatch`` by two choices with fresh counts among servers of speed 1: the same run, several times as fast.

    ends : two for each server, zero at first, the number of its first and of its next request;  free : one for each
    line : LINE for each server, when its requests will be done;  response : filled
    Returns how many requests it sent: fewer than asked if a line grew longer than LINE.
    """
    servers = free.shape[0]
    for i in range(arrival.shape[0]):
        now = arrival[i]
        pair = draw_pair(state, servers)
        one = (pair >> 32) & MASK
        other = pair & MASK
        head = ends[2 * one]
        count = ends[2 * one + 1]
        while head < count and line[one * LINE + (head & (LINE - 1))] <= now:
            head += 1
        ends[2 * one] = head
        here = count - head
        head = ends[2 * other]
        count = ends[2 * other + 1]
        while head < count and line[other * LINE + (head & (LINE - 1))] <= now:
            head += 1
        ends[2 * other] = head
        if count - head < here:
            one = other
            here = count - head
        if here >= LINE:
            return i
        end = max(now, free[one]) + work[i]
        free[one] = end
        response[i] = end - now
        count = ends[2 * one + 1]
        line[one * LINE + (count & (LINE - 1))] = end
        ends[2 * one + 1] = count + 1
    return arrival.shape[0]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A simulated run, without its warm-up. Times in seconds.

    arrival, response, server : one a request, a failed one's response infinite
    sent, utilization : one a server, of the whole run: requests, and share of the time at work until the last arrival
    """

    arrival: np.ndarray
    response: np.ndarray
    server: np.ndarray
    sent: np.ndarray
    utilization: np.ndarray

    @property
    def failed(self) -> float:
        """Share of the requests that failed."""
        return float(np.mean(np.isinf(self.response)))

    def mean(self):
        """Mean response of those answered, with a 95% interval from 20 stretches."""
        answered = self.response[np.isfinite(self.response)]
        each = whole("requests answered", len(answered), 20) // 20
        return batch_means(answered[: 20 * each].reshape(20, each).mean(axis=1))

    def percentile(self, q) -> float:
        """The response that q percent of all requests did not exceed, infinite if so many failed."""
        return nearest_rank(self.response, q)

    @property
    def spread(self) -> float:
        """Utilization of the busiest server less that of the idlest."""
        return float(np.ptp(self.utilization))


def simulate(policy, load, speeds=10, requests=100_000, *, seed, service=1.0, variability=1.0, choices=2, age=0.0,
             own=False, bound=1.25, decay=10.0, clients=1000, skew=0.0, fault=None, checks=0.0, slow_start=0.0,
             eject=0.0, sweeps=20.0, ejected_for=100.0, warm_up=0.1) -> Outcome:  # fmt: skip
    """Requests to servers by a policy, with Poisson arrivals.

    policy : one of POLICIES;  load : offered work over the speeds of all servers together, above 0
    speeds : of each server, or how many servers of speed 1, at least 2;  seed : whole number from 0
    service, variability : mean (s) and c² of the service time at speed 1
    choices : d of the power of d choices, all different;  age : seconds between two counts (0: fresh for each request);
    own : whether the balancer adds to an old count what it sent since
    bound : c of the bounded hash, above 1;  decay : time constant of the peak EWMA (s)
    clients, skew : how many clients hash, and the exponent of their Zipf popularity (0: all alike)
    fault : a Fault;  checks : interval of the health checks (s), 0 for none;  slow_start : seconds in which a server
    that is back comes to its full weight (least connections, power of d, weighted round robin);
    eject : 0, or from which multiple of the others' mean response the slowest server is put out of rotation, at sweeps
    every ``sweeps`` s, for ``ejected_for`` s, one server at a time;  warm_up : share left out
    Raises ValueError outside these ranges. Explained in chapter 2, section 2.
    """
    speed = speed_array(speeds)
    one_of("policy", policy, POLICIES)
    number("load", load, 1e-6, 100)
    number("variability", variability, 0, 16)
    if 0 < variability < LEAST_VARIABILITY:
        raise ValueError(f"variability must be 0 or at least {LEAST_VARIABILITY}, got {variability}")
    whole("requests", requests, 1)
    whole("seed", seed, 0, 2**32 - 1)
    whole("choices", choices, 1, len(speed))
    whole("clients", clients, 1)
    number("bound", bound, 1.0001)
    number("warm_up", warm_up, 0, 0.99)
    for name, value in (("age", age), ("checks", checks), ("slow_start", slow_start), ("skew", skew), ("eject", eject)):
        number(name, value, 0)
    for name, value in (("service", service), ("decay", decay), ("sweeps", sweeps), ("ejected_for", ejected_for)):
        positive(name, value)
    plan = fault_plan(fault, checks, slow_start, len(speed), eject, sweeps, ejected_for)
    arrays = room(len(speed), requests, clients if policy in POLICIES[6:8] else 0, skew)
    popularity, arrival, work, client, law, state, place, owner, *desks = arrays
    request_stream(requests, load * speed.sum() / service, service, variability, seed, popularity, arrival, work, client,
                   law, state)  # fmt: skip
    order, desk, memory, where, _, _, response = desks
    hash_ring(len(speed), place, owner)
    open_desk(len(speed), seed, speed, plan, state, order, desk, memory)
    dispatch(POLICIES.index(policy), 0, requests, choices, age, int(own), bound, decay, plan, speed, arrival, work, client,
             place, owner, state, *desks)  # fmt: skip
    skip = int(warm_up * requests)
    rows = desk.reshape(len(speed), DESK)
    late = np.maximum(rows[:, FREE] - arrival[-1], 0)
    return Outcome(arrival[skip:], response[skip:], where[skip:], rows[:, SENT].copy(),
                   np.maximum(rows[:, USED] - late, 0) / arrival[-1])  # fmt: skip


def two_choices(load, servers, requests, *, seed, service=1.0, variability=1.0) -> np.ndarray:
    """Responses (s) by the power of two choices among healthy servers of speed 1, from empty: for very long runs.

    The arguments are those of ``simulate``; for exponential service the requests are others, drawn faster.
    Explained in chapter 2, section 2.
    """
    number("load", load, 1e-6, 100)
    n, requests = whole("servers", servers, 2, 2**15), whole("requests", requests, 1)
    law = np.zeros(LAW_SIZE)
    law_of(positive("service", service), number("variability", variability, 0, 16), law)
    arrivals, works, choices = (new_state(seed, stream) for stream in (0, 1, 3))
    ends, free, line = np.zeros(2 * n, dtype=np.int64), np.zeros(n), np.empty(LINE * n)
    response, clock = np.empty(requests), 0.0
    for first in range(0, requests, CHUNK):
        part = response[first : first + CHUNK]
        arrival, work = np.empty(len(part)), np.empty(len(part))
        if law[0] == EXPONENTIAL:
            clock = draw_both(len(part), service / (load * n), service, clock, arrival, work, arrivals)
        else:
            clock = draw_arrivals(len(part), load * n / service, clock, arrival, arrivals)
            draw_work(len(part), law, work, works)
        if two_choices_run(arrival, work, choices, ends, free, line, part) < len(part):
            return simulate("power of d choices", load, n, requests, seed=seed, service=service,
                            variability=variability, warm_up=0).response  # fmt: skip
    return response


def speed_array(speeds) -> Floats:
    """The speeds of the servers; a number is so many of speed 1. ValueError if there are fewer than 2, or one is 0."""
    if np.ndim(speeds) == 0:
        return np.ones(whole("speeds", speeds, 2))
    speed = np.array(positive("speeds", speeds), dtype=float)
    whole("number of speeds", len(speed), 2)
    return speed


def room(servers, requests, clients=0, skew=0.0):
    """Arrays for ``request_stream``, ``hash_ring``, ``open_desk`` and ``dispatch``, in the order of their names."""

    def ints(count):
        return np.zeros(count, dtype=np.int64)

    popularity = np.zeros(max(clients, 1))
    zipf_table(float(skew), popularity)
    return [popularity, np.empty(requests), np.empty(requests), ints(requests if clients else 1), np.zeros(LAW_SIZE),
            ints(STATE_SIZE), ints(servers * POINTS), ints(servers * POINTS), ints(servers), np.zeros(servers * DESK),
            np.zeros(MEMORY), ints(requests), np.empty(requests), ints(requests), np.empty(requests)]  # fmt: skip
