"""Connections of many instances to one database: how many carry the load, and how many are too many.

A page is some work of its own and a number of queries, one after the other. A query needs a connection from a pool; with
``active`` connections at work and ``opened`` in all, the database does

    X = γ a / (1 + α (m − 1) + β m (m − 1)),   m = a + ω (o − a),

queries a second: the universal scalability law of chapter 1 over the connections that are busy, where an idle one weighs
ω of a busy one. Rates are per second, times in seconds. Explained in chapter 3, section 2.
"""

import dataclasses
import math

import numpy as np

from . import checks, laws
from .kernel import Floats, kernel

HUGE, TINY = 1e200, 1e-200
OWN_TIME, QUERY_TIME = 0.147, 0.02  # seconds: of a page without its queries, and of a query alone on the database
CORES = 4  # of an instance
OTHER_WORK = 68.0  # instances' worth of processor that the rest of the site takes at its peak


@kernel
def database_rate(active: float, opened: float, gamma: float, alpha: float, beta: float, idle: float) -> float:
    """Queries a second with ``active`` of ``opened`` connections at work; an idle one weighs ``idle`` of a busy one."""
    weight = max(1.0, active + idle * (opened - active))
    return gamma * active / (1.0 + alpha * (weight - 1.0) + beta * weight * (weight - 1.0))


@kernel
def pool_point(demand: float, opened: int, gamma: float, alpha: float, beta: float, idle: float, point: Floats) -> None:
    """The exact steady state of ``opened`` connections that share a database, asked for ``demand`` queries a second.

    point : filled: queries at the database or waiting for a connection, mean; those of them that wait; connections
        busy; chance that a query has to wait. All infinite or 1 where the database does less than the demand with every
        connection busy: a queue that has once filled them never ends.
    The number of queries is a birth-death chain whose rate is the database's; pages of several queries are a product-form
    network, in which it is the same chain. Source: F. Baskett, K. M. Chandy, R. R. Muntz and F. G. Palacios, 1975.
    """
    least = database_rate(float(opened), float(opened), gamma, alpha, beta, idle)
    if demand >= least:
        point[0] = math.inf
        point[1] = math.inf
        point[2] = float(opened)
        point[3] = 1.0
        return
    weight = 1.0
    total = 1.0
    present = 0.0
    for here in range(1, opened + 1):
        weight *= demand / database_rate(float(here), float(opened), gamma, alpha, beta, idle)
        total += weight
        present += here * weight
        if weight > HUGE:
            weight *= TINY
            total *= TINY
            present *= TINY
    ratio = demand / least
    beyond = weight * ratio / (1.0 - ratio)
    waiting = beyond / (1.0 - ratio)
    total += beyond
    point[0] = (present + opened * beyond + waiting) / total
    point[1] = waiting / total
    point[2] = point[0] - point[1]
    point[3] = (weight + beyond) / total


@kernel
def calm_state(
    demand: float, opened: float, gamma: float, alpha: float, beta: float, idle: float, calm: Floats
) -> None:
    """Connections busy while ``opened`` are open and just as many queries are done as come: the two answers.

    calm : filled: the lower one, to which a shop returns, and the upper one, from which it tips; infinite where the
        database cannot do the demand at all, or not with so few connections
    The roots of a β u² k² + (a (α u + β (2 v - 1) u) - γ) k + a (1 + α (v - 1) + β v (v - 1)) with u = 1 - ω, v = ω o.
    """
    share = 1.0 - idle
    weight = idle * opened
    square = demand * beta * share * share
    slope = gamma - demand * share * (alpha + beta * (2.0 * weight - 1.0))
    level = demand * (1.0 + alpha * (weight - 1.0) + beta * weight * (weight - 1.0))
    inside = slope * slope - 4.0 * square * level
    calm[0] = math.inf
    calm[1] = math.inf
    if slope > 0.0 and inside >= 0.0:
        calm[0] = 2.0 * level / (slope + math.sqrt(inside))
        if square > 0.0:
            calm[1] = (slope + math.sqrt(inside)) / (2.0 * square)
        if share * calm[0] + weight < 1.0:
            calm[0] = demand / gamma
        if calm[0] > opened:
            calm[0] = math.inf
        if calm[1] > opened:
            calm[1] = math.inf


@kernel
def pool_figure(queries: int, pages: float, instances: int, pool: int, knee: float, alpha: float, idle: float,
                own: float, query: float, connections: Floats, able: Floats, page: Floats, calm: Floats,
                now: Floats, point: Floats, states: Floats) -> None:  # fmt: skip
    """The figure: what the database does with all of so many connections busy, and the mean page time with them.

    queries : of a page;  pages : a second;  pool : connections of an instance;  own, query : seconds
    connections : totals looked at, whole;  able : queries/s with all of them busy;  page : seconds;  calm : seconds while
        nothing disturbs it (infinite where it has no calm state)
    now : connections in all; queries/s asked; queries/s with all connections busy; page time, s; of it waiting for a
        connection, at the database, s; connections busy, mean; processor share of an instance; fewest and most
        connections that carry the load (0 and 0 if none does); the best number; queries/s there; one query at the
        database, s; verdict: 0 stable, 1 too few, 2 too many, 3 no number carries it; page time and connections
        busy in the calm state; connections busy from which it tips (infinite if it never does, or has none)
    """
    beta = (1.0 - alpha) / (knee * knee)
    gamma = 1.0 / query
    demand = pages * queries
    for i in range(connections.shape[0]):
        able[i] = database_rate(connections[i], connections[i], gamma, alpha, beta, idle)
        pool_point(demand, int(connections[i]), gamma, alpha, beta, idle, point)
        page[i] = own + point[0] / pages
        calm_state(demand, connections[i], gamma, alpha, beta, idle, states)
        calm[i] = own + states[0] / pages
    total = instances * pool
    pool_point(demand, total, gamma, alpha, beta, idle, point)
    now[0] = total
    now[1] = demand
    now[2] = database_rate(float(total), float(total), gamma, alpha, beta, idle)
    now[3] = own + point[0] / pages
    now[4] = point[1] / pages
    now[5] = point[2] / pages
    if point[0] == math.inf:
        now[5] = math.inf
    now[6] = point[2]
    now[7] = min(1.0, (OTHER_WORK + min(pages, now[2] / queries) * own / CORES) / instances)
    now[10] = knee
    now[11] = database_rate(knee, knee, gamma, alpha, beta, idle)
    now[8] = 0.0
    now[9] = 0.0
    slope = gamma / demand - alpha + beta
    inside = slope * slope - 4.0 * beta * (1.0 - alpha)
    now[13] = 3.0
    if slope > 0.0 and inside > 0.0:
        now[8] = 2.0 * (1.0 - alpha) / (slope + math.sqrt(inside))
        now[9] = (slope + math.sqrt(inside)) / (2.0 * beta)
        now[13] = 0.0
        if total <= now[8]:
            now[13] = 1.0
        elif total >= now[9]:
            now[13] = 2.0
    calm_state(demand, float(total), gamma, alpha, beta, idle, states)
    now[14] = own + states[0] / pages
    now[15] = states[0]
    now[16] = states[1]
    now[12] = math.inf
    if now[13] == 0.0:
        now[12] = point[2] / demand


@dataclasses.dataclass(frozen=True)
class Database:
    """A database by its scaling law over busy connections.

    knee : the number of busy connections with which it does most;  query_time : of a query alone, s
    alpha : contention;  idle : weight of an idle connection, 0 (free) to 1 (as heavy as a busy one)
    Raises ValueError for a knee below 1, a time not above 0, alpha outside 0 to 0.5 or idle outside 0 to 1.
    Explained in chapter 3, section 2.
    """

    knee: float = 720.0
    query_time: float = QUERY_TIME
    alpha: float = 0.0001
    idle: float = 0.1

    def __post_init__(self):
        checks.number("knee", self.knee, 1)
        checks.positive("query_time", self.query_time, finite=True)
        checks.number("alpha", self.alpha, 0, 0.5)
        checks.number("idle", self.idle, 0, 1)

    @property
    def beta(self) -> float:
        """Coherency: the share of its time that each busy connection spends on each other one."""
        return laws.usl_beta_for_peak(self.knee, self.alpha)

    @property
    def law(self) -> tuple[float, float, float, float]:
        """γ, α, β and the weight of an idle connection, as the kernels take them."""
        return 1 / self.query_time, self.alpha, self.beta, self.idle

    def rate(self, active, opened=None):
        """Queries a second with ``active`` connections at work, of ``opened`` (all of them where it is left out).

        Raises ValueError unless 0 <= active <= opened. Returns a float or an array. Explained in chapter 3, section 2.
        """
        opened = active if opened is None else opened
        active, opened = np.broadcast_arrays(checks.numbers("active", active, 0), checks.numbers("opened", opened, 0))
        if np.any(active > opened):
            raise ValueError(f"active must be at most opened, got {active} of {opened}")
        rates = [database_rate(float(a), float(o), *self.law) for a, o in zip(active.flat, opened.flat, strict=True)]
        return np.reshape(rates, active.shape) if active.ndim else rates[0]

    @property
    def most(self) -> float:
        """Queries a second at the knee, if no other connection is open."""
        return self.rate(self.knee)

    def carries(self, demand) -> tuple[float, float]:
        """The fewest and the most connections that still do ``demand`` queries a second when all of them are busy.

        Raises ValueError if no number does. Explained in chapter 3, section 2.
        """
        return laws.usl_nodes_for_throughput(demand, self.alpha, self.beta, 1 / self.query_time)

    def calm(self, demand, opened) -> tuple[float, float]:
        """Connections busy in the calm state, and those from which it tips, with ``opened`` open; infinite if none.

        Raises ValueError for a demand not above 0 or ``opened`` below 1. Explained in chapter 3, section 2.
        """
        states = np.empty(2)
        demand, opened = checks.positive("demand", demand, finite=True), checks.number("opened", opened, 1)
        calm_state(demand, opened, *self.law, states)
        return float(states[0]), float(states[1])


@dataclasses.dataclass(frozen=True)
class Pooled:
    """The steady state of pages over pooled connections; infinite where there is none.

    demand : queries a second;  connections : in all;  able : queries a second with all of them busy
    page : time of a page, s, of it ``waiting`` for a connection and ``database`` there;  busy : connections, mean
    delayed : chance that a query waits for a connection
    """

    demand: float
    connections: int
    able: float
    page: float
    waiting: float
    database: float
    busy: float
    delayed: float


def pooled(pages, queries, connections, database=None, own=OWN_TIME) -> Pooled:
    """Pages of ``queries`` queries each over so many connections in all: the exact steady state.

    pages : a second, Poisson;  queries : of a page, one after the other, each of exponential length
    connections : whole, shared by all pages (as behind a pooler, or where pages are spread well)
    own : seconds of a page outside the database;  database : a ``Database``
    Raises ValueError for arguments out of range. Explained in chapter 3, section 2.
    """
    database = database or Database()
    pages, own = checks.positive("pages", pages, finite=True), checks.not_negative("own", own)
    queries, connections = checks.whole("queries", queries, 1), checks.whole("connections", connections, 1, 10**7)
    point = np.empty(4)
    pool_point(pages * queries, connections, *database.law, point)
    present, waiting, busy, delayed = point.tolist()
    there = busy / pages if math.isfinite(present) else math.inf
    able = database.rate(connections)
    return Pooled(pages * queries, connections, able, own + present / pages, waiting / pages, there, busy, delayed)
