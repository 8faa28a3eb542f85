"""Little's law: numbers, windows on paths, and the path itself, each against something independent."""

import math

import numpy as np
import pytest
import scipy.stats
import simpy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from perfbook import little
from perfbook.rng import new_state
from perfbook.units import per_second, seconds

# The same examples on every run; the first one waits for numba.
times = st.floats(0, 100)
paths = st.lists(st.tuples(times, st.floats(0, 50)), min_size=1, max_size=12)
windows = st.tuples(times, st.floats(0.01, 100))


def brute_area(arrivals, departures, start, end):
    """The area under the number present, by sorting the events and counting: no formula of the module's."""
    moments = np.unique(np.clip(np.r_[arrivals, departures, start, end], start, end))
    middles = (moments[1:] + moments[:-1]) / 2
    present = [np.sum((arrivals <= t) & (departures > t)) for t in middles]
    return float(np.dot(present, np.diff(moments)))


# Numbers


def test_800_000_a_minute_at_187_ms_is_2493_in_flight():
    rate = per_second(800_000, "min")
    assert little.in_flight(rate, seconds(187, "ms")) == pytest.approx(2493 + 1 / 3)
    assert little.in_flight(rate, 8.2) == pytest.approx(109_333 + 1 / 3)


@given(st.floats(1e-3, 1e6), st.floats(1e-6, 1e3))
def test_each_of_the_three_follows_from_the_other_two(rate, time):
    number = little.in_flight(rate, time)
    assert little.time_in_system(number, rate) == pytest.approx(time)
    assert little.throughput(number, time) == pytest.approx(rate)


def test_functions_broadcast():
    assert little.in_flight([[1.0], [2.0]], [1.0, 2.0, 3.0]).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: little.in_flight(-1, 1), "arrival_rate must not be negative, got -1"),
        (lambda: little.time_in_system(3, 0), "arrival_rate must be above 0, got 0"),
        (lambda: little.throughput(3, 0), "time_in_system must be above 0, got 0"),
        (lambda: little.window([0.0], [1.0, 2.0], 0, 1), "rows of one length"),
        (lambda: little.window([1.0], [0.5], 0, 2), "departures must not precede arrivals, got 0.5 after 1.0"),
        (lambda: little.window([1.0], [np.inf], 0, 2), "wait for the last departure"),
        (lambda: little.window([1.0], [2.0], 3, 3), "start must be before end, got 3 and 3"),
        (lambda: little.measure([1.0], [2.0], 0, 3, batches=1), "batches must be a whole number from 2 up, got 1"),
        (lambda: little.path(0, 10), "arrival_rate must be above 0"),
        (lambda: little.path(0.5, 0), "customers must be a whole number from 1 up, got 0"),
        (lambda: little.path(0.5, 10, variability=-1), "variability must not be negative"),
    ],
)
def test_what_is_no_rate_time_or_path_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Windows


@given(paths, windows)
def test_little_holds_in_any_window_of_any_path_with_the_edge_terms(customers, when):
    arrivals, stays = np.array(customers).T
    start, length = when
    seen = little.window(arrivals, arrivals + stays, start, start + length)
    scale = 1 + seen.product + seen.carried_in + seen.carried_out
    assert abs(seen.L - (seen.product + seen.carried_in - seen.carried_out)) <= 1e-9 * scale


@given(paths, windows)
def test_l_is_the_mean_number_present(customers, when):
    arrivals, stays = np.array(customers).T
    departures, (start, length) = arrivals + stays, when
    seen = little.window(arrivals, departures, start, start + length)
    assert seen.L * length == pytest.approx(brute_area(arrivals, departures, start, start + length), abs=1e-6)


@given(paths, windows)
def test_arrivals_less_departures_is_what_the_number_present_changed_by(customers, when):
    arrivals, stays = np.array(customers).T
    seen = little.window(arrivals, arrivals + stays, when[0], when[0] + when[1])
    assert seen.arrived - seen.departed == seen.present_at_end - seen.present_at_start


@given(paths)
def test_little_is_exact_on_any_path_that_starts_and_ends_empty(customers):
    arrivals, stays = np.array(customers).T
    departures = arrivals + stays
    seen = little.window(arrivals, departures, arrivals.min() - 1, departures.max() + 1)
    assert seen.carried_in == seen.carried_out == 0
    assert math.isclose(seen.L, seen.rate * seen.W, abs_tol=1e-9)
    assert math.isclose(seen.W, stays.mean(), abs_tol=1e-9)


def test_ends_in_the_wrong_order_are_exchanged_and_a_window_of_no_length_shows_nothing():
    arrivals, departures = np.array([1.0, 2.0]), np.array([4.0, 3.0])
    forth, back, none = np.empty(10), np.empty(10), np.empty(10)
    little.path_window(arrivals, departures, 2, 0.5, 2.5, forth)
    little.path_window(arrivals, departures, 2, 2.5, 0.5, back)
    little.path_window(arrivals, departures, 2, 2.5, 2.5, none)
    assert np.array_equal(forth, back)
    assert none[little.W] == math.inf
    assert not none[[little.L, little.RATE, little.PRODUCT, little.CARRIED_IN, little.CARRIED_OUT]].any()


def test_edge_terms_die_away_with_the_window_below_saturation_and_not_above():
    def edges(rate):
        arrivals, departures = little.path(rate, 60_000, seed=3)
        spans = [500.0, 45_000.0]
        return [abs(w.carried_in - w.carried_out) for w in (little.window(arrivals, departures, 0, s) for s in spans)]

    assert edges(0.7)[1] < 0.01
    short, long = edges(1.2)
    assert long > 10 * short


def test_finished_per_second_times_their_mean_time_lags_behind_a_load_that_doubles():
    arrivals = np.r_[np.arange(-60, 0, 0.1), np.arange(0, 20, 0.05)]
    departures = arrivals + 8.0
    finished = np.sum((departures > 2) & (departures <= 3))
    assert finished * 8.0 == pytest.approx(80, rel=0.02)
    in_flight = little.window(arrivals, departures, 2, 3).L
    assert in_flight == pytest.approx(80 + 10 * 2.5, rel=0.02)


# Paths


@pytest.mark.parametrize("variability", [0.0, 0.3, 1.0, 4.0])
def test_service_times_have_mean_1_and_the_variability_asked_for(variability):
    state = new_state(8)
    drawn = np.array([little.path_service(variability, state) for _ in range(60_000)])
    fourth = np.mean((drawn - 1) ** 4)
    assert drawn.min() >= 0
    assert abs(drawn.mean() - 1) <= 5 * math.sqrt(variability / len(drawn)) + 1e-12
    assert abs(drawn.var() - variability) <= 5 * math.sqrt(fourth / len(drawn)) + 1e-12


@pytest.mark.parametrize("variability", [0.0, 1.0, 3.0])
def test_departures_are_those_of_a_simpy_server_given_the_same_arrivals_and_services(variability):
    arrivals, departures = little.path(0.8, 400, variability, seed=5)
    services = departures - np.maximum(arrivals, np.r_[0, departures[:-1]])
    finished = np.empty(400)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)

    def customer(number):
        yield env.timeout(arrivals[number])
        with server.request() as turn:
            yield turn
            yield env.timeout(services[number])
        finished[number] = env.now

    for number in range(400):
        env.process(customer(number))
    env.run()
    assert np.all(services > 0)
    assert finished == pytest.approx(departures)


def test_arrivals_are_poisson():
    arrivals, _ = little.path(0.5, 20_000, seed=2)
    assert scipy.stats.kstest(np.diff(arrivals), "expon", args=(0, 2)).pvalue > 0.001


@pytest.mark.parametrize("variability", [0.0, 1.0, 3.0])
def test_mean_time_in_system_is_pollaczek_and_khinchines(variability):
    rho = 0.6
    arrivals, departures = little.path(rho, 200_000, variability, seed=11)
    measured = little.measure(arrivals, departures, 1000, arrivals[-1] * 0.99, batches=30, confidence=0.9999)
    expected = 1 + rho * (1 + variability) / (2 * (1 - rho))
    assert measured["W"].covers(expected)
    assert measured["rate"].covers(rho)
    assert measured["L"].covers(rho * expected)
    assert measured["gap"].covers(0)


def test_a_measured_gap_is_not_covered_when_customers_are_left_out_of_w():
    arrivals, departures = little.path(0.6, 50_000, seed=11)
    quick = departures - arrivals < 3
    start, end = 100.0, arrivals[-1] * 0.99
    kept = little.measure(arrivals[quick], departures[quick], start, end)
    whole = little.measure(arrivals, departures, start, end)
    assert not whole["L"].covers(kept["product"].value)


def test_a_seed_is_a_path_and_a_rate_stretches_its_arrivals():
    slow, quick = little.path(0.25, 50, seed=9)[0], little.path(0.5, 50, seed=9)[0]
    assert slow == pytest.approx(2 * quick)
    assert not np.array_equal(quick, little.path(0.5, 50, seed=10)[0])


# Pictures


def pictured(rate=0.8, variability=1.0, seed=1, start=10.0, end=50.0, closing=60.0, horizon=80.0, customers=128):
    points = 4 * customers + 2
    names = ["time", "arrived", "departed", "inside", "own_low", "own_high", "old_low", "old_high", "after", "late_low"]
    lines = {name: np.zeros(points) for name in [*names, "late_high"]}
    terms, scratch = np.zeros(10), [np.zeros(customers), np.zeros(customers), np.zeros(4, int), np.zeros(4, int)]
    little.sample_path(rate, variability, seed, start, end, closing, horizon, *lines.values(), terms, *scratch)
    return lines, terms


def area(x, low, high):
    return float(np.dot(np.diff(x), (high - low)[1:] + (high - low)[:-1]) / 2)


@settings(max_examples=40)
@given(st.floats(0.1, 1.2), st.floats(0, 4), st.integers(1, 10**6), st.floats(0, 60), st.floats(0, 80))
def test_the_shaded_areas_are_the_terms_of_the_law(rate, variability, seed, start, end):
    lines, terms = pictured(rate, variability, seed, start, end)
    length = abs(end - start)
    assume(length > 0)
    own = area(lines["inside"], lines["own_low"], lines["own_high"])
    old = area(lines["inside"], lines["old_low"], lines["old_high"])
    late = area(lines["after"], lines["late_low"], lines["late_high"])
    assert own + old == pytest.approx(length * terms[little.L], abs=1e-6)
    assert late == pytest.approx(length * terms[little.CARRIED_OUT], abs=1e-6)
    assert own + old + late == pytest.approx(length * (terms[little.PRODUCT] + terms[little.CARRIED_IN]), abs=1e-6)


def test_the_lines_count_arrivals_and_departures():
    lines, _ = pictured()
    steps = {name: lines[name] for name in ("time", "arrived", "departed")}
    assert all(np.all(np.diff(line) >= 0) for line in steps.values())
    assert np.all(steps["departed"] <= steps["arrived"])
    assert np.all(np.diff(steps["arrived"]) + np.diff(steps["departed"]) <= 1)
    assert steps["arrived"][-1] == steps["departed"][-1] > 30


def test_a_path_without_arrivals_is_flat_and_finite():
    lines, terms = pictured(rate=0.0)
    assert not lines["arrived"].any()
    assert terms[little.W] == math.inf
    assert np.isfinite(np.concatenate(list(lines.values()))).all()


# The pool


def pool(rate, hold_ms, size, holds_ms=(0.0, 100.0, 500.0)):
    holds = np.array(holds_ms)
    wanted, low, high, over = (np.zeros_like(holds) for _ in range(4))
    now = np.zeros(7)
    little.little_pool(rate, hold_ms, size, holds, wanted, low, high, over, now)
    assert np.array_equal(over, np.maximum(wanted, size))
    return wanted, low, high, now


@given(st.floats(0, 500), st.floats(0, 1000), st.integers(1, 200))
def test_what_is_inside_the_pool_obeys_little_and_nothing_gets_lost(rate, hold_ms, size):
    _, _, _, (wanted, used, served, growth, state, _, share) = pool(rate, hold_ms, size)
    assert used == pytest.approx(served * hold_ms / 1000)
    assert used <= size + 1e-9
    assert served + growth == pytest.approx(rate)
    assert share == pytest.approx(used / size)
    assert (state == 2) == (wanted >= size)


def test_a_pool_of_50_is_full_at_476_ms_for_105_requests_a_second():
    full_at = pool(105.0, 187.0, 50)[3][5]
    assert full_at == pytest.approx(1000 * 50 / 105)
    assert pool(105.0, full_at, 50)[3][0] == pytest.approx(50)
    assert pool(0.0, 187.0, 50)[3][5] == math.inf


def test_an_unlimited_pools_number_in_use_is_poisson_whatever_the_holding_times():
    random = np.random.default_rng(6)
    rate, mean = 200.0, 0.1
    starts = np.cumsum(random.exponential(1 / rate, 100_000))
    ends = np.sort(starts + random.lognormal(math.log(mean) - 0.5, 1.0, len(starts)))
    looks = np.linspace(50, 450, 2000)
    used = np.searchsorted(starts, looks) - np.searchsorted(ends, looks)
    _, low, high, _ = pool(rate, 1000 * mean, 30, holds_ms=[1000 * mean])
    inside = np.mean((low[0] <= used) & (used <= high[0]))
    exact = scipy.stats.poisson.cdf(math.floor(high[0]), 20) - scipy.stats.poisson.cdf(math.ceil(low[0]) - 1, 20)
    assert used.mean() == pytest.approx(20, rel=0.03)
    assert used.var() == pytest.approx(20, rel=0.15)
    assert inside == pytest.approx(exact, abs=0.03)
    assert 0.94 < exact < 0.97
