"""Chapter 1, section 5: pages of many calls, second copies, and what a waiting load tester leaves out."""

import numpy as np

from perfbook import hedging as copies
from perfbook import omission as stall
from perfbook import tails
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider

# ---- Fan-out ----

FAN = np.unique(np.round(np.geomspace(1, 2000, 61)))
P50_MS = 10.0


def draw_fanout(picture):
    share, page = picture.panels(
        dict(x="calls a page waits for (log scale)", y="share of slow pages", xlim=(1, 2000), ylim=(0, 1.02), xscale="log"),
        dict(x="calls a page waits for (log scale)", y="latency, ms (log scale)", xlim=(1, 2000), ylim=(5, 20_000),
             xscale="log", yscale="log"),
    )  # fmt: skip
    rarities = (("danger", "slow_100", "100"), ("simulation", "slow_1000", "1,000"), ("theory", "slow_10000", "10,000"))
    for row, (color, name, rarity) in enumerate(rarities):
        share.line(FAN, name, color=color)
        share.dots("now[8]", f"now[{row}]", color=color)
        share.text(1.15, 0.94 - 0.08 * row, f"one call in {rarity} is slow", color=color)
    page.rule(y="p99_ms", color="limit")
    page.rule(x="now[8]", color="limit")
    page.line(FAN, "page_p99_ms", color="danger")
    page.line(FAN, "page_p50_ms", color="theory")
    page.text(1.15, 12_500, "p99 of the page", color="danger")
    page.text(1.15, 6_200, "median of the page", color="theory")
    page.text(1900, "p99_ms", "p99 of one call", color="limit", align="right", offset=(0, -8))


fanout = Explorable(
    "fanout",
    kernel=tails.fanout_curve,
    sliders=[
        Slider("calls", "calls a page waits for, n", 1, 2000, step=1, value=100),
        Slider("p99_ms", "p99 of one call (its median is 10 ms)", 15, 500, step=5, value=100, unit="ms"),
        Slider("shape", "shape beyond that", 0, 2, step=1, value=1, words=("thin", "lognormal", "heavy")),
        Slider("together", "share of moments in which all are slow as one", 0, 1, step=0.05, value=0),
    ],
    inputs={"p50_ms": P50_MS, "fan": FAN},
    outputs={
        **{name: FAN.size for name in ("slow_100", "slow_1000", "slow_10000", "page_p50_ms", "page_p99_ms")},
        "now": 9,
    },
    draw=draw_fanout,
    readouts={
        "share": "Pages that wait for a call beyond its own p99: {now[0]:.1%}, beyond its p99.9: {now[1]:.1%}, "
        "beyond its p99.99: {now[2]:.1%}",
        "page": "The page: median {now[3]:duration}, p99 {now[4]:duration}, which is {now[7]:.3g}× the p99 of one call",
        "decides": "What decides the page's p99 is one call in {now[6]:,.0f}",
    },
    alt="Left, the share of slow pages rises towards one with the calls a page makes: at {now[8]:.0f} calls {now[0]:.0%} of "
    "the pages meet a call beyond its p99. Right, the page's median, {now[3]:duration}, and p99, {now[4]:duration}, climb "
    "away from the call's.",
    caption="Left: where one call in 100 is slow, most pages of 100 calls are. Right: all three shapes share the median and "
    "the p99 of a call, and what a page of them does is another story each time.",
    presets={
        "one call": {"calls": 1},
        "the paper's 2,000 servers": {"calls": 2000},
        "heavy": {"shape": 2},
        "all slow at once": {"together": 1},
    },
)

challenge_fanout = Challenge(
    "fanout-median",
    of="fanout",
    ask="Independent calls. Find the smallest number of them at which most pages wait for a call beyond its p99.",
    goal={"together": (0, 0), "calls": (69, 69)},
    solution={"calls": 69},
    hint="Half of the pages: 0.99ⁿ = ½, so n = ln 2 / −ln 0.99, rounded up.",
)

ONE_IN_100 = tails.at_least_one_slow(0.01, 100)

predict_fanout = Choice(
    "predict-fanout",
    kind="predict",
    ask="A page asks 100 services at once and waits for all. One answer in 100 is slow, independently. How many pages are slow?",
    options={
        "1 in 100": "That is what each service's dashboard says. A page is fast only if all 100 are.",
        "About 10 in 100": "More than one call's share, but the hundred chances very nearly add up before they overlap.",
        f"About {ONE_IN_100:.0%} of them": "Yes: a page escapes with probability 0.99 to the power of 100, a little over a third.",
        "All of them": "On average one call a page is slow, but some pages have two or three, so others have none.",
    },
    right=f"About {ONE_IN_100:.0%} of them",
)

# ---- Hedged and tied requests ----

TIMES = np.geomspace(1, 20_000, 109)
DELAYS = np.concatenate([np.linspace(0, 20, 21), np.geomspace(21, 300, 40)])
REQUESTS, SERVERS = 10_000, 10


def draw_hedging(picture):
    slower, price = picture.panels(
        dict(x="latency, ms (log scale)", y="share slower (log scale)", xlim=(3, 20_000), ylim=(2e-4, 1.2),
             xscale="log", yscale="log"),
        dict(x="second copies per request", y="p99, ms (log scale)", xlim=(-0.03, 1.05), ylim=(10, 20_000), yscale="log"),
    )  # fmt: skip
    slower.rule(y=0.01)
    slower.text(18_000, 0.01, "p99", color="limit", align="right", offset=(0, 7))
    slower.line(TIMES, "alone", color="limit")
    slower.line(TIMES, "ideal", color="theory", dashed=True)
    slower.line(TIMES, "helped", color="simulation")
    words = (("limit", "one copy"), ("simulation", "with second copies"), ("theory", "if nobody queued"))
    for row, (color, meaning) in enumerate(words):
        slower.text(18_000, 0.8 / 1.9**row, meaning, color=color, align="right")
    price.line("extra", "cut_ms", color="theory", dashed=True)
    price.dots(0, "now[14]", color="limit")
    price.dots("now[6]", "now[12]", color="simulation")
    price.text("now[6]", "now[12]", "p99 {now[4]:duration}", color="simulation", align="auto", offset=(8, 8))


hedging = Explorable(
    "hedging",
    kernel=copies.hedging,
    sliders=[
        Slider("policy", "second copies", 0, 3, step=1, value=2,
               words=("none", "hedge, both run on", "hedge, drop the loser", "tied")),
        Slider("delay_ms", "sent after", 0, 300, step=1, value=51, unit="ms"),
        Slider("load", "utilization by first copies", 0.05, 0.95, step=0.05, value=0.3),
        Slider("p99_ms", "p99 of the service time (its median is 10 ms)", 20, 400, step=10, value=100, unit="ms"),
        Slider("same", "share of slowness that belongs to the request", 0, 1, step=0.05, value=0),
        Slider("seed", "run number", 1, 20, step=1, value=1),
    ],
    inputs={"p50_ms": P50_MS, "servers": SERVERS, "message_ms": 0.5, "times_ms": TIMES, "delays_ms": DELAYS},
    outputs={
        **{name: TIMES.size for name in ("alone", "helped", "ideal")},
        **{name: DELAYS.size for name in ("extra", "cut_ms")},
        "now": 15,
    },
    scratch={
        **{name: REQUESTS for name in ("arrival", "latency")},
        **{name: 2 * REQUESTS for name in ("service", "server", "link", "where", "started", "told", "told_at")},
        **{name: SERVERS for name in ("ends", "running", "head", "tail")},
        "totals": 3,
        "state": 4,
    },
    draw=draw_hedging,
    readouts={
        "alone": "One copy: p50 {now[0]:duration}, p99 {now[1]:duration}, p99.9 {now[2]:duration}; servers busy {now[8]:.0%} "
        "of the time",
        "helped": "With second copies: p50 {now[3]:duration}, p99 {now[4]:duration}, p99.9 {now[5]:duration}; servers busy "
        "{now[9]:.0%}",
        "price": "Second copies sent: {now[6]:.1%} of requests; work added: {now[7]:.1%}. If nobody queued: "
        "{now[11]:.1%} of requests and a p99 of {now[10]:duration}",
        "verdict": "The p99 is {now[13]:.2f} times what it was",
    },
    alt="Left, the share of requests slower than each latency, with one copy and with second copies: the p99 goes from "
    "{now[1]:duration} to {now[4]:duration}. Right, p99 against extra requests: a curve that falls steeply in its first "
    "few hundredths, and a dot for this simulation at {now[6]:.0%} extra requests.",
    caption="Left: what second copies cut is the far end. Right: of what they can buy, the first few hundredths buy more than "
    "all the rest, as long as the dot stays near the curve. 10,000 requests to 10 servers are simulated at each move, twice; "
    "the first tenth is not counted.",
    presets={
        "nobody cancels": {"policy": 1, "load": 0.6},
        "at once": {"policy": 1, "delay_ms": 0, "load": 0.2},
        "tied": {"policy": 3, "delay_ms": 1, "load": 0.6},
        "slow queries, not slow servers": {"same": 1},
    },
)  # fmt: skip

challenge_collapse = Challenge(
    "hedging-collapse",
    of="hedging",
    ask="Two fifths of the servers' time are free, or more. Find a hedge that makes the p99 at least ten times worse all the same.",
    goal={"load": (0.05, 0.6), "now[13]": (10, 1e9)},
    solution={"policy": 1, "load": 0.6},
    hint="Let both copies run to their end. The servers' free time is what the second copies use up.",
)

challenge_budget = Challenge(
    "hedging-budget",
    of="hedging",
    ask="At a utilization of 0.3 or more and the service times of the start (p99 100 ms, slowness of the servers only), bring "
    "the p99 of the requests below that of the service, 100 ms, while sending at most 6% more requests.",
    goal={"load": (0.3, 1), "p99_ms": (100, 100), "same": (0, 0), "now[6]": (0, 0.06), "now[4]": (0, 0.1)},
    solution={"delay_ms": 75},
    hint="Wait longer than the 95th percentile of the service: requests also queue, and you hedge what waits, too.",
)

predict_hedging = Choice(
    "predict-hedging",
    kind="predict",
    ask="Servers are busy 30% of the time. You send a second copy of every request that is not back after the 95th percentile "
    "of the service time, and drop whichever copy loses. What does that add?",
    options={
        "Twice the requests": "That is what a second copy of everything costs. You send one only for what is late.",
        "5% more requests": "Nearly: that is the share of service times beyond their p95. Requests also queue, so somewhat "
        "more of them are late. Read it off below.",
        "Around 10% more requests, and no more work": "Yes. 5% of the service times are that long, the queue makes more requests "
        "late, and dropping a loser that runs long saves about what its copy costs.",
        "30% more, as the servers are 30% busy": "The utilization does not enter like that; it only makes requests wait.",
    },
    right="Around 10% more requests, and no more work",
)

# ---- Coordinated omission ----

SECONDS, STALL_AT, WIDTH = 60.0, 20.0, 0.5
MOMENTS = (np.arange(round(SECONDS / WIDTH)) + 0.5) * WIDTH
ONE_IN = np.geomspace(1, 3000, 79)
MOST = round(100 * SECONDS)


def draw_omission(picture):
    when, how = picture.panels(
        dict(x="time in the test, s", y="worst of each half second, s", xlim=(15, 45), ylim=(0, 5.5)),
        dict(x="one in so many is slower (log)", y="latency, ms (log scale)", xlim=(1, 3000),
             ylim=(1, 10_000), xscale="log", yscale="log"),
    )  # fmt: skip
    when.area(MOMENTS, 0, "truth", color="danger", opacity=0.35)
    when.dots(MOMENTS, "seen", color="measured", size=4)
    when.text(44.5, 5.2, "what users meet", color="danger", align="right")
    when.text(44.5, 4.75, "what the tester records", color="measured", align="right")
    how.line(ONE_IN, "truth_ms", color="danger", width=3)
    how.line(ONE_IN, "seen_ms", color="measured")
    how.line(ONE_IN, "corrected_ms", color="theory", dashed=True)
    how.rule(x=100)
    how.text(100, 1.4, "p99", color="limit", offset=(4, 0))
    how.text(1.2, 7000, "users", color="danger")
    how.text(1.2, 4200, "recorded", color="measured")
    how.text(1.2, 2500, "corrected", color="theory")


omission = Explorable(
    "omission",
    kernel=stall.omission,
    sliders=[
        Slider("rate", "requests planned", 10, 100, step=5, value=50, unit="/s"),
        Slider("service_ms", "mean service time", 1, 9, step=0.5, value=4, unit="ms"),
        Slider("stall_ms", "the server stands still for", 0, 5000, step=50, value=2000, unit="ms"),
        Slider("connections", "connections of the tester", 1, 60, step=1, value=1),
        Slider("seed", "run number", 1, 20, step=1, value=1),
    ],
    inputs={"seconds": SECONDS, "stall_at": STALL_AT, "width": WIDTH, "one_in": ONE_IN},
    outputs={
        **{name: MOMENTS.size for name in ("truth", "seen")},
        **{name: ONE_IN.size for name in ("truth_ms", "seen_ms", "corrected_ms")},
        "now": 12,
    },
    scratch={
        **{name: MOST for name in ("planned", "service", "finished", "sent", "answered")},
        "corrected": 3 * MOST,
        "state": 4,
    },
    draw=draw_omission,
    readouts={
        "p99": "p99: users {now[0]:duration}, the tester's record {now[1]:duration}, its record corrected {now[2]:duration}",
        "slow": "Slower than 100 ms: {now[7]:.2%} of the users' requests, {now[8]:.2%} of the tester's",
        "count": "Users made {now[4]:,.0f} requests, the tester {now[5]:,.0f}; the correction puts in {now[6]:,.0f}",
        "load": "Utilization of the server: {now[9]:.0%}; longest wait of a user: {now[3]:duration}",
    },
    alt="Left, the users' latency jumps when the server stalls and falls as a slope, while the tester records next to nothing "
    "on it. Right, latency by rarity: at one request in 100 users meet {now[0]:duration}, the tester records "
    "{now[1]:duration}, and the corrected record says {now[2]:duration}.",
    caption="The stall begins at 20 s. Users keep coming, and each of the area's requests is somebody's. The tester's "
    "connections wait, so it meets the stall once for each of them, and calls it rare.",
    presets={
        "ten connections": {"connections": 10},
        "a busy server": {"service_ms": 9, "rate": 100},
        "no stall": {"stall_ms": 0},
        "five seconds": {"stall_ms": 5000},
    },
)

challenge_omission = Challenge(
    "omission-honest",
    of="omission",
    ask="Leave the stall at 2 seconds, the rate at 50/s and the service at 4 ms. How few connections bring the tester's p99 to "
    "nine tenths of the users' or more, in this run?",
    goal={"stall_ms": (2000, 2000), "rate": (50, 50), "service_ms": (4, 4), "seed": (1, 1), "now[10]": (0.1, 1.11),
          "connections": (1, 30)},
    solution={"connections": 30},
    hint="Each connection meets the stall once. A p99 sees what happens to one request in a hundred.",
)  # fmt: skip

predict_omission = Choice(
    "predict-omission",
    kind="predict",
    ask="A server that answers in 4 ms stands still for 2 seconds in a test of one minute. The tester sends 50 requests a "
    "second over one connection, each after the answer to the last. What p99 does it report?",
    options={
        "Around 20 ms, as if nothing had happened": "Yes. It met the stall with one request out of 2,900, and a p99 does not look at one "
        "in 2,900. The users' p99 is longer than a second.",
        "Around 1.5 seconds": "That is what the users meet. The tester was not there: it waited for one answer, politely.",
        "2 seconds": "That is its maximum, which it does record, once.",
        "Around 70 ms, the stall's share of the minute": "A percentile is not a mean: one slow request of thousands does not move it.",
    },
    right="Around 20 ms, as if nothing had happened",
)

# ---- Answers to the exercises, and the quiz ----

check_fanout = Number(
    "check-fanout-budget",
    ask="A page waits for 40 independent calls. Which percentile of one call decides the page's p99?",
    answer=tails.deciding_percentile(99, 40),
    unit="%",
    tolerance=0.00002,
    because="The 40th root of 0.99: all 40 calls must be in time, each of them with that probability.",
)

check_hedge = Number(
    "check-hedge-story",
    ask="How many extra requests does a hedge after 10 ms send for each request, where the service has a median of 187 ms and "
    "a p99 of 600 ms, and nobody queues?",
    answer=tails.slower_than(10.0, 187.0, 600.0),
    unit="a request",
    tolerance=0.005,
    because="Next to no request is back after 10 ms, so all are sent twice.",
)

check_connections = Number(
    "check-omission-connections",
    ask="A tester sends 6,000 requests over the test and meets one stall once on each connection. How many connections are the "
    "fewest at which a stall can show in its p99?",
    answer=61,
    unit="connections",
    tolerance=0.004,
    because="60 slow values of 6,000 lie beyond the p99; the 61st is the p99, by the nearest rank.",
)

quiz_deciding = Choice(
    "quiz-tails-deciding",
    kind="quiz",
    ask="A page waits for 100 independent calls. Which percentile of one call tells you the page's p99?",
    options={
        "p99": "At one call's p99, two pages of three are already slow.",
        "p99.9": "At that, one page in ten is slower: 1 − 0.999¹⁰⁰.",
        "p99.99": "Yes: 0.99 to the power of 1/100.",
        "The mean of the p99s": "A mean of percentiles is a percentile of nothing.",
    },
    right="p99.99",
)

quiz_hedging = Choice(
    "quiz-tails-hedging",
    kind="quiz",
    ask="Your slow requests are those with a hundred times the rows. You hedge them. What happens?",
    options={
        "Nothing, except more load": "Yes: the second copy has the same rows. Hedging helps where slowness belongs to a server or a "
        "moment, not to the request.",
        "The p99 falls to its square root": "Only if the second copy were fast independently of the first.",
        "The median falls": "Not even with independent copies: at the median, no second copy has been sent.",
    },
    right="Nothing, except more load",
)

quiz_omission = Choice(
    "quiz-tails-omission",
    kind="quiz",
    ask="Which of these load testers can report a p99 that no user would recognize?",
    options={
        "One that sends on schedule and never waits": "It meets a stall as often as users do.",
        "One that waits for each answer and times from the moment of sending": "Yes. While the server stalls it sends nothing, and "
        "so measures nothing.",
        "One that waits, but times from the moment the request was due": "It sends late and admits it: behind a server that takes "
        "requests in order that gives what users meet.",
    },
    right="One that waits for each answer and times from the moment of sending",
)
