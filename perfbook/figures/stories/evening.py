"""Chapter 3, section 3: the evening peak, its forecast, and the herd one hour later."""

import numpy as np

from perfbook import secondherd, toplist
from perfbook import warming as model
from perfbook.explore import Challenge, Explorable, Slider

TITLES = 10_000
CROWD = {"devices": model.DEVICES, "edges": float(model.EDGES), "titles": float(TITLES)}


def draw_warming(picture):
    crowd = dict(xlim=(model.START / 60, model.END / 60), xscale="linear", yscale="log")
    above, below = picture.rows(
        dict(x="", y="asked of the origin, /s (log)", ylim=(model.EMPTY, 1e6), **crowd),
        dict(x="minutes from the start of the peak", y="wait there, s (log)", ylim=(0.1, 1e5), **crowd),
    )
    above.line("moments", "cold", color="danger", width=3.4)
    above.line("moments", "asked", color="theory", width=1.7)
    above.line("moments", "pushing", color="ink", width=1.7, steps=True)
    above.rule(y="capacity", color="limit", width=1)
    above.text(-9.7, "capacity", "capacity", color="limit", offset=(0, 7))
    above.text(14.7, 4.2e5, "nothing warmed", color="danger", align="right")
    above.text(14.7, 1.5e5, "viewers, as set", color="theory", align="right")
    above.text(-9.7, 4.2e5, "pushes", color="ink")
    above.rule(x=0.0, color="ink", width=0.6)
    below.line("moments", "cold_wait", color="danger", width=3.4)
    below.line("moments", "wait", color="theory", width=1.7)
    below.rule(x=0.0, color="ink", width=0.6)


warming = Explorable(
    "warming",
    kernel=model.warming_figure,
    sliders=[
        Slider("policy", "warming", 0, 2, step=1, value=2, words=("none", "reactive", "predictive")),
        Slider("region_titles", "titles pushed to the regions", 0, TITLES, step=10, value=10),
        Slider("edge_titles", "of these, pushed on to the edges", 0, 1000, step=10, value=10),
        Slider("error", "error of the forecast σ", 0, 3, step=0.1, value=0),
        Slider("lead_minutes", "time to push, before the peak", 0, 10, step=0.5, value=10, unit="min"),
        Slider("limit", "pushes, at most", 200, 5000, step=100, value=2000, unit="/s"),
        Slider("coalesce", "regions coalesce", 0, 1, step=1, value=0, words=("no", "yes")),
        Slider("capacity", "the origin can do", 1000, 30_000, step=500, value=6000, unit="/s"),
        Slider("regions", "places that ask the origin", 2, 1000, step=2, value=model.REGIONS),
        Slider("minutes", "all devices come within", 2, 10, step=1, value=8, unit="min"),
    ],
    inputs={"fetch": 0.5, "alpha": 1.0, **CROWD, "delay": 30.0, "start": model.START, "end": model.END},
    outputs={
        "moments": model.POINTS,
        "cold": model.POINTS,
        "asked": model.POINTS,
        "pushing": model.POINTS,
        "cold_wait": model.POINTS,
        "wait": model.POINTS,
        "cold_now": 10,
        "now": 10,
    },
    scratch={
        **{name: model.POINTS for name in ("spare", "sent", "done")},
        **{name: toplist.PLACES for name in ("rank", "weight", "chance", "warm", "edge_warm", "up_to", "answered")},
    },
    draw=draw_warming,
    readouts={
        "cold": "Nothing warmed: {cold_now[1]:,.0f} requests reach the origin, at most {cold_now[0]:,.0f}/s; longest wait "
        "{cold_now[5]:duration}; {cold_now[4]:.2%} of the devices wait for it",
        "now": "As set: {now[1]:,.0f}, at most {now[0]:,.0f}/s; longest wait {now[5]:duration}; {now[4]:.2%} wait",
        "pushes": "{now[7]:,.0f} titles pushed, read {now[2]:,.0f} times at the origin; {now[3]:,.0f} copies pushed on to edges; "
        "requests and pushes exceed the origin for {now[8]:duration}",
    },
    alt="Requests at the origin and the wait there over a peak of {minutes:.0f} minutes. Nothing warmed: at most "
    "{cold_now[0]:,.0f} a second, longest wait {cold_now[5]:duration}. As set: {now[0]:,.0f} a second, {now[5]:duration}, "
    "after {now[2]:,.0f} pushes.",
    caption="As it stands, the ten most popular titles are everywhere before the crowd comes, as the episode has it, and the blue "
    "line lies on the red one. The bottom of the upper axis stands for none.",
    presets={
        "half the catalogue": {"region_titles": 5000, "limit": 2000},
        "coalesced, nothing warmed": {"policy": 0, "coalesce": 1},
        "reactive": {"policy": 1, "region_titles": 5000, "coalesce": 1},
        "12 shields": {"policy": 0, "coalesce": 1, "regions": 12},
    },
)

challenge_warming = Challenge(
    "evening-quiet",
    of="warming",
    ask="The origin can do 3,000 a second and 200 regions ask it; all come within 8 minutes, and the forecast's σ is 1. Nobody is "
    "to wait longer than a second, and pushing may not take more than 3,000 a second.",
    goal={"capacity": (3000, 3000), "regions": (200, 200), "minutes": (8, 8), "error": (1, 1), "limit": (200, 3000),
          "now[5]": (0, 1)},
    solution={"capacity": 3000, "error": 1, "region_titles": 8000, "limit": 3000, "coalesce": 1},
    hint="How many titles can be pushed before the peak at so many pushes a second? You need more of them than the episode's ten, "
    "and begin as early as you may.",
)  # fmt: skip

challenge_shields = Challenge(
    "evening-shields",
    of="warming",
    ask="Push nothing at all. Keep the crowd of 8 minutes and bring the longest wait under one second on an origin that does 6,000 "
    "a second, with regions that do not coalesce.",
    goal={"policy": (0, 0), "minutes": (8, 8), "capacity": (6000, 6000), "coalesce": (0, 0), "now[5]": (0, 1)},
    solution={"policy": 0, "regions": 50},
    hint="What the origin is asked is one request for each title from each place that asks it. Which of the factors have you not "
    "touched?",
)


def draw_forecast(picture):
    left, right = picture.panels(
        dict(x="error of the forecast σ", y="share of the requests served", xlim=(0, 3), ylim=(0, 1.25)),
        dict(x="titles pushed (log)", y="", xlim=(1, TITLES), ylim=(0, 1.25), xscale="log"),
    )
    left.line("errors", "by_error", color="theory")
    for panel in (left, right):
        panel.ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    # Above 1, where no share can be: no curve crosses these labels.
    left.text(0.1, 1.18, "expected", color="theory")
    left.text(1.0, 1.18, "one evening", color="simulation")
    left.dots("evening_errors", "evenings", color="simulation", size=5)
    left.rule(y="now[1]", color="limit", width=1)
    left.text(2.95, "now[1]", "an oracle", color="limit", align="right", offset=(0, 7))
    left.rule(y="now[2]", color="limit", width=1)
    left.text(0.1, "now[2]", "by lot", color="limit", offset=(0, 7))
    left.dots("error", "now[0]", color="ink", size=8)
    right.line("numbers", "oracle", color="limit")
    right.line("numbers", "by_number", color="theory")
    right.dots("picked", "now[0]", color="ink", size=8)
    right.text(1.3, 1.18, "an oracle's list", color="limit")
    right.text(70, 1.18, "the forecast's", color="theory")


EVENINGS = np.linspace(0.5, 3, 6)

forecast = Explorable(
    "forecast",
    kernel=toplist.forecast_figure,
    sliders=[
        Slider("picked", "titles pushed", 10, 5000, step=10, value=1000),
        Slider("error", "error of the forecast σ", 0, 3, step=0.1, value=1),
        Slider("alpha", "Zipf's exponent α", 0.5, 1.5, step=0.05, value=1),
        Slider("where", "pushed to", 0, 1, step=1, value=0, words=("every edge", "every region")),
        Slider("gigabytes", "a title takes", 1, 20, step=1, value=5, unit="GB"),
        Slider("seed", "evening number", 1, 100, step=1, value=1),
    ],
    inputs={**CROWD, "regions": float(model.REGIONS), "errors": np.linspace(0, 3, 11), "evening_errors": EVENINGS},
    outputs={"by_error": 11, "evenings": len(EVENINGS), "numbers": 24, "by_number": 24, "oracle": 24, "now": 10},
    scratch={**{name: toplist.PLACES for name in ("rank", "weight", "chance", "share")}, "state": 4},
    workspace={name: TITLES for name in ("truth", "level", "noise", "score", "spare")},
    draw=draw_forecast,
    readouts={
        "served": "The titles pushed get {now[0]:.1%} of the requests ({now[3]:.1%} on this evening); an oracle's would get "
        "{now[1]:.1%}, drawn by lot {now[2]:.1%}",
        "idle": "{now[4]:.1%} of the pushes are of titles that nobody asks for where they went; {now[5]:.1%} of an oracle's",
        "bytes": "{now[6]:,.0f} GB a place, {now[7]:,.1f} PB in all, {now[8]:,.1f} PB for nobody",
    },
    alt="Share of the requests that go to {picked:.0f} titles pushed by a forecast: {now[0]:.1%} at an error of {error:.1f}, "
    "{now[1]:.1%} for an oracle, {now[2]:.1%} by lot; and against the number pushed.",
    caption="A forecast that is off by a factor of e in either direction, title by title, loses little: the head of the list is "
    "far ahead. The dots are one evening drawn, whose errors grow to the right.",
    presets={
        "the episode's ten": {"picked": 10},
        "nearly a guess": {"error": 3},
        "to the regions": {"where": 1},
    },
)

challenge_forecast = Challenge(
    "forecast-half",
    of="forecast",
    ask="The forecast's σ is 2 and α is 1. With as few titles as you can, let at least half of the requests find theirs pushed: "
    "no more than 450 titles.",
    goal={"error": (2, 2), "alpha": (1, 1), "picked": (10, 450), "now[0]": (0.5, 1)},
    solution={"error": 2, "picked": 450},
    hint="In the panel with the titles pushed along its axis, the lower curve crosses one half once.",
)


def draw_herd(picture):
    panel = picture.panel(
        x="minutes after the push",
        y="asked of the origin, /s (log)",
        xlim=(15, 66),
        ylim=(1, 1e6),
        yscale="log",
    )
    panel.line("minutes", "together", color="danger", width=3)
    panel.line("minutes", "apart", color="theory", width=1.8)
    panel.rule(y="capacity", color="limit", width=1)
    panel.text(15.6, "capacity", "capacity", color="limit", offset=(0, 7))
    panel.text(15.6, 5e5, "one time to live", color="danger")
    panel.text(15.6, 1.8e5, "with jitter, as set", color="theory")


second_herd = Explorable(
    "second-herd",
    kernel=secondherd.herd_figure,
    sliders=[
        Slider("pushed", "titles pushed", 10, 5000, step=10, value=1000),
        Slider("jitter_percent", "jitter, % of the time to live", 0, 40, step=1, value=10),
        Slider("ttl_minutes", "time to live", 30, 60, step=10, value=60, unit="min"),
        Slider("region_rate", "requests to a region", 20, 500, step=10, value=150, unit="/s"),
        Slider("capacity", "the origin can do", 500, 30_000, step=500, value=6000, unit="/s"),
    ],
    inputs={
        "alpha": 1.0,
        "titles": float(TITLES),
        "regions": model.REGIONS,
        "edges": model.EDGES // model.REGIONS,
        "after": secondherd.AFTER,
    },
    outputs={"minutes": 60, "together": 60, "apart": 60, "now": 8},
    scratch={name: toplist.PLACES for name in ("rank", "weight", "chance")},
    draw=draw_herd,
    readouts={
        "together": "One time to live: {now[0]:,.0f}/s at once, of {now[2]:,.0f} refreshes; above the origin for {now[4]:duration}",
        "apart": "As set: at most {now[1]:,.0f}/s; above the origin for {now[5]:duration}",
        "rule": "Refreshes over the time they are spread over: {now[6]:,.0f|endlessly many} a second",
    },
    alt="Requests at the origin when {pushed:.0f} pushed titles expire after {ttl_minutes:.0f} minutes: {now[0]:,.0f} a second "
    "without jitter, {now[1]:,.0f} with {jitter_percent:.0f}% of jitter.",
    caption="Nobody did anything wrong at this minute: the crowd is long seated. What was pushed together expires together.",
    presets={
        "no jitter": {"jitter_percent": 0},
        "the episode's ten": {"pushed": 10},
        "half the catalogue, 30%": {"pushed": 5000, "jitter_percent": 30},
    },
)

challenge_herd = Challenge(
    "herd-jitter",
    of="second-herd",
    ask="5,000 titles were pushed to 200 regions, to live for an hour; each region gets 150 requests a second. The origin can spare "
    "1,000 a second. Find the least jitter that keeps the herd below that: no more than 34%.",
    goal={"pushed": (5000, 5000), "ttl_minutes": (60, 60), "region_rate": (150, 150), "capacity": (1000, 1000),
          "jitter_percent": (0, 34), "now[1]": (0, 1000)},
    solution={"pushed": 5000, "capacity": 1000, "jitter_percent": 34},
    hint="A million refreshes at 1,000 a second take 1,000 s. Then look at what the curve does near its end.",
)  # fmt: skip
