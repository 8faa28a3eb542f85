"""The balancer's simulator against queueing theory, a plain FIFO queue, simpy, and published sequences."""

import math

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from perfbook import balancer, balls, meanfield, policies, queues
from perfbook.errorbars import batch_means
from perfbook.figures.patterns import balancing as figures
from perfbook.policies import POLICIES
from perfbook.servers import PLAN, Fault, finish
from perfbook.simulate import begin_service

SURE = 0.9999  # of error bars: z = 3.9


def run(policy, load, speeds=10, requests=60_000, seed=1, **options):
    return balancer.simulate(policy, load, speeds, requests, seed=seed, **options)


def surely(values):
    """The mean of a run's values with a 99.99% interval from 20 stretches."""
    each = len(values) // 20
    return batch_means(values[: 20 * each].reshape(20, each).mean(axis=1), SURE)


def traffic(load, servers, requests, seed, variability=1.0):
    """Arrivals and work of a run, drawn as the simulator draws them."""
    popularity, arrival, work, client, law, state, *_ = balancer.room(servers, requests)
    balancer.request_stream(
        requests, load * servers, 1.0, variability, seed, popularity, arrival, work, client, law, state
    )
    return arrival, work


@pytest.mark.parametrize("servers", [3, 20])
@pytest.mark.parametrize("variability", [0.0, 1.0, 16.0])
def test_least_work_dispatch_is_one_line_before_all_servers(servers, variability):
    requests = 5000
    ours = run("least work left", 0.9, servers, requests, seed=4, variability=variability, warm_up=0).response
    free, central = np.zeros(servers), np.empty(requests)
    for i, (now, work) in enumerate(zip(*traffic(0.9, servers, requests, 4, variability), strict=True)):
        central[i] = begin_service(now, work, servers, free) + work - now
    np.testing.assert_allclose(ours, central, rtol=1e-9, atol=1e-9)


def test_least_work_dispatch_meets_erlang_c():
    measured = surely(run("least work left", 0.8, 8, 200_000).response)
    assert measured.covers(queues.mmc(0.8 * 8, 1.0, 8).response)


@pytest.mark.parametrize("variability", [0.0, 0.3, 1.0, 4.0, 16.0])
def test_random_dispatch_is_a_pollaczek_khinchine_queue_at_each_server(variability):
    load = 0.6
    measured = surely(run("random", load, 10, 200_000, variability=variability).response)
    assert measured.covers(1 + load / (1 - load) * (1 + variability) / 2)


def test_random_dispatch_has_the_exponential_tail_of_mm1():
    response = run("random", 0.7, 10, 1_500_000).response
    p99 = math.log(100) / (1 - 0.7)
    above = surely((response > p99).astype(float))
    assert above.covers(0.01) and above.half_width < 0.003


@pytest.mark.parametrize("servers, load", [(2, 0.8), (5, 0.9)])
def test_round_robin_gives_each_server_erlang_arrivals(servers, load):
    """E_n/M/1: the root σ of σ = E[e^(−μ(1−σ)A)], and a mean response of 1/(μ(1 − σ))."""

    def gap(s):
        return (servers * load / (servers * load + 1 - s)) ** servers - s

    sigma = brentq(gap, 1e-9, 1 - 1e-6)
    measured = surely(run("round robin", load, servers, 2_000_000).response)
    assert measured.covers(1 / (1 - sigma)) and measured.half_width < 0.1 / (1 - sigma)


@pytest.mark.parametrize("choices", [2, 3])
@pytest.mark.parametrize("load", [0.7, 0.9])
def test_d_choices_meet_the_mean_field(choices, load):
    """With n servers the limit is off by order 1/n (here 200 servers: within 2% and the error bar)."""
    measured = surely(run("power of d choices", load, 200, 400_000, choices=choices).response)
    limit = meanfield.mean_response(load, choices)
    assert abs(measured.value - limit) < measured.half_width + 0.02 * limit


def test_the_queue_tail_of_two_choices_is_doubly_exponential():
    runs = [figures.two_choices.at(load=0.9, choices=2, servers=200, seed=seed) for seed in range(1, 17)]
    for k in range(1, 5):
        shares = batch_means([seen["simulated"][k] for seen in runs], SURE)
        limit = 0.9 ** (2**k - 1)
        assert abs(shares.value - limit) < shares.half_width + 0.02 * limit and shares.half_width < 0.2 * limit
    seen = runs[0]
    np.testing.assert_allclose(seen["limit"][:6], [0.9 ** (2**k - 1) for k in range(6)])
    np.testing.assert_allclose(meanfield.tail(0.99, 1, 9), 0.99 ** np.arange(10))


def test_the_mean_field_is_its_series_and_meets_mm1_and_the_empty_system():
    assert meanfield.mean_response(0.99, 1) == pytest.approx(100)
    for load, choices in ((0.99, 2), (0.9, 3), (0.5, 4)):
        exponents = [(choices**k - choices) // (choices - 1) for k in range(1, 12)]
        assert meanfield.mean_response(load, choices) == pytest.approx(sum(load**e for e in exponents))
    assert meanfield.mean_response(0.99, 2) == pytest.approx(5.432, abs=0.001)
    assert meanfield.mean_response(1.0, 2) == math.inf and meanfield.mean_response(0, 2) == 1


def test_the_long_run_is_the_same_as_the_simulators_to_the_last_digit():
    plain = run("power of d choices", 0.9, 30, 25_000, seed=6, warm_up=0, variability=4).response
    assert np.array_equal(plain, balancer.two_choices(0.9, 30, 25_000, seed=6, variability=4))
    # Overloaded, its lines do not suffice, and the simulator takes over.
    assert np.array_equal(
        run("power of d choices", 1.5, 3, 3000, seed=6, warm_up=0).response, balancer.two_choices(1.5, 3, 3000, seed=6)
    )


def test_arrivals_and_work_by_one_logarithm_are_independent_and_exponential():
    from scipy.stats import kstest

    from perfbook.rng import new_state

    arrival, work = np.empty(100_000), np.empty(100_000)
    last = balancer.draw_both(100_000, 0.5, 3.0, 7.0, arrival, work, new_state(5))
    gaps = np.diff(np.r_[7.0, arrival])
    assert last == arrival[-1]
    assert kstest(gaps / 0.5, "expon").pvalue > 1e-3 and kstest(work / 3, "expon").pvalue > 1e-3
    for a, b in ((gaps, work), (gaps[1:], work[:-1]), (np.log(gaps), np.log(work))):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(len(a))


def test_the_long_run_meets_the_simulator_also_with_exponential_service():
    ours, theirs = (
        surely(balancer.two_choices(0.9, 50, 400_000, seed=3)),
        surely(run("power of d choices", 0.9, 50, 400_000, seed=4, warm_up=0).response),
    )
    assert abs(ours.value - theirs.value) < math.hypot(ours.half_width, theirs.half_width)


def test_a_pair_of_choices_is_never_one_server_twice_and_every_pair_comes_up():
    from perfbook.rng import new_state

    state, seen = new_state(3), np.zeros((7, 7))
    for _ in range(21_000):
        pair = policies.draw_pair(state, 7)
        seen[pair >> 32, pair & 0xFFFFFFFF] += 1
    assert not seen.diagonal().any()
    off = seen[~np.eye(7, dtype=bool)]
    assert ((off - 500) ** 2 / 500).sum() < 41 + 4 * math.sqrt(2 * 41)


def test_smooth_weighted_round_robin_gives_nginx_published_sequence():
    served = run("weighted round robin", 0.5, [5, 1, 1], 14, warm_up=0).server
    assert "".join("abc"[s] for s in served) == "aabacaa" * 2


@settings(max_examples=15)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6))
def test_smooth_weights_are_exact_in_every_round(weights):
    total = sum(weights)
    served = run("weighted round robin", 0.5, weights, 3 * total, warm_up=0).server
    for part in served.reshape(3, total):
        assert np.bincount(part, minlength=len(weights)).tolist() == weights


def with_simpy(arrival, work, servers, choose):
    """Requests as processes over simpy's resources, sent where the fewest are; nothing shared with the kernels."""
    env = simpy.Environment()
    desks = [simpy.Resource(env) for _ in range(servers)]
    response = np.empty(len(arrival))

    def request(i):
        yield env.timeout(arrival[i])
        desk = desks[choose([len(d.queue) + d.count for d in desks])]
        with desk.request() as place:
            yield place
            yield env.timeout(work[i])
        response[i] = env.now - arrival[i]

    for i in range(len(arrival)):
        env.process(request(i))
    env.run()
    return response


def test_least_connections_equals_simpy_within_error_bars():
    arrival, work = traffic(0.85, 6, 12_000, 8)
    draw = np.random.default_rng(1)
    theirs = surely(with_simpy(arrival, work, 6, lambda counts: draw.choice(np.flatnonzero(counts == np.min(counts)))))
    ours = surely(run("least connections", 0.85, 6, 12_000, seed=8, warm_up=0).response)
    assert abs(ours.value - theirs.value) < math.hypot(ours.half_width, theirs.half_width)
    assert ours.half_width < 0.25 * ours.value


def test_any_policy_does_all_work_at_the_servers_speeds():
    speeds = [1.0, 2.0, 0.5, 1.0]
    for policy in POLICIES:
        out = run(policy, 0.3, speeds, 20_000, seed=3, clients=5000)
        assert out.sent.sum() == 20_000
        assert np.dot(out.utilization, speeds) / sum(speeds) == pytest.approx(0.3, rel=0.03), policy


def test_policies_that_ask_the_servers_spare_a_slow_one():
    speeds = [0.25] + [1.0] * 9
    share = {p: run(p, 0.7, speeds, 40_000).sent[0] / 40_000 for p in POLICIES}
    assert share["random"] == pytest.approx(0.1, abs=0.01) and share["round robin"] == 0.1
    assert share["weighted round robin"] == pytest.approx(0.25 / 9.25, abs=0.001)
    for policy in ("least connections", "peak EWMA", "power of d choices", "least work left"):
        assert share[policy] < 0.06, policy


def test_finish_times_integrate_the_speed():
    """Against a small-step integration of the speed over the time."""
    plan = np.zeros(PLAN)
    from perfbook import servers

    plan[[servers.FROM, servers.UNTIL, servers.FACTOR]] = 2.0, 5.0, 0.25
    plan[[servers.WARM, servers.COLD]] = 7.0, 0.5
    step = 1e-4
    for start in (0.0, 1.5, 3.0, 5.5, 8.0):
        for work in (0.2, 1.0, 2.7, 6.0):
            now, left = start, work
            while left > 0:
                now += step
                left -= step * (0.25 if 2 <= now < 5 else 0.5 if 5 <= now < 7 else 1.0)
            assert finish(start, work, plan) == pytest.approx(now, abs=4 * step)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_dead_server_gets_nothing_between_the_check_that_finds_it_and_the_one_that_finds_it_back(policy):
    fault = Fault("refuses", start=103, end=197, server=2)
    out = run(policy, 0.6, 5, 1500, fault=fault, checks=10, warm_up=0)
    to_dead = (out.server == 2) & (out.arrival >= 110) & (out.arrival < 200)
    assert not to_dead.any()
    failed = np.isinf(out.response)
    assert failed.any() and (out.server[failed] == 2).all() and (out.arrival[failed] < 110).all()
    assert (out.server[out.arrival >= 200] == 2).any()


def test_a_server_that_fails_fast_attracts_least_connections():
    """The black hole: between death and check, nearly all requests go where the count is always zero."""
    out = {p: run(p, 0.7, 10, 20_000, fault=Fault("refuses", start=1000, end=1050), warm_up=0) for p in POLICIES}
    share = {p: np.mean(np.isinf(o.response[(o.arrival > 1000) & (o.arrival < 1050)])) for p, o in out.items()}
    assert share["round robin"] == pytest.approx(0.1, abs=0.01) and share["random"] == pytest.approx(0.1, abs=0.05)
    # A server at 70% load is idle three tenths of the time, so others' zeros share the draw.
    assert share["least connections"] > 0.25 and share["power of d choices"] > 0.12


def test_a_server_that_hangs_is_shunned_by_least_connections_and_costs_each_request_its_timeout():
    fault = Fault("hangs", start=100, end=200, timeout=30.0)
    hung = run("least connections", 0.7, 10, 3000, fault=fault, warm_up=0)
    refused = run("least connections", 0.7, 10, 3000, fault=Fault("refuses", 100, 200), warm_up=0)
    assert 0 < hung.failed < refused.failed / 5


def test_counts_come_back_to_zero_also_where_requests_hung():
    from perfbook.servers import COUNT, DESK, in_flight

    speed, plan = np.ones(4), None
    plan = balancer.fault_plan(Fault("hangs", 5.0, 9.0, timeout=20.0), 2.0, 0.0, 4)
    popularity, arrival, work, client, law, state, place, owner, *desks = balancer.room(4, 400)
    balancer.request_stream(400, 3.0, 1.0, 1.0, 5, popularity, arrival, work, client, law, state)
    order, desk, memory, _, departure, link, _ = desks
    balancer.open_desk(4, 5, speed, plan, state, order, desk, memory)
    balancer.dispatch(3, 0, 400, 2, 0.0, 0, 1.25, 1.0, plan, speed, arrival, work, client, place, owner, state, *desks)
    for moment in (arrival[-1], 1e9):
        counts = [in_flight(j, moment, 0.0, arrival, departure, link, desk) for j in range(4)]
        assert sum(counts) == np.sum(departure > moment)
    assert (desk.reshape(4, DESK)[:, COUNT] == 0).all()


def test_least_connections_on_old_counts_is_worse_than_random_and_counting_what_was_sent_cures_it():
    fresh, stale, cured, two = (
        run(p, 0.8, 20, 40_000, **o).mean().value
        for p, o in (
            ("least connections", {}),
            ("least connections", dict(age=5.0)),
            ("least connections", dict(age=5.0, own=True)),
            ("power of d choices", dict(age=5.0)),
        )
    )
    at_random = run("random", 0.8, 20, 40_000).mean().value
    assert fresh < cured < two < at_random < stale


def test_a_bounded_hash_keeps_every_line_below_its_bound_and_most_clients_at_home():
    speeds, requests = np.ones(8), 4000
    out = run("bounded consistent hash", 0.8, speeds, requests, clients=50, skew=1.0, warm_up=0)
    ends = out.arrival + out.response
    for i in range(1000, requests, 37):
        inside = (out.arrival[: i + 1] <= out.arrival[i]) & (ends[: i + 1] > out.arrival[i])
        counts = np.bincount(out.server[: i + 1][inside], minlength=8)
        assert counts[out.server[i]] <= math.ceil(1.25 * counts.sum() / 8)


def test_ip_hash_keeps_a_client_where_it_was_and_cannot_balance_a_heavy_one():
    out = run("IP hash", 0.8, 10, 20_000, clients=20, skew=1.2)
    assert out.spread > 0.5
    assert run("IP hash", 0.8, 10, 20_000, clients=5000).spread < 0.4


def test_peak_ewma_is_finagles():
    from perfbook.servers import COST, DESK, STAMP, learn

    desk = np.zeros(DESK)
    learn(0, 10.0, 3.0, 5.0, desk)
    assert desk[COST] == 3.0 and desk[STAMP] == 10.0  # up at once
    learn(0, 15.0, 1.0, 5.0, desk)
    assert desk[COST] == pytest.approx(3 * math.exp(-1) + 1 * (1 - math.exp(-1)))  # down with time
    learn(0, 15.0, 0.0, 5.0, desk)
    assert desk[COST] == pytest.approx(3 * math.exp(-1) + 1 - math.exp(-1))  # no time, no decay


def test_an_outlier_is_ejected_and_gets_nothing_until_it_is_back():
    fault = Fault("slow", start=200, end=600, server=4, factor=0.1)
    out = run("round robin", 0.5, 10, 5000, fault=fault, eject=3.0, sweeps=20.0, ejected_for=100.0, warm_up=0)
    to_slow = out.arrival[out.server == 4]
    silent = np.flatnonzero(np.diff(to_slow) > 90)
    assert len(silent) >= 2  # ejected, back, and ejected again
    assert 200 < to_slow[silent[0]] < 300
    for k in silent:
        assert to_slow[k + 1] - to_slow[k] < 110
    alone = run("round robin", 0.5, 10, 5000, fault=fault, warm_up=0)
    assert out.percentile(90) < alone.percentile(90) / 2 or out.percentile(99) < alone.percentile(99) / 2
    assert np.isfinite(out.response).all()


def test_nobody_is_ejected_among_equals_at_a_high_multiple():
    calm = run("least connections", 0.6, 10, 20_000, seed=2)
    swept = run("least connections", 0.6, 10, 20_000, seed=2, eject=50.0)
    np.testing.assert_array_equal(calm.server, swept.server)


@pytest.mark.parametrize("choices", [1, 2, 3])
def test_balls_into_bins_follow_the_fluid_limit(choices):
    """Share of bins with at least k balls: s_k' = s_(k-1)^d − s_k^d from empty to time 1 (Mitzenmacher)."""
    from scipy.integrate import solve_ivp

    def slope(_, s):
        before = np.concatenate([[1.0], s[:-1]])
        return before**choices - s**choices

    limit = solve_ivp(slope, (0, 1), np.zeros(8), rtol=1e-9, atol=1e-12).y[:, -1]
    bins = 200_000
    held = balls.throw(bins, choices, seed=2)
    assert held.sum() == bins
    for k in range(1, 5):
        share = np.mean(held >= k)
        assert abs(share - limit[k - 1]) < 4 * math.sqrt(limit[k - 1] / bins) + 1e-5


def test_the_fullest_bin_is_where_azar_and_others_put_it():
    one, two, three = (balls.throw(100_000, d, seed=1).max() for d in (1, 2, 3))
    assert 7 <= one <= 10 and two in (3, 4) and three == 3
    # ln n / ln ln n is a leading term, not a count; ln ln n / ln d comes with a constant that does not grow.
    growth = [balls.throw(n, 2, seed=3).max() - balls.leading_term(n, 2) for n in (100, 10_000, 1_000_000)]
    assert max(growth) - min(growth) < 1.5
    assert balls.leading_term(10**6, 1) == pytest.approx(math.log(1e6) / math.log(math.log(1e6)))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(policy="fastest"), "policy must be one of random, round robin"),
        (dict(load=-1), "load must be from"),
        (dict(speeds=1), "speeds must be a whole number from 2 up, got 1"),
        (dict(speeds=[1, 0]), "speeds must be above 0"),
        (dict(choices=11), "choices must be a whole number from 1 to 10, got 11"),
        (dict(variability=17), "variability must be from 0 to 16, got 17"),
        (dict(age=-1), "age must be from 0 up, got -1"),
        (dict(fault=Fault("tired", 1.0)), "fault.kind must be one of none, slow, refuses, hangs, got 'tired'"),
        (dict(fault=Fault("slow", 5.0, 4.0)), "fault.start must be from 0 up and before its end, got 5.0 and 4.0"),
        (dict(bound=1), "bound must be from 1.0001 up"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        balancer.simulate(**dict(policy="random", load=0.5, speeds=10, requests=100, seed=1) | wrong)
    assert message in str(error.value)
