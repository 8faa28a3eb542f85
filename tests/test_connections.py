"""Pooled connections: M/M/c, a Markov chain solved whole, and simpy; and what makes a shop unstable."""

import math

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import connections, queues
from perfbook.connections import Database, pooled
from perfbook.errorbars import batch_means
from perfbook.figures.stories.collapse import pool as figure

FREE = Database(knee=1e12, alpha=0.0, idle=0.0)  # a database that no number of connections slows down
SMALL = Database(knee=5, query_time=0.1, alpha=0.01, idle=0.3)


@pytest.mark.parametrize("connections_given, pages, queries", [(1, 10, 3), (4, 30, 5), (120, 80, 70)])
def test_where_connections_cost_nothing_it_is_the_queue_of_chapter_1(connections_given, pages, queries):
    ours = pooled(pages, queries, connections_given, FREE, own=0.5)
    erlang = queues.mmc(pages * queries, 50, connections_given)
    assert ours.page == pytest.approx(0.5 + queries * (erlang.wait + 0.02))
    assert ours.delayed == pytest.approx(queues.erlang_c(connections_given, pages * queries / 50))
    assert ours.busy == pytest.approx(pages * queries / 50)  # Little's law: 20 ms each


def test_a_markov_chain_of_pages_with_two_queries_gives_the_same_mean():
    """States: pages at their first, and at their second query; whichever runs ends as likely as any other."""
    pages, opened, most = 3.0, 6, 70
    states = [(i, j) for i in range(most) for j in range(most - i)]
    place = {state: k for k, state in enumerate(states)}
    moves = []
    for (i, j), k in place.items():
        here = i + j
        rate = SMALL.rate(min(here, opened), opened) if here else 0.0
        if here + 1 < most:
            moves.append((k, place[i + 1, j], pages))
        if i:
            moves.append((k, place[i - 1, j + 1], rate * i / here))
        if j:
            moves.append((k, place[i, j - 1], rate * j / here))
    rows, columns, rates = (np.array(part) for part in zip(*moves, strict=True))
    chain = scipy.sparse.coo_matrix((rates, (columns, rows)), shape=(len(states),) * 2).tolil()
    chain.setdiag(-np.bincount(rows, rates, len(states)))
    chain[0] = 1.0
    right = np.zeros(len(states))
    right[0] = 1.0
    chances = scipy.sparse.linalg.spsolve(chain.tocsc(), right)
    total = np.array([sum(state) for state in states])
    ours = pooled(pages, 2, opened, SMALL, own=0.0)
    assert ours.page * pages == pytest.approx(chances @ total, rel=1e-6)
    assert ours.waiting * pages == pytest.approx(chances @ np.maximum(total - opened, 0), rel=1e-6)
    assert ours.delayed == pytest.approx(chances @ (total >= opened), rel=1e-6)


def simpy_pages(seed, pages, queries, opened, database, own, count):
    """Page times in simpy: first come first served for connections; a redrawn exponential whenever their number changes."""
    env, random, times = simpy.Environment(), np.random.default_rng(seed), []
    free, running, changed = simpy.Resource(env, opened), [], [env.event()]

    def signal():
        changed[0].succeed()
        changed[0] = env.event()

    def database_works():
        while True:
            if not running:
                yield changed[0]
                continue
            due = env.timeout(random.exponential(1 / database.rate(len(running), opened)))
            news = changed[0]
            yield due | news
            if due.processed and not news.triggered:
                running.pop(random.integers(len(running))).succeed()

    def page():
        begun = env.now
        yield env.timeout(random.exponential(own))
        for _ in range(queries):
            with free.request() as connection:
                yield connection
                done = env.event()
                running.append(done)
                signal()
                yield done
        times.append(env.now - begun)

    def arrivals():
        for _ in range(count):
            yield env.timeout(random.exponential(1 / pages))
            env.process(page())

    env.process(database_works())
    env.process(arrivals())
    env.run(until=count / pages)
    return np.array(times[len(times) // 10 :])


def test_pages_in_simpy_take_as_long():
    shop = dict(pages=3.0, queries=4, opened=4, database=SMALL, own=0.2)
    exact = pooled(3.0, 4, 4, SMALL, own=0.2)
    means = [simpy_pages(seed, count=300, **shop).mean() for seed in range(14)]
    assert batch_means(means, confidence=0.9999).covers(exact.page)
    assert batch_means(means, confidence=0.9999).half_width < 0.2 * exact.page


@settings(max_examples=60)
@given(demand=st.floats(100, 17_000), opened=st.integers(1, 6000))
def test_it_is_stable_exactly_between_the_two_roots_of_the_scaling_law(demand, opened):
    low, high = Database().carries(demand)
    stable = math.isfinite(pooled(demand, 1, opened).page)
    if min(abs(opened - low), abs(opened - high)) > 1e-6:
        assert stable == (low < opened < high)


def test_a_larger_pool_makes_a_stable_shop_unstable():
    assert math.isfinite(pooled(222, 68, 127 * 9).page) and math.isinf(pooled(222, 68, 127 * 10).page)
    assert math.isinf(pooled(222, 68, 5270).page)
    assert math.isfinite(pooled(222, 2, 5270).page)


@settings(max_examples=60)
@given(demand=st.floats(10, 20_000), opened=st.integers(1, 6000), idle=st.floats(0, 1))
def test_in_its_calm_state_as_many_queries_are_done_as_come(demand, opened, idle):
    database = Database(idle=idle)
    for busy in database.calm(demand, opened):
        if math.isfinite(busy):
            assert busy <= opened and database.rate(busy, opened) == pytest.approx(demand, rel=1e-9)
    calm, tips = database.calm(demand, opened)
    if math.isinf(calm):
        tried = database.rate(np.linspace(0, opened, 400), np.full(400, opened))
        assert tried.max() < demand * (1 + 1e-9)
    elif math.isfinite(tips):
        assert calm <= tips


@settings(max_examples=40)
@given(demand=st.floats(100, 10_000), opened=st.integers(300, 1500), more=st.integers(1, 3000))
def test_idle_connections_never_help_while_it_is_calm(demand, opened, more):
    assert Database().calm(demand, opened + more)[0] >= Database().calm(demand, opened)[0] * (1 - 1e-12)
    free = Database(idle=0)
    assert free.calm(demand, opened + more)[0] == pytest.approx(free.calm(demand, opened)[0])


def test_the_knee_is_where_the_most_is_done():
    database = Database(knee=300, alpha=0.001)
    rates = database.rate(np.arange(1.0, 2000))
    assert np.argmax(rates) + 1 == 300 and database.most == pytest.approx(rates.max())


@pytest.mark.parametrize(
    "moved", [{}, {"pool": 5}, {"queries": 2}, {"idle": 0, "pool": 7}, {"alpha": 0.0002, "pool": 6}]
)
def test_the_figure_says_what_the_functions_say(moved):
    now = figure.at(**moved)["now"]
    values = {name: slider.value for name, slider in figure.sliders.items()} | moved
    database = Database(knee=values["knee"], alpha=values["alpha"], idle=values["idle"])
    total = values["instances"] * values["pool"]
    exact = pooled(values["pages"], values["queries"], total, database)
    assert now[:7] == pytest.approx(
        [total, exact.demand, exact.able, exact.page, exact.waiting, exact.database, exact.busy]
    )
    assert now[8:10] == pytest.approx(database.carries(exact.demand))
    assert now[11] == pytest.approx(database.most)
    assert now[15:17] == pytest.approx(database.calm(exact.demand, total))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Database(knee=0), "knee must be from 1 up, got 0"),
        (lambda: Database(idle=2), "idle must be from 0 to 1, got 2"),
        (lambda: Database().rate(5, 4), "active must be at most opened, got 5.0 of 4.0"),
        (lambda: pooled(0, 1, 1), "pages must be above 0 and finite, got 0"),
        (lambda: pooled(1, 1, 0), "connections must be a whole number from 1 to 10,000,000, got 0"),
        (lambda: Database().carries(1e6), "throughput must be at most"),
        (lambda: connections.Database().calm(0, 5), "demand must be above 0 and finite, got 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
