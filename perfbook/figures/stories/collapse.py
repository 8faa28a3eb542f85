"""Chapter 3, section 2: the rescue that finished the database."""

import numpy as np

from perfbook import collapse as model
from perfbook import collapsetracks as tracks
from perfbook import connections
from perfbook.explore import Challenge, Explorable, Player, Slider
from perfbook.rng import STATE_SIZE

# The pool, in steady state

TOTALS = np.unique(np.round(np.geomspace(10, 30_000, 91)))
PLAIN = connections.Database()
STATES = "stable|unstable: too few connections|unstable: too many connections|unstable: no number of them is right"


def draw_pool(picture):
    able, page = picture.panels(
        dict(x="connections in all (log)", y="queries a second", xlim=(10, 30_000), ylim=(0, 30_000), xscale="log"),
        dict(x="connections in all (log)", y="time of a page, s (log)", xlim=(10, 30_000), ylim=(0.1, 100),
             xscale="log", yscale="log"),
    )  # fmt: skip
    able.boxes("now[8]", "now[9]", 0, 30_000, color="simulation", opacity=0.15)
    able.line(TOTALS, "able", color="theory")
    able.rule(y="now[1]")
    able.text(11, "now[1]", "asked for", color="limit", offset=(0, 6))
    able.dots("now[0]", "now[2]", color="danger", size=8)
    able.text(11, 28_000, "all connections busy", color="theory")
    able.text(11, 25_300, "enough to carry it", color="simulation")
    page.boxes("now[8]", "now[9]", 0.1, 100, color="simulation", opacity=0.15)
    page.line(TOTALS, "calm", color="theory", dashed=True, width=1.8)
    page.line(TOTALS, "page", color="theory")
    page.dots("now[0]", "now[14]", color="danger", size=8)
    page.text(11, 70, "in the long run", color="theory")
    page.text(11, 42, "dashed: calm", color="theory")
    page.rule(x="now[0]", color="danger", width=1)
    page.text(28_000, 70, "{now[13]:=stable|too few|too many|hopeless}", align="right")


pool = Explorable(
    "pool",
    kernel=connections.pool_figure,
    sliders=[
        Slider("queries", "queries of a page", 1, 100, step=1, value=68),
        Slider("pages", "pages λ", 20, 800, step=1, value=222, unit="/s"),
        Slider("instances", "instances", 20, 527, step=1, value=127),
        Slider("pool", "connections of each instance", 1, 50, step=1, value=10),
        Slider("knee", "busy connections at which the database does most", 100, 2000, step=10, value=PLAIN.knee),
        Slider("alpha", "contention α", 0, 0.002, step=0.0001, value=PLAIN.alpha),
        Slider("idle", "an idle connection weighs, of a busy one", 0, 1, step=0.02, value=PLAIN.idle),
    ],
    inputs={"own": connections.OWN_TIME, "query": connections.QUERY_TIME, "connections": TOTALS},
    outputs={"able": TOTALS.size, "page": TOTALS.size, "calm": TOTALS.size, "now": 17},
    scratch={"point": 4, "states": 2},
    draw=draw_pool,
    readouts={
        "verdict": "{now[0]:,.0f} connections, {now[1]:,.0f} queries/s asked for: {now[13]:=" + STATES + "}",
        "page": "Time of a page in the long run {now[3]:duration|unstable}; of it waiting for a connection "
        "{now[4]:duration|without end}, at the database {now[5]:duration|without end}",
        "busy": "Connections busy: {now[6]:,.1f}; processor of an instance {now[7]:.0%}; a query takes {now[12]:duration|ever longer}",
        "calm": "While nothing disturbs it: {now[14]:duration|no calm state}, {now[15]:,.0f|none} busy; it tips at "
        "{now[16]:,.0f|no number} busy at once",
        "range": "Connections that carry it, all of them busy: {now[8]:,.0f} to {now[9]:,.0f}; most done at {now[10]:,.0f}: "
        "{now[11]:,.0f} queries/s",
    },
    alt="First: queries a second against connections, rising to {now[11]:,.0f} at {now[10]:,.0f} connections and falling; the "
    "demand is {now[1]:,.0f}. Second: time of a page against connections. With {now[0]:,.0f} connections it is "
    "{now[13]:=" + STATES + "}.",
    caption="Every connection that you open beyond the shaded stripe takes throughput away on the evening when all of them "
    "are busy. Watch the instance's processor meanwhile.",
    presets={
        "before the change": {"queries": 2},
        "400 more instances": {"instances": 527},
        "pools of 5": {"pool": 5},
        "a page in 60 queries": {"queries": 60},
        "idle ones are free": {"idle": 0},
        "pools of 50": {"pool": 50, "queries": 2},
    },
)

challenge_pool = Challenge(
    "pool-fewest",
    of="pool",
    ask="Leave page, database and instances as they are. Find the smallest pool with which the shop is stable and waiting for a "
    "connection costs a page less than 50 ms.",
    goal={"queries": (68, 68), "pages": (222, 222), "instances": (127, 127), "knee": (720, 720), "alpha": (0.0001, 0.0001),
          "idle": (0.1, 0.1), "pool": (1, 4), "now[13]": (0, 0), "now[4]": (0, 0.05)},
    solution={"pool": 4},
    hint="The stripe says between which two numbers the total must lie. Divide by 127.",
)  # fmt: skip

# The evening

TIME = (np.arange(model.POINTS) + 1) * model.SAMPLE / 60


def draw_evening(picture):
    wide = dict(xlim=(0, model.MINUTES))
    share, page, count = picture.rows(
        dict(y="share", ylim=(0, 1.9), **wide),
        dict(y="a page takes, s (log)", ylim=(0.1, 100_000), yscale="log", **wide),
        dict(x="minutes", y="connections (log)", ylim=(1, 1_000_000), yscale="log", **wide),
    )
    picture.figure.set_size_inches(picture.figure.get_figwidth(), 5.2 if picture.narrow else 6.2)
    for panel, low, high in ((share, 0, 1.9), (page, 0.1, 100_000), (count, 1, 1_000_000)):
        panel.boxes(model.PEAK_FROM, model.PEAK_TO, low, high, color="ink", opacity=0.07)
        if panel is not count:
            panel.ax.tick_params(labelbottom=False)
    share.line(TIME, "processor", color="ink", width=1.4)
    share.line(TIME, "answered", color="simulation", width=2.4)
    share.ax.set_yticks([0, 0.5, 1])
    share.text(0.7, 1.74, "answered" if picture.narrow else "answered in time", color="simulation")
    share.text(0.7, 1.48, "processor" if picture.narrow else "processor of an instance", color="ink")
    share.text(69.3, 1.74, "{summary[13]:=" + "|".join(model.VERDICTS) + "}", align="right")
    page.line(TIME, "page", color="theory", width=2.2)
    page.ax.set_yticks([0.1, 10, 1000])
    page.rule(y="patience")
    page.text(0.7, 26_000, "dashed: users' patience", color="limit")
    count.line(TIME, "active", color="simulation", width=2.4)
    count.line(TIME, "opened", color="ink", width=1.4)
    count.ax.set_yticks([1, 100, 10_000])
    count.rule(y="knee")
    count.text(0.7, 240_000, "busy", color="simulation")
    count.text(13, 240_000, "open", color="ink")
    count.text(69.3, 240_000, "dashed: the knee", color="limit", align="right")


NO_YES = ("no", "yes")
collapse = Explorable(
    "collapse",
    kernel=model.evening_figure,
    sliders=[
        Slider("pool", "connections of each instance", 1, 50, step=1, value=10),
        Slider("instances", "instances at first", 80, 527, step=1, value=127),
        Slider("queries", "queries of a page", 1, 100, step=1, value=68),
        Slider("scaler", "autoscaler looks at", 0, 2, step=1, value=1, words=("nothing: off", "time of a page", "processor")),
        Slider("pages", "pages at the peak λ", 50, 800, step=1, value=222, unit="/s"),
        Slider("stall", "the database stands still at minute 25 for", 0, 60, step=0.5, value=0, unit="s"),
        Slider("reload", "share of users who reload when they have left", 0, 0.9, step=0.05, value=0.8),
        Slider("idle", "an idle connection weighs, of a busy one", 0, 1, step=0.02, value=PLAIN.idle),
        Slider("cured", "cure 1, the query: at most so many a page", 1, 100, step=1, value=100),
        Slider("bound", "cures 2 and 4, a bound on", 0, 3, step=1, value=0, words=("nothing", "connections", "pages", "both")),
        Slider("cap", "cure 2, connections let through", 50, 3000, step=10, value=700),
        Slider("hits", "cure 3, a cache answers, of the queries", 0, 0.98, step=0.02, value=0),
        Slider("door", "cure 4, pages in the shop at once", 50, 5000, step=50, value=600),
        Slider("cure_at", "all cures begin at minute", 0, 60, step=1, value=0),
        Slider("notice", "work for users who left is dropped", 0, 1, step=1, value=0, words=NO_YES),
    ],
    inputs={
        "own": connections.OWN_TIME, "query": connections.QUERY_TIME, "alpha": PLAIN.alpha, "knee": PLAIN.knee,
        "added": 100, "slow": 2.5, "patience": 10.0,
    },
    outputs={
        **{n: model.POINTS for n in ("wanted", "tried", "served", "answered", "page", "opened", "active", "processor",
                                     "running")},
        "summary": 20,
    },
    workspace={"entered": model.STEPS, "mark": model.STEPS, "back": model.STEPS,
               "boot": 60 * model.MINUTES + model.START + 1},
    draw=draw_evening,
    readouts={
        "verdict": "{summary[13]:=It holds|It limps|It falls and comes back|It stays down}: answered in time {summary[4]:.1%} of the "
        "evening's {summary[0]:,.0f} visits, {summary[5]:.1%} of those at the peak, {summary[6]:.1%} in the last ten minutes",
        "when": "First minute in which fewer than 90% are answered: {summary[11]:.0f|none}; minutes until the last such one is "
        "over: {summary[12]:.0f|not in this run}",
        "connections": "Connections open: {summary[19]:,.0f} at first, at most {summary[8]:,.0f} of {summary[9]:,.0f} instances; queries "
        "asked for at the peak: {summary[15]:,.0f}/s, without the reloads",
        "users": "Tries for each visit in the worst minute: {summary[10]:.2f}; given up {summary[2]:,.0f}; least processor at the "
        "peak {summary[16]:.0%}",
    },
    alt="Seventy minutes. Share of visits answered in time and processor of an instance; seconds that a page takes; "
    "connections open and busy. The peak is from minute 15 to 52. {summary[13]:=It holds|It limps|It falls and comes back|It "
    "stays down}; {summary[5]:.1%} of the visits at the peak are answered in time, with up to {summary[8]:,.0f} connections.",
    caption="The grey stripe is the peak, 37 minutes. Compare the thick line at the top with the thin one: only the thin one is on "
    "the dashboard.",
    presets={
        "no autoscaler": {"scaler": 0},
        "pools of 20": {"pool": 20},
        "pools of 5": {"pool": 5},
        "527 from the start": {"instances": 527, "scaler": 0},
        "cure 1, the query": {"cured": 2},
        "cure 2, connections": {"bound": 1},
        "cure 3, a cache": {"hits": 0.5},
        "cure 4, a door": {"bound": 2, "door": 500},
        "cure 2 at minute 30": {"bound": 1, "cure_at": 30},
        "no autoscaler, 10 s of stall": {"scaler": 0, "stall": 10},
    },
)  # fmt: skip

STORY = {"queries": (68, 68), "scaler": (1, 1), "instances": (127, 127), "idle": (0.1, 0.1), "reload": (0.8, 0.8),
         "stall": (0, 0)}  # fmt: skip
UNCURED = {"cured": (68, 100), "hits": (0, 0)}

challenge_fewest = Challenge(
    "collapse-pool",
    of="collapse",
    ask="Everything is as in the story, and no cure is applied. Change only the pool: find the largest with which the evening "
    "holds although the autoscaler may add 400 instances.",
    goal={**STORY, **UNCURED, "pages": (222, 222), "bound": (0, 0), "notice": (0, 0), "pool": (9, 50),
          "summary[13]": (0, 0)},
    solution={"pool": 9},
    hint="Go down one by one, and look at the time of a page when the autoscaler wakes up.",
)  # fmt: skip

challenge_late = Challenge(
    "collapse-late",
    of="collapse",
    ask="It is minute 30 and the shop is down. No more can be had from queries and caches tonight, nothing cancels work. "
    "Bound what you like from minute 30 on, so that the last bad minute is at most 20 minutes after the first.",
    goal={**STORY, **UNCURED, "pool": (10, 10), "pages": (222, 222), "cure_at": (30, 60),
          "notice": (0, 0), "summary[12]": (1, 20)},
    solution={"cure_at": 30, "bound": 3, "cap": 700, "door": 1500},
    hint="One bound makes the database fast again. The other keeps the next thousand pages from joining those that nobody "
    "waits for.",
)  # fmt: skip

challenge_over = Challenge(
    "collapse-over",
    of="collapse",
    ask="Now 300 pages a second come, more than the database can do with any number of connections. From the start, "
    "without touching queries or cache, serve at least 83% of the visits at the peak.",
    goal={**STORY, **UNCURED, "pool": (10, 10), "pages": (300, 300), "cure_at": (0, 0),
          "summary[5]": (0.83, 1.1)},
    solution={"pages": 300, "bound": 3, "cap": 720, "door": 900},
    hint="It does 17,388 queries a second, 256 pages. Somebody has to be told no, quickly.",
)  # fmt: skip

# The player

SECONDS, MOMENTS, PAGES = 120, 241, 900
MOST, SMALL = 12, 6
KINDS = ("ink", "measured", "simulation", "danger", "limit")


def draw_player(picture):
    floor, counts = picture.rows(
        dict(xlim=(-0.3, 4.7), ylim=(-0.8, MOST - 0.2)),
        dict(x="time, s", y="connections", xlim=(0, SECONDS), ylim=(0, 60)),
        heights=[2.2, 1],
    )
    picture.figure.set_size_inches(picture.figure.get_figwidth(), 5.0 if picture.narrow else 5.8)
    floor.ax.set(xticks=[0, 1, 2.4, 3.4, 4.4], yticks=[0, 3, 7, 11], yticklabels=["1", "4", "8", "12"])
    names = ["users", "work", "wait", "query", "out"] if picture.narrow else [
        "users", "own work", "waits", "on a connection", "answered"]  # fmt: skip
    floor.ax.set_xticklabels(names)
    floor.ax.set_ylabel("instance")
    floor.boxes(0.75, 3.6, -0.5, "fleet", color="theory", opacity=0.1)
    floor.boxes(3.2, 3.6, -0.5, "fleet", color="limit", opacity=0.25)
    floor.tokens(KINDS, size=5.5 if picture.narrow else 7)
    counts.line("moments", "busy", color="simulation", width=2.4, steps=True)
    counts.line("moments", "opened", color="ink", width=1.4, steps=True)
    counts.rule(y="knee")
    counts.text(1, 55, "busy", color="simulation")
    counts.text(22, 55, "open", color="ink")
    counts.text(119, 55, "dashed: the knee", color="limit", align="right")
    counts.rule(x="now", color="ink")


collapse_player = Player(
    "collapse-player",
    kernel=tracks.collapse_tracks,
    sliders=[
        Slider("scaler", "autoscaler, by the time of a page", 0, 1, step=1, value=1, words=("off", "on")),
        Slider("added", "instances added each 10 s", 1, 8, step=1, value=4),
        Slider("pool", "connections of each instance", 1, 4, step=1, value=2),
        Slider("cap", "connections at work in all, at most", 1, 48, step=1, value=48),
        Slider("queries", "queries of a page", 1, 5, step=1, value=4),
        Slider("rate", "visits at the peak λ", 0.5, 4, step=0.1, value=2.2, unit="/s"),
        Slider("patience", "users' patience", 3, 30, step=1, value=10, unit="s"),
        Slider("reload", "share of them who then reload", 0, 0.9, step=0.05, value=0.8),
        Slider("seed", "run number", 1, 100, step=1, value=1),
    ],
    inputs={
        "instances": 4, "most": MOST, "knee": float(SMALL), "idle": 0.2, "slow": 3.0, "own": 0.5, "query": 0.3,
        "horizon": float(SECONDS),
    },
    outputs={
        "first": PAGES + 1,
        **{n: PAGES * tracks.FRAMES for n in ("when", "x", "y", "kind")},
        **{n: MOMENTS for n in ("moments", "opened", "busy", "waiting", "page", "running", "edge")},
        "summary": 11,
    },
    workspace={"count": PAGES, "born": PAGES, "item": tracks.FIELDS * PAGES, "slots": 4 * MOST,
               "line": tracks.HOLDS * MOST, "state": STATE_SIZE},
    tracks=("first", "when", "x", "y", "kind"),
    kinds=KINDS,
    series={
        "open_now": ("moments", "opened"), "busy_now": ("moments", "busy"), "stuck": ("moments", "waiting"),
        "page_now": ("moments", "page"), "fleet": ("moments", "edge"), "count_now": ("moments", "running"),
    },
    end=SECONDS,
    still=85,
    speed=2,
    draw=draw_player,
    readouts={
        "now": "At {now:.1f} s: {count_now:.0f} instances, {open_now:.0f} connections, {busy_now:.0f} busy; {stuck:.0f} pages wait for "
        "one; a page that comes now takes {page_now:duration}",
        "run": "Whole run: {summary[0]:.0f} visits, {summary[1]:.0f} answered in time, {summary[2]:.0f} gave up, {summary[4]:.0f} "
        "pages finished for nobody",
    },
    alt="Pages go from users through instances and their pools to the database. At {now:.1f} s there are {count_now:.0f} instances "
    "with {open_now:.0f} connections, {busy_now:.0f} of them busy, and {stuck:.0f} pages wait for one. In the whole run "
    "{summary[1]:.0f} of {summary[0]:.0f} visits are answered in time.",
    caption="A page works on its instance, then waits for a connection (green) or has one (orange), once for each query. Red is a "
    "page whose user has left: it keeps its place and its connection.",
    presets={
        "no autoscaler": {"scaler": 0},
        "a pooler with 6": {"cap": 6},
        "a page in one query": {"queries": 1},
        "pools of 4": {"pool": 4},
        "nobody reloads": {"reload": 0},
    },
)  # fmt: skip
