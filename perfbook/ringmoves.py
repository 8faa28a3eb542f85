"""A ring to look at, before and after a node joins or leaves, and keys that travel to their new node in a player.

Explained in chapter 2, section 3.
"""

import math

from .hashring import NODES, build_ring, first_point, key_place, ring_shares
from .kernel import Floats, Ints, kernel
from .placement import modulo_kept, place_keys

NOTHING, JOINS, LEAVES = range(3)
GLIDE = 1.2  # seconds that a key takes to its new node; for the eye only
STEPS = 6  # changes of the nodes in a run
FRAMES_PER_KEY = 2 + 2 * STEPS  # where it stands first; from where and to where at each change; the end
MOST_NODES = 10
GROW, SHRINK, FIRST_LEAVES, IN_AND_OUT = range(4)


@kernel
def around(place: float, radius: float, kind: int, at: int, x: Floats, y: Floats, count: int) -> None:
    """Put a point of a circle, clockwise from the top, into x and y at kind * count + at; all other kinds: nothing."""
    angle = 2.0 * math.pi * place / 4294967296.0
    for k in range(3):
        x[k * count + at] = math.nan
        y[k * count + at] = math.nan
    x[kind * count + at] = radius * math.sin(angle)
    y[kind * count + at] = radius * math.cos(angle)


@kernel
def ring_picture(
    nodes: int,
    virtual: int,
    weight: int,
    change: int,
    shown: int,
    seed: int,
    keys: int,
    key_x: Floats,
    key_y: Floats,
    point_x: Floats,
    point_y: Floats,
    before: Floats,
    after: Floats,
    now: Floats,
    who: Ints,
    points: Ints,
    old_ring: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
) -> None:
    """The figure: keys and points of a ring of ``nodes`` nodes before and after a change.

    virtual : points of a node;  weight : how many times as many the first has;  shown : the node to pick out, from 1
    change : 0 nothing, 1 another node joins, 2 the last leaves
    key_x, key_y, point_x, point_y : three parts: those of no interest, those of the node shown, those that change hands
    before, after : share of the ring of each node, over the fair one of a node of weight 1; not a number where absent
    now : share of the ring that moves, share of the keys, what is expected, what modulo would move, fullest node
        over its fair share afterwards, coefficient of variation expected, points on the ring afterwards, nodes by
        weight before, number of the node picked out
    """
    places = before.shape[0]
    slots = point_x.shape[0] // 3
    for i in range(places):
        who[i] = i
        points[i] = virtual
        before[i] = 0.0
        after[i] = 0.0
    points[0] = virtual * weight
    later = nodes
    if change == JOINS:
        later = nodes + 1
    if change == LEAVES:
        later = nodes - 1
    old_total = build_ring(nodes, who, points, seed, old_ring, spare, digits)
    total = build_ring(later, who, points, seed, ring, spare, digits)
    ring_shares(old_ring, old_total, before)
    ring_shares(ring, total, after)
    picked = min(shown, max(nodes, later)) - 1
    changing = max(nodes, later) - 1
    moving = 0.0
    if change == JOINS:
        moving = after[changing]
    if change == LEAVES:
        moving = before[changing]
    lost = 0
    for key in range(keys):
        place = key_place(key, seed)
        old = old_ring[first_point(old_ring, old_total, place)] % NODES
        new = ring[first_point(ring, total, place)] % NODES
        kind = 0
        if new == picked:
            kind = 1
        if new != old:
            kind = 2
            lost += 1
        around(place, 1.0, kind, key, key_x, key_y, keys)
    for i in range(slots):
        for k in range(3):
            point_x[k * slots + i] = math.nan
            point_y[k * slots + i] = math.nan
    for i in range(max(total, old_total)):
        word = ring[i]
        if old_total > total:
            word = old_ring[i]
        kind = 0
        if word % NODES == picked:
            kind = 1
        if change != NOTHING and word % NODES == changing:
            kind = 2
        around(float(word // NODES), 1.16, kind, i, point_x, point_y, slots)
    heavy = weight - 1.0
    fullest = 0.0
    for i in range(places):
        before[i] = before[i] * (nodes + heavy)
        after[i] = after[i] * (later + heavy)
        own = 1.0
        if i == 0:
            own = 1.0 * weight
        fullest = max(fullest, after[i] / own)
        if i >= nodes:
            before[i] = math.nan
        if i >= later:
            after[i] = math.nan
    now[0] = moving
    now[1] = lost / keys
    now[2] = 0.0
    now[3] = 0.0
    if change != NOTHING:
        now[2] = 1.0 / (max(nodes, later) + heavy)
        now[3] = 1.0 - modulo_kept(nodes, later)
    now[4] = fullest
    now[5] = math.sqrt((later - 1.0) / (later * virtual + 1.0))
    now[6] = total
    now[7] = nodes + heavy
    now[8] = picked + 1.0


@kernel
def members(script: int, step: int, nodes: Ints) -> int:
    """Fill ``nodes`` with who is there after ``step`` changes, lowest first; returns how many.

    script : 0 from four nodes one joins at a time; 1 from ten one leaves at a time, the last; 2 the same, the first;
        3 of six nodes, the second goes and comes back, three times
    """
    first = 0
    count = 4 + step
    if script == SHRINK:
        count = MOST_NODES - step
    if script == FIRST_LEAVES:
        count = MOST_NODES - step
        first = step
    if script == IN_AND_OUT:
        count = 6 - step % 2
    for i in range(count):
        nodes[i] = first + i
        if script == IN_AND_OUT and step % 2 == 1 and i > 0:
            nodes[i] = i + 1
    return count


@kernel
def ring_tracks(
    scheme: int,
    script: int,
    virtual: int,
    seed: int,
    keys: int,
    rows: int,
    pause: float,
    first: Floats,
    when: Floats,
    x: Floats,
    y: Floats,
    kind: Floats,
    event_time: Floats,
    present: Floats,
    total_moved: Floats,
    least: Floats,
    summary: Floats,
    nodes: Ints,
    owner: Ints,
    place_x: Ints,
    place_y: Ints,
    height: Ints,
    points: Ints,
    words: Ints,
    skip: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    table: Ints,
) -> None:
    """The player: ``keys`` keys stand on their nodes; every ``pause`` seconds a node joins or leaves, and keys travel.

    scheme : as in `place_keys`;  script : as in `members`
    first (keys + 1), when, x, y, kind (FRAMES_PER_KEY a key) : keyframes; x is the node's number from 1, y the place in
        its stack, kind 1 while the key travels to another node
    event_time, present, total_moved, least (STEPS + 1) : nodes there, share of keys moved so far, and the least
        share that an even scheme must move, each from its time on
    summary : moved in all, least in all (shares of keys), fullest stack over the mean at the end
    """
    for frame in range(keys * FRAMES_PER_KEY):
        kind[frame] = 0.0
    for key in range(keys):
        first[key] = key * FRAMES_PER_KEY
        place_x[key] = -1
        place_y[key] = 0
    first[keys] = keys * FRAMES_PER_KEY
    moves = 0
    needed = 0.0
    before = 0
    for step in range(STEPS + 1):
        count = members(script, step, nodes)
        place_keys(
            scheme, count, nodes, virtual, rows, seed, keys, owner, points, words, skip, ring, spare, digits, table
        )
        for i in range(height.shape[0]):
            height[i] = 0
        begin = step * pause
        for turn in range(2):
            # Those that stay close their ranks, those that come stand on top of them.
            for key in range(keys):
                stays = owner[key] == place_x[key]
                if stays != (turn == 0):
                    continue
                level = height[owner[key]]
                height[owner[key]] += 1
                frame = key * FRAMES_PER_KEY + 2 * step
                when[frame] = begin
                if step > 0:
                    when[frame - 1] = begin
                    x[frame - 1] = place_x[key] + 1.0
                    y[frame - 1] = place_y[key]
                    when[frame] = begin + GLIDE
                    if not stays:
                        kind[frame - 1] = 1.0
                        moves += 1
                x[frame] = owner[key] + 1.0
                y[frame] = level
                place_x[key] = owner[key]
                place_y[key] = level
        if step > 0:
            needed += 1.0 - min(before, count) / max(before, count)
        before = count
        event_time[step] = begin
        present[step] = count
        total_moved[step] = moves / keys
        least[step] = needed
    most = 0
    for i in range(height.shape[0]):
        most = max(most, height[i])
    for key in range(keys):
        last = key * FRAMES_PER_KEY + FRAMES_PER_KEY - 1
        when[last] = (STEPS + 2) * pause
        x[last] = x[last - 1]
        y[last] = y[last - 1]
    summary[0] = moves / keys
    summary[1] = needed
    summary[2] = most * before / keys
