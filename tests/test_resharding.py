"""Resharding: what moves, copies in rounds against their geometric sum, double writes against their law."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import placement, resharding
from perfbook.figures.patterns import sharding as figures
from perfbook.resharding import catch_up, migrate


@given(st.floats(1, 1e6), st.floats(0.1, 1e3), st.floats(0, 0.95), st.floats(0.01, 100))
@settings(max_examples=100)
def test_rounds_add_up_to_a_geometric_sum(data, rate, ratio, pause):
    switch = catch_up(data, rate, ratio * rate, pause)
    first = data / rate
    assert switch.seconds == pytest.approx(first * (1 - ratio**switch.rounds) / (1 - ratio))
    assert switch.takes[0] == first and switch.takes[-1] <= pause
    assert switch.rounds == 1 or switch.takes[-2] > pause


@pytest.mark.parametrize("ratio", [1, 1.5])
def test_writes_as_fast_as_the_copy_are_never_caught_up_with(ratio):
    assert catch_up(1000, 10, ratio * 10, 1).seconds == math.inf


def test_the_figure_moves_what_the_schemes_move():
    for name, code in placement.SCHEMES.items():
        seen = figures.reshard.at(before=8, after=12, scheme=code, data=1000)
        moved = placement.moved(name, 8, 12, figures.reshard.inputs["keys"], rows=2039)
        assert seen["now"][0] == pytest.approx(1000 * moved)
        assert np.nansum(seen["sent"]) == pytest.approx(moved)
        assert np.nansum(seen["received"]) == pytest.approx(moved)
        assert seen["now"][9] == pytest.approx(1000 / 3)
        assert seen["now"][1] == pytest.approx(2000 / 3 if name == "modulo" else 1000 / 3)
        assert np.isfinite(seen["sent"]).sum() == 8 and np.isfinite(seen["received"]).sum() == 12


def test_the_figures_clock_is_the_busiest_shards():
    seen = figures.reshard.at(before=8, after=12, scheme=placement.JUMP, data=1000, rate=50, writes=10, pause=5)
    busiest = 1000 * max(np.nanmax(seen["sent"]), np.nanmax(seen["received"]))
    seconds = busiest * 1000 / 50
    assert seen["now"][3] * 3600 == pytest.approx(seconds)
    again = catch_up(busiest * 1000, 50, 10 * busiest / 1000, 5)
    assert seen["now"][4] * 3600 == pytest.approx(again.seconds) and seen["now"][5] == again.rounds


def test_without_missed_writes_and_with_versions_nothing_is_behind():
    for verify in (False, True):
        run = migrate(100, 200, missed=0, delay=3, versions=True, verify=verify, rows=3_000)
        assert run.behind == run.behind_at_switch == run.repaired == 0


@pytest.mark.parametrize("missed, delay, versions", [(0.1, 0, True), (0.02, 5, True), (0, 5, False), (0.3, 2, False)])
@pytest.mark.parametrize("rate", [50, 800])
def test_rows_behind_are_those_that_theory_expects(missed, delay, versions, rate):
    runs = [migrate(rate, 100, missed, delay, versions, False, 4_000, seed) for seed in range(12)]
    found = np.mean([run.behind for run in runs])
    expected = runs[0].expected
    # Rows are behind independently of each other: at most a Poisson variance.
    assert abs(found - expected) < 4 * math.sqrt(expected / len(runs))
    assert expected > 20


def test_what_is_missed_after_a_row_was_compared_stays():
    runs = [migrate(400, 100, 0.1, 2, True, True, 4_000, seed) for seed in range(12)]
    expected = resharding.expected_behind(400.0, 100.0, 0.1, 0.0, 1, 4_000)
    found = np.mean([run.behind_at_switch for run in runs])
    assert abs(found - expected) < 4 * math.sqrt(expected / len(runs))
    assert np.mean([run.repaired for run in runs]) > 0


def naive(rate, backfill, missed, delay, versions, rows, seed):
    """The same migration with dictionaries and a sorted list of events; rows behind at the end of the backfill."""
    random = np.random.default_rng(seed)
    end = rows / backfill + delay
    times = random.uniform(0, end, random.poisson(rate * end))
    events = [(t, 2, int(random.integers(rows)), random.uniform() < missed) for t in times]
    events += [(i / backfill, 0, i, None) for i in range(rows)] + [
        (i / backfill + delay, 1, i, None) for i in range(rows)
    ]
    old, new, read = dict.fromkeys(range(rows), 0), {}, {}
    for _, kind, row, lost in sorted(events):
        if kind == 0:
            read[row] = old[row]
        elif kind == 1:
            new[row] = max(new.get(row, 0), read[row]) if versions else read[row]
        else:
            old[row] += 1
            if not lost:
                new[row] = old[row]
    return sum(new[row] != old[row] for row in range(rows))


@pytest.mark.parametrize("versions", [False, True])
def test_an_independent_simulation_agrees(versions):
    ours = [migrate(300, 100, 0.1, 2, versions, False, 1_500, seed).behind for seed in range(25)]
    theirs = [naive(300, 100, 0.1, 2, versions, 1_500, seed) for seed in range(25)]
    error = math.sqrt((np.var(ours, ddof=1) + np.var(theirs, ddof=1)) / 25)
    assert abs(np.mean(ours) - np.mean(theirs)) < 4 * error


def test_the_figures_series_ends_where_it_says():
    seen = figures.dual_write.at(missed=0.05, verify=1)
    assert seen["copied"][-1] == 1 and seen["copied"][0] == 0
    assert seen["behind"][-1] == seen["now"][1]
    assert np.all(np.diff(seen["when"]) > 0) and seen["when"][-1] == pytest.approx(seen["now"][4])
    assert np.all(np.diff(seen["copied"]) >= 0)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: catch_up(0, 1, 1), "data must be above 0, got 0"),
        (lambda: catch_up(1, 1, -1), "writes must not be negative, got -1"),
        (lambda: migrate(1, 1, missed=2), "missed must be from 0 to 1, got 2"),
        (lambda: migrate(1, 0), "backfill must be above 0, got 0"),
        (lambda: migrate(1, 1, rows=0), "rows must be a whole number from 1 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
