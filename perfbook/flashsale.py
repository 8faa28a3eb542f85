"""The flash sale: the episode's timeline as written, the same sale on a clock, and its cures, tried.

Rates are in requests/s, times in seconds.

Explained in chapter 2, section 6.
"""

import dataclasses
import itertools
import math

import numpy as np

from . import autoscaler, checks
from .autoscaler import FLASH_SALE
from .hpa import Rules

DAY = 86_400  # seconds
AT_WILL = Rules()  # no policy: any change at any look


def episode_timeline(events=FLASH_SALE, rate=1000, start=30, fleet=0) -> list[dict]:
    """The rows of the episode's timeline as its code makes them.

    events : (second, requests/s);  rate : requests/s of an instance;  start : whole seconds of a cold start
    fleet : instances at first; the episode starts with none
    A row a second only while it scales up; what starts has i/start of its capacity after i seconds; nothing goes away; the
    last row has the capacity of the first moment, 0, and no dropped requests.
    Raises ValueError for a start that is no whole number from 1 up. Explained in chapter 2, section 6.
    """
    start = checks.whole("start", start, 1)
    rows, stale = [], fleet * rate
    for time, offered in events:
        needed = math.ceil(offered / rate)
        if needed > fleet:
            for i in range(start):
                available = rate * (fleet + (needed - fleet) * (i / start))
                dropped = max(0.0, offered - available)
                rows.append(dict(time=time + i, offered=offered, available=available, dropped=dropped))
            fleet = needed
        else:
            rows.append(dict(time=time, offered=offered, available=stale, dropped=0.0))
    return rows


def episode_dropped(rows) -> float:
    """The episode's total: the dropped requests of all rows, whichever second they are of. See chapter 2, section 6."""
    return math.fsum(row["dropped"] for row in rows)


@dataclasses.dataclass(frozen=True)
class Sale:
    """A sale by the clock: requests offered, served and dropped, and instance-seconds from order to removal."""

    offered: float
    served: float
    dropped: float
    instance_seconds: float


def by_the_clock(events=FLASH_SALE, rate=1000, start=30.0, fleet=0, end=600.0, scale_in=True) -> Sale:
    """The same sale, each moment counted once: at each event the instances that it needs are ordered, ``start`` later they
    serve, all or nothing; with ``scale_in``, those not needed go at once.

    events : (second, requests/s) in order;  fleet : instances ready at first;  end : end of the count, seconds
    Exact for any times: between two moments at which something changes, every rate is constant.
    Raises ValueError for negative numbers or events out of order. Explained in chapter 2, section 6.
    """
    start, end = checks.number("start", start, 0), checks.number("end", end, 0)
    times = [checks.number("second of an event", time, 0) for time, _ in events]
    if times != sorted(times):
        raise ValueError(f"events must be in order, got seconds {times}")
    moments = sorted({0.0, end, *times, *(time + start for time in times)})
    coming, offered, count, asked = [], 0.0, checks.whole("fleet", fleet), checks.whole("fleet", fleet)
    sums = np.zeros(3)
    for moment, following in itertools.pairwise(moments):
        if moment >= end:
            break
        for time, demand in events:
            if time == moment:
                offered, needed = demand, math.ceil(demand / rate)
                if needed > asked:
                    coming.append([moment + start, needed - asked])
                    asked = needed
                elif scale_in:
                    # The youngest go first: what still starts, then what serves.
                    while asked > needed and coming:
                        gone = min(coming[-1][1], asked - needed)
                        coming[-1][1] -= gone
                        asked -= gone
                        if not coming[-1][1]:
                            coming.pop()
                    count, asked = min(count, needed), min(asked, needed)
        count += sum(number for when, number in coming if when <= moment)
        coming = [row for row in coming if row[0] > moment]
        sums += (following - moment) * np.array([offered, min(offered, count * rate), asked])
    return Sale(float(sums[0]), float(sums[1]), float(sums[0] - sums[1]), float(sums[2]))


@dataclasses.dataclass(frozen=True)
class Cure:
    """A cure tried in the flash sale.

    name : what is changed;  claimed, claimed_cost : the episode's, without a source, as it writes them
    dropped : requests;  saves, costs : shares of the dropped requests and of the replica-seconds without the cure
    day : share of the replica-seconds of a whole day that is quiet but for one such sale
    """

    name: str
    claimed: str
    claimed_cost: str
    dropped: float
    saves: float
    costs: float
    day: float


def hedged_served(offered, capacity, hedged):
    """Requests/s answered when a share ``hedged`` of ``offered`` is sent twice to a fleet that serves ``capacity``.

    Copies beyond the capacity are dropped, none preferred; a request is answered if one copy is.
    Raises ValueError for a share outside 0 to 1 or negative rates. Explained in chapter 2, section 6.
    """
    offered, capacity = checks.not_negative("offered", offered), checks.not_negative("capacity", capacity)
    hedged = checks.number("hedged", hedged, 0, 1)
    copies = np.maximum(offered * (1 + hedged), 1e-300)
    taken = np.minimum(1.0, capacity / copies)
    return offered * taken * (1 + hedged * (1 - taken))


def cures(
    events=FLASH_SALE, seconds=900, start=30, delay=15, phase=7, target=70, warm=(15, 45), factors=(0.8, 0.6),
    standby=(20, 60), hedged=0.05,
) -> list[Cure]:  # fmt: skip
    """The episode's mitigations, each tried on the same sale with the same autoscaler; the first row is without any.

    The autoscaler follows requests offered, with the default policies. The sizes are ours, for the episode has none:
    warm : replicas more at all times;  factors : forecast over truth, of one that orders 60 s ahead of each event
    standby : replicas that start in 5 s and cost a tenth while they wait;  hedged : share of the requests sent twice
    A smaller image starts in two thirds of the time.
    Raises ValueError as `autoscaler.simulate`. Explained in chapter 2, section 6.
    """
    offered = autoscaler.demand(events, seconds)
    plain = dict(start=start, delay=delay, phase=phase, target=target)
    base = autoscaler.simulate(offered, **plain)
    floor = int(base.replicas[0])
    rows = [("nothing", "", "", base.dropped, base.replica_seconds, 0)]
    for more in warm:
        run = autoscaler.simulate(offered, least=floor + more, **plain)
        rows.append((f"keep warm, {more} more", "90–95%", "+30–50%", run.dropped, run.replica_seconds, more))
    for factor in factors:
        ahead = forecast_run(offered, base, factor, 60, start, target)
        rows.append((f"predictive, {1 - factor:.0%} too low", "70–80%", "+10–20%", *ahead, 0))
    run = autoscaler.simulate(offered, **plain | dict(start=round(start * 2 / 3)))
    rows.append(("smaller image", "30–40%", "none", run.dropped, run.replica_seconds, 0))
    for count in standby:
        run, idle = autoscaler.simulate(offered, standby=count, standby_start=5, **plain), 0.1 * count
        rows.append(
            (
                f"tiered, {count} in standby",
                "60–70%",
                "+15–25%",
                run.dropped,
                run.replica_seconds + idle * seconds,
                idle,
            )
        )
    answered = hedged_served(offered, base.ready * base.rate, hedged)
    rows.append((f"hedging, {hedged:.0%} twice", "", "", float(np.sum(offered - answered)), base.replica_seconds, 0))
    lost, paid, quiet = base.dropped, base.replica_seconds, DAY - seconds
    day = paid + floor * quiet
    return [
        Cure(name, claim, price, drops, (lost - drops) / lost, (cost - paid) / paid, (cost - paid + idle * quiet) / day)
        for name, claim, price, drops, cost, idle in rows
    ]


def forecast_run(offered, reactive, factor, lead, start, target):
    """Dropped requests and replica-seconds when a forecast orders beside a reactive autoscaler.

    reactive : its `autoscaler.Run`;  factor : forecast over truth, 1 for a right one;  lead : seconds ahead of the demand
    At each second the fleet is the larger of the two: what the autoscaler has, and what the forecast ordered ``start`` or
    more seconds ago. Raises ValueError for a factor or lead below 0. Explained in chapter 2, section 6.
    """
    factor, lead = checks.number("factor", factor, 0), checks.whole("lead", lead)
    seconds = len(offered)
    wish = np.ceil(factor * np.asarray(offered) / (target / 100 * reactive.rate))
    # What the forecast wants in service at t it ordered at t − lead; it is ready start seconds after, and paid from the order.
    ordered = np.array([wish[t : t + lead + 1].max() for t in range(seconds)])
    late = np.concatenate([np.full(start, wish[0]), ordered])[:seconds]
    held = np.minimum(late, ordered)  # replicas go when the forecast no longer wants them
    fleet = np.maximum(reactive.ready, held)
    served = np.minimum(offered, fleet * reactive.rate)
    return float(np.sum(offered - served)), float(np.maximum(reactive.replicas, ordered).sum())
