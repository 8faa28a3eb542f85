"""Queues with exponential service: M/M/1, M/M/c and M/M/c/K, their exact means and percentiles.

The kernels count time in mean service times (1/μ); the functions below them take rates and give seconds.
Explained in chapter 1, section 4.
"""

import dataclasses
import math

import numpy as np

from .checks import not_negative, numbers, positive, whole, wholes
from .kernel import Floats, as_given, each, kernel

MOST_SERVERS = 10_000_000  # a search for a number of servers goes no further


@kernel
def erlang_b_of(servers: int, load: float) -> float:
    """Erlang's B: probability that an arrival finds all ``servers`` busy, if it then goes away.

    load : a = λ/μ, offered erlangs. Each step divides positive numbers, so no size of either overflows.
    """
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


@kernel
def erlang_c_of(servers: int, load: float) -> float:
    """Erlang's C: probability that an arrival has to wait, if it does; 1 where load >= servers."""
    if load >= servers:
        return 1.0
    blocked = erlang_b_of(servers, load)
    # c·B / (c − a(1 − B)), written without the difference that cancels as a nears c.
    return servers * blocked / ((servers - load) + load * blocked)


@kernel
def wait_tail_of(delay: float, drain: float, time: float) -> float:
    """P(wait > time), M/M/c: ``delay`` is Erlang's C, ``drain`` is c − a; time in service times, at least 0."""
    if drain <= 0.0:
        return 1.0
    return delay * math.exp(-drain * time)


@kernel
def wait_quantile_of(delay: float, drain: float, tail: float) -> float:
    """The wait that a share ``tail`` of arrivals exceeds, in service times; 0 if fewer wait, infinite if unstable."""
    if drain <= 0.0:
        return math.inf
    if delay <= tail:
        return 0.0
    return math.log(delay / tail) / drain


@kernel
def response_tail_of(delay: float, drain: float, time: float) -> float:
    """P(response > time), M/M/c; arguments as for ``wait_tail_of``.

    A response is an exponential service of rate 1, and with probability ``delay`` an exponential wait of rate
    ``drain`` before it. Their sum has the tail e^-t + (e^-t − e^-dt) / (d − 1); the last term is written with
    expm1, so that nothing cancels where d is near 1 (one busy server fewer than the load needs) nor at d = 1.
    """
    if drain <= 0.0:
        return 1.0
    return math.exp(-time) + delay * both_of(drain, time)


@kernel
def both_of(drain: float, time: float) -> float:
    """(e^-t − e^-dt) / (d − 1): t e^-t where d = 1."""
    gap = abs(drain - 1.0) * time
    share = 1.0
    if gap > 0.0:
        share = -math.expm1(-gap) / gap
    return time * math.exp(-min(1.0, drain) * time) * share


@kernel
def response_quantile_of(delay: float, drain: float, tail: float) -> float:
    """The response that a share ``tail`` of arrivals exceeds, in service times; infinite if unstable.

    Newton's steps on the logarithm of the tail, kept between two bounds that close in: no service alone is
    longer, and no sum exceeds t + u more often than its parts exceed t or u.
    """
    if drain <= 0.0:
        return math.inf
    low = -math.log(tail)
    high = math.log(2.0) - math.log(tail)
    if 2.0 * delay > tail:
        high += math.log(2.0 * delay / tail) / drain
    time = low + wait_quantile_of(delay, drain, tail)
    for _ in range(200):
        if time <= low or time >= high:
            time = 0.5 * (low + high)
        above = response_tail_of(delay, drain, time)
        if above > tail:
            low = time
        else:
            high = time
        # The density: (1 − C) e^-t + C d (e^-t − e^-dt) / (d − 1).
        density = (1.0 - delay) * math.exp(-time) + delay * drain * both_of(drain, time)
        step = 0.0
        if density > 0.0 and above > 0.0:
            step = above / density * math.log(above / tail)
        if abs(step) <= 1e-15 * time or high - low <= 4e-16 * high:
            break
        time += step
    return time


@kernel
def limited_of(servers: int, places: int, load: float, result: Floats) -> None:
    """M/M/c/K: fills ``result`` with the share turned away, the mean number inside, the mean number waiting.

    places : K, those in service included, at least ``servers``
    A place more scales all earlier states by one factor, so the share of the new last state and both means follow
    from those of K − 1, with no power and no factorial; it holds below, at and above full load.
    """
    full = 1.0
    inside = 0.0
    waiting = 0.0
    for k in range(1, places + 1):
        full = load * full / (min(k, servers) + load * full)
        inside = (1.0 - full) * inside + k * full
        waiting = (1.0 - full) * waiting + max(0, k - servers) * full
    result[0] = full
    result[1] = inside
    result[2] = waiting


@dataclasses.dataclass(frozen=True)
class Queue:
    """What a queueing model says of its steady state; numbers, or arrays of the arguments' common shape.

    utilization : ρ, busy share of each server, above 1 where the queue is unstable;  delayed : share that waits
    wait, response : mean seconds in line, and from arrival to end;  waiting, inside : mean numbers in line, in all
    An unstable queue has no steady state: its wait, response, waiting and inside are infinite, delayed is 1.
    """

    utilization: float
    delayed: float
    wait: float
    response: float
    waiting: float
    inside: float

    @property
    def stable(self):
        """Whether there is a steady state."""
        return self.utilization < 1


def erlang_b(servers, offered_load):
    """Erlang's B: share of arrivals lost by ``servers`` servers without a waiting line, M/G/c/c.

    servers : c, whole, at least 1;  offered_load : a = arrival rate × mean service time, erlangs, at least 0
    Returns a share in [0, 1], of the arguments' common shape; for any distribution of service times.
    Source: A. K. Erlang 1917, by the recurrence B(c) = a B(c−1) / (c + a B(c−1)). Explained in chapter 1, section 4.
    """
    return each(erlang_b_of, wholes("servers", servers, 1), numbers("offered_load", offered_load, 0))


def erlang_c(servers, offered_load):
    """Erlang's C: share of arrivals that wait in an M/M/c queue.

    servers : c, whole, at least 1;  offered_load : a = arrival rate × mean service time, erlangs, at least 0
    Returns a share in [0, 1], of the arguments' common shape; 1 where a >= c: there everybody waits, for ever longer.
    Source: A. K. Erlang 1917, from B by C = c B / (c − a(1 − B)). Explained in chapter 1, section 4.
    """
    return each(erlang_c_of, wholes("servers", servers, 1), numbers("offered_load", offered_load, 0))


def mmc(arrival_rate, service_rate, servers=1) -> Queue:
    """Steady state of M/M/c: Poisson arrivals, exponential service, one line, ``servers`` servers.

    arrival_rate : λ, 1/s, at least 0;  service_rate : μ of one server, 1/s, above 0;  servers : c, whole, at least 1
    Returns a Queue; at and above full load the same Queue, with infinite waits, so callers need no second case.
    Source: L. Kleinrock, Queueing Systems I, 1975, section 3.5. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    delayed = erlang_c(servers, arrival_rate / service_rate)
    spare = servers * service_rate - arrival_rate
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = as_given(np.where(spare > 0, np.asarray(delayed) / spare, math.inf))
    return _queue(arrival_rate, service_rate, servers, delayed, wait)


def wait_tail(arrival_rate, service_rate, servers, seconds):
    """P(wait > seconds) in M/M/c: C e^−(cμ−λ)t. Arguments as for ``mmc``. Explained in chapter 1, section 4."""
    return _times(wait_tail_of, arrival_rate, service_rate, servers, not_negative("seconds", seconds), service_rate)


def response_tail(arrival_rate, service_rate, servers, seconds):
    """P(response > seconds) in M/M/c, exactly. Arguments as for ``mmc``. Explained in chapter 1, section 4."""
    return _times(response_tail_of, arrival_rate, service_rate, servers, not_negative("seconds", seconds), service_rate)


def wait_percentile(arrival_rate, service_rate, servers, share=0.99):
    """The wait, in seconds, that a ``share`` of arrivals at an M/M/c queue does not exceed, exactly.

    share : above 0 and below 1 (0.99 for p99);  the rest as for ``mmc``
    0 where so many need not wait; infinite where the queue is unstable. Explained in chapter 1, section 4.
    """
    return _times(wait_quantile_of, arrival_rate, service_rate, servers, 1 - _share(share)) / service_rate


def response_percentile(arrival_rate, service_rate, servers, share=0.99):
    """The response time, in seconds, that a ``share`` of arrivals at an M/M/c queue does not exceed, exactly.

    Arguments as for ``wait_percentile``. It is not the percentile of the wait plus that of the service: percentiles
    do not add. Solved on the mixture's closed form. Explained in chapter 1, section 4.
    """
    return _times(response_quantile_of, arrival_rate, service_rate, servers, 1 - _share(share)) / service_rate


@dataclasses.dataclass(frozen=True)
class Limited:
    """Steady state of a queue with so many places: ``lost`` share turned away, ``carried`` arrivals let in, 1/s;

    ``utilization``, ``wait``, ``response`` (s, of those let in), ``waiting``, ``inside``. It is always stable.
    """

    lost: float
    carried: float
    utilization: float
    wait: float
    response: float
    waiting: float
    inside: float


def mmck(arrival_rate, service_rate, servers, places) -> Limited:
    """Steady state of M/M/c/K: as M/M/c, but who finds all ``places`` taken is turned away.

    places : K, waiting and in service together, whole, at least ``servers``;  the rest as for ``mmc``, numbers only
    Raises ValueError outside these.
    Source: L. Kleinrock, Queueing Systems I, 1975, sections 3.6 and 3.7. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    places = whole("places", places, servers)
    result = np.empty(3)
    limited_of(servers, places, arrival_rate / service_rate, result)
    lost, inside, waiting = map(float, result)
    carried = arrival_rate * (1 - lost)
    wait = waiting / carried if carried > 0 else 0.0
    return Limited(
        lost, carried, carried / (servers * service_rate), wait, wait + 1 / service_rate, waiting, float(inside)
    )


@dataclasses.dataclass(frozen=True)
class Pooling:
    """The same arrivals and the same capacity three ways: one line before c servers (``together``), c servers with
    a line each (``apart``), one server c times as fast (``one_fast``). Each is a Queue."""

    together: Queue
    apart: Queue
    one_fast: Queue


def pooling(arrival_rate, service_rate, servers) -> Pooling:
    """Three M/M queues of one capacity. Arguments as for ``mmc``; apart, arrivals choose a line at random.

    ``apart`` counts the people of all lines. Source: D. R. Smith and W. Whitt, Resource Sharing for Efficiency in
    Traffic Systems, 1981. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    one = mmc(arrival_rate / servers, service_rate, 1)
    apart = dataclasses.replace(one, waiting=servers * one.waiting, inside=servers * one.inside)
    return Pooling(mmc(arrival_rate, service_rate, servers), apart, mmc(arrival_rate, servers * service_rate, 1))


def servers_needed(arrival_rate, service_rate, *, wait=math.inf, response=math.inf, share=None) -> int:
    """The least number of servers of an M/M/c queue that is stable and meets the targets.

    wait, response : seconds allowed;  share : None for the mean, 0.99 for the p99 of each
    arrival_rate, service_rate : as for ``mmc``, numbers only
    Raises ValueError outside these, above MOST_SERVERS, or if no number of servers is enough: a response is never
    shorter than the service in it. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, _ = _mmc_arguments(arrival_rate, service_rate, 1)
    wait, response = positive("wait", wait), positive("response", response)
    if arrival_rate / service_rate > MOST_SERVERS:
        raise ValueError(f"arrival_rate must need at most {MOST_SERVERS} servers, got {arrival_rate}/s")
    alone = 1 / service_rate if share is None else -math.log1p(-_share(share)) / service_rate
    if response <= alone:
        raise ValueError(f"response must be above {alone:g} s, the service alone, got {response:g} s")

    def enough(servers):
        if share is None:
            queue = mmc(arrival_rate, service_rate, servers)
            return queue.wait <= wait and queue.response <= response
        arguments = arrival_rate, service_rate, servers, share
        return wait_percentile(*arguments) <= wait and response_percentile(*arguments) <= response

    low = math.floor(arrival_rate / service_rate)  # never stable
    step = 1
    while not enough(low + step):
        low += step
        step *= 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def backlog(arrival_rate, service_rate, servers, seconds, start=0.0):
    """Requests that a queue is behind after so many seconds, counted as a flow: growth (λ − cμ) each second.

    start : requests behind at the beginning;  below full load it drains, and stops at 0
    What is ignored is random and of the order of √(requests so far). Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    grown = np.asarray(not_negative("start", start) + (arrival_rate - servers * service_rate)
                       * not_negative("seconds", seconds))  # fmt: skip
    return as_given(np.maximum(grown, 0.0))


def drain_time(behind, arrival_rate, service_rate, servers):
    """Seconds until a backlog of ``behind`` requests is gone, as a flow; infinite at or above full load.

    behind : requests, at least 0;  the rest as for ``mmc``
    Raises ValueError outside these. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    behind, spare = np.broadcast_arrays(not_negative("behind", behind), servers * service_rate - arrival_rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_given(np.where(behind == 0, 0.0, np.where(spare > 0, behind / spare, math.inf)))


def _queue(arrival_rate, service_rate, servers, delayed, wait) -> Queue:
    """A Queue from its mean wait; the rest by Little's law."""
    arrival_rate, service_rate, servers, delayed, wait = np.broadcast_arrays(
        arrival_rate, service_rate, servers, delayed, wait
    )
    response = wait + 1 / service_rate
    with np.errstate(invalid="ignore"):
        waiting, inside = (np.where(arrival_rate == 0, 0.0, arrival_rate * time) for time in (wait, response))
    utilization = arrival_rate / (servers * service_rate)
    return Queue(*map(as_given, (utilization, delayed, wait, response, waiting, inside)))


def _times(kernel_of, arrival_rate, service_rate, servers, last, scale=1.0):
    """``kernel_of(Erlang's C, c − a, last × scale)`` for each element."""
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    load = arrival_rate / service_rate
    return each(kernel_of, erlang_c(servers, load), servers - load, last * scale)


def _mmc_arguments(arrival_rate, service_rate, servers):
    rates = numbers("arrival_rate", arrival_rate, 0), positive("service_rate", service_rate, finite=True)
    return *rates, wholes("servers", servers, 1)


def _share(share):
    array = np.asarray(share, dtype=float)
    if not np.all((array > 0) & (array < 1)):
        raise ValueError(f"share must be above 0 and below 1, such as 0.99 for p99, got {share}")
    return as_given(array)
