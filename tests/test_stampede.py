"""The stampede against simpy, request by request, and against what each cure must do on average."""

import math

import numpy as np
import pytest
import simpy

from perfbook import stampede
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.stampede import stampede as figure
from perfbook.rng import below, exponential, new_state, uniform

POLICIES = list(stampede.POLICIES)


def with_simpy(policy, rate, recompute, ttl, beta, jitter, workers, keys, horizon, seed):
    """Requests as processes over a resource; only the random numbers are the kernel's, drawn in its order."""
    state = new_state(seed, 13)
    expiry = [ttl * (1 - jitter * uniform(state)) for _ in range(keys)]
    took, pending, done = [recompute] * keys, [[] for _ in range(keys)], []
    env = simpy.Environment()
    origin = simpy.Resource(env, workers)
    counts = dict(requests=0, recomputations=0, refreshes=0, most=0, waited=0, stale=0)
    waits, life = [], {}

    def recomputation(key, finished):
        begun = env.now
        with origin.request() as place:
            yield place
            yield env.timeout(recompute)
        done.append((key, env.now, env.now - begun))
        pending[key].remove(finished)
        finished.succeed()

    def settle():
        """The kernel draws the lives of what has come back when the next request looks."""
        for key, end, duration in done:
            expiry[key], took[key] = end + ttl * (1 - jitter * uniform(state)), duration
        done.clear()

    def waiting(finished, begun):
        yield finished
        life[begun] = env.now - begun

    def requests():
        clock = exponential(state) / (rate * keys)
        while clock <= horizon:
            yield env.timeout(clock - env.now)
            settle()
            key = below(state, keys)
            counts["requests"] += 1
            expired = env.now >= expiry[key]
            start = expired
            if not expired and policy.startswith("early"):
                start = env.now + beta * took[key] * exponential(state) >= expiry[key]
            if pending[key] and policy in ("coalesce", "early, coalesced", "stale"):
                start = False
            finished = None
            if start:
                counts["refreshes"] += not pending[key]
                counts["recomputations"] += 1
                finished = env.event()
                pending[key].append(finished)
                counts["most"] = max(counts["most"], sum(map(len, pending)))
                env.process(recomputation(key, finished))
            elif expired:
                finished = pending[key][0]
            counts["stale"] += expired and policy == "stale"
            if finished is not None and policy != "stale":
                counts["waited"] += 1
                env.process(waiting(finished, env.now))
            clock = clock + exponential(state) / (rate * keys)

    env.process(requests())
    env.run()
    waits = list(life.values())
    return counts, max(waits, default=0.0), sum(waits)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("workers, jitter, seed", [(10**6, 0.0, 1), (3, 0.3, 2), (1, 0.9, 3)])
def test_every_request_meets_the_fate_that_it_meets_in_simpy(policy, workers, jitter, seed):
    given = (policy, 6.0, 0.4, 5.0, 1.0, jitter, workers, 4, 40.0, seed)
    counts, longest, summed = with_simpy(*given)
    ours = stampede.simulate(*given)
    assert {name: getattr(ours, name) for name in counts} == counts
    assert ours.longest == pytest.approx(longest, abs=1e-9)
    assert ours.mean_wait * ours.requests == pytest.approx(summed, abs=1e-6)


def per_refresh(policy, rate, recompute, beta=1.0):
    """Recomputations a refresh of one key on an idle origin, with its error bar, over runs of 200 lives."""
    runs = [stampede.simulate(policy, rate, recompute, 20, beta, horizon=4000, seed=s).per_refresh for s in range(12)]
    return batch_means(runs, confidence=0.9999)


def test_without_a_cure_one_recomputation_and_those_who_ask_while_it_lasts():
    """The first, and on average rate × recompute more: the paper's 10 requests a second and 3 s are 31."""
    seen = per_refresh("nothing", 10, 3.0)
    assert seen.covers(31) and seen.half_width < 1


@pytest.mark.parametrize("policy", ["coalesce", "early, coalesced", "stale"])
def test_coalesced_there_is_one_recomputation_a_refresh(policy):
    run = stampede.simulate(policy, 50, 1.0, 10, horizon=500)
    assert run.recomputations == run.refreshes and run.per_refresh == 1


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_early_recomputation_costs_e_to_the_one_over_beta_whatever_the_rate(beta):
    limit = math.exp(1 / beta)
    for rate in (40, 160):
        expected = stampede.expected_early(rate, 1.0, beta)
        seen = per_refresh("early", rate, 1.0, beta)
        assert seen.covers(expected)
    assert expected == pytest.approx(limit, rel=1e-3)


def test_where_requests_are_few_early_recomputation_does_nothing_and_the_formula_says_so():
    assert stampede.expected_early(1e-6, 1.0) == pytest.approx(1, abs=1e-5)
    assert per_refresh("early", 2, 1.0).covers(stampede.expected_early(2, 1.0))
    assert stampede.expired_chance(1e-9, 1.0) == pytest.approx(1)


def test_the_chance_that_a_value_expires_although_asked_for_early():
    """Seen through the old value being served: with one refresh at a time, a request that waits for another's is late."""
    rate, recompute, beta = 8.0, 1.0, 1.0
    chance, lives = stampede.expired_chance(rate, recompute, beta), 6000
    late = 0
    random = np.random.default_rng(8)
    for _ in range(lives):
        left = random.random(random.poisson(rate * 30)) * 30  # time left at each request of the last 30 s
        early = left[beta * recompute * random.exponential(size=len(left)) >= left]
        late += not np.any(early >= recompute)
    assert abs(late / lives - chance) < 4 * math.sqrt(chance * (1 - chance) / lives)


def test_jitter_spreads_what_expires_together():
    settings = dict(rate=20, recompute=0.5, ttl=20, keys=50, horizon=30)
    together = stampede.simulate("coalesce", **settings)
    apart = stampede.simulate("coalesce", jitter=0.5, **settings)
    assert together.most > 45  # one for each key, within half a second
    # 50 lives spread evenly over 10 s begin 2.5 recomputations in any half second on average; 12 has a chance under 1e-5
    assert apart.most < 12 and apart.recomputations >= 50


def test_serving_the_old_value_lets_nobody_wait():
    run = stampede.simulate("stale", 20, 2.0, 10, horizon=300)
    assert run.waited == 0 and run.longest == 0 and run.stale > 0


@pytest.mark.parametrize("policy", range(5))
def test_the_figure_says_what_simulate_says(policy):
    moved = dict(policy=policy, rate=15, recompute=0.8, ttl=12, beta=1.5, jitter_percent=25, workers=30, seed=4)
    seen, inputs = figure.at(**moved), figure.inputs
    common = dict(rate=15, recompute=0.8, ttl=12, beta=1.5, workers=30, keys=inputs["keys"], horizon=inputs["horizon"])
    alone = stampede.simulate("nothing", seed=4, **common)
    helped = stampede.simulate(POLICIES[policy], jitter=0.25, seed=4, **common)
    for place, run in ((0, alone), (4, helped)):
        expected = [run.recomputations, run.most, run.waited / run.requests, run.longest]
        assert seen["now"][place : place + 4] == pytest.approx(expected)
    assert seen["now"][8:11] == pytest.approx([alone.per_refresh, helped.per_refresh, helped.stale / helped.requests])
    assert seen["alone"].max() <= alone.most and seen["helped"].max() <= max(helped.most, stampede.EMPTY)


def test_the_places_of_the_figure_hold_every_request_of_its_busiest_setting():
    busiest = figure.sliders["rate"].high * figure.inputs["keys"] * figure.inputs["horizon"]
    assert figure.workspace["job_end"] > busiest + 6 * math.sqrt(busiest)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(policy="pray"), "policy must be one of nothing, coalesce, early, early, coalesced, stale, got 'pray'"),
        (dict(rate=0), "rate must be above 0, got 0"),
        (dict(ttl=math.inf), "ttl must be finite, got inf"),
        (dict(jitter=2), "jitter must be from 0 to 1, got 2"),
        (dict(workers=0), "workers must be a whole number from 1 up, got 0"),
        (dict(beta=-1), "beta must be above 0, got -1"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        stampede.simulate(**dict(policy="early", rate=1, recompute=1, ttl=10) | wrong)
    assert message in str(error.value)
