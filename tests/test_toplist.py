"""The forecast's top list against exact sums, limits, draws, and scipy's root finder."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from perfbook import popularity, toplist
from perfbook.figures.stories.evening import forecast as figure

TITLES = 2000


def whole_catalogue(picked, titles, alpha, error):
    """Every title by itself, the threshold by Brent's method: (demand served, chance of each to be picked, demand)."""
    demand = np.arange(1.0, titles + 1) ** -alpha
    demand /= demand.sum()
    log = np.log(demand)

    def chosen(threshold):
        return norm.sf((threshold - log) / error)

    threshold = brentq(lambda x: chosen(x).sum() - picked, log[-1] - 20 * error, log[0] + 20 * error, xtol=1e-13)
    return float(np.sum(demand * chosen(threshold))), chosen(threshold), demand


@pytest.mark.parametrize("alpha", [0.6, 1.0, 1.4])
@pytest.mark.parametrize("picked", [1, 10, 77, 1000, 1999])
@pytest.mark.parametrize("error", [0.1, 1.0, 3.0])
def test_weighted_ranks_give_the_sum_over_all_titles(picked, alpha, error):
    expected = whole_catalogue(picked, TITLES, alpha, error)[0]
    assert toplist.served(picked, TITLES, alpha, error) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("picked", [0, 1, 24, 25, 500, TITLES])
def test_without_error_the_list_is_an_oracles(picked):
    expected = popularity.ideal_hit_ratio(picked, TITLES, 1.0)
    assert toplist.served(picked, TITLES) == pytest.approx(expected, abs=2e-5)
    assert toplist.drawn(picked, TITLES) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("picked", [3, 200, 1900])
def test_with_endless_error_the_list_is_drawn_by_lot(picked):
    assert toplist.served(picked, TITLES, error=1000) == pytest.approx(picked / TITLES, rel=0.03)


def test_the_expected_share_is_the_mean_over_evenings():
    """Within four standard errors of 400 evenings; the threshold of one evening varies, by little with so many titles."""
    seen = [toplist.drawn(300, TITLES, error=1.0, seed=seed) for seed in range(400)]
    standard_error = np.std(seen) / math.sqrt(len(seen))
    assert abs(np.mean(seen) - toplist.served(300, TITLES, error=1.0)) < 4 * standard_error + 5e-4


@settings(max_examples=60)
@given(st.integers(1, TITLES - 1), st.floats(0.1, 4), st.floats(0.3, 2))
def test_more_error_never_serves_more_and_the_oracle_is_never_beaten(picked, error, alpha):
    served = [toplist.served(picked, TITLES, alpha, e) for e in (0, error, 1.5 * error)]
    assert served[0] + 1e-4 >= served[1] and served[1] + 1e-4 >= served[2] >= picked / TITLES - 1e-4
    assert toplist.drawn(picked, TITLES, alpha, error) <= popularity.ideal_hit_ratio(picked, TITLES, alpha) + 1e-9


@pytest.mark.parametrize("error", [0.1, 1.0, 3.0])
def test_the_chances_to_be_picked_add_up_to_the_number_picked(error):
    rank, weight, chance, share = (np.zeros(toplist.PLACES) for _ in range(4))
    count = toplist.list_ranks(1.0, float(TITLES), 250.0, 250.0, rank, weight, chance)
    toplist.inclusion(250.0, float(TITLES), error, rank, weight, chance, count, share)
    assert np.sum((weight * share)[:count]) == pytest.approx(250, rel=1e-9)


def test_the_places_hold_the_largest_catalogue():
    rank, weight, chance = (np.zeros(toplist.PLACES) for _ in range(3))
    count = toplist.list_ranks(1.0, float(toplist.MOST_TITLES), 99_999.0, 333.0, rank, weight, chance)
    assert count <= toplist.PLACES
    assert np.sum(weight[:count]) == pytest.approx(toplist.MOST_TITLES)


def test_a_push_saves_one_fetch_where_it_is_asked_for_and_none_elsewhere():
    _, chosen, demand = whole_catalogue(300, TITLES, 1.0, 1.0)
    worth = toplist.pushed(300, requests=3000, titles=TITLES, error=1.0)
    assert worth.saved == pytest.approx(np.sum(chosen * -np.expm1(-3000 * demand)), rel=1e-4)
    assert worth.saved + worth.idle == pytest.approx(300)
    assert toplist.pushed(300, 0, TITLES).saved == pytest.approx(0)
    assert toplist.pushed(300, 1e12, TITLES).idle == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("moved", [dict(picked=500, error=1.5, where=0), dict(picked=20, error=0, where=1, seed=7)])
def test_the_figure_says_what_the_functions_say(moved):
    out, inputs = figure.at(**moved), figure.inputs
    picked, error = moved["picked"], moved["error"]
    titles, now = int(inputs["titles"]), out["now"]
    places = inputs["regions"] if moved["where"] else inputs["edges"]
    assert now[0] == pytest.approx(toplist.served(picked, titles, error=error))
    assert now[1] == pytest.approx(toplist.served(picked, titles))
    assert now[3] == pytest.approx(toplist.drawn(picked, titles, error=error, seed=moved.get("seed", 1)))
    idle = toplist.pushed(picked, inputs["devices"] / places, titles, error=error).idle
    assert now[4] == pytest.approx(idle / picked)
    for number, served in zip(out["numbers"], out["by_number"], strict=True):
        if 30 < number < 9000:
            assert served == pytest.approx(toplist.served(round(number), titles, error=error), rel=0.02)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(picked=11), "picked must be a whole number from 0 to 10, got 11"),
        (dict(picked=1, error=-1), "error must be from 0 to 1,000, got -1"),
        (dict(picked=1, alpha=5), "alpha must be from 0 to 4, got 5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as told:
        toplist.served(titles=10, **wrong)
    assert message in str(told.value)
