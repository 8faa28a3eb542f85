"""The mean access time against accesses drawn one by one, and against LRU caches one behind the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import levels, stackdistance
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.levels import levels as figure
from perfbook.figures.patterns.levels import working_set

EPISODE_RATES = (0.95, 0.80, 0.75)


def test_the_episodes_numbers_give_1_450_cycles_read_one_way_and_1_570_the_other():
    mean = levels.average_access(EPISODE_RATES, levels.EPISODE.cycles)
    assert mean.whole == pytest.approx(1.450) and mean.added == pytest.approx(1.570)
    nested = 1 + 0.05 * (4 + 0.2 * (12 + 0.25 * 100))  # the textbook's form
    assert mean.added == pytest.approx(nested)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.data())
@settings(max_examples=60)
def test_numbers_that_add_up_are_whole_numbers_once_added_up(rates, data):
    steps = data.draw(st.lists(st.floats(0, 300), min_size=len(rates) + 1, max_size=len(rates) + 1))
    added = levels.average_access(rates, steps)
    whole = levels.average_access(rates, np.cumsum(steps))
    assert added.added == pytest.approx(whole.whole, abs=1e-9)
    assert added.share.sum() == pytest.approx(1)
    assert added.added_parts.sum() == pytest.approx(added.added)


def test_accesses_drawn_one_by_one_take_the_mean_time():
    random = np.random.default_rng(1)
    hit = random.random((400_000, 3)) < EPISODE_RATES
    level = np.where(hit.any(axis=1), hit.argmax(axis=1), 3)
    cycles = np.array(levels.EPISODE.cycles)
    mean = levels.average_access(EPISODE_RATES, cycles)
    for expected, each in ((mean.whole, cycles[level]), (mean.added, np.cumsum(cycles)[level])):
        assert batch_means(each.reshape(40, -1).mean(axis=1), confidence=0.9999).covers(expected)


@pytest.mark.parametrize("working_set", [40, 200, 1000])
def test_evenly_used_data_hits_caches_one_behind_the_other_by_their_sizes(working_set):
    """LRU caches of 32, 128 and 512 lines, filled by every access: a stack distance says which one has the line."""
    sizes, cycles = (32, 128, 512), (1.0, 4.0, 12.0, 100.0)
    machine = levels.Machine(sizes, cycles)
    trace = np.random.default_rng(3).integers(0, working_set, 120_000)
    distance = stackdistance.distances(trace)[20_000:]
    distance[distance == 0] = 10**9
    each = np.array(cycles)[np.searchsorted(sizes, distance)]
    assert batch_means(each.reshape(20, -1).mean(axis=1), confidence=0.9999).covers(
        levels.working_set_access(working_set, machine)
    )


def test_data_that_fits_costs_what_its_level_costs_and_endless_data_what_memory_does():
    assert levels.working_set_access(32_768) == 1
    assert levels.working_set_access(1e15) == pytest.approx(100, rel=1e-6)
    steps = [levels.working_set_access(2.0**k) for k in range(10, 34)]
    assert np.all(np.diff(steps) >= 0)


@given(st.integers(2, 200), st.integers(0, 5))
@settings(max_examples=30)
def test_the_chain_visits_every_line_once_before_it_comes_back(lines, seed):
    follow = levels.ring_of_lines(lines * levels.LINE + 17, seed)
    words = levels.LINE // 8
    seen = [levels.chase(follow, 0, steps) for steps in range(lines)]
    assert sorted(seen) == list(range(0, lines * words, words))
    assert levels.chase(follow, 0, lines) == 0 and len(follow) == lines * words


def test_the_measured_access_is_a_time():
    assert 0 < levels.measured_access(8 * 1024, steps=1000) < 1e-3


@given(machine=st.integers(0, 1), l1=st.floats(0, 1), l2=st.floats(0, 1), l3=st.floats(0, 1))
@settings(max_examples=40)
def test_every_bar_of_the_figure_is_whole_and_its_numbers_are_the_functions(machine, l1, l2, l3):
    seen = figure.at(machine=machine, l1=l1, l2=l2, l3=l3)
    cycles = (levels.EPISODE, levels.ICE_LAKE)[machine].cycles
    mean = levels.average_access((l1, l2, l3), cycles)
    assert seen["now"][:2] == pytest.approx([mean.whole, mean.added])
    assert seen["edges"][[4, 9, 14]] == pytest.approx([1, 1, 1])
    assert seen["now"][2] == pytest.approx(levels.average_access((l1, l2, 0), cycles).whole)


def test_the_working_sets_figure_says_what_the_function_says():
    seen = working_set.at(log2_kib=9, machine=1)
    assert seen["now"][0] == pytest.approx(512)
    assert seen["now"][1] == pytest.approx(levels.working_set_access(2**19, levels.ICE_LAKE))
    assert seen["now"][2] == pytest.approx(levels.working_set_access(2**19))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: levels.average_access([0.5, 1.2], [1, 2, 3]), "hit_rates must be at most 1, got [0.5, 1.2]"),
        (lambda: levels.average_access([0.5], [1, 2, 3]), "cycles must be one more than hit_rates, got 3 and 1"),
        (lambda: levels.average_access([-0.5], [1, 2]), "hit_rates must not be negative"),
        (lambda: levels.ring_of_lines(64), "working_set must be a whole number from 128 up, got 64"),
        (lambda: levels.working_set_access(0), "working_set must be above 0, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
