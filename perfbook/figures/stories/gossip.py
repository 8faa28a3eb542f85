"""Chapter 3, section 6: an update told from copy to copy."""

from perfbook import gossip as model
from perfbook.explore import Explorable, Slider

ROUNDS, COPIES, RUNS = 31, 1000, 40


def draw_gossip(picture):
    panel = picture.panel(x="round", y="copies that know, %", xlim=(0, ROUNDS - 1), ylim=(0, 152))
    panel.ax.set_yticks(range(0, 101, 20))
    for way, color in enumerate(("simulation", "theory", "danger")):
        panel.line("rounds", f"known[{way * ROUNDS}:{(way + 1) * ROUNDS}]", color=color, width=2.5)
        panel.line("rounds", f"field[{way * ROUNDS}:{(way + 1) * ROUNDS}]", color="ink", width=1, dashed=True)
    panel.rule(x="now[0]", color="limit", width=1)
    panel.text("now[0]", 146, "log₂N + ln N", color="limit", offset=(4, 0))
    for way, (name, color) in enumerate((("push", "simulation"), ("pull", "theory"), ("both", "danger"))):
        panel.text(
            ROUNDS - 1.3, 133 - 12 * way, f"{name}: {{finished[{3 * way}]:.1f|over 30}}", color=color, align="right"
        )


gossip = Explorable(
    "gossip",
    kernel=model.gossip_figure,
    sliders=[
        Slider("copies", "copies N", 2, COPIES, step=1, value=100),
        Slider("fanout", "others talked to in a round", 1, 5, step=1, value=1),
        Slider("lost_percent", "messages lost", 0, 80, step=1, value=0, unit="%"),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"runs": RUNS},
    outputs={"rounds": ROUNDS, "known": 3 * ROUNDS, "field": 3 * ROUNDS, "finished": 9, "now": 5},
    workspace={"knows": COPIES, "count": ROUNDS, "state": 4},
    while_dragging={"runs": 2},
    draw=draw_gossip,
    readouts={
        "rounds": "Rounds until all know, mean: push {finished[0]:.1f|over 30 in some runs}, pull {finished[3]:.1f|over 30 in some "
        "runs}, both {finished[6]:.1f|over 30 in some runs}",
        "law": "log₂N + ln N = {now[0]:.1f} (push, one other a round, nothing lost); log₃N = {now[1]:.1f}",
        "late": "Runs of "
        + str(RUNS)
        + " that were not done in 30 rounds: push {finished[2]:.0f}, pull {finished[5]:.0f}, both "
        "{finished[8]:.0f}",
    },
    alt="Share of {copies:.0f} copies that know an update, by round, for push, pull and both. All know after "
    "{finished[0]:.1f|over 30}, {finished[3]:.1f|over 30} and {finished[6]:.1f|over 30} rounds on average.",
    caption="Push is fast at the start and slow at the end, when most of what is told is known; pull is fast at the end. Beside "
    "the names: rounds until all know, mean of 40 runs. Dashed curves: each round as if exactly its mean happened.",
    presets={
        "a thousand copies": {"copies": 1000},
        "half the messages lost": {"lost_percent": 50},
        "three others a round": {"fanout": 3},
    },
)
