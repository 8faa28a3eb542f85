"""Chapter 3, section 3: guesses, checks and the quiz on the evening peak. Every number in them is computed."""

import math

import numpy as np

from perfbook import popularity, secondherd, warming, warmplan
from perfbook.explore import Choice, Number

TEN = popularity.ideal_hit_ratio(10, 10_000)
NOTHING = warming.evening(capacity=1e9)
WARM = warming.evening("predictive", 10, 10, capacity=1e9)
SAVED = 1 - WARM.asked / NOTHING.asked

predict_evening = Choice(
    "predict-evening",
    kind="predict",
    ask=f"Of 10,000 titles the ten most popular get {TEN:.0%} of the evening's requests. Before the crowd comes you push these ten to "
    "all 200 regions and all 14,000 edges. Each region asks the origin once for a title that it lacks. By how much does what the "
    "origin is asked fall?",
    options={
        f"by {SAVED:.1%}": f"Yes. Each of the ten would have been asked for once by each of 200 regions: {10 * 200:,} "
        f"of {NOTHING.asked:,.0f} requests. The rest are for titles that are asked for seldom, and there are many of "
        "them.",
        f"by {TEN:.0%}": "That is what these titles get at the edges. How often would a region have asked the origin "
        "for one of them?",
        "by more than half: they are what the crowd comes for": "The crowd asks the edges. After the first request "
        "of a region, the title is there, whoever wants it next.",
    },
    right=f"by {SAVED:.1%}",
)

MORE = warming.evening(regions=1000, capacity=1e9).asked

check_evening_places = Number(
    "check-evening-places",
    kind="check",
    ask="By what factor do the requests that reach the origin rise, from 200 places that ask it to 1,000?",
    answer=MORE / NOTHING.asked,
    tolerance=0.01,
    because=f"{NOTHING.asked:,.0f} become {MORE:,.0f}. Not fivefold: in a smaller place fewer of the rare titles are asked for at all.",
)

MOMENTS = np.concatenate([np.linspace(2160, 3600, 60), 3600 + 300 * np.linspace(0, 1, 40) ** 3])
PERCENT = next(p for p in range(15, 41) if secondherd.asked(MOMENTS, 2000, p / 100).max() <= 500)
RULE = 2000 * 200 / 500 / 3600

check_evening_jitter = Number(
    "check-evening-jitter",
    kind="check",
    ask="The least whole percentage of jitter that keeps the herd at or below 500 requests a second?",
    answer=PERCENT,
    unit="%",
    tolerance=0.001,
    because=f"The rule of thumb, refreshes over the time they are spread over, says {RULE:.1%}. It takes the refreshes for even. "
    "They begin late, because a region asks only once an edge's copy has ended too, and make up for it at the end.",
)

DISTINCT = len(set(np.concatenate(warmplan.segment_lists(40, 200)).tolist()))


def missed(bits):
    """Titles missed on average at so many bits a title, with the best number of hashes."""
    return warmplan.expected_missed(DISTINCT, bits * DISTINCT, round(bits * math.log(2)))


BITS = next(bits for bits in range(1, 64) if missed(bits) < 1)

check_evening_bits = Number(
    "check-evening-bits",
    kind="check",
    ask="How many whole bits a title must the filter have, so that fewer than one title is missed on average?",
    answer=BITS,
    tolerance=0.001,
    because=f"At {BITS - 1} bits {missed(BITS - 1):.2f} are missed, at {BITS} bits {missed(BITS):.2f}: {BITS * DISTINCT / 8000:.0f} kB "
    f"for {DISTINCT:,} titles.",
)

REACTIVE_RIGHT = "What tops the count is in nearly every region already, and the rest of the list comes too late."

quiz_evening_reactive = Choice(
    "quiz-evening-reactive",
    kind="quiz",
    ask="A reactive warmer pushes what was asked for most in the first minute. Why does it spare the origin so little?",
    options={
        "A minute is too short to tell what is popular, so that its list holds the wrong titles.": "A million and a "
        "half requests came in it. The list is right.",
        REACTIVE_RIGHT: "Yes. The regions fetched its first titles before it did. The rare ones, which the origin will still "
        "be asked for, are last on its list.",
        "Its pushes are not coalesced, so that a title is read at the origin over and over.": "A push is read at the "
        "origin once a region at most; so is a title that is asked for.",
    },
    right=REACTIVE_RIGHT,
)

quiz_evening_coalesce = Choice(
    "quiz-evening-coalesce",
    kind="quiz",
    ask="An idle origin answers in half a second, and coalescing then saves it fewer than one request in a hundred. Why switch it on?",
    options={
        "Do not: for one request in a hundred it is not worth having.": "While the origin is idle. How long does an "
        "overloaded one take to answer, and who asks meanwhile?",
        "With it those who wait for a fetch under way get it sooner.": "They wait for the same answer, and as long "
        "as before.",
        "Without it a slow origin is asked more, and is slower for it.": "Yes: a loop. With it, the origin is asked "
        "once for a title by each region, however slow it is.",
    },
    right="Without it a slow origin is asked more, and is slower for it.",
)

quiz_evening_ttl = Choice(
    "quiz-evening-ttl",
    kind="quiz",
    ask="At 17:50 your warmer gives 5,000 titles a time to live of 3,600 s and pushes them to every region. The crowd comes from 18:00 "
    "to 18:08. When is the origin asked most?",
    options={
        "at 18:04, when most devices come": "What they ask for most is there. The rest comes slowly, beside what "
        "follows.",
        "at 18:50": "Yes. All copies end in one second, in every region, and the crowd is still there. A push is an "
        "appointment for a herd.",
        "at no moment more than at others: each title is asked for at its own time": "The first request after 18:50 "
        "finds its title gone, and so do the next thousands.",
    },
    right="at 18:50",
)

quiz_evening_servers = Choice(
    "quiz-evening-servers",
    kind="quiz",
    ask="The origin cannot bear the peak. Which of these lowers what it is asked?",
    options={
        "twice as many edges, each for half of the devices": "The regions ask the origin, and they ask for what "
        "somebody in them wanted. More edges change nothing.",
        "twice as many regions, each for half of the edges": "Each fetches its own first copy: the origin is asked "
        "more, not less.",
        "twelve shields between the regions and the origin": "Yes: the places that ask the origin become few, and "
        "each of them asks once for each title.",
    },
    right="twelve shields between the regions and the origin",
)

quiz_evening_bloom = Choice(
    "quiz-evening-bloom",
    kind="quiz",
    ask="A Bloom filter keeps warming work from being done twice. What does its false positive cost?",
    options={
        "a title that is never pushed": "Yes: it is taken for done. The first viewer in each region pays one fetch "
        "for it, which is cheap; but no log says so.",
        "a title pushed twice": "A filter never says no to what it holds, so that nothing is done twice.",
        "one look-up in vain": "That is its price in front of a cache or a table. Behind this filter nothing is "
        "looked up, so that nobody finds the mistake.",
    },
    right="a title that is never pushed",
)
