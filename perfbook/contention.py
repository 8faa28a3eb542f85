"""Many clients and one key behind a round trip: compare-and-swap, a lock that is asked for again, a lock with a queue,
and one atomic operation.

Each client thinks, then makes an update, and again. A command takes half a round trip to the server, which does one at a
time in order of arrival, and its answer half a round trip back. All random times are uniform, so that every engine
computes the same run.

- GET, SET: two commands; a write always succeeds and may bury others.
- compare-and-swap: a read, then a write that is refused if another one succeeded in between; then again, from the read.
- polled lock: ask for the lock until it is free; under it a number of further commands, the last of which writes and
  releases.
- queued lock: the same, but whoever asks while it is taken is told when it is their turn, first come, first served.
- atomic: one command that takes the server the time of the computation too.

Explained in chapter 3, section 5.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, seed_stream, uniform
from .tails import percentile_rank, select

BLIND, CAS, POLLED, QUEUED, ATOMIC = range(5)
METHODS = {"GET, SET": BLIND, "compare-and-swap": CAS, "polled lock": POLLED, "queued lock": QUEUED, "atomic": ATOMIC}
BACKOFFS = {"none": 0, "exponential": 1, "full jitter": 2}
DOUBLINGS = 6  # the longest pause is 64 times the first
TOTALS = 11


@kernel
def message_time(round_trip: float, spread: float, state: Ints) -> float:
    """Time on the way in one direction: half the round trip, more or less up to ``spread`` of it, 0 to 1; s."""
    if spread == 0.0:
        return 0.5 * round_trip
    return 0.5 * round_trip * (1.0 + spread * (2.0 * uniform(state) - 1.0))


@kernel
def retry_pause(backoff: int, base: float, tries: int, state: Ints) -> float:
    """Seconds to wait after refusal number ``tries`` (from 1): none, base x 2^(tries - 1) up to 64 base, or below that."""
    if backoff == 0:
        return 0.0
    most = base
    for _ in range(min(tries - 1, DOUBLINGS)):
        most *= 2.0
    if backoff == 1:
        return most
    return most * uniform(state)


@kernel
def replay(due: Floats, tree: Ints, size: int, client: int) -> None:
    """Play a tournament's matches again in which ``client`` takes part: ``tree[1]`` is then who is due first.

    due : of each of ``size`` clients, a power of two;  tree : 2 x size, leaves last; of equals the lower number wins
    """
    node = (size + client) // 2
    while node >= 1:
        left = tree[2 * node]
        right = tree[2 * node + 1]
        tree[node] = left
        if due[right] < due[left]:
            tree[node] = right
        node = node // 2


@kernel
def clients_to_fill(round_trip: float, compute: float, service: float) -> float:
    """Clients whose attempts, two commands each and never a pause, fill the server; all times in seconds."""
    return (2.0 * (round_trip + service) + compute) / (2.0 * service)


@kernel
def contention_run(
    method: int,
    clients: int,
    round_trip: float,
    compute: float,
    service: float,
    think: float,
    spread: float,
    backoff: int,
    base: float,
    held: int,
    each: int,
    commands: int,
    seed: int,
    due: Floats,
    begun: Floats,
    step: Ints,
    seen: Ints,
    tries: Ints,
    made: Ints,
    line: Ints,
    tree: Ints,
    took: Floats,
    totals: Floats,
    state: Ints,
) -> None:
    """Simulate ``commands`` commands at the server, or until each client has made ``each`` updates (0: endless).

    method : 0 GET and SET, 1 compare-and-swap, 2 polled lock, 3 queued lock, 4 atomic;  all times in seconds
    compute : between what was read and what is written;  service : of the server, a command;  think : mean, uniform
    spread : of a message's time, 0 to 1;  backoff, base : of ``retry_pause``;  held : commands under the lock, from 1
    due, begun, step, seen, tries, made, line : scratch, one a client (up to the next power of two), and ``tree`` twice that
    took : scratch, one a command
    totals : updates acknowledged, attempts, seconds, effect on the value, 99th percentile of an update's time, Jain's index
        of the clients' updates (1 is equal), share of time that the server is busy, commands, median and mean of an
        update's time, and for how long the oldest unfinished one has been under way at the end. The first tenth of
        an endless run's commands is left out of all of them
    """
    seed_stream(seed, 29, state)
    for j in range(TOTALS):
        totals[j] = 0.0
    size = 1
    while size < clients:
        size *= 2
    for c in range(size):
        due[c] = math.inf
        tree[size + c] = c
    for c in range(clients):
        begun[c] = 0.0
        if think > 0.0:
            begun[c] = 2.0 * think * uniform(state)
        due[c] = begun[c] + message_time(round_trip, spread, state)
        step[c] = 0
        seen[c] = 0
        tries[c] = 0
        made[c] = 0
    for node in range(size - 1, 0, -1):
        tree[node] = tree[2 * node]
        if due[tree[2 * node + 1]] < due[tree[2 * node]]:
            tree[node] = tree[2 * node + 1]
    value = 0
    first_value = 0
    holder = -1
    head = 0
    waiting = 0
    free = 0.0
    busy = 0.0
    since = 0.0
    updates = 0
    attempts = 0
    warm = 0
    if each == 0:
        warm = commands // 10
    done = 0
    while done < commands:
        c = tree[1]
        if due[c] == math.inf:
            break
        if done == warm:
            since = free
            busy = 0.0
            updates = 0
            attempts = 0
            first_value = value
            for k in range(clients):
                made[k] = 0
        done += 1
        cost = service
        if method == ATOMIC:
            cost = service + compute
        free = max(free, due[c]) + cost
        busy += cost
        reply = free + message_time(round_trip, spread, state)
        finished = False
        refused = False
        between = 0.0
        if method == ATOMIC:
            attempts += 1
            value += 1
            finished = True
        elif method in (BLIND, CAS):
            if step[c] == 0:
                seen[c] = value
                step[c] = 1
                between = compute
            else:
                attempts += 1
                step[c] = 0
                if method == BLIND or seen[c] == value:
                    value = seen[c] + 1
                    finished = True
                else:
                    refused = True
        elif step[c] == 0:
            attempts += 1
            if holder < 0:
                holder = c
                step[c] = 1
            elif method == POLLED:
                refused = True
            else:
                line[(head + waiting) % clients] = c
                waiting += 1
                due[c] = math.inf
                replay(due, tree, size, c)
                continue
            if held == 1:
                between = compute
        elif step[c] < held:
            step[c] += 1
            if step[c] == held:
                between = compute
        else:
            value += 1
            finished = True
            step[c] = 0
            holder = -1
            if method == QUEUED and waiting > 0:
                holder = line[head]
                head = (head + 1) % clients
                waiting -= 1
                step[holder] = 1
                told = free + message_time(round_trip, spread, state)
                if held == 1:
                    told += compute
                due[holder] = told + message_time(round_trip, spread, state)
                replay(due, tree, size, holder)
        if refused:
            tries[c] += 1
            between = retry_pause(backoff, base, tries[c], state)
        if finished:
            took[updates] = reply - begun[c]
            updates += 1
            made[c] += 1
            tries[c] = 0
            begun[c] = reply
            if think > 0.0:
                begun[c] = reply + 2.0 * think * uniform(state)
            due[c] = begun[c] + message_time(round_trip, spread, state)
            if made[c] == each:
                due[c] = math.inf
        else:
            due[c] = reply + between + message_time(round_trip, spread, state)
        replay(due, tree, size, c)
    total = 0.0
    squares = 0.0
    spent = 0.0
    for j in range(updates):
        spent += took[j]
    for c in range(clients):
        total += made[c]
        squares += float(made[c]) * made[c]
        if made[c] != each or each == 0:
            totals[10] = max(totals[10], free - begun[c])
    totals[0] = updates
    totals[1] = attempts
    totals[2] = free - since
    totals[3] = value - first_value
    totals[4] = math.inf
    totals[8] = math.inf
    totals[9] = math.inf
    if updates > 0:
        totals[4] = select(took, 0, updates - 1, percentile_rank(0.99, updates))
        totals[8] = select(took, 0, updates - 1, percentile_rank(0.5, updates))
        totals[9] = spent / updates
        totals[5] = total * total / (clients * squares)
    totals[6] = busy / max(free - since, 1e-12)
    totals[7] = done - warm


@dataclasses.dataclass(frozen=True)
class Contention:
    """How simulated clients fared on one key, without the start of an endless run.

    updates : acknowledged;  attempts : in all;  seconds : simulated;  effect : by how much the value grew
    p50, p99, mean : of an update's time, from its first command to its last answer, pauses included, s
    oldest : how long the oldest unfinished update has been under way at the end, s; the percentiles do not know of it
    fairness : Jain's index of the updates of each client: 1 if all made the same, 1/clients if one made them all
    busy : share of the time in which the server worked;  commands : that it did
    """

    updates: int
    attempts: int
    seconds: float
    effect: int
    p99: float
    fairness: float
    busy: float
    commands: int
    p50: float
    mean: float
    oldest: float

    @property
    def lost(self) -> int:
        """Updates that were acknowledged and are not in the value."""
        return self.updates - self.effect

    @property
    def rate(self) -> float:
        """Updates a second that are in the value."""
        return self.effect / self.seconds

    @property
    def attempts_each(self) -> float:
        """Attempts for each acknowledged update."""
        return self.attempts / self.updates


def simulate(method, clients, round_trip=1e-3, compute=0.0, service=20e-6, think=0.0, spread=0.2, backoff="none",
             base=1e-3, held=3, each=0, commands=40_000, seed=1):  # fmt: skip
    """Clients who update one key by a method, as a ``Contention``.

    method : one of ``METHODS``;  backoff : one of ``BACKOFFS``, after a refused write or a lock that is taken
    round_trip, compute, service, think, base : seconds;  spread : of a message's time, 0 to 1
    held : commands under a lock, the last of which releases it;  each : updates a client, 0 for as many as come
    commands : where an endless run ends. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 5.
    """
    checks.one_of("method", method, METHODS), checks.one_of("backoff", backoff, BACKOFFS)
    clients, held = checks.whole("clients", clients, 1, 10_000), checks.whole("held", held, 1)
    each, commands = checks.whole("each", each, 0), checks.whole("commands", commands, 10, 10**8)
    given = dict(compute=compute, service=service, think=think, base=base)
    given = {name: checks.number(name, value, 0) for name, value in given.items()}
    round_trip = checks.number("round_trip", checks.positive("round_trip", round_trip))
    spread = checks.number("spread", spread, 0, 1)
    size = 1 << (clients - 1).bit_length()
    ints = [np.empty(count, dtype=np.int64) for count in (*[size] * 5, 2 * size)]
    totals = np.zeros(TOTALS)
    contention_run(
        METHODS[method], clients, round_trip, given["compute"], given["service"], given["think"], spread,
        BACKOFFS[backoff], given["base"], held, each, commands, checks.whole("seed", seed, 0), np.empty(size),
        np.empty(size), *ints, np.empty(commands), totals, np.empty(STATE_SIZE, dtype=np.int64),
    )  # fmt: skip
    updates, attempts, seconds, effect, p99, fairness, busy, done, *times = totals.tolist()
    return Contention(int(updates), int(attempts), seconds, int(effect), p99, fairness, busy, int(done), *times)


def clients_that_fill(round_trip, compute, service) -> float:
    """Clients whose attempts at compare-and-swap, two commands each, fill the server if they never pause.

    round_trip, compute, service : seconds, the last one a command's. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 5.
    """
    service = checks.number("service", checks.positive("service", service))
    round_trip, compute = checks.number("round_trip", round_trip, 0), checks.number("compute", compute, 0)
    return clients_to_fill(round_trip, compute, service)


def rounds(clients) -> tuple[int, int]:
    """(attempts, rounds) until each of n clients has had its update, where all try together and one of them wins.

    n tries in the first round, n - 1 in the second: n(n + 1)/2 attempts in n rounds.
    Raises ValueError unless n is a whole number from 1 up. Explained in chapter 3, section 5.
    """
    clients = checks.whole("clients", clients, 1)
    return clients * (clients + 1) // 2, clients
