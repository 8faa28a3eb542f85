"""Chapter 1, section 1: Little's law, against a pool and on a sample path."""

import numpy as np

from perfbook import little as law
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider
from perfbook.units import per_second, seconds

CUSTOMERS = 128
CLOSING, HORIZON = 60.0, 80.0
POINTS = 4 * CUSTOMERS + 2
STORY_RATE = per_second(800_000, "min")
NORMAL, DEGRADED = seconds(187, "ms"), seconds(8.2, "s")


def draw_pool(picture):
    panel = picture.panel(
        x="time W a request holds a connection, ms", y="connections in use, L", xlim=(0, 1000), ylim=(0, 200)
    )
    panel.area("holds_ms", "low", "high", color="theory", opacity=0.15)
    panel.area("holds_ms", "pool", "over", color="danger", opacity=0.25)
    panel.line("holds_ms", "wanted", color="theory", label="λW", label_at=0.9)
    panel.rule(y="pool", color="limit")
    panel.text(990, "pool", "pool of {pool:.0f}", color="limit", align="right", offset=(0, 8))
    panel.dots("hold_ms", "now[0]", color="ink")
    panel.text(20, 188, "L = {now[0]:.1f}: {now[4]:=room|some wait|the backlog grows}", size=12)


little = Explorable(
    "little",
    kernel=law.little_pool,
    sliders=[
        Slider("arrival_rate", "arrival rate λ", 5, 200, step=1, value=105, unit="/s"),
        Slider("hold_ms", "time W that a request holds a connection", 1, 1000, step=1, value=187, unit="ms"),
        Slider("pool", "connections in the pool", 1, 150, step=1, value=40),
    ],
    inputs={"holds_ms": np.linspace(0, 1000, 101)},
    outputs={"wanted": 101, "low": 101, "high": 101, "over": 101, "now": 7},
    draw=draw_pool,
    readouts={
        "L": "L = λW: {now[0]:.1f} connections wanted, in a pool of {pool:.0f}",
        "state": "{now[4]:=Room: even two standard deviations above L fit|Some wait: L fits but its swings do not"
        "|Full: what arrives is more than the pool can pass}",
        "served": "Through the pool: {now[2]:.1f} requests/s, {now[1]:.1f} connections in use; outside it the line grows by "
        "{now[3]:.1f} requests each second",
        "full": "The pool is full, on average, at W = {now[5]:.0f} ms",
    },
    alt="The connections wanted rise in a straight line with the time each is held; {now[0]:.1f} are wanted of a pool of "
    "{pool:.0f}: {now[4]:=there is room|some requests wait|the backlog grows}.",
    caption="The line is Little's law; the band around it is where the number in use is 95 of 100 times if arrivals are "
    "Poisson. Above the pool's limit the law has no number to give you: what grows there is the line outside.",
    presets={
        "three times slower": {"hold_ms": 561},
        "a pool of 10": {"pool": 10},
        "traffic up 42%": {"arrival_rate": 149},
    },
)

KEY = (
    ("theory", "arrived while the window was open"),
    ("simulation", "were there when it opened"),
    ("danger", "still to spend when it closed"),
    ("ink", "arrivals"),
    ("limit", "departures"),
)


def draw_path(picture):
    panel = picture.panel(x="time, in mean service times", y="customers so far", xlim=(0, HORIZON), ylim=(0, 90))
    panel.area("inside", "own_low", "own_high", color="theory", opacity=0.4)
    panel.area("inside", "old_low", "old_high", color="simulation", opacity=0.6)
    panel.area("after", "late_low", "late_high", color="danger", opacity=0.5)
    panel.line("time", "arrived", color="ink", width=1.5)
    panel.line("time", "departed", color="limit", width=1.5)
    panel.rule(x="start")
    panel.rule(x="end")
    for row, (color, meaning) in enumerate(KEY):
        panel.dots(2, 86 - 7 * row, color=color, size=8, opacity=0.8)
        panel.text(2, 86 - 7 * row, meaning, offset=(9, 0))


sample_path = Explorable(
    "sample-path",
    kernel=law.sample_path,
    sliders=[
        Slider("arrival_rate", "arrival rate λ, per mean service time", 0.1, 1.2, step=0.05, value=0.8),
        Slider("variability", "variability of service c²", 0, 4, step=0.5, value=1),
        Slider("start", "window opens at", 0, 60, step=0.5, value=20),
        Slider("end", "window closes at", 0, 80, step=0.5, value=40),
        Slider("seed", "run number", 1, 100, step=1, value=6),
    ],
    inputs={"closing": CLOSING, "horizon": HORIZON},
    outputs={
        **{name: POINTS for name in ("time", "arrived", "departed", "inside", "own_low", "own_high")},
        **{name: POINTS for name in ("old_low", "old_high", "after", "late_low", "late_high")},
        "terms": law.TERMS,
    },
    scratch={"arrivals": CUSTOMERS, "departures": CUSTOMERS, "arrival_state": 4, "service_state": 4},
    draw=draw_path,
    readouts={
        "L": "L, area over length: {terms[0]:.3f} customers",
        "rate": "λ, arrivals over length: {terms[1]:.3f} from {terms[6]:.0f} arrivals",
        "W": "W, mean time of those who arrived: {terms[2]:.3f|nobody arrived}",
        "law": "L = λW + carried in − carried out: {terms[0]:.3f} = {terms[3]:.3f} + {terms[4]:.3f} − {terms[5]:.3f}",
        "present": "Present when it opens: {terms[8]:.0f}, when it closes: {terms[9]:.0f}",
    },
    alt="Two rising step lines, arrivals above departures, with the area between them shaded inside a window; L is "
    "{terms[0]:.2f}, λW is {terms[3]:.2f}, carried in {terms[4]:.2f}, carried out {terms[5]:.2f}.",
    caption="Up and down, the shaded band is how many are inside; from left to right it is how long each one stays. One "
    "area, read twice. Only the two ends of the window spoil it. Arrivals stop at 60; by 80 this run is empty.",
    presets={
        "all of the run": {"start": 0, "end": 80},
        "a short window": {"start": 20, "end": 22},
        "constant service": {"variability": 0},
        "more than it can serve": {"arrival_rate": 1.2},
    },
)

challenge_headroom = Challenge(
    "little-headroom",
    of="little",
    ask="Traffic grows to 150 requests a second, and each now holds its connection for 300 ms. Find the smallest pool "
    "that still has room.",
    goal={"arrival_rate": (150, 150), "hold_ms": (300, 300), "pool": (59, 59), "now[4]": (0, 0)},
    solution={"arrival_rate": 150, "hold_ms": 300, "pool": 59},
    hint="L alone is not enough: the top of the band must fit too. Above W = 300 ms the band ends at L + 2√L.",
)

challenge_empty = Challenge(
    "sample-path-empty",
    of="sample-path",
    ask="In any run you like, find a window that opens at 10 or later, sees at least 25 arrivals, and in which L = λW "
    "holds exactly. The rate is to stay at 0.8.",
    goal={
        "arrival_rate": (0.79, 0.81),
        "start": (10, 60),
        "terms[6]": (25, 200),
        "terms[4]": (0, 0),
        "terms[5]": (0, 0),
    },
    solution={"seed": 1, "start": 11, "end": 51},
    hint="What do both ends of the window have to be, for nobody's time to be cut in two?",
)

predict_little = Choice(
    "predict-little",
    kind="predict",
    ask="Requests arrive at a steady rate. At noon each takes 187 ms; five minutes later each takes 8.2 s, and they still "
    "arrive at the same rate. How many are in flight now?",
    options={
        "As many as before: the arrival rate has not changed": "The rate has not, but each one now stays longer, so that "
        "more of them overlap.",
        f"{DEGRADED / NORMAL:.0f} times as many, the factor by which the time grew": "Yes: L = λW is a straight line in W, "
        "whatever happens inside.",
        f"Much more than {DEGRADED / NORMAL:.0f} times: queues explode": "The explosion is already in the 8.2 s. Given the "
        "time, the number in flight is only proportional to it.",
        "That depends on how the times are distributed": "It does not: only their mean enters. This is the strange part.",
    },
    right=f"{DEGRADED / NORMAL:.0f} times as many, the factor by which the time grew",
)

predict_window = Choice(
    "predict-window",
    kind="predict",
    ask="You watch a busy server for two seconds, while a request takes nine on average. You measure the mean number in "
    "flight, the arrivals per second and the mean time of those that arrived. Is L = λW?",
    options={
        "Yes, always: it is a law": "It is a law about long runs, or about windows that open and close on an empty system. "
        "In this window nearly all the time spent belongs to requests that came before it or leave after it.",
        "Only if arrivals are Poisson": "Distributions do not enter at all. What spoils it is the two ends of the window.",
        "Hardly ever, and the error can be computed": "Yes. The error is what was carried in less what was carried out.",
    },
    right="Hardly ever, and the error can be computed",
)

check_pool = Number(
    "check-little-pool",
    ask="At which holding time is the pool of 10 full on average?",
    answer=1000 * law.time_in_system(10, 0.3 * 240),
    unit="ms",
    because="Only the misses come to the pool: λ is 0.3 × 240 = 72 a second, and W = L/λ at L = 10.",
)

check_think = Number(
    "check-little-think",
    ask="What think time makes 800,000 users send 13,333.3 requests a second, at 187 ms each?",
    answer=law.time_in_system(800_000, STORY_RATE) - NORMAL,
    unit="s",
    because="Draw the boundary around the users: 800,000 are always inside, and a round trip takes Z + 0.187 s.",
)

check_log = Number(
    "check-little-log",
    ask="What is L in the window from 20 to 40?",
    answer=law.window(*law.path(0.8, 60, seed=3), 20, 40).L,
    unit="requests",
    because="Add up how long each request was inside between 20 and 40, and divide by 20.",
)

quiz_needs = Choice(
    "quiz-little-needs",
    kind="quiz",
    ask="What does L = λW need?",
    options={
        "Poisson arrivals": "No: M/M/1 needs them. The law holds for arrivals on a clock, in bursts, in waves.",
        "First come, first served": "No: any order serves. The area does not care who leaves first.",
        "Long-run averages λ and W that exist and are finite": "Yes, and L then exists and is their product.",
        "Departures at the same rate as arrivals, and nothing more": "Not enough: an M/M/1 queue at ρ = 1 has both rates "
        "equal, and neither L nor W is finite.",
    },
    right="Long-run averages λ and W that exist and are finite",
)

quiz_dashboard = Choice(
    "quiz-little-dashboard",
    kind="quiz",
    ask="A dashboard shows requests in flight as (requests finished in the last second) × (their mean duration). Requests "
    "take 8 s each, and traffic doubled three seconds ago. What does it show?",
    options={
        "Too few: what doubled has not finished yet": "Yes. Those who finish now arrived before the change. The dashboard "
        "is about 8 s behind, because it leaves out the edge terms.",
        "The right number, by Little's law": "The law is about averages over a window whose edges do not matter. Here the "
        "window is one second and a request takes eight.",
        "Too many: it counts every request twice": "It counts nobody twice; it has not seen the new ones at all.",
    },
    right="Too few: what doubled has not finished yet",
)

quiz_lost = Choice(
    "quiz-little-timeouts",
    kind="quiz",
    ask="Your log has successes only, and a fifth of the requests time out. You multiply the log's rate by the log's mean "
    "duration. Compared with what is in flight at the server, the product is",
    options={
        "too small": "Yes, by all the time that the lost ones spend inside: λ, W and L must be about the same requests.",
        "right: the lost ones are not served": "They hold a worker or a connection until the server has noticed.",
        "too large": "It leaves time out and adds none.",
    },
    right="too small",
)
