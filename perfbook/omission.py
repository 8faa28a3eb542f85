"""Coordinated omission: what a load generator that waits for answers does not measure while the server stalls.

One server, first come, first served, freezes once for a while. The users come on schedule all the same; a tester
whose connections wait for their answers sends next to nothing during the stall, and so records next to nothing of it.

Explained in chapter 1, section 5.
"""

import dataclasses
import math

import numpy as np

from .checks import not_negative, positive, whole
from .kernel import Floats, Ints, kernel
from .rng import exponential, new_state, seed_stream
from .tails import percentile_rank, select


@kernel
def stalled_end(begin: float, service: float, stall: float, stall_end: float) -> float:
    """When work begun at ``begin`` is done, if nothing moves from ``stall`` to ``stall_end``."""
    if stall <= begin < stall_end:
        return stall_end + service
    if begin < stall < begin + service:
        return begin + service + (stall_end - stall)
    return begin + service


@kernel
def open_run(planned: Floats, service: Floats, stall: float, stall_end: float, finished: Floats) -> None:
    """Requests that come when planned, whatever the server does; ``planned`` does not decrease."""
    free = 0.0
    for i in range(planned.shape[0]):
        free = stalled_end(max(planned[i], free), service[i], stall, stall_end)
        finished[i] = free


@kernel
def closed_run(
    rate: float,
    connections: int,
    catch_up: int,
    seconds: float,
    service: Floats,
    stall: float,
    stall_end: float,
    sent: Floats,
    finished: Floats,
) -> int:
    """A tester's requests: each connection sends one, waits for the answer, and never has two out. Returns how many.

    rate : planned requests per second in all;  the run sends none from ``seconds`` on
    catch_up : 1 if a late connection sends at once until it is on its plan again; 0 if it takes its pace up anew
    sent, finished : as long as ``service``, one a request, in order of sending
    """
    pace = connections / rate
    free = 0.0
    for i in range(sent.shape[0]):
        at = i / rate
        if i >= connections:
            if catch_up == 0:
                at = sent[i - connections] + pace
            at = max(at, finished[i - connections])
        if at >= seconds:
            return i
        free = stalled_end(max(at, free), service[i], stall, stall_end)
        sent[i] = at
        finished[i] = free
    return sent.shape[0]


@kernel
def fill_in(recorded: Floats, count: int, interval: float, corrected: Floats) -> int:
    """HdrHistogram's correction: for each value above ``interval``, values less by 1, 2, ... intervals as well.

    The smallest that is added is at least one interval. Returns how many there are; what has no room is left out.
    """
    size = 0
    for i in range(count):
        value = recorded[i]
        step = 0
        while size < corrected.shape[0] and (step == 0 or value - step * interval >= interval * (1.0 - 1e-12)):
            corrected[size] = value - step * interval
            size += 1
            step += 1
    return size


@kernel
def percentile_curve(values: Floats, count: int, one_in: Floats, curve_ms: Floats) -> None:
    """The latency in ms that one request in ``one_in`` (increasing) exceeds; reorders ``values``, seconds."""
    low = 0
    for k in range(one_in.shape[0]):
        rank = percentile_rank(1.0 - 1.0 / one_in[k], count)
        curve_ms[k] = 1000.0 * select(values, low, count - 1, rank)
        low = rank


@kernel
def worst_by_moment(at: Floats, finished: Floats, count: int, width: float, worst: Floats) -> None:
    """The longest latency among the requests of each stretch of ``width`` seconds; infinite where there was none."""
    for k in range(worst.shape[0]):
        worst[k] = math.inf
    for i in range(count):
        k = min(int(at[i] / width), worst.shape[0] - 1)
        latency = finished[i] - at[i]
        if math.isinf(worst[k]) or latency > worst[k]:
            worst[k] = latency


@kernel
def omission(
    rate: float,
    service_ms: float,
    stall_ms: float,
    connections: int,
    seed: int,
    seconds: float,
    stall_at: float,
    width: float,
    one_in: Floats,
    truth: Floats,
    seen: Floats,
    truth_ms: Floats,
    seen_ms: Floats,
    corrected_ms: Floats,
    now: Floats,
    planned: Floats,
    service: Floats,
    finished: Floats,
    sent: Floats,
    answered: Floats,
    corrected: Floats,
    state: Ints,
) -> None:
    """The figure: one stall, as users meet it, as a tester records it, and as the correction restores it.

    truth, seen : longest latency of each stretch of ``width`` seconds, for users and for the tester, in seconds
    truth_ms, seen_ms, corrected_ms : latency that one request in ``one_in`` exceeds
    now : p99 of users, of the record, of the corrected record, and the longest of users (seconds); requests that
        users made, that the tester sent, that the correction put in; share of users' requests slower than 100 ms
        and share of the tester's; utilization; users' p99 over the recorded p99; corrected p99 over users' p99
    planned ... corrected : scratch; ``planned`` at least rate · seconds long, ``corrected`` three times that
    """
    seed_stream(seed, 7, state)
    made = min(math.ceil(rate * seconds - 1e-9), planned.shape[0])
    for i in range(planned.shape[0]):
        planned[i] = i / rate
        service[i] = service_ms / 1000.0 * exponential(state)
    stall_end = stall_at + stall_ms / 1000.0
    open_run(planned, service, stall_at, stall_end, finished)
    worst_by_moment(planned, finished, made, width, truth)
    count = closed_run(rate, connections, 0, seconds, service, stall_at, stall_end, sent, answered)
    worst_by_moment(sent, answered, count, width, seen)
    slow_users = 0.0
    for i in range(made):
        finished[i] -= planned[i]
        if finished[i] > 0.1:
            slow_users += 1.0
    slow_seen = 0.0
    for i in range(count):
        answered[i] -= sent[i]
        if answered[i] > 0.1:
            slow_seen += 1.0
    size = fill_in(answered, count, connections / rate, corrected)
    percentile_curve(finished, made, one_in, truth_ms)
    percentile_curve(answered, count, one_in, seen_ms)
    percentile_curve(corrected, size, one_in, corrected_ms)
    now[0] = select(finished, 0, made - 1, percentile_rank(0.99, made))
    now[1] = select(answered, 0, count - 1, percentile_rank(0.99, count))
    now[2] = select(corrected, 0, size - 1, percentile_rank(0.99, size))
    now[3] = select(finished, 0, made - 1, made - 1)
    now[4] = made
    now[5] = count
    now[6] = size - count
    now[7] = slow_users / made
    now[8] = slow_seen / count
    now[9] = rate * service_ms / 1000.0
    now[10] = now[0] / now[1]
    now[11] = now[2] / now[0]


@dataclasses.dataclass(frozen=True)
class Recording:
    """What a tester did. All times in seconds, one value a request, in order of sending.

    sent : when it went out;  planned : when it should have, by the plan of ``rate`` requests per second
    latency : from sending to the answer;  from_plan : from the planned moment to the answer
    """

    sent: np.ndarray
    planned: np.ndarray
    latency: np.ndarray
    from_plan: np.ndarray


def service_times(mean, count, seed=1):
    """Exponential service times of a mean (above 0), in its unit; ``seed`` whole, from 0; ValueError for others.

    Explained in chapter 1, section 5.
    """
    positive("mean", mean)
    state = new_state(seed, 7)
    return np.array([mean * exponential(state) for _ in range(count)])


def users(planned, service, stall_at=math.inf, stall=0.0):
    """Latency of requests that come when planned: what users of a first-come-first-served server meet.

    planned : seconds, in order;  service : seconds of work, as many;  the server stands still for ``stall`` seconds
    from ``stall_at`` on. Returns seconds, one a request. Raises ValueError if rows differ in length or are out of order.
    Explained in chapter 1, section 5.
    """
    planned, service = (np.ascontiguousarray(row, dtype=float) for row in (planned, service))
    if planned.ndim != 1 or planned.shape != service.shape:
        raise ValueError(f"planned and service must be rows of one length, got {planned.shape} and {service.shape}")
    if np.any(np.diff(planned) < 0):
        raise ValueError("planned must not decrease: sort the requests by time")
    not_negative("service", service)
    finished = np.empty(len(planned))
    open_run(planned, service, float(stall_at), float(stall_at + not_negative("stall", stall)), finished)
    return finished - planned


def tester(rate, connections, service, seconds, stall_at=math.inf, stall=0.0, catch_up=False) -> Recording:
    """A load generator whose connections wait for their answers, against the server of `users`.

    rate : planned requests per second over all connections;  connections : at least 1
    service : seconds of work a request, enough of them for the run;  seconds : how long it sends
    catch_up : whether a connection that is late sends at once until it is back on its plan
    Raises ValueError for bad numbers, or if ``service`` is too short. Explained in chapter 1, section 5.
    """
    positive("rate", rate)
    positive("seconds", seconds)
    connections = whole("connections", connections, 1)
    work = np.ascontiguousarray(not_negative("service", service), dtype=float)
    if len(work) < math.ceil(rate * seconds - 1e-9):
        raise ValueError(f"service must hold {math.ceil(rate * seconds)} times or more for this run, got {len(work)}")
    sent, answered = np.empty(len(work)), np.empty(len(work))
    over = float(stall_at + not_negative("stall", stall))
    plan = float(rate), connections, int(catch_up), float(seconds)
    count = closed_run(*plan, work, float(stall_at), over, sent, answered)
    sent, answered, planned = sent[:count], answered[:count], np.arange(count) / rate
    return Recording(sent, planned, answered - sent, answered - planned)


def correct(recorded, interval):
    """HdrHistogram's correction of recorded latencies: the values that a tester on schedule might have recorded.

    recorded : latencies, one-dimensional;  interval : expected time between two requests of one connection, above 0,
        in the same unit
    Returns a longer row: for each value x above the interval also x − interval, x − 2·interval, ... down to one interval.
    Raises ValueError for a negative latency, more than one dimension, or an interval that is not above 0.
    Source: HdrHistogram, recordValueWithExpectedInterval. Explained in chapter 1, section 5.
    """
    values = np.ascontiguousarray(not_negative("recorded", recorded), dtype=float)
    if values.ndim != 1:
        raise ValueError(f"recorded must be a row of latencies, got shape {values.shape}")
    positive("interval", interval)
    room = len(values) + int(np.sum(np.ceil(values / interval))) + 1
    filled = np.empty(room)
    return filled[: fill_in(values, len(values), float(interval), filled)]
