"""Little's law, L = λW: on numbers with units, and on a sample path seen through a window.

Everything about a window comes from one area, the one between the count of arrivals and the count of
departures. Read upwards it is the number in the system, read sideways it is the time each one spent there.

Explained in chapter 1, section 1.
"""

import dataclasses
import itertools
import math

import numpy as np

from .checks import not_negative, positive, whole
from .errorbars import Estimate, batch_means, ratio_of_means
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, exponential, seed_stream, uniform

# Places in the array that `path_window` fills.
L, RATE, W, PRODUCT, CARRIED_IN, CARRIED_OUT, ARRIVED, DEPARTED, PRESENT_AT_START, PRESENT_AT_END = range(10)
TERMS = 10


@kernel
def little_pool(
    arrival_rate: float,
    hold_ms: float,
    pool: int,
    holds_ms: Floats,
    wanted: Floats,
    low: Floats,
    high: Floats,
    over: Floats,
    now: Floats,
) -> None:
    """Connections wanted, λW, for each holding time in ``holds_ms``, and what a pool does at the present one.

    low, high : two standard deviations of the number in use around ``wanted`` if nobody had to wait and
        arrivals were Poisson: that number is then Poisson whatever the holding times (M/G/∞), so σ = √wanted
    over : the larger of wanted and the pool
    now : wanted, in use, requests/s served, backlog's growth in requests/s, state (0 room, 1 some wait,
        2 backlog grows), the holding time in ms that fills the pool, share of the pool in use
    """
    for i in range(holds_ms.shape[0]):
        wanted[i] = arrival_rate * holds_ms[i] / 1000.0
        spread = 2.0 * math.sqrt(wanted[i])
        low[i] = max(0.0, wanted[i] - spread)
        high[i] = wanted[i] + spread
        over[i] = max(wanted[i], float(pool))
    need = arrival_rate * hold_ms / 1000.0
    served = arrival_rate
    state = 0.0
    if need >= pool:
        served = 1000.0 * pool / hold_ms
        state = 2.0
    elif need + 2.0 * math.sqrt(need) > pool:
        state = 1.0
    now[0] = need
    now[1] = min(need, float(pool))
    now[2] = served
    now[3] = max(0.0, arrival_rate - served)
    now[4] = state
    now[5] = math.inf
    if arrival_rate > 0.0:
        now[5] = 1000.0 * pool / arrival_rate
    now[6] = now[1] / pool


@kernel
def path_service(variability: float, state: Ints) -> float:
    """A service time of mean 1 and squared coefficient of variation ``variability``, from 0 up.

    Up to 1 a constant plus an exponential; above 1 a mixture of two exponentials of balanced means.
    """
    if variability <= 1.0:
        spread = math.sqrt(max(0.0, variability))
        return 1.0 - spread + spread * exponential(state)
    short = 0.5 * (1.0 + math.sqrt(max(0.0, (variability - 1.0) / (variability + 1.0))))
    chosen = uniform(state)
    drawn = exponential(state)
    if chosen < short:
        return drawn / (2.0 * short)
    return drawn / (2.0 * (1.0 - short))


@kernel
def single_server_path(
    arrival_rate: float,
    variability: float,
    closing: float,
    seed: int,
    arrivals: Floats,
    departures: Floats,
    arrival_state: Ints,
    service_state: Ints,
) -> int:
    """Arrivals and departures of a first-come-first-served server that starts empty; returns how many came.

    Poisson arrivals until ``closing`` or until ``arrivals`` is full; service times of mean 1. The arrivals'
    random numbers and the services' are two streams: a change of rate stretches the same path.
    """
    seed_stream(seed, 0, arrival_state)
    seed_stream(seed, 1, service_state)
    count = 0
    if arrival_rate > 0.0:
        clock = exponential(arrival_state) / arrival_rate
        free = 0.0
        while clock <= closing and count < arrivals.shape[0]:
            free = max(free, clock) + path_service(variability, service_state)
            arrivals[count] = clock
            departures[count] = free
            count += 1
            clock += exponential(arrival_state) / arrival_rate
    return count


@kernel
def path_window(arrivals: Floats, departures: Floats, count: int, start: float, end: float, terms: Floats) -> None:
    """L, λ, W and the edge terms of the first ``count`` customers, seen from ``start`` to ``end``.

    In any order of arrival and of departure. Ends in the wrong order are exchanged. A customer is present
    from its arrival (included) to its departure (excluded); it arrived in the window if start < arrival <= end.
    The terms obey  L = λW + carried in − carried out  exactly, for any path and any window.
    """
    begin = min(start, end)
    finish = max(start, end)
    area = 0.0
    stayed = 0.0
    left_to_stay_at_start = 0.0
    left_to_stay_at_end = 0.0
    for place in range(TERMS):
        terms[place] = 0.0
    for i in range(count):
        came = arrivals[i]
        went = departures[i]
        area += max(0.0, min(went, finish) - max(came, begin))
        if begin < came <= finish:
            stayed += went - came
            terms[ARRIVED] += 1.0
        if begin < went <= finish:
            terms[DEPARTED] += 1.0
        if came <= begin < went:
            left_to_stay_at_start += went - begin
            terms[PRESENT_AT_START] += 1.0
        if came <= finish < went:
            left_to_stay_at_end += went - finish
            terms[PRESENT_AT_END] += 1.0
    length = finish - begin
    terms[W] = math.inf
    if terms[ARRIVED] > 0.0:
        terms[W] = stayed / terms[ARRIVED]
    if length > 0.0:
        terms[L] = area / length
        terms[RATE] = terms[ARRIVED] / length
        terms[PRODUCT] = stayed / length
        terms[CARRIED_IN] = left_to_stay_at_start / length
        terms[CARRIED_OUT] = left_to_stay_at_end / length


@kernel
def sample_path(
    arrival_rate: float,
    variability: float,
    seed: int,
    start: float,
    end: float,
    closing: float,
    horizon: float,
    time: Floats,
    arrived: Floats,
    departed: Floats,
    inside: Floats,
    own_low: Floats,
    own_high: Floats,
    old_low: Floats,
    old_high: Floats,
    after: Floats,
    late_low: Floats,
    late_high: Floats,
    terms: Floats,
    arrivals: Floats,
    departures: Floats,
    arrival_state: Ints,
    service_state: Ints,
) -> None:
    """The picture of a single server's path: step lines, and the area cut in the three parts that the law is about.

    time, arrived, departed : both step lines over one grid of 4 points a customer and 2 more
    inside : the grid clipped to the window, with the area of those who arrived in it (``own``) and of those
        who were there when it opened (``old``); after : the grid clipped to what follows the window, with the
        time still to be spent by those present at its end (``late``)
    terms : as `path_window` fills it
    """
    count = single_server_path(
        arrival_rate, variability, closing, seed, arrivals, departures, arrival_state, service_state
    )
    path_window(arrivals, departures, count, start, end, terms)
    begin = min(start, end)
    finish = max(start, end)
    came = 0
    went = 0
    point = 1
    time[0] = 0.0
    arrived[0] = 0.0
    departed[0] = 0.0
    while went < count:
        moment = departures[went]
        arrival_next = came < count and arrivals[came] <= moment
        if arrival_next:
            moment = arrivals[came]
        time[point] = moment
        arrived[point] = float(came)
        departed[point] = float(went)
        if arrival_next:
            came += 1
        else:
            went += 1
        time[point + 1] = moment
        arrived[point + 1] = float(came)
        departed[point + 1] = float(went)
        point += 2
    last = max(horizon, time[point - 1])
    for i in range(point, time.shape[0]):
        time[i] = last
        arrived[i] = float(count)
        departed[i] = float(count)
    opened = 0
    gone = 0
    closed = 0
    left = 0
    for i in range(count):
        if arrivals[i] <= begin:
            opened += 1
        if departures[i] <= begin:
            gone += 1
        if arrivals[i] <= finish:
            closed += 1
        if departures[i] <= finish:
            left += 1
    for i in range(time.shape[0]):
        above = arrived[i]
        below = departed[i]
        if time[i] <= begin:
            above = float(opened)
            below = float(gone)
        if time[i] >= finish:
            above = float(closed)
            below = float(left)
        inside[i] = min(max(time[i], begin), finish)
        old_low[i] = min(below, float(opened))
        old_high[i] = float(opened)
        own_low[i] = max(below, float(opened))
        own_high[i] = max(above, float(opened))
        after[i] = max(time[i], finish)
        late_low[i] = float(left)
        if time[i] > finish:
            late_low[i] = min(departed[i], float(closed))
        late_high[i] = float(closed)


@dataclasses.dataclass(frozen=True)
class Window:
    """What a window shows of a path; times in seconds. ``L == rate * W + carried_in - carried_out``.

    L : mean number in the system, the area over the window's length
    rate : arrivals in the window per second, λ
    W : mean time in the system of those who arrived in the window, to their very end; inf if nobody did
    product : λW, as the sum of their times over the window's length
    carried_in, carried_out : the time that those present at the start (end) had still to spend, over the length
    arrived, departed, present_at_start, present_at_end : counts
    """

    L: float
    rate: float
    W: float
    product: float
    carried_in: float
    carried_out: float
    arrived: int
    departed: int
    present_at_start: int
    present_at_end: int


def in_flight(arrival_rate, time_in_system):
    """Mean number in a system, L = λW.

    arrival_rate : λ, per second, of those who enter; time_in_system : W, seconds, of the same ones
    Returns a float or an array of the arguments' common shape. Raises ValueError if either is negative.
    Source: Little 1961. Explained in chapter 1, section 1.
    """
    return not_negative("arrival_rate", arrival_rate) * not_negative("time_in_system", time_in_system)


def time_in_system(in_flight, arrival_rate):
    """Mean time in a system, W = L/λ, in seconds, from the mean number in it and arrivals per second.

    Raises ValueError if L is negative or λ is not above 0: with no arrivals the law says nothing of W.
    Explained in chapter 1, section 1.
    """
    return not_negative("in_flight", in_flight) / positive("arrival_rate", arrival_rate)


def throughput(in_flight, time_in_system):
    """Rate through a system, λ = L/W, per second: what a pool of ``in_flight`` passes if each takes W seconds.

    Raises ValueError if L is negative or W is not above 0. Explained in chapter 1, section 1.
    """
    return not_negative("in_flight", in_flight) / positive("time_in_system", time_in_system)


def path(arrival_rate, customers, variability=1.0, seed=1):
    """Arrival and departure times of a first-come-first-served server with Poisson arrivals, starting empty.

    arrival_rate : per mean service time, above 0 (the utilization ρ, if below 1)
    customers : how many, at least 1;  seed : whole, from 0
    variability : squared coefficient of variation of the service time, from 0 (constant; 1 is exponential)
    Returns two arrays of ``customers`` times, in mean service times. Raises ValueError outside these ranges.
    Explained in chapter 1, section 1.
    """
    positive("arrival_rate", arrival_rate)
    not_negative("variability", variability)
    customers, seed = whole("customers", customers, 1), whole("seed", seed, 0, MASK)
    arrivals, departures = np.empty(customers), np.empty(customers)
    states = np.empty(STATE_SIZE, dtype=np.int64), np.empty(STATE_SIZE, dtype=np.int64)
    single_server_path(float(arrival_rate), float(variability), math.inf, seed, arrivals, departures, *states)
    return arrivals, departures


def window(arrivals, departures, start, end) -> Window:
    """L, λ, W and the edge terms of a path between two moments.

    arrivals, departures : when each customer came and went, seconds, one-dimensional, of one length, in any order;
        a customer who has not gone yet needs its departure all the same: wait for it, or W has no meaning
    start, end : seconds, start < end
    Raises ValueError if shapes differ, a time is not finite, somebody departs before arriving, or start >= end.
    Source: the finite-time form of the law as in S.-H. Kim and W. Whitt, Operations Research 61(4), 2013.
    Explained in chapter 1, section 1.
    """
    arrivals, departures = _path(arrivals, departures)
    if not start < end:
        raise ValueError(f"start must be before end, got {start} and {end}")
    terms = np.empty(TERMS)
    path_window(arrivals, departures, len(arrivals), float(start), float(end), terms)
    return Window(*terms[:ARRIVED].tolist(), *(int(n) for n in terms[ARRIVED:]))


def measure(arrivals, departures, start, end, batches=20, confidence=0.95) -> dict[str, Estimate]:
    """L, λ (``rate``), W, λW (``product``) and ``gap`` = L − λW over a window, each with its error by batch means.

    batches : equal stretches of the window, at least 2; the rest as in `window`
    Raises ValueError for fewer batches, and as `window` does. Explained in chapter 1, section 1.
    """
    batches = whole("batches", batches, 2)
    ends = np.linspace(start, end, batches + 1)
    arrivals, departures = _path(arrivals, departures)
    parts = []
    for opens, closes in itertools.pairwise(ends):
        here = (arrivals <= closes) & (departures > opens)
        parts.append(window(arrivals[here], departures[here], opens, closes))
    level, product = (np.array([getattr(part, name) for part in parts]) for name in ("L", "product"))
    counts = np.array([part.arrived for part in parts])
    length = (end - start) / batches
    return {
        "L": batch_means(level, confidence),
        "rate": batch_means(counts / length, confidence),
        "W": ratio_of_means(product * length, counts, confidence),
        "product": batch_means(product, confidence),
        "gap": batch_means(level - product, confidence),
    }


def _path(arrivals, departures):
    arrivals, departures = (np.ascontiguousarray(times, dtype=float) for times in (arrivals, departures))
    if arrivals.ndim != 1 or arrivals.shape != departures.shape:
        raise ValueError(
            f"arrivals and departures must be rows of one length, got {arrivals.shape}, {departures.shape}"
        )
    if not (np.isfinite(arrivals).all() and np.isfinite(departures).all()):
        raise ValueError("arrivals and departures must be finite: wait for the last departure before you measure")
    if np.any(departures < arrivals):
        worst = int(np.argmin(departures - arrivals))
        raise ValueError(f"departures must not precede arrivals, got {departures[worst]} after {arrivals[worst]}")
    return arrivals, departures
