"""The service and its dependency: closed forms where there are any, what must hold on any path, and a second simulator."""

import heapq
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import breakertracks, dependency, outage
from perfbook.errorbars import batch_means
from perfbook.figures.patterns import breakers as figures
from perfbook.rng import STATE_SIZE, below, exponential, seed_stream, uniform

steady = settings(max_examples=40)

runs = st.fixed_dictionaries(
    dict(
        rate=st.sampled_from([5.0, 60.0, 150.0]),
        outage=st.sampled_from([0.0, 7.5]),
        trouble=st.sampled_from(dependency.TROUBLES),
        bad=st.integers(0, 5),
        timeout=st.sampled_from([0.1, 1.0]),
        retries=st.integers(0, 3),
        layers=st.integers(1, 2),
        backoff=st.sampled_from([0.0, 0.2]),
        budget=st.sampled_from([None, 0.0, 0.1, 0.7]),
        threads=st.sampled_from([3, 400]),
        patience=st.sampled_from([0.0, 0.3, math.inf]),
        guard=st.sampled_from([None, "service", "shard"]),
        rule=st.sampled_from(["count", "rate"]),
        open_for=st.sampled_from([0.5, 4.0]),
        successes=st.integers(1, 3),
        probes=st.integers(1, 3),
        seed=st.integers(0, 1000),
    )
)


@steady
@given(given=runs)
def test_each_request_ends_once_and_no_more_is_sent_than_the_retries_and_the_budget_allow(given):
    run = dependency.simulate(outage_from=5.0, seconds=20, **given)
    assert run.requests == run.answered + run.unanswered + run.turned_away + run.no_thread
    tried = run.requests - run.turned_away - run.no_thread
    assert run.attempts <= tried * (1 + given["retries"]) ** given["layers"]
    assert run.attempts <= tried + run.retries
    if given["budget"] is not None and given["layers"] == 1:
        assert run.attempts <= outage.attempts_bound(run.requests, given["rate"], given["budget"]) + 1e-6
    assert run.busy.max() <= given["threads"]
    what = run.events[:, 2].astype(int)
    counts = np.bincount(what, minlength=5)
    assert counts[dependency.TRIED] == run.attempts and counts[dependency.ENDED_OK] == run.answered
    assert counts[dependency.ENDED_FAILED] == run.unanswered and counts[dependency.WAITS] == run.retries
    assert counts[dependency.ENDED_REFUSED] == run.turned_away + run.no_thread
    assert np.all(np.diff(run.events[:, 0]) >= 0)
    ended = run.events[what >= dependency.ENDED_OK, 1]
    assert np.array_equal(np.sort(ended), np.arange(run.requests))
    if given["guard"] is None:
        assert run.turned_away == run.opened == 0


@steady
@given(given=runs)
def test_nothing_reaches_the_dependency_while_the_breaker_is_open(given):
    given = {**given, "guard": "service"}
    run = dependency.simulate(outage_from=5.0, seconds=20, **given)
    tried = run.events[run.events[:, 2] == dependency.TRIED]
    assert np.all(tried[:, 3] != 1.0)
    state = run.events[:, 3]
    turns = [(a, b) for a, b in itertools.pairwise(state) if a != b]
    # Between two lines of the log half-open may end again where one success closes it or one lost call opens it.
    assert set(turns) <= {(0.0, 1.0), (1.0, 2.0), (2.0, 1.0), (2.0, 0.0)}


def by_hand(given, seconds):
    """The same service with a list of events and dictionaries; only the streams of random numbers are shared."""
    arrivals, works, pauses = (np.empty(STATE_SIZE, dtype=np.int64) for _ in range(3))
    for stream, state in enumerate((arrivals, works, pauses)):
        seed_stream(given["seed"], stream, state)
    rate, retries, timeout = given["rate"], given["retries"], given["timeout"]
    begin, end = 5.0, 5.0 + given["outage"]
    earned = retries if given["budget"] is None else given["budget"]
    most = 10 * earned * rate
    tokens, held, clock, order = most, 0, 0.0, itertools.count()
    free, ends, sent, queue, left = [0.0] * 5, {}, 0, [], {}
    clock = exponential(arrivals) / rate
    number = 0
    heapq.heappush(queue, (clock, 0, next(order), "new", None))
    while queue:
        now, _, _, what, request = heapq.heappop(queue)
        if what == "new":
            if now >= seconds:
                continue
            heapq.heappush(queue, (now + exponential(arrivals) / rate, 0, next(order), "new", None))
            shard = below(arrivals, 5)
            tokens = min(tokens + earned, most)
            request, number = (number, shard), number + 1
            if held == given["threads"]:
                ends[request] = "refused"
                continue
            held += 1
            left[request] = retries
            what = "try"
        if what == "try":
            sent += 1
            shard, hit = request[1], request[1] < given["bad"]
            trouble = given["trouble"] if hit and begin <= now < end else None
            start = max(now, free[shard])
            if trouble == "errors":
                after, answer = 0.002, False
            elif trouble == "silence":
                after, answer = timeout, False
            elif start - now > given["patience"]:
                after, answer = 0.002, False
            else:
                slow = 20.0 if hit and given["trouble"] == "slow" and begin <= start < end else 1.0
                free[shard] = start + exponential(works) / 20.0 * slow
                answer = free[shard] - now <= timeout
                after = free[shard] - now if answer else timeout
            heapq.heappush(queue, (now + after, 1, next(order), "answer" if answer else "miss", request))
        elif what == "answer":
            ends[request], held = "ok", held - 1
        elif left[request] > 0 and tokens >= 1:
            tokens -= 1
            pause = given["backoff"] * 2 ** (retries - left[request]) * uniform(pauses)
            left[request] -= 1
            heapq.heappush(queue, (now + pause, 1, next(order), "try", request))
        else:
            ends[request], held = "failed", held - 1
    return ends, sent


@pytest.mark.parametrize("trouble", dependency.TROUBLES)
@settings(max_examples=8)
@given(given=runs)
def test_a_second_simulator_gives_every_request_the_same_end(trouble, given):
    given = {**given, "guard": None, "layers": 1, "trouble": trouble, "rate": min(given["rate"], 60.0)}
    run = dependency.simulate(outage_from=5.0, seconds=12, **given)
    ends, sent = by_hand(given, 12)
    counts = [sum(end == word for end in ends.values()) for word in ("ok", "failed", "refused")]
    assert (run.attempts, run.requests, *counts) == (
        sent, len(ends), run.answered, run.unanswered, run.no_thread)  # fmt: skip


def test_without_trouble_a_shard_is_an_mm1_queue_and_late_answers_are_its_exponential_tail():
    run = dependency.simulate(rate=80.0, outage=0, retries=0, timeout=0.4, seconds=6000, seed=5, backoff=0)
    late = run.failed.reshape(-1, 100).sum(axis=1)
    all_ = (run.failed + run.ok).reshape(-1, 100).sum(axis=1)
    share = batch_means(late / all_, confidence=0.9999)
    # 16 a second to a server of 20: P(response > t) = exp(−(20 − 16) t)
    assert share.covers(math.exp(-4 * 0.4)) and share.half_width < 0.02


def test_while_all_fails_each_request_is_tried_as_often_as_the_layers_multiply_to():
    for retries, layers in ((0, 1), (3, 1), (1, 3), (3, 2), (2, 3), (3, 3)):
        run = dependency.simulate(rate=2, outage_from=0, outage=1e9, trouble="errors", retries=retries, layers=layers,
                                  backoff=0, seconds=30, threads=10_000)  # fmt: skip
        assert run.attempts == run.requests * outage.amplification(retries, layers)
        assert outage.amplification(retries, layers) == (1 + retries) ** layers


def nested(random, p, retries, layers):
    """Attempts and success of one request at the top of ``layers`` that retry."""
    attempts = 0
    for _ in range(retries + 1):
        count, good = (1, random.random() >= p) if layers == 1 else nested(random, p, retries, layers - 1)
        attempts += count
        if good:
            return attempts, True
    return attempts, False


@pytest.mark.parametrize(("p", "retries", "layers"), [(0.3, 3, 1), (0.8, 2, 2), (0.9, 1, 3), (0.95, 3, 2)])
def test_layers_of_retries_are_one_layer_with_as_many_tries_as_they_multiply_to(p, retries, layers):
    tries = (1 + retries) ** layers
    expected = (1 - p**tries) / (1 - p)
    assert outage.amplification(retries, layers, p) == pytest.approx(expected, rel=1e-12)
    random = np.random.default_rng(3)
    drawn = [nested(random, p, retries, layers)[0] for _ in range(20_000)]
    assert abs(np.mean(drawn) - expected) < 4 * np.std(drawn) / math.sqrt(len(drawn))


@steady
@given(p=st.floats(0, 1), retries=st.integers(0, 6), layers=st.integers(1, 4), budget=st.floats(0, 6))
def test_a_budget_caps_each_layer(p, retries, layers, budget):
    held = outage.amplification(retries, layers, p, budget)
    assert 1 <= held <= (1 + budget) ** layers * (1 + 1e-12)
    assert held <= outage.amplification(retries, layers, p) * (1 + 1e-9)
    # With a fluid budget no more succeeds than is asked, and no more is tried than would succeed.
    assert held * (1 - p) <= 1 + 1e-9


def test_the_budget_holds_in_the_long_run_as_the_fluid_says():
    for layers, budget in ((1, 0.1), (2, 0.1), (3, 0.25), (2, 1.0)):
        run = dependency.simulate(rate=50, outage_from=0, outage=1e9, trouble="errors", retries=3, layers=layers,
                                  budget=budget, backoff=0, seconds=2000, threads=1000)  # fmt: skip
        late = run.sent[200:].sum() / (run.failed[200:].sum())
        assert late == pytest.approx((1 + budget) ** layers, rel=0.01)


def test_a_breaker_ends_the_storm_that_outlives_a_slow_dependency():
    for seed in range(1, 17):
        options = dict(rate=50, trouble="slow", outage=20, seed=seed, seconds=100)
        bare = dependency.simulate(**options)
        held = dependency.simulate(**options, guard="service", open_for=10)
        assert bare.back == math.inf and held.back <= 15
        assert held.answered > 3 * bare.answered and held.attempts < bare.attempts / 3
        assert held.busy[20:].mean() < bare.busy[20:].mean() / 4


def test_a_breaker_spares_threads_and_the_dependency_whatever_goes_wrong_and_costs_answers_when_errors_are_quick():
    for trouble in dependency.TROUBLES:
        for seed in range(1, 9):
            options = dict(rate=50, trouble=trouble, outage=20, seed=seed, seconds=100)
            bare = dependency.simulate(**options)
            held = dependency.simulate(**options, guard="service", open_for=10)
            assert held.sent[20:40].sum() < 0.3 * bare.sent[20:40].sum()
            assert held.busy[22:40].mean() < bare.busy[22:40].mean()
            if trouble == "errors":
                assert bare.answered - 600 < held.answered < bare.answered


def test_one_bad_shard_costs_the_others_nothing_with_a_breaker_each_and_trips_all_with_one():
    for seed in range(1, 9):
        options = dict(rate=50, trouble="errors", bad=1, outage=20, seed=seed, seconds=100, open_for=10)
        bare, one, each = (dependency.simulate(**options, guard=g) for g in (None, "service", "shard"))
        assert one.answered < 0.9 * bare.answered and each.answered > 0.98 * bare.answered
        assert each.turned_away < 0.3 * one.turned_away


def test_other_cures_bring_it_back_without_a_breaker():
    options = dict(rate=50, trouble="slow", outage=20, seconds=120)
    for cure in (dict(budget=0.1), dict(retries=0), dict(patience=0.5)):
        assert dependency.simulate(**options, **cure).back < 60
    assert dependency.simulate(**options, backoff=1.0).back == math.inf


@pytest.mark.parametrize("trouble", [0, 1])
@pytest.mark.parametrize("retries, guard", [(0, 1), (2, 1), (2, 0)])
def test_every_dot_of_the_player_is_where_its_request_is(trouble, retries, guard):
    out = figures.breaker_player.run(trouble=trouble, retries=retries, guard=guard, seed=4)
    first, requests = out["first"].astype(int), int(out["summary"][0])
    assert requests <= figures.REQUESTS and np.isfinite(out["event_time"]).sum() < figures.LINES
    assert np.all(np.diff(first) >= 0) and first[-1] <= out["when"].size
    ends = []
    for low, high in itertools.pairwise(first[: requests + 1]):
        assert np.all(np.diff(out["when"][low:high]) >= 0)
        assert out["x"][low] == breakertracks.CALLER
        ends.append(int(out["kind"][high - 1]))
        assert (out["x"][high - 1] == breakertracks.DONE) == (ends[-1] == breakertracks.ANSWERED)
    shares = np.bincount(ends, minlength=4)[1:] / requests
    np.testing.assert_allclose(shares, out["summary"][1:4], atol=1e-12)
    if guard == 0:
        assert out["summary"][3] == 0


def test_both_ends_of_every_slider_say_something():
    for figure in (figures.phi, figures.breaker, figures.retry_storm, figures.breaker_player):
        for low in (True, False):
            said = figure.say(**{s.name: s.low if low else s.high for s in figure.sliders.values()})
            assert not any("nan" in text or "inf" in text for text in said.values())


@pytest.mark.parametrize("wrong", [
    dict(rate=0), dict(outage=-1), dict(trouble="fire"), dict(bad=-1), dict(slowdown=0.5), dict(timeout=0),
    dict(retries=8), dict(layers=0), dict(backoff=-1), dict(budget=-0.1), dict(threads=0), dict(patience=-1),
    dict(guard="host"), dict(seed=-1), dict(seconds=5), dict(shards=0), dict(failures=0),
])  # fmt: skip
def test_arguments_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        dependency.simulate(**wrong)
    with pytest.raises(ValueError, match="failing"):
        outage.amplification(1, 1, 1.5)
    with pytest.raises(ValueError, match="budget"):
        outage.attempts_bound(10, 1, -1)
