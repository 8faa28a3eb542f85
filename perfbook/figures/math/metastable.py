"""Chapter 1, section 7: congestion collapse that outlives its cause."""

import numpy as np

from perfbook import metastable as model
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider
from perfbook.rng import STATE_SIZE

SECONDS, STALL_FROM, CAPACITY = 240, 60.0, 100.0
STEPS, STAY = np.arange(1.0, 25.0) * 0.05, 10
RINGS = {"state": STATE_SIZE, "pending": 2 * model.MOST_RETRIES * 8192, "ends": 4 * model.MOST_RETRIES,
         "departures": 2048}  # fmt: skip
CLIENTS = {
    "timeout": Slider("timeout", "clients' timeout", 0.1, 5, step=0.1, value=1, unit="s"),
    "retries": Slider("retries", "retries after the first attempt, at most", 0, 4, step=1, value=3),
    "budget": Slider("budget", "retry budget, retries earned by each request", 0, 4, step=0.05, value=4),
    "skip_dead": Slider("skip_dead", "server skips those who gave up", 0, 1, step=1, value=0, words=("no", "yes")),
    "seed": Slider("seed", "run number", 1, 100, step=1, value=1),
}


def draw_run(picture):
    time = np.arange(SECONDS) + 0.5
    rate, wait = picture.rows(
        dict(x="", y="per second", xlim=(0, SECONDS), ylim=(0, 450)),
        dict(x="time, s", y="wait for the server, s", xlim=(0, SECONDS), ylim=(0, 16)),
    )
    rate.boxes(STALL_FROM, "verdict[5]", 0, 450, color="danger", opacity=0.25)
    rate.line(time, "offered", color="danger", width=1.2)
    rate.line(time, "goodput", color="simulation", width=2)
    rate.rule(y=CAPACITY)
    rate.text(237, CAPACITY, "what the server can do", color="limit", align="right", offset=(0, 8))
    rate.text(4, 420, "attempts", color="danger")
    rate.text(4, 360, "answers in time", color="simulation")
    wait.boxes(STALL_FROM, "verdict[5]", 0, 16, color="danger", opacity=0.25)
    wait.line(np.arange(1, SECONDS + 1), "wait", color="theory")
    wait.rule(y="timeout")
    wait.text(237, "timeout", "the clients' patience", color="limit", align="right", offset=(0, 8))
    wait.text(237, 14.5, "{verdict[0]:=It stays down|It recovers|It never falls}", align="right", size=12)


metastable = Explorable(
    "metastable",
    kernel=model.metastable,
    sliders=[
        Slider("load", "load, of what the server can do", 0.05, 0.98, step=0.01, value=0.7),
        Slider("stall", "the server stands still for", 0, 30, step=0.5, value=5, unit="s"),
        CLIENTS["timeout"],
        CLIENTS["retries"],
        Slider("backoff", "pause before the first retry, then doubled", 0, 2, step=0.1, value=0, unit="s"),
        CLIENTS["budget"],
        Slider("queue_limit", "requests the server holds before it turns one away", 10, 1500, step=10, value=1000),
        CLIENTS["skip_dead"],
        CLIENTS["seed"],
    ],
    inputs={"capacity": CAPACITY, "stall_from": STALL_FROM},
    outputs={"offered": SECONDS, "goodput": SECONDS, "wait": SECONDS, "verdict": 6},
    scratch={**RINGS, "loads": SECONDS},
    draw=draw_run,
    readouts={
        "outcome": "{verdict[0]:=It stays down|It recovers|It never falls}. Time from the stall's start until it is back: "
        "{verdict[1]:duration|not in this run}",
        "end": "At the end {verdict[2]:.0%} of the requests are answered in time, and each is tried {verdict[3]:.2f} times",
        "vulnerable": "Retries alone can keep this server busy from load {verdict[4]:.2f} up; the load is {load:.2f}",
    },
    alt="Attempts and answers in time against time, and below them the wait for the server. It stalls at 60 s for "
    "{stall:.1f} s. {verdict[0]:=Goodput falls to nothing and stays there|Goodput falls and comes back|Goodput holds}; at "
    "the end {verdict[2]:.0%} of the requests are answered in time.",
    caption="The shaded stripe is the only thing that goes wrong. Whatever you see to the right of it, the server and its "
    "clients do to each other.",
    presets={
        "no retries": {"retries": 0},
        "a small retry budget": {"budget": 0.1},
        "a queue shorter than patience": {"queue_limit": 50},
        "exponential backoff": {"backoff": 1},
        "the server skips the dead": {"skip_dead": 1},
        "a quiet night": {"load": 0.2},
    },
)


def draw_cycle(picture):
    panel = picture.panel(
        x="load, of what the server can do", y="answers in time, of what it can do", xlim=(0, 1.25), ylim=(0, 1.25)
    )
    panel.line([0, 1, 1.25], [0, 1, 1], color="limit", dashed=True, width=1.5)
    panel.text(1.24, 1.19, "all it can do", color="limit", align="right")
    panel.line("steps", "up", color="simulation")
    panel.text(0.6, 0.8, "on the way up", color="simulation", align="right")
    panel.dots("steps", "up", color="simulation", size=4)
    panel.line("steps", "down", color="danger", width=2.5)
    panel.text(0.5, 0.06, "on the way down", color="danger")
    panel.rule(x="turns[2]")
    panel.text("turns[2]", 1.18, "1/(1 + r)", color="limit", align="auto", offset=(4, 0))


hysteresis = Explorable(
    "hysteresis",
    kernel=model.load_cycle,
    sliders=[
        CLIENTS["timeout"],
        CLIENTS["retries"],
        CLIENTS["budget"],
        Slider("queue_limit", "requests the server holds before it turns one away", 10, 500, step=10, value=200),
        CLIENTS["skip_dead"],
        CLIENTS["seed"],
    ],
    inputs={"capacity": CAPACITY, "stay": STAY, "steps": STEPS},
    outputs={"up": STEPS.size, "down": STEPS.size, "turns": 3},
    scratch={**RINGS, **{name: 2 * STAY * STEPS.size for name in ("loads", "offered", "goodput", "wait")}},
    draw=draw_cycle,
    readouts={
        "up": "On the way up it carries its load up to {turns[0]:.2f|nothing}",
        "down": "On the way down it comes back at {turns[1]:.2f|no load in this run}",
        "vulnerable": "Between {turns[2]:.2f} and 1 it has two states, and its past decides",
    },
    alt="Answers in time against load. Going up they follow the load to {turns[0]:.2f|none}; coming down they stay at "
    "nothing until the load is {turns[1]:.2f|below all that was tried}.",
    caption="The load climbs in steps of ten seconds and comes down the same stairs. Where the two lines part, the same "
    "load has two answers.",
    presets={
        "no retries": {"retries": 0},
        "one retry": {"retries": 1},
        "a small retry budget": {"budget": 0.1},
        "a queue shorter than patience": {"queue_limit": 60},
    },
)

FIRST = {"load": (0.7, 0.7), "stall": (5, 5), "timeout": (1, 1), "retries": (3, 3), "skip_dead": (0, 0)}

challenge_budget = Challenge(
    "metastable-budget",
    of="metastable",
    ask="Load, stall, timeout, retries and queue are what they are. Find a retry budget that still lets one request in four "
    "be retried, or more, and with which the server recovers in this run.",
    goal={**FIRST, "queue_limit": (1000, 1000), "seed": (1, 1), "budget": (0.25, 4), "verdict[0]": (1, 2)},
    solution={"budget": 0.25},
    hint="The queue drains while (1 + budget) × load is below 1.",
)

challenge_shed = Challenge(
    "metastable-shed",
    of="metastable",
    ask="Now leave the clients alone and change only how many requests the server holds. Let it recover, and answer at "
    "least 95% of the requests in time at the end.",
    goal={**FIRST, "backoff": (0, 0), "budget": (4, 4), "verdict[0]": (1, 2), "verdict[2]": (0.95, 1.2)},
    solution={"queue_limit": 70},
    hint="The server does 100 requests a second, and its clients wait for 1 s.",
)

predict_metastable = Choice(
    "predict-metastable",
    kind="predict",
    ask="A server runs at 70% of what it can do, calmly. It stands still for 5 s. Its clients wait 1 s for an answer and "
    "then try again, up to three times. When is it back to normal?",
    options={
        "At once": "Five seconds of requests are in its queue first.",
        "About 12 s after the stall": "That is how long the backlog of 350 requests would take to drain with 30 requests a "
        "second to spare, if nobody asked twice.",
        "A few seconds later, when the retries are used up": "Each request gives up after its third retry. But new requests "
        "keep coming, they find the queue long, and they bring three retries each.",
        "Not by itself": "Yes. Every answer comes after its client has left, and each client asks four times: 2.8 times what "
        "the server can do.",
    },
    right="Not by itself",
)

check_layers = Number(
    "check-metastable-layers",
    ask="At most how many requests does one click send to the database?",
    answer=model.amplification(3) ** 3,
    unit="requests",
    tolerance=0.001,
    because="Each layer makes 1 + 3 attempts for every attempt of the layer above it: 4 × 4 × 4.",
)

check_budget = Number(
    "check-metastable-budget",
    ask="Above which retry budget can this service stay down?",
    answer=1 / 0.8 - 1,
    unit="retries per request",
    because="(1 + b) × 0.8 = 1 at b = 0.25.",
)

quiz_cause = Choice(
    "quiz-metastable-cause",
    kind="quiz",
    ask="A switch dropped packets for ten seconds. Forty minutes later the site is still down, the switch is fine, and the "
    "database is 100% busy. What keeps it down?",
    options={
        "The switch: find out what it did": "It is the trigger, and it is over. Mending it again will not help; another "
        "trigger will do the same.",
        "A loop: late answers make retries, and retries make answers late": "Yes. Break the loop: fewer retries, a shorter "
        "queue, less load.",
        "Too little capacity": "The same load was served before the ten seconds, and will be afterwards.",
    },
    right="A loop: late answers make retries, and retries make answers late",
)

quiz_backoff = Choice(
    "quiz-metastable-backoff",
    kind="quiz",
    ask="Every client adds exponential backoff to its three retries. In the collapsed state, what does that do to the "
    "attempts a second that reach the server?",
    options={
        "It divides them": "For a moment, until the first delayed retries fall due. After that as many fall due each second "
        "as before.",
        "Nothing, in the long run: they only come later": "Yes. Backoff spreads a burst; only fewer retries are fewer "
        "retries.",
        "It stops them": "Only giving up stops them.",
    },
    right="Nothing, in the long run: they only come later",
)
