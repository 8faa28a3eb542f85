"""Which schedules are errors: what whole processes leave one after the other, and the shortest way to something else.

Works on the graph of states that ``interleave`` finds. Explained in chapter 3, section 4.
"""

import math

from .interleave import CELLS, EACH, GAVE_UP, PROCESSES, first_state, state_width, take_step
from .kernel import Floats, Ints, kernel

LONGEST = 1000  # steps after which a process that runs alone is taken to run for ever
A_STEP = 1000.0  # in the cost of a schedule, one step outweighs any number of switches


@kernel
def judge_schedules(
    shape: Ints, nodes: int, after: Ints, bad: Ints, paths: Floats, bad_paths: Floats, cost: Floats
) -> None:
    """From the last states to the first: schedules that go on from each, those among them that are bad, the best bad one.

    bad : of each state, 1 if to be in it is an error
    cost : of each state and process, steps x A_STEP + switches of the shortest way to an error that begins with the
        process; infinite if there is none
    """
    processes = shape[PROCESSES]
    for k in range(nodes):
        node = nodes - 1 - k
        paths[node] = 0.0
        bad_paths[node] = 0.0
        for p in range(processes):
            cost[node * processes + p] = math.inf
            child = after[node * processes + p]
            if child < 0:
                continue
            paths[node] += paths[child]
            bad_paths[node] += bad_paths[child]
            best = math.inf
            if bad[child] != 0:
                best = 0.0
            for q in range(processes):
                on = cost[child * processes + q]
                if q != p:
                    on += 1.0
                best = min(best, on)
            cost[node * processes + p] = best + A_STEP
        if paths[node] == 0.0:
            paths[node] = 1.0
        if bad[node] != 0:
            bad_paths[node] = paths[node]


@kernel
def follow_schedule(
    shape: Ints,
    number: float,
    worst: int,
    after: Ints,
    bad: Ints,
    paths: Floats,
    cost: Floats,
    order: Ints,
    route: Ints,
) -> int:
    """The schedule with a number (from 0, in the order of who goes first), or the shortest bad one.

    worst : 1 for the shortest bad one (fewest steps, then fewest switches, then lowest processes)
    order : who takes each step;  route : the states, one more than steps
    Returns the number of steps; those of a bad schedule end where the error is.
    """
    processes = shape[PROCESSES]
    node = 0
    steps = 0
    left = number
    last = -1
    route[0] = 0
    while steps < order.shape[0]:
        chosen = -1
        best = math.inf
        if worst == 1 and bad[node] != 0:
            break
        for p in range(processes):
            child = after[node * processes + p]
            if child < 0:
                continue
            if worst == 1:
                on = cost[node * processes + p]
                if last >= 0 and p != last:
                    on += 1.0
                if on < best:
                    best = on
                    chosen = p
            elif chosen < 0:
                if left < paths[child]:
                    chosen = p
                else:
                    left -= paths[child]
        if chosen < 0:
            break
        order[steps] = chosen
        node = after[node * processes + chosen]
        last = chosen
        steps += 1
        route[steps] = node
    return steps


@kernel
def serial_finals(
    shape: Ints, code: Floats, starts: Ints, ends: Ints, memory: Floats, pair: Floats, waiting: Ints, finals: Floats
) -> int:
    """The memory at the end of each order of some of the processes, each of which runs alone to its end.

    pair : scratch, two states;  waiting : scratch, one a process
    finals : a row for each set of processes and each order of them: the set as a number of bits, and the memory
    Returns how many rows.
    """
    width = state_width(shape)
    processes = shape[PROCESSES]
    cells = processes * shape[EACH]
    sets = 1
    for _ in range(processes):
        sets *= 2
    rows = 0
    for chosen in range(sets):
        members = 0
        orders = 1
        for p in range(processes):
            if chosen >> p & 1 == 1:
                members += 1
                orders *= members
        for order in range(orders):
            place = 0
            for p in range(processes):
                if chosen >> p & 1 == 1:
                    waiting[place] = p
                    place += 1
            first_state(shape, starts, memory, pair)
            rest = order
            for k in range(members):
                left = members - k
                pick = rest % left
                rest = rest // left
                who = waiting[pick]
                waiting[pick] = waiting[left - 1]
                steps = 0
                while steps < LONGEST and take_step(shape, code, ends, who, 0, width, pair) != 0:
                    for j in range(width):
                        pair[j] = pair[width + j]
                    steps += 1
            at = rows * (1 + shape[CELLS])
            finals[at] = 1.0 * chosen
            for c in range(shape[CELLS]):
                finals[at + 1 + c] = pair[cells + c]
            rows += 1
    return rows


@kernel
def judge_finals(
    shape: Ints, nodes: int, states: Floats, after: Ints, finals: Floats, rows: int, apart: int, bad: Ints
) -> None:
    """Mark the last states that are errors: those that got stuck, and a memory that no whole processes leave.

    The processes that did not give up must have come to what they come to one after the other, in some order.
    apart : if above 0, another rule: so many cells from the first must differ, but for those that are 0
    """
    width = state_width(shape)
    processes = shape[PROCESSES]
    each = shape[EACH]
    cells = processes * each
    for node in range(nodes):
        bad[node] = 0
        ended = True
        stuck = False
        chosen = 0
        bit = 1
        for p in range(processes):
            place = states[node * width + p * each]
            if after[node * processes + p] >= 0:
                ended = False
            if place >= 0.0:
                stuck = True
            if place != GAVE_UP:
                chosen += bit
            bit *= 2
        if not ended:
            continue
        right = 0
        if apart > 0:
            right = 1
            for c in range(apart):
                for d in range(c):
                    value = states[node * width + cells + c]
                    if value != 0.0 and value == states[node * width + cells + d]:
                        right = 0
        else:
            for row in range(rows):
                at = row * (1 + shape[CELLS])
                same = 1
                if finals[at] != chosen:
                    same = 0
                for c in range(shape[CELLS]):
                    if finals[at + 1 + c] != states[node * width + cells + c]:
                        same = 0
                right = max(right, same)
        if stuck or right == 0:
            bad[node] = 1
