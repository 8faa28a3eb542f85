"""The evening peak: three layers of caches, empty or warmed, and what the origin sees of a crowd.

A crowd of devices comes within some minutes, its rate rising and falling in a straight line. Each asks its edge for one
title, by Zipf's law. An edge without the title asks its region, a region without it asks the origin, which does so many
a second, first come, first served. Nothing expires during the peak (`perfbook.secondherd` is about that).

While r(t) requests a second come, Λ(t) of them by time t, a title of chance p is missing in a region of R with
probability exp(-pΛ/R): nobody there has asked for it. So what the origin is asked is a sum over titles of closed forms,
exact on average for any number of edges. With the origin's queue it is a fluid: how far the answers have come is a time
s(t), the moment at which what is answered now was asked. Coalesced, a title goes up while nobody asked by t; without,
while nobody asked by s(t), which an overloaded origin holds back. `perfbook.crowd` draws every request.

Explained in chapter 3, section 3.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, kernel
from .toplist import MOST_TITLES, PLACES, inclusion, list_ranks

NONE, REACTIVE, PREDICTIVE = range(3)
POLICIES = {"none": NONE, "reactive": REACTIVE, "predictive": PREDICTIVE}

DEVICES, EDGES, REGIONS, ORIGINS = 47e6, 14_000, 200, 12  # the episode's
COUNTING = 60.0  # seconds at the start of the peak in which the reactive policy counts
START, END = -600.0, 900.0  # seconds that are looked at; the crowd comes from 0 on
POINTS = 601
EMPTY = 10.0  # requests a second, where none are drawn on a logarithmic axis


@kernel
def come_by(devices: float, span: float, t: float) -> float:
    """Devices of the crowd that have come by ``t``: it comes from 0 to ``span`` s, most at the middle."""
    if t <= 0.0:
        return 0.0
    if t >= span:
        return devices
    if t < 0.5 * span:
        return 2.0 * devices * (t / span) * (t / span)
    return devices * (1.0 - 2.0 * (1.0 - t / span) * (1.0 - t / span))


@kernel
def mean_missing(before: float, after: float, exponent: float) -> float:
    """Mean of e^-x for x from one end of a stretch to the other: ``before``, ``after`` are e^-x there, ``exponent`` the stretch."""
    if exponent < 1e-6:
        return 0.5 * (before + after)
    return (before - after) / exponent


@kernel
def unpushed(rank: float, weight: float, front: float) -> float:
    """Share of the titles around a weighted rank that a push from the first title on has not come to yet."""
    return 1.0 - min(max((front - (rank - 0.5 * weight - 0.5)) / weight, 0.0), 1.0)


@kernel
def evening_run(
    policy: int,
    regions: float,
    region_titles: float,
    edge_titles: float,
    error: float,
    lead: float,
    limit: float,
    coalesce: int,
    capacity: float,
    fetch: float,
    alpha: float,
    span: float,
    devices: float,
    edges: float,
    titles: float,
    delay: float,
    start: float,
    end: float,
    asked: Floats,
    pushing: Floats,
    wait: Floats,
    now: Floats,
    sent: Floats,
    done: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    warm: Floats,
    edge_warm: Floats,
    up_to: Floats,
    answered: Floats,
) -> None:
    """One evening on average: what the origin is asked at each moment from ``start`` to ``end``, and who waits for it.

    policy : 0 nothing is pushed; 1 the titles asked for most in the first minute are pushed to the regions, from
        ``delay`` s after it on; 2 the highest forecasts, off by ``error``, are pushed from ``lead`` s before the peak
    region_titles, edge_titles : pushed to each region, and of these to each edge;  limit : pushes a second
    coalesce : 1 a region asks once for a title and lets the others wait, 0 it asks for each
    capacity : answers of the origin a second, which take ``fetch`` s more;  alpha, titles : Zipf's law
    span : s in which all ``devices`` come
    asked, pushing : viewers' requests and pushes a second that reach the origin, over the step that ends at each moment
    wait : s that a request waits which reaches the origin then
    now : most asked a second in a step, requests of viewers, pushes read at the origin, copies pushed to edges, share of
        the devices that wait for the origin, longest wait (s), share at an edge that has the title or is fetching it,
        titles pushed in time, s in which the origin is asked more than it can, devices that wait
    sent, done : scratch, as long as ``asked``;  rank ... answered : scratch, PLACES each
    """
    points = asked.shape[0]
    step = (end - start) / (points - 1.0)
    pace = min(limit, capacity)
    before = 0.0
    if policy == PREDICTIVE:
        before = min(region_titles, titles)
        before = min(before, float(math.floor(pace * lead / regions + 1e-9)))
    at_edges = min(edge_titles, before)
    cut = before
    if policy == REACTIVE:
        cut = min(region_titles, titles)
    count = list_ranks(alpha, titles, cut, at_edges, rank, weight, chance)
    inclusion(before, titles, error, rank, weight, chance, count, warm)
    inclusion(at_edges, titles, error, rank, weight, chance, count, edge_warm)
    missed = 0.0
    for k in range(count):
        edge_warm[k] = min(edge_warm[k], warm[k])
        missed += weight[k] * (1.0 - edge_warm[k]) * edges * -math.expm1(-devices * chance[k] / edges)
        up_to[k] = 1.0
        answered[k] = 1.0
    pushed = before * regions
    for j in range(10):
        now[j] = 0.0
    now[2] = pushed
    now[3] = at_edges * edges
    now[6] = 1.0 - missed / devices
    now[7] = before
    pushed_from = -pushed / pace
    asked[0] = 0.0
    pushing[0] = 0.0
    wait[0] = fetch
    sent[0] = 0.0
    done[0] = 0.0
    reached = 0
    first_push = COUNTING + delay
    seen = 0.0
    front = 0.0
    last_lag = start
    for j in range(1, points):
        t = start + j * step
        # How far the answers have come: everything asked by the moment `lag` is answered by t.
        lag = t - fetch
        earlier = int(max(math.floor((lag - start) / step), 0.0))
        if earlier > j - 1:
            earlier = j - 1
        if sent[earlier] > done[earlier] + 1e-9:
            over = lag - (start + earlier * step)
            level = done[earlier] + capacity * max(over, 0.0)
            while reached < j - 1 and sent[reached + 1] <= level:
                reached += 1
            part = 0.0
            if reached < j - 1:
                if sent[reached + 1] > sent[reached]:
                    part = (level - sent[reached]) / (sent[reached + 1] - sent[reached])
                lag = min(lag, start + (reached + min(max(part, 0.0), 1.0)) * step)
        lag = max(lag, last_lag)
        last_lag = lag
        come = come_by(devices, span, t)
        new = come - come_by(devices, span, t - step)
        lag_come = come_by(devices, span, lag)
        asking = 0.0
        waiting = 0.0
        reading = 0.0
        if t <= 1e-9 and pushed > 0.0:
            reading = pace * max(min(t, 0.0) - max(t - step, pushed_from), 0.0)
        next_front = front
        if policy == REACTIVE and t > first_push:
            next_front = min(cut, (t - first_push) * pace / regions)
        done_front = 0.0
        if policy == REACTIVE and lag > first_push:
            done_front = min(cut, (lag - first_push) * pace / regions)
        if t > 1e-9 and new > 0.0:
            for k in range(count):
                rate = chance[k] / regions
                up = math.exp(-rate * come)
                late = math.exp(-rate * lag_come)
                open_titles = weight[k] * (1.0 - warm[k])
                lacking = mean_missing(answered[k], late, rate * (lag_come - seen))
                if next_front > 0.0:
                    left = unpushed(rank[k], weight[k], next_front)
                    reading += regions * open_titles * (unpushed(rank[k], weight[k], front) - left) * up
                    still = unpushed(rank[k], weight[k], done_front)
                else:
                    left = 1.0
                    still = 1.0
                waits = new * chance[k] * open_titles * still * lacking
                waiting += waits
                if coalesce == 1:
                    asking += regions * open_titles * left * (up_to[k] - up)
                else:
                    asking += waits
                up_to[k] = up
                answered[k] = late
            seen = lag_come
        front = next_front
        sent[j] = sent[j - 1] + asking + reading
        done[j] = min(sent[j], done[j - 1] + capacity * step)
        if policy == REACTIVE:
            now[2] += reading
        asked[j] = asking / step
        pushing[j] = reading / step
        wait[j] = fetch + (sent[j] - done[j]) / capacity
        now[0] = max(now[0], asked[j])
        now[1] += asking
        now[9] += waiting
        if asking > 0.0:
            now[5] = max(now[5], wait[j])
        if asked[j] + pushing[j] > capacity:
            now[8] += step
    now[4] = now[9] / devices
    if policy == REACTIVE:
        now[7] = front


@kernel
def warming_figure(
    policy: int,
    region_titles: float,
    edge_titles: float,
    error: float,
    lead_minutes: float,
    limit: float,
    coalesce: int,
    capacity: float,
    fetch: float,
    regions: float,
    alpha: float,
    minutes: float,
    devices: float,
    edges: float,
    titles: float,
    delay: float,
    start: float,
    end: float,
    moments: Floats,
    cold: Floats,
    asked: Floats,
    pushing: Floats,
    cold_wait: Floats,
    wait: Floats,
    cold_now: Floats,
    now: Floats,
    spare: Floats,
    sent: Floats,
    done: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    warm: Floats,
    edge_warm: Floats,
    up_to: Floats,
    answered: Floats,
) -> None:
    """The figure: an evening with nothing warmed, and one as set; moments in minutes, `EMPTY` for none."""
    points = asked.shape[0]
    for j in range(points):
        moments[j] = (start + (end - start) * j / (points - 1.0)) / 60.0
    lead = 60.0 * lead_minutes
    span = 60.0 * minutes
    evening_run(
        NONE, regions, 0.0, 0.0, error, lead, limit, coalesce, capacity, fetch, alpha, span, devices, edges, titles,
        delay, start, end, cold, spare, cold_wait, cold_now, sent, done, rank, weight, chance, warm, edge_warm, up_to,
        answered,
    )  # fmt: skip
    evening_run(
        policy, regions, region_titles, edge_titles, error, lead, limit, coalesce, capacity, fetch, alpha, span,
        devices, edges, titles, delay, start, end, asked, pushing, wait, now, sent, done, rank, weight, chance, warm,
        edge_warm, up_to, answered,
    )  # fmt: skip
    for j in range(points):
        cold[j] = max(cold[j], EMPTY)
        asked[j] = max(asked[j], EMPTY)
        pushing[j] = max(pushing[j], EMPTY)


@dataclasses.dataclass(frozen=True)
class Evening:
    """What an evening came to: on average by the formulas, or as it was drawn.

    asked : requests of viewers at the origin;  most : of these in the busiest second, or stretch of a simulation
    pushed : pushes read at the origin;  copies : pushed from regions to edges;  in_time : titles pushed in time
    waited : devices that waited for the origin, and ``longest`` how long at most, s
    left_edge : requests for a title that their edge neither had nor was fetching
    over : seconds in which the origin was asked more than it could do; nan in a simulation
    """

    asked: float
    most: float
    pushed: float
    copies: float
    in_time: float
    waited: float
    longest: float
    left_edge: float
    over: float


def checked(policy, titles, region_titles, edge_titles, given):
    """The checked arguments that an evening and a crowd share."""
    checks.one_of("policy", policy, POLICIES)
    titles = checks.whole("titles", titles, 1, MOST_TITLES)
    region_titles = checks.whole("region_titles", region_titles, 0, titles)
    edge_titles = checks.whole("edge_titles", edge_titles, 0, region_titles)
    for name, value in given.items():
        given[name] = checks.number(name, checks.positive(name, value))
    return titles, region_titles, edge_titles, given


def evening(
    policy="none", region_titles=0, edge_titles=0, error=0.0, lead=600.0, limit=2000.0, coalesce=True, capacity=12_000.0,
    fetch=0.5, regions=REGIONS, edges=EDGES, alpha=1.0, titles=10_000, span=480.0, devices=DEVICES, delay=30.0,
) -> Evening:  # fmt: skip
    """An evening's crowd on average.

    policy : "none", "reactive" (push what was asked for most in the first minute, ``delay`` s after it) or "predictive"
    region_titles : pushed to every region;  edge_titles : of these, pushed on to every edge
    error : standard deviation of ln(forecast/truth);  lead : s before the peak at which pushing begins, at most 600
    limit : pushes a second;  coalesce : whether a region asks once for a title;  capacity : answers/s of the origin
    fetch : s that an answer takes on an idle origin;  alpha, titles : Zipf's law;  span : s in which the crowd comes
    Exact on average where the origin has no queue; with one, a fluid. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 3.
    """
    given = dict(limit=limit, capacity=capacity, fetch=fetch, regions=regions, edges=edges, span=span, devices=devices)
    titles, region_titles, edge_titles, given = checked(policy, titles, region_titles, edge_titles, given)
    lead, span = checks.number("lead", lead, 0, int(-START)), checks.number("span", given["span"], 0, END)
    alpha, error = checks.number("alpha", alpha, 0, 4), checks.number("error", error, 0, 1000)
    lines, now = [np.zeros(POINTS) for _ in range(5)], np.zeros(10)
    evening_run(
        POLICIES[policy], given["regions"], float(region_titles), float(edge_titles), error, lead, given["limit"],
        int(bool(coalesce)), given["capacity"], given["fetch"], alpha, span, given["devices"], given["edges"],
        float(titles), checks.number("delay", delay, 0), START, END, *lines[:3], now, *lines[3:],
        *(np.zeros(PLACES) for _ in range(7)),
    )  # fmt: skip
    most, asked, pushed, copies, _, longest, at_edge, in_time, over, waited = now.tolist()
    return Evening(asked, most, pushed, copies, in_time, waited, longest, given["devices"] * (1 - at_edge), over)
