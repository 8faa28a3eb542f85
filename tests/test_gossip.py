"""Gossip: against exact Markov chains of a few copies, and against the laws of many."""

import math

import numpy as np
import pytest
from scipy import stats

from perfbook import gossip
from perfbook.figures.stories.gossip import gossip as figure


def push_chain(copies, lost):
    """P(j know after a round | k know): k throws of messages at the copies − 1 others, one after the other."""
    step = np.zeros((copies + 1, copies + 1))
    for knowing in range(1, copies + 1):
        now = np.zeros(copies + 1)
        now[knowing] = 1
        for _ in range(knowing):
            hit = np.array([(1 - lost) * (copies - j) / (copies - 1) for j in range(copies + 1)])
            now = now * (1 - hit) + np.r_[0, (now * hit)[:-1]]
        step[knowing] = now
    return step


def pull_chain(copies, lost):
    """Each of those that do not know asks one of the others."""
    step = np.zeros((copies + 1, copies + 1))
    for knowing in range(1, copies + 1):
        learn = (1 - lost) * knowing / (copies - 1)
        left = copies - knowing
        step[knowing, knowing:] = stats.binom.pmf(np.arange(left + 1), left, learn)
    return step


def mean_rounds(step):
    """Expected rounds until the last state, from the first: each state once, since none is left downwards."""
    copies = step.shape[0] - 1
    rounds = np.zeros(copies + 1)
    for knowing in range(copies - 1, 0, -1):
        rounds[knowing] = (1 + step[knowing, knowing + 1 :] @ rounds[knowing + 1 :]) / (1 - step[knowing, knowing])
    return rounds[1]


@pytest.mark.parametrize("copies, lost", [(2, 0.0), (3, 0.0), (6, 0.0), (20, 0.0), (12, 0.3)])
@pytest.mark.parametrize("way, chain", [("push", push_chain), ("pull", pull_chain)])
def test_rounds_are_those_of_the_exact_chain(way, chain, copies, lost):
    rounds = gossip.simulate(copies, way, 1, lost, runs=4000, seed=2).rounds
    error = rounds.std() / math.sqrt(rounds.size)
    assert abs(rounds.mean() - mean_rounds(chain(copies, lost))) <= 4 * error


def test_both_ways_in_one_round_by_the_product_of_what_each_leaves_out():
    """Of three copies one knows: another stays ignorant if it was neither told (1/2) nor asked the one that knows (1/2)."""
    known = gossip.simulate(3, "push and pull", runs=20_000, most=1, seed=4).known
    assert known[1] == pytest.approx(1 + 2 * (1 - 1 / 4), abs=4 * math.sqrt(0.5 / 20_000))


def test_push_takes_the_logarithms_of_pittel_within_a_constant():
    """Doerr and Künnemann: the mean is between ⌊log2 n⌋ + ln n − 1.116 and ⌈log2 n⌉ + ln n + 2.765 + o(1)."""
    for copies in (64, 256, 1024, 4096):
        rounds = gossip.simulate(copies, "push", runs=120, seed=3).rounds
        error = 4 * rounds.std() / math.sqrt(rounds.size)
        low, high = (f(math.log2(copies)) + math.log(copies) for f in (math.floor, math.ceil))
        assert low - 1.116 - error < rounds.mean() < high + 2.765 + error
        assert gossip.push_rounds(copies) == pytest.approx(math.log2(copies) + math.log(copies))


def test_push_and_pull_triple_at_first_and_end_sooner():
    """Every node that knows tells one, and is asked by one on average: the known grow by the factor 3 − o(1)."""
    known = gossip.simulate(100_000, "push and pull", runs=20, most=6, seed=5).known
    assert known[5] / known[4] == pytest.approx(3, rel=0.05)
    both, push = (gossip.simulate(1000, way, runs=60, seed=6).rounds.mean() for way in ("push and pull", "push"))
    assert both < 0.65 * push


@pytest.mark.parametrize("way", gossip.WAYS)
def test_the_mean_field_is_exact_for_one_round_and_half_a_round_off_for_many(way):
    field, code = np.zeros(12), gossip.WAYS[way]
    gossip.spread_expected(50, code, 3, 0.1, field)
    first = gossip.simulate(50, way, 3, 0.1, runs=20_000, most=1, seed=8).known[1]
    assert first == pytest.approx(field[1], abs=4 * math.sqrt(field[1] / 20_000))
    gossip.spread_expected(20_000, code, 3, 0.1, field)
    known = gossip.simulate(20_000, way, 3, 0.1, runs=30, most=11, seed=7).known
    half = [np.interp(10_000, curve, np.arange(12)) for curve in (known, field)]
    assert half[0] == pytest.approx(half[1], abs=0.5)


def test_one_copy_knows_at_once_and_what_is_all_lost_never_arrives():
    assert gossip.simulate(1).rounds.tolist() == [0] * 100
    assert np.isinf(gossip.simulate(5, lost=1.0, runs=3, most=20).rounds).all()


def test_the_figure_says_what_simulate_says():
    seen = figure.at(copies=100, fanout=2, lost_percent=20, seed=3)
    points, runs = seen["rounds"].size, figure.inputs["runs"]
    alone = gossip.simulate(
        100, "push", 2, 0.2, runs=runs, most=points - 1, seed=3
    )  # push runs first, on the same stream
    assert seen["finished"][0] == pytest.approx(alone.rounds.mean()) and seen["finished"][1] == alone.rounds.max()
    assert seen["known"][:points] == pytest.approx(alone.known)
    assert np.all(np.diff(seen["known"].reshape(3, points)) >= 0)
    assert seen["now"][0] == pytest.approx(gossip.push_rounds(100))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="way must be one of push, pull, push and pull, got 'shout'"):
        gossip.simulate(3, "shout")
    with pytest.raises(ValueError, match="lost must be from 0 to 1, got 2"):
        gossip.simulate(3, lost=2)
