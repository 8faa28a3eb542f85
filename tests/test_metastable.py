"""The server with retries against closed forms, a second simulator written with simpy, and its fluid laws.

Seeds are fixed. Simulated means are compared within 4.5 standard errors over batches, and the test says how small
those errors must be for the comparison to mean something.
"""

import collections
import math

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import metastable
from perfbook.figures.math import metastable as figures

few = settings(max_examples=25)


def serve(load, seconds, timeout=math.inf, retries=0, backoff=0.0, budget=9.0, queue_limit=4000, skip_dead=0, seed=1,
          stall=0.0, width=1.0):  # fmt: skip
    """Attempts and answers in time, per interval, of a run at one load with 100 requests a second of capacity."""
    bins = int(seconds / width)
    outputs = [np.empty(bins) for _ in range(3)]
    metastable.serve(np.full(bins, load), width, 100.0, 60.0, stall, timeout, retries, backoff, budget, queue_limit,
                     skip_dead, seed, np.empty(4, dtype=np.int64), np.empty(10 << 15),
                     np.empty(20, dtype=np.int64), np.empty(4096), *outputs)  # fmt: skip
    return outputs


def ratio(part, whole, batch=100):
    """A ratio of two counts with its standard error over batches of so many intervals (and at most 2 % of it)."""
    parts = part[: part.size // batch * batch].reshape(-1, batch).sum(axis=1)
    wholes = whole[: whole.size // batch * batch].reshape(-1, batch).sum(axis=1)
    value = parts.sum() / wholes.sum()
    return value, np.std(parts - value * wholes, ddof=1) / (wholes.mean() * math.sqrt(parts.size))


@pytest.mark.parametrize(("load", "timeout"), [(0.5, 0.03), (0.8, 0.05), (0.9, 0.1), (0.9, 0.2)])
def test_without_retries_late_answers_are_the_exponential_tail_of_the_mm1_queue(load, timeout):
    offered, goodput, _ = serve(load, 8000, timeout=timeout)
    good, error = ratio(goodput, offered)
    assert abs(1 - good - math.exp(-100 * (1 - load) * timeout)) < 4.5 * error
    assert error < 0.01


@pytest.mark.parametrize(("load", "limit"), [(0.7, 3), (0.95, 10), (1.3, 5), (0.5, 1)])
def test_without_timeouts_the_queue_limit_turns_away_as_the_mm1k_queue_does(load, limit):
    offered, goodput, _ = serve(load, 4000, queue_limit=limit)
    good, error = ratio(goodput, offered)
    blocked = (1 - load) * load**limit / (1 - load ** (limit + 1))
    assert abs(1 - good - blocked) < 4.5 * error
    assert error < 0.01


def simulated(load, seconds, timeout, retries, backoff, budget, queue_limit, skip_dead, seed):
    """The same server and clients as processes in simpy, written from the description alone."""
    random = np.random.default_rng(seed)
    environment = simpy.Environment()
    waiting, counts = collections.deque(), np.zeros((2, int(seconds)))
    bell = environment.event()
    tokens = [metastable.BURST * budget * 100]
    busy = [0]

    def server():
        nonlocal bell
        while True:
            while not waiting:
                bell = environment.event()
                yield bell
            came, done = waiting.popleft()
            if skip_dead and environment.now - came > timeout:
                continue
            busy[0] = 1
            yield environment.timeout(random.exponential(0.01))
            busy[0] = 0
            if not done.triggered:
                done.succeed()

    def client():
        tokens[0] = min(tokens[0] + budget, metastable.BURST * budget * 100)
        for attempt in range(retries + 1):
            if attempt:
                yield environment.timeout(backoff * 2 ** (attempt - 1))
                if tokens[0] < 1:
                    return
                tokens[0] -= 1
            counts[0, int(environment.now)] += 1
            if len(waiting) + busy[0] >= queue_limit:
                continue
            done = environment.event()
            waiting.append((environment.now, done))
            if not bell.triggered:
                bell.succeed()
            answer = yield done | environment.timeout(timeout)
            if done in answer:
                counts[1, int(environment.now)] += 1
                return

    def arrivals():
        while True:
            yield environment.timeout(random.exponential(1 / (100 * load)))
            environment.process(client())

    environment.process(server())
    environment.process(arrivals())
    environment.run(until=seconds)
    return counts


@pytest.mark.parametrize(
    "clients",
    [
        dict(load=0.55, timeout=0.06, retries=2, backoff=0.0, budget=9.0, queue_limit=4000, skip_dead=0),
        dict(load=0.85, timeout=0.15, retries=2, backoff=0.0, budget=9.0, queue_limit=400, skip_dead=0),
        dict(load=0.85, timeout=0.1, retries=2, backoff=0.3, budget=0.05, queue_limit=25, skip_dead=0),
        dict(load=1.2, timeout=0.2, retries=3, backoff=0.1, budget=9.0, queue_limit=12, skip_dead=0),
        dict(load=1.1, timeout=0.1, retries=1, backoff=0.05, budget=9.0, queue_limit=200, skip_dead=1),
    ],
    ids=["timeouts", "collapse by itself", "budget and limit", "shedding in overload", "skipping the dead"],
)
def test_a_second_simulator_sees_as_many_attempts_and_answers(clients):
    seconds = 700
    offered, goodput, _ = serve(seconds=4000, seed=3, **clients)
    theirs = simulated(seconds=seconds, seed=5, **clients)
    fresh = np.full(seconds, 100 * clients["load"])
    for ours, other in ((offered, theirs[0]), (goodput, theirs[1])):
        value, error = ratio(ours[100:], np.full(ours.size - 100, 100 * clients["load"]), 100)
        expected, spread = ratio(other[100:], fresh[100:], 50)
        assert abs(value - expected) <= 4.5 * math.hypot(error, spread)
        assert spread <= 0.05 * expected


@few
@given(st.integers(0, 5), st.floats(0.1, 0.85), st.floats(0, 30), st.integers(1, 10**6))
def test_below_the_vulnerable_load_every_stall_is_outlived(retries, part, stall, seed):
    load = part * metastable.least_vulnerable_load(retries)
    run = metastable.simulate(max(load, 0.05), stall, retries=retries, queue_limit=500, seed=seed)
    assert run.outcome != "stays down"


@few
@given(st.integers(1, 5), st.floats(1.15, 3), st.floats(5, 30), st.integers(1, 10**6), st.floats(0, 2))
def test_above_it_a_long_stall_lasts_for_ever_whatever_the_backoff(retries, part, stall, seed, backoff):
    load = min(part * metastable.least_vulnerable_load(retries), 0.9)
    run = metastable.simulate(load, stall, retries=retries, backoff=backoff, seed=seed, seconds=300)
    if load > 1.1 * metastable.least_vulnerable_load(retries):
        assert run.outcome == "stays down"
        # Nothing is lost on the way to the next attempt: every request is tried as often as it may be.
        assert run.amplified == pytest.approx(metastable.amplification(retries), rel=0.1)


@few
@given(st.floats(0.3, 0.8), st.floats(3, 20), st.integers(1, 10**6))
def test_the_same_stall_is_outlived_with_a_budget_that_leaves_room(load, stall, seed):
    budget = 0.5 * (1 / load - 1)
    run = metastable.simulate(load, stall, retries=5, budget=budget, seed=seed, seconds=300)
    assert run.outcome != "stays down"
    assert metastable.least_vulnerable_load(5, budget) > load


@few
@given(st.floats(0.3, 0.9), st.floats(3, 20), st.integers(1, 10**6))
def test_the_same_stall_is_outlived_if_a_full_queue_is_shorter_than_the_timeout(load, stall, seed):
    run = metastable.simulate(load, stall, retries=5, queue_limit=50, seed=seed)
    assert run.outcome != "stays down"
    assert run.good > 0.8


@few
@given(st.floats(0.1, 0.7), st.floats(0, 0.3), st.integers(1, 10**6))
def test_a_stall_well_inside_the_timeout_does_no_harm(load, stall, seed):
    assert metastable.simulate(load, stall, retries=3, seed=seed).outcome == "never falls"


@few
@given(st.floats(0.05, 2), st.floats(0, 20), st.floats(0.05, 3), st.integers(0, 5), st.floats(0, 5),
       st.integers(1, 2000), st.booleans(), st.integers(1, 10**6))  # fmt: skip
def test_nobody_is_answered_twice_or_tries_more_than_allowed(
    load, stall, timeout, retries, budget, queue_limit, skip_dead, seed
):
    run = metastable.simulate(load, stall, timeout, retries, 0.1, budget, queue_limit, skip_dead, seed,
                              seconds=60, stall_from=20)  # fmt: skip
    requests = 6000 * load + 7 * math.sqrt(6000 * load)  # a Poisson count exceeds this once in 10**11
    assert run.goodput.sum() <= requests
    assert run.offered.sum() <= requests * (1 + min(retries, budget)) + metastable.BURST * min(budget, retries) * 100
    assert np.all(run.goodput.cumsum() <= run.offered.cumsum())
    assert np.all(run.wait >= 0)


@given(st.floats(0, 100), st.floats(0, 10), st.floats(0, 100), st.floats(0, 20))
def test_a_stall_delays_work_by_at_most_itself_and_never_loses_any(start, work, stall_from, stall):
    end = metastable.work_ends.function(start, work, stall_from, stall)
    outside = max(0.0, min(end, stall_from) - start) + max(0.0, end - max(start, stall_from + stall))
    assert outside == pytest.approx(work, abs=1e-9)
    assert start + work <= end + 1e-9 <= start + work + stall + 2e-9


def cycle(retries, queue_limit, budget=9.0, seed=1):
    steps = np.arange(1.0, 25.0) * 0.05
    arrays = [np.empty(480) for _ in range(4)] + [np.empty(24), np.empty(24), np.empty(3)]
    metastable.load_cycle(1.0, retries, budget, queue_limit, 0, seed, 100.0, 10, steps,
                          np.empty(4, dtype=np.int64), np.empty(10 << 13), np.empty(20, dtype=np.int64),
                          np.empty(4096), *arrays)  # fmt: skip
    return steps, *arrays[4:]


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("retries", [1, 3, 5])
def test_goodput_comes_back_only_below_the_vulnerable_load(retries, seed):
    _, up, down, turns = cycle(retries, 200, seed=seed)
    assert turns[0] >= 0.9
    assert turns[1] <= metastable.least_vulnerable_load(retries) + 1e-9
    assert up[18 - 5] > 0.5 and down[18 - 5] < 0.1


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_queue_shorter_than_the_timeout_has_no_memory(seed):
    steps, up, down, turns = cycle(3, 60, seed=seed)
    assert turns.tolist() == pytest.approx([1.2, 1.2, 0.25])
    # Poisson counts of 5 seconds differ by less than five sigma of their difference.
    assert np.all(np.abs(up - down) <= 5 * np.sqrt(2 * np.minimum(steps, 1) / 500) + 0.05)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (dict(load=0), "load"),
        (dict(retries=6), "retries"),
        (dict(retries=2.7), "retries must be a whole number from 0 to 5, got 2.7"),
        (dict(queue_limit=9.5), "queue_limit must be a whole number from 1 to 4,095, got 9.5"),
        (dict(seed=1.5), "seed must be a whole number from 0 to 4,294,967,295, got 1.5"),
        (dict(budget=-1), "budget"),
        (dict(queue_limit=0), "queue_limit"),
        (dict(timeout=0), "timeout"),
        (dict(seed=-1), "seed"),
        (dict(stall_from=500), "stall_from"),
    ],
)
def test_what_cannot_be_is_named(change, named):
    with pytest.raises(ValueError, match=named):
        metastable.simulate(**{"load": 0.5, "stall": 1, **change})


@pytest.mark.parametrize("seed", range(1, 31))
def test_the_figures_first_run_is_not_a_chosen_one(seed):
    assert figures.metastable.at(seed=seed)["verdict"][0] == metastable.STAYS_DOWN
    assert figures.metastable.at(seed=seed, budget=0.1)["verdict"][0] == metastable.RECOVERS
    assert figures.metastable.at(seed=seed, queue_limit=50)["verdict"][0] != metastable.STAYS_DOWN
    assert figures.metastable.at(seed=seed, load=0.2)["verdict"][0] != metastable.STAYS_DOWN
    assert figures.metastable.at(seed=seed, backoff=1)["verdict"][0] == metastable.STAYS_DOWN


def test_the_figure_shows_what_the_function_computes():
    run, shown = metastable.simulate(0.7, 5.0, retries=3), figures.metastable.at()
    np.testing.assert_array_equal(shown["goodput"], run.goodput)
    np.testing.assert_array_equal(shown["wait"], run.wait)
