"""The simulator against closed forms, a plain reference, simpy and ciw. Seeds are fixed: a bound met once is met always.

Bounds are 4.5 standard errors, from 20 or more stretches of the run, unless a test says otherwise.
"""

import heapq
import math
import random

import ciw
import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from perfbook import queues, rng, simulate, variability

ERRORS = 4.5


def off(values, exact):
    """How many standard errors the mean of a run is from ``exact``, by means of 25 stretches."""
    means = np.asarray(values)[: len(values) // 25 * 25].reshape(25, -1).mean(axis=1)
    return abs(means.mean() - exact) / (means.std(ddof=1) / 5)


def apart(one, other):
    """How many standard errors two runs' means are apart."""
    errors = [np.asarray(v)[: len(v) // 25 * 25].reshape(25, -1).mean(axis=1).std(ddof=1) / 5 for v in (one, other)]
    return abs(np.mean(one) - np.mean(other)) / math.hypot(*errors)


def law_moments(law):
    """Mean and c² of a law, from what its numbers mean."""
    kind = int(law[0])
    if kind == simulate.CONSTANT:
        return law[1], 0.0
    if kind == simulate.EXPONENTIAL:
        return law[1], 1.0
    if kind == simulate.TWO_EXPONENTIALS:
        chances, stages, scales = [law[3], 1 - law[3]], [1, 1], [law[1], law[2]]
    else:
        k = kind - simulate.STAGES
        chances, stages, scales = [law[3], 1 - law[3]], [k - 1, k], [law[1], law[1]]
    first = sum(p * n * s for p, n, s in zip(chances, stages, scales, strict=True))
    second = sum(p * n * (n + 1) * s * s for p, n, s in zip(chances, stages, scales, strict=True))
    return first, second / first**2 - 1


@given(st.floats(0.01, 100), st.one_of(st.just(0.0), st.just(1.0), st.floats(simulate.LEAST_VARIABILITY, 64)))
def test_a_law_has_the_mean_and_the_variability_that_were_asked_for(mean, square):
    law = simulate.law(mean, square)
    assert 0 <= law[3] <= 1
    assert law_moments(law) == (pytest.approx(mean, rel=1e-9), pytest.approx(square, rel=1e-6, abs=1e-12))


@pytest.mark.parametrize("square", [0, 0.01, 0.3, 0.5, 1, 4, 16])
def test_draws_have_the_moments_of_their_law(square):
    law, state = simulate.law(3.0, square), rng.new_state(8)
    drawn = np.array([simulate.draw_from(state, law) for _ in range(50_000)])
    spread = math.sqrt(square / drawn.size)
    assert abs(drawn.mean() / 3 - 1) <= ERRORS * spread
    assert drawn.var() / 9 == pytest.approx(square, rel=0.1, abs=1e-12)


def reference(arrival_rate, service_rate, servers, customers, seed):
    """The same queue with the same random numbers, by a heap of free times from the standard library."""
    state = rng.new_state(seed)
    free, clock, waits = [0.0] * servers, 0.0, []
    for _ in range(customers):
        clock += rng.exponential(state) / arrival_rate
        needed = rng.exponential(state) / service_rate
        start = max(clock, heapq.heappop(free))
        heapq.heappush(free, start + needed)
        waits.append(start - clock)
    return np.array(waits)


@pytest.mark.parametrize("servers", [1, 2, 7, 8, 9, 10, 33, 100, 200])
def test_each_wait_is_that_of_a_plain_heap_whatever_the_number_of_servers(servers):
    run = simulate.mmc(0.97 * servers, 1, servers, 3_000, seed=servers)
    np.testing.assert_array_equal(run.wait, reference(0.97 * servers, 1, servers, 3_000, servers))


@pytest.mark.parametrize("servers, rho", [(1, 0.5), (1, 0.9), (2, 0.8), (8, 0.9), (9, 0.9), (40, 0.9), (100, 0.96)])
def test_simulated_means_and_percentiles_are_the_exact_ones(servers, rho):
    rates = rho * servers * 20, 20, servers
    run = simulate.mmc(*rates, 400_000, seed=11, warm_up=40_000)
    exact = queues.mmc(*rates)
    assert off(run.wait, exact.wait) < ERRORS
    assert off(run.response, exact.response) < ERRORS
    assert off(run.wait > 1e-12, exact.delayed) < ERRORS
    for share in (0.5, 0.9, 0.99):
        assert off(run.response > queues.response_percentile(*rates, share), 1 - share) < ERRORS
        assert off(run.wait > queues.wait_percentile(*rates, share) + 1e-12, min(1 - share, exact.delayed)) < ERRORS


@pytest.mark.parametrize("square", [0, 0.2, 0.5, 1, 3, 9])
def test_simulated_waits_follow_pollaczek_and_khinchine(square):
    run = simulate.ggc(0.7, 1, 1, 1, square, 600_000, seed=21, warm_up=20_000)
    assert off(run.wait, variability.mg1(0.7, 1, square).wait) < ERRORS
    assert off(run.wait > 1e-12, 0.7) < ERRORS


def test_simulated_waits_for_constant_service_have_the_exact_percentiles():
    run = simulate.ggc(0.8, 1, 1, 1, 0, 600_000, seed=22, warm_up=20_000)
    for share in (0.3, 0.5, 0.9, 0.99):
        assert off(run.wait > variability.md1_wait_percentile(0.8, 1, share), 1 - share) < ERRORS


def two_exponentials_wait_tail(rho, square, time):
    """P(wait > time) for service from two exponentials: the transform's two poles, by the quadratic formula."""
    first = 0.5 * (1 + math.sqrt((square - 1) / (square + 1)))
    rates = 2 * first, 2 * (1 - first)
    # Poles of (1 − ρ)s / (s − λ + λ B(s)) besides 0: s² + s(r1 + r2 − λ) + r1 r2 (1 − ρ) = 0.
    middle, last = sum(rates) - rho, rates[0] * rates[1] * (1 - rho)
    root = math.sqrt(middle**2 - 4 * last)
    tail = 0.0
    for pole in ((-middle + root) / 2, (-middle - root) / 2):
        other = -middle - pole
        weight = (1 - rho) * (rates[0] + pole) * (rates[1] + pole) / (pole * (pole - other))
        tail -= weight * math.exp(pole * time)
    return tail


@pytest.mark.parametrize("square", [2, 9])
def test_simulated_waits_for_two_kinds_of_service_have_the_exact_distribution(square):
    # P(wait > 0) must be ρ, which checks the reference itself.
    assert two_exponentials_wait_tail(0.6, square, 0) == pytest.approx(0.6)
    run = simulate.ggc(0.6, 1, 1, 1, square, 800_000, seed=23, warm_up=20_000)
    for time in (0.5, 2.0, 8.0, 20.0):
        assert off(run.wait > time, two_exponentials_wait_tail(0.6, square, time)) < ERRORS


def with_simpy(arrivals, service, servers, customers):
    """Waits in a queue process by process; ``arrivals`` and ``service`` draw times."""
    environment = simpy.Environment()
    desk, waits = simpy.Resource(environment, servers), []

    def customer():
        arrived = environment.now
        with desk.request() as place:
            yield place
            waits.append(environment.now - arrived)
            yield environment.timeout(service())

    def source():
        for _ in range(customers):
            yield environment.timeout(arrivals())
            environment.process(customer())

    environment.process(source())
    environment.run()
    return np.array(waits)


def test_an_m_m_3_queue_agrees_with_simpy():
    chance = random.Random(31)
    peer = with_simpy(lambda: chance.expovariate(2.4), lambda: chance.expovariate(1.0), 3, 40_000)
    run = simulate.mmc(2.4, 1, 3, 400_000, seed=31)
    assert apart(run.wait, peer) < ERRORS
    assert np.quantile(peer, 0.95) == pytest.approx(run.wait_percentile(0.95), rel=0.1)


def test_a_queue_with_regular_arrivals_and_irregular_service_agrees_with_simpy():
    # Arrivals Erlang of 4 stages (c² = 1/4), service of two exponentials with balanced means and c² = 4, 5 servers.
    chance = random.Random(32)
    first = 0.5 * (1 + math.sqrt(3 / 5))

    def service():
        return chance.expovariate(2 * (first if chance.random() < first else 1 - first))

    peer = with_simpy(lambda: chance.gammavariate(4, 1 / (4 * 4.25)), service, 5, 60_000)
    run = simulate.ggc(4.25, 1, 5, 0.25, 4, 600_000, seed=32)
    assert apart(run.wait, peer) < ERRORS
    assert apart(run.wait > 3, peer > 3) < ERRORS


def test_a_queue_with_irregular_arrivals_and_constant_service_agrees_with_ciw():
    ciw.seed(33)
    first = 0.5 * (1 + math.sqrt(3 / 5))
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.HyperExponential([2 * 2.1 * first, 2 * 2.1 * (1 - first)], [first, 1 - first])
        ],
        service_distributions=[ciw.dists.Deterministic(1.0)],
        number_of_servers=[3],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(15_000)
    peer = np.array([r.waiting_time for r in sorted(simulation.get_all_records(), key=lambda r: r.arrival_date)])
    run = simulate.ggc(2.1, 1, 3, 4, 0, 400_000, seed=33)
    assert apart(run.wait, peer) < ERRORS


def test_an_m_m_2_queue_agrees_with_ciw():
    ciw.seed(34)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.4)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[2],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(15_000)
    peer = [r.waiting_time for r in sorted(simulation.get_all_records(), key=lambda r: r.arrival_date)]
    run = simulate.mmc(1.4, 1, 2, 400_000, seed=34)
    assert apart(run.wait, peer) < ERRORS


@pytest.mark.parametrize("servers, load", [(1, 0.6), (5, 4.0), (5, 0.02), (30, 25.0)])
def test_a_steady_start_has_the_steady_states_numbers(servers, load):
    delay, state, free = queues.erlang_c(servers, load), rng.new_state(41), np.zeros(servers)
    weights = [1.0]
    for k in range(1, 200):
        weights.append(weights[-1] * load / min(k, servers))
    exact = np.array(weights) / (sum(weights) + weights[-1] * load / (servers - load))
    runs, inside, rest = 20_000, [], []
    for _ in range(runs):
        waiting = simulate.start_steady(load, servers, delay, state, free)
        busy = free[free > 0]
        assert waiting == 0 or busy.size == servers
        inside.append(waiting + busy.size)
        rest.extend(busy)
    counts = np.bincount(inside, minlength=200)[:200]
    common = exact * runs > 20
    chi = np.sum((counts - exact * runs)[common] ** 2 / (exact * runs)[common])
    assert chi < common.sum() + 4 * math.sqrt(2 * common.sum())
    assert off(rest, 1.0) < ERRORS  # what is left of an exponential service is exponential


def test_a_steady_start_needs_no_warm_up():
    # The first 50 customers of 4,000 runs at 95 % load wait as long as any.
    servers, load = 3, 2.85
    delay, state, free = queues.erlang_c(servers, load), rng.new_state(42), np.zeros(servers)
    wait, response, means = np.empty(50), np.empty(50), []
    for _ in range(4_000):
        waiting = simulate.start_steady(load, servers, delay, state, free)
        simulate.mmc_run(load, 1.0, servers, waiting, state, free, wait, response)
        means.append(wait.mean())
    assert off(means, queues.mmc(load, 1, servers).wait) < ERRORS
    empty = [simulate.mmc(load, 1, servers, 50, seed=s).wait.mean() for s in range(400)]
    assert np.mean(empty) < queues.mmc(load, 1, servers).wait / 3


def test_littles_law_holds_on_a_simulated_path():
    run = simulate.ggc(3, 1, 4, 0.5, 2, 50_000, seed=51)
    # Area under the number inside, from the departures' and arrivals' own times, against the sum of the responses.
    state, laws = rng.new_state(51), (simulate.law(1 / 3, 0.5), simulate.law(1.0, 2))
    clock, starts = 0.0, []
    for _ in range(run.customers):
        clock += simulate.draw_from(state, laws[0])
        simulate.draw_from(state, laws[1])
        starts.append(clock)
    starts = np.array(starts)
    events = np.concatenate([starts, starts + run.response])
    order = np.argsort(events)
    inside = np.cumsum(np.concatenate([np.ones(starts.size), -np.ones(starts.size)])[order])
    area = np.sum(inside[:-1] * np.diff(events[order]))
    assert area == pytest.approx(run.response.sum(), rel=1e-9)
    assert starts[-1] == run.duration


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.9, 0.99]), st.floats(0.1, 50))
def test_a_tally_gives_percentiles_to_within_its_bins(seed, share, unit):
    values = np.random.default_rng(seed).exponential(unit * 3, 5_000)
    counts = np.zeros(2_000)
    simulate.tally(values, 0, unit, counts)
    assert counts.sum() == 5_000
    found, exact = simulate.quantile_of(counts, unit, share), np.quantile(values, share, method="inverted_cdf")
    edge = (found / unit) ** 0.25 * simulate.FINENESS
    low, high = ((math.floor(edge + d) / simulate.FINENESS) ** 4 * unit for d in (-1e-6, 1 + 1e-6))
    assert low * (1 - 1e-9) <= exact <= high * (1 + 1e-9)


def test_what_is_beyond_the_last_bin_is_infinite():
    counts = np.zeros(400)
    simulate.tally(np.array([0.0, 1.0, 1e9, math.inf]), 0, 1.0, counts)
    assert counts[-1] == 2 and counts[0] == 1
    assert simulate.quantile_of(counts, 1.0, 0.99) == math.inf


def test_error_bars_are_students_on_twenty_stretches():
    run = simulate.mmc(0.8, 1, 1, 20_010, seed=61)
    result = np.zeros(3)
    simulate.mean_and_error(run.wait, 10, result, 1)
    means = run.wait[10:].reshape(20, 1_000).mean(axis=1)
    half = 2.0930240544 * means.std(ddof=1) / math.sqrt(20)
    assert result[1:] == pytest.approx([means.mean(), half])
    whole = simulate.Run(run.wait[10:], run.response[10:], 1.0)
    assert (whole.mean_wait().value, whole.mean_wait().half_width) == pytest.approx((means.mean(), half))


def test_error_bars_cover_the_truth_about_as_often_as_they_say():
    # 95 % intervals of 200 runs: between 0.90 and 0.99 of them cover (4 standard errors of a share are 0.06).
    exact = queues.mmc(3, 1, 4).wait
    covered = [simulate.mmc(3, 1, 4, 20_000, seed=s, warm_up=500).mean_wait().covers(exact) for s in range(200)]
    assert 0.90 <= np.mean(covered) <= 0.99


def test_a_seed_names_a_run_and_a_warm_up_is_left_out():
    one, again, other = (simulate.mmc(3, 1, 4, 1_000, seed=s) for s in (7, 7, 8))
    assert np.array_equal(one.wait, again.wait) and not np.array_equal(one.wait, other.wait)
    np.testing.assert_array_equal(simulate.mmc(3, 1, 4, 600, seed=7, warm_up=400).wait, one.wait[400:])


def test_an_overloaded_run_falls_behind_as_the_flow_says():
    run = simulate.mmc(520, 50, 1, 100_000, seed=71)
    assert run.wait[-1] == pytest.approx(queues.backlog(520, 50, 1, run.duration) / 50, rel=0.02)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: simulate.mmc(0, 1, seed=1), "arrival_rate must be above 0, got 0"),
        (lambda: simulate.mmc(1, 2, customers=0, seed=1), "customers must be a whole number from 1 up, got 0"),
        (lambda: simulate.mmc(1, 2, seed=1, warm_up=-1), "warm_up must be a whole number from 0 up, got -1"),
        (lambda: simulate.mmc(1, 2, seed=-1), "seed must be a whole number from 0 to 4,294,967,295, got -1"),
        (lambda: simulate.ggc(1, 2, 1, 1, 1, seed=1.5), "seed must be a whole number from 0 to 4,294,967,295, got 1.5"),
        (lambda: simulate.ggc(1, 2, 1, 1, 1e-6, seed=1), "variability must be 0 or at least 0.0001, got 1e-06"),
        (lambda: simulate.ggc(1, 2, 1, -1, 1, seed=1), "variability must not be negative, got -1"),
        (lambda: simulate.mmc(1, 2, customers=19, seed=1).mean_wait(), "customers must be at least 20 for an interval"),
    ],
)
def test_arguments_out_of_range_are_named(call, message):
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value).startswith(message)
