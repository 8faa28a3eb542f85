"""Pauses before a retry: exponential backoff without and with jitter, and a herd that retries by it.

Plain NumPy: no figure needs it. Explained in chapter 2, section 2.
"""

import dataclasses
import heapq

import numpy as np

from .checks import one_of, positive, whole

JITTERS = ("none", "full", "equal", "decorrelated")


def pause(jitter, attempt, base, cap, last, random):
    """Seconds to wait before retry number ``attempt`` (from 0).

    none: b = min(cap, base·2ᵏ). full: U(0, b). equal: b/2 + U(0, b/2). decorrelated: min(cap, U(base, 3·last)), which
    has no k but the pause before (``last``; base at first).
    Source: M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015. Explained in chapter 2, section 2.
    """
    one_of("jitter", jitter, JITTERS)
    if jitter == "decorrelated":
        return min(cap, random.uniform(base, max(base, 3 * last)))
    most = min(cap, base * 2.0 ** min(attempt, 1000))
    if jitter == "full":
        return random.uniform(0, most)
    return most / 2 + random.uniform(0, most / 2) if jitter == "equal" else most


@dataclasses.dataclass(frozen=True)
class Herd:
    """How a herd of retries went: ``calls`` in all, most calls in one ``slot``, and ``seconds`` until all were served."""

    calls: int
    busiest: int
    seconds: float


def retry_herd(jitter, clients=1000, per_slot=20, slot=0.1, base=0.1, cap=10.0, *, seed) -> Herd:
    """Clients who were all refused at time 0 and retry until each is served; a slot serves so many, refuses the rest.

    slot : seconds;  base, cap : of ``pause``, seconds. Raises ValueError outside their ranges.
    Explained in chapter 2, section 2.
    """
    whole("clients", clients, 1), whole("per_slot", per_slot, 1)
    positive("slot", slot), positive("base", base), positive("cap", cap)
    random = np.random.default_rng(whole("seed", seed))
    waits = [pause(jitter, 0, base, cap, base, random) for _ in range(clients)]
    queue = [(wait, client, 0, wait) for client, wait in enumerate(waits)]
    heapq.heapify(queue)
    calls, busiest, here, now_slot = 0, 0, 0, -1
    while queue:
        now, client, attempt, last = heapq.heappop(queue)
        if int(now / slot) != now_slot:
            now_slot, here = int(now / slot), 0
        here += 1
        calls += 1
        busiest = max(busiest, here)
        if here > per_slot:
            wait = pause(jitter, attempt + 1, base, cap, last, random)
            heapq.heappush(queue, (now + wait, client, attempt + 1, wait))
    return Herd(calls, busiest, now)
