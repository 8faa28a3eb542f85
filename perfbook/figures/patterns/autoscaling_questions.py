"""Chapter 2, section 6: guesses, challenges, checks and quiz on autoscaling."""

from perfbook import coldstart, forecast
from perfbook.explore import Challenge, Choice, Number
from perfbook.hpa import desired_replicas

predict_ramp = Choice(
    "predict-coldstart",
    kind="predict",
    ask="Demand rises from 1,000 to 10,000 requests/s in 10 s and stays there. A pod needs 30 s to start. Everything for the "
    "peak is ordered in the moment in which the rise begins. How many requests are dropped?",
    options={
        "45,000: the rise is over after 10 s": "That is the triangle of the rise itself. Demand then stays where it is, and for 20 s "
        "more nobody is there to meet it.",
        "225,000": "Yes: a triangle of 45,000 while demand rises, and a rectangle of 9,000 a second for the 20 s that are left.",
        "405,000: the gap grows by 900 a second for 30 s": "That is the episode's answer. It lets demand rise for 20 s after it has "
        "stopped, and drops more requests than were sent: 255,000.",
        "None: everything was ordered in time": "Ordered, not ready. For 30 s the old fleet stands alone.",
    },
    right="225,000",
)

predict_metric = Choice(
    "predict-autoscale",
    kind="predict",
    ask="The flash sale multiplies demand by ten within a second. Two autoscalers aim at 70%: one watches the CPU of its replicas, "
    "the other the requests that arrive. Both read a metric 15 s old, and replicas start in 30 s. Which drops fewer?",
    options={
        "CPU: it measures what the replicas really do": "It does, and a replica cannot be more than fully busy. At ten times the "
        "demand the metric says 100%, which asks for 100/70 of the fleet, and then again.",
        "Requests, by a factor of three": "Yes. Requests show the whole size of the rise at the first look. CPU stops at 100%, so that "
        "each round of starting adds 43% at most.",
        "They are the same: CPU is proportional to requests": "Up to full load. Beyond it the one goes on and the other stands still.",
    },
    right="Requests, by a factor of three",
)

challenge_pool = Challenge(
    "autoscale-pool",
    of="autoscale",
    ask="The flash sale, with a target of 60%: find the smallest warm pool with which not one request is dropped. Leave everything "
    "else as it is.",
    goal={
        "kind": (0, 0),
        "signal": (2, 2),
        "start": (30, 30),
        "delay": (15, 15),
        "target": (60, 60),
        "tolerance": (0.1, 0.1),
        "policy": (0, 0),
        "warm": (50, 50),
        "now[2]": (0, 0),
    },
    solution={"target": 60, "warm": 50},
    hint="The first rise comes at once and without a warning: whatever it needs has to be there. The second one comes a minute later.",
)

challenge_target = Challenge(
    "autoscale-target",
    of="autoscale",
    ask="The wave, with replicas that start in 30 s: find the highest target utilization, in whole percents, that rides it out "
    "without a dropped request.",
    goal={"kind": (2, 2), "signal": (2, 2), "start": (30, 30), "delay": (15, 15), "warm": (1, 10), "tolerance": (0.1, 0.1),
          "policy": (0, 0), "target": (66, 66), "now[2]": (0, 0)},
    solution={"kind": 2, "target": 66},
    hint="The fleet has to carry what demand will be when the next replicas are ready. Headroom is 1/target.",
)  # fmt: skip

challenge_calm = Challenge(
    "autoscale-calm",
    of="autoscale",
    ask="The step, followed by CPU with the bare formula at a target of 50%, a metric 60 s old and replicas that start at once: it "
    "swings. Leave all that, and find the shortest agreement before scaling down with which it turns round once at most.",
    goal={"kind": (1, 1), "signal": (0, 0), "start": (0, 0), "delay": (60, 60), "target": (50, 50), "tolerance": (0.1, 0.1),
          "policy": (0, 0), "window": (60, 60), "now[8]": (0, 1)},
    solution={"kind": 1, "signal": 0, "start": 0, "delay": 60, "target": 50, "window": 60},
    hint="The metric shows the fleet of a while ago. How long must the controller remember what it wanted then?",
)  # fmt: skip

check_ramp = Number(
    "check-autoscale-ramp",
    ask="How many requests does it drop?",
    answer=coldstart.ramp_loss(2000, 8000, 20, 45, warm=1500),
    unit="requests",
    tolerance=0.005,
    because="The pool carries the first 1,500 of the rise, for the first 5 s. From there to 20 s the gap grows to 4,500/s, and stays "
    "for 25 s: 15 × 4,500/2 + 25 × 4,500.",
)

check_hpa = Number(
    "check-autoscale-hpa",
    ask="How many replicas does the autoscaler want?",
    answer=desired_replicas(12, [130] * 7, 65, request=100, unready=5),
    unit="replicas",
    tolerance=0,
    because="With the five at 0 the mean is 910/12, cut to 75%; 75/65 × 12 = 13.8, rounded up.",
)


def margin_for(share, **settings):
    """The smallest margin, in whole percents, with which at most ``share`` of the reactive loss is left; up to 200%."""
    for percent in range(201):
        outcome = forecast.expected(margin=percent / 100, **settings)
        if outcome.lost <= share * outcome.lost_without:
            return percent
    raise ValueError(f"share must be within reach of a margin of 200%, got {share}")


check_margin = Number(
    "check-autoscale-margin",
    ask="Which margin is it, in whole percents?",
    answer=margin_for(0.02, before=5000, peak=50_000, start=30, lead=60, error=0.2),
    unit="%",
    tolerance=0.001,
    because="At no margin 8.9% of the loss is left. The curve falls fast at first and slowly later; its knee is where you buy.",
)

quiz_gap = Choice(
    "quiz-autoscale-gap",
    kind="quiz",
    ask="A capacity report says that during the 30 s of a cold start 405,000 requests were dropped. The access log has 255,000 for "
    "these seconds. What do you conclude?",
    options={
        "Clients retried, so some were dropped twice": "Then the log would have them twice as well.",
        "The report carried a slope on after demand had stopped rising": "Yes. More cannot be dropped than arrives. A total that breaks "
        "this is wrong whatever the model behind it.",
        "The log lost some": "Perhaps, but check the arithmetic of the report before you doubt the measurement.",
    },
    right="The report carried a slope on after demand had stopped rising",
)

quiz_steep = Choice(
    "quiz-autoscale-steep",
    kind="quiz",
    ask="A fleet follows demand with a lag of 45 s, ordering each second what that second needs. Demand rises by 6,000 "
    "requests/s: in service A within 10 s, in service B within 10 minutes. Which drops more requests?",
    options={
        "A, sixty times as many": "The gap is larger in A, and over sooner. The two cancel.",
        "The same: 270,000 each": "Yes. Each request/s of the rise is uncovered for 45 s, whenever it came. Without headroom a gentle "
        "rise is no cheaper. With some, B pays nothing and A still does.",
        "B, since it lasts longer": "It lasts longer at a smaller gap. The two cancel.",
    },
    right="The same: 270,000 each",
)

quiz_unready = Choice(
    "quiz-autoscale-unready",
    kind="quiz",
    ask="Ten replicas run at 100% of CPU, the target is 50%. The autoscaler orders ten more, and looks again before they are ready. "
    "What does Kubernetes' rule want now?",
    options={
        "40: twenty replicas, ratio 2": "That is the bare formula: it takes the new ones for busy, doubles again at each look, and "
        "ends at the limit.",
        "20: those not ready count as idle": "Yes. 1,000% over twenty replicas is 50% each: just the target. The order is out already.",
        "10: it forgets those not ready": "They are set aside on the way down only. On the way up they count, as idle.",
    },
    right="20: those not ready count as idle",
)

quiz_lead = Choice(
    "quiz-autoscale-lead",
    kind="quiz",
    ask="Replicas start in 30 s. A forecast now comes 60 s ahead, with an error of 20%. Someone offers one that comes 120 s ahead and is "
    "as good. What is it worth?",
    options={
        "Twice the benefit: accuracy × lead time": "That is the episode's product. Once replicas are ready in time, they cannot be "
        "more so.",
        "Nothing in dropped requests, and it costs more": "Yes. Beyond the start time, lead only pays for idle replicas. What is still "
        "dropped comes from the error.",
        "It makes up for the error": "No: an order too small stays too small, however early it goes out. A margin would help.",
    },
    right="Nothing in dropped requests, and it costs more",
)

quiz_pool = Choice(
    "quiz-autoscale-trap",
    kind="quiz",
    ask="In the flash sale with a target of 70% you raise the warm pool from 60 to 65 replicas. Dropped requests rise from 156,000 to "
    "520,000. How can that be?",
    options={
        "A bug: more replicas cannot drop more": "They can, through the autoscaler, which decides on the ratio and not on your wish.",
        "65 replicas are within 10% of the target, so that nothing more is ordered": "Yes. 50,000 over 65 is 769 each, 1.099 of the 700 "
        "aimed at. With 60 the ratio is 1.19, twelve more are ordered, and they are there when the second rise comes.",
        "The larger pool starts more slowly": "Every replica starts in 30 s here.",
    },
    right="65 replicas are within 10% of the target, so that nothing more is ordered",
)
