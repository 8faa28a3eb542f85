"""Chapter 2, section 1: caches behind caches, working sets, and a time to live."""

import numpy as np

from perfbook import levels as model
from perfbook import staleness as ttl_model
from perfbook.explore import Challenge, Explorable, Slider

MACHINES = (model.EPISODE, model.ICE_LAKE)
NAMES = ("the episode's", "Ice Lake")
CYCLES = np.array([c for machine in MACHINES for c in machine.cycles])
SIZES = np.array([s for machine in MACHINES for s in machine.sizes], dtype=float)
COLOURS = (("theory", 0.75), ("theory", 0.45), ("theory", 0.2), ("danger", 0.6))
PLACES = ("L1", "L2", "L3", "RAM")


def draw_levels(picture):
    panel = picture.panel(x="share", xlim=(0, 1), ylim=(-0.55, 2.75))
    panel.ax.set(yticks=[2, 1, 0])
    panel.ax.set_yticklabels(["accesses", "time,\nwhole", "time,\nadded"])
    for bar in range(3):
        row = 2 - bar
        for level, (colour, opacity) in enumerate(COLOURS):
            at = 5 * bar + level
            panel.boxes(f"edges[{at}]", f"edges[{at + 1}]", row - 0.3, row + 0.3, color=colour, opacity=opacity)
            place = 4 * bar + level
            name = f"{{shown[{place}]:=|{PLACES[level]}}}"
            panel.text(f"middle[{place}]", row, name, color="ink", align="center")
    panel.text(0.01, 1.47, "whole: {now[0]:.3f} cycles an access", color="ink")
    panel.text(0.01, 0.47, "added: {now[1]:.3f} cycles an access", color="ink")
    panel.text(0.01, 2.47, "where accesses end", color="ink")


levels = Explorable(
    "levels",
    kernel=model.levels_figure,
    sliders=[
        Slider("machine", "machine", 0, 1, step=1, value=0, words=NAMES),
        Slider("l1", "L1 hits", 0, 1, step=0.005, value=0.95),
        Slider("l2", "L2 hits, of what comes to it", 0, 1, step=0.01, value=0.8),
        Slider("l3", "L3 hits, of what comes to it", 0, 1, step=0.01, value=0.75),
    ],
    inputs={"cycles": CYCLES},
    outputs={"share": 4, "edges": 15, "middle": 12, "shown": 12, "now": 4},
    scratch={"rates": 3, "whole": 4, "added": 4},
    draw=draw_levels,
    readouts={
        "mean": "Mean access: {now[0]:.3f} cycles if each number is a whole access, {now[1]:.3f} if they add up",
        "memory": "{share[3]:.2%} of the accesses go to memory",
        "without": "Without the third level: {now[2]:.3f} cycles (whole), {now[3]:.3f} (added)",
    },
    alt="Three bars cut by level. Of the accesses, {share[0]:.1%} end in the first level and {share[3]:.2%} in memory; the "
    "other two bars show the time these take. The mean access takes {now[0]:.3f} cycles if the numbers are whole times "
    "and {now[1]:.3f} if they add up.",
    caption="With hits of 95, 80 and 75% memory is a hair in the upper bar and a sixth of the time in the lower ones. Blue, from dark to "
    "light: the first, second and third level.",
    presets={"measured": {"machine": 1}, "L1 at 90%": {"l1": 0.9}, "nothing hits": {"l1": 0, "l2": 0, "l3": 0}},
)

challenge_levels = Challenge(
    "levels-half",
    of="levels",
    ask="On the measured machine, with L2 at 0.8 and L3 at 0.75, find the L1 hit rate with which a mean access, each number "
    "a whole one, takes 7 cycles.",
    goal={"machine": (1, 1), "l2": (0.8, 0.8), "l3": (0.75, 0.75), "now[0]": (6.9, 7.1)},
    solution={"machine": 1, "l1": 0.905},
    hint="The mean is a straight line in the L1 hit rate: 5 cycles at 1, and what the rest costs at 0.",
)

KIB = np.exp2(np.linspace(0, 20, 161))


def draw_working_set(picture):
    panel = picture.panel(
        x="working set, KiB (log)", y="cycles a mean access (log)", xlim=(1, 2**20), ylim=(0.8, 300), xscale="log",
        yscale="log",
    )  # fmt: skip
    panel.ax.set_xticks([1, 100, 10_000, 10**6])
    panel.ax.set_xticklabels(["1", "100", "10,000", "10⁶"])
    for level, name in enumerate(PLACES[:3]):
        panel.rule(x=f"now[{4 + level}]", color="limit", width=1)
        panel.text(f"now[{4 + level}]", 220, name, color="limit", align="right", offset=(-3, 0))
    panel.line(KIB, "other", color="theory", dashed=True, width=1.2)
    panel.line(KIB, "curve", color="theory")
    panel.dots("now[0]", "now[1]", color="ink")
    panel.text(KIB[2], "other[2]", "{machine:=Ice Lake|the episode's}", color="theory", offset=(0, 9))
    panel.text(KIB[2], "curve[2]", "{machine:=the episode's|Ice Lake}", color="theory", offset=(0, 9))


working_set = Explorable(
    "working-set",
    kernel=model.working_set_figure,
    sliders=[
        Slider("log2_kib", "log₂ of the working set in KiB", 2, 20, step=0.25, value=12),
        Slider("machine", "machine", 0, 1, step=1, value=1, words=NAMES),
    ],
    inputs={"sizes": SIZES, "cycles": CYCLES, "kib": KIB},
    outputs={"curve": 161, "other": 161, "now": 7},
    draw=draw_working_set,
    readouts={
        "now": "{now[0]:,.0f} KiB, evenly used: {now[1]:.1f} cycles a mean access, {now[2]:.1f} on the other machine",
        "saved": "Without caches: {now[3]:.0f} cycles",
    },
    alt="Mean cycles by working set, in steps: flat where the set fits a cache, rising past its size. At {now[0]:,.0f} KiB "
    "{now[1]:.1f} cycles.",
    caption="No slider here is a hit rate: with evenly used data it follows from the sizes. Each step begins where a cache "
    "is full, and is half done at twice its size.",
    presets={"fits L1": {"log2_kib": 5}, "1 MiB": {"log2_kib": 10}, "16 MiB": {"log2_kib": 14}},
)

TTLS = np.geomspace(1, 3600, 101)


def draw_staleness(picture):
    panel = picture.panel(x="time to live, s (log)", y="share of reads", xlim=(1, 3600), ylim=(0, 1.02), xscale="log")
    panel.line(TTLS, "hit", color="limit", dashed=True, width=1.5)
    panel.line(TTLS, "stale", color="theory")
    panel.rule(x="ttl", color="ink", width=1)
    panel.dots("ttl", "now[0]", color="ink")
    panel.text(1.2, 0.62, "dashed: hits", color="limit")
    panel.text(1.2, 0.54, "solid: out of date", color="theory")


staleness = Explorable(
    "staleness",
    kernel=ttl_model.staleness_figure,
    sliders=[
        Slider("reads", "reads a second", 0.1, 50, step=0.1, value=10),
        Slider("updates_an_hour", "updates an hour", 0.5, 120, step=0.5, value=6),
        Slider("ttl", "time to live", 1, 1200, step=1, value=300, unit="s"),
    ],
    inputs={"ttls": TTLS},
    outputs={"stale": 101, "hit": 101, "now": 6},
    draw=draw_staleness,
    readouts={
        "stale": "{now[0]:.2%} of the reads are out of date, by {now[5]:duration} at most; that is {now[4]:,.0f} reads a day",
        "hits": "{now[1]:.3%} come from the cache; what is read is {now[2]:duration} old on average",
        "store": "The store is asked {now[3]:.3g} times a second instead of {reads:.1f}",
    },
    alt="Share of reads served from the cache and share out of date, by time to live. At {ttl:.0f} s {now[1]:.1%} are served "
    "from the cache and {now[0]:.1%} are out of date.",
    caption="The hits are nearly all there after a few reads' time; what a longer life adds after that is staleness.",
    presets={
        "rarely read": {"reads": 0.1},
        "ten seconds": {"ttl": 10},
        "an update a minute": {"updates_an_hour": 60},
    },
)

challenge_staleness = Challenge(
    "staleness-one-percent",
    of="staleness",
    ask="10 reads a second, 6 updates an hour. Find the longest time to live with which no more than 1% of the reads are out "
    "of date, and see what it costs in hits.",
    goal={"reads": (10, 10), "updates_an_hour": (6, 6), "now[0]": (0.0094, 0.01)},
    solution={"ttl": 12},
    hint="While updates are rare within a life, half of the life times the update rate is nearly the share that is stale.",
)
