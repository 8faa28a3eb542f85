"""Arguments for the cold open's kernel on all engines."""

import numpy as np


def cart_queries(random):
    sizes = random.uniform(1, 1e6), random.uniform(1, 6), random.uniform(1, 100), random.uniform(5, 90)
    return [*sizes, random.uniform(1e3, 1e6), random.uniform(5, 90, size=20), np.zeros(20), np.zeros(5)]


cases = {"cart_queries": cart_queries}
