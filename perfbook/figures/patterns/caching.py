"""Chapter 2, section 1: popularity and hit ratio, and the miss ratio of every size."""

import numpy as np

from perfbook import popularity, stackdistance
from perfbook.explore import Challenge, Explorable, Slider, Table

SHARES = np.linspace(0, 1, 101)


def draw_zipf(picture):
    left, right = picture.panels(
        dict(x="rank (log)", y="share of requests (log)", xlim=(1, 1e10), ylim=(1e-12, 1), xscale="log", yscale="log"),
        dict(x="share of the items that fits", y="hit ratio", xlim=(0, 1), ylim=(0, 1.02)),
    )
    left.line("ranks", "share", color="theory")
    left.rule(x="now[10]", color="ink", width=1)
    left.dots("now[10]", "now[11]", color="ink")
    left.text("now[10]", 3e-12, "fits", align="right", offset=(-4, 0))
    right.line(SHARES, "ideal", color="theory")
    right.line("lru_share", "lru", color="theory", dashed=True, width=1.6)
    right.rule(y=0.9, color="limit", width=1)
    right.rule(x="now[9]", color="ink", width=1)
    right.dots("now[9]", "now[2]", color="ink")
    right.dots("now[9]", "now[3]", color="ink")
    right.text(0.97, 0.14, "solid: an oracle", color="theory", align="right")
    right.text(0.97, 0.06, "dashed: LRU", color="theory", align="right")


zipf = Explorable(
    "zipf",
    kernel=popularity.zipf_figure,
    sliders=[
        Slider("alpha", "exponent α", 0, 2, step=0.01, value=1),
        Slider("items_log10", "items, as a power of ten", 2, 10, step=0.25, value=5, power=(1, ",.0f")),
        Slider("cache_percent", "cache, % of the items", 0.1, 100, step=0.1, value=10),
        Slider("miss_ms", "a miss takes", 1, 500, step=1, value=100, unit="ms"),
    ],
    inputs={"hit_ms": 1.0, "shares": SHARES},
    outputs={"ranks": 60, "share": 60, "ideal": 101, "lru_share": 80, "lru": 80, "now": 12},
    workspace={name: popularity.NODES for name in ("rank", "weight", "chance")},
    draw=draw_zipf,
    readouts={
        "hits": "{now[1]:,.0f} of {now[0]:,.0f} items fit: an oracle hits {now[2]:.1%}, LRU {now[3]:.1%}, "
        "FIFO or random {now[4]:.1%}",
        "latency": "Mean latency {now[5]:duration} with the oracle, {now[6]:duration} with LRU, {now[7]:duration} without",
        "ninety": "90% of the requests go to the most popular {now[8]:.2%} of the items",
    },
    alt="Left: the share of requests falls with rank, a straight line on logarithmic axes of slope −{alpha:.2f}. Right: hit "
    "ratio against the share of items that fits, for an oracle and, below it, for LRU; at the cache shown {now[2]:.1%} "
    "and {now[3]:.1%}.",
    caption="The dashed line at 0.9 is the promise that a tenth of the content serves nine tenths of the requests. LRU is "
    "always below the oracle, and a hit takes 1 ms.",
    presets={
        "web traces, lowest": {"alpha": 0.64},
        "web traces, highest": {"alpha": 0.83},
        "a thousand times the items": {"items_log10": 8},
    },
)

challenge_ninety = Challenge(
    "zipf-ninety",
    of="zipf",
    ask="Leave α at 1 and the catalogue at 100,000 items. Find the cache with which the oracle hits 90%.",
    goal={"alpha": (1, 1), "now[0]": (100_000, 100_000), "now[2]": (0.8995, 0.9005)},
    solution={"cache_percent": 29.8},
    hint="The readout says to how many items 90% of the requests go. It is not a tenth of them.",
)

challenge_lru = Challenge(
    "zipf-lru-ninety",
    of="zipf",
    ask="Now let a tenth of 100,000 items fit, and find the α at which LRU, not an oracle, hits 90%.",
    goal={"now[0]": (100_000, 100_000), "cache_percent": (10, 10), "now[3]": (0.898, 0.902)},
    solution={"alpha": 1.17},
    hint="The oracle gets there at 1.12. LRU has to find out what is popular, and always holds some things that are not.",
)

ACCESSES = 200_000
ITEMS, LOOP = 2000, 2000
TOP = ITEMS + LOOP
STEP = 20
GIVEN = 5000
TRACE = """bread
milk
bread
tea
milk
bread
jam
bread
tea
milk
salt
bread
milk
tea
bread
milk"""


def draw_miss_ratio(picture):
    left, right = picture.panels(
        dict(x="cache, items", y="miss ratio", xlim=(0, TOP), ylim=(0, 1.02)),
        dict(x="cache, items", y="cost (without a cache: 1)", xlim=(0, TOP), ylim=(0, 1.5)),
    )
    sizes = np.arange(0.0, TOP + 1, STEP)
    left.line("che_size", "che", color="theory", width=4)
    left.line(sizes, "convex", color="limit", dashed=True, width=1.5)
    left.line(sizes, "missed", color="simulation")
    left.dots("now[0]", "now[1]", color="ink")
    left.text(3880, 0.93, "every size, from one pass", color="simulation", align="right")
    left.text(3880, 0.84, "dashed: its convex hull", color="limit", align="right")
    left.text(3880, 0.75, "{workload:=wide: Che's approximation|||}", color="theory", align="right")
    right.line(sizes, "memory", color="limit", dashed=True, width=1.5)
    right.line(sizes, "missed", color="simulation", width=1.2)
    right.line(sizes, "total", color="theory", width=2.5)
    right.rule(x="now[0]", color="ink", width=1)
    right.dots("now[0]", "now[9]", color="ink")
    right.text(3880, 1.42, "wide: both together", color="theory", align="right")
    right.text(3880, 1.31, "dashed: memory", color="limit", align="right")
    right.text(3880, 1.20, "thin: misses", color="simulation", align="right")


miss_ratio = Explorable(
    "miss-ratio",
    kernel=stackdistance.miss_figure,
    sliders=[
        Slider("workload", "requests", 0, 3, step=1, value=2, words=("Zipf", "a loop", "both mixed", "yours")),
        Slider("alpha", "Zipf's α", 0.2, 1.6, step=0.05, value=1),
        Slider("loop", "length of the loop, items", 10, LOOP, step=10, value=800),
        Slider("memory_price", "memory, $ a month for 1,000 items", 0.5, 150, step=0.5, value=10),
        Slider("miss_price", "$ for a million misses", 0.1, 5, step=0.1, value=0.5),
    ],
    inputs={
        "rate": 100.0,
        "seed": 1,
        "items": ITEMS,
        "accesses": ACCESSES,
        "sizes": np.arange(0.0, TOP + 1, STEP),
    },
    outputs={
        **{name: TOP // STEP + 1 for name in ("missed", "convex", "memory", "total")},
        "che_size": 40,
        "che": 40,
        "now": 10,
    },
    workspace={
        "keys": ACCESSES,
        "distance": ACCESSES,
        "last": max(TOP, GIVEN),
        "tree": 16_385,
        "owner": 16_384,
        "curve": TOP + 1,
        "hull": TOP + 1,
        "corner": TOP + 1,
        "table": ITEMS,
        **{name: popularity.NODES for name in ("rank", "weight", "chance")},
        "state": 4,
    },
    while_dragging={"accesses": 20_000},
    table=Table(
        columns=("trace",),
        count="given",
        size=GIVEN,
        text=TRACE,
        label="Your own trace, a key a line, for the workload “yours”",
        keys=True,
    ),
    draw=draw_miss_ratio,
    readouts={
        "buy": "Cheapest: {now[0]:,.0f} items, ${now[2]:,.2f} a month; it misses {now[1]:.1%}. Without a cache: "
        "${now[3]:,.2f} a month",
        "keys": "{now[5]:,.0f} different keys in {now[6]:,.0f} requests; from {now[7]:,.0f} items on the miss ratio stays at "
        "{now[8]:.1%}",
        "hull": "The hull has {now[4]:.0f} corners: the only sizes worth buying at any price",
    },
    alt="Left: miss ratio of an LRU cache of every size, falling from 1, with its convex hull. Right: cost of memory, of "
    "misses and of both by size; the cheapest cache holds {now[0]:,.0f} items.",
    caption="A cliff in the curve is a loop that fits all at once. Nobody should stop halfway up to one: the cheapest size "
    "lies on the hull, whatever memory and misses cost. 100 requests a second, a month of 30 days.",
    presets={
        "only the loop": {"workload": 1},
        "only Zipf": {"workload": 0},
        "dear memory": {"memory_price": 60},
        "your own": {"workload": 3, "memory_price": 0.5, "miss_price": 5},
    },
)

challenge_cliff = Challenge(
    "miss-ratio-cliff",
    of="miss-ratio",
    ask="Both workloads mixed, a loop of 800, half a dollar for a million misses. Raise the price of memory until it no "
    "longer pays to hold the loop, and not a step further.",
    goal={"workload": (2, 2), "loop": (800, 800), "alpha": (1, 1), "miss_price": (0.5, 0.5), "now[0]": (0, 700),
          "memory_price": (79, 81)},
    solution={"memory_price": 79.5},
    hint="Watch the cheapest size: it jumps, since nothing between is on the hull.",
)  # fmt: skip
