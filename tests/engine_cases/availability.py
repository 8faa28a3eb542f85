"""Arguments for the kernels of availability, of failure and repair, of the router protocol and of routes."""

import numpy as np

from perfbook import vrrpgroup
from perfbook.availability import YEAR


def ints(count):
    return np.zeros(count, dtype=np.int64)


def share(random):
    return float(random.choice([0.0, 1.0, random.uniform(0, 1)]))


def group(random):
    parts = int(random.integers(1, 9))
    return parts, int(random.integers(1, parts + 1))


def k_of_n_down(random):
    return [*group(random), share(random)]


def own_down(random):
    return [float(random.uniform(0, 0.5)), share(random)]


def shared_down(random):
    return [*group(random), float(random.uniform(0, 0.5)), share(random)]


def standby_down(random):
    times = float(random.uniform(0, 100)), float(random.uniform(100, 1e5))
    return [group(random)[0], float(random.uniform(0, 0.5)), share(random), *times, share(random)]


def nines_of(random):
    return [share(random)]


def compose(random):
    numbers = float(random.uniform(1, 5)), share(random), share(random), float(random.uniform(0, 60)), 4.0, YEAR
    return [*group(random), *numbers, np.geomspace(1e-4, 1, 5), *(np.zeros(n) for n in (5, 5, 5, 5, 5, 5, 6))]


def layers_reach(random):
    words = int(random.integers(0, 4)), int(random.integers(1, 4)), int(random.integers(0, 2))
    return [
        *words,
        *(float(v) for v in random.uniform(1, 5, 4)),
        YEAR,
        np.zeros(5),
        np.zeros(21),
        np.zeros(63),
        np.zeros(63),
        np.zeros(4),
    ]


def steady_state(random):
    states = int(random.integers(2, 8))
    rate = random.exponential(1, states * states)
    return [states, rate, np.zeros(states)]


def chain(random):
    parts, needed = group(random)
    switch = float(random.choice([0.0, 5.0]))
    numbers = float(random.uniform(1e-6, 1e-3)), 1 / 3600, share(random), switch, float(random.choice([0.0, 1e-6]))
    return [parts, needed, *numbers, np.zeros((3 * parts + 4) ** 2)]


def pool_rates(random):
    return chain(random)


def pool_down(random):
    arguments = chain(random)
    return [*arguments, np.zeros(3 * arguments[0] + 4)]


def add_down(random):
    start = float(random.uniform(0, 10))
    return [start, start + float(random.exponential(5)), 2.5, np.zeros(6)]


def pool_run(random):
    parts, needed = group(random)
    fail, shared = random.choice([0.0, random.uniform(1e-4, 1e-2)]), random.choice([0.0, 1e-3])
    numbers = float(fail), 0.01, share(random), float(random.choice([0.0, 5.0])), float(shared), 2000.0
    scratch = np.zeros(8), np.zeros(parts), ints(parts), ints(parts), ints(4)
    return [needed, *numbers, int(random.integers(0, 2**32)), *scratch]


def vrrp_step(random):
    return [int(random.integers(0, n)) for n in (3, 9, 2, 2)] + [int(random.integers(2, 4))]


def heard(random):
    return [
        int(random.integers(1, 4)),
        int(random.integers(0, 3)),
        int(random.integers(0, 4)),
        int(random.integers(0, 3)),
    ]


def skew_time(random):
    return [int(random.integers(1, 256)), float(random.uniform(0.1, 5)), int(random.integers(2, 4))]


def vrrp_react(random):
    state, priority = random.integers(0, 3, 3), random.choice([100, 200, 255], 3)
    when = random.uniform(0, 9, 3), random.uniform(0, 9, 3)
    words = int(random.integers(0, 2)), int(random.integers(2, 4))
    return [int(random.integers(0, 3)), int(random.integers(0, 9)), 4.5, 1.0, *words, priority, state, *when]


def vrrp_run(random):
    routers = int(random.integers(2, 4))
    priorities = [int(p) for p in random.choice([1, 100, 100, 200, 255], 3)]
    words = float(random.choice([0.2, 1.0])), int(random.integers(2, 4)), int(random.integers(0, 2)), share(random)
    fault = int(random.integers(0, 3)), float(random.uniform(0, 10)), float(random.uniform(0, 10))
    boxes, now, _, numbers, floats, inbox = vrrpgroup.arrays()
    mail = [np.zeros(40) for _ in range(4)]
    rest = 0.001, 15.0, int(random.integers(0, 2**32)), *boxes, now, *mail, *numbers, *floats, *inbox
    return [routers, *priorities, *words, *fault, *rest]


def vrrp_tracks(random):
    arguments = vrrp_run(random)
    places, frames = np.array([0.0, -1.0, 1.0]), [np.zeros(41), *(np.zeros(80) for _ in range(4))]
    series = [np.zeros(2 * vrrpgroup.PERIODS + 4) for _ in range(9)]
    return [*arguments[:14], places, places, *arguments[14:23], *frames, *series, *arguments[23:]]


def role_series(random):
    begin = np.append(np.cumsum(random.uniform(0.5, 2, 5)), np.nan)
    low = 3.65 - random.integers(0, 2, 6)
    down = float(random.choice([np.inf, 3.0]))
    return [0, down, 9.0, 1.5, begin, begin + 0.4, low, *(np.zeros(16) for _ in range(3))]


def write_period(random):
    start = float(random.uniform(0, 5))
    return [
        int(random.integers(0, 4)),
        start,
        start + float(random.choice([0.0, 2.0])),
        3.0,
        *(np.zeros(3) for _ in range(4)),
    ]


def close_bad(random):
    boxes = [np.zeros(3) for _ in range(4)]
    return [
        int(random.integers(0, 4)),
        int(random.integers(0, 3)),
        1.0,
        float(random.choice([1.0, 3.5])),
        *boxes,
        np.zeros(10),
    ]


def med_run(random):
    points = 6
    numbers = [
        float(v) for v in (random.uniform(0.1, 5), random.uniform(0, 5), random.uniform(1, 20), random.choice([0, 0.2]))
    ]
    outputs = np.zeros(6 * points), np.zeros(points), np.zeros(6 * points), np.zeros(6)
    scratch = np.zeros(6), np.zeros(60 * points), np.zeros(6)
    words = int(random.integers(0, 2)), int(random.integers(1, 7))
    return [*words, *numbers, float(random.choice([0.0, 0.05])), 0.1, *outputs, *scratch]


cases = {
    "k_of_n_down": k_of_n_down,
    "own_down": own_down,
    "shared_down": shared_down,
    "standby_down": standby_down,
    "nines_of": nines_of,
    "compose": compose,
    "layers_reach": layers_reach,
    "steady_state": steady_state,
    "pool_rates": pool_rates,
    "pool_down": pool_down,
    "add_down": add_down,
    "pool_run": pool_run,
    "vrrp_step": vrrp_step,
    "heard": heard,
    "skew_time": skew_time,
    "down_time": skew_time,
    "vrrp_react": vrrp_react,
    "vrrp_run": vrrp_run,
    "vrrp_tracks": vrrp_tracks,
    "role_series": role_series,
    "write_period": write_period,
    "close_bad": close_bad,
    "med_run": med_run,
}
