"""Every schedule of a few processes, taken one by one: the slow way, which the model checker must agree with.

It has its own reading of what each step does, takes a step in place, and takes it back. Nothing is remembered between
two schedules but how many ended in which memory. Explained in chapter 3, section 4.
"""

from .interleave import (
    AT_LEAST,
    ATOMIC,
    BELOW,
    BRANCH,
    CAS,
    CELLS,
    DONE,
    EACH,
    EQUAL,
    FIELDS,
    GAVE_UP,
    LET,
    LOCK,
    PROCESSES,
    READ,
    REGISTERS,
    RETRIES,
    UNLOCK,
    VERSIONED,
    WRITE,
    first_state,
)
from .kernel import Floats, Ints, kernel

UNDO = 7  # numbers kept of a step: place and tries before, where something was changed, what was there; twice


@kernel
def do_step(shape: Ints, code: Floats, ends: Ints, who: int, now: Floats, undo: Floats, at: int) -> int:
    """Take the next step of process ``who``, which has one, in the state ``now``, in place; 0 if it cannot, else 1.

    undo : from ``at`` on: the process's place and tries before it, a place in ``now`` that it changed (-1 for none) and
        what stood there, the same for a second place, and the number of the process
    """
    mine = who * shape[EACH]
    row = int(now[mine]) * FIELDS
    operation = code[row]
    a = int(code[row + 1])
    b = int(code[row + 2])
    c = int(code[row + 3])
    cells = shape[PROCESSES] * shape[EACH]
    version = cells + shape[CELLS]
    held = version + shape[VERSIONED] * shape[CELLS] + b
    first = -1
    value = 0.0
    second = -1
    other = 0.0
    go = now[mine] + 1.0
    tries = now[mine + 1]
    if operation in (READ, WRITE):
        if c >= 0:
            b += int(now[mine + 2 + c])
            if b < 0 or b >= shape[CELLS]:
                return 0
        if operation == READ:
            first = mine + 2 + a
            value = now[cells + b]
            if shape[VERSIONED] == 1:
                second = first + shape[REGISTERS]
                other = now[version + b]
        else:
            first = cells + b
            value = now[mine + 2 + a]
    elif operation == LET:
        first = mine + 2 + a
        value = code[row + 5]
        if b >= 0:
            value += code[row + 4] * now[mine + 2 + b]
    elif operation == CAS:
        matches = now[cells + b] == now[mine + 2 + c]
        if code[row + 5] == 1.0:
            matches = now[version + b] == now[mine + 2 + shape[REGISTERS] + c]
        if matches:
            first = cells + b
            value = now[mine + 2 + a]
        else:
            tries += 1.0
            go = code[row + 4]
            if tries > shape[RETRIES]:
                go = GAVE_UP
    elif operation == ATOMIC:
        first = cells + b
        value = code[row + 4] * now[first] + code[row + 5]
    elif operation == LOCK:
        if now[held] > 0.0:
            return 0
        first = held
        value = who + 1.0
    elif operation == UNLOCK:
        first = held
    elif operation == BRANCH:
        left = now[mine + 2 + a]
        right = code[row + 5]
        if c >= 0:
            right = now[mine + 2 + c]
        if b == BELOW:
            jumps = left < right
        elif b == AT_LEAST:
            jumps = left >= right
        elif b == EQUAL:
            jumps = left == right
        else:
            jumps = left != right
        if jumps:
            go = code[row + 4]
    if shape[VERSIONED] == 1 and first >= cells and first < version:
        second = first + shape[CELLS]
        other = now[second] + 1.0
    if go >= ends[who]:
        go = DONE
    undo[at] = now[mine]
    undo[at + 1] = now[mine + 1]
    undo[at + 2] = first
    undo[at + 4] = second
    undo[at + 6] = who
    if first >= 0:
        undo[at + 3] = now[first]
        now[first] = value
    if second >= 0:
        undo[at + 5] = now[second]
        now[second] = other
    now[mine] = go
    now[mine + 1] = tries
    return 1


@kernel
def walk_schedules(
    shape: Ints,
    code: Floats,
    starts: Ints,
    ends: Ints,
    memory: Floats,
    now: Floats,
    undo: Floats,
    choice: Ints,
    finals: Floats,
    counts: Floats,
) -> int:
    """Walk all schedules depth first and count how many end in each memory.

    now : scratch, a state;  undo : UNDO numbers for each step taken;  choice : the process tried next after so many steps
    finals : the different memories at the end;  counts : schedules that end in each
    Returns how many memories there are, or -1 where the rows or the memories did not suffice.
    """
    processes = shape[PROCESSES]
    cells = shape[CELLS]
    each = shape[EACH]
    memory_at = processes * shape[EACH]
    room = counts.shape[0]
    deepest = choice.shape[0] - 1
    first_state(shape, starts, memory, now)
    kinds = 0
    depth = 0
    choice[0] = 0
    moved = 0
    while depth >= 0:
        who = choice[depth]
        if who < processes:
            choice[depth] = who + 1
            if now[who * each] < 0.0:
                continue
            if depth >= deepest:
                return -1
            if do_step(shape, code, ends, who, now, undo, depth * UNDO) == 1:
                depth += 1
                choice[depth] = 0
                moved = 0
            continue
        if moved == 0:  # nobody could go on from here: a schedule is complete
            kind = 0
            same = 0
            while kind < kinds and same == 0:
                same = 1
                for c in range(cells):
                    if finals[kind * cells + c] != now[memory_at + c]:
                        same = 0
                if same == 0:
                    kind += 1
            if kind == kinds:
                if kinds == room:
                    return -1
                for c in range(cells):
                    finals[kind * cells + c] = now[memory_at + c]
                counts[kind] = 0.0
                kinds += 1
            counts[kind] += 1.0
        moved = 1
        depth -= 1
        if depth >= 0:
            at = depth * UNDO
            mine = int(undo[at + 6]) * shape[EACH]
            now[mine] = undo[at]
            now[mine + 1] = undo[at + 1]
            if undo[at + 4] >= 0.0:
                now[int(undo[at + 4])] = undo[at + 5]
            if undo[at + 2] >= 0.0:
                now[int(undo[at + 2])] = undo[at + 3]
    return kinds
