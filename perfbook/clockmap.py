"""The picture of a history: nodes as rows, events as dots, messages as lines, and what two kinds of clock say of each.

Explained in chapter 3, section 6.
"""

import math

from .kernel import Floats, Ints, kernel
from .rng import below, seed_stream, uniform

MOST_NODES = 5
RECENT = 7  # a message is from one of the last so many events


@kernel
def draw_history(nodes: int, chatter: float, seed: int, where: Floats, received: Floats, state: Ints) -> None:
    """A random history: the node of each event, and the event whose message it received, or -1.

    chatter : chance that an event is the receipt of a message, if another node had an event lately
    """
    seed_stream(seed, 45, state)
    for i in range(where.shape[0]):
        node = below(state, nodes)
        where[i] = float(node)
        received[i] = -1.0
        if i > 0 and uniform(state) < chatter:
            other = i - 1 - below(state, min(i, RECENT))
            if where[other] != where[i]:
                received[i] = float(other)


@kernel
def stamp_history(where: Floats, received: Floats, scalar: Floats, vector: Floats, last: Ints) -> None:
    """Lamport's number and the vector (``MOST_NODES`` places a piece) of each event.

    last : scratch, one a node: its last event
    """
    for node in range(MOST_NODES):
        last[node] = -1
    for i in range(where.shape[0]):
        node = int(where[i])
        scalar[i] = 0.0
        for place in range(MOST_NODES):
            vector[MOST_NODES * i + place] = 0.0
        for which in range(2):
            cause = last[node]
            if which == 1:
                cause = int(received[i])
            if cause >= 0:
                scalar[i] = max(scalar[i], scalar[cause])
                for place in range(MOST_NODES):
                    at = MOST_NODES * i + place
                    vector[at] = max(vector[at], vector[MOST_NODES * cause + place])
        scalar[i] += 1.0
        vector[MOST_NODES * i + node] += 1.0
        last[node] = i


@kernel
def stands_to(a: int, b: int, vector: Floats) -> int:
    """How event ``a`` stands to ``b`` by their vectors: 0 the same, 1 before, 2 after, 3 concurrent."""
    less = 0
    more = 0
    for place in range(MOST_NODES):
        if vector[MOST_NODES * a + place] < vector[MOST_NODES * b + place]:
            less = 1
        elif vector[MOST_NODES * a + place] > vector[MOST_NODES * b + place]:
            more = 2
    return less + more


@kernel
def clocks_figure(nodes: int, chatter_percent: float, chosen: int, other: int, seed: int, when: Floats, row: Floats,
                  message_x: Floats, message_y: Floats, before: Floats, after: Floats, beside: Floats, scalar: Floats,
                  vector: Floats, marks: Floats, now: Floats, now_vector: Floats, where: Floats, received: Floats,
                  last: Ints, state: Ints) -> None:  # fmt: skip
    """The figure: which events the chosen one (from 1) can have heard of, which can have heard of it, and which neither.

    when, row : place of each event;  message_x, message_y : two ends of each message and a gap
    before, after, beside : the row of the events that are before the chosen one, after it, concurrent to it
    scalar, vector : the clocks of each event;  marks : place of the chosen event and of the other
    now : how the chosen stands to the other (0 same, 1 before, 2 after, 3 concurrent); by their numbers (0 equal, 1 lower,
        2 higher); their numbers; concurrent pairs; pairs; concurrent pairs whose numbers differ; pairs before each other
        whose numbers do not say so;  now_vector : the vectors of the chosen event and of the other
    """
    count = when.shape[0]
    draw_history(nodes, chatter_percent / 100.0, seed, where, received, state)
    stamp_history(where, received, scalar, vector, last)
    a = chosen - 1
    b = other - 1
    for i in range(count):
        when[i] = i + 1.0
        row[i] = where[i]
        message_x[3 * i] = math.nan
        message_x[3 * i + 1] = math.nan
        message_x[3 * i + 2] = math.nan
        message_y[3 * i] = math.nan
        message_y[3 * i + 1] = math.nan
        message_y[3 * i + 2] = math.nan
        if received[i] >= 0.0:
            message_x[3 * i] = received[i] + 1.0
            message_y[3 * i] = where[int(received[i])]
            message_x[3 * i + 1] = i + 1.0
            message_y[3 * i + 1] = where[i]
        relation = stands_to(i, a, vector)
        before[i] = math.nan
        after[i] = math.nan
        beside[i] = math.nan
        if relation == 1:
            before[i] = where[i]
        elif relation == 2:
            after[i] = where[i]
        elif relation == 3:
            beside[i] = where[i]
    marks[0] = a + 1.0
    marks[1] = where[a]
    marks[2] = b + 1.0
    marks[3] = where[b]
    for place in range(MOST_NODES):
        now_vector[place] = vector[MOST_NODES * a + place]
        now_vector[MOST_NODES + place] = vector[MOST_NODES * b + place]
    now[0] = float(stands_to(a, b, vector))
    now[1] = 0.0
    if scalar[a] < scalar[b]:
        now[1] = 1.0
    elif scalar[a] > scalar[b]:
        now[1] = 2.0
    now[2] = scalar[a]
    now[3] = scalar[b]
    for k in range(4, 8):
        now[k] = 0.0
    for i in range(count):
        for j in range(i):
            now[5] += 1.0
            relation = stands_to(j, i, vector)
            if relation == 3:
                now[4] += 1.0
                if scalar[i] != scalar[j]:
                    now[6] += 1.0
            elif scalar[j] >= scalar[i]:
                now[7] += 1.0
