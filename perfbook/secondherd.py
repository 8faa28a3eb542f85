"""The second herd: titles pushed together expire together, one time to live later, and what jitter does about it.

At time 0 the same titles are pushed to every region and to all of its edges. Each copy lives for a time drawn from
(1 - jitter) ttl to ttl, for itself. Until then nobody asks upstream. A request that finds its edge's copy expired goes
to the region; one that finds the region's copy expired too goes to the origin, once: requests are coalesced.

A title is asked for at an edge a times a second. From the edge comes one request upstream, at the end X of the copy's
life and an exponential time after, at Z = X + Exp(a), with distribution F. The region's copy ends at Y, and the origin
hears of it at the first Z after Y among the m edges: later than t with chance (1 - F(t) + F(Y))^m. All that follows is
an integral over Y. Without jitter every Z and Y begin at the ttl and the first of m edges is an exponential of rate ma.
Exact until copies expire a second time, 2(1 - jitter) ttl after the push.

Explained in chapter 3, section 3.
"""

import math

import numpy as np

from . import checks
from .kernel import Floats, kernel
from .popularity import POINT, SHARE
from .toplist import MOST_TITLES, PLACES, list_ranks

AFTER = 300.0  # seconds after the last expiry that are looked at
MOST_JITTER = 0.4


@kernel
def asked_up_to(t: float, rate: float, first: float, width: float) -> float:
    """F: chance that a copy's life ends from ``first`` on, evenly over ``width`` s, and a request has come since."""
    since = t - first
    if since <= 0.0:
        return 0.0
    if width <= 0.0:
        return -math.expm1(-rate * since)
    if since <= width:
        return (since + math.expm1(-rate * since) / rate) / width
    return 1.0 + math.exp(-rate * (since - width)) * math.expm1(-rate * width) / (rate * width)


@kernel
def asking_at(t: float, rate: float, first: float, width: float) -> float:
    """The density of F, per second; without width it starts with ``rate``."""
    since = t - first
    if since < 0.0:
        return 0.0
    if width <= 0.0:
        return rate * math.exp(-rate * since)
    if since <= width:
        return -math.expm1(-rate * since) / width
    return -math.exp(-rate * (since - width)) * math.expm1(-rate * width) / width


@kernel
def refresh_density(t: float, rate: float, edges: int, first: float, width: float) -> float:
    """Density, per second, of the moment at which a region of ``edges`` edges asks the origin for one title.

    rate : requests a second to the title at one edge;  first, width : lives end from ``first`` on, within ``width`` s
    """
    if t < first:
        return 0.0
    if width <= 0.0:
        return edges * rate * math.exp(-edges * rate * (t - first))
    here = asked_up_to(t, rate, first, width)
    span = min(t - first, width)
    # F is convex while lives end, so that beyond this part of the span the chance is below e^-18. In it, the points
    # crowd towards the last lives as a square: within 0.1% for up to 400 edges.
    part = span * min(1.0, 18.0 / max((edges - 1.0) * here, 1e-9))
    total = 0.0
    for j in range(8):
        point = POINT[j // 2]
        if j % 2 == 0:
            point = -point
        back = 0.5 * (1.0 + point)
        y = first + span - part * back * back
        between = min(max(here - asked_up_to(y, rate, first, width), 0.0), 1.0 - 1e-15)
        total += SHARE[j // 2] * back * math.exp((edges - 1.0) * math.log1p(-between))
    return edges * asking_at(t, rate, first, width) * total * part / width


@kernel
def herd_line(
    pushed: float,
    region_rate: float,
    regions: int,
    edges: int,
    first: float,
    width: float,
    moments: Floats,
    count: int,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    asked: Floats,
) -> None:
    """What all ``regions`` ask of the origin a second, at each of ``moments`` (s): a sum over the pushed titles.

    region_rate : requests a second to a region;  count, rank, weight, chance : the titles, by `list_ranks`
    """
    for j in range(moments.shape[0]):
        asked[j] = 0.0
        if moments[j] >= first:
            for k in range(count):
                if rank[k] < pushed + 0.5:
                    rate = region_rate * chance[k] / edges
                    asked[j] += weight[k] * regions * refresh_density(moments[j], rate, edges, first, width)


@kernel
def seconds_above(before: float, after: float, limit: float, step: float) -> float:
    """Of a ``step`` in which a curve goes from ``before`` to ``after``, how much it spends above ``limit``.

    Straight on a logarithmic axis, which a herd nearly is; straight on a plain one if it comes from 0.
    """
    if min(before, after) >= limit:
        return step
    if max(before, after) <= limit:
        return 0.0
    high = max(before, after)
    low = min(before, after)
    if low > 0.0:
        return step * math.log(high / limit) / math.log(high / low)
    return step * (high - limit) / high


@kernel
def herd_figure(
    pushed: float,
    jitter_percent: float,
    ttl_minutes: float,
    region_rate: float,
    capacity: float,
    alpha: float,
    titles: float,
    regions: int,
    edges: int,
    after: float,
    minutes: Floats,
    together: Floats,
    apart: Floats,
    now: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
) -> None:
    """The figure: what all regions ask of the origin a second, when the pushed titles expire.

    pushed : titles;  region_rate : requests a second to a region, for all titles;  edges : of a region
    minutes : moments after the push, from before the first expiry to ``after`` s after the last
    together, apart : asked a second without jitter and with it, at each moment
    now : most a second without and with jitter, refreshes in all, those still to come at the end, time over capacity (s)
        without and with, the sum refreshes over jitter x ttl (a second, infinite without jitter), copies in all
    """
    ttl = 60.0 * ttl_minutes
    width = 0.01 * jitter_percent * ttl
    first = ttl - width
    points = minutes.shape[0]
    before = points // 2
    for j in range(8):
        now[j] = 0.0
    count = list_ranks(alpha, titles, pushed, pushed, rank, weight, chance)
    now[2] = pushed * regions
    now[6] = math.inf
    if width > 0.0:
        now[6] = now[2] / width
    now[7] = pushed * regions * (1.0 + edges)
    for j in range(points):
        # From a second before the first expiry, evenly up to the ttl; then ever further apart: a herd is fast at first.
        if j == 0:
            minutes[j] = first - 1.0
        elif j < before:
            minutes[j] = first + width * (j - 1.0) / (before - 1.0)
        else:
            part = (j - before) / (points - 1.0 - before)
            minutes[j] = ttl + after * part * part * part
    herd_line(pushed, region_rate, regions, edges, ttl, 0.0, minutes, count, rank, weight, chance, together)
    herd_line(pushed, region_rate, regions, edges, first, width, minutes, count, rank, weight, chance, apart)
    for k in range(count):
        if rank[k] < pushed + 0.5:
            now[3] += weight[k] * regions * math.exp(-region_rate * chance[k] * after)
    for j in range(points):
        now[0] = max(now[0], together[j])
        now[1] = max(now[1], apart[j])
        if j > before:
            now[4] += seconds_above(together[j - 1], together[j], capacity, minutes[j] - minutes[j - 1])
        if j > 1:
            now[5] += seconds_above(apart[j - 1], apart[j], capacity, minutes[j] - minutes[j - 1])
    for j in range(points):
        minutes[j] = minutes[j] / 60.0


def _checked(pushed, titles, ttl, jitter, region_rate, alpha):
    titles = checks.whole("titles", titles, 1, MOST_TITLES)
    return (
        checks.whole("pushed", pushed, 0, titles),
        titles,
        checks.number("ttl", checks.positive("ttl", ttl)),
        checks.number("jitter", jitter, 0, MOST_JITTER),
        checks.number("region_rate", checks.positive("region_rate", region_rate)),
        checks.number("alpha", alpha, 0, 4),
    )


def asked(
    moments, pushed, jitter=0.0, ttl=3600.0, region_rate=150.0, alpha=1.0, titles=10_000, regions=200, edges=70
) -> np.ndarray:
    """What all regions together ask of the origin, per second, at ``moments`` s after the push of ``pushed`` titles.

    jitter : 0 to 0.4, the part of ``ttl`` (s) by which a life may be shorter
    region_rate : requests a second to each region;  edges : of each region;  alpha, titles : Zipf's law
    Exact on average for moments below 2(1 - jitter) ttl, where it gives nan from. Raises ValueError for arguments out of
    range. Explained in chapter 3, section 3.
    """
    pushed, titles, ttl, jitter, region_rate, alpha = _checked(pushed, titles, ttl, jitter, region_rate, alpha)
    regions, edges = checks.whole("regions", regions, 1), checks.whole("edges", edges, 1)
    rank, weight, chance = (np.zeros(PLACES) for _ in range(3))
    count = list_ranks(alpha, float(titles), float(pushed), float(pushed), rank, weight, chance)
    moments = np.atleast_1d(np.asarray(moments, dtype=float))
    found, width = np.zeros(len(moments)), jitter * ttl
    herd_line(
        float(pushed), region_rate, regions, edges, ttl - width, width, moments, count, rank, weight, chance, found
    )
    return np.where(moments < 2 * (ttl - width), found, np.nan)
