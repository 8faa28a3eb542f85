"""φ against SciPy's logarithms of normal tails, Akka's published table, and simulated heartbeats."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from perfbook import phi as model

steady = settings(max_examples=200)
ys = st.floats(-60, 500)


@steady
@given(ys)
def test_the_normal_form_is_the_logarithm_of_scipys_tail(y):
    expected = -norm.logsf(y) / math.log(10)
    assert model.standard_phi(model.NORMAL, y) == pytest.approx(expected, rel=1e-11, abs=1e-300)


def test_it_has_its_digits_at_the_ends_of_the_tail_and_where_its_two_methods_meet():
    for y in (-37.0, -8.3, 0.0, 2.4999999, 2.5, 2.5000001, 37.0, 38.0, 38.6, 300.0, 5000.0):
        expected = -norm.logsf(y) / math.log(10)
        assert model.standard_phi(model.NORMAL, y) == pytest.approx(expected, rel=1e-11, abs=1e-300)
    assert model.standard_phi(model.NORMAL, 37.047096) == pytest.approx(300, rel=1e-6)


@steady
@given(ys)
def test_the_logistic_form_is_the_softplus_of_its_cubic(y):
    z = y * (1.5976 + 0.070566 * y * y)
    expected = np.logaddexp(0, z) / math.log(10)
    assert model.standard_phi(model.LOGISTIC, y) == pytest.approx(expected, rel=1e-12, abs=1e-300)


# The tables in AccrualFailureDetectorSpec.scala, the same in akka/akka and apache/pekko: a share of intervals, or φ.
AKKA_SHARES = {0: 0.5, 6: 0.7257, 15: 0.9332, 20: 0.97725, 25: 0.99379, 35: 0.99977, 40: 0.99997}
AKKA_PHI = {0: 0.0, 500: 0.1, 1000: 0.3, 1200: 1.6, 1400: 4.7, 1600: 10.8, 1700: 15.3}


def test_the_logistic_form_gives_akkas_table():
    for silence, share in AKKA_SHARES.items():
        assert 1 - 10 ** -model.silence_phi(model.LOGISTIC, silence, 0, 10, 0) == pytest.approx(share, abs=1e-3)
    for milliseconds, expected in AKKA_PHI.items():
        assert model.phi(milliseconds / 1000, 1.0, 0.1, "logistic") == pytest.approx(expected, abs=0.1)
    assert 1 - 10 ** -model.phi(22, 20, 3, "logistic") == pytest.approx(0.7475, abs=1e-3)
    assert model.standard_phi(model.LOGISTIC, 10.0) == pytest.approx(38, abs=1)
    assert model.standard_phi(model.LOGISTIC, -25.0) == pytest.approx(0, abs=1e-12)
    assert model.phi(1.1, 1.0, 0.5, "logistic") < model.phi(1.1, 1.0, 0.1, "logistic")


def test_the_logistic_form_is_within_the_error_that_its_authors_state_as_a_share_and_not_as_phi():
    y = np.linspace(-8, 8, 4001)
    share = 10 ** -np.array([model.standard_phi(model.LOGISTIC, v) for v in y])
    assert np.max(np.abs(share - norm.sf(y))) < 1.5e-4
    assert model.time_to_suspicion(8, 1e-9, 1, "logistic") == pytest.approx(5.226, abs=5e-4)
    assert model.time_to_suspicion(8, 1e-9, 1) == pytest.approx(5.612, abs=5e-4)
    assert model.standard_phi(1, 8.0) == pytest.approx(21.24, abs=5e-3)
    assert model.standard_phi(0, 8.0) == pytest.approx(15.21, abs=5e-3)


def test_the_exponential_form_is_cassandras():
    for silence, mean in ((0.0, 1.0), (3.0, 1.2), (18.42, 1.0)):
        expected = -math.log10(math.exp(-silence / mean))
        assert model.phi(silence, mean, form="exponential") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("form", model.FORMS)
@steady
@given(phi=st.floats(1e-3, 900), mean=st.floats(0.01, 10), sigma=st.floats(0.001, 5), pause=st.floats(0, 10))
def test_the_time_to_suspicion_is_the_inverse(form, phi, mean, sigma, pause):
    silence = model.time_to_suspicion(phi, mean, sigma, form, pause)
    assert model.phi(silence, mean, sigma, form, pause) == pytest.approx(phi, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("form", model.FORMS)
@steady
@given(a=ys, b=ys)
def test_a_longer_silence_is_never_less_suspicious(form, a, b):
    low, high = sorted((a, b))
    code = model.FORMS[form]
    assert model.standard_phi(code, low) <= model.standard_phi(code, high) * (1 + 1e-12)


@pytest.mark.parametrize(("threshold", "lost"), [(2.0, 0.0), (3.0, 0.0), (2.0, 0.05), (1.5, 0.3)])
def test_false_suspicions_are_as_many_as_simulated_heartbeats_give(threshold, lost):
    random, period, sigma, count = np.random.default_rng(9), 1.0, 0.1, 400_000
    sent = np.flatnonzero(random.random(count) >= lost)
    intervals = np.diff(sent) * period + random.normal(0, sigma, sent.size - 1)
    mean = period / (1 - lost)
    learned = math.sqrt(sigma**2 + period**2 * lost / (1 - lost) ** 2)
    assert abs(intervals.mean() - mean) < 4.5 * learned / math.sqrt(intervals.size)
    wait = model.time_to_suspicion(threshold, mean, learned)
    hits = np.count_nonzero(intervals > wait)
    expected = model.mistakes_per_hour(wait, period, sigma, lost) / 3600 * mean * intervals.size
    assert abs(hits - expected) < 4.5 * math.sqrt(expected) and expected > 100
    if lost == 0:
        assert expected / intervals.size == pytest.approx(10**-threshold, rel=1e-9)


def fed(times, **options):
    detector = model.PhiDetector(**options)
    for time in times:
        detector.heartbeat(time)
    return detector


def test_the_detector_does_what_akkas_specification_expects():
    assert model.PhiDetector().phi(5.0) == 0.0
    one = fed([0.0], window=1000)
    assert one.phi(1.0) == pytest.approx(0.3, abs=0.2)
    assert one.phi(2.0) == pytest.approx(4.5, abs=0.3)
    assert one.phi(3.0) > 15.0
    dead = fed([0.0, 1.0, 1.1], threshold=3.0)
    assert not dead.suspicious(1.2) and dead.suspicious(8.2)
    forgiving = fed([0.0, 1.0, 2.0, 3.0], pause=3.0)
    assert not forgiving.suspicious(7.0)
    forgiving.heartbeat(8.0)
    assert not forgiving.suspicious(9.0)
    missing = fed([0, 1, 2, 3, 4, 5], pause=3.0)
    assert not missing.suspicious(5.5)
    missing.heartbeat(6.0)
    assert missing.suspicious(11.0)
    early, late = (
        fed([0, 0.1, 0.2, 0.3], window=3),
        fed([0, 0.1, 0.2, 0.3, 1.0, 1.5, 2.0, 2.5], window=3, threshold=1e9),
    )
    assert late.mean == pytest.approx(0.5) and early.mean == pytest.approx(0.1)
    assert early.phi(0.4) == pytest.approx(late.phi(3.0), abs=1e-3)


def test_a_peer_that_comes_back_after_a_long_silence_is_available_and_the_silence_is_not_learned():
    detector = fed(range(1000), pause=3.0, window=1000)
    mean = detector.mean
    assert detector.suspicious(999 + 300)
    detector.heartbeat(999 + 300)
    assert not detector.suspicious(1299.1) and detector.mean == mean


def test_akkas_statistics_of_the_window():
    for samples, mean, variance in (
        ((100, 200, 125, 340, 130), 179.0, 7584.0),
        ((100, 110, 90), 100.0, 66.6666667),
        ((110, 90, 140), 113.333333, 422.222222),
        ((90, 140, 80), 103.333333, 688.88888889),
    ):
        detector = fed([0.0, *np.cumsum(samples)], window=len(samples), threshold=1e12)
        assert detector.mean == pytest.approx(mean, abs=1e-5)
        assert detector.sigma**2 == pytest.approx(variance, abs=1e-5)


def test_a_clock_that_starts_at_zero_loses_no_interval_and_equal_intervals_have_no_infinite_phi():
    detector = fed([0.0, 1.0], first=1.0)
    assert len(detector.intervals) == 3
    perfect = fed(range(300), window=200)
    assert perfect.sigma == 0.1 and math.isfinite(perfect.phi(299 + 1.000001)) and perfect.phi(300.000001) < 0.31
    assert fed([1.0] * 300, threshold=1e12).phi(1.0) < 1


@pytest.mark.parametrize("call, name", [
    (lambda: model.phi(1, 0), "mean"), (lambda: model.phi(1, 1, 0), "sigma"), (lambda: model.phi(1, 1, 1, "weibull"), "form"),
    (lambda: model.phi(1, 1, 1, pause=-1), "pause"), (lambda: model.time_to_suspicion(0, 1), "threshold"),
    (lambda: model.mistakes_per_hour(1, 0, 1), "period"), (lambda: model.mistakes_per_hour(1, 1, 1, lost=1), "lost"),
    (lambda: model.PhiDetector(floor=0), "floor"), (lambda: model.PhiDetector(window=0), "window"),
    (lambda: fed([1.0, 0.5]), "now"),
])  # fmt: skip
def test_arguments_out_of_range_are_refused_by_name(call, name):
    with pytest.raises(ValueError, match=name):
        call()
