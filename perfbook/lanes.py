"""Requests as cars: an officer who sends each one into a lane, by five rules, over the same traffic.

Each lane serves first come first served; a car brings an exponential amount of work of mean 1, and a lane does
``speed`` of it in a unit of time. Lane 0 may be slower than the others, whose speed is 1.
Explained in chapter 1, section 8; the algorithms in full are the subject of chapter 2.
"""

import math

import numpy as np

from .checks import not_negative, number, whole
from .kernel import Floats, Ints, kernel
from .rng import MASK, STATE_SIZE, below, exponential, mix32, seed_stream, zipf, zipf_table

RANDOM, ROUND_ROBIN, WEIGHTED, FEWEST, BY_COLOUR = range(5)
RULES = ("random", "round robin", "weighted round robin", "fewest cars", "by colour")
POINTS = 40  # a lane's places on the hash ring
GRAIN = 0.05  # of the histogram of times, in mean amounts of work
WARM_UP = 0.1  # of the cars are not counted


@kernel
def ring_place(kind: int, number: int) -> int:
    """A fixed pseudo-random place from 0 to 2**32 - 1 on the hash ring: kind 0 for colours, kind 1 + lane for lanes."""
    return mix32(mix32(number + 1) ^ mix32(kind + 0x51ED27))


@kernel
def lane_of_colour(colour: int, lanes: int) -> int:
    """The lane that owns a colour on a hash ring: the one with the first of its ``POINTS`` places clockwise."""
    place = ring_place(0, colour)
    best = 0
    least = 1 << 33
    for lane in range(lanes):
        for point in range(POINTS):
            ahead = (ring_place(lane + 1, point) - place) & 0xFFFFFFFF
            if ahead < least:
                least = ahead
                best = lane
    return best


@kernel
def moved_colours(lanes: int, owner: Ints, moved: Floats) -> None:
    """Fill ``owner`` with each colour's lane, and what closing the last lane moves: on the ring, and with modulo.

    moved : two shares of the colours
    """
    moved[0] = 0.0
    moved[1] = 0.0
    for colour in range(owner.shape[0]):
        owner[colour] = lane_of_colour(colour, lanes)
        if lanes > 1:
            if owner[colour] != lane_of_colour(colour, lanes - 1):
                moved[0] += 1.0 / owner.shape[0]
            if ring_place(0, colour) % lanes != ring_place(0, colour) % (lanes - 1):
                moved[1] += 1.0 / owner.shape[0]


@kernel
def least_index(values: Floats, count: int, first: int) -> int:
    """The index of the least of the first ``count`` values, the first of equals going round from ``first``."""
    best = first % count
    for step in range(1, count):
        i = (first + step) % count
        if values[i] < values[best]:
            best = i
    return best


@kernel
def cars_in(lane: int, now: float, departures: Floats, ends: Ints) -> float:
    """Cars in a lane at a time, from the ring of their departures; those that have gone are dropped from it."""
    size = 2 * departures.shape[0] // ends.shape[0]
    while ends[2 * lane] < ends[2 * lane + 1] and departures[lane * size + (ends[2 * lane] & (size - 1))] <= now:
        ends[2 * lane] += 1
    return float(ends[2 * lane + 1] - ends[2 * lane])


@kernel
def drive(rule: int, lanes: int, slow: float, load: float, look: float, seed: int, cars: int, owner: Ints,
          popularity: Floats, arrivals: Ints, works: Ints, choices: Ints, free: Floats, seen: Floats, sent: Floats,
          departures: Floats, ends: Ints, histogram: Floats, used: Floats) -> float:  # fmt: skip
    """Send ``cars`` cars by one rule; returns their mean time from arrival to having passed.

    load : work that arrives over what all lanes can do; look : age at which the officer counts the cars anew (0:
        for every car); owner, popularity : each colour's lane, and the colours' cumulated popularity
    arrivals, works, choices : scratch, three generators of four words: the first two are the same for every rule
    free, seen, sent : scratch, one for a lane; departures : a ring for each lane, its size a power of two, as long as
        the longest line the officer can count; ends : two for each lane
    histogram : filled: cars by time to pass, in steps of ``GRAIN``, the last one for all longer
    used : filled: share of the time until the last arrival that each lane worked
    """
    size = 2 * departures.shape[0] // ends.shape[0]
    seed_stream(seed, 0, arrivals)
    seed_stream(seed, 1, works)
    seed_stream(seed, 2, choices)
    for i in range(free.shape[0]):
        free[i] = 0.0
        seen[i] = 0.0
        sent[i] = 0.0
        used[i] = 0.0
        ends[2 * i] = 0
        ends[2 * i + 1] = 0
    for i in range(histogram.shape[0]):
        histogram[i] = 0.0
    rate = load * (lanes - 1 + slow)
    now = 0.0
    looked = -math.inf
    lane = lanes - 1
    total = 0.0
    counted = 0
    for car in range(cars):
        now += exponential(arrivals) / rate
        takes = exponential(works)
        if rule == RANDOM:
            lane = below(choices, lanes)
        elif rule == ROUND_ROBIN:
            lane = car % lanes
        elif rule == WEIGHTED:
            for i in range(lanes):
                seen[i] = sent[i] + 1.0
            seen[0] = seen[0] / slow
            lane = least_index(seen, lanes, lane + 1)
        elif rule == FEWEST:
            if now - looked >= look:
                looked = now
                for i in range(lanes):
                    seen[i] = cars_in(i, now, departures, ends)
            lane = least_index(seen, lanes, lane + 1)
        else:
            lane = owner[zipf(choices, popularity)]
        sent[lane] += 1.0
        if lane == 0:
            takes = takes / slow
        free[lane] = max(now, free[lane]) + takes
        used[lane] += takes
        if rule == FEWEST and cars_in(lane, now, departures, ends) < size:
            departures[lane * size + (ends[2 * lane + 1] & (size - 1))] = free[lane]
            ends[2 * lane + 1] += 1
        if car >= WARM_UP * cars:
            total += free[lane] - now
            counted += 1
            histogram[int(min((free[lane] - now) / GRAIN, histogram.shape[0] - 1.0))] += 1.0
    for i in range(lanes):
        used[i] = (used[i] - max(0.0, free[i] - now)) / now
    return total / counted


@kernel
def percentile(part: float, histogram: Floats) -> float:
    """The time within which so large a part of the cars passed, to one step of the histogram; infinite off its end."""
    total = 0.0
    for i in range(histogram.shape[0]):
        total += histogram[i]
    below_it = 0.0
    for i in range(histogram.shape[0] - 1):
        below_it += histogram[i]
        if below_it >= part * total:
            return (i + 1) * GRAIN
    return math.inf


@kernel
def traffic(lanes: int, slow: float, load: float, look: float, exponent: float, seed: int, cars: int, owner: Ints,
            popularity: Floats, arrivals: Ints, works: Ints, choices: Ints, free: Floats, seen: Floats, sent: Floats,
            departures: Floats, ends: Ints, histogram: Floats, used: Floats, mean: Floats, late: Floats,
            busiest: Floats, lasting: Floats, off_scale: Floats, share: Floats, moved: Floats) -> None:  # fmt: skip
    """The same cars under all five rules.

    exponent : of the colours' Zipf popularity; other arguments as in ``drive``
    mean, late : filled, one for a rule: mean time to pass, and what 99 of 100 cars stay within (infinite: longer
        than the histogram)
    busiest : filled: utilization of each rule's busiest lane: by its share of the cars, or, where the officer counts,
        as it was; from 1 up that lane's line grows for ever
    lasting, off_scale : filled: the mean once more, infinite where a line grows for ever; and there a height that
        passes any axis, else 0
    share : filled, rule by rule: each lane's utilization, 0 for a lane that is not there
    moved : filled: share of the colours that closing the last lane moves, on the hash ring and with modulo
    """
    moved_colours(lanes, owner, moved)
    zipf_table(exponent, popularity)
    whole = lanes - 1 + slow
    for rule in range(5):
        mean[rule] = drive(rule, lanes, slow, load, look, seed, cars, owner, popularity, arrivals, works, choices, free,
                           seen, sent, departures, ends, histogram, used)  # fmt: skip
        late[rule] = percentile(0.99, histogram)
        for lane in range(lanes):
            seen[lane] = 1.0 / lanes
            if rule == WEIGHTED:
                seen[lane] = (slow if lane == 0 else 1.0) / whole
            if rule == BY_COLOUR:
                seen[lane] = 0.0
        if rule == BY_COLOUR:
            for colour in range(owner.shape[0]):
                part = popularity[colour]
                if colour > 0:
                    part -= popularity[colour - 1]
                seen[owner[colour]] += part
        busiest[rule] = 0.0
        for i in range(free.shape[0]):
            share[rule * free.shape[0] + i] = 0.0
            if i < lanes:
                part = used[i]
                if rule != FEWEST:
                    part = load * whole * seen[i] / (slow if i == 0 else 1.0)
                busiest[rule] = max(busiest[rule], part)
                share[rule * free.shape[0] + i] = part
        lasting[rule] = mean[rule]
        off_scale[rule] = 0.0
        if busiest[rule] >= 1.0:
            lasting[rule] = math.inf
            off_scale[rule] = 1e6


def drive_all(lanes=4, slow=1.0, load=0.8, look=0.0, exponent=0.0, seed=1, cars=12_000, colours=200):
    """The same cars under the five rules: a dict by rule of (mean time, 99th percentile, busiest lane's utilization).

    lanes : whole, 1 to 8; slow : speed of the first, above 0, others 1; load : over what all lanes can do, above 0
    look : age of the officer's count, mean amounts of work; exponent : of the colours' popularity
    seed, cars, colours : whole, from 0, from 10 and from 1
    Times are in mean amounts of work (the time a lane of speed 1 takes for a mean car).
    Raises ValueError outside these. Explained in chapter 1, section 8.
    """
    lanes, seed, cars = whole("lanes", lanes, 1, 8), whole("seed", seed, 0, MASK), whole("cars", cars, 10, 10**7)
    slow, load, look = number("slow", slow, 1e-3, 10), number("load", load, 1e-3, 10), not_negative("look", look)
    exponent, colours = number("exponent", exponent, 0, 10), whole("colours", colours, 1, 10**5)
    mean, late, busiest = np.empty(5), np.empty(5), np.empty(5)
    traffic(lanes, slow, load, look, exponent, seed, cars, *scratch(colours), mean, late, busiest, np.empty(5),
            np.empty(5), np.empty(40), np.empty(2))  # fmt: skip
    return {rule: (float(mean[i]), float(late[i]), float(busiest[i])) for i, rule in enumerate(RULES)}


def scratch(colours, lanes=8, ring=4096):
    """Arrays for ``traffic`` from ``owner`` to ``used``."""
    words = [np.empty(STATE_SIZE, dtype=np.int64) for _ in range(3)]
    return [np.empty(colours, dtype=np.int64), np.empty(colours), *words, np.empty(lanes), np.empty(lanes),
            np.empty(lanes), np.empty(lanes * ring), np.empty(2 * lanes, dtype=np.int64), np.empty(1600),
            np.empty(lanes)]  # fmt: skip
