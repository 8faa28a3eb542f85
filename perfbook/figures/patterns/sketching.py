"""Chapter 2, section 1: a Bloom filter and a count-min sketch, measured against what is known of them."""

import numpy as np

from perfbook import sketching as model
from perfbook.explore import Challenge, Explorable, Slider

NUMBER = np.arange(1.0, model.MOST_HASHES + 1)
MOST_ITEMS = 5000
ADDED = np.linspace(0, MOST_ITEMS, 101)
MOST_BITS = 60_000


def draw_bloom(picture):
    left, right = picture.panels(
        dict(x="hashes", y="false positives (log)", xlim=(0.5, 16.5), ylim=(1e-5, 1.2), yscale="log"),
        dict(x="items added", y="false positives", xlim=(0, MOST_ITEMS), ylim=(0, 1.02)),
    )
    left.line(NUMBER, "by_hashes", color="theory")
    left.dots(NUMBER, "by_hashes", color="theory", size=4)
    left.dots("hashes", "now[0]", color="simulation", size=9)
    left.rule(x="now[5]", color="limit", width=1)
    left.text("now[5]", 0.6, "best", color="limit", align="auto", offset=(3, 0))
    right.line(ADDED, "by_items", color="theory")
    right.dots("checked", "measured", color="simulation", size=6)
    right.rule(x="items", color="ink", width=1)
    right.text(150, 0.94, "line: formula", color="theory")
    right.text(150, 0.85, "dots: measured", color="simulation")


bloom = Explorable(
    "bloom",
    kernel=model.bloom_figure,
    sliders=[
        Slider("size", "size m, bits", 1000, MOST_BITS, step=500, value=20_000),
        Slider("hashes", "hashes k", 1, model.MOST_HASHES, step=1, value=3),
        Slider("items", "items n", 100, MOST_ITEMS, step=100, value=2000),
        Slider("seed", "set of hash functions", 1, 100, step=1, value=1),
    ],
    inputs={"probes": 20_000, "few": 2000, "number": NUMBER, "added": ADDED},
    outputs={"by_hashes": 16, "by_items": 101, "checked": 20, "measured": 20, "now": 9},
    scratch={"bits": MOST_BITS // 32 + 1},
    draw=draw_bloom,
    readouts={
        "rate": "False positives: {now[0]:.2%} measured (± {now[1]:.2%}), {now[2]:.2%} by the formula; added and not found: "
        "{now[8]:.0f}",
        "best": "Best: {now[5]:.0f} hashes, {now[6]:.2%}, with {now[7]:.1f} bits an item",
        "fill": "{now[3]:.1%} of the bits are set ({now[4]:.1%} expected)",
    },
    alt="Left: false positive rate by number of hashes, falling to a least at {now[5]:.0f} and rising again. Right: the rate "
    "by items added, rising from 0; measured dots lie on the curve. Now {now[0]:.2%} measured.",
    caption="The best number of hashes leaves half of the bits set. A filter that gets more items than it was made for does "
    "not fail; it says yes more and more.",
    presets={
        "the best number": {"hashes": 7},
        "too small": {"size": 5000},
        "too many hashes": {"hashes": 16, "size": 10_000},
    },
)

challenge_bloom = Challenge(
    "bloom-percent",
    of="bloom",
    ask="5,000 items. Find the smallest filter, in steps of 500 bits, that is wrong at most once in a hundred by the formula.",
    goal={"items": (5000, 5000), "now[2]": (0, 0.01), "size": (48_000, 48_000)},
    solution={"items": 5000, "size": 48_000, "hashes": 7},
    hint="With the best number of hashes each bit of accuracy costs 1.44 bits an item, and one in a hundred is 6.64 bits.",
)

TIMES = np.linspace(0, 6, 121)
KEYS, STREAM = 2000, 20_000
RANKS = np.unique(np.round(np.geomspace(1, KEYS, 90)))
MOST_WIDTH, MOST_DEPTH = 1000, 8


def draw_count_min(picture):
    left, right = picture.panels(
        dict(x="over-count, in N/w", y="share of keys above (log)", xlim=(0, 6), ylim=(4e-4, 1.1), yscale="log"),
        dict(x="rank (log)", y="count (log)", xlim=(1, KEYS), ylim=(0.5, 20_000), xscale="log", yscale="log"),
    )
    left.line(TIMES, "bound", color="limit", dashed=True, width=1.5)
    left.line(TIMES, "plain", color="simulation", steps=True)
    left.line(TIMES, "careful", color="measured", steps=True, width=1.4)
    left.dots(np.e, "now[1]", color="limit", size=7)
    left.text(5.9, 0.75, "dashed: bound", color="limit", align="right")
    left.text(5.9, 0.34, "plain", color="simulation", align="right")
    left.text(5.9, 0.155, "conservative", color="measured", align="right")
    right.line(RANKS, "truth", color="ink", width=1.4)
    right.dots(RANKS, "estimate", color="simulation", size=3.5)
    right.rule(y="now[6]", color="limit", width=1)
    right.text(KEYS, 9000, "line: true counts", align="right", offset=(-3, 0))
    right.text(KEYS, 3100, "dots: the sketch", color="simulation", align="right", offset=(-3, 0))
    right.text(1.1, "now[6]", "N/w", color="limit", offset=(0, -8))


count_min = Explorable(
    "count-min",
    kernel=model.count_min_figure,
    sliders=[
        Slider("width", "width w, counters a row", 20, MOST_WIDTH, step=10, value=200),
        Slider("depth", "depth d, rows", 1, MOST_DEPTH, step=1, value=4),
        Slider("alpha", "skew α of the stream", 0, 2, step=0.05, value=1),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"stream": STREAM, "times": TIMES, "ranks": RANKS},
    outputs={
        "bound": TIMES.size,
        "plain": TIMES.size,
        "careful": TIMES.size,
        "truth": RANKS.size,
        "estimate": RANKS.size,
        "now": 10,
    },
    workspace={
        "counts": MOST_WIDTH * MOST_DEPTH,
        "raised": MOST_WIDTH * MOST_DEPTH,
        "seen": KEYS,
        "excess": KEYS,
        "table": KEYS,
        "state": 4,
    },
    draw=draw_count_min,
    readouts={
        "bound": "Over by more than εN, ε = {now[0]:.3f}: {now[2]:.2%} of the keys (conservative {now[3]:.2%}); bound δ = {now[1]:.2%}",
        "mean": "Mean over-count: {now[4]:.1f} (conservative {now[5]:.1f}), where N/w = {now[6]:.0f}; largest: {now[7]:,.0f}",
        "under": "Keys under-counted: {now[8]:.0f}",
    },
    alt="Left: share of keys over-counted by more than a multiple of N/w, for plain and conservative update, below the bound. "
    "Right: true counts by rank and the sketch's, equal for the hot keys and too high for the cold ones.",
    caption="N = 20,000 requests for 2,000 keys. The bound holds for every stream; a skewed one stays far below it. What the "
    "sketch says of cold keys is mostly other keys.",
    presets={
        "no skew": {"alpha": 0},
        "strong skew": {"alpha": 1.5},
        "one row": {"depth": 1},
        "one row, as many counters": {"depth": 1, "width": 800},
    },
)

challenge_count_min = Challenge(
    "count-min-split",
    of="count-min",
    ask="Keep α at 1, run 1, and at most 800 counters in all. Split them into rows so that the mean over-count is below 18.",
    goal={"alpha": (1, 1), "seed": (1, 1), "now[4]": (0, 18), "now[9]": (1, 800)},
    solution={"width": 400, "depth": 2},
    hint="More rows guard against bad luck, wider rows against everything.",
)
