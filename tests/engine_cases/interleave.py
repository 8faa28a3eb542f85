"""Arguments for the kernels of the model checker and its figures."""

import numpy as np

from perfbook.interleave import PROCESSES, SHAPE, state_width
from perfbook.judging import judge_finals, judge_schedules
from perfbook.modelcheck import explore, serial, system
from perfbook.processes import branch, let, lock, put, read, unlock, write
from perfbook.scheduling import UNDO
from perfbook.surge import (
    DRIVERS,
    METHODS,
    OPERATIONS,
    dispatch,
    dispatch_two_return_one,
    library,
    once_a_tick,
    pricing,
)


def ints(count):
    return np.zeros(count, dtype=np.int64)


def a_system(random):
    """Two processes of one kind or another."""
    kind = int(random.integers(0, 8))
    if kind < 5:
        operation = list(OPERATIONS)[int(random.integers(0, 3))]
        return system([pricing(METHODS[kind], operation)] * 2, {"price": 2.0}, int(random.integers(0, 3)))
    if kind == 5:
        return system([once_a_tick()] * 2, {"price": 2.0, "tick": 0})
    if kind == 6:
        version = bool(random.integers(0, 2))
        return system([dispatch("A", version), dispatch_two_return_one("B", version)], DRIVERS, 0)
    check = [
        lock(),
        read("x", "n"),
        branch("x", "<", 1, 5),
        let("x", "x", plus=-1),
        write("n", "x"),
        unlock(),
        put("done", 1),
    ]
    return system([check] * 2, {"n": 1, "done": 0})


def whole(made):
    return [made.shape, made.code, made.starts, made.ends, made.memory]


def graph(made):
    """The states of a system, from the kernels themselves."""
    found = explore(made)
    finals, rows = serial(made)
    judge_finals(made.shape, found["nodes"], found["states"], found["after"], finals, rows, 0, found["bad"])
    return found, finals, rows


def trimmed(found, made):
    nodes, processes = found["nodes"], int(made.shape[PROCESSES])
    return (
        nodes,
        found["states"][: nodes * state_width(made.shape)],
        found["after"][: nodes * processes],
        found["bad"][:nodes],
    )


def state_width_case(random):
    return [a_system(random).shape]


def first_state(random):
    made = a_system(random)
    return [made.shape, made.starts, made.memory, np.ones(state_width(made.shape))]


def take_step(random):
    made = a_system(random)
    found = explore(made)
    width = state_width(made.shape)
    node = int(random.integers(0, found["nodes"]))
    states = np.concatenate([found["states"][node * width : (node + 1) * width], np.zeros(width)])
    return [made.shape, made.code, made.ends, int(random.integers(0, 2)), 0, width, states]


def find_states(random):
    made = a_system(random)
    room = explore(made)["nodes"] + int(random.integers(-3, 3))
    rows = (room + 1) * state_width(made.shape)
    return [*whole(made), np.zeros(rows), ints(2 * (room + 1)), np.zeros(room + 1), ints(1024), ints(3)]


def judge_schedules_case(random):
    made = a_system(random)
    found, _, _ = graph(made)
    nodes, _, after, bad = trimmed(found, made)
    return [made.shape, nodes, after, bad, np.zeros(nodes), np.zeros(nodes), np.zeros(2 * nodes)]


def a_schedule(random):
    made = a_system(random)
    found, _, _ = graph(made)
    nodes, _, after, bad = trimmed(found, made)
    paths, cost = np.zeros(nodes), np.zeros(2 * nodes)
    judge_schedules(made.shape, nodes, after, bad, paths, np.zeros(nodes), cost)
    number = float(random.integers(0, int(paths[0])))
    return made, [number, int(random.integers(0, 2)), after, bad, paths, cost, ints(40), ints(41)]


def follow_schedule(random):
    made, rest = a_schedule(random)
    return [made.shape, *rest]


def schedule_number(random):
    made, (_, _, after, _, paths, _, order, route) = a_schedule(random)
    node = steps = 0
    while max(after[2 * node : 2 * node + 2]) >= 0:
        open_ = [p for p in range(2) if after[2 * node + p] >= 0]
        order[steps] = open_[int(random.integers(0, len(open_)))]
        node = after[2 * node + order[steps]]
        steps += 1
        route[steps] = node
    return [made.shape, steps, after, paths, order, route]


def serial_finals(random):
    made = a_system(random)
    return [*whole(made), np.zeros(2 * state_width(made.shape)), ints(2), np.zeros(5 * (1 + made.memory.size))]


def judge_finals_case(random):
    made = a_system(random)
    found, finals, rows = graph(made)
    nodes, states, after, _ = trimmed(found, made)
    return [
        made.shape,
        nodes,
        states,
        after,
        finals,
        rows,
        int(random.choice([0, min(3, made.memory.size)])),
        ints(nodes),
    ]


def step_mark(random):
    made = a_system(random)
    found = explore(made)
    width = state_width(made.shape)
    while True:
        node, who = int(random.integers(0, found["nodes"])), int(random.integers(0, 2))
        if found["after"][2 * node + who] >= 0:
            break
    rows = [found["states"][n * width : (n + 1) * width] for n in (node, found["after"][2 * node + who])]
    return [made.shape, made.code, np.concatenate(rows), 0, width, who]


def walk_schedules(random):
    made = a_system(random)
    while made.memory.size > 2:  # the drivers have too many schedules for plain Python
        made = a_system(random)
    room = int(random.choice([2, 30]))
    return [
        *whole(made),
        np.zeros(state_width(made.shape)),
        np.zeros(40 * UNDO),
        ints(41),
        np.zeros(room * 2),
        np.zeros(room),
    ]


def set_shape(random):
    return [ints(SHAPE), *(int(n) for n in random.integers(1, 4, 4)), int(random.integers(0, 2))]


def word(random):
    group, place = int(random.integers(0, 3)), int(random.integers(0, 2))
    return [group, place, float(random.integers(0, 4)), np.array([2.0, 3.0, 4.5])]


def places(states, cells):
    """Workspace for a figure, in the order of its kernel."""
    width = 4 * 6 + 2 * cells + 1
    return dict(shape=ints(SHAPE), starts=ints(4), ends=ints(4), states=np.zeros((states + 1) * width),
                after=ints((states + 1) * 4), ways=np.zeros(states + 1), slots=ints(2 * states), bad=ints(states + 1),
                found=ints(3), finals=np.zeros(65 * (1 + cells)), pair=np.zeros(2 * width), waiting=ints(4))  # fmt: skip


def interleavings_figure(random):
    code, first = library()
    processes, method = int(random.integers(2, 4)), int(random.integers(0, 5))
    times, plus = (np.array(c) for c in zip(*OPERATIONS.values(), strict=True))
    return [processes, method, int(random.integers(0, 3)), 0, int(random.integers(0, 2)), code, first, np.array([2.0]),
            times, plus, *(np.zeros(5) for _ in range(4)), np.zeros(8), *places(400, 1).values()]  # fmt: skip


def interleaving_player(random):
    from perfbook.figures.stories.surge import CAST, END, HELD, KNOWN, LONGEST, MEMORIES

    code, first = library()
    program, work = int(random.integers(0, 9)), places(800, 7)
    graphs = {name: work.pop(name) for name in ("found", "finals", "pair", "waiting")}
    held = [np.zeros(LONGEST + 1) for _ in HELD]
    return [program, int(random.integers(0, 3)), 2, int(random.integers(0, 2)), int(random.integers(0, 2)),
            float(random.random()), int(random.integers(1, 101)), END, code, first, CAST.ravel(), MEMORIES.ravel(),
            *(np.zeros(LONGEST) for _ in range(3)), KNOWN, np.zeros(LONGEST + 1),
            *(np.zeros(2 * LONGEST) for _ in range(4)), *held, np.zeros(8), np.zeros(12), np.zeros(7), *work.values(),
            np.zeros(801), np.zeros(801), np.zeros(3204), *graphs.values(), ints(LONGEST), ints(LONGEST + 1)]  # fmt: skip


cases = {
    "state_width": state_width_case,
    "first_state": first_state,
    "take_step": take_step,
    "find_states": find_states,
    "judge_schedules": judge_schedules_case,
    "follow_schedule": follow_schedule,
    "schedule_number": schedule_number,
    "serial_finals": serial_finals,
    "judge_finals": judge_finals_case,
    "step_mark": step_mark,
    "walk_schedules": walk_schedules,
    "set_shape": set_shape,
    "word": word,
    "interleavings_figure": interleavings_figure,
    "interleaving_player": interleaving_player,
}
