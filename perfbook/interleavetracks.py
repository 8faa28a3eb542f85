"""What the figures of the interleavings show: how the ends of all schedules are spread, and one schedule step by step.

Explained in chapter 3, section 4.
"""

import math

from .interleave import (
    ATOMIC,
    BRANCH,
    CAS,
    CELLS,
    EACH,
    FIELDS,
    GAVE_UP,
    LET,
    LEVELS,
    LOCK,
    LOCKS,
    NODES,
    PASS,
    PROCESSES,
    READ,
    REGISTERS,
    RETRIES,
    UNLOCK,
    VERSIONED,
    find_states,
    state_width,
)
from .judging import follow_schedule, judge_finals, judge_schedules, serial_finals
from .kernel import Floats, Ints, kernel

RUNGS = 5  # of the ladder of prices: the first value, and after each of up to four increases
OPERATIONS = 3
PRICING = 5  # methods of one pricing process; the programs after them are special
UP_AND_DOWN, DRIVERS, DRIVERS_VERSION, TICK = range(PRICING, PRICING + 4)
WITH_VERSION = 3  # the method
LANES, SHOWN = 4, 3  # processes and registers of each in the player
WORDS = (
    10  # the word of driver 0, nobody; before it stand those of the known prices, after it those of drivers and ticks
)
BLOCK = 100.0  # schedules in a block of the player's two sliders
NOTHING, READS, WORKS, WRITES, SWAPS, FAILS, LOCKS_IT, FREES, ENDS_UP = range(9)  # marks of a step


@kernel
def set_shape(shape: Ints, processes: int, registers: int, cells: int, retries: int, versioned: int) -> None:
    """Fill the shape of a system with one lock."""
    shape[PROCESSES] = processes
    shape[REGISTERS] = registers
    shape[CELLS] = cells
    shape[LOCKS] = 1
    shape[RETRIES] = retries
    shape[VERSIONED] = versioned
    shape[EACH] = 2 + registers * (1 + versioned)


@kernel
def interleavings_figure(processes: int, method: int, operation: int, looks: int, retries: int, library: Floats,
                         first: Ints, memory: Floats, times: Floats, plus: Floats, ladder: Floats, right: Floats,
                         wrong: Floats, top: Floats, now: Floats, shape: Ints, starts: Ints, ends: Ints,
                         states: Floats, after: Ints, ways: Floats, slots: Ints, bad: Ints, found: Ints,
                         finals: Floats, pair: Floats, waiting: Ints) -> None:  # fmt: skip
    """How the price ends over all schedules of some equal processes.

    library, first : all programs, by method, operation and look;  memory : the first price
    times, plus : of each operation, a new price is times x old + plus
    ladder : the price after 0, 1, 2 ... increases, one after the other; not a number where it is as the one before
    right, wrong : share of the schedules that end there, and are right or wrong;  top : the two together
    now : schedules; share that is wrong; increases lost, mean over schedules; share in which a process gave up; states;
        steps of the longest schedule; the right price if none gives up; schedules if nobody waited or tried again
    """
    program = (method * OPERATIONS + operation) * 2 + looks
    for p in range(processes):
        starts[p] = first[program]
        ends[p] = first[program + 1]
    versioned = 0
    if method == WITH_VERSION:
        versioned = 1
    set_shape(shape, processes, 2, 1, retries, versioned)
    find_states(shape, library, starts, ends, memory, states, after, ways, slots, found)
    rows = serial_finals(shape, library, starts, ends, memory, pair, waiting, finals)
    judge_finals(shape, found[NODES], states, after, finals, rows, 0, bad)
    value = memory[0]
    for j in range(RUNGS):
        ladder[j] = value
        right[j] = 0.0
        wrong[j] = 0.0
        value = times[operation] * value + plus[operation]
    width = state_width(shape)
    total = 0.0
    failed = 0.0
    lost = 0.0
    surrendered = 0.0
    whole = finals[(rows - 1) * 2 + 1]
    full = 0
    while full < RUNGS - 1 and ladder[full] != whole:
        full += 1
    for node in range(found[NODES]):
        ended = True
        gave_up = 0
        for p in range(processes):
            if after[node * processes + p] >= 0:
                ended = False
            if states[node * width + p * shape[EACH]] == GAVE_UP:
                gave_up += 1
        if not ended:
            continue
        price = states[node * width + processes * shape[EACH]]
        rung = 0
        while rung < RUNGS - 1 and ladder[rung] != price:
            rung += 1
        total += ways[node]
        if gave_up > 0:
            surrendered += ways[node]
        if bad[node] != 0:
            failed += ways[node]
            lost += ways[node] * max(full - gave_up - rung, 0)
            wrong[rung] += ways[node]
        else:
            right[rung] += ways[node]
    for k in range(RUNGS):
        j = RUNGS - 1 - k
        right[j] = right[j] / total
        wrong[j] = wrong[j] / total
        top[j] = right[j] + wrong[j]
        if j > 0 and (ladder[j] == ladder[j - 1] or j > processes):
            ladder[j] = math.nan
        if top[j] == 0.0:
            top[j] = math.nan
    now[0] = total
    now[1] = failed / total
    now[2] = lost / total
    now[3] = surrendered / total
    now[4] = found[NODES]
    now[5] = found[LEVELS] - 1
    now[6] = whole
    each = ends[0] - starts[0]
    orders = 1.0
    taken = 0
    for _ in range(processes):
        for k in range(1, each + 1):
            taken += 1
            orders = orders * taken / k
    now[7] = orders


@kernel
def interleaving_player(program: int, operation: int, processes: int, looks: int, show: int, part: float, ones: int,
                        end: float, library: Floats, first: Ints, cast: Ints, memories: Floats, lane: Floats,
                        middle: Floats, mark: Floats, known: Floats, begins: Floats, when: Floats, x: Floats, y: Floats, kind: Floats,
                        moments: Floats, step: Floats, who: Floats, did: Floats, price: Floats, cell0: Floats,
                        cell1: Floats, cell2: Floats, a0: Floats, a1: Floats, b0: Floats, b1: Floats, b2: Floats,
                        c0: Floats, c1: Floats, d0: Floats, d1: Floats, summary: Floats, shown: Floats, memory: Floats,
    shape: Ints, starts: Ints,
                        ends: Ints, states: Floats, after: Ints, ways: Floats, slots: Ints, bad: Ints, paths: Floats,
                        bad_paths: Floats, cost: Floats, found: Ints, finals: Floats, pair: Floats, waiting: Ints,
                        order: Ints, route: Ints) -> None:  # fmt: skip
    """One schedule of a program, step by step, for a player.

    show : 0 the schedule with the number that ``part`` and ``ones`` give, 1 a shortest bad one (0 if there is none)
    part : 0 to 1, which block of BLOCK schedules;  ones : which one of it, from 1
    end : length of the run; a step takes a whole number of units, from 1 to 4, so that the schedule fills it
    cast : of each special program (rows of LANES), which program each process runs, -1 for none
    memories : first memories of pricing, drivers, ticks, in rows of 7
    lane, middle, mark : of each step, who, when, and what kind of mark (unused: not a number, 0)
    begins, when, x, y, kind : keyframes of a token for each step;  moments : when each step takes effect
    step, who, did, price : after each moment, steps taken, the process (from 1), the mark, the first cell
    cell0 ... d1 : after each moment, the word (see ``word``) of a cell, or of a register of process a, b, c or d
    known : the prices that have a word, from word 1 on;  shown : scratch, SHOWN registers of each lane
    summary : schedules, number of this one (from 1), steps, 1 if bad, bad ones, states, 1 if there was none that is bad
    """
    group = 0
    cells = 1
    registers = 2
    versioned = 0
    lanes = processes
    retries = min(2, 5 - processes)
    apart = 0
    for p in range(LANES):
        chosen = (program * OPERATIONS + operation) * 2 + looks
        if program >= PRICING:
            chosen = cast[(program - PRICING) * LANES + p]
        if chosen >= 0:
            starts[p] = first[chosen]
            ends[p] = first[chosen + 1]
    if program >= PRICING:
        retries = 2
        lanes = 3
    if program in (WITH_VERSION, DRIVERS_VERSION):
        versioned = 1
    if program in (DRIVERS, DRIVERS_VERSION):
        group = 1
        cells = 7
        registers = 3
        lanes = 2
        apart = 3
    if program == TICK:
        group = 2
        cells = 2
        registers = 3
        lanes = min(processes, 3)
    for c in range(7):
        memory[c] = memories[group * 7 + c]
    set_shape(shape, lanes, registers, cells, retries, versioned)
    find_states(shape, library, starts, ends, memory, states, after, ways, slots, found)
    rows = serial_finals(shape, library, starts, ends, memory, pair, waiting, finals)
    judge_finals(shape, found[NODES], states, after, finals, rows, apart, bad)
    judge_schedules(shape, found[NODES], after, bad, paths, bad_paths, cost)
    total = paths[0]
    blocks = math.ceil(total / BLOCK)
    number = min(math.floor(part * blocks), blocks - 1.0) * BLOCK + ones - 1.0
    number = min(number, total - 1.0)
    none = 0.0
    worst = show
    if bad_paths[0] == 0.0:
        none = 1.0
        worst = 0
    steps = follow_schedule(shape, number, worst, after, bad, paths, cost, order, route)
    pace = min(max(math.floor(end / max(steps, 1)), 1.0), 4.0)
    width = state_width(shape)
    cells_at = lanes * shape[EACH]
    for i in range(lane.shape[0] + 1):
        moments[i] = math.inf
        step[i] = steps
        if i > steps:
            begins[i] = 2 * steps
            continue
        node = route[i] * width
        moments[i] = 0.0
        step[i] = i
        who[i] = 0.0
        did[i] = 0.0
        if i > 0:
            moments[i] = (i - 0.5) * pace
            p = order[i - 1]
            who[i] = p + 1.0
            did[i] = step_mark(shape, library, states, route[i - 1] * width, node, p)
        begins[i] = 2 * i
        price[i] = states[node + cells_at]
        cell0[i] = word(group, 0, price[i], known)
        cell1[i] = 0.0
        cell2[i] = 0.0
        if cells > 1:
            cell1[i] = word(group, 1, states[node + cells_at + 1], known)
        if cells > 2:
            cell2[i] = word(group, 2, states[node + cells_at + 2], known)
        for p in range(LANES):
            for r in range(SHOWN):
                shown[p * SHOWN + r] = 0.0
                if p < lanes and r < registers:
                    place = int(states[node + p * shape[EACH]])
                    if place >= 0 and int(library[place * FIELDS + 6]) >> r & 1 == 1:
                        value = states[node + p * shape[EACH] + 2 + r]
                        shown[p * SHOWN + r] = word(group, max(r - 1, 0), value, known)
        a0[i] = shown[0]
        a1[i] = shown[1]
        b0[i] = shown[SHOWN]
        b1[i] = shown[SHOWN + 1]
        b2[i] = shown[SHOWN + 2]
        c0[i] = shown[2 * SHOWN]
        c1[i] = shown[2 * SHOWN + 1]
        d0[i] = shown[3 * SHOWN]
        d1[i] = shown[3 * SHOWN + 1]
    for i in range(lane.shape[0]):
        lane[i] = math.nan
        middle[i] = math.nan
        mark[i] = 0.0
        if i < steps:
            lane[i] = order[i]
            middle[i] = (i + 0.5) * pace
            mark[i] = did[i + 1]
            for k in range(2):
                x[2 * i + k] = middle[i]
                y[2 * i + k] = lane[i]
                kind[2 * i + k] = mark[i] - 1.0
            when[2 * i] = moments[i + 1]
            when[2 * i + 1] = end + 1.0
    summary[0] = total
    summary[1] = number + 1.0
    summary[2] = steps
    summary[3] = bad[route[steps]]
    summary[4] = bad_paths[0]
    summary[5] = found[NODES]
    summary[6] = none
    summary[7] = lanes
    if worst == 1:
        summary[1] = schedule_number(shape, steps, after, paths, order, route) + 1.0


@kernel
def word(group: int, place: int, value: float, known: Floats) -> int:
    """The number of the word for a value: a known price (1 and up), a driver (WORDS and up), or the mark of a tick.

    group : 0 pricing, 1 drivers, 2 ticks, of which ``place`` 1 is the mark; 0 for a price that is not known
    """
    if group == 1:
        return WORDS + int(value)
    if group == 2 and place == 1:
        return WORDS + 4 + int(value)
    for j in range(known.shape[0]):
        if value == known[j]:
            return j + 1
    return 0


@kernel
def schedule_number(shape: Ints, steps: int, after: Ints, paths: Floats, order: Ints, route: Ints) -> float:
    """The number of a schedule, from 0: how many come before it."""
    before = 0.0
    for i in range(steps):
        for p in range(order[i]):
            child = after[route[i] * shape[PROCESSES] + p]
            if child >= 0:
                before += paths[child]
    return before


@kernel
def step_mark(shape: Ints, code: Floats, states: Floats, here: int, there: int, who: int) -> int:
    """The mark of the step that process ``who`` takes from one state to another."""
    mine = who * shape[EACH]
    operation = int(code[int(states[here + mine]) * FIELDS])
    mark = WRITES
    if operation == READ:
        mark = READS
    elif operation in (PASS, LET, BRANCH):
        mark = WORKS
    elif operation == CAS:
        mark = SWAPS
        if states[there + mine + 1] > states[here + mine + 1]:
            mark = FAILS
        if states[there + mine] == GAVE_UP:
            mark = ENDS_UP
    elif operation == ATOMIC:
        mark = SWAPS
    elif operation == LOCK:
        mark = LOCKS_IT
    elif operation == UNLOCK:
        mark = FREES
    return mark
