"""The evening peak, request by request: what the formulas of `perfbook.warming` are checked against.

Explained in chapter 3, section 3.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, below, exponential, seed_stream, zipf, zipf_table
from .tails import select
from .warming import COUNTING, POLICIES, PREDICTIVE, REACTIVE, checked


@kernel
def arrival(place: float, span: float) -> float:
    """When the share ``place`` of a crowd has come: `come_by` the other way round, s."""
    if place < 0.5:
        return span * math.sqrt(0.5 * place)
    return span * (1.0 - math.sqrt(0.5 * (1.0 - place)))


@kernel
def simulate_evening(
    policy: int,
    coalesce: int,
    requests: int,
    edges: int,
    regions: int,
    region_titles: int,
    edge_titles: int,
    delay: float,
    limit: float,
    capacity: float,
    fetch: float,
    span: float,
    seed: int,
    table: Floats,
    forecast: Floats,
    counts: Floats,
    spare: Floats,
    at_edge: Floats,
    at_region: Floats,
    found: Floats,
    state: Ints,
) -> None:
    """Every request of a crowd of about ``requests``, Poisson, at edges, regions and an origin with a queue.

    table : `zipf_table` of the titles;  forecast : the titles' scores for policy 2, the highest are warm from the start
    counts, spare : scratch, one a title;  at_edge, at_region : scratch, one an edge or region and title: ready when
    found : requests, those whose edge had it, whose region had it, that joined a fetch under way, that the origin was
        asked, pushes read there, longest wait (s), most asked in one of 100 stretches of the span, first at their edge
    Without ``coalesce`` every request for a title that is still being fetched goes up to the origin.
    """
    seed_stream(seed, 31, state)
    titles = table.shape[0]
    for i in range(edges * titles):
        at_edge[i] = math.inf
    for i in range(regions * titles):
        at_region[i] = math.inf
    for j in range(9):
        found[j] = 0.0
    first_push = COUNTING + delay
    for k in range(titles):
        counts[k] = 0.0
    if policy == PREDICTIVE:
        for which in range(2):
            picked = region_titles
            copies = regions
            if which == 1:
                picked = min(edge_titles, region_titles)
                copies = edges
            if picked > 0:
                for k in range(titles):
                    spare[k] = forecast[k]
                least = select(spare, 0, titles - 1, titles - picked)
                for k in range(titles):
                    if forecast[k] >= least:
                        for i in range(copies):
                            if which == 0:
                                at_region[i * titles + k] = -math.inf
                            else:
                                at_edge[i * titles + k] = -math.inf
        found[5] = float(region_titles * regions)
    free = -math.inf  # when the origin has done all that it was asked
    pushed = 0
    place = 0.0
    stretch = 0
    in_stretch = 0.0
    clock = 0.0
    place += exponential(state) / requests
    while place < 1.0:
        clock = arrival(place, span)
        while policy == REACTIVE and pushed < region_titles and first_push + (pushed + 1) * regions / limit <= clock:
            # The next title in order of what was counted; equal counts in order of the titles.
            moment = first_push + (pushed + 1) * regions / limit
            best = 0
            for k in range(titles):
                if counts[k] > counts[best]:
                    best = k
            counts[best] = -1.0
            pushed += 1
            for i in range(regions):
                if math.isinf(at_region[i * titles + best]):
                    free = max(free, moment) + 1.0 / capacity
                    at_region[i * titles + best] = free + fetch
                    found[5] += 1.0
        k = zipf(state, table)
        edge = below(state, edges)
        here = edge * titles + k
        there = (edge % regions) * titles + k
        if clock < COUNTING:
            counts[k] += 1.0
        found[0] += 1.0
        if math.isinf(at_edge[here]) and at_edge[here] > 0.0:
            found[8] += 1.0
        ready = at_region[there]
        if at_edge[here] <= clock:
            found[1] += 1.0
        elif ready <= clock:
            found[2] += 1.0
            at_edge[here] = clock
        else:
            if coalesce == 0 or math.isinf(ready):
                free = max(free, clock) + 1.0 / capacity
                found[4] += 1.0
                if int(100.0 * clock / span) > stretch:
                    stretch = int(100.0 * clock / span)
                    in_stretch = 0.0
                in_stretch += 1.0
                found[7] = max(found[7], in_stretch)
                found[6] = max(found[6], free + fetch - clock)
                if math.isinf(ready):
                    at_region[there] = free + fetch
            else:
                found[3] += 1.0
            at_edge[here] = at_region[there]
        place += exponential(state) / requests


@dataclasses.dataclass(frozen=True)
class Crowd:
    """A crowd that was drawn request by request, by what became of each.

    requests, at_edge, at_region, joined, asked : all, those whose edge had the title, those whose region had it, those
        that joined a fetch under way, and those that the origin was asked; the last four add up to the first
    pushed : pushes read at the origin;  longest : longest wait, s;  most : asked in the busiest hundredth of the span
    left_edge : requests for a title that their edge neither had nor was fetching
    """

    requests: int
    at_edge: int
    at_region: int
    joined: int
    asked: int
    pushed: int
    longest: float
    most: int
    left_edge: int


def simulate(
    policy="none", region_titles=0, edge_titles=0, error=0.0, limit=100.0, coalesce=True, capacity=1e9, fetch=0.5,
    regions=8, edges=80, alpha=1.0, titles=500, span=480.0, devices=100_000, delay=30.0, seed=1,
) -> Crowd:  # fmt: skip
    """The same evening on a smaller scale, every request drawn; what is pushed before the peak is there at its start.

    Here the reactive policy goes by what it really counted. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 3.
    """
    given = dict(limit=limit, capacity=capacity, fetch=fetch, span=span)
    titles, region_titles, edge_titles, given = checked(policy, titles, region_titles, edge_titles, given)
    regions, edges = checks.whole("regions", regions, 1), checks.whole("edges", edges, regions)
    devices, error = checks.whole("devices", devices, 1), checks.number("error", error, 0, 1000)
    ranks = np.arange(1.0, titles + 1)
    forecast = -checks.number("alpha", alpha, 0, 4) * np.log(ranks)
    forecast = forecast + error * np.random.default_rng(int(seed)).standard_normal(titles)
    table, found = np.zeros(titles), np.zeros(9)
    zipf_table(alpha, table)
    simulate_evening(
        POLICIES[policy], int(bool(coalesce)), devices, edges, regions, region_titles, edge_titles,
        checks.number("delay", delay, 0), given["limit"], given["capacity"], given["fetch"], given["span"], int(seed),
        table, forecast, np.zeros(titles), np.zeros(titles), np.zeros(edges * titles), np.zeros(regions * titles), found,
        np.zeros(STATE_SIZE, dtype=np.int64),
    )  # fmt: skip
    numbers = found.tolist()
    return Crowd(*(int(n) for n in numbers[:6]), numbers[6], int(numbers[7]), int(numbers[8]))
