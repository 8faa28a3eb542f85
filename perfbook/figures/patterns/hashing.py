"""Chapter 2, section 3: the ring, its virtual nodes, four other schemes, bounded loads, and keys that travel."""

import numpy as np

from perfbook import hashring, ringmoves
from perfbook import placement as schemes
from perfbook.explore import Challenge, Explorable, Player, Slider

# ---- The ring ----

NODES, VIRTUAL, WEIGHT, KEYS = 16, 150, 4, 600
PLACES = NODES + 1
SLOTS = (PLACES + WEIGHT - 1) * VIRTUAL
PARTS = (("limit", 0), ("theory", 1), ("danger", 2))


def draw_ring(picture):
    circle, bars = picture.panels(
        dict(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3)),
        dict(x="node", y="share of the ring, over a fair one", xlim=(0.3, PLACES + 0.7), ylim=(0, 4)),
    )
    circle.ax.set_aspect("equal")
    circle.ax.set(xticks=[], yticks=[])
    circle.ax.grid(False)
    circle.ax.set_axis_off()
    for color, part in PARTS:
        circle.dots(f"point_x[{part * SLOTS}:{(part + 1) * SLOTS}]", f"point_y[{part * SLOTS}:{(part + 1) * SLOTS}]",
                    color=color, size=4 if part else 3)  # fmt: skip
        circle.dots(f"key_x[{part * KEYS}:{(part + 1) * KEYS}]", f"key_y[{part * KEYS}:{(part + 1) * KEYS}]",
                    color=color, size=5 if part else 3.5)  # fmt: skip
    circle.text(0, 0.3, "{keys:.0f} keys", align="center")
    circle.text(0, 0, "node {now[8]:.0f}", color="theory", align="center")
    circle.text(0, -0.3, "changes hands", color="danger", align="center")
    bars.ax.set(xticks=[1, 4, 8, 12, 16])
    bars.bars(np.arange(1, PLACES + 1), "after", width=0.8, color="simulation")
    bars.dots(np.arange(1, PLACES + 1), "before", color="limit", size=5)
    bars.rule(y=1, color="theory")
    bars.text(PLACES + 0.5, 3.8, "bars: afterwards", color="simulation", align="right")
    bars.text(PLACES + 0.5, 3.5, "dots: before", color="limit", align="right")
    bars.text(PLACES + 0.5, 1, "fair", color="theory", align="right", offset=(0, 8))


ring = Explorable(
    "ring",
    kernel=ringmoves.ring_picture,
    sliders=[
        Slider("nodes", "nodes N", 2, NODES, step=1, value=5),
        Slider("virtual", "virtual nodes of each, V", 1, VIRTUAL, step=1, value=1),
        Slider("change", "what happens", 0, 2, step=1, value=1, words=("nothing changes", "one more joins", "the last leaves")),
        Slider("weight", "weight of the first node", 1, WEIGHT, step=1, value=1),
        Slider("shown", "node shown in blue", 1, PLACES, step=1, value=2),
        Slider("seed", "ring number", 1, 50, step=1, value=1),
    ],
    inputs={"keys": KEYS},
    outputs={"key_x": 3 * KEYS, "key_y": 3 * KEYS, "point_x": 3 * SLOTS, "point_y": 3 * SLOTS, "before": PLACES,
             "after": PLACES, "now": 9},
    scratch={"who": PLACES, "points": PLACES, "old_ring": SLOTS, "ring": SLOTS, "spare": SLOTS, "digits": hashring.DIGITS},
    draw=draw_ring,
    readouts={
        "moves": "Changes hands: {now[0]:.1%} of the ring and {now[1]:.1%} of these keys; expected {now[2]:.1%}; "
        "modulo would move {now[3]:.1%}",
        "fullest": "Afterwards the fullest node has {now[4]:.2f}× its fair share; a share varies by {now[5]:.0%} of itself",
    },
    alt="Left, a circle of keys with the nodes' points around it; what changes hands is {now[0]:.0%} of it. Right, each "
    "node's share over a fair one, before and after: the fullest has {now[4]:.2f}.",
    caption="Left: the small dots outside are the nodes' points. With one a node, whoever joins takes from one neighbour; "
    "raise V, and the newcomer's arcs are many, thin, and taken from everybody. Right: the bars draw level.",
    presets={
        "150 points": {"virtual": 150, "nodes": 12},
        "one dies": {"change": 2},
        "one dies, 150 points": {"change": 2, "virtual": 150},
        "a node of double size": {"weight": 2, "virtual": 100},
    },
)  # fmt: skip

challenge_ring = Challenge(
    "ring-unlucky",
    of="ring",
    ask="Eight nodes or more, each with the same number of points. Find a ring on which the fullest node still has three times "
    "its fair share after a node has joined.",
    goal={"nodes": (8, 16), "change": (1, 1), "weight": (1, 1), "now[4]": (3, 17)},
    solution={"nodes": 12, "seed": 3},
    hint="Leave V at 1, and try other rings. What has to be true of the gaps between the points?",
)

# ---- Virtual nodes ----

EACH = 2.0 ** np.arange(11)
MOST = 50
POINTS = MOST * int(EACH[-1])


def draw_virtual(picture):
    spread, fullest = picture.panels(
        dict(x="virtual nodes of each, V (log scale)", y="variation of a share (log scale)", xlim=(0.9, 1200),
             ylim=(0.01, 2), xscale="log", yscale="log"),
        dict(x="virtual nodes of each, V (log scale)", y="fullest node over fair", xlim=(0.9, 1200), ylim=(1, 5),
             xscale="log"),
    )  # fmt: skip
    spread.line(EACH, "theory", color="theory")
    spread.dots(EACH, "measured", color="simulation", size=6)
    spread.dots("now[5]", "now[1]", color="ink", size=9)
    spread.text(1.1, 0.0215, "theory", color="theory")
    spread.text(1.1, 0.0125, "simulated rings", color="simulation")
    fullest.line(EACH, "fullest", color="simulation")
    fullest.dots("now[5]", "now[2]", color="ink", size=9)
    fullest.text("now[5]", "now[2]", "{now[2]:.2f}×", color="ink", align="auto", offset=(6, 11))


virtual_nodes = Explorable(
    "virtual-nodes",
    kernel=hashring.virtual_nodes,
    sliders=[
        Slider("nodes", "nodes S", 2, MOST, step=1, value=12),
        Slider("virtual", "virtual nodes of each, V", 1, 1000, step=1, value=150),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"rings": 20, "each": EACH},
    outputs={"theory": EACH.size, "measured": EACH.size, "fullest": EACH.size, "now": 6},
    scratch={"who": MOST, "points": MOST, "ring": POINTS, "spare": POINTS, "digits": hashring.DIGITS, "shares": MOST,
             "found": 2},
    while_dragging={"rings": 2},
    draw=draw_virtual,
    readouts={
        "spread": "A node's share varies by {now[0]:.2%} of itself in theory, {now[1]:.2%} on these rings",
        "fullest": "The fullest node has {now[2]:.3f}× its fair share, on average over rings",
        "price": "Price: {now[3]:,.0f} points in memory, at most {now[4]:.0f} comparisons a lookup",
    },
    alt="Left, the variation of a node's share falls along a straight line on two log scales as virtual nodes are added: "
    "{now[0]:.1%} at {now[5]:.0f}. Right, the fullest node over a fair share falls towards one: {now[2]:.2f}.",
    caption="Left: dots on the line, which is no fit. A tenth of the spread costs a hundred times the points. Right: "
    "what you pay for is the fullest node, and its excess is a small multiple of the spread. Twenty rings a dot.",
    presets={"the episode's 150": {"virtual": 150, "nodes": 12}, "no virtual nodes": {"virtual": 1}},
)  # fmt: skip

challenge_virtual = Challenge(
    "virtual-enough",
    of="virtual-nodes",
    ask="Ten nodes. Set the smallest V at which, by theory, a node's share varies by 5% of itself or less.",
    goal={"nodes": (10, 10), "virtual": (360, 360)},
    solution={"nodes": 10, "virtual": 360},
    hint="(S−1)/(SV+1) = 0.05². Solve for V and round up.",
)

# ---- Five schemes ----

LARGEST = 32
NAMES = list(schemes.SCHEMES)
ROW = np.arange(len(NAMES))


def draw_placement(picture):
    moved, full = picture.panels(
        dict(x="share of the keys that move", xlim=(0, 1.02), ylim=(4.9, -0.6)),
        dict(x="fullest node over the mean", xlim=(1, 1.8), ylim=(4.9, -0.6)),
    )
    for panel in (moved, full):
        panel.ax.set(yticks=ROW)
        panel.ax.set_yticklabels(NAMES)
    moved.boxes(0, "moved", ROW - 0.32, ROW + 0.32, color="simulation")
    moved.boxes(0, "between", ROW - 0.32, ROW + 0.32, color="danger", opacity=0.8)
    moved.rule(x="now[0]", color="theory")
    moved.text("now[0]", -0.48, "the least", color="theory", align="auto", offset=(4, 0))
    moved.text(1.0, 4.6, "of these, in vain", color="danger", align="right")
    full.boxes(1, "fullest", ROW - 0.32, ROW + 0.32, color="simulation")
    for row in ROW:
        full.text(1.78, row, f"{{fullest[{row}]:.3f}}", align="right")


placement = Explorable(
    "placement",
    kernel=schemes.compare_schemes,
    sliders=[
        Slider("before", "nodes before", 1, LARGEST, step=1, value=8),
        Slider("after", "nodes afterwards", 1, LARGEST, step=1, value=9),
        Slider("virtual", "virtual nodes on the ring, V", 1, VIRTUAL, step=1, value=150),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"rows": schemes.ROWS, "keys": 10_000},
    while_dragging={"rows": 2039},
    outputs={**{name: 5 for name in ("moved", "between", "fullest", "deviation")}, "now": 3},
    scratch={
        **{name: LARGEST for name in ("load", "nodes", "points", "words", "skip")},
        **{name: 10_000 for name in ("old", "owner")},
        **{name: LARGEST * VIRTUAL for name in ("ring", "spare")},
        "digits": hashring.DIGITS,
        "table": schemes.ROWS,
    },
    draw=draw_placement,
    readouts={
        "moved": "Moved: modulo {moved[0]:.1%}, ring {moved[1]:.1%}, rendezvous {moved[2]:.1%}, jump {moved[3]:.1%}, Maglev "
        "{moved[4]:.1%}; the least is {now[0]:.1%}",
        "vain": "Between nodes that were there and stayed: modulo {between[0]:.1%}, ring {between[1]:.1%}, rendezvous "
        "{between[2]:.1%}, jump {between[3]:.1%}, Maglev {between[4]:.2%}",
        "spread": "Loads vary by: ring {deviation[1]:.1%}, rendezvous {deviation[2]:.1%}, jump {deviation[3]:.1%}, Maglev "
        "{deviation[4]:.1%}; chance alone gives {now[2]:.1%}",
    },
    alt="Left, the share of keys that move under five schemes: modulo {moved[0]:.0%}, the other four close to the least "
    "possible, {now[0]:.0%}. Right, the fullest node over the mean: {fullest[1]:.2f} on the ring.",
    caption="Left: four schemes lie at the line; modulo only where one number of nodes divides the other. Right: the ring "
    "pays for its freedom with spread. 10,000 keys; 65,537 rows in Maglev's table.",
    presets={
        "8 to 12": {"before": 8, "after": 12},
        "8 to 16": {"before": 8, "after": 16},
        "one leaves": {"before": 9, "after": 8},
        "a bare ring": {"virtual": 1},
    },
)

challenge_placement = Challenge(
    "placement-modulo",
    of="placement",
    ask="Grow by more than one node so that modulo moves as little as the best of the others.",
    goal={"before": (2, 32), "now[0]": (0.01, 0.9), "now[1]": (0.01, 0.5)},
    solution={"before": 8, "after": 16},
    hint="The keys that stay have the same remainder before and after. When is that all that can stay?",
)

# ---- Bounded loads ----

BOUNDED, DEPTH = 40, 200


def draw_bounded(picture):
    panel = picture.panel(x="nodes, fullest first", y="keys over the mean", xlim=(0.3, BOUNDED + 0.7), ylim=(0, 4.4))
    panel.bars(np.arange(1, BOUNDED + 1), "unbounded", width=0.9, color="limit", opacity=0.35)
    panel.bars(np.arange(1, BOUNDED + 1), "height", width=0.6, color="simulation", opacity=0.9)
    panel.rule(y="now[0]", color="danger")
    panel.text(BOUNDED + 0.3, "now[0]", "the cap, {now[0]:.2f}× the mean", color="danger", align="right", offset=(0, 9))
    panel.text(BOUNDED + 0.3, 4.15, "without a cap", color="limit", align="right")
    panel.text(BOUNDED + 0.3, 3.8, "with it", color="simulation", align="right")


bounded = Explorable(
    "bounded-loads",
    kernel=hashring.bounded_loads,
    sliders=[
        Slider("slack", "cap c, times the mean", 1, 3, step=0.05, value=1.25),
        Slider("nodes", "nodes n", 2, BOUNDED, step=1, value=20),
        Slider("virtual", "virtual nodes of each, V", 1, DEPTH, step=1, value=5),
        Slider("keys", "keys m", 100, 10_000, step=100, value=4000),
        Slider("seed", "ring number", 1, 50, step=1, value=1),
    ],
    outputs={"height": BOUNDED, "unbounded": BOUNDED, "now": 6},
    scratch={
        **{name: BOUNDED for name in ("load", "free", "who", "points")},
        **{name: BOUNDED * DEPTH for name in ("ring", "spare")},
        "digits": hashring.DIGITS,
        "steps": 1,
    },
    draw=draw_bounded,
    readouts={
        "fullest": "Fullest node over the mean: {now[1]:.2f} without a cap, {now[2]:.2f} with it (at most {now[5]:,.0f} keys each)",
        "price": "Keys that are not at home: {now[3]:.1%}; points passed by a key on its way: {now[4]:.2f} on average",
    },
    alt="Keys of each node over the mean, fullest first: without a cap up to {now[1]:.2f}, with it {now[2]:.2f}; {now[3]:.0%} "
    "of the keys stand with another node than their first.",
    caption="The cap cuts the left of the picture off and fills the right. At 1.25 most keys are still where the ring put "
    "them; near 1 a late key walks a long way to find room.",
    presets={"tight": {"slack": 1}, "one point a node": {"virtual": 1}, "the cap alone": {"virtual": 1, "slack": 1.1}},
)

challenge_bounded = Challenge(
    "bounded-cheap",
    of="bounded-loads",
    ask="Twenty nodes or more with ten points each or fewer: hold the fullest within 1.3 times the mean, while at most one key in "
    "ten stands away from home.",
    goal={"nodes": (20, 40), "virtual": (1, 10), "now[2]": (0, 1.3), "now[3]": (0, 0.1)},
    solution={"slack": 1.3, "virtual": 10},
    hint="The cap does the holding. What decides how many keys it sends away?",
)

# ---- The player ----

TOKENS, PAUSE, LEVELS = 160, 4.0, 60
KINDS = ("simulation", "danger")  # at rest, on its way to another node


def draw_player(picture):
    stacks, share = picture.rows(
        dict(x="node", y="keys", xlim=(0.3, ringmoves.MOST_NODES + 0.7), ylim=(-1, LEVELS)),
        dict(x="time, s", y="moves per key", xlim=(0, (ringmoves.STEPS + 1) * PAUSE), ylim=(0, 6)),
        heights=[1.6, 1],
    )
    stacks.ax.set(xticks=range(1, ringmoves.MOST_NODES + 1))
    stacks.tokens(KINDS, size=5)
    share.line("event_time", "total_moved", color="danger", steps=True)
    share.line("event_time", "least", color="theory", dashed=True, steps=True)
    share.rule(x="now")
    share.text(0.5, 5.3, "so far", color="danger")
    share.text(0.5, 4.3, "the least possible", color="theory")


ring_player = Player(
    "ring-player",
    kernel=ringmoves.ring_tracks,
    sliders=[
        Slider("scheme", "scheme", 0, 4, step=1, value=1, words=tuple(NAMES)),
        Slider("script", "what happens", 0, 3, step=1, value=0,
               words=("nodes join", "the last leaves", "the first leaves", "one goes and comes back")),
        Slider("virtual", "virtual nodes on the ring, V", 1, VIRTUAL, step=1, value=50),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"keys": TOKENS, "rows": 2039, "pause": PAUSE},
    scratch={
        **{name: ringmoves.MOST_NODES for name in ("nodes", "height", "points", "words", "skip")},
        **{name: TOKENS for name in ("owner", "place_x", "place_y")},
        **{name: ringmoves.MOST_NODES * VIRTUAL for name in ("ring", "spare")},
        "digits": hashring.DIGITS,
        "table": 2039,
    },
    outputs={
        "first": TOKENS + 1,
        **{name: TOKENS * ringmoves.FRAMES_PER_KEY for name in ("when", "x", "y", "kind")},
        **{name: ringmoves.STEPS + 1 for name in ("event_time", "present", "total_moved", "least")},
        "summary": 3,
    },
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={"there": ("event_time", "present"), "gone": ("event_time", "total_moved"), "must": ("event_time", "least")},
    end=(ringmoves.STEPS + 1) * PAUSE,
    still=PAUSE + 0.5 * ringmoves.GLIDE,
    speed=1,
    draw=draw_player,
    readouts={
        "now": "At {now:.1f} s: {there:.0f} nodes; moved so far {gone:.2f}× all keys, the least is {must:.2f}×",
        "run": "Whole run: {summary[0]:.2f}× all keys moved, the least is {summary[1]:.2f}×; fullest node at the end "
        "{summary[2]:.2f}× the mean",
    },
    alt="160 keys stand in stacks on {there:.0f} nodes; so far {gone:.2f} times all keys have moved, where {must:.2f} would do.",
    caption="A node joins or leaves every four seconds. On the ring only the newcomer's keys fly. Under modulo nearly all of "
    "them do, past each other, to no one's gain.",
    presets={
        "modulo": {"scheme": schemes.MODULO},
        "jump, and the first node dies": {"scheme": schemes.JUMP, "script": ringmoves.FIRST_LEAVES},
        "Maglev": {"scheme": schemes.MAGLEV},
        "one point a node": {"virtual": 1},
    },
)  # fmt: skip
