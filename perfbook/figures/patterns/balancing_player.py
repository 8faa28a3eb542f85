"""Chapter 2, section 2: the player of a load balancer."""

from perfbook import balancetracks as tracks
from perfbook.explore import Player, Slider
from perfbook.policies import POLICIES
from perfbook.tracks import FRAMES_PER_TOKEN

from .balancing import room

REQUESTS, HORIZON, SERVERS, MOMENTS = 420, 40.0, 8, 160
KINDS = ("danger", "simulation", "ink")  # waits, is served, fails


def draw_balancer(picture):
    floor, counts = picture.rows(
        dict(xlim=(-1, 14.5), ylim=(-0.7, SERVERS - 0.3)),
        dict(x="time, s", y="in flight", xlim=(0, HORIZON), ylim=(0, 60)),
        heights=[1.5, 1],
    )
    floor.ax.set(xticks=[0, 6, tracks.DOOR], xticklabels=["balancer", "waiting", "served"], yticks=range(SERVERS))
    floor.ax.set_yticklabels([str(j + 1) for j in range(SERVERS)])
    floor.ax.set_ylabel("server")
    floor.boxes(tracks.DOOR - 0.45, tracks.DOOR + 0.45, -0.5, "summary[2]", color="limit", opacity=0.25)
    floor.boxes(-0.4, 0.4, -0.5, "summary[2]", color="theory", opacity=0.2)
    floor.tokens(KINDS, size=6.5 if picture.narrow else 8)
    counts.boxes("sick[0]", "sick[1]", 0, 60, color="danger", opacity=0.2)
    counts.line("moments", "inside", color="simulation", steps=True)
    counts.rule(x="now")


balancer = Player(
    "balancer",
    kernel=tracks.balancer_tracks,
    sliders=[
        Slider("policy", "policy", 0, 8, step=1, value=1, words=POLICIES),
        Slider("load", "load, if all are well", 0.1, 0.95, step=0.01, value=0.7),
        Slider("servers", "servers n", 2, SERVERS, step=1, value=6),
        Slider(
            "fault",
            "server 1, for 15 s",
            0,
            3,
            step=1,
            value=1,
            words=("is well", "slows to a quarter", "dies and refuses", "dies and hangs"),
        ),
        Slider("at", "from", 0, 25, step=0.5, value=10, unit="s"),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"horizon": HORIZON},
    outputs={
        "first": REQUESTS + 1,
        **{name: REQUESTS * FRAMES_PER_TOKEN for name in ("when", "x", "y", "kind")},
        **{name: MOMENTS for name in ("moments", "inside", "half", "late")},
        "summary": 4,
        "sick": 2,
    },
    workspace={**room(SERVERS, REQUESTS, 40), "answered": REQUESTS},
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={"flight": ("moments", "inside"), "p50": ("moments", "half"), "p99": ("moments", "late")},
    end=HORIZON,
    still=22,
    speed=2,
    draw=draw_balancer,
    readouts={
        "now": "At {now:.1f} s: {flight:.0f} in flight; so far p50 {p50:duration|none}, p99 {p99:duration|none, or failed}",
        "run": "Whole run: {summary[0]:.0f} requests, {summary[1]:.0f} failed; longest line met by a newcomer "
        "{summary[3]:.0f}",
    },
    alt="Requests go from the balancer to the lines of {servers:.0f} servers; at {now:.1f} s {flight:.0f} are in flight. "
    "{summary[1]:.0f} of {summary[0]:.0f} fail in the run.",
    caption="Round robin feeds a sick server as if nothing were. A service takes 1 s on average; a health check comes "
    "every 3 s and finds the dead, not the slow. Red waits, orange is served, dark goes back with an error.",
    presets={
        "least connections": {"policy": 3},
        "two choices": {"policy": 4},
        "least connections, dies and refuses": {"policy": 3, "fault": 2},
        "least connections, dies and hangs": {"policy": 3, "fault": 3},
        "all well": {"fault": 0},
    },
)
