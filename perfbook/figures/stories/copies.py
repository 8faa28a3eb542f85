"""Chapter 3, section 6: quorums that meet, and quorums that may miss."""

import numpy as np

from perfbook import quorum as model
from perfbook.explore import Explorable, Slider

POINTS, STEP, TRIALS = 101, 2.0, 12_000
SIDE = model.MOST_COPIES
EDGES = np.arange(SIDE + 1) + 0.5


def draw_quorum(picture):
    grid, curve = picture.panels(
        dict(
            x="read asks R",
            y="write waits for W",
            xlim=(0.5, SIDE + 0.5),
            ylim=(0.5, SIDE + 0.5),
            title="beyond the red steps R + W > N",
        ),
        dict(x="read begins after the acknowledgement, ms", y="reads that miss the write", xlim=(0, 200), ylim=(0, 1)),
    )
    grid.ax.set(xticks=range(1, SIDE + 1), yticks=range(1, SIDE + 1))
    grid.ax.grid(False)
    grid.heat(EDGES, EDGES, "grid", low=0, high=0.9)
    grid.line("edge_read", "edge_write", color="danger", width=3)
    grid.dots("chosen[0]", "chosen[1]", color="simulation", size=10)
    curve.line("times", "missed", color="simulation", width=2.5)
    curve.line("times", "exact", color="theory", width=2)
    curve.rule(x="since", color="ink", width=1)
    curve.text(196, 0.93, "messages take no time (exact)", color="theory", align="right")
    curve.text(196, 0.85, "as set (simulated)", color="simulation", align="right")


quorum = Explorable(
    "quorum",
    kernel=model.quorum_figure,
    sliders=[
        Slider("copies", "copies N", 1, SIDE, step=1, value=5),
        Slider("read", "a read asks R", 1, SIDE, step=1, value=1),
        Slider("write", "a write waits for W", 1, SIDE, step=1, value=1),
        Slider("spread", "a write takes to a copy, mean", 1, 200, step=1, value=40, unit="ms"),
        Slider("message", "another message, mean", 0, 50, step=1, value=2, unit="ms"),
        Slider("since", "the read begins after", 0, 200, step=2, value=20, unit="ms"),
        Slider("down_percent", "a copy is down, % of the time", 0, 40, step=0.5, value=0),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"step": STEP, "trials": TRIALS},
    outputs={"times": POINTS, "exact": POINTS, "missed": POINTS, "grid": SIDE**2, "edge_read": 2 * SIDE,
             "edge_write": 2 * SIDE, "chosen": 2, "now": 10},
    scratch={"totals": 4, "landed": SIDE, "ordered": SIDE, "asked": SIDE, "state": 4},
    while_dragging={"trials": 2500},
    draw=draw_quorum,
    readouts={
        "missed": "N = {copies:.0f}, R = {chosen[0]:.0f}, W = {chosen[1]:.0f}: a read misses the write in {now[0]:.2%} of the cases "
        "at once, {now[1]:.2%} after {since:.0f} ms, {now[2]:.2%} for good (until a repair)",
        "overlap": "R + W > N: {now[7]:=no|yes}; copies that are sure to have it: {now[9]:.0f} of the {chosen[0]:.0f} asked; two "
        "writes meet (W > N/2): {now[8]:=no|yes}",
        "cost": "Mean wait: write {now[5]:.1f} ms, read {now[6]:.1f} ms; refused: writes {now[4]:.3%}, reads {now[3]:.3%}",
    },
    alt="A grid of R and W with the share of reads that miss the last write, and that share by the time since. With "
    "R = {chosen[0]:.0f} and W = {chosen[1]:.0f} of {copies:.0f} copies it is {now[0]:.0%} at once and {now[1]:.0%} after "
    "{since:.0f} ms.",
    caption="Beyond the red steps nothing is missed, however slow the copies; on the near side a miss gets rarer with time and "
    "never impossible. The lighter a square, the more is missed at the time of the dashed line beside the curves.",
    presets={
        "two and two of three": {"copies": 3, "read": 2, "write": 2},
        "write all, read one": {"read": 1, "write": 5},
        "one copy in ten is down": {"down_percent": 10, "since": 200},
        "three and three of five": {"read": 3, "write": 3},
    },
)  # fmt: skip
