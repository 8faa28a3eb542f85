"""The second herd against copies and requests drawn one by one, and against its sums and limits."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from perfbook import secondherd
from perfbook.figures.stories.evening import second_herd as figure

TTL, EDGES = 1000.0, 70


def first_asked(rate, jitter, count, random):
    """When a region first asks the origin for one title, ``count`` times over: lives and requests drawn."""
    first, width = TTL * (1 - jitter), TTL * jitter
    region = first + width * random.random(count)
    upstream = first + width * random.random((count, EDGES)) + random.exponential(1 / rate, (count, EDGES))
    late = np.where(upstream >= region[:, None], upstream, np.inf).min(axis=1)
    return late  # inf where every edge was refreshed while the region's copy still lived: they come back later


@pytest.mark.parametrize("jitter", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("rate", [0.3, 0.01, 0.0005])
def test_the_density_is_that_of_drawn_lives_and_requests(rate, jitter):
    count, random = 20_000, np.random.default_rng(5)
    seen = first_asked(rate, jitter, count, random)
    first, width = TTL * (1 - jitter), TTL * jitter
    points = np.array([0.1, 0.3, 0.6, 1.0]) * (width if jitter else 1 / (rate * EDGES)) + first
    for t in [*points, TTL + 200]:
        kinks = sorted({min(TTL, t), t})
        parts = [quad(lambda x: secondherd.refresh_density(x, rate, EDGES, first, width), low, high, limit=200)[0]
                 for low, high in zip([first, *kinks], kinks, strict=False)]  # fmt: skip
        chance, counted = sum(parts), np.mean(seen <= t)
        assert abs(counted - chance) < 4 * math.sqrt(max(chance * (1 - chance), 1e-4) / count) + 1e-3


@pytest.mark.parametrize("width", [0.0, 200.0])
def test_the_density_of_a_first_request_is_the_slope_of_its_distribution(width):
    for t in (850.0, 930.0, 1003.0, 1100.0):
        slope = (
            secondherd.asked_up_to(t + 1e-4, 0.02, 800.0, width) - secondherd.asked_up_to(t - 1e-4, 0.02, 800.0, width)
        ) / 2e-4
        assert secondherd.asking_at(t, 0.02, 800.0, width) == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("edges", [1, 70, 400])
@pytest.mark.parametrize("rate", [1e-5, 1e-3, 0.03, 50.0])
def test_the_integral_over_the_regions_life_is_scipys(edges, rate):
    first, width = 600.0, 400.0
    for t in (604.0, 800.0, 999.0, 1001.0, 1100.0):
        here, end = secondherd.asked_up_to(t, rate, first, width), min(t, first + width)
        spots = [end - (end - first) * k / edges for k in (1, 4, 12) if k < edges] or None
        inner, _ = quad(
            lambda y, here=here: (1 - here + secondherd.asked_up_to(y, rate, first, width)) ** (edges - 1),
            first, end, points=spots, limit=500,
        )  # fmt: skip
        expected = edges * secondherd.asking_at(t, rate, first, width) * inner / width
        assert secondherd.refresh_density(t, rate, edges, first, width) == pytest.approx(
            expected, rel=1.5e-3, abs=1e-15
        )


def test_without_jitter_a_herd_begins_with_all_the_demand_for_what_was_pushed():
    """At the moment of expiry every request for a pushed title goes up: regions x rate x the list's share."""
    demand = np.arange(1.0, 2001) ** -1.0
    share = demand[:300].sum() / demand.sum()
    seen = secondherd.asked([3600.0], 300, titles=2000, region_rate=150, regions=200)[0]
    assert seen == pytest.approx(200 * 150 * share, rel=1e-4)


def test_without_jitter_every_copy_in_a_region_is_refreshed_once():
    """Hot titles only, so that nobody is late: the area under the curve is pushed titles x regions."""
    moments = 3600 + 300 * np.linspace(0, 1, 800) ** 3
    seen = secondherd.asked(moments, 20, region_rate=2000)
    assert np.trapezoid(seen, moments) == pytest.approx(20 * 200, rel=1e-3)


def test_with_jitter_a_region_may_outlive_all_its_edges_copies():
    """For the hottest titles, with chance 1/(m + 1): then its edges come back only when they expire again."""
    moments = np.concatenate([np.linspace(2879, 3599.99, 3000), np.linspace(3600, 3601, 300)])
    seen = secondherd.asked(moments, 5, 0.2, region_rate=1e6)
    assert np.trapezoid(seen, moments) == pytest.approx(5 * 200 * 70 / 71, rel=1e-3)


def test_with_jitter_the_peak_is_near_copies_over_the_time_they_are_spread_over():
    """Not below it for titles that are asked for often, and a quarter above at most: the end catches up."""
    moments = np.linspace(2000, 3650, 500)
    for jitter in (0.05, 0.1, 0.3):
        peak = secondherd.asked(moments, 1000, jitter).max()
        assert 1 <= peak / (1000 * 200 / (jitter * 3600)) < 1.25


@pytest.mark.parametrize(
    "moved", [dict(), dict(pushed=5000), dict(pushed=10), dict(jitter_percent=0), dict(capacity=500)]
)
def test_the_figures_time_above_the_origin_is_that_of_a_fine_grid(moved):
    """Counted on ten-thousands of moments: a herd without jitter is above the origin for as long as its curve is."""
    now, inputs = figure.at(**moved)["now"], {name: slider.value for name, slider in figure.sliders.items()} | moved
    step = 0.02
    after = np.arange(3600 + step / 2, 3900, step)
    jitter = inputs["jitter_percent"] / 100
    within = (
        np.arange(3600 * (1 - jitter) + step / 2, 3900, step)
        if jitter == 0
        else np.linspace(3600 * (1 - jitter), 3900, 4000)
    )
    for seen, moments, part in ((now[4], after, 0.0), (now[5], within, jitter)):
        asked = secondherd.asked(moments, inputs["pushed"], part)
        assert seen == pytest.approx(np.sum(asked > inputs["capacity"]) * (moments[1] - moments[0]), rel=0.01, abs=0.02)


def test_beyond_the_second_expiry_it_says_nothing():
    assert math.isnan(secondherd.asked([7200.0], 10)[0]) and math.isnan(secondherd.asked([4400.0], 10, 0.4)[0])


@pytest.mark.parametrize(
    "moved", [dict(jitter_percent=0), dict(jitter_percent=25, pushed=100, ttl_minutes=30, region_rate=400)]
)
def test_the_figure_says_what_asked_says(moved):
    out, inputs = figure.at(**moved), figure.inputs
    now = {slider.name: moved.get(slider.name, slider.value) for slider in figure.sliders.values()}
    moments = 60 * out["minutes"]
    for name, jitter in (("together", 0.0), ("apart", now["jitter_percent"] / 100)):
        expected = secondherd.asked(
            moments, now["pushed"], jitter, 60.0 * now["ttl_minutes"], now["region_rate"], titles=int(inputs["titles"])
        )
        assert out[name] == pytest.approx(expected, rel=1e-9)
    assert out["now"][0] == out["together"].max() and out["now"][1] == out["apart"].max()
    assert moments.max() < 2 * (1 - secondherd.MOST_JITTER) * 60 * now["ttl_minutes"]


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(jitter=0.5), "jitter must be from 0 to 0.4, got 0.5"),
        (dict(ttl=0), "ttl must be above 0, got 0"),
        (dict(pushed=-1), "pushed must be a whole number from 0 to 10,000, got -1"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as told:
        secondherd.asked([3600.0], **dict(pushed=10) | wrong)
    assert message in str(told.value)
