"""Queues whose service or arrivals are not exponential: M/G/1, M/D/1, and approximations for G/G/c.

Variability is the squared coefficient of variation c² = variance / mean²: 0 constant, 1 exponential.
The kernels count time in mean service times; the functions below them take rates and give seconds.
Explained in chapter 1, section 4.
"""

import math

import numpy as np

from .checks import not_negative
from .kernel import Floats, as_given, each, kernel
from .queues import Queue, _mmc_arguments, _queue, _share, erlang_c, erlang_c_of

BAND = 64  # arrivals during one constant service below full load: more than this never matter (below 1e-90)
LONGEST_LINE = 3_000_000  # places that an M/D/1 percentile may look back over


@kernel
def mg1_wait_of(rho: float, variability: float) -> float:
    """Mean wait in M/G/1 in service times, exact; infinite from full load up.

    rho : utilization;  variability : c² of the service times
    Source: F. Pollaczek 1930, A. Y. Khinchine 1932: (1 + c²) / 2 · ρ / (1 − ρ).
    """
    if rho >= 1.0:
        return math.inf
    return 0.5 * (1.0 + variability) * rho / (1.0 - rho)


@kernel
def ggc_wait_of(servers: int, rho: float, arrivals: float, service: float) -> float:
    """Mean wait in G/G/c in service times, after Allen and Cunneen; exact for M/M/c and for M/G/1.

    rho : utilization;  arrivals, service : c² of the times between arrivals, and of service
    """
    if rho >= 1.0:
        return math.inf
    return 0.5 * (arrivals + service) * erlang_c_of(servers, rho * servers) / (servers * (1.0 - rho))


@kernel
def md1_levels(rho: float, levels: Floats, more: Floats) -> None:
    """Fill ``levels[m]`` with P(at most m + 1 in an M/D/1 system), from m = 0 up.

    more : scratch of BAND;  rho below 1
    From the balance of steps up past a level and down past it, at the ends of services: all terms are positive,
    so that nothing cancels, however long the line.
    """
    # more[k] = P(more than k arrive during a service).
    chance = math.exp(-rho)
    for k in range(BAND):
        more[k] = chance
        chance = chance * rho / (k + 1)
    nobody = more[0]
    above = chance
    for k in range(BAND - 1, -1, -1):
        here = more[k]
        more[k] = above
        above += here
    empty = 1.0 - rho
    for j in range(levels.shape[0]):
        up = 0.0
        if j < BAND:
            up = empty * more[j]
        for i in range(max(1, j + 2 - BAND), j + 1):
            up += levels[i - 1] * more[j + 1 - i]
        levels[j] = up / nobody  # the state j + 1 alone
    total = empty
    for j in range(levels.shape[0]):
        total += levels[j]
        levels[j] = min(total, 1.0)


@kernel
def md1_wait_share(rho: float, time: float, levels: Floats) -> float:
    """P(wait <= time) in M/D/1 from ``md1_levels``, time in services, below their number.

    Source: G. J. Franx, A Simple Solution for the M/D/c Waiting Time Distribution, 2001, for one server.
    """
    k = math.floor(time) + 1
    spread = rho * (k - time)
    weight = math.exp(-spread)
    share = 0.0
    for j in range(min(k, BAND)):
        share += weight * levels[k - 1 - j]
        weight = weight * spread / (j + 1)
    return min(share, 1.0)


@kernel
def md1_wait_quantile(rho: float, share: float, levels: Floats) -> float:
    """The wait in services that a ``share`` of arrivals at M/D/1 does not exceed; -1 if ``levels`` is too short."""
    if share <= 1.0 - rho:
        return 0.0
    whole = 0
    while whole < levels.shape[0] and md1_wait_share(rho, 1.0 * whole, levels) < share:
        whole += 1
    if whole == levels.shape[0]:
        return -1.0
    low = max(0.0, whole - 1.0)
    high = 1.0 * whole
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if md1_wait_share(rho, middle, levels) < share:
            low = middle
        else:
            high = middle
    return high


def mg1(arrival_rate, service_rate, variability) -> Queue:
    """Steady state of M/G/1: Poisson arrivals, one server, service times of any distribution, first come first served.

    arrival_rate : λ, 1/s, at least 0;  service_rate : μ = 1 / mean service time, 1/s, above 0
    variability : c² of the service times, at least 0
    Returns a Queue of the arguments' common shape; infinite waits at and above full load.
    Source: F. Pollaczek 1930, A. Y. Khinchine 1932: wait = ρ (1 + c²) / (2 (1 − ρ)) services.
    Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, _ = _mmc_arguments(arrival_rate, service_rate, 1)
    rho = arrival_rate / service_rate
    wait = each(mg1_wait_of, rho, not_negative("variability", variability)) / service_rate
    return _queue(arrival_rate, service_rate, 1, as_given(np.minimum(rho, 1.0)), wait)


def md1(arrival_rate, service_rate) -> Queue:
    """Steady state of M/D/1: every service takes the same 1 / service_rate seconds. Explained in chapter 1, section 4."""
    return mg1(arrival_rate, service_rate, 0.0)


def md1_wait_percentile(arrival_rate, service_rate, share=0.99):
    """The wait, in seconds, that a ``share`` of arrivals at an M/D/1 queue does not exceed, exactly; numbers only.

    Infinite at and above full load. Raises ValueError so near full load that millions wait.
    Source: G. J. Franx 2001. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, _ = _mmc_arguments(arrival_rate, service_rate, 1)
    share, rho = _share(share), arrival_rate / service_rate
    if rho >= 1:
        return math.inf
    # The tail falls as fast as an exponential of twice the spare share, or faster.
    size = 16 + int(math.log(1 / (1 - share)) / (2 * (1 - rho)))
    while size <= LONGEST_LINE:
        levels = np.empty(size)
        md1_levels(rho, levels, np.empty(BAND))
        services = md1_wait_quantile(rho, share, levels)
        if services >= 0:
            return services / service_rate
        size *= 2
    raise ValueError(
        f"arrival_rate must leave a wait of at most {LONGEST_LINE} services at that share, got {rho:.7f} of full load"
    )


def ggc(arrival_rate, service_rate, servers, arrivals, service) -> Queue:
    """Approximate steady state of G/G/c: the M/M/c queue, its wait times the mean of both variabilities.

    arrivals : c² of the times between arrivals, at least 0;  service : c² of the service times, at least 0
    The rest as for ``queues.mmc``. Exact for M/M/c and for M/G/1; elsewhere best where the line is long, and it knows
    two moments only. ``delayed`` is Erlang's C, the same guess.
    Source: A. O. Allen, Probability, Statistics, and Queueing Theory, 1990; J. F. C. Kingman 1961 for heavy traffic.
    Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, servers = _mmc_arguments(arrival_rate, service_rate, servers)
    arrivals, service = not_negative("arrivals", arrivals), not_negative("service", service)
    load = arrival_rate / service_rate
    wait = each(ggc_wait_of, servers, load / servers, arrivals, service) / service_rate
    return _queue(arrival_rate, service_rate, servers, erlang_c(servers, load), wait)


def ggc_wait_percentile(arrival_rate, service_rate, servers, arrivals, service, share=0.99):
    """Approximate percentile of the wait in G/G/c, s: as if the waits of those who wait were exponential.

    Arguments as for ``ggc``. Exact for M/M/c; right in the limit of heavy traffic (Kingman 1961).
    Explained in chapter 1, section 4.
    """
    queue = ggc(arrival_rate, service_rate, servers, arrivals, service)
    delayed, wait = np.broadcast_arrays(queue.delayed, queue.wait)
    with np.errstate(divide="ignore", invalid="ignore"):
        waited = wait / delayed * np.log(delayed / (1 - _share(share)))
    return as_given(np.where(delayed > 1 - np.asarray(share), waited, 0.0))


def kingman_bound(arrival_rate, service_rate, arrivals, service):
    """The most that the mean wait in G/G/1 can be, in seconds, whatever the distributions.

    Arguments as for ``ggc``. Infinite at and above full load, and for no arrivals at all.
    Source: J. F. C. Kingman, Some Inequalities for the Queue GI/G/1, 1962. Explained in chapter 1, section 4.
    """
    arrival_rate, service_rate, _ = _mmc_arguments(arrival_rate, service_rate, 1)
    arrivals, service = not_negative("arrivals", arrivals), not_negative("service", service)
    rho = np.asarray(arrival_rate / service_rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = (arrivals / rho + rho * service) / (2 * (1 - rho)) / service_rate
    return as_given(np.where((rho > 0) & (rho < 1), wait, math.inf))


def mix(shares, means, variabilities=0.0):
    """Mean and c² of service times where each request is of one of several kinds.

    shares : share of each kind, adding up to 1;  means : mean service time of each, s
    variabilities : c² within each kind, 0 where every request of a kind takes the same
    Returns (mean in s, c²). Raises ValueError if one is below 0, the shares do not add up to 1, or the mean is 0.
    Explained in chapter 1, section 4.
    """
    shares, means, within = np.broadcast_arrays(
        not_negative("shares", shares), not_negative("means", means), not_negative("variabilities", variabilities)
    )
    if abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"shares must add up to 1, got {shares.sum():g}")
    mean = float(np.sum(shares * means))
    if not mean > 0:
        raise ValueError(f"means must not all be 0, got {means}")
    return mean, float(np.sum(shares * means**2 * (1 + within))) / mean**2 - 1
