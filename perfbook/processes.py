"""The steps of a process, as a reader writes them, and their translation for the model checker ``interleave``.

    raise_price = [read("mine", "price"), let("new", "mine", times=1.5), write("price", "new")]

Each function makes one step. Names of registers, cells and locks are the reader's own; a cell may be an array's element,
``read("next", "link", index="top")``. Explained in chapter 3, section 4.
"""

import dataclasses

import numpy as np

from . import checks
from .interleave import (
    ATOMIC,
    BRANCH,
    CAS,
    CELLS,
    EACH,
    FIELDS,
    LET,
    LOCK,
    LOCKS,
    PASS,
    PROCESSES,
    READ,
    REGISTERS,
    RETRIES,
    SHAPE,
    UNLOCK,
    VERSIONED,
    WRITE,
)

RELATIONS = {"<": 0, "==": 1, ">=": 2, "!=": 3}
MOST_PROCESSES, MOST_STEPS, MOST_RETRIES, LARGEST = 6, 32, 8, 1e6


@dataclasses.dataclass(frozen=True)
class Step:
    """One step: what it does, the names it uses, its numbers, and what it is called when it is shown.

    writes, reads : registers;  cell : of the memory, ``index`` a register that counts on from it
    lock : a lock's name;  relation : a key of RELATIONS;  target : a label, or a number of steps from the first
    """

    operation: int
    says: str
    writes: str | None = None
    reads: tuple = ()
    cell: str | None = None
    index: str | None = None
    lock: str | None = None
    relation: str | None = None
    target: str | int | None = None
    x: float = 0.0
    y: float = 0.0
    label: str | None = None

    def __str__(self):
        return self.says


def look(what="look") -> Step:
    """A step that touches nothing shared: a request arrives, a log line is written."""
    return Step(PASS, what)


def read(register, cell, index=None) -> Step:
    """register ← cell, or the cell as many places on from it as register ``index`` says. Remembers its version too."""
    return Step(READ, f"{register} ← {cell}" + (f"[{index}]" if index else ""), register, cell=cell, index=index)


def let(register, source=None, times=1.0, plus=0.0) -> Step:
    """register ← times × source + plus, or ``plus`` alone where there is no source. Touches nothing shared."""
    times, plus = checks.number("times", times, -LARGEST, LARGEST), checks.number("plus", plus, -LARGEST, LARGEST)
    if source is None:
        return Step(LET, f"{register} ← {plus:g}", register, y=plus)
    factor, term = "" if times == 1 else f"{times:g} × ", f" {'+' if plus > 0 else '−'} {abs(plus):g}" * (plus != 0)
    return Step(LET, f"{register} ← {factor}{source}{term}", register, (source,), x=times, y=plus)


def write(cell, register, index=None) -> Step:
    """cell ← register, whatever is there now."""
    return Step(WRITE, f"{cell}{f'[{index}]' if index else ''} ← {register}", None, (register,), cell, index)


def cas(cell, expected, new, again=0, version=False) -> Step:
    """Compare and swap: cell ← new if it still has the value (or the version) that ``expected`` was read with.

    again : the label, or the number of the step, to go back to if it has not; the checker bounds how many times
    """
    word = "version of " if version else ""
    says = f"{cell} ← {new} if {word}{cell} is still {word}{expected}"
    return Step(CAS, says, None, (expected, new), cell, target=again, y=float(bool(version)))


def lock(name="lock") -> Step:
    """Take a lock; the process cannot take this step while another holds it."""
    return Step(LOCK, f"lock {name}", lock=name)


def unlock(name="lock") -> Step:
    """Release a lock."""
    return Step(UNLOCK, f"unlock {name}", lock=name)


def atomic(cell, times=1.0, plus=0.0) -> Step:
    """cell ← times × cell + plus, in one step."""
    times, plus = checks.number("times", times, -LARGEST, LARGEST), checks.number("plus", plus, -LARGEST, LARGEST)
    factor, term = "" if times == 1 else f"{times:g} × ", f" {'+' if plus > 0 else '−'} {abs(plus):g}" * (plus != 0)
    return Step(ATOMIC, f"{cell} ← {factor}{cell}{term}, at once", cell=cell, x=times, y=plus)


def put(cell, value) -> Step:
    """cell ← a number, whatever is there now."""
    return Step(ATOMIC, f"{cell} ← {value:g}", cell=cell, y=checks.number("value", value, -LARGEST, LARGEST))


def branch(register, relation, other, to) -> Step:
    """Go on at ``to`` (a label, or the number of a step) if the register stands so to a number or another register."""
    checks.one_of("relation", relation, RELATIONS)
    named = isinstance(other, str)
    says = f"to {to} if {register} {relation} {other if named else f'{other:g}'}"
    reads, y = ((register, other), 0.0) if named else ((register,), float(other))
    return Step(BRANCH, says, None, reads, relation=relation, target=to, y=y)


def at(label, step) -> Step:
    """The step with a label, for ``branch`` and ``cas`` to go to. The label "end" is after the last step."""
    return dataclasses.replace(step, label=label)


@dataclasses.dataclass(frozen=True)
class System:
    """Processes and a memory, translated.

    names : of the processes;  steps : of each;  cells, registers : their names;  memory : first values
    shape, code, starts, ends : as ``interleave``'s kernels take them
    """

    names: tuple
    steps: tuple
    cells: tuple
    registers: tuple
    locks: tuple
    memory: np.ndarray
    shape: np.ndarray
    code: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def system(processes, memory, retries=3) -> System:
    """Translate processes (a list of lists of steps, or a dict of them by name) over a memory, as a ``System``.

    memory : {cell: first value}; a list makes an array, its elements in a row
    retries : failed compare-and-swaps that a process may have before it gives up
    Raises ValueError for more than 6 processes or 32 steps, and for names, labels and numbers that make no sense.
    """
    named = processes if isinstance(processes, dict) else {"ABCDEF"[i % 6]: p for i, p in enumerate(processes)}
    checks.whole("processes", len(processes), 1, MOST_PROCESSES)
    retries = checks.whole("retries", retries, 0, MOST_RETRIES)
    cells, first = {}, []
    for name, value in memory.items():
        cells[name] = len(first)
        first += [checks.number(f"memory {name}", v, -LARGEST, LARGEST) for v in np.atleast_1d(value)]
    steps = [s for p in named.values() for s in p]
    if not all(isinstance(s, Step) for s in steps):
        raise ValueError("processes must be lists of steps: read(...), let(...), write(...), cas(...) and so on")
    registers = list(dict.fromkeys(r for s in steps for r in (s.writes, *s.reads, s.index) if r is not None))
    locks = list(dict.fromkeys(s.lock for s in steps if s.lock is not None))
    starts, ends, rows = [], [], []
    for name, program in named.items():
        checks.whole(f"steps of {name}", len(program), 1, MOST_STEPS)
        starts.append(len(rows))
        ends.append(len(rows) + len(program))
        rows += translate(name, list(program), len(rows), cells, registers, locks)
    shape = np.zeros(SHAPE, dtype=np.int64)
    shape[[PROCESSES, REGISTERS, CELLS, LOCKS, RETRIES]] = len(named), len(registers), len(first), len(locks), retries
    shape[VERSIONED] = any(s.operation == CAS and s.y for s in steps)
    shape[EACH] = 2 + len(registers) * (1 + shape[VERSIONED])
    names = [n if k == 1 else f"{n}[{i}]" for n, k in ((n, np.size(v)) for n, v in memory.items()) for i in range(k)]
    return System(tuple(named), tuple(tuple(p) for p in named.values()), tuple(names), tuple(registers), tuple(locks),
                  np.array(first), shape, np.array(rows).ravel(), np.array(starts), np.array(ends))  # fmt: skip


def translate(name, program, start, cells, registers, locks):
    """The rows of one program, the first of them row ``start`` of all; ValueError for names and labels that are not there."""
    labels = {s.label: i for i, s in enumerate(program) if s.label} | {"end": len(program)}

    def place(step):
        target = labels.get(step.target, step.target)
        if not isinstance(target, int) or not 0 <= target <= len(program):
            raise ValueError(f"{name}: {step.says!r} must go to a label or a step of its process, got {step.target!r}")
        return target

    def cell(step):
        if step.cell not in cells:
            raise ValueError(f"{name}: {step.says!r} must name a cell of the memory ({', '.join(cells)})")
        return cells[step.cell]

    number = {r: i for i, r in enumerate(registers)}
    after = [{place(s), i + 1} if s.target is not None else {i + 1} for i, s in enumerate(program)]
    needed = [set() for _ in range(len(program) + 1)]
    for _ in program:  # backwards until nothing changes; a jump back needs another round
        for i in reversed(range(len(program))):
            s = program[i]
            later = set().union(*(needed[j] for j in after[i])) - {s.writes}
            needed[i] = later | set(s.reads) | ({s.index} - {None})
    if needed[0]:
        raise ValueError(f"{name}: register {', '.join(sorted(needed[0]))} is used before anything is put into it")
    rows = []
    for i, s in enumerate(program):
        a = b = c = -1
        x, y = s.x, s.y
        if s.operation in (READ, WRITE):
            a, b = number[s.writes or s.reads[0]], cell(s)
            c = number[s.index] if s.index else -1
        elif s.operation == LET:
            a, b = number[s.writes], number[s.reads[0]] if s.reads else -1
        elif s.operation == CAS:
            a, b, c, x = number[s.reads[1]], cell(s), number[s.reads[0]], start + place(s)
        elif s.operation in (LOCK, UNLOCK):
            b = locks.index(s.lock)
        elif s.operation == ATOMIC:
            b = cell(s)
        elif s.operation == BRANCH:
            a, b, x = number[s.reads[0]], RELATIONS[s.relation], start + place(s)
            c = number[s.reads[1]] if len(s.reads) > 1 else -1
        rows.append([s.operation, a, b, c, x, y, sum(1 << number[r] for r in needed[i])])
    assert all(len(row) == FIELDS for row in rows)
    return rows
