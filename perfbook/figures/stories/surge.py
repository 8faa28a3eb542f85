"""Chapter 3, section 4: every interleaving of a few processes that change one price."""

import numpy as np

from perfbook import interleavetracks as tracks
from perfbook import surge as model
from perfbook.explore import Challenge, Explorable, Player, Slider

LIBRARY, FIRST = model.library()
STATES = 12_000  # of the largest setting, with room
WIDEST = 4 * (2 + 2 * 2) + 2 + 1
PLAYER_WIDEST = max(WIDEST, 2 * (2 + 3 * 2) + 2 * 7 + 1)
ROWS = 65  # sets and orders of up to four processes
FACTORS = [np.array(column) for column in zip(*model.OPERATIONS.values(), strict=True)]


def room(states, width, cells, processes=4):
    """Places for the states of a system."""
    return {
        "shape": 7,
        "starts": processes,
        "ends": processes,
        "states": (states + 1) * width,
        "after": (states + 1) * processes,
        "ways": states + 1,
        "slots": 2 * states,
        "bad": states + 1,
        "found": 3,
        "finals": ROWS * (1 + cells),
        "pair": 2 * width,
        "waiting": processes,
    }


def draw_interleavings(picture):
    panel = picture.panel(
        x="increases it holds; above: the price" if picture.narrow else "increases that the final price holds",
        y="share of all schedules",
        xlim=(-0.6, 4.6),
        ylim=(0, 1.22),
    )
    panel.ax.set_xticks(range(tracks.RUNGS))
    panel.ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    places = np.arange(1.0 * tracks.RUNGS)
    panel.bars(places, "right", width=0.62, color="theory")
    panel.bars(places, "wrong", width=0.62, color="danger")
    for j in range(tracks.RUNGS):
        panel.text(j, f"top[{j}]", f"{{top[{j}]:.2%| }}", align="center", offset=(0, 8))
        panel.text(j, 1.15, f"{{ladder[{j}]:.3f| }}", align="center", color="ink")
    if not picture.narrow:
        panel.text(-0.55, 1.15, "price", size=9)


interleavings = Explorable(
    "interleavings",
    kernel=tracks.interleavings_figure,
    sliders=[
        Slider("processes", "processes", 2, 4, step=1, value=4),
        Slider("method", "protection", 0, 4, step=1, value=0, words=("none", "lock", "CAS, value", "CAS, version", "atomic")),
        Slider("operation", "new price", 0, 2, step=1, value=0, words=("old × 1.5", "old + 1", "√(9/1), old ignored")),
        Slider("looks", "steps before the read", 0, 1, step=1, value=1),
        Slider("retries", "tries again before it gives up", 0, 3, step=1, value=3),
    ],
    inputs={"library": LIBRARY, "first": FIRST, "memory": np.array([model.START]), "times": FACTORS[0], "plus": FACTORS[1]},
    outputs={"ladder": tracks.RUNGS, "right": tracks.RUNGS, "wrong": tracks.RUNGS, "top": tracks.RUNGS, "now": 8},
    workspace=room(STATES, WIDEST, 1),
    draw=draw_interleavings,
    readouts={
        "count": "{now[0]:,.0f} schedules in {now[4]:,.0f} states, at most {now[5]:.0f} steps; if nobody waited or tried again, "
        "{now[7]:,.0f}",
        "bad": "{now[1]:.2%} of them end wrong: the right price is {now[6]:.3f}. Increases lost: {now[2]:.2f} a schedule, on average",
        "gave": "A process gives up, and says so, in {now[3]:.2%}",
    },
    alt="Bars: the share of all schedules that ends with each price. Of {now[0]:,.0f} schedules {now[1]:.2%} end wrong; "
    "{now[2]:.2f} increases are lost on average.",
    caption="Red has lost an increase without a word, blue is what the processes give one after the other. The shares count "
    "schedules; a real machine does not draw them evenly.",
    presets={
        "two processes": {"processes": 2, "looks": 0},
        "a lock": {"method": 1},
        "compare and swap": {"method": 2},
        "the episode's rule": {"operation": 2},
    },
)  # fmt: skip

END, LONGEST = 25.0, 25
PLAYER_STATES = 8_000
HELD = (
    "moments",
    "step",
    "who",
    "did",
    "price",
    "cell0",
    "cell1",
    "cell2",
    "a0",
    "a1",
    "b0",
    "b1",
    "b2",
    "c0",
    "c1",
    "d0",
    "d1",
)
KINDS = ("theory", "ink", "simulation", "measured", "danger", "limit", "limit", "danger")
CAST = np.array([[0, 0, 30, -1], [31, 32, -1, -1], [33, 34, -1, -1], [35, 35, 35, -1]])
CAST[0, :2] = (2 * 3) * 2  # the plain compare-and-swap of × 1.5
MEMORIES = np.zeros((3, 7))
MEMORIES[0, 0] = MEMORIES[2, 0] = model.START
MEMORIES[1] = [1, 0, 0, 0, 2, 3, 0]
KNOWN = np.array([2, 3, 4.5, 6.75, 10.125, 4, 5, 6, 4 / 3])
WORDS = ":=|" + "|".join(f"{v:.5g}" for v in KNOWN) + "|nobody|driver 1|driver 2|driver 3|tick not raised|tick raised"
PLACES = [  # what the cells are called, by program
    "|".join([first] * 6 + [second] * 2 + [third])
    for first, second, third in (("price", "first free", "price"), ("", "; with A ", "; "), ("", "; with B ", ""))
]
LETTERS = "{{mark[{i}]:=|r|·|w|✓|✗|L|U|✗✗}}"


def draw_player(picture):
    lanes, values = picture.rows(
        dict(xlim=(0, END), ylim=(3.6, -0.6)),
        dict(
            x="time; only the order counts",
            y="price, or driver" if picture.narrow else "price (or first driver)",
            xlim=(0, END),
            ylim=(0, 11),
        ),
        heights=[1.5, 1],
    )
    lanes.ax.set(xticks=[], yticks=range(4))
    lanes.ax.set_yticklabels(list("ABCD"))
    lanes.tokens(KINDS, size=7 if picture.narrow else 9)
    for p, places in enumerate((("a0", "a1"), ("b0", "b1", "b2"), ("c0", "c1"), ("d0", "d1"))):
        lanes.text(END - 0.3, p, "  ".join(f"{{now_{name}{WORDS}}}" for name in places), align="right", offset=(0, -12))
    for i in range(LONGEST):
        lanes.text(f"middle[{i}]", f"lane[{i}]", LETTERS.format(i=i), align="center", size=9, offset=(0, 11))
    values.line("moments", "price", color="simulation", steps=True)
    values.ax.set_yticks([0, 3, 6, 9])
    values.rule(x="now")
    lanes.rule(x="now")


interleaving_player = Player(
    "interleaving-player",
    kernel=tracks.interleaving_player,
    sliders=[
        Slider("program", "program", 0, 8, step=1, value=0, words=(
            "no protection", "a lock", "CAS on the value", "CAS with a version", "one atomic step", "raise, raise, lower by CAS",
            "drivers, CAS", "drivers, CAS with a version", "once a tick, two writes")),
        Slider("operation", "new price", 0, 2, step=1, value=0, words=("old × 1.5", "old + 1", "√(9/1), old ignored")),
        Slider("processes", "processes", 2, 4, step=1, value=2),
        Slider("looks", "steps before the read", 0, 1, step=1, value=0),
        Slider("show", "show", 0, 1, step=1, value=1, words=("by number", "a shortest bad one")),
        Slider("part", "number: which hundred, 0 to 1", 0, 1, step=0.000001, value=0),
        Slider("ones", "number: which of the hundred", 1, 100, step=1, value=1),
    ],
    inputs={"end": END, "library": LIBRARY, "first": FIRST, "cast": CAST.ravel(), "known": KNOWN, "memories": MEMORIES.ravel()},
    outputs={
        **{name: LONGEST for name in ("lane", "middle", "mark")},
        "begins": LONGEST + 1,
        **{name: 2 * LONGEST for name in ("when", "x", "y", "kind")},
        **{name: LONGEST + 1 for name in HELD},
        "summary": 8,
    },
    workspace={
        **room(PLAYER_STATES, PLAYER_WIDEST, 7),
        "memory": 7,
        "shown": tracks.LANES * tracks.SHOWN,
        "paths": PLAYER_STATES + 1,
        "bad_paths": PLAYER_STATES + 1,
        "cost": 4 * (PLAYER_STATES + 1),
        "order": LONGEST,
        "route": LONGEST + 1,
    },
    tracks=("begins", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={f"now_{name}": ("moments", name) for name in HELD[1:]},
    end=END,
    still=16,
    time_unit="",
    speed=2,
    draw=draw_player,
    readouts={
        "schedule": "Schedule {summary[1]:,.0f} of {summary[0]:,.0f}: {summary[3]:=right|wrong}. {summary[4]:,.0f} of them are wrong"
        "{summary[6]:=|; safe within the bound}",
        "now": "Step {now_step:.0f} of {summary[2]:.0f}: {now_who:=nobody yet|A|B|C|D} "
        "{now_did:=|reads|works|writes|swaps|fails to swap, goes back|locks|unlocks|gives up}",
        "memory": f"In memory: {{program:={PLACES[0]}}} {{now_cell0{WORDS}}}{{program:={PLACES[1]}}}{{now_cell1{WORDS}}}"
        f"{{program:={PLACES[2]}}}{{now_cell2{WORDS}}}",
    },
    alt="A lane for each process and a mark for each of {summary[2]:.0f} steps in order; schedule {summary[1]:,.0f} of "
    "{summary[0]:,.0f} ends {summary[3]:=right|wrong}.",
    caption="r reads, w writes, a dot works on its own, ✓ swaps, ✗ fails to, ✗✗ gives up, L and U lock and unlock. Under a lane "
    "stands what its process holds. Up to 100 million schedules each has its place on the two sliders of the number.",
    presets={
        "one after the other": {"show": 0},
        "a shortest bad one": {"show": 1},
        "ABA on a price": {"program": 5, "show": 0, "part": 0.0028, "ones": 46},
        "ABA on a free list": {"program": 6},
        "the same with a version": {"program": 7},
        "the episode's 4.5": {"program": 8},
    },
)  # fmt: skip

challenge_interleavings_atomic = Challenge(
    "interleavings-few",
    of="interleavings",
    ask="Keep four processes, a step before the read, and old × 1.5. Bring the schedules that end wrong to none and the number of all "
    "schedules under 10,000.",
    goal={"processes": (4, 4), "looks": (1, 1), "operation": (0, 0), "now[1]": (0, 0), "now[0]": (1, 10_000)},
    solution={"method": 4},
    hint="A lock leaves 41,496 schedules, because others may still look around while one holds it. What has fewer "
    "steps to come between?",
)

challenge_interleavings_give_up = Challenge(
    "interleavings-give-up",
    of="interleavings",
    ask="Four processes raise by × 1.5 with a compare-and-swap that gives up. Find a setting in which a process gives "
    "up in more than half, "
    "but in less than nine tenths, of all schedules, and nothing is lost without a word.",
    goal={"processes": (4, 4), "operation": (0, 0), "method": (2, 3), "now[3]": (0.5, 0.9), "now[1]": (0, 0)},
    solution={"method": 3, "retries": 2},
    hint="A swap fails only if another has succeeded. How often can that happen to one of four?",
)

challenge_interleaving_one_lost = Challenge(
    "interleaving-one-lost",
    of="interleaving-player",
    ask="Show by number: three processes without protection, no step before the read, old × 1.5. Find a schedule that "
    "loses exactly one of "
    "the three increases.",
    goal={
        "program": (0, 0),
        "processes": (3, 3),
        "looks": (0, 0),
        "operation": (0, 0),
        "show": (0, 0),
        "price[9]": (4.5, 4.5),
    },
    solution={"processes": 3, "show": 0, "ones": 2},
    hint="Number 1 is one after the other. The next numbers differ from it at the end.",
)
