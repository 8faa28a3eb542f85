"""Chapter 2, section 1: challenges, guesses, checks and quiz questions on eviction policies."""

from perfbook import caches, traces
from perfbook.explore import Challenge, Choice, Number

TRACE = traces.workload("steady", objects=20_000, accesses=200_000, alpha=0.8)
LRU_CACHE, STEP = 2_000, 50
LRU_HITS = caches.simulate("LRU", TRACE, LRU_CACHE).hits
SIEVE_CACHE = next(
    size for size in range(STEP, LRU_CACHE + 1, STEP) if caches.simulate("SIEVE", TRACE, size).hits >= LRU_HITS
)
LOOP, LOOP_CACHE = 110, 100

predict_scan = Choice(
    "predict-scan",
    ask="A cache holds 1,000 of the 10,000 objects that users ask for, and answers over half of their accesses. Now a backup "
    "reads 5,000 other objects once, three for each access of a user. The policy is CLOCK, which the episode calls "
    "scan-resistant. What happens to the users' hit ratio while the backup runs?",
    options={
        "nothing to speak of: each object is read once, and CLOCK spares what was used": "It spares it for one round of the "
        "hand. The backup drives the hand round so fast that few objects are used again before it comes back.",
        "it dips at the start, and recovers while the backup runs": "Nothing recovers while the cause goes on: each new object "
        "of the backup takes a place, and stays for a whole round.",
        "it falls by a third, as LRU's does": "Yes. CLOCK is a cheap LRU, and has LRU's weakness: what comes in is kept as "
        "long as the rest, whether or not anybody asks for it again.",
    },
    right="it falls by a third, as LRU's does",
)

challenge_random = Challenge(
    "policy-race-random",
    of="policy-race",
    ask="“Random has poor practical performance.” Find a setting in which random eviction hits at least 60% of the accesses, "
    "and LRU less than 10%.",
    goal={"ratio[1]": (0.6, 1), "ratio[2]": (0, 0.1)},
    solution={"workload": 2, "percent": 20},
    hint="What does LRU throw out of a cache that is one object too small for the loop it sees?",
)

challenge_plain = Challenge(
    "policy-race-plain",
    of="policy-race",
    ask="Find a setting in which plain LRU is the best of all that cannot see the future.",
    goal={"now[3]": (2, 2)},
    solution={"workload": 4, "percent": 10},
    hint="LRU bets that what was just used will be used again soon. In which workload is that so?",
)

challenge_sieve = Challenge(
    "scan-sieve",
    of="scan",
    ask="SIEVE shrugs off the first scan of the figure. Find a setting in which it costs SIEVE's users at least 15% of their "
    "hits.",
    goal={"lost[4]": (15, 100)},
    solution={"percent": 20, "length": 6500, "scans": 4, "alpha": 0.46},
    hint="SIEVE spares what was used since its hand came by. Give it little evidence: a flat popularity, and a scan that "
    "comes early.",
)

check_sieve = Number(
    "check-sieve",
    ask=f"How many objects does a SIEVE cache need, in steps of {STEP}, to hit as often as an LRU cache of {LRU_CACHE:,}?",
    answer=SIEVE_CACHE,
    unit="objects",
    tolerance=0.001,
    because=f"{SIEVE_CACHE:,} are enough: {1 - SIEVE_CACHE / LRU_CACHE:.0%} less memory for the same hits, on this workload.",
    kind="check",
)

check_loop = Number(
    "check-loop",
    ask=f"What share of the accesses does Bélády's optimum hit in the long run, with a loop of {LOOP} and a cache of "
    f"{LOOP_CACHE}?",
    answer=(LOOP_CACHE - 1) / (LOOP - 1),
    tolerance=0.001,
    because="Of the objects other than the one just read, C − 1 of L − 1 are in the cache, and each is next equally often.",
    kind="check",
)

quiz_policies_hardware = Choice(
    "quiz-policies-hardware",
    kind="quiz",
    ask="Why does a processor's first-level cache not use true LRU?",
    options={
        "LRU hits too seldom": "On most loads it would hit a little more often than what is built.",
        "keeping the order of the ways costs more bits and time than it is worth": "Yes. The order of 8 ways has 40,320 values; "
        "a tree of 7 bits comes close. Measured first-level caches use such trees.",
        "it does: hardware makes it fast": "So says the episode. Measurements of real processors found trees of bits.",
    },
    right="keeping the order of the ways costs more bits and time than it is worth",
)

quiz_policies_random = Choice(
    "quiz-policies-random",
    kind="quiz",
    ask="Accesses are independent of each other. Which two policies hit equally often, for any popularity and any size?",
    options={
        "LRU and CLOCK": "CLOCK comes near LRU, and is not the same.",
        "FIFO and random": "Yes, exactly so (Gelenbe 1973). FIFO looks at the order of arrival, which says nothing here.",
        "LFU and Bélády's optimum": "LFU keeps the popular ones; the optimum also knows which of the others comes next.",
    },
    right="FIFO and random",
)

quiz_policies_ghost = Choice(
    "quiz-policies-ghost",
    kind="quiz",
    ask="What is in a ghost list?",
    options={
        "objects that are in the cache but were never asked for again": "Those are in the cache, with their data.",
        "names of objects that were let go lately, without their data": "Yes. A request for one is still a miss; it tells the "
        "policy that it let go too early.",
        "objects that are kept on a slower, larger store": "That would be a second level of cache. A ghost has no data at all.",
    },
    right="names of objects that were let go lately, without their data",
)

quiz_policies_lfu = Choice(
    "quiz-policies-lfu",
    kind="quiz",
    ask="Yesterday's most read article fills a place in an LFU cache today, and nobody reads it. What does W-TinyLFU do about "
    "that?",
    options={
        "it counts exactly, where LFU estimates": "The other way round: LFU counts exactly, W-TinyLFU in a sketch.",
        "it halves all counts after every so many accesses": "Yes. What nobody reads any more loses half of its count at each "
        "ageing, until a newcomer beats it.",
        "it lets every newcomer in, so that old objects leave": "That is what LRU does. W-TinyLFU admits only newcomers with the "
        "higher count.",
    },
    right="it halves all counts after every so many accesses",
)
