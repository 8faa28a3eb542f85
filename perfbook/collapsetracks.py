"""The player of the collapse: the same shop a hundred times smaller, page by page.

Pages come at random, do work of their own on an instance, and then queries, one after the other, each on a connection of
their instance's pool. The database's rate, the autoscaler's rule and the users are those of `connections` and `collapse`.
Explained in chapter 3, section 2.
"""

import math

import numpy as np

from . import checks
from .collapse import ON_LATENCY, instances_wanted
from .connections import database_rate
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, below, exponential, seed_stream, uniform
from .tracks import GLIDE, still_then_move

FRAMES = 48  # keyframes of a page at most
HOLDS = 12  # pages that an instance holds
PERIOD, START = 10.0, 8.0  # seconds between two looks of the autoscaler, and from order to a working instance
RISE, FALL = 30.0, 100.0  # seconds: demand has risen from 60% to its peak, and falls to half of it
GONE, OWN, WAITS, RUNS = range(4)  # stages of a page
AT_WORK, WAITING, QUERYING, FOR_NOBODY, TURNED_AWAY = range(5)  # kinds of dots
USERS, INSTANCE, QUEUE, BASE, DONE = 0.0, 1.0, 2.0, 3.4, 4.4  # places from left to right
STAGE, HOME, LEFT, PLACE, TICKET, ALONE, FIELDS = range(7)


@kernel
def shop_demand(time: float) -> float:
    """Demand at a time of the player, as a share of its peak."""
    if time < RISE:
        return 0.6 + 0.4 * time / RISE
    if time < FALL:
        return 1.0
    return 0.5


@kernel
def dot_moves(page: int, moment: float, stage: int, home: int, place: int, pool: int, kind: float, count: Ints,
              when: Floats, x: Floats, y: Floats, color: Floats) -> None:  # fmt: skip
    """Keyframes of a page's way to a stage: to its instance, its waiting line, a connection, or out; ``kind`` from then on.

    count : keyframes that each page has, ``FRAMES`` at most
    """
    frame = FRAMES * page + count[page]
    if count[page] + 4 > FRAMES:
        return
    to_x = DONE
    to_y = 1.0 * home
    if stage == OWN:
        to_x = INSTANCE
        to_y = home + 0.3 * (page % 3 - 1)
    elif stage == WAITS:
        to_x = QUEUE + 0.085 * place
    elif stage == RUNS:
        to_x = BASE
        to_y = home + (place + 0.5) / pool - 0.5
    if count[page] == 0:
        when[frame] = max(0.0, moment - GLIDE)
        x[frame] = USERS
        y[frame] = to_y
        color[frame] = kind
        when[frame + 1] = max(moment, when[frame])
        x[frame + 1] = to_x
        y[frame + 1] = to_y
        color[frame + 1] = kind
    else:
        still_then_move(moment, x[frame - 1], y[frame - 1], to_x, to_y, kind, frame, when, x, y, color)
    count[page] += 2


@kernel
def small_shop(rate: float, queries: int, instances: int, pool: int, most: int, knee: float, idle: float, scaler: int,
               added: int, slow: float, patience: float, reload: float, cap: int, own: float, query: float, seed: int,
               horizon: float, shaped: int, moments: Floats, opened: Floats, busy: Floats, waiting: Floats,
               page: Floats, running: Floats, summary: Floats, count: Ints, when: Floats, x: Floats, y: Floats,
               color: Floats, born: Floats, item: Ints, slots: Ints, line: Ints, state: Ints) -> None:  # fmt: skip
    """Simulate pages at random for ``horizon`` seconds.

    rate : new visits a second at the peak;  shaped : whether demand follows ``shop_demand``, or stays at the peak
    instances, most : at first, and at most;  pool : connections of each;  cap : connections at work in all, at most
    knee, idle, query : of the database, with no contention α;  own : mean seconds of a page outside the database
    scaler, added, slow, patience, reload : as in ``collapse_run``
    moments : times at which to look, filled with opened, busy : connections; waiting : pages without one; page : seconds
        that a page takes which comes now; running : instances
    summary : visits, in time, given up, turned away, pages worked for nobody, pages still in the shop, time averages of
        pages at or before the database and of connections busy, users still trying, tries, longest ``page``
    count, when, x, y, color : keyframes, ``FRAMES`` a page
    born, item (FIELDS a page), slots (``pool`` an instance), line (HOLDS an instance) : scratch
    """
    seed_stream(seed, 21, state)
    room = born.shape[0]
    beta = 1.0 / (knee * knee)
    for i in range(summary.shape[0]):
        summary[i] = 0.0
    for i in range(room):
        count[i] = 0
    for i in range(slots.shape[0]):
        slots[i] = -1
    for i in range(line.shape[0]):
        line[i] = -1
    number = instances
    ordered = 0
    look = PERIOD
    ready = math.inf
    clock = 0.0
    made = 0
    oldest = 0
    working = 0
    active = 0
    stuck = 0
    ticket = 0
    reading = 0
    again = 0
    while clock < horizon:
        total = min(number * pool, cap)
        serving = 0.0
        if active > 0:
            serving = database_rate(1.0 * active, 1.0 * total, 1.0 / query, 0.0, beta, idle)
        arriving = rate
        if shaped == 1:
            arriving = rate * shop_demand(clock)
        speed = arriving + working / own + serving
        following = clock + exponential(state) / speed
        event = 0
        if again > 0:
            following = clock
            event = 1
        if oldest < made and born[oldest] + patience < following:
            following = born[oldest] + patience
            event = 2
        if look < following:
            following = look
            event = 3
        if ready < following:
            following = ready
            event = 4
        following = min(max(following, clock), horizon)
        likely = own + queries * query
        if active > 0:
            likely = own + queries * (active + stuck) / serving
        while reading < moments.shape[0] and moments[reading] <= following:
            opened[reading] = total
            busy[reading] = active
            waiting[reading] = stuck
            page[reading] = likely
            running[reading] = number
            reading += 1
        summary[6] += (active + stuck) * (following - clock)
        summary[7] += active * (following - clock)
        summary[10] = max(summary[10], likely)
        clock = following
        if clock >= horizon:
            break
        freed = -1
        chosen = -1
        if event == 0:
            draw = uniform(state) * speed
            if draw < arriving:
                event = 1
                summary[0] += 1.0
            elif draw < arriving + working / own:
                nth = below(state, working)
                for i in range(made):
                    if item[FIELDS * i + STAGE] == OWN:
                        if nth == 0:
                            chosen = i
                        nth -= 1
                working -= 1
            else:
                nth = below(state, active)
                for i in range(made):
                    if item[FIELDS * i + STAGE] == RUNS:
                        if nth == 0:
                            chosen = i
                        nth -= 1
                active -= 1
                freed = item[FIELDS * chosen + HOME]
                slots[pool * freed + item[FIELDS * chosen + PLACE]] = -1
                item[FIELDS * chosen + LEFT] -= 1
                if item[FIELDS * chosen + LEFT] == 0:
                    kind = 1.0 * QUERYING
                    if item[FIELDS * chosen + ALONE] == 1:
                        kind = 1.0 * FOR_NOBODY
                        summary[4] += 1.0
                    else:
                        summary[1] += 1.0
                    item[FIELDS * chosen + STAGE] = GONE
                    dot_moves(chosen, clock, GONE, freed, 0, pool, kind, count, when, x, y, color)
                    chosen = -1
        elif event == 2:
            i = oldest
            oldest += 1
            if item[FIELDS * i + STAGE] != GONE:
                item[FIELDS * i + ALONE] = 1
                dot_moves(i, clock, item[FIELDS * i + STAGE], item[FIELDS * i + HOME], item[FIELDS * i + PLACE], pool,
                          1.0 * FOR_NOBODY, count, when, x, y, color)  # fmt: skip
                if uniform(state) < reload:
                    again += 1
                else:
                    summary[2] += 1.0
        elif event == 3:
            look += PERIOD
            wish = instances_wanted(scaler, number, ordered, likely, slow, 0.7, added, most)
            if wish > number + ordered:
                ordered = wish - number
                ready = clock + START
        elif event == 4:
            number += ordered
            ordered = 0
            ready = math.inf
        if event == 1:
            again = max(0, again - 1)
            if made < room:
                summary[9] += 1.0
                i = made
                made += 1
                home = below(state, number)
                born[i] = clock
                held = 0
                for j in range(i):
                    if item[FIELDS * j + STAGE] != GONE and item[FIELDS * j + HOME] == home:
                        held += 1
                for field in range(FIELDS):
                    item[FIELDS * i + field] = 0
                item[FIELDS * i + HOME] = home
                if held >= HOLDS:
                    summary[3] += 1.0
                    summary[2] += 1.0
                    dot_moves(i, clock, OWN, home, 0, pool, 1.0 * TURNED_AWAY, count, when, x, y, color)
                    dot_moves(i, clock, GONE, home, 0, pool, 1.0 * TURNED_AWAY, count, when, x, y, color)
                    x[FRAMES * i + count[i] - 1] = USERS
                else:
                    item[FIELDS * i + STAGE] = OWN
                    item[FIELDS * i + LEFT] = queries
                    working += 1
                    dot_moves(i, clock, OWN, home, 0, pool, 1.0 * AT_WORK, count, when, x, y, color)
            else:
                summary[2] += 1.0
        if chosen >= 0:
            place = 0
            home = item[FIELDS * chosen + HOME]
            for j in range(HOLDS):
                if line[HOLDS * home + HOLDS - 1 - j] < 0:
                    place = HOLDS - 1 - j
            line[HOLDS * home + place] = chosen
            ticket += 1
            item[FIELDS * chosen + STAGE] = WAITS
            item[FIELDS * chosen + PLACE] = place
            item[FIELDS * chosen + TICKET] = ticket
            stuck += 1
        # Whoever has waited longest and finds a free connection of its instance takes it.
        searching = 1
        while searching == 1:
            searching = 0
            next_up = -1
            if active < min(number * pool, cap):
                for k in range(HOLDS * number):
                    i = line[k]
                    if i >= 0 and (next_up < 0 or item[FIELDS * i + TICKET] < item[FIELDS * next_up + TICKET]):
                        home = item[FIELDS * i + HOME]
                        for j in range(pool):
                            if slots[pool * home + j] < 0:
                                next_up = i
            if next_up >= 0:
                searching = 1
                home = item[FIELDS * next_up + HOME]
                line[HOLDS * home + item[FIELDS * next_up + PLACE]] = -1
                place = 0
                for j in range(pool):
                    if slots[pool * home + pool - 1 - j] < 0:
                        place = pool - 1 - j
                slots[pool * home + place] = next_up
                item[FIELDS * next_up + STAGE] = RUNS
                item[FIELDS * next_up + PLACE] = place
                active += 1
                stuck -= 1
                kind = 1.0 * QUERYING
                if item[FIELDS * next_up + ALONE] == 1:
                    kind = 1.0 * FOR_NOBODY
                dot_moves(next_up, clock, RUNS, home, place, pool, kind, count, when, x, y, color)
                if next_up == chosen:
                    chosen = -1
        if chosen >= 0:
            kind = 1.0 * WAITING
            if item[FIELDS * chosen + ALONE] == 1:
                kind = 1.0 * FOR_NOBODY
            dot_moves(chosen, clock, WAITS, item[FIELDS * chosen + HOME], item[FIELDS * chosen + PLACE], pool, kind,
                      count, when, x, y, color)  # fmt: skip
    summary[5] = working + active + stuck
    summary[6] /= horizon
    summary[7] /= horizon
    summary[8] = again
    for i in range(made):
        if item[FIELDS * i + STAGE] != GONE and item[FIELDS * i + ALONE] == 0:
            summary[8] += 1.0


@kernel
def collapse_tracks(rate: float, queries: int, pool: int, scaler: int, added: int, cap: int, patience: float,
                    reload: float, seed: int, instances: int, most: int, knee: float, idle: float, slow: float,
                    own: float, query: float, horizon: float, first: Floats, when: Floats, x: Floats, y: Floats,
                    kind: Floats, moments: Floats, opened: Floats, busy: Floats, waiting: Floats, page: Floats,
                    running: Floats, edge: Floats, summary: Floats, count: Ints, born: Floats, item: Ints, slots: Ints,
                    line: Ints, state: Ints) -> None:  # fmt: skip
    """The player: the run of ``small_shop``, its keyframes moved together; ``edge`` : upper edge of the instances."""
    for i in range(moments.shape[0]):
        moments[i] = i * horizon / (moments.shape[0] - 1)
    small_shop(rate, queries, instances, pool, most, knee, idle, scaler, added, slow, patience, reload, cap, own, query,
               seed, horizon, 1, moments, opened, busy, waiting, page, running, summary, count, when, x, y, kind, born,
               item, slots, line, state)  # fmt: skip
    for i in range(moments.shape[0]):
        edge[i] = running[i] - 0.5
    place = 0
    for i in range(count.shape[0]):
        first[i] = place
        for k in range(count[i]):
            when[place] = when[FRAMES * i + k]
            x[place] = x[FRAMES * i + k]
            y[place] = y[FRAMES * i + k]
            kind[place] = kind[FRAMES * i + k]
            place += 1
    first[count.shape[0]] = place


def small(rate, queries, instances=4, pool=2, most=12, knee=6.0, idle=0.1, scaler="latency", added=2, slow=4.0,
          patience=10.0, reload=0.8, cap=1000, own=0.5, query=0.3, seed=1, horizon=120.0, shaped=True, room=2000):  # fmt: skip
    """The small shop, page by page: a dictionary of what its kernel's summary holds.

    rate : visits a second at the peak;  shaped : whether demand rises and falls;  room : tries that are followed
    Other arguments as in `collapse.evening`, in the small shop's size. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 2.
    """
    rate, horizon = checks.positive("rate", rate, finite=True), checks.positive("horizon", horizon, finite=True)
    queries, instances = checks.whole("queries", queries, 1, 1000), checks.whole("instances", instances, 1, 1000)
    pool, most = checks.whole("pool", pool, 1, 1000), checks.whole("most", most, instances, 1000)
    cap, room = checks.whole("cap", cap, 1), checks.whole("room", room, 1, 10**6)
    knee, idle = checks.number("knee", knee, 1), checks.number("idle", idle, 0, 1)
    reload, patience = checks.number("reload", reload, 0, 0.99), checks.positive("patience", patience)
    own, query = checks.positive("own", own, finite=True), checks.positive("query", query, finite=True)
    moments, summary = np.linspace(0, horizon, 241), np.empty(11)
    names = ("visits", "in_time", "given_up", "turned_away", "for_nobody", "present", "at_database", "busy", "trying",
             "tries", "longest")  # fmt: skip
    scaler = ON_LATENCY if checks.one_of("scaler", scaler, ("off", "latency")) == "latency" else 0
    small_shop(rate, queries, instances, pool, most, knee, idle, scaler, checks.whole("added", added), float(slow),
               patience, reload, cap, own, query, int(seed), horizon, int(shaped), moments,
               *(np.empty(241) for _ in range(5)), summary, np.empty(room, dtype=np.int64),
               *(np.empty(FRAMES * room) for _ in range(4)), np.empty(room),
               *(np.empty(n, dtype=np.int64) for n in (FIELDS * room, pool * most, HOLDS * most, STATE_SIZE)))  # fmt: skip
    return dict(zip(names, summary.tolist(), strict=True))
