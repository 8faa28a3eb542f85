"""Arguments for the kernels of popularity."""

import numpy as np

from perfbook import popularity


def zeros(*sizes):
    return [np.zeros(size) for size in sizes]


def alpha(random):
    return float(random.choice([0.0, 1.0, random.uniform(0, 2)]))


def ranks(random, items):
    """Filled tables of a catalogue: weight, chance, how many, and the chance of the last."""
    rank, weight, chance = zeros(*[popularity.NODES] * 3)
    exponent = alpha(random)
    count = popularity.zipf_ranks.function(exponent, items, rank, weight, chance)
    return weight, chance, count, float(chance[:count].min()), exponent


def items(random):
    return float(random.integers(2, 10**6))


def at_a_time(random):
    weight, chance, count, _, _ = ranks(random, items(random))
    return [int(random.integers(0, 2)), float(random.uniform(0, 1e5)), weight, chance, count]


def characteristic_time(random):
    many = items(random)
    weight, chance, count, coldest, _ = ranks(random, many)
    cache = float(random.choice([0.0, many, random.uniform(0, many)]))
    return [int(random.integers(0, 2)), cache, many, weight, chance, count, coldest]


def hit_ratio_of(random):
    many = items(random)
    numbers = [int(random.integers(0, 2)), float(random.uniform(0, many)), many, alpha(random)]
    return [*numbers, *zeros(*[popularity.NODES] * 3)]


def zipf_figure(random):
    numbers = [float(random.uniform(0, 2)), float(random.uniform(2, 8)), float(random.choice([100.0, 3.0])), 100.0, 1.0]
    return [*numbers, np.linspace(0, 1, 3), *zeros(4, 4, 3, 3, 3, 12), *zeros(*[popularity.NODES] * 3)]


def write_backs(random):
    weight, chance, count, _, _ = ranks(random, items(random))
    return [float(random.uniform(0, 1e5)), float(random.uniform(0.01, 1)), weight, chance, count]


cases = {
    "power_sum": lambda random: [alpha(random), float(random.choice([0.0, 0.5, 64.0, random.uniform(0, 1e6)]))],
    "ranks_between": lambda random: [8, 3.5, float(random.uniform(4, 9)), *zeros(20, 20)],
    "zipf_ranks": lambda random: [alpha(random), items(random), *zeros(*[popularity.NODES] * 3)],
    "kept": lambda random: [int(random.integers(0, 2)), float(random.choice([0.0, random.uniform(0, 50)]))],
    "filled": at_a_time,
    "hits": at_a_time,
    "characteristic_time": characteristic_time,
    "hit_ratio_of": hit_ratio_of,
    "top_for": lambda random: [alpha(random), items(random), float(random.uniform(0, 1))],
    "zipf_figure": zipf_figure,
    "write_backs": write_backs,
}
