"""Workloads: drawn exactly, of the shape that their names say; and the figures that run policies on them."""

import numpy as np
import pytest

from perfbook import caches, rng, traces
from perfbook.figures.patterns.policies import policy_race, scan
from perfbook.kernel import registry


@pytest.mark.parametrize(("objects", "alpha"), [(1, 1.0), (2, 0.0), (1_000, 0.8), (20_000, 1.2)])
def test_quick_draws_are_those_of_the_bisection(objects, alpha):
    table = np.empty(objects)
    rng.zipf_table(alpha, table)
    state = rng.new_state(9, 20)
    drawn = traces.workload("steady", objects, 3_000, alpha, seed=9)
    assert drawn.tolist() == [rng.zipf(state, table) for _ in range(3_000)]


def test_ranks_come_as_often_as_zipf_says():
    drawn = np.bincount(traces.workload("steady", 50, 200_000, 1.0), minlength=50)
    p = 1 / np.arange(1, 51)
    p /= p.sum()
    assert np.all(np.abs(drawn - 200_000 * p) < 4 * np.sqrt(200_000 * p))


def test_scans_take_a_quarter_of_the_accesses_and_walk_in_order():
    trace = traces.workload("scans", 700, 40_000)
    walked = trace[trace >= 700]
    assert len(walked) == 10_000
    assert np.array_equal(walked, 700 + np.arange(10_000) % 700)


def test_the_loop_is_a_tenth_larger_than_the_cache_and_at_least_one():
    for capacity, length in ((1, 2), (5, 6), (100, 110)):
        assert np.array_equal(traces.workload("loop", 9, 500, capacity=capacity), np.arange(500) % length)


def test_a_drifting_ranking_moves_every_object_down_one_place_at_a_time():
    steady, drift = (traces.workload(name, 300, 20_000, 1.0, seed=4) for name in ("steady", "drift"))
    assert np.array_equal((steady - np.arange(20_000) // 50) % 300, drift)


def test_a_scan_reads_what_nobody_else_asks_for_three_for_each_user():
    trace, users = traces.scanned(200, 9_000, 1.0, scans=2, length=900, speed=3, windows=9)
    read = trace[trace >= 200]
    assert np.array_equal(read, 200 + np.arange(1_800))
    during = trace[1_500 : 1_500 + 1_200]
    assert np.array_equal(np.flatnonzero(during < 200) % 4, np.full(300, 3))
    assert users.sum() == 9_000 - 1_800
    assert np.array_equal(users, [np.sum(part < 200) for part in np.split(trace, 9)])


def test_keys_are_numbered_by_first_appearance():
    keys = traces.number_keys(["b", "a", "b", ("c", 1), "a"])
    assert keys.trace.tolist() == [0, 1, 0, 2, 1]
    assert keys.words == ["b", "a", ("c", 1)]
    with pytest.raises(ValueError, match="at least one"):
        traces.number_keys([])


def test_identifiers_are_names_in_reading_order_without_keywords_and_strings(tmp_path):
    path = tmp_path / "some.py"
    path.write_text('import os  # not this\n\ndef f(x):\n    """nor this"""\n    return os.sep + x\n\nbroken = (\n')
    assert list(traces.identifiers(path)) == ["os", "f", "x", "os", "sep", "x", "broken"]


def test_the_standard_library_is_a_trace_of_its_identifiers():
    keys = traces.standard_library(every=400, tests=False)
    assert keys is traces.standard_library(every=400, tests=False)
    assert {"self", "import_module"} & set(keys.words) and "return" not in keys.words
    assert keys.trace.max() + 1 == len(keys.words) == len(set(keys.words)) < len(keys.trace)


def test_the_excerpt_is_as_described():
    trace = traces.excerpt()
    assert len(trace) == 100_000
    first = np.unique(trace, return_index=True)[1]
    assert np.all(np.diff(first) > 0) and trace.max() + 1 == len(first)


def test_the_race_counts_what_the_friendly_function_counts():
    trace = traces.workload("scans", 10_000, 1_000_000, alpha=0.9, seed=3)
    out = policy_race.at(workload=1, percent=5, alpha=0.9, seed=3, shown=6)
    for number, policy in enumerate(caches.POLICIES):
        over_time = caches.simulate(policy, trace, 500, windows=50, seed=3).over_time
        assert out["ratio"][number] == pytest.approx(over_time[5:].mean(), rel=1e-12)
        if policy == "SIEVE":
            np.testing.assert_allclose(out["chosen"], over_time, rtol=1e-12)


@pytest.mark.parametrize("text", ["", "one", "a\nb\na\nc"])
def test_the_race_takes_any_trace_of_the_readers(text):
    out = policy_race.at(_table=text, workload=5, percent=50) if text else policy_race.at(workload=5, percent=0.1)
    assert np.all((out["ratio"] >= 0) & (out["ratio"] <= 1))


def test_at_both_ends_and_at_random_positions_there_are_ratios_and_no_policy_beats_the_optimum():
    random = np.random.default_rng(7)
    for figure, runs in ((policy_race, 4), (scan, 20)):
        for run in range(runs):
            moved = {}
            for name, slider in figure.sliders.items():
                steps = round((slider.high - slider.low) / slider.step)
                at = slider.low + slider.step * [0, steps, random.integers(0, steps + 1)][min(run, 2)]
                moved[name] = min(at, slider.high)
            out = figure.at(**moved)
            assert all(np.all(np.isfinite(array)) for array in out.values())
            if figure is policy_race:
                # Counted are the last nine tenths of the accesses; the optimum is one over all of them.
                assert out["ratio"].max() <= out["ratio"][-1] + 0.01


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_scan_empties_lru_and_clock_and_not_the_others(seed):
    out = scan.at(percent=10, length=5_000, seed=seed)
    names = ("LRU", "CLOCK", "LFU", "ARC", "SIEVE", "S3-FIFO", "W-TinyLFU")
    lost = dict(zip(names, out["lost"], strict=True))
    assert min(lost["LRU"], lost["CLOCK"]) > 25
    assert max(lost[name] for name in names[2:]) < 8


def test_the_figure_of_the_scan_counts_users_only():
    trace, users = traces.scanned(10_000, 60_000, 0.9, scans=1, length=5_000, speed=3, windows=60)
    assert registry["scan_race"].module == "race"
    out = scan.at()
    hits = caches.simulate("LRU", trace, 1_000, windows=60).over_time * 1_000
    np.testing.assert_allclose(out["lru"], hits / users, rtol=1e-12)
