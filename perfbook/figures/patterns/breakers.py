"""Chapter 2, section 7: circuit breakers, failure detectors and retry storms."""

import numpy as np

from perfbook import breakertracks, dependency, outage
from perfbook import phi as detector
from perfbook.breaker import BOX, RULES
from perfbook.explore import Challenge, Explorable, Player, Slider
from perfbook.rng import STATE_SIZE

SECONDS, OUTAGE_FROM, SHARDS, WINDOW, THREADS = 100, 20.0, 5, 40, 400
STORM_SECONDS, STORM_THREADS = 60, 1500
TROUBLES = ("errors at once", "no answer", "20 times slower")


def room(threads, shards, lines=0):
    """Scratch of a run of the service."""
    return {
        "plan": len(dependency.PLAN), "rules": RULES, "log": max(1, dependency.LINE * lines),
        "arrivals": STATE_SIZE, "works": STATE_SIZE, "pauses": STATE_SIZE, "free": shards, "heap": threads,
        "spare": threads, "slot": dependency.SLOT * threads, "due": threads, "ticket": threads, "tokens": 4,
        "box": shards * (BOX + WINDOW),
    }  # fmt: skip


# φ against silence

THRESHOLDS = np.linspace(0.5, 16, 63)


def draw_phi(picture):
    rise, cost = picture.panels(
        dict(x="silence since the last heartbeat, s", y="φ", xlim=(0, 6), ylim=(0, 16)),
        dict(x="seconds to suspicion", y="false suspicions an hour", xlim=(0.3, 60), ylim=(1e-9, 1e4), xscale="log",
             yscale="log"),
    )  # fmt: skip
    rise.line("silence", "exponential", color="measured", width=1.6)
    rise.line("silence", "logistic", color="danger", width=1.6)
    rise.line("silence", "normal", color="theory")
    rise.rule(y="threshold")
    rise.rule(x="now[0]", color="ink", width=1)
    rise.text(0.15, 14.6, "normal", color="theory")
    rise.text(0.15, 13.2, "logistic", color="danger")
    rise.text(0.15, 11.8, "exponential", color="measured")
    cost.line("wait", "mistakes", color="ink")
    cost.dots("now[0]", "now[1]", color="danger", size=8)
    cost.text(50, 1e3, "threshold {threshold:.1f}", align="right")
    cost.text(50, 20, "{now[1]:.3g} an hour", color="danger", align="right")


phi = Explorable(
    "phi",
    kernel=detector.phi_figure,
    sliders=[
        Slider("form", "the form that decides", 0, 2, step=1, value=0, words=("normal", "logistic", "exponential")),
        Slider("threshold", "threshold on φ", 0.5, 16, step=0.1, value=8),
        Slider("period", "time between heartbeats", 0.1, 2, step=0.05, value=1, unit="s"),
        Slider("jitter", "jitter σ, as a share of that time", 0.01, 0.5, step=0.01, value=0.2),
        Slider("lost", "share of heartbeats lost", 0, 0.2, step=0.01, value=0),
        Slider("floor", "least σ the detector uses", 0.01, 0.5, step=0.01, value=0.1, unit="s"),
        Slider("pause", "pause that it forgives", 0, 3, step=0.1, value=0, unit="s"),
    ],
    inputs={"silence": np.linspace(0, 6, 181), "thresholds": THRESHOLDS},
    outputs={**{n: 181 for n in ("normal", "logistic", "exponential")}, "wait": 63, "mistakes": 63, "now": 9},
    draw=draw_phi,
    readouts={
        "wait": "Suspected {now[0]:duration} after its last heartbeat",
        "cost": "A live peer is suspected {now[1]:.3g} times an hour",
        "promise": "Share of intervals that are longer: {now[4]:.3g}; the threshold promises {now[5]:.3g}",
        "learned": "The detector learned a mean of {now[2]:duration} and uses σ = {now[3]:duration}",
        "forms": "φ reaches {threshold:.1f} after {now[6]:duration} (normal), {now[7]:duration} (logistic), "
        "{now[8]:duration} (exponential)",
    },
    alt="Left: suspicion φ against seconds of silence for three forms; the logistic one rises above the normal one, the "
    "exponential one is a straight line. Right: false suspicions an hour fall as the wait grows. At a threshold of "
    "{threshold:.1f} the wait is {now[0]:duration} and there are {now[1]:.3g} false suspicions an hour.",
    caption="The right axes are logarithmic. The threshold promises one mistake in 10 to the φ intervals. Whether it keeps "
    "the promise depends on the law of the intervals, and lost heartbeats are in none of the three.",
    presets={
        "Akka's defaults": {"form": 1, "pause": 3, "jitter": 0.05},
        "as Cassandra does": {"form": 2, "jitter": 0.05},
        "one in a hundred lost": {"lost": 0.01},
        "no floor to speak of": {"form": 1, "jitter": 0.01, "floor": 0.01},
    },
)

# The same outage with and without


def draw_outage(picture):
    time = np.arange(SECONDS) + 0.5
    tall = dict(xlim=(0, SECONDS), ylim=(0, 100))
    without, guarded, held, load = picture.rows(
        dict(y="requests/s", title="without a breaker", **tall),
        dict(y="requests/s", title="with a breaker", **tall),
        dict(y="threads held", xlim=(0, SECONDS), ylim=(0, 420)),
        dict(x="time, s", y="attempts/s", xlim=(0, SECONDS), ylim=(0, 420)),
    )
    picture.figure.set_size_inches(picture.figure.get_figwidth(), 5.4 if picture.narrow else 6.8)
    for panel in (without, guarded, held):
        panel.ax.tick_params(labelbottom=False)
    for panel, top in ((without, 100), (guarded, 100), (held, 420), (load, 420)):
        panel.boxes(OUTAGE_FROM, "now[8]", 0, top, color="danger", opacity=0.15)
    for panel, low, high in ((without, 0, SECONDS), (guarded, SECONDS, 2 * SECONDS)):
        panel.line(time, f"refused[{low}:{high}]", color="limit", width=1.6)
        panel.line(time, f"failed[{low}:{high}]", color="danger", width=1.6)
        panel.line(time, f"ok[{low}:{high}]", color="simulation", width=2)
    without.text(SECONDS - 1, 88, "failed", color="danger", align="right")
    without.text(SECONDS - (24 if picture.narrow else 15), 88, "answered", color="simulation", align="right")
    guarded.text(SECONDS - 1, 88, "refused at once", color="limit", align="right")
    for panel, name in ((held, "busy"), (load, "sent")):
        panel.line(time, f"{name}[0:{SECONDS}]", color="danger", width=1.6)
        panel.line(time, f"{name}[{SECONDS}:{2 * SECONDS}]", color="simulation", width=1.8)
    held.rule(y="threads")
    held.text(1, 345, "without", color="danger")
    held.text(1, 265, "with", color="simulation")
    load.rule(y=100)
    load.text(SECONDS - 1, 375, "dashed: what it can do", color="limit", align="right")


breaker = Explorable(
    "breaker",
    kernel=outage.with_and_without,
    sliders=[
        Slider("trouble", "what goes wrong", 0, 2, step=1, value=2, words=TROUBLES),
        Slider("outage", "the trouble lasts", 0, 40, step=1, value=20, unit="s"),
        Slider("bad", "shards it hits, of 5", 1, SHARDS, step=1, value=SHARDS),
        Slider("guard", "breaker", 0, 1, step=1, value=0, words=("one for the service", "one for each shard")),
        Slider("open_for", "it stays open for", 1, 60, step=1, value=10, unit="s"),
        Slider("retries", "retries, at most", 0, 3, step=1, value=3),
        Slider("budget", "retry budget: retries a request earns", 0, 3, step=0.05, value=3),
        Slider("patience", "longest wait that a shard accepts", 0.2, 10, step=0.1, value=10, unit="s"),
        Slider("threads", "threads for these calls (bulkhead)", 10, THREADS, step=10, value=THREADS),
        Slider("rate", "requests λ", 10, 60, step=1, value=50, unit="/s"),
        Slider("timeout", "timeout of a try", 0.2, 3, step=0.1, value=1, unit="s"),
        Slider("rule", "it opens after", 0, 1, step=1, value=0, words=("failures in a row", "half of the last 40")),
        Slider("failures", "failures in a row that open it", 1, 20, step=1, value=5),
        Slider("successes", "successes in a row that close it", 1, 20, step=1, value=5),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={
        "outage_from": OUTAGE_FROM,
        "service_rate": 20.0,
        "slowdown": 20.0,
        "backoff": 0.2,
        "probes": 1,
        "window": WINDOW,
        "seconds": SECONDS,
    },
    outputs={
        **{name: 2 * SECONDS for name in ("ok", "failed", "refused", "sent", "busy", "shut")},
        "totals": dependency.TOTALS,
        "after": dependency.TOTALS,
        "now": 9,
    },
    scratch=room(THREADS, SHARDS),
    draw=draw_outage,
    readouts={
        "answered": "Answered: {now[0]:.1%} without a breaker, {now[1]:.1%} with one",
        "breaker": "The breaker refused {after[3]:,.0f} requests; times it opened: {after[7]:.0f}",
        "back": "Half of the requests answered again after the trouble: {now[2]:duration|not in this run} without, "
        "{now[3]:duration|not in this run} with",
        "load": "Tries per request in the trouble: {now[4]:.2f} without, {now[5]:.2f} with; most threads held: {now[6]:.0f} and "
        "{now[7]:.0f}",
    },
    alt="Requests answered, failed and refused in each second without and with a breaker, threads held, and attempts that "
    "reach the dependency. The trouble begins at 20 s and lasts {outage:.0f} s. Without a breaker {now[0]:.1%} of the "
    "requests are answered, with one {now[1]:.1%}.",
    caption="The shaded stripe is the trouble. In the first panel, watch what does not end with it.",
    presets={
        "the episode's 60 s": {"open_for": 60},
        "one bad shard": {"bad": 1, "trouble": 0},
        "one bad shard, a breaker each": {"bad": 1, "trouble": 0, "guard": 1},
        "no breaker, a retry budget": {"budget": 0.1},
        "no breaker, short queues": {"patience": 0.5},
        "a small bulkhead": {"threads": 50},
    },
)

# Retries times layers

SHARES = np.linspace(0, 1, 101)


def draw_storm(picture):
    time = np.arange(STORM_SECONDS) + 0.5
    each, flood = picture.panels(
        dict(x="share of attempts that fail", y="attempts for one click", xlim=(0, 1), ylim=(0.9, 300), yscale="log"),
        dict(x="time, s", y="per second", xlim=(0, STORM_SECONDS), ylim=(1, 3000), yscale="log"),
    )
    each.line(SHARES, "one", color="measured", dashed=True, width=1.6)
    each.line(SHARES, "many", color="danger", width=4)
    each.line(SHARES, "held", color="simulation")
    each.text(0.04, 180, "{layers:=|1 layer retries|2 layers retry|3 layers retry}", color="danger")
    each.text(0.04, 104, "under the budget", color="simulation")
    each.text(0.04, 60, "one layer", color="measured")
    flood.boxes(15, "now[7]", 1, 3000, color="danger", opacity=0.15)
    flood.line(time, "sent", color="danger", width=1.8)
    flood.line(time, "ok", color="simulation", width=1.8)
    flood.rule(y=40)
    flood.text(59, 40, "what it can do", color="limit", align="right", offset=(0, 8))
    flood.text(1, 1800, "attempts", color="danger")
    flood.text(1, 800, "answers", color="simulation")


retry_storm = Explorable(
    "retry-storm",
    kernel=outage.retry_storm,
    sliders=[
        Slider("rate", "clicks λ", 2, 20, step=1, value=15, unit="/s"),
        Slider("retries", "retries r of each layer, at most", 0, 3, step=1, value=3),
        Slider("layers", "layers that retry", 1, 3, step=1, value=3),
        Slider("budget", "retry budget b of each layer", 0, 3, step=0.05, value=3),
        Slider("trouble", "what goes wrong for 15 s", 0, 2, step=1, value=1, words=TROUBLES),
        Slider("guard", "a breaker around the dependency", 0, 1, step=1, value=0, words=("no", "yes")),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={
        "outage_from": 15.0,
        "outage": 15.0,
        "service_rate": 8.0,
        "slowdown": 20.0,
        "timeout": 1.0,
        "backoff": 0.1,
        "threads": STORM_THREADS,
        "open_for": 5.0,
        "window": WINDOW,
        "seconds": STORM_SECONDS,
        "shares": SHARES,
    },
    outputs={
        **{name: 101 for name in ("one", "many", "held")},
        **{name: STORM_SECONDS for name in ("ok", "failed", "refused", "sent", "busy", "shut")},
        "totals": dependency.TOTALS,
        "now": 8,
    },
    scratch=room(STORM_THREADS, SHARDS),
    draw=draw_storm,
    readouts={
        "each": "When all fail, one click is {now[0]:.0f} attempts without the budget and {now[1]:.2f} with it",
        "flood": "{now[4]:.1%} of the clicks were answered; attempts reached {now[2]:.1f} times the clicks",
        "back": "Half of the clicks answered again after the trouble: {now[3]:duration|not in this run}",
        "end": "At the end of the run each click is tried {now[5]:.2f} times",
    },
    alt="Left: attempts for one click against the share of attempts that fail, rising to {now[0]:.0f} with {layers:=|one "
    "layer|two layers|three layers}, and to {now[1]:.2f} under the budget. Right: attempts and "
    "answers a second through an outage from 15 to 30 s; attempts reach {now[2]:.1f} times the clicks.",
    caption="Both vertical axes are logarithmic. Take the layers away one by one, then put them back and lower the budget.",
    presets={
        "retry in one place": {"layers": 1},
        "budget of a tenth": {"budget": 0.1},
        "a breaker": {"guard": 1},
        "errors at once": {"trouble": 0},
    },
)

# The player

PLAYER_SECONDS, REQUESTS, LINES, PLAYER_THREADS = 60, 400, 2400, 200
KINDS = ("ink", "simulation", "danger", "limit")  # under way, answered, failed, refused


def draw_player(picture):
    way, state = picture.rows(
        dict(xlim=(-0.1, 3.1), ylim=(-2.2, 12)),
        dict(x="time, s", xlim=(0, PLAYER_SECONDS), ylim=(-2.5, 14)),
        heights=[1.7, 1],
    )
    way.ax.set(xticks=[0, 0.45, 1, 2, 3], yticks=[])
    names = (
        ["caller", "\nwaits", "breaker", "shard", "out"]
        if picture.narrow
        else ["caller", "waits", "breaker", "shard", "answered"]
    )
    way.ax.set_xticklabels(names)
    way.boxes(1.9, 2.1, -0.6, 11.6, color="limit", opacity=0.25)
    way.boxes(0.97, 1.03, -0.6, "barrier", color="danger", opacity=0.8)
    way.tokens(KINDS, size=7)
    state.ax.set(yticks=breakertracks.HEIGHTS, yticklabels=["closed", "open", "half-open"])
    state.boxes(15, "summary[6]", -2.5, 14, color="danger", opacity=0.15)
    state.line("event_time", "gate", color="ink", steps=True, width=1.5)
    state.rule(x="now")


breaker_player = Player(
    "breaker-player",
    kernel=breakertracks.breaker_player,
    sliders=[
        Slider("trouble", "what goes wrong", 0, 1, step=1, value=1, words=TROUBLES[:2]),
        Slider("outage", "the trouble lasts", 0, 40, step=1, value=15, unit="s"),
        Slider("guard", "breaker", 0, 1, step=1, value=1, words=("no", "yes")),
        Slider("failures", "failures in a row that open it", 1, 10, step=1, value=5),
        Slider("open_for", "it stays open for", 1, 60, step=1, value=5, unit="s"),
        Slider("successes", "successes in a row that close it", 1, 10, step=1, value=5),
        Slider("retries", "retries, at most", 0, 2, step=1, value=0),
        Slider("rate", "requests λ", 0.5, 5, step=0.5, value=4, unit="/s"),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={
        "outage_from": 15.0,
        "service_rate": 8.0,
        "timeout": 2.0,
        "backoff": 0.5,
        "threads": PLAYER_THREADS,
        "window": WINDOW,
        "seconds": PLAYER_SECONDS,
    },
    scratch={
        **room(PLAYER_THREADS, 1, LINES),
        **{name: PLAYER_SECONDS for name in ("ok", "failed", "refused", "sent", "busy", "shut")},
        "totals": dependency.TOTALS,
        "cursor": REQUESTS,
    },
    outputs={
        "first": REQUESTS + 1,
        **{name: 2 * LINES + 2 * REQUESTS for name in ("when", "x", "y", "kind")},
        **{name: LINES for name in ("event_time", "state", "gate", "counted", "probed")},
        "summary": 7,
    },
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={
        "present": ("event_time", "state"),
        "barrier": ("event_time", "gate"),
        "bad": ("event_time", "counted"),
        "good": ("event_time", "probed"),
    },
    end=PLAYER_SECONDS,
    still=19.93,
    speed=1,
    draw=draw_player,
    readouts={
        "now": "At {now:.1f} s the breaker is {present:=closed|open|half-open}; in a row: {bad:.0f} failures, "
        "{good:.0f} successes while half-open",
        "run": "Whole run: {summary[0]:.0f} requests, {summary[1]:.0%} answered, {summary[2]:.0%} failed, {summary[3]:.0%} refused",
        "breaker": "Times it opened: {summary[4]:.0f}; attempts that reached the shard: {summary[5]:.0f}",
    },
    alt="Requests as dots move from the caller through the breaker to the shard and back out. At {now:.1f} s the breaker is "
    "{present:=closed|open|half-open}. In the whole run {summary[1]:.0%} of the requests are answered and {summary[3]:.0%} "
    "refused.",
    caption="A full barrier is an open breaker, a half one lets one request at a time through. The shard is in trouble in the "
    "shaded stripe.",
    presets={
        "the episode's 60 s": {"open_for": 60},
        "no breaker": {"guard": 0},
        "with retries": {"retries": 2},
    },
)

AS_IT_IS = {
    "rate": (50, 50),
    "outage": (20, 20),
    "trouble": (2, 2),
    "bad": (5, 5),
    "timeout": (1, 1),
    "retries": (3, 3),
}

challenge_no_breaker = Challenge(
    "breaker-budget",
    of="breaker",
    ask="Leave the breaker out of it. Load, trouble, timeout, retries and queues are what they are, and each request should "
    "still earn a twentieth of a retry, or more. Find the budget with which the service without a breaker is back within "
    "25 s of the end of the trouble.",
    goal={**AS_IT_IS, "threads": (THREADS, THREADS), "patience": (10, 10), "budget": (0.05, 3), "now[2]": (0, 25),
          "seed": (1, 1)},
    solution={"budget": 0.1},
    hint="While everything fails each request is 1 + b attempts. The dependency does 100 a second, and its queue has to drain.",
)  # fmt: skip

challenge_shard = Challenge(
    "breaker-shard",
    of="breaker",
    ask="One shard of five gives errors for 40 s. Let at least 85% of the requests be answered with a breaker, "
    "while the breaker still refuses 200 requests or more.",
    goal={"outage": (40, 40), "bad": (1, 1), "trouble": (0, 0), "retries": (3, 3), "rate": (50, 50), "now[1]": (0.85, 1),
          "after[3]": (200, 1e9)},
    solution={"outage": 40, "bad": 1, "trouble": 0, "guard": 1},
    hint="What does a breaker for the whole service know about shards?",
)  # fmt: skip

challenge_phi = Challenge(
    "phi-lost",
    of="phi",
    ask="Heartbeats come once a second with a jitter of 0.05 s, and 2% are lost. Suspect a dead peer within 4 s, and a live one "
    "at most once in a day. The form is the normal one.",
    goal={"form": (0, 0), "period": (1, 1), "jitter": (0.05, 0.05), "lost": (0.02, 0.02), "now[0]": (0, 4),
          "now[1]": (0, 1 / 24)},
    solution={"jitter": 0.05, "lost": 0.02, "threshold": 8, "pause": 2},
    hint="A lost heartbeat makes an interval of two seconds. How many in a row are lost once in a day?",
)  # fmt: skip
