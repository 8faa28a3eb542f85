"""Chapter 3, section 5: clients who contend for one key."""

import numpy as np

from perfbook import contention as model
from perfbook import contentioncurves
from perfbook.explore import Challenge, Explorable, Slider

COUNTS = 2.0 ** np.arange(8)
MOST, COMMANDS, PREVIEW = 128, 30_000, 2_000
POINTS = len(COUNTS)
RATES, SLOW = (1, 100_000), (1e-4, 1e4)

METHODS = (  # name, place in the arrays, colour, dashed
    ("compare-and-swap", 0, "simulation", False),
    ("polled lock, dashed", 1, "danger", True),
    ("queued lock, dashed", 2, "ink", True),
    ("one command", 3, "ink", False),
)


def draw_contention(picture):
    axis = dict(x="clients (log)", xlim=(1, MOST), xscale="log")
    rate, slow = picture.panels(
        dict(axis, y="updates a second (log)", ylim=RATES, yscale="log"),
        dict(axis, y="p99 of an update (log)", ylim=SLOW, yscale="log"),
    )
    slow.ax.set_yticks(10.0 ** np.arange(-4, 3, 2), ["0.1 ms", "10 ms", "1 s", "100 s"])
    for panel, values in ((rate, "rates"), (slow, "slow")):
        panel.ax.set_xticks(COUNTS, [f"{n:.0f}" for n in COUNTS])
        panel.ax.minorticks_off()
        panel.rule(x="clients", color="limit", width=1)
        for _, at, color, dashed in METHODS:
            part = f"{values}[{at * POINTS}:{(at + 1) * POINTS}]"
            panel.line("counts", part, color=color, dashed=dashed, width=2.4 if at == 0 else 1.5)
    rate.rule(y="limits[0]", color="theory", width=1)
    rate.text(120, 2, "dashed: limit 1/(R + c)", color="theory", align="right")
    for row, (name, _, color, _) in enumerate(METHODS):
        slow.text(1.2, 4500 / 3.6**row, name, color=color)


contention = Explorable(
    "cas-contention",
    kernel=contentioncurves.contention_figure,
    sliders=[
        Slider("clients", "clients", 1, MOST, step=1, value=50),
        Slider("think_ms", "pause between updates, mean", 0, 500, step=10, value=0, unit="ms"),
        Slider("round_trip_ms", "round trip R", 0.1, 20, step=0.1, value=1, unit="ms"),
        Slider("compute_ms", "computing the new value c", 0, 20, step=0.1, value=0, unit="ms"),
        Slider("service_us", "server, a command", 5, 500, step=5, value=20, unit="µs"),
        Slider("backoff", "pause after a refusal", 0, 2, step=1, value=0, words=("none", "exponential", "full jitter")),
        Slider("base_ms", "first pause", 0.1, 20, step=0.1, value=1, unit="ms"),
        Slider("held", "commands under the lock", 1, 3, step=1, value=3),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"counts": COUNTS, "spread_percent": 20.0, "commands": COMMANDS},
    outputs={"rates": 4 * POINTS, "slow": 4 * POINTS, "limits": 3, "now": 35},
    scratch={"totals": model.TOTALS, "state": 4},
    workspace={
        "due": MOST,
        "begun": MOST,
        "step": MOST,
        "seen": MOST,
        "tries": MOST,
        "made": MOST,
        "line": MOST,
        "tree": 2 * MOST,
        "took": COMMANDS,
    },
    while_dragging={"commands": PREVIEW},
    draw=draw_contention,
    readouts={
        "blind": "GET and SET: {now[1]:,.0f} acknowledged a second, {now[0]:,.0f} of them in the value: {now[30]:.1%} lost",
        "swap": "Compare-and-swap: {now[6]:,.0f}/s, {now[8]:.1f} attempts each, p99 {now[9]:duration|unknown} and one "
        "still trying after {now[33]:duration}; server {now[11]:.0%} busy, fairness {now[10]:.2f}",
        "polled": "Polled lock: {now[12]:,.0f}/s, {now[14]:.1f} times asked, p99 {now[15]:duration|unknown} and one "
        "still asking after {now[34]:duration}; server {now[17]:.0%} busy, fairness {now[16]:.2f}",
        "queued": "Queued lock: {now[18]:,.0f}/s, {now[31]:.2f} times as many as compare-and-swap; p99 "
        "{now[21]:duration|unknown}, server {now[23]:.0%} busy",
        "atomic": "One command: {now[24]:,.0f}/s, p99 {now[27]:duration|unknown}, server {now[29]:.0%} busy",
    },
    alt="Updates a second, and the 99th percentile of an update, against the number of clients on one key. At {clients:.0f} "
    "clients compare-and-swap makes {now[6]:,.0f} a second with {now[8]:.1f} attempts each, a queued lock {now[18]:,.0f} and "
    "one command {now[24]:,.0f}.",
    caption="The thick line is compare-and-swap. It is flat where a refused attempt costs only the client who made it, and falls "
    "where refused attempts fill the server.",
    presets={
        "seldom together": {"think_ms": 500},
        "a pause after a refusal": {"backoff": 2},
        "a crowd": {"clients": 128, "service_us": 50},
        "a slow rule": {"compute_ms": 10},
    },
)

challenge_server = Challenge(
    "cas-spare",
    of="cas-contention",
    ask="Fifty clients who never rest, a round trip of 1 ms, 20 µs a command, nothing to compute, run 1. Other keys live on this "
    "server too: let compare-and-swap keep it busy for at most 25% of the time, with a 99th percentile of at most 0.46 s.",
    goal={"clients": (50, 50), "think_ms": (0, 0), "round_trip_ms": (1, 1), "compute_ms": (0, 0), "service_us": (20, 20),
          "seed": (1, 1), "now[11]": (0, 0.25), "now[9]": (0, 0.46)},
    solution={"backoff": 2, "base_ms": 0.5},
    hint="A longer first pause spares the server and costs the unlucky. Which of the two kinds of pause gives more of the one for "
    "less of the other?",
)  # fmt: skip

challenge_lock = Challenge(
    "cas-lock",
    of="cas-contention",
    ask="Find where waiting in line beats trying: with no pause after a refusal, a queued lock that makes at least four times as "
    "many updates as compare-and-swap.",
    goal={"backoff": (0, 0), "now[31]": (4, 1e9)},
    solution={"held": 1, "service_us": 100},
    hint="The lock is slow because of the round trips under it, and compare-and-swap gets slow once refusals fill the server.",
)
