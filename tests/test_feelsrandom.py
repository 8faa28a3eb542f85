"""Measuring a reader's shuffle, freshness, and the episode's own code."""

import itertools
import math
import random

import numpy as np
import pytest

from perfbook import episodeshuffle, feelsrandom, neighbours, shufflecost, shuffling
from perfbook.playlists import EPISODE_LIST

PLAYLIST = ["A"] * 3 + ["B"] * 2 + ["C"]


def fair(tracks, source):
    source.shuffle(tracks)
    return tracks


def mistaken(tracks, source):
    for i in range(len(tracks)):
        j = source.randrange(len(tracks))
        tracks[i], tracks[j] = tracks[j], tracks[i]
    return tracks


def test_a_fair_shuffle_is_found_fair_and_the_mistaken_one_is_not():
    good = feelsrandom.measure(fair, PLAYLIST, 6000)
    assert good.fair_p > 1e-3
    assert abs(good.neighbours - neighbours.expected(PLAYLIST)) < 4 * good.error
    chance = good.uniform_three
    assert abs(good.three - chance) < 4 * math.sqrt(chance * (1 - chance) / 6000)
    assert feelsrandom.measure(mistaken, PLAYLIST, 6000).fair_p < 1e-12


def test_gaps_of_a_fair_shuffle_follow_the_law():
    good = feelsrandom.measure(fair, PLAYLIST, 6000)
    law = neighbours.gap_law(PLAYLIST)
    law = law / law.sum()
    # gaps within one order depend on each other; 3 an order, so at least 6000 count as independent
    assert np.all(np.abs(good.gaps - law) < 4 * np.sqrt(law * (1 - law) / 6000) + 1e-12)


def test_coinciding_orders_tell_the_bits_of_a_uniform_pattern_and_bound_any_other():
    good = feelsrandom.measure(fair, PLAYLIST, 6000)
    assert good.bits == pytest.approx(math.log2(60), abs=0.05) and not good.bits_at_least
    law = shufflecost.spread_law((3, 2, 1))
    rows = shuffling.words((3, 2, 1), "spread out", 20_000, wobble=0)
    collisions, none = feelsrandom.collision_bits(rows)
    assert collisions == pytest.approx(-math.log2(sum(p * p for p in law.values())), abs=0.05)
    assert collisions < shufflecost.bits(law) and not none


def test_where_no_two_orders_coincide_only_a_bound_is_claimed():
    report = feelsrandom.measure(fair, ["A", "B", "C", "D"] * 6, 300)
    assert report.bits_at_least and report.bits < report.uniform_bits and ">" in str(report)


@pytest.mark.parametrize("broken, message", [
    (lambda tracks, source: tracks[1:], r"lost \('A', 1\)"),
    (lambda tracks, source: tracks + tracks[:1], "returned 7 tracks for 6"),
    (lambda tracks, source: tracks[:1] * 6, r"lost \('A', 2\)"),
])  # fmt: skip
def test_a_shuffle_that_loses_or_repeats_tracks_is_refused(broken, message):
    with pytest.raises(ValueError, match=message):
        feelsrandom.measure(broken, PLAYLIST, 10)


def test_rows_that_are_no_orders_have_no_chi_square():
    with pytest.raises(ValueError, match="each row must be an order"):
        feelsrandom.place_chi_square([[0, 0, 1]])


def test_the_freshest_of_several_has_the_law_of_the_best_of_that_many():
    """Against all orders: the chance of a score s is F(s)^k - F(s-)^k with F over uniform orders."""
    recency, tries = np.array([1.0, 0.5, 0, 0, 0]), 4
    lost = np.sort([feelsrandom.freshness(order, recency) for order in itertools.permutations(range(5))])
    values = np.unique(np.round(lost, 9))
    at_least = np.array([np.mean(lost >= v - 1e-9) for v in values] + [0.0])
    expected = (values * (at_least[:-1] ** tries - at_least[1:] ** tries)).sum()
    rows = feelsrandom.fewer_repeats(recency, tries, 8000, seed=2)
    seen = np.array([feelsrandom.freshness(row, recency) for row in rows])
    assert abs(seen.mean() - expected) < 4 * seen.std() / math.sqrt(8000)
    assert np.all(np.sort(rows, axis=1) == np.arange(5))


def test_the_episodes_recency_weight_is_largest_for_what_was_just_played():
    its, meant = feelsrandom.recency_weight(np.array([0.0, 1.0, 10.0]))
    assert its[0] == 1 and np.all(np.diff(its) < 0)
    assert meant[0] == 0 and np.all(np.diff(meant) > 0)


def test_the_episodes_class_fails_at_its_first_track_for_a_missing_method():
    with pytest.raises(AttributeError, match="_update_history"):
        episodeshuffle.PsychologicallyRandomShuffle(random.Random(1)).psychological_shuffle(
            episodeshuffle.demo_playlist()
        )


@pytest.mark.parametrize("albums, unlike, like", [(False, 0.2, 0.7), (True, 0.5, 1.0)])
def test_mended_it_draws_as_the_kernel_does(albums, unlike, like):
    """Mean neighbours, and artist A's tracks in the last third, of the class and of the kernel with the same weights."""
    playlist, source = episodeshuffle.demo_playlist(), random.Random(5)
    drawn = []
    for _ in range(600):
        order = episodeshuffle.Mended(source, albums).psychological_shuffle(playlist)
        names = [track["artist"] for track in order]
        drawn.append((sum(a == b for a, b in itertools.pairwise(names)), names[14:].count("A")))
    deck, state = shuffling.Deck(EPISODE_LIST), np.array([1, 2, 3, 4])
    ours = []
    for _ in range(3000):
        shuffling.weighted_word(21, 4, deck.count, 0.3, 10, unlike, like, 7, 0.01, deck.word, deck.place, state)
        ours.append((np.sum(deck.word[1:] == deck.word[:-1]), np.sum(deck.word[14:] == 0)))
    drawn, ours = np.array(drawn), np.array(ours)
    error = np.sqrt(drawn.var(axis=0) / len(drawn) + ours.var(axis=0) / len(ours))
    assert np.all(np.abs(drawn.mean(axis=0) - ours.mean(axis=0)) < 4 * error)


def test_the_tally_of_one_order_is_its_own_counts():
    order = [{"artist": artist} for artist in "AABBA" + "C" * 9 + "AADDBBA"]
    assert episodeshuffle.tally([order]) == (2 + 8 + 3, 2 + 8, 3)


def test_the_work_of_the_episodes_shuffle_grows_with_the_cube_of_the_list():
    looks = []
    for times in (1, 2):
        mended = episodeshuffle.Mended(random.Random(1))
        mended.psychological_shuffle(episodeshuffle.demo_playlist() * times)
        looks.append(mended.looks)
    assert 7 < looks[1] / looks[0] < 8.5
