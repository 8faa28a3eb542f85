"""The power of two choices among 100 servers at 90 % load: this book's simulator against simpy and a plain loop.

Each contender simulates the same model and reports the mean response, so that a fast wrong one is seen. The slow ones
run fewer requests. The plain loop stands for what one writes in an afternoon in Python.
"""

import collections
import random
import statistics
import sys

from perfbook import balancer, meanfield

from .table import REPEATS, compare

SERVERS, LOAD = 100, 0.9


def ours(requests, seed):
    return float(balancer.two_choices(LOAD, SERVERS, requests, seed=seed).mean())


def any_policy(requests, seed):
    run = balancer.simulate("power of d choices", LOAD, SERVERS, requests, seed=seed, warm_up=0)
    return float(run.response.mean())


def plain_loop(requests, seed):
    draw = random.Random(seed)
    lines, clock, total = [collections.deque() for _ in range(SERVERS)], 0.0, 0.0
    for _ in range(requests):
        clock += draw.expovariate(LOAD * SERVERS)
        pair = draw.sample(lines, 2)
        for line in pair:
            while line and line[0] <= clock:
                line.popleft()
        line = min(pair, key=len)
        end = (line[-1] if line else clock) + draw.expovariate(1.0)
        line.append(end)
        total += end - clock
    return total / requests


def with_simpy(requests, seed):
    import simpy

    draw, environment, responses = random.Random(seed), simpy.Environment(), []
    servers = [simpy.Resource(environment) for _ in range(SERVERS)]

    def request():
        arrived = environment.now
        one, other = draw.sample(servers, 2)
        server = one if one.count + len(one.queue) <= other.count + len(other.queue) else other
        with server.request() as place:
            yield place
            yield environment.timeout(draw.expovariate(1.0))
        responses.append(environment.now - arrived)

    def source():
        for _ in range(requests):
            yield environment.timeout(draw.expovariate(LOAD * SERVERS))
            environment.process(request())

    environment.process(source())
    environment.run()
    return statistics.fmean(responses)


# Contender, requests a run, and how many times slower than ours it should be.
CONTENDERS = (
    ("perfbook", ours, 1_000_000, 1),
    ("any policy", any_policy, 1_000_000, 1),
    ("plain loop", plain_loop, 100_000, 50),
    ("simpy", with_simpy, 100_000, 400),
)


def main():
    """Measure, print one table; returns whether every goal was reached."""
    limit = meanfield.mean_response(LOAD, 2)
    return compare(
        CONTENDERS,
        "request",
        f"two choices of {SERVERS} servers at {LOAD:.0%} load; medians of {REPEATS}; for endlessly many servers the mean "
        f"response is {limit:.3f} services",
    )


if __name__ == "__main__":
    sys.exit(not main())
