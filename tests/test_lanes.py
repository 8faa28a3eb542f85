"""The five rules against exact queues, a hash ring built another way, and what each rule must do."""

import bisect
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from perfbook import lanes

few = settings(max_examples=30)
CARS = 300_000


def one_rule(rule, count, load, slow=1.0, look=0.0, seed=1, cars=CARS, ring=4096):
    """Mean time, histogram and utilization of each lane."""
    owner, popularity, *rest = lanes.scratch(1, ring=ring)
    owner[:], popularity[:] = 0, 1.0
    mean = lanes.drive(rule, count, slow, load, look, seed, cars, owner, popularity, *rest)
    return mean, rest[-2], rest[-1][:count]


def spread(values):
    return np.mean(values), 4.5 * np.std(values, ddof=1) / math.sqrt(len(values))


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_random_lanes_are_mm1_queues(load):
    mean, bound = spread([one_rule(lanes.RANDOM, 4, load, seed=s, cars=60_000)[0] for s in range(16)])
    assert abs(mean - 1 / (1 - load)) < bound < 0.1 / (1 - load)


@pytest.mark.parametrize(("count", "load"), [(2, 0.8), (8, 0.5), (5, 0.9)])
def test_round_robin_lanes_are_erlang_arrivals_to_one_server(count, load):
    # E_n/M/1: the root of x = (n load / (n load + 1 - x))**n below 1; mean time 1 / (1 - x).
    root = brentq(lambda x: (count * load / (count * load + 1 - x)) ** count - x, 0, 1 - 1e-9)
    mean, bound = spread([one_rule(lanes.ROUND_ROBIN, count, load, seed=s, cars=60_000)[0] for s in range(16)])
    assert abs(mean - 1 / (1 - root)) < bound < 0.1 / (1 - root)


def shortest_of_two(load, most=60):
    """Mean time of two exponential servers where each arrival joins the shorter line, by its Markov chain, truncated."""
    chances = np.zeros((most, most))
    chances[0, 0] = 1.0
    rate = 2 * load
    step = 1 / (rate + 2)
    for _ in range(20_000):
        new = chances * 0
        i, j = np.indices(chances.shape)
        first = np.where(i < j, 1.0, np.where(i == j, 0.5, 0.0))
        up_i, up_j = chances * first * rate * step, chances * (1 - first) * rate * step
        new[1:, :] += up_i[:-1, :]
        new[-1, :] += up_i[-1, :]
        new[:, 1:] += up_j[:, :-1]
        new[:, -1] += up_j[:, -1]
        new[:-1, :] += chances[1:, :] * step
        new[0, :] += chances[0, :] * step
        new[:, :-1] += chances[:, 1:] * step
        new[:, 0] += chances[:, 0] * step
        if np.abs(new - chances).max() < 1e-13:
            break
        chances = new
    assert chances[-1].sum() < 1e-9
    return float((chances * (i + j)).sum() / rate)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_the_fewest_cars_of_two_lanes_is_the_shorter_line(load):
    mean, bound = spread([one_rule(lanes.FEWEST, 2, load, seed=s, cars=60_000)[0] for s in range(16)])
    assert abs(mean - shortest_of_two(load)) < bound < 0.1 / (1 - load)


def test_the_histogram_holds_the_exponential_tail_of_random_lanes():
    _, histogram, used = one_rule(lanes.RANDOM, 2, 0.5)
    assert histogram.sum() == CARS * (1 - lanes.WARM_UP)
    assert lanes.percentile(0.99, histogram) == pytest.approx(math.log(100) / 0.5, rel=0.05)
    assert used == pytest.approx([0.5, 0.5], abs=0.01)
    assert lanes.percentile(0.5, np.r_[np.zeros(5), 1.0]) == math.inf


@pytest.mark.parametrize("seed", range(1, 6))
def test_knowing_more_never_hurts_as_long_as_it_is_new(seed):
    times = {rule: values[0] for rule, values in lanes.drive_all(load=0.9, seed=seed, cars=100_000).items()}
    assert times["fewest cars"] < times["round robin"] < times["random"]


@pytest.mark.parametrize("seed", range(1, 6))
def test_an_old_count_is_worse_than_no_count(seed):
    old = lanes.drive_all(lanes=8, load=0.9, look=10, seed=seed, cars=100_000)
    assert old["fewest cars"][0] > old["random"][0]


@pytest.mark.parametrize("slow", [0.25, 0.5, 2.0])
def test_only_rules_that_know_the_speeds_keep_a_slow_lane_from_filling(slow):
    result = lanes.drive_all(lanes=4, slow=slow, load=0.8)
    whole = 3 + slow
    assert result["random"][2] == pytest.approx(0.8 * whole / 4 * max(1, 1 / slow))
    assert result["round robin"][2] == pytest.approx(result["random"][2])
    assert result["weighted round robin"][2] == pytest.approx(0.8)


@few
@given(st.integers(1, 8), st.integers(0, 500))
def test_a_colour_belongs_to_the_next_place_on_the_ring(count, colour):
    ring = sorted((lanes.ring_place(lane + 1, p), lane) for lane in range(count) for p in range(lanes.POINTS))
    at = bisect.bisect_left(ring, (lanes.ring_place(0, colour), -1)) % len(ring)
    assert lanes.lane_of_colour(colour, count) == ring[at][1]


@pytest.mark.parametrize("count", range(2, 9))
def test_closing_a_lane_moves_its_own_colours_and_no_others(count):
    for colour in range(300):
        owner = lanes.lane_of_colour(colour, count)
        if owner != count - 1:
            assert lanes.lane_of_colour(colour, count - 1) == owner
    owner, moved = np.empty(2000, dtype=np.int64), np.empty(2)
    lanes.moved_colours(count, owner, moved)
    assert moved[0] == pytest.approx(np.mean(owner == count - 1))
    # Modulo keeps a colour only where both remainders agree, one colour in ``count``: (count - 1) / count move.
    assert moved[1] == pytest.approx((count - 1) / count, abs=4.5 * math.sqrt(1 / count / 2000))


def test_neighbouring_colours_are_scattered():
    pairs = [lanes.lane_of_colour(c, 8) == lanes.lane_of_colour(c + 1, 8) for c in range(2000)]
    owners = np.bincount([lanes.lane_of_colour(c, 8) for c in range(2001)], minlength=8) / 2001
    assert np.mean(pairs) == pytest.approx((owners**2).sum(), abs=4.5 * math.sqrt(0.15 / 2000))


@few
@given(
    st.integers(1, 8), st.floats(0.05, 1), st.floats(0.05, 1.5), st.floats(0, 20), st.floats(0, 2), st.integers(0, 99)
)
def test_the_figure_never_shows_what_is_not_a_number(count, slow, load, look, exponent, seed):
    mean, late, busiest, lasting, off_scale = (np.empty(5) for _ in range(5))
    share, moved = np.empty(40), np.empty(2)
    lanes.traffic(count, slow, load, look, exponent, seed, 2000, *lanes.scratch(50), mean, late, busiest, lasting, off_scale,
                  share, moved)  # fmt: skip
    assert np.all(np.isfinite(mean)) and not np.any(np.isnan(late))
    assert np.all(mean > 0) and np.all(late > 0)
    share = share.reshape(5, 8)
    np.testing.assert_allclose(share.max(axis=1), busiest)
    assert np.all(share[:, count:] == 0)
    assert lasting.tolist() == [math.inf if b >= 1 else m for b, m in zip(busiest, mean, strict=True)]
    assert (off_scale > 0).tolist() == (busiest >= 1).tolist()
    speeds = np.r_[slow, np.ones(count - 1)]
    for rule in (lanes.RANDOM, lanes.ROUND_ROBIN, lanes.WEIGHTED, lanes.BY_COLOUR):
        assert share[rule, :count] @ speeds == pytest.approx(load * speeds.sum())


@pytest.mark.parametrize("name", ["lanes", "seed", "cars", "colours"])
def test_a_count_that_is_not_whole_is_named(name):
    with pytest.raises(ValueError, match=rf"^{name} must be a whole number from \d+ to [\d,]+, got 1?2\.5$"):
        lanes.drive_all(**{name: 12.5 if name == "cars" else 2.5})


@pytest.mark.parametrize("bad", [dict(lanes=9), dict(slow=0), dict(load=0), dict(look=-1), dict(cars=1), dict(seed=-1)])
def test_what_cannot_be_is_named(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        lanes.drive_all(**bad)
