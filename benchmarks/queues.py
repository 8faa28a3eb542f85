"""Customers of an M/M/8 queue at 90 % load: this book's simulator against simpy, ciw and a plain loop over a heap.

Each contender simulates the same model and reports the mean response, so that a fast wrong one is seen. The slow ones
run fewer customers. The plain loop stands for what one writes in an afternoon in Python.
"""

import heapq
import random
import statistics
import sys

from perfbook import queues, simulate

from .table import REPEATS, compare

SERVERS, RHO = 8, 0.9
ARRIVAL_RATE, SERVICE_RATE = RHO * SERVERS, 1.0


def ours(customers, seed):
    return float(simulate.mmc(ARRIVAL_RATE, SERVICE_RATE, SERVERS, customers, seed=seed).response.mean())


def plain_heap(customers, seed):
    draw = random.Random(seed).expovariate
    free, clock, total = [0.0] * SERVERS, 0.0, 0.0
    for _ in range(customers):
        clock += draw(ARRIVAL_RATE)
        end = max(clock, free[0]) + draw(SERVICE_RATE)
        heapq.heapreplace(free, end)
        total += end - clock
    return total / customers


def with_simpy(customers, seed):
    import simpy

    draw, environment, responses = random.Random(seed).expovariate, simpy.Environment(), []
    servers = simpy.Resource(environment, SERVERS)

    def customer():
        arrived = environment.now
        with servers.request() as place:
            yield place
            yield environment.timeout(draw(SERVICE_RATE))
        responses.append(environment.now - arrived)

    def source():
        for _ in range(customers):
            yield environment.timeout(draw(ARRIVAL_RATE))
            environment.process(customer())

    environment.process(source())
    environment.run()
    return statistics.fmean(responses)


def with_ciw(customers, seed):
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVAL_RATE)],
        service_distributions=[ciw.dists.Exponential(SERVICE_RATE)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers)
    return statistics.fmean(r.exit_date - r.arrival_date for r in simulation.get_all_records())


# Contender, customers a run, and how many times slower than ours it should be.
CONTENDERS = (
    ("perfbook", ours, 1_000_000, 1),
    ("plain heapq loop", plain_heap, 1_000_000, 8),
    ("simpy", with_simpy, 100_000, 200),
    ("ciw", with_ciw, 20_000, 400),
)


def main():
    """Measure, print one table; returns whether every goal was reached."""
    exact = queues.mmc(ARRIVAL_RATE, SERVICE_RATE, SERVERS).response
    return compare(
        CONTENDERS,
        "customer",
        f"M/M/{SERVERS} at {RHO:.0%} load; medians of {REPEATS}; the exact mean response is {exact:.3f} services",
    )


if __name__ == "__main__":
    sys.exit(not main())
