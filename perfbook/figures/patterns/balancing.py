"""Chapter 2, section 2: balancing policies over the same traffic, two choices, old counts, the herd."""

import numpy as np

from perfbook import balancing as model
from perfbook import meanfield
from perfbook.explore import Explorable, Slider
from perfbook.policies import POINTS
from perfbook.rng import STATE_SIZE
from perfbook.servers import DESK, MEMORY, PLAN
from perfbook.simulate import LAW_SIZE

SHORT = ("random", "round robin", "weighted RR", "least conn.", "two choices", "peak EWMA", "IP hash", "bounded hash",
         "least work")  # fmt: skip
SEED = Slider("seed", "run number", 1, 100, step=1, value=1)


def room(servers, requests, clients=1):
    """Sizes of the arrays that a run needs."""
    per_request = dict.fromkeys(("arrival", "work", "where", "departure", "link", "response"), requests)
    return {**per_request, "client": requests if clients > 1 else 1, "popularity": clients, "plan": PLAN,
            "speed": servers, "service": LAW_SIZE, "place": servers * POINTS, "owner": servers * POINTS,
            "state": STATE_SIZE, "order": servers, "desk": servers * DESK, "memory": MEMORY}  # fmt: skip


def draw_balance(picture):
    rows = np.arange(9.0)[::-1]
    time, busy = picture.panels(
        dict(x="response, s (log)", xlim=(0.05, 20_000), ylim=(-0.6, 9.4), xscale="log"),
        dict(x="utilization, idlest to busiest", xlim=(0, 1.02), ylim=(-0.6, 9.4)),
    )
    for panel in (time, busy):
        panel.ax.set_yticks(rows, SHORT)
        panel.ax.tick_params(axis="y", length=0)
    time.ax.set_xticks([0.1, 1, 10, 100, 1000])
    if not picture.narrow:
        busy.ax.set_yticklabels([])
    for k, row in enumerate(rows):
        time.text(18_000, row, f"{{late[{k}]:duration|fails}}", color="danger", align="right", size=9, offset=(0, 0))
    time.dots("mean", rows, color="simulation", size=7)
    time.dots("late", rows, color="danger", size=7)
    time.text(0.06, 8.95, "mean", color="simulation", size=9)
    time.text(18_000, 8.95, "p99", color="danger", align="right", size=9)
    busy.boxes("idlest", "busiest", rows - 0.25, rows + 0.25, color="simulation")
    busy.rule(x="load")
    busy.text("load", 8.95, "load", color="limit", align="auto", size=9, offset=(3, 0))


RACE = 60_000
balance = Explorable(
    "balance",
    kernel=model.balance_race,
    sliders=[
        Slider("load", "load ρ", 0.05, 0.98, step=0.01, value=0.8),
        Slider("servers", "servers n", 2, 32, step=1, value=10),
        Slider("variability", "variability of service c²", 0, 16, step=0.25, value=1),
        Slider("first_speed", "speed of the first server", 0.1, 2, step=0.05, value=1),
        Slider(
            "fault",
            "first server, in the middle third",
            0,
            3,
            step=1,
            value=0,
            words=("is well", "slows to a quarter", "dies and refuses", "dies and hangs"),
        ),
        SEED,
    ],
    inputs={"requests": RACE},
    while_dragging={"requests": 3_000},
    outputs=dict.fromkeys(("mean", "late", "idlest", "busiest", "failed"), 9),
    workspace=room(32, RACE, model.CLIENTS),
    draw=draw_balance,
    readouts={
        "blind": "p99: random {late[0]:duration|fails}, round robin {late[1]:duration|fails}, weighted "
        "{late[2]:duration|fails}",
        "asking": "p99: least connections {late[3]:duration|fails}, two choices {late[4]:duration|fails}, peak EWMA "
        "{late[5]:duration|fails}, least work {late[8]:duration|fails}",
        "keyed": "p99: IP hash {late[6]:duration|fails}, bounded hash {late[7]:duration|fails}",
        "failed": "Failed: round robin {failed[1]:.2%}, least connections {failed[3]:.2%}, two choices {failed[4]:.2%}, "
        "peak EWMA {failed[5]:.2%}",
        "spread": "Busiest server: random {busiest[0]:.0%}, round robin {busiest[1]:.0%}, two choices "
        "{busiest[4]:.0%}, IP hash {busiest[6]:.0%}",
    },
    alt="Mean and p99 of the response by nine policies over the same requests, and the utilization of the idlest and the "
    "busiest server. p99: random {late[0]:duration|fails}, round robin {late[1]:duration|fails}, least connections "
    "{late[3]:duration|fails}, two choices {late[4]:duration|fails}, least work {late[8]:duration|fails}.",
    caption="Slow the first server down, and see whose p99 leaves: those that neither look nor know its speed. The same "
    "requests for each row; a service takes 0.1 s at speed 1. Where more than 1% of the requests fail, there is no p99. A "
    "health check comes fifty times in a run.",
    presets={
        "one slow server": {"first_speed": 0.25},
        "uneven work": {"variability": 16},
        "it slows": {"fault": 1},
        "it dies fast": {"fault": 2},
        "it dies silent": {"fault": 3},
    },
)


LONGEST = 21


def draw_two(picture):
    panel = picture.panel(
        x="k, requests at a server", y="share of servers with at least k (log)", xlim=(0, LONGEST - 1),
        ylim=(1e-5, 1.5), yscale="log",
    )  # fmt: skip
    panel.ax.set_xticks(range(0, LONGEST, 5))
    k = np.arange(LONGEST)
    panel.line(k, "one", color="limit", dashed=True)
    panel.text(19.5, 3e-4, "one choice: λᵏ", color="limit", align="right")
    panel.line(k, "limit", color="theory")
    panel.dots(k, "simulated", color="simulation", size=6)
    panel.text(
        19.5,
        1e-4,
        "{choices:=|one choice|2 choices|3 choices|4 choices|5 choices}, n = ∞",
        color="theory",
        align="right",
    )
    panel.text(19.5, 3.3e-5, "a run with n = {servers:.0f}", color="simulation", align="right")


CHOICE_REQUESTS = 100_000
two_choices = Explorable(
    "two-choices",
    kernel=meanfield.choices_run,
    sliders=[
        Slider("load", "load λ", 0.1, 0.99, step=0.01, value=0.9),
        Slider("choices", "choices d", 1, 5, step=1, value=2),
        Slider("servers", "servers n", 2, 200, step=1, value=100),
        SEED,
    ],
    inputs={"requests": CHOICE_REQUESTS},
    while_dragging={"requests": 16_000},
    outputs={"one": LONGEST, "limit": LONGEST, "simulated": LONGEST, "now": 6},
    workspace=room(200, CHOICE_REQUESTS),
    draw=draw_two,
    readouts={
        "mean": "Mean response: {now[0]:.2f} service times in the run, {now[1]:.2f} for n = ∞, {now[2]:.2f} with one "
        "choice",
        "tail": "Servers with 3 requests or more: {now[4]:.2%} in the run, {now[5]:.2%} for n = ∞",
        "longest": "Longest line seen: {now[3]:.0f}",
    },
    alt="Share of servers with at least k requests against k, on a logarithmic axis: a straight line for one choice, a "
    "curve that falls ever more steeply for {choices:.0f}, and the dots of a run. Mean response {now[0]:.2f} service "
    "times.",
    caption="On this axis one choice is a straight line. Two bend it downward: each further place in line squares the "
    "share that gets there.",
    presets={"one choice": {"choices": 1}, "three": {"choices": 3}, "few servers": {"servers": 5},
             "λ = 0.99": {"load": 0.99}},
)  # fmt: skip


AGES = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 20], dtype=float)


def draw_stale(picture):
    panel = picture.panel(
        x="age T of the counts, service times", y="mean response, service times (log)", xlim=(0, 20),
        ylim=(1, 100), yscale="log",
    )  # fmt: skip
    panel.line([0, 20], "flat", color="limit", dashed=True)
    panel.line(AGES, "least", color="danger")
    panel.line(AGES, "two", color="simulation")
    panel.ax.set_xticks(range(0, 21, 5))
    panel.text(0.4, 80, "least connections", color="danger")
    panel.text(0.4, 60, "random", color="limit")
    panel.text(0.4, 45, "two choices", color="simulation")
    panel.rule(x="age", color="limit", width=1)
    panel.dots("age", "now[1]", color="simulation")
    panel.dots("age", "now[2]", color="danger")


OLD = 40_000
stale = Explorable(
    "stale",
    kernel=model.stale_curve,
    sliders=[
        Slider("age", "age T", 0, 20, step=0.25, value=2),
        Slider("load", "load λ", 0.1, 0.95, step=0.01, value=0.9),
        Slider("servers", "servers n", 2, 32, step=1, value=16),
        Slider("own", "balancer adds what it sent since", 0, 1, step=1, value=0, words=("no", "yes")),
        SEED,
    ],
    inputs={"requests": OLD, "ages": AGES},
    while_dragging={"requests": 1_200},
    outputs={"two": AGES.size, "least": AGES.size, "flat": 2, "now": 6},
    workspace=room(32, OLD),
    draw=draw_stale,
    readouts={
        "now": "At T = {age:.2f}: random {now[0]:.2f}, two choices {now[1]:.2f}, least connections {now[2]:.2f} service "
        "times",
        "best": "Best of the three: {now[3]:=random|two choices|least connections}",
        "crossing": "Least connections is worse than random from T = {now[4]:.2f|no age shown}",
    },
    alt="Mean response against the age of the counts: random is flat at {now[0]:.1f}, least connections begins lowest and "
    "climbs past it, two choices climbs more slowly. Here least connections takes {now[2]:.1f}, two choices {now[1]:.1f}.",
    caption="Nothing changes from left to right but how old the counts are. The policy that trusts them most loses most.",
    presets={"fresh": {"age": 0}, "one count in five services": {"age": 5}, "count your own": {"own": 1, "age": 5},
             "40% load": {"load": 0.4}},
)  # fmt: skip


HORIZON, CELLS = 30.0, 120
TIMES = np.linspace(HORIZON / CELLS, HORIZON, CELLS)


def draw_herd(picture):
    room_, top = picture.rows(
        dict(x="", y="server", xlim=(0, HORIZON), ylim=(0.5, 10.5)),
        dict(x="time, s", y="longest line", xlim=(0, HORIZON), ylim=(0, 80)),
        heights=[1.4, 1],
    )
    room_.heat(np.r_[0, TIMES], np.arange(0.5, 11), "lines", low=0, high=24)
    room_.ax.set_yticks([1, 5, 10])
    room_.ax.grid(False)
    top.line(TIMES, "longest", color="danger", steps=True, width=1.5)
    top.text(0.5, 72, "above: dark 0, yellow 24 requests and more", size=9)


herd = Explorable(
    "herd",
    kernel=model.herd_run,
    sliders=[
        Slider(
            "policy",
            "policy",
            0,
            3,
            step=1,
            value=3,
            words=("random", "weighted round robin", "two choices", "least connections"),
        ),
        Slider("age", "time between two counts", 0, 2, step=0.05, value=0.5, unit="s"),
        Slider("own", "balancer adds what it sent since", 0, 1, step=1, value=0, words=("no", "yes")),
        Slider("load", "load", 0.1, 0.95, step=0.01, value=0.7),
        Slider("restart", "server 1 restarts, from 8 to 14 s", 0, 1, step=1, value=0, words=("no", "yes")),
        Slider("slow_start", "its slow start takes", 0, 12, step=0.5, value=0, unit="s"),
        SEED,
    ],
    inputs={"times": TIMES},
    outputs={"lines": model.HERD * CELLS, "longest": CELLS, "now": 7},
    workspace=room(model.HERD, 3_600),
    draw=draw_herd,
    readouts={
        "response": "p50 {now[0]:duration|fails}, p99 {now[1]:duration|fails}, mean {now[2]:duration}; failed "
        "{now[4]:.1%}",
        "lines": "Longest line: {now[3]:.0f} at worst, {now[6]:.1f} on average",
        "back": "Longest line of server 1 after 14 s: {now[5]:.0f}",
    },
    alt="Requests at each of ten servers in time, as colours, and the longest line. It is {now[3]:.0f} at worst and "
    "{now[6]:.1f} on average; p99 {now[1]:duration|fails}.",
    caption="Ten servers, 0.1 s a service. Old counts make stripes: everybody runs to the server that was empty when "
    "somebody last looked.",
    presets={
        "fresh counts": {"age": 0},
        "two choices": {"policy": 2},
        "random": {"policy": 0},
        "count your own": {"own": 1},
        "a restart, round robin": {"policy": 1, "restart": 1},
        "a restart, fresh least connections": {"restart": 1, "age": 0},
    },
)
