"""An autoscaler before a fleet: demand by the second, replicas ordered, replicas ready, requests served and dropped.

Each second's requests are counted once: served by replicas that are ready, up to their rate, or dropped. Rates are in
requests/s, times in whole seconds.

Explained in chapter 2, section 6.
"""

import dataclasses
import itertools
import math

import numpy as np

from . import checks
from .hpa import DOWN, MOST_PODS, UP, hpa_desired, hpa_step
from .kernel import Floats, Ints, kernel

FLASH_SALE = ((0, 5_000), (60, 50_000), (120, 75_000), (300, 20_000))  # (second, requests/s), the episode's
FLASH, STEP, WAVE = range(3)
TRAFFIC = {"flash sale": FLASH, "step": STEP, "wave": WAVE}

BARE, CPU, REQUESTS = range(3)
SIGNALS = {"bare formula": BARE, "CPU": CPU, "requests": REQUESTS}


@kernel
def autoscale_traffic(kind: int, offered: Floats) -> None:
    """Requests/s in each second: 0 the episode's flash sale, 1 a step from 20,000 to 40,000 at 120 s, 2 a wave around
    30,000 that swings by 25,000 in 600 s, in whole requests."""
    for t in range(offered.shape[0]):
        if kind == FLASH:
            offered[t] = 5000.0
            if t >= 60:
                offered[t] = 50000.0
            if t >= 120:
                offered[t] = 75000.0
            if t >= 300:
                offered[t] = 20000.0
        elif kind == STEP:
            offered[t] = 20000.0
            if t >= 120:
                offered[t] = 40000.0
        else:
            offered[t] = math.floor(30000.5 + 25000.0 * math.sin(2.0 * math.pi * t / 600.0))


@kernel
def autoscale_run(
    signal: int,
    start: int,
    delay: int,
    period: int,
    phase: int,
    target: int,
    tolerance: float,
    least: int,
    most: int,
    standby: int,
    standby_start: int,
    rate: float,
    offered: Floats,
    up: Floats,
    down: Floats,
    replicas: Floats,
    ready: Floats,
    served: Floats,
    boot: Floats,
    seen_times: Floats,
    seen: Floats,
    change_times: Floats,
    changes: Floats,
    counts: Ints,
) -> None:
    """Run the control loop over ``offered`` (requests/s in each second).

    signal : 0 CPU of the ready replicas by the bare formula, 1 the same with young replicas set aside, as Kubernetes
        does, 2 requests offered, shared among all replicas
    start : seconds from order to ready;  delay : age of the metric, s;  period, phase : looks at phase + k period
    target : percent of ``rate``, the requests/s of one replica;  tolerance, least, most, up, down : see `hpa`
    standby : replicas that start in ``standby_start`` seconds instead, the first to be ordered
    replicas, ready : ordered and ready in each second;  served : requests in each second
    boot : scratch, longer than the seconds by the start times;  the rest : records, one a look
    """
    seconds = offered.shape[0]
    for t in range(boot.shape[0]):
        boot[t] = 0.0
    counts[0] = 0
    counts[1] = 0
    aim = target * rate / 100.0
    number = min(max(least, math.ceil(offered[0] / aim)), most)
    able = number
    left = standby
    for t in range(seconds):
        able += int(boot[t])
        replicas[t] = float(number)
        ready[t] = float(able)
        if t >= phase and (t - phase) % period == 0:
            past = max(t - delay, 0)
            then = ready[past]
            desired = number
            if signal == REQUESTS:
                ratio = offered[past] / (aim * number)
                if not 1.0 - tolerance <= ratio <= 1.0 + tolerance:
                    desired = math.ceil(offered[past] / aim)
            else:
                busy = min(offered[past], then * rate)
                if signal == BARE:
                    percent = math.floor(100.0 * busy / (rate * then))
                    if not 1.0 - tolerance <= percent / target <= 1.0 + tolerance:
                        desired = math.ceil(percent / target * number)
                else:
                    measured = min(int(then), able)
                    total = busy * measured / then
                    fallback = rate * max(100, target) / 100.0
                    desired = hpa_desired(
                        number, measured, number - measured, 0, total, rate, 100.0, float(target), tolerance, fallback
                    )
            wanted = hpa_step(
                number, desired, least, most, up, down, float(t), seen_times, seen, change_times, changes, counts
            )
            if wanted > number:
                quick = min(left, wanted - number)
                left -= quick
                boot[t + standby_start] += float(quick)
                boot[t + start] += float(wanted - number - quick)
                if standby_start == 0:
                    able += quick
                if start == 0:
                    able += wanted - number - quick
            if wanted < number:
                gone = number - wanted
                # What still starts goes first, the youngest before the rest, as a replica set has it.
                k = boot.shape[0] - 1
                while gone > 0 and k > t:
                    cancelled = min(gone, int(boot[k]))
                    boot[k] -= float(cancelled)
                    gone -= cancelled
                    k -= 1
                able -= gone
            number = wanted
            replicas[t] = float(number)
            ready[t] = float(able)
        served[t] = min(offered[t], able * rate)


@kernel
def autoscale_totals(rate: float, offered: Floats, replicas: Floats, served: Floats, now: Floats) -> None:
    """Sums of a run: offered, served, dropped requests, share dropped, replica-hours, those of the fewest replicas that
    serve every second's requests, their ratio, most replicas, turns of the replicas from up to down or back, seconds
    in which requests were dropped, second of the last change."""
    fewest = 0.0
    trend = 0.0
    for t in range(offered.shape[0]):
        now[0] += offered[t]
        now[1] += served[t]
        now[4] += replicas[t]
        fewest += math.ceil(offered[t] / rate)
        now[7] = max(now[7], replicas[t])
        if served[t] < offered[t]:
            now[9] += 1.0
        if t > 0 and replicas[t] != replicas[t - 1]:
            move = -1.0
            if replicas[t] > replicas[t - 1]:
                move = 1.0
            if move * trend < 0.0:
                now[8] += 1.0
            trend = move
            now[10] = float(t)
    now[2] = now[0] - now[1]
    now[3] = now[2] / now[0]
    now[4] = now[4] / 3600.0
    now[5] = fewest / 3600.0
    now[6] = now[4] / now[5]


@kernel
def autoscale(
    kind: int,
    signal: int,
    start: int,
    delay: int,
    target: int,
    warm: int,
    tolerance: float,
    window: int,
    policy: int,
    period: int,
    phase: int,
    most: int,
    rate: float,
    up_rules: Floats,
    down_rules: Floats,
    offered: Floats,
    capacity: Floats,
    ordered: Floats,
    served: Floats,
    now: Floats,
    up: Floats,
    down: Floats,
    replicas: Floats,
    ready: Floats,
    boot: Floats,
    seen_times: Floats,
    seen: Floats,
    change_times: Floats,
    changes: Floats,
    counts: Ints,
) -> None:
    """The figure: one kind of traffic against one autoscaler.

    warm : fewest replicas, always there;  window : seconds of agreement before replicas go
    policy : which six of ``up_rules`` limit the way up;  down_rules : rules of the way down, its window replaced
    capacity, ordered : requests/s that ready and ordered replicas can serve;  now : as in `autoscale_totals`
    """
    for k in range(6):
        up[k] = up_rules[6 * policy + k]
        down[k] = down_rules[k]
    down[5] = float(window)
    autoscale_traffic(kind, offered)
    autoscale_run(
        signal, start, delay, period, phase, target, tolerance, warm, most, 0, 0, rate, offered, up, down,
        replicas, ready, served, boot, seen_times, seen, change_times, changes, counts,
    )  # fmt: skip
    autoscale_totals(rate, offered, replicas, served, now)
    for t in range(offered.shape[0]):
        capacity[t] = ready[t] * rate
        ordered[t] = replicas[t] * rate


@dataclasses.dataclass(frozen=True)
class Run:
    """A run of an autoscaler, by the second.

    offered, served : requests;  replicas, ready : ordered and ready;  rate : requests/s of a replica
    dropped, replica_seconds, turns : sums of the run; a turn is a change of direction
    """

    offered: np.ndarray
    served: np.ndarray
    replicas: np.ndarray
    ready: np.ndarray
    rate: float
    dropped: float
    replica_seconds: float
    turns: int


def demand(events, seconds) -> np.ndarray:
    """Requests/s in each second of a step function: ``events`` are (second, requests/s), each rate until the next.

    Raises ValueError unless the seconds are whole, start at 0 and rise. Explained in chapter 2, section 6.
    """
    times = [checks.whole("second of an event", time) for time, _ in events]
    if not times or times[0] != 0 or any(a >= b for a, b in itertools.pairwise(times)):
        raise ValueError(f"events must start at second 0 and come one after the other, got seconds {times}")
    offered = np.zeros(checks.whole("seconds", seconds, 1))
    for time, rate in events:
        offered[time:] = checks.number("requests/s", rate, 0)
    return offered


def wave_or_step(kind, seconds=1200) -> np.ndarray:
    """Requests/s in each second of one of `TRAFFIC`; raises ValueError for another. Explained in chapter 2, section 6."""
    offered = np.zeros(checks.whole("seconds", seconds, 1))
    autoscale_traffic(TRAFFIC[checks.one_of("kind", kind, TRAFFIC)], offered)
    return offered


def simulate(
    offered, signal="requests", start=30, delay=0, target=70, tolerance=0.1, least=1, most=MOST_PODS, up=UP, down=DOWN,
    rate=1000.0, period=15, phase=0, standby=0, standby_start=0,
) -> Run:  # fmt: skip
    """Run an autoscaler over ``offered``, requests in each second, from a fleet that fits the first second.

    signal : one of `SIGNALS`;  start : whole seconds from order to ready;  delay : age of the metric, whole seconds
    target : percent of ``rate`` (requests/s of one replica) that a replica shall do;  tolerance, least, most, up, down :
        the limits of `perfbook.hpa`;  period, phase : it looks at ``phase`` and every ``period`` seconds from there
    standby : replicas that start in ``standby_start`` seconds and are ordered before the others
    Raises ValueError for counts and times that are no whole numbers from 0 up (target, least and period: from 1 up).
    Explained in chapter 2, section 6.
    """
    offered = np.atleast_1d(checks.not_negative("offered", offered)).astype(float)
    code = SIGNALS[checks.one_of("signal", signal, SIGNALS)]
    whole = {"start": start, "delay": delay, "phase": phase, "standby": standby, "standby_start": standby_start}
    start, delay, phase, standby, standby_start = (checks.whole(name, value) for name, value in whole.items())
    period, target = checks.whole("period", period, 1), checks.whole("target", target, 1)
    most = checks.whole("most", most, 1)
    least, rate = checks.whole("least", least, 1, most), float(checks.positive("rate", rate))
    seconds = offered.size
    replicas, ready, served = (np.zeros(seconds) for _ in range(3))
    boot = np.zeros(seconds + max(start, standby_start) + 1)
    records = [np.zeros(seconds // period + 2) for _ in range(4)]
    autoscale_run(
        code, start, delay, period, phase, target, checks.number("tolerance", tolerance, 0, 1), least, most, standby,
        standby_start, rate, offered, up.array(), down.array(), replicas, ready, served, boot, *records,
        np.zeros(2, dtype=np.int64),
    )  # fmt: skip
    now = np.zeros(11)
    autoscale_totals(rate, offered, replicas, served, now)
    return Run(offered, served, replicas, ready, rate, float(now[2]), float(replicas.sum()), int(now[8]))


def fewest_replica_seconds(offered, rate=1000.0) -> float:
    """Replica-seconds of the fewest replicas that serve each second's requests, were they ready at once.

    Raises ValueError for negative requests or a rate not above 0. Explained in chapter 2, section 6.
    """
    return float(np.ceil(checks.not_negative("offered", offered) / checks.positive("rate", rate)).sum())
