"""The evening against pages one by one, against the steady state, and against what must be conserved."""

import heapq
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import collapse as model
from perfbook import collapsetracks as tracks
from perfbook.collapse import evening
from perfbook.connections import OWN_TIME, Database
from perfbook.errorbars import batch_means
from perfbook.figures.stories.collapse import collapse as figure
from perfbook.figures.stories.collapse import collapse_player as player
from perfbook.hpa import desired_replicas

anything = dict(
    queries=st.integers(1, 100), pages=st.floats(20, 800), instances=st.integers(80, 527), pool=st.integers(1, 50),
    scaler=st.sampled_from(list(model.SCALERS)), stall=st.sampled_from([0.0, 5.0, 40.0]), reload=st.floats(0, 0.9),
    patience=st.floats(1, 30), cure_at=st.integers(0, 60), cured=st.integers(1, 100), cap=st.integers(50, 5000),
    hits=st.floats(0, 0.98), door=st.integers(50, 20_000), notice=st.booleans(),
)  # fmt: skip


@settings(max_examples=60)
@given(**anything)
def test_everybody_who_came_was_served_or_gave_up_or_still_tries(**given_):
    run = evening(**given_)
    assert run.good + run.given_up + run.trying == pytest.approx(run.visits, rel=1e-9)
    assert min(run.good, run.given_up, run.trying) >= -1e-6 * run.visits


@settings(max_examples=60)
@given(**anything)
def test_never_more_connections_than_pools_and_pooler_allow(**given_):
    run = evening(**given_)
    assert np.all(run.active <= run.opened) and np.all(run.opened <= run.instances * given_["pool"])
    after = run.minutes > given_["cure_at"] + 1
    assert np.all(run.opened[after] <= given_["cap"])
    assert np.all(run.instances <= given_["instances"] + model.MOST_ADDED)
    if given_["scaler"] == "off":
        assert np.all(run.instances == given_["instances"])


@settings(max_examples=30)
@given(
    pool=st.integers(2, 40),
    scaler=st.sampled_from(list(model.SCALERS)),
    reload=st.floats(0, 0.9),
    instances=st.integers(127, 527),
)
def test_with_the_page_as_it_was_no_pool_and_no_autoscaler_bring_it_down(pool, scaler, reload, instances):
    run = evening(queries=2, pool=pool, scaler=scaler, reload=reload, instances=instances)
    assert run.verdict == "it holds" and run.share > 0.999


@settings(max_examples=25)
@given(queries=st.integers(1, 95), more=st.integers(1, 5), pages=st.floats(50, 400), stall=st.sampled_from([0.0, 6.0]))
def test_a_page_of_more_queries_never_serves_more(queries, more, pages, stall):
    few, many = (evening(q, pages=pages, scaler="off", stall=stall) for q in (queries, queries + more))
    assert many.share <= few.share + 0.005  # a queue that just drains at the evening's end may answer a few at once


@settings(max_examples=20)
@given(stall=st.floats(0, 30), more=st.floats(0, 20), reload=st.floats(0, 0.9))
def test_a_longer_stall_never_serves_more(stall, more, reload):
    short, long = (evening(scaler="off", stall=s, reload=reload) for s in (stall, stall + more))
    assert long.share <= short.share + 0.005


@pytest.mark.parametrize("change", [{}, {"pool": 5}, {"queries": 50}, {"queries": 20, "pages": 500.0}])
def test_at_the_peak_it_rests_in_the_calm_state(change):
    run = evening(scaler="off", **change)
    demand = change.get("pages", 222) * change.get("queries", 68)
    busy = Database().calm(demand, 127 * change.get("pool", 10))[0]
    late = run.minutes == 40
    pages = change.get("pages", 222)
    assert -1 <= run.active[late][0] - busy <= 1.3 * pages * model.STEP  # a page leaves at the end of a step
    assert run.page[late][0] == pytest.approx(OWN_TIME + busy / pages, abs=1.3 * model.STEP)


def page_by_page(pages, queries, opened, knee, idle, alpha, stall, patience, scale):
    """Pages as single things that share the database evenly, from event to event, nobody reloads: share served a minute."""
    beta = (1 - alpha) / knee**2
    arrivals = []
    clock, owed = 0.0, 0.0
    while clock < 60 * model.MINUTES:
        owed += pages * model.demand_at(clock) * 0.02
        clock += 0.02
        if owed >= 1:
            owed -= 1
            arrivals.append(clock)
    stopped = (60 * model.STALL_AT, 60 * model.STALL_AT + stall)
    clock, done, inside, served, came = 0.0, 0.0, [], np.zeros(model.MINUTES), np.zeros(model.MINUTES)
    times = sorted([(t, 0) for t in arrivals] + [(t, 1) for t in stopped])
    k = 0
    while k < len(times):
        busy = min(len(inside), opened)
        weight = max(1.0, busy + idle * (opened - busy))
        rate = 50 * busy / (1 + alpha * (weight - 1) + beta * weight * (weight - 1))
        still = stopped[0] <= clock < stopped[1]
        speed = 0.0 if still or not inside else rate / (queries * len(inside))
        leaves = clock + (inside[0][0] - done) / speed if speed else math.inf
        if leaves <= times[k][0]:
            done, clock = inside[0][0], leaves
            begun = heapq.heappop(inside)[1]
            if clock - begun <= patience - OWN_TIME and clock < 60 * model.MINUTES:
                served[int(clock // 60)] += 1
            continue
        done += speed * (times[k][0] - clock)
        clock, kind = times[k]
        if kind == 0:
            heapq.heappush(inside, (done + 1, clock))
            came[min(int(clock // 60), model.MINUTES - 1)] += 1
        k += 1
    return served.sum() / came.sum(), served / came


def test_the_fluid_is_what_many_single_pages_do():
    """A tenth of the shop, a stall of 10 s, nobody reloads: 70,000 pages with no step of time in the calculation."""
    database = Database(knee=72)
    given_ = dict(pages=22.2, queries=68, patience=10.0, stall=10.0)
    share, minutes = page_by_page(opened=127, knee=72, idle=0.1, alpha=0.0001, scale=10, **given_)
    run = evening(scaler="off", reload=0.0, cap=127, database=database, **given_)
    ours = run.served.reshape(model.MINUTES, 6).sum(1) / run.wanted.reshape(model.MINUTES, 6).sum(1)
    assert run.share == pytest.approx(share, abs=0.01)
    assert np.sum(np.abs(ours - minutes) > 0.05) <= 3  # the minutes in which it falls and in which it comes back


def test_a_smaller_step_of_time_changes_little():
    given_ = [
        68.0,
        222.0,
        127,
        10,
        720.0,
        0.1,
        0,
        100,
        2.5,
        10.0,
        0.3,
        10.0,
        0.0,
        100.0,
        3e4,
        0.0,
        1e5,
        0,
        OWN_TIME,
        0.02,
        1e-4,
    ]
    seen = []
    for factor in (1, 2):
        steps = factor * model.STEPS
        curves, summary = [np.empty(model.POINTS) for _ in range(8)], np.empty(19)
        room = [np.empty(steps) for _ in range(3)] + [np.empty(60 * model.MINUTES + model.START + 1)]
        model.collapse_run(*given_, *curves, summary, *room)
        seen.append(summary[4])
    assert seen[0] == pytest.approx(seen[1], abs=0.005) and 0.3 < seen[0] < 0.7


def test_the_same_demand_has_two_states_and_a_stall_decides():
    calm, fallen = evening(scaler="off"), evening(scaler="off", stall=10)
    assert calm.verdict == "it holds" and fallen.verdict == "it stays down"
    assert evening(scaler="off", stall=10, reload=0).verdict == "it falls and comes back"


def test_the_rescue_finishes_the_database_and_neither_does_it_without_idle_weight():
    story = evening()
    assert story.verdict == "it stays down" and story.connections == 5270 and story.most_instances == 527
    assert story.processor[300] < 0.2  # the dashboard's processor, while nobody is served
    assert evening(database=Database(idle=0)).verdict == "it holds"
    assert evening(scaler="CPU").verdict == "it holds"


def test_what_does_not_cure_makes_it_worse():
    story = evening()
    for change in (dict(pool=20), dict(pool=40), dict(instances=527), dict(added=200)):
        assert evening(**change).share < story.share and evening(**change).falls <= story.falls


def test_each_cure_holds_and_each_has_its_limit():
    assert evening(cured=2).verdict == "it holds" and evening(cured=30, pages=776).verdict == "it stays down"
    assert evening(cap=700).verdict == "it holds" and evening(cap=400).verdict == "it stays down"
    assert evening(hits=0.5).verdict == "it holds" and evening(hits=0.5, pages=776).verdict == "it stays down"
    assert evening(door=500).verdict == "it holds" and evening(door=1500).verdict == "it stays down"


def test_late_a_bound_on_connections_alone_is_too_late():
    assert evening(cap=700, cure_at=30).verdict == "it stays down"
    assert evening(cap=700, door=1500, cure_at=30).last > 0.99
    assert evening(cured=2, cure_at=30).last > 0.99


def test_dropping_the_work_of_those_who_left_cures_nothing_where_all_share_and_all_leave():
    """Everybody's page is half done when its user goes; with a bound on pages it is what makes the way back short."""
    assert evening(scaler="off", stall=10, notice=True).verdict == "it stays down"
    slow, quick = (evening(cap=700, door=1500, cure_at=30, notice=notice) for notice in (False, True))
    assert quick.lasts <= slow.lasts - 3


def test_the_processor_rule_is_the_one_of_chapter_2():
    wanted = [
        model.instances_wanted(model.ON_CPU, 127, 0, 1.0, 2.5, busy, 100, 600) for busy in (0.6, 0.66, 0.7, 0.76, 0.9)
    ]
    assert wanted == [109, 127, 127, 127, 164]
    assert wanted[0] == desired_replicas(127, [600] * 127, 70, request=1000) == 109
    assert model.instances_wanted(model.ON_LATENCY, 127, 0, 3.0, 2.5, 0.6, 100, 527) == 227
    assert model.instances_wanted(model.ON_LATENCY, 427, 100, 3.0, 2.5, 0.6, 100, 527) == 527


@pytest.mark.parametrize(
    "bound, given_", [(0, {}), (1, {"cap": 700}), (2, {"door": 600}), (3, {"cap": 700, "door": 600})]
)
def test_the_figure_says_what_evening_says(bound, given_):
    seen, run = figure.at(bound=bound, pages=240)["summary"], evening(pages=240, **given_)
    expected = [
        run.visits,
        run.good,
        run.given_up,
        run.trying,
        run.share,
        run.peak,
        run.last,
        run.longest,
        run.connections,
    ]
    assert seen[:9] == pytest.approx(expected)
    assert model.VERDICTS[int(seen[13])] == run.verdict and seen[11:13] == pytest.approx([run.falls, run.lasts])


# The small shop


@pytest.mark.parametrize("change", [{}, {"pool": 4}, {"reload": 0.0}, {"cap": 6}, {"scaler": "off", "pool": 1}])
def test_each_visit_of_the_small_shop_has_one_end(change):
    for seed in range(8):
        run = tracks.small(2.4, 4, seed=seed, **change)
        assert run["in_time"] + run["given_up"] + run["trying"] == run["visits"]
        assert run["tries"] == run["in_time"] + run["for_nobody"] + run["turned_away"] + run["present"]


def test_the_small_shop_is_the_exact_chain_when_it_has_one_pool():
    """One instance holds 12 pages: a chain with 12 places, whose rate is the database's."""
    rate, queries, pool, database = 8.0, 2, 3, Database(knee=4, query_time=0.12, alpha=0.0, idle=0.5)
    steps = [rate * queries / database.rate(min(n, pool), pool) for n in range(1, tracks.HOLDS + 1)]
    chances = np.cumprod([1.0, *steps])
    chances /= chances.sum()
    mean = chances @ np.arange(tracks.HOLDS + 1)
    runs = [
        tracks.small(rate, queries, instances=1, pool=pool, most=1, knee=4, idle=0.5, scaler="off", reload=0, own=1e-7,
                     query=0.12, patience=1e6, horizon=150, shaped=False, seed=s)
        for s in range(24)
    ]  # fmt: skip
    seen = batch_means([run["at_database"] for run in runs], confidence=0.9999)
    assert seen.covers(mean) and seen.half_width < 0.1 * mean
    lost = batch_means([run["turned_away"] / run["visits"] for run in runs], confidence=0.9999)
    assert lost.covers(chances[-1])


def test_the_autoscaler_brings_more_small_shops_down_than_it_saves():
    served = {
        scaler: np.array(
            [tracks.small(2.2, 4, scaler=scaler, slow=3, added=4, idle=0.2, seed=s)["in_time"] for s in range(40)]
        )
        for scaler in ("off", "latency")
    }
    gain = served["latency"] - served["off"]
    assert gain.mean() < -4 * gain.std() / math.sqrt(len(gain))


@pytest.mark.parametrize(
    "moved", [{}, {"pool": 4, "rate": 4, "queries": 5, "reload": 0.9}, {"queries": 1, "rate": 0.5}]
)
def test_every_dot_moves_forward_in_time_and_never_more_run_than_connections_allow(moved):
    out = player.at(**moved)
    first = out["first"].astype(int)
    assert np.all(np.diff(first) >= 0) and first[-1] <= out["when"].size
    for low, high in itertools.pairwise(first):
        assert np.all(np.diff(out["when"][low:high]) >= 0) and np.all(np.isfinite(out["x"][low:high]))
    assert np.all(out["busy"] <= out["opened"]) and out["opened"].max() <= 12 * moved.get("pool", 2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: evening(scaler="hope"), "scaler must be one of off, latency, CPU, got 'hope'"),
        (lambda: evening(patience=0.1), "patience must be from 1 to 60, got 0.1"),
        (lambda: evening(hits=1), "hits must be from 0 to 0.999, got 1"),
        (lambda: evening(pool=0), "pool must be a whole number from 1 to 10,000, got 0"),
        (lambda: tracks.small(0, 1), "rate must be above 0 and finite, got 0"),
        (lambda: tracks.small(1, 1, most=2), "most must be a whole number from 4 to 1,000, got 2"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
