"""Shuffles: uniform where they say so, each law against one found by listing, each claim by chi-square."""

import collections
import itertools
import math
import random

import numpy as np
import pytest
from scipy.stats import chi2, chisquare

from perfbook import feelsrandom, neighbours, playlists, rng, shufflecost, shuffling
from perfbook.figures.stories import shuffle as figures

EPISODE = playlists.EPISODE_LIST
UNLIKELY = 1e-4  # p-values below this count as a law broken; seeds are fixed


def all_words(counts):
    return sorted(set(itertools.permutations([a for a, m in enumerate(counts) for _ in range(m)])))


def p_against(law, rows):
    """p-value of rows against a law {row: chance}; rows that cannot come fail at once."""
    seen = collections.Counter(map(tuple, np.asarray(rows).tolist()))
    assert set(seen) <= {key for key, chance in law.items() if chance > 0}
    keys = [key for key, chance in law.items() if chance > 0]
    expected = np.array([law[key] for key in keys])
    return chisquare([seen[key] for key in keys], expected / expected.sum() * len(rows)).pvalue


def beside(words):
    return (words[:, 1:] == words[:, :-1]).sum(axis=1)


def z_of(values, mean):
    return (np.mean(values) - mean) / (np.std(values, ddof=1) / math.sqrt(len(values)))


def test_a_uniform_order_is_the_books_shuffle_draw_for_draw():
    ours, theirs = np.empty(30), np.arange(30.0)
    shuffling.uniform_order(30, ours, rng.new_state(5))
    rng.shuffle(rng.new_state(5), theirs)
    assert ours.tolist() == theirs.tolist()


def test_uniform_every_order_is_as_likely_and_the_mistake_is_caught():
    even = {order: 1 / 120 for order in itertools.permutations(range(5))}
    fair, bent = (shuffling.orders([1] * 5, name, 12_000, seed=3) for name in ("uniform", "swap with any"))
    assert p_against(even, fair) > UNLIKELY
    assert p_against(even, bent) < 1e-30
    assert p_against(shufflecost.swap_any_law(5), bent) > UNLIKELY


def test_the_mistakes_chances_of_places_are_those_of_all_its_runs():
    law, chance = shufflecost.swap_any_law(6), np.empty(6)
    counts = np.array(list(law.values())) * 6**6
    assert counts == pytest.approx(np.round(counts))  # each order comes a whole number of times in n^n
    for start in range(6):
        playlists.swap_any_chances(6, start, chance)
        places = [sum(p for order, p in law.items() if order[i] == start) for i in range(6)]
        assert chance == pytest.approx(places)


@pytest.mark.parametrize("theta", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("counts", [(3, 2, 2), (4, 1, 1), (2, 2, 1, 1)])
def test_the_dial_draws_each_pattern_with_chance_theta_to_its_neighbours(counts, theta):
    fewest = neighbours.fewest(counts)
    words = np.array(all_words(counts))
    weight = np.where(beside(words) >= fewest, float(theta) ** (beside(words) - fewest), 0)
    law = dict(zip(map(tuple, words.tolist()), weight / weight.sum(), strict=True))
    drawn = shuffling.words(counts, "exact dial", 8000, theta=theta, seed=2)
    assert p_against(law, drawn) > UNLIKELY
    mean, bits = shufflecost.dial(counts, theta)
    assert mean == pytest.approx(shufflecost.mean_neighbours(law))
    assert bits == pytest.approx(shufflecost.bits(law))


def test_at_zero_the_dial_is_rejection_without_rejecting():
    source = np.random.default_rng(4)
    tried = source.permuted(np.tile([0, 0, 0, 1, 1, 2, 2], (60_000, 1)), axis=1)
    kept = tried[beside(tried) == 0]
    assert abs(z_of(beside(tried) == 0, neighbours.law((3, 2, 2))[0])) < 4
    law = collections.Counter(map(tuple, kept.tolist()))
    assert len(law) == neighbours.patterns_by_neighbours((3, 2, 2))[0]
    assert p_against(dict.fromkeys(law, 1 / len(law)), shuffling.words((3, 2, 2), "exact dial", 4000)) > UNLIKELY


def test_where_one_artist_has_more_than_half_the_dial_leaves_the_fewest():
    words = shuffling.words((9, 3, 1), "exact dial", 50, theta=0)
    assert set(beside(words).tolist()) == {neighbours.fewest((9, 3, 1))} == {4}


@pytest.mark.parametrize("wobble, counts", [(0, (3, 2, 1)), (0, (2, 2, 2)), (0, (4, 3))])
def test_spreading_out_has_the_law_that_listing_its_cases_gives(wobble, counts):
    law = shufflecost.spread_law(counts)
    assert sum(law.values()) == pytest.approx(1)
    assert p_against(law, shuffling.words(counts, "spread out", 6000, wobble=wobble, seed=6)) > UNLIKELY


def test_equal_artists_spread_without_a_wobble_take_turns():
    law = shufflecost.spread_law((3, 3, 3, 3))
    assert len(law) == 24 and shufflecost.bits(law) == pytest.approx(math.log2(24))
    assert all(word[:4] * 3 == word for word in law)


@pytest.mark.parametrize("settings", [dict(theta=0.3, memory=2), dict(theta=0.0, memory=1), dict(theta=1.0, memory=5)])
def test_drawing_by_weight_has_the_law_that_following_each_draw_gives(settings):
    counts = (3, 2, 1)
    law = shufflecost.weighted_law(counts, **settings)
    assert p_against(law, shuffling.words(counts, "your weights", 8000, seed=4, **settings)) > UNLIKELY
    surprise = shuffling.weighted_bits(counts, many=4000, **settings)
    assert abs(z_of(surprise, shufflecost.bits(law))) < 4 or np.std(surprise) < 1e-12
    if settings["theta"] == 1:
        assert surprise == pytest.approx(math.log2(60))


@pytest.mark.parametrize("tries", [1, 2, 8])
def test_the_best_of_k_costs_at_most_log_k_bits_and_has_its_exact_law(tries):
    counts = (3, 2, 1)
    words = np.array(all_words(counts))
    mean, bits = shufflecost.best_of(counts, tries)
    least = (
        beside(words[np.random.default_rng(1).integers(0, len(words), (40_000, tries))].reshape(-1, 6))
        .reshape(-1, tries)
        .min(axis=1)
    )
    assert abs(z_of(least, mean)) < 4
    assert abs(z_of(beside(shuffling.words(counts, "best of several", 8000, tries=tries)), mean)) < 4
    whole = math.log2(len(words))
    assert whole - math.log2(tries) - 1e-9 <= bits <= whole + 1e-9


@pytest.mark.parametrize("counts", [EPISODE, (3, 3, 3, 3), (8, 6, 5, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1)])
def test_no_shuffle_with_the_same_neighbours_has_more_bits_than_the_dial(counts):
    curve = np.array([shufflecost.dial(counts, theta) for theta in np.linspace(0, 1, 201)])
    points = [shufflecost.best_of(counts, tries) for tries in (2, 8, 64, 256)]
    for theta, memory in ((0.3, 4), (0.0, 1), (0.5, 10)):
        words = shuffling.words(counts, "your weights", 1500, theta=theta, memory=memory)
        surprise = shuffling.weighted_bits(counts, theta, memory, many=1500)
        points.append((beside(words).mean(), surprise.mean() - 4 * surprise.std() / math.sqrt(1500)))
    if len(counts) == 4:
        law = shufflecost.spread_law(counts)
        points.append((shufflecost.mean_neighbours(law), shufflecost.bits(law)))
    for mean, bits in points:
        assert bits <= np.interp(mean, *curve.T) + 0.02


def test_costs_of_a_short_list_are_exact_and_of_a_long_one_within_their_error():
    found = shufflecost.costs((3, 2, 1, 1), theta=0.0, memory=1)
    assert found["exact dial"] == found["no neighbours"] == shufflecost.dial((3, 2, 1, 1), 0)
    law = shufflecost.weighted_law((3, 2, 1, 1), 0.0, 1)
    assert found["your weights"] == (shufflecost.mean_neighbours(law), shufflecost.bits(law))
    longer = shufflecost.costs((4, 4, 2, 2), theta=1.0)  # 207,900 patterns, drawn by weights that are all alike
    assert longer["your weights"][1] == pytest.approx(longer["uniform"][1])
    assert longer["your weights"][0] == pytest.approx(longer["uniform"][0], abs=4 * 1.5 / math.sqrt(4000))
    assert "spread out" in longer and "spread out" not in shufflecost.costs(playlists.LONG_LIST, many=10)


@pytest.mark.parametrize("name", shuffling.SHUFFLES)
def test_every_shuffle_returns_every_track_once_and_plays_no_favourites_within_an_artist(name):
    rows = shuffling.orders((3, 2, 1), name, 3000, theta=0.2, seed=8)
    assert np.all(np.sort(rows, axis=1) == np.arange(6))
    if name == "swap with any":
        return  # the mistake does, since it cares where a track was
    first = [next(track for track in row if track < 3) for row in rows.tolist()]
    assert chisquare([first.count(track) for track in range(3)]).pvalue > UNLIKELY


@pytest.mark.parametrize("name", ["uniform", "spread out", "best of several", "exact dial"])
def test_these_four_are_as_likely_backwards(name):
    """The dominant artist has as much of the first third as of the last; drawing one after another does not."""
    words = shuffling.words(EPISODE, name, 4000, theta=0.1, seed=12)
    held = (words == 0)[:, :7].sum(axis=1) - (words == 0)[:, 14:].sum(axis=1)
    assert abs(z_of(held, 0)) < 4
    pushed = shuffling.words(EPISODE, "the episode's", 4000, seed=12) == 0
    assert z_of(pushed[:, :7].sum(axis=1) - pushed[:, 14:].sum(axis=1), 0) < -40


def test_places_of_a_uniform_shuffle_have_the_chi_square_law_that_is_said():
    """Rows and columns are full in each order: without the factor (n - 1) / n the p-values would crowd at 0."""
    ps = []
    for seed in range(200):
        chi_square, freedom = feelsrandom.place_chi_square(shuffling.orders([1] * 5, many=400, seed=seed))
        ps.append(chi2.sf(chi_square, freedom))
    assert chisquare(np.histogram(ps, bins=5, range=(0, 1))[0]).pvalue > UNLIKELY


@pytest.mark.parametrize(
    "name, fair", [("uniform", True), ("swap with any", False), ("spread out", False), ("the episode's", False)]
)
def test_only_the_uniform_shuffle_is_fair_to_places(name, fair):
    chi_square, freedom = feelsrandom.place_chi_square(shuffling.orders(EPISODE, name, 4000, seed=21))
    assert (feelsrandom.p_value(chi_square, freedom) > UNLIKELY) == fair


def test_the_number_of_shuffles_after_which_the_mistake_shows_makes_chi_square_four_deviations_too_high():
    many = round(float(figures.shuffle_bias.at(tracks=10, share=100)["now"][3]))
    excess = []
    for seed in range(60):
        chi_square, freedom = feelsrandom.place_chi_square(shuffling.orders([1] * 10, "swap with any", many, seed=seed))
        excess.append((chi_square - freedom) / math.sqrt(2 * freedom))
    # the shape adds to the mean what the bias does to each cell's variance, a few parts in a hundred
    assert np.mean(excess) == pytest.approx(4, abs=0.6)


@pytest.mark.parametrize("shuffle", range(7))
def test_the_figures_say_what_the_functions_say(shuffle):
    name = shuffling.SHUFFLES[shuffle]
    moved = dict(shuffle=shuffle, theta=0.2, memory=3, wobble=0.2, tries=4, seed=7)
    settings = {key: moved[key] for key in ("theta", "memory", "wobble", "tries", "seed")}
    many = figures.shuffle.inputs["shuffles"]
    words = shuffling.words(EPISODE, name, many, **settings)
    now = figures.shuffle.at(**moved)["now"]
    longest = feelsrandom.longest_runs(words)
    assert now[3:6] == pytest.approx([beside(words)[0], longest[0], beside(words).mean()])
    assert now[7:10] == pytest.approx([neighbours.expected(EPISODE), (longest >= 3).mean(), neighbours.law(EPISODE)[0]])
    seen = figures.gaps.at(**moved)
    assert seen["gaps"][:20] == pytest.approx(feelsrandom.gaps_of(words))
    assert seen["law"][:20] == pytest.approx(neighbours.gap_law(EPISODE) / 17)
    thirds = [(words == 0)[:, 7 * k : 7 * k + 7].sum() / many for k in range(3)]
    assert seen["now"][:3] == pytest.approx(thirds)
    chi_square, freedom = feelsrandom.place_chi_square(shuffling.orders(EPISODE, name, many, **settings))
    assert seen["now"][5:7] == pytest.approx([chi_square, freedom])


def test_the_cost_figure_says_what_the_functions_say():
    seen = figures.shuffle_cost.at(theta=0.4, tries=12, memory=2)
    whole = math.log2(neighbours.patterns(EPISODE))
    law = shufflecost.spread_law(EPISODE)
    for place, (mean, bits) in ((2, shufflecost.dial(EPISODE, 0.4)), (8, shufflecost.best_of(EPISODE, 12)),
                                (10, (shufflecost.mean_neighbours(law), shufflecost.bits(law)))):  # fmt: skip
        assert seen["now"][place : place + 2] == pytest.approx([mean, whole - bits])
    surprise = shuffling.weighted_bits(EPISODE, 0.4, 2, many=2000)
    assert seen["now"][5] == pytest.approx(whole - surprise.mean())


def test_a_pasted_playlist_is_sorted_by_how_often_an_artist_is_there():
    seen = figures.shuffle.at(playlist=3, shuffle=0, _table="x\ny\ny\nz\ny\nz")
    assert seen["now"][[0, 1]].tolist() == [6, 3] and seen["now"][7] == pytest.approx(neighbours.expected((3, 2, 1)))
    assert seen["law"][:6] == pytest.approx(neighbours.law((3, 2, 1)))
    alone = figures.shuffle.at(playlist=3, _table="x")
    assert alone["now"][[0, 1, 5, 7]].tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(shuffle="riffle"), "shuffle must be one of uniform, swap with any"),
        (dict(theta=1.5), "theta must be from 0 to 1, got 1.5"),
        (dict(wobble=0.6), "wobble must be from 0 to 0.5, got 0.6"),
        (dict(tries=0), "tries must be a whole number from 1 up, got 0"),
        (dict(many=0), "many must be a whole number from 1 up, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        shuffling.orders(EPISODE, **wrong)
    with pytest.raises(ValueError, match="at most 1,000,000 are listed"):
        shufflecost.spread_law(playlists.LONG_LIST)
    with pytest.raises(ValueError, match="at most 1,000,000 are listed"):
        shufflecost.weighted_law(playlists.LONG_LIST)


def test_random_is_only_used_where_a_seed_is_given():
    random.seed(1)
    before = random.random()
    random.seed(1)
    shuffling.orders(EPISODE, many=3)
    assert random.random() == before
