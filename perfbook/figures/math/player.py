"""Chapter 1, section 4: the player of an M/M/c queue."""

from perfbook import tracks
from perfbook.explore import Player, Slider

CUSTOMERS = 700
HORIZON = 60.0
KINDS = ("danger", "simulation")  # waiting, in service


def draw_queue(picture):
    room, counts = picture.rows(
        dict(xlim=(-24, 3), ylim=(-0.7, 7.7)),
        dict(x="time, s", y="in the system", xlim=(0, HORIZON), ylim=(0, 40)),
        heights=[1.2, 1],
    )
    room.ax.set(xticks=[-20, -15, -10, -5, 1], xticklabels=["20th", "15th", "10th", "5th", "served"], yticks=range(8))
    room.ax.set_yticklabels([str(j + 1) for j in range(8)])
    room.ax.set_ylabel("server")
    room.ax.set_xlabel("place in line")
    room.boxes(0.5, 1.5, -0.5, "summary[4]", color="limit", opacity=0.25)
    room.tokens(KINDS, size=8)
    counts.line("event_time", "in_system", color="simulation", steps=True)
    counts.rule(x="now")


queue_player = Player(
    "queue-player",
    kernel=tracks.queue_tracks,
    sliders=[
        Slider("arrival_rate", "arrival rate λ", 0.2, 8, step=0.1, value=3.6, unit="/s"),
        Slider("service_rate", "service rate μ of each server", 0.2, 4, step=0.1, value=1, unit="/s"),
        Slider("servers", "servers c", 1, 8, step=1, value=4),
        Slider("seed", "run", 1, 100, step=1, value=1),
    ],
    inputs={"horizon": HORIZON},
    scratch={"state": 4, "free": 8, "start": CUSTOMERS},
    outputs={
        "first": CUSTOMERS + 1,
        **{name: CUSTOMERS * tracks.FRAMES_PER_TOKEN for name in ("when", "x", "y", "kind")},
        **{name: 2 * CUSTOMERS for name in ("event_time", "in_system", "waiting")},
        "summary": 5,
    },
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={"inside": ("event_time", "in_system"), "queue": ("event_time", "waiting")},
    end=HORIZON,
    still=30,
    speed=2,
    draw=draw_queue,
    readouts={
        "now": "At {now:.1f} s: {inside:.0f} in the system, {queue:.0f} of them waiting",
        "run": "Whole run: {summary[0]:.0f} arrivals, {summary[1]:.2f} in the system on average, {summary[3]:.0f} at most",
        "response": "Mean response of those who left: {summary[2]:duration|nobody left}",
    },
    alt="Customers stand in line for the servers; at {now:.1f} s {inside:.0f} are in the system and {queue:.0f} wait.",
    caption="The line grows and drains by itself: nothing about the load changes within a run.",
    presets={"one slow server": {"servers": 1, "arrival_rate": 0.9}, "overload": {"arrival_rate": 4.4}},
)
