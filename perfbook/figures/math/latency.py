"""Chapter 1, section 6: where the time of one response goes."""

import numpy as np

from perfbook import latency
from perfbook.explore import Challenge, Choice, Explorable, Number, Slider

ROWS = np.arange(len(latency.PARTS) + 1.0, 1.0, -1.0)
NEW_YORK_LONDON_KM = 5570


def draw_waterfall(picture):
    panel = picture.panel(x="time since the click, ms", xlim=(0, 600), ylim=(0.4, 8.6))
    panel.ax.set_yticks([*ROWS, 1.0], [*latency.PARTS, "the answer"])
    panel.ax.grid(axis="y", visible=False)
    for color, first, last in (
        ("theory", 0, 1),
        ("limit", 1, 4),
        ("danger", 4, 5),
        ("measured", 5, 6),
        ("theory", 6, 7),
    ):
        rows = ROWS[first:last]
        panel.boxes(f"begin_ms[{first}:{last}]", f"end_ms[{first}:{last}]", rows - 0.35, rows + 0.35, color=color)
    for k, row in enumerate(ROWS):
        panel.text(f"end_ms[{k}]", row, f"{{part_s[{k}]:duration}}", align="auto", offset=(5, 0))
    panel.boxes(0, "end_ms[6]", 0.65, 1.35, color="ink", opacity=0.35)
    panel.text("end_ms[6]", 1, "{now[0]:duration}", align="auto", size=12, offset=(5, 0))


waterfall = Explorable(
    "waterfall",
    kernel=latency.waterfall,
    sliders=[
        Slider("distance_km", "distance of the user, one way", 0, 20_000, step=10, value=NEW_YORK_LONDON_KM, unit="km"),
        Slider("stretch", "path over that distance", 1, 3, step=0.05, value=1.3),
        Slider("hops", "routers on the way", 0, 30, step=1, value=15),
        Slider("round_trips", "round trips before the answer", 1, 4, step=1, value=3),
        Slider("payload_kb", "size of the answer", 0, 2000, step=10, value=100, unit="kB"),
        Slider("bandwidth_mbit", "bit rate of the slowest link", 5, 1000, step=5, value=50, unit="Mbit/s"),
        Slider("service_ms", "mean service time S", 1, 200, step=1, value=20, unit="ms"),
        Slider("load", "utilization ρ of the server", 0, 0.98, step=0.01, value=0.6),
        Slider("rounds", "rounds of coordination", 0, 4, step=1, value=1),
        Slider("replica_km", "distance to the replica that must agree", 0, 10_000, step=10, value=300, unit="km"),
    ],
    inputs={"hop_ms": 0.1, "codec_mb_s": 100.0},
    outputs={"begin_ms": 7, "end_ms": 7, "part_s": 7, "now": 8},
    draw=draw_waterfall,
    readouts={
        "total": "Mean response: {now[0]:duration}. The longest part: "
        "{now[4]:=light in fibre|the hops|the bits on the wire|encoding|waiting|service|coordination}, {now[5]:.0%} of it",
        "floor": "Distance sets {now[6]:.0%} of it. One round trip of this network: {now[1]:duration}; light once there and back "
        "along the great circle: {now[2]:duration} in fibre, {now[3]:duration} in vacuum",
        "queue": "Waiting and service together are {now[7]:.2f} service times, 1/(1 − ρ)",
    },
    alt="Seven bars one after the other, from the click to the answer after {now[0]:duration}: light in fibre "
    "{part_s[0]:duration}, hops {part_s[1]:duration}, bits {part_s[2]:duration}, encoding {part_s[3]:duration}, waiting "
    "{part_s[4]:duration}, service {part_s[5]:duration}, coordination {part_s[6]:duration}.",
    caption="Blue is set by distance, and no machine you buy makes it shorter. Red is the only part that grows without bound. "
    "Each hop is taken to cost 0.1 ms a passage, encoding and decoding to run at 100 MB/s each.",
    presets={
        "an open connection": {"round_trips": 1},
        "round the corner": {"distance_km": 50, "hops": 4},
        "a busy server": {"load": 0.95},
        "consensus across the ocean": {"replica_km": 5570, "rounds": 2},
    },
)

challenge_far = Challenge(
    "waterfall-far",
    of="waterfall",
    ask="Your users are 16,000 km away, the path is 1.3 times that, the server is 60% busy, and the answer has 100 kB. Get the "
    "mean response under a quarter of a second.",
    goal={
        "distance_km": (16_000, 20_000),
        "stretch": (1.299, 3),
        "load": (0.6, 1),
        "payload_kb": (100, 2000),
        "now[0]": (0, 0.25),
    },
    solution={"distance_km": 16_000, "round_trips": 1, "service_ms": 5, "bandwidth_mbit": 500},
    hint="Look at what is multiplied by the round trips first; then at what is left of the 250 ms.",
)

predict_distance = Number(
    "predict-distance",
    kind="predict",
    ask="New York and London are 5,570 km apart. What is the shortest round trip that light in fibre allows?",
    answer=2000 * latency.one_way_s(NEW_YORK_LONDON_KM),
    unit="ms",
    tolerance=0.08,
    because="5 µs a kilometre, there and back. Half of it is one way; two thirds of it would be light in vacuum.",
)

WAIT_P99, SERVICE_P99, RESPONSE_P99 = (
    20.0 * np.log(100 * 0.5),
    10.0 * np.log(100),
    20.0 * np.log(100),
)  # M/M/1 at ρ = 0.5, S = 10 ms

check_percentiles = Number(
    "check-percentiles-add",
    ask="An M/M/1 server, S = 10 ms, ρ = 0.5. By how many percent does the p99 of the wait plus the p99 of the service overstate "
    "the p99 of the response?",
    answer=100 * ((WAIT_P99 + SERVICE_P99) / RESPONSE_P99 - 1),
    unit="%",
    tolerance=0.02,
    because="The worst 1% of the waits and the worst 1% of the services seldom meet in one request.",
)

check_round_trips = Number(
    "check-round-trips",
    ask="How long does a new visitor in Sydney wait for 1 MB from London, counting nothing but round trips, over a path twice "
    "the great circle?",
    answer=(2 + latency.slow_start_round_trips(1e6))
    * 2
    * latency.one_way_s(latency.great_circle_km((51.51, -0.13), (-33.87, 151.21)), 2.0),
    unit="s",
    tolerance=0.02,
    because="One round trip for TCP, one for TLS 1.3, and as many as slow start needs for the payload, the request's among them.",
)

quiz_double = Choice(
    "quiz-waterfall-double",
    kind="quiz",
    ask="A model adds service time S to S/(1 − ρ) for the queue. What is wrong?",
    options={
        "Nothing": "At ρ = 0 it says 2S for a server that is always free.",
        "S is counted twice": "Yes: S/(1 − ρ) is the whole response of an M/M/1 server. The wait alone is ρS/(1 − ρ).",
        "ρ should be its square": "ρ²/(1 − ρ) is how many wait, not how long one does.",
    },
    right="S is counted twice",
)

quiz_light = Choice(
    "quiz-waterfall-light",
    kind="quiz",
    ask="A database in another region is 60 ms of round trip away. Which of these can make a read of it take 20 ms?",
    options={
        "A bigger server": "It shortens service and waiting, and no distance.",
        "More bandwidth": "It shortens the bits on the wire. The first bit takes as long as before.",
        "A replica or a cache that is nearer": "Yes. Distance is bought off with copies, and copies with coordination.",
        "HTTP/3": "It saves round trips of connecting. The one that carries the answer stays.",
    },
    right="A replica or a cache that is nearer",
)
