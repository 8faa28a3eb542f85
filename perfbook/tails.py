"""Tails: what a page that waits for many calls sees of their latency.

A call's latency has one of three shapes through the same median and the same 99th percentile. They agree on
everything that a dashboard shows and differ beyond it, which is where the slowest of many calls is found.
A tail is a probability of being slower, P(latency > t), so that the far end keeps its digits.

Explained in chapter 1, section 5.
"""

import functools
import math

import numpy as np

from .checks import between, not_negative, number, numbers, one_of, wholes
from .kernel import Floats, as_given, each, kernel

THIN, LOGNORMAL, HEAVY = range(3)  # Weibull, lognormal, log-logistic (a power law)
SHAPES = {"thin": THIN, "lognormal": LOGNORMAL, "heavy": HEAVY}

LN2 = math.log(2.0)
LN99 = math.log(99.0)
LOG_RATIO = math.log(math.log(100.0) / LN2)  # of an exponential's 99th percentile to its median
Z99 = 2.3263478740408408  # the standard normal's 99th percentile
ROOT_2PI = math.sqrt(2.0 * math.pi)


@kernel
def normal_tail(z: float) -> float:
    """P(Z > z) for a standard normal Z: by its power series below 2.5, by Laplace's continued fraction above."""
    size = abs(z)
    if size > 38.0:
        tail = 0.0
    elif size < 2.5:
        term = size
        total = size
        k = 1.0
        while term > 1e-18 * total:
            term *= size * size / (2.0 * k + 1.0)
            total += term
            k += 1.0
        tail = 0.5 - total * math.exp(-0.5 * size * size) / ROOT_2PI
    else:
        below = size
        for k in range(100, 0, -1):
            below = size + k / below
        tail = math.exp(-0.5 * size * size) / (ROOT_2PI * below)
    if z < 0.0:
        return 1.0 - tail
    return tail


@kernel
def normal_tail_quantile(p: float) -> float:
    """The z with P(Z > z) = p: a rational first guess (Hastings), then Newton's steps on ln P; ±inf at 0 and 1."""
    if p <= 0.0:
        return math.inf
    if p >= 1.0:
        return -math.inf
    if p > 0.5:
        return -normal_tail_quantile_upper(1.0 - p)
    return normal_tail_quantile_upper(p)


@kernel
def normal_tail_quantile_upper(p: float) -> float:
    """`normal_tail_quantile` for p from 1e-300 to a half."""
    t = math.sqrt(-2.0 * math.log(p))
    top = 2.515517 + t * (0.802853 + t * 0.010328)
    z = t - top / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in range(3):
        tail = normal_tail(z)
        density = math.exp(-0.5 * z * z) / ROOT_2PI
        z += (math.log(tail) - math.log(p)) * tail / density
    return z


@kernel
def latency_tail(shape: int, p50: float, p99: float, t: float) -> float:
    """P(latency > t) of a shape with the given median and 99th percentile (above the median), all in one unit."""
    if t <= 0.0:
        return 1.0
    stretch = math.log(t / p50) / math.log(p99 / p50)
    if shape == 0:
        return math.exp(-LN2 * math.exp(min(LOG_RATIO * stretch, 700.0)))
    if shape == 1:
        return normal_tail(Z99 * stretch)
    return 1.0 / (1.0 + math.exp(min(LN99 * stretch, 700.0)))


@kernel
def latency_quantile(shape: int, p50: float, p99: float, tail: float) -> float:
    """The latency that a share ``tail`` of calls exceeds; 0 at 1 and infinite at 0."""
    if tail <= 0.0:
        return math.inf
    if tail >= 1.0:
        return 0.0
    if shape == 0:
        stretch = math.log(-math.log(tail) / LN2) / LOG_RATIO
    elif shape == 1:
        stretch = normal_tail_quantile(tail) / Z99
    else:
        stretch = (math.log1p(-tail) - math.log(tail)) / LN99
    return p50 * math.exp(min(stretch * math.log(p99 / p50), 700.0))


@kernel
def any_slow(p: float, calls: int, together: float) -> float:
    """P(at least one of ``calls`` is slow), each slow with probability p.

    together : from 0 to 1, the share of moments in which all calls of a page are slow or fast as one
    """
    if p >= 1.0:
        return 1.0
    return together * p - (1.0 - together) * math.expm1(calls * math.log1p(-p))


@kernel
def call_tail_for_page(page_tail: float, calls: int, together: float) -> float:
    """The tail p of one call at which a share ``page_tail`` (below 1) of pages has a call beyond it."""
    if together <= 0.0:
        return -math.expm1(math.log1p(-page_tail) / calls)
    low = page_tail / calls
    high = page_tail
    for _ in range(60):
        middle = math.sqrt(low * high)
        if any_slow(middle, calls, together) < page_tail:
            low = middle
        else:
            high = middle
    return high


@kernel
def fanout_curve(
    calls: int,
    p99_ms: float,
    shape: int,
    together: float,
    p50_ms: float,
    fan: Floats,
    slow_100: Floats,
    slow_1000: Floats,
    slow_10000: Floats,
    page_p50_ms: Floats,
    page_p99_ms: Floats,
    now: Floats,
) -> None:
    """What pages of each number of calls in ``fan`` see, and what the present number does.

    slow_100, slow_1000, slow_10000 : share of pages with a call beyond its own p99, p99.9, p99.99
    page_p50_ms, page_p99_ms : percentiles of the page, the slowest of its calls
    now : for the present number of calls: the three shares, the page's p50, p99 in seconds, the tail of one call
        that decides the page's p99, that tail as "one call in so many", page p99 over call p99, calls
    """
    for i in range(fan.shape[0]):
        n = int(fan[i])
        slow_100[i] = any_slow(0.01, n, together)
        slow_1000[i] = any_slow(0.001, n, together)
        slow_10000[i] = any_slow(0.0001, n, together)
        page_p50_ms[i] = latency_quantile(shape, p50_ms, p99_ms, call_tail_for_page(0.5, n, together))
        page_p99_ms[i] = latency_quantile(shape, p50_ms, p99_ms, call_tail_for_page(0.01, n, together))
    now[0] = any_slow(0.01, calls, together)
    now[1] = any_slow(0.001, calls, together)
    now[2] = any_slow(0.0001, calls, together)
    now[3] = latency_quantile(shape, p50_ms, p99_ms, call_tail_for_page(0.5, calls, together)) / 1000.0
    now[5] = call_tail_for_page(0.01, calls, together)
    now[4] = latency_quantile(shape, p50_ms, p99_ms, now[5]) / 1000.0
    now[6] = 1.0 / now[5]
    now[7] = 1000.0 * now[4] / p99_ms
    now[8] = calls


@kernel
def hedged_tail(shape: int, p50: float, p99: float, delay: float, same: float, t: float) -> float:
    """P(the first of two copies takes longer than t) where a second copy goes out after ``delay``, nobody queueing.

    same : share of requests whose second copy is as slow as the first, to the last bit: slowness of the request
    """
    first = latency_tail(shape, p50, p99, t)
    if t <= delay:
        return first
    return first * (same + (1.0 - same) * latency_tail(shape, p50, p99, t - delay))


@kernel
def hedged_quantile(shape: int, p50: float, p99: float, delay: float, same: float, tail: float) -> float:
    """The latency that a share ``tail`` of hedged requests exceeds, by bisection."""
    high = latency_quantile(shape, p50, p99, tail)
    if high <= delay or math.isinf(high):
        return high
    low = delay
    for _ in range(50):
        middle = 0.5 * (low + high)
        if hedged_tail(shape, p50, p99, delay, same, middle) > tail:
            low = middle
        else:
            high = middle
    return high


@kernel
def select(values: Floats, first: int, last: int, rank: int) -> float:
    """The value of the given rank (0-based) among ``values[first..last]``, as if sorted; reorders that part.

    Source: C. A. R. Hoare, Algorithm 65: Find, CACM 4(7), 1961, with the median of three as pivot.
    """
    low = first
    high = last
    while low < high:
        a = values[low]
        b = values[(low + high) // 2]
        c = values[high]
        pivot = max(min(a, b), min(max(a, b), c))
        i = low
        j = high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                kept = values[i]
                values[i] = values[j]
                values[j] = kept
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            return values[rank]
    return values[rank]


@kernel
def percentile_rank(share: float, count: int) -> int:
    """The place (0-based) of the smallest of ``count`` sorted values that at least ``share`` of them do not exceed."""
    return min(max(math.ceil(share * count - 1e-9) - 1, 0), count - 1)


def at_least_one_slow(share, calls, together=0.0):
    """Share of pages that wait for at least one slow call, 1 − (1 − p)ⁿ.

    share : p, probability that one call is slow, from 0 to 1;  calls : n, at least 1
    together : share of moments in which all calls of a page are slow or fast as one (0: independent)
    Returns a float or an array of the arguments' common shape. Raises ValueError outside these ranges.
    Source: J. Dean and L. A. Barroso, The Tail at Scale, CACM 56(2), 2013. Explained in chapter 1, section 5.
    """
    return each(any_slow, numbers("share", share, 0, 1), *_calls(calls, together))


def deciding_percentile(page_percentile, calls, together=0.0):
    """The percentile of one call that decides a percentile of the page, qⁿ⁻¹ for independent calls.

    page_percentile : from 0 up to, not including, 100 (99 for p99);  calls, together : as in `at_least_one_slow`
    Returns percent: 99.99 for the p99 of a page of 100 calls. Explained in chapter 1, section 5.
    """
    return _of_deciding_tail("page_percentile", page_percentile, calls, together, lambda tail: 100.0 * (1.0 - tail))


def slower_than(t, p50, p99, shape="lognormal"):
    """Share of calls slower than ``t``: P(latency > t), for a shape with the given median and 99th percentile.

    t, p50, p99 : one unit of time, 0 < p50 < p99;  shape : "thin" (Weibull), "lognormal", "heavy" (log-logistic)
    Returns a float or an array of t's shape. Raises ValueError otherwise. Explained in chapter 1, section 5.
    """
    law = shape_code(shape, p50, p99), float(p50), float(p99)
    return each(functools.partial(latency_tail, *law), as_given(t))


def percentile(q, p50, p99, shape="lognormal", calls=1, together=0.0):
    """A percentile of a page of ``calls`` parallel calls; of one call by default. In the unit of p50 and p99.

    q : percent, from 0 up to (not including) 100;  the rest as in `slower_than` and `at_least_one_slow`
    Source: the largest of n independent values has distribution Fⁿ. Explained in chapter 1, section 5.
    """
    law = shape_code(shape, p50, p99), float(p50), float(p99)
    return _of_deciding_tail("q", q, calls, together, functools.partial(latency_quantile, *law))


def hedged_slower_than(t, delay, p50, p99, shape="lognormal", same=0.0):
    """Share of requests slower than ``t`` if a second copy goes out after ``delay``: S(t)·S(t − delay) beyond it.

    delay : from 0 up;  same : share of requests whose second copy is exactly as slow as the first, from 0 to 1
    The rest as in `slower_than`. Servers are idle: the second copies slow nobody down (`hedging.simulate` lets them).
    Explained in chapter 1, section 5.
    """
    law = shape_code(shape, p50, p99), float(p50), float(p99)
    return each(functools.partial(hedged_tail, *law, *_hedge(delay, same)), as_given(t))


def hedged_percentile(q, delay, p50, p99, shape="lognormal", same=0.0):
    """A percentile (percent, above 0 and below 100) of requests hedged as in `hedged_slower_than`, in its unit.

    The price is a second copy for a share ``slower_than(delay, p50, p99)`` of the requests.
    Raises ValueError as `hedged_slower_than` does, and for a q outside its range. Explained in chapter 1, section 5.
    """
    law = shape_code(shape, p50, p99), float(p50), float(p99)
    return each(functools.partial(hedged_quantile, *law, *_hedge(delay, same)), 1.0 - between("q", q, 0, 100) / 100.0)


def nearest_rank(values, q):
    """The smallest of the measured ``values`` that at least q percent of them do not exceed: never between two values.

    values : one-dimensional, at least one, in any order;  q : percent, 0 or from 1 to 100
    Raises ValueError outside these: a q between 0 and 1 is taken for a share by mistake. Explained in chapter 1, section 5.
    """
    copy = np.array(values, dtype=float)
    if copy.ndim != 1 or not copy.size:
        raise ValueError(f"values must be a row of at least one number, got shape {copy.shape}")
    if 0 < number("q", q, 0, 100) < 1:
        raise ValueError(f"q is in percent: it must be 0 or from 1 to 100, got {q}; did you mean {100 * q:g}?")
    return float(select(copy, 0, copy.size - 1, percentile_rank(q / 100.0, copy.size)))


def _of_deciding_tail(name, q, calls, together, answer):
    """``answer`` of the tail of one call that decides the page's q-th percentile."""
    percents = np.asarray(q, dtype=float)
    if not np.all((percents >= 0) & (percents < 100)):
        raise ValueError(f"{name} must be from 0 up to 100 (not included), got {q}")

    def of_page(tail, calls, together):
        return answer(1.0 if tail >= 1.0 else call_tail_for_page(tail, calls, together))

    return each(of_page, 1.0 - percents / 100.0, *_calls(calls, together))


def _hedge(delay, same):
    return float(not_negative("delay", delay)), number("same", same, 0, 1)


def _calls(calls, together):
    return wholes("calls", calls, 1), numbers("together", together, 0, 1)


def shape_code(shape, p50, p99):
    """The number of a shape; raises ValueError unless it is known and 0 < p50 < p99."""
    code = SHAPES[one_of("shape", shape, SHAPES)]
    if not 0 < p50 < p99:
        raise ValueError(f"p50 must be above 0 and below p99, got p50 = {p50} and p99 = {p99}")
    return code
