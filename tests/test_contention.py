"""Clients who contend for one key, against closed forms, a second simulator and laws that hold for any setting."""

import math

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as some

from perfbook import contention

R = 1e-3


def exact(method, clients, **change):
    """A run without any randomness and with a server that takes no time."""
    return contention.simulate(method, clients, **{"round_trip": R, "service": 0.0, "spread": 0.0, **change})


@pytest.mark.parametrize("clients", [1, 2, 7, 50])
def test_of_clients_who_try_together_one_wins_each_round(clients):
    run = exact("compare-and-swap", clients, each=1)
    assert (run.attempts, clients) == contention.rounds(clients)
    assert run.updates == run.effect == clients
    assert run.commands == 2 * run.attempts
    assert run.seconds == pytest.approx(2 * R * clients - R / 2)  # the last write is at the server half a trip early


def test_of_writes_that_do_not_look_one_is_left_each_round():
    run = exact("GET, SET", 50, each=20)
    assert (run.updates, run.effect, run.lost) == (1000, 20, 980)


@pytest.mark.parametrize("held", [1, 2, 3])
@pytest.mark.parametrize("compute", [0.0, 4e-4])
def test_a_queued_lock_hands_over_at_once(held, compute):
    run = exact("queued lock", 20, held=held, compute=compute)
    assert run.rate == pytest.approx(1 / (held * R + compute), rel=0.01)
    assert run.p99 == pytest.approx(20 * (held * R + compute) + R, rel=0.05)
    assert run.fairness == pytest.approx(1, abs=1e-3)


def test_compare_and_swap_lets_one_through_a_round_trip_at_most():
    for clients in (1, 3, 10, 40):
        for spread in (0.0, 0.2):
            run = contention.simulate("compare-and-swap", clients, R, compute=2e-4, service=1e-6, spread=spread)
            assert run.rate <= 1 / ((1 - spread) * R + 2e-4)
    many = contention.simulate("compare-and-swap", 40, R, compute=2e-4, service=1e-6)
    assert many.rate == pytest.approx(1 / (R + 2e-4), rel=0.12)  # messages that are early make it a little more


def test_an_atomic_operation_is_limited_by_the_clients_or_by_the_server():
    for clients in (1, 4, 30, 200):
        run = exact("atomic", clients, service=5e-5, think=0.0)
        assert run.rate == pytest.approx(min(clients / (R + 5e-5), 1 / 5e-5), rel=0.01)
        assert run.attempts_each == 1


def test_alone_there_is_nothing_to_wait_for():
    times = {"GET, SET": 2 * R, "compare-and-swap": 2 * R, "polled lock": 4 * R, "queued lock": 4 * R, "atomic": R}
    for method, seconds in times.items():
        run = exact(method, 1, held=3)
        assert run.attempts_each == 1
        assert [run.p50, run.p99, run.mean] == pytest.approx([seconds] * 3)
        assert run.rate == pytest.approx(1 / seconds, rel=0.01)


@pytest.mark.parametrize("method", contention.METHODS)
def test_littles_law_holds_for_clients_who_never_pause(method):
    run = contention.simulate(method, 8, R, compute=1e-4, held=2, commands=100_000)
    assert run.updates / run.seconds * run.mean == pytest.approx(8, rel=0.01)  # each of 8 clients is always at it


@settings(max_examples=15)
@given(
    method=some.sampled_from(list(contention.METHODS)[1:]),
    clients=some.integers(1, 12),
    backoff=some.sampled_from(list(contention.BACKOFFS)),
    spread=some.sampled_from([0.0, 0.5, 1.0]),
    held=some.integers(1, 3),
    each=some.integers(1, 6),
    seed=some.integers(0, 1000),
)
def test_no_safe_method_ever_loses_an_update(method, clients, backoff, spread, held, each, seed):
    run = contention.simulate(method, clients, R, backoff=backoff, spread=spread, held=held, each=each, seed=seed)
    assert run.updates == run.effect == clients * each
    assert run.lost == 0
    assert run.fairness == pytest.approx(1)
    assert 0 < run.busy <= 1


def by_processes(clients, round_trip, compute, service, think, seconds, seed):
    """The same clients as processes of simpy, who compare and swap: (updates a second, attempts an update)."""
    import random

    draw, world = random.Random(seed), simpy.Environment()
    server = simpy.Resource(world)
    value, updates, attempts = [0], [0], [0]

    def command(effect):
        yield world.timeout(round_trip / 2 * draw.uniform(0.8, 1.2))
        with server.request() as turn:
            yield turn
            yield world.timeout(service)
            answer = effect()
        yield world.timeout(round_trip / 2 * draw.uniform(0.8, 1.2))
        return answer

    def swap(old):
        attempts[0] += 1
        if value[0] != old:
            return False
        value[0] += 1
        return True

    def client():
        while True:
            yield world.timeout(draw.uniform(0, 2 * think))
            done = False
            while not done:
                old = yield from command(lambda: value[0])
                yield world.timeout(compute)
                done = yield from command(lambda old=old: swap(old))
            updates[0] += 1

    for _ in range(clients):
        world.process(client())
    world.run(seconds)
    return updates[0] / seconds, attempts[0] / updates[0]


@pytest.mark.parametrize(("clients", "think"), [(5, 0.0), (12, 5e-3)])
def test_compare_and_swap_agrees_with_simpy(clients, think):
    found = [by_processes(clients, R, 2e-4, 5e-5, think, 1.0, seed) for seed in range(4)]
    runs = [
        contention.simulate("compare-and-swap", clients, R, 2e-4, 5e-5, think, commands=20_000, seed=seed)
        for seed in range(4)
    ]
    for theirs, ours in (([f[0] for f in found], [r.rate for r in runs]),
                         ([f[1] for f in found], [r.attempts_each for r in runs])):  # fmt: skip
        means = [sum(x) / len(x) for x in (theirs, ours)]
        error = math.sqrt(sum(sum((v - m) ** 2 for v in x) / 12 for x, m in zip((theirs, ours), means, strict=True)))
        assert abs(means[0] - means[1]) < 4 * error + 0.005 * means[0]


def test_somebody_always_wins_and_it_may_always_be_the_same_one():
    """Compare-and-swap makes progress whatever happens, but not everybody does: the winner reads first again."""
    starved = contention.simulate("compare-and-swap", 50, compute=10e-3)
    assert starved.rate == pytest.approx(1 / (R + 10e-3), rel=0.1)
    assert starved.fairness < 0.1 and starved.oldest > 0.9 * starved.seconds and starved.p50 < 0.01 * starved.oldest
    fair = contention.simulate(
        "compare-and-swap", 50, compute=10e-3, backoff="full jitter", base=20e-3, commands=200_000
    )
    assert fair.fairness > 0.9


def test_refused_attempts_cost_nothing_until_the_server_is_full():
    """With no pause, refused writes fill the server; a pause empties it at the price of a longer wait."""
    plain = contention.simulate("compare-and-swap", 50)
    waits = contention.simulate("compare-and-swap", 50, backoff="full jitter")
    assert plain.busy > 0.9 and waits.busy < 0.25
    assert plain.rate > waits.rate and plain.p99 < waits.p99
    crowded = [contention.simulate("compare-and-swap", 128, backoff=b).rate for b in ("none", "full jitter")]
    assert crowded[1] > 1.5 * crowded[0]


@pytest.mark.parametrize("service", [2e-5, 1e-4])
def test_the_server_is_full_from_the_number_on_that_the_formula_says(service):
    full = contention.clients_that_fill(R, 4e-4, service)
    for share in (0.5, 0.8, 1.2, 2.0):
        clients = round(share * full)
        run = contention.simulate("compare-and-swap", clients, R, 4e-4, service)
        assert run.busy == pytest.approx(min(clients / full, 1.0), abs=0.03)


def test_arguments_out_of_range_are_named():
    for wrong in ({"method": "luck"}, {"clients": 0}, {"backoff": "some"}, {"round_trip": 0}, {"compute": -1},
                  {"spread": 2}, {"held": 0}, {"each": -1}, {"commands": 1}, {"seed": -1}):  # fmt: skip
        with pytest.raises(ValueError, match=next(iter(wrong))):
            contention.simulate(**{"method": "atomic", "clients": 2, **wrong})
    with pytest.raises(ValueError, match="clients"):
        contention.rounds(0)
    with pytest.raises(ValueError, match="service"):
        contention.clients_that_fill(R, 0, 0)
