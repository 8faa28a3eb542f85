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

UNDO = 7  # numbers kept of a step


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

    now : scratch, a state;  choice : the process tried next after so many steps
    undo : of each step taken the process's place and tries before it, a place in ``now`` that it changed (-1 for none) and
        what stood there, the same for a second place, and the process
    finals : the different memories at the end;  counts : schedules that end in each
    Returns how many memories there are, or -1 where the room did not suffice. One long kernel, since a step is taken 191
    million times for 63 million schedules and a call would take as long as the step.
    """
    processes = shape[PROCESSES]
    cells = shape[CELLS]
    each = shape[EACH]
    registers = shape[REGISTERS]
    versioned = shape[VERSIONED] == 1
    memory_at = processes * each
    version = memory_at + cells
    locks = version + shape[VERSIONED] * cells
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
            mine = who * each
            at = depth * UNDO
            able = True
            row = int(now[mine]) * FIELDS
            operation = code[row]
            a = int(code[row + 1])
            b = int(code[row + 2])
            c = int(code[row + 3])
            first = -1
            value = 0.0
            second = -1
            other = 0.0
            go = now[mine] + 1.0
            tries = now[mine + 1]
            if operation in (READ, WRITE):
                if c >= 0:
                    b += int(now[mine + 2 + c])
                    if b < 0 or b >= cells:
                        able = False
                        b = 0
                if operation == READ:
                    first = mine + 2 + a
                    value = now[memory_at + b]
                    if versioned:
                        second = first + registers
                        other = now[version + b]
                else:
                    first = memory_at + b
                    value = now[mine + 2 + a]
            elif operation == LET:
                first = mine + 2 + a
                value = code[row + 5]
                if b >= 0:
                    value += code[row + 4] * now[mine + 2 + b]
            elif operation == CAS:
                matches = now[memory_at + b] == now[mine + 2 + c]
                if code[row + 5] == 1.0:
                    matches = now[version + b] == now[mine + 2 + registers + c]
                if matches:
                    first = memory_at + b
                    value = now[mine + 2 + a]
                else:
                    tries += 1.0
                    go = code[row + 4]
                    if tries > shape[RETRIES]:
                        go = GAVE_UP
            elif operation == ATOMIC:
                first = memory_at + b
                value = code[row + 4] * now[first] + code[row + 5]
            elif operation == LOCK:
                if now[locks + b] > 0.0:
                    able = False
                first = locks + b
                value = who + 1.0
            elif operation == UNLOCK:
                first = locks + b
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
            if able:
                if versioned and first >= memory_at and first < version:
                    second = first + cells
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
