"""A price that moves by rules: towards a target by a share, or by a factor; once a tick, or once a node a tick.

The target is the ratio of demand to supply (the formula), its square root (the code), always between a floor and a cap.
Explained in chapter 3, section 6.
"""

import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, normal, seed_stream, uniform

FORMULA, ROOT, CODE, FACTOR = range(4)
RULES = {"smoothed ratio": FORMULA, "smoothed root": ROOT, "root as it is": CODE, "times a factor": FACTOR}
MOST_GAIN = 9.0  # of the picture
EDGE = 1e-9  # a gain this near a bound is on it, on every engine


@kernel
def together_alpha(alpha: float, times: float) -> float:
    """The share of the gap that ``times`` smoothings of one tick close together: 1 − (1 − α)^times."""
    return 1.0 - math.pow(1.0 - alpha, times)


@kernel
def ticks_to_close(alpha: float, share: float) -> float:
    """Ticks until ``share`` of a gap is closed, not rounded up; 0 at α = 1."""
    if alpha >= 1.0:
        return 0.0
    return math.log(1.0 - share) / math.log1p(-alpha)


@kernel
def noise_gain(alpha: float) -> float:
    """Standard deviation of the smoothed value over that of a target with independent noise: √(α/(2 − α))."""
    return math.sqrt(alpha / (2.0 - alpha))


@kernel
def next_price(rule: int, price: float, ratio: float, alpha: float, factor: float, floor: float, cap: float) -> float:
    """The price after one update; ``ratio`` is demand over supply, ``factor`` the step of the fourth rule."""
    target = max(ratio, 0.0)
    changed = price
    if rule in (ROOT, CODE):
        target = math.sqrt(target)
    if rule == CODE:
        changed = target
    elif rule == FACTOR:
        if ratio > 1.0:
            changed = price * factor
        elif ratio < 1.0:
            changed = price / factor
    else:
        changed = alpha * target + (1.0 - alpha) * price
    return min(max(changed, floor), cap)


@kernel
def price_run(rule: int, alpha: float, factor: float, nodes: int, lost: float, floor: float, cap: float, start: float,
              seed: int, ratios: Floats, prices: Floats, state: Ints) -> float:  # fmt: skip
    """Prices after each tick at which ``nodes`` nodes update one after the other; returns updates a tick that counted.

    ratios : demand over supply at each tick, seen alike by all nodes
    lost : chance that another node's write replaces a node's, for all nodes but one
    """
    seed_stream(seed, 43, state)
    price = start
    counted = 0.0
    for i in range(ratios.shape[0]):
        for node in range(nodes):
            if node == 0 or uniform(state) >= lost:
                price = next_price(rule, price, ratios[i], alpha, factor, floor, cap)
                counted += 1.0
        prices[i] = price
    return counted / ratios.shape[0]


@kernel
def smoothing_figure(rule: int, alpha: float, ratio: float, noise: float, nodes: int, lost_percent: float, tick: float,
                     floor: float, seed: int, factor: float, cap: float, jump: float, horizon: float, times: Floats,
                     alone: Floats, together: Floats, target: Floats, alphas: Floats, closing: Floats, gains: Floats,
                     marks: Floats, now: Floats, ratios: Floats, state: Ints) -> None:  # fmt: skip
    """The figure: demand over supply jumps from 1 to ``ratio`` at ``jump``; a price of one node, and of several.

    tick, jump, horizon : seconds;  noise : standard deviation of the ratio
    times, alone, together, target : a value a tick, those after the horizon not a number
    closing, gains : ticks until 90% of a gap is closed, and the noise gain, at each of ``alphas``
    marks (4) : the same two for the α of one node, then for all that count of the nodes
    now : α of one node, α of all; half-life of each, s; noise gain of each; updates a tick that counted; price at the end
        of one node, of several; highest price of one node, of several; ticks in which the price was at the cap
    """
    seed_stream(seed, 42, state)
    ticks = min(int(horizon / tick) + 1, times.shape[0])
    for i in range(times.shape[0]):
        times[i] = math.nan
        target[i] = math.nan
        ratios[i] = 1.0
        if i < ticks:
            times[i] = i * tick
            level = 1.0
            if times[i] >= jump:
                level = ratio
            ratios[i] = max(level + noise * normal(state), 0.0)
            target[i] = ratios[i]
            if rule in (ROOT, CODE):
                target[i] = math.sqrt(target[i])
            target[i] = min(max(target[i], floor), cap)
    price_run(rule, alpha, factor, 1, 0.0, floor, cap, 1.0, seed, ratios, alone, state)
    counted = price_run(
        rule, alpha, factor, nodes, lost_percent / 100.0, floor, cap, 1.0, seed, ratios, together, state
    )
    for i in range(alphas.shape[0]):
        closing[i] = max(ticks_to_close(alphas[i], 0.9), 0.3)
        gains[i] = noise_gain(alphas[i])
    expected = 1.0 + (nodes - 1) * (1.0 - lost_percent / 100.0)
    both = together_alpha(alpha, expected)
    now[0] = alpha
    now[1] = both
    if rule == CODE:
        now[0] = 1.0
        now[1] = 1.0
    if rule == FACTOR:
        now[0] = math.nan
        now[1] = math.nan
    for k in range(2):
        now[2 + k] = math.nan
        now[4 + k] = math.nan
        if rule != FACTOR:
            now[2 + k] = tick * ticks_to_close(now[k], 0.5)
            now[4 + k] = noise_gain(now[k])
        marks[2 * k] = math.nan
        marks[2 * k + 1] = now[4 + k]
        if rule != FACTOR:
            marks[2 * k] = max(ticks_to_close(now[k], 0.9), 0.3)
    now[6] = counted
    for k in range(7, 12):
        now[k] = 0.0
    for i in range(ticks):
        now[9] = max(now[9], alone[i])
        now[10] = max(now[10], together[i])
        if together[i] >= cap:
            now[11] += 1.0
    now[7] = alone[ticks - 1]
    now[8] = together[ticks - 1]
    for i in range(ticks, times.shape[0]):
        alone[i] = math.nan
        together[i] = math.nan


@kernel
def crossing_angle(alpha: float, delay: int) -> float:
    """The angle in (0, π/(delay + 1)] at which sin((delay + 1)θ) = (1 − α) sin(delay θ), by sixty bisections."""
    low = 0.0
    high = math.pi / (delay + 1)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if math.sin((delay + 1) * middle) > (1.0 - alpha) * math.sin(delay * middle):
            low = middle
        else:
            high = middle
    return low


@kernel
def stable_gain(alpha: float, delay: int) -> float:
    """The gain from which p(n+1) = (1 − α) p(n) + α (target − gain × p(n − delay)) no longer comes to rest."""
    angle = crossing_angle(alpha, delay)
    return ((1.0 - alpha) * math.cos(delay * angle) - math.cos((delay + 1) * angle)) / alpha


@kernel
def quiet_gain(alpha: float, delay: int) -> float:
    """The gain up to which the same recursion comes to rest without swinging: a double root of its polynomial."""
    gain = (1.0 - alpha) / alpha
    for _ in range(delay):
        gain *= (1.0 - alpha) * delay / (delay + 1.0)
    return gain / (delay + 1.0)


@kernel
def ringing_figure(alpha: float, ratio: float, leave_percent: float, delay: int, tick: float, floor: float, cap: float,
                   times: Floats, prices: Floats, wanted: Floats, alphas: Floats, stable: Floats, quiet: Floats,
                   now: Floats) -> None:  # fmt: skip
    """The figure: riders leave as the price rises, and the price hears of it ``delay`` ticks late.

    ratio : demand over supply at a multiplier of 1;  leave_percent : of those riders, how many leave for each 1.0 more
    prices : from 1 on, a value a tick;  wanted : the target that each update aimed at
    stable, quiet : the gains between which it swings and comes to rest, at each of ``alphas``
    now : the price at rest; the gain; the gain from which it never comes to rest; up to which it does not swing;
        0 quiet, 1 swings and rests, 2 never rests; highest and lowest price in the second half; gain for the picture
    """
    leave = leave_percent / 100.0
    count = times.shape[0]
    for i in range(count):
        times[i] = i * tick
        if i == 0:
            prices[i] = 1.0
        else:
            seen = 1.0
            if i - 1 - delay >= 0:
                seen = prices[i - 1 - delay]
            target = min(max(ratio * (1.0 - leave * (seen - 1.0)), floor), cap)
            prices[i] = (1.0 - alpha) * prices[i - 1] + alpha * target
            wanted[i - 1] = target
    wanted[count - 1] = wanted[count - 2]
    for i in range(alphas.shape[0]):
        stable[i] = stable_gain(alphas[i], delay)
        quiet[i] = quiet_gain(alphas[i], delay)
    now[0] = ratio * (1.0 + leave) / (1.0 + ratio * leave)
    now[1] = ratio * leave
    if now[0] > cap:
        now[0] = cap
        now[1] = 0.0
    now[2] = stable_gain(alpha, delay)
    now[3] = quiet_gain(alpha, delay)
    now[4] = 0.0
    if now[1] > now[3] * (1.0 + EDGE):
        now[4] = 1.0
    if now[1] >= now[2] * (1.0 - EDGE):
        now[4] = 2.0
    now[5] = 0.0
    now[6] = cap
    now[7] = min(now[1], MOST_GAIN)
    for i in range(count // 2, count):
        now[5] = max(now[5], prices[i])
        now[6] = min(now[6], prices[i])


def _share(name, value):
    value = checks.number(name, value, 0, 1)
    if value == 0:
        raise ValueError(f"{name} must be above 0, got 0")
    return value


def update(price, ratio, alpha=0.5, rule="smoothed ratio", factor=1.5, floor=1.0, cap=5.0) -> float:
    """The price after one update by one of ``RULES``.

    ratio : demand over supply, from 0 up;  alpha : above 0, at most 1;  factor : from 1 up, of "times a factor"
    floor, cap : the price's limits; an infinite cap is none
    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    return float(prices([ratio], alpha, rule, price, factor=factor, floor=floor, cap=cap)[0])


def prices(
    ratios, alpha=0.5, rule="smoothed ratio", start=1.0, nodes=1, lost=0.0, factor=1.5, floor=1.0, cap=5.0, seed=1
):
    """The price after each tick, as an array.

    ratios : demand over supply at each tick;  start : the price before the first;  nodes : updates a tick
    lost : chance that a node's write is replaced by one that had not seen it (never all of them)
    Other arguments as in ``update``. Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    checks.one_of("rule", rule, RULES)
    ratios = np.atleast_1d(np.asarray(checks.numbers("ratios", ratios, 0), dtype=float))
    alpha, factor = _share("alpha", alpha), checks.number("factor", factor, 1)
    floor = checks.number("floor", floor, 0)
    if not cap >= floor:
        raise ValueError(f"cap must not be below the floor of {floor}, got {cap}")
    nodes, lost = checks.whole("nodes", nodes, 1), checks.number("lost", lost, 0, 1)
    after = np.empty(ratios.size)
    price_run(
        RULES[rule], alpha, factor, nodes, lost, floor, float(cap), checks.number("start", start, 0), int(seed), ratios,
        after, np.empty(STATE_SIZE, dtype=np.int64),
    )  # fmt: skip
    return after


def effective_alpha(alpha, times) -> float:
    """The α that smooths in one update as much as ``times`` updates of the same tick with ``alpha``: 1 − (1 − α)^times.

    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    return together_alpha(_share("alpha", alpha), checks.number("times", times, 0))


def half_life(alpha) -> float:
    """Ticks after which half of a gap is closed: ln 2 / −ln(1 − α). Explained in chapter 3, section 6."""
    return ticks_to_close(_share("alpha", alpha), 0.5)


def noise_kept(alpha) -> float:
    """Share of the noise's standard deviation that is left: √(α/(2 − α)), if the noise of one tick says nothing of the next's.

    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    return noise_gain(_share("alpha", alpha))


def gains(alpha, delay) -> tuple[float, float]:
    """The gain up to which a smoothed loop comes to rest without swinging, and the gain from which it never does.

    alpha : above 0, at most 1;  delay : whole ticks by which what is measured is old
    gain : by how much the target falls when the price rises by 1
    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    alpha, delay = _share("alpha", alpha), checks.whole("delay", delay, 0, 1000)
    return quiet_gain(alpha, delay), stable_gain(alpha, delay)
