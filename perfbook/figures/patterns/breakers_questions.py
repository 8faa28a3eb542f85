"""Chapter 2, section 7: predictions, checks and quiz questions."""

from perfbook import breaker, outage, phi
from perfbook.explore import Choice, Number

predict_shard = Choice(
    "predict-breaker-shard",
    kind="predict",
    ask="Your service calls a store with five shards, 50 times a second. One shard begins to answer with errors. A failed call is "
    "retried up to three times, on the same shard. A breaker opens after five failures in a row. When does it open?",
    options={
        "Hardly ever: one call in five fails, and 0.2⁵ is 1 in 3,125": "That is right for the requests, without retries: 78 s on "
        "average. The breaker does not see requests.",
        "About a minute later": "Without retries, yes. Now count the attempts that the breaker sees.",
        "In about a second, and it refuses the four good shards too": "Yes. Each request to the bad shard is four failures. Half "
        "of what the breaker sees fails, and five in a row come after 62 attempts on average.",
        "Never: four successes in five keep resetting it": "They reset it. They have to come in time, and every second attempt is "
        "a failure.",
    },
    right="In about a second, and it refuses the four good shards too",
)

predict_phi = Choice(
    "predict-phi-lost",
    kind="predict",
    ask="Heartbeats come every second, with a jitter of 0.1 s. The threshold is φ = 8: one false suspicion in a hundred million "
    "intervals, one in three years. Now one heartbeat in a hundred is lost on the way. How often is the live peer suspected?",
    options={
        "Once in three years: the detector learns the new jitter": "It learns a larger σ, and puts it into the wrong law. A lost "
        "heartbeat doubles an interval, and no bell curve with its mean and σ has a second bump there.",
        "Once a day": "Far more. How often is a heartbeat lost?",
        "Tens of times an hour": "Yes. Nearly every lost heartbeat is a suspicion, and 36 are lost in an hour.",
    },
    right="Tens of times an hour",
)


def seconds_until_closed():
    """When the breaker of the exercise closes: it opens at 0, gets a trial a second, and the fifth trial fails."""
    now = [0.0]
    machine = breaker.CircuitBreaker(clock=lambda: now[0])
    machine.trip()
    trials = 0
    for second in range(1, 1000):
        now[0] = float(second)
        ticket = machine.attempt()
        if ticket:
            trials += 1
            (machine.failure if trials == 5 else machine.success)(ticket)
            if machine.state == "closed":
                return second
    return None


check_transition = Number(
    "check-breaker-transition",
    ask="At which second does the breaker close?",
    answer=seconds_until_closed(),
    unit="s",
    tolerance=1e-6,
    because="Open until 60. Trials at 60 to 64: four good ones, then a failure. Open until 124, and this time five good ones in a "
    "row, at 124 to 128. If you got 124, four old successes were still on the books.",
)

check_stable = Number(
    "check-phi-stable",
    ask="What is φ, by the logistic form, at y = 50?",
    answer=phi.standard_phi(phi.LOGISTIC, 50.0),
    tolerance=1e-4,
    because="z = 50 (1.5976 + 0.070566 · 2500) = 8,900.6, and φ = (z + ln(1 + e⁻ᶻ))/ln 10.",
)

check_budget = Number(
    "check-breaker-budget",
    ask="Which is the largest budget with which the three layers together send no more than the database can do?",
    answer=(1 / 0.75) ** (1 / 3) - 1,
    unit="retries per request",
    tolerance=0.01,
    because=f"(1 + b)³ · 0.75 = 1. With b = 0.1 the three layers make "
    f"{outage.amplification(3, 3, 1.0, 0.1):.3f} attempts for each click, which is just below 1/0.75 = 1.333.",
)

quiz_late = Choice(
    "quiz-breaker-late",
    kind="quiz",
    ask="A breaker opened 60 s ago and has just let its first trial call out. Now a call that was sent before it opened reports a "
    "timeout. What should the breaker do?",
    options={
        "Open again: a call failed while it was half-open": "That call says what the dependency was like a minute ago, which the "
        "breaker knows already.",
        "Nothing: it is news of the past": "Yes. A result belongs to the spell in which the call was let out; a number that changes "
        "with every transition is enough to tell.",
        "Count it, as one failure of five": "While half-open there is no count of failures. And it would be the fifth for some "
        "unlucky trial.",
    },
    right="Nothing: it is news of the past",
)

quiz_heartbeat = Choice(
    "quiz-breaker-heartbeat",
    kind="quiz",
    ask="A φ detector is fed with each successful request of a shop. At four in the morning nobody has bought anything for ten "
    "minutes, and φ is 400. What does that say of the payment service?",
    options={
        "It is almost certainly dead": "It says that a silence of ten minutes is unlikely, given the afternoon's customers.",
        "Nothing: the customers are silent, not the service": "Yes. A heartbeat is sent on a schedule that does not depend on "
        "demand. Without that, silence has two causes.",
        "It is slow": "Nobody has asked it anything.",
    },
    right="Nothing: the customers are silent, not the service",
)

quiz_open = Choice(
    "quiz-breaker-open-time",
    kind="quiz",
    ask="Your dependency has troubles of 20 s, now and then. Its breaker stays open for 60 s. What happens if you make that 10 s?",
    options={
        "The dependency gets six times as many calls while it is down": "Six times as many trials: a handful of calls. The rest is "
        "still refused.",
        "You lose about 40 s less of each trouble": "Yes. A breaker can only find out at the end of an open time; with 60 s that is "
        "40 s after the trouble, with 10 s at most 10 s after it, and the trials.",
        "It flaps": "It opens twice or three times in one trouble. Between them one call at a time goes out, so nobody sees more "
        "than a few failures.",
    },
    right="You lose about 40 s less of each trouble",
)

quiz_layers = Choice(
    "quiz-breaker-layers",
    kind="quiz",
    ask="Four layers, each of which tries three times in all. The database at the bottom fails one attempt in ten, at random. How "
    "many attempts does a click cost on average, and how many when the database is down?",
    options={
        "1.11 and 81": "Yes. Layers of retries are one layer with 3⁴ tries. While things go well that costs a tenth more; the 81 come "
        "when the database can least afford them.",
        "1.11 and 12": "Layers do not add: each attempt of a layer is a request to the next.",
        "1.46 and 81": "1.11⁴ is 1.52, and neither is right: only the bottom layer sees one in ten; the next sees one in a thousand.",
    },
    right="1.11 and 81",
)
