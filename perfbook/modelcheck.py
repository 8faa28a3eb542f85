"""The model checker as a reader calls it: a few processes, a memory, a condition; every schedule, and a verdict.

Explained in chapter 3, section 4.
"""

import collections
import dataclasses
import math

import numpy as np

from . import checks
from .interleave import (
    CELLS,
    EACH,
    FIELDS,
    FULL,
    GAVE_UP,
    LEVELS,
    NODES,
    PROCESSES,
    REGISTERS,
    find_states,
    first_state,
    state_width,
    take_step,
)
from .judging import follow_schedule, judge_finals, judge_schedules, serial_finals
from .processes import System, system
from .scheduling import UNDO, walk_schedules

MOST_STATES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Moment:
    """One step of a schedule: who took it, what it was, whether its compare-and-swap failed, and what then stood where.

    memory, registers : dicts after the step; registers of the one who took it, those that it still needs
    """

    who: str
    step: object
    failed: bool
    memory: dict
    registers: dict


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What all schedules of a system come to.

    schedules : how many there are;  bad : how many of them are errors;  stuck : how many end with a process that waits
    finals : {memory at the end: schedules}, a memory as a tuple in the order of ``cells``
    wrong : the memories at the end that are errors;  gave_up : schedules in which a process gave up
    states : (state, steps taken) pairs visited;  longest : steps of the longest schedule
    shortest : a shortest bad schedule, the processes' names in order, or None: fewest steps, then fewest switches
    """

    system: System
    schedules: int
    bad: int
    stuck: int
    gave_up: int
    finals: dict
    wrong: tuple
    states: int
    longest: int
    shortest: tuple | None
    graph: dict = dataclasses.field(repr=False)

    @property
    def safe(self) -> bool:
        """Whether no schedule is bad: a proof, for these processes, this memory and these retries."""
        return self.bad == 0

    def value(self, cell):
        """{value of one cell at the end: schedules}, sorted by value."""
        at = self.system.cells.index(checks.one_of("cell", cell, self.system.cells))
        counts = collections.Counter()
        for memory, ways in self.finals.items():
            counts[memory[at]] += ways
        return dict(sorted(counts.items()))

    def schedule(self, number):
        """Schedule ``number`` (from 1 to ``schedules``, in the order of who goes first) as a tuple of names."""
        number = checks.whole("number", number, 1, self.schedules)
        return follow(self.system, self.graph, number - 1, 0)

    def trace(self, schedule=None):
        """The steps of a schedule (the shortest bad one, if none is given) as a list of ``Moment``."""
        if schedule is None:
            schedule = self.shortest or ()
        return trace(self.system, schedule)

    def __str__(self):
        head = f"{self.schedules:,} schedules, {self.states:,} states"
        if self.safe:
            return f"{head}: safe within the bound"
        return f"{head}: {self.bad:,} bad ({self.bad / self.schedules:.2%})" + f", {self.stuck:,} stuck" * (
            self.stuck > 0
        )


def check(processes, memory, safe=None, always=None, retries=3) -> Verdict:
    """Every schedule of a few processes, as a ``Verdict``.

    processes : lists of steps (see ``processes``), or a dict of them by name;  memory : {cell: first value}
    safe : a condition on the memory at the end, a function of a dict; without one, the memory must be what the processes
        that did not give up leave when they run whole, in some order (serializable). To get stuck is always an error
    always : a condition on the memory that must hold after every step
    retries : failed compare-and-swaps that a process may have before it gives up
    Raises ValueError for processes that cannot be translated, or with more than a million states.
    """
    made = system(processes, memory, retries)
    graph = explore(made)
    shape, nodes = made.shape, graph["nodes"]
    states, after, bad = graph["states"], graph["after"], graph["bad"]
    count, cells = made.shape[PROCESSES], cells_of(made)
    ended = np.all(after[: nodes * count].reshape(-1, count) < 0, axis=1)
    rows = states.reshape(-1, state_width(shape))[:nodes]
    places = rows[:, 0 : cells.start : shape[EACH]]
    stuck, surrendered = ended & np.any(places >= 0, axis=1), ended & np.any(places == GAVE_UP, axis=1)
    allowed, rows_allowed = serial(made)
    judge_finals(shape, nodes, states, after, allowed, rows_allowed, 0, bad)
    if safe is not None:
        for node in np.flatnonzero(ended & ~stuck):
            bad[node] = not safe(as_dict(made, rows[node, cells]))
    if always is not None:
        for node in range(nodes):
            bad[node] |= not always(as_dict(made, rows[node, cells]))
    judge_schedules(shape, nodes, after, bad, graph["paths"], graph["bad_paths"], graph["cost"])
    ways = graph["ways"]
    counts, wrong = collections.Counter(), {}
    for node in np.flatnonzero(ended):
        memory_then = tuple(rows[node, cells].tolist())
        counts[memory_then] += int(ways[node])
        if bad[node]:
            wrong[memory_then] = None
    total = graph["paths"][0]
    if total >= 2**53:
        raise ValueError(f"schedules must be below 2^53 to be counted exactly, got {total:.3g}")
    shortest = follow(made, graph, 0, 1) if graph["bad_paths"][0] else None
    return Verdict(made, int(total), int(graph["bad_paths"][0]), int(ways[:nodes][stuck].sum()),
                   int(ways[:nodes][surrendered].sum()), dict(sorted(counts.items())), tuple(wrong), nodes,
                   graph["levels"] - 1, shortest, graph)  # fmt: skip


def explore(made: System) -> dict:
    """The graph of all states of a system, as the kernels leave it. Raises ValueError if it has over a million."""
    room, processes = 1 << 12, made.shape[PROCESSES]
    width = state_width(made.shape)
    while True:
        found = np.zeros(3, dtype=np.int64)
        states, after = np.empty((room + 1) * width), np.empty((room + 1) * processes, dtype=np.int64)
        ways, slots = np.empty(room + 1), np.empty(2 * room, dtype=np.int64)
        find_states(made.shape, made.code, made.starts, made.ends, made.memory, states, after, ways, slots, found)
        if not found[FULL]:
            break
        if room >= MOST_STATES:
            raise ValueError(f"states must be at most {MOST_STATES:,}; a loop that never ends, or too many processes")
        room *= 4
    floats = {name: np.empty(room + 1) for name in ("paths", "bad_paths")}
    return dict(nodes=int(found[NODES]), levels=int(found[LEVELS]), states=states, after=after, ways=ways,
                bad=np.zeros(room + 1, dtype=np.int64), cost=np.empty((room + 1) * processes), **floats)  # fmt: skip


def serial(made: System):
    """The memories that some whole processes leave, one after the other, as ``serial_finals`` has them; and how many."""
    processes, width = int(made.shape[PROCESSES]), state_width(made.shape)
    orders = sum(math.perm(processes, k) for k in range(processes + 1))
    finals, waiting = np.empty(orders * (1 + made.shape[CELLS])), np.empty(processes, dtype=np.int64)
    rows = serial_finals(
        made.shape, made.code, made.starts, made.ends, made.memory, np.empty(2 * width), waiting, finals
    )
    return finals, rows


def follow(made, graph, number, worst):
    """A schedule by its number, or the shortest bad one, as names."""
    order, route = np.empty(graph["levels"], dtype=np.int64), np.empty(graph["levels"] + 1, dtype=np.int64)
    steps = follow_schedule(made.shape, float(number), worst, graph["after"], graph["bad"], graph["paths"],
                            graph["cost"], order, route)  # fmt: skip
    return tuple(made.names[p] for p in order[:steps])


def trace(made: System, schedule):
    """What each step of a schedule does; raises ValueError if a process cannot take a step that the schedule gives it."""
    width, each = state_width(made.shape), int(made.shape[EACH])
    pair, moments = np.zeros(2 * width), []
    first_state(made.shape, made.starts, made.memory, pair)
    for name in schedule:
        who = made.names.index(checks.one_of("schedule", name, made.names))
        place = int(pair[who * each])
        went = take_step(made.shape, made.code, made.ends, who, 0, width, pair)
        if went == 0:
            raise ValueError(f"schedule: {name} cannot take a step after {len(moments)} steps")
        pair[:width] = pair[width:]
        step = made.steps[who][place - made.starts[who]]
        row = made.code[FIELDS * int(pair[who * each]) + 6] if pair[who * each] >= 0 else 0
        kept = pair[who * each + 2 : who * each + 2 + made.shape[REGISTERS]].tolist()
        registers = {n: v for i, (n, v) in enumerate(zip(made.registers, kept, strict=True)) if int(row) >> i & 1}
        moments.append(Moment(name, step, went == 2, as_dict(made, pair[cells_of(made)]), registers))
    return moments


def cells_of(made) -> slice:
    """Where the memory is in a state."""
    start = int(made.shape[PROCESSES] * made.shape[EACH])
    return slice(start, start + int(made.shape[CELLS]))


def as_dict(made, values) -> dict:
    """A memory by its cells' names."""
    return dict(zip(made.cells, np.asarray(values).tolist(), strict=True))


def multinomial(*steps) -> int:
    """In how many orders processes of so many steps can take them if none ever waits: (Σk)! / Πk!, exactly.

    Raises ValueError for steps that are no whole numbers from 0 up. Explained in chapter 3, section 4.
    """
    steps = [checks.whole("steps", k, 0, 10_000) for k in steps]
    return math.factorial(sum(steps)) // math.prod(math.factorial(k) for k in steps)


def walk(processes, memory, retries=3) -> dict:
    """{memory at the end: schedules}, by taking every schedule one by one: slow, and it knows nothing of states.

    Arguments as for ``check``. Raises ValueError for processes that cannot be translated or with over 256 memories.
    """
    made = system(processes, memory, retries)
    depth, cells = 256, int(made.shape[CELLS])
    now, undo, choice = np.zeros(state_width(made.shape)), np.zeros(depth * UNDO), np.zeros(depth + 1, dtype=np.int64)
    finals, counts = np.zeros(256 * cells), np.zeros(256)
    kinds = walk_schedules(
        made.shape, made.code, made.starts, made.ends, made.memory, now, undo, choice, finals, counts
    )
    if kinds < 0:
        raise ValueError(f"schedules must have at most {depth} steps and 256 different ends")
    ends = finals[: kinds * cells].reshape(kinds, cells)
    return dict(sorted((tuple(m), int(n)) for m, n in zip(ends.tolist(), counts[:kinds].tolist(), strict=True)))


__all__ = ["Moment", "Verdict", "check", "multinomial", "walk"]
