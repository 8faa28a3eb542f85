"""Simulated queues: customers one by one, first come first served, before any number of servers.

The kernels fill each customer's wait and response; the functions below them give a Run with its percentiles and
error bars. Explained in chapter 1, section 4.
"""

import dataclasses
import math

import numpy as np

from .checks import not_negative, positive, whole
from .errorbars import Estimate, batch_means
from .kernel import Floats, Ints, kernel
from .queues import _mmc_arguments
from .rng import exponential, new_state, uniform

LAW_SIZE = 4
CONSTANT, EXPONENTIAL, TWO_EXPONENTIALS, STAGES = 0, 1, 2, 3  # kinds of a law; k exponential stages are STAGES + k
SCANNED = 8  # so few servers are searched one by one; more are kept as a heap
LEAST_VARIABILITY = 1e-4  # below it, other than 0, a law would need more than 10,000 stages
FINENESS = 200.0  # bins of a histogram up to one unit; bin edges are the fourth powers of 0, 1/200, 2/200, ...


@kernel
def law_of(mean: float, variability: float, law: Floats) -> None:
    """Fill ``law`` (LAW_SIZE) with a distribution of this mean and c², for ``draw_from``.

    Below LEAST_VARIABILITY: constant. Below 1: k − 1 or k exponential stages of one mean, mixed. 1: exponential. Above 1: one of two
    exponentials, each with half of the mean to carry (balanced means).
    Source: H. C. Tijms, A First Course in Stochastic Models, 2003, appendix B.
    """
    law[1] = mean
    law[2] = 0.0
    law[3] = 0.0
    if variability < LEAST_VARIABILITY:
        law[0] = CONSTANT
    elif variability == 1.0:
        law[0] = EXPONENTIAL
    elif variability > 1.0:
        first = 0.5 * (1.0 + math.sqrt((variability - 1.0) / (variability + 1.0)))
        law[0] = TWO_EXPONENTIALS
        law[1] = 0.5 * mean / first
        law[2] = 0.5 * mean / (1.0 - first)
        law[3] = first
    else:
        k = math.ceil(1.0 / variability)
        fewer = k * variability - math.sqrt(max(0.0, k * (1.0 + variability) - k * k * variability))
        fewer = min(1.0, max(0.0, fewer / (1.0 + variability)))
        law[0] = STAGES + k
        law[1] = mean / (k - fewer)
        law[3] = fewer


@kernel
def draw_from(state: Ints, law: Floats) -> float:
    """A number from a law that ``law_of`` filled."""
    kind = int(law[0])
    if kind == CONSTANT:
        return law[1]
    if kind == EXPONENTIAL:
        return law[1] * exponential(state)
    if kind == TWO_EXPONENTIALS:
        mean = law[1]
        if uniform(state) >= law[3]:
            mean = law[2]
        return mean * exponential(state)
    stages = kind - STAGES
    if uniform(state) < law[3]:
        stages -= 1
    # A sum of exponentials is the logarithm of a product; sixteen factors of 2**-32 do not underflow.
    total = 0.0
    product = 1.0
    for i in range(stages):
        product *= uniform(state)
        if i % 16 == 15:
            total -= math.log(product)
            product = 1.0
    return law[1] * (total - math.log(product))


@kernel
def begin_service(arrival: float, service: float, servers: int, free: Floats) -> float:
    """When the next customer's service begins: at once, or when the first server is free. Updates ``free``.

    free : when each server will be free; in any order up to SCANNED servers, a heap (least first) beyond
    """
    if servers <= SCANNED:
        first = 0
        for j in range(1, servers):
            if free[j] < free[first]:
                first = j
        start = max(arrival, free[first])
        free[first] = start + service
        return start
    start = max(arrival, free[0])
    end = start + service
    hole = 0
    child = 1
    last = servers - 1
    while child < last:
        # Added as a number: a processor guesses a branch here wrong half of the time.
        child += int(free[child + 1] < free[child])
        if free[child] >= end:
            break
        free[hole] = free[child]
        hole = child
        child = 2 * hole + 1
    if child == last and free[child] < end:
        free[hole] = free[child]
        hole = child
    free[hole] = end
    return start


@kernel
def start_steady(load: float, servers: int, delay: float, state: Ints, free: Floats) -> int:
    """Put an M/M/c queue in its steady state at time 0, in service times; returns how many wait there already.

    load : a = λ/μ, below ``servers``;  delay : Erlang's C
    From c up the number in the system is geometric; below c it is Poisson cut off, drawn by giving each state in turn
    its chance against all states before it, which is Erlang's B.
    """
    for j in range(servers):
        free[j] = 0.0
    waiting = 0
    busy = servers
    if uniform(state) < delay:
        waiting = int(math.log(uniform(state)) / math.log(load / servers))
    else:
        busy = 0
        blocked = 1.0
        for k in range(1, servers):
            blocked = load * blocked / (k + load * blocked)
            if uniform(state) < blocked:
                busy = k
    for _ in range(busy):
        begin_service(0.0, exponential(state), servers, free)
    return waiting


@kernel
def mmc_run(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    waiting: int,
    state: Ints,
    free: Floats,
    wait: Floats,
    response: Floats,
) -> float:
    """Customers of an M/M/c queue from time 0; returns when the last arrived.

    waiting : customers in line at time 0, ahead of all;  state : random numbers;  free : as for ``begin_service``
    wait, response : filled, one a customer, in the unit of the rates' time
    """
    for _ in range(waiting):
        begin_service(0.0, exponential(state) / service_rate, servers, free)
    clock = 0.0
    for i in range(wait.shape[0]):
        clock += exponential(state) / arrival_rate
        service = exponential(state) / service_rate
        waited = begin_service(clock, service, servers, free) - clock
        wait[i] = waited
        response[i] = waited + service
    return clock


@kernel
def ggc_run(
    servers: int, arrivals: Floats, service: Floats, state: Ints, free: Floats, wait: Floats, response: Floats
) -> float:
    """Customers of a G/G/c queue from time 0; returns when the last arrived.

    arrivals, service : laws of the times between arrivals and of service;  the rest as for ``mmc_run``
    """
    clock = 0.0
    for i in range(wait.shape[0]):
        clock += draw_from(state, arrivals)
        needed = draw_from(state, service)
        waited = begin_service(clock, needed, servers, free) - clock
        wait[i] = waited
        response[i] = waited + needed
    return clock


@kernel
def tally(values: Floats, skip: int, unit: float, counts: Floats) -> None:
    """Count ``values`` from the one numbered ``skip`` on, in bins whose edges are unit × (b / FINENESS)⁴.

    The last of ``counts`` takes all above. Two square roots a value, and bins 2% wide at one unit, finer beyond.
    """
    for b in range(counts.shape[0]):
        counts[b] = 0.0
    last = counts.shape[0] - 1
    scale = 1.0 / unit
    for i in range(skip, values.shape[0]):
        place = FINENESS * math.sqrt(math.sqrt(values[i] * scale))
        if place < last:
            counts[int(place)] += 1.0
        else:
            counts[last] += 1.0


@kernel
def quantile_of(counts: Floats, unit: float, share: float) -> float:
    """The value that a ``share`` of those counted by ``tally`` do not exceed; infinite beyond the last edge."""
    total = 0.0
    for b in range(counts.shape[0]):
        total += counts[b]
    left = share * total
    for b in range(counts.shape[0] - 1):
        if counts[b] >= left and counts[b] > 0.0:
            low = (b / FINENESS) ** 4
            high = ((b + 1.0) / FINENESS) ** 4
            return unit * (low + (high - low) * left / counts[b])
        left -= counts[b]
    return math.inf


@kernel
def mean_and_error(values: Floats, skip: int, result: Floats, at: int) -> None:
    """Put the mean of ``values`` from ``skip`` on at ``result[at]``, then the half-width of its 95% interval.

    From 20 stretches of equal length (batch means, 19 degrees of freedom); a short remainder is left out.
    """
    each = (values.shape[0] - skip) // 20
    total = 0.0
    squares = 0.0
    place = skip
    for b in range(20):
        here = 0.0
        for _ in range(each):
            here += values[place]
            place += 1
        here = here / max(each, 1)
        # Welford's update of mean and sum of squares.
        step = here - total
        total += step / (b + 1)
        squares += step * (here - total)
    result[at] = total
    result[at + 1] = 2.093024054408263 * math.sqrt(squares / (19.0 * 20.0))


@dataclasses.dataclass(frozen=True)
class Run:
    """One simulated run: ``wait`` and ``response`` of each customer in seconds, in order of arrival, and the
    ``duration`` in seconds from the start to the last arrival. What came before the warm-up's end is left out."""

    wait: np.ndarray
    response: np.ndarray
    duration: float

    @property
    def customers(self) -> int:
        return len(self.wait)

    def mean_wait(self) -> Estimate:
        """Mean wait with a 95% interval from 20 stretches of the run, which holds if each is far longer than a
        busy time."""
        return _estimate(self.wait)

    def mean_response(self) -> Estimate:
        """Mean response with a 95% interval, as for ``mean_wait``."""
        return _estimate(self.response)

    def wait_percentile(self, share=0.99):
        """The wait in seconds that a ``share`` of the run's customers did not exceed."""
        return float(np.quantile(self.wait, share))

    def response_percentile(self, share=0.99):
        """The response in seconds that a ``share`` of the run's customers did not exceed."""
        return float(np.quantile(self.response, share))


def mmc(arrival_rate, service_rate, servers=1, customers=100_000, *, seed, warm_up=0) -> Run:
    """Simulate an M/M/c queue from empty, first come first served.

    arrival_rate : λ, 1/s, above 0;  service_rate : μ of one server, 1/s;  servers : c
    customers : how many are kept;  seed : whole number from 0;  warm_up : how many come before and are left out
    Raises ValueError on numbers outside these ranges. A run is the same on every engine and machine, up to the last
    digits of the logarithm. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    wait, response, free, state = _room(arrival_rate, servers, customers, seed, warm_up)
    duration = mmc_run(arrival_rate, service_rate, servers, 0, state, free, wait, response)
    return Run(wait[warm_up:], response[warm_up:], duration)


def ggc(arrival_rate, service_rate, servers, arrivals, service, customers=100_000, *, seed, warm_up=0) -> Run:
    """Simulate a G/G/c queue from empty, first come first served, with renewal arrivals.

    arrivals, service : c² of the times between arrivals and of service: 0, or from LEAST_VARIABILITY up
    The rest as for ``mmc``. Each law is the one that ``law_of`` fits to the mean and c²: others with the same two
    moments exist, and give other waits. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    wait, response, free, state = _room(arrival_rate, servers, customers, seed, warm_up)
    laws = law(1 / arrival_rate, arrivals), law(1 / service_rate, service)
    duration = ggc_run(servers, *laws, state, free, wait, response)
    return Run(wait[warm_up:], response[warm_up:], duration)


def law(mean, variability):
    """The law (for ``draw_from``) that ``law_of`` fits to a mean and a c².

    mean : in any unit of time, that of what is drawn;  variability : c², no unit: 0, or from LEAST_VARIABILITY up
    Raises ValueError if c² is below 0 or asks for too many stages. Explained in chapter 1, section 4.
    """
    variability = not_negative("variability", variability)
    if 0 < variability < LEAST_VARIABILITY:
        raise ValueError(f"variability must be 0 or at least {LEAST_VARIABILITY}, got {variability}")
    filled = np.zeros(LAW_SIZE)
    law_of(mean, variability, filled)
    return filled


def _room(arrival_rate, servers, customers, seed, warm_up):
    positive("arrival_rate", arrival_rate)
    size = whole("customers", customers, 1) + whole("warm_up", warm_up)
    return np.empty(size), np.empty(size), np.zeros(servers), new_state(seed)


def _estimate(values) -> Estimate:
    each = len(values) // 20
    if each == 0:
        raise ValueError(f"customers must be at least 20 for an interval, got {len(values)}")
    return batch_means(values[: 20 * each].reshape(20, each).mean(axis=1))
