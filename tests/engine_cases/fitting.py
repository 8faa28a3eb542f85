"""Arguments for the kernels that fit the USL, on all engines."""

import numpy as np

from perfbook.leastsquares import SCRATCH

SIZE = 24


def measured(random, rows=12):
    """Noisy throughput of a system that follows the law, with now and then β = 0; nodes, and X with the largest as 1."""
    n = np.sort(random.integers(1, 100, size=rows)).astype(float)
    n[0] = 1.0
    x = n / (1 + 0.05 * (n - 1) + random.choice([0, 3e-4]) * n * (n - 1))
    x *= 1 + random.normal(0, 0.03, size=rows)
    return n, x / x.max()


def table(random):
    """The same as a padded table in its own unit, with a row that no fit can use; or with too few rows."""
    n, x = measured(random)
    nodes, throughput = np.zeros(SIZE), np.zeros(SIZE)
    nodes[: n.size], throughput[: n.size] = n, 730 * x
    throughput[3] = -1.0
    return [nodes, throughput, int(random.choice([n.size, 4]))]


def scratch():
    return np.zeros(SCRATCH)


def solve_three(random):
    work = scratch()
    work[:12] = random.normal(size=12) * float(random.choice([0, 1, 1]))
    return [work]


def set_system(random):
    work = scratch()
    work[15:24] = random.normal(size=9)
    return [random.uniform(), int(random.integers(0, 2)), int(random.integers(0, 2)), work]


def squares(random):
    n, x = measured(random)
    u, v, w = random.uniform(0, 0.2, size=3)
    return [n, x, n.size, 0.0, random.uniform(0, 1e-4), u, v, w - 0.05, int(random.integers(0, 3)), scratch()]


def descend(random):
    n, x = measured(random)
    return [n, x, n.size, 0.0, 0.0, 1, int(random.integers(0, 2)), np.zeros(3), scratch()]


def bounded(random):
    n, x = measured(random)
    use_w = int(random.integers(0, 2))
    return [
        n,
        x,
        n.size,
        0.0 if use_w else random.uniform(0, 1e-3),
        use_w,
        int(random.integers(0, 2)),
        np.zeros(3),
        scratch(),
    ]


def unfinished(random):
    n, x = measured(random)
    return [n, x, n.size, np.array([0.08, float(random.choice([0.0, 0.004])), 0.0]), scratch()]


def spread(random):
    n, x = measured(random)
    return [n, x, n.size, np.array([0.05, 1e-4, 0.08]), np.zeros(6), scratch()]


def quadratic(random):
    n, x = measured(random)
    return [n, x, n.size, np.zeros(3), np.zeros(6), scratch()]


def usl_estimate(random):
    n, x = measured(random)
    return [n, x, n.size, int(random.integers(0, 3)), np.zeros(3), np.zeros(6), np.zeros(3), scratch()]


def student_t_within(random):
    return [random.uniform(0, 10), int(random.integers(1, 60))]


def student_t_for(random):
    return [float(random.choice([0.0, 0.95, random.uniform(), 1.0])), int(random.integers(1, 60))]


def keep_usable(random):
    return [*table(random), np.zeros(SIZE), np.zeros(SIZE), np.zeros(4)]


def residual_squares(random):
    n, x = measured(random)
    return [n, x, n.size, 0.05, float(random.choice([1e-4, -1.0])), 0.08]


def beta_range(random):
    n, x = measured(random)
    return [n, x, n.size, 3e-4, 0.05, 2.2, np.zeros(2), np.zeros(3), scratch()]


def fit_and_judge(random):
    n, x = measured(random)
    sizes = (3, 3, 2, 8, 6, 3, SCRATCH)
    return [n, x, n.size, int(random.integers(0, 3)), 0.95, 310.0, *(np.zeros(k) for k in sizes)]


def round_above(random):
    return [float(random.choice([1.0, 1000.0, 10 ** random.uniform(-6, 6)]))]


def lay_out(random):
    n, x = measured(random)
    return [
        n,
        x,
        int(random.choice([0, n.size])),
        np.array([0, 0, n.max(), 310.0]),
        np.zeros(SIZE),
        np.zeros(SIZE),
        np.zeros(8),
    ]


def law_at(random):
    return [0.05, float(random.choice([1e-4, -1.0])), float(random.choice([20.0, np.inf])), random.uniform(0, 100)]


def usl_table(random):
    by_hand = [random.uniform(0, 0.2), float(random.choice([0.0, 1e-3])), random.uniform(0.5, 2)]
    fit = [int(random.integers(0, 2)), int(random.integers(0, 3)), float(random.choice([0.5, 0.99]))]
    sizes = (SIZE, SIZE, 8, 11, SIZE, 4, 5, 11, 11, 11, SIZE, 3, 3, 2, 8, 4, 1, SIZE, SIZE, 6, 3, SCRATCH)
    return [*table(random), *by_hand, *fit, np.linspace(0, 1, 11), *(np.zeros(k) for k in sizes)]


cases = {f.__name__: f for f in (solve_three, set_system, squares, descend, bounded, unfinished, spread, quadratic, usl_estimate,
         student_t_within, student_t_for, keep_usable, residual_squares, beta_range, fit_and_judge, round_above,
         lay_out, law_at, usl_table)}  # fmt: skip
