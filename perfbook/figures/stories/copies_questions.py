"""Chapter 3, section 6: guesses, challenges, checks and quiz on copies, clocks, gossip and the smoothed price."""

import math

from perfbook import clocks, gossip, quorum, smoothing
from perfbook.explore import Challenge, Choice, Number

predict_meet = Choice(
    "predict-quorum",
    kind="predict",
    ask="Three copies of the multiplier. A write waits for two of them, a read asks two: R + W = 4 > 3. A new multiplier of 3.0 is "
    "being written over 2.0. You reload and see 3.0. A second later you reload again. Can you see 2.0?",
    options={
        "No: two and two of three share a copy, so the second read finds 3.0": "They share a copy with every write "
        "that is *acknowledged*. This one is still on its way: one copy has it.",
        "Yes, until the write is acknowledged": "Yes. The first read met the one copy that has it, the second one "
        "met the two that do not. A shared copy protects what is complete.",
        "Yes, at any time: that is what eventual consistency means": "Once the write is acknowledged, every later "
        "read meets it. Quorums that meet are not eventually consistent, they are more than that.",
    },
    right="Yes, until the write is acknowledged",
)

TOGETHER = smoothing.effective_alpha(0.2, 4)

predict_smooth = Choice(
    "predict-smoothing",
    kind="predict",
    ask="Each of four nodes smooths the one multiplier once a tick, with α = 0.2. Demand over supply jumps from 1 to 4. What does the "
    "multiplier do, compared with one node that smooths alone?",
    options={
        "It overshoots 4: four nodes push where one should": "Each of them pushes towards 4, and stops pushing "
        "there. A weighted mean of 4 and something lower is never above 4.",
        "The same: they all aim at 4": f"They all get there. Four of them close {TOGETHER:.0%} of the gap in each "
        "tick, one closes 20%.",
        "It goes to 4 faster and keeps more of the noise": "Yes, and it does not aim past 4. Together they are one "
        f"node with α = {TOGETHER:.2f}. The speed that nobody chose is paid in noise.",
    },
    right="It goes to 4 faster and keeps more of the noise",
)

challenge_deadline = Challenge(
    "quorum-soon",
    of="quorum",
    ask="Five copies, 40 ms on average to each, 2 ms for other messages, nobody down, a read 20 ms after the write. Without R + W > N, "
    "let at most 2.5% of the reads miss (exact).",
    goal={"copies": (5, 5), "spread": (40, 40), "message": (2, 2), "since": (20, 20), "down_percent": (0, 0),
          "now[7]": (0, 0), "now[1]": (0, 0.025)},
    solution={"copies": 5, "read": 3, "write": 2},
    hint="At once, R and W count alike. Later, each of the R copies asked is one more that may have it by then.",
)  # fmt: skip

challenge_down = Challenge(
    "quorum-down",
    of="quorum",
    ask="Each of the copies is down a tenth of the time. Find N, R and W so that no acknowledged write is ever missed and fewer than 1 "
    "in 1,000 reads, and 1 in 1,000 writes, are refused.",
    goal={"down_percent": (10, 10), "now[7]": (1, 1), "now[3]": (0, 0.001), "now[4]": (0, 0.001)},
    solution={"copies": 9, "read": 5, "write": 5, "down_percent": 10},
    hint="Who writes to all of N is refused when one is down. The fewest that both can ask is a majority.",
)

challenge_clocks = Challenge(
    "clocks-fooled",
    of="clocks",
    ask="Four nodes, half of the events may receive, history 1. Choose two events that had nothing to do with each other, black with a "
    "counter of 1 and grey with one of 7.",
    goal={
        "nodes": (4, 4),
        "chatter_percent": (50, 50),
        "seed": (1, 1),
        "now[0]": (3, 3),
        "now[2]": (1, 1),
        "now[3]": (7, 7),
    },
    solution={"chosen": 12, "other": 20},
    hint="A node that has heard of nobody still has a counter of 1, however late it is.",
)

challenge_gossip = Challenge(
    "gossip-lossy",
    of="gossip",
    ask="A thousand copies, and half of the messages are lost. Let push alone tell everybody within 12 rounds on average, with as few "
    "messages a round as that takes.",
    goal={"copies": (1000, 1000), "lost_percent": (50, 50), "finished[0]": (0, 12), "fanout": (1, 4)},
    solution={"copies": 1000, "lost_percent": 50, "fanout": 4},
    hint="Half of the messages lost is half of the fan-out.",
)

challenge_alpha = Challenge(
    "smoothing-together",
    of="smoothing",
    ask="Four nodes smooth the ratio once a tick each and lose no update. Choose α so that together they are one node with α = 0.20 "
    "(to 0.005).",
    goal={"rule": (0, 0), "nodes": (4, 4), "lost_percent": (0, 0), "now[1]": (0.195, 0.205)},
    solution={"alpha": 0.055},
    hint="What is left of a gap after four updates is the fourth power of what is left after one.",
)

challenge_ringing = Challenge(
    "ringing-calm",
    of="ringing",
    ask="The ratio is three ticks old, demand is four times supply, and a quarter of the riders leave for each 1.0 more. Find an α of at "
    "least 0.05 with which the price comes to rest without a swing.",
    goal={"delay": (3, 3), "ratio": (4, 4), "leave_percent": (25, 25), "alpha": (0.05, 1), "now[4]": (0, 0)},
    solution={"delay": 3, "alpha": 0.06},
    hint="A loop with old news must be slow compared with the news.",
)

WAIT = 40 * math.log(quorum.missed(5, 1, 1) / 0.01)

check_wait = Number(
    "check-copies-wait",
    ask="How long after the acknowledgement do fewer than 1% of the reads miss the write?",
    answer=WAIT,
    unit="ms",
    tolerance=0.01,
    because="At once 4 of 5 reads miss it. That falls by the factor e every 40 ms, and 0.8/0.01 is 80.",
)

VERSIONS = [(2, 0, 0, 0), (2, 1, 0, 0), (2, 0, 1, 0), (2, 1, 0, 1), (1, 0, 0, 0), (2, 1, 0, 2)]
SIBLINGS = len(clocks.newest(clocks.Version(i, v) for i, v in enumerate(VERSIONS)))

check_siblings = Number(
    "check-copies-siblings",
    ask="How many of the six versions are siblings that somebody must merge?",
    answer=SIBLINGS,
    tolerance=0,
    because="(2, 0, 1, 0) and (2, 1, 0, 2) do not know of each other; each of the other four is before one of them.",
)

check_alpha = Number(
    "check-copies-alpha",
    ask="Which α must each of six nodes use, so that together they are one node with α = 0.3?",
    answer=1 - (1 - 0.3) ** (1 / 6),
    tolerance=0.01,
    because="(1 − α)⁶ must be 0.7.",
)

check_behind = Number(
    "check-copies-behind",
    ask="What share of that node's writes does an older write replace?",
    answer=float(clocks.overruled(4, 0.25)),
    tolerance=0.02,
    because="It is the chance that the others wrote in the last 250 ms: 1 − exp(−4 × 0.25).",
)

quiz_meet = Choice(
    "quiz-copies-meet",
    kind="quiz",
    ask="A write has been acknowledged, and R + W > N. What does that promise, by itself?",
    options={
        "A later read asks a copy that has the write": "Yes, if both go to the same N copies (no sloppy quorum) and nothing is rolled "
        "back. It returns the write only if what is newest is decided without wrong clocks.",
        "Every read returns the newest value there is": "A next write that is on its way may be seen by one read and missed by the "
        "one after it.",
        "All copies become equal in the end": "A copy that missed the write stays behind until a repair brings it.",
        "No update of two writers is ever lost": "Two writers that both read 2.0 first still overwrite each other. That needs a "
        "compare-and-swap.",
    },
    right="A later read asks a copy that has the write",
)

quiz_counter = Choice(
    "quiz-copies-counter",
    kind="quiz",
    ask="Two versions carry Lamport counters 5 and 9. What do you know?",
    options={
        "The second was written knowing the first": "It may be. It may as well come from a busy node that never heard of it.",
        "The second was written at a later time": "By which clock? Lamport's order is one in which the events *may* have happened.",
        "The first was written not knowing the second": "Yes, and that is all. A vector would say whether the second knew the first.",
    },
    right="The first was written not knowing the second",
)

PUSH_MORE = gossip.push_rounds(10_000) - gossip.push_rounds(1_000)
DOUBLINGS = math.log2(10)

quiz_gossip = Choice(
    "quiz-copies-gossip",
    kind="quiz",
    ask=f"Push tells 1,000 copies in log₂ N + ln N = {gossip.push_rounds(1_000):.1f} rounds, up to a constant. How many more does it take "
    "for 10,000?",
    options={
        f"{DOUBLINGS:.1f} more": f"Only the doublings. Finding the last takes ln 10 = {math.log(10):.1f} more.",
        f"{PUSH_MORE:.1f} more": "Yes: log₂ 10 to reach ten times as many, and ln 10 to find the last.",
        "Ten times as many": "The number of copies that know doubles in each round, at first.",
    },
    right=f"{PUSH_MORE:.1f} more",
)

quiz_smooth = Choice(
    "quiz-copies-smoothing",
    kind="quiz",
    ask="You halve the tick and keep α. What happens to the smoothed price?",
    options={
        "It follows twice as fast and averages half as long": "Yes. A gust that lasts some seconds gets through more easily. α has no "
        "meaning without the tick: state the half-life in seconds instead.",
        "It stays the same: α alone says how smooth it is": "α says how much of the gap one tick closes, and there are twice as many "
        "ticks.",
        "It gets smoother: there are more values to average": "As many count as before, each of them weighted by α and its powers, "
        "and they now come from half the time.",
    },
    right="It follows twice as fast and averages half as long",
)

quiz_cap = Choice(
    "quiz-copies-cap",
    kind="quiz",
    ask="The network between your two regions is cut. Which of these can your store do on both sides?",
    options={
        "Answer every request, and be linearizable": "This is the pair that cannot be had: a side that hears nothing "
        "of the other cannot know whether its answer is old.",
        "Answer every request, and merge siblings later": "Yes: available, not linearizable.",
        "Answer every request, and be linearizable at least for reads": "Reads are where it shows: a read on one "
        "side cannot know of a write that the other side has acknowledged.",
        "Nothing: it must refuse on both sides until the cut is mended": "That is more than anybody need give up. A "
        "side with a majority may go on, and both may, if they merge later.",
    },
    right="Answer every request, and merge siblings later",
)
