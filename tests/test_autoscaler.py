"""The autoscaler's control loop: what must hold of any run, a fleet of pods kept one by one, and linear theory."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import autoscaler, flashsale
from perfbook.autoscaler import demand, fewest_replica_seconds, simulate, wave_or_step
from perfbook.hpa import DOWN, UP, Rules, desired_replicas, next_replicas

SALE = demand(autoscaler.FLASH_SALE, 900)
FREE = flashsale.AT_WILL

EVENTS = st.lists(st.tuples(st.integers(1, 299), st.integers(0, 90_000)), max_size=6, unique_by=lambda e: e[0]).map(
    sorted
)
SETTINGS = st.fixed_dictionaries({
    "signal": st.sampled_from(sorted(autoscaler.SIGNALS)),
    "start": st.integers(0, 90),
    "delay": st.integers(0, 90),
    "target": st.integers(30, 100),
    "least": st.integers(1, 40),
    "most": st.integers(40, 120),
    "tolerance": st.sampled_from([0.0, 0.1, 0.3]),
    "phase": st.integers(0, 14),
    "down": st.sampled_from([DOWN, FREE, Rules(percent=10, percent_period=60), dataclasses.replace(DOWN, window=45)]),
    "up": st.sampled_from([UP, FREE, Rules(pods=4, pods_period=60), Rules(percent=20)]),
})  # fmt: skip


def offered_by(first, events):
    return demand([(0, first), *events], 400)


@settings(max_examples=50)
@given(st.integers(1, 60_000), EVENTS, SETTINGS)
def test_every_request_is_served_or_dropped_and_none_by_a_replica_that_is_not_ready(first, events, given):
    run = simulate(offered_by(first, events), **given)
    assert run.dropped == run.offered.sum() - run.served.sum()  # whole numbers, so exactly
    np.testing.assert_array_equal(run.served, np.minimum(run.offered, run.ready * run.rate))
    assert np.all(run.ready <= run.replicas) and np.all(run.ready >= 0)
    # Ready are those that were there a start time ago and have been since: the least number ordered in that time.
    start = given["start"]
    least = [run.replicas[max(0, t - start) : t + 1].min() for t in range(len(run.replicas))]
    np.testing.assert_array_equal(run.ready, least)


@settings(max_examples=50)
@given(st.integers(1, 60_000), EVENTS, SETTINGS)
def test_no_run_passes_its_limits_or_the_default_policy(first, events, given):
    run = simulate(offered_by(first, events), **given | dict(up=UP))
    assert run.replicas.min() >= given["least"] and run.replicas.max() <= given["most"]
    for t in np.flatnonzero(np.diff(run.replicas) > 0) + 1:
        before = run.replicas[max(t - 15, 0)]
        assert run.replicas[t] <= max(math.ceil(2 * before), before + 4)


def one_by_one(offered, start, delay, target, least, most, window, phase):
    """The CPU rule over pods kept one by one, each with its age; a metric a pod, from a record of the past."""
    aim, pods, wishes, changes, past, replicas, served = target * 10, [], [], [], [], [], []
    pods = [-10_000] * min(max(least, math.ceil(offered[0] / aim)), most)
    for t, load in enumerate(offered):
        alive = [p for p in pods if p + start <= t]
        past.append((t, load, list(alive)))
        if t >= phase and (t - phase) % 15 == 0:
            _, then_load, then_alive = past[max(t - delay, 0)]
            busy = min(then_load, 1000 * len(then_alive)) / len(then_alive)
            known = min(len(then_alive), len(alive))
            total = busy * known
            wish = desired_replicas(len(pods), [total / known] * known, target, 1000, unready=len(pods) - known)
            following = next_replicas(
                len(pods), wish, least, most, UP, dataclasses.replace(DOWN, window=window),
                [(t - s, n) for s, n in wishes], [(t - s, n) for s, n in changes],
            )  # fmt: skip
            wishes.append((t, wish))
            if following != len(pods):
                changes.append((t, following - len(pods)))
            pods = sorted(pods)[:following] + [t] * max(0, following - len(pods))
            alive = [p for p in pods if p + start <= t]
            past[-1] = (t, load, list(alive))
        replicas.append(len(pods))
        served.append(min(load, 1000 * len(alive)))
    return np.array(replicas), np.array(served)


@pytest.mark.parametrize(
    "start, delay, target, window", [(30, 15, 70, 300), (45, 40, 50, 60), (0, 0, 65, 0), (20, 60, 80, 0)]
)
def test_a_run_by_cpu_is_that_of_pods_kept_one_by_one(start, delay, target, window):
    offered = wave_or_step("wave", 700)
    down = dataclasses.replace(DOWN, window=window)
    run = simulate(offered, "CPU", start, delay, target, least=3, most=120, down=down, phase=7)
    replicas, served = one_by_one(offered, start, delay, target, 3, 120, window, 7)
    np.testing.assert_array_equal(run.replicas, replicas)
    np.testing.assert_array_equal(run.served, served)


@settings(max_examples=50)
@given(st.integers(1, 60), EVENTS, st.integers(0, 90))
def test_an_autoscaler_that_sees_all_at_once_is_the_sale_by_the_clock(fleet, events, start):
    levels = [(0, fleet * 1000), *((t, 1000 * math.ceil(rate / 1000) or 1000) for t, rate in events)]
    run = simulate(demand(levels, 400), start=start, target=100, tolerance=0, up=FREE, down=FREE, period=1)
    clock = flashsale.by_the_clock(levels, start=start, fleet=fleet, end=400)
    assert (run.dropped, run.replica_seconds) == (clock.dropped, clock.instance_seconds)


@pytest.mark.parametrize("looks", [0, 1])
def test_a_metric_no_older_than_a_look_lets_the_bare_formula_settle_at_once(looks):
    run = swing(15 * looks)
    assert run.turns == 0
    assert len(set(run.replicas[200:])) == 1 and run.replicas[-1] == pytest.approx(40 / 0.3, abs=4)


def swing(delay, **limits):
    """A fleet at 60,000/s that finds 40,000 from second 100 on, far from full, and no rule but the formula."""
    offered = demand([(0, 60_000), (100, 40_000)], 1200)
    free = dict(tolerance=0, up=FREE, down=FREE, most=3000) | limits
    return simulate(offered, "bare formula", start=0, delay=delay, target=30, **free)


def test_a_metric_two_looks_old_swings_for_ever_with_the_period_of_six_looks_that_theory_has():
    # In logarithms the formula is x(k+1) = x(k) − x(k−1): z² − z + 1 = 0, two roots on the unit circle at ±60°.
    root = np.roots([1, -1, 1])[0]
    assert abs(root) == pytest.approx(1) and 2 * np.pi / abs(np.angle(root)) == pytest.approx(6)
    looks = np.log(swing(30).replicas[210::15])
    looks = looks - looks.mean()
    spectrum = np.abs(np.fft.rfft(looks[:60]))
    assert 60 / np.argmax(spectrum) == pytest.approx(6)
    assert np.ptp(looks[-12:]) > 0.8 * np.ptp(looks[:12])


def test_a_metric_three_looks_old_swings_ever_further():
    assert max(abs(np.roots([1, -1, 0, 1]))) > 1
    replicas = swing(45).replicas
    assert np.ptp(np.log(replicas[500:900])) > 1.5 * np.ptp(np.log(replicas[130:300]))


@pytest.mark.parametrize("delay", [30, 60])
def test_agreement_over_the_age_of_the_metric_ends_the_swing(delay):
    step = wave_or_step("step")
    settings = dict(signal="bare formula", start=0, delay=delay, target=50, most=120, phase=7)
    turns = [simulate(step, down=dataclasses.replace(DOWN, window=w), **settings).turns for w in (0, delay)]
    assert turns[0] >= 10 and turns[1] <= 1


@pytest.mark.parametrize("delay", [0, 30, 120])
def test_requests_offered_do_not_depend_on_the_fleet_and_cannot_make_it_swing(delay):
    run = simulate(wave_or_step("step"), delay=delay, down=FREE, up=FREE, most=120)
    assert run.turns == 0


def test_above_full_load_cpu_adds_no_more_than_the_inverse_of_the_target_a_round():
    start, delay = 30, 15
    run = simulate(demand([(0, 5000), (60, 500_000)], 900), "CPU", start, delay, 70, least=8, most=120, phase=0)
    sizes = [int(run.replicas[0]), *(int(run.replicas[t]) for t in np.flatnonzero(np.diff(run.replicas)) + 1)]
    for before, after in itertools.pairwise(sizes):
        assert after == min(math.ceil(before * 100 / 70), 120)
    # The next round waits until the last one is ready and its metric read: start and delay, up to the next look.
    times = np.flatnonzero(np.diff(run.replicas)) + 1
    assert set(np.diff(times)) == {45}


def test_a_warm_pool_costs_more_and_drops_less_but_for_the_tolerance():
    exact = [simulate(SALE, least=n, tolerance=0, delay=15, phase=7) for n in range(8, 110, 3)]
    costs, drops = [r.replica_seconds for r in exact], [r.dropped for r in exact]
    assert costs == sorted(costs) and drops == sorted(drops, reverse=True)
    sixty, more = (simulate(SALE, least=n, delay=15, phase=7) for n in (60, 65))
    assert (sixty.dropped, more.dropped) == (156_000, 520_000)  # 50,000 over 65 is within 10% of 700


def test_standby_replicas_start_first_and_are_counted_once():
    plain = simulate(SALE, delay=15, phase=7)
    tiered = simulate(SALE, delay=15, phase=7, standby=20, standby_start=5)
    np.testing.assert_array_equal(plain.replicas, tiered.replicas)
    assert np.all(tiered.ready >= plain.ready) and tiered.ready.max() == plain.ready.max()
    assert simulate(SALE, delay=15, phase=7, standby=500, standby_start=30).dropped == plain.dropped


def test_the_fewest_replicas_serve_all_and_one_less_does_not():
    assert fewest_replica_seconds([0, 1, 1000, 1001], 1000) == 0 + 1 + 1 + 2
    assert fewest_replica_seconds(SALE) <= simulate(SALE).replica_seconds


def test_the_figures_kernel_says_what_simulate_says():
    from perfbook.figures.patterns.autoscaling import UP_RULES
    from perfbook.figures.patterns.autoscaling import autoscale as figure

    for moved, kind in (
        (dict(kind=1, signal=0, delay=60, window=0, target=50), "step"),
        (dict(kind=2, policy=2), "wave"),
    ):
        seen = figure.at(**moved)
        run = simulate(
            wave_or_step(kind, 1200), ["bare formula", "CPU", "requests"][moved.get("signal", 2)], 30,
            moved.get("delay", 15), moved.get("target", 70), least=5, most=120, phase=7,
            up=list(UP_RULES.values())[moved.get("policy", 0)], down=dataclasses.replace(DOWN, window=moved.get("window", 300)),
        )  # fmt: skip
        np.testing.assert_array_equal(seen["capacity"], run.ready * 1000)
        np.testing.assert_array_equal(seen["ordered"], run.replicas * 1000)
        assert seen["now"][2] == run.dropped and seen["now"][8] == run.turns
        assert seen["now"][4] == pytest.approx(run.replica_seconds / 3600)
        assert seen["now"][5] == pytest.approx(fewest_replica_seconds(run.offered) / 3600)
        assert seen["now"][9] == np.sum(run.served < run.offered) and seen["now"][7] == run.replicas.max()


@pytest.mark.parametrize("call, message", [
    (lambda: simulate(SALE, signal="memory"), "signal must be one of bare formula, CPU, requests, got 'memory'"),
    (lambda: simulate(SALE, start=1.5), "start must be a whole number from 0 up, got 1.5"),
    (lambda: simulate(SALE, least=5, most=4), "least must be a whole number from 1 to 4, got 5"),
    (lambda: simulate([-1]), "offered must not be negative"),
    (lambda: simulate(SALE, target=0), "target must be a whole number from 1 up, got 0"),
    (lambda: demand([(5, 1)], 10), "events must start at second 0 and come one after the other, got seconds [5]"),
    (lambda: demand([(0, 1), (0, 2)], 10), "events must start at second 0"),
    (lambda: wave_or_step("noise"), "kind must be one of flash sale, step, wave, got 'noise'"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
