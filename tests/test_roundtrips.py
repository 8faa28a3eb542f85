"""The model of a page that asks many times, against closed forms, against a schedule played out, and against SQLite."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from perfbook import cartpage, shop
from perfbook.figures.stories.shop import n_plus_one as figure
from perfbook.roundtrips import WAYS, page


def test_the_counts_are_those_of_the_definition():
    for n in range(6):
        for r in range(9):
            assert page("lazy", n, r).statements == 1 + n * (1 + r)
            assert page("each", n, r).statements == 1 + n
            assert page("join", n, r).statements == 1
            assert page("batch", n, r).statements == (1 if n == 0 else 2 if r == 0 else 3)
    assert page("lazy", 1, 67).statements == 69  # the articles, and then one and sixty-seven


@pytest.mark.parametrize("way", WAYS)
def test_time_one_after_the_other_is_statements_times_their_time_and_rows_times_theirs(way):
    trip, work, row = 0.0123, 0.00045, 3e-6
    for n, r in ((0, 0), (1, 67), (3, 67), (7, 0)):
        cost = page(way, n, r, trip, work, row)
        assert cost.seconds == pytest.approx(cost.statements * (trip + work) + cost.rows * row)
        assert cost.work == pytest.approx(cost.statements * work + cost.rows * row)


def played_out(stages, lanes, took):
    """When the last of several stages ends, each statement on the lane that is free first, each stage after the last."""
    now = 0.0
    for statements in stages:
        free = [now] * lanes
        for _ in range(statements):
            heapq.heapreplace(free, free[0] + took)
        now = max(now, max(free))
    return now


@settings(max_examples=60)
@given(n=some.integers(0, 9), r=some.integers(0, 30), lanes=some.integers(1, 40))
def test_with_several_in_flight_it_takes_what_a_schedule_played_out_takes(n, r, lanes):
    stages = {"lazy": (1, n, n * r), "each": (1, n), "batch": (1, int(n > 0), int(n * r > 0)), "join": (1,)}
    for way in WAYS:
        alone, several = (page(way, n, r, trip=0.7, statement=0.3, lanes=k) for k in (1, lanes))
        assert several.seconds == pytest.approx(played_out(stages[way], lanes, 1.0))
        assert (several.statements, several.rows, several.work) == (alone.statements, alone.rows, alone.work)


def test_no_number_of_connections_is_faster_than_what_waits_for_an_answer():
    assert page("lazy", 3, 67, trip=1.0, lanes=10**6).seconds == 3 == page("batch", 3, 67, trip=1.0).seconds


def test_statements_and_rows_are_those_of_the_page_on_sqlite():
    with shop.build(seed=5, products=400, carts=1) as own:
        own.ask("DELETE FROM cart_items")
        own.ask("DELETE FROM related")
        n, r = 3, 7
        for k in range(n):
            own.ask("INSERT INTO cart_items VALUES (1, ?, 1)", 1 + k)
            for place in range(r):
                own.ask("INSERT INTO related VALUES (?, ?, ?)", 1 + k, place, 100 + k * r + place)
        for way in WAYS:
            with own.counting() as seen:
                cartpage.cart_page(own, 1, way)
            assert (seen.count, seen.rows) == (page(way, n, r).statements, page(way, n, r).rows), way


def test_the_figure_says_what_page_says():
    seen = figure.at(items=4, related=20, trip_log10=3, statement_log10=2.5, lanes=3, pages_log10=1)
    trips, products = figure.inputs["trips"], figure.inputs["products"]
    for way, number in WAYS.items():
        cost = page(way, 4, 20, 1e-3, 10**2.5 * 1e-6, 1e-6, lanes=3)
        expected = [cost.statements, cost.rows, cost.seconds, 10 * cost.statements, 10 * cost.work]
        assert seen["here"][5 * number : 5 * number + 5] == pytest.approx(expected)
        at = [page(way, 4, 20, t / 1000, 10**2.5 * 1e-6, 1e-6, lanes=3).seconds * 1000 for t in trips]
        assert seen[way] == pytest.approx(np.array(at))
        assert seen[f"{way}_rate"] == pytest.approx([10 * page(way, 4, int(r)).statements for r in products])


@pytest.mark.parametrize("lanes", [1, 8])
def test_at_the_round_trip_it_names_the_lazy_page_takes_187_ms(lanes):
    limit = figure.at(items=3, related=67, statement_log10=2, lanes=lanes)["now"][6]
    assert page("lazy", 3, 67, limit, 1e-4, 1e-6, lanes).seconds == pytest.approx(0.187)


def test_the_word_and_the_infinity_come_where_they_belong():
    assert [figure.at(trip_log10=t)["now"][4] for t in (-1, 4, 5)] == [0, 1, 2]
    assert math.isinf(figure.at(statement_log10=4.5)["now"][6])


@pytest.mark.parametrize("wrong, message", [
    (dict(way="orm"), "way must be one of lazy, each, batch, join, got 'orm'"),
    (dict(items=-1), "items must be a whole number from 0 up, got -1"),
    (dict(trip=-1), "trip must be from 0 up, got -1"),
    (dict(lanes=0), "lanes must be a whole number from 1 up, got 0"),
])  # fmt: skip
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        page(**dict(way="lazy", items=1, related=1) | wrong)
