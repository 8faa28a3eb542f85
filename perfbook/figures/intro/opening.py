"""The cold open, checked; and the self-test."""

import numpy as np

from perfbook import story
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider

OUTAGE, TOLD = 37, 52_000  # minutes, queries/s: as the story has them


def draw_cold_open(picture):
    panel = picture.panel(x="duration of the burst, minutes", y="queries a second", xlim=(5, 90), ylim=(0, 250_000))
    panel.line("minutes", "rate", color="theory", label="all queries in this time", label_at=0.12)
    panel.rule(y="told_rate", color="danger")
    panel.text(88, "told_rate", "the rate that is told", color="danger", align="right", offset=(0, -9))
    panel.rule(x="outage", color="limit")
    panel.dots("outage", "summary[1]", color="theory", size=10)


cold_open = Explorable(
    "cold-open",
    kernel=story.cart_queries,
    sliders=[
        Slider("users", "people with a cart", 100_000, 1_500_000, step=10_000, value=800_000),
        Slider("items", "items a cart", 1, 6, step=0.1, value=3.2),
        Slider("queries", "product queries an item", 1, 100, step=1, value=67),
        Slider("outage", "length of the outage", 5, 90, step=1, value=OUTAGE, unit="min"),
        Slider("told_rate", "queries a second, as told", 1_000, 200_000, step=1_000, value=TOLD, unit="/s"),
    ],
    inputs={"minutes": np.linspace(5, 90, 171)},
    outputs={"rate": 171, "summary": 5},
    draw=draw_cold_open,
    readouts={
        "total": "{summary[0]:,.0f} queries in all",
        "rate": "In {outage:.0f} min that is {summary[1]:,.0f}/s",
        "verdict": "{summary[4]:=The two agree|The count needs a higher rate|The count needs a lower rate}: "
        "{summary[2]:.2f} times what is told",
        "needed": "At the told rate they take {summary[3]:.1f} min",
    },
    alt="The rate that {summary[0]:,.0f} queries need falls with the time they may take. At {outage:.0f} minutes it is "
    "{summary[1]:,.0f} a second, against {told_rate:,.0f} a second in the story.",
    caption="Two numbers of one story describe one flow. They agree only where the curve meets the dashed red line.",
    presets={"without the N+1": {"queries": 1}},
)

cold_open_agree = Challenge(
    "cold-open-agree",
    of="cold-open",
    ask="Move one slider only, and make the story's two numbers agree within 2%. More than one slider can do it; which "
    "would you believe?",
    goal={"summary[4]": (0, 0), "users": (800_000, 800_000), "told_rate": (TOLD, TOLD)},
    solution={"outage": 55},
    hint="The count is fixed by people, items and queries. What else stands in a rate?",
)

predict_cold_open = Choice(
    "predict-cold-open",
    ask="52,000 queries a second, for 37 minutes; 171,520,000 queries in all. Before you calculate: do the two agree?",
    options={
        "Yes, near enough": "Most people wave them through: both are large, and both sound precise. They differ by half.",
        "No, the total is too small": "The other way round: 52,000 a second for 37 minutes is well short of that total.",
        "No, the total is too large": "Right. You have already done what this book asks for: multiplied before nodding.",
    },
    right="No, the total is too large",
)

self_test_units = Number(
    "self-test-units",
    ask="800,000 requests a minute arrive. How many is that a second?",
    answer=800_000 / 60,
    unit="requests/s",
    tolerance=0.01,
    because="Rates come with a unit of time. Half of the errors that this book finds are a minute taken for a second.",
    kind="quiz",
)

self_test_mean = Choice(
    "self-test-mean",
    ask="Nine requests take 10 ms, one takes 910 ms. What is the mean, and what is the median?",
    options={
        "Both are 10 ms": "The median is: half of the requests take no longer. The mean adds all ten times up: 1,000 ms / 10.",
        "Mean 100 ms, median 10 ms": "Yes. No request took anything like 100 ms: a mean can describe nobody.",
        "Mean 10 ms, median 100 ms": "The other way round: the one slow request pulls the mean and leaves the median.",
    },
    right="Mean 100 ms, median 10 ms",
    kind="quiz",
)

self_test_chance = Number(
    "self-test-chance",
    ask="One call in 100 is slow. A page makes 10 calls, independent of each other. What share of pages has a slow call?",
    answer=100 * (1 - 0.99**10),
    unit="%",
    tolerance=0.02,
    because="One minus the chance that all ten are fast, 0.99 to the tenth power. If this was new, read section 5 slowly.",
    kind="quiz",
)

self_test_exponential = Choice(
    "self-test-exponential",
    ask="Buses come at random, one every 10 minutes on average, with no memory. You have waited 10 minutes. How much longer "
    "do you expect to wait?",
    options={
        "It is due now": "A timetable would be. A memoryless process does not know that you have been waiting.",
        "5 minutes": "That is the wait for a bus that comes exactly every 10 minutes, seen at a random moment.",
        "10 minutes": "Yes. That is what memoryless means, and why the exponential distribution makes queues easy to solve.",
    },
    right="10 minutes",
    kind="quiz",
)

self_test_log = Choice(
    "self-test-log",
    ask="A figure's axis is marked 1, 10, 100, 1,000 at equal distances. A straight line on it climbs one mark every hour. "
    "What does the quantity do?",
    options={
        "It grows by the same amount every hour": "On equal steps of value it would. Here each step is a factor of ten.",
        "It grows tenfold every hour": "Yes: equal distances on a logarithmic axis are equal factors.",
    },
    right="It grows tenfold every hour",
    kind="quiz",
)
