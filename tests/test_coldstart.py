"""Cold starts and ramps: against integrals on a grid, against what any overlap must keep, and the episode's own totals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import coldstart
from perfbook.coldstart import EPISODE_RANGES, EPISODE_TIMES, episode_predictive, episode_ramp, ramp_loss, ramp_requests

RATES = st.floats(0, 20_000)
TIMES = st.floats(0, 200)


def lost_on_a_grid(low, peak, ramp, lag, warm, order, step=0.002):
    """The same loss as a sum over small steps, from what is offered and what is there: no layers."""
    t = np.arange(step / 2, ramp + lag + 1, step)

    def demand(at):
        return np.where(at < 0, low, np.where(at >= ramp, peak, low + (peak - low) * at / max(ramp, 1e-300)))

    ready = demand(t - lag) if order == "as it rises" else np.where(t >= lag, peak, low)
    return np.maximum(0, demand(t) - np.maximum(low + warm, ready)).sum() * step


@pytest.mark.parametrize("order", coldstart.ORDERS)
@pytest.mark.parametrize("low, peak, ramp, lag, warm", [
    (1000, 10_000, 10, 30, 0), (1000, 10_000, 10, 5, 0), (500, 9000, 40, 25, 2000), (0, 800, 0, 12, 100),
    (1000, 10_000, 10, 0, 0), (3000, 4000, 60, 20, 5000), (5000, 4000, 10, 30, 0), (1000, 10_000, 10, 30, 8999),
])  # fmt: skip
def test_a_ramp_loses_what_a_grid_of_small_steps_adds_up(order, low, peak, ramp, lag, warm):
    found = ramp_loss(low, peak, ramp, lag, warm, order)
    assert found == pytest.approx(
        lost_on_a_grid(low, peak, ramp, lag, warm, order), rel=1e-4, abs=max(peak, low) * 0.004
    )


@given(RATES, RATES, TIMES, TIMES)
def test_demand_followed_with_a_lag_loses_rise_times_lag_however_steep_it_is(low, rise, ramp, lag):
    assert ramp_loss(low, low + rise, ramp, lag, order="as it rises") == pytest.approx(rise * lag, rel=1e-9, abs=1e-6)


@given(RATES, RATES, TIMES, TIMES, RATES)
def test_ordering_at_once_never_loses_more_and_a_triangle_and_a_rectangle_are_its_loss(low, rise, ramp, lag, warm):
    early = ramp_loss(low, low + rise, ramp, lag, warm)
    assert early <= ramp_loss(low, low + rise, ramp, lag, warm, "as it rises") + 1e-6
    if lag >= ramp:
        triangle, rectangle = rise * ramp / 2, rise * (lag - ramp)
        assert ramp_loss(low, low + rise, ramp, lag) == pytest.approx(triangle + rectangle, rel=1e-9, abs=1e-6)


@given(RATES, RATES, TIMES, TIMES, RATES, RATES)
def test_a_warm_pool_never_hurts_a_ramp_and_one_of_the_whole_rise_loses_nothing(low, rise, ramp, lag, warm, more):
    for order in coldstart.ORDERS:
        less = ramp_loss(low, low + rise, ramp, lag, warm + more, order)
        assert 0 <= less <= ramp_loss(low, low + rise, ramp, lag, warm, order) + 1e-6
        assert ramp_loss(low, low + rise, ramp, lag, rise * (1 + 1e-9) + 1e-6, order) == 0


@given(RATES, RATES, TIMES, TIMES)
def test_nothing_is_dropped_that_was_not_offered(low, peak, ramp, lag):
    assert ramp_loss(low, peak, ramp, lag) <= ramp_requests(low, peak, ramp, lag) * (1 + 1e-9) + 1e-6


def test_the_episodes_totals_as_written_and_as_they_are():
    written = {kind: episode_ramp(1000, 10_000, 10, s) for kind, s in EPISODE_TIMES.items()}
    true = {kind: ramp_loss(1000, 10_000, 10, s) for kind, s in EPISODE_TIMES.items()}
    assert written["pod"] == (27_000, 405_000) and true["pod"] == 225_000
    assert written["virtual machine"] == (108_000, 6_480_000) and true["virtual machine"] == 1_035_000
    for kind, both in (("Lambda, warm", 4.5), ("Lambda, cold", 11_250), ("container", 45_000)):
        assert written[kind][1] == pytest.approx(both) and true[kind] == pytest.approx(both)
    assert ramp_requests(1000, 10_000, 10, 30) == 255_000 < written["pod"][1]


def test_the_episodes_predictive_benefit_eliminates_a_cold_start_with_a_coin():
    assert episode_predictive(0.5, 60) == (1.0, True)
    assert episode_predictive(1.0, 15) == (0.5, False)


def test_the_parts_add_up_to_17_seconds_at_least_and_550_at_most():
    shortest, longest = (coldstart.cold_start([pair[k] for pair in EPISODE_RANGES]) for k in (0, 1))
    assert shortest.total == pytest.approx(17.1) and longest.total == 550
    node = coldstart.cold_start([pair[1] for pair in EPISODE_RANGES], kind="container on a running node")
    assert node.skipped == 150 and node.total == 400
    assert coldstart.cold_start([pair[1] for pair in EPISODE_RANGES], kind="kept warm").ready == 0


@given(st.lists(st.floats(0, 300), min_size=6, max_size=6), st.sampled_from(sorted(coldstart.KINDS)), st.floats(0, 1))
def test_no_overlap_beats_the_longest_part_and_none_is_slower_than_the_sum(parts, kind, overlap):
    start = coldstart.cold_start(parts, kind, overlap)
    assert start.longest - 1e-9 <= start.ready <= start.total + 1e-9
    assert start.skipped + start.total == pytest.approx(sum(parts))
    assert coldstart.cold_start(parts, kind, 0).ready == pytest.approx(start.total)
    assert coldstart.cold_start(parts, kind, 1).ready == pytest.approx(start.longest)


@pytest.mark.parametrize("order", [0, 1])
def test_the_figure_says_what_the_functions_say(order):
    from perfbook.figures.patterns.autoscaling import coldstart as figure

    seen = figure.at(order=order, low=2000, peak=12_000, ramp=20, start=30, detection=6, warm=1500)
    name = list(coldstart.ORDERS)[order]
    assert seen["now"][0] == pytest.approx(ramp_loss(2000, 12_000, 20, 36, 1500, name))
    until = 36 if order else 56
    assert seen["now"][1] == pytest.approx(ramp_requests(2000, 12_000, 20, until))
    times, gap = figure.inputs["times"], seen["gap"]
    assert seen["now"][3] == pytest.approx(gap.max(), rel=0.02)
    assert np.sum((gap[1:] + gap[:-1]) / 2 * np.diff(times)) == pytest.approx(seen["now"][0], rel=0.02)
    np.testing.assert_array_equal(gap, np.maximum(0, seen["offered"] - seen["capacity"]))


@pytest.mark.parametrize("call, message", [
    (lambda: ramp_loss(-1, 2, 3, 4), "low must be from 0 up, got -1"),
    (lambda: ramp_loss(1, 2, 3, 4, order="late"), "order must be one of as it rises, at once, got 'late'"),
    (lambda: ramp_requests(1, 2, 3, -4), "until must be from 0 up, got -4"),
    (lambda: episode_ramp(1, 2, 0, 3), "ramp must be above 0, got 0"),
    (lambda: episode_predictive(1.5, 3), "accuracy must be from 0 to 1, got 1.5"),
    (lambda: coldstart.cold_start([1, 2]), "parts must be 6 times, got 2"),
    (lambda: coldstart.cold_start([1, 2, -3, 4, 5, 6]), "parts, runtime, must be from 0 up, got -3"),
    (lambda: coldstart.cold_start([1] * 6, overlap=2), "overlap must be from 0 to 1, got 2"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
