"""The levels against the standard library's own least-recently-used cache, stack distances and closed forms."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import memory
from perfbook.figures.math import analogies
from perfbook.rng import new_state, uniform, zipf, zipf_table

sizes = st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 15))
traces = st.lists(st.integers(0, 19), max_size=300)


def by_standard_library(trace, sizes):
    """The level that answers each recall, with functools.lru_cache around functools.lru_cache around a list."""
    asked = []

    def level(depth, below):
        def look(thing):
            asked.append(depth)
            return below(thing)

        return look

    known = level(3, lambda thing: thing)
    for depth in (2, 1, 0):
        known = level(depth, functools.lru_cache(sizes[depth])(known))
    answers = []
    for thing in trace:
        asked.clear()
        known(thing)
        answers.append(max(asked))
    return answers


@given(traces, sizes)
def test_levels_are_three_least_recently_used_caches_one_behind_the_other(trace, sizes):
    expected = by_standard_library(trace, sizes)
    capacities, newer, older, counts = memory.scratch(20)
    capacities[:] = sizes
    memory.clear(newer, older, counts)
    assert [memory.recall(thing, capacities, newer, older, counts) for thing in trace] == expected
    mind = memory.Memory(*sizes)
    for thing in range(20):
        mind.write_down(thing, str(thing))
    answers = [mind.recall(thing) for thing in trace]
    assert [memory.LEVELS.index(level) for _, level in answers] == expected
    assert [value for value, _ in answers] == [str(thing) for thing in trace]


@given(traces, sizes)
def test_no_level_ever_holds_more_than_it_may(trace, sizes):
    mind = memory.Memory(*sizes)
    for thing in trace:
        mind.learn(thing, thing)
        for level, size in zip(memory.LEVELS, sizes, strict=False):
            assert len(mind.at(level)) <= size
            assert mind.at(level)[-1] == thing


@given(traces, sizes)
def test_the_fastest_level_answers_where_so_few_others_came_between(trace, sizes):
    # Stack distance (Mattson et al. 1970): the number of different things since the last time.
    mind = memory.Memory(*sizes)
    for thing in range(20):
        mind.write_down(thing, thing)
    for i, thing in enumerate(trace):
        before = trace[:i]
        seen = thing in before
        between = len(set(before[len(before) - before[::-1].index(thing) :])) if seen else 99
        assert (mind.recall(thing)[1] == "instant") == (between < sizes[0])


def drawn(exponent, drift, things, recalls, seed):
    """The things that ``remember`` asks for, by the same random numbers, drawn one by one."""
    table, state, shift, trace = np.empty(things), new_state(seed), 0, []
    zipf_table(exponent, table)
    for _ in range(recalls):
        if drift > 0 and uniform(state) < drift:
            shift += 1
        trace.append((zipf(state, table) - shift) % things)
    return trace


@pytest.mark.parametrize("drift", [0.0, 0.05])
def test_a_run_counts_what_the_standard_library_answers(drift):
    trace = drawn(0.9, drift, 300, 3000, 11)
    counted = np.bincount(by_standard_library(trace, (4, 20, 90)), minlength=4) / 3000
    share = memory.levels_used(4, 20, 90, things=300, exponent=0.9, drift=drift, recalls=3000, seed=11)
    assert list(share.values()) == pytest.approx(counted.tolist(), abs=1e-12)


def test_one_thing_in_mind_answers_as_often_as_the_same_thing_comes_twice():
    # Independent recalls: the chance is the sum of p**2; 4.5 standard errors of 200,000 recalls (neighbours overlap).
    popularity = np.arange(1.0, 51.0) ** -1.0
    popularity /= popularity.sum()
    chance = float((popularity**2).sum())
    share = memory.levels_used(1, 5, 10, things=50, exponent=1.0, recalls=200_000, seed=2)["instant"]
    assert abs(share - chance) < 4.5 * np.sqrt(3 * chance / 200_000)


def test_with_room_for_everything_each_thing_is_looked_up_once():
    share = memory.levels_used(50, 50, 50, things=50, recalls=20_000)
    assert share["external"] == pytest.approx(50 / 20_000)
    assert share["quick"] == share["effortful"] == 0


@given(sizes, st.floats(0, 2), st.floats(0, 0.5), st.integers(1, 1000))
def test_shares_add_to_one_and_time_is_their_cost(sizes, exponent, drift, seed):
    costs = np.array([1.0, 10.0, 100.0, 10000.0])
    share, time, mean = np.empty(4), np.empty(4), np.empty(2)
    memory.remember(*sizes, exponent, drift, seed, 500, costs, np.empty(40), new_state(1), *memory.scratch(40), share,
                    time, mean)  # fmt: skip
    assert share.sum() == pytest.approx(1)
    np.testing.assert_allclose(time, share * costs / (share @ costs))
    assert mean == pytest.approx([share @ costs, 10000 / (share @ costs)])


def test_what_was_never_written_down_can_be_forgotten():
    mind = memory.Memory(1, 2, 3)
    mind.learn("policy number", 4711)
    assert mind.recall("policy number") == (4711, "instant")
    for other in "abc":
        mind.learn(other, other)
    assert mind.recall("policy number") == (None, "not found")
    mind.write_down("policy number", 4711)
    assert mind.recall("policy number") == (4711, "external")
    assert mind.recall("policy number") == (4711, "instant")


def test_a_note_that_changes_leaves_the_mind_out_of_date():
    mind = memory.Memory()
    mind.write_down("phone", 1)
    mind.recall("phone")
    mind.write_down("phone", 2)
    assert mind.recall("phone") == (1, "instant")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: memory.Memory(0), "instant"),
        (lambda: memory.Memory(4, 2.5), "quick"),
        (lambda: memory.Memory().at("cloud"), "cloud"),
        (lambda: memory.levels_used(drift=2), "drift"),
        (lambda: memory.levels_used(things=0), "things"),
        (lambda: memory.levels_used(things=50.5), "things must be a whole number from 1 to 1,000,000, got 50.5"),
        (lambda: memory.levels_used(seed=1.5), "seed must be a whole number from 0 to 4,294,967,295, got 1.5"),
        (lambda: memory.levels_used(recalls=10.5), "recalls must be a whole number from 1 to 100,000,000, got 10.5"),
    ],
)
def test_what_cannot_be_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_the_checked_answer_is_what_the_levels_hold():
    mind = memory.Memory(2, 3, 4)
    for item in "abcdeab":
        mind.learn(item, item.upper())
    assert ", ".join(mind.at("quick")) == analogies.check_memory_levels.right


@pytest.mark.parametrize("seed", range(1, 11))
def test_more_places_in_mind_hardly_change_the_mean_and_more_effortful_ones_do(seed):
    def mean(**change):
        return analogies.memory_levels.at(seed=seed, **change)["mean"][0]

    assert mean(instant=7) == pytest.approx(mean(), rel=0.005)
    assert mean(effortful=1000) < 0.7 * mean()
