"""BGP's choice against the standard's words, MEDs that carry a load, and flows after a path is gone."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import routes
from perfbook.figures.patterns.routes import med as figure
from perfbook.routes import Route

some_routes = st.lists(
    st.builds(
        Route,
        name=st.just(""),
        neighbor=st.integers(1, 3),
        local_preference=st.sampled_from([100, 100, 200]),
        path_length=st.integers(1, 2),
        origin=st.sampled_from(routes.ORIGINS),
        med=st.integers(0, 2),
        external=st.booleans(),
        interior_cost=st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
).map(lambda found: [dataclasses.replace(r, name=str(i), router=i) for i, r in enumerate(found)])


@given(some_routes, st.randoms())
def test_the_choice_does_not_hang_on_the_order_in_which_routes_came(found, random):
    (best,), _ = routes.decide(found)
    random.shuffle(found)
    assert routes.decide(found)[0] == [best]


@given(some_routes)
def test_no_other_route_of_the_same_neighbour_that_ties_before_med_has_a_lower_one(found):
    (best,), _ = routes.decide(found)
    rivals = [r for r in found if (r.local_preference, r.path_length, r.origin) ==
              (best.local_preference, best.path_length, best.origin)]  # fmt: skip
    assert not any(r.neighbor == best.neighbor and r.med < best.med for r in rivals)
    assert best.local_preference == max(r.local_preference for r in found)


@given(some_routes)
def test_multipath_takes_the_best_route_and_its_equals_up_to_the_next_hop(found):
    (best,), _ = routes.decide(found)
    ways, _ = routes.decide(found, multipath=True, relax=True)
    same, _ = routes.decide(found, multipath=True)
    assert best in ways and {r.interior_cost for r in ways} == {best.interior_cost}
    assert best in same and same == [r for r in ways if r.neighbor == best.neighbor]


def test_the_meds_of_different_neighbours_are_not_compared_unless_told():
    found = [Route("left", 1, med=500, router=1), Route("right", 2, med=0, router=2)]
    assert routes.decide(found)[0][0].name == "left"
    assert routes.decide(found, compare_always=True)[0][0].name == "right"


def test_a_third_route_can_turn_the_choice_between_two():
    """RFC 4271's order is none between pairs: A loses to B alone, and wins when C removes B."""
    a = Route("A", 1, med=0, interior_cost=10, router=1)
    b = Route("B", 2, med=10, interior_cost=5, router=2)
    c = Route("C", 2, med=0, interior_cost=20, router=3)
    assert routes.decide([a, b])[0] == [b]
    assert routes.decide([a, b, c])[0] == [a]


def test_med_comes_after_local_preference_path_and_origin():
    low = Route("low MED", 1, med=0, path_length=3, router=1)
    for other in (Route("x", 1, med=9, path_length=2), Route("x", 1, med=9, path_length=3, local_preference=200)):
        assert routes.decide([low, other])[0] == [other]
    assert routes.decide([dataclasses.replace(low, origin="EGP"), dataclasses.replace(low, med=9)])[0][0].med == 9


def test_different_meds_leave_one_route_of_an_equal_cost_group_and_equal_ones_leave_all():
    group = [Route(str(i), 1, med=40 + i, router=i) for i in range(3)]
    assert len(routes.decide(group, multipath=True)[0]) == 1
    assert len(routes.decide([dataclasses.replace(r, med=40) for r in group], multipath=True)[0]) == 3


@pytest.mark.parametrize("balancers", [2, 3, 6])
@pytest.mark.parametrize("window, delay", [(1, 0.0), (10, 5.0), (120, 20.0)])
def test_a_med_that_says_the_load_sends_everything_to_one_balancer(balancers, window, delay):
    run = routes.swing("MED = load", balancers, 5.0, delay, window, 0.0, seconds=400)
    assert run.most == balancers and run.alone > 0.95 and run.changes > 0
    calm = routes.swing("equal MEDs", balancers, 5.0, delay, window, 0.0, seconds=400)
    assert calm.most == pytest.approx(1.05) and calm.changes == calm.updates == 0


def step_by_step(balancers, period, delay, window, uneven, seconds):
    """The same control loop with lists and a queue of letters instead of a history: who gets everything, each tick."""
    measured = [1 + uneven * (2 * j / (balancers - 1) - 1) for j in range(balancers)]
    said, known, letters, chosen = list(measured), list(measured), [], []
    every, behind = round(period / 0.1), round(delay / 0.1)
    for t in range(seconds * 10):
        for j in range(balancers):
            if t and (t + j * every // balancers) % every == 0:
                said[j] = measured[j]
                letters.append((t + behind, j, said[j]))
        for _due, j, value in [x for x in letters if x[0] == t]:
            known[j] = value
        ways = [j for j in range(balancers) if known[j] == min(known)]
        get = [0.0] * balancers
        for j in ways:
            get[j] = balancers / len(ways)
        if len(ways) == balancers:
            get = [1 + uneven * (2 * j / (balancers - 1) - 1) for j in range(balancers)]
        measured = [m + 0.1 / window * (g - m) for m, g in zip(measured, get, strict=True)]
        chosen.append(get)
    return np.array(chosen)


@pytest.mark.parametrize("period, delay, window", [(5.0, 1.0, 10.0), (2.0, 7.0, 4.0)])
def test_the_figure_gives_each_balancer_what_a_second_simulation_gives(period, delay, window):
    seen = figure.at(policy=1, balancers=4, period=period, delay=delay, window=window, grain=0)
    seconds = len(seen["busiest"])
    expected = step_by_step(4, period, delay, window, figure.inputs["uneven"], seconds)[::10]
    np.testing.assert_array_equal(seen["traffic"].reshape(6, -1)[:4].T, expected)
    assert np.isnan(seen["traffic"].reshape(6, -1)[4:]).all()


@pytest.mark.parametrize("paths", [2, 4, 8])
def test_flows_that_move_when_a_path_goes(paths):
    flows = 200_000
    error = 4 * 0.5 / flows**0.5
    for removed in range(paths):
        assert abs(routes.moved_share(paths, removed, "modulo", flows) - (paths - 1) / paths) < error
        assert abs(routes.moved_share(paths, removed, "resilient", flows) - 1 / paths) < error
        # Equal ranges before and after: what stays is where the two ranges of a path overlap.
        before = [(i / paths, (i + 1) / paths) for i in range(paths) if i != removed]
        after = [(i / (paths - 1), (i + 1) / (paths - 1)) for i in range(paths - 1)]
        stay = sum(max(0, min(b, d) - max(a, c)) for (a, b), (c, d) in zip(before, after, strict=True))
        assert abs(routes.moved_share(paths, removed, "threshold", flows) - (1 - stay)) < error


def test_detection_by_silence_is_half_an_interval_better_on_average_than_at_worst():
    random = np.random.default_rng(3)
    since_last = random.uniform(0, 30, 100_000)
    mean, worst = routes.detection(30, 90)
    assert np.mean(90 - since_last) == pytest.approx(mean, abs=0.15) and worst == 90


def test_grains_that_are_coarser_than_the_unevenness_stop_the_swing():
    swings = [routes.swing("MED = load", grain=g, uneven=0.05).changes for g in (0.0, 0.05, 0.2)]
    assert swings[0] > 10 and swings[1] > 10 and swings[2] == 0


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: routes.decide([]), "routes must hold at least one route, got none"),
        (lambda: routes.decide([Route("a", 1, origin="x")]), "origin must be one of IGP, EGP, INCOMPLETE, got 'x'"),
        (lambda: routes.moved_share(1, 0, "modulo"), "paths must be a whole number from 2 up, got 1"),
        (lambda: routes.moved_share(3, 3, "modulo"), "removed must be a whole number from 0 to 2, got 3"),
        (lambda: routes.moved_share(3, 0, "magic"), "method must be one of modulo, threshold, resilient"),
        (lambda: routes.swing("best"), "policy must be one of equal MEDs, MED = load, got 'best'"),
        (lambda: routes.swing("MED = load", balancers=7), "balancers must be a whole number from 1 to 6, got 7"),
        (lambda: routes.detection(5, 3), "interval must be from 0 to 3.0, got 5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)


def test_all_orders_of_a_group_give_one_answer():
    found = [Route("A", 1, med=0, interior_cost=10, router=1), Route("B", 2, med=10, interior_cost=5, router=2),
             Route("C", 2, med=0, interior_cost=20, router=3)]  # fmt: skip
    assert {routes.decide(list(order))[0][0].name for order in itertools.permutations(found)} == {"A"}
