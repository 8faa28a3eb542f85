"""Gossip: how many rounds until every copy knows, if each round everybody talks to a few others at random.

Push: who knows tells. Pull: who does not know asks. A message may be lost. Rounds are in step: what is learned in a round is
told from the next one on.

Explained in chapter 3, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .rng import STATE_SIZE, below, seed_stream, uniform

PUSH, PULL, BOTH = range(3)
WAYS = {"push": PUSH, "pull": PULL, "push and pull": BOTH}


@kernel
def gossip_run(copies: int, way: int, fanout: int, lost: float, knows: Ints, known: Floats, state: Ints) -> int:
    """Spread one update from the first of ``copies``; returns the rounds until all know, -1 if that takes too many.

    way : 0 push, 1 pull, 2 both in one round;  fanout : others that each talks to in a round, drawn with replacement
    lost : chance that a message, or a question or its answer, is lost
    knows : scratch, one a copy;  known : how many know after 0, 1, 2... rounds; adds to what it holds
    """
    for i in range(copies):
        knows[i] = 0
    knows[0] = 1
    count = 1
    finished = -1
    if copies == 1:
        finished = 0
    known[0] += 1.0
    for r in range(1, known.shape[0]):
        if count < copies:
            heard = count
            for i in range(copies):
                if knows[i] == 1 and way != PULL:
                    for _ in range(fanout):
                        other = below(state, copies - 1)
                        if other >= i:
                            other += 1
                        if knows[other] == 0 and uniform(state) >= lost:
                            knows[other] = 2
                            heard += 1
                elif knows[i] != 1 and way != PUSH:
                    for _ in range(fanout):
                        other = below(state, copies - 1)
                        if other >= i:
                            other += 1
                        if knows[i] == 0 and knows[other] == 1 and uniform(state) >= lost:
                            knows[i] = 2
                            heard += 1
            for i in range(copies):
                knows[i] = min(knows[i], 1)
            count = heard
            if count == copies:
                finished = r
        known[r] += float(count)
    return finished


@kernel
def spread_expected(copies: int, way: int, fanout: int, lost: float, known: Floats) -> None:
    """The mean field: each round as if exactly the expected number had learned in the last; fills ``known``, a number a round."""
    known[0] = 1.0
    for r in range(1, known.shape[0]):
        left = copies - known[r - 1]
        if copies > 1:
            share = (1.0 - lost) / (copies - 1.0)
            if way != PULL:
                left *= math.pow(1.0 - share, fanout * known[r - 1])
            if way != PUSH:
                left *= math.pow(max(1.0 - share * known[r - 1], 0.0), fanout)
        known[r] = copies - left


@kernel
def gossip_figure(copies: int, fanout: int, lost_percent: float, seed: int, runs: int, rounds: Floats, known: Floats,
                  field: Floats, finished: Floats, now: Floats, knows: Ints, count: Floats, state: Ints) -> None:  # fmt: skip
    """The figure: share of the copies that know by round, three ways (one after the other in the arrays).

    rounds : 0, 1, 2...;  known, field : percent that know, mean of ``runs`` and mean field
    finished : mean rounds until all know, and the longest (infinite if a run does not end); runs that do not end; three times
    now : log2 N + ln N, log3 N, rounds of each way's mean field until less than half a copy lacks it
    """
    points = rounds.shape[0]
    lost = lost_percent / 100.0
    seed_stream(seed, 44, state)
    now[0] = math.log2(copies) + math.log(copies)
    now[1] = math.log(copies) / math.log(3.0)
    for way in range(3):
        for r in range(points):
            rounds[r] = float(r)
            count[r] = 0.0
        ended = 0
        for k in range(3):
            finished[3 * way + k] = 0.0
        for _ in range(runs):
            took = gossip_run(copies, way, fanout, lost, knows, count, state)
            if took >= 0:
                ended += 1
                finished[3 * way] += float(took)
                finished[3 * way + 1] = max(finished[3 * way + 1], float(took))
        finished[3 * way + 2] = float(runs - ended)
        if ended == runs:
            finished[3 * way] = finished[3 * way] / runs
        else:
            finished[3 * way] = math.inf
            finished[3 * way + 1] = math.inf
        for r in range(points):
            known[way * points + r] = 100.0 * count[r] / runs / copies
        spread_expected(copies, way, fanout, lost, count)
        now[2 + way] = math.inf
        for r in range(points - 1, -1, -1):
            if copies - count[r] < 0.5:
                now[2 + way] = float(r)
            field[way * points + r] = 100.0 * count[r] / copies


@dataclasses.dataclass(frozen=True)
class Spread:
    """Runs of gossip. rounds : until all knew, a run; infinite where that took too long.  known : mean number, by round."""

    rounds: np.ndarray
    known: np.ndarray


def simulate(copies, way="push", fanout=1, lost=0.0, runs=100, most=200, seed=1) -> Spread:
    """Rounds until all ``copies`` know, in ``runs`` runs of at most ``most`` rounds, as a ``Spread``.

    way : "push", "pull" or "push and pull";  fanout : others each talks to in a round;  lost : chance of a message lost
    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    checks.one_of("way", way, WAYS)
    copies, fanout = checks.whole("copies", copies, 1, 10**6), checks.whole("fanout", fanout, 1)
    lost, runs = checks.number("lost", lost, 0, 1), checks.whole("runs", runs, 1)
    state, known = np.empty(STATE_SIZE, dtype=np.int64), np.zeros(checks.whole("most", most, 1) + 1)
    seed_stream(int(seed), 44, state)
    knows = np.empty(copies, dtype=np.int64)
    took = [gossip_run(copies, WAYS[way], fanout, lost, knows, known, state) for _ in range(runs)]
    return Spread(np.array([math.inf if t < 0 else t for t in took], dtype=float), known / runs)


def push_rounds(copies) -> float:
    """log₂ N + ln N: the rounds of push to which the mean tends, but for a bounded number, as N grows.

    Source: B. Pittel, On Spreading a Rumor, SIAM J. Appl. Math. 47(1), 1987. Raises ValueError below 1.
    Explained in chapter 3, section 6.
    """
    copies = checks.number("copies", copies, 1)
    return math.log2(copies) + math.log(copies)
