"""Chapter 3, section 6: a price that is smoothed, by one node and by several, and one that answers to itself."""

import numpy as np

from perfbook import smoothing as model
from perfbook.explore import Explorable, Slider

HORIZON, TICKS, CAP = 120.0, 121, 5.0
ALPHAS = np.linspace(0.02, 1, 50)


def draw_smoothing(picture):
    prices, trade = picture.rows(
        dict(x="time, s", y="multiplier", xlim=(0, HORIZON), ylim=(0, 6.6)),
        dict(x="ticks until 90% of a gap is closed (log)", y="noise that is left", xlim=(0.3, 120), ylim=(0, 1.1),
             xscale="log"),
        heights=[1.5, 1],
    )  # fmt: skip
    prices.line("times", "target", color="limit", width=1, steps=True)
    prices.line("times", "alone", color="theory", width=2.5, steps=True)
    prices.line("times", "together", color="danger", width=2, steps=True)
    prices.rule(y=CAP, color="limit", width=1)
    prices.text(2, 5.35, "cap", color="limit")
    prices.text(2, 6.1, "grey: the aim", color="limit")
    prices.text(68, 6.1, "one node", color="theory", align="center")
    prices.text(118, 6.1, "{nodes:.0f} nodes", color="danger", align="right")
    trade.line("closing", "gains", color="ink", width=1.5)
    trade.dots("marks[0]", "marks[1]", color="theory", size=10)
    trade.dots("marks[2]", "marks[3]", color="danger", size=10)
    trade.text(115, 1.0, "one node: α = {now[0]:.2f|none}", color="theory", align="right")
    trade.text(115, 0.8, "together: α = {now[1]:.2f|none}", color="danger", align="right")


smoothing = Explorable(
    "smoothing",
    kernel=model.smoothing_figure,
    sliders=[
        Slider("rule", "rule", 0, 3, step=1, value=0, words=("smooth the ratio", "smooth its root", "root, no memory", "× 1.5 or ÷ 1.5")),
        Slider("alpha", "α of one update", 0.02, 1, step=0.005, value=0.2),
        Slider("ratio", "demand / supply from 20 s on", 0, 9, step=0.1, value=4),
        Slider("noise", "noise of the ratio (sd)", 0, 1, step=0.05, value=0.3),
        Slider("nodes", "nodes that update in each tick", 1, 8, step=1, value=4),
        Slider("lost_percent", "of the others' updates lost", 0, 100, step=5, value=0, unit="%"),
        Slider("tick", "tick", 1, 10, step=1, value=2, unit="s"),
        Slider("floor", "floor of the price", 0, 1, step=0.1, value=1),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"factor": 1.5, "cap": CAP, "jump": 20.0, "horizon": HORIZON, "alphas": ALPHAS},
    outputs={"times": TICKS, "alone": TICKS, "together": TICKS, "target": TICKS, "closing": ALPHAS.size,
             "gains": ALPHAS.size, "marks": 4, "now": 12},
    scratch={"ratios": TICKS, "state": 4},
    draw=draw_smoothing,
    readouts={
        "alpha": "α {now[0]:.2f|none} for one node, {now[1]:.2f|none} for all; half a gap closes in {now[2]:duration|no fixed time} and "
        "{now[3]:duration|no fixed time}",
        "noise": "Noise that is left: {now[4]:.0%|no fixed share} and {now[5]:.0%|no fixed share}; updates a tick "
        "that count: {now[6]:.2f}",
        "price": "At the end {now[7]:.2f} and {now[8]:.2f}; highest {now[9]:.2f} and {now[10]:.2f}; ticks at the cap, several "
        "nodes: {now[11]:.0f}",
    },
    alt="The multiplier over two minutes when demand over supply jumps to {ratio:.1f}: one node's, and that of {nodes:.0f} nodes, "
    "with α {now[0]:.2f|none} and {now[1]:.2f|none}. Highest {now[9]:.2f} and {now[10]:.2f}.",
    caption="Several nodes that each smooth once a tick smooth less: faster and noisier, and never beyond the target. Only a rule "
    "that multiplies compounds.",
    presets={
        "the code's rule": {"rule": 2, "ratio": 9},
        "a factor, one node": {"rule": 3, "nodes": 1, "noise": 0, "tick": 10},
        "a factor, four nodes": {"rule": 3, "nodes": 4, "noise": 0, "tick": 10},
        "no floor": {"rule": 1, "ratio": 0.2, "floor": 0},
    },
)  # fmt: skip

MOMENTS = 61
LOOP_ALPHAS = np.linspace(0.02, 1, 50)


def draw_ringing(picture):
    prices, bounds = picture.panels(
        dict(x="time, s", y="multiplier", xlim=(0, 300), ylim=(0.8, 6.2)),
        dict(x="α", y="gain g", xlim=(0, 1), ylim=(0, model.MOST_GAIN)),
    )
    prices.line("times", "wanted", color="limit", width=1, steps=True)
    prices.line("times", "prices", color="simulation", width=2.2, steps=True)
    prices.rule(y="now[0]", color="theory", width=1)
    prices.text(297, 5.95, "where it would rest", color="theory", align="right")
    prices.text(297, 5.5, "grey: what it aims at", color="limit", align="right")
    bounds.area("alphas", "stable", 30, color="danger", opacity=0.15)
    bounds.area("alphas", 0, "quiet", color="theory", opacity=0.15)
    bounds.line("alphas", "stable", color="danger")
    bounds.line("alphas", "quiet", color="theory")
    bounds.dots("alpha", "now[7]", color="simulation", size=11)
    bounds.text(0.98, 8.5, "never rests", color="danger", align="right")
    bounds.text(0.03, 0.45, "quiet", color="theory")


ringing = Explorable(
    "ringing",
    kernel=model.ringing_figure,
    sliders=[
        Slider("alpha", "α", 0.02, 1, step=0.02, value=0.4),
        Slider("ratio", "demand / supply at a multiplier of 1", 1, 9, step=0.1, value=4),
        Slider("leave_percent", "riders who leave for each 1.0 more", 0, 100, step=1, value=25, unit="%"),
        Slider("delay", "the ratio is old by, ticks", 0, 10, step=1, value=1),
    ],
    inputs={"tick": 5.0, "floor": 1.0, "cap": CAP, "alphas": LOOP_ALPHAS},
    outputs={"times": MOMENTS, "prices": MOMENTS, "wanted": MOMENTS, "stable": LOOP_ALPHAS.size, "quiet": LOOP_ALPHAS.size,
             "now": 8},
    draw=draw_ringing,
    readouts={
        "verdict": "Gain {now[1]:.2f}: {now[4]:=comes to rest without a swing, at|swings, and comes to rest at|never rests, and "
        "swings around} {now[0]:.2f}",
        "bounds": "With this α and delay: no swing up to a gain of {now[3]:.2f}, no rest from {now[2]:.2f} on",
        "swing": "Between {now[6]:.2f} and {now[5]:.2f} in the second half",
    },
    alt="A price that riders answer to. With α {alpha:.2f}, gain {now[1]:.2f} and a delay of {delay:.0f} ticks it "
    "{now[4]:=comes to rest quietly|swings and comes to rest|never comes to rest}.",
    caption="A tick is 5 s. Old news makes a good rule swing: each tick of delay lowers the red curve. A smaller α mends it and "
    "costs time.",
    presets={
        "three ticks old": {"delay": 3},
        "three ticks old, slower": {"delay": 3, "alpha": 0.1},
        "no smoothing": {"alpha": 1, "delay": 1},
    },
)  # fmt: skip
