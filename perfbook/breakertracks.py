"""The player of a circuit breaker: each request as a dot, from the log of a run of ``dependency.call_service``.

Explained in chapter 2, section 7.
"""

import math

from .breaker import HALF_OPEN, OPEN
from .dependency import (
    ENDED_FAILED,
    ENDED_OK,
    ENDED_REFUSED,
    LINE,
    LOGGED,
    TRIED,
    WAITS,
    call_service,
)
from .kernel import Floats, Ints, kernel
from .outage import breaker_rules, outage_plan
from .tracks import GLIDE, still_then_move

ROWS = 12  # rows of dots
CALLER, WAITING, GATE, DEPENDENCY, DONE, FALLEN = 0.0, 0.45, 1.0, 2.0, 3.0, -1.6
SHUT, FULL, HALF = HEIGHTS = (-0.6, 12.0, 5.7)  # how high the barrier stands: closed, open, half-open
UNDER_WAY, ANSWERED, FAILED_DOT, TURNED_AWAY = range(4)


@kernel
def request_dots(log: Floats, lines: int, first: Floats, when: Floats, x: Floats, y: Floats, kind: Floats,
               cursor: Ints) -> int:  # fmt: skip
    """Turn a log into keyframes, two a line and two more a request; returns how many requests found room.

    first : one more than requests;  cursor : scratch, one a request
    Dots come from x = 0, stand at x = 2 while the dependency has them and at x = 0.45 while they wait to try again.
    Answered ones leave to the right, failed and refused ones drop. Kind 0 under way, 1 answered, 2 failed, 3 refused.
    """
    room = cursor.shape[0]
    for i in range(room):
        cursor[i] = 2
    shown = 0
    for line in range(lines):
        request = int(log[LINE * line + 1])
        if request < room:
            cursor[request] += 2
            shown = max(shown, request + 1)
    frames = 0
    for i in range(shown):
        first[i] = frames
        frames += cursor[i]
        cursor[i] = int(first[i])
    for i in range(shown, first.shape[0]):
        first[i] = frames
    for line in range(lines):
        request = int(log[LINE * line + 1])
        if request >= room:
            continue
        moment = log[LINE * line]
        what = log[LINE * line + 2]
        row = 1.0 * (request * 5 % ROWS)
        frame = cursor[request]
        place = GATE
        if frame == first[request]:
            color = 0.0
            if what == ENDED_REFUSED:
                color = 1.0 * TURNED_AWAY
            when[frame] = max(moment - GLIDE, 0.0)
            x[frame] = CALLER
            when[frame + 1] = moment
            x[frame + 1] = GATE
            for k in range(2):
                y[frame + k] = row
                kind[frame + k] = color
            frame += 2
        else:
            place = x[frame - 1]
        if what == TRIED:
            frame = still_then_move(moment, place, row, DEPENDENCY, row, 0.0, frame, when, x, y, kind)
        elif what == WAITS:
            frame = still_then_move(moment, place, row, WAITING, row, 1.0 * FAILED_DOT, frame, when, x, y, kind)
        elif what == ENDED_OK:
            frame = still_then_move(moment, place, row, DONE, row, 1.0 * ANSWERED, frame, when, x, y, kind)
        elif what == ENDED_FAILED:
            frame = still_then_move(moment, place, row, place, FALLEN, 1.0 * FAILED_DOT, frame, when, x, y, kind)
        else:
            frame = still_then_move(moment, place, row, place, FALLEN, 1.0 * TURNED_AWAY, frame, when, x, y, kind)
        cursor[request] = frame
    return shown


@kernel
def breaker_player(rate: float, outage: float, trouble: int, retries: int, failures: int, successes: int,
                   open_for: float, guard: int, seed: int, outage_from: float, service_rate: float, timeout: float,
                   backoff: float, threads: int, window: int, seconds: int, first: Floats, when: Floats, x: Floats,
                   y: Floats, kind: Floats, event_time: Floats, state: Floats, gate: Floats, counted: Floats,
                   probed: Floats, summary: Floats, ok: Floats, failed: Floats, refused: Floats, sent: Floats,
                   busy: Floats, shut: Floats, totals: Floats, plan: Floats, rules: Floats, log: Floats,
                   cursor: Ints, arrivals: Ints, works: Ints, pauses: Ints, free: Floats, heap: Ints, spare: Ints,
                   slot: Ints, due: Floats, ticket: Floats, tokens: Floats, box: Floats) -> None:  # fmt: skip
    """The player: one shard in trouble, its callers behind a breaker (or none), each request a dot.

    event_time : of each line of the log, unused places at infinity;  state : 0 closed, 1 open, 2 half-open
    gate : how high the barrier stands in the picture;  counted, probed : failures and successes that the breaker counts
    summary : requests; shares answered, failed, refused; times opened; attempts; when the outage ends
    Other arguments as in ``call_service``.
    """
    outage_plan(rate, outage_from, outage, trouble, 1, 1.0, service_rate, timeout, retries, 1, backoff, float(retries),
                threads, math.inf, guard, seed, plan)  # fmt: skip
    breaker_rules(0, failures, successes, open_for, 1, window, timeout, rules)
    call_service(plan, rules, 0, seconds, ok, failed, refused, sent, busy, shut, totals, log, arrivals, works, pauses,
                 free, heap, spare, slot, due, ticket, tokens, box)  # fmt: skip
    lines = int(totals[LOGGED])
    request_dots(log, lines, first, when, x, y, kind, cursor)
    for i in range(event_time.shape[0]):
        event_time[i] = math.inf
        if i < lines:
            event_time[i] = log[LINE * i]
            state[i] = log[LINE * i + 3]
            gate[i] = SHUT
            if state[i] == OPEN:
                gate[i] = FULL
            elif state[i] == HALF_OPEN:
                gate[i] = HALF
            counted[i] = log[LINE * i + 4]
            probed[i] = log[LINE * i + 5]
    summary[0] = totals[0]
    summary[1] = totals[1] / totals[0]
    summary[2] = totals[2] / totals[0]
    summary[3] = (totals[3] + totals[4]) / totals[0]
    summary[4] = totals[7]
    summary[5] = totals[5]
    summary[6] = outage_from + outage
