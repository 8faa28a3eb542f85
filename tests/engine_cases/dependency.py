"""Arguments for the kernels of a service and its dependency: seconds of calm and of trouble, small pools and large."""

import numpy as np

SECONDS, SHARDS, WINDOW, THREADS = 10, 3, 6, 40


def ints(count):
    return np.zeros(count, dtype=np.int64)


def plan(random):
    retries = int(random.integers(0, 3))
    return np.array(
        [random.uniform(5, 40), 2.0, random.choice([0.0, 4.0]), random.integers(0, 3), random.integers(0, SHARDS + 1), 10.0,
         15.0, random.choice([0.1, 0.5]), retries, random.integers(1, 3), random.choice([0.0, 0.2]),
         random.choice([0.1, float(retries)]), random.choice([4, THREADS]), random.choice([0.3, np.inf]),
         random.integers(0, 3), random.integers(0, 1000)]
    )  # fmt: skip


def rules(random):
    return np.array(
        [random.integers(0, 2), 3, 0.5, 4, WINDOW, random.choice([0.5, 2.0]), random.integers(1, 3), 2, 3.0]
    )


def scratch(log, shards=SHARDS, threads=THREADS):
    return [np.zeros(log), ints(4), ints(4), ints(4), np.zeros(shards), ints(threads), ints(threads), ints(4 * threads),
            np.zeros(threads), np.zeros(threads), np.zeros(4), np.zeros(shards * (9 + WINDOW))]  # fmt: skip


def bins(seconds=SECONDS):
    return [np.zeros(seconds) for _ in range(6)]


def call_service(random):
    return [plan(random), rules(random), 0, SECONDS, *bins(), np.zeros(9), *scratch(int(random.choice([1, 240])))]


def heap(random):
    due = random.exponential(1, 8)
    order = np.argsort(due).astype(np.int64)
    return order, due


def due_push(random):
    order, due = heap(random)
    due[order[5]] = random.uniform(0, 3)
    return [order, due, 5, int(order[5])]


def due_pop(random):
    order, due = heap(random)
    return [order, due, int(random.integers(1, 9))]


def next_retry(random):
    retries, layers = int(random.integers(0, 4)), int(random.integers(1, 4))
    tries = int(random.integers(0, (retries + 1) ** layers))
    return [tries, retries, layers, 0.5, 9.0, random.uniform(0, 2, 4)]


def answers_back(random):
    ok = random.uniform(0, 10, 40) * random.choice([0.0, 1.0], 40)
    return [ok, int(random.choice([0, 10])), 30, random.uniform(0, 20), 10.0]


cases = {"call_service": call_service, "due_push": due_push, "due_pop": due_pop, "next_retry": next_retry,
         "answers_back": answers_back}  # fmt: skip
