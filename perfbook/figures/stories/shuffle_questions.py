"""Chapter 3, section 7: predictions, checks and quiz questions."""

import itertools
import math

from perfbook import neighbours, shufflecost, shuffling
from perfbook.explore import Choice, Number
from perfbook.playlists import EPISODE_LIST

SMALL = (4, 2, 1, 1)  # the list on which the reader's own shuffle is measured
FOURS = (4,) * 15
WINDOW_LIST = (12, 5, 3)


def strip(shuffle):
    """Run 1 of a shuffle of the episode's list, as letters."""
    return " ".join("ABCD"[a] for a in shuffling.words(EPISODE_LIST, shuffle, seed=1)[0])


UNIFORM_STRIP, SPREAD_STRIP = strip("uniform"), strip("spread out")
MEAN, RUNS = neighbours.expected(EPISODE_LIST), neighbours.longest_run_law(EPISODE_LIST)[2:].sum()


def passed_over(word):
    """Neighbours after always taking the first one left that is not the one just taken."""
    left, order = list(word), []
    while left:
        fresh = [i for i, a in enumerate(left) if not order or a != order[-1]]
        order.append(left.pop(fresh[0] if fresh else 0))
    return sum(a == b for a, b in itertools.pairwise(order))


def mean_passed_over(counts):
    """Its exact mean over all patterns, which a shuffle makes equally likely."""
    uniform = shufflecost.weighted_law(counts, theta=1.0)
    return sum(chance * passed_over(word) for word, chance in uniform.items())


def given_up(k):
    """Bits that the best of k uniform orders gives up, if no two are equally good."""
    return math.log2(k) - (1 - 1 / k) / math.log(2)


predict_strips = Choice(
    "predict-shuffle-strips",
    kind="predict",
    ask="Two orders of 21 tracks by four artists. One is a uniformly random order, in which nothing is arranged. "
    f"First: {UNIFORM_STRIP}. Second: {SPREAD_STRIP}. Which is the random one?",
    options={
        "The first": "Yes. It is run 1 of the uniform shuffle, taken as it came. If the second looked more random to "
        "you, you are in the company that this section is about.",
        "The second": "That one was spread out on purpose: no artist is beside itself or away for long. Chance does "
        "not keep such order.",
    },
    right="The first",
)

predict_expected = Choice(
    "predict-shuffle-expected",
    kind="predict",
    ask="21 tracks: nine by artist A, six by B, three by C, three by D. In a uniformly random order, how many tracks follow "
    "one of the same artist, on average?",
    options={
        "About 1": "There are 20 places for it to happen, and for each of them a chance above a quarter.",
        "About 3": f"A's tracks alone give more: 9 × 8 / 21 is {9 * 8 / 21:.2f}.",
        "About 5": f"Yes: {MEAN:.2f}. And three or more in a row happen in {RUNS:.0%} of the orders.",
        "About 7": f"That is one place in three. The chance is {MEAN / 20:.0%} at each of the 20 places.",
    },
    right="About 5",
)

predict_thirds = Choice(
    "predict-shuffle-thirds",
    kind="predict",
    ask="A shuffle draws one track after another, and each play among the last ten multiplies an artist's weight by 0.3. "
    "Artist A has nine of 21 tracks. How many of the nine are in the last seven places, on average?",
    options={
        "Fewer than 3: A is punished all along": "Where would the tracks go? All nine have to be played.",
        "3: it is random, after all": "Only a shuffle that treats the end of the list like its beginning gives that.",
        "Nearly 4": "Yes. Each draw that avoids A leaves it for later, and the end of the list pays.",
    },
    right="Nearly 4",
)

check_fours = Number(
    "check-shuffle-fours",
    ask="The exact chance, in per cent, that no artist follows itself?",
    answer=100 * float(neighbours.law(FOURS)[0]),
    unit="%",
    tolerance=0.01,
    because=f"The mean is 3, and e⁻³ would be {100 * math.exp(-3):.2f}%. Pairs are not independent: where one artist's tracks "
    "already sit side by side, fewer places are left.",
)

check_swap = Number(
    "check-shuffle-swap",
    ask="Of the 256 runs for four tracks, how many end in the likeliest order?",
    answer=round(max(shufflecost.swap_any_law(4).values()) * 4**4),
    tolerance=1e-6,
    because="256 runs for 24 orders would be 10⅔ each. Whole numbers of runs cannot be that, so some orders get more.",
)

check_own = Number(
    "check-shuffle-own",
    ask="Mean neighbours of this shuffle on A A A A B B C D?",
    answer=mean_passed_over(SMALL),
    tolerance=0.1,
    because="From all 840 patterns, which the first line makes equally likely. A uniform shuffle leaves 1.75. Drawing anew "
    f"from the tracks allowed leaves {shufflecost.mean_neighbours(shufflecost.weighted_law(SMALL, theta=0.0, memory=1)):.2f}: "
    "it forgets whom it has passed over.",
)

check_bits = Number(
    "check-shuffle-bits",
    ask="How many bits does the freshest of 8 give up, if no two orders are equally fresh?",
    answer=given_up(8),
    unit="bits",
    tolerance=0.01,
    because="At most log2 8 = 3, whatever the score. Ties give some back.",
)

quiz_shuffle_right = Choice(
    "quiz-shuffle-complaint",
    kind="quiz",
    ask="Users say that the shuffle plays the same artists together and cannot be random. Its chi-square over places gives "
    "p = 0.6. Who is right?",
    options={
        "The users: random orders have no runs": "They have, and how many can be computed.",
        "The engineers: close the ticket": "No test says that the shuffle is wrong. It is not what was wanted.",
        "Both": "Yes. The shuffle passes for uniform, and uniform orders have runs; what the users ask for is another law, and it can "
        "be chosen.",
    },
    right="Both",
)

quiz_shuffle_best = Choice(
    "quiz-shuffle-best",
    kind="quiz",
    ask="You take the best of 16 uniform orders, by some score. How much less random is that? Which bound can you state before you "
    "know the score?",
    options={
        "Never more than 4 bits": "Yes. No order becomes more than 16 times as likely, and log2 16 is 4. (It is less: "
        f"{given_up(16):.2f} bits if no two orders are equally good, and ties give some of them back.)",
        "None: it depends on the score": "What you get depends on it. There is a most that you can lose.",
        "Never more than a sixteenth of its bits": "Bits of choice do not scale like that: the bound is a constant, for 12 tracks as "
        "for 1,000.",
    },
    right="Never more than 4 bits",
)

quiz_shuffle_swap = Choice(
    "quiz-shuffle-swap",
    kind="quiz",
    ask="for i in range(n): swap places i and randrange(n). Why can this not be uniform for three tracks or more?",
    options={
        "nⁿ runs cannot be shared evenly by n! orders": "Yes. All runs are equally likely, and n! has a factor n - 1, while nⁿ has none "
        "of that one's primes.",
        "A track may be moved more than once": "So it may in a fair shuffle.",
        "randrange is not random enough for it": "With perfect random numbers it is just as wrong.",
    },
    right="nⁿ runs cannot be shared evenly by n! orders",
)

quiz_shuffle_fewest = Number(
    "quiz-shuffle-fewest",
    kind="quiz",
    ask="12 of 20 tracks are by one artist. At least how many of them follow another of the same artist, whatever the order?",
    answer=neighbours.fewest(WINDOW_LIST),
    tolerance=1e-6,
    because="Eight others make nine slots, and twelve tracks need three of them to share: 2 × 12 - 20 - 1.",
)

quiz_shuffle_complexity = Choice(
    "quiz-shuffle-complexity",
    kind="quiz",
    ask="“The best shuffle has the lowest Kolmogorov complexity and high entropy.” What is wrong?",
    options={
        "Nothing, but it is slow to compute": "It is not computable at all, and that is the smaller problem.",
        "The two pull against each other": "Yes. The mean length of any prefix-free description is at least the "
        "entropy.",
        "Entropy is for texts, not for lists": "It is for any law over finitely many outcomes.",
    },
    right="The two pull against each other",
)
