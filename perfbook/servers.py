"""Servers behind a load balancer: a queue each, a speed each, and a fault that may befall one of them.

A server works first come, first served, so when a request will be done is known as soon as it is sent. It keeps its
requests in a chain, and drops from the chain's head those that are done by the time somebody counts.
Explained in chapter 2, section 2.
"""

import dataclasses
import math

import numpy as np

from .checks import number, one_of, whole
from .kernel import Floats, Ints, kernel
from .rng import seed_stream

# What the desk holds of each server: one row of DESK numbers.
DESK = 14
FREE, COUNT, HEAD, TAIL, NEXT, PACE, SEEN, CREDIT, COST, STAMP, USED, SENT, DONE, TOOK = range(DESK)

# What befalls one server: PLAN numbers.
PLAN = 15
KIND, SICK, FROM, UNTIL, FACTOR, WARM, COLD, OUT_FROM, OUT_UNTIL, TIMEOUT, REFUSAL, SLOW_START = range(12)
EJECT, SWEEPS, EJECTED_FOR = range(12, PLAN)
HEALTHY, SLOW, REFUSES, HANGS = range(4)
FAULTS = ("none", "slow", "refuses", "hangs")

# What the balancer keeps between requests: MEMORY numbers.
MEMORY = 9
SERVERS, TURN, UP, CHANGE, LOOKED, FAILED, OUT, SWEEP, BACK = range(MEMORY)


@kernel
def plan_fault(kind: int, sick: int, begin: float, end: float, factor: float, checks: float, plan: Floats) -> None:
    """Fill ``plan``: a server is slowed to ``factor`` of its speed, or dead, from ``begin`` to ``end``.

    kind : 0 none, 1 slow, 2 dead and refuses at once, 3 dead and does not answer
    checks : interval of the health checks, s, which find the dead only; 0: there are none
    Its cold start (WARM, COLD), TIMEOUT, REFUSAL, SLOW_START and the ejection are the caller's, before or after.
    """
    plan[KIND] = kind
    plan[SICK] = sick
    plan[FROM] = begin
    plan[UNTIL] = end
    plan[FACTOR] = factor
    plan[OUT_FROM] = math.inf
    plan[OUT_UNTIL] = math.inf
    if kind == HEALTHY:
        plan[FROM] = math.inf
        plan[UNTIL] = math.inf
    elif kind != SLOW:
        plan[FACTOR] = 0.0
        if checks > 0.0:
            found = math.ceil(begin / checks) * checks
            if found < end:
                plan[OUT_FROM] = found
                plan[OUT_UNTIL] = end
                if not math.isinf(end):
                    plan[OUT_UNTIL] = math.ceil(end / checks) * checks


@kernel
def open_desk(
    servers: int, seed: int, speed: Floats, plan: Floats, state: Ints, order: Ints, desk: Floats, memory: Floats
) -> None:
    """Forget everything: ``servers`` of them, no request anywhere, all in rotation."""
    seed_stream(seed, 3, state)
    for i in range(desk.shape[0]):
        desk[i] = 0.0
    for j in range(servers):
        order[j] = j
        desk[j * DESK + HEAD] = -1.0
        desk[j * DESK + NEXT] = math.inf
        desk[j * DESK + PACE] = 1.0 / speed[j]
    memory[SERVERS] = servers
    memory[TURN] = -1.0
    memory[UP] = servers
    memory[CHANGE] = plan[OUT_FROM]
    memory[LOOKED] = -1.0
    memory[FAILED] = 0.0
    memory[OUT] = -1.0
    memory[BACK] = math.inf
    memory[SWEEP] = math.inf
    if plan[EJECT] > 0.0:
        memory[SWEEP] = plan[SWEEPS]


@kernel
def finish(start: float, healthy: float, plan: Floats) -> float:
    """When the sick server is done with what it begins at ``start`` and would do in ``healthy`` seconds if well."""
    left = healthy
    now = start
    if now < plan[FROM]:
        if now + left <= plan[FROM]:
            return now + left
        left -= plan[FROM] - now
        now = plan[FROM]
    if now < plan[UNTIL]:
        if plan[FACTOR] > 0.0:
            room = (plan[UNTIL] - now) * plan[FACTOR]
            if left <= room:
                return now + left / plan[FACTOR]
            left -= room
        now = plan[UNTIL]
    if now < plan[WARM]:
        room = (plan[WARM] - now) * plan[COLD]
        if left <= room:
            return now + left / plan[COLD]
        left -= room
        now = plan[WARM]
    return now + left


@kernel
def send(i: int, server: int, now: float, work: float, plan: Floats, desk: Floats, memory: Floats, departure: Floats,
         link: Ints, response: Floats) -> None:  # fmt: skip
    """Give request ``i`` to a server: when it will be done, or that it fails (its response is then infinite)."""
    row = server * DESK
    start = max(now, desk[row + FREE])
    end = start + work * desk[row + PACE]
    done = end
    failed = 0
    if plan[KIND] != HEALTHY and server == plan[SICK]:
        end = finish(start, work * desk[row + PACE], plan)
        done = end
        if plan[KIND] != SLOW and now < plan[UNTIL] and end > plan[FROM]:
            failed = 1
            start = min(start, plan[FROM])
            end = plan[FROM]
            done = now + plan[TIMEOUT]
            if plan[KIND] == REFUSES:
                done = max(now + plan[REFUSAL], plan[FROM])
    desk[row + FREE] = end
    desk[row + USED] += end - start
    desk[row + SENT] += 1.0
    desk[row + COUNT] += 1.0
    response[i] = done - now
    if failed == 1:
        response[i] = math.inf
        memory[FAILED] += 1.0
    departure[i] = done
    link[i] = -1
    head = int(desk[row + HEAD])
    tail = int(desk[row + TAIL])
    if head < 0:
        desk[row + HEAD] = i
        desk[row + TAIL] = i
        desk[row + NEXT] = done
    elif departure[tail] <= done:
        link[tail] = i
        desk[row + TAIL] = i
    elif departure[head] > done:
        link[i] = head
        desk[row + HEAD] = i
        desk[row + NEXT] = done
    else:
        # Only after a death: those that hang until their timeout are passed by those served since.
        while departure[link[head]] <= done:
            head = link[head]
        link[i] = link[head]
        link[head] = i


@kernel
def in_flight(server: int, now: float, decay: float, arrival: Floats, departure: Floats, link: Ints,
              desk: Floats) -> float:  # fmt: skip
    """A server's requests in flight; drops those that are done. With ``decay`` above 0, learns their latency."""
    row = server * DESK
    if desk[row + NEXT] <= now:
        head = int(desk[row + HEAD])
        while head >= 0 and departure[head] <= now:
            if decay > 0.0:
                learn(row, departure[head], departure[head] - arrival[head], decay, desk)
            desk[row + DONE] += 1.0
            desk[row + TOOK] += departure[head] - arrival[head]
            head = link[head]
            desk[row + COUNT] -= 1.0
        desk[row + HEAD] = head
        desk[row + NEXT] = math.inf
        if head >= 0:
            desk[row + NEXT] = departure[head]
    return desk[row + COUNT]


@kernel
def put_out(server: int, order: Ints, memory: Floats) -> None:
    """Take a server out of rotation: to the end of ``order``, beyond those that are up. One at a time may be out."""
    servers = int(memory[SERVERS])
    k = 0
    while order[k] != server:
        k += 1
    order[k] = order[servers - 1]
    order[servers - 1] = server
    memory[OUT] = server
    memory[UP] = servers - 1


@kernel
def eject_outlier(now: float, plan: Floats, arrival: Floats, departure: Floats, link: Ints, order: Ints, desk: Floats,
                  memory: Floats) -> None:  # fmt: skip
    """A sweep: the server whose answers since the last one took longest is put out, if EJECT times the others' mean.

    A server without an answer cannot be judged. Nobody is put out while another is.
    """
    servers = int(memory[SERVERS])
    done = 0.0
    took = 0.0
    worst = -1
    slowest = 0.0
    for j in range(servers):
        row = j * DESK
        in_flight(j, now, 0.0, arrival, departure, link, desk)
        done += desk[row + DONE]
        took += desk[row + TOOK]
        if desk[row + DONE] > 0.0 and desk[row + TOOK] / desk[row + DONE] > slowest:
            slowest = desk[row + TOOK] / desk[row + DONE]
            worst = j
    if worst >= 0 and memory[UP] == servers:
        others = done - desk[worst * DESK + DONE]
        if others > 0.0 and slowest > plan[EJECT] * (took - desk[worst * DESK + TOOK]) / others:
            put_out(worst, order, memory)
            memory[BACK] = now + plan[EJECTED_FOR]
    for j in range(servers):
        desk[j * DESK + DONE] = 0.0
        desk[j * DESK + TOOK] = 0.0
    memory[SWEEP] = now + plan[SWEEPS]


@kernel
def learn(row: int, now: float, latency: float, decay: float, desk: Floats) -> None:
    """Finagle's Peak EWMA: the cost jumps to a higher latency at once and decays to a lower one with time."""
    if latency > desk[row + COST]:
        desk[row + COST] = latency
    else:
        weight = math.exp(-max(now - desk[row + STAMP], 0.0) / decay)
        desk[row + COST] = desk[row + COST] * weight + latency * (1.0 - weight)
    desk[row + STAMP] = now


@dataclasses.dataclass(frozen=True)
class Fault:
    """What befalls one server from ``start`` to ``end`` (s).

    kind : "slow" (to ``factor`` of its speed), "refuses" (dead, and fails each request within ``refusal`` s) or
        "hangs" (dead, and requests fail after ``timeout`` s); what is in flight at the death is lost, too
    server : which;  cold, cold_for : after the end it works at ``cold`` of its speed for so many seconds
    """

    kind: str
    start: float
    end: float = math.inf
    server: int = 0
    factor: float = 0.25
    refusal: float = 0.001
    timeout: float = 1.0
    cold: float = 1.0
    cold_for: float = 0.0


def fault_plan(fault, checks, slow_start, servers, eject=0.0, sweeps=1.0, ejected_for=1.0) -> Floats:
    """The numbers of a Fault (or None), as ``dispatch`` takes them; ValueError if it is out of its ranges."""
    plan = np.zeros(PLAN)
    fault = fault or Fault("none", 0.0)
    one_of("fault.kind", fault.kind, FAULTS)
    whole("fault.server", fault.server, 0, servers - 1)
    number("fault.factor", fault.factor, 1e-6, 1e6)
    number("fault.cold", fault.cold, 1e-6, 1e6)
    if not 0 <= fault.start < fault.end:
        raise ValueError(f"fault.start must be from 0 up and before its end, got {fault.start} and {fault.end}")
    plan_fault(FAULTS.index(fault.kind), fault.server, fault.start, fault.end, fault.factor, checks, plan)
    plan[WARM], plan[COLD] = fault.end + fault.cold_for, fault.cold
    plan[TIMEOUT], plan[REFUSAL], plan[SLOW_START] = fault.timeout, fault.refusal, slow_start
    plan[EJECT], plan[SWEEPS], plan[EJECTED_FOR] = eject, sweeps, ejected_for
    return plan
