"""Chapter 2, section 4: balancers that tell their load as MED."""

import numpy as np

from perfbook import routes as model
from perfbook.explore import Challenge, Explorable, Slider

SECONDS = 150
MOST = model.MOST_BALANCERS


def draw_med(picture):
    who, load = picture.rows(
        dict(y="balancer", xlim=(0, SECONDS), ylim=(0.5, MOST + 0.5), title="traffic: dark nothing, light all of it"),
        dict(x="time, s", y="load, fair shares", xlim=(0, SECONDS), ylim=(0, 9.5)),
    )
    who.ax.set(yticks=range(1, MOST + 1))
    who.ax.grid(False)
    who.heat(np.arange(SECONDS + 1.0), np.arange(MOST + 1) + 0.5, "traffic", 0, 3)
    time = np.arange(SECONDS) + 0.5
    load.rule(y=1)
    for j in range(MOST):
        load.line(time, f"told[{j * SECONDS}:{(j + 1) * SECONDS}]", color="simulation", width=1.2, steps=True)
    load.line(time, "busiest", color="danger", width=2, steps=True)
    load.text(SECONDS - 2, 8.7, "the busiest gets", color="danger", align="right")
    load.text(SECONDS - 2, 7.4, "each one tells", color="simulation", align="right")
    load.text(2, 8.7, "dashed: a fair share", color="limit")


med = Explorable(
    "med",
    kernel=model.med_run,
    sliders=[
        Slider("policy", "what the balancers send", 0, 1, step=1, value=1, words=model.POLICIES),
        Slider("balancers", "balancers", 2, MOST, step=1, value=3),
        Slider("period", "time between updates", 1, 60, step=1, value=10, unit="s"),
        Slider("delay", "from update to route", 0, 30, step=0.5, value=2, unit="s"),
        Slider("window", "load is averaged over", 1, 120, step=1, value=20, unit="s"),
        Slider("grain", "load is told in steps of", 0, 1, step=0.01, value=0, unit="fair shares"),
    ],
    inputs={"uneven": 0.05, "tick": model.TICK},
    outputs={"traffic": MOST * SECONDS, "busiest": SECONDS, "told": MOST * SECONDS, "now": 6},
    scratch={"measured": MOST, "share": MOST, "history": MOST * SECONDS * 10},
    draw=draw_med,
    readouts={
        "busiest": "The busiest balancer gets {now[0]:.2f} fair shares at worst and {now[1]:.2f} on average",
        "alone": "One balancer gets everything {now[4]:.0%} of the time",
        "churn": "The route changes {now[2]:.1f} times a minute, on {now[3]:.1f} updates a minute",
    },
    alt="Which of {balancers:.0f} balancers gets how much traffic over 150 s, and the load that each tells. The busiest gets "
    "{now[1]:.2f} fair shares on average; the route changes {now[2]:.1f} times a minute.",
    caption="Change the updates, the delay and the average, and watch the red line: they move when the traffic swings, and not "
    "how much of it.",
    presets={
        "equal MEDs": {"policy": 0},
        "slow updates": {"period": 60},
        "a long average": {"window": 120},
        "coarse steps": {"grain": 0.25},
    },
)

challenge_grain = Challenge(
    "med-calm",
    of="med",
    ask="Leave MED = load and three balancers. Flow hashing leaves equal routes 5% uneven, so that loads of 0.95 to 1.05 "
    "should be told as one number. Find the finest steps with which all three keep sharing.",
    goal={"policy": (1, 1), "balancers": (3, 3), "now[0]": (1, 1.1), "grain": (0.165, 0.175)},
    solution={"grain": 0.17},
    hint="A load goes to the nearest multiple of the step. All of 0.95 to 1.05 must be nearest to the same multiple; a coarser "
    "step with an edge in between fails again.",
)
