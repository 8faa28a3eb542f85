"""An evening at a shop: pages, pools, one database, an autoscaler that means well, and users who reload.

A fluid: pages are amounts, not pieces. A page asks the database for its queries one after the other, so the pages that
are there share it evenly; one that came in leaves when its share adds up to its queries. Users wait for a while, then
reload, and the server, which does not know that they left, works on for nobody.

Times are in seconds, rates per second. Explained in chapter 3, section 2.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .connections import CORES, OTHER_WORK, OWN_TIME, Database, database_rate
from .kernel import Floats, kernel

STEP = 0.05  # seconds of a step of the fluid
MINUTES, SAMPLE = 70, 10  # length of the evening, and seconds between two points of a curve
POINTS = 60 * MINUTES // SAMPLE
STEPS = round(60 * MINUTES / STEP)
EARLY, LATE = 0.6, 0.5  # demand before and after the peak, as a share of it
PEAK_FROM, PEAK_TO, FALL_TO = 15, 52, 57  # minutes: the ramp ends, the peak ends, the fall ends
STALL_AT = 25  # minute of a stall of the database
PERIOD, START = 60, 90  # seconds between two looks of the autoscaler, and from order to a working instance
MOST_ADDED, TARGET, TOLERANCE = 400, 0.7, 0.1  # instances that it may add; its aim on the processor, as in chapter 2
THREADS = 200  # pages that an instance holds
PAUSE = 10  # seconds until somebody who was turned away comes again
OFF, ON_LATENCY, ON_CPU = range(3)
SCALERS = {"off": OFF, "latency": ON_LATENCY, "CPU": ON_CPU}
HELD, LIMPED, CAME_BACK, DOWN = range(4)
VERDICTS = ("it holds", "it limps", "it falls and comes back", "it stays down")
NO_CAP, NO_DOOR = 30_000, 100_000  # settings of a pooler and of a door that hold back nothing
GOOD, HALF = 0.9, 0.5  # share of those who come that must be served: in a minute that is not bad, and in one that limps


@kernel
def demand_at(time: float) -> float:
    """Demand ``time`` seconds into the evening, as a share of its peak: up, level, down to a half."""
    minute = time / 60.0
    if minute < PEAK_FROM:
        return EARLY + (1.0 - EARLY) * minute / PEAK_FROM
    if minute < PEAK_TO:
        return 1.0
    if minute < FALL_TO:
        return 1.0 - (1.0 - LATE) * (minute - PEAK_TO) / (FALL_TO - PEAK_TO)
    return LATE


@kernel
def instances_wanted(scaler: int, number: int, ordered: int, page: float, slow: float, busy: float, added: int,
                     most: int) -> int:  # fmt: skip
    """How many instances an autoscaler asks for, when ``number`` run and ``ordered`` more are starting.

    scaler : 0 none, 1 ``added`` more whenever a page takes longer than ``slow`` seconds, up to ``most`` in all,
        2 Kubernetes' rule on the share ``busy`` of their processors
    """
    have = number + ordered
    if scaler == ON_LATENCY and page > slow:
        return max(have, min(have + added, most))
    if scaler == ON_CPU:
        ratio = busy / TARGET
        if not 1.0 - TOLERANCE <= ratio <= 1.0 + TOLERANCE:
            return max(1, min(math.ceil(number * ratio), most))
    return have


@kernel
def served_between(first: int, last: int, wanted: Floats, served: Floats) -> float:
    """Share of the visits from minute ``first`` to ``last`` that were answered in time."""
    each = wanted.shape[0] // MINUTES
    came = 0.0
    went = 0.0
    for i in range(first * each, last * each):
        came += wanted[i]
        went += served[i]
    return went / came


@kernel
def collapse_run(queries: float, pages: float, instances: int, pool: int, knee: float, idle: float, scaler: int,
                added: int, slow: float, patience: float, reload: float, stall: float, cure_at: float, cured: float,
                cap: float, hits: float, door: float, notice: int, own: float, query: float, alpha: float, wanted: Floats,
                tried: Floats, served: Floats, page: Floats, opened: Floats, active: Floats, processor: Floats,
                running: Floats, summary: Floats, entered: Floats, mark: Floats, back: Floats, boot: Floats) -> None:  # fmt: skip
    """Run the evening, from a shop that is empty.

    queries : of a page, and at most ``cured`` of them from minute ``cure_at`` on;  pages : a second at the peak
    pool : connections of an instance;  knee, alpha, idle : the database, see `connections`
    scaler, added, slow : see ``instances_wanted``
    patience : seconds until a user leaves;  reload : share of those who then try again, and of those turned away
    stall : seconds that the database stands still, from minute ``STALL_AT`` on
    cap : connections that a pooler lets through, in all;  hits : share of the queries that a cache answers
    door : pages let in at once;  notice : whether work for a user who left is dropped;  all four from ``cure_at`` on
    wanted, tried, served : filled, one for each ``SAMPLE`` seconds: new visits, tries and pages in time, a second
    page, opened, active, processor, running : at its end: time of a page that comes now, s; connections open and busy;
        share of an instance's processor; instances
    summary : visits; served; given up; still trying; share served: of the evening, at the peak, in the last ten
        minutes; longest page time, s; most connections; most instances; tries a visit at the worst; minute of the first
        bad minute (infinite if there is none) and minutes from it until the last one ends (infinite if that is the
        evening's last); verdict (a place of ``VERDICTS``); pages in the shop at the end; most queries/s asked; least
        processor share at the peak; tries turned away; share served in the worst minute
    entered, mark, back : scratch, one a step;  boot : scratch, one a second and ``START`` more
    """
    steps = entered.shape[0]
    step = 60.0 * MINUTES / steps
    points = wanted.shape[0]
    each = 60 * MINUTES // points
    beta = (1.0 - alpha) / (knee * knee)
    gamma = 1.0 / query
    for t in range(steps):
        back[t] = 0.0
    for s in range(boot.shape[0]):
        boot[s] = 0.0
    for i in range(summary.shape[0]):
        summary[i] = 0.0
    most = instances + MOST_ADDED
    second = steps // (60 * MINUTES)
    leave = max(1, int((patience - own) * second))
    number = instances
    ordered = 0
    head = 0
    present = 0.0
    progress = 0.0
    pending = 0.0
    now = own + queries * query
    busy = 0.0
    pace = 0.0
    per_page = queries
    limit = 1.0 * NO_CAP
    inside = 1.0 * NO_DOOR
    drops = 0
    tries = 0.0
    spent = 0.0
    summary[16] = 1.0
    for s in range(60 * MINUTES):
        number += int(boot[s])
        ordered -= int(boot[s])
        if s >= 60.0 * cure_at:
            per_page = min(queries, cured) * (1.0 - hits)
            limit = cap
            inside = door
            drops = notice
        share = demand_at(1.0 * s)
        spent = min(1.0, (OTHER_WORK * share + tries * own / CORES) / number)
        if PEAK_FROM * 60 < s < PEAK_TO * 60:
            summary[16] = min(summary[16], spent)
        if s > 0 and s % PERIOD == 0:
            wish = instances_wanted(scaler, number, ordered, now, slow, spent, added, most)
            if wish > number + ordered:
                boot[s + START] += wish - number - ordered
                ordered = wish - number
            elif wish < number:
                number = wish
        fresh = pages * share * step
        free = max(0.0, number - OTHER_WORK * share) * CORES / own * step
        most_inside = min(inside, 1.0 * THREADS * number)
        total = min(1.0 * number * pool, limit)
        tries = 0.0
        asked = 0.0
        answered = 0.0
        away = 0.0
        lost = 0.0
        for t in range(s * second, (s + 1) * second):
            came = min(fresh + back[t], min(free, max(0.0, most_inside - present)))
            asked += fresh + back[t]
            pending -= back[t]
            tries += came
            refused = fresh + back[t] - came
            if refused > 0.0:
                away += refused
                if t + PAUSE * second < steps:
                    back[t + PAUSE * second] += reload * refused
            entered[t] = came
            mark[t] = progress
            present += came
            busy = min(present, total)
            rate = 0.0
            if not STALL_AT * 60.0 <= t * step < STALL_AT * 60.0 + stall:
                rate = database_rate(busy, total, gamma, alpha, beta, idle)
            pace = 0.0
            if present > 0.0:
                pace = rate / (per_page * present)
            progress += pace * step
            gone = t - leave
            while head <= t and (mark[head] + 1.0 <= progress or (drops == 1 and head < gone)):
                present = max(0.0, present - entered[head])
                if head >= gone:
                    answered += entered[head]
                head += 1
            if gone >= head:
                lost += entered[gone]
                if t + 1 < steps:
                    back[t + 1] += reload * entered[gone]
        now = math.inf
        if pace > 0.0:
            now = own + 1.0 / pace
        summary[0] += fresh * second
        summary[1] += answered
        summary[2] += (1.0 - reload) * (away + lost)
        pending += reload * (away + lost)
        summary[17] += away
        i = s // each
        if s % each == 0:
            wanted[i] = 0.0
            tried[i] = 0.0
            served[i] = 0.0
        wanted[i] += fresh * second / each
        tried[i] += asked / each
        served[i] += answered / each
        page[i] = now
        opened[i] = total
        active[i] = busy
        processor[i] = spent
        running[i] = number
        summary[8] = max(summary[8], total)
        summary[9] = max(summary[9], 1.0 * number)
        if now < math.inf:
            summary[7] = max(summary[7], now)
    waiting = 0.0
    for t in range(max(head, steps - leave), steps):
        waiting += entered[t]
    summary[3] = waiting + pending
    summary[4] = summary[1] / summary[0]
    summary[5] = served_between(PEAK_FROM, PEAK_TO, wanted, served)
    summary[6] = served_between(MINUTES - 10, MINUTES, wanted, served)
    summary[14] = present
    summary[15] = pages * queries
    bad_minutes(wanted, tried, served, summary)


@kernel
def bad_minutes(wanted: Floats, tried: Floats, served: Floats, summary: Floats) -> None:
    """Fill places 10 to 13 and 18 of a summary: tries a visit, first bad minute, how long, verdict, worst share served."""
    points = wanted.shape[0]
    each = points // MINUTES
    first = -1
    last = -1
    summary[18] = math.inf
    for minute in range(1, MINUTES):
        came = 0.0
        asked = 0.0
        went = 0.0
        for i in range(minute * each, (minute + 1) * each):
            came += wanted[i]
            asked += tried[i]
            went += served[i]
        summary[10] = max(summary[10], asked / came)
        summary[18] = min(summary[18], went / came)
        if went < GOOD * came:
            if first < 0:
                first = minute
            last = minute
    summary[11] = math.inf
    summary[12] = 0.0
    summary[13] = 1.0 * HELD
    if first >= 0:
        summary[11] = 1.0 * first
        summary[12] = last + 1.0 - first
        summary[13] = 1.0 * CAME_BACK
        if last == MINUTES - 1:
            summary[12] = math.inf
            summary[13] = 1.0 * DOWN
        if summary[18] >= HALF:
            summary[13] = 1.0 * LIMPED


@kernel
def evening_figure(queries: float, pool: int, instances: int, pages: float, scaler: int, added: int, slow: float,
                   knee: float, idle: float, patience: float, reload: float, stall: float, cure_at: float, cured: float,
                   hits: float, bound: int, cap: float, door: float, notice: int, own: float, query: float,
                   alpha: float, wanted: Floats, tried: Floats, served: Floats, answered: Floats, page: Floats,
                   opened: Floats, active: Floats, processor: Floats, running: Floats, summary: Floats, entered: Floats,
                   mark: Floats, back: Floats, boot: Floats) -> None:  # fmt: skip
    """The figure: an evening, with the share of the visits answered in time.

    bound : what is bounded from minute ``cure_at`` on: 0 nothing, 1 connections by ``cap``, 2 pages by ``door``, 3 both
    answered : pages in time over new visits;  summary : as in ``collapse_run``, and connections open at first
    Other arguments as in ``collapse_run``.
    """
    through = cap
    if bound == 0 or bound == 2:
        through = 1.0 * NO_CAP
    inside = door
    if bound < 2:
        inside = 1.0 * NO_DOOR
    collapse_run(queries, pages, instances, pool, knee, idle, scaler, added, slow, patience, reload, stall, cure_at, cured,
                through, hits, inside, notice, own, query, alpha, wanted, tried, served, page, opened, active, processor,
                running, summary, entered, mark, back, boot)  # fmt: skip
    for i in range(wanted.shape[0]):
        answered[i] = served[i] / wanted[i]
    summary[19] = instances * pool


@dataclasses.dataclass(frozen=True)
class Evening:
    """An evening at the shop; arrays have one value for each ten seconds.

    minutes : the end of each;  wanted, tried, served : new visits, tries and pages in time, a second
    page : seconds that a page takes which comes now (infinite in a stall);  opened, active : connections
    processor : share of an instance's;  instances : that run
    visits, good, given_up, trying : how many people came, were served in time, gave up, and still wait at the end
    share, peak, last : share served: of all, at the peak, in the last ten minutes
    longest : page time, s;  connections, most_instances : at most;  tries : a visit, in the worst minute
    falls : the first bad minute;  lasts : minutes until the last bad one is over;  verdict : one of ``VERDICTS``
    turned_away : tries;  worst : share served in the worst minute
    """

    minutes: np.ndarray
    wanted: np.ndarray
    tried: np.ndarray
    served: np.ndarray
    page: np.ndarray
    opened: np.ndarray
    active: np.ndarray
    processor: np.ndarray
    instances: np.ndarray
    visits: float
    good: float
    given_up: float
    trying: float
    share: float
    peak: float
    last: float
    longest: float
    connections: float
    most_instances: int
    tries: float
    falls: float
    lasts: float
    verdict: str
    turned_away: float
    worst: float


def evening(queries=68, pages=222.0, instances=127, pool=10, database=None, scaler="latency", added=100,
            slow=2.5, patience=10.0, reload=0.8, stall=0.0, cure_at=0.0, cured=1000, cap=NO_CAP, hits=0.0,
            door=NO_DOOR, notice=False) -> Evening:  # fmt: skip
    """One evening, as an ``Evening``: seventy minutes with the peak from minute 15 to 52.

    queries : of a page;  pages : a second at the peak;  pool : connections of an instance;  database : a ``Database``
    scaler : "off", "latency" (adds ``added`` each minute in which a page takes over ``slow`` seconds), "CPU" (70%)
    patience : seconds, 1 to 60;  reload : share who try again;  stall : seconds that the database stands still at minute 25
    From minute ``cure_at`` on: cured : queries of a page, at most;  cap : connections in all;
    hits : share of queries that a cache answers;  door : pages in the shop at once;  notice : whether the work of users who left is dropped
    Raises ValueError for arguments out of range. Explained in chapter 3, section 2.
    """
    database = database or Database()
    queries = checks.number("queries", queries, 0.01, 1000)
    cured = checks.number("cured", cured, 0.01, 1000)
    pages, hits = checks.number("pages", pages, 0.01, 1e5), checks.number("hits", hits, 0, 0.999)
    instances, pool = checks.whole("instances", instances, 1, 10**5), checks.whole("pool", pool, 1, 10**4)
    scaler, added = SCALERS[checks.one_of("scaler", scaler, SCALERS)], checks.whole("added", added, 0, MOST_ADDED)
    slow, patience = checks.positive("slow", slow), checks.number("patience", patience, 1, 60)
    reload, stall = checks.number("reload", reload, 0, 0.99), checks.number("stall", stall, 0, 600)
    cure_at = checks.number("cure_at", cure_at, 0, MINUTES)
    cap, door = checks.number("cap", cap, 1), checks.number("door", door, 1)
    curves, summary = [np.empty(POINTS) for _ in range(8)], np.empty(19)
    collapse_run(queries, pages, instances, pool, float(database.knee), database.idle, scaler, added, slow, patience,
                reload, stall, cure_at, cured, cap, hits, door, int(notice), OWN_TIME, database.query_time, database.alpha, *curves,
                summary, *(np.empty(STEPS) for _ in range(3)), np.empty(60 * MINUTES + START + 1))  # fmt: skip
    s = summary.tolist()
    return Evening((np.arange(POINTS) + 1) * SAMPLE / 60, *curves, *s[:10], *s[10:13], VERDICTS[int(s[13])], *s[17:])
