"""Closed systems against published tables, exact enumeration of states, closed forms, a simulator, and bounds."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from perfbook import closed
from perfbook.figures.math import closed as figures

demands = st.lists(st.floats(0.001, 3), min_size=1, max_size=4)
think = st.one_of(st.just(0.0), st.floats(0.01, 30))

# R. Jain, The Art of Computer Systems Performance Analysis, 1991, Table 34.1 (example 34.2): a CPU of 16 visits of
# 0.125 s, disk A of 10 of 0.3 s, disk B of 5 of 0.2 s, 4 s of thought: users, response, throughput, three queues.
JAIN = [
    (1, 6.000, 0.100, 0.200, 0.300, 0.100),
    (2, 7.400, 0.175, 0.421, 0.684, 0.193),
    (3, 9.088, 0.229, 0.651, 1.158, 0.273),
    (4, 11.051, 0.266, 0.878, 1.721, 0.338),
    (5, 13.256, 0.290, 1.088, 2.365, 0.388),
    (17, 47.045, 0.333, 1.974, 13.195, 0.499),
    (18, 50.032, 0.333, 1.981, 14.187, 0.499),
    (19, 53.022, 0.333, 1.987, 15.181, 0.500),
    (20, 56.016, 0.333, 1.991, 16.177, 0.500),
]


@pytest.mark.parametrize("row", JAIN, ids=lambda row: f"{row[0]} users")
def test_mean_value_analysis_prints_jains_table(row):
    system = closed.solve(20, [16 * 0.125, 10 * 0.3, 5 * 0.2], think=4)
    n = row[0] - 1
    ours = [system.response[n], system.throughput[n], *system.queues[n]]
    assert np.round(ours, 3).tolist() == pytest.approx(row[1:], abs=1e-9)


def test_three_users_have_jains_throughput_utilizations_and_response():
    # The same book, example 35.5: demands 0.78, 2.34 and 1.56 s, 4.68 s of thought, three users.
    system = closed.solve(3, [0.78, 2.34, 1.56], think=4.68)
    assert round(system.throughput[2], 3) == 0.264
    assert round(system.response[2], 2) == 6.69
    assert np.round(system.utilization[2], 2).tolist() == [0.21, 0.62, 0.41]


def test_one_repairman_of_six_machines_is_as_in_anderson_and_others():
    # Anderson, Sweeney, Williams and Wisniewski, An Introduction to Management Science, ch. 11: Kolkmeyer's machines
    # break after 20 hours, a repair takes 2: P0 = 0.4845, L = 0.8451, W = 3.279 h; with two repairmen Wq = 0.0834 h.
    throughput, response, idle = closed.repairman(6, 20, 2)
    assert (round(idle, 4), round(throughput * response, 4), round(response, 3)) == (0.4845, 0.8451, 3.279)
    assert round(closed.repairman(6, 20, 2, servers=2)[1] - 2, 4) == 0.0834


def enumerate_states(users, think, demands, servers):
    """Throughput and queues by summing the product form over every state, in exact fractions."""
    centers = [(Fraction(think), 0), *((Fraction(d), c) for d, c in zip(demands, servers, strict=True))]

    def weight(total, counts):
        value = Fraction(1)
        for (demand, c), here in zip(centers, counts, strict=True):
            for j in range(1, here + 1):
                value *= demand / (min(j, c) if c else j)
        return value

    def normalizer(total):
        states = [s for s in product(range(total + 1), repeat=len(centers)) if sum(s) == total]
        return sum(weight(total, s) for s in states), states

    below, _ = normalizer(users - 1)
    here, states = normalizer(users)
    queues = [float(sum(s[k] * weight(users, s) for s in states) / here) for k in range(1, len(centers))]
    return float(below / here), queues


@pytest.mark.parametrize("servers", [(1, 1, 1), (2, 1, 0), (3, 2, 1), (4, 3, 2), (0, 0, 0), (7, 1, 5)])
@pytest.mark.parametrize("users", [1, 2, 5, 8])
@pytest.mark.parametrize("think", [0, 1.5])
def test_every_number_of_servers_agrees_with_the_sum_over_all_states(servers, users, think):
    demands = [0.5, 1.25, 0.375]
    system = closed.solve(users, demands, think=think, servers=servers)
    throughput, queues = enumerate_states(users, think, demands, servers)
    assert system.throughput[-1] == pytest.approx(throughput, rel=1e-12)
    np.testing.assert_allclose(system.queues[-1], queues, rtol=1e-11)


@given(st.integers(1, 300), st.floats(0.01, 30), st.floats(0.001, 3), st.integers(1, 40))
def test_one_station_is_the_machine_repairman(users, think, service, servers):
    system = closed.solve(users, [service], think=think, servers=servers)
    throughput, response, _ = closed.repairman(users, think, service, servers)
    assert system.throughput[-1] == pytest.approx(throughput, rel=1e-10)
    assert system.response[-1] == pytest.approx(response, rel=1e-9)


@given(st.integers(1, 200), st.floats(0.01, 30), st.floats(0.001, 3))
def test_one_repairman_is_idle_as_often_as_erlangs_lines_are_full(users, think, service):
    blocked = 1.0
    for line in range(1, users + 1):
        blocked = (think / service) * blocked / (line + (think / service) * blocked)
    throughput, _, idle = closed.repairman(users, think, service)
    assert idle == pytest.approx(blocked, rel=1e-9, abs=1e-300)
    assert throughput == pytest.approx((1 - blocked) / service, rel=1e-9)


@given(demands, think, st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_every_user_is_somewhere(demands, think, servers):
    system = closed.solve(60, demands, think=think, servers=servers[: len(demands)])
    present = system.queues.sum(axis=1) + system.throughput * think
    np.testing.assert_allclose(present, system.users, rtol=1e-9)


@given(demands, think, st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_throughput_and_response_keep_inside_the_asymptotic_bounds(demands, think, servers):
    servers = servers[: len(demands)]
    system = closed.solve(60, demands, think=think, servers=servers)
    bounds = closed.asymptotic_bounds(60, demands, think=think, servers=servers)
    assert np.all(system.throughput <= bounds.most_throughput * (1 + 1e-9))
    assert np.all(system.throughput >= bounds.least_throughput * (1 - 1e-9))
    assert np.all(system.response <= bounds.most_response * (1 + 1e-9))
    assert np.all(system.response >= bounds.least_response * (1 - 1e-9))
    assert np.all(system.utilization[:, np.array(servers) > 0] <= 1 + 1e-9)


@given(demands, think)
def test_balanced_bounds_hold_and_are_no_wider_than_the_asymptotic_ones(demands, think):
    system = closed.solve(80, demands, think=think)
    balanced = closed.balanced_bounds(80, demands, think=think)
    wide = closed.asymptotic_bounds(80, demands, think=think)
    assert np.all(system.response >= balanced.least_response * (1 - 1e-9))
    assert np.all(system.response <= balanced.most_response * (1 + 1e-9))
    assert np.all(balanced.least_response >= wide.least_response * (1 - 1e-9))
    assert np.all(balanced.most_response <= wide.most_response * (1 + 1e-9))


@given(st.floats(0.01, 3), st.integers(1, 4))
def test_balanced_bounds_meet_where_the_stations_are_balanced_and_nobody_thinks(demand, stations):
    bounds = closed.balanced_bounds(40, [demand] * stations)
    np.testing.assert_allclose(bounds.least_response, bounds.most_response, rtol=1e-9)
    np.testing.assert_allclose(closed.solve(40, [demand] * stations).response, bounds.most_response, rtol=1e-9)


@given(demands, think, st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_another_user_never_lowers_throughput_or_response(demands, think, servers):
    system = closed.solve(60, demands, think=think, servers=servers[: len(demands)])
    assert np.all(np.diff(system.throughput) >= -1e-9 * system.throughput[1:])
    assert np.all(np.diff(system.response) >= -1e-9 * system.response[1:])


def test_a_thousand_users_of_many_servers_stay_exact():
    # The usual recursion on the chance of an empty station loses every digit here.
    system = closed.solve(1000, [0.08, 0.02, 0.5], think=10, servers=[8, 1, 64])
    assert system.throughput[-1] == pytest.approx(50, rel=1e-12)
    open_app = [0.08, 50 * 0.08]  # far past the knee the database sends out a Poisson stream of 50/s to the others
    busy = open_app[1] / 8
    blocked = 1.0
    for line in range(1, 9):
        blocked = open_app[1] * blocked / (line + open_app[1] * blocked)
    waits = blocked / (1 - busy * (1 - blocked))
    assert system.queues[-1, 0] == pytest.approx(open_app[1] + waits * busy / (1 - busy), rel=1e-6)


def test_a_simulated_loop_agrees_with_mean_value_analysis():
    # simpy, 12 users, a station of 3 servers and one of 1; fixed seed; bounds of 4 standard errors over 20 batches.
    random = np.random.default_rng(7)
    environment = simpy.Environment()
    stations = [(simpy.Resource(environment, 3), 0.6), (simpy.Resource(environment, 1), 0.25)]
    finished = []

    def user():
        while True:
            yield environment.timeout(random.exponential(2.0))
            asked = environment.now
            for station, service in stations:
                with station.request() as turn:
                    yield turn
                    yield environment.timeout(random.exponential(service))
            finished.append((environment.now, environment.now - asked))

    for _ in range(12):
        environment.process(user())
    environment.run(until=6200)
    when, response = np.array(finished).T
    batches = [(when > a) & (when <= a + 300) for a in range(200, 6200, 300)]
    rates = np.array([b.sum() / 300 for b in batches])
    means = np.array([response[b].mean() for b in batches])
    exact = closed.solve(12, [0.6, 0.25], think=2.0, servers=[3, 1])
    assert abs(rates.mean() - exact.throughput[-1]) < 4 * rates.std(ddof=1) / math.sqrt(20)
    assert abs(means.mean() - exact.response[-1]) < 4 * means.std(ddof=1) / math.sqrt(20)
    assert rates.std(ddof=1) / math.sqrt(20) < 0.01 * exact.throughput[-1]


def test_the_knee_is_where_the_two_upper_bounds_meet():
    assert closed.knee([0.08, 0.02], think=1, servers=[8, 1]) == pytest.approx(55)
    bounds = closed.asymptotic_bounds(60, [0.08, 0.02], think=1, servers=[8, 1])
    assert bounds.most_throughput[54] == pytest.approx(50)
    assert bounds.least_response[54] == pytest.approx(0.1)
    assert bounds.least_response[55] == pytest.approx(56 / 50 - 1)
    assert closed.knee([0.5], think=1, servers=closed.DELAY) == math.inf


def run_loop(*sliders):
    outputs = [np.zeros(200) for _ in range(4)] + [np.zeros(3), np.zeros(7)]
    closed.closed_loop(*sliders, np.zeros(2), np.zeros(2, dtype=np.int64), np.zeros(400), *outputs)
    return outputs


@given(st.integers(1, 200), think, st.floats(0.001, 0.5), st.integers(1, 32), st.floats(0.001, 0.2))
def test_the_figures_kernel_says_what_the_functions_say(users, think, app, workers, database):
    throughput, response, most, least, knee, now = run_loop(users, think, app, workers, database)
    system = closed.solve(200, [app, database], think=think, servers=[workers, 1])
    bounds = closed.asymptotic_bounds(200, [app, database], think=think, servers=[workers, 1])
    np.testing.assert_allclose(throughput, system.throughput, rtol=1e-12)
    np.testing.assert_allclose(response, system.response, rtol=1e-12)
    np.testing.assert_allclose(most, bounds.most_throughput, rtol=1e-12)
    np.testing.assert_allclose(least, bounds.least_response, rtol=1e-12)
    assert knee[0] == pytest.approx(closed.knee([app, database], think, [workers, 1]), rel=1e-12)
    assert now[4] + now[5] + now[6] == pytest.approx(users, rel=1e-9)
    np.testing.assert_allclose(now[2:4], system.utilization[users - 1], rtol=1e-9)


def test_operational_laws_are_one_measurement_seen_from_three_sides():
    throughput = closed.solve(30, [0.08, 0.02], think=1, servers=[8, 1])
    seen = closed.interactive_response_time(throughput.users, throughput.throughput, 1)
    np.testing.assert_allclose(seen, throughput.response, rtol=1e-9)
    assert closed.utilization(45, 0.02) == pytest.approx(0.9)
    assert closed.forced_flow(222.0, 67) == pytest.approx(14874)


def test_the_ladder_of_the_episode_jumps_where_it_changes_branch():
    latency, carried = closed.episode_ladder([0.5 - 1e-12, 0.5, 0.79, 0.8 - 1e-12, 0.8, 0.95 - 1e-12, 0.95])
    assert latency[:6] == pytest.approx([1.05, 1.0, 1.0841, 1.09, 5.0, 20.0], rel=1e-9)
    assert latency[6] == math.inf
    assert carried == pytest.approx([0.5, 0.49, 0.7742, 0.784, 0.72, 0.855, 0.5], rel=1e-9)


@given(st.floats(0, 0.999), st.floats(0, 10))
def test_a_queue_has_no_jumps_and_carries_all_that_it_is_offered(load, variability):
    rho, response, now = np.linspace(0, 1, 501), np.zeros(501), np.zeros(1)
    closed.open_response(load, variability, rho, response, now)
    assert np.all(np.diff(response[:-1]) > 0)
    assert response[-1] == math.inf
    assert np.max(np.diff(response[:451]) / response[:450]) < 0.05 * (1 + variability)
    assert now[0] == pytest.approx(1 + (1 + variability) / 2 * load / (1 - load))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: closed.solve(0, [1]), "users"),
        (lambda: closed.solve(2.5, [1]), "users"),
        (lambda: closed.solve(3, [1, -2]), "demands"),
        (lambda: closed.solve(3, []), "demands"),
        (lambda: closed.solve(3, [1], think=-1), "think"),
        (lambda: closed.solve(3, [1], servers=1.5), "servers"),
        (lambda: closed.solve(3, [1, 2], servers=[1, 1, 1]), "servers"),
        (lambda: closed.repairman(3, 0, 1), "think"),
        (lambda: closed.utilization(51, 0.02), "102.0%"),
        (lambda: closed.interactive_response_time(100, 50, 3), "not measured"),
    ],
)
def test_what_cannot_be_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_the_predicted_load_test_is_the_figures_system():
    at = [figures.closed_loop.at(users=n)["now"] for n in (55, 110)]
    assert round(at[0][0]) == 45 and round(at[0][1], 1) == 0.2 and round(at[0][3], 1) == 0.9
    assert round(at[1][0]) == 50 and at[1][1] - at[0][1] == pytest.approx(1, abs=0.05)
    assert figures.check_demand.answer == pytest.approx((0.016 + 0.03 + 2) * 4 / 0.016)
