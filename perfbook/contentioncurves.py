"""Updates of one key against the number of clients, for compare-and-swap, two locks and one command.

Explained in chapter 3, section 5.
"""

import math

from .contention import BLIND, CAS, POLLED, clients_to_fill, contention_run
from .kernel import Floats, Ints, kernel


@kernel
def contention_figure(
    clients: int,
    round_trip_ms: float,
    compute_ms: float,
    service_us: float,
    think_ms: float,
    spread_percent: float,
    backoff: int,
    base_ms: float,
    held: int,
    seed: int,
    commands: int,
    counts: Floats,
    rates: Floats,
    slow: Floats,
    limits: Floats,
    now: Floats,
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
    """The figure: updates a second and their 99th percentile against the number of clients, four methods.

    counts : numbers of clients;  rates, slow : /s and s, a row of as many for compare-and-swap, polled lock, queued lock,
        atomic;  limits : the most that a compare-and-swap, a lock and an atomic operation can do, /s
    now : at ``clients``, for GET and SET and the four others: effect on the value a second, updates acknowledged a second,
        attempts an update, 99th percentile (s), Jain's index, share of time that the server is busy; then the share of
        the acknowledged updates that GET and SET lose, the queued lock's rate over compare-and-swap's, and the number of
        clients whose attempts fill the server if none of them ever pauses, and how long the oldest unfinished update has been
        under way at the end, of compare-and-swap and of the polled lock, s
    """
    round_trip = round_trip_ms / 1e3
    compute = compute_ms / 1e3
    service = service_us / 1e6
    think = think_ms / 1e3
    spread = spread_percent / 100.0
    base = base_ms / 1e3
    points = counts.shape[0]
    limits[0] = 1.0 / (round_trip + compute + service)
    limits[1] = 1.0 / (held * (round_trip + service) + compute)
    limits[2] = 1.0 / (service + compute)
    for method in range(5):
        for j in range(points + 1):
            if method == BLIND and j < points:
                continue
            many = clients
            if j < points:
                many = int(counts[j])
            contention_run(
                method, many, round_trip, compute, service, think, spread, backoff, base, held, 0, commands, seed, due,
                begun, step, seen, tries, made, line, tree, took, totals, state,
            )  # fmt: skip
            seconds = max(totals[2], 1e-12)
            if j < points:
                rates[(method - 1) * points + j] = totals[3] / seconds
                slow[(method - 1) * points + j] = totals[4]
            else:
                at = 6 * method
                now[at] = totals[3] / seconds
                now[at + 1] = totals[0] / seconds
                now[at + 2] = math.inf
                if totals[0] > 0.0:
                    now[at + 2] = totals[1] / totals[0]
                now[at + 3] = totals[4]
                now[at + 4] = totals[5]
                now[at + 5] = totals[6]
                if method in (CAS, POLLED):
                    now[32 + method] = totals[10]
                if method == BLIND:
                    now[30] = 0.0
                    if totals[0] > 0.0:
                        now[30] = 1.0 - totals[3] / totals[0]
    now[31] = math.inf
    if now[6] > 0.0:
        now[31] = now[18] / now[6]
    now[32] = clients_to_fill(round_trip, compute, service)
