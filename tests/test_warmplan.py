"""The plan for warming: the episode's rule, and what each of its missing parts must do."""

import math

import numpy as np
import pytest

from perfbook import warmplan
from perfbook.hashring import Ring


def test_the_weights_add_up_and_the_score_stays_between_its_parts():
    assert sum(warmplan.WEIGHTS.values()) == pytest.approx(1)
    assert warmplan.priority(1, 1, 1, 1) == pytest.approx(1)
    assert warmplan.priority(0.5, 0, 0, 0) == pytest.approx(0.2)
    assert warmplan.priority(np.array([0, 1.0]), 0, 0, 1) == pytest.approx([0.1, 0.5])
    with pytest.raises(ValueError, match="affinity must be"):
        warmplan.priority(0, 2, 0, 0)


def test_by_the_episodes_rule_everything_expires_at_one_of_two_instants():
    random = np.random.default_rng(1)
    pushes = warmplan.plan(random.random(200), random.random(200))
    assert [push.layer for push in pushes] == ["everywhere"] * 10 + ["regions"] * 5
    assert {push.expires for push in pushes} == {3600.0, 1800.0}


def test_the_tiers_take_the_best_that_they_are_confident_of_and_none_twice():
    score = np.arange(100.0)
    confidence = np.where(score > 90, 0.7, 0.9)
    pushes = warmplan.plan(score, confidence)
    assert [push.title for push in pushes] == [*range(90, 80, -1), *range(99, 94, -1)]
    assert len(warmplan.plan(score, np.full(100, 0.5))) == 0


def test_pace_and_jitter_spread_pushes_and_expiries():
    score = np.arange(100.0)
    pushes = warmplan.plan(score, np.ones(100), pace=2.0, jitter=0.25)
    assert [push.at for push in pushes] == pytest.approx([k / 2 for k in range(15)])
    lives = np.array([push.ttl for push in pushes])
    assert np.all(lives[:10] <= 3600) and np.all(lives[:10] >= 2700) and len(set(lives)) == 15
    with pytest.raises(ValueError, match="confidence must have one value a title"):
        warmplan.plan(score, np.ones(99))


def test_a_segments_first_title_is_drawn_by_demand():
    """With no taste of their own, the most popular title heads 1/H of the lists, within four standard errors."""
    lists = warmplan.segment_lists(2000, 1, own=0.0, titles=50, seed=3)
    share = 1 / np.sum(1 / np.arange(1.0, 51))
    counted = np.mean([titles[0] == 0 for titles in lists])
    assert abs(counted - share) < 4 * math.sqrt(share * (1 - share) / 2000)
    assert all(len(set(titles)) == 20 for titles in warmplan.segment_lists(5, 20, titles=50))


def test_segments_of_one_taste_share_more_titles():
    distinct = [len(set(np.concatenate(warmplan.segment_lists(30, 100, own=own)))) for own in (0.0, 0.5, 1.0)]
    assert distinct == sorted(distinct)


@pytest.mark.parametrize("bits", [4, 8])
def test_a_bloom_filter_misses_as_many_as_the_formula_says(bits):
    """Mean over 60 filters within four standard errors, and the 2% that bits which depend on each other add."""
    items, distinct = np.random.default_rng(2).integers(0, 3000, 4000), 0
    distinct, hashes = len(set(items.tolist())), round(bits * math.log(2))
    missed = [warmplan.deduplicate(items, bits * distinct, hashes, seed).missed for seed in range(60)]
    expected = warmplan.expected_missed(distinct, bits * distinct, hashes)
    assert abs(np.mean(missed) - expected) < 4 * np.std(missed) / math.sqrt(60) + 0.02 * expected


def test_nothing_is_done_twice_and_a_large_filter_misses_nothing():
    items = np.concatenate(warmplan.segment_lists(20, 100, titles=1000))
    seen = warmplan.deduplicate(items, 2**20, 10)
    assert seen.work == 2000 and seen.saved == 2000 - len(set(items.tolist()))
    assert seen.missed == 0 and warmplan.expected_missed(seen.distinct, 2**20, 10) < 1e-6
    assert warmplan.expected_missed(1, 64, 3) == 0 and warmplan.expected_missed(0, 64, 3) == 0
    assert warmplan.deduplicate(items, 64, 1).done <= 64


def test_work_split_on_a_ring_moves_only_the_lost_workers_share():
    titles, ring = [str(k) for k in range(2000)], Ring([f"worker {n}" for n in range(8)])
    before = {title: ring.lookup(title) for title in titles}
    ring.remove("worker 3")
    moved = [title for title in titles if ring.lookup(title) != before[title]]
    assert moved and all(before[title] == "worker 3" for title in moved)
