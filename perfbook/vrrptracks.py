"""Tracks for the player of the router protocol: advertisements on their way, and what each router is meanwhile.

Explained in chapter 2, section 4.
"""

import math

from .kernel import Floats, Ints, kernel
from .vrrpgroup import CUT, vrrp_run

GLIDE = 0.35  # seconds that an advertisement is seen under way; for the eye only, it takes a millisecond
LISTENS, HOLDS, DOWN = range(3)


@kernel
def role_series(
    router: int,
    down_from: float,
    down_to: float,
    height: float,
    begin: Floats,
    end: Floats,
    low: Floats,
    times: Floats,
    role: Floats,
    ring: Floats,
) -> None:
    """What a router is from each of ``times`` on: 0 listens, 1 holds the address, 2 is down.

    router : from 0;  down_from, down_to : when it is down, infinite if never
    begin, end, low : the group's periods as `vrrp_run` leaves them;  ring : ``height`` while it holds the address, else nan
    """
    for i in range(times.shape[0]):
        times[i] = math.inf
        role[i] = 0.0
        ring[i] = math.nan
    times[0] = 0.0
    count = 1
    told = 0
    room = times.shape[0] - 4
    for i in range(begin.shape[0]):
        if not math.isnan(begin[i]) and abs(low[i] - (3.65 - router)) < 0.1 and count < room:
            if told == 0 and begin[i] >= down_from:
                times[count] = down_from
                role[count] = DOWN
                times[count + 1] = down_to
                count += 2
                told = 1
            times[count] = begin[i]
            role[count] = HOLDS
            ring[count] = height
            times[count + 1] = end[i]
            count += 2
    if told == 0 and not math.isinf(down_from):
        times[count] = down_from
        role[count] = DOWN
        times[count + 1] = down_to


@kernel
def vrrp_tracks(
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
    place_x: Floats,
    place_y: Floats,
    begin: Floats,
    end: Floats,
    low: Floats,
    high: Floats,
    bad_begin: Floats,
    bad_end: Floats,
    bad_low: Floats,
    bad_high: Floats,
    totals: Floats,
    first: Floats,
    when: Floats,
    x: Floats,
    y: Floats,
    kind: Floats,
    time_1: Floats,
    role_1: Floats,
    ring_1: Floats,
    time_2: Floats,
    role_2: Floats,
    ring_2: Floats,
    time_3: Floats,
    role_3: Floats,
    ring_3: Floats,
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
    """`vrrp_run` with keyframes: one token for each advertisement and listener, and a series for each router.

    place_x, place_y : where the three routers stand
    first (letters + 1), when, x, y, kind (2 a letter) : keyframes; kind 0 arrives, 1 is lost half way
    time_1, role_1, ring_1, ... : see `role_series`;  the rest as in `vrrp_run`
    """
    vrrp_run(
        routers,
        priority_1,
        priority_2,
        priority_3,
        interval,
        version,
        preempt,
        loss,
        fault,
        fail_at,
        fault_for,
        delay,
        horizon,
        seed,
        begin,
        end,
        low,
        high,
        bad_begin,
        bad_end,
        bad_low,
        bad_high,
        totals,
        mail_at,
        mail_from,
        mail_to,
        mail_lost,
        priority,
        state,
        down_at,
        say_at,
        since,
        sent_at,
        sent_by,
        sent_priority,
        stream,
    )
    letters = int(totals[11])
    for i in range(first.shape[0]):
        first[i] = 2.0 * min(i, letters)
    for i in range(letters):
        source = int(mail_from[i])
        target = int(mail_to[i])
        way = 1.0
        if mail_lost[i] > 0.0:
            way = 0.55
        when[2 * i] = mail_at[i]
        x[2 * i] = place_x[source]
        y[2 * i] = place_y[source]
        when[2 * i + 1] = mail_at[i] + GLIDE * way
        x[2 * i + 1] = place_x[source] + way * (place_x[target] - place_x[source])
        y[2 * i + 1] = place_y[source] + way * (place_y[target] - place_y[source])
        kind[2 * i] = mail_lost[i]
        kind[2 * i + 1] = mail_lost[i]
    failed = int(totals[8]) - 1
    if fault == CUT:
        failed = -1
    down_from = math.inf
    if failed == 0:
        down_from = fail_at
    role_series(0, down_from, totals[10], place_y[0], begin, end, low, time_1, role_1, ring_1)
    down_from = math.inf
    if failed == 1:
        down_from = fail_at
    role_series(1, down_from, totals[10], place_y[1], begin, end, low, time_2, role_2, ring_2)
    down_from = math.inf
    if failed == 2:
        down_from = fail_at
    role_series(2, down_from, totals[10], place_y[2], begin, end, low, time_3, role_3, ring_3)
