"""Arguments for the kernels of closed.py, small, with the edges: no thought, no demand, a delay, one user."""

import numpy as np


def station(random):
    rest = np.arange(1.0, 21.0) / random.uniform(0.1, 5) if random.random() < 0.8 else np.full(20, np.inf)
    demand = random.choice([0.0, 0.001, random.uniform(0, 3)])
    return [demand, int(random.integers(0, 6)), rest, np.zeros(60), int(random.integers(0, 3)) * 20]


def network(random, most):
    stations = int(random.integers(1, 5))
    think = random.choice([0.0, random.uniform(0, 10)])
    demands = random.uniform(0, 2, stations) * random.integers(0, 2, stations)
    servers = random.integers(0, most + 1, stations)
    arrays = [np.zeros(25), np.zeros(25), np.zeros(25 * stations)]
    return [think, demands, servers, *arrays]


def loop(random):
    outputs = [np.zeros(40), np.zeros(40), np.zeros(40), np.zeros(40), np.zeros(3), np.zeros(7)]
    sliders = [int(random.integers(1, 60)), random.choice([0.0, random.uniform(0, 10)]), random.uniform(0.001, 0.5)]
    sliders += [int(random.integers(1, 33)), random.uniform(0.001, 0.2)]
    return [*sliders, np.zeros(2), np.zeros(2, dtype=np.int64), np.zeros(80), *outputs]


def jobs(random):
    rho = np.linspace(0, 1.2, 25)
    return [random.uniform(0, 1.1), random.choice([0.0, random.uniform(0, 10)]), rho, np.zeros(25), np.zeros(1)]


cases = {
    "station_rate": lambda random: [random.choice([0.0, random.uniform(0, 3)]), *map(int, random.integers(0, 9, 2))],
    "add_station": station,
    "mva_single": lambda random: network(random, 1),
    "mva": lambda random: [*network(random, 5), np.zeros(25)],
    "closed_loop": loop,
    "open_response": jobs,
}
