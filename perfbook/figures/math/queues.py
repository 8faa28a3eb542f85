"""Chapter 1, section 4: an M/M/c queue with a run laid over it, variable service, one line against many."""

import numpy as np

from perfbook import overlays
from perfbook.explore import Challenge, Explorable, Slider
from perfbook.queues import servers_needed
from perfbook.simulate import LAW_SIZE

MOST_SERVERS = 200
CUSTOMERS = 100_000
BINS = 4000  # up to 160,000 service times, see simulate.tally
RHO = np.concatenate([np.linspace(0, 0.9, 46), 1 - np.geomspace(0.095, 0.002, 30)])
TIMES = np.geomspace(0.1, 1000, 97)


def room(customers, servers):
    """Scratch of a simulation."""
    return {"state": 4, "free": servers, "wait": customers, "response": customers, "counts": BINS}


def draw_mmc(picture):
    load, spread = picture.panels(
        dict(x="utilization ρ", y="response, in mean service times", xlim=(0, 1.25), ylim=(0, 20)),
        dict(x="time t, in mean service times (log scale)", y="share slower than t (log scale)", xlim=(0.1, 1000),
             ylim=(0.001, 1), xscale="log", yscale="log"),
    )  # fmt: skip
    load.boxes(1.0, 1.25, 0, 20, color="danger", opacity=0.15)
    load.text(1.125, 19, "unstable", color="danger", align="center", size=9)
    load.line(RHO, "p99", color="theory", dashed=True, label="p99", label_at=0.2)
    load.line(RHO, "mean", color="theory", label="mean", label_at=0.2)
    load.boxes("now[20]", "now[21]", "now[22]", "now[23]", color="simulation", opacity=0.5)
    load.dots("now[0]", "now[2]", color="theory", size=10)
    load.dots("now[0]", "now[4]", color="theory", size=10)
    load.dots("now[0]", "now[6]", color="simulation", size=6)
    load.dots("now[0]", "now[9]", color="simulation", size=6)
    spread.line(TIMES, "slower", color="theory")
    spread.dots(TIMES, "simulated", color="simulation", size=4)
    for share, name in ((0.5, "p50"), (0.05, "p95"), (0.01, "p99")):
        spread.rule(y=share)
        spread.text(900, share, name, color="limit", align="right", offset=(0, 7))


mmc = Explorable(
    "mmc",
    kernel=overlays.mmc_overlay,
    sliders=[
        Slider("arrival_rate", "arrival rate λ", 10, 10_000, step=10, value=4800, unit="/s"),
        Slider("service_rate", "service rate μ of each server", 5, 500, step=5, value=50, unit="/s"),
        Slider("servers", "servers c", 1, MOST_SERVERS, step=1, value=100),
        Slider("seed", "run of the simulation", 1, 100, step=1, value=1),
    ],
    inputs={"rho": RHO, "times": TIMES},
    outputs={"mean": RHO.size, "p99": RHO.size, "slower": TIMES.size, "simulated": TIMES.size, "now": 24},
    scratch=room(CUSTOMERS, MOST_SERVERS),
    draw=draw_mmc,
    readouts={
        "load": "Utilization λ/(cμ): {now[0]:.1%}; {now[5]:.1%} of arrivals have to wait",
        "mean": "Mean response: exact {now[10]:duration|none, it grows}, simulated {now[12]:duration} ± {now[13]:duration}",
        "p99": "p99 of the response: exact {now[11]:duration|none, it grows}, simulated {now[14]:duration|off the scale}",
        "line": "In line on average: {now[19]:,.1f|no limit}. The line grows by {now[15]:,.0f} each second; the last of these "
        "customers waited {now[17]:duration}, and (λ − cμ)t/(cμ) says {now[18]:duration}",
        "state": "{now[1]:=Stable: the run begins in the steady state and has 100,000 customers"
        "|Unstable: there is no steady state; these are the first 100,000 customers of a queue that began empty}",
    },
    alt="Left, the mean and the p99 of the response rise like a hockey stick as utilization nears one; the present point is at "
    "{now[0]:.0%}, mean {now[10]:duration|unbounded}, with the simulated {now[12]:duration} on it. Right, the share of "
    "responses longer than t: the exact line, and simulated dots along it.",
    caption="Blue is exact, orange is a fresh run of 100,000 customers at every move; its box is the 95% interval of the mean. "
    "Times are in mean service times 1/μ, so that the picture changes only when the shape does. Near full load the orange "
    "leaves the blue from run to run: there a run of this length has not seen enough of the queue.",
    presets={
        "one server at 90%": {"arrival_rate": 90, "service_rate": 100, "servers": 1},
        "ten servers at 90%": {"arrival_rate": 450, "servers": 10},
        "overload by 4%": {"arrival_rate": 5200},
        "a hundredth of the story": {"arrival_rate": 520, "servers": 1},
    },
)

challenge_mmc_pool = Challenge(
    "mmc-pool",
    of="mmc",
    ask="6,000 requests a second arrive; a connection serves 50 a second. Find the smallest pool whose p99 of the response is "
    "at most 100 ms.",
    goal={
        "arrival_rate": (6000, 6000),
        "service_rate": (50, 50),
        "servers": (servers_needed(6000, 50, response=0.1, share=0.99),) * 2,
    },
    solution={"arrival_rate": 6000, "servers": servers_needed(6000, 50, response=0.1, share=0.99)},
    hint="120 connections would be busy all the time, which is full load; the service alone has a p99 of 92 ms.",
)

SQUARES = np.linspace(0, 16, 65)
RUN, WARM_UP, VARIABLE_SERVERS = 80_000, 16_000, 16


def draw_variability(picture):
    panel = picture.panel(
        x="variability of service c²", y="wait, in mean service times (log scale)", xlim=(-0.4, 16.4), ylim=(0.01, 1000),
        yscale="log",
    )  # fmt: skip
    panel.line(SQUARES, "p99", color="theory", dashed=True, label="p99, estimated", label_at=0.6)
    panel.line(SQUARES, "mean", color="theory", label="mean, by formula", label_at=0.6)
    panel.boxes("now[10]", "now[11]", "now[12]", "now[13]", color="simulation", opacity=0.5)
    panel.dots("service", "now[0]", color="theory", size=10)
    panel.dots("service", "now[2]", color="simulation", size=6)
    panel.dots("service", "now[4]", color="simulation", size=8)
    panel.text("service", "now[4]", "simulated", color="simulation", align="auto", offset=(9, -10))


variability = Explorable(
    "variability",
    kernel=overlays.variability_overlay,
    sliders=[
        Slider("service", "variability of service c²", 0, 16, step=0.25, value=4),
        Slider("load", "utilization ρ", 0.1, 0.95, step=0.05, value=0.8),
        Slider("arrivals", "variability of arrivals c²", 0, 16, step=0.25, value=1),
        Slider("servers", "servers c", 1, VARIABLE_SERVERS, step=1, value=1),
        Slider("seed", "run of the simulation", 1, 100, step=1, value=1),
    ],
    inputs={"grid": SQUARES, "skip": WARM_UP},
    outputs={"mean": SQUARES.size, "p99": SQUARES.size, "now": 14},
    scratch=room(RUN, VARIABLE_SERVERS) | {"arrival_law": LAW_SIZE, "service_law": LAW_SIZE},
    draw=draw_variability,
    readouts={
        "mean": "Mean wait: {now[0]:.3g} services by {now[5]:=Allen and Cunneen's approximation|an exact formula}, "
        "{now[2]:.3g} ± {now[3]:.2g} simulated; formula against run: {now[6]:.0%}",
        "p99": "p99 of the wait: {now[1]:.3g} if waits were exponential, {now[4]:.3g} simulated",
        "waited": "{now[7]:.0%} of the customers waited; mean response {now[8]:.3g} services",
    },
    alt="The mean wait and its p99 rise with the variability of service; at c² = {service:.2f} the formula gives a mean of "
    "{now[0]:.3g} services and the simulation {now[2]:.3g}; the simulated p99 is {now[4]:.3g}.",
    caption="Every unit of c² adds as much wait as the one before; a log scale shows a straight line as a curve that flattens. "
    "The p99, estimated as if waits were exponential, keeps its distance from the mean. Orange: 64,000 simulated customers "
    "after 16,000 left out; the box is the 95% interval of their mean.",
    presets={
        "constant service": {"service": 0},
        "exponential": {"service": 1},
        "regular arrivals too": {"service": 0, "arrivals": 0.25},
        "eight servers": {"servers": 8, "load": 0.9},
        "bursts on eight servers": {"servers": 8, "load": 0.7, "service": 1, "arrivals": 9},
    },
)

challenge_variability = Challenge(
    "variability-ten-percent",
    of="variability",
    ask="One server, Poisson arrivals, 80% load. Find the variability of service that makes people wait as long, on average, "
    "as exponential service does at 90%.",
    goal={"load": (0.79, 0.81), "servers": (1, 1), "arrivals": (1, 1), "now[0]": (8.95, 9.05)},
    solution={"service": 3.5},
    hint="Set the load to 90% and c² to 1, note the mean wait, and come back.",
)

POOLING_RHO = np.linspace(0, 0.99, 67)
LONGEST_LABEL = 0.62


def draw_pooling(picture):
    mean, tail = picture.panels(
        dict(x="utilization ρ", y="mean response, in services", xlim=(0, 1), ylim=(0, 10)),
        dict(x="utilization ρ", y="p99 of the response, in services", xlim=(0, 1), ylim=(0, 50)),
    )
    size = POOLING_RHO.size
    for panel, part, first in ((mean, slice(0, size), 0), (tail, slice(size, 2 * size), 3)):
        at = f"[{part.start}:{part.stop}]"
        panel.line(POOLING_RHO, "apart" + at, color="danger", label="a line each", label_at=LONGEST_LABEL)
        panel.line(POOLING_RHO, "together" + at, color="theory", label="one line", label_at=LONGEST_LABEL)
        panel.line(POOLING_RHO, "fast" + at, color="ink", dashed=True, label="one fast", label_at=0.3)
        for design in range(3):
            panel.dots("load", f"now[{6 + first + design}]", color="simulation", size=7)


pooling = Explorable(
    "pooling",
    kernel=overlays.pooling_overlay,
    sliders=[
        Slider("servers", "servers c", 2, 64, step=1, value=8),
        Slider("load", "utilization ρ", 0.05, 0.95, step=0.05, value=0.8),
        Slider("seed", "run of the simulation", 1, 100, step=1, value=1),
    ],
    inputs={"rho": POOLING_RHO},
    outputs={name: 2 * POOLING_RHO.size for name in ("together", "apart", "fast")} | {"now": 12},
    scratch=room(25_000, 64),
    draw=draw_pooling,
    readouts={
        "together": "One line before {servers:.0f} servers: mean {now[0]:.2f}, p99 {now[3]:.2f} services "
        "(simulated {now[6]:.2f} and {now[9]:.2f})",
        "apart": "A line each: mean {now[1]:.2f}, p99 {now[4]:.2f} (simulated {now[7]:.2f} and {now[10]:.2f})",
        "fast": "One server {servers:.0f} times as fast: mean {now[2]:.2f}, p99 {now[5]:.2f} "
        "(simulated {now[8]:.2f} and {now[11]:.2f})",
    },
    alt="Mean and p99 of the response against utilization for three designs of one capacity. At the present load separate lines "
    "have a mean of {now[1]:.2f} services, one shared line {now[0]:.2f}, one fast server {now[2]:.2f}.",
    caption="Same customers, same capacity. Separate lines do not get better with more servers; a shared line does. Dots are "
    "25,000 simulated customers of each design, from the steady state.",
    presets={
        "two tills": {"servers": 2},
        "64 cores at 90%": {"servers": 64, "load": 0.9},
        "a quiet night": {"load": 0.3},
    },
)

challenge_pooling = Challenge(
    "pooling-third",
    of="pooling",
    ask="At 80% load, find the smallest number of servers at which sharing one line cuts the mean response to a third of what "
    "separate lines give, or less.",
    goal={"load": (0.79, 0.81), "servers": (5, 5), "now[0]": (0, 5 / 3)},
    solution={"servers": 5},
    hint="Separate lines at 80%: five services, whatever c is.",
)
