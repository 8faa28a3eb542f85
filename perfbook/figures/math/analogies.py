"""Chapter 1, section 8: the load balancer as traffic officer, the cache as short-term memory."""

import numpy as np

from perfbook import lanes, memory
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider
from perfbook.rng import STATE_SIZE

CARS, COLOURS, LANES, RING = 12_000, 200, 8, 4096
SHORT = ("random", "in turn", "weighted", "fewest", "colour")
THINGS, RECALLS = 2000, 20_000
COSTS = np.array([1.0, 10.0, 100.0, 10_000.0])


def categories(panel, names):
    panel.ax.set_xticks(range(1, len(names) + 1), names, fontsize=9)
    panel.ax.grid(False, axis="x")


def draw_officer(picture):
    rules = np.arange(1.0, 6.0)
    time, busy = picture.panels(
        dict(x="", y="mean time to pass", xlim=(0.4, 5.6), ylim=(0, 20)),
        dict(x="", y="busiest lane's utilization", xlim=(0.4, 5.6), ylim=(0, 1.5)),
    )
    time.bars(rules, "mean", width=0.7, color="simulation")
    time.bars(rules, "off_scale", width=0.7, color="danger", opacity=0.8)
    busy.bars(rules, "busiest", width=0.7, color="theory")
    busy.rule(y=1.0, color="danger")
    busy.text(0.5, 1.0, "full", color="danger", offset=(0, 8))
    for panel in (time, busy):
        categories(panel, SHORT)
    for i in range(5):
        time.text(i + 1, 19, f"{{lasting[{i}]:.1f|grows}}", align="center")
        busy.text(i + 1, 0.04, f"{{busiest[{i}]:.0%}}", align="center")


traffic_officer = Explorable(
    "traffic-officer",
    kernel=lanes.traffic,
    sliders=[
        Slider("lanes", "lanes", 1, LANES, step=1, value=4),
        Slider("load", "load, of what all lanes can do", 0.1, 0.98, step=0.01, value=0.7),
        Slider("slow", "speed of the first lane, others 1", 0.2, 1, step=0.05, value=1),
        Slider("look", "age of the officer's count of cars, in mean cars", 0, 20, step=0.5, value=0),
        Slider("exponent", "popularity of colours, exponent", 0, 1.5, step=0.05, value=0),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"cars": CARS},
    outputs={"mean": 5, "late": 5, "busiest": 5, "lasting": 5, "off_scale": 5, "share": 5 * LANES, "moved": 2},
    scratch={
        "owner": COLOURS,
        "popularity": COLOURS,
        **{name: STATE_SIZE for name in ("arrivals", "works", "choices")},
        **{name: LANES for name in ("free", "seen", "sent", "used")},
        "departures": LANES * RING,
        "ends": 2 * LANES,
        "histogram": 1600,
    },
    draw=draw_officer,
    readouts={
        "mean": "Mean time, in mean cars: random {lasting[0]:.2f|grows}, in turn {lasting[1]:.2f|grows}, weighted {lasting[2]:.2f|grows}, "
        "fewest cars {lasting[3]:.2f|grows}, by colour {lasting[4]:.2f|grows}",
        "late": "99 of 100 within: random {late[0]:.1f|over 80}, in turn {late[1]:.1f|over 80}, weighted "
        "{late[2]:.1f|over 80}, fewest cars {late[3]:.1f|over 80}, by colour {late[4]:.1f|over 80}",
        "moved": "Closing the last lane moves {moved[0]:.0%} of the colours on a hash ring, {moved[1]:.0%} with modulo",
    },
    alt="Bars for five rules. Mean time to pass: random {lasting[0]:.1f|grows without end}, in turn "
    "{lasting[1]:.1f|grows without end}, weighted {lasting[2]:.1f|grows without end}, fewest cars "
    "{lasting[3]:.1f|grows without end}, by colour {lasting[4]:.1f|grows without end}.",
    caption="The same cars under five rules. A bar in the danger colour has no mean to show: its busiest lane gets more "
    "than it can pass, and the line there grows for as long as you watch.",
    presets={
        "a slow lane": {"slow": 0.25, "load": 0.8},
        "an old count": {"look": 10},
        "popular colours": {"exponent": 1, "load": 0.5},
        "nearly full": {"load": 0.95},
        "eight lanes": {"lanes": 8},
    },
)


def draw_memory(picture):
    levels = np.arange(1.0, 5.0)
    share, time = picture.panels(
        dict(x="", y="share of the recalls", xlim=(0.4, 4.6), ylim=(0, 1.15)),
        dict(x="", y="share of their time", xlim=(0.4, 4.6), ylim=(0, 1.15)),
    )
    share.bars(levels, "share", width=0.7, color="simulation")
    time.bars(levels, "time", width=0.7, color="theory")
    for panel in (share, time):
        categories(panel, memory.LEVELS)
    for i in range(4):
        share.text(i + 1, f"share[{i}]", f"{{share[{i}]:.1%}}", align="center", offset=(0, 8))
        time.text(i + 1, f"time[{i}]", f"{{time[{i}]:.1%}}", align="center", offset=(0, 8))


memory_levels = Explorable(
    "memory",
    kernel=memory.remember,
    sliders=[
        Slider("instant", "things in mind", 1, 20, step=1, value=4),
        Slider("quick", "things just in mind", 5, 300, step=5, value=50),
        Slider("effortful", "things that come with an effort", 50, 2000, step=50, value=500),
        Slider("exponent", "popularity of things, exponent", 0, 2, step=0.05, value=1),
        Slider("drift", "chance, at each recall, of a new favourite", 0, 0.2, step=0.01, value=0),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"recalls": RECALLS, "costs": COSTS},
    outputs={"share": 4, "time": 4, "mean": 2},
    scratch={
        "popularity": THINGS,
        "state": STATE_SIZE,
        "capacities": 3,
        "newer": 3 * (THINGS + 1),
        "older": 3 * (THINGS + 1),
        "counts": 3,
    },
    draw=draw_memory,
    readouts={
        "mean": "A recall takes {mean[0]:,.0f} times an instant one on average; looking everything up would take "
        "{mean[1]:.1f} times as long",
        "share": "Instant {share[0]:.1%}, quick {share[1]:.1%}, effortful {share[2]:.1%}, external {share[3]:.1%} of recalls",
        "time": "External recalls take {time[3]:.1%} of the time",
    },
    alt="Share of recalls answered at each level: instant {share[0]:.0%}, quick {share[1]:.0%}, effortful {share[2]:.0%}, "
    "external {share[3]:.0%}; and of their time: external {time[3]:.0%}.",
    caption="Left, how often each level answers; right, where the time goes. 20,000 recalls of 2,000 things, which cost 1, "
    "10, 100 and 10,000: costs made for the picture, in the order of a processor's cache to a disk.",
    presets={
        "seven in mind": {"instant": 7},
        "twenty in mind": {"instant": 20},
        "room for everything": {"effortful": 2000},
        "all things alike": {"exponent": 0},
        "a restless mind": {"drift": 0.2},
    },
)

challenge_memory = Challenge(
    "memory-half",
    of="memory",
    ask="Halve the mean time of a recall, from about 2,490 to 1,245 or less, by making one level larger and nothing else.",
    goal={
        "mean[0]": (0, 1245),
        "exponent": (1, 1),
        "drift": (0, 0),
        "seed": (1, 1),
        "instant": (4, 4),
        "quick": (50, 50),
    },
    solution={"effortful": 1300},
    hint="Look at the right-hand panel first: which level's bar is the time?",
)

predict_officer = Choice(
    "predict-officer",
    kind="predict",
    ask="Four lanes, one of them four times slower than the others; together they could pass a quarter more cars than come. "
    "The officer sends the cars in turn: one, two, three, four. What happens?",
    options={
        "Everybody is a little slower": "In the slow lane it does not stay little: it gets a quarter of the cars and can pass "
        "far fewer.",
        "The slow lane's line grows without end, with the others half idle": "Yes. Fair shares of the cars are not fair "
        "shares of the work.",
        "Nothing: the lanes have a quarter to spare": "Together they do. The officer who does not look cannot use it.",
    },
    right="The slow lane's line grows without end, with the others half idle",
)

predict_memory = Choice(
    "predict-memory",
    kind="predict",
    ask="A memory holds four things instantly, 50 quickly, 500 with an effort, and must look up the rest of 2,000. You may "
    "let it hold seven things instantly instead of four. What does that do to the mean time of a recall?",
    options={
        "It falls by nearly half": "Only a few more recalls become instant, and they were quick before: nothing that was slow "
        "has changed.",
        "It falls by a few parts in a hundred": "Less than that. The recalls that it makes instant took ten, in a mean of "
        "thousands.",
        "Nothing that you could see": "Yes. The time is in the recalls that no level answers, and the first level has no "
        "part in those.",
    },
    right="Nothing that you could see",
)

check_colour = Number(
    "check-officer-colour",
    ask="Up to which load does the blue cars' lane not grow without end?",
    answer=1 / (4 * (0.3 + 0.7 / 4)),
    because="That lane gets 0.3 + 0.7/4 of the work, and has a quarter of the room: load × 0.475 × 4 = 1.",
)

check_memory_levels = Choice(
    "check-memory-levels",
    kind="check",
    ask="What is at the quick level at the end, the oldest first?",
    options={
        "e, a, b": "Yes: the three things touched last, in that order.",
        "c, d, e": "A and b were used again after e, and pushed c and d out.",
        "a, b, e": "As if a and b had kept their old places: take an item out before you put it in.",
        "b, a, e": "The newest stands last.",
    },
    right="e, a, b",
)

quiz_officer = Choice(
    "quiz-officer-colour",
    kind="quiz",
    ask="With consistent hashing, where do the requests for cart:1001 and cart:1002 go?",
    options={
        "To the same server, since they are alike": "Alike does not count. A hash scatters neighbours on purpose.",
        "Each always to its own server, whatever happens": "Until a server joins or leaves: then the keys of one arc move.",
        "Each to the server that owns its key, which may be two servers or one by chance": "Yes. The same key goes to the "
        "same server as long as the servers stay; similar keys have nothing in common.",
    },
    right="Each to the server that owns its key, which may be two servers or one by chance",
)

quiz_memory = Choice(
    "quiz-memory-cache",
    kind="quiz",
    ask="What does a cache do that remembering does not, and that makes an outage?",
    options={
        "It hands out an exact copy of something that has changed since": "Yes: it is never unsure. A stale value looks as "
        "fresh as a new one.",
        "It forgets": "Both do.",
        "It is small": "Both are.",
    },
    right="It hands out an exact copy of something that has changed since",
)
