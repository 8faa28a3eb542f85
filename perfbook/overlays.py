"""Exact curves of queues with a fresh simulation laid over them: one kernel a picture, all times in mean service times.

Explained in chapter 1, section 4.
"""

import math

from .kernel import Floats, Ints, kernel
from .queues import erlang_c_of, response_quantile_of, response_tail_of
from .rng import below, exponential, seed_stream, uniform
from .simulate import FINENESS, ggc_run, law_of, mean_and_error, mmc_run, quantile_of, start_steady, tally
from .variability import ggc_wait_of


@kernel
def mmc_overlay(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    seed: int,
    rho: Floats,
    times: Floats,
    state: Ints,
    free: Floats,
    wait: Floats,
    response: Floats,
    counts: Floats,
    mean: Floats,
    p99: Floats,
    slower: Floats,
    simulated: Floats,
    now: Floats,
) -> None:
    """An M/M/c queue's response against load, its distribution now, and a run of ``response.shape[0]`` customers.

    rho : utilizations of the curves ``mean`` and ``p99``;  times : at which ``slower`` (exact) and ``simulated`` give
        the share of responses that are longer;  state, free (servers), wait, response, counts : scratch
    now (24): 0 ρ, 1 state (0 stable, 1 not); exact 2 mean, 3 p95, 4 p99, 5 share that waits; simulated 6 mean,
        7 half-width of its 95% interval, 8 p95, 9 p99; in seconds 10 exact mean, 11 exact p99, 12 simulated mean,
        13 its half-width, 14 simulated p99; 15 growth of the line, 1/s, and for the last customer of the run
        16 seconds since the first, 17 its wait in s, 18 the same by (λ − cμ)t / cμ; 19 customers in line on average;
        20 to 23 the sides of a box around the simulated mean, as high as its interval
    A stable run begins in the steady state, so that it has no warm-up to leave out; an unstable one begins empty.
    """
    for i in range(rho.shape[0]):
        delay = erlang_c_of(servers, rho[i] * servers)
        drain = servers * (1.0 - rho[i])
        mean[i] = math.inf
        if drain > 0.0:
            mean[i] = 1.0 + delay / drain
        p99[i] = response_quantile_of(delay, drain, 0.01)
    load = arrival_rate / service_rate
    delay = erlang_c_of(servers, load)
    drain = servers - load
    for i in range(times.shape[0]):
        slower[i] = response_tail_of(delay, drain, times[i])
    now[0] = load / servers
    now[1] = 1.0
    now[2] = math.inf
    now[19] = math.inf
    if drain > 0.0:
        now[1] = 0.0
        now[2] = 1.0 + delay / drain
        now[19] = load * delay / drain
    now[3] = response_quantile_of(delay, drain, 0.05)
    now[4] = response_quantile_of(delay, drain, 0.01)
    now[5] = delay

    seed_stream(seed, 0, state)
    waiting = 0
    for j in range(servers):
        free[j] = 0.0
    if drain > 0.0:
        waiting = start_steady(load, servers, delay, state, free)
    last = mmc_run(load, 1.0, servers, waiting, state, free, wait, response)
    tally(response, 0, 1.0, counts)
    share_longer(counts, times, simulated)
    mean_and_error(response, 0, now, 6)
    now[8] = quantile_of(counts, 1.0, 0.95)
    now[9] = quantile_of(counts, 1.0, 0.99)

    now[10] = now[2] / service_rate
    now[11] = now[4] / service_rate
    now[12] = now[6] / service_rate
    now[13] = now[7] / service_rate
    now[14] = now[9] / service_rate
    now[15] = max(0.0, arrival_rate - servers * service_rate)
    now[16] = last / service_rate
    now[17] = wait[wait.shape[0] - 1] / service_rate
    now[18] = max(0.0, -drain) / servers * last / service_rate
    now[20] = now[0] - 0.012
    now[21] = now[0] + 0.012
    now[22] = now[6] - now[7]
    now[23] = now[6] + now[7]


@kernel
def share_longer(counts: Floats, times: Floats, shares: Floats) -> None:
    """Fill ``shares`` with the share of a tally (of unit 1) above each of ``times``, which go up, within its bins."""
    total = 0.0
    for b in range(counts.shape[0]):
        total += counts[b]
    bin_now = 0
    passed = 0.0
    for i in range(times.shape[0]):
        while bin_now < counts.shape[0] - 1 and ((bin_now + 1.0) / FINENESS) ** 4 <= times[i]:
            passed += counts[bin_now]
            bin_now += 1
        low = (bin_now / FINENESS) ** 4
        high = ((bin_now + 1.0) / FINENESS) ** 4
        part = min(1.0, max(0.0, (times[i] - low) / (high - low)))
        shares[i] = 1.0 - (passed + part * counts[bin_now]) / total


@kernel
def variability_overlay(
    load: float,
    service: float,
    arrivals: float,
    servers: int,
    seed: int,
    grid: Floats,
    skip: int,
    state: Ints,
    free: Floats,
    arrival_law: Floats,
    service_law: Floats,
    wait: Floats,
    response: Floats,
    counts: Floats,
    mean: Floats,
    p99: Floats,
    now: Floats,
) -> None:
    """Waits in a G/G/c queue against the variability of its service, and a run of ``wait.shape[0] - skip`` customers.

    load : ρ, below 1;  service, arrivals : c² of both;  grid : c² of service for the curves ``mean`` and ``p99``
    skip : customers that come before, from empty;  state ... counts : scratch (free: servers, laws: LAW_SIZE)
    now (14): 0 mean wait by formula, 1 p99 as if exponential, 2 simulated mean, 3 half-width of its 95% interval,
        4 simulated p99, 5 whether the formula for the mean is exact (1) or Allen and Cunneen's guess (0),
        6 formula against simulation, relative, 7 simulated share that waits, 8 simulated mean response,
        9 half-width of its 95% interval, 10 to 13 the sides of a box around the mean wait, as high as its interval
    """
    delay = erlang_c_of(servers, load * servers)
    spread = 0.0
    if delay > 0.01:
        spread = math.log(delay / 0.01) / delay
    for i in range(grid.shape[0]):
        mean[i] = ggc_wait_of(servers, load, arrivals, grid[i])
        p99[i] = mean[i] * spread
    now[0] = ggc_wait_of(servers, load, arrivals, service)
    now[1] = now[0] * spread
    now[5] = 0.0
    if arrivals == 1.0 and (servers == 1 or service == 1.0):
        now[5] = 1.0

    seed_stream(seed, 0, state)
    for j in range(servers):
        free[j] = 0.0
    law_of(1.0 / (load * servers), arrivals, arrival_law)
    law_of(1.0, service, service_law)
    ggc_run(servers, arrival_law, service_law, state, free, wait, response)
    mean_and_error(response, skip, now, 8)
    mean_and_error(wait, skip, now, 2)
    tally(wait, skip, 1.0, counts)
    now[4] = quantile_of(counts, 1.0, 0.99)
    now[6] = 0.0
    if now[2] > 0.0:
        now[6] = now[0] / now[2] - 1.0
    waited = 0.0
    for i in range(skip, wait.shape[0]):
        if wait[i] > 0.0:
            waited += 1.0
    now[7] = waited / (wait.shape[0] - skip)
    now[10] = service - 0.15
    now[11] = service + 0.15
    now[12] = max(1e-9, now[2] - now[3])
    now[13] = now[2] + now[3]


@kernel
def pooling_overlay(
    load: float,
    servers: int,
    seed: int,
    rho: Floats,
    state: Ints,
    free: Floats,
    wait: Floats,
    response: Floats,
    counts: Floats,
    together: Floats,
    apart: Floats,
    fast: Floats,
    now: Floats,
) -> None:
    """Response of three queues of one capacity: one line before c servers, c lines, one server c times as fast.

    load : ρ, above 0 and below 1;  rho : utilizations below 1 of the curves
    together, apart, fast : curves of the mean, and after them of the p99 (twice the size of ``rho``)
    wait, response : scratch, one a simulated customer;  state, free (servers), counts : scratch
    now (12): means, exact, of together, apart, fast; their p99s; then both simulated, each from the steady state
    """
    size = rho.shape[0]
    for i in range(size + 1):
        here = load
        if i < size:
            here = rho[i]
        delay = erlang_c_of(servers, here * servers)
        drain = servers * (1.0 - here)
        alone = 1.0 / (1.0 - here)
        p99 = response_quantile_of(delay, drain, 0.01)
        if i < size:
            together[i] = 1.0 + delay / drain
            apart[i] = alone
            fast[i] = alone / servers
            together[size + i] = p99
            apart[size + i] = alone * math.log(100.0)
            fast[size + i] = alone * math.log(100.0) / servers
        else:
            now[0] = 1.0 + delay / drain
            now[1] = alone
            now[2] = alone / servers
            now[3] = p99
            now[4] = alone * math.log(100.0)
            now[5] = alone * math.log(100.0) / servers

    for design in range(3):
        seed_stream(seed, design, state)
        if design == 0:
            waiting = start_steady(load * servers, servers, erlang_c_of(servers, load * servers), state, free)
            mmc_run(load * servers, 1.0, servers, waiting, state, free, wait, response)
        elif design == 1:
            apart_run(load, servers, state, free, response)
        else:
            waiting = start_steady(load, 1, load, state, free)
            free[0] = free[0] / servers
            mmc_run(load * servers, 1.0 * servers, 1, waiting, state, free, wait, response)
        total = 0.0
        for i in range(response.shape[0]):
            total += response[i]
        now[6 + design] = total / response.shape[0]
        tally(response, 0, 1.0, counts)
        now[9 + design] = quantile_of(counts, 1.0, 0.99)


@kernel
def apart_run(load: float, servers: int, state: Ints, free: Floats, response: Floats) -> None:
    """Customers who choose one of ``servers`` lines at random, each an M/M/1 queue of utilization ``load``.

    Fills ``response`` in service times. Each line starts with the work that an arrival finds there in the steady
    state: none with probability 1 − ρ, else exponential of mean 1 / (1 − ρ).
    """
    for j in range(servers):
        free[j] = 0.0
        if uniform(state) < load:
            free[j] = exponential(state) / (1.0 - load)
    clock = 0.0
    for i in range(response.shape[0]):
        clock += exponential(state) / (load * servers)
        line = below(state, servers)
        free[line] = max(clock, free[line]) + exponential(state)
        response[i] = free[line] - clock
