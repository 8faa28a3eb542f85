"""Chapter 3, section 2: what is asked about the pool and the evening."""

from perfbook import collapse as model
from perfbook.collapse import evening
from perfbook.connections import Database, pooled
from perfbook.explore import Choice, Number

PAGES, QUERIES, OLD = 222, 68, 2

predict_collapse = Choice(
    "predict-collapse",
    kind="predict",
    ask="127 instances with 10 connections each; the processors are at 60%, pages have become slow, the database is busy. "
    "You may change one thing before the peak. Which one saves the evening?",
    options={
        "Twice the connections for each instance": "Then 2,540 queries compete in a database that does most with "
        "720. It falls earlier than with 1,270.",
        "400 more instances, started now": "Their processors were not short of anything. They bring 4,000 "
        f"connections, and the shop is down in minute {evening(instances=527, scaler='off').falls:.0f}, before the "
        "peak begins.",
        "Half the connections for each instance": "Yes. 635 carry the load, pages get faster, and there is no way "
        "for the database to be buried.",
        "The server stops work on pages whose users have left": f"With that, {evening(notice=True).peak:.0%} are "
        f"served at the peak, and without it {evening().peak:.0%}. All pages share the database, so each is nearly "
        "done when its user leaves.",
    },
    right="Half the connections for each instance",
)

low, high = Database().carries(300 * 50)

check_range = Number(
    "check-collapse-range",
    ask="What is the largest pool of each of the 150 instances with which the shop is stable?",
    answer=int(high // 150),
    unit="connections",
    tolerance=0.001,
    because=f"All connections busy, between {low:.0f} and {high:.0f} of them do 15,000 queries a second. {high:.0f} divided by 150, "
    "rounded down.",
)

check_door = Number(
    "check-collapse-door",
    ask="How many pages may be inside at once, at most?",
    answer=Database().most / QUERIES * (10 - 0.147),
    unit="pages",
    tolerance=0.03,
    because="Little's law: 17,388/68 pages a second, times the 9.85 s that are left of the users' patience.",
)

check_few = Number(
    "check-collapse-few",
    ask="How many connections were busy, on average, before the change, of the 1,270 open?",
    answer=pooled(PAGES, OLD, 1270).busy,
    unit="connections",
    tolerance=0.06,
    because="Little's law: 444 queries a second of 20 ms are 8.9; the idle ones make each query a little slower.",
)

quiz_processor = Choice(
    "quiz-collapse-processor",
    kind="quiz",
    ask="Pages take 9 s. The instances' processors fell from 60% to 25% in the same minutes. What do you know?",
    options={
        "The instances wait for something that they share": "Yes. Find what every one of them holds or queues for: a "
        "pool, a lock, a database.",
        "There is too much capacity: scale in": "That is what a rule on the processor does. The work has not gone, "
        "it waits.",
        "The load balancer is broken": "It would have to be broken for all of them, and the load would show somewhere.",
    },
    right="The instances wait for something that they share",
)

quiz_pool = Choice(
    "quiz-collapse-pool",
    kind="quiz",
    ask="Threads wait for a connection: the pool's waiting time is 3 s. The database answers a query in 90 ms; it used to be "
    "20 ms. A tool recommends a larger pool. What does it do?",
    options={
        "It takes the wait away": "If the database were idle. At 90 ms for a query of 20 ms it is not.",
        "It moves the queue into the database": "Yes, and makes each query slower. The queue in the pool costs a "
        "thread; in the database it costs everybody throughput.",
        "It changes nothing: the database sets the pace": "The pace is not fixed: each further busy connection makes "
        "every query slower.",
    },
    right="It moves the queue into the database",
)

quiz_late = Choice(
    "quiz-collapse-late",
    kind="quiz",
    ask="The shop has been down for ten minutes, and all its threads are full of pages whose users have left. You put a pooler with the "
    "right number of connections in front of the database. Why does nobody get a page?",
    options={
        "The pooler has the wrong number of connections": "The same number holds the whole evening when it is there "
        f"from the start ({evening(cap=700).share:.0%} are served).",
        "The queue is full of pages that nobody waits for": "Yes, and reloads refill it. Bound the pages as well, or "
        "restart the instances: what is in the queue is worth nothing.",
        "A new pooler must first fill its connections": "It opens them in a moment; the database is fast again at "
        "once.",
    },
    right="The queue is full of pages that nobody waits for",
)

quiz_calm = Choice(
    "quiz-collapse-calm",
    kind="quiz",
    ask="All evening the shop has answered in 2.6 s with 540 of its 1,270 connections busy. The model calls it unstable. Who is "
    "right?",
    options={
        "The evening: at 2.6 s it has plainly worked": "It worked because nothing happened. A stall of 2 s at minute "
        f"{model.STALL_AT} ends it for good.",
        "Both: it has a calm state and no way back to it": "Yes. With all 1,270 busy it does less than is asked for, "
        "so one bad moment is enough. The number to watch is the distance to the point where it tips.",
        "The model: an unstable shop would be down by now": "It was asked another question: what happens when the "
        "pool has once been full.",
    },
    right="Both: it has a calm state and no way back to it",
)
