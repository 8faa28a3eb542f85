"""The smoothed price: against its impulse response, the roots of its polynomial, and a loop in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from perfbook import smoothing
from perfbook.figures.stories.smoothing import ringing
from perfbook.figures.stories.smoothing import smoothing as figure

ALPHAS = st.floats(0.01, 1.0)


def test_the_formula_and_the_code_of_the_episode_do_not_agree():
    assert smoothing.update(2, 9, 0.5, cap=math.inf) == 5.5
    assert smoothing.update(2, 9, 0.5) == 5  # the cap of its code
    assert smoothing.update(2, 9, 0.5, "root as it is") == 3
    assert smoothing.update(2, 0.25, 0.5, "root as it is", floor=0) == 0.5  # no floor
    assert smoothing.update(2, 0.25, 0.5, "root as it is") == 1


def test_a_factor_compounds_and_the_code_does_not():
    assert smoothing.prices([9, 9], rule="times a factor", start=2).tolist() == [3, 4.5]
    assert smoothing.prices([9, 9], rule="root as it is", start=2).tolist() == [3, 3]


@given(ALPHAS, st.integers(1, 6), st.floats(0, 9))
def test_several_smoothings_of_a_tick_are_one_with_the_alpha_together(alpha, nodes, ratio):
    several = smoothing.prices([ratio] * 5, alpha, nodes=nodes, floor=0, cap=math.inf)
    one = smoothing.prices([ratio] * 5, smoothing.effective_alpha(alpha, nodes), floor=0, cap=math.inf)
    assert several == pytest.approx(one, rel=1e-9, abs=1e-9)


@given(ALPHAS, st.lists(st.floats(0, 9), min_size=1, max_size=20), st.floats(1, 5), st.integers(1, 5))
def test_smoothing_never_leaves_the_range_of_what_it_aims_at(alpha, ratios, start, nodes):
    """It cannot compound: each step ends between the old price and the target."""
    prices = smoothing.prices(ratios, alpha, start=start, nodes=nodes, cap=math.inf, floor=0)
    assert np.all(prices <= max(start, *ratios) + 1e-9) and np.all(prices >= min(start, *ratios) - 1e-9)


def test_all_updates_lost_but_one_is_one_node_and_none_lost_is_all():
    ratios = np.linspace(0, 9, 30)
    alone = smoothing.prices(ratios, 0.2)
    assert smoothing.prices(ratios, 0.2, nodes=5, lost=1.0) == pytest.approx(alone)
    assert not np.allclose(smoothing.prices(ratios, 0.2, nodes=5, lost=0.0), alone)


def test_what_counts_of_several_is_binomial():
    """Started at 1 with a cap of none, the factor counts the updates that were not lost."""
    ticks, nodes, lost = 400, 6, 0.3
    last = smoothing.prices([9] * ticks, rule="times a factor", nodes=nodes, lost=lost, factor=1.01, cap=math.inf)[-1]
    counted = math.log(last) / math.log(1.01) - ticks
    mean, sd = ticks * (nodes - 1) * (1 - lost), math.sqrt(ticks * (nodes - 1) * lost * (1 - lost))
    assert abs(counted - mean) < 4 * sd


@given(st.floats(0.01, 1.0))
def test_the_noise_that_is_kept_is_the_sum_of_the_squared_impulse_response(alpha):
    response = signal.lfilter([alpha], [1, alpha - 1], np.r_[1, np.zeros(3000)])
    assert smoothing.noise_kept(alpha) ** 2 == pytest.approx(np.sum(response**2), rel=1e-9)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 0.9])
def test_the_price_as_simulated_keeps_that_much_noise(alpha):
    random = np.random.default_rng(3)
    ratios = 5 + random.standard_normal(40_000) * 0.5
    prices = smoothing.prices(ratios, alpha, start=5, cap=math.inf)[1000:]
    # n independent pieces of some 2/alpha ticks each: the error of a standard deviation is 1/sqrt(2 n)
    error = 1 / math.sqrt(2 * prices.size * alpha / 2)
    assert prices.std() / 0.5 == pytest.approx(smoothing.noise_kept(alpha), rel=4 * error)


@given(st.floats(0.01, 0.99))
def test_half_the_gap_is_closed_after_the_half_life(alpha):
    ticks = smoothing.half_life(alpha)
    gap = np.r_[1, 1 - smoothing.prices([1] * (math.ceil(ticks) + 1), alpha, start=0, floor=0)]
    assert gap[math.floor(ticks)] >= 0.5 - 1e-12 and gap[math.ceil(ticks)] <= 0.5 + 1e-12


def roots(alpha, gain, delay):
    """Of z^(m+1) − (1 − α) z^m + α gain: what the loop multiplies its deviations by."""
    polynomial = np.zeros(delay + 2)
    polynomial[0] = 1
    polynomial[1] -= 1 - alpha
    polynomial[-1] += alpha * gain
    return np.roots(polynomial)


@pytest.mark.parametrize("delay", [0, 1, 2, 5, 12])
@pytest.mark.parametrize("alpha", [0.02, 0.2, 0.5, 0.95])
def test_the_loop_comes_to_rest_up_to_a_root_on_the_unit_circle(alpha, delay):
    quiet, stable = smoothing.gains(alpha, delay)
    assert 0 <= quiet < stable
    assert np.abs(roots(alpha, stable, delay)).max() == pytest.approx(1, abs=1e-8)
    assert np.abs(roots(alpha, 0.98 * stable, delay)).max() < 1 < np.abs(roots(alpha, 1.02 * stable, delay)).max()


@pytest.mark.parametrize("delay", [0, 1, 2, 5])
@pytest.mark.parametrize("alpha", [0.05, 0.3, 0.6])
def test_it_swings_from_where_the_polynomial_has_no_positive_root(alpha, delay):
    quiet, _ = smoothing.gains(alpha, delay)

    def has_positive_root(gain):
        found = roots(alpha, gain, delay)
        return bool(np.any((found.real > 0) & (np.abs(found.imag) < 1e-9)))

    assert has_positive_root(0.98 * quiet) and not has_positive_root(1.02 * quiet)


def test_the_bound_is_the_one_of_kuruklis():
    """For x(n+1) − a x(n) + b x(n − k) = 0 with 0 < a < 1: b < (a² + 1 − 2a cos φ)^½, sin kφ / sin (k + 1)φ = 1/a (1994)."""
    from scipy.optimize import brentq

    for alpha in (0.1, 0.6):
        for k in (1, 2, 6):
            a = 1 - alpha
            phi = brentq(lambda t, a=a, k=k: math.sin(k * t) * a - math.sin((k + 1) * t), 1e-6, math.pi / (k + 1))
            bound = math.sqrt(a * a + 1 - 2 * a * math.cos(phi))
            assert alpha * smoothing.gains(alpha, k)[1] == pytest.approx(bound, rel=1e-9)


def test_two_known_limits_of_the_loop():
    """Without delay αg = 2 − α; with α → 0 and delay m, αg → 2 cos(mπ/(2m + 1)) (Levin and May 1976)."""
    assert smoothing.gains(0.4, 0)[1] == pytest.approx((2 - 0.4) / 0.4)
    for delay in (1, 2, 7):
        limit = 2 * math.cos(delay * math.pi / (2 * delay + 1))
        assert smoothing.gains(1e-6, delay)[1] * 1e-6 == pytest.approx(limit, rel=1e-4)


@pytest.mark.parametrize("verdict, moved", [
    (0, dict(alpha=0.2, ratio=3, leave_percent=20, delay=0)),
    (1, dict(alpha=0.5, ratio=3, leave_percent=40, delay=1)),
    (2, dict(alpha=0.9, ratio=6, leave_percent=40, delay=3)),
])  # fmt: skip
def test_the_prices_do_what_the_bounds_say(verdict, moved):
    seen = ringing.at(**moved)
    assert seen["now"][4] == verdict
    rest, gain = seen["now"][:2]
    ratio, leave = moved["ratio"], moved["leave_percent"] / 100
    assert rest == pytest.approx(ratio * (1 - leave * (rest - 1))) and gain == pytest.approx(ratio * leave)
    above = np.sign(seen["prices"] - rest)
    swings = np.count_nonzero(np.diff(above[np.abs(seen["prices"] - rest) > 1e-6]))
    tail = np.ptp(seen["prices"][-15:])
    assert (swings > 0) == (verdict > 0)
    assert (tail > 0.5) == (verdict == 2)


def test_the_loop_is_the_one_of_a_loop_in_plain_python():
    seen = ringing.at(alpha=0.35, ratio=4, leave_percent=30, delay=2)
    prices = [1.0, 1.0, 1.0]
    for _ in range(seen["prices"].size - 1):
        target = min(max(4 * (1 - 0.3 * (prices[-3] - 1)), 1), 5)
        prices.append(0.65 * prices[-1] + 0.35 * target)
    assert seen["prices"] == pytest.approx(prices[2:])


def test_the_figure_says_what_the_functions_say():
    seen = figure.at(rule=0, alpha=0.15, ratio=4, noise=0.3, nodes=4, lost_percent=0, tick=5, floor=1, seed=2)
    n = int(np.isfinite(seen["times"]).sum())
    assert seen["now"][1] == pytest.approx(smoothing.effective_alpha(0.15, 4))
    assert seen["now"][2] == pytest.approx(5 * smoothing.half_life(0.15))
    assert seen["now"][4:6] == pytest.approx([smoothing.noise_kept(0.15), smoothing.noise_kept(seen["now"][1])])
    assert seen["now"][7] == seen["alone"][n - 1] and seen["now"][10] == np.nanmax(seen["together"])
    steady = figure.at(rule=0, alpha=0.15, ratio=4, noise=0, nodes=4, lost_percent=0, tick=5, floor=1, seed=2)
    levels = np.where(steady["times"][:n] >= figure.inputs["jump"], 4, 1)
    assert steady["alone"][:n] == pytest.approx(smoothing.prices(levels, 0.15))
    assert steady["together"][:n] == pytest.approx(smoothing.prices(levels, 0.15, nodes=4))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(alpha=0), "alpha must be above 0, got 0"),
        (dict(alpha=1.5), "alpha must be from 0 to 1, got 1.5"),
        (
            dict(rule="guess"),
            "rule must be one of smoothed ratio, smoothed root, root as it is, times a factor, got 'guess'",
        ),
        (dict(ratios=[-1]), "ratios must be from 0 up, got [-1]"),
        (dict(nodes=0), "nodes must be a whole number from 1 up, got 0"),
        (dict(cap=0.5), "cap must not be below the floor of 1.0, got 0.5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        smoothing.prices(**dict(ratios=[1, 2]) | wrong)
    assert message in str(error.value)
