"""The top of a list that was forecast: how much of the demand the titles picked by a wrong forecast really serve.

Demand follows Zipf's law over the titles. The forecast of each is off by a factor of its own, lognormal: its logarithm
is normal with standard deviation ``error``, so that two forecasts in three are within a factor e^error. The titles with
the highest forecasts are picked. With many titles the share of those near a rank that is picked hardly varies from
evening to evening, and `inclusion` is that share; `drawn_share` draws one evening.

A sum over the titles is taken over at most ``PLACES`` weighted ranks: the first ones each by itself, the rest by Gauss
and Legendre's rule in panels that grow, cut where the choice ends.

Explained in chapter 3, section 3.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .popularity import power_sum, ranks_between
from .rng import STATE_SIZE, normal, seed_stream
from .tails import ROOT_2PI, normal_tail, select

EXACT = 24  # ranks that stand for themselves
GROWTH = 1.7  # from a panel's first rank to its last
PLACES = 256  # weighted ranks: enough for any catalogue up to MOST_TITLES
MOST_TITLES = 10**6
STEPS = 12  # of Newton's search for a threshold
FAR = 6.5  # standard deviations beyond which a chance is 0 or 1


@kernel
def list_ranks(
    alpha: float, titles: float, cut: float, second: float, rank: Floats, weight: Floats, chance: Floats
) -> int:
    """Weighted ranks that stand for all of ``titles``, with a panel's end at each of two cuts; returns how many.

    cut, second : whole ranks; a function may jump just after them
    rank, weight, chance : PLACES places each; chance is that of one title at the rank, P(k) ∝ k^-alpha
    Sums of smooth functions of the chance are right to 1e-5 of their size and better.
    """
    exact = int(min(titles, float(EXACT)))
    for k in range(exact):
        rank[k] = k + 1.0
        weight[k] = 1.0
    count = exact
    low = EXACT + 0.5
    end = titles + 0.5
    while low < end:
        high = min(GROWTH * low, end)
        if low < cut + 0.5 < high:
            high = cut + 0.5
        if low < second + 0.5 < high:
            high = second + 0.5
        ranks_between(count, low, high, rank, weight)
        count += 8
        low = high
    total = power_sum(alpha, titles)
    for k in range(count):
        chance[k] = rank[k] ** -alpha / total
    return count


@kernel
def chance_above(z: float) -> float:
    """P(Z > z) for a standard normal Z, 0 or 1 where that is so to ten digits."""
    if z > FAR:
        return 0.0
    if z < -FAR:
        return 1.0
    return normal_tail(z)


@kernel
def inclusion(
    picked: float, titles: float, error: float, rank: Floats, weight: Floats, chance: Floats, count: int, share: Floats
) -> None:
    """Fill ``share`` with the chance that a title of each weighted rank is among the ``picked`` highest forecasts.

    Without error those are the first ranks. With it, ln chance + error x normal is compared with the one threshold at
    which ``picked`` titles lie above it on average.
    """
    if picked <= 0.0 or picked >= titles or error <= 0.0:
        for k in range(count):
            share[k] = 0.0
            if rank[k] < picked + 0.5:
                share[k] = 1.0
        return
    # Newton's steps on ln(titles above): concave in the threshold, so that from the second on they come from one side.
    threshold = math.log(chance[0])
    seen = 0.0
    for k in range(count):
        share[k] = math.log(chance[k])
        seen += weight[k]
        if seen <= picked:
            threshold = share[k]
    for _ in range(STEPS):
        above = 0.0
        slope = 0.0
        for k in range(count):
            z = (threshold - share[k]) / error
            above += weight[k] * chance_above(z)
            if abs(z) < FAR:
                slope += weight[k] * math.exp(-0.5 * z * z)
        above = max(above, 1e-12)
        move = 3.0 * error
        if slope > 1e-12:
            move = math.log(above / picked) * above * error * ROOT_2PI / slope
        threshold += min(max(move, -3.0 * error), 3.0 * error)
    for k in range(count):
        share[k] = chance_above((threshold - share[k]) / error)


@kernel
def served_share(
    picked: float,
    titles: float,
    alpha: float,
    error: float,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    share: Floats,
) -> float:
    """Share of the demand that goes to the picked titles, on average. rank, weight, chance, share : scratch, PLACES"""
    count = list_ranks(alpha, titles, picked, picked, rank, weight, chance)
    inclusion(picked, titles, error, rank, weight, chance, count, share)
    total = 0.0
    for k in range(count):
        total += weight[k] * chance[k] * share[k]
    return min(total, 1.0)


@kernel
def draw_evening(alpha: float, seed: int, truth: Floats, level: Floats, noise: Floats, state: Ints) -> None:
    """Fill ``truth`` with the chance of each title, ``level`` with its logarithm and ``noise`` with a standard normal.

    state : scratch, 4
    """
    seed_stream(seed, 29, state)
    titles = truth.shape[0]
    whole = math.log(power_sum(alpha, float(titles)))
    for k in range(titles):
        level[k] = -alpha * math.log(k + 1.0) - whole
        truth[k] = math.exp(level[k])
        noise[k] = normal(state)


@kernel
def drawn_share(
    picked: int, error: float, truth: Floats, level: Floats, noise: Floats, score: Floats, spare: Floats
) -> float:
    """The same for one evening, drawn by `draw_evening`: the demand for the titles of the highest forecasts.

    score, spare : scratch, as long as ``truth``: the forecasts' logarithms
    """
    titles = truth.shape[0]
    if picked <= 0:
        return 0.0
    for k in range(titles):
        score[k] = level[k] + error * noise[k]
        spare[k] = score[k]
    least = select(spare, 0, titles - 1, titles - picked)
    total = 0.0
    left = picked
    for k in range(titles):
        if score[k] >= least and left > 0:
            total += truth[k]
            left -= 1
    return min(total, 1.0)


@kernel
def forecast_figure(
    picked: int,
    error: float,
    alpha: float,
    where: int,
    gigabytes: float,
    seed: int,
    devices: float,
    edges: float,
    regions: float,
    titles: float,
    errors: Floats,
    evening_errors: Floats,
    by_error: Floats,
    evenings: Floats,
    numbers: Floats,
    by_number: Floats,
    oracle: Floats,
    now: Floats,
    rank: Floats,
    weight: Floats,
    chance: Floats,
    share: Floats,
    truth: Floats,
    level: Floats,
    noise: Floats,
    score: Floats,
    spare: Floats,
    state: Ints,
) -> None:
    """The figure: demand served by the titles picked, against the forecast's error and against how many are picked.

    where : 0 the titles are pushed to the edges, 1 to the regions;  gigabytes : size of a title
    errors : where ``by_error`` is wanted;  evening_errors : where one evening is drawn, for ``evenings``
    numbers, by_number : a curve by its points, at ``error``;  oracle : what an oracle serves with as many
    now : served, by an oracle, by chance, on the evening drawn; of the titles pushed to a place, the share that nobody
        asks for there, and that of an oracle; gigabytes a place, petabytes in all, petabytes in vain; requests a place
    """
    places = edges
    if where == 1:
        places = regions
    requests = devices / places
    for j in range(errors.shape[0]):
        by_error[j] = served_share(float(picked), titles, alpha, errors[j], rank, weight, chance, share)
    draw_evening(alpha, seed, truth, level, noise, state)
    for j in range(evenings.shape[0]):
        evenings[j] = drawn_share(picked, evening_errors[j], truth, level, noise, score, spare)
    total = power_sum(alpha, titles)
    count = list_ranks(alpha, titles, titles, titles, rank, weight, chance)
    for k in range(count):
        share[k] = math.log(chance[k])
    points = numbers.shape[0]
    for j in range(points):
        # By thresholds, each of which picks some number of titles: no search is needed.
        numbers[j] = titles ** (j / (points - 1.0))
        by_number[j] = power_sum(alpha, numbers[j]) / total
        if error > 0.0:
            spread = math.log(chance[0] / chance[count - 1])
            threshold = math.log(chance[0]) + 2.5 * error - (spread + 5.0 * error) * j / (points - 1.0)
            numbers[j] = 0.0
            by_number[j] = 0.0
            for k in range(count):
                above = weight[k] * chance_above((threshold - share[k]) / error)
                numbers[j] += above
                by_number[j] += above * chance[k]
        oracle[j] = power_sum(alpha, numbers[j]) / total
    for which in range(2):
        count = list_ranks(alpha, titles, float(picked), float(picked), rank, weight, chance)
        if which == 0:
            inclusion(float(picked), titles, error, rank, weight, chance, count, share)
        else:
            inclusion(float(picked), titles, 0.0, rank, weight, chance, count, share)
        served = 0.0
        idle = 0.0
        for k in range(count):
            served += weight[k] * chance[k] * share[k]
            idle += weight[k] * share[k] * math.exp(-requests * chance[k])
        now[which] = min(served, 1.0)
        now[4 + which] = idle / max(float(picked), 1.0)
    now[2] = picked / titles
    now[3] = drawn_share(picked, error, truth, level, noise, score, spare)
    now[6] = picked * gigabytes
    now[7] = picked * gigabytes * places / 1e6
    now[8] = now[7] * now[4]
    now[9] = requests


def _checked(picked, titles, alpha, error):
    titles = checks.whole("titles", titles, 1, MOST_TITLES)
    picked = checks.whole("picked", picked, 0, titles)
    return picked, titles, checks.number("alpha", alpha, 0, 4), checks.number("error", error, 0, 1000)


def served(picked, titles=10_000, alpha=1.0, error=0.0) -> float:
    """Share of the demand that goes to the ``picked`` titles with the highest forecasts, on average.

    titles : up to 10^6, demand P(k) ∝ k^-alpha;  error : standard deviation of the logarithm of forecast over truth
    Without error this is an oracle's, H_picked/H_titles; with an endless one it is picked/titles.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 3.
    """
    picked, titles, alpha, error = _checked(picked, titles, alpha, error)
    return served_share(float(picked), float(titles), alpha, error, *(np.zeros(PLACES) for _ in range(4)))


def drawn(picked, titles=10_000, alpha=1.0, error=0.0, seed=1) -> float:
    """The same share on one evening, whose forecasts are drawn. Explained in chapter 3, section 3."""
    picked, titles, alpha, error = _checked(picked, titles, alpha, error)
    truth, level, noise = (np.zeros(titles) for _ in range(3))
    draw_evening(alpha, int(seed), truth, level, noise, np.zeros(STATE_SIZE, dtype=np.int64))
    return drawn_share(picked, error, truth, level, noise, np.zeros(titles), np.zeros(titles))


@dataclasses.dataclass(frozen=True)
class Pushed:
    """What pushing titles to one place is worth there.

    saved : fetches that the place is spared, which is the pushes that somebody asked for
    idle : pushes of titles that nobody asked for there
    """

    saved: float
    idle: float


def pushed(picked, requests, titles=10_000, alpha=1.0, error=0.0) -> Pushed:
    """Fetches saved and pushes in vain where ``picked`` titles are pushed and ``requests`` come, on average.

    A title that is asked for x times on average is asked for at all with chance 1 - e^-x, and then saves one fetch.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 3.
    """
    picked, titles, alpha, error = _checked(picked, titles, alpha, error)
    requests = float(checks.not_negative("requests", requests))
    rank, weight, chance, share = (np.zeros(PLACES) for _ in range(4))
    count = list_ranks(alpha, float(titles), float(picked), float(picked), rank, weight, chance)
    inclusion(float(picked), float(titles), error, rank, weight, chance, count, share)
    idle = float(np.sum((weight * share * np.exp(-requests * chance))[:count]))
    return Pushed(picked - idle, idle)
