"""Logical clocks against paths through the history; what each way to decide between two values keeps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import clocks
from perfbook.clockmap import MOST_NODES
from perfbook.figures.stories.clocks import clocks as figure


@st.composite
def histories(draw):
    nodes = draw(st.integers(1, 5))
    count = draw(st.integers(1, 16))
    events = []
    for at in range(count):
        received = draw(st.one_of(st.none(), st.integers(0, at - 1))) if at else None
        events.append((draw(st.integers(0, nodes - 1)), received))
    return nodes, events


def causes(events, at):
    """Everything that a path leads from to ``at``, by walking backwards."""
    found, to_visit = set(), [at]
    while to_visit:
        here = to_visit.pop()
        node, received = events[here]
        own = [i for i in range(here) if events[i][0] == node]
        for cause in {*own, *([received] if received is not None else [])} - found:
            found.add(cause)
            to_visit.append(cause)
    return found


@given(histories())
@settings(max_examples=60)
def test_a_vector_is_before_another_exactly_if_its_event_could_have_caused_the_other(history):
    nodes, events = history
    stamps = clocks.vectors(nodes, events)
    for b in range(len(events)):
        past = causes(events, b)
        for a in range(len(events)):
            assert (clocks.compare(stamps[a], stamps[b]) == clocks.BEFORE) == (a in past)
            assert (clocks.compare(stamps[a], stamps[b]) == clocks.EQUAL) == (a == b)


@given(histories())
@settings(max_examples=60)
def test_a_counter_goes_up_along_every_path_and_so_never_says_after_for_before(history):
    nodes, events = history
    stamps = clocks.lamport(nodes, events)
    for b in range(len(events)):
        assert all(stamps[a] < stamps[b] for a in causes(events, b))


@given(histories())
@settings(max_examples=60)
def test_the_matrix_holds_the_paths(history):
    nodes, events = history
    reach = clocks.happened_before(nodes, events)
    assert [set(np.flatnonzero(reach[:, b]).tolist()) for b in range(len(events))] == [
        causes(events, b) for b in range(len(events))
    ]


def test_a_lower_counter_may_belong_to_an_event_that_had_no_part_in_it():
    events = [(0, None), (1, None), (1, None)]
    assert clocks.lamport(2, events) == [1, 1, 2]
    assert clocks.compare(*(clocks.vectors(2, events)[i] for i in (0, 2))) == clocks.CONCURRENT


@given(histories())
def test_a_vector_counts_the_causes_on_each_node(history):
    nodes, events = history
    for at, stamp in enumerate(clocks.vectors(nodes, events)):
        past = causes(events, at) | {at}
        assert stamp == tuple(sum(events[i][0] == node for i in past) for node in range(nodes))


def test_siblings_are_what_nobody_has_seen_and_a_merge_replaces_them():
    first = clocks.Version(2.0, (1, 0, 0))
    up, down = clocks.merged([first], 3.0, 1), clocks.merged([first], 1.5, 2)
    assert clocks.newest([first, up, down]) == {up, down}
    both = clocks.merged([up, down], 3.0, 0)
    assert both.vector == (2, 1, 1) and clocks.newest([first, up, down, both]) == {both}


@given(st.integers(1, 6), st.integers(1, 40), st.floats(0, 8), st.floats(0, 3), st.integers(0, 99))
@settings(max_examples=40)
def test_siblings_lose_nothing_and_the_others_no_more_than_there_is(nodes, writes, exchange, skew, seed):
    kept = clocks.survivors(nodes, writes, exchange, skew, seed)
    assert kept.siblings == writes and 1 <= kept.left <= nodes
    assert 1 <= kept.wall_clock <= writes and 1 <= kept.counter <= writes
    if nodes == 1:
        assert kept.wall_clock == kept.counter == writes and kept.left == 1


def test_without_any_exchange_one_nodes_updates_are_left():
    kept = clocks.survivors(4, 400, exchange=0)
    assert kept.left == 4
    assert abs(kept.wall_clock - 100) < 4 * math.sqrt(400 * 0.25 * 0.75)  # any node's share, whoever wrote last


def test_clocks_that_are_wrong_lose_more_and_a_counter_does_not_care():
    right = [clocks.survivors(4, 150, 8, 0, seed) for seed in range(6)]
    wrong = [clocks.survivors(4, 150, 8, 3, seed) for seed in range(6)]
    assert np.mean([k.wall_clock for k in wrong]) < 0.85 * np.mean([k.wall_clock for k in right])
    assert [k.counter for k in wrong] == [k.counter for k in right]


def test_a_clock_that_is_behind_loses_to_what_was_written_before():
    rate, behind, trials = 2.0, 0.3, 20_000
    random = np.random.default_rng(6)
    older = random.exponential(1 / rate, trials)  # since the other node's last write
    lost = np.mean(-behind < -older)
    share = clocks.overruled(rate, behind)
    assert abs(lost - share) < 4 * math.sqrt(share * (1 - share) / trials)
    assert clocks.overruled(rate, 0) == 0


@pytest.mark.parametrize("nodes, chatter, seed", [(2, 30, 1), (4, 70, 2), (5, 100, 3)])
def test_the_figure_has_the_clocks_of_the_module(nodes, chatter, seed):
    chosen, other = 9, 14
    seen = figure.at(nodes=nodes, chatter_percent=chatter, seed=seed, chosen=chosen, other=other)
    count = seen["when"].size
    ends = seen["message_x"].reshape(count, 3)[:, 0]
    events = [(int(seen["row"][i]), None if np.isnan(ends[i]) else int(ends[i]) - 1) for i in range(count)]
    assert any(received is not None for _, received in events)
    stamps = clocks.vectors(nodes, events)
    assert seen["scalar"].tolist() == clocks.lamport(nodes, events)
    assert seen["vector"].reshape(count, MOST_NODES)[:, :nodes].tolist() == [list(s) for s in stamps]
    reach = clocks.happened_before(nodes, events)
    a = chosen - 1
    assert np.flatnonzero(np.isfinite(seen["before"])).tolist() == np.flatnonzero(reach[:, a]).tolist()
    assert np.flatnonzero(np.isfinite(seen["after"])).tolist() == np.flatnonzero(reach[a]).tolist()
    concurrent = ~(reach | reach.T | np.eye(count, dtype=bool))
    assert seen["now"][4] == concurrent.sum() / 2 and seen["now"][5] == count * (count - 1) / 2
    differ = np.not_equal.outer(seen["scalar"], seen["scalar"])
    assert seen["now"][6] == (concurrent & differ).sum() / 2 and seen["now"][7] == 0
    words = [clocks.EQUAL, clocks.BEFORE, clocks.AFTER, clocks.CONCURRENT]
    assert words[int(seen["now"][0])] == clocks.compare(stamps[a], stamps[other - 1])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="event 0 receives from event 3, which must come before it"):
        clocks.vectors(2, [(0, 3)])
    with pytest.raises(ValueError, match="node must be a whole number from 0 to 1, got 2"):
        clocks.lamport(2, [(2, None)])
    with pytest.raises(ValueError, match="vectors must be of the same length, got 1 and 2"):
        clocks.compare((1,), (1, 2))
    with pytest.raises(ValueError, match="rate must not be negative, got -1"):
        clocks.overruled(-1, 1)
