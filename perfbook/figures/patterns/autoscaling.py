"""Chapter 2, section 6: cold starts, the rule of the autoscaler, the flash sale, forecasts."""

import numpy as np

from perfbook import autoscaler, forecast, hpa
from perfbook import coldstart as start
from perfbook.explore import Explorable, Slider

ROWS = np.arange(len(start.PARTS) + 1.0, 1.0, -1.0)
MIDDLES = tuple(round((low * high) ** 0.5, 1) if low else 30.0 for low, high in start.EPISODE_RANGES)
SECONDS = 1200
PERIOD = 15
LONGEST_START = 180
MOST = 120
RATE = 1000.0
CLOCK = np.arange(SECONDS) + 0.0
UP_RULES = {
    "default": hpa.UP,
    "4 pods in 15 s": hpa.Rules(pods=4),
    "20% in 15 s": hpa.Rules(percent=20),
    "no limit": hpa.Rules(),
}


def thousands(ax):
    """Ticks of the vertical axis in thousands."""
    ax.yaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}")


def draw_parts(picture):
    panel = picture.panel(x="time since the order, s", xlim=(0, 560), ylim=(0.4, 7.6))
    panel.ax.set_yticks([*ROWS, 1.0], [*start.PARTS, "ready"])
    panel.ax.grid(axis="y", visible=False)
    panel.boxes("begin", "end", ROWS - 0.35, ROWS + 0.35, color="theory")
    for i, row in enumerate(ROWS):
        panel.text(f"end[{i}]", row, f"{{end[{i}]:duration}}", color="limit", align="auto", offset=(5, 0))
    panel.boxes(0, "now[0]", 0.65, 1.35, color="ink", opacity=0.35)
    panel.text("now[0]", 1, "{now[0]:duration}", align="auto", size=12, offset=(5, 0))


cold_parts = Explorable(
    "cold-parts",
    kernel=start.cold_parts,
    sliders=[
        Slider("kind", "what is started", 0, 3, step=1, value=0, words=tuple(start.KINDS)),
        *(
            Slider(name, label, low, high, step=0.1, value=value, unit="s")
            for name, label, (low, high), value in zip(
                ("machine", "system", "runtime", "application", "dependencies", "caches"),
                start.PARTS,
                start.EPISODE_RANGES,
                MIDDLES,
                strict=True,
            )
        ),
        Slider("overlap", "overlap of the parts", 0, 1, step=0.05, value=0),
    ],
    outputs={"begin": 6, "end": 6, "now": 5},
    draw=draw_parts,
    readouts={
        "ready": "Ready {now[0]:duration} after the order; the parts add up to {now[1]:duration}",
        "longest": "Longest part: {now[3]:=the machine|the operating system|the runtime|the application|the dependencies|the caches}, "
        "{now[2]:duration}",
        "skipped": "Not needed by what is started: {now[4]:duration}",
    },
    alt="Six bars from the order to the moment an instance serves, {now[0]:duration} later: one for each part of the start, those "
    "left out without length.",
    caption="Beside each bar: when that part is done. Raise the overlap, and the bars slide under each other: at 0 a part "
    "waits for all of the earlier ones, at 1 they begin together and the longest decides. The ranges of the sliders "
    "are the episode's, and it gives no source.",
    presets={
        "the least of all": dict(
            zip(
                ("machine", "system", "runtime", "application", "dependencies", "caches"),
                (low for low, _ in start.EPISODE_RANGES),
                strict=True,
            )
        ),
        "the most of all": dict(
            zip(
                ("machine", "system", "runtime", "application", "dependencies", "caches"),
                (high for _, high in start.EPISODE_RANGES),
                strict=True,
            )
        ),
        "a container": {"kind": start.NODE},
        "a snapshot": {"kind": start.SNAPSHOT},
        "all at once": {"overlap": 1},
    },
)


def draw_coldstart(picture):
    rate, gap = picture.panels(
        dict(x="time since the rise began, s", y="thousand requests/s", xlim=(-10, 150), ylim=(0, 24_000)),
        dict(x="time since the rise began, s", y="gap, thousand requests/s", xlim=(-10, 150), ylim=(0, 30_000)),
    )
    for panel in (rate, gap):
        thousands(panel.ax)
    rate.area("times", "capacity", "covered", color="danger", opacity=0.3)
    rate.line("times", "offered", color="ink", width=1.5)
    rate.line("times", "capacity", color="theory", steps=True)
    rate.text(148, "peak", "offered", align="right", offset=(0, 6))
    rate.text("now[7]", 22_800, "covered", color="theory", align="auto", offset=(3, 0))
    rate.rule(x="now[7]", color="theory", width=1)
    gap.line("times", "gap", color="theory", width=3)
    gap.line("times", "episode_gap", color="danger", dashed=True)
    gap.text(148, 28_000, "dashed: the episode's gap", color="danger", align="right")


coldstart = Explorable(
    "coldstart",
    kernel=start.coldstart,
    sliders=[
        Slider("low", "demand before", 0, 10_000, step=100, value=1000, unit="/s"),
        Slider("peak", "demand after", 1000, 20_000, step=100, value=10_000, unit="/s"),
        Slider("ramp", "time of the rise", 0, 60, step=1, value=10, unit="s"),
        Slider("start", "start time of an instance", 0, 120, step=0.1, value=30, unit="s"),
        Slider("detection", "until the rise is seen", 0, 30, step=1, value=0, unit="s"),
        Slider("warm", "warm pool, beyond that", 0, 20_000, step=100, value=0, unit="/s"),
        Slider("order", "capacity is ordered", 0, 1, step=1, value=1, words=tuple(start.ORDERS)),
    ],
    inputs={"times": np.linspace(-10, 150, 321)},
    outputs={**{name: 321 for name in ("offered", "capacity", "covered", "gap", "episode_gap")}, "now": 8},
    draw=draw_coldstart,
    readouts={
        "lost": "Dropped: {now[0]:,.0f} requests, {now[2]:.1%} of those offered until the rise is covered",
        "episode": "The episode's formula: a gap of {now[4]:,.0f}/s and {now[5]:,.0f} dropped",
        "gap": "Largest gap: {now[3]:,.0f}/s; offered until covered: {now[1]:,.0f}",
        "other": "In the other order of buying: {now[6]:,.0f} dropped",
    },
    alt="Demand rises from {low:,.0f} to {peak:,.0f} requests a second in {ramp:.0f} s and capacity follows after {now[7]:.0f} s. "
    "The area between them is {now[0]:,.0f} dropped requests; the episode's gap goes on rising to {now[4]:,.0f} a second.",
    caption="The red area is what is dropped. The gap stops growing when demand does; the episode's does not. The numbers under "
    "the figure count each request once, and the whole rise, also what lies beyond the picture.",
    presets={
        "container, 10 s": {"start": 10},
        "virtual machine, 120 s": {"start": 120},
        "Lambda, cold": {"start": 5},
        "followed as it rises": {"order": 0},
        "half of it warm": {"warm": 4500},
    },
)


def draw_hpa(picture):
    panel = picture.panel(x="mean metric of the ready replicas, %", y="replicas", xlim=(0, 300), ylim=(0, 92))
    panel.line("percents", "bare", color="ink", dashed=True, width=1.2)
    panel.line("percents", "asked", color="theory", steps=True, width=1.5)
    panel.line("percents", "allowed", color="simulation", steps=True, width=3)
    panel.rule(y="replicas", color="limit", width=1)
    panel.text(298, "replicas", "now", color="limit", align="right", offset=(0, -7))
    panel.dots("metric", "now[3]", color="ink")
    panel.text("metric", "now[3]", "{now[3]:.0f}", align="center", size=12, offset=(0, 13))
    panel.text(6, 87, "formula alone (dashed)", color="ink")
    panel.text(6, 81, "with tolerance and unready replicas", color="theory")
    panel.text(6, 75, "what one look does (thick)", color="simulation")


hpa_map = Explorable(
    "hpa",
    kernel=hpa.hpa_map,
    sliders=[
        Slider("replicas", "replicas now", 1, 30, step=1, value=10),
        Slider("unready", "of them not ready yet", 0, 29, step=1, value=0),
        Slider("metric", "mean metric of the ready ones", 0, 300, step=1, value=140, unit="%"),
        Slider("target", "target", 30, 100, step=1, value=70, unit="%"),
        Slider("tolerance", "tolerance", 0, 0.5, step=0.01, value=0.1),
    ],
    inputs={"percents": np.arange(301.0), "up": hpa.UP.array(), "none": np.zeros(1)},
    outputs={"bare": 301, "asked": 301, "allowed": 301, "now": 5},
    draw=draw_hpa,
    readouts={
        "now": "{now[3]:.0f} replicas: {metric:.0f}% over a target of {target:.0f}% is a ratio of {now[0]:.2f}",
        "why": "{now[4]:=Within the tolerance: nothing happens|More are ordered|Fewer would do, once the window agrees|"
        "Those not ready count as idle, and nothing happens|The policy stops it: 100% or 4 pods in 15 s}",
        "steps": "Formula alone: {now[1]:.0f}. With tolerance and those not ready: {now[2]:.0f}. After the policy: {now[3]:.0f}",
    },
    alt="Replicas asked for against the metric: a flat part around the target of {target:.0f}%, a straight rise, and a ceiling by the "
    "policy. At {metric:.0f}% of {replicas:.0f} replicas, {now[3]:.0f} are wanted.",
    caption="The flat part is the tolerance, the ceiling the default policy for one period of 15 s. Replicas that are not ready "
    "count as idle on the way up, which widens the flat part to the right, and not at all on the way down.",
    presets={
        "7 of 10 not ready": {"unready": 7},
        "13 replicas at 60%": {"replicas": 13, "metric": 60},
        "no tolerance": {"tolerance": 0},
        "a flood": {"metric": 300},
    },
)


def draw_autoscale(picture):
    panel = picture.panel(x="time, s", y="thousand requests/s", xlim=(0, SECONDS), ylim=(0, 150_000))
    thousands(panel.ax)
    panel.area(CLOCK, "served", "offered", color="danger", opacity=0.4)
    panel.line(CLOCK, "ordered", color="limit", dashed=True, width=1.2)
    panel.line(CLOCK, "capacity", color="simulation", width=2.2)
    panel.line(CLOCK, "offered", color="ink", width=1.5)
    panel.text(1190, 142_000, "ordered (dashed)", color="limit", align="right")
    panel.text(1190, 133_500, "ready (thick)", color="simulation", align="right")
    panel.text(1190, 125_000, "offered", align="right")


autoscale = Explorable(
    "autoscale",
    kernel=autoscaler.autoscale,
    sliders=[
        Slider("kind", "traffic", 0, 2, step=1, value=0, words=tuple(autoscaler.TRAFFIC)),
        Slider("signal", "metric", 0, 2, step=1, value=2, words=tuple(autoscaler.SIGNALS)),
        Slider("start", "start time", 0, LONGEST_START, step=1, value=30, unit="s"),
        Slider("delay", "age of the metric", 0, 120, step=5, value=15, unit="s"),
        Slider("target", "target utilization", 30, 100, step=1, value=70, unit="%"),
        Slider("warm", "warm pool: fewest replicas", 1, 100, step=1, value=5),
        Slider("tolerance", "tolerance", 0, 0.5, step=0.01, value=0.1),
        Slider("window", "agreement before scaling down", 0, 600, step=15, value=300, unit="s"),
        Slider("policy", "limit on the way up", 0, 3, step=1, value=0, words=tuple(UP_RULES)),
    ],
    inputs={
        "period": PERIOD,
        "phase": PERIOD // 2,
        "most": MOST,
        "rate": RATE,
        "up_rules": np.concatenate([rules.array() for rules in UP_RULES.values()]),
        "down_rules": hpa.DOWN.array(),
    },
    outputs={**{name: SECONDS for name in ("offered", "capacity", "ordered", "served")}, "now": 11},
    scratch={
        "up": 6,
        "down": 6,
        "replicas": SECONDS,
        "ready": SECONDS,
        "boot": SECONDS + LONGEST_START + 1,
        **{name: SECONDS // PERIOD + 2 for name in ("seen_times", "seen", "change_times", "changes")},
        "counts": 2,
    },
    draw=draw_autoscale,
    readouts={
        "dropped": "Dropped: {now[2]:,.0f} of {now[0]:,.0f} requests, {now[3]:.1%}, in {now[9]:.0f} of 1,200 seconds",
        "cost": "Cost: {now[4]:.1f} replica-hours, {now[6]:.2f} times the {now[5]:.1f} that would do if replicas came at once",
        "path": "Most replicas: {now[7]:.0f}. Changes of direction: {now[8]:.0f}",
    },
    alt="Requests offered, replicas ordered and replicas ready over 20 minutes, in requests a second that they can serve. "
    "{now[2]:,.0f} requests are dropped, {now[3]:.1%}; the fleet costs {now[4]:.1f} replica-hours and turns {now[8]:.0f} times.",
    caption="Red is dropped while the dashed line, what is ordered, has still to become the thick one. A replica serves 1,000 "
    "requests a second from the second in which it is ready, and is paid from the order. The autoscaler looks every 15 s, from "
    "second 7 on, and may have 120 replicas.",
    presets={
        "the default, by CPU": {"signal": 1},
        "by CPU, formula alone": {"signal": 0},
        "50 warm": {"warm": 50, "target": 66},
        "65 warm, a trap": {"warm": 65},
        "a step, seen 60 s late": {"kind": 1, "signal": 0, "start": 0, "delay": 60, "window": 0, "target": 50},
        "wave, 300 s of agreement": {"kind": 2, "target": 50},
    },
)


def draw_predictive(picture):
    ahead, money = picture.panels(
        dict(x="lead time, s", y="share still dropped", xlim=(0, 180), ylim=(0, 1.18)),
        dict(x="extra instance-minutes", y="share still dropped", xlim=(0, 400), ylim=(0, 1.18)),
    )
    ahead.line("leads", "lost", color="theory")
    ahead.rule(x="start", color="limit", width=1)
    ahead.text("start", 1.1, "start time", color="limit", align="auto", offset=(4, 0))
    ahead.dots("lead", "now[2]", color="ink")
    money.line("bill", "risk", color="theory")
    money.dots("now[3]", "now[2]", color="ink")
    money.text("now[3]", "now[2]", "margin {margin:.0%}", align="auto", offset=(6, 8))


predictive = Explorable(
    "predictive",
    kernel=forecast.predictive,
    sliders=[
        Slider("lead", "lead time", 0, 180, step=1, value=60, unit="s"),
        Slider("error", "error of the forecast (standard deviation)", 0, 0.6, step=0.01, value=0.2),
        Slider(
            "growing",
            "error at other leads than 60 s",
            0,
            1,
            step=1,
            value=0,
            words=("the same", "grows as √lead"),
        ),
        Slider("margin", "margin, ordered beyond the forecast", -0.3, 0.6, step=0.01, value=0),
        Slider("start", "start time", 0, 120, step=1, value=30, unit="s"),
        Slider("hold", "what is too much is kept for", 0, 600, step=15, value=300, unit="s"),
    ],
    inputs={
        "before": 5000.0,
        "peak": 50_000.0,
        "leads": np.linspace(0, 180, 181),
        "margins": np.linspace(-0.3, 0.6, 91),
    },
    outputs={"lost": 181, "bill": 91, "risk": 91, "now": 7},
    scratch={"out": 4},
    draw=draw_predictive,
    readouts={
        "lost": "Dropped, on average: {now[0]:,.0f} requests, {now[2]:.1%} of the {now[1]:,.0f} that a reactive autoscaler drops",
        "cost": "Extra: {now[3]:.0f} instance-minutes, {now[4]:.0f} ordered before they are needed and {now[5]:.0f} never needed",
        "error": "Error at this lead: {now[6]:.1%}",
    },
    alt="Dropped requests against the lead time: they fall in a straight line until the lead equals the start time of {start:.0f} s "
    "and not after. Against cost: more margin drops less and costs more. At the present margin {now[2]:.1%} of the loss is left.",
    caption="The rise is the flash sale's first, from 5,000 to 50,000 requests/s, of instances of 1,000/s. Left: lead time helps "
    "until it equals the start time, and no further. Right: what a margin buys.",
    presets={
        "a coin's accuracy, 60 s ahead": {"error": 0.5},
        "half the start time": {"lead": 15},
        "a third more": {"margin": 0.33},
        "error grows": {"growing": 1, "lead": 120},
    },
)
