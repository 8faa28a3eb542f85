"""Scaling laws: how much N nodes get done beside one. Amdahl, Gustafson, and Gunther's universal scalability law.

The universal scalability law (USL) is X(N) = γ N / (1 + α (N − 1) + β N (N − 1)):
γ is one node's throughput, α (contention) the share of work that queues for something shared, and
β (coherency) the share that every node spends on every other. α and β have no unit.
"""

import math

import numpy as np

from .checks import numbers, positive, wholes
from .kernel import Floats, as_given, floats, kernel


@kernel
def usl_capacity(alpha: float, beta: float, nodes: float) -> float:
    """Capacity of ``nodes`` nodes in units of one node's: C(N) = X(N)/X(1)."""
    return nodes / (1.0 + alpha * (nodes - 1.0) + beta * nodes * (nodes - 1.0))


@kernel
def usl_peak_nodes(alpha: float, beta: float) -> float:
    """The number of nodes at which the USL peaks, at least 1; infinite where it never does (β = 0, α < 1)."""
    if alpha >= 1.0:
        return 1.0
    if beta <= 0.0:
        return math.inf
    return max(1.0, math.sqrt(max(0.0, (1.0 - alpha) / beta)))


@kernel
def amdahl_ceiling_of(serial: float) -> float:
    """What no number of nodes gets past, in units of one node: 1/s; infinite without a serial part."""
    if serial <= 0.0:
        return math.inf
    return 1.0 / serial


@kernel
def usl_best_capacity(alpha: float, beta: float) -> float:
    """The most that any number of nodes gives, in units of one node: C at the peak, or the ceiling 1/α if β = 0."""
    peak = usl_peak_nodes(alpha, beta)
    if math.isinf(peak):
        return amdahl_ceiling_of(alpha)
    return usl_capacity(alpha, beta, peak)


@kernel
def usl_curve(alpha: float, beta: float, nodes: Floats, capacity: Floats, peak: Floats) -> None:
    """Capacity at each of ``nodes``; ``peak`` gets nodes at the peak, capacity there, and the ceiling 1/α."""
    for i in range(nodes.shape[0]):
        capacity[i] = usl_capacity(alpha, beta, nodes[i])
    peak[0] = usl_peak_nodes(alpha, beta)
    peak[1] = usl_best_capacity(alpha, beta)
    peak[2] = amdahl_ceiling_of(alpha)


@kernel
def one_two_five(position: int) -> float:
    """The numbers 1, 2, 5, 10, 20, 50, 100 ... by their position from 0: even steps on a logarithmic scale."""
    step = position % 3
    factor = 1.0
    if step == 1:
        factor = 2.0
    if step == 2:
        factor = 5.0
    for _ in range(position // 3):
        factor *= 10.0
    return factor


@kernel
def three_laws(
    serial: float,
    beta: float,
    position: int,
    nodes: Floats,
    fixed: Floats,
    scaled: Floats,
    coupled: Floats,
    here: Floats,
) -> None:
    """Speedup at each of ``nodes`` by three laws that share a serial part.

    fixed : Amdahl's, the work held fixed;  scaled : Gustafson's, the time held fixed;  coupled : the USL, α = ``serial``
    position : chooses the number of nodes looked at, see ``one_two_five``
    here : 0 nodes looked at, 1 to 3 the three speedups there, 4 the ceiling 1/s, 5 nodes at the USL's peak,
        6 and 7 the efficiencies (speedup a node) by Amdahl and by Gustafson
    """
    for i in range(nodes.shape[0]):
        fixed[i] = usl_capacity(serial, 0.0, nodes[i])
        scaled[i] = serial + (1.0 - serial) * nodes[i]
        coupled[i] = usl_capacity(serial, beta, nodes[i])
    n = one_two_five(position)
    here[0] = n
    here[1] = usl_capacity(serial, 0.0, n)
    here[2] = serial + (1.0 - serial) * n
    here[3] = usl_capacity(serial, beta, n)
    here[4] = amdahl_ceiling_of(serial)
    here[5] = usl_peak_nodes(serial, beta)
    here[6] = here[1] / n
    here[7] = here[2] / n


@kernel
def repairman_throughput(work: float, service: float, nodes: float) -> float:
    """Exact throughput of N nodes that each work, then queue for one server: mean value analysis of M/M/1//N.

    work, service : mean times, in the same unit, their sum positive;  nodes : a whole number
    """
    queue = 0.0
    throughput = 0.0
    for k in range(1, int(nodes) + 1):
        residence = service * (1.0 + queue)
        throughput = k / (work + residence)
        queue = throughput * residence
    return throughput


@kernel
def repairman_curve(
    work: float, service: float, exchange: float, nodes: Floats, together: Floats, apart: Floats, law: Floats
) -> None:
    """Capacity of N nodes that work, then pass one at a time through something shared, telling all others.

    work, service, exchange : times in one unit: alone; in the shared part; to tell one other node, also in there
    together : capacity if all N ask at the same instant (the synchronous bound; it is the USL)
    apart : capacity if they ask independently, exact for exponential times
    law : 0 α, 1 β, 2 γ (throughput of one node), 3 nodes at the USL's peak, 4 time of one request on one node
    """
    alone = work + service
    law[0] = service / alone
    law[1] = exchange / alone
    law[2] = 1.0 / alone
    law[3] = usl_peak_nodes(law[0], law[1])
    law[4] = alone
    for i in range(nodes.shape[0]):
        n = nodes[i]
        passage = service + (n - 1.0) * exchange
        together[i] = n / (work + n * passage) * alone
        apart[i] = repairman_throughput(work, passage, n) * alone


def usl(nodes, alpha, beta, gamma=1.0):
    """Throughput of ``nodes`` nodes by the universal scalability law.

    nodes : N, positive;  alpha : contention α, no unit, at least 0;  beta : coherency β, no unit, at least 0
    gamma : γ, throughput of one node; with 1 the result is relative capacity C(N)
    Returns a float or an array of the arguments' common shape, in γ's unit.
    Raises ValueError if an argument is out of its range.
    Source: N. J. Gunther, A Simple Capacity Model of Massively Parallel Transaction Systems, CMG 1993;
    Guerrilla Capacity Planning, Springer 2007. Explained in chapter 1, section 2.
    """
    _check(nodes=nodes, alpha=alpha, beta=beta, gamma=gamma)
    n = np.asarray(nodes, dtype=float)
    result = gamma * n / (1 + np.multiply(alpha, n - 1) + np.multiply(beta, n * (n - 1)))
    return as_given(result)


def usl_peak(alpha, beta, gamma=1.0):
    """The peak of the USL: (nodes N* = √((1 − α)/β), throughput there).

    Arguments and errors as in ``usl``. Where β = 0 nodes is infinite and throughput the ceiling γ/α.
    N* is not a whole number; of the two next to it the better one is the best that can be bought.
    Source as in ``usl``. Explained in chapter 1, section 2.
    """
    _check(alpha=alpha, beta=beta, gamma=gamma)
    return usl_peak_nodes(float(alpha), float(beta)), gamma * usl_best_capacity(float(alpha), float(beta))


def usl_ceiling(alpha, gamma=1.0):
    """γ/α: what throughput tends to when β = 0 and nodes are added without end; infinite if α = 0.

    Explained in chapter 1, section 2.
    """
    _check(alpha=alpha, gamma=gamma)
    return gamma * amdahl_ceiling_of(float(alpha))


def usl_efficiency(nodes, alpha, beta):
    """C(N)/N, the part of each node that adds throughput: from 1 down, no unit.

    Arguments as in ``usl``. Raises ValueError if one is out of its range. Explained in chapter 1, section 2.
    """
    return usl(nodes, alpha, beta) / np.asarray(nodes, dtype=float)


def usl_latency(nodes, alpha, beta, gamma=1.0):
    """Mean time of one request with ``nodes`` in flight, in 1/γ's unit: W = N/X(N), Little's law over the USL.

    Arguments and errors as in ``usl``. Explained in chapter 1, section 2.
    """
    return np.asarray(nodes, dtype=float) / usl(nodes, alpha, beta, gamma)


def usl_nodes_for_throughput(throughput, alpha, beta, gamma=1.0):
    """The nodes that give a throughput: (on the rising side, on the falling side); the inverse of ``usl``.

    throughput : positive, in γ's unit, not above the peak's
    The second is infinite where there is no falling side (β = 0). They are the two roots N of
    βN² − (γ/X − α + β)N + (1 − α) = 0.
    Raises ValueError if an argument is out of range, or the throughput above what the law allows.
    Explained in chapter 1, section 2.
    """
    _check(throughput=throughput, alpha=alpha, beta=beta, gamma=gamma)
    most = usl_peak(alpha, beta, gamma)[1]
    limit = "" if beta > 0 else ", which is never quite reached"
    if throughput > most * (1 + 1e-12) or (beta == 0 and throughput >= most):
        raise ValueError(f"throughput must be at most {most:.6g}{limit}, got {throughput}: no number of nodes gives it")
    slope = gamma / throughput - alpha + beta
    root = math.sqrt(max(slope * slope - 4 * beta * (1 - alpha), 0.0))
    rising = 2 * (1 - alpha) / (slope + root)
    falling = (slope + root) / (2 * beta) if beta > 0 else math.inf
    return rising, falling


def usl_nodes_for_latency(latency, alpha, beta, gamma=1.0):
    """The nodes (requests in flight) at which the mean time of one is ``latency``; the inverse of ``usl_latency``.

    latency : in 1/γ's unit, at least 1/γ, which is one node's
    Raises ValueError if an argument is out of range, or if latency never rises (α = β = 0).
    Explained in chapter 1, section 2.
    """
    _check(latency=latency, alpha=alpha, beta=beta, gamma=gamma)
    excess = latency * gamma - 1
    if excess < 0:
        raise ValueError(f"latency must be at least 1/γ = {1 / gamma:.6g}, one node's, got {latency}")
    if alpha == 0 and beta == 0:
        raise ValueError("alpha or beta must be above 0: with neither, latency is 1/γ at any number of nodes")
    total = alpha + beta
    return 1 + 2 * excess / (total + math.sqrt(total * total + 4 * beta * excess))


def usl_beta_for_peak(nodes, alpha):
    """The coherency β, no unit, at which the USL peaks at ``nodes``: (1 − α)/N².

    Arguments as in ``usl``. Raises ValueError if one is out of its range. Explained in chapter 1, section 2.
    """
    _check(nodes=nodes, alpha=alpha)
    return (1 - alpha) / nodes**2


def amdahl(nodes, serial):
    """Speedup of a fixed piece of work on N nodes, by Amdahl: 1/(s + (1 − s)/N).

    nodes : N, positive;  serial : s, the serial part of the time on one node, from 0 to 1
    Returns a float or an array. It is the USL with α = s and β = 0. Raises ValueError outside those ranges.
    Source: G. M. Amdahl, AFIPS Spring Joint Computer Conference 1967. Explained in chapter 1, section 3.
    """
    _check(nodes=nodes, serial=serial)
    return usl(nodes, serial, 0.0)


def amdahl_ceiling(serial):
    """1/s, the speedup that no number of nodes reaches; infinite if s = 0. Explained in chapter 1, section 3."""
    _check(serial=serial)
    return amdahl_ceiling_of(float(serial))


def gustafson(nodes, serial):
    """Scaled speedup: how much more is done in the same time on N nodes, by Gustafson: s + (1 − s)N.

    nodes : N, positive;  serial : s, the serial part of the time on the N nodes, from 0 to 1
    Returns a float or an array. Raises ValueError outside those ranges.
    Source: J. L. Gustafson, Communications of the ACM 31(5), 1988. Explained in chapter 1, section 3.
    """
    _check(nodes=nodes, serial=serial)
    result = np.add(serial, np.multiply(np.subtract(1, serial), nodes), dtype=float)
    return as_given(result)


def serial_on_one_node(nodes, serial):
    """Amdahl's s (share of one node's time) for work whose serial share on N nodes is Gustafson's ``serial``.

    The two speedups of the same run are equal: amdahl(N, serial_on_one_node(N, s)) = gustafson(N, s).
    Explained in chapter 1, section 3.
    """
    return serial / gustafson(nodes, serial)


def measured_serial_part(nodes, speedup):
    """Amdahl's s out of one measured speedup, (1/S − 1/N)/(1 − 1/N): the Karp–Flatt metric.

    nodes : N, above 1;  speedup : S, positive. Negative where the speedup is more than N.
    Raises ValueError outside those ranges.
    Source: A. H. Karp and H. P. Flatt, Communications of the ACM 33(5), 1990. Explained in chapter 1, section 3.
    """
    _check(nodes=nodes, speedup=speedup)
    if np.any(np.asarray(nodes) <= 1):
        raise ValueError(f"nodes must be above 1, got {nodes}: one node's speedup is 1 whatever is serial")
    result = (1 / np.asarray(speedup, dtype=float) - 1 / np.asarray(nodes, dtype=float)) / (1 - 1 / np.asarray(nodes))
    return as_given(result)


def repairman(nodes, work, service, exchange=0.0):
    """Throughput of N nodes that each work, then pass one at a time through something shared.

    nodes : whole numbers from 1;  work, service : seconds alone and in the shared part, their sum positive
    exchange : seconds in the shared part to tell one other node
    Returns (together, apart), arrays in requests a second: if all ask at the same instant (the synchronous bound,
    which is the USL with α = S/(S+Z), β = E/(S+Z), γ = 1/(S+Z)), and if each asks when it is done (exact for
    exponential times). Raises ValueError outside those ranges.
    Source: the machine repairman by mean value analysis (M. Reiser and S. S. Lavenberg, J. ACM 27(2), 1980); the bound:
    N. J. Gunther, arXiv:0808.1431, with the exchange put here on each passage. Explained in chapter 1, section 2.
    """
    _check(nodes=nodes, work=work, service=service, exchange=exchange)
    if work + service <= 0:
        raise ValueError(f"work + service must be above 0 seconds, got {work} + {service}")
    (n,), shape = floats(wholes("nodes", nodes, 1))
    together, apart, law = np.zeros(n.size), np.zeros(n.size), np.zeros(5)
    repairman_curve(float(work), float(service), float(exchange), n, together, apart, law)
    return (together * law[2]).reshape(shape), (apart * law[2]).reshape(shape)


POSITIVE = ("nodes", "gamma", "throughput", "latency", "speedup")
SHARES = ("alpha", "serial")


def _check(**arguments):
    """ValueError for the first argument that is out of its range, by its name."""
    for name, value in arguments.items():
        if name in POSITIVE:
            positive(name, value, finite=True)
        else:
            numbers(name, value, 0, 1 if name in SHARES else math.inf)
