"""Chapter 2, section 4: who holds the address in a group of routers."""

from perfbook import vrrpgroup as model
from perfbook import vrrptracks as tracks
from perfbook.explore import Challenge, Explorable, Player, Slider
from perfbook.rng import STATE_SIZE

HORIZON = 60.0
LETTERS = 400
KINDS = ("simulation", "danger")  # an advertisement that arrives, one that is lost
PLACES = ((0.0, -1.0, 1.0), (1.0, -0.6, -0.6))
GROUP = {
    **{name: model.MOST_ROUTERS for name in ("priority", "state", "down_at", "say_at", "since")},
    **{name: model.IN_FLIGHT for name in ("sent_at", "sent_by", "sent_priority")},
    "stream": STATE_SIZE,
}
MAIL = ("mail_at", "mail_from", "mail_to", "mail_lost")
BOXES = ("begin", "end", "low", "high", "bad_begin", "bad_end", "bad_low", "bad_high")


def draw_lanes(panel):
    panel.ax.set(yticks=range(5), yticklabels=["several", "nobody", "router 3", "router 2", "router 1"])
    panel.ax.grid(False, axis="y")
    panel.boxes("fail_at", "totals[10]", -0.6, 4.9, color="limit", opacity=0.25)
    panel.boxes("begin", "end", "low", "high", color="simulation", opacity=0.9)
    panel.boxes("bad_begin", "bad_end", "bad_low", "bad_high", color="danger", opacity=0.9)
    panel.rule(y=1.5, color="ink", dashed=False, width=0.8)
    panel.text("fail_at", 4.65, "{fault:=crash|shutdown|cut off}", color="ink", size=9, offset=(3, 0))


def draw_vrrp(picture):
    draw_lanes(picture.panel(x="time, s", xlim=(0, HORIZON), ylim=(-0.6, 4.9)))


vrrp = Explorable(
    "vrrp",
    kernel=model.vrrp_run,
    sliders=[
        Slider("fault", "the master's fault", 0, 2, step=1, value=0, words=model.FAULTS),
        Slider("fault_for", "fault lasts", 0, 60, step=0.5, value=20, unit="s"),
        Slider("fail_at", "fault at", 1, 30, step=0.1, value=10, unit="s"),
        Slider("interval", "advertisement interval", 0.1, 5, step=0.1, value=1, unit="s"),
        Slider("version", "version of the protocol", 2, 3, step=1, value=2),
        Slider("loss", "advertisements lost", 0, 0.9, step=0.01, value=0),
        Slider("preempt", "a higher priority takes over", 0, 1, step=1, value=1, words=("no", "yes")),
        Slider("routers", "routers", 2, 3, step=1, value=3),
        Slider("priority_1", "priority of router 1", 1, 255, step=1, value=200),
        Slider("priority_2", "priority of router 2", 1, 255, step=1, value=100),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"priority_3": 50, "delay": 0.001, "horizon": HORIZON},
    outputs={**{name: model.PERIODS for name in BOXES}, "totals": 12},
    scratch={**GROUP, **{name: 1 for name in MAIL}},
    draw=draw_vrrp,
    readouts={
        "wait": "Silence until takeover: router 1 {totals[4]:.3f} s, router 2 {totals[5]:.3f} s, router 3 {totals[6]:.3f} s",
        "takeover": "From the fault until another router is master: {totals[3]:duration|never in this run}",
        "outage": "Nobody is master for {totals[0]:.3f} s, several are for {totals[1]:.3f} s; the master changes {totals[2]:.0f} times",
    },
    alt="Lanes of three routers over 60 s, filled while a router is master, and below them lanes of the times when nobody and "
    "when several are. Fault at {fail_at:.1f} s. Nobody is master for {totals[0]:.3f} s, several are for {totals[1]:.3f} s.",
    caption="The upper lanes are fine as long as one of them is filled. The two lanes below the line should be empty.",
    presets={
        "an orderly shutdown": {"fault": 1},
        "the master is cut off": {"fault": 2},
        "one in three lost": {"loss": 0.33, "fault": 2, "fault_for": 0},
        "ten a second": {"interval": 0.1, "version": 3},
        "no preemption": {"preempt": 0},
    },
)


def draw_player(picture):
    room, lanes = picture.rows(
        dict(xlim=(-2.2, 2.2), ylim=(-1.3, 1.7)),
        dict(x="time, s", xlim=(0, HORIZON), ylim=(-0.6, 4.9)),
        heights=[1.2, 1],
    )
    room.ax.set(xticks=[], yticks=[])
    for side in ("left", "bottom"):
        room.ax.spines[side].set_visible(False)
    for router in range(3):
        x, y = (row[router] for row in PLACES)
        room.dots(x, f"ring{router + 1}", color="simulation", size=40, opacity=0.5)
        room.dots(x, y, color="ink", size=18)
        side, align = ((1, "left"), (-1, "right"), (1, "left"))[router]
        room.text(x, y, f"router {router + 1}", align=align, offset=(26 * side, 6))
        state = f"{{role{router + 1}:=listens|holds it|down}}"
        room.text(x, y, state, align=align, offset=(26 * side, -7), size=9)
    room.tokens(KINDS, size=8)
    draw_lanes(lanes)
    lanes.rule(x="now")


vrrp_player = Player(
    "vrrp-player",
    kernel=tracks.vrrp_tracks,
    sliders=[
        Slider("fault", "the master's fault", 0, 2, step=1, value=0, words=model.FAULTS),
        Slider("fault_for", "fault lasts, from 10 s on", 0, 40, step=0.5, value=20, unit="s"),
        Slider("preempt", "a higher priority takes over", 0, 1, step=1, value=1, words=("no", "yes")),
        Slider("loss", "advertisements lost", 0, 0.9, step=0.01, value=0),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={
        "routers": 3,
        "priority_1": 200,
        "priority_2": 100,
        "priority_3": 50,
        "interval": 1.0,
        "version": 2,
        "fail_at": 10.0,
        "delay": 0.001,
        "horizon": HORIZON,
        "place_x": PLACES[0],
        "place_y": PLACES[1],
    },
    outputs={
        **{name: model.PERIODS for name in BOXES},
        "totals": 12,
        "first": LETTERS + 1,
        **{name: 2 * LETTERS for name in ("when", "x", "y", "kind")},
        **{f"{name}_{r}": 2 * model.PERIODS + 4 for name in ("time", "role", "ring") for r in (1, 2, 3)},
    },
    scratch={**GROUP, **{name: LETTERS for name in MAIL}},
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={
        **{f"role{r}": (f"time_{r}", f"role_{r}") for r in (1, 2, 3)},
        **{f"ring{r}": (f"time_{r}", f"ring_{r}") for r in (1, 2, 3)},
    },
    end=HORIZON - 0.1,  # at the horizon itself everybody has let go
    still=9.4,
    speed=2,
    draw=draw_player,
    readouts={
        "state": "At {now:.1f} s router 1 {role1:=listens|holds the address|is down}, router 2 {role2:=listens|holds it|is "
        "down}, router 3 {role3:=listens|holds it|is down}",
        "outage": "Whole run: nobody for {totals[0]:.3f} s, several for {totals[1]:.3f} s",
    },
    alt="Three routers in a triangle, advertisements moving from the one that holds the address to the others.",
    caption="Watch the three seconds after the fault: nothing moves, and everybody waits for somebody else's timer.",
    presets={
        "an orderly shutdown": {"fault": 1},
        "the master is cut off": {"fault": 2},
        "half of them lost": {"loss": 0.5, "fault": 2, "fault_for": 0},
    },
)

challenge_second = Challenge(
    "vrrp-half-a-second",
    of="vrrp",
    ask="The master crashes. Without touching priorities or losses, get another master within half a second, and never two "
    "at once for more than 10 ms.",
    goal={
        "priority_1": (200, 200),
        "priority_2": (100, 100),
        "fault": (0, 0),
        "totals[3]": (0, 0.5),
        "totals[1]": (0, 0.01),
        "loss": (0, 0),
    },
    solution={"version": 3, "interval": 0.1},
    hint="In version 2 the skew is in seconds whatever the interval. In version 3 it shrinks with it.",
)

challenge_split = Challenge(
    "vrrp-split",
    of="vrrp",
    ask="Nothing fails: the master is cut off for 0 s. Find a loss at which this run has several masters for more than a "
    "second, with the interval at 1 s.",
    goal={"fault": (2, 2), "fault_for": (0, 0), "interval": (1, 1), "totals[1]": (1, 60)},
    solution={"fault": 2, "fault_for": 0, "loss": 0.8},
    hint="A second master appears when a listener misses three advertisements in a row. It leaves when it hears one.",
)
