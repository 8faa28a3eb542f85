"""Chapter 3, section 1: the page that asked 68 times."""

import numpy as np

from perfbook import roundtrips
from perfbook.explore import Challenge, Explorable, Slider

TRIPS_MS = np.logspace(-4, 2, 61)
PRODUCTS = np.arange(101.0)
ROW = 1e-6
NORMAL_MS, SLOW_MS = 1000 * roundtrips.NORMAL, 1000 * roundtrips.SLOW


def draw_n_plus_one(picture):
    time, rate = picture.panels(
        dict(x="round trip, ms (log)", y="time of the page, ms (log)", xlim=(1e-4, 100), ylim=(0.003, 1e5), xscale="log",
             yscale="log"),
        dict(x="related products of an article", y="statements/s (log)", xlim=(0, 100), ylim=(1, 1e9),
             yscale="log"),
    )  # fmt: skip
    time.rule(y=NORMAL_MS, color="limit", width=1)
    time.rule(y=SLOW_MS, color="limit", width=1)
    time.text(1.4e-4, NORMAL_MS, "187 ms", color="limit", offset=(0, 7))
    time.text(1.4e-4, SLOW_MS, "8.2 s", color="limit", offset=(0, 7))
    time.line("trips", "each", color="ink", width=1.4)
    time.line("trips", "batch", color="theory", dashed=True, width=1.6)
    time.line("trips", "join", color="theory", width=2)
    time.line("trips", "lazy", color="danger", width=2.4)
    time.rule(x="page_ms[0]", color="ink", width=1)
    time.dots("page_ms[0]", "page_ms[1]", color="danger", size=7)
    time.dots("page_ms[0]", "page_ms[4]", color="theory", size=7)
    rate.line("products", "each_rate", color="ink", width=1.4)
    rate.line("products", "batch_rate", color="theory", dashed=True, width=1.6)
    rate.line("products", "join_rate", color="theory", width=2)
    rate.line("products", "lazy_rate", color="danger", width=2.4)
    rate.rule(x="related", color="ink", width=1)
    # No page takes less than a round trip: below that diagonal there is never a line.
    for height, words, color in (
        (0.19, "lazy", "danger"),
        (0.06, "a join each", "ink"),
        (0.019, "IN, dashed", "theory"),
        (0.006, "one join", "theory"),
    ):
        time.text(85, height, words, color=color, align="right")


n_plus_one = Explorable(
    "n-plus-one",
    kernel=roundtrips.n_plus_one,
    sliders=[
        Slider("items", "articles in the cart N", 0, 30, step=1, value=3),
        Slider("related", "related products of each R", 0, 100, step=1, value=67),
        Slider("trip_log10", "round trip r, as a power of ten", -1, 5, step=0.1, value=2.7, power=(1e-6, "duration")),
        Slider(
            "statement_log10",
            "a statement's own work w, as a power of ten",
            0,
            4.5,
            step=0.1,
            value=2,
            power=(1e-6, "duration"),
        ),
        Slider("lanes", "statements a page has in flight", 1, 64, step=1, value=1),
        Slider("pages_log10", "pages a second, as a power of ten", 0, 5, step=0.1, value=2, power=(1, ",.0f")),
    ],
    inputs={"row": ROW, "trips": TRIPS_MS, "products": PRODUCTS},
    outputs={
        **{way: len(TRIPS_MS) for way in roundtrips.WAYS},
        **{f"{way}_rate": len(PRODUCTS) for way in roundtrips.WAYS},
        "here": 20,
        "page_ms": 5,
        "now": 7,
    },
    scratch={"cost": roundtrips.COSTS},
    draw=draw_n_plus_one,
    readouts={
        "settings": "Round trip {now[0]:duration}, a statement's work {now[1]:duration}, {now[2]:,.0f} pages/s. The lazy page "
        "{now[4]:=fits into the story's 187 ms|takes more than the story's 187 ms|takes more than the story's 8.2 s}",
        "lazy": "Lazy: {here[0]:,.0f} statements, {here[1]:,.0f} rows, {here[2]:duration}; {here[3]:,.0f} statements/s, "
        "{here[4]:,.3g} cores of the database busy",
        "each": "A join each: {here[5]:,.0f} statements, {here[6]:,.0f} rows, {here[7]:duration}; {here[8]:,.0f} "
        "statements/s, {here[9]:,.3g} cores",
        "batch": "With IN: {here[10]:,.0f} statements, {here[11]:,.0f} rows, {here[12]:duration}; {here[13]:,.0f} statements/s, "
        "{here[14]:,.3g} cores",
        "join": "One join: {here[15]:,.0f} statement, {here[16]:,.0f} rows, {here[17]:duration}; {here[18]:,.0f} statements/s, "
        "{here[19]:,.3g} cores",
        "limit": "Lazy over join: {now[3]:,.1f} times the time, {now[5]:,.1f} times the work. Round trip at which the lazy page "
        "takes 187 ms: {now[6]:duration|none, it takes longer without any}",
    },
    alt="Above or left, the time of a page against the round trip to the database: lazy {here[2]:duration}, one join "
    "{here[17]:duration} at a round trip of {now[0]:duration}. Beside it, statements a second at the database against the number of "
    "related products: {here[3]:,.0f} lazy and {here[18]:,.0f} with one join.",
    caption="Time of the page: each line is flat until the round trip is as long as a statement's own work; beyond that, a page is "
    "its turns times the round trip. Dashed and level: the story's two page times. A row costs 1 µs. Nothing waits for another page here.",
    presets={
        "in process": {"trip_log10": -1, "statement_log10": 0.5},
        "1 ms away": {"trip_log10": 3},
        "63 ms away": {"trip_log10": 4.8},
        "the story's 20 ms": {"trip_log10": 4.3, "statement_log10": 1.7},
    },
)

STORY_CART = {"items": (3, 3), "related": (67, 67)}

challenge_slow = Challenge(
    "n-plus-one-slow",
    of="n-plus-one",
    ask="Three articles, 67 related products each, a statement of 100 µs, one after the other. How far away must the database "
    "be for the story's 8.2 s? Get within 0.2 s of it.",
    goal={**STORY_CART, "statement_log10": (2, 2), "lanes": (1, 1), "here[2]": (8.0, 8.4)},
    solution={"trip_log10": 4.6},
    hint="205 statements share 8.2 s.",
)

challenge_lanes = Challenge(
    "n-plus-one-lanes",
    of="n-plus-one",
    ask="The database is 10 ms away, the page is lazy, and nobody may touch its code. Bring it under the story's 187 ms with as "
    "few statements in flight as will do, and see what that does to the statements a second.",
    goal={**STORY_CART, "trip_log10": (4, 4), "statement_log10": (2, 2), "lanes": (1, 13), "here[2]": (0, 0.187)},
    solution={"trip_log10": 4, "lanes": 13},
    hint="18 turns of 10.1 ms fit into 187 ms. One is for the articles, and one for the lists.",
)
