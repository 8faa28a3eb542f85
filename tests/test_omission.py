"""Coordinated omission against simpy, request by request, closed forms, and HdrHistogram's own example."""

import math

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import omission, tails
from perfbook.figures.math.tails import omission as figure

SECONDS, STALL_AT, STALL = 20.0, 6.0, 2.0


class Server:
    """One server in simpy that puts its work down when it stalls and takes it up afterwards."""

    def __init__(self, env, stall_at, stall):
        self.env, self.stall, self.stalled, self.job = env, stall, False, None
        self.desk = simpy.Resource(env)
        env.process(self.freeze(stall_at))

    def freeze(self, stall_at):
        yield self.env.timeout(stall_at)
        self.stalled = True
        self.over = self.env.timeout(self.stall)
        if self.job is not None and self.job.is_alive:
            self.job.interrupt()
        yield self.over
        self.stalled = False

    def work(self, service):
        left = service
        while left > 0:
            if self.stalled:
                yield self.over
            begun = self.env.now
            try:
                yield self.env.timeout(left)
                left = 0
            except simpy.Interrupt:
                left -= self.env.now - begun

    def serve(self, service):
        with self.desk.request() as turn:
            yield turn
            self.job = self.env.process(self.work(service))
            yield self.job
            self.job = None


def users_in_simpy(planned, service, stall_at, stall):
    env = simpy.Environment()
    server, latency = Server(env, stall_at, stall), {}

    def user(i):
        yield env.timeout(planned[i])
        yield env.process(server.serve(service[i]))
        latency[i] = env.now - planned[i]

    for i in range(len(planned)):
        env.process(user(i))
    env.run()
    return np.array([latency[i] for i in range(len(planned))])


def recorded_in_simpy(rate, connections, service, seconds, stall_at, stall, catch_up):
    env = simpy.Environment()
    server, found, work = Server(env, stall_at, stall), [], iter(service)

    def connection(j):
        number, due = j, j / rate
        while due < seconds:
            if due > env.now:
                yield env.timeout(due - env.now)
            sent = env.now
            if sent >= seconds:
                return
            yield env.process(server.serve(next(work)))
            found.append((sent, env.now - sent))
            number += connections
            due = number / rate if catch_up else sent + connections / rate

    for j in range(connections):
        env.process(connection(j))
    env.run()
    return np.array(sorted(found)).T


@pytest.mark.parametrize("load, seed", [(0.2, 1), (0.7, 2), (0.95, 3)])
def test_users_wait_as_long_as_in_simpy(load, seed):
    random = np.random.default_rng(seed)
    planned = np.sort(random.uniform(0, SECONDS, 800))
    service = omission.service_times(load / 40, 800, seed)
    ours = omission.users(planned, service, STALL_AT, STALL)
    np.testing.assert_allclose(ours, users_in_simpy(planned, service, STALL_AT, STALL), atol=1e-9)


@pytest.mark.parametrize("catch_up", [False, True])
@pytest.mark.parametrize("connections, load, seed", [(1, 0.2, 1), (4, 0.6, 2), (30, 0.9, 3)])
def test_a_tester_sends_and_records_what_it_does_in_simpy(connections, load, seed, catch_up):
    rate = 37.0
    service = omission.service_times(load / rate, math.ceil(rate * SECONDS), seed)
    ours = omission.tester(rate, connections, service, SECONDS, STALL_AT, STALL, catch_up)
    sent, latency = recorded_in_simpy(rate, connections, service, SECONDS, STALL_AT, STALL, catch_up)
    np.testing.assert_allclose(ours.sent, sent, atol=1e-9)
    np.testing.assert_allclose(ours.latency, latency, atol=1e-9)


def test_users_of_a_steady_server_meet_the_stall_as_a_triangle_that_drains_with_the_room_left():
    rate, service = 50.0, 0.012
    planned = np.arange(1000) / rate
    latency = omission.users(planned, np.full(1000, service), STALL_AT, STALL)
    after = planned - STALL_AT
    number = np.round(after * rate) + 1  # who comes after the stall began, counted from the first
    expected = np.where(after >= -1e-9, STALL + number * service - after, service)
    np.testing.assert_allclose(latency, np.maximum(expected, service), atol=1e-9)
    affected = np.sum(latency > service + 1e-9)
    assert affected == pytest.approx(STALL / (1 - rate * service) * rate, abs=2)


@settings(max_examples=60)
@given(st.integers(1, 60), st.floats(0.1, 0.95), st.integers(1, 1000), st.floats(0, 4))
def test_measured_from_the_plan_a_tester_that_catches_up_records_what_users_meet(connections, load, seed, stall):
    rate = 23.0
    service = omission.service_times(load / rate, math.ceil(rate * SECONDS), seed)
    record = omission.tester(rate, connections, service, SECONDS, STALL_AT, stall, catch_up=True)
    users = omission.users(np.arange(len(service)) / rate, service, STALL_AT, stall)
    np.testing.assert_allclose(record.from_plan, users[: len(record.sent)], atol=1e-9)


@settings(max_examples=60)
@given(st.integers(1, 40), st.floats(0.05, 0.95), st.integers(1, 1000))
def test_a_waiting_tester_never_sends_more_than_planned_nor_twice_on_one_connection(connections, load, seed):
    rate = 23.0
    service = omission.service_times(load / rate, math.ceil(rate * SECONDS), seed)
    record = omission.tester(rate, connections, service, SECONDS, STALL_AT, STALL)
    assert len(record.sent) <= len(service)
    assert np.all(np.diff(record.sent) >= -1e-12)
    answered = record.sent + record.latency
    assert np.all(record.sent[connections:] >= answered[:-connections] - 1e-12)
    during = (record.sent >= STALL_AT) & (record.sent < STALL_AT + STALL)
    assert during.sum() <= connections


def test_with_a_connection_for_every_request_nothing_is_omitted():
    rate, count = 40.0, 800
    service = omission.service_times(0.005, count)
    record = omission.tester(rate, count, service, SECONDS, STALL_AT, STALL)
    users = omission.users(np.arange(count) / rate, service, STALL_AT, STALL)
    np.testing.assert_allclose(record.latency, users, atol=1e-12)


def test_hdrhistograms_own_example_half_of_the_corrected_values_are_at_one_millisecond():
    """README of HdrHistogram: 10,000 samples of 1 ms every 10 ms, then one of 100 s; raw 99.99 %, corrected 50 %."""
    recorded = np.append(np.full(10_000, 0.001), 100.0)
    assert round(np.mean(recorded <= 0.001), 4) == 0.9999
    corrected = omission.correct(recorded, 0.010)
    assert len(corrected) == 20_000
    assert np.mean(corrected <= 0.001) == 0.5
    assert corrected.max() == 100.0 and corrected[corrected > 0.001].min() == pytest.approx(0.010)


def test_the_correction_restores_a_stall_to_within_one_interval_where_service_takes_no_time():
    rate = 50.0
    service = np.zeros(1000)
    users = np.sort(omission.users(np.arange(1000) / rate, service, STALL_AT, STALL))
    record = omission.tester(rate, 1, service, SECONDS, STALL_AT, STALL)
    restored = np.sort(omission.correct(record.latency, 1 / rate))
    assert abs(len(restored) - len(users)) <= 1
    shared = min(len(users), len(restored))
    np.testing.assert_allclose(restored[-shared:], users[-shared:], atol=1 / rate + 1e-9)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_the_correction_misses_the_backlog_that_drains_after_the_stall(load):
    rate, seconds = 50.0, 60.0
    count = int(rate * seconds)
    service = np.full(count, load / rate)
    users = omission.users(np.arange(count) / rate, service, 20.0, STALL)
    record = omission.tester(rate, 1, service, seconds, 20.0, STALL)
    restored = omission.correct(record.latency, 1 / rate)
    slow_users, slow_restored = np.sum(users > 0.1), np.sum(restored > 0.1)
    assert slow_restored / slow_users == pytest.approx(1 - load, rel=0.06)


def test_the_correction_invents_waits_where_nobody_was_waiting():
    """A slow answer to a rare question is filled in like a stall, if the interval given is not the true one."""
    record = np.append(np.full(99, 0.01), 5.0)
    assert len(omission.correct(record, 0.05)) == 100 + 99
    assert len(omission.correct(record, 10.0)) == 100


@given(st.lists(st.floats(0, 50), min_size=1, max_size=50), st.floats(0.05, 5))
def test_the_correction_adds_for_each_value_as_many_as_whole_intervals_fit_below_it(values, interval):
    corrected = omission.correct(values, interval)
    least = sum(max(0, math.floor(v / interval * (1 - 1e-9)) - 1) for v in values)
    most = sum(max(0, math.floor(v / interval * (1 + 1e-9)) - 1) for v in values)
    assert len(values) + least <= len(corrected) <= len(values) + most
    assert corrected.max() == max(values)


def test_the_figures_kernel_says_what_the_functions_say():
    moved = dict(rate=40, service_ms=9, stall_ms=1500, connections=3, seed=5)
    seen = figure.at(**moved)
    inputs = figure.inputs
    seconds, stall_at = inputs["seconds"], inputs["stall_at"]
    count = int(40 * seconds)
    service = omission.service_times(0.009, count, seed=5)
    users = omission.users(np.arange(count) / 40, service, stall_at, 1.5)
    record = omission.tester(40, 3, service, seconds, stall_at, 1.5)
    corrected = omission.correct(record.latency, 3 / 40)
    now = seen["now"]
    for place, values in enumerate((users, record.latency, corrected)):
        assert now[place] == pytest.approx(tails.nearest_rank(values, 99))
    assert now[3] == pytest.approx(users.max())
    assert [now[4], now[5], now[6]] == [count, len(record.sent), len(corrected) - len(record.sent)]
    assert now[7] == np.mean(users > 0.1) and now[8] == np.mean(record.latency > 0.1)
    for curve, values in (("truth_ms", users), ("seen_ms", record.latency), ("corrected_ms", corrected)):
        expected = [1000 * tails.nearest_rank(values, 100 - 100 / one) for one in inputs["one_in"]]
        np.testing.assert_allclose(seen[curve], expected)
    moments = (record.sent // inputs["width"]).astype(int)
    worst = [record.latency[moments == k].max(initial=-1) for k in range(len(seen["seen"]))]
    np.testing.assert_allclose(seen["seen"], np.where(np.array(worst) < 0, np.inf, worst))


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: omission.users([1, 0], [1, 1]), "planned must not decrease"),
        (lambda: omission.users([1, 2], [1]), "planned and service must be rows of one length"),
        (lambda: omission.users([1, 2], [1, -1]), "service must not be negative"),
        (lambda: omission.tester(0, 1, [1], 1), "rate must be above 0, got 0"),
        (lambda: omission.tester(5, 0, [1], 1), "connections must be a whole number from 1 up, got 0"),
        (lambda: omission.tester(5, 1, [1], 1), "service must hold 5 times or more for this run, got 1"),
        (lambda: omission.correct([1], 0), "interval must be above 0, got 0"),
        (lambda: omission.correct([[1]], 1), "recorded must be a row of latencies"),
        (lambda: omission.service_times(0, 1), "mean must be above 0, got 0"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
