"""The ring's picture and player: the keys that travel are the keys that move."""

import itertools
import math

import numpy as np
import pytest

from perfbook import hashring, placement, ringmoves
from perfbook.figures.patterns import hashing as figures


def parts(seen, name):
    return seen[name].reshape(3, -1)


@pytest.mark.parametrize("change", range(3))
@pytest.mark.parametrize("seed", [1, 7])
def test_the_picture_shows_each_key_once_and_as_many_moving_as_it_says(change, seed):
    seen = figures.ring.at(nodes=6, virtual=20, change=change, seed=seed, shown=3)
    there = np.isfinite(parts(seen, "key_x"))
    assert np.all(there.sum(axis=0) == 1)
    assert there[2].sum() / figures.KEYS == seen["now"][1]
    np.testing.assert_allclose(np.nansum(parts(seen, "key_x") ** 2 + parts(seen, "key_y") ** 2, axis=0), 1)
    assert np.isfinite(seen["point_x"]).sum() == 20 * (6 + (change == 1))


@pytest.mark.parametrize("before, after, change", [(6, 7, ringmoves.JOINS), (6, 5, ringmoves.LEAVES)])
def test_the_pictures_keys_move_as_in_the_comparison(before, after, change):
    seen = figures.ring.at(nodes=6, virtual=20, change=change, seed=4)
    assert seen["now"][1] == placement.moved("ring", before, after, figures.KEYS, virtual=20, seed=4)
    assert seen["now"][3] == pytest.approx(placement.modulo_moved(before, after))


def test_the_pictures_shares_are_the_rings():
    seen = figures.ring.at(nodes=6, virtual=20, change=1, seed=4)
    ring, spare, digits = (np.zeros(n, dtype=np.int64) for n in (140, 140, 256))
    for name, nodes in (("before", 6), ("after", 7)):
        shares = np.zeros(nodes)
        total = hashring.build_ring(nodes, np.arange(nodes), np.full(nodes, 20), 4, ring, spare, digits)
        hashring.ring_shares(ring, total, shares)
        np.testing.assert_allclose(seen[name][:nodes], shares * nodes)
        assert np.all(np.isnan(seen[name][nodes:]))
    assert seen["now"][0] == pytest.approx(shares[6])


def test_a_heavy_node_owns_its_weight_on_average():
    found = [figures.ring.at(nodes=4, virtual=150, change=0, weight=3, seed=seed)["before"][0] for seed in range(1, 26)]
    # Beta(450, 450): half of the ring, which is 3 of 6 fair shares; a standard deviation of 1/60 of the ring
    assert abs(np.mean(found) - 3) < 4 * 6 / 60 / math.sqrt(len(found))


SCRIPTS = {
    ringmoves.GROW: [range(4 + k) for k in range(7)],
    ringmoves.SHRINK: [range(10 - k) for k in range(7)],
    ringmoves.FIRST_LEAVES: [range(k, 10) for k in range(7)],
    ringmoves.IN_AND_OUT: [[0, 2, 3, 4, 5] if k % 2 else range(6) for k in range(7)],
}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("scheme", placement.SCHEMES)
def test_the_player_moves_what_the_scheme_moves(script, scheme):
    options = dict(virtual=10, seed=3, rows=figures.ring_player.inputs["rows"])
    seen = figures.ring_player.at(scheme=placement.SCHEMES[scheme], script=script, virtual=10, seed=3)
    steps = SCRIPTS[script]
    owners = [placement.place(scheme, nodes, figures.TOKENS, **options) for nodes in steps]
    moves = np.cumsum([0.0, *(np.mean(a != b) for a, b in itertools.pairwise(owners))])
    np.testing.assert_allclose(seen["total_moved"], moves)
    least = np.cumsum([0.0, *(placement.least_moved(len(a), len(b)) for a, b in itertools.pairwise(steps))])
    np.testing.assert_allclose(seen["least"], least)
    assert list(seen["present"]) == [len(nodes) for nodes in steps]
    assert seen["summary"][2] == pytest.approx(np.bincount(owners[-1]).max() * len(steps[-1]) / figures.TOKENS)


@pytest.mark.parametrize("scheme", range(5))
def test_between_two_changes_every_key_stands_on_its_node_in_a_place_of_its_own(scheme):
    player = figures.ring_player
    seen = player.at(scheme=scheme, script=ringmoves.FIRST_LEAVES)
    name = list(placement.SCHEMES)[scheme]
    for step, nodes in enumerate(SCRIPTS[ringmoves.FIRST_LEAVES]):
        owner = placement.place(name, nodes, figures.TOKENS, virtual=50, rows=2039)
        (x, y), (moving, _) = player.tokens(seen, (step + 0.9) * figures.PAUSE)
        assert len(moving) == 0 and len(set(zip(x, y, strict=True))) == figures.TOKENS
        np.testing.assert_array_equal(np.sort(x), np.sort(owner + 1))
        for node in nodes:
            assert sorted(y[x == node + 1]) == list(range(np.sum(owner == node)))


def test_keyframes_are_in_order_of_time():
    seen = figures.ring_player.at(scheme=0)
    times = seen["when"].reshape(figures.TOKENS, -1)
    assert np.all(np.diff(times, axis=1) >= 0)
    assert seen["first"][-1] == times.size


@pytest.mark.parametrize("name", ["ring", "virtual", "placement", "bounded"])
def test_challenges_are_open_at_first_and_met_by_their_solutions(name):
    getattr(figures, f"challenge_{name}").check()
