"""The evening peak: formulas against requests drawn one by one, against sums over all titles, and conservation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import crowd, warming
from perfbook.figures.stories.evening import warming as figure

SMALL = dict(regions=8, edges=80, titles=500, span=480.0, devices=60_000)
IDLE = 1e9  # answers a second: an origin without a queue
POLICIES = [
    dict(policy="none"),
    dict(policy="predictive", region_titles=60, edge_titles=20),
    dict(policy="predictive", region_titles=60),
]


def drawn(count=30, **given):
    return [crowd.simulate(**SMALL | given, seed=seed) for seed in range(count)]


def assert_mean(values, expected, slack=0.0):
    """Within four standard errors of the mean over runs, and what the formula leaves out."""
    values = np.asarray(values, dtype=float)
    assert abs(values.mean() - expected) < 4 * values.std(ddof=1) / math.sqrt(len(values)) + slack


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("coalesce", [True, False])
def test_without_a_queue_the_formulas_are_the_mean_of_what_is_drawn(policy, coalesce):
    given = dict(policy, coalesce=coalesce, capacity=IDLE, fetch=4.0)
    runs, mean = drawn(**given, limit=1000.0), warming.evening(**SMALL | given, limit=1000.0)
    # The slack is the error of steps of 2.5 s where an answer takes 4 s: two requests in thousands.
    assert_mean([run.asked for run in runs], mean.asked, slack=0.0 if coalesce else 0.002 * mean.asked)
    assert_mean([run.asked + run.joined for run in runs], mean.waited, slack=0.002 * mean.waited)
    assert_mean([run.left_edge for run in runs], mean.left_edge)
    assert all(run.pushed == mean.pushed for run in runs)


def test_the_forecasts_error_reaches_the_origin_as_the_formula_says():
    """One evening's list varies, with 500 titles by much; the mean over evenings does not."""
    given = dict(policy="predictive", region_titles=150, error=1.5, capacity=IDLE, limit=1000.0)
    assert_mean([run.asked for run in drawn(60, **given)], warming.evening(**SMALL | given).asked, slack=5.0)


def test_reactive_pushes_what_nobody_needs_any_more():
    """The formula takes the counts of the first minute for exact; drawn counts push a little more in vain."""
    given = dict(policy="reactive", region_titles=200, capacity=IDLE, limit=100.0)
    runs, mean = drawn(**given), warming.evening(**SMALL | given)
    assert np.mean([run.asked for run in runs]) == pytest.approx(mean.asked, rel=0.02)
    assert np.mean([run.pushed for run in runs]) == pytest.approx(mean.pushed, rel=0.1)
    assert mean.pushed < 0.35 * 200 * SMALL["regions"]  # the rest was there already


@pytest.mark.parametrize("coalesce, capacity", [(True, 8.0), (True, 5.0), (False, 8.0), (False, 5.0)])
def test_an_overloaded_origin_is_the_fluid_that_the_formulas_take_it_for(coalesce, capacity):
    runs = drawn(20, coalesce=coalesce, capacity=capacity)
    mean = warming.evening(**SMALL, coalesce=coalesce, capacity=capacity, policy="none")
    assert np.mean([run.asked for run in runs]) == pytest.approx(mean.asked, rel=0.03)
    assert np.mean([run.longest for run in runs]) == pytest.approx(mean.longest, rel=0.05)
    assert np.mean([run.asked + run.joined for run in runs]) == pytest.approx(mean.waited, rel=0.03)


@settings(max_examples=30)
@given(
    st.sampled_from(list(warming.POLICIES)), st.booleans(), st.integers(0, 100), st.floats(1, 1e4), st.floats(0.1, 9),
    st.integers(0, 1000),
)  # fmt: skip
def test_every_request_meets_one_fate(policy, coalesce, titles, capacity, fetch, seed):
    run = crowd.simulate(
        policy, titles, titles // 2, coalesce=coalesce, capacity=capacity, fetch=fetch, seed=seed, titles=200,
        devices=3000, edges=20, regions=4, error=1.0,
    )  # fmt: skip
    assert run.requests == run.at_edge + run.at_region + run.joined + run.asked
    assert run.left_edge <= run.requests and run.left_edge >= run.at_region
    assert coalesce or run.joined == 0
    assert not coalesce or run.asked <= 4 * 200


def every_title(regions, alpha, titles, devices, pushed=0):
    """First requests of a region for each title, title by title."""
    demand = np.arange(1.0, titles + 1) ** -alpha
    demand /= demand.sum()
    return float(np.sum(regions * -np.expm1(-devices * demand[pushed:] / regions)))


@pytest.mark.parametrize("regions", [1, 12, 200, 3000])
@pytest.mark.parametrize("pushed", [0, 10, 3000])
def test_a_coalescing_region_asks_once_for_each_title_that_anybody_there_wants(regions, pushed):
    given = dict(policy="predictive", region_titles=pushed, limit=1e6, capacity=1e7, regions=regions)
    expected = every_title(regions, 1.0, 10_000, warming.DEVICES, pushed)
    assert warming.evening(**given).asked == pytest.approx(expected, rel=1e-4)


def test_one_title_is_missing_until_somebody_asks():
    """1 - e^-Λ: with one title, one region and one edge, the origin is asked so often on average."""
    lone = warming.evening(titles=1, regions=1, edges=1, devices=0.7, capacity=IDLE, fetch=0.01)
    assert lone.asked == pytest.approx(1 - math.exp(-0.7), rel=1e-9)
    assert lone.left_edge == pytest.approx(1 - math.exp(-0.7), rel=1e-9)


def test_more_edges_do_not_change_what_the_origin_is_asked_and_more_regions_raise_it():
    given = dict(capacity=IDLE)
    base = warming.evening(**given).asked
    assert warming.evening(edges=28_000, **given).asked == pytest.approx(base, rel=1e-12)
    asked = [warming.evening(regions=n, **given).asked for n in (12, 200, 800)]
    assert asked == sorted(asked)
    assert asked[0] == pytest.approx(12 * 10_000, rel=1e-4)  # every shield asks once for every title


def test_the_crowd_comes_at_the_episodes_mean_rate_and_all_of_it():
    moments = np.linspace(0, 480, 481)
    come = np.array([warming.come_by(47e6, 480.0, t) for t in moments])
    assert come[0] == 0 and come[-1] == 47e6 and np.all(np.diff(come) > 0)
    assert (come[-1] - come[0]) / 480 == pytest.approx(97_917, rel=1e-5)
    assert np.max(np.diff(come)) == pytest.approx(2 * 97_917, rel=0.01)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_drawn_crowd_comes_when_the_formula_says(share):
    assert warming.come_by(1.0, 480.0, crowd.arrival(share, 480.0)) == pytest.approx(share)


def test_pushing_takes_its_time_and_stops_at_the_peak():
    evening = warming.evening("predictive", 10_000, limit=1000.0, lead=60.0, capacity=IDLE)
    assert evening.in_time == 1000 * 60 // 200 and evening.pushed == evening.in_time * 200


@pytest.mark.parametrize("policy", range(3))
@pytest.mark.parametrize("coalesce", range(2))
def test_the_figure_says_what_evening_says(policy, coalesce):
    moved = dict(
        policy=policy, coalesce=coalesce, region_titles=2000, edge_titles=100, error=1.0, capacity=5000, minutes=6
    )
    out, given = figure.at(**moved), dict(coalesce=bool(coalesce), capacity=5000, span=360.0)
    names = list(warming.POLICIES)
    for now, seen in (
        (out["cold_now"], warming.evening("none", **given)),
        (out["now"], warming.evening(names[policy], 2000, 100, error=1.0, **given)),
    ):
        assert now[[1, 0, 2, 3]] == pytest.approx([seen.asked, seen.most, seen.pushed, seen.copies])
        assert [now[9], now[5]] == pytest.approx([seen.waited, seen.longest])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(policy="hope"), "policy must be one of none, reactive, predictive, got 'hope'"),
        (dict(region_titles=5, edge_titles=6), "edge_titles must be a whole number from 0 to 5, got 6"),
        (dict(capacity=0), "capacity must be above 0, got 0"),
        (dict(lead=700), "lead must be from 0 to 600, got 700"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as told:
        warming.evening(**wrong)
    assert message in str(told.value)
