"""Availability against enumeration, closed forms, graphs, a Markov chain and a simulation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.stats import binom

from perfbook import availability, blocks, repair
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.availability import availability as figure
from perfbook.figures.patterns.availability import layers as layers_figure

share = st.floats(0, 1)


@given(st.integers(1, 8), st.data(), st.floats(0.5, 1))
def test_k_of_n_is_the_binomial_tail(parts, data, a):
    needed = data.draw(st.integers(1, parts))
    assert availability.k_of_n(parts, needed, a) == pytest.approx(binom.sf(needed - 1, parts, a), abs=1e-12)


@given(st.lists(share, min_size=1, max_size=5))
def test_serial_and_parallel_are_what_counting_all_states_gives(parts):
    every = any_up = 0.0
    for states in itertools.product((True, False), repeat=len(parts)):
        probability = math.prod(a if up else 1 - a for a, up in zip(parts, states, strict=True))
        every += probability * all(states)
        any_up += probability * any(states)
    assert availability.serial(*parts) == pytest.approx(every, abs=1e-12)
    assert availability.parallel(*parts) == pytest.approx(any_up, abs=1e-12)


def test_the_worked_values_of_two_parts_at_three_nines():
    assert availability.serial(0.999, 0.999) == pytest.approx(0.998001, abs=1e-15)
    assert availability.parallel(0.999, 0.999) == pytest.approx(0.999999, abs=1e-15)
    assert availability.standby(0.999, 0.99) == pytest.approx(0.99998901, abs=1e-15)
    assert availability.minutes_a_year([0.999, 0.998001]) == pytest.approx([525.6, 1050.6744])
    assert availability.nines([0.9, 0.999, 1]) == pytest.approx([1, 3, math.inf])


@given(share, share)
def test_without_delay_and_common_cause_the_standby_is_the_episodes_formula(a, works):
    assert availability.standby(a, works) == pytest.approx(a + (1 - a) * works * a, abs=1e-12)


@given(st.integers(1, 8), st.floats(0.5, 1), share)
def test_a_standby_that_always_works_at_once_is_a_parallel_group(parts, a, common):
    expected = availability.k_of_n(parts, 1, a, common)
    assert availability.standby(a, 1, parts, common=common) == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.5, 1), share)
def test_the_share_in_common_leaves_one_part_as_it_was(a, common):
    assert availability.k_of_n(1, 1, a, common) == pytest.approx(a, abs=1e-12)


@given(st.integers(2, 8), st.floats(0.5, 0.9999), share)
def test_a_group_is_never_better_than_its_shared_cause_and_never_worse_than_one_part(parts, a, common):
    down = 1 - availability.k_of_n(parts, 1, a, common)
    assert common * (1 - a) - 1e-12 <= down <= 1 - a + 1e-12


def test_a_shared_cause_hurts_a_parallel_group_and_helps_a_serial_one():
    shares = np.linspace(0, 1, 21)
    together = [availability.k_of_n(3, 1, 0.99, b) for b in shares]
    chain = [availability.k_of_n(3, 3, 0.99, b) for b in shares]
    assert np.all(np.diff(together) < 0) and np.all(np.diff(chain) > 0)


def test_nines_of_a_group_are_not_lost_to_rounding():
    assert availability.group_nines(6, 1, 3) == pytest.approx(18)
    assert availability.group_nines(3, 2, 2, 0.1) == pytest.approx(
        float(availability.nines(availability.k_of_n(3, 2, 0.99, 0.1)))
    )


# The layered picture: the figure's formulas against all states of the graph.


@pytest.mark.parametrize("wiring", availability.WIRINGS)
@pytest.mark.parametrize("region", [1, 2, 3])
def test_the_layers_formula_counts_what_the_graph_counts(wiring, region):
    parts = dict(name=1 - 1e-2, balancer=1 - 10**-0.7, cluster=1 - 10**-0.5, pool=1 - 10**-0.4)
    in_nines = dict(name=2, balancer=0.7, cluster=0.5, pool=0.4)
    alone = blocks.layered(wiring, (region,), **parts).availability("names", blocks.POOLS)
    assert availability.layers(wiring, region, **in_nines) == pytest.approx(alone, abs=1e-12)
    anywhere = blocks.layered(wiring, **parts).availability("names", blocks.POOLS)
    assert availability.layers(wiring, region, True, **in_nines) == pytest.approx(anywhere, abs=1e-12)


@pytest.mark.parametrize("wiring", range(4))
@pytest.mark.parametrize("retry", [0, 1])
def test_each_layer_of_the_figure_is_reached_as_often_as_in_the_graph(wiring, retry):
    seen = layers_figure.at(wiring=wiring, retry=retry, region=1, name=2, balancer=1, cluster=1, pool=1)
    answers = (1, 2, 3) if retry else (1,)
    diagram = blocks.layered(availability.WIRINGS[wiring], answers, 0.99, 0.9, 0.9, 0.9)
    ends = [["names"], *([f"{kind} {i}" for i in (1, 2, 3)] for kind in ("balancer", "cluster", "pool"))]
    expected = [diagram.availability("names", layer) for layer in ends]
    assert seen["reach"][:4] == pytest.approx(expected, abs=1e-12)
    drawn = {
        (f"balancer {i + 1}", f"cluster {j + 1}") for i in range(3) for j in range(3) if seen["edges"][3 * i + j] == 1
    }
    drawn |= {
        (f"cluster {i + 1}", f"pool {j + 1}") for i in range(3) for j in range(3) if seen["edges"][9 + 3 * i + j] == 1
    }
    assert drawn == {edge for edge in diagram.edges if edge[0] != "names"}


def test_region_3_of_the_episodes_picture_leads_nowhere():
    diagram = blocks.layered("as drawn")
    assert diagram.dead_ends(blocks.POOLS) == ["balancer 3"]
    assert availability.layers("as drawn", 3, name=9, balancer=9, cluster=9, pool=9) == 0
    seen = layers_figure.at(wiring=0, region=3)
    assert seen["reach"][3] == 0 and seen["now"][3] == pytest.approx(1 / 3)


def test_a_single_point_of_failure_is_one_whose_loss_cuts_every_path():
    diagram = blocks.layered("any cluster")
    assert diagram.single_points("names", blocks.POOLS) == ["names"]
    assert "cluster 1" in blocks.layered("a path a region", (1,)).single_points("names", blocks.POOLS)


def test_name_failover_against_simulated_outages_and_answers():
    random = np.random.default_rng(5)
    start, age = random.uniform(0, 10, 200_000), random.uniform(0, 60, 200_000)
    noticed = 10 * np.ceil(start / 10) + 10 * 2 - start  # the third check in a row that fails
    kept = noticed + 60 - age
    mean, worst = availability.name_failover(10, 3, 60)
    assert kept.mean() == pytest.approx(mean, abs=4 * kept.std() / math.sqrt(kept.size))
    assert worst - 0.1 < kept.max() <= worst


# Failure and repair.


def by_linear_algebra(parts, needed, fail, mend, covered, switch, shared):
    """The same rules, states written out as words, solved as a null space."""
    states, todo, rates = [], [("serving", parts)], {}
    while todo:
        state = todo.pop()
        if state in states:
            continue
        states.append(state)
        kind, up = state
        out = []
        if kind == "shared":
            out = [(("serving", parts), mend)]
        else:
            out.append((("shared", 0), shared))
            if up < parts:
                out.append((("switching" if kind == "switching" else "serving", up + 1), (parts - up) * mend))
            if kind == "switching":
                out.append((("serving", up), 1 / switch))
            if up and (up - 1 < needed or kind != "serving"):
                out.append(((kind if up - 1 >= needed else "serving", up - 1), up * fail))
            elif up:
                out.append((("serving", up - 1), (up - needed) * fail))
                out.append((("switching" if switch else "serving", up - 1), needed * fail * covered))
                out.append((("stuck", up - 1), needed * fail * (1 - covered)))
        rates[state] = [(to, r) for to, r in out if r > 0]
        todo += [to for to, _ in rates[state]]
    matrix = np.zeros((len(states), len(states)))
    for state, outs in rates.items():
        for to, r in outs:
            matrix[states.index(state), states.index(to)] += r
            matrix[states.index(state), states.index(state)] -= r
    steady = null_space(matrix.T, rcond=1e-13)[:, 0]
    steady /= steady.sum()
    return sum(p for (kind, up), p in zip(states, steady, strict=True) if kind != "serving" or up < needed)


@pytest.mark.parametrize("parts, needed", [(1, 1), (2, 1), (3, 2), (5, 3), (8, 1)])
@pytest.mark.parametrize("covered, switch, common", [(1, 0, 0), (0.9, 0, 0), (0.95, 60, 0.1), (0, 5, 0.5)])
def test_the_chain_is_solved_as_linear_algebra_solves_it(parts, needed, covered, switch, common):
    fail, mend, shared = repair.rates(0.95, 3600, common)
    expected = by_linear_algebra(parts, needed, fail, mend, covered, switch, shared)
    assert 1 - repair.pool(parts, needed, 0.95, covered, switch, 3600, common) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 8), st.data(), st.floats(0.6, 0.9999), st.floats(10, 1e6))
def test_perfect_takeovers_make_the_birth_and_death_chain_whose_answer_is_binomial(parts, data, a, mend):
    needed = data.draw(st.integers(1, parts))
    expected = 1 - availability.k_of_n(parts, needed, a)
    assert 1 - repair.pool(parts, needed, a, repair=mend) == pytest.approx(expected, rel=1e-6, abs=1e-13)


def test_two_parts_with_imperfect_coverage_have_their_closed_form():
    """Balance of the four states by hand: both up, one up, stuck with one up, none."""
    fail, mend, c = 1.0, 9.0, 0.7
    both = 1.0
    none = None
    # one: x, stuck: y, none: z.  both: 2 fail = mend (x + y);  y: fail (1 - c) = (mend + fail) y;  2 mend z = fail (x + y)
    y = fail * (1 - c) / (mend + fail)
    x = 2 * fail / mend - y
    none = fail * (x + y) / (2 * mend)
    expected = (y + none) / (both + x + y + none)
    assert 1 - repair.pool(2, 1, 0.9, covered=c, repair=1 / mend) == pytest.approx(expected, rel=1e-12)


def test_the_static_formula_of_a_standby_and_the_chain_differ_by_the_square_of_the_downtime_only():
    for works in (0.0, 0.9, 0.99):
        for down in (1e-2, 1e-3):
            static = 1 - availability.standby(1 - down, works)
            exact = 1 - repair.pool(2, 1, 1 - down, covered=works)
            assert abs(static - exact) < 2 * down**2


@pytest.mark.parametrize(
    "parts, needed, covered, switch, common",
    [(2, 1, 1.0, 0.0, 0.0), (2, 1, 0.95, 30.0, 0.0), (3, 2, 0.9, 60.0, 0.05), (4, 2, 1.0, 20.0, 0.2)],
)
def test_the_simulation_meets_the_chain(parts, needed, covered, switch, common):
    exact = 1 - repair.pool(parts, needed, 0.97, covered, switch, 3600, common)
    runs = repair.downtime(parts, needed, 0.97, covered, switch, 3600, common, years=25, seed=3, stretches=40)
    measured = batch_means(runs, confidence=0.9999)
    assert measured.covers(exact) and measured.half_width < 0.15 * exact


def test_takeover_seconds_add_up_to_failures_a_year_times_their_length():
    """The chain with a takeover of 3.6 s against that without: one part in service fails u/repair times a second."""
    a, mend = 0.999, 4 * 3600.0
    gap = repair.pool(2, 1, a, repair=mend) - repair.pool(2, 1, a, switch=3.6, repair=mend)
    assert gap == pytest.approx((1 - a) / mend * 3.6, rel=0.01)
    assert availability.standby(a, 1, repair=mend) - availability.standby(
        a, 1, switch=3.6, repair=mend
    ) == pytest.approx(gap, rel=0.01)


def test_the_figure_says_what_the_functions_say():
    moved = dict(parts=4, needed=3, part_nines=2.5, common=0.04, works=0.9, switch_seconds=20, repair_hours=2)
    seen = figure.at(**moved)
    a = 1 - 10**-2.5
    expected = [
        a,
        availability.k_of_n(4, 4, a, 0.04),
        availability.k_of_n(4, 3, a, 0.04),
        availability.k_of_n(4, 1, a, 0.04),
        availability.standby(a, 0.9, 4, 20, 7200, 0.04),
    ]
    np.testing.assert_allclose(seen["nines"], availability.nines(expected), rtol=1e-6)
    np.testing.assert_allclose(seen["lost"] / 60, availability.minutes_a_year(expected), rtol=1e-6)
    assert figure.at(parts=2, needed=5)["now"][1] == 2


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: availability.nines(1.2), "availability must be from 0 to 1, got 1.2"),
        (lambda: availability.serial(0.9, -1), "availability must be from 0 to 1, got -1"),
        (lambda: availability.k_of_n(3, 4, 0.9), "needed must be a whole number from 1 to 3, got 4"),
        (lambda: availability.k_of_n(9, 1, 0.9), "parts must be a whole number from 1 to 8, got 9"),
        (lambda: availability.standby(0.9, 1.1), "works must be from 0 to 1, got 1.1"),
        (lambda: availability.layers("drawn"), "wiring must be one of as drawn, a path a region"),
        (lambda: availability.name_failover(10, 0, 60), "failures must be a whole number from 1 up, got 0"),
        (lambda: blocks.Diagram({"a": 2}, ()), "availability of a must be from 0 to 1, got 2"),
        (lambda: blocks.Diagram({"a": 1}, (("a", "b"),)), "edge must be one of a, got 'b'"),
        (lambda: blocks.Diagram({str(i): 1 for i in range(15)}, ()), "parts must be at most 14, got 15"),
        (lambda: repair.pool(2, 1, 0.9, covered=2), "covered must be from 0 to 1, got 2"),
        (lambda: repair.simulate(2, 1, 0.9, years=0), "years must be from 1e-06 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
