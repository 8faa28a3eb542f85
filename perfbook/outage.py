"""An outage seen whole: the same requests with and without a breaker, and retries that multiply over layers.

Times are in seconds, rates per second. Explained in chapter 2, section 7.
"""

import math

import numpy as np

from . import checks
from .breaker import BY_RATE, LEAST, LIMIT, LOST_AFTER, NEEDED, OPEN_FOR, PROBES, SHARE, WINDOW
from .dependency import (
    BACKOFF,
    BAD,
    BUDGET,
    GUARD,
    LAYERS,
    OK,
    OUTAGE,
    OUTAGE_FROM,
    PATIENCE,
    RATE,
    REQUESTS,
    RETRIES,
    SEED,
    SERVICE_RATE,
    SLOWDOWN,
    THREADS,
    TIMEOUT,
    TOTALS,
    TROUBLE,
    answers_back,
    call_service,
)
from .kernel import Floats, Ints, floats, kernel
from .metastable import BURST


@kernel
def breaker_rules(rule: int, failures: int, successes: int, open_for: float, probes: int, window: int, timeout: float,
              rules: Floats) -> None:  # fmt: skip
    """Fill in the rules of a breaker: the share that opens is a half, of at least four times ``failures`` calls."""
    rules[BY_RATE] = rule
    rules[LIMIT] = failures
    rules[SHARE] = 0.5
    rules[LEAST] = 4.0 * failures
    rules[WINDOW] = window
    rules[OPEN_FOR] = open_for
    rules[PROBES] = probes
    rules[NEEDED] = successes
    rules[LOST_AFTER] = open_for + 2.0 * timeout


@kernel
def outage_plan(rate: float, outage_from: float, outage: float, trouble: int, bad: int, slowdown: float,
                service_rate: float, timeout: float, retries: int, layers: int, backoff: float, budget: float,
                threads: int, patience: float, guard: int, seed: int, plan: Floats) -> None:  # fmt: skip
    """Fill in what ``call_service`` is to simulate: its requests, its outage, and how its callers behave."""
    plan[RATE] = rate
    plan[OUTAGE_FROM] = outage_from
    plan[OUTAGE] = outage
    plan[TROUBLE] = trouble
    plan[BAD] = bad
    plan[SLOWDOWN] = slowdown
    plan[SERVICE_RATE] = service_rate
    plan[TIMEOUT] = timeout
    plan[RETRIES] = retries
    plan[LAYERS] = layers
    plan[BACKOFF] = backoff
    plan[BUDGET] = budget
    plan[THREADS] = threads
    plan[PATIENCE] = patience
    plan[GUARD] = guard
    plan[SEED] = seed


@kernel
def with_and_without(rate: float, outage: float, trouble: int, bad: int, timeout: float, retries: int, budget: float,
                     threads: int, patience: float, guard: int, failures: int, successes: int, open_for: float,
                     rule: int, seed: int, outage_from: float, service_rate: float, slowdown: float, backoff: float,
                     probes: int, window: int, seconds: int, ok: Floats, failed: Floats, refused: Floats, sent: Floats,
                     busy: Floats, shut: Floats, totals: Floats, after: Floats, now: Floats, plan: Floats,
                     rules: Floats, log: Floats, arrivals: Ints, works: Ints, pauses: Ints, free: Floats, heap: Ints,
                     spare: Ints, slot: Ints, due: Floats, ticket: Floats, tokens: Floats,
                     box: Floats) -> None:  # fmt: skip
    """The figure: the same requests without a breaker (first half of each output) and with one (second half).

    guard : 0 one breaker for the service, 1 one for each shard;  rule : 0 failures in a row, 1 half of the window's
    Other arguments as in ``call_service``, with ``totals`` of the run without a breaker and ``after`` of that with one.
    now : share of the requests that were answered, without and with; recovery, seconds, without and with; attempts for
        each request during the outage, without and with; greatest number of threads held, without and with; when the
        outage ends
    """
    outage_plan(rate, outage_from, outage, trouble, bad, slowdown, service_rate, timeout, retries, 1, backoff, budget,
                threads, patience, 0, seed, plan)  # fmt: skip
    breaker_rules(rule, failures, successes, open_for, probes, window, timeout, rules)
    now[8] = outage_from + outage
    for run in range(2):
        plan[GUARD] = run * (guard + 1)
        at = run * seconds
        call_service(plan, rules, at, seconds, ok, failed, refused, sent, busy, shut, totals, log, arrivals, works,
                     pauses, free, heap, spare, slot, due, ticket, tokens, box)  # fmt: skip
        now[run] = totals[OK] / totals[REQUESTS]
        now[2 + run] = answers_back(ok, at, seconds, outage_from + outage, rate)
        attempts = 0.0
        most = 0.0
        for i in range(seconds):
            if outage_from <= i < outage_from + outage:
                attempts += sent[at + i]
            most = max(most, busy[at + i])
        now[4 + run] = attempts / (rate * max(math.ceil(outage), 1))
        now[6 + run] = most
        if run == 0:
            for i in range(TOTALS):
                after[i] = totals[i]
    for i in range(TOTALS):
        kept = after[i]
        after[i] = totals[i]
        totals[i] = kept


@kernel
def layered_attempts(p: float, retries: int, layers: int, budget: float) -> float:
    """Attempts that reach the bottom for each request at the top, if a share ``p`` of the attempts fails.

    Layer by layer: a request of which a share p of the tries fails makes (1 − p^(r+1))/(1 − p) of them, or 1 + b if that
    is less, and fails with a probability that the next layer sees.
    """
    total = 1.0
    for _ in range(layers):
        tries = retries + 1.0
        if p < 1.0:
            tries = (1.0 - p ** (retries + 1.0)) / (1.0 - p)
        tries = min(tries, 1.0 + budget)
        total *= tries
        p = min(max(1.0 - tries * (1.0 - p), 0.0), 1.0)
    return total


@kernel
def retry_storm(rate: float, retries: int, layers: int, budget: float, trouble: int, guard: int, seed: int,
                outage_from: float, outage: float, service_rate: float, slowdown: float, timeout: float,
                backoff: float, threads: int, open_for: float, window: int, seconds: int, shares: Floats, one: Floats,
                many: Floats, held: Floats, ok: Floats, failed: Floats, refused: Floats, sent: Floats, busy: Floats,
                shut: Floats, totals: Floats, now: Floats, plan: Floats, rules: Floats, log: Floats, arrivals: Ints,
                works: Ints, pauses: Ints, free: Floats, heap: Ints, spare: Ints, slot: Ints, due: Floats,
                ticket: Floats, tokens: Floats, box: Floats) -> None:  # fmt: skip
    """The figure: attempts for each click against the share that fails, and attempts a second through one outage.

    one, many, held : for each of ``shares``, attempts for a request with one layer that retries, with ``layers``, and
        with ``layers`` under the budget
    now : attempts for a request when all fail, without and with the budget; most attempts in a second of the outage over
        requests a second; recovery, seconds; share of the requests answered; attempts over requests in the last fifth;
        tries that one layer would make; when the outage ends
    Other arguments as in ``call_service``, with one breaker of five failures and five successes, or none.
    """
    for i in range(shares.shape[0]):
        one[i] = layered_attempts(shares[i], retries, 1, float(retries))
        many[i] = layered_attempts(shares[i], retries, layers, float(retries))
        held[i] = layered_attempts(shares[i], retries, layers, budget)
    outage_plan(rate, outage_from, outage, trouble, free.shape[0], slowdown, service_rate, timeout, retries, layers,
                backoff, budget, threads, math.inf, guard, seed, plan)  # fmt: skip
    breaker_rules(0, 5, 5, open_for, 1, window, timeout, rules)
    call_service(plan, rules, 0, seconds, ok, failed, refused, sent, busy, shut, totals, log, arrivals, works, pauses,
                 free, heap, spare, slot, due, ticket, tokens, box)  # fmt: skip
    now[0] = layered_attempts(1.0, retries, layers, float(retries))
    now[1] = layered_attempts(1.0, retries, layers, budget)
    most = 0.0
    late = 0.0
    for i in range(seconds):
        if outage_from <= i < outage_from + outage:
            most = max(most, sent[i])
        if i >= seconds - seconds // 5:
            late += sent[i]
    now[2] = most / rate
    now[3] = answers_back(ok, 0, seconds, outage_from + outage, rate)
    now[4] = totals[OK] / totals[REQUESTS]
    now[5] = late / (rate * (seconds // 5))
    now[6] = retries + 1.0
    now[7] = outage_from + outage


def amplification(retries, layers=1, failing=1.0, budget=None):
    """Attempts at the dependency for each request at the top, when every layer retries.

    retries : most retries of a request by each of ``layers``;  failing : share of the attempts that fail, independently
    budget : retries that a request earns its layer; None: no budget
    Without a budget this is (1 − pᴺ)/(1 − p) with N = (1 + r)ᴸ tries, as if one layer made them all; with one it is at
    most (1 + b)ᴸ. Returns a float, or an array of the arguments' common shape.
    Raises ValueError for negative arguments or a share above 1. Explained in chapter 2, section 7.
    """
    for name, value in (("retries", retries), ("layers", layers), ("failing", failing)):
        checks.not_negative(name, value)
    if np.any(np.asarray(failing) > 1):
        raise ValueError(f"failing must be at most 1, a share, got {failing}")
    limit = retries if budget is None else checks.not_negative("budget", budget)
    (*rows,), shape = floats(failing, retries, layers, limit)
    values = [layered_attempts(float(p), int(r), int(n), float(b)) for p, r, n, b in zip(*rows, strict=True)]
    return np.array(values).reshape(shape) if shape else float(values[0])


def attempts_bound(requests, rate, budget, burst=None):
    """Most attempts that a client with a retry budget can make for ``requests`` requests: (1 + b) n and what it saved.

    rate : requests a second, for the saved tokens;  burst : tokens saved at most; None: what ten seconds earn
    Raises ValueError for negative arguments. Explained in chapter 2, section 7.
    """
    for name, value in (("requests", requests), ("rate", rate), ("budget", budget)):
        checks.not_negative(name, value)
    saved = BURST * budget * rate if burst is None else checks.not_negative("burst", burst)
    return requests * (1 + budget) + saved
