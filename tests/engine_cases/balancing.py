"""Arguments for the kernels of load balancing."""

import numpy as np

from perfbook.balancer import LINE
from perfbook.policies import POINTS
from perfbook.servers import DESK, MEMORY, OUT_FROM, OUT_UNTIL, PLAN, SLOW_START
from perfbook.simulate import LAW_SIZE, law
from perfbook.tracks import FRAMES_PER_TOKEN

SERVERS, REQUESTS = 5, 120


def ints(count):
    return np.zeros(count, dtype=np.int64)


def state(random):
    return random.integers(1, 2**32, 4)


def drawn(random, requests=REQUESTS):
    return [np.cumsum(random.exponential(0.2, requests)), random.exponential(1, requests)]


def plan(random):
    filled = np.zeros(PLAN)
    begin, end = np.sort(random.uniform(0, 20, 2))
    kind = random.integers(0, 4)
    filled[:12] = [
        kind,
        random.integers(0, SERVERS),
        begin,
        end,
        0.5 * (kind == 1),
        end + 2,
        0.4,
        begin + 1,
        end + 1,
        3,
        0.1,
        0,
    ]
    filled[SLOW_START] = random.choice([0.0, 4.0])
    filled[12:] = random.choice([0.0, 1.2]), 2.0, 3.0
    if kind < 2:
        filled[OUT_FROM] = filled[OUT_UNTIL] = np.inf
    return filled


def chains(random):
    """Departure and link of requests, and the desk of servers that have some of them each."""
    departure = np.sort(random.uniform(0, 10, REQUESTS))
    link, desk = ints(REQUESTS) - 1, np.zeros((SERVERS, DESK))
    for j in range(SERVERS):
        mine = np.arange(j, REQUESTS, SERVERS)
        link[mine[:-1]] = mine[1:]
        desk[j, :10] = [random.uniform(0, 9), len(mine), mine[0], mine[-1], departure[mine[0]], random.choice([1, 0.5]),
                        random.integers(0, 4), random.normal(), random.uniform(0, 2), random.uniform(0, 3)]  # fmt: skip
    return departure, link, desk.ravel()


def room(random, servers=SERVERS, requests=REQUESTS, clients=8):
    """What a figure's kernel takes from ``popularity`` on."""
    return [np.zeros(clients), np.zeros(PLAN), np.zeros(servers), np.zeros(LAW_SIZE), np.zeros(requests), np.zeros(requests),
            ints(requests), ints(servers * POINTS), ints(servers * POINTS), state(random), ints(servers),
            np.zeros(servers * DESK), np.zeros(MEMORY), ints(requests), np.zeros(requests), ints(requests),
            np.zeros(requests)]  # fmt: skip


def seed(random):
    return int(random.integers(0, 2**32))


def plan_fault(random):
    return [int(random.integers(0, 4)), 1, random.uniform(0, 9), random.choice([20.0, np.inf]), 0.3,
            float(random.choice([0.0, 1.0, 30.0])), np.zeros(PLAN)]  # fmt: skip


def open_desk(random):
    return [SERVERS, seed(random), random.uniform(0.2, 2, SERVERS), plan(random), state(random), ints(SERVERS),
            np.zeros(SERVERS * DESK), np.zeros(MEMORY)]  # fmt: skip


def finish(random):
    return [random.uniform(0, 25), random.exponential(4), plan(random)]


def send(random):
    departure, link, desk = chains(random)
    now = random.uniform(0, 20)
    return [3, int(random.integers(0, SERVERS)), now, random.exponential(1), plan(random), desk, np.zeros(MEMORY),
            departure, link, np.zeros(REQUESTS)]  # fmt: skip


def in_flight(random):
    departure, link, desk = chains(random)
    return [2, random.uniform(0, 11), float(random.choice([0.0, 2.0])), departure - 1, departure, link, desk]


def put_out(random):
    return [int(random.integers(0, SERVERS)), np.arange(SERVERS), np.full(MEMORY, 1.0 * SERVERS)]


def eject_outlier(random):
    departure, link, desk = chains(random)
    return [7.0, plan(random), departure - random.exponential(1, REQUESTS), departure, link, np.arange(SERVERS), desk,
            np.full(MEMORY, 1.0 * SERVERS)]  # fmt: skip


def learn(random):
    return [DESK, 5.0, random.exponential(1), 2.0, chains(random)[2]]


def weight_of(random):
    return [int(random.integers(0, SERVERS)), random.uniform(0, 30), plan(random)]


def load_of(random):
    departure, link, desk = chains(random)
    return [int(random.choice([3, 4, 5])), 1, random.uniform(0, 11), float(random.choice([0, 1])), 2.0, plan(random),
            departure - 1, departure, link, desk]  # fmt: skip


def draw_pair(random):
    return [state(random), int(random.integers(2, 200))]


def least_loaded(random):
    departure, link, desk = chains(random)
    return [int(random.choice([4, 5])), int(random.integers(1, 5)), 4.0, float(random.choice([0, 1])), 2.0, plan(random),
            departure - 1, departure, link, state(random), np.arange(SERVERS), desk, SERVERS - 1]  # fmt: skip


def fewest(random):
    departure, link, desk = chains(random)
    return [int(random.choice([3, 8])), 4.0, float(random.choice([0, 1])), plan(random), departure - 1, departure, link,
            state(random), np.arange(SERVERS), desk, SERVERS - 1]  # fmt: skip


def by_turns(random):
    return [int(random.integers(1, 3)), SERVERS, 9.0, random.integers(1, 5, SERVERS) * 1.0, plan(random),
            int(random.integers(-1, SERVERS)), chains(random)[2], np.full(MEMORY, 2.0)]  # fmt: skip


def by_client(random):
    departure, link, desk = chains(random)
    place = np.sort(random.integers(0, 2**32, SERVERS * POINTS))
    return [int(random.integers(6, 8)), SERVERS, int(random.integers(0, 1000)), 4.0, 1.25, 0, departure - 1, departure,
            link, place, random.integers(0, SERVERS, SERVERS * POINTS), desk, SERVERS - 1]  # fmt: skip


def hash_ring(random):
    return [SERVERS, ints(SERVERS * POINTS), ints(SERVERS * POINTS)]


def draw_arrivals(random):
    return [REQUESTS, 3.0, 1.0, np.zeros(REQUESTS), state(random)]


def draw_both(random):
    return [REQUESTS, 0.3, 2.0, 1.0, np.zeros(REQUESTS), np.zeros(REQUESTS), state(random)]


def draw_work(random):
    return [REQUESTS, law(1.0, random.choice([0.0, 0.3, 1.0, 16.0])), np.zeros(REQUESTS), state(random)]


def request_stream(random):
    popularity = np.cumsum(np.full(8, 0.125))
    return [REQUESTS, 3.0, 1.0, random.choice([0.0, 0.3, 1.0, 16.0]), seed(random), popularity, np.zeros(REQUESTS),
            np.zeros(REQUESTS), ints(50), np.zeros(LAW_SIZE), state(random)]  # fmt: skip


def dispatch(random):
    desk = np.zeros((SERVERS, DESK))
    desk[:, 2], desk[:, 4], desk[:, 5] = -1, np.inf, random.uniform(0.5, 2, SERVERS)
    mine = plan(random)
    place = np.sort(random.integers(0, 2**32, SERVERS * POINTS))
    return [int(random.integers(0, 9)), 0, REQUESTS, int(random.integers(1, 4)), float(random.choice([0.0, 0.7])),
            int(random.integers(0, 2)), 1.25, 2.0, mine, 1 / desk[:, 5], *drawn(random), random.integers(0, 9, REQUESTS),
            place, random.integers(0, SERVERS, SERVERS * POINTS), state(random), np.arange(SERVERS), desk.ravel(),

            np.array([SERVERS, -1, SERVERS, mine[OUT_FROM], -1, 0.0, -1, random.choice([np.inf, 2.0]), np.inf]),
            ints(REQUESTS), np.zeros(REQUESTS), ints(REQUESTS),
            np.zeros(REQUESTS)]  # fmt: skip


def two_choices_run(random):
    requests = int(random.choice([REQUESTS, 600]))
    return [*drawn(random, requests), state(random), ints(4), np.zeros(2), np.zeros(2 * LINE), np.zeros(requests)]


def tail_of_choices(random):
    return [random.uniform(0, 1), int(random.integers(1, 5)), np.zeros(30)]


def mean_of_choices(random):
    return [float(random.choice([0.0, 0.5, 0.99, 1.0])), int(random.integers(1, 5))]


def count_tail(random):
    departure, link, desk = chains(random)
    return [SERVERS, 4.0, departure - 1, departure, link, desk, np.zeros(10)]


def choices_run(random):
    return [random.uniform(0.1, 0.99), int(random.integers(1, 5)), SERVERS, seed(random), REQUESTS, np.zeros(9), np.zeros(9),
            np.zeros(9), np.zeros(6), *room(random)]  # fmt: skip


def throw_balls(random):
    return [200, int(random.integers(1, 4)), ints(50), state(random)]


def clear_plan(random):
    return [plan(random)]


def mean_answered(random):
    return [3, 40, np.where(random.random(50) < random.choice([0.3, 1.0]), np.inf, random.random(50))]


def balance_race(random):
    return [random.uniform(0.1, 0.98), int(random.integers(2, SERVERS + 1)), float(random.choice([0, 1, 9])), 0.5,
            int(random.integers(0, 4)), seed(random), 100, *(np.zeros(9) for _ in range(5)),
            *room(random, clients=400)]  # fmt: skip


def stale_curve(random):
    return [random.uniform(0.1, 0.95), SERVERS, 1.5, int(random.integers(0, 2)), seed(random), 60, np.array([0.0, 1.0, 4.0]),
            np.zeros(3), np.zeros(3), np.zeros(2), np.zeros(6), *room(random)]  # fmt: skip


def herd_run(random):
    return [int(random.integers(0, 4)), float(random.choice([0, 0.5])), int(random.integers(0, 2)), 0.3,
            int(random.integers(0, 2)), float(random.choice([0, 3])), seed(random), np.linspace(1, 20, 10), np.zeros(100),
            np.zeros(10), np.zeros(7), *room(random, 10, 600)]  # fmt: skip


def balancer_tracks(random):
    tokens = [np.zeros(81), *(np.zeros(80 * FRAMES_PER_TOKEN) for _ in range(4))]
    return [int(random.integers(0, 9)), 0.8, SERVERS, int(random.integers(0, 4)), 4.0, seed(random), 15.0, *tokens,
            *(np.zeros(10) for _ in range(4)), np.zeros(4), np.zeros(2), *room(random, requests=80), np.zeros(80)]  # fmt: skip


def request_track(random):
    arrival = np.sort(random.uniform(0, 10, 40))
    response = random.exponential(2, 40)
    departure = arrival + response
    response[random.integers(0, 40, 5)] = np.inf
    frames = [np.zeros(2 * FRAMES_PER_TOKEN) for _ in range(4)]
    return [39, 2.0, 3, arrival, random.integers(0, 2, 40), departure, response, np.zeros(4), *frames]


names = """draw_both put_out eject_outlier plan_fault
open_desk finish send in_flight learn weight_of load_of draw_pair least_loaded fewest by_turns by_client
hash_ring draw_arrivals draw_work request_stream dispatch two_choices_run tail_of_choices mean_of_choices count_tail
choices_run throw_balls clear_plan mean_answered balance_race stale_curve herd_run balancer_tracks request_track"""
cases = {name: globals()[name] for name in names.split()}
