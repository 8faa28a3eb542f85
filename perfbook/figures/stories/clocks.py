"""Chapter 3, section 6: what a counter and a vector know of the order of events."""

from perfbook import clockmap
from perfbook.explore import Explorable, Slider

EVENTS, NODES = 20, clockmap.MOST_NODES
NAMES = "ABCDE"


def draw_clocks(picture):
    panel = picture.panel(x="events, in one possible order", xlim=(0.3, EVENTS + 0.7),
                          ylim=(NODES - 0.5, -0.7))  # fmt: skip
    panel.ax.set(yticks=range(NODES), xticks=[1, 5, 10, 15, 20])
    panel.ax.set_yticklabels(NAMES)
    panel.ax.set_ylabel("node")
    panel.line("message_x", "message_y", color="limit", width=1.2)
    panel.dots("marks[0]", "marks[1]", color="ink", size=17)
    panel.dots("marks[2]", "marks[3]", color="limit", size=17, opacity=0.5)
    panel.dots("when", "row", color="ink", size=4)
    size = 8 if picture.narrow else 11
    panel.dots("when", "before", color="theory", size=size)
    panel.dots("when", "after", color="simulation", size=size)
    panel.dots("when", "beside", color="danger", size=size)
    for event in range(EVENTS):
        panel.text(f"when[{event}]", f"row[{event}]", f"{{scalar[{event}]:.0f}}", align="center",
                   offset=(0, 13 if picture.narrow else 14))  # fmt: skip


BLACK, GREY = (", ".join(f"{{now_vector[{NODES * k + node}]:.0f}}" for node in range(NODES)) for k in (0, 1))

clocks = Explorable(
    "clocks",
    kernel=clockmap.clocks_figure,
    sliders=[
        Slider("nodes", "nodes", 2, NODES, step=1, value=4),
        Slider("chatter_percent", "events that may receive a message", 0, 100, step=5, value=50, unit="%"),
        Slider("chosen", "event in black", 1, EVENTS, step=1, value=10),
        Slider("other", "compared with (grey)", 1, EVENTS, step=1, value=14),
        Slider("seed", "history number", 1, 100, step=1, value=1),
    ],
    outputs={"when": EVENTS, "row": EVENTS, "message_x": 3 * EVENTS, "message_y": 3 * EVENTS, "before": EVENTS,
             "after": EVENTS, "beside": EVENTS, "scalar": EVENTS, "vector": NODES * EVENTS, "marks": 4,
             "now": 8, "now_vector": 2 * NODES},
    scratch={"where": EVENTS, "received": EVENTS, "last": NODES, "state": 4},
    draw=draw_clocks,
    readouts={
        "vectors": f"Vectors: black ({BLACK}), grey ({GREY}): black is "
        "{now[0]:=the same event|before grey|after grey|concurrent with grey}",
        "counters": "Counters: black {now[2]:.0f}, grey {now[3]:.0f}: black's is "
        "{now[1]:=equal, so neither is before the other|lower, so grey is not before it|higher, so it is not before grey}",
        "pairs": "Of {now[5]:.0f} pairs of events {now[4]:.0f} are concurrent; {now[6]:.0f} of those have different counters",
    },
    alt="Nodes as rows with {now[5]:.0f} pairs of events and messages between them. Of the pairs {now[4]:.0f} are concurrent. The "
    "chosen event is {now[0]:=the same as|before|after|concurrent with} the other.",
    caption="Blue: what the black event can have heard of. Orange: what can have heard of it. Red: neither, whatever the counter "
    "beside each event says.",
    presets={
        "nobody talks": {"chatter_percent": 0},
        "everybody talks": {"chatter_percent": 100},
        "two nodes": {"nodes": 2},
    },
)  # fmt: skip
