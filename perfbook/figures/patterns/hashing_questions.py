"""Chapter 2, section 3: guesses, checks and the quiz on consistent hashing. Every number in them is computed."""

import math

from perfbook import hashring, placement
from perfbook.explore import Choice, Number

MODULO = placement.modulo_moved(8, 9)
LEAST = placement.least_moved(8, 9)

predict_remap = Choice(
    "predict-remap",
    kind="predict",
    ask="Eight cache servers; a key's server is its hash modulo 8. You add a ninth and change the 8 to a 9. What share of the "
    "keys is now looked for on another server than the one that has it?",
    options={
        f"{LEAST:.1%}: the new server's share": "That is all that has to move, and it is what this section gets. Modulo does not "
        "know what was where.",
        "50%": "A guess between the two. Write down the remainders of 0 to 20 by 8 and by 9, and count where they agree.",
        f"{MODULO:.1%}": "Yes. Of 72 consecutive numbers, eight have the same remainder by 8 and by 9: 0 to 7.",
        "all of them": "Nearly. The few that stay are those with the same remainder by 8 and by 9.",
    },
    right=f"{MODULO:.1%}",
)

FULLEST = hashring.measured_spread(12, 150, rings=100)[1]

predict_fullest = Choice(
    "predict-fullest",
    kind="predict",
    ask="Twelve nodes with 150 points each on a ring: 1,800 points. How much more than its fair share does the fullest node "
    "own, on average over such rings?",
    options={
        "less than 1%": "1,800 points sound like many. The share of one node hangs on its own 150, and 150 random lengths "
        "add up to a sum that varies by a twelfth or so.",
        f"about {FULLEST - 1:.0%}": "Yes: a share varies by about 8% of itself, and the fullest of twelve is nearly two of those up.",
        "about 50%": "That is what ten points a node give, or so. Spread falls with the root of the points.",
        "twice its share": "With one point a node it would be three times. The points do help, slowly.",
    },
    right=f"about {FULLEST - 1:.0%}",
)

NEEDED = math.ceil(((20 - 1) / 0.05**2 - 1) / 20)

check_ring_points = Number(
    "check-ring-points",
    kind="check",
    ask="The smallest V for 20 nodes and a variation of 5%?",
    answer=NEEDED,
    tolerance=0.002,
    because="V = ((S−1)/CV² − 1)/S, rounded up. For many nodes that is 1/CV² = 400.",
)

REQUESTS, HITS, SERVERS = 20_000, 0.95, 10


def misses(moved):
    return REQUESTS * (1 - HITS * (1 - moved))


check_ring_database = Number(
    "check-ring-database",
    kind="check",
    ask="Queries a second that reach the database right after the eleventh server joins, under modulo?",
    answer=misses(placement.modulo_moved(SERVERS, SERVERS + 1)),
    unit="/s",
    tolerance=0.005,
    because=f"Only one key in eleven is where it was: {misses(0):,.0f} a second become "
    f"{misses(placement.modulo_moved(SERVERS, SERVERS + 1)):,.0f}. On a ring they become "
    f"{misses(placement.least_moved(SERVERS, SERVERS + 1)):,.0f}.",
)


def heirs(virtual):
    """Share of a dead node's keys that the luckiest of the other eleven inherits, on a ring of twelve."""
    ring = hashring.Ring([f"node{j}" for j in range(12)], virtual)
    keys = [key for key in (f"key_{i}" for i in range(10_000)) if ring.lookup(key) == "node3"]
    ring.remove("node3")
    return max(ring.counts(keys).values()) / len(keys)


check_ring_heirs = Number(
    "check-ring-heirs",
    kind="check",
    ask="With 150 points a node, the largest part of the dead node's keys that one heir gets?",
    answer=100 * heirs(150),
    unit="%",
    tolerance=0.01,
    because=f"An even split over eleven would be 9.1%. With one point a node it is {heirs(1):.0%}: one neighbour takes all.",
)

quiz_ring_moves = Choice(
    "quiz-ring-moves",
    kind="quiz",
    ask="K keys on a ring of N nodes; one more joins. How many keys move, in expectation?",
    options={
        "K/N": "That is what one of N holds, and what moves when one of N leaves.",
        "K/(N+1)": "Right: the newcomer's fair share, and nothing else.",
        "K·N/(N+1)": "That is modulo.",
        "depends on the virtual nodes": "How far a ring is from the expectation does; the expectation does not.",
    },
    right="K/(N+1)",
)

quiz_ring_spread = Choice(
    "quiz-ring-spread",
    kind="quiz",
    ask="The shares on your ring vary by 8%, and you want 4%. How many virtual nodes do you need, compared with now?",
    options={
        "twice as many": "The spread falls with the square root.",
        "four times as many": "Right: it goes as 1/√V.",
        "as many, with a better hash": "The formula is for perfectly random points. No hash beats it, except by not being random.",
        "16 times as many": "That would bring it to 2%.",
    },
    right="four times as many",
)

quiz_jump = Choice(
    "quiz-jump",
    kind="quiz",
    ask="Jump hash needs no memory, spreads as evenly as chance allows and moves the least. Why is it not used for caches whose "
    "servers die?",
    options={
        "it is too slow for many servers": "It takes about ln N steps.",
        "it can only lose the last server": "Right. It knows how many there are, not which. If another dies, the numbers behind "
        "it shift, and most keys move.",
        "it cannot add servers": "It can, at the end, and moves 1/(N+1) of the keys for it.",
        "its hash is not secure": "Nor is any other here. It only has to scatter.",
    },
    right="it can only lose the last server",
)

quiz_bounded = Choice(
    "quiz-bounded",
    kind="quiz",
    ask="Bounded loads with c = 1.25 hold every node at 1.25 times the mean or below. What do you pay?",
    options={
        "a quarter more servers": "No server is added. It is keys that go elsewhere.",
        "a key's place hangs on the other keys": "Right: whether its first node was full when it came. So a lookup must know the loads, "
        "or try the nodes in turn.",
        "nothing, it is a better hash": "Then there would be nothing to know but the key and the nodes, as on the plain ring.",
        "keys are split over nodes": "Each key is still on one node. A hot key stays hot.",
    },
    right="a key's place hangs on the other keys",
)
