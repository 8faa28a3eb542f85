"""Chapter 2, section 5: hot shards, resharding, double writes, scatter and gather, two-phase commit."""

import numpy as np

from perfbook import hashring, resharding
from perfbook import placement as schemes
from perfbook import scatter as gather
from perfbook import shards as model
from perfbook.explore import Challenge, Explorable, Slider

# ---- Where the writes go ----

SHARDS, USERS = 32, 10_000


def draw_hot(picture):
    panel = picture.panel(x="shard", y="writes of this hour, over the mean", xlim=(0.3, SHARDS + 0.7), ylim=(0, 5))
    panel.bars(np.arange(1, SHARDS + 1), "load", width=0.8, color="simulation")
    panel.rule(y="now[6]", color="theory")
    panel.rule(y="now[7]", color="danger")
    panel.text(0.8, 4.7, "the busiest user alone: {now[7]:.2f}", color="danger")
    panel.text(0.8, 4.3, "mean: 1", color="theory")
    panel.text(SHARDS + 0.5, 4.3, "fullest shard: {now[0]:.2f}", color="simulation", align="right")


hot_shard = Explorable(
    "hot-shard",
    kernel=model.shard_writes,
    sliders=[
        Slider("strategy", "shards by", 0, 5, step=1, value=model.HASH, words=tuple(model.STRATEGIES)),
        Slider("shards", "shards N", 1, SHARDS, step=1, value=8),
        Slider("exponent", "skew of users (Zipf exponent)", 0, 1.5, step=0.05, value=1),
        Slider("parts", "parts of a user (compound key)", 1, 64, step=1, value=8),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"writes": 20_000},
    outputs={"load": SHARDS, "now": 8},
    scratch={"popularity": USERS, "planned": SHARDS, "names": USERS, "entry": USERS, "state": 4},
    draw=draw_hot,
    readouts={
        "fullest": "The fullest shard takes {now[1]:.1%} of the writes, {now[0]:.2f}× the mean; the busiest user alone "
        "makes {now[2]:.1%}",
        "reads": "Shards to ask for one user's rows: {now[3]:.1f}; for the last hour: {now[4]:.0f}; for one initial: "
        "{now[5]:.1f}",
    },
    alt="Writes of each shard over the mean: the fullest has {now[0]:.2f}. The busiest user alone would make {now[7]:.2f} of "
    "a mean shard.",
    caption="No way to place whole users goes below the red line, but for the chance of 20,000 writes; only cutting the user "
    "does. A range of time is the one picture with a single bar.",
    presets={
        "by time": {"strategy": model.TIME},
        "by region": {"strategy": model.REGION},
        "a directory": {"strategy": model.DIRECTORY},
        "cut the busy user": {"strategy": model.COMPOUND, "parts": 32},
        "equal users": {"exponent": 0},
    },
)

challenge_hot = Challenge(
    "hot-shard-cool",
    of="hot-shard",
    ask="Sixteen shards and users as skewed as at first (exponent 1). Bring the fullest shard below 1.4 times the mean, with a "
    "strategy that does not ask all shards for one user's rows (at most 12).",
    goal={"shards": (16, 16), "exponent": (1, 1), "now[0]": (0, 1.4), "now[3]": (0, 12)},
    solution={"shards": 16, "strategy": model.COMPOUND, "parts": 16},
    hint="The busiest user is too large for a shard. How many pieces do you need, and what do they cost a reader?",
)

# ---- Resharding ----

MOST = 16
ROUND = np.arange(1.0, resharding.ROUNDS + 1)


def draw_reshard(picture):
    load, rounds = picture.panels(
        dict(x="shard", y="share of all data", xlim=(0.3, MOST + 0.7), ylim=(0, 0.2)),
        dict(x="round", y="seconds it takes (log scale)", xlim=(0.5, 12.5), ylim=(0.1, 1e6), yscale="log"),
    )
    load.bars(np.arange(1, MOST + 1) - 0.2, "sent", width=0.38, color="danger")
    load.bars(np.arange(1, MOST + 1) + 0.2, "received", width=0.38, color="simulation")
    load.text(MOST + 0.5, 0.19, "sends", color="danger", align="right")
    load.text(MOST + 0.5, 0.175, "receives", color="simulation", align="right")
    rounds.line(ROUND, "takes", color="simulation")
    rounds.dots(ROUND, "takes", color="simulation")
    rounds.rule(y="now[10]", color="limit")
    rounds.text(12.3, "now[10]", "pause allowed", color="limit", align="right", offset=(0, 9))


reshard = Explorable(
    "reshard",
    kernel=resharding.reshard,
    sliders=[
        Slider("before", "shards before", 1, MOST, step=1, value=8),
        Slider("after", "shards afterwards", 1, MOST, step=1, value=12),
        Slider("scheme", "scheme", 0, 4, step=1, value=schemes.MODULO, words=tuple(schemes.SCHEMES)),
        Slider("data", "data in all", 100, 10_000, step=100, value=1000, unit="GB"),
        Slider("rate", "a shard may send or receive", 5, 500, step=5, value=50, unit="MB/s"),
        Slider("writes", "writes to the whole store", 0, 1000, step=5, value=40, unit="MB/s"),
        Slider("pause", "pause of writes allowed", 0.5, 60, step=0.5, value=2, unit="s"),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"virtual": hashring.VIRTUAL_NODES, "rows": 2039, "keys": 12_000},
    outputs={"sent": MOST, "received": MOST, "takes": resharding.ROUNDS, "now": 11},
    scratch={
        **{name: MOST for name in ("nodes", "points", "words", "skip")},
        **{name: 12_000 for name in ("old", "owner")},
        **{name: MOST * hashring.VIRTUAL_NODES for name in ("ring", "spare")},
        "digits": hashring.DIGITS,
        "table": 2039,
    },
    draw=draw_reshard,
    readouts={
        "moved": "Moved: {now[0]:,.1f} GB ({now[2]:.1%}); expected {now[1]:,.1f} GB; the least is {now[9]:,.1f} GB",
        "copy": "First copy: {now[3]:.2f} h; meanwhile {now[6]:.1%} of it is written anew",
        "busiest": "The most that one shard sends: {now[7]:,.1f} GB; receives: {now[8]:,.1f} GB",
        "switch": "Switch after {now[5]:.0f|endless} rounds, {now[4]:.2f|never} h",
    },
    alt="Left, what each shard sends and receives: {now[0]:,.0f} GB in all. Right, the seconds of each copying round on a log "
    "scale, falling in a straight line to the pause allowed; the switch comes after {now[4]:.2f|never} hours.",
    caption="Left: under modulo every shard sends and receives. Under the others the old ones send, and the few new ones are "
    "what takes long. Right: each round is shorter than the last by one factor, or there is no end.",
    presets={
        "jump": {"scheme": schemes.JUMP},
        "rendezvous": {"scheme": schemes.RENDEZVOUS},
        "ring": {"scheme": schemes.RING},
        "8 to 16, modulo": {"after": 16},
        "writes too fast": {"rate": 10, "writes": 200},
    },
)

challenge_reshard = Challenge(
    "reshard-slow",
    of="reshard",
    ask="1,000 GB on 8 shards, 50 MB/s a shard, jump. Grow so that the first copy takes 0.6 hours or longer, and look at how much "
    "it moves.",
    goal={
        "before": (8, 8),
        "after": (9, 16),
        "scheme": (3, 3),
        "now[3]": (0.6, 9),
        "data": (1000, 1000),
        "rate": (50, 50),
    },
    solution={"after": 9, "scheme": schemes.JUMP},
    hint="Who receives? The fewer are new, the more comes to each of them.",
)

# ---- Double writes ----

ROWS = 6_000
SHARE = np.linspace(0, 1, resharding.SAMPLES)


def draw_dual(picture):
    done, behind = picture.rows(
        dict(y="share copied", xlim=(0, 1), ylim=(0, 1.05)),
        dict(
            x="time, as a share of the whole run",
            y="rows behind (log scale)",
            xlim=(0, 1),
            ylim=(0.7, 10_000),
            yscale="log",
        ),
        heights=[1, 1.4],
    )
    done.line(SHARE, "copied", color="simulation")
    behind.line(SHARE, "behind", color="danger", steps=True)
    behind.rule(y="now[6]", color="theory")
    behind.text(0.02, "now[6]", "expected at the end of the backfill", color="theory", offset=(0, 8))


dual_write = Explorable(
    "dual-write",
    kernel=resharding.dual_write,
    sliders=[
        Slider("rate", "writes", 10, 500, step=10, value=200, unit="/s"),
        Slider("backfill", "backfill", 100, 1000, step=50, value=200, unit=" rows/s"),
        Slider("missed", "second writes that get lost", 0, 0.2, step=0.001, value=0.01),
        Slider("delay", "between reading and writing a row", 0, 10, step=0.5, value=2, unit="s"),
        Slider("versions", "older over newer", 0, 1, step=1, value=0, words=("is written", "is refused")),
        Slider("verify", "second pass", 0, 1, step=1, value=0, words=("none", "compares and repairs")),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"rows": ROWS},
    outputs={"when": resharding.SAMPLES, "copied": resharding.SAMPLES, "behind": resharding.SAMPLES, "now": 7},
    scratch={**{name: ROWS for name in ("old", "new", "read", "exists")}, "state": 4},
    draw=draw_dual,
    readouts={
        "fill": "End of the backfill, {now[3]:.0f} s: {now[0]:.0f} of 6,000 rows behind; expected {now[6]:.1f}",
        "switch": "At the switch, {now[4]:.0f} s: {now[1]:.0f} rows behind, {now[5]:.0f} repaired, {now[2]:,.0f} writes in all",
    },
    alt="Above, rows copied over the run. Below, rows of the copy that are behind the original: {now[0]:.0f} at the end of the "
    "backfill and {now[1]:.0f} at the switch.",
    caption="Below: every row counted there would be served wrong after the switch. Versions cure the race of the backfill "
    "with the writes; only a comparison finds what was lost.",
    presets={
        "only the race": {"missed": 0},
        "versions": {"versions": 1},
        "versions and a second pass": {"versions": 1, "verify": 1},
        "nothing lost": {"missed": 0, "versions": 1},
    },
)

challenge_dual = Challenge(
    "dual-write-clean",
    of="dual-write",
    ask="Second writes get lost once in a hundred, 200 writes a second. Switch with at most 12 rows behind.",
    goal={"missed": (0.01, 0.2), "rate": (200, 500), "now[1]": (0, 12)},
    solution={"versions": 1, "verify": 1, "backfill": 800},
    hint="Rows go on falling behind after they were compared. How long do they have?",
)

# ---- Scatter and gather ----

MANY = np.unique(np.round(np.geomspace(1, 128, 50)))
WIDEST = 64


def draw_scatter(picture):
    able, slow = picture.panels(
        dict(x="shards (log scale)", y="queries/s (log scale)", xlim=(1, 128), ylim=(80, 20_000), xscale="log", yscale="log"),
        dict(x="shards (log scale)", y="p99 if scattered, ms (log)", xlim=(1, 128), ylim=(1, 2000), xscale="log",
             yscale="log"),
    )  # fmt: skip
    able.line(MANY, "ideal", color="limit", dashed=True)
    able.line(MANY, "capacity", color="theory")
    able.rule(y="now[1]", color="danger")
    able.dots("now[7]", "now[0]", color="theory", size=9)
    step = 1.65 if picture.narrow else 1.4
    words = (("limit", "one shard a query"), ("theory", "with the scattered"), ("danger", "their ceiling"))
    for row, (color, meaning) in enumerate(words):
        able.text(1.15, 15_000 / step**row, meaning, color=color)
    slow.line(MANY, "p99_ms", color="theory")
    slow.dots("now[7]", "now[8]", color="simulation", size=9)
    slow.text(1.15, 1400, "independent shards", color="theory")
    slow.text(1.15, 1400 / step**1.3, "simulated", color="simulation")


scatter = Explorable(
    "scatter",
    kernel=gather.scatter,
    sliders=[
        Slider("shards", "shards N", 1, WIDEST, step=1, value=16),
        Slider("share", "share of queries to all shards, s", 0, 1, step=0.01, value=0.1),
        Slider("fixed", "share of work every shard repeats, φ", 0, 1, step=0.05, value=0.3),
        Slider("load", "utilization of the shards", 0.1, 0.9, step=0.05, value=0.6),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"service_rate": 100.0, "parts": 100_000, "many": MANY},
    outputs={**{name: MANY.size for name in ("capacity", "ideal", "p99_ms")}, "now": 10},
    scratch={"latency": 50_000, "free": WIDEST, "state": 4},
    draw=draw_scatter,
    readouts={
        "capacity": "Capacity: {now[0]:,.0f} queries/s of {now[2]:,.0f} ({now[9]:.0%}); however many shards, at most "
        "{now[1]:,.0f|any number}",
        "meet": "Scattered queries that meet a shard beyond its own p99: {now[6]:.1%}",
        "tail": "p99: scattered {now[4]:duration|too few to say}, with independent shards {now[3]:duration}, one shard "
        "{now[5]:duration}",
    },
    alt="Left, capacity against shards: with the scattered queries it bends to {now[0]:,.0f} queries a second where one shard a "
    "query would give {now[2]:,.0f}. Right, the p99 of scattered queries.",
    caption="Left: the part of a query that every shard repeats is a serial part, and bends the line as Amdahl's does. Right: "
    "at one utilization, more shards make each part smaller and the slowest of them later; which wins depends on φ and s.",
    presets={
        "nobody scatters": {"share": 0},
        "all do": {"share": 1},
        "index lookup on every shard": {"fixed": 1},
        "work divides": {"fixed": 0, "share": 1},
    },
)

challenge_scatter = Challenge(
    "scatter-ceiling",
    of="scatter",
    ask="A tenth of the queries or more goes to all of 32 shards or more. Get three quarters of the ideal capacity out of them.",
    goal={"shards": (32, 64), "share": (0.1, 1), "now[9]": (0.75, 1)},
    solution={"shards": 32, "share": 0.1, "fixed": 0.1},
    hint="1/(1 + sφ(N−1)) is to be 0.75. You cannot touch s or N.",
)

# ---- Two-phase commit ----

PARTIES = 12
PARTY = np.arange(1.0, PARTIES + 1)


def draw_commit(picture):
    doubt, hold = picture.panels(
        dict(x="share of the first one's lock time", y="participant", xlim=(0, 1.3), ylim=(PARTIES + 0.6, 0.2)),
        dict(x="participants", y="locks held for, ms (log)", xlim=(0.5, PARTIES + 0.5), ylim=(0.1, 2000),
             yscale="log"),
    )  # fmt: skip
    doubt.ax.set_yticks([1, 4, 8, 12])
    doubt.boxes(0, "wait_from", PARTY - 0.35, PARTY + 0.35, color="simulation")
    doubt.boxes("wait_from", "wait_to", PARTY - 0.35, PARTY + 0.35, color="danger")
    doubt.text(1.28, 11.2, "prepares", color="simulation", align="right")
    doubt.text(1.28, 12.1, "in doubt", color="danger", align="right")
    hold.line(PARTY, "theory_ms", color="theory")
    hold.dots("participants", "now[13]", color="simulation", size=9)
    hold.text("participants", "now[13]", "{now[1]:duration}", color="simulation", align="auto", offset=(0, 12))


two_phase = Explorable(
    "two-phase",
    kernel=gather.two_phase,
    sliders=[
        Slider("participants", "shards in the transaction, n", 1, PARTIES, step=1, value=3),
        Slider("round_trip_ms", "message there and back", 0, 150, step=0.5, value=1, unit="ms"),
        Slider("force_ms", "forced write to a log, mean", 0.1, 20, step=0.1, value=1, unit="ms"),
        Slider("no_vote", "chance that one votes no", 0, 0.2, step=0.001, value=0.005),
        Slider("mtbf_h", "coordinator fails every", 1, 2000, step=1, value=720, unit="h"),
        Slider("repair_min", "and is back after", 0.1, 60, step=0.1, value=5, unit="min"),
        Slider("seed", "run number", 1, 50, step=1, value=1),
    ],
    inputs={"many": PARTY},
    outputs={"theory_ms": PARTIES, "wait_from": PARTIES, "wait_to": PARTIES, "now": 14},
    scratch={"hold": 4000, "ready": PARTIES, "first": PARTIES + 1, "state": 4},
    draw=draw_commit,
    readouts={
        "cost": "{now[4]:.0f} messages, {now[5]:.0f} forced writes",
        "locks": "Locks held {now[0]:duration} on average, p99 {now[2]:duration}; on one shard alone {now[3]:duration}",
        "row": "One row can be part of {now[6]:,.1f} such commits a second; of {now[7]:,.0f} on one shard",
        "aborted": "Aborted: {now[8]:.2%}",
        "failure": "In doubt if the coordinator fails: {now[9]:.3g} for each transaction/s; their locks stay {now[11]:duration}",
    },
    alt="Left, one commit: each participant prepares, then waits in doubt for the decision. Right, the time that locks are held "
    "against participants on a log scale: {now[0]:duration}.",
    caption="Left: who votes first waits longest, and may not let go of a lock meanwhile. Right: distance costs more than "
    "participants do. 4,000 commits a move.",
    presets={
        "two continents": {"round_trip_ms": 90},
        "one participant": {"participants": 1},
        "slow disks": {"force_ms": 10, "participants": 8},
    },
)

challenge_two_phase = Challenge(
    "two-phase-hot-row",
    of="two-phase",
    ask="A row must take part in 100 commits a second, each over four shards or more, with disks as at first (1 ms). How far apart "
    "can the shards be? Set the largest round trip.",
    goal={"participants": (4, 12), "force_ms": (1, 1), "round_trip_ms": (3.5, 150), "now[6]": (100, 1000)},
    solution={"participants": 4, "round_trip_ms": 3.5},
    hint="Locks may be held for 10 ms. Three messages one way are one and a half round trips.",
)
