"""Tracks for players: where each token of a simulation is, as keyframes that a picture moves between."""

import math

from .kernel import Floats, Ints, kernel
from .rng import exponential, seed_stream

GLIDE = 0.12  # model seconds that a token takes to move from one place to the next; for the eye only
FRAMES_PER_TOKEN = 40


@kernel
def queue_tracks(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    seed: int,
    horizon: float,
    state: Ints,
    free: Floats,
    start: Floats,
    first: Floats,
    when: Floats,
    x: Floats,
    y: Floats,
    kind: Floats,
    event_time: Floats,
    in_system: Floats,
    waiting: Floats,
    summary: Floats,
) -> None:
    """Customers of an M/M/c queue from empty, first come first served, over ``horizon`` seconds, for a player.

    arrival_rate, service_rate : λ and μ, /s;  servers : c
    state, free (c), start (customers) : scratch
    first (customers + 1), when, x, y, kind (FRAMES_PER_TOKEN a customer) : keyframes of each customer; waiting ones
        stand at x = -1, -2, ... behind each other, the one at server j at (1, j), who leaves goes to x = 2;
        kind 0 waits, kind 1 is served
    event_time, in_system, waiting (2 a customer) : the counts after each arrival and departure, times in order,
        unused places at infinity
    summary (5) : arrivals, time-average number in system, mean response of those who left (s), most in the system,
        upper edge of the servers in the picture

    A customer who starts more than 17 places back skips the moves in between. Explained in chapter 1, section 4.
    """
    seed_stream(seed, 0, state)
    customers = first.shape[0] - 1
    for j in range(servers):
        free[j] = 0.0
    for i in range(event_time.shape[0]):
        event_time[i] = math.inf
    clock = 0.0
    count = 0
    frame = 0
    response = 0.0
    left = 0
    area = 0.0
    while count < customers:
        clock += exponential(state) / arrival_rate
        if clock >= horizon:
            break
        server = 0
        for j in range(1, servers):
            if free[j] < free[server]:
                server = j
        begin = max(clock, free[server])
        end = begin + exponential(state) / service_rate
        free[server] = end
        start[count] = begin
        area += min(end, horizon) - clock
        if end < horizon:
            response += end - clock
            left += 1
        first[count] = frame
        frame = queue_track(clock, begin, end, server, count, frame, start, when, x, y, kind)
        event_time[2 * count] = clock
        in_system[2 * count] = 1.0
        waiting[2 * count] = 0.0
        if begin > clock:
            waiting[2 * count] = 1.0
        # Departures are kept after the arrivals and sorted in below.
        event_time[2 * count + 1] = end
        in_system[2 * count + 1] = -1.0
        waiting[2 * count + 1] = 0.0
        count += 1
    for i in range(count, customers + 1):
        first[i] = frame
    most = accumulate(count, horizon, start, event_time, in_system, waiting)
    summary[0] = count
    summary[1] = area / horizon
    summary[2] = math.nan
    if left > 0:
        summary[2] = response / left
    summary[3] = most
    summary[4] = servers - 0.5


@kernel
def queue_track(
    arrival: float,
    begin: float,
    end: float,
    server: int,
    customer: int,
    frame: int,
    start: Floats,
    when: Floats,
    x: Floats,
    y: Floats,
    kind: Floats,
) -> int:
    """Write one customer's keyframes from ``frame`` on; returns the next free one. ``start`` has the earlier starts."""
    ahead = 0
    i = customer - 1
    # Service is first come first served, so starts are in order: those still waiting are the last ones.
    while i >= 0 and start[i] > arrival:
        ahead += 1
        i -= 1
    limit = frame + FRAMES_PER_TOKEN - 5
    place = -1.0 - ahead
    when[frame] = arrival
    x[frame] = place
    y[frame] = 0.0
    kind[frame] = 0.0
    frame += 1
    for k in range(ahead):
        moved = start[customer - ahead + k]
        if frame + 2 <= limit and moved < begin:
            frame = still_then_move(moved, place, 0.0, place + 1.0, 0.0, 0.0, frame, when, x, y, kind)
            place += 1.0
    frame = still_then_move(begin, place, 0.0, 1.0, 1.0 * server, 1.0, frame, when, x, y, kind)
    frame = still_then_move(end, 1.0, 1.0 * server, 2.0, 1.0 * server, 1.0, frame, when, x, y, kind)
    return frame


@kernel
def still_then_move(
    moment: float,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    color: float,
    frame: int,
    when: Floats,
    x: Floats,
    y: Floats,
    kind: Floats,
) -> int:
    """Two keyframes: here until ``moment``, there a moment later; returns the next free one."""
    moment = max(moment, when[frame - 1])
    when[frame] = moment
    x[frame] = x0
    y[frame] = y0
    kind[frame] = color
    when[frame + 1] = moment + GLIDE
    x[frame + 1] = x1
    y[frame + 1] = y1
    kind[frame + 1] = color
    return frame + 2


@kernel
def accumulate(
    count: int, horizon: float, start: Floats, event_time: Floats, in_system: Floats, waiting: Floats
) -> float:
    """Sort the events by time and turn their steps into counts; returns the most in the system.

    On entry the even places hold arrivals, the odd ones departures; on return all hold counts after each event.
    """
    # An insertion sort: arrivals are in order, and a departure moves past the few arrivals of its own stay.
    for i in range(1, 2 * count):
        moved = event_time[i]
        step = in_system[i]
        k = i - 1
        while k >= 0 and event_time[k] > moved:
            event_time[k + 1] = event_time[k]
            in_system[k + 1] = in_system[k]
            k -= 1
        event_time[k + 1] = moved
        in_system[k + 1] = step
    inside = 0.0
    most = 0.0
    arrived = 0
    begun = 0
    for i in range(2 * count):
        inside += in_system[i]
        if in_system[i] > 0.0:
            arrived += 1
        # Starts are in order, so those begun by now are the first ones.
        while begun < arrived and start[begun] <= event_time[i]:
            begun += 1
        in_system[i] = inside
        waiting[i] = arrived - begun
        if event_time[i] <= horizon:
            most = max(most, inside)
    return most
