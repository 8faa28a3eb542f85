"""Chapter 1, section 7: throughput and latency, as a ladder, as a queue, and around a closed loop."""

import numpy as np

from perfbook import closed
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider

MOST_USERS = 200
POPULATION = np.arange(1.0, MOST_USERS + 1)
BRANCHES = ((0, 0.5), (0.5, 0.8), (0.8, 0.95))


def draw_ladder(picture):
    panel = picture.panel(
        x="utilization ρ", y="mean latency over service time", xlim=(0, 1), ylim=(0.8, 100), yscale="log"
    )
    panel.line("rho", "response", color="theory", width=3.5)
    panel.text("rho[50]", "response[50]", "a queue", color="theory", align="right", offset=(-2, 10))
    for low, high in BRANCHES:
        u = np.linspace(low, high, 40, endpoint=False)
        latency = closed.episode_ladder(u)[0]
        panel.line(u, latency, color="danger", width=2)
        panel.dots(u[[0, -1]], latency[[0, -1]], color="danger", size=4)
    panel.text(0.655, 1.32, "the episode", color="danger", align="right")
    panel.rule(x="load")
    panel.dots("load", "now[0]", color="ink")


ladder = Explorable(
    "ladder",
    kernel=closed.open_response,
    sliders=[
        Slider("load", "utilization ρ", 0, 0.99, step=0.01, value=0.79),
        Slider("variability", "variability of service c²", 0, 10, step=0.25, value=1),
    ],
    inputs={"rho": np.linspace(0, 0.995, 200)},
    outputs={"response": 200, "now": 1},
    draw=draw_ladder,
    readouts={"now": "At ρ = {load:.2f} a queue takes {now[0]:.2f} times the service time"},
    alt="Mean latency against utilization, logarithmic. The episode's model is four pieces with jumps; a queue's curve "
    "rises without a jump and is at {now[0]:.2f} service times at utilization {load:.2f}.",
    caption="Three pieces of the episode's ladder; its fourth is infinite. No curve of a queue jumps, for any variability.",
    presets={"constant service": {"variability": 0}, "uneven service": {"variability": 6}, "ρ = 0.95": {"load": 0.95}},
)


def draw_loop(picture):
    rate, time = picture.panels(
        dict(x="users N", y="throughput X, requests/s", xlim=(0, MOST_USERS), ylim=(0, 110)),
        dict(x="users N", y="response time R, s", xlim=(0, MOST_USERS), ylim=(0, 3.2)),
    )
    rate.line(POPULATION, "most_throughput", color="limit", dashed=True, width=1.5)
    rate.line(POPULATION, "throughput", color="theory")
    rate.rule(x="knee[0]", color="limit", width=1)
    rate.text("knee[0]", 104, "N* = {knee[0]:.0f}", color="limit", align="auto", offset=(3, 0))
    rate.dots("users", "now[0]", color="ink")
    time.line(POPULATION, "least_response", color="limit", dashed=True, width=1.5)
    time.line(POPULATION, "response", color="theory")
    time.rule(x="knee[0]", color="limit", width=1)
    time.dots("users", "now[1]", color="ink")


closed_loop = Explorable(
    "closed-loop",
    kernel=closed.closed_loop,
    sliders=[
        Slider("users", "users N", 1, MOST_USERS, step=1, value=40),
        Slider("think", "think time Z", 0, 5, step=0.05, value=1, unit="s"),
        Slider("app", "application's demand", 0.01, 0.4, step=0.005, value=0.08, unit="s"),
        Slider("workers", "application's workers", 1, 32, step=1, value=8),
        Slider("database", "database's demand", 0.01, 0.05, step=0.001, value=0.02, unit="s"),
    ],
    outputs={
        **{name: MOST_USERS for name in ("throughput", "response", "most_throughput", "least_response")},
        "knee": 3,
        "now": 7,
    },
    scratch={"demands": 2, "servers": 2, "queues": 2 * MOST_USERS},
    draw=draw_loop,
    readouts={
        "now": "{users:.0f} users get {now[0]:.1f} requests/s, each in {now[1]:duration}",
        "knee": "Knee at N* = {knee[0]:.1f} users; never more than {knee[1]:.1f} requests/s: "
        "{knee[2]:=the application|the database} is the bottleneck",
        "busy": "Busy: application {now[2]:.0%}, database {now[3]:.0%}",
        "where": "On average {now[6]:.1f} users think, {now[4]:.1f} are at the application, {now[5]:.1f} at the database",
    },
    alt="Throughput rises with the number of users and levels off at {knee[1]:.1f} requests a second; response time is flat "
    "and then rises in a straight line; the bounds of both meet at {knee[0]:.0f} users. At {users:.0f} users: {now[0]:.1f} "
    "requests a second, {now[1]:duration}.",
    caption="Dashed: the two bounds that hold for every system of this kind. The curve is the exact solution; it touches "
    "both bounds far from the knee and gives way near it.",
    presets={
        "past the knee": {"users": 120},
        "no thought": {"think": 0},
        "database twice as fast": {"database": 0.01},
        "application twice as fast": {"app": 0.04},
        "one worker": {"workers": 1},
    },
)

challenge_knee = Challenge(
    "closed-loop-knee",
    of="closed-loop",
    ask="Users who think longer are cheaper. Leave the server as it is, and find the think time with which its knee is at "
    "100 users.",
    goal={"knee[0]": (99.5, 100.5), "app": (0.08, 0.08), "workers": (8, 8), "database": (0.02, 0.02)},
    solution={"think": 1.9},
    hint="N* is the time of one undisturbed round, D + Z, over the time that the bottleneck needs for each request.",
)

challenge_workers = Challenge(
    "closed-loop-workers",
    of="closed-loop",
    ask="A release makes the application need 0.3 s a request. Find the fewest workers with which the database is the "
    "bottleneck again.",
    goal={"app": (0.3, 0.3), "database": (0.02, 0.02), "workers": (15, 15), "knee[2]": (1, 1)},
    solution={"app": 0.3, "workers": 15},
    hint="Compare what one request costs each station per server: 0.3 s over the workers, 0.02 s over one.",
)

predict_knee = Choice(
    "predict-knee",
    kind="predict",
    ask="A load test with 55 users, who think for 1 s between requests, gets 45 requests a second in 0.2 s each: nine tenths "
    "of what the database can do. You repeat it with 110 users. What do you see?",
    options={
        "Throughput doubles": "The database is nearly always busy already; who should do the second half?",
        "A little more throughput, and about a second more response time": "Yes. Throughput has a tenth left to gain; after "
        "that each user waits until the bottleneck comes round to them: N/X less the second of thought.",
        "Response time grows without bound, as a queue's does at ρ = 1": "An open queue's does. Here each of the 110 waits "
        "for an answer before asking again, so that never more than 110 are in line.",
        "Throughput collapses": "Not from the queue alone. It takes work that is done and thrown away; that is the last part "
        "of this section.",
    },
    right="A little more throughput, and about a second more response time",
)

check_demand = Number(
    "check-closed-demand",
    ask="With how many users does this system's knee come?",
    answer=closed.knee([4 * 0.72 / 180, 0.030], think=2.0, servers=[4, closed.DELAY]),
    unit="users",
    because="The database needs ρ c / X = 0.72 × 4 / 180 s a request, over 4 cores; the round without waiting is that, the "
    "30 ms and the 2 s of thought.",
)

quiz_ladder = Choice(
    "quiz-throughput-ladder",
    kind="quiz",
    ask="A capacity model says that at 90% utilization a stable server carries 10% less than it is offered. What is wrong?",
    options={
        "Nothing: busy servers lose requests": "A stable server without timeouts, limits or errors finishes what comes. "
        "Something else has to throw the 10% away, and the model has to say what.",
        "What comes in must come out, unless the model says where it goes": "Yes. In a stable queue the carried load is the "
        "offered load at every utilization below 1.",
        "It should be 19%": "No number is right until the model says which requests are lost, and how.",
    },
    right="What comes in must come out, unless the model says where it goes",
)

quiz_loop = Choice(
    "quiz-closed-loop",
    kind="quiz",
    ask="Your load generator has 200 workers, each of which waits for its answer before it asks again. The server slows "
    "down tenfold. What does the generator's request rate do?",
    options={
        "It stays: 200 workers are 200 workers": "The number of workers stays. The rate is N/(R + Z), and R has grown.",
        "It falls, and spares the server": "Yes. A closed loop throttles itself, which the users of an open system will not "
        "do for you. A slow server looks better in this test than on the day.",
        "It rises, since more requests are in flight": "More of the 200 wait at the server at any time, but each asks less "
        "often.",
    },
    right="It falls, and spares the server",
)
