"""Predictive scaling: the closed form against drawn forecasts, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook.forecast import expected

RISE = dict(before=5000.0, peak=50_000.0)


@pytest.mark.parametrize("settings", [
    dict(), dict(error=0.5, margin=0.3), dict(lead=10), dict(error=0.3, lead=20, growing=True),
    dict(before=30_000.0, error=0.6, margin=-0.2), dict(lead=120, growing=True, error=0.3, margin=0.1),
])  # fmt: skip
def test_the_closed_form_is_the_mean_over_drawn_forecasts(settings):
    given = dict(start=30.0, lead=60.0, error=0.2, margin=0.0, hold=300.0, growing=False) | RISE | settings
    found = expected(**given)
    before, peak, start, lead = (given[name] for name in ("before", "peak", "start", "lead"))
    spread = given["error"] * (math.sqrt(lead / 60) if given["growing"] else 1)
    draws = peak * (1 + given["margin"]) * (1 + spread * np.random.default_rng(2).standard_normal(400_000))
    fleet = np.maximum(before, draws)
    early = min(lead, start)
    samples = {
        "lost": (peak - before) * (start - early) + np.maximum(0, peak - fleet) * early,
        "ahead": (fleet - before) * lead,
        "beyond": np.maximum(0, draws - peak) * given["hold"],
    }
    for name, drawn in samples.items():
        error = drawn.std() / math.sqrt(drawn.size)
        assert abs(drawn.mean() - getattr(found, name)) < 4.5 * error + 1e-6 * peak


def test_a_right_forecast_a_start_time_ahead_loses_nothing_and_none_loses_what_a_reactive_one_does():
    assert expected(**RISE, error=0, lead=30).lost == 0
    assert expected(**RISE, error=0.4, lead=0).lost == expected(**RISE).lost_without == 45_000 * 30


@given(st.floats(0, 0.6), st.floats(0, 200), st.floats(0, 200), st.floats(-0.3, 1))
def test_lead_beyond_the_start_time_costs_and_saves_nothing(error, lead, more, margin):
    one, two = (expected(**RISE, error=error, lead=t, margin=margin, start=30) for t in (lead, lead + more))
    assert two.lost <= one.lost * (1 + 1e-9) + 1e-6 and two.ahead >= one.ahead * (1 - 1e-9) - 1e-6
    if lead >= 30:
        assert two.lost == pytest.approx(one.lost, abs=1e-6)


@given(st.floats(0.01, 0.4), st.floats(-0.3, 0.5), st.floats(0, 0.3))
def test_a_margin_buys_fewer_lost_requests_for_more_capacity(error, margin, more):
    one, two = (expected(**RISE, error=error, margin=m) for m in (margin, margin + more))
    assert two.lost <= one.lost + 1e-6
    assert two.beyond >= one.beyond - 1e-6 and two.ahead >= one.ahead - 1e-6


def test_an_error_that_grows_with_the_lead_makes_the_start_time_the_best_lead():
    leads = np.arange(1, 181)
    lost = [expected(**RISE, error=0.2, lead=lead, growing=True).lost for lead in leads]
    assert leads[int(np.argmin(lost))] == 30


def test_the_figure_says_what_the_function_says():
    from perfbook.figures.patterns.autoscaling import predictive as figure

    seen = figure.at(lead=45, error=0.3, margin=0.2, growing=1, start=40, hold=120)
    found = expected(**RISE, lead=45, error=0.3, margin=0.2, growing=True, start=40, hold=120)
    assert seen["now"][0] == pytest.approx(found.lost) and seen["lost"][45] == pytest.approx(seen["now"][2])
    assert seen["now"][3] == pytest.approx((found.ahead + found.beyond) / 60_000)
    assert seen["risk"][50] == pytest.approx(seen["now"][2]) and seen["bill"][50] == pytest.approx(seen["now"][3])


@pytest.mark.parametrize("wrong, message", [
    (dict(error=-0.1), "error must be from 0 up, got -0.1"),
    (dict(margin=-1), "1 + margin must be above 0"),
    (dict(lead=math.inf), "lead must be from 0 up, got inf"),
])  # fmt: skip
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        expected(**RISE | wrong)
    assert message in str(error.value)
