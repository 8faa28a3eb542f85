"""Queues with other than exponential service against high-precision sums, closed forms, limits and bounds."""

import math
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad

from perfbook import queues, variability

utilizations = st.floats(0.001, 0.999)
squares = st.floats(0, 30)


def md1_share(rho, time):
    """P(wait <= time) in M/D/1 by Erlang's alternating sum, in enough digits that nothing is lost to cancelling."""
    getcontext().prec = 60 + int(2 * time)
    rho, time = Decimal(rho), Decimal(time)
    total = Decimal(0)
    for k in range(int(time) + 1):
        step = rho * (k - time)
        total += (step**k if k else Decimal(1)) / math.factorial(k) * (-step).exp()
    return float((1 - rho) * total)


def md1_ours(rho, time):
    levels = np.empty(int(time) + 2)
    variability.md1_levels(rho, levels, np.empty(variability.BAND))
    return variability.md1_wait_share(rho, time, levels)


@pytest.mark.parametrize("rho", [0.05, 0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("time", [0.0, 0.25, 1.0, 1.5, 2.999, 7.3, 40.1, 150.5])
def test_waits_for_constant_service_equal_erlangs_alternating_sum(rho, time):
    assert md1_ours(rho, time) == pytest.approx(md1_share(rho, time), rel=1e-12)


@given(st.floats(0.05, 0.99), st.floats(0.01, 0.9999))
def test_percentiles_for_constant_service_invert_the_distribution(rho, share):
    services = variability.md1_wait_percentile(rho * 20, 20, share) * 20
    if services == 0:
        assert share <= 1 - rho + 1e-12
    else:
        assert md1_ours(rho, services) == pytest.approx(share, abs=1e-10)


@pytest.mark.parametrize("rho", [0.3, 0.7, 0.9])
def test_the_area_over_the_distribution_is_pollaczek_and_khinchines_mean(rho):
    area = sum(quad(lambda t: 1 - md1_ours(rho, t), k, k + 1, epsabs=1e-12)[0] for k in range(180))
    assert area == pytest.approx(variability.md1(rho, 1).wait, rel=1e-8)


@given(utilizations, st.floats(0.1, 100))
def test_exponential_service_gives_m_m_1_and_constant_service_half_its_wait(rho, rate):
    exponential, plain = variability.mg1(rho * rate, rate, 1), queues.mmc(rho * rate, rate)
    assert exponential.wait == pytest.approx(plain.wait, rel=1e-9)
    assert exponential.inside == pytest.approx(plain.inside, rel=1e-9)
    assert variability.md1(rho * rate, rate).wait == pytest.approx(plain.wait / 2, rel=1e-9)


@given(utilizations, squares)
def test_the_wait_is_the_mean_rest_of_a_service_and_the_services_ahead(rho, square):
    # Wait = ρ × E[S²]/2E[S] + waiting × E[S], and Little's law makes waiting λ × wait.
    queue = variability.mg1(rho, 1.0, square)
    rest = (1 + square) / 2
    assert queue.wait == pytest.approx(rho * rest + queue.waiting, rel=1e-9)


@given(st.integers(1, 100), utilizations, squares, squares)
def test_the_approximation_is_exact_for_m_m_c_and_for_m_g_1(count, rho, arrivals, service):
    assert variability.ggc(rho * count, 1, count, 1, 1).wait == pytest.approx(queues.mmc(rho * count, 1, count).wait)
    assert variability.ggc(rho, 1, 1, 1, service).wait == pytest.approx(variability.mg1(rho, 1, service).wait)
    between = variability.ggc(rho * count, 1, count, arrivals, service).wait
    assert between == pytest.approx((arrivals + service) / 2 * queues.mmc(rho * count, 1, count).wait)


@given(st.integers(1, 100), utilizations, st.floats(0.5, 0.999))
def test_the_approximate_percentile_is_exact_for_m_m_c(count, rho, share):
    ours = variability.ggc_wait_percentile(rho * count, 2, count, 1, 1, share)
    assert ours == pytest.approx(queues.wait_percentile(rho * count, 2, count, share), rel=1e-8, abs=1e-12)


@given(utilizations, squares)
def test_kingmans_bound_is_above_every_m_g_1_queue_and_meets_it_in_heavy_traffic(rho, square):
    assert variability.kingman_bound(rho, 1, 1, square) >= variability.mg1(rho, 1, square).wait
    near = variability.kingman_bound(0.99999, 1, 1, square) / variability.mg1(0.99999, 1, square).wait
    assert near == pytest.approx(1, abs=1e-4)


def test_kingmans_bound_has_no_end_without_arrivals_and_at_full_load():
    assert variability.kingman_bound(0, 1, 1, 1) == variability.kingman_bound(1, 1, 1, 1) == math.inf


def test_at_full_load_and_above_all_waits_are_infinite():
    for rho in (1, 3):
        assert variability.mg1(rho, 1, 0).wait == variability.ggc(4 * rho, 1, 4, 0, 0).wait == math.inf
        assert variability.mg1(rho, 1, 2).delayed == 1
        assert variability.md1_wait_percentile(rho, 1) == math.inf
        assert variability.ggc_wait_percentile(rho, 1, 1, 1, 2) == math.inf


def test_a_mixture_of_kinds_has_the_variance_of_its_pieces_and_between_them():
    rng = np.random.default_rng(3)
    kinds = rng.choice(3, size=400_000, p=[0.7, 0.2, 0.1])
    times = np.array([2.0, 5.0, 40.0])[kinds] * np.where(kinds == 1, rng.exponential(size=kinds.size), 1)
    mean, square = variability.mix([0.7, 0.2, 0.1], [2.0, 5.0, 40.0], [0, 1, 0])
    assert mean == pytest.approx(times.mean(), rel=0.01)
    assert square == pytest.approx(times.var() / times.mean() ** 2, rel=0.01)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.floats(0.1, 10))
def test_a_mixture_of_one_kind_is_that_kind(weights, mean):
    shares = np.array(weights) / sum(weights)
    assume(abs(shares.sum() - 1) < 1e-9)
    mixed = variability.mix(shares, mean, 0.25)
    assert mixed == (pytest.approx(mean), pytest.approx(0.25, abs=1e-9))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: variability.mg1(1, 2, -0.5), "variability must not be negative, got -0.5"),
        (lambda: variability.ggc(1, 2, 1, -1, 1), "arrivals must not be negative, got -1"),
        (lambda: variability.mix([0.5, 0.4], [1, 2]), "shares must add up to 1, got 0.9"),
        (lambda: variability.mix([1.0], [0.0]), "means must not all be 0"),
        (lambda: variability.md1_wait_percentile(0.9999999, 1), "arrival_rate must leave a wait of at most 3000000"),
    ],
)
def test_arguments_out_of_range_are_named(call, message):
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value).startswith(message)
