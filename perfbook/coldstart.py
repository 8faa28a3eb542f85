"""Cold starts: what a new instance does before it serves, and the requests lost while demand waits for it.

A fluid model: requests a second flow in, and what capacity cannot take in the same second is lost. Times are in seconds.

Explained in chapter 2, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, kernel

# The parts of a cold start and their ranges in seconds, as the episode gives them, without a source.
PARTS = ("machine", "operating system", "runtime", "application", "dependencies", "caches warm")
EPISODE_RANGES = ((10, 120), (5, 30), (0.1, 10), (1, 60), (1, 30), (0, 300))
# The episode's start times by kind of instance, in seconds. The first is a warm start, which is no cold start.
EPISODE_TIMES = {"Lambda, warm": 0.1, "Lambda, cold": 5, "container": 10, "pod": 30, "virtual machine": 120}
# Published times in seconds, and the key of each source in the references.
MEASURED = (
    ("Linux VM, EC2, 2012", 96.9, "mao2012"),
    ("Windows VM, EC2, 2012", 810.2, "mao2012"),
    ("Linux VM, Rackspace, 2012", 44.2, "mao2012"),
    ("task in a Google cluster, median", 25.0, "verma2015"),
    ("pod, objective for its p99, image there", 5.0, "kubernetes-slo"),
    ("function, package of 1 kB, mean", 0.171, "tanasa2023"),
    ("function, package of 64 MB, mean", 3.110, "tanasa2023"),
)

MACHINE, NODE, SNAPSHOT, WARM = range(4)
KINDS = {"new machine": MACHINE, "container on a running node": NODE, "restored snapshot": SNAPSHOT, "kept warm": WARM}
FIRST_PART = (0, 2, 4, 6)  # the first part that each kind has to do itself

AS_IT_RISES, AT_ONCE = range(2)
ORDERS = {"as it rises": AS_IT_RISES, "at once": AT_ONCE}


@kernel
def cold_parts(
    kind: int,
    overlap: float,
    machine: float,
    system: float,
    runtime: float,
    application: float,
    dependencies: float,
    caches: float,
    begin: Floats,
    end: Floats,
    now: Floats,
) -> None:
    """When each part of a cold start begins and ends, seconds after the order.

    kind : 0 does all six parts, 1 leaves out the first two, 2 the first four, 3 all
    overlap : share of the work of all earlier parts that a part does not wait for; 0 one after the other, 1 all at once
    now : seconds until ready, sum of the parts done, longest of them, its number, sum of the parts left out
    """
    end[0] = machine
    end[1] = system
    end[2] = runtime
    end[3] = application
    end[4] = dependencies
    end[5] = caches
    first = 2 * kind
    before = 0.0
    for k in range(6):
        length = end[k]
        if k < first:
            now[4] += length
            begin[k] = 0.0
            end[k] = 0.0
        else:
            begin[k] = (1.0 - overlap) * before
            end[k] = begin[k] + length
            before += length
            now[0] = max(now[0], end[k])
            if length > now[2]:
                now[2] = length
                now[3] = float(k)
    now[1] = before


@kernel
def layer_loss(order: int, rise: float, ramp: float, lag: float, spare: float) -> float:
    """Requests lost while demand rises by ``rise`` (requests/s) over ``ramp`` seconds and capacity lags by ``lag``.

    spare : requests/s that were ready beyond the demand before the rise
    order : 0 each new request/s is ordered when it comes, 1 all are ordered when the rise begins

    Slice demand into layers of one request/s. A layer x above the start is demanded from ramp x/rise on. Ordered as it
    comes, it is uncovered for ``lag`` seconds; ordered at the start, from then until ``lag``.
    """
    if rise <= spare:
        return 0.0
    if order == AS_IT_RISES:
        return (rise - spare) * lag
    if ramp <= 0.0:
        return (rise - spare) * lag
    top = min(rise, rise * lag / ramp)
    if top <= spare:
        return 0.0
    return lag * (top - spare) - 0.5 * ramp * (top * top - spare * spare) / rise


@kernel
def coldstart(
    order: int,
    low: float,
    peak: float,
    ramp: float,
    start: float,
    detection: float,
    warm: float,
    times: Floats,
    offered: Floats,
    capacity: Floats,
    covered: Floats,
    gap: Floats,
    episode_gap: Floats,
    now: Floats,
) -> None:
    """A rise from ``low`` to ``peak`` requests/s over ``ramp`` seconds from time 0, and the capacity that comes for it.

    start, detection : seconds until an ordered instance serves, and until the rise is seen
    warm : requests/s ready beyond ``low``
    offered, capacity, gap, episode_gap : requests/s at each of ``times``; the last by the episode's formula
    covered : the larger of offered and capacity
    now : requests lost, requests offered from the beginning of the rise until it is covered, share lost, largest gap,
        the episode's gap, the episode's lost requests, those lost in the other order, seconds until it is covered
    """
    rise = peak - low
    lag = start + detection
    now[7] = lag
    if order == AS_IT_RISES:
        now[7] = lag + ramp
    slope = 0.0
    if ramp > 0.0:
        slope = rise / ramp
    for i in range(times.shape[0]):
        t = times[i]
        offered[i] = low + ramp_rise(rise, ramp, t)
        capacity[i] = low + warm
        if order == AS_IT_RISES:
            capacity[i] = max(capacity[i], low + ramp_rise(rise, ramp, t - lag))
        elif t >= lag:
            capacity[i] = max(capacity[i], peak)
        gap[i] = max(0.0, offered[i] - capacity[i])
        covered[i] = capacity[i] + gap[i]
        if 0.0 <= t <= start:
            episode_gap[i] = max(0.0, slope * t)
    now[0] = layer_loss(order, rise, ramp, lag, warm)
    now[1] = low * now[7] + rise * max(0.0, now[7] - 0.5 * ramp)
    if now[7] < ramp:
        now[1] = low * now[7] + 0.5 * slope * now[7] * now[7]
    if now[1] > 0.0:
        now[2] = now[0] / now[1]
    if order == AS_IT_RISES:
        now[3] = max(0.0, min(rise - warm, ramp_rise(rise, ramp, lag)))
    else:
        now[3] = max(0.0, ramp_rise(rise, ramp, lag) - warm)
    if lag <= 0.0:
        now[3] = 0.0
    now[4] = max(0.0, slope * start)
    now[5] = 0.5 * now[4] * start
    now[6] = layer_loss(1 - order, rise, ramp, lag, warm)


@kernel
def ramp_rise(rise: float, ramp: float, t: float) -> float:
    """How far a rise of ``rise`` over ``ramp`` seconds has come ``t`` seconds after its beginning."""
    if t < 0.0:
        return 0.0
    if t >= ramp:
        return rise
    return rise * t / ramp


@dataclasses.dataclass(frozen=True)
class Start:
    """A cold start: seconds until ready, and the bounds that hold for any overlap of its parts.

    ready : by the overlap given;  longest : were all parts done at once;  total : one after the other
    skipped : seconds of the parts that this kind of instance leaves out
    """

    ready: float
    longest: float
    total: float
    skipped: float


def cold_start(parts, kind="new machine", overlap=0.0) -> Start:
    """How long a new instance takes from the order until it serves.

    parts : six times in seconds, in the order of `PARTS`;  kind : one of `KINDS`
    overlap : share of the earlier parts' work that a part does not wait for, 0 to 1
    Raises ValueError for other values. Explained in chapter 2, section 6.
    """
    if len(parts) != len(PARTS):
        raise ValueError(f"parts must be {len(PARTS)} times, got {len(parts)}")
    times = [checks.number(f"parts, {name},", value, 0) for name, value in zip(PARTS, parts, strict=True)]
    now = np.zeros(5)
    code = KINDS[checks.one_of("kind", kind, KINDS)]
    cold_parts(code, checks.number("overlap", overlap, 0, 1), *times, np.zeros(6), np.zeros(6), now)
    return Start(*(float(now[k]) for k in (0, 2, 1, 4)))


def ramp_loss(low, peak, ramp, lag, warm=0.0, order="at once") -> float:
    """Requests lost while demand rises from ``low`` to ``peak`` requests/s over ``ramp`` s and capacity lags by ``lag`` s.

    warm : requests/s ready beyond ``low`` when the rise begins
    order : "at once", all capacity for the peak is ordered when the rise begins; "as it rises", each second's need then
    Raises ValueError for negative numbers and another order. Explained in chapter 2, section 6.
    """
    numbers = [checks.number(n, v, 0) for n, v in dict(low=low, peak=peak, ramp=ramp, lag=lag, warm=warm).items()]
    low, peak, ramp, lag, warm = numbers
    return layer_loss(ORDERS[checks.one_of("order", order, ORDERS)], peak - low, ramp, lag, warm)


def ramp_requests(low, peak, ramp, until) -> float:
    """Requests offered in the first ``until`` seconds of a rise from ``low`` to ``peak`` requests/s over ``ramp`` s.

    Raises ValueError for negative numbers. Explained in chapter 2, section 6.
    """
    numbers = [checks.number(n, v, 0) for n, v in dict(low=low, peak=peak, ramp=ramp, until=until).items()]
    low, peak, ramp, until = numbers
    rising = min(ramp, until)
    reached = low + ramp_rise(peak - low, ramp, rising)
    return 0.5 * (low + reached) * rising + peak * (until - rising)


def episode_ramp(low, peak, ramp, start):
    """The episode's gap (requests/s) and dropped requests, as its code has them: the ramp never ends.

    low, peak : requests/s, the episode's are 1,000 and 10,000;  ramp : seconds, 10;  start : cold start, seconds
    Raises ValueError for negative numbers or a ramp of 0. Explained in chapter 2, section 6.
    """
    ramp, start = checks.positive("ramp", ramp), checks.number("start", start, 0)
    gap = (peak - low) / ramp * start
    return gap, gap * start / 2


def episode_predictive(accuracy, lead) -> tuple[float, bool]:
    """The episode's predictive benefit, accuracy × lead/30, and whether it calls the cold start "eliminated".

    accuracy : a probability;  lead : seconds. The product has no meaning; it is here to be looked at.
    Raises ValueError unless accuracy is from 0 to 1 and lead from 0 up. Explained in chapter 2, section 6.
    """
    benefit = checks.number("accuracy", accuracy, 0, 1) * checks.number("lead", lead, 0) / 30
    return benefit, benefit >= 1 or math.isclose(benefit, 1)
