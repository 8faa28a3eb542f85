"""Chapter 2, section 4: who holds the address in a group of routers."""

from perfbook import vrrpgroup as model
from perfbook.explore import Challenge, Explorable, Slider
from perfbook.rng import STATE_SIZE

HORIZON = 60.0
BOXES = ("begin", "end", "low", "high", "bad_begin", "bad_end", "bad_low", "bad_high")


def draw_vrrp(picture):
    panel = picture.panel(x="time, s", xlim=(0, HORIZON), ylim=(-0.6, 4.9))
    panel.ax.set(yticks=range(5), yticklabels=["several", "nobody", "router 3", "router 2", "router 1"])
    panel.ax.grid(False, axis="y")
    panel.boxes("fail_at", "now[10]", -0.6, 4.9, color="limit", opacity=0.25)
    panel.boxes("begin", "end", "low", "high", color="simulation", opacity=0.9)
    panel.boxes("bad_begin", "bad_end", "bad_low", "bad_high", color="danger", opacity=0.9)
    panel.rule(y=1.5, color="ink", dashed=False, width=0.8)
    panel.text("fail_at", 4.65, "{fault:=crash|shutdown|cut off}", color="ink", size=9, offset=(3, 0))


vrrp = Explorable(
    "vrrp",
    kernel=model.vrrp_run,
    sliders=[
        Slider("routers", "routers", 2, 3, step=1, value=3),
        Slider("priority_1", "priority of router 1", 1, 255, step=1, value=200),
        Slider("priority_2", "priority of router 2", 1, 255, step=1, value=100),
        Slider("interval", "advertisement interval", 0.1, 5, step=0.1, value=1, unit="s"),
        Slider("version", "version of the protocol", 2, 3, step=1, value=2, words=("2", "3")),
        Slider("preempt", "a higher priority takes over", 0, 1, step=1, value=1, words=("no", "yes")),
        Slider("loss", "advertisements lost", 0, 0.9, step=0.01, value=0),
        Slider("fault", "the master's fault", 0, 2, step=1, value=0, words=model.FAULTS),
        Slider("fail_at", "fault at", 1, 30, step=0.1, value=10, unit="s"),
        Slider("fault_for", "fault lasts", 0, 60, step=0.5, value=20, unit="s"),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"priority_3": 50, "delay": 0.001, "horizon": HORIZON},
    outputs={**{name: model.PERIODS for name in BOXES}, "now": 11},
    scratch={
        **{name: model.MOST_ROUTERS for name in ("priority", "state", "down_at", "say_at", "since")},
        **{name: model.IN_FLIGHT for name in ("sent_at", "sent_by", "sent_priority")},
        "stream": STATE_SIZE,
    },
    draw=draw_vrrp,
    readouts={
        "wait": "Silence until takeover: router 1 {now[4]:.3f} s, router 2 {now[5]:.3f} s, router 3 {now[6]:.3f} s",
        "takeover": "From the fault until another router is master: {now[3]:duration|never in this run}",
        "outage": "Nobody is master for {now[0]:.3f} s, several are for {now[1]:.3f} s; the master changes {now[2]:.0f} times",
    },
    alt="Lanes of three routers over 60 s, filled while a router is master, and below them lanes of the times when nobody and "
    "when several are. Fault at {fail_at:.1f} s. Nobody is master for {now[0]:.3f} s, several are for {now[1]:.3f} s.",
    caption="The upper lanes are fine as long as one of them is filled. The two lanes below the line should be empty.",
    presets={
        "an orderly shutdown": {"fault": 1},
        "the master is cut off": {"fault": 2},
        "one in three lost": {"loss": 0.33, "fault_for": 0},
        "ten a second": {"interval": 0.1, "version": 3},
        "no preemption": {"preempt": 0},
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
        "now[3]": (0, 0.5),
        "now[1]": (0, 0.01),
        "loss": (0, 0),
    },
    solution={"version": 3, "interval": 0.1},
    hint="In version 2 the skew is in seconds whatever the interval. In version 3 it shrinks with it.",
)

challenge_split = Challenge(
    "vrrp-split",
    of="vrrp",
    ask="Nothing fails (fault lasts 0 s, an orderly shutdown). Find a loss at which this run has several masters for more than "
    "a second, with the interval at 1 s.",
    goal={"fault": (1, 1), "fault_for": (0, 0), "interval": (1, 1), "now[1]": (1, 60)},
    solution={"fault": 1, "fault_for": 0, "loss": 0.8},
    hint="A second master appears when a listener misses three advertisements in a row. It leaves when it hears one.",
)
