"""Hedged and tied requests against simpy, request by request, and against what must hold on any path."""

import itertools
import math

import numpy as np
import pytest
import simpy

from perfbook import hedging, tails
from perfbook.errorbars import batch_means
from perfbook.figures.math.tails import hedging as figure
from perfbook.rng import STATE_SIZE


def draw(load, p50=10.0, p99=100.0, same=0.0, servers=5, requests=1500, seed=1):
    arrival, service = np.empty(requests), np.empty(2 * requests)
    server = np.empty(2 * requests, dtype=np.int64)
    state = np.empty(STATE_SIZE, dtype=np.int64)
    hedging.hedge_requests(load, same, p50, p99, servers, seed, arrival, service, server, state)
    return arrival, service, server


def simulated(policy, delay, message, arrival, service, server, servers):
    latency, totals = np.empty(len(arrival)), np.zeros(3)
    hedging.run(hedging.POLICIES[policy], delay, message, arrival, service, server, servers, latency, totals)
    return latency, totals


def with_simpy(policy, delay, message, arrival, service, server, servers):
    """The same requests as processes over resources that can be left and interrupted: nothing shared with the kernel."""
    env = simpy.Environment()
    desks = [simpy.Resource(env) for _ in range(servers)]
    latency, dropped, jobs = {}, set(), {}

    def work(copy):
        request, other = copy // 2, copy ^ 1
        if copy in dropped:
            return
        with desks[server[copy]].request() as place:
            try:
                yield place
                if policy == "tied":
                    env.process(tell(other))
                jobs[copy] = "runs"
                yield env.timeout(service[copy])
            except simpy.Interrupt:
                return
        jobs[copy] = "done"
        if request not in latency:
            latency[request] = env.now - arrival[request]
            if policy == "hedge and cancel":
                env.process(tell(other))

    def tell(copy):
        yield env.timeout(message)
        state = jobs.get(copy)
        if state is None:
            dropped.add(copy)
        elif state != "done" and (state == "waits" or policy == "hedge and cancel"):
            handles[copy].interrupt()
            jobs[copy] = "done"

    handles = {}

    def send(copy):
        if copy not in dropped:
            jobs[copy] = "waits"
            handles[copy] = env.process(work(copy))

    def request(i):
        yield env.timeout(arrival[i])
        send(2 * i)
        yield env.timeout(arrival[i] + delay - env.now)
        if i not in latency:
            send(2 * i + 1)

    for i in range(len(arrival)):
        env.process(request(i))
    env.run()
    return np.array([latency[i] for i in range(len(arrival))])


@pytest.mark.parametrize("policy", ["hedge", "hedge and cancel", "tied"])
@pytest.mark.parametrize("load, delay, message", [(0.3, 40.0, 0.5), (0.8, 25.0, 2.0), (1.2, 5.0, 0.5)])
def test_every_request_takes_as_long_as_in_simpy(policy, load, delay, message):
    drawn = draw(load, seed=3)
    ours, _ = simulated(policy, delay, message, *drawn, 5)
    np.testing.assert_allclose(ours, with_simpy(policy, delay, message, *drawn, 5), rtol=1e-9, atol=1e-6)


def test_without_second_copies_a_server_is_an_mg1_queue_with_pollaczek_and_khinchines_wait():
    load, p50, p99, requests = 0.5, 10.0, 40.0, 400_000
    run = hedging.simulate("alone", 0, load, p50, p99, servers=4, requests=requests, seed=2)
    sigma = math.log(p99 / p50) / tails.Z99
    mean, square = p50 * math.exp(sigma**2 / 2), p50**2 * math.exp(2 * sigma**2)
    expected = mean + load / mean * square / (2 * (1 - load))
    batches = run.latency[requests // 20 :].reshape(38, -1).mean(axis=1)
    measured = batch_means(batches, confidence=0.9999)
    assert measured.covers(expected) and measured.half_width < 0.04 * expected
    assert run.utilization == pytest.approx(load, rel=0.01)


@pytest.mark.parametrize("policy", ["hedge", "hedge and cancel"])
def test_on_idle_servers_a_hedged_request_takes_the_lesser_of_x_and_delay_plus_y(policy):
    arrival, service, server = draw(1e-7, same=0.2)
    latency, totals = simulated(policy, 30.0, 0.0, arrival, service, server, 5)
    expected = np.minimum(service[::2], 30.0 + service[1::2])
    np.testing.assert_allclose(latency, expected, rtol=1e-3)  # the clock has come far, and kept few decimals
    assert totals[0] == len(arrival) + np.sum(service[::2] > 30.0)


def test_on_nearly_idle_servers_the_simulation_meets_the_closed_form():
    delay = tails.percentile(95, 10.0, 100.0)
    run = hedging.simulate("hedge and cancel", delay, 0.001, 10.0, 100.0, same=0.3, requests=200_000, seed=4)
    for q in (50, 90, 99, 99.9):
        expected = 1 - q / 100
        above = np.mean(run.latency > tails.hedged_percentile(q, delay, 10.0, 100.0, same=0.3))
        assert abs(above - expected) < 5 * math.sqrt(expected / len(run.latency)) + 0.003 * expected
    assert run.extra_requests == pytest.approx(0.05, rel=0.05)


def test_tied_requests_without_message_delay_begin_where_a_queue_empties_first():
    arrival, service, server = draw(0.9, seed=7)
    latency, totals = simulated("tied", 0.0, 0.0, arrival, service, server, 5)
    free, work = [0.0] * 5, 0.0
    for i, t in enumerate(arrival):
        copy = min((2 * i, 2 * i + 1), key=lambda c: max(free[server[c]], t))
        free[server[copy]] = max(free[server[copy]], t) + service[copy]
        assert latency[i] == pytest.approx(free[server[copy]] - t, abs=1e-6)
        work += service[copy]
    assert totals[1] == pytest.approx(work)


def test_a_slow_message_makes_tied_requests_run_twice():
    drawn = draw(0.2, requests=4000)
    quick = simulated("tied", 1.0, 0.5, *drawn, 5)[1][1]
    slow = simulated("tied", 1.0, 50.0, *drawn, 5)[1][1]
    assert slow > 1.3 * quick


def test_second_copies_that_run_to_their_end_are_paid_in_full():
    arrival, service, server = draw(0.4)
    _, totals = simulated("hedge", 0.0, 0.0, arrival, service, server, 5)
    assert totals[0] == 2 * len(arrival)
    # The run is over when the last request is answered; what copies still wait then is not worked off.
    assert 0.98 * service.sum() < totals[1] <= service.sum() * (1 + 1e-12)


def test_an_endless_delay_is_no_hedge_at_all():
    drawn = draw(0.7)
    alone, totals = np.empty(len(drawn[0])), np.zeros(3)
    hedging.queue_run(*drawn, np.empty(5), alone, totals)
    for policy in ("hedge", "hedge and cancel", "tied"):
        latency, sums = simulated(policy, 1e9, 1.0, *drawn, 5)
        np.testing.assert_allclose(latency, alone, atol=1e-6)
        assert sums[0] == len(alone) and sums[1] == pytest.approx(totals[1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_early_hedges_that_nobody_cancels_overload_servers_that_had_room(seed):
    """The episode's hedge: after 10 ms where the service takes 187 ms, at a load of 0.6."""
    settings = dict(load=0.6, p50=187.0, p99=600.0, servers=10, requests=20_000, seed=seed)
    alone = hedging.simulate("alone", 0, **settings)
    hedged = hedging.simulate("hedge", 10.0, **settings)
    assert hedged.extra_requests > 0.99 and hedged.utilization * (1 + hedged.extra_work) > 1
    assert tails.nearest_rank(hedged.latency, 99) > 5 * tails.nearest_rank(alone.latency, 99)


def test_the_figures_kernel_says_what_simulate_says():
    moved = dict(policy=hedging.CANCEL, delay_ms=40, load=0.5, p99_ms=90, same=0.25, seed=3)
    seen = figure.at(**moved)
    inputs = figure.inputs
    requests = figure.scratch["arrival"]
    common = dict(load=0.5, p50=inputs["p50_ms"], p99=90, same=0.25, seed=3, servers=inputs["servers"])
    for policy, place in (("alone", 0), ("hedge and cancel", 3)):
        run = hedging.simulate(policy, 40, message=inputs["message_ms"], requests=requests, **common)
        kept = run.latency[requests // 10 :]
        for k, q in enumerate((50, 99, 99.9)):
            assert seen["now"][place + k] * 1000 == pytest.approx(tails.nearest_rank(kept, q))
        curve = seen["alone" if place == 0 else "helped"]
        np.testing.assert_allclose(curve, [np.mean(kept > t) for t in inputs["times_ms"]], atol=2 / len(kept))
    assert seen["now"][6] == pytest.approx(run.extra_requests)
    assert seen["now"][7] == pytest.approx(run.extra_work)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(policy="both"), "policy must be one of alone, hedge, hedge and cancel, tied, got 'both'"),
        (dict(delay=-1), "delay must be from 0 up, got -1"),
        (dict(message=math.inf), "message must be from 0 up, got inf"),
        (dict(load=0), "load must be above 0, got 0"),
        (dict(same=2), "same must be from 0 to 1, got 2"),
        (dict(servers=1), "servers must be a whole number from 2 up, got 1"),
        (dict(requests=0), "requests must be a whole number from 1 up, got 0"),
        (dict(p99=5), "p50 must be above 0 and below p99"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        hedging.simulate(**dict(policy="hedge", delay=1, load=0.5, p50=10, p99=100) | wrong)
    assert message in str(error.value)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    runs = [hedging.simulate("tied", 5, 0.5, 10, 100, requests=500, seed=s).latency for s in (1, 1, 2)]
    assert np.array_equal(runs[0], runs[1])
    assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(runs[1:]))
