"""Chapter 2, section 4: the layered picture, and availability composed from parts with a shared cause."""

import numpy as np

from perfbook import availability as model
from perfbook.explore import Challenge, Explorable, Slider

SHARES = np.geomspace(1e-4, 1, 61)
MOST_NINES = 12
# Both ends of each edge and a gap: balancers to clusters, clusters to pools, name service to balancers.
COLUMNS = np.concatenate(
    [np.tile([1.0, 2.0, np.nan], 9), np.tile([2.0, 3.0, np.nan], 9), np.tile([0.0, 1.0, np.nan], 3)]
)


def nines_slider(name, label, value):
    return Slider(name, label, 1, 6, step=0.1, value=value, unit="nines")


def draw_layers(picture):
    panel = picture.panel(xlim=(-0.5, 3.5), ylim=(-0.95, 2.75))
    panel.ax.set(xticks=[], yticks=[])
    for side in ("left", "bottom"):
        panel.ax.spines[side].set_visible(False)
    panel.line(COLUMNS, "there", color="limit", width=1)
    panel.line(COLUMNS, "mine", color="theory", width=2.5)
    panel.dots([0, *np.repeat([1.0, 2.0, 3.0], 3)], [1, *np.tile([2.0, 1.0, 0.0], 3)], color="ink", size=13)
    panel.text(0, 2.6, "name service", align="center")
    panel.text(1, 2.6, "balancers", align="center")
    panel.text(2, 2.6, "clusters", align="center")
    panel.text(3, 2.6, "pools", align="center")
    for region in (1, 2, 3):
        panel.text(1, 3 - region, f"region {region}", align="right", size=9, offset=(8, -14 if region == 3 else 13))
    panel.text(-0.45, -0.52, "this reader gets so far", color="theory", size=9)
    for layer in range(4):
        panel.text(layer, -0.82, f"{{reach[{layer}]:.3%}}", color="theory", align="center")


layers = Explorable(
    "layers",
    kernel=model.layers_reach,
    sliders=[
        Slider("wiring", "edges", 0, 3, step=1, value=0, words=model.WIRINGS),
        Slider("region", "region in the reader's answer", 1, 3, step=1, value=1),
        Slider("retry", "reader tries the other addresses", 0, 1, step=1, value=0, words=("no", "yes")),
        nines_slider("name", "name service", 5),
        nines_slider("balancer", "each balancer", 3),
        nines_slider("cluster", "each cluster", 3),
        nines_slider("pool", "each pool", 3),
    ],
    inputs={"year": model.YEAR},
    outputs={"reach": 5, "edges": 21, "there": 63, "mine": 63, "now": 4},
    draw=draw_layers,
    readouts={
        "reader": "This reader: {now[0]:.2f|all the} nines, {now[1]:duration} a year without service",
        "all": "A reader with a random answer: {reach[4]:.3%}, {now[2]:.2f} nines",
        "lost": "Answers that never lead anywhere: {now[3]:.0%}",
    },
    alt="A name service, three balancers, three clusters and three pools, with the arrows {wiring:=as drawn|of a path a "
    "region|from every balancer to every cluster|from every part to every part of the next layer}. The reader sent to region "
    "{region:.0f} gets to a pool {reach[3]:.3%} of the time.",
    caption="Thick: every way that this reader's request can take. Where there is one way, its parts multiply; where it ends, "
    "no part's nines help.",
    presets={
        "region 3, as drawn": {"region": 3},
        "with the missing edge": {"wiring": 1, "region": 3},
        "every cluster in reach": {"wiring": 2, "region": 3},
        "and a reader that retries": {"wiring": 2, "region": 3, "retry": 1},
    },
)


def draw_availability(picture):
    bars, curve = picture.panels(
        dict(y="nines", xlim=(-0.6, 4.6), ylim=(0, MOST_NINES), title="down for, in a year"),
        dict(x="share of failures in common β", y="nines", xlim=(1e-4, 1), ylim=(0, MOST_NINES), xscale="log"),
    )
    bars.ax.set(xticks=range(5), xticklabels=["one", "all n", "k of n", "any", "standby"])
    bars.ax.grid(False, axis="x")
    bars.bars(np.arange(5.0), "nines", width=0.7, color="theory")
    for i in range(5):  # at a height of their own: the bars may leave the panel
        bars.text(i, MOST_NINES - (0.7 if i % 2 == 0 else 1.6), f"{{lost[{i}]:duration}}", align="center", size=9)
    curve.line(SHARES, "ceiling", color="limit", dashed=True, width=1.5)
    curve.line(SHARES, "majority", color="measured", width=1.5)
    curve.line(SHARES, "standby", color="simulation", width=2)
    curve.line(SHARES, "together", color="theory", width=2.5)
    curve.rule(x="now[5]", color="ink", width=1)
    curve.dots("now[5]", "nines[3]", color="theory")
    curve.dots("now[5]", "nines[4]", color="simulation")
    curve.dots("now[5]", "nines[2]", color="measured")
    curve.text(0.9, 11.4, "shared cause alone", color="limit", align="right")
    curve.text(0.9, 10.4, "any of n", color="theory", align="right")
    curve.text(0.9, 9.4, "standby", color="simulation", align="right")
    curve.text(0.9, 8.4, "k of n", color="measured", align="right")


availability = Explorable(
    "availability",
    kernel=model.compose,
    sliders=[
        Slider("parts", "parts n", 1, 6, step=1, value=2),
        Slider("needed", "needed k, at most n", 1, 6, step=1, value=2),
        Slider("part_nines", "nines of each part", 1, 5, step=0.1, value=3),
        Slider("common", "share of failures in common β", 0, 0.5, step=0.001, value=0),
        Slider("works", "standby: a takeover works with probability", 0.5, 1, step=0.001, value=0.99),
        Slider("switch_seconds", "standby: outage in a takeover", 0, 120, step=0.1, value=0, unit="s"),
        Slider("repair_hours", "mean repair", 0.1, 24, step=0.1, value=1, unit="h"),
    ],
    inputs={"year": model.YEAR, "shares": SHARES},
    outputs={
        "nines": 5,
        "lost": 5,
        **{name: SHARES.size for name in ("together", "majority", "standby", "ceiling")},
        "now": 6,
    },
    draw=draw_availability,
    readouts={
        "one": "One part: {now[0]:.3%}, down {lost[0]:duration} a year",
        "all": "All {parts:.0f}: {nines[1]:.2f} nines. {now[1]:.0f} of {parts:.0f}: {nines[2]:.2f}. Any: {nines[3]:.2f}, where "
        "independence promised {now[4]:.2f}",
        "standby": "Standby: {nines[4]:.2f} nines; its takeovers alone cost {now[3]:duration} a year",
        "cause": "Of the downtime of any-of-n, {now[2]:.1%} is the shared cause",
    },
    alt="Nines of one part {nines[0]:.1f}, all in a chain {nines[1]:.1f}, {now[1]:.0f} of {parts:.0f} {nines[2]:.1f}, any "
    "{nines[3]:.1f}, standby {nines[4]:.1f}, as bars. Beside them, each against the share of failures in common: the curves "
    "fall from the left and meet the dashed line of the shared cause alone.",
    caption="Move β first. To the left of the bend parts multiply; to the right of it more parts buy nothing.",
    presets={
        "a tenth in common": {"common": 0.1},
        "six parts, a tenth in common": {"parts": 6, "common": 0.1},
        "two of three": {"parts": 3},
        "3.6 s a takeover": {"works": 1, "switch_seconds": 3.6},
    },
)

challenge_five = Challenge(
    "availability-five-nines",
    of="availability",
    ask="Two parts of three nines each, any one of them enough. How much may they have in common so that five nines are just "
    "kept? Find the largest share.",
    goal={"parts": (2, 2), "part_nines": (3, 3), "nines[3]": (5.0, 5.03)},
    solution={"common": 0.009},
    hint="Five nines are a downtime of 0.00001. The two parts' own failures take 0.000001 of it.",
)

challenge_standby = Challenge(
    "availability-standby",
    of="availability",
    ask="Two parts of three nines, repaired in an hour on average. Every takeover works, and a twentieth of all failures are "
    "in common, which nobody can change. Find the longest outage in a takeover with which the standby keeps 4.2 nines.",
    goal={
        "parts": (2, 2),
        "part_nines": (3, 3),
        "repair_hours": (1, 1),
        "works": (1, 1),
        "common": (0.05, 0.05),
        "nines[4]": (4.2, 4.203),
    },
    solution={"common": 0.05, "works": 1, "switch_seconds": 45.1},
    hint="The shared cause alone takes 0.00005 of the 0.000063 that 4.2 nines allow. A part in service fails 0.001 × 0.95 "
    "times an hour.",
)
