"""A small model checker: every interleaving of a few processes that share a memory, counted exactly.

A process is a list of steps; a step is what cannot be interrupted. A schedule says who takes each step. The checker
builds the graph of all states, level by level, and counts the schedules that lead to each; none is walked twice.
``scheduling`` walks them one by one and must come to the same numbers.

A program is rows of ``FIELDS`` numbers (written by ``processes``): operation, three whole arguments, two numbers, and
which registers are still needed before the step. A state is a row of numbers: of each process its place in its program
(``DONE`` after the last step, ``GAVE_UP``), failed tries, registers, and the version that each register was read at;
then the memory, its versions, and of each lock its holder (0 for nobody).

Explained in chapter 3, section 4.
"""

import math

from .kernel import Floats, Ints, kernel

PASS, READ, LET, WRITE, CAS, LOCK, UNLOCK, ATOMIC, BRANCH = range(9)
BELOW, EQUAL, AT_LEAST, OTHER = range(4)
FIELDS = 7  # operation, a, b, c, x, y, registers needed (one bit each)
DONE, GAVE_UP = -1, -2
# Places in ``shape``; EACH is how many numbers of a state belong to a process.
PROCESSES, REGISTERS, CELLS, LOCKS, RETRIES, VERSIONED, EACH = range(7)
SHAPE = 7
NODES, LEVELS, FULL = range(3)  # places in ``found``
NOBODY = -1  # a process that cannot take a step has no next state
SPREAD, GOLDEN = 1.1459, 618.0339887498949  # of the look-up: any factors that keep different states apart


@kernel
def state_width(shape: Ints) -> int:
    """How many numbers a state has."""
    return shape[PROCESSES] * shape[EACH] + (1 + shape[VERSIONED]) * shape[CELLS] + shape[LOCKS]


@kernel
def first_state(shape: Ints, starts: Ints, memory: Floats, states: Floats) -> None:
    """Write the first state: every process before its first step, registers empty, ``memory`` as given."""
    width = state_width(shape)
    each = shape[EACH]
    for j in range(width):
        states[j] = 0.0
    for p in range(shape[PROCESSES]):
        states[p * each] = 1.0 * starts[p]
    for c in range(shape[CELLS]):
        states[shape[PROCESSES] * each + c] = memory[c]


@kernel
def take_step(shape: Ints, code: Floats, ends: Ints, who: int, here: int, there: int, states: Floats) -> int:
    """Let process ``who`` take its next step in the state that begins at ``here``; the next one begins at ``there``.

    code : rows of FIELDS numbers;  ends : of each process, the row after its last step
    Returns 0 if it cannot (it is done, gave up, a lock is held, or there is no such cell), 1 if it could, and 2 if it could
    but its compare-and-swap failed.
    """
    registers = shape[REGISTERS]
    each = shape[EACH]
    mine = who * each
    place = int(states[here + mine])
    if place < 0:
        return 0
    row = place * FIELDS
    operation = int(code[row])
    a = int(code[row + 1])
    b = int(code[row + 2])
    c = int(code[row + 3])
    cells = shape[PROCESSES] * each
    versions = cells + shape[CELLS]
    locks = versions + shape[VERSIONED] * shape[CELLS]
    versioned = shape[VERSIONED] == 1
    if operation == LOCK and states[here + locks + b] != 0.0:
        return 0
    for j in range(locks + shape[LOCKS]):
        states[there + j] = states[here + j]
    own = there + mine + 2
    cell = b
    if operation in (READ, WRITE) and c >= 0:
        cell = b + int(states[own + c])
        if cell < 0 or cell >= shape[CELLS]:
            return 0
    went = 1
    target = place + 1
    if operation == READ:
        states[own + a] = states[there + cells + cell]
        if versioned:
            states[own + registers + a] = states[there + versions + cell]
    elif operation == LET:
        base = 0.0
        if b >= 0:
            base = states[own + b]
        states[own + a] = code[row + 4] * base + code[row + 5]
        if versioned:
            states[own + registers + a] = 0.0
    elif operation == WRITE:
        states[there + cells + cell] = states[own + a]
        if versioned:
            states[there + versions + cell] += 1.0
    elif operation == CAS:
        same = states[there + cells + b] == states[own + c]
        if code[row + 5] != 0.0:
            same = states[there + versions + b] == states[own + registers + c]
        if same:
            states[there + cells + b] = states[own + a]
            if versioned:
                states[there + versions + b] += 1.0
        else:
            went = 2
            states[there + mine + 1] += 1.0
            target = int(code[row + 4])
            if states[there + mine + 1] > shape[RETRIES]:
                target = GAVE_UP
    elif operation == LOCK:
        states[there + locks + b] = 1.0 + who
    elif operation == UNLOCK:
        states[there + locks + b] = 0.0
    elif operation == ATOMIC:
        states[there + cells + b] = code[row + 4] * states[there + cells + b] + code[row + 5]
        if versioned:
            states[there + versions + b] += 1.0
    elif operation == BRANCH:
        other = code[row + 5]
        if c >= 0:
            other = states[own + c]
        value = states[own + a]
        jump = value != other
        if b == BELOW:
            jump = value < other
        elif b == EQUAL:
            jump = value == other
        elif b == AT_LEAST:
            jump = value >= other
        if jump:
            target = int(code[row + 4])
    needed = 0
    if target >= ends[who]:
        target = DONE
    elif target >= 0:
        needed = int(code[target * FIELDS + 6])
    states[there + mine] = 1.0 * target
    for r in range(registers):
        # What no later step reads is forgotten: states that differ in it alone are one state.
        if needed % 2 == 0:
            states[own + r] = 0.0
            if versioned:
                states[own + registers + r] = 0.0
        needed = needed // 2
    return went


@kernel
def find_states(
    shape: Ints,
    code: Floats,
    starts: Ints,
    ends: Ints,
    memory: Floats,
    states: Floats,
    after: Ints,
    ways: Floats,
    slots: Ints,
    found: Ints,
) -> None:
    """All states that any schedule can reach, level by level (a level is a number of steps taken).

    states : rows of states;  after : of each state and process, the number of the next state, NOBODY for none
    ways : of each state, how many schedules lead there;  slots : a power of two of places to look states up in
    found : states, levels, and 1 if there was no room for all of them
    """
    width = state_width(shape)
    processes = shape[PROCESSES]
    room = ways.shape[0] - 1  # the last row is where a step is tried
    for j in range(slots.shape[0]):
        slots[j] = -1
    first_state(shape, starts, memory, states)
    ways[0] = 1.0
    count = 1
    low = 0
    high = 1
    levels = 0
    full = 0
    while low < high and full == 0:
        for node in range(low, high):
            for p in range(processes):
                after[node * processes + p] = NOBODY
                draft = count * width
                if take_step(shape, code, ends, p, node * width, draft, states) == 0:
                    continue
                mixed = 0.0
                for j in range(width):
                    mixed = mixed * SPREAD + states[draft + j]
                mixed *= GOLDEN
                at = int((mixed - math.floor(mixed)) * slots.shape[0])
                same = -1
                while slots[at] >= 0 and same < 0:
                    other = slots[at]
                    if other >= high:  # of the level that is being made
                        j = 0
                        while j < width and states[other * width + j] == states[draft + j]:
                            j += 1
                        if j == width:
                            same = other
                    if same < 0:
                        at = (at + 1) % slots.shape[0]
                if same < 0:
                    if count >= room:
                        full = 1
                        continue
                    same = count
                    slots[at] = count
                    ways[count] = 0.0
                    count += 1
                after[node * processes + p] = same
                ways[same] += ways[node]
        low = high
        high = count
        levels += 1
    for node in range(low * processes, count * processes):  # where there was no room, nothing goes on
        after[node] = NOBODY
    found[NODES] = count
    found[LEVELS] = levels
    found[FULL] = full
