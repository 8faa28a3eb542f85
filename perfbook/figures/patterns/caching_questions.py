"""Chapter 2, section 1: what a reader guesses, checks and is quizzed on."""

from perfbook import popularity, sketching, staleness
from perfbook.explore import Choice, Number

DAY = 86_400
ORACLE_NINETY = popularity.cache_for(0.9, 100_000, 0.8)
LRU_NINETY = popularity.least_cache(0.9, 100_000, 0.8)

predict_cache = Choice(
    "predict-zipf",
    kind="predict",
    ask="A shop has 100,000 items. The k-th most popular is asked for in proportion to 1/k. A cache holds the 10,000 most "
    "popular ones, and never errs about which they are. What share of the requests does it serve?",
    options={
        "10%": "That would be so if all items were equally popular.",
        "81%": "Yes. That is H(10,000)/H(100,000), and no policy can do better with 10,000 places. A real one does worse.",
        "90%": "The episode says so, and its own code prints 81%. For 90% the cache has to hold 29,849 items, three times "
        "as many.",
        "99%": "The tail is long: the 90,000 items that do not fit are asked for rarely, each, but there are 90,000 of them.",
    },
    right="81%",
)

predict_loop = Choice(
    "predict-loop",
    kind="predict",
    ask="A nightly job reads the same 1,000 records in the same order, over and over. Its LRU cache holds 900. What share of "
    "the reads hits?",
    options={
        "90%": "That would be so if 900 of the records stayed. LRU evicts each record shortly before it is wanted again.",
        "Half": "It is all or nothing.",
        "None": "Yes. When a record is wanted again, 999 others have been read since, and the cache holds the last 900. With "
        "1,000 places everything hits: a cliff.",
    },
    right="None",
)

predict_stampede = Choice(
    "predict-stampede",
    kind="predict",
    ask="One key is read 100 times a second. Its value lives for 20 s and takes half a second to recompute. It expires. How "
    "many recomputations does the origin get, if every reader that finds nothing recomputes?",
    options={
        "1": "The first reader needs half a second. The others do not know that it has begun.",
        "51": "Yes: the first, and the 50 who come while it is at work.",
        "100": "That many come in a second, and after half of one the value is back.",
        "2,000": "That many read it in a whole life of 20 s; nearly all of them find it.",
    },
    right="51",
)

check_ninety = Number(
    "check-cache-ninety",
    ask="How many of 100,000 items must an LRU cache hold to hit 90% at α = 0.8?",
    answer=LRU_NINETY,
    unit="items",
    tolerance=0.01,
    because=f"An oracle needs {ORACLE_NINETY:,} of them; Che's approximation reaches 90% at {LRU_NINETY:,}.",
)

BILLION = 1e9 / DAY
check_billion = Number(
    "check-cache-billion",
    ask="What hit ratio does the cache need, in percent?",
    answer=100 * (1 - 2000 / (3 * BILLION)),
    unit="%",
    tolerance=0.001,
    because="A billion a day is 11,574 a second, three times that at the peak, and 2,000 of those may miss.",
)

check_bloom = Number(
    "check-bloom-size",
    ask="How large is the filter, in megabytes (a million bytes each)?",
    answer=sketching.bits_for(10_000_000, 0.001) / 8e6,
    unit="MB",
    because="n log2(1/p) / ln 2 bits, and eight of them are a byte.",
)

check_ttl = Number(
    "check-cache-ttl",
    ask="How long may a price live in the cache?",
    answer=staleness.ttl_for(0.01, 5, 1 / 3600),
    unit="s",
    because="For a life much shorter than the hour between updates the stale share is nearly half of life over hour, so "
    "2% of an hour; the fetches that begin each life make it a little longer.",
)

quiz_half = Choice(
    "quiz-cache-origin",
    kind="quiz",
    ask="A larger cache brings the hit ratio from 98% to 99%. A hit takes 1 ms, a miss 100 ms. What has become of the store's "
    "load and of the mean latency?",
    options={
        "Both are 1% better": "Look at the misses: they went from 2 in a hundred to 1.",
        "The load has halved, the latency fell by a third": "Yes: half the misses, and 2.98 ms became 1.99 ms. Near the top, "
        "count misses, not hits.",
        "Both have halved": "The load has. The hits take time too: 2.98 ms became 1.99 ms.",
    },
    right="The load has halved, the latency fell by a third",
)

quiz_curve = Choice(
    "quiz-cache-curve",
    kind="quiz",
    ask="From one trace you computed the stack distance of every request. What do you know?",
    options={
        "The hits of an LRU cache of every size": "Yes. A request hits in those that hold at least its distance, since a "
        "larger LRU cache always holds all that a smaller one does.",
        "The hits of an LRU cache of one size": "The distances were computed without any size. Each request says from which "
        "size on it hits.",
        "The hits of every policy at every size": "FIFO has no such order: a larger FIFO cache may hit less. That is "
        "Bélády's anomaly.",
    },
    right="The hits of an LRU cache of every size",
)

quiz_bloom = Choice(
    "quiz-cache-bloom",
    kind="quiz",
    ask="A Bloom filter with 1% false positives guards a store: it is asked first whether a key exists. Of the keys asked for, "
    "half exist. The filter says yes. How sure are you that the key exists?",
    options={
        "99% sure, to the percent": "Yes: of 100 keys 50 exist and all of them get a yes, and of the other 50 half a one does. "
        "50 of 50.5. With other shares it is another number.",
        "Certain": "Certain is only its no.",
        "1% sure": "1% is the share of absent keys that get a yes.",
    },
    right="99% sure, to the percent",
)

quiz_coalesce = Choice(
    "quiz-cache-coalesce",
    kind="quiz",
    ask="40 application servers share one cache. Each lets only the first of its own requests recompute an expired value. The "
    "key is hot on all of them. How many recomputations does the origin get when it expires?",
    options={
        "1": "A server knows of its own requests only.",
        "Up to 40": "Yes, one a server. For one in all the lock has to be where the key is, in the cache; or some request "
        "recomputes early, which needs no lock.",
        "As many as there are requests in the time of one recomputation": "That is without coalescing.",
    },
    right="Up to 40",
)
