"""Partial and strict quorums: against counting every case, against another simulation, and against order statistics."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from perfbook import quorum
from perfbook.figures.stories.copies import quorum as figure

SIZES = [(n, r, w) for n in range(1, 6) for r in range(1, n + 1) for w in range(1, n + 1)]


def test_right_after_the_write_a_read_misses_it_as_often_as_its_copies_all_lie_elsewhere():
    for copies, read, write in SIZES:
        expected = math.comb(copies - write, read) / math.comb(copies, read)
        assert quorum.missed(copies, read, write) == pytest.approx(expected, abs=1e-15)


def test_many_copies_make_partial_quorums_miss_seldom():
    assert quorum.missed(3, 1, 1) == pytest.approx(2 / 3)
    assert quorum.missed(100, 30, 30) == pytest.approx(math.comb(70, 30) / math.comb(100, 30), rel=1e-12)


@pytest.mark.parametrize("since, down", [(0.0, 0.3), (0.8, 0.3), (2.5, 0.05)])
def test_quorums_that_meet_never_miss_and_others_do(since, down):
    for copies, read, write in SIZES:
        assert (quorum.missed(copies, read, write, since, 1.0, down) > 0) == (read + write <= copies)


@pytest.mark.parametrize("down", [Fraction(0), Fraction(1, 10), Fraction(1, 2)])
def test_the_share_missed_is_that_of_counting_every_set_of_copies(down):
    """Who is up, who acknowledges, who is asked, all sets as likely; those up lack the write with the chance ``late``."""
    since, spread = 0.7, 2.0
    late = math.exp(-since / spread)
    for copies, read, write in [(4, 1, 2), (4, 2, 2), (5, 2, 1), (5, 2, 3), (5, 3, 1)]:
        accepted, missed = Fraction(0), 0.0
        for up in itertools.product((False, True), repeat=copies):
            if sum(up) < write:
                continue
            chance = math.prod((1 - down) if u else down for u in up)
            accepted += chance
            acknowledging = list(itertools.combinations([i for i in range(copies) if up[i]], write))
            asking = list(itertools.combinations(range(copies), read))
            for who, asked in itertools.product(acknowledging, asking):
                if not set(who) & set(asked):
                    share = late ** sum(up[i] for i in asked)
                    missed += float(chance) * share / len(acknowledging) / len(asking)
        ours = quorum.missed(copies, read, write, since, spread, float(down))
        assert ours == pytest.approx(missed / float(accepted), rel=1e-12)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.floats(0, 0.9), st.floats(0, 5))
def test_asking_more_or_waiting_for_more_or_waiting_longer_never_misses_more(copies, read, write, down, since):
    read, write = min(read, copies), min(write, copies)
    here = quorum.missed(copies, read, write, since, 1.0, down)
    assert 0 <= here <= 1 + 1e-12
    assert quorum.missed(copies, read, write, since + 0.5, 1.0, down) <= here + 1e-12
    if read < copies:
        assert quorum.missed(copies, read + 1, write, since, 1.0, down) <= here + 1e-12
    if write < copies:
        assert (
            quorum.missed(copies, read, write + 1, since, 1.0, 0.0) <= quorum.missed(copies, read, write, since) + 1e-12
        )


@pytest.mark.parametrize("copies, read, write, down", [(3, 1, 1, 0.0), (5, 2, 2, 0.0), (5, 2, 2, 0.2), (4, 1, 3, 0.3)])
def test_simulated_without_message_time_is_the_formula(copies, read, write, down):
    run = quorum.simulate(copies, read, write, spread=2.0, down=down, until=6.0, points=13, trials=30_000, seed=5)
    expected = quorum.missed(copies, read, write, run.times, 2.0, down)
    error = np.sqrt(expected * (1 - expected) / run.served)
    assert np.all(np.abs(run.missed - expected) < 4 * error + 1e-12)


def wars(copies, read, write, spread, message, down, times, trials, random):
    """The same model by arrays: all trials at once, sorted by NumPy."""
    landed = np.where(
        random.random((trials, copies)) < down, np.inf, spread * random.exponential(size=(trials, copies))
    )
    acknowledged = np.sort(landed + message * random.exponential(size=(trials, copies)))[:, write - 1]
    silent = random.random((trials, copies)) < down
    go = message * random.exponential(size=(trials, copies))
    back = np.where(silent, np.inf, go + message * random.exponential(size=(trials, copies)))
    order = np.argsort(back, axis=1)[:, :read]
    answered = np.take_along_axis(back, order, 1)[:, -1]
    ok = np.isfinite(acknowledged) & np.isfinite(answered)
    with np.errstate(invalid="ignore"):
        lacks = np.take_along_axis(landed - go, order, 1).min(axis=1) - acknowledged
    return (np.array([np.mean(lacks[ok] > t) for t in times]), acknowledged[np.isfinite(acknowledged)].mean(),
            answered[ok].mean(), ok.mean())  # fmt: skip


@pytest.mark.parametrize("copies, read, write, down", [(3, 1, 1, 0.0), (5, 2, 1, 0.2), (3, 2, 2, 0.1)])
def test_messages_that_take_time_as_in_another_simulation(copies, read, write, down):
    trials = 40_000
    run = quorum.simulate(copies, read, write, 3.0, 1.0, down, until=8.0, points=9, trials=trials, seed=9)
    missed, writes, reads, served = wars(
        copies, read, write, 3.0, 1.0, down, run.times, trials, np.random.default_rng(1)
    )
    assert np.all(np.abs(run.missed - missed) < 4 * np.sqrt(missed / (trials * served)) * math.sqrt(2) + 1e-12)
    assert run.write_wait == pytest.approx(writes, rel=4 * math.sqrt(2 / trials))
    assert run.read_wait == pytest.approx(reads, rel=4 * math.sqrt(2 / trials))
    assert run.served / trials == pytest.approx(served, abs=4 * math.sqrt(0.5 / trials))


def test_message_time_only_ever_hides_staleness():
    """The formula is an upper bound: a question on its way gives the write time to land."""
    exact = quorum.missed(5, 1, 1, np.linspace(0, 5, 11), 1.0)
    for message in (0.2, 1.0):
        run = quorum.simulate(5, 1, 1, 1.0, message, until=5.0, points=11, trials=40_000)
        assert np.all(run.missed < exact + 4 * np.sqrt(exact / 40_000))
    assert run.missed[0] < exact[0] - 0.1


@given(st.integers(1, 12), st.integers(1, 12))
def test_the_wait_for_some_of_all_is_the_mean_of_the_order_statistic(copies, place):
    place = min(place, copies)

    def later(t):
        return stats.binom.cdf(place - 1, copies, -math.expm1(-t))  # fewer than `place` answered by t

    expected = integrate.quad(later, 0, math.inf)[0]
    assert quorum.mean_wait(copies, place, 3.0) == pytest.approx(3 * expected, rel=1e-6)


def test_refusals_are_the_binomial_tail():
    for copies, needed, down in [(3, 2, 0.01), (5, 5, 0.2), (9, 1, 0.5)]:
        assert quorum.refused(copies, needed, down) == pytest.approx(stats.binom.cdf(needed - 1, copies, 1 - down))


@pytest.mark.parametrize("copies, read, lacking", [(3, 2, 1), (5, 2, 4), (5, 3, 2), (9, 4, 6)])
def test_read_repair_takes_as_many_reads_as_when_played(copies, read, lacking):
    random, runs = np.random.default_rng(2), []
    for _ in range(2500):
        lacks, count = set(range(lacking)), 0
        while lacks:
            asked = set(random.permutation(copies)[:read].tolist())
            count += 1
            if asked - lacks:
                lacks -= asked
        runs.append(count)
    assert abs(np.mean(runs) - quorum.repair_reads(copies, read, lacking)) < 4 * np.std(runs) / 50


def test_one_copy_is_repaired_when_a_read_of_two_or_more_touches_it():
    for copies, read in ((2, 2), (5, 2), (9, 4)):
        assert quorum.repair_reads(copies, read, 1) == pytest.approx(copies / read)
    assert quorum.repair_reads(5, 1, 1) == math.inf and quorum.repair_reads(5, 1, 0) == 0


def test_a_write_takes_the_wth_shortest_round_trip():
    assert [quorum.commit_time([70, 1, 160, 20], w) for w in (1, 2, 3, 4)] == [1, 20, 70, 160]


def test_the_figure_says_what_the_functions_say():
    moved = dict(copies=6, read=2, write=3, spread=30, message=5, since=40, down_percent=10, seed=3)
    seen = figure.at(**moved)
    assert seen["exact"] == pytest.approx(quorum.missed(6, 2, 3, seen["times"], 30, 0.1))
    run = quorum.simulate(6, 2, 3, 30, 5, 0.1, seen["times"][-1], seen["times"].size, figure.inputs["trials"], 3)
    assert seen["missed"] == pytest.approx(run.missed)
    assert seen["now"][5:7] == pytest.approx([run.write_wait, run.read_wait])
    assert seen["now"][1] == pytest.approx(quorum.missed(6, 2, 3, 40, 30, 0.1))
    assert seen["now"][3:5] == pytest.approx([quorum.refused(6, 2, 0.1), quorum.refused(6, 3, 0.1)])
    grid = seen["grid"].reshape(9, 9)
    assert np.isnan(grid[6:]).all() and np.isnan(grid[:, 6:]).all()
    for write in range(1, 7):
        assert grid[write - 1, :6] == pytest.approx(quorum.missed(6, np.arange(1, 7), write, 40, 30, 0.1))
    inside = seen["edge_read"] + seen["edge_write"]
    assert np.nanmax(inside[1::2]) == 7 and np.nanmin(inside[::2]) == 6  # the staircase between R + W = N and N + 1


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(copies=0), "copies must be a whole number from 1 to 1,000, got 0"),
        (dict(read=4), "read must be a whole number from 1 to 3, got 4"),
        (dict(write=0), "write must be a whole number from 1 to 3, got 0"),
        (dict(spread=0), "spread must be above 0 and finite, got 0"),
        (dict(since=-1), "since must not be negative, got -1"),
        (dict(down=1), "down must be from 0 to 0.999, got 1"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        quorum.missed(**dict(copies=3, read=1, write=1) | wrong)
    assert message in str(error.value)
