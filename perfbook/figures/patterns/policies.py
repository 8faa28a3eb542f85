"""Chapter 2, section 1: what a full cache throws out, as a race of ten policies, and while a scan passes."""

import numpy as np

from perfbook import caches, race, traces
from perfbook.explore import Explorable, Slider, Table

OBJECTS = 10_000
WINDOWS = 50
ACCESSES, PREVIEW = 1_000_000, 100_000
MOST_GIVEN = 50_000
LARGEST = MOST_GIVEN // 2  # cache, in objects: half of what there can be
COUNT = len(caches.POLICIES)
NAMES = "|".join(caches.POLICIES)

POEM = """the cat sat on the mat and the dog sat on the log and the cat saw the dog and the dog saw the cat
and the mat was under the cat and the log was under the dog and nobody moved""".replace(" ", "\n")


def draw_race(picture):
    bars, time = picture.panels(
        dict(x="hit ratio", xlim=(0, 1.12), ylim=(COUNT - 0.4, -0.6)),
        dict(x="share of the accesses so far", y="hit ratio", xlim=(0, 1), ylim=(0, 1.18)),
        heights=(3, 2),
    )
    places = np.arange(float(COUNT))
    bars.ax.set_yticks(places, caches.POLICIES)
    bars.ax.tick_params(axis="y", length=0)
    bars.ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    built = slice(0, COUNT - 1)
    bars.boxes(
        np.zeros(COUNT - 1), f"ratio[0:{COUNT - 1}]", places[built] - 0.36, places[built] + 0.36, color="simulation"
    )
    bars.boxes(np.zeros(1), f"ratio[{COUNT - 1}:{COUNT}]", places[-1:] - 0.36, places[-1:] + 0.36, color="limit")
    for k in range(COUNT):
        bars.text(f"ratio[{k}]", float(k), f"{{ratio[{k}]:.1%}}", align="left", offset=(3, 0), size=10)
    middle = (np.arange(WINDOWS) + 0.5) / WINDOWS
    time.line(middle, "optimum", color="limit", width=1.5)
    time.line(middle, "chosen", color="simulation")
    time.rule(x=0.1, color="ink", width=1)
    time.text(0.13, 1.09, "Bélády's optimum", color="limit", align="left")
    time.text(0.99, 1.09, f"{{shown:={NAMES}}}", color="simulation", align="right")


policy_race = Explorable(
    "policy-race",
    kernel=race.policy_race,
    sliders=[
        Slider(
            "workload",
            "workload",
            0,
            5,
            step=1,
            value=0,
            words=("steady Zipf", "scans through it", "a loop", "drifting popularity", "real code", "your own keys"),
        ),
        Slider("percent", "cache, % of the objects", 0.1, 50, step=0.1, value=10),
        Slider("alpha", "Zipf exponent α", 0.4, 1.4, step=0.02, value=0.8),
        Slider("shown", "followed over time", 0, COUNT - 1, step=1, value=caches.LRU, words=caches.POLICIES),
        Slider("seed", "seed", 1, 50, step=1, value=1),
    ],
    inputs={"accesses": ACCESSES, "code": traces.excerpt()},
    outputs={"ratio": COUNT, "optimum": WINDOWS, "chosen": WINDOWS, "now": 9},
    scratch={"hits": WINDOWS, "state": 4},
    workspace={
        "trace": ACCESSES,
        "cumulative": OBJECTS,
        "guide": 32_768,
        "words": 2 * MOST_GIVEN,
        "queue": 4 * LARGEST + 8,
        "log": ACCESSES + 40,
        "links": 2 * ACCESSES + 80,
        "bits": LARGEST // 2 + 1,
    },
    while_dragging={"accesses": PREVIEW},
    table=Table(
        columns=("given",),
        count="given_count",
        size=MOST_GIVEN,
        text=POEM,
        label="Your own trace, a key a line (for the workload “your own keys”)",
        keys=True,
    ),
    draw=draw_race,
    readouts={
        "size": "The cache holds {now[0]:,.0f} of {now[1]:,.0f} objects; {now[2]:,.0f} accesses",
        "best": f"Best that needs no future: {{now[3]:={NAMES}}}, {{now[4]:.2%}} hits; LRU {{now[5]:.2%}}",
        "optimum": "Bélády's optimum: {now[6]:.2%} hits",
        "shown": f"{{shown:={NAMES}}} misses {{now[8]:.2f|infinitely many}} times as often as the optimum",
    },
    alt="Hit ratios of ten eviction policies as bars, "
    + ", ".join(f"{name} {{ratio[{k}]:.1%}}" for k, name in enumerate(caches.POLICIES))
    + f"; and the hit ratio over time of {{shown:={NAMES}}} beside that of the optimum.",
    caption="A million accesses through all ten policies, each from an empty cache; hits count from a tenth of the "
    "way on (dashed). Workloads: independent draws from Zipf's law over 10,000 objects; the same with a scan through 10,000 "
    "others, a quarter of the accesses; a loop over a tenth more objects than the cache holds; Zipf's law with a new "
    "object at its top every 50 accesses. Real code: the identifiers of every fourth file of Python 3.11's standard "
    "library without its tests, in reading order, the first 100,000 of them. While you drag you see the first 100,000 "
    "accesses.",
    presets={
        "scans": {"workload": 1, "percent": 10},
        "the loop": {"workload": 2, "percent": 20},
        "news": {"workload": 3, "percent": 5, "shown": 4},
        "real code": {"workload": 4, "percent": 5},
        "small cache": {"workload": 0, "percent": 0.5},
    },
)


SCAN_OBJECTS, SCAN_ACCESSES, SCAN_WINDOWS = 10_000, 60_000, 60
SCAN_NAMES = ("LRU", "CLOCK", "LFU", "ARC", "SIEVE", "S3-FIFO", "W-TinyLFU")
SCAN_PLACES = ("lru", "clock", "lfu", "arc", "sieve", "s3_fifo", "w_tinylfu")
SCAN_WORDS = "|".join(SCAN_NAMES)


def draw_scan(picture):
    time, cost = picture.panels(
        dict(x="accesses, thousands", y="users' hit ratio", xlim=(0, SCAN_WINDOWS), ylim=(0, 1.18)),
        dict(x="hits lost while the first scan runs, %", xlim=(-12, 112), ylim=(6.6, -0.6)),
    )
    middle = np.arange(SCAN_WINDOWS) + 0.5
    for place in SCAN_PLACES[1:]:
        time.line(middle, place, color="ink", width=0.6)
    time.line(middle, "lru", color="danger", width=1.5)
    time.line(middle, "chosen", color="simulation", width=2.5)
    time.rule(x="now[1]", color="limit", width=1)
    time.rule(x="now[2]", color="limit", width=1)
    time.text("now[1]", 1.09, "scan", color="limit", align="left", offset=(3, 0), size=10)
    time.text(41, 1.09, "LRU", color="danger", align="right")
    time.text(59.5, 1.09, f"{{shown:={SCAN_WORDS}}}", color="simulation", align="right")
    places = np.arange(7.0)
    cost.ax.set_yticks(places, SCAN_NAMES)
    cost.ax.tick_params(axis="y", length=0)
    cost.boxes(np.zeros(1), "lost[0:1]", places[:1] - 0.36, places[:1] + 0.36, color="danger")
    cost.boxes(np.zeros(6), "lost[1:7]", places[1:] - 0.36, places[1:] + 0.36, color="simulation")
    cost.rule(x=0, color="ink", width=1)
    for k in range(7):
        cost.text(f"reach[{k}]", float(k), f"{{lost[{k}]:.1f}} %", align="left", offset=(3, 0), size=10)


scan = Explorable(
    "scan",
    kernel=race.scan_race,
    sliders=[
        Slider("percent", "cache, % of the users' objects", 1, 30, step=0.5, value=10),
        Slider("length", "objects a scan reads", 0, 10_000, step=250, value=5_000),
        Slider("scans", "scans", 0, 4, step=1, value=1),
        Slider("alpha", "Zipf exponent α", 0.4, 1.4, step=0.02, value=0.9),
        Slider("shown", "followed", 0, 6, step=1, value=4, words=SCAN_NAMES),
        Slider("seed", "seed", 1, 50, step=1, value=1),
    ],
    inputs={"accesses": SCAN_ACCESSES, "speed": 3},
    outputs={
        **{place: SCAN_WINDOWS for place in (*SCAN_PLACES, "chosen")},
        "before": 7,
        "during": 7,
        "after": 7,
        "lost": 7,
        "reach": 7,
        "now": 5,
    },
    scratch={"users": SCAN_WINDOWS, "hits": SCAN_WINDOWS, "state": 4},
    workspace={
        "trace": SCAN_ACCESSES,
        "cumulative": SCAN_OBJECTS,
        "guide": 32_768,
        "words": 2 * (SCAN_OBJECTS + 4 * 10_000),
        "queue": 4 * SCAN_OBJECTS * 3 // 10 + 8,
        "log": SCAN_ACCESSES + 40,
        "links": 2 * SCAN_ACCESSES + 80,
        "bits": SCAN_OBJECTS,
    },
    draw=draw_scan,
    readouts={
        "lru": "LRU: {before[0]:.1%} of the users' accesses hit before the first scan, {during[0]:.1%} during it, "
        "{after[0]:.1%} right after",
        "clock": "CLOCK: {before[1]:.1%} before, {during[1]:.1%} during, {after[1]:.1%} after",
        "shown": f"Loses least: {{now[3]:={SCAN_WORDS}}}; loses most: {{now[4]:={SCAN_WORDS}}}",
        "size": "The cache holds {now[0]:,.0f} of 10,000 objects; the scan reads three for each access of a user",
    },
    alt="Hit ratio of the users' accesses over time under seven policies while {scans:.0f} scans of {length:,.0f} objects "
    "pass. LRU: {before[0]:.1%} before the first, {during[0]:.1%} during, {after[0]:.1%} after. Hits lost: "
    + ", ".join(f"{name} {{lost[{k}]:.1f}} %" for k, name in enumerate(SCAN_NAMES))
    + ".",
    caption="Only the users' accesses count; nobody asks again for what the scan reads. Thin: the policies that you do "
    "not follow; the dashed lines are the first scan's ends. The bars compare the hit ratio between them with that of "
    "the 4,000 accesses before; a bar to the left of 0 is a cache that was still learning.",
    presets={
        "no scan": {"scans": 0},
        "four scans": {"scans": 4},
        "a short one": {"length": 1_000},
        "small cache": {"percent": 2},
        "follow CLOCK": {"shown": 1},
    },
)
