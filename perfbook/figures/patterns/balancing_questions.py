"""Chapter 2, section 2: guesses, challenges, checks and quiz on load balancing."""

from perfbook import balls
from perfbook.explore import Challenge, Choice, Number

predict_balance = Choice(
    "predict-balance",
    kind="predict",
    ask="Ten servers share a load of 0.8, by round robin. One of them begins to run at a quarter of its speed: a bad disk, "
    "and every health check still passes. What do the users see?",
    options={
        "A tenth of the requests take four times as long": "That would be so if nobody queued. That server now gets requests "
        "faster than it can do them.",
        "The other nine take over, and the p99 hardly moves": "Nine healthy servers could. Round robin does not ask them.",
        "A tenth of the requests wait in a line that grows for ever": "Yes. Its line grows until somebody acts, the p99 "
        "becomes minutes, and the dashboard says that all servers are up.",
        "The balancer takes the slow server out": "It answers its checks. A health check finds the dead, not the slow.",
    },
    right="A tenth of the requests wait in a line that grows for ever",
)

predict_stale = Choice(
    "predict-stale",
    kind="predict",
    ask="Sixteen servers at a load of 0.9. To spare the network, the balancer asks for their counts only every five service "
    "times, and sends each request to the server with the fewest by the last count. How does that do against sending "
    "requests at random?",
    options={
        "A little worse than fresh counts, far better than random": "Fresh counts are far better than random. Old ones are "
        "followed by everybody, for the whole interval.",
        "About as well as random": "It would be, if the old counts were noise. They are worse: they agree.",
        "Worse than random": "Yes. For five service times all requests go to the server that was emptiest once.",
    },
    right="Worse than random",
)

challenge_slowest = Challenge(
    "balance-slowest",
    of="balance",
    ask="Ten servers, and the first runs at a quarter of the speed. Find a load at which round robin keeps the slow one just "
    "below saturation: its busiest server between 85% and 97%.",
    goal={"first_speed": (0.25, 0.25), "servers": (10, 10), "variability": (1, 1), "fault": (0, 0),
          "busiest[1]": (0.85, 0.97)},
    solution={"first_speed": 0.25, "load": 0.25},
    hint="It gets a tenth of the requests and can do a quarter of what another can. What is that in all?",
)  # fmt: skip

challenge_own = Challenge(
    "stale-own",
    of="stale",
    ask="Counts come every five service times, sixteen servers, a load of 0.9. Make least connections the best of the three "
    "without asking more often.",
    goal={"age": (5, 5), "load": (0.9, 0.9), "servers": (16, 16), "now[3]": (2, 2)},
    solution={"age": 5, "own": 1},
    hint="There is something that the balancer knows without asking.",
)

challenge_slow_start = Challenge(
    "herd-slow-start",
    of="herd",
    ask="Weighted round robin at a load of 0.7, and server 1 restarts: for its first 4 s it is cold and does 0.3 of what it "
    "could. Find a slow start that keeps its line at 5 or fewer.",
    goal={"policy": (1, 1), "restart": (1, 1), "load": (0.7, 0.7), "now[5]": (0, 5)},
    solution={"policy": 1, "restart": 1, "slow_start": 8},
    hint="Its weight should not grow faster than it warms.",
)

challenge_hangs = Challenge(
    "balancer-hangs",
    of="balancer",
    ask="Six servers at a load of 0.7, and server 1 dies at 10 s without a word: requests hang until they time out. Find the "
    "policy that loses at most one.",
    goal={"fault": (3, 3), "load": (0.7, 0.7), "servers": (6, 6), "at": (10, 10), "seed": (1, 1), "summary[1]": (0, 1)},
    solution={"policy": 3, "fault": 3},
    hint="A request that hangs is still in flight. Who looks at that?",
)

check_capacity = Number(
    "check-balancing-capacity",
    ask="Speeds 4, 2, 1, 1. Up to which load (of what all four can do) is plain round robin stable?",
    answer=4 * min(4, 2, 1, 1) / (4 + 2 + 1 + 1),
    because="Each gets a quarter. A server of speed 1 is full when a quarter of the arrivals is 1: at 4 of the 8.",
)

check_two = Number(
    "check-balancing-balls",
    ask="10,000 balls, 10,000 bins, two choices: how many are in the fullest bin, on average over 20 throws?",
    answer=sum(int(balls.throw(10_000, 2, seed=seed).max()) for seed in range(20)) / 20,
    unit="balls",
    tolerance=0.12,
    because="One choice gives more than six. ln ln n / ln 2 is 3.2 here, and the constant beside it is small.",
)

check_survivor = Choice(
    "check-balancing-survivor",
    kind="check",
    ask="Which of these keep the p99 below ten service times with one server at quarter speed?",
    options={
        "Random, round robin, IP hash": "None of the three learns that the server is slow.",
        "Only weighted round robin with the right weights": "It ends at 17: stable, since it was told the speeds, but it does "
        "not see who is busy.",
        "Least connections and least work left": "Yes: 8 and 6. They look at every server, so a slow one gets a new request "
        "only when all others are worse.",
        "All that count requests": "Two choices and peak EWMA count as well and end at 14 to 17: a pair of servers is drawn, "
        "and the slow one may be the better of a busy pair.",
    },
    right="Least connections and least work left",
)

quiz_equal = Choice(
    "quiz-balancing-equal",
    kind="quiz",
    ask="Your dashboard shows that each of twenty servers got exactly 5% of the requests. What do you know about their load?",
    options={
        "It is equal": "If each request were the same work and each server the same speed.",
        "Nothing, until you know the work and the speeds": "Yes. Counts are equal under round robin even while one server drowns.",
        "It is equal on average": "Also on average it is the count times the mean work over the speed, and speeds differ.",
    },
    right="Nothing, until you know the work and the speeds",
)

quiz_black_hole = Choice(
    "quiz-balancing-black-hole",
    kind="quiz",
    ask="After a bad deploy one server answers each request within a millisecond, with an error. Who sends it the most?",
    options={
        "Round robin": "It sends it one in n, like everybody else's share. That is the least harm among these.",
        "Least connections": "Yes. Nobody has fewer in flight than a server that fails at once.",
        "IP hash": "It sends it the clients that always went there, no more; but those see nothing but errors.",
    },
    right="Least connections",
)

quiz_third = Choice(
    "quiz-balancing-third",
    kind="quiz",
    ask="At a load of 0.9 going from one random choice to two takes the mean response from 10 to 2.6 service times. You make it "
    "three. What now?",
    options={
        "Another factor of four": "The exponent goes from 2ᵏ − 1 to (3ᵏ − 1)/2: better, but the long lines are gone already.",
        "About 2": "Yes: 2.0. From one to two the tail becomes doubly exponential; from two to three its base changes.",
        "No change": "A third choice helps, by less and less.",
    },
    right="About 2",
)

quiz_many = Choice(
    "quiz-balancing-many",
    kind="quiz",
    ask="Forty balancers each count only the requests that they sent themselves, and each uses least connections over the same "
    "servers. What is that like?",
    options={
        "One balancer with fresh counts": "Each misses what thirty-nine others have sent.",
        "A balancer with old or partial counts: choose two at random instead": "Yes. What each sees is a fortieth of the truth, "
        "mostly zeros and ones. Drawing two at random keeps the forty from agreeing.",
        "Round robin": "If all counts were always equal it would be near that, without the order.",
    },
    right="A balancer with old or partial counts: choose two at random instead",
)
