"""Two or three routers that run the virtual router redundancy protocol on one network: who holds the address when.

The state machine is `perfbook.vrrp`'s. Explained in chapter 2, section 4.
"""

import dataclasses
import math

import numpy as np

from .checks import number, one_of, whole
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, seed_stream, uniform
from .vrrp import (
    ADVERTISE,
    BACKUP,
    INITIALIZE,
    MASTER,
    MASTER_DOWN,
    OWNER,
    SEND,
    SEND_ZERO,
    SHUTDOWN,
    STARTUP,
    WAIT_ADVERTISE,
    WAIT_DOWN,
    WAIT_SKEW,
    down_time,
    heard,
    skew_time,
    vrrp_step,
)

CRASH, LEAVE, CUT = range(3)
FAULTS = ("crash", "shutdown", "cut off")
MOST_ROUTERS = 3
IN_FLIGHT = 64
PERIODS = 200


@kernel
def vrrp_react(
    router: int,
    event: int,
    now: float,
    interval: float,
    preempt: int,
    version: int,
    priority: Ints,
    state: Ints,
    down_at: Floats,
    say_at: Floats,
) -> int:
    """Give ``event`` to ``router``: its state and timers change; returns 1 if it sends, 2 if it sends priority 0, else 0."""
    owner = 0
    if priority[router] == OWNER:
        owner = 1
    step = vrrp_step(state[router], event, owner, preempt, version)
    actions = step // 4
    state[router] = step % 4
    if state[router] != BACKUP:
        down_at[router] = math.inf
    if state[router] != MASTER:
        say_at[router] = math.inf
    if actions & WAIT_DOWN:
        down_at[router] = now + down_time(priority[router], interval, version)
    if actions & WAIT_SKEW:
        down_at[router] = now + skew_time(priority[router], interval, version)
    if actions & WAIT_ADVERTISE:
        say_at[router] = now + interval
    if actions & SEND:
        return 1
    if actions & SEND_ZERO:
        return 2
    return 0


@kernel
def vrrp_run(
    routers: int,
    priority_1: int,
    priority_2: int,
    priority_3: int,
    interval: float,
    version: int,
    preempt: int,
    loss: float,
    fault: int,
    fail_at: float,
    fault_for: float,
    delay: float,
    horizon: float,
    seed: int,
    begin: Floats,
    end: Floats,
    low: Floats,
    high: Floats,
    bad_begin: Floats,
    bad_end: Floats,
    bad_low: Floats,
    bad_high: Floats,
    totals: Floats,
    mail_at: Floats,
    mail_from: Floats,
    mail_to: Floats,
    mail_lost: Floats,
    priority: Ints,
    state: Ints,
    down_at: Floats,
    say_at: Floats,
    since: Floats,
    sent_at: Floats,
    sent_by: Ints,
    sent_priority: Ints,
    stream: Ints,
) -> None:
    """A group on one network: who is master when. It settles before time 0, when loss begins.

    At ``fail_at`` the router that is then master (the highest, if several are) fails for ``fault_for`` seconds.
    fault : 0 crash (silent, serves nothing), 1 shutdown (sends priority 0), 2 cut off (serves, neither hears nor is heard)
    loss : probability that an advertisement misses a listener;  delay : from sender to listener, seconds
    begin, end, low, high : periods of a router as master, as boxes in lane 4 to 2; bad_... : of nobody (lane 1) and of two
        or more (lane 0), unused places not a number
    totals : seconds without a master, with two or more, changes of master, seconds from the fault until another router was
        master (infinite if none), silence that each of three routers waits for, advertisements, the router that failed,
        longest time without a master, end of the fault, letters written down
    mail_at, mail_from, mail_to, mail_lost : each advertisement to each listener while there is room: when sent, by and to
        which router from 0, 1 if it was lost
    The rest is scratch.
    """
    seed_stream(seed, 12, stream)
    priority[0] = priority_1
    priority[1] = priority_2
    priority[2] = priority_3
    for i in range(begin.shape[0]):
        begin[i] = math.nan
        end[i] = math.nan
        low[i] = math.nan
        high[i] = math.nan
        bad_begin[i] = math.nan
        bad_end[i] = math.nan
        bad_low[i] = math.nan
        bad_high[i] = math.nan
    for i in range(totals.shape[0]):
        totals[i] = 0.0
    totals[3] = math.inf
    clock = -(5.0 * interval + 2.0)
    for r in range(3):
        state[r] = INITIALIZE
        down_at[r] = math.inf
        say_at[r] = math.inf
        since[r] = math.nan
        totals[4 + r] = down_time(priority[r], interval, version)
    head = 0
    tail = 0
    starting = 0
    failed = -1
    dead = 0
    cut = -1
    fault_at = fail_at
    back_at = fail_at + fault_for
    periods = 0
    bad = 0
    # What held since when: 0 nobody, 1 one master, 2 several.
    held = 1
    held_since = 0.0
    last = -1
    counting = 0
    letters = 0
    while True:
        # The next thing that happens, in this order where times are equal.
        moment = horizon
        kind = 0
        which = 0
        if starting < routers and clock < moment:
            moment = clock
            kind = 1
        if head < tail and sent_at[head % IN_FLIGHT] + delay < moment:
            moment = sent_at[head % IN_FLIGHT] + delay
            kind = 2
        for r in range(routers):
            if down_at[r] < moment:
                moment = down_at[r]
                kind = 3
                which = r
            if say_at[r] < moment:
                moment = say_at[r]
                kind = 4
                which = r
        if fault_at < moment:
            moment = fault_at
            kind = 5
        if back_at < moment:
            moment = back_at
            kind = 6
        if counting == 0 and moment >= 0.0:
            # The group has settled: from here on it is watched, and messages can be lost.
            counting = 1
            for r in range(routers):
                if state[r] == MASTER:
                    since[r] = 0.0
                    last = r
        if kind == 0:
            break
        clock = moment
        said = 0
        sender = which
        if kind == 1:
            sender = starting
            said = vrrp_react(starting, STARTUP, clock, interval, preempt, version, priority, state, down_at, say_at)
            starting += 1
        elif kind == 2:
            place = head % IN_FLIGHT
            head += 1
            # Listeners answer in turn; at most one of them can be a master that answers.
            for r in range(routers):
                if r != sent_by[place]:
                    lost = 0
                    if counting == 1 and uniform(stream) < loss:
                        lost = 1
                    if r == cut or sent_by[place] == cut:
                        lost = 1
                    if counting == 1 and letters < mail_at.shape[0] and state[r] != INITIALIZE:
                        mail_at[letters] = sent_at[place]
                        mail_from[letters] = float(sent_by[place])
                        mail_to[letters] = float(r)
                        mail_lost[letters] = float(lost)
                        letters += 1
                    if lost == 0 and state[r] != INITIALIZE:
                        event = heard(priority[r], r, sent_priority[place], sent_by[place])
                        answer = vrrp_react(
                            r, event, clock, interval, preempt, version, priority, state, down_at, say_at
                        )
                        if answer > 0 and tail - head < IN_FLIGHT:
                            sent_at[tail % IN_FLIGHT] = clock
                            sent_by[tail % IN_FLIGHT] = r
                            sent_priority[tail % IN_FLIGHT] = priority[r]
                            tail += 1
                            totals[7] += 1.0
        elif kind == 3:
            said = vrrp_react(which, MASTER_DOWN, clock, interval, preempt, version, priority, state, down_at, say_at)
        elif kind == 4:
            said = vrrp_react(which, ADVERTISE, clock, interval, preempt, version, priority, state, down_at, say_at)
        elif kind == 5:
            fault_at = math.inf
            for r in range(routers):
                if state[r] == MASTER and (failed < 0 or priority[r] >= priority[failed]):
                    failed = r
            if failed >= 0:
                sender = failed
                if fault == CUT:
                    cut = failed
                elif fault == LEAVE:
                    said = vrrp_react(
                        failed, SHUTDOWN, clock, interval, preempt, version, priority, state, down_at, say_at
                    )
                else:
                    state[failed] = INITIALIZE
                    down_at[failed] = math.inf
                    say_at[failed] = math.inf
                dead = 1
        else:
            back_at = math.inf
            if failed >= 0:
                sender = failed
                cut = -1
                if state[failed] == INITIALIZE:
                    said = vrrp_react(
                        failed, STARTUP, clock, interval, preempt, version, priority, state, down_at, say_at
                    )
        if said > 0 and tail - head < IN_FLIGHT:
            sent_at[tail % IN_FLIGHT] = clock
            sent_by[tail % IN_FLIGHT] = sender
            sent_priority[tail % IN_FLIGHT] = priority[sender]
            if said == 2:
                sent_priority[tail % IN_FLIGHT] = 0
            tail += 1
            totals[7] += 1.0
        if counting == 1:
            masters = 0
            for r in range(routers):
                if state[r] == MASTER:
                    masters += 1
                    if math.isnan(since[r]):
                        since[r] = clock
                        if r != last:
                            totals[2] += 1.0
                        last = r
                        if dead == 1 and r != failed and math.isinf(totals[3]):
                            totals[3] = clock - fail_at
                elif not math.isnan(since[r]):
                    periods = write_period(periods, since[r], clock, 4.0 - r, begin, end, low, high)
                    since[r] = math.nan
            kept = min(masters, 2)
            if kept != held:
                bad = close_bad(bad, held, held_since, clock, bad_begin, bad_end, bad_low, bad_high, totals)
                held = kept
                held_since = clock
    for r in range(routers):
        if not math.isnan(since[r]):
            periods = write_period(periods, since[r], horizon, 4.0 - r, begin, end, low, high)
    bad = close_bad(bad, held, held_since, horizon, bad_begin, bad_end, bad_low, bad_high, totals)
    totals[8] = failed + 1.0
    totals[10] = fail_at + fault_for
    totals[11] = float(letters)


@kernel
def write_period(
    count: int, start: float, stop: float, at: float, begin: Floats, end: Floats, low: Floats, high: Floats
) -> int:
    """Write one period as a box in the lane ``at``, while there is room; returns the number of boxes."""
    if count < begin.shape[0] and stop > start:
        begin[count] = start
        end[count] = stop
        low[count] = at - 0.35
        high[count] = at + 0.35
        return count + 1
    return count


@kernel
def close_bad(
    count: int,
    held: int,
    start: float,
    stop: float,
    begin: Floats,
    end: Floats,
    low: Floats,
    high: Floats,
    totals: Floats,
) -> int:
    """Add up a period without a master (``held`` 0) or with several (2), and write it as a box."""
    if held == 1 or stop <= start:
        return count
    if held == 0:
        totals[0] += stop - start
        totals[9] = max(totals[9], stop - start)
        return write_period(count, start, stop, 1.0, begin, end, low, high)
    totals[1] += stop - start
    return write_period(count, start, stop, 0.0, begin, end, low, high)


@dataclasses.dataclass(frozen=True)
class Run:
    """What a group of routers did.

    outage, split : seconds without a master and with several;  longest : the longest outage, seconds
    changes : times that another router became master;  takeover : seconds from the fault to another master, or infinity
    periods : (router, start, end) of each time as master, routers from 1;  advertisements : how many were sent
    """

    outage: float
    split: float
    longest: float
    changes: int
    takeover: float
    periods: list
    advertisements: int


def simulate(
    priorities=(200, 150, 100), interval=1.0, version=3, preempt=True, loss=0.0, fault="crash", fail_at=10.0,
    fault_for=20.0, horizon=60.0, delay=0.001, seed=1,
) -> Run:  # fmt: skip
    """Run two or three routers for ``horizon`` seconds, the master failing at ``fail_at`` for ``fault_for`` seconds.

    priorities : one a router, 1 to 255; of equal ones the later has the greater address;  interval : seconds
    fault : "crash", "shutdown" or "cut off";  loss : probability that an advertisement misses a listener
    Raises ValueError for what is out of range. Explained in chapter 2, section 4.
    """
    one_of("fault", fault, FAULTS)
    one_of("version", version, (2, 3))
    count = whole("routers", len(priorities), 2, MOST_ROUTERS)
    given = [whole("priority", p, 1, OWNER) for p in priorities] + [1] * (MOST_ROUTERS - count)
    numbers = number("interval", interval, 1e-2), version, int(bool(preempt)), number("loss", loss, 0, 1)
    times = [number(n, v, 0) for n, v in (("fail_at", fail_at), ("fault_for", fault_for), ("delay", delay))]
    boxes, totals, mail, ints, floats, inbox = arrays()
    vrrp_run(
        count, *given, *numbers, FAULTS.index(fault), *times, number("horizon", horizon, 0), int(seed),
        *boxes, totals, *mail, *ints, *floats, *inbox,
    )  # fmt: skip
    kept = np.isfinite(boxes[0])
    lanes = zip(boxes[0][kept], boxes[1][kept], boxes[2][kept], strict=True)
    periods = sorted(((round(4.65 - low), float(a), float(b)) for a, b, low in lanes), key=lambda p: p[1:])
    outage, split, changes, takeover, advertisements, longest = (float(totals[i]) for i in (0, 1, 2, 3, 7, 9))
    return Run(outage, split, longest, int(changes), takeover, periods, int(advertisements))


def arrays():
    """The arrays of `vrrp_run`: boxes, totals, letters (none is kept), routers' numbers, their timers, and messages under way."""
    boxes = [np.empty(PERIODS) for _ in range(8)]
    mail = [np.empty(0) for _ in range(4)]
    ints = [np.zeros(MOST_ROUTERS, dtype=np.int64) for _ in range(2)]
    floats = [np.zeros(MOST_ROUTERS) for _ in range(3)]
    inbox = [np.zeros(IN_FLIGHT), *(np.zeros(IN_FLIGHT, dtype=np.int64) for _ in range(2))]
    return boxes, np.zeros(12), mail, ints, floats, [*inbox, np.zeros(STATE_SIZE, dtype=np.int64)]
