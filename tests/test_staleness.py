"""A time to live: the closed form against a key that is read and updated, event by event."""

import math

import numpy as np
import pytest

from perfbook import staleness
from perfbook.errorbars import batch_means
from perfbook.figures.patterns.levels import staleness as figure


def by_events(reads, updates, ttl, cycles, random):
    """Reads and updates as two lists of moments; each fetch looks up which version it got. Nothing is memoryless."""
    end = cycles * (ttl + 1 / reads)
    read = np.sort(random.random(random.poisson(reads * end))) * end
    update = np.sort(random.random(random.poisson(updates * end))) * end
    version = np.searchsorted(update, read)
    fetched, held, stale, hit, age = -math.inf, 0, [], [], []
    for moment, newest in zip(read, version, strict=True):
        fresh = moment > fetched + ttl
        if fresh:
            fetched, held = moment, newest
        hit.append(not fresh)
        stale.append(held != newest)
        age.append(moment - fetched)
    return (np.array(values, dtype=float) for values in (stale, hit, age))


@pytest.mark.parametrize("reads, updates, ttl", [(5.0, 0.5, 2.0), (1.0, 0.2, 10.0), (0.3, 1.0, 1.0)])
def test_the_closed_form_is_what_event_by_event_gives(reads, updates, ttl):
    expected = staleness.served(reads, updates, ttl)
    random = np.random.default_rng(2)
    runs = [[part.mean() for part in by_events(reads, updates, ttl, 400, random)] for _ in range(30)]
    for column, value in zip(np.array(runs).T, (expected.stale, expected.hit_ratio, expected.age), strict=True):
        assert batch_means(column, confidence=0.9999).covers(value)


def test_the_simulation_meets_the_closed_form():
    for reads, updates, ttl in [(10, 0.02, 30), (0.5, 0.1, 5)]:
        runs = [staleness.simulate(reads, updates, ttl, 200_000, seed) for seed in range(20)]
        expected = staleness.served(reads, updates, ttl)
        for part in ("stale", "hit_ratio", "age", "fetches"):
            assert batch_means([getattr(run, part) for run in runs], confidence=0.9999).covers(getattr(expected, part))


def test_short_lives_are_stale_for_half_of_what_changes_in_them():
    assert staleness.served(1000, 1e-4, 10).stale == pytest.approx(1e-4 * 10 / 2, rel=2e-3)


def test_the_series_and_the_formula_meet_where_one_gives_way_to_the_other():
    below, above = (staleness.served(1, 1, ttl).stale for ttl in (0.99999e-4, 1.00001e-4))
    exact = (1e-4 - 1 + math.exp(-1e-4)) / (1 + 1e-4)
    assert below == pytest.approx(exact, rel=1e-4) and above == pytest.approx(exact, rel=1e-4)


def test_no_time_to_live_no_staleness_and_no_hits_and_no_updates_no_staleness():
    assert staleness.served(3, 1, 0) == staleness.Served(0, 0, 0, 3)
    assert staleness.served(3, 0, 1e6).stale == 0


@pytest.mark.parametrize("stale", [0.001, 0.01, 0.5])
def test_the_longest_life_for_a_share_is_the_inverse_of_the_share(stale):
    ttl = staleness.ttl_for(stale, 10, 1 / 3600)
    assert staleness.served(10, 1 / 3600, ttl).stale == pytest.approx(stale, rel=1e-6)
    assert math.isinf(staleness.ttl_for(stale, 10, 0))


def test_the_figure_says_what_the_functions_say():
    seen = figure.at(reads=2, updates_an_hour=30, ttl=120)
    expected = staleness.served(2, 30 / 3600, 120)
    found = [expected.stale, expected.hit_ratio, expected.age, expected.fetches]
    assert seen["now"][:4] == pytest.approx(found)
    for ttl, stale in zip(figure.inputs["ttls"][::25], seen["stale"][::25], strict=True):
        assert stale == pytest.approx(staleness.served(2, 30 / 3600, ttl).stale)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: staleness.served(0, 1, 1), "reads must be above 0, got 0"),
        (lambda: staleness.served(1, -1, 1), "updates must not be negative, got -1"),
        (lambda: staleness.simulate(1, 1, -1), "ttl must be from 0 up, got -1"),
        (lambda: staleness.ttl_for(1.5, 1, 1), "stale must be from 0 to 1, got 1.5"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
