"""Queries and transactions over many shards: what scatter and gather leaves of their capacity, and two-phase commit.

Explained in chapter 2, section 5.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, floats, kernel
from .rng import STATE_SIZE, exponential, seed_stream, uniform
from .tails import percentile_rank, select


@kernel
def scatter_capacity(shards: float, share: float, fixed: float, service_rate: float) -> float:
    """Queries/s that ``shards`` shards can bear: μN/(1 + sφ(N−1)), s scattered, φ of a query's work done by every shard."""
    return service_rate * shards / (1.0 + share * fixed * (shards - 1.0))


@kernel
def scatter_run(
    shards: int,
    share: float,
    fixed: float,
    service_rate: float,
    rate: float,
    queries: int,
    seed: int,
    latency: Floats,
    free: Floats,
    state: Ints,
) -> int:
    """Simulate ``queries`` queries to shards with a queue each, first come first served; returns how many were scattered.

    latency : filled with the response of each scattered query, s: the slowest shard's;  free (a shard), state : scratch
    A query to one shard has an exponential service of mean 1/μ; of a scattered one each shard serves a part, of mean
    (φ + (1−φ)/N)/μ. The run ends early when ``latency`` is full.
    """
    seed_stream(seed, 0, state)
    for j in range(shards):
        free[j] = 0.0
    part = (fixed + (1.0 - fixed) / shards) / service_rate
    clock = 0.0
    count = 0
    for _ in range(queries):
        if count == latency.shape[0]:
            break
        clock += exponential(state) / rate
        if uniform(state) < share:
            slowest = 0.0
            for j in range(shards):
                free[j] = max(free[j], clock) + part * exponential(state)
                slowest = max(slowest, free[j])
            latency[count] = slowest - clock
            count += 1
        else:
            j = int(uniform(state) * shards)
            free[j] = max(free[j], clock) + exponential(state) / service_rate
    return count


@kernel
def scatter(
    shards: int,
    share: float,
    fixed: float,
    load: float,
    seed: int,
    service_rate: float,
    parts: int,
    many: Floats,
    capacity: Floats,
    ideal: Floats,
    p99_ms: Floats,
    now: Floats,
    latency: Floats,
    free: Floats,
    state: Ints,
) -> None:
    """The figure: capacity and the p99 of scattered queries for each number of shards in ``many``, and a simulation.

    share, fixed : s and φ;  load : utilization of each shard;  service_rate : queries/s of one shard alone
    parts : queries and parts of queries to simulate in all
    capacity, ideal : queries/s with the scatter and without;  p99_ms : if each shard were independent of the others
    now : capacity, its ceiling, ideal, p99 by theory (s), p99 simulated (s), p99 of one shard (s), share of scattered
        queries slower than one shard's p99, number of shards, p99 simulated in ms, capacity over ideal
    """
    for k in range(many.shape[0]):
        capacity[k] = scatter_capacity(many[k], share, fixed, service_rate)
        ideal[k] = service_rate * many[k]
        p99_ms[k] = 1000.0 * gathered_p99(many[k], many[k], share, fixed, load, service_rate)
    now[0] = scatter_capacity(shards, share, fixed, service_rate)
    now[1] = math.inf
    if share * fixed > 0.0:
        now[1] = service_rate / (share * fixed)
    now[2] = service_rate * shards
    now[3] = gathered_p99(shards, shards, share, fixed, load, service_rate)
    now[5] = gathered_p99(1.0, shards, share, fixed, load, service_rate)
    now[6] = -math.expm1(shards * math.log(0.99))
    now[7] = shards
    queries = int(parts / (1.0 + share * shards))
    count = scatter_run(shards, share, fixed, service_rate, load * now[0], queries, seed, latency, free, state)
    now[4] = math.nan
    if count >= 100:
        skip = count // 10
        now[4] = select(latency, skip, count - 1, skip + percentile_rank(0.99, count - skip))
    now[8] = 1000.0 * now[4]
    now[9] = now[0] / now[2]


@kernel
def part_tail(part: float, wait: float, load: float, t: float) -> float:
    """P(response > t) of an exponential part of mean ``part`` after a wait: none with 1 - ``load``, else exponential.

    wait : the mean wait, above 0. Exact for M/M/1, and for M/G/1 right in the mean. As in chapter 1, section 4.
    """
    leave = 1.0 / part
    drain = load / wait
    slower = min(leave, drain)
    apart = abs(leave - drain)
    both = t * math.exp(-slower * t)
    if apart > 0.0:
        both = math.exp(-slower * t) * -math.expm1(-apart * t) / apart
    return math.exp(-leave * t) + load * leave * both


@kernel
def gathered_p99(asked: float, shards: float, share: float, fixed: float, load: float, service_rate: float) -> float:
    """The p99, s, of the slowest of ``asked`` shards out of ``shards``, if they were independent M/G/1 queues.

    Their mean wait is Pollaczek and Khinchine's and its tail taken as exponential: within a fifth of the simulated p99 for the
    mixtures of the figure, exact for one M/M/1 shard. Found by bisection.
    """
    part = (fixed + (1.0 - fixed) / shards) / service_rate
    own = (1.0 - share) / shards
    mean = (own / service_rate + share * part) / (own + share)
    square = 2.0 * (own / (service_rate * service_rate) + share * part * part) / (own + share)
    wait = load / mean * square / (2.0 * (1.0 - load))
    wanted = -math.expm1(math.log(0.99) / asked)
    low = 0.0
    high = 40.0 * (part + wait / load)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if part_tail(part, wait, load, middle) > wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def commit_run(
    participants: int,
    one_way: float,
    force: float,
    seed: int,
    hold: Floats,
    ready: Floats,
    first: Floats,
    state: Ints,
) -> None:
    """Simulate two-phase commits; hold : how long the first participant's locks are held in each, s.

    A participant gets "prepare" after ``one_way`` s, forces its log (an exponential time of mean ``force`` s), votes.
    The coordinator forces its decision once all have voted, tells them; each forces it and lets go.
    ready : scratch, a participant;  first : times of the first run: votes of each at the coordinator, then the decision
    """
    seed_stream(seed, 0, state)
    for run in range(hold.shape[0]):
        last = 0.0
        for i in range(participants):
            ready[i] = 2.0 * one_way + force * exponential(state)
            last = max(last, ready[i])
        decided = last + force * exponential(state)
        hold[run] = decided + one_way + force * exponential(state)
        if run == 0:
            for i in range(participants):
                first[i] = ready[i]
            first[participants] = decided


@kernel
def commit_hold(participants: int, one_way: float, force: float) -> float:
    """Mean time that locks are held, s: three messages, and H_n + 2 times a forced write."""
    harmonic = 0.0
    for i in range(participants):
        harmonic += 1.0 / (i + 1.0)
    return 3.0 * one_way + force * (harmonic + 2.0)


@kernel
def two_phase(
    participants: int,
    round_trip_ms: float,
    force_ms: float,
    no_vote: float,
    mtbf_h: float,
    repair_min: float,
    seed: int,
    many: Floats,
    theory_ms: Floats,
    wait_from: Floats,
    wait_to: Floats,
    now: Floats,
    hold: Floats,
    ready: Floats,
    first: Floats,
    state: Ints,
) -> None:
    """The figure: what a commit over ``participants`` shards costs.

    round_trip_ms, force_ms : mean times of a message there and back, and of a forced write to a log
    no_vote : chance that a participant votes no;  mtbf_h, repair_min : a coordinator's time between failures, and down
    theory_ms : mean lock time for each number of participants in ``many``
    wait_from, wait_to : in the first simulated commit, over the lock time of its first participant: each participant in
        doubt, from its vote to the decision
    now : lock time: mean by theory, mean simulated, p99 simulated, of a commit on one shard (s); messages, forced
        writes, commits/s on one row at most, with one shard, share aborted, transactions/s in doubt at a failure per
        transaction/s, chance that a commit meets a failure while in doubt, its wait then (s), lock time of
        the first (ms), mean simulated (ms)
    """
    one_way = 0.0005 * round_trip_ms
    force = 0.001 * force_ms
    for k in range(many.shape[0]):
        theory_ms[k] = 1000.0 * commit_hold(int(many[k]), one_way, force)
    commit_run(participants, one_way, force, seed, hold, ready, first, state)
    for i in range(wait_from.shape[0]):
        wait_from[i] = math.nan
        wait_to[i] = math.nan
        if i < participants and hold[0] > 0.0:
            wait_from[i] = (first[i] - one_way) / hold[0]
            wait_to[i] = (first[participants] + one_way) / hold[0]
    runs = hold.shape[0]
    now[12] = 1000.0 * hold[0]
    total = 0.0
    for run in range(runs):
        total += hold[run]
    now[0] = commit_hold(participants, one_way, force)
    now[1] = total / runs
    now[2] = select(hold, 0, runs - 1, percentile_rank(0.99, runs))
    now[3] = force
    now[4] = 4.0 * participants
    now[5] = 2.0 * participants + 1.0
    now[6] = 1.0 / now[0]
    now[7] = math.inf
    if force > 0.0:
        now[7] = 1.0 / force
    now[8] = 1.0 - math.pow(1.0 - no_vote, participants)
    doubt = now[0] - one_way - 2.0 * force
    now[9] = doubt
    now[10] = -math.expm1(-doubt / (3600.0 * mtbf_h))
    now[11] = 60.0 * repair_min
    now[13] = 1000.0 * now[1]


def capacity(shards, share, fixed, service_rate=1.0):
    """Queries/s that N shards can bear when some queries go to all of them: μN/(1 + sφ(N−1)).

    shards : N, from 1 up;  share : s, scattered queries of all;  fixed : φ, part of a query's work that every shard
    repeats;  service_rate : μ, queries/s of one shard alone. Numbers or arrays. It is Amdahl's law with sφ as the
    serial share: no more than μ/(sφ), ever. Raises ValueError outside. Explained in chapter 2, section 5.
    """
    for name, value in (("share", share), ("fixed", fixed)):
        if not np.all((np.asarray(value) >= 0) & (np.asarray(value) <= 1)):
            raise ValueError(f"{name} must be from 0 to 1, got {value}")
    if not np.all(np.asarray(shards) >= 1):
        raise ValueError(f"shards must be at least 1, got {shards}")
    checks.positive("service_rate", service_rate)
    values, shape = floats(shards, share, fixed, service_rate)
    result = np.array([scatter_capacity(*row) for row in zip(*values, strict=True)]).reshape(shape)
    return result if shape else float(result)


def scattered(shards, share, fixed, load, service_rate=1.0, queries=100_000, seed=1) -> np.ndarray:
    """Response times of scattered queries, s, simulated on shards that are busy a share ``load`` of their time.

    load : above 0 and below 1; the rest as for `capacity`. The first tenth is left out. Raises ValueError outside.
    Explained in chapter 2, section 5.
    """
    if not 0 < load < 1:
        raise ValueError(f"load must be above 0 and below 1, got {load}")
    shards, queries = checks.whole("shards", shards, 1), checks.whole("queries", queries, 1)
    rate = load * capacity(shards, share, fixed, service_rate)
    latency, free, state = np.empty(queries), np.empty(shards), np.empty(STATE_SIZE, dtype=np.int64)
    seed = checks.whole("seed", seed)
    count = int(
        scatter_run(shards, float(share), float(fixed), float(service_rate), rate, queries, seed, latency, free, state)
    )
    return latency[count // 10 : count]


@dataclasses.dataclass(frozen=True)
class Commit:
    """What two-phase commit costs: messages, forced writes, mean time that locks are held (s), share aborted."""

    messages: int
    forced_writes: int
    lock_time: float
    aborted: float

    @property
    def row_rate(self) -> float:
        """Commits/s that one row can see at most: they take its lock one after another."""
        return 1 / self.lock_time


def commit(participants, round_trip, force, no_vote=0.0) -> Commit:
    """Two-phase commit over ``participants`` shards with a coordinator of its own, all of them writing.

    round_trip : of a message and its answer, s;  force : mean of a forced log write, exponential, s
    no_vote : chance that one participant votes no. Messages: prepare, vote, decision, acknowledgement for each. Forced
    writes: two a participant and the decision. Source: J. Gray 1978; counts as in C. Mohan, B. Lindsay and
    R. Obermarck 1986. Raises ValueError for negative times. Explained in chapter 2, section 5.
    """
    participants = checks.whole("participants", participants, 1)
    round_trip, force = checks.not_negative("round_trip", round_trip), checks.not_negative("force", force)
    no_vote = checks.number("no_vote", no_vote, 0, 1)
    lock_time = commit_hold(participants, round_trip / 2, force)
    return Commit(4 * participants, 2 * participants + 1, float(lock_time), 1 - (1 - no_vote) ** participants)


def lock_times(participants, round_trip, force, runs=100_000, seed=1) -> np.ndarray:
    """Simulated times, s, that a participant's locks are held in a two-phase commit; arguments as for `commit`.

    Raises ValueError as that does. Explained in chapter 2, section 5.
    """
    participants, runs = checks.whole("participants", participants, 1), checks.whole("runs", runs, 1)
    round_trip, force = checks.not_negative("round_trip", round_trip), checks.not_negative("force", force)
    hold, ready, first = np.empty(runs), np.empty(participants), np.empty(participants + 1)
    state = np.empty(STATE_SIZE, dtype=np.int64)
    commit_run(participants, round_trip / 2, force, checks.whole("seed", seed), hold, ready, first, state)
    return hold
