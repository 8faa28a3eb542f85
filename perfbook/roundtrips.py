"""What a page costs that asks a database many times: statements, rows, time, and what the database has to do for it.

A statement costs a round trip and its own work at the database, a row costs a little each. Statements of a page go one
after the other, unless it has several in flight; what depends on an answer waits for it.

Explained in chapter 3, section 1.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, kernel

LAZY, EACH, BATCH, JOIN = range(4)
WAYS = {"lazy": LAZY, "each": EACH, "batch": BATCH, "join": JOIN}

COUNT, ROWS, SECONDS, WORK = range(4)
COSTS = 4

NORMAL, SLOW = 0.187, 8.2  # the story's cart page before and during, seconds


@kernel
def page_cost(
    way: int, items: int, related: int, trip: float, statement: float, row: float, lanes: int, cost: Floats
) -> None:
    """What one page costs, with ``items`` articles of ``related`` related products each, all different.

    way : 0 lazy (the articles, then for each the numbers of its related products, then each of these); 1 one join for
        each article; 2 three statements with IN; 3 one join
    trip : round trip, s;  statement : work at the database for a statement, s;  row : for a row, s
    lanes : statements that a page may have in flight at once, each on its own connection, 1 up
    cost : statements; rows; seconds until the page has all; seconds of work at the database. Rows are taken to be
        spread evenly over the lanes. Nothing waits for anybody else's page.
    """
    links = items * related
    count = 1
    turns = 1
    rows = items
    shared = 0
    if way == LAZY:
        count = 1 + items + links
        turns = 1 + (items + lanes - 1) // lanes + (links + lanes - 1) // lanes
        shared = 2 * links
    elif way == EACH:
        count = 1 + items
        turns = 1 + (items + lanes - 1) // lanes
        shared = links
    elif way == BATCH:
        if links > 0:
            count = 3
        elif items > 0:
            count = 2
        turns = count
        rows = items + 2 * links
    else:
        rows = max(items, links)
    spread = min(lanes, max(items, 1))
    cost[COUNT] = float(count)
    cost[ROWS] = float(rows + shared)
    cost[SECONDS] = turns * (trip + statement) + row * (rows + shared / spread)
    cost[WORK] = count * statement + row * (rows + shared)


@kernel
def n_plus_one(
    items: int,
    related: int,
    trip_log10: float,
    statement_log10: float,
    lanes: int,
    pages_log10: float,
    row: float,
    trips: Floats,
    products: Floats,
    lazy: Floats,
    each: Floats,
    batch: Floats,
    join: Floats,
    lazy_rate: Floats,
    each_rate: Floats,
    batch_rate: Floats,
    join_rate: Floats,
    here: Floats,
    page_ms: Floats,
    now: Floats,
    cost: Floats,
) -> None:
    """The figure: time of a page against the round trip, statements a second against related products, for four ways.

    trip_log10, statement_log10 : log10 of the round trip and of a statement's own work, both in microseconds
    pages_log10 : log10 of pages a second;  row : seconds a row
    trips : round trips, ms;  lazy, each, batch, join : time of a page at each of them, ms
    products : numbers of related products;  lazy_rate ... join_rate : statements/s with each of them
    here : for each way: statements, rows, seconds of the page, statements/s, and seconds of work a second at the
        database, which is how many of its cores are busy;  page_ms : the round trip, and the page of each way, ms
    now : round trip, s; statement, s; pages/s; lazy over join in time; a verdict on the lazy page: 0 within the story's
        187 ms, 1 above, 2 above its 8.2 s; times by which lazy is busier than join; the round trip at which the lazy
        page takes 187 ms, s, infinite if it takes longer without any
    """
    trip = 1e-6 * 10.0**trip_log10
    statement = 1e-6 * 10.0**statement_log10
    pages = 10.0**pages_log10
    for i in range(trips.shape[0]):
        for way in range(4):
            page_cost(way, items, related, trips[i] / 1000.0, statement, row, lanes, cost)
            taken = 1000.0 * cost[SECONDS]
            if way == LAZY:
                lazy[i] = taken
            elif way == EACH:
                each[i] = taken
            elif way == BATCH:
                batch[i] = taken
            else:
                join[i] = taken
    for i in range(products.shape[0]):
        for way in range(4):
            page_cost(way, items, int(products[i]), trip, statement, row, lanes, cost)
            rate = pages * cost[COUNT]
            if way == LAZY:
                lazy_rate[i] = rate
            elif way == EACH:
                each_rate[i] = rate
            elif way == BATCH:
                batch_rate[i] = rate
            else:
                join_rate[i] = rate
    page_ms[0] = 1000.0 * trip
    for way in range(4):
        page_cost(way, items, related, trip, statement, row, lanes, cost)
        here[5 * way] = cost[COUNT]
        here[5 * way + 1] = cost[ROWS]
        here[5 * way + 2] = cost[SECONDS]
        here[5 * way + 3] = pages * cost[COUNT]
        here[5 * way + 4] = pages * cost[WORK]
        page_ms[1 + way] = 1000.0 * cost[SECONDS]
    now[0] = trip
    now[1] = statement
    now[2] = pages
    now[3] = here[2] / here[17]
    now[4] = 0.0
    if here[2] > NORMAL:
        now[4] = 1.0
    if here[2] > SLOW:
        now[4] = 2.0
    now[5] = here[4] / here[19]
    page_cost(LAZY, items, related, 0.0, statement, row, lanes, cost)
    without = cost[SECONDS]
    page_cost(LAZY, items, related, 1.0, statement, row, lanes, cost)
    now[6] = math.inf
    if without < NORMAL:
        now[6] = (NORMAL - without) / (cost[SECONDS] - without)


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a page costs: statements, rows, seconds until it has all, and seconds of work at the database."""

    statements: int
    rows: int
    seconds: float
    work: float


def page(way, items, related, trip=0.0, statement=0.0, row=0.0, lanes=1) -> Cost:
    """The cost of a page of ``items`` articles with ``related`` related products each, all different.

    way : "lazy", "each", "batch" or "join", as in `perfbook.cartpage`
    trip, statement, row : seconds of a round trip, of a statement's own work, of a row
    lanes : statements that the page may have in flight at once
    Raises ValueError for arguments out of range. Source: counting. Explained in chapter 3, section 1.
    """
    checks.one_of("way", way, WAYS)
    items, related = checks.whole("items", items), checks.whole("related", related)
    times = [checks.number(n, v, 0) for n, v in (("trip", trip), ("statement", statement), ("row", row))]
    cost = np.zeros(COSTS)
    page_cost(WAYS[way], items, related, *times, checks.whole("lanes", lanes, 1), cost)
    return Cost(int(cost[COUNT]), int(cost[ROWS]), float(cost[SECONDS]), float(cost[WORK]))
