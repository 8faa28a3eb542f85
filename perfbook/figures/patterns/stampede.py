"""Chapter 2, section 1: a hot key expires."""

from perfbook import stampede as model
from perfbook.explore import Challenge, Explorable, Slider

KEYS, HORIZON, POINTS = 20, 60.0, 601
MOST_RATE = 40
PLACES = 50_000  # requests of the busiest setting, and six standard deviations more
MOST = 3000


def draw_stampede(picture):
    panel = picture.panel(
        x="time, s",
        y="recomputations under way (log)",
        xlim=(0, HORIZON),
        ylim=(model.EMPTY, MOST),
        yscale="log",
    )
    panel.line("times", "alone", color="danger", width=3.2, steps=True)
    panel.line("times", "helped", color="simulation", width=1.6, steps=True)
    panel.rule(y="workers", color="limit", width=1)
    panel.text(0.6, "workers", "workers", color="limit", offset=(0, 7))
    panel.text(HORIZON - 0.6, 1900, "no cure", color="danger", align="right")
    panel.text(
        HORIZON - 0.6,
        1000,
        "{policy:=no cure, with jitter|the first recomputes|early|early, the first only|stale meanwhile}",
        color="simulation",
        align="right",
    )


stampede = Explorable(
    "stampede",
    kernel=model.stampede_figure,
    sliders=[
        Slider("policy", "cure", 0, 4, step=1, value=0, words=("none", "coalesce", "early", "both", "stale")),
        Slider("rate", "requests to each key", 1, MOST_RATE, step=1, value=20, unit="/s"),
        Slider("recompute", "recomputing takes", 0.1, 2, step=0.1, value=0.5, unit="s"),
        Slider("ttl", "time to live", 5, 40, step=1, value=20, unit="s"),
        Slider("beta", "β of early recomputation", 0.25, 4, step=0.25, value=1),
        Slider("jitter_percent", "jitter, % of the time to live", 0, 100, step=5, value=0),
        Slider("workers", "workers of the origin", 1, 100, step=1, value=20),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={"keys": KEYS, "horizon": HORIZON},
    outputs={"times": POINTS, "alone": POINTS, "helped": POINTS, "now": 11},
    scratch={"totals": 8, "state": 4},
    workspace={
        "expiry": KEYS,
        "took": KEYS,
        "ready": KEYS,
        "pending": KEYS,
        "job_key": PLACES,
        "job_start": PLACES,
        "job_end": PLACES,
    },
    draw=draw_stampede,
    readouts={
        "alone": "No cure: {now[0]:,.0f} recomputations in a minute, {now[8]:.2f} a refresh, at most {now[1]:,.0f} at once; longest "
        "wait {now[3]:duration}",
        "helped": "As set: {now[4]:,.0f} recomputations, {now[9]:.2f} a refresh, at most {now[5]:,.0f} at once; longest wait "
        "{now[7]:duration}",
        "waited": "{now[2]:.2%} of the requests waited without a cure, {now[6]:.2%} as set; {now[10]:.2%} got an old value",
    },
    alt="Recomputations under way over a minute, without a cure and as set. At most {now[1]:,.0f} at once without and "
    "{now[5]:,.0f} as set, for {workers:.0f} workers.",
    caption="Twenty keys, all filled at time 0 and so all expired together. Above the dashed line the origin has a queue. The "
    "bottom of the axis is none.",
    presets={
        "coalesce": {"policy": 1},
        "early": {"policy": 2},
        "early, coalesced, jitter": {"policy": 3, "jitter_percent": 50},
        "an origin too small": {"workers": 3},
    },
)

challenge_stampede = Challenge(
    "stampede-cure",
    of="stampede",
    ask="Keep 20 requests a second to each key, half a second to recompute, lives of at most 20 s, and run 1. Bring the most "
    "recomputations at once to 6 or fewer, and let no more than 0.4% of the requests wait. No old values.",
    goal={"rate": (20, 20), "recompute": (0.5, 0.5), "ttl": (20, 20), "seed": (1, 1), "now[5]": (0, 6),
          "now[6]": (0, 0.004), "now[10]": (0, 0)},
    solution={"policy": 3, "jitter_percent": 60},
    hint="One cure keeps one key from being recomputed many times, another keeps many keys apart, and a third has the work "
    "done before anybody needs it.",
)  # fmt: skip
