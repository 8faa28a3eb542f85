"""Chapter 1, section 4: guesses, checks and the quiz on queues. Every number in them is computed."""

from perfbook import queues, variability
from perfbook.explore import Choice, Number

STORY = 52_000, 50, 100
MINUTES = 37
QUICK, SLOW, SLOW_SHARE = 10, 210, 0.05  # ms, ms, share of requests
MEAN_MS, SQUARE = variability.mix([1 - SLOW_SHARE, SLOW_SHARE], [QUICK, SLOW])
AT_80 = queues.mmc(0.8, 1)
AT_90 = queues.mmc(0.9, 1)
EVEN = variability.md1(0.8 / (MEAN_MS / 1e3), 1e3 / MEAN_MS).wait * 1e3
UNEVEN = variability.mg1(0.8 / (MEAN_MS / 1e3), 1e3 / MEAN_MS, SQUARE).wait * 1e3
TILLS = queues.pooling(6.4, 1, 8)
LEAST = queues.servers_needed(52_000, 50)
POOL = queues.servers_needed(52_000, 50, response=0.1, share=0.99)

predict_hockey = Choice(
    "predict-hockey",
    ask="One server, requests at random. At 80% utilization the mean response is "
    f"{AT_80.response:.0f} service times. The load grows until utilization is 90%. What is the mean response now?",
    options={
        "about 5.6: an eighth more load, an eighth more time": "That would be so if time were proportional to load. What "
        "counts is what is left: the spare capacity went from 20% to 10%.",
        f"{AT_90.response:.0f}: twice as long": "Yes. The response is one service time divided by the spare share, and the "
        "spare share was halved. The next halving is at 95%.",
        "25: five times as long": "Too dark. Only at 96% would it be 25 service times; but from 90% that is just a fifteenth "
        "more load.",
    },
    right=f"{AT_90.response:.0f}: twice as long",
)

predict_unstable = Choice(
    "predict-unstable",
    ask="52,000 queries a second arrive at a pool of 100 connections, each of which serves 50 a second. What is the mean "
    "waiting time?",
    options={
        "about 0.2 s: ten times the 20 ms of a query": "Ten times the load is not ten times the time: the pool can finish "
        "5,000 a second, and the others do not go away.",
        "infinite": "It is what the formula returns, and it is not a time that anybody measures: after one second the wait is "
        "finite, after two it is longer.",
        "there is none: it depends on how long this has been going on": "Yes. There is no steady state to have a mean; the line "
        f"grows by {queues.backlog(*STORY, 1):,.0f} requests every second, and the wait with it.",
    },
    right="there is none: it depends on how long this has been going on",
)

predict_variability = Choice(
    "predict-variability",
    ask=f"Two services, one server each, random arrivals, 80% utilization, {MEAN_MS:.0f} ms a request on average. In the first, "
    f"every request takes {MEAN_MS:.0f} ms. In the second, 19 of 20 take {QUICK} ms and one takes {SLOW} ms. How long do "
    "requests wait in the second, compared with the first?",
    options={
        "less: nearly all of them are quicker": "Nearly all are quicker to serve, and all of them stand behind the slow one when "
        "it comes.",
        "the same: the load is the same": "The load is the same and the wait is not. Utilization is a mean; a line is made by "
        "the spread around it.",
        f"{UNEVEN / EVEN:.1f} times as long": f"Yes: {UNEVEN:.0f} ms against {EVEN:.0f} ms. The wait goes with 1 + c², and c² is "
        f"0 in the first and {SQUARE:.2f} in the second.",
    },
    right=f"{UNEVEN / EVEN:.1f} times as long",
)

predict_pooling = Choice(
    "predict-pooling",
    ask="Eight workers, each 80% busy. Each has a line of its own and requests choose one at random: the mean response is "
    f"{TILLS.apart.response:.0f} service times. Now they share one line. What is the mean response?",
    options={
        f"still {TILLS.apart.response:.0f}: same work, same workers": "The work is the same, and so is each worker's load. But "
        "with lines apart, some wait while a worker next door is idle.",
        f"about {TILLS.together.response:.1f} service times": "Yes. A request now waits only when all eight are busy at once, and "
        "then the first of eight to finish takes it.",
        f"{TILLS.apart.response / 8:.2f}: an eighth": "It cannot be below 1: a request still has to be served, by one worker at "
        "that worker's speed.",
    },
    right=f"about {TILLS.together.response:.1f} service times",
)

check_backlog = Number(
    "check-backlog",
    ask=f"52,000 queries a second, 100 connections of 50 a second each: how many queries is the database behind after {MINUTES} "
    "minutes, if nobody gives up?",
    answer=queues.backlog(*STORY, MINUTES * 60),
    unit="queries",
    tolerance=0.005,
    because="52,000 − 100 × 50 = 47,000 more each second than can be finished, for 2,220 seconds.",
)

check_pool = Number(
    "check-pool",
    ask="How many connections does the p99 of 100 ms need at 52,000 queries a second?",
    answer=POOL,
    unit="connections",
    tolerance=0.0001,
    because=f"{LEAST:,} are just stable; {POOL - LEAST} more are enough for the p99. Fewer than {LEAST:,} never are.",
)

check_split = Number(
    "check-split",
    ask="With the slow queries on a server of their own, how long do the quick ones wait, on average?",
    answer=variability.md1(80 * (1 - SLOW_SHARE), 1e3 / QUICK).wait * 1e3,
    unit="ms",
    because="76 quick ones a second of 10 ms each keep their server 76% busy, and all take the same: M/D/1.",
)

quiz_queue_utilization = Choice(
    "quiz-queue-utilization",
    kind="quiz",
    ask="Two systems run at 95% utilization: one server, and a hundred servers with one line. Which advice holds for both?",
    options={
        "keep utilization below 80%": f"For one server 95% costs {queues.mmc(0.95, 1).response:.0f} service times; for a hundred "
        f"with one line, {queues.mmc(95, 1, 100).response:.2f}. A rule for one is waste for the other.",
        "look at the wait, not at the utilization": "Yes. The same 95% is a crisis in one and a quiet day in the other.",
        "95% is too high for anything": f"A hundred servers with one line answer in {queues.mmc(95, 1, 100).response:.2f} service "
        "times on average at that load.",
    },
    right="look at the wait, not at the utilization",
)

quiz_queue_variability = Choice(
    "quiz-queue-variability",
    kind="quiz",
    ask="Utilization of one server is 70% and stays there. Which change shortens the line most?",
    options={
        "making every request take the same time, where c² was 4": "Yes: the wait goes with 1 + c², so it falls to a fifth.",
        "a server twice as fast, and twice the requests": "Each service is half as long and utilization is the same, so waits "
        "halve; the number of people in line does not change at all.",
        "serving the shortest first would be the only way": "It helps the mean too, at the cost of the long ones, but the order "
        "is not the only thing that a line depends on.",
    },
    right="making every request take the same time, where c² was 4",
)

quiz_queue_unstable = Choice(
    "quiz-queue-unstable",
    kind="quiz",
    ask="A queue is offered 4% more than it can serve. Which of these is a fact about it?",
    options={
        "its mean wait is 25 times the service time": "That is what 96% would give one server. Above 100% there is no mean.",
        "how far behind it is depends on for how long": "Yes: its line grows by (λ − cμ) each second, until something gives.",
        "it is stable as long as memory lasts": "Memory is what it fills. A bounded line is stable, because it turns people "
        "away.",
    },
    right="how far behind it is depends on for how long",
)

quiz_queue_percentile = Choice(
    "quiz-queue-percentile",
    kind="quiz",
    ask="In an M/M/c queue the p99 of the wait is 20 ms and the p99 of the service is 92 ms. What is the p99 of the response?",
    options={
        "112 ms": "Only if those who wait longest were also those with the longest service. They are independent, so both at "
        "once is rarer than 1 in 100.",
        f"less than 112 ms: in the story's stable pool, {queues.response_percentile(4_800, 50, 100) * 1e3:.0f} ms": "Yes. "
        "Percentiles do not add; the distribution of the sum has one of its own.",
        "92 ms: the larger of the two": "It is above both, since nobody is served before waiting.",
    },
    right=f"less than 112 ms: in the story's stable pool, {queues.response_percentile(4_800, 50, 100) * 1e3:.0f} ms",
)
