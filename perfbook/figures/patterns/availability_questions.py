"""Chapter 2, section 4: guesses, checks and quiz."""

from perfbook import availability, repair, routes, vrrp
from perfbook.explore import Choice, Number

TWO_IN_COMMON = availability.nines(availability.k_of_n(2, 1, 0.999, 0.1))
SIX_IN_COMMON = availability.nines(availability.k_of_n(6, 1, 0.999, 0.1))

predict_common = Choice(
    "predict-common",
    kind="predict",
    ask="Two balancers, each up 99.9% of the time, either of them enough. One failure in ten takes both at once: a bad "
    "configuration, a shared switch. How many nines have the two together?",
    options={
        "Six": "That is what they would have if nothing ever hit both.",
        "Five": "The product of their own failures leaves room for five. The tenth in common does not.",
        "Four": f"Yes, {TWO_IN_COMMON:.2f}. A tenth of 0.001 is 0.0001, and that is nearly all of it. With six balancers "
        f"instead of two it would be {SIX_IN_COMMON:.2f}.",
        "Three": "One alone has three. The second still takes away nine failures of ten.",
    },
    right="Four",
)

predict_cut = Choice(
    "predict-cut",
    kind="predict",
    ask="The master of a pair is healthy and serves, but the cable over which the other hears it fails for 20 s. What happens "
    "to the address?",
    options={
        "Nothing: the master is healthy": "The other cannot know that. It hears the silence that a crash makes.",
        "Nobody holds it for some seconds": "The master goes on holding it. It hears nothing that would make it stop.",
        "Both hold it": "Yes. Silence is all that the protocol has to go by. Faster timers only make it happen sooner.",
    },
    right="Both hold it",
)

check_takeovers = Number(
    "check-takeover-seconds",
    ask="What do the takeovers cost a year, on average?",
    answer=availability.YEAR * (1 - 0.9995) / 1800 * routes.detection(1, vrrp.master_down(100))[0],
    unit="s",
    because="A part in service fails u/repair times a second: 0.0005 in 1,800 s, 8.76 times a year. The silence began with the last "
    "advertisement, half an interval before the crash on average: 3.609 s less 0.5 s each.",
)

check_pair = Number(
    "check-pair-incidents",
    ask="How many nines has the pair, with the share in common that the incidents show?",
    answer=availability.nines(availability.k_of_n(2, 1, 0.9995, 3 / 15)),
    because="A balancer failed 15 times, and 3 of those 15 took the other one too: β = 0.2, and 0.2 × 0.0005 is nearly all.",
)

check_losses = Number(
    "check-false-takeovers",
    ask="How long until the first false takeover, on average, at 0.1 s?",
    answer=0.1 * (1 - 0.01**3) / (0.01**3 * (1 - 0.01)) / 86400,
    unit="days",
    because="A row of three losses takes (1 − p³)/(p³(1 − p)) advertisements: a million, ten in every second.",
)

quiz_chain = Number(
    "quiz-availability-chain",
    kind="quiz",
    ask="A request needs 12 services, each up 99.9% of the time, failing independently. For how many hours a year does at least "
    "one of them fail it?",
    answer=availability.minutes_a_year(availability.serial(*[0.999] * 12)) / 60,
    unit="h",
    because="1 − 0.999¹² is nearly 12 times 0.001. Chains add downtimes; only alternatives multiply them.",
)

quiz_third = Choice(
    "quiz-availability-third",
    kind="quiz",
    ask="Two replicas of three nines with β = 0.1 have four nines together. You need five. What helps?",
    options={
        "A third replica": f"It brings {availability.nines(availability.k_of_n(3, 1, 0.999, 0.1)):.3f} nines instead of "
        f"{TWO_IN_COMMON:.3f}. The shared cause does not count replicas.",
        "Fewer shared causes, down to β = 0.009": f"Yes: {availability.nines(availability.k_of_n(2, 1, 0.999, 0.009)):.3f} nines. "
        "0.009 × 0.001 leaves just enough room for the product of the rest.",
        "A takeover twice as fast": "The shared cause leaves nobody to take over.",
    },
    right="Fewer shared causes, down to β = 0.009",
)

quiz_med = Choice(
    "quiz-med-neighbours",
    kind="quiz",
    ask="Your service is announced through two different providers, with MED 10 through one and MED 500 through the other. What "
    "does a network that hears both do by default?",
    options={
        "It takes the route with MED 10": "MEDs of different neighbours are not compared, unless an operator turns that on.",
        "It decides without the MEDs": "Yes. They rank one neighbour's entries, after local preference, path length and origin. "
        "A provider does not even pass them on to its own neighbours.",
        "It sends 98% one way and 2% the other": "MED is no weight. It removes routes, and what is left shares equally.",
    },
    right="It decides without the MEDs",
)

GAP = repair.pool(2, 1, 0.999, repair=14400) - repair.pool(2, 1, 0.999, switch=3.6, repair=14400)
THIRDS = f"{2 / 3 * availability.YEAR * GAP:.0f} s"
FAILED = availability.YEAR * (1 - repair.pool(2, 1, 0.999, covered=0.99, repair=14400) - 1e-6)

quiz_gap = Choice(
    "quiz-availability-gap",
    kind="quiz",
    ask="A pair of parts of three nines is repaired in four hours on average. Takeovers of 3.6 s are made three times as fast. "
    "How much of a year does that win?",
    options={
        "Some minutes": "With two or three failures a year there is no room for minutes.",
        THIRDS: "Yes: 2.19 failures a year, 2.4 s less each. One takeover in a hundred that does not work costs "
        f"{FAILED:.0f} s a year.",
        "Nothing at all": "It is little, but it is two thirds of what takeovers cost.",
    },
    right=THIRDS,
)
