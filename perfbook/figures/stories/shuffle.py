"""Chapter 3, section 7: the shuffle that was too random."""

import numpy as np

from perfbook import playlists, shufflecost, shuffling
from perfbook.explore import Challenge, Explorable, Slider, Table

MOST, ROWS, BINS = playlists.MOST, playlists.ROWS, playlists.BINS
SHUFFLES, PREVIEW = 4000, 200
LETTERS = "ABCDEFGHIJK"
SHORT = ("uniform", "swap with any", "episode", "spread out", "best of k", "exact dial", "your weights")
OWN = """\
Nina Simone
Nina Simone
Miles Davis
Miles Davis
Miles Davis
Fela Kuti
Fela Kuti
Can
Can
Miles Davis
Nina Simone
Bessie Smith
Fela Kuti
Nina Simone
Can
Nina Simone"""

PLAYLIST = Slider("playlist", "playlist", 0, 3, step=1, value=0, words=playlists.LIST_NAMES)
SEED = Slider("seed", "run number", 1, 100, step=1, value=1)
SHUFFLE = Slider("shuffle", "shuffle", 0, 6, step=1, value=shuffling.EPISODE, words=SHORT)
THETA = Slider("theta", "a repeat multiplies by θ", 0, 1, step=0.05, value=0.3)
TRIES = Slider("tries", "k of the best of k", 1, 32, step=1, value=8)
MEMORY = Slider("memory", "your weights look back, tracks", 1, 20, step=1, value=4)
WOBBLE = Slider("wobble", "wobble of spread out, gaps", 0, 0.5, step=0.05, value=0.1)
SHUFFLE_SLIDERS = [PLAYLIST, SHUFFLE, THETA, MEMORY, WOBBLE, TRIES, SEED]

TABLE = Table(
    columns=("given",),
    count="rows",
    size=MOST,
    text=OWN,
    label="Your own playlist, one artist a line, up to 60 tracks (for the playlist “yours”)",
    keys=True,
)
SETUP = {
    "artist": MOST,
    "count": MOST,
    "rank": 2 * MOST,
    "sizes": 2,
    "choose": (MOST + 2) ** 2,
    "table": MOST * MOST,
    "place": 3 * MOST,
    "word": MOST,
}
DRAWING = {"order": MOST, "other": 3 * MOST, "hand": 3 * MOST}
NAMES = "|".join(shuffling.SHUFFLES)


def draw_strip(panel, x, y, again, color):
    panel.ax.set_xticks([])
    panel.ax.set_yticks([])
    panel.dots(x, y, color=color, size=6)
    panel.dots(again, y, color="danger", size=6)
    for row, letter in enumerate([*LETTERS, "+"]):
        panel.text(0, f"row_y[{row}]", f"{{row_on[{row}]:=|{letter}}}", align="right", size=9, offset=(-6, 0))


def draw_shuffle(picture):
    upper, lower, counts = picture.rows(
        dict(x="", y="", xlim=(0, 1), ylim=(0, 1.22)),
        dict(x="first track to last, a row an artist", y="", xlim=(0, 1), ylim=(0, 1.22)),
        dict(x="neighbours of one artist (last: 20 and more)", y="share of orders", xlim=(-0.7, 20.7), ylim=(0, 1)),
        heights=[1, 1, 1.1],
    )
    draw_strip(upper, "fair_x", "fair_y", "fair_again", "theory")
    draw_strip(lower, "x", "y", "again", "simulation")
    upper.text(0.01, 1.12, "a uniform order", color="theory")
    lower.text(0.01, 1.12, f"{{shuffle:={NAMES}}}", color="simulation")
    counts.ax.set_xticks(range(0, BINS, 5))
    at = np.arange(float(BINS))
    counts.bars(at, "share", width=0.8, color="simulation")
    counts.line(at, "law", color="theory")
    counts.text(20.4, 0.88, "line: uniform, exact", color="theory", align="right")
    counts.text(20.4, 0.74, f"bars: {{shuffle:={NAMES}}}", color="simulation", align="right")


shuffle = Explorable(
    "shuffle",
    kernel=playlists.shuffle_figure,
    sliders=SHUFFLE_SLIDERS,
    inputs={"shuffles": SHUFFLES, "built": playlists.built_in()},
    outputs={
        "row_y": ROWS,
        "row_on": ROWS,
        **{name: MOST for name in ("fair_x", "fair_y", "fair_again", "x", "y", "again")},
        "share": BINS,
        "law": BINS,
        "now": 12,
    },
    scratch={"state": 4},
    workspace={**SETUP, **DRAWING},
    while_dragging={"shuffles": PREVIEW},
    table=TABLE,
    draw=draw_shuffle,
    readouts={
        "order": "This order: {now[3]:.0f} neighbours, longest run {now[4]:.0f}; the uniform order above it: "
        "{now[2]:.0f} neighbours",
        "mean": "Mean neighbours: {now[5]:.3f} ± {now[6]:.3f} simulated; uniform, exact: {now[7]:.3f}",
        "none": "Orders without neighbours: {now[11]:.2%} simulated; uniform, exact: {now[9]:.3%}. Fewest possible: "
        "{now[10]:.0f}",
        "runs": "Three or more of one artist in a row: {now[8]:.1%} of the orders",
    },
    alt="Two orders of {now[0]:.0f} tracks by {now[1]:.0f} artists as dots, a row an artist: a uniform one with {now[2]:.0f} "
    f"neighbours, and one by the shuffle “{{shuffle:={NAMES}}}” with {{now[3]:.0f}}. Below, how many neighbours thousands "
    "of orders have: {now[5]:.2f} on average, {now[7]:.2f} when uniform.",
    caption="Red: a track beside another of the same artist. Row +: all further artists. Each order is one run; the bars are "
    "4,000 of them. θ serves the exact dial and your weights, k the best of k, the wobble spreading out.",
    presets={
        "uniform": {"shuffle": 0},
        "spread out": {"shuffle": 3},
        "no neighbours": {"shuffle": 5, "theta": 0},
        "4 × 3, spread, no wobble": {"playlist": 1, "shuffle": 3, "wobble": 0},
        "your own list": {"playlist": 3, "shuffle": 5},
    },
)


def draw_gaps(picture):
    left, right = picture.panels(
        dict(x="gap, tracks (last: 21 and more)", y="share of gaps", xlim=(0.3, 21.7), ylim=(0, 1)),
        dict(x="first track to last", y="orders with artist A there", xlim=(0, 1), ylim=(0, 1)),
    )
    lengths = np.arange(1.0, BINS + 1)
    left.bars(lengths, "gaps", width=0.8, color="simulation")
    left.line(lengths, "law", color="theory")
    left.text(21.4, 0.92, "line: uniform, exact", color="theory", align="right")
    left.text(21.4, 0.83, f"bars: {{shuffle:={NAMES}}}", color="simulation", align="right")
    right.rule(y="now[4]", color="theory")
    right.text(0.5, 0.05, "level: fair", color="theory", align="center")
    right.dots("spot", "held", color="simulation", size=6)
    right.rule(x=[1 / 3, 2 / 3], color="ink", width=0.7)
    for third in range(3):
        right.text((third + 0.5) / 3, 0.94, f"{{now[{third}]:.2f}}", color="simulation", align="center")


gaps = Explorable(
    "gaps",
    kernel=playlists.gaps_figure,
    sliders=SHUFFLE_SLIDERS,
    inputs={"shuffles": SHUFFLES, "built": playlists.built_in()},
    outputs={"gaps": BINS, "law": BINS, "spot": MOST, "held": MOST, "now": 9},
    scratch={"state": 4},
    workspace={**SETUP, **DRAWING, "seen": MOST * MOST},
    while_dragging={"shuffles": PREVIEW},
    table=TABLE,
    draw=draw_gaps,
    readouts={
        "thirds": "Tracks of artist A in each third of the list: {now[0]:.2f}, {now[1]:.2f}, {now[2]:.2f}; a fair third is "
        "{now[3]:.2f}",
        "short": "Gaps of 1 or 2: {now[7]:.1%}; uniform, exact: {now[8]:.1%}",
        "fair": "Tracks over places: chi-square {now[5]:,.0f} for {now[6]:,.0f} degrees of freedom",
    },
    alt="Shares of gaps of 1 to 21 tracks, simulated and exact for a uniform order; {now[7]:.0%} are 1 or 2, "
    "{now[8]:.0%} when uniform. Beside it, how often each place of the list has the most frequent artist, who has "
    "{now[0]:.2f}, {now[1]:.2f} and {now[2]:.2f} tracks in the thirds of the list.",
    caption="A gap is the distance to the artist's next track; a gap of 1 is a pair of neighbours. A shuffle that is fair to "
    "places keeps the dots on the level dashed line. The upright lines cut the list in thirds, the numbers on top are artist "
    "A's tracks in each. The chi-square of a fair shuffle is near its degrees of freedom.",
    presets={
        "uniform": {"shuffle": 0},
        "swap with any": {"shuffle": 1},
        "spread out": {"shuffle": 3},
        "spread, no wobble, 4 × 3": {"playlist": 1, "shuffle": 3, "wobble": 0},
        "exact dial": {"shuffle": 5},
    },
)


def draw_cost(picture):
    panel = picture.panel(
        x="neighbours, share of a uniform order's",
        y="bits given up, share of the pattern's",
        xlim=(0, 1.04),
        ylim=(-0.03, 1),
    )
    panel.line("dial_x", "dial_y", color="theory")
    panel.text(0.09, 0.33, "the exact dial, θ from 0 to 1", color="theory")
    panel.dots("best_x", "best_y", color="limit", size=4)
    for place, (name, color) in enumerate(
        (("dial at θ", "theory"), ("your weights", "simulation"), ("the episode's", "danger"), ("best of k", "limit"),
         ("spread out", "measured"))
    ):  # fmt: skip
        panel.dots(f"here[{2 * place}]", f"here[{2 * place + 1}]", color=color, size=9)
        panel.text(1.02, 0.93 - 0.07 * place, name, color=color, align="right")


shuffle_cost = Explorable(
    "shuffle-cost",
    kernel=shufflecost.shuffle_cost_figure,
    sliders=[PLAYLIST, THETA, MEMORY, TRIES, SEED],
    inputs={
        "shuffles": SHUFFLES // 2,
        "built": playlists.built_in(),
        **dict(zip(("spread_mean", "spread_bits"), shufflecost.spread_points(), strict=True)),
    },
    outputs={
        "dial_x": shufflecost.CURVE,
        "dial_y": shufflecost.CURVE,
        "best_x": shufflecost.BESTS,
        "best_y": shufflecost.BESTS,
        "here": 10,
        "now": 12,
    },
    scratch={"state": 4, "pair": 2},
    workspace=SETUP,
    while_dragging={"shuffles": PREVIEW // 2},
    table=TABLE,
    draw=draw_cost,
    readouts={
        "whole": "A uniform pattern: {now[0]:.2f} bits, {now[1]:.3f} neighbours",
        "dial": "Dial at θ = {theta:.2f}: {now[2]:.3f} neighbours for {now[3]:.2f} bits",
        "best": "Best of {tries:.0f}: {now[8]:.3f} for {now[9]:.2f} bits. Your weights: {now[4]:.3f} for {now[5]:.2f} bits",
        "others": "The episode's: {now[6]:.3f} for {now[7]:.2f} bits. Spread out, no wobble (built-in lists only): "
        "{now[10]:.3f|uncounted} for {now[11]:.2f|uncounted} bits",
    },
    alt="Neighbours against bits given up. The exact dial's curve falls from {dial_y[0]:.0%} of the bits at its fewest "
    "neighbours to none at a uniform order's; the best of several lies just above it, the episode's shuffle at "
    "{now[6]:.2f} neighbours for {now[7]:.2f} bits.",
    caption="Nothing can lie below the curve. Small dots: the best of 1, 2, 4 up to 256 uniform orders. Curve, best of k and "
    "spread out are exact; your weights and the episode's are 2,000 orders, each with its exact chance.",
    presets={
        "no neighbours": {"theta": 0},
        "4 × 3": {"playlist": 1},
        "no repeat within 8": {"theta": 0, "memory": 8},
        "your own list": {"playlist": 3},
    },
)


def draw_bias(picture):
    panel = picture.panel(x="place where it ends, first to last", y="chance, in fair chances", xlim=(0, 1), ylim=(0, 2))
    panel.rule(y=1, color="theory")
    panel.text(0.02, 1, "fair", color="theory", offset=(0, 7))
    panel.rule(x="now[4]", color="limit", width=1)
    panel.text("now[4]", 0.12, "\u00a0its first place\u00a0", color="limit", align="auto", offset=(0, 0))
    panel.dots("spot", "ratio", color="simulation", size=5)


shuffle_bias = Explorable(
    "shuffle-bias",
    kernel=playlists.swap_any_figure,
    sliders=[
        Slider("tracks", "tracks n", 2, MOST, step=1, value=21),
        Slider("share", "the track's first place, % of the list", 0, 100, step=5, value=100),
    ],
    outputs={"spot": MOST, "ratio": MOST, "now": 5},
    scratch={"chance": MOST},
    draw=draw_bias,
    readouts={
        "most": "Track {now[0]:.0f} of {tracks:.0f} ends most often at place {now[1]:.0f}: {now[2]:.3f} times its fair chance",
        "seen": "Shuffles after which chi-square shows the bias: {now[3]:,.0f|there is none}",
    },
    alt="Chance of each place for one track under the mistaken shuffle, in fair chances: up to {now[2]:.2f} at place "
    "{now[1]:.0f} of {tracks:.0f}.",
    caption="Swap each place in turn with any place, instead of any not yet done. A fair shuffle lies on the dashed line. "
    "Exact. The number of shuffles is that after which chi-square over all tracks and places stands four of its standard "
    "deviations too high on average.",
    presets={"three tracks": {"tracks": 3, "share": 100}, "the first track": {"share": 0}, "60 tracks": {"tracks": 60}},
)

challenge_shuffle = Challenge(
    "shuffle-own-weights",
    of="shuffle",
    ask="The episode's 21 tracks, and your weights. Bring the mean number of neighbours to 1.05 or less. Then read the share of "
    "orders with three in a row, and look where they are.",
    goal={"playlist": (0, 0), "shuffle": (6, 6), "now[5]": (0, 1.05)},
    solution={"shuffle": 6, "theta": 0, "memory": 1},
    hint="More memory is not better. If artist A was kept out all along, what is left for the end?",
)

challenge_gaps = Challenge(
    "gaps-fair-thirds",
    of="gaps",
    ask="Find a shuffle of the episode's 21 tracks that keeps artist A within 0.1 of a fair third in all three thirds, with at "
    "most 35% of the gaps 1 or 2.",
    goal={"playlist": (0, 0), "now[0]": (2.9, 3.1), "now[1]": (2.9, 3.1), "now[2]": (2.9, 3.1), "now[7]": (0, 0.35)},
    solution={"shuffle": 3},
    hint="Drawing one track after another borrows from the end of the list. Which shuffle looks at the whole list at once?",
)

challenge_cost = Challenge(
    "shuffle-cost-cheap",
    of="shuffle-cost",
    ask="Spreading out the episode's list leaves 1.185 neighbours for 25.2 of 32.3 bits. Have at most 1.185 neighbours for "
    "less than 6 bits.",
    goal={"playlist": (0, 0), "now[2]": (0, 1.185), "now[3]": (0, 6)},
    solution={"theta": 0.1},
    hint="Only one of the five can go anywhere on the curve.",
)
