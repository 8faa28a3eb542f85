"""The scaling laws against closed forms, inverses, limits, published peaks and simulated machines."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from perfbook import laws

alphas = st.floats(0, 0.99)
betas = st.floats(1e-7, 0.1)
gammas = st.floats(1e-3, 1e6)
sizes = st.integers(1, 5000)


def test_the_episodes_table_recomputed():
    # α = 0.03, β = 0.0001, by hand: 128/(1 + 0.03·127 + 0.0001·128·127) = 128/6.4356
    assert laws.usl(128, 0.03, 0.0001) == pytest.approx(128 / 6.4356)
    printed = [f"{c:.1f}" for c in laws.usl([1, 2, 4, 8, 16, 32, 64, 128], 0.03, 0.0001)]
    assert printed == ["1.0", "1.9", "3.7", "6.6", "10.9", "15.8", "19.4", "19.9"]


@given(alphas, betas, gammas)
def test_one_node_gives_gamma(alpha, beta, gamma):
    assert laws.usl(1, alpha, beta, gamma) == pytest.approx(gamma)


@given(alphas, betas)
def test_the_peak_is_where_no_other_size_does_better(alpha, beta):
    nodes, most = laws.usl_peak(alpha, beta)
    found = minimize_scalar(lambda n: -laws.usl(n, alpha, beta), bounds=(1, 2 * nodes + 1), method="bounded")
    assert most >= -found.fun * (1 - 1e-9)
    assert laws.usl(nodes, alpha, beta) == pytest.approx(most)


def test_peaks_published_for_other_coefficients():
    # The R package usl 3.0.3, tests/peak-scalability.Rout.save: all.equal to 1e-4
    assert laws.usl_peak(0.001, 0.00001)[0] == pytest.approx(316.0696, rel=1e-4)
    # usl4j, ModelTest.java, quoting Schwartz 2015 for its Cisco fit: N_max 35 (rounded down), X_max 12,341
    nodes, most = laws.usl_peak(0.02671591, 7.690945e-4, 995.6486)
    assert math.floor(nodes) == 35
    assert laws.usl(35, 0.02671591, 7.690945e-4, 995.6486) == pytest.approx(12341, rel=2e-4)
    assert most >= 12341


@given(alphas, st.one_of(st.just(0.0), betas), gammas, sizes)
def test_nodes_for_a_throughput_is_the_inverse_of_the_throughput(alpha, beta, gamma, nodes):
    throughput = laws.usl(nodes, alpha, beta, gamma)
    if beta == 0 and throughput >= laws.usl_ceiling(alpha, gamma) * (1 - 1e-9):
        return
    rising, falling = laws.usl_nodes_for_throughput(throughput, alpha, beta, gamma)
    assert rising <= falling
    assert laws.usl(rising, alpha, beta, gamma) == pytest.approx(throughput)
    if math.isinf(falling):
        assert rising == pytest.approx(nodes)
        return
    assert laws.usl(falling, alpha, beta, gamma) == pytest.approx(throughput)
    if abs(throughput / laws.usl_peak(alpha, beta, gamma)[1] - 1) > 1e-6:  # at the very peak the two roots run together
        assert nodes == pytest.approx(rising, rel=1e-6) or nodes == pytest.approx(falling, rel=1e-6)


@given(st.floats(0.001, 0.99), st.one_of(st.just(0.0), betas), gammas, sizes)
def test_nodes_for_a_latency_is_the_inverse_of_the_latency(alpha, beta, gamma, nodes):
    latency = laws.usl_latency(nodes, alpha, beta, gamma)
    assert laws.usl_nodes_for_latency(max(latency, 1 / gamma), alpha, beta, gamma) == pytest.approx(nodes, rel=1e-6)


@given(alphas, betas, gammas, sizes)
def test_little_holds_in_the_usl(alpha, beta, gamma, nodes):
    in_flight = laws.usl(nodes, alpha, beta, gamma) * laws.usl_latency(nodes, alpha, beta, gamma)
    assert in_flight == pytest.approx(nodes)


def test_no_number_of_nodes_gives_more_than_the_peak():
    with pytest.raises(ValueError, match=r"throughput must be at most 20\.16"):
        laws.usl_nodes_for_throughput(21, 0.03, 0.0001)
    with pytest.raises(ValueError, match="never quite reached"):
        laws.usl_nodes_for_throughput(20, 0.05, 0)
    assert laws.usl_nodes_for_throughput(19.9, 0.05, 0)[1] == math.inf


@given(alphas, st.integers(1, 1000))
def test_the_beta_for_a_peak_puts_it_there(alpha, nodes):
    peak = laws.usl_peak(alpha, laws.usl_beta_for_peak(nodes, alpha))[0]
    assert peak == pytest.approx(nodes)


def test_without_coherency_throughput_rises_to_the_ceiling_and_has_no_peak():
    assert laws.usl_peak(0.03, 0, 10) == (math.inf, laws.usl_ceiling(0.03, 10))
    assert laws.usl(1e12, 0.03, 0, 10) == pytest.approx(10 / 0.03)
    assert laws.usl_ceiling(0) == math.inf


@given(st.floats(0, 1), sizes)
def test_amdahl_is_the_usl_without_coherency(serial, nodes):
    assert laws.amdahl(nodes, serial) == pytest.approx(1 / (serial + (1 - serial) / nodes))


@given(st.floats(0, 1), sizes)
def test_gustafson_is_amdahl_with_a_serial_part_that_shrinks(serial, nodes):
    shrunk = laws.serial_on_one_node(nodes, serial)
    assert laws.amdahl(nodes, shrunk) == pytest.approx(laws.gustafson(nodes, serial))


def test_amdahls_table_of_the_episode():
    rows = {
        0.01: [9.2, 50.3, 91.0, 99.0],
        0.05: [6.9, 16.8, 19.6, 20.0],
        0.1: [5.3, 9.2, 9.9, 10.0],
        0.2: [3.6, 4.8, 5.0, 5.0],
    }
    for serial, expected in rows.items():
        assert [round(s, 1) for s in laws.amdahl([10, 100, 1000, 10_000], serial)] == expected


@given(st.floats(0.001, 1), st.integers(2, 5000))
def test_the_serial_part_is_recovered_from_a_speedup(serial, nodes):
    assert laws.measured_serial_part(nodes, laws.amdahl(nodes, serial)) == pytest.approx(serial, rel=1e-9)


@given(st.floats(0.001, 10), st.floats(0.0001, 1), st.one_of(st.just(0.0), st.floats(1e-9, 0.01)))
def test_all_asking_at_once_is_the_usl(work, service, exchange):
    nodes = np.array([1.0, 2.0, 7.0, 40.0])
    alone = work + service
    together, _ = laws.repairman(nodes, work, service, exchange)
    np.testing.assert_allclose(together, laws.usl(nodes, service / alone, exchange / alone, 1 / alone))


def rounds_in_step(nodes, work, service, exchange, rounds):
    """Throughput of machines that work for the same time, queue for one server and start again together."""
    simpy = pytest.importorskip("simpy")
    world = simpy.Environment()
    server = simpy.Resource(world)

    def machine():
        yield world.timeout(work)
        with server.request() as turn:
            yield turn
            yield world.timeout(service + (nodes - 1) * exchange)

    def in_step():
        for _ in range(rounds):
            yield simpy.AllOf(world, [world.process(machine()) for _ in range(nodes)])

    world.run(world.process(in_step()))
    return rounds * nodes / world.now


@pytest.mark.parametrize("nodes", [1, 2, 5, 30])
def test_machines_simulated_in_step_keep_the_usl(nodes):
    together, _ = laws.repairman(nodes, 0.1, 0.004, 0.0005)
    assert rounds_in_step(nodes, 0.1, 0.004, 0.0005, rounds=3) == pytest.approx(float(together))


def repairman_by_states(nodes, work, service):
    """M/M/1//N by its balance equations: states are machines at the repairman."""
    weights = [1.0]
    for waiting in range(1, nodes + 1):
        weights.append(weights[-1] * (nodes - waiting + 1) / work * service)
    busy = 1 - weights[0] / sum(weights)
    return busy / service


@pytest.mark.parametrize("nodes", [1, 2, 10, 60])
def test_machines_on_their_own_keep_the_balance_equations(nodes):
    _, apart = laws.repairman(nodes, 0.1, 0.004, 0.0005)
    assert float(apart) == pytest.approx(repairman_by_states(nodes, 0.1, 0.004 + (nodes - 1) * 0.0005))


@given(st.floats(0.001, 10), st.floats(0.0001, 1), st.one_of(st.just(0.0), st.floats(1e-9, 0.01)))
def test_asking_at_once_is_the_worst(work, service, exchange):
    together, apart = laws.repairman(np.arange(1, 50), work, service, exchange)
    assert np.all(together <= apart * (1 + 1e-12))


def test_three_laws_meet_at_one_node_and_part_in_order():
    nodes = np.logspace(0, 4, 50)
    fixed, scaled, coupled, here = np.zeros(50), np.zeros(50), np.zeros(50), np.zeros(8)
    laws.three_laws(0.05, 1e-5, 9, nodes, fixed, scaled, coupled, here)
    assert fixed[0] == scaled[0] == coupled[0] == 1
    assert np.all(coupled[1:] < fixed[1:])
    assert np.all(fixed[1:] < scaled[1:])
    assert list(here[:3]) == [1000, laws.amdahl(1000, 0.05), laws.gustafson(1000, 0.05)]


def test_positions_are_one_two_five():
    assert [laws.one_two_five(k) for k in range(13)] == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: laws.usl(0, 0.1, 0), "nodes must be above 0 and finite, got 0"),
        (lambda: laws.usl(4, 1.5, 0), "alpha must be from 0 to 1"),
        (lambda: laws.usl(4, 0.1, -1e-9), "beta must be from 0 up, got -1e-09"),
        (lambda: laws.usl(4, 0.1, 0, 0), "gamma must be above 0"),
        (lambda: laws.usl([1, math.nan], 0.1, 0), "nodes must be above 0 and finite"),
        (lambda: laws.amdahl(10, -0.1), "serial must be from 0 to 1"),
        (lambda: laws.gustafson(10, 2), "serial must be from 0 to 1"),
        (lambda: laws.measured_serial_part(1, 1), "nodes must be above 1"),
        (lambda: laws.usl_nodes_for_latency(0.5, 0.1, 0), "latency must be at least"),
        (lambda: laws.usl_nodes_for_latency(2, 0, 0), "alpha or beta must be above 0"),
        (lambda: laws.repairman(1.5, 1, 1), "nodes must be a whole number from 1 up, got 1.5"),
        (lambda: laws.repairman(2, 0, 0), "work \\+ service must be above 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
