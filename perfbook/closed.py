"""Closed systems: a fixed number of users who think, ask, wait, and ask again.

Operational laws, bounds, and the exact throughput and response time of a network with single-server,
many-server and delay stations. Times are in seconds and rates per second; a station's demand is the
seconds of service that one request needs there, over all its visits.
Explained in chapter 1, section 7.
"""

import math
from dataclasses import dataclass

import numpy as np

from .checks import number, whole
from .kernel import Floats, Ints, kernel
from .variability import mg1_wait_of

DELAY = 0  # as a number of servers: a station where nobody queues
TINY, HUGE = 1e-250, 1e250


@kernel
def station_rate(demand: float, servers: int, present: int) -> float:
    """Completions per second at a station where ``present`` requests are; ``servers`` 0 means that nobody queues."""
    busy = present
    if servers > 0 and servers < present:
        busy = servers
    if demand > 0.0:
        return busy / demand
    return math.inf


@kernel
def add_station(demand: float, servers: int, throughput: Floats, queues: Floats, first: int) -> None:
    """Let a station join a closed network: ``throughput``, for 1 to N users, becomes that of both together.

    throughput : the network's without the station, infinite where it takes no time
    queues : filled from index ``first``: the mean number of requests at the station with 1 to N users
    The rest of a product-form network acts as one server whose rate is its throughput with those who are there; the
    birth-death chain of the two has only positive terms, so nothing cancels (in the usual recursion it does).
    Source: K. M. Chandy, U. Herzog and L. Woo, IBM J. Res. Dev. 19(1), 1975. Explained in chapter 1, section 7.
    """
    for back in range(throughput.shape[0]):
        users = throughput.shape[0] - back
        if demand <= 0.0:
            queues[first + users - 1] = 0.0
        elif throughput[users - 1] == math.inf:
            queues[first + users - 1] = float(users)
            throughput[users - 1] = station_rate(demand, servers, users)
        else:
            weight = 1.0
            total = 1.0
            present = 0.0
            flow = 0.0
            for here in range(1, users + 1):
                flow += weight * throughput[users - here]
                weight *= throughput[users - here] / station_rate(demand, servers, here)
                total += weight
                present += here * weight
                if weight > HUGE:
                    weight *= TINY
                    total *= TINY
                    present *= TINY
                    flow *= TINY
            queues[first + users - 1] = present / total
            throughput[users - 1] = flow / total


@kernel
def mva_single(
    think: float, demands: Floats, servers: Ints, throughput: Floats, response: Floats, queues: Floats
) -> None:
    """Exact mean value analysis for 1 to N users, where every station has one server or (``servers`` 0) is a delay.

    throughput, response : filled, one value for each number of users
    queues : filled, station by station: the mean number of requests there with 1 to N users
    An arrival at a station finds there what an outside observer would see with one user fewer.
    Source: M. Reiser and S. S. Lavenberg, J. ACM 27(2), 1980. Explained in chapter 1, section 7.
    """
    most = throughput.shape[0]
    for i in range(most):
        total = 0.0
        for k in range(demands.shape[0]):
            ahead = 0.0
            if i > 0 and servers[k] > 0:
                ahead = queues[k * most + i - 1]
            queues[k * most + i] = demands[k] * (1.0 + ahead)
            total += queues[k * most + i]
        rate = math.inf
        if think + total > 0.0:
            rate = (i + 1.0) / (think + total)
        for k in range(demands.shape[0]):
            if demands[k] > 0.0:
                queues[k * most + i] *= rate
        throughput[i] = rate
        response[i] = total


@kernel
def mva(
    think: float, demands: Floats, servers: Ints, throughput: Floats, response: Floats, queues: Floats, spare: Floats
) -> None:
    """Exact throughput and response time for 1 to N users; stations may have any number of servers (0: a delay).

    As ``mva_single``, with scratch ``spare`` for N numbers. Where a station has more than one server, each station
    in turn is the last to join the others, which gives its queue; the response time is Little's law over them.
    Explained in chapter 1, section 7.
    """
    most = throughput.shape[0]
    widest = 0
    for k in range(demands.shape[0]):
        widest = max(widest, servers[k])
    if widest <= 1:
        mva_single(think, demands, servers, throughput, response, queues)
        return
    for last in range(demands.shape[0]):
        for i in range(most):
            throughput[i] = math.inf
            if think > 0.0:
                throughput[i] = (i + 1.0) / think
        for k in range(demands.shape[0]):
            if k != last:
                add_station(demands[k], servers[k], throughput, spare, 0)
        add_station(demands[last], servers[last], throughput, queues, last * most)
    for i in range(most):
        total = 0.0
        for k in range(demands.shape[0]):
            total += queues[k * most + i]
        response[i] = 0.0
        if total > 0.0:
            response[i] = total / throughput[i]


@kernel
def closed_loop(users: int, think: float, app: float, workers: int, database: float, demands: Floats, servers: Ints,
                queues: Floats, throughput: Floats, response: Floats, most_throughput: Floats,
                least_response: Floats, knee: Floats, now: Floats) -> None:  # fmt: skip
    """Users, an application of ``workers`` servers and a database of one: the curves of chapter 1, section 7.

    demands, servers, queues : scratch for 2 stations
    throughput, response, most_throughput, least_response : for 1 to N users, exact and their asymptotic bounds
    knee : filled: users at which the two bounds meet, greatest throughput, 0 or 1 where the application or
        the database sets it
    now : filled: throughput, response time, utilization of the application, of the database, users at the
        application, at the database, and users thinking, with ``users`` users
    """
    demands[0] = app
    demands[1] = database
    servers[0] = workers
    servers[1] = 1
    mva(think, demands, servers, throughput, response, queues, most_throughput)
    most = throughput.shape[0]
    slowest = max(app / workers, database)
    for i in range(most):
        least_response[i] = max(app + database, (i + 1) * slowest - think)
        most_throughput[i] = (i + 1) / (think + least_response[i])
    knee[0] = (app + database + think) / slowest
    knee[1] = 1.0 / slowest
    knee[2] = 1.0 if database * workers >= app else 0.0
    here = min(max(users, 1), most) - 1
    now[0] = throughput[here]
    now[1] = response[here]
    now[2] = now[0] * app / workers
    now[3] = now[0] * database
    now[4] = queues[here]
    now[5] = queues[most + here]
    now[6] = now[0] * think


@kernel
def open_response(load: float, variability: float, rho: Floats, response: Floats, now: Floats) -> None:
    """Mean response over mean service time of an M/G/1 queue at each utilization in ``rho``; infinite from 1 up.

    variability : squared coefficient of variation of the service time (1 exponential, 0 constant)
    now : filled: the same at utilization ``load``
    Source: Pollaczek and Khinchine's formula, chapter 1, section 4.
    """
    for i in range(rho.shape[0]):
        response[i] = 1.0 + mg1_wait_of(rho[i], variability)
    now[0] = 1.0 + mg1_wait_of(load, variability)


def episode_ladder(utilization):
    """What the episode's four-branch model says at a utilization: latency over base latency, carried over capacity.

    Kept to show its jumps, not to be used: it is no queue, and no measurement is cited for it.
    Returns two arrays of the argument's shape. Explained in chapter 1, section 7.
    """
    u = np.asarray(utilization, dtype=np.float64)
    branch = [u < 0.5, u < 0.8, u < 0.95]
    with np.errstate(divide="ignore"):
        latency = np.select(branch, [1 + 0.1 * u, 1 + (u - 0.5) ** 2, 1 / (1 - u)], np.inf)
    return latency, np.select(branch, [u, 0.98 * u, 0.90 * u], 0.5)


@dataclass(frozen=True)
class Closed:
    """A closed system solved for 1 to N users: ``users``, ``throughput`` (1/s) and ``response`` (s), arrays of N;

    ``queues`` and ``utilization``, arrays of N rows with a column for each station.
    """

    users: np.ndarray
    throughput: np.ndarray
    response: np.ndarray
    queues: np.ndarray
    utilization: np.ndarray


def solve(users, demands, think=0.0, servers=1) -> Closed:
    """Exact mean value analysis of a closed system, for every number of users from 1 to ``users``.

    users : greatest number of users, at least 1
    demands : seconds of service that a request needs at each station
    think : mean seconds between an answer and the user's next request
    servers : at each station, or one number for all; ``DELAY`` (0) where nobody queues
    Assumes exponential service under first come first served (any distribution under processor sharing or at
    a delay), independent routing, one kind of user. Raises ValueError on a number outside these ranges.
    Source: Reiser and Lavenberg 1980. Explained in chapter 1, section 7.
    """
    users, think, demands, servers = checked(users, think, demands, servers)
    throughput, response = np.empty(users), np.empty(users)
    queues = np.empty(users * len(demands))
    mva(think, demands, servers, throughput, response, queues, np.empty(users))
    busy = throughput[:, None] * demands / np.maximum(servers, 1)
    return Closed(np.arange(1, users + 1), throughput, response, queues.reshape(len(demands), users).T.copy(), busy)


@dataclass(frozen=True)
class Bounds:
    """Bounds for 1 to N users, arrays of N: throughput in requests a second, response in seconds."""

    least_throughput: np.ndarray
    most_throughput: np.ndarray
    least_response: np.ndarray
    most_response: np.ndarray


def asymptotic_bounds(users, demands, think=0.0, servers=1) -> Bounds:
    """Bounds that need no distribution: nobody ever waits; the slowest station is never idle; everybody is ahead.

    Arguments as in ``solve``. The pessimistic side lets a request wait at each station for all other users, one
    after the other; it holds for first come first served and processor sharing.
    Source: E. D. Lazowska et al., Quantitative System Performance, 1984, ch. 5. Explained in chapter 1, section 7.
    """
    users, think, demands, servers = checked(users, think, demands, servers)
    n = np.arange(1.0, users + 1)
    queueing = servers > 0
    slowest = np.max(demands / np.maximum(servers, 1), where=queueing, initial=0.0)
    least = np.maximum(demands.sum(), n * slowest - think)
    most = n * demands[queueing].sum() + demands[~queueing].sum()
    return _bounds(n, think, least, most)


def balanced_bounds(users, demands, think=0.0) -> Bounds:
    """Balanced job bounds: the system lies between two whose stations all have the same demand.

    Every station has one server. Closer than the asymptotic bounds, and on both sides.
    Source: J. Zahorjan, K. C. Sevcik, D. L. Eager and B. Galler, CACM 25(2), 1982, as given for terminals in
    Lazowska et al. 1984, ch. 5. Explained in chapter 1, section 7.
    """
    users, think, demands, _ = checked(users, think, demands, 1)
    n, total, slowest = np.arange(1.0, users + 1), demands.sum(), demands.max()
    if total == 0:
        return _bounds(n, think, 0 * n, 0 * n)
    fewest = total + (n - 1) * demands.mean() / (1 + think / total)
    most = total + (n - 1) * slowest / (1 + think / (n * total))
    return _bounds(n, think, np.maximum(fewest, n * slowest - think), most)


def _bounds(n, think, least_response, most_response) -> Bounds:
    with np.errstate(divide="ignore"):
        return Bounds(n / (think + most_response), n / (think + least_response), least_response, most_response)


def knee(demands, think=0.0, servers=1) -> float:
    """The number of users N* at which the two asymptotic bounds meet: with more, somebody must wait.

    N* = (D + Z) / max(D_k / c_k). Arguments as in ``solve``. Infinite if no station can ever be full.
    Explained in chapter 1, section 7.
    """
    _, think, demands, servers = checked(1, think, demands, servers)
    slowest = np.max(demands / np.maximum(servers, 1), where=servers > 0, initial=0.0)
    return float((demands.sum() + think) / slowest) if slowest > 0 else math.inf


def repairman(users, think, service, servers=1):
    """Throughput and mean response time of the machine repairman, M/M/c//N, in closed form.

    users : machines (users) N; think : mean seconds until one breaks (asks); service : mean seconds of one repair
    Returns (throughput in 1/s, response in s, probability that no repairman is busy). With one repairman that
    probability is Erlang's B of N lines offered Z/S erlangs.
    Raises ValueError outside users >= 1, think > 0, service > 0, servers >= 1.
    Source: L. Kleinrock, Queueing Systems I, 1975, section 3.8. Explained in chapter 1, section 7.
    """
    users, think, (service,), (servers,) = checked(users, think, [service], servers)
    if not (think > 0 and service > 0 and servers > 0):
        raise ValueError(f"think, service and servers must be above 0, got {think}, {service} and {servers}")
    broken = np.arange(users + 1)
    steps = np.log((users - broken[:-1]) * service / (think * np.minimum(broken[1:], servers)))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    throughput = float(chances @ np.minimum(broken, servers)) / service
    return throughput, float(chances @ broken) / throughput, float(chances[0])


def utilization(throughput, demand, servers=1):
    """Utilization law U = X D / c: busy share of each of a station's servers.

    throughput : requests a second; demand : seconds of service a request needs there; servers : c
    Raises ValueError if the station would be busy more than all the time. Explained in chapter 1, section 7.
    """
    busy = np.asarray(throughput, dtype=float) * demand / servers
    if np.any(busy > 1 + 1e-12):
        raise ValueError(f"throughput must be at most {servers / demand:g}/s, got {throughput}: {servers} servers "
                         f"of {demand:g} s a request would be busy {float(np.max(busy)):.1%} of the time")  # fmt: skip
    return busy


def forced_flow(throughput, visits):
    """Forced flow law X_k = V_k X: a station's completions a second when each request visits it V_k times.

    throughput : X, requests a second;  visits : V_k, visits a request, one number or one a station
    Explained in chapter 1, section 7.
    """
    return np.asarray(visits, dtype=float) * throughput


def interactive_response_time(users, throughput, think):
    """Interactive response time law R = N / X − Z, seconds: Little's law around the whole loop.

    Raises ValueError if it comes out below 0: the three were not measured on the same users over the same time.
    Explained in chapter 1, section 7.
    """
    response = np.asarray(users, dtype=float) / throughput - think
    if np.any(response < 0):
        raise ValueError(f"users must be at least throughput × think, got {users} users, {throughput}/s and {think} s: "
                         "they were not measured on the same users over the same time")  # fmt: skip
    return response


def checked(users, think, demands, servers):
    """The arguments as an int, a float, and two arrays of one length.

    users : whole, at least 1;  think : seconds;  demands : seconds a request at each station
    servers : whole, one for all stations or one each, 0 for a delay
    Raises ValueError naming what is out of range. Explained in chapter 1, section 7.
    """
    demands = np.atleast_1d(np.asarray(demands, dtype=np.float64))
    many = np.asarray(servers)
    users, think = whole("users", users, 1), number("think", think, 0)
    if demands.ndim != 1 or demands.size == 0 or not np.all((demands >= 0) & (demands < math.inf)):
        raise ValueError(f"demands must be one or more numbers of seconds, each at least 0 and finite, got {demands}")
    if many.ndim > 1 or many.size not in (1, demands.size) or np.any(many < 0) or np.any(many != np.floor(many)):
        raise ValueError(f"servers must be whole numbers, one for all or one a station, 0 for a delay, got {servers}")
    servers = np.broadcast_to(many.astype(np.int64), demands.shape).copy()
    return users, think, np.ascontiguousarray(demands), servers
