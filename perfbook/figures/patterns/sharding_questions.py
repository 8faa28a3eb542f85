"""Chapter 2, section 5: guesses, checks and the quiz on sharding. Every number in them is computed."""

from perfbook import placement, resharding, scatter, shards
from perfbook.explore import Choice, Number

DATA = 1000  # GB
MODULO, LEAST = DATA * placement.modulo_moved(8, 12), DATA * placement.least_moved(8, 12)

predict_hot = Choice(
    "predict-hot",
    kind="predict",
    ask="Orders are kept on twelve shards, a month each, all of the same size. A new order is written. What share of the day's "
    "writes goes to the busiest shard?",
    options={
        "a twelfth: they are equally large": "They hold equally much. The past is not written any more.",
        "about a fifth: the newest is somewhat busier": "Which of the others would be written at all? An order of today is in no other "
        "month.",
        "all of it": "Yes. Evenly sized and evenly loaded are two things; a range of time gives the first and never the second.",
    },
    right="all of it",
)

predict_reshard = Choice(
    "predict-reshard",
    kind="predict",
    ask=f"{DATA:,} GB on 8 shards, by hash modulo 8. You need 12. How many GB change their shard under modulo 12?",
    options={
        f"{LEAST:,.0f} GB: the new shards' third": "That is the least possible, and what jump or rendezvous move.",
        f"{MODULO:,.0f} GB": "Yes. Of 24 remainders, 8 are the same by 8 and by 12: a third stays. Twice the least, and not all.",
        f"{DATA * placement.modulo_moved(8, 9):,.0f} GB": "That is 8 to 9. What counts is how much the two numbers share: 8 and 12 share a "
        "4.",
        "all of it": "So the episode says. Keys whose hash leaves the same remainder both times stay where they are.",
    },
    right=f"{MODULO:,.0f} GB",
)

JUMP_SECONDS = DATA * 1000 / 12 / 50

check_reshard_hours = Number(
    "check-reshard-hours",
    kind="check",
    ask="How long does the first copy take from 8 to 9 shards?",
    answer=DATA * 1000 / 9 / 50 / 3600,
    unit="h",
    tolerance=0.01,
    because="The ninth shard must receive a ninth of everything, alone. From 8 to 12 four receive a twelfth each: "
    f"{JUMP_SECONDS / 3600:.2f} h.",
)

SHARE, FIXED, ONE = 0.1, 0.3, 100
WANTED = next(n for n in range(1, 1000) if scatter.capacity(n, SHARE, FIXED, ONE) >= 1000)

check_scatter_shards = Number(
    "check-scatter-shards",
    kind="check",
    ask="How many shards for 1,000 queries a second?",
    answer=WANTED,
    tolerance=0.001,
    because=f"μN/(1 + sφ(N−1)) ≥ 1,000. Ten would do if nobody scattered; and more than {ONE / SHARE / FIXED:,.0f} queries a second "
    "no number of shards can bear.",
)

FLOORED = 15 * sum(year.floored_added for year in shards.growth())
NEEDED = 15 * sum(year.added for year in shards.growth())

check_growth_minutes = Number(
    "check-growth-minutes",
    kind="check",
    ask="Minutes of copying in ten years, if shards are rounded up and added one after another?",
    answer=NEEDED,
    unit="min",
    tolerance=1e-5,
    because=f"15 times the {NEEDED // 15:,} shards added. The episode rounds down and has {FLOORED:,}. None of these minutes is downtime "
    "unless you close for each of them.",
)

FAR = scatter.commit(3, 0.09, 0.001)

check_commit_rate = Number(
    "check-commit-rate",
    kind="check",
    ask="Commits a second on the hot row, with a round trip of 90 ms?",
    answer=FAR.row_rate,
    unit="/s",
    tolerance=0.01,
    because=f"The lock is held for {1000 * FAR.lock_time:.1f} ms: one and a half round trips, and forced writes that hardly matter. "
    "No hardware changes the first part.",
)

quiz_modulo = Choice(
    "quiz-modulo",
    kind="quiz",
    ask="From 8 shards to 16, by hash modulo the number of shards. What moves?",
    options={
        "everything": "A key with remainder 3 by 8 has remainder 3 or 11 by 16.",
        "half, which is the least possible": "Right: each shard splits in two. A doubling makes modulo as good as anything.",
        "two thirds": "That is 8 to 12.",
        "15 of 16 parts": "That is 15 to 16, where the numbers share no factor.",
    },
    right="half, which is the least possible",
)

quiz_shard_key = Choice(
    "quiz-shard-key",
    kind="quiz",
    ask="One customer makes a tenth of your writes. You have 32 shards by hash of the customer. What helps?",
    options={
        "64 shards": "The customer is on one of them, with all of the tenth.",
        "a better hash": "It would send the customer to another shard, whole.",
        "more virtual nodes": "They even out arcs, not keys.",
        "a key that cuts the customer in parts": "Right, and whoever reads all of the customer's rows must then ask several shards.",
    },
    right="a key that cuts the customer in parts",
)

quiz_scatter_ceiling = Choice(
    "quiz-scatter-ceiling",
    kind="quiz",
    ask="One query in ten goes to every shard and costs each of them 30% of a whole query. You go from 100 shards to 1,000. The capacity "
    "grows to",
    options={
        "ten times": "That needs queries that go to one shard each.",
        f"{scatter.capacity(1000, 0.1, 0.3) / scatter.capacity(100, 0.1, 0.3):.2f} times": "Right. It is Amdahl's law with a serial share "
        "of 0.03, and no number of shards gets past 33 times one.",
        "nine times": "A tenth of the queries is not a tenth of the work, once everybody does it.",
        "less than before": "Not by this formula: it flattens, and does not fall.",
    },
    right=f"{scatter.capacity(1000, 0.1, 0.3) / scatter.capacity(100, 0.1, 0.3):.2f} times",
)

quiz_two_phase = Choice(
    "quiz-two-phase",
    kind="quiz",
    ask="A participant has voted yes, and hears nothing more from the coordinator. What may it do?",
    options={
        "commit, since it voted yes": "Another may have voted no.",
        "abort, after a timeout": "The coordinator may have told the others to commit.",
        "wait, with its locks held": "Right. That is what blocking means, and why a coordinator's log must survive it.",
        "ask another participant and do as it says": "That helps if one of them knows. If all are in doubt, all wait.",
    },
    right="wait, with its locks held",
)

RACE = resharding.migrate(200, 200, 0, 2, False, False, 6000)

quiz_backfill = Choice(
    "quiz-backfill",
    kind="quiz",
    ask="Every write goes to both stores and none is lost. A backfill reads each row of the old store and puts it into the new one two "
    "seconds later. Is the copy right at the end?",
    options={
        "yes, both get every write": "And then the backfill puts an older version over one of them.",
        "no: rows written between read and put are old again": f"Right. In a simulation of 6,000 rows {RACE.behind} were. Compare "
        "versions, or put only where nothing is.",
        "only if the backfill is fast": "A faster backfill leaves rows less time to be written again, and so leaves more of them behind.",
    },
    right="no: rows written between read and put are old again",
)
