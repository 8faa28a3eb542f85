"""A dependency that fails for a while, and the service that calls it: threads, timeouts, retries, breakers.

Requests come to the service as a Poisson stream. Each needs one answer from one of the dependency's shards, a queue of
its own with exponential service, first come first served. The request holds a thread of the service from its first try
to its last. A shard works on what its caller has given up: it does not know. Times are in seconds, rates per second.

Explained in chapter 2, section 7.
"""

import dataclasses
import math

import numpy as np

from . import breaker, checks
from .breaker import ATTEMPT, BOX, FAILURE, FAILURES, OPEN, STATE, SUCCESS, SUCCESSES, WINDOW, breaker_step
from .kernel import Floats, Ints, kernel
from .metastable import BURST, HALF
from .rng import STATE_SIZE, below, exponential, seed_stream, uniform

ERRORS, SILENCE, SLOW = range(3)
TROUBLES = ("errors", "silence", "slow")
FAST = 0.002  # seconds that an error takes that the dependency gives at once
LATER, ANSWER, MISSED, BROKEN = range(4)  # what a request waits for: its next try, an answer, its timeout, an error
# Places of the numbers in a plan.
PLAN = ("rate", "outage_from", "outage", "trouble", "bad", "slowdown", "service_rate", "timeout", "retries", "layers",
        "backoff", "budget", "threads", "patience", "guard", "seed")  # fmt: skip
(RATE, OUTAGE_FROM, OUTAGE, TROUBLE, BAD, SLOWDOWN, SERVICE_RATE, TIMEOUT, RETRIES, LAYERS, BACKOFF, BUDGET, THREADS,
 PATIENCE, GUARD, SEED) = range(16)  # fmt: skip
UNGUARDED, ONE_BREAKER, ONE_EACH = range(3)
# What a request keeps in ``slot``: what it waits for, its shard, its tries as digits, its number.
SLOT = 4
# Places of the totals.
REQUESTS, OK, FAILED, REFUSED, NO_THREAD, SENT, RETRIED, OPENED, LOGGED = range(9)
TOTALS = 9
# What a line of the log says: time, request, what happened, and the breaker's state and counters after it.
LINE = 6
TRIED, WAITS, ENDED_OK, ENDED_FAILED, ENDED_REFUSED = range(5)


@kernel
def due_push(heap: Ints, due: Floats, count: int, slot: int) -> None:
    """Put ``slot`` in a heap of ``count`` slots, the one that is due first on top."""
    at = count
    while at > 0 and due[heap[(at - 1) >> 1]] > due[slot]:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = slot


@kernel
def due_pop(heap: Ints, due: Floats, count: int) -> int:
    """Take the slot that is due first out of a heap of ``count``: close the gap down to a leaf, then the last one goes up."""
    top = heap[0]
    last = heap[count - 1]
    at = 0
    child = 1
    while child < count - 2:
        child += int(due[heap[child + 1]] < due[heap[child]])
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    if child < count - 1:
        heap[at] = heap[child]
        at = child
    while at > 0 and due[heap[(at - 1) >> 1]] > due[last]:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = last
    return top


@kernel
def next_retry(tries: int, retries: int, layers: int, budget: float, burst: float, tokens: Floats) -> int:
    """Which try comes after a failed one: the innermost layer that may retry does; -1 if none may.

    tries : one digit of base ``retries`` + 1 for each layer, the innermost first: retries of its present request
    budget, burst, tokens : tokens that a request brings a layer, the most it saves up, and what each layer has; a retry
        costs one
    """
    size = 1
    outer = tries
    for layer in range(layers):
        further = int(outer / (retries + 1.0))  # by floats, which are divided several times faster
        if outer - further * (retries + 1) < retries and tokens[layer] >= 1.0:
            tokens[layer] -= 1.0
            for inner in range(layer):
                tokens[inner] = min(tokens[inner] + budget, burst)
            return (outer + 1) * size
        outer = further
        size *= retries + 1
    return -1


@kernel
def call_service(plan: Floats, rules: Floats, at: int, seconds: int, ok: Floats, failed: Floats, refused: Floats,
                 sent: Floats, busy: Floats, shut: Floats, totals: Floats, log: Floats, arrivals: Ints, works: Ints,
                 pauses: Ints, free: Floats, heap: Ints, spare: Ints, slot: Ints, due: Floats, ticket: Floats,
                 tokens: Floats, box: Floats) -> None:  # fmt: skip
    """Run ``seconds`` of requests and count what becomes of them, second by second; each ends once.

    plan : the numbers named in ``PLAN``;  rules : of the breaker, as in ``breaker_step``
    ok, failed, refused : requests that ended so in each second, from place ``at`` on; refused: nothing was sent for
        them, because the breaker was open or no thread was free
    sent, busy, shut : attempts that reached the dependency; threads held at the second's end; 1 where the (first)
        breaker was open then
    totals : requests; ok, failed, refused by the breaker, without a thread; attempts; retries; times that a breaker
        opened; lines in the log
    log : lines of time, request, what happened, state, failures in a row or in the window, successes; as many as fit
    arrivals, works, pauses : scratch, four words each;  free : one a shard;  heap, spare, slot (4), due, ticket : one a
        thread;  tokens : one a layer;  box : the breakers' numbers, one a shard
    """
    seed_stream(int(plan[SEED]), 0, arrivals)
    seed_stream(int(plan[SEED]), 1, works)
    seed_stream(int(plan[SEED]), 2, pauses)
    shards = free.shape[0]
    retries = int(plan[RETRIES])
    layers = int(plan[LAYERS])
    threads = min(int(plan[THREADS]), due.shape[0])
    guard = int(plan[GUARD])
    room = box.shape[0] // shards
    budget = plan[BUDGET]
    burst = BURST * budget * plan[RATE]
    for i in range(shards):
        free[i] = 0.0
    for i in range(box.shape[0]):
        box[i] = 0.0
    for i in range(threads):
        spare[i] = threads - 1 - i
    for i in range(layers):
        tokens[i] = burst
    for i in range(totals.shape[0]):
        totals[i] = 0.0
    for i in range(at, at + seconds):
        ok[i] = 0.0
        failed[i] = 0.0
        refused[i] = 0.0
        sent[i] = 0.0
    lines = log.shape[0] // LINE
    live = 0
    second = 0
    arrival = exponential(arrivals) / plan[RATE]
    while True:
        came = live == 0 or arrival <= due[heap[0]]
        now = arrival
        if not came:
            now = due[heap[0]]
        while second < seconds and second + 1 <= now:
            busy[at + second] = live
            shut[at + second] = 0.0
            if box[STATE] == OPEN:
                shut[at + second] = 1.0
            second += 1
        if came and now >= seconds:
            if live == 0:
                break
            arrival = math.inf
            continue
        place = at + min(int(now), seconds - 1)
        inside = 0.0
        if now < seconds:
            inside = 1.0
        s = -1
        tries = 0
        end = -1  # how the request ends, if it does
        happened = TRIED
        trying = 1
        if came:
            arrival = now + exponential(arrivals) / plan[RATE]
            shard = below(arrivals, shards)
            request = int(totals[REQUESTS])
            totals[REQUESTS] += 1.0
            for layer in range(layers):
                tokens[layer] = min(tokens[layer] + budget, burst)
            if live < threads:
                s = spare[threads - 1 - live]
                slot[SLOT * s + 1] = shard
                slot[SLOT * s + 2] = 0
                slot[SLOT * s + 3] = request
            else:
                end = ENDED_REFUSED
                totals[NO_THREAD] += 1.0
        else:
            s = due_pop(heap, due, live)
            live -= 1
            what = slot[SLOT * s]
            shard = slot[SLOT * s + 1]
            tries = slot[SLOT * s + 2]
            request = slot[SLOT * s + 3]
            if what != LATER:
                trying = 0
                event = FAILURE
                if what == ANSWER:
                    event = SUCCESS
                    end = ENDED_OK
                    totals[OK] += 1.0
                if guard != UNGUARDED:
                    mine = 0
                    if guard == ONE_EACH:
                        mine = shard * room
                    before = box[mine + STATE]
                    if breaker_step(event, now, ticket[s], rules, box, mine) == OPEN and before != OPEN:
                        totals[OPENED] += 1.0
                if what != ANSWER:
                    again = next_retry(tries, retries, layers, budget, burst, tokens)
                    if again < 0:
                        end = ENDED_FAILED
                        totals[FAILED] += 1.0
                    else:
                        digit = again
                        further = int(digit / (retries + 1.0))
                        while digit == further * (retries + 1):
                            digit = further
                            further = int(digit / (retries + 1.0))
                        pause = plan[BACKOFF] * uniform(pauses)
                        for _ in range(digit - further * (retries + 1) - 1):
                            pause *= 2.0
                        totals[RETRIED] += 1.0
                        slot[SLOT * s] = LATER
                        slot[SLOT * s + 2] = again
                        due[s] = now + pause
                        due_push(heap, due, live, s)
                        live += 1
                        happened = WAITS
        if trying == 1 and end < 0:
            mine = 0
            if guard == ONE_EACH:
                mine = shard * room
            ticket[s] = 1.0
            if guard != UNGUARDED:
                ticket[s] = breaker_step(ATTEMPT, now, 0.0, rules, box, mine)
            if ticket[s] == 0.0:
                end = ENDED_REFUSED
                if tries > 0:
                    end = ENDED_FAILED
                    totals[FAILED] += 1.0
                else:
                    totals[REFUSED] += 1.0
            else:
                totals[SENT] += 1.0
                sent[place] += inside
                hit = shard < plan[BAD]
                broken = plan[OUTAGE_FROM] <= now < plan[OUTAGE_FROM] + plan[OUTAGE]
                start = max(now, free[shard])
                if hit and broken and plan[TROUBLE] == ERRORS:
                    slot[SLOT * s] = BROKEN
                    due[s] = now + FAST
                elif hit and broken and plan[TROUBLE] == SILENCE:
                    slot[SLOT * s] = MISSED
                    due[s] = now + plan[TIMEOUT]
                elif start - now > plan[PATIENCE]:
                    slot[SLOT * s] = BROKEN
                    due[s] = now + FAST
                else:
                    work = exponential(works) / plan[SERVICE_RATE]
                    if hit and plan[TROUBLE] == SLOW and plan[OUTAGE_FROM] <= start < plan[OUTAGE_FROM] + plan[OUTAGE]:
                        work *= plan[SLOWDOWN]
                    free[shard] = start + work
                    slot[SLOT * s] = ANSWER
                    due[s] = free[shard]
                    if free[shard] - now > plan[TIMEOUT]:
                        slot[SLOT * s] = MISSED
                        due[s] = now + plan[TIMEOUT]
                due_push(heap, due, live, s)
                live += 1
        if end >= 0:
            if s >= 0:
                spare[threads - 1 - live] = s
            if end == ENDED_OK:
                ok[place] += inside
            elif end == ENDED_FAILED:
                failed[place] += inside
            else:
                refused[place] += inside
            happened = end
        if totals[LOGGED] < lines:
            line = LINE * int(totals[LOGGED])
            log[line] = now
            log[line + 1] = request
            log[line + 2] = happened
            log[line + 3] = box[STATE]
            log[line + 4] = box[FAILURES]
            log[line + 5] = box[SUCCESSES]
            totals[LOGGED] += 1.0


@kernel
def answers_back(ok: Floats, at: int, seconds: int, outage_end: float, rate: float) -> float:
    """Seconds from the outage's end to the end of the last five whose answers were under half the requests.

    Infinite if the last tenth of the run is among them; 0 if none is.
    """
    back = 0.0
    five = 0.0
    tail = 0.0
    for i in range(seconds):
        if i >= seconds - seconds // 10:
            tail += ok[at + i]
        five += ok[at + i]
        if i % 5 == 4:
            if five < 5.0 * HALF * rate and i + 1.0 > outage_end:
                back = i + 1.0 - outage_end
            five = 0.0
    if tail < HALF * rate * (seconds // 10):
        return math.inf
    return back


@dataclasses.dataclass(frozen=True)
class Run:
    """What became of the requests of one run.

    ok, failed, refused, sent, busy, shut : a value a second: requests that ended so, attempts at the dependency, threads
        held, and 1 where the (first) breaker was open
    requests, answered, unanswered, turned_away, no_thread : counts of the whole run, requests that ended after its last
        second too; turned_away: by the breaker, without a try
    attempts, retries, opened : counts;  back : seconds from the outage's end to recovery, infinite if not in this run
    events : one line for each thing that happened: time, request, what (0 tried, 1 waits to try again, 2 ok, 3 failed,
        4 refused), state, failures and successes that the (first) breaker has counted
    """

    ok: np.ndarray
    failed: np.ndarray
    refused: np.ndarray
    sent: np.ndarray
    busy: np.ndarray
    shut: np.ndarray
    requests: int
    answered: int
    unanswered: int
    turned_away: int
    no_thread: int
    attempts: int
    retries: int
    opened: int
    back: float
    events: np.ndarray


def simulate(rate=60.0, outage_from=20.0, outage=20.0, trouble="slow", bad=5, slowdown=20.0, shards=5, service_rate=20.0,
             timeout=1.0, retries=3, layers=1, backoff=0.2, budget=None, threads=400, patience=np.inf, guard=None, seed=1,
             seconds=120, **rules) -> Run:  # fmt: skip
    """A service whose dependency is in trouble for ``outage`` seconds from ``outage_from`` on.

    rate : requests a second, above 0;  shards, service_rate : of the dependency, and what each does a second
    trouble : "errors" (at once), "silence" (no answer) or "slow" (work that begins takes ``slowdown`` times as long), at
        the first ``bad`` shards
    timeout : seconds until a try is given up;  retries : 0 to 7 by each of ``layers`` (1 to 4) of callers
    backoff : seconds; the k-th retry waits a random time up to backoff · 2**(k − 1)
    budget : retries that a request earns each layer; None: as many as it likes
    threads : requests that the service holds at once;  patience : seconds of queue from which a shard turns away
    guard : None, "service" (one breaker) or "shard" (one each), with ``rules`` as in `breaker.rules_of`
    Raises ValueError outside these ranges. Explained in chapter 2, section 7.
    """
    retries = checks.whole("retries", retries, 0, 7)
    numbers = {
        "rate": checks.positive("rate", rate),
        "outage_from": checks.not_negative("outage_from", outage_from),
        "outage": checks.not_negative("outage", outage),
        "trouble": TROUBLES.index(checks.one_of("trouble", trouble, TROUBLES)),
        "bad": checks.whole("bad", bad, 0),
        "slowdown": checks.number("slowdown", slowdown, 1),
        "service_rate": checks.positive("service_rate", service_rate),
        "timeout": checks.positive("timeout", timeout),
        "retries": retries,
        "layers": checks.whole("layers", layers, 1, 4),
        "backoff": checks.not_negative("backoff", backoff),
        "budget": retries if budget is None else checks.not_negative("budget", budget),
        "threads": checks.whole("threads", threads, 1, 1_000_000),
        "patience": checks.not_negative("patience", patience),
        "guard": (None, "service", "shard").index(checks.one_of("guard", guard, (None, "service", "shard"))),
        "seed": checks.whole("seed", seed, 0, 2**32 - 1),
    }
    plan = np.array([numbers[name] for name in PLAN], dtype=np.float64)
    law = breaker.rules_of(**rules)
    seconds, shards = checks.whole("seconds", seconds, 10, 100_000), checks.whole("shards", shards, 1, 1000)
    bins = [np.zeros(seconds) for _ in range(6)]
    totals = np.zeros(TOTALS)
    # One line for each try and each outcome.
    most = 3 * (retries + 1) ** numbers["layers"] * (rate * seconds + 10 * np.sqrt(rate * seconds) + 10)
    log = np.zeros(LINE * int(min(most, 200_000)))
    states = [np.zeros(STATE_SIZE, dtype=np.int64) for _ in range(3)]
    slots = [np.zeros(size * threads, dtype=np.int64) for size in (1, 1, SLOT)]
    box = np.zeros(shards * (BOX + int(law[WINDOW])))
    call_service(plan, law, 0, seconds, *bins, totals, log, *states, np.zeros(shards), *slots, np.zeros(threads),
                 np.zeros(threads), np.zeros(4), box)  # fmt: skip
    back = answers_back(bins[0], 0, seconds, plan[OUTAGE_FROM] + plan[OUTAGE], plan[RATE])
    events = log.reshape(-1, LINE)[: int(totals[LOGGED])]
    return Run(*bins, *(int(t) for t in totals[:LOGGED]), back, events)
