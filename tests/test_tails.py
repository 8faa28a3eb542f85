"""Tails against SciPy's distributions, order statistics in closed form, the paper's own numbers and Monte Carlo."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from perfbook import tails

SHAPES = sorted(tails.SHAPES)
shapes = st.sampled_from(SHAPES)
ratios = st.floats(1.05, 200)
percents = st.floats(0.1, 99.99)

EXPONENTIAL_P50, EXPONENTIAL_P99 = math.log(2), math.log(100)  # of mean 1: the thin shape's special case


def scipy_law(shape, p50, p99):
    """The same law from SciPy, through the same two points."""
    if shape == "thin":
        power = math.log(math.log(100) / math.log(2)) / math.log(p99 / p50)
        return scipy.stats.weibull_min(power, scale=p50 / math.log(2) ** (1 / power))
    if shape == "lognormal":
        return scipy.stats.lognorm(math.log(p99 / p50) / scipy.stats.norm.ppf(0.99), scale=p50)
    return scipy.stats.fisk(math.log(99) / math.log(p99 / p50), scale=p50)


def test_normal_tail_is_scipys_from_the_middle_to_the_end_of_doubles():
    z = np.linspace(-8, 37, 2001)
    ours = [tails.normal_tail(x) for x in z]
    np.testing.assert_allclose(ours, scipy.stats.norm.sf(z), rtol=1e-12)


def test_normal_tail_quantile_is_scipys():
    p = np.concatenate([10.0 ** np.linspace(-299, -0.01, 800), np.linspace(0.01, 0.99, 99)])
    ours = [tails.normal_tail_quantile(x) for x in p]
    np.testing.assert_allclose(ours, scipy.stats.norm.isf(p), rtol=1e-12, atol=1e-14)
    assert tails.normal_tail_quantile(0.0) == math.inf and tails.normal_tail_quantile(1.0) == -math.inf


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("p99", [12.0, 100.0, 3000.0])
def test_each_shape_is_scipys_law_through_the_same_median_and_p99(shape, p99):
    law = scipy_law(shape, 10.0, p99)
    times = np.geomspace(1.0, 30_000, 61)
    with np.errstate(divide="ignore"):
        expected = law.sf(times)
    np.testing.assert_allclose(tails.slower_than(times, 10.0, p99, shape), expected, rtol=1e-9, atol=1e-15)
    q = np.array([1.0, 50.0, 90.0, 99.0, 99.9, 99.999])
    np.testing.assert_allclose(tails.percentile(q, 10.0, p99, shape), law.isf(1 - q / 100), rtol=1e-9)


@given(shapes, ratios)
def test_every_shape_has_the_median_and_the_p99_that_it_was_given(shape, ratio):
    assert tails.percentile(50, 2.0, 2.0 * ratio, shape) == pytest.approx(2.0)
    assert tails.percentile(99, 2.0, 2.0 * ratio, shape) == pytest.approx(2.0 * ratio)
    assert tails.slower_than(2.0 * ratio, 2.0, 2.0 * ratio, shape) == pytest.approx(0.01)


@given(shapes, ratios, percents)
def test_a_percentile_is_exceeded_by_the_rest(shape, ratio, q):
    t = tails.percentile(q, 1.0, ratio, shape)
    assert tails.slower_than(t, 1.0, ratio, shape) == pytest.approx(1 - q / 100, rel=1e-9)


@given(st.floats(0, 1), st.integers(1, 5000))
def test_at_least_one_slow_is_the_binomials_complement_of_none(p, n):
    assert tails.at_least_one_slow(p, n) == pytest.approx(scipy.stats.binom.sf(0, n, p), rel=1e-9, abs=1e-15)


def test_the_papers_figure_63_percent_at_100_servers_and_almost_one_in_five_at_2000():
    assert round(tails.at_least_one_slow(0.01, 100), 2) == 0.63
    assert round(tails.at_least_one_slow(0.0001, 2000), 2) == 0.18


@given(st.floats(0, 1), st.integers(1, 1000), st.floats(0, 1))
def test_calls_that_are_slow_together_hit_fewer_pages_and_never_fewer_than_one_call_would(p, n, together):
    share = tails.at_least_one_slow(p, n, together)
    assert p - 1e-12 <= share <= tails.at_least_one_slow(p, n) + 1e-12
    assert tails.at_least_one_slow(p, n, 1.0) == pytest.approx(p)


@given(percents, st.integers(1, 3000), st.floats(0, 1))
def test_the_deciding_percentile_undoes_the_fan_out(q, n, together):
    tail = 1 - tails.deciding_percentile(q, n, together) / 100
    root = brentq(lambda p: tails.at_least_one_slow(p, n, together) - (1 - q / 100), 0, 1, xtol=1e-16, rtol=1e-14)
    assert tail == pytest.approx(root, rel=1e-6, abs=1e-14)


def test_the_p99_of_a_page_of_100_calls_is_the_p99_99_of_a_call():
    assert round(tails.deciding_percentile(99, 100), 2) == 99.99


@pytest.mark.parametrize("n", [1, 7, 100])
def test_the_mean_of_the_slowest_of_n_exponential_calls_is_the_harmonic_number(n):
    def page_is_slower(t):
        share = tails.slower_than(t, EXPONENTIAL_P50, EXPONENTIAL_P99, "thin")
        return tails.at_least_one_slow(share, n)

    mean = quad(page_is_slower, 0, 60, limit=200)[0]
    assert mean == pytest.approx(sum(1 / k for k in range(1, n + 1)), rel=1e-7)


def test_ten_times_the_calls_add_log_ten_means_to_an_exponential_page_and_multiply_a_power_laws():
    exponential = tails.percentile(99, EXPONENTIAL_P50, EXPONENTIAL_P99, "thin", calls=np.array([1000, 10_000]))
    assert np.diff(exponential)[0] == pytest.approx(math.log(10), rel=1e-3)
    heavy = tails.percentile(99, 10.0, 100.0, "heavy", calls=np.array([1000, 10_000]))
    assert heavy[1] / heavy[0] == pytest.approx(10 ** (math.log(10) / math.log(99)), rel=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_pages_drawn_by_numpy_exceed_the_computed_percentiles_as_often_as_they_should(shape):
    pages, calls, together = 40_000, 30, 0.25
    random = np.random.default_rng(5)
    law = scipy_law(shape, 10.0, 80.0)
    u = random.random((pages, calls))
    alike = random.random(pages) < together
    u[alike] = u[alike, :1]
    slowest = law.ppf(u.max(axis=1))
    for q in (50, 90, 99):
        expected = 1 - q / 100
        above = np.mean(slowest > tails.percentile(q, 10.0, 80.0, shape, calls, together))
        assert abs(above - expected) < 5 * math.sqrt(expected * (1 - expected) / pages)


@given(st.floats(0, 5), st.floats(0.01, 99.9))
def test_hedged_exponential_calls_have_their_closed_form(delay, q):
    tail = 1 - q / 100
    expected = -math.log(tail) if -math.log(tail) <= delay else (delay - math.log(tail)) / 2
    found = tails.hedged_percentile(q, delay, EXPONENTIAL_P50, EXPONENTIAL_P99, "thin")
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(shapes, ratios, st.floats(0, 50), st.floats(0, 1), percents)
def test_a_hedge_never_slows_a_request_on_idle_servers_and_never_beats_two_copies_at_once(shape, ratio, delay, same, q):
    hedged = tails.hedged_percentile(q, delay, 1.0, ratio, shape, same)
    assert hedged <= tails.percentile(q, 1.0, ratio, shape) * (1 + 1e-9)
    assert hedged >= tails.hedged_percentile(q, 0.0, 1.0, ratio, shape, 0.0) * (1 - 1e-9)
    back = tails.hedged_slower_than(hedged, delay, 1.0, ratio, shape, same)
    assert back == pytest.approx(1 - q / 100, rel=1e-6)


def test_a_second_copy_that_is_as_slow_as_the_first_helps_nobody():
    q = [50, 99, 99.9]
    assert np.allclose(tails.hedged_percentile(q, 20.0, 10.0, 100.0, same=1.0), tails.percentile(q, 10.0, 100.0))


def test_hedging_at_the_95th_percentile_sends_five_percent_more():
    delay = tails.percentile(95, 10.0, 100.0)
    assert tails.slower_than(delay, 10.0, 100.0) == pytest.approx(0.05)


def test_hedged_lognormal_calls_drawn_by_numpy_exceed_the_computed_percentiles_as_often_as_they_should():
    count, delay, same = 200_000, 40.0, 0.3
    random = np.random.default_rng(6)
    law = scipy_law("lognormal", 10.0, 100.0)
    first, second = law.rvs(count, random_state=random), law.rvs(count, random_state=random)
    second = np.where(random.random(count) < same, first, second)
    drawn = np.minimum(first, delay + second)
    for q in (50, 90, 99, 99.9):
        expected = 1 - q / 100
        above = np.mean(drawn > tails.hedged_percentile(q, delay, 10.0, 100.0, same=same))
        assert abs(above - expected) < 5 * math.sqrt(expected * (1 - expected) / count)


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.integers(-3, 3).map(float)), min_size=1, max_size=60), st.data())
def test_select_gives_what_sorting_gives_and_keeps_every_value(values, data):
    first = data.draw(st.integers(0, len(values) - 1))
    last = data.draw(st.integers(first, len(values) - 1))
    rank = data.draw(st.integers(first, last))
    array = np.array(values)
    found = tails.select(array, first, last, rank)
    assert found == sorted(values[first : last + 1])[rank - first]
    assert sorted(array) == sorted(values)
    assert np.all(array[first:rank] <= found) and np.all(array[rank : last + 1] >= found)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.sampled_from([0, 1, 25, 50, 90, 95, 99, 99.9, 100]))
def test_nearest_rank_is_numpys_inverted_cdf(values, q):
    assert tails.nearest_rank(values, q) == np.percentile(values, q, method="inverted_cdf")


def test_the_figures_kernel_says_what_the_functions_say():
    fan = np.array([1.0, 30.0, 2000.0])
    outputs = [np.zeros(3) for _ in range(5)]
    now = np.zeros(9)
    tails.fanout_curve(100, 80.0, tails.HEAVY, 0.2, 10.0, fan, *outputs, now)
    calls = fan.astype(int)
    for share, slow in zip((0.01, 0.001, 0.0001), outputs, strict=False):
        np.testing.assert_allclose(slow, tails.at_least_one_slow(share, calls, 0.2))
    np.testing.assert_allclose(outputs[3], tails.percentile(50, 10.0, 80.0, "heavy", calls, 0.2))
    np.testing.assert_allclose(outputs[4], tails.percentile(99, 10.0, 80.0, "heavy", calls, 0.2))
    assert now[4] * 1000 == pytest.approx(tails.percentile(99, 10.0, 80.0, "heavy", 100, 0.2))
    assert now[6] == pytest.approx(100 / (100 - tails.deciding_percentile(99, 100, 0.2)))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: tails.at_least_one_slow(1.2, 3), "share must be from 0 to 1, got 1.2"),
        (lambda: tails.at_least_one_slow(0.1, 2.5), "calls must be a whole number from 1 up, got 2.5"),
        (lambda: tails.deciding_percentile(100, 3), "page_percentile must be from 0 up to 100"),
        (lambda: tails.percentile(100, 1, 2), "q must be from 0 up to 100"),
        (lambda: tails.percentile(99, 2, 1), "p50 must be above 0 and below p99, got p50 = 2 and p99 = 1"),
        (lambda: tails.percentile(99, 1, 2, "pareto"), "shape must be one of thin, lognormal, heavy, got 'pareto'"),
        (lambda: tails.hedged_percentile(99, -1, 1, 2), "delay must not be negative, got -1"),
        (lambda: tails.hedged_percentile(0, 1, 1, 2), "q must be above 0 and below 100, got 0"),
        (lambda: tails.nearest_rank([], 50), "values must be a row of at least one number"),
        (lambda: tails.nearest_rank([1], 101), "q must be from 0 to 100, got 101"),
        (lambda: tails.nearest_rank([1, 2, 3, 4, 5], 0.99), "q is in percent: it must be 0 or from 1 to 100, got 0.99"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
