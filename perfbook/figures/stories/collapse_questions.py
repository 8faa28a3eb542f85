"""Chapter 3, section 2: what is asked about the pool and the evening."""

from perfbook import collapse as model
from perfbook.collapse import evening
from perfbook.connections import Database, pooled
from perfbook.explore import Choice, Number

PAGES, QUERIES, OLD = 222, 68, 2
CAP, LATER = 700, 10  # connections that a pooler lets through, and minutes after the fall until it is put there
STORY, QUIET = evening(), evening(scaler="off")
QUIET_PAGE, QUIET_BUSY = f"{QUIET.page.max():.1f} s", f"{QUIET.active.max():.0f}"

predict_collapse = Choice(
    "predict-collapse",
    kind="predict",
    ask="127 instances with 10 connections each; the processors are at 60%, pages have become slow, the database is busy. "
    "You may change one thing before the peak. Which one saves the evening?",
    options={
        "Twice the connections for each instance": "Then 2,540 queries compete in a database that does most with "
        f"{Database().knee:.0f}. It falls earlier than with 1,270.",
        "400 more instances, started now": "Their processors were not short of anything. They bring 4,000 "
        f"connections, and the shop is down in minute {evening(instances=527, scaler='off').falls:.0f}, before the "
        "peak begins.",
        "Half the connections for each instance": "Yes. 635 carry the load, pages get faster, and there is no way "
        "for the database to be buried.",
        "The server stops work on pages whose users have left": f"With that, {evening(notice=True).peak:.0%} are "
        f"served at the peak, and without it {STORY.peak:.0%}. All pages share the database, so each is nearly "
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
    because=f"All connections busy, between {low:,.0f} and {high:,.0f} of them do 15,000 queries a second. {high:,.0f} divided by 150, "
    "rounded down.",
)

check_door = Number(
    "check-collapse-door",
    ask="How many pages may be inside at once, at most?",
    answer=Database().most / QUERIES * (10 - 0.147),
    unit="pages",
    tolerance=0.03,
    because=f"Little's law: {Database().most:,.0f}/{QUERIES} pages a second, times the 9.85 s that are left of the users' patience.",
)

check_few = Number(
    "check-collapse-few",
    ask="How many connections were busy, on average, before the change, of the 1,270 open?",
    answer=pooled(PAGES, OLD, 1270).busy,
    unit="connections",
    tolerance=0.06,
    because=f"Little's law: {PAGES * OLD} queries a second of 20 ms are {PAGES * OLD * 0.02:.1f}; the idle ones make each "
    "query a little slower.",
)

quiz_processor = Choice(
    "quiz-collapse-processor",
    kind="quiz",
    ask="Pages take 9 s. The instances' processors fell from 60% to 25% in the same minutes. What do you know?",
    options={
        "The instances wait for something they share": "Yes. Find what every one of them holds or queues for: a pool, "
        "a lock, a database.",
        "There are too many instances: scale in": "That is what a rule on the processor does. The work has not gone, it waits.",
        "The load balancer no longer reaches them": "Then the pages that it does not bring would not take 9 s, they would fail.",
    },
    right="The instances wait for something they share",
)

quiz_pool = Choice(
    "quiz-collapse-pool",
    kind="quiz",
    ask="Threads wait for a connection: the pool's waiting time is 3 s. The database answers a query in 90 ms; it used to be "
    "20 ms. A tool recommends a larger pool. What does it do?",
    options={
        "It takes the wait away": "It would if the database had room. At 90 ms for a query of 20 ms it has none: the wait leaves "
        "the pool's graph, and not the page.",
        "It moves the queue into the database": "Yes, and makes each query slower. The queue in the pool costs a thread; in the "
        "database it costs everybody throughput.",
        "It changes nothing: the database sets the pace": "It does, and the pace depends on how many queries it has at once: up to "
        "the knee more of them help, past it they harm.",
    },
    right="It moves the queue into the database",
)

LATE = evening(cap=CAP, cure_at=STORY.falls + LATER)

quiz_late = Choice(
    "quiz-collapse-late",
    kind="quiz",
    ask=f"The shop has been down for ten minutes, and all its threads are full of pages whose users have left. You put a pooler of {CAP} "
    "connections in front of the database. Why does nobody get a page?",
    options={
        "The queue is full of pages that nobody waits for": "Yes. The database is fast again, works those off, and reloads refill the "
        "queue. Bound the pages as well, or restart the instances: what is in the queue is worth nothing.",
        "The pooler has the wrong number of connections": f"The same {CAP} hold the whole evening when they are there from the start: "
        f"{evening(cap=CAP).share:.0%} are served.",
        "A new pooler must first fill its connections": "That takes seconds. In the model the pooler is full at once, and in the "
        f"evening's last ten minutes {LATE.last:.0%} are served.",
    },
    right="The queue is full of pages that nobody waits for",
)

quiz_calm = Choice(
    "quiz-collapse-calm",
    kind="quiz",
    ask=f"All evening the shop has answered within {QUIET_PAGE}, with at most {QUIET_BUSY} of its 1,270 connections busy. The model calls "
    "it unstable. Who is right?",
    options={
        f"The evening: at {QUIET_PAGE} it has plainly worked": "It worked because nothing happened. "
        f"A stall of 2 s at minute {model.STALL_AT} ends it for good.",
        "Both: it has a calm state and no way back to it": "Yes. With all 1,270 busy it does less than is asked for, so one "
        "bad moment is enough. The number to watch is the distance to the point where it tips.",
        "The model: an unstable shop would be down by now": "Not before its first bad moment. The model was asked what happens once "
        "all connections have been busy, and tonight they never were.",
    },
    right="Both: it has a calm state and no way back to it",
)
