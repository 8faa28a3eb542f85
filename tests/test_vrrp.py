"""The router protocol: every event in every state, elections in lossless groups, timers by the standards."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import vrrp, vrrpgroup
from perfbook.figures.patterns.vrrp import vrrp as figure
from perfbook.figures.patterns.vrrp import vrrp_player as player

EVERYTHING = list(itertools.product(range(3), range(9), (0, 1), (0, 1), (2, 3)))
priorities = st.lists(st.integers(1, 255), min_size=2, max_size=3)


def actions(code):
    return {text for bit, text in vrrp.ACTIONS.items() if code // 4 & bit}


def test_every_event_has_an_answer_in_every_state():
    for state, event, owner, preempt, version in EVERYTHING:
        code = vrrp.vrrp_step(state, event, owner, preempt, version)
        assert code % 4 in (vrrp.INITIALIZE, vrrp.BACKUP, vrrp.MASTER)
        assert 0 <= code // 4 < 1 << len(vrrp.ACTIONS)
    assert len(vrrp.EVENTS) == 9 and len(vrrp.STATES) == 3


def test_the_address_is_bound_on_the_way_into_master_and_released_on_the_way_out_and_only_there():
    for state, event, owner, preempt, version in EVERYTHING:
        code = vrrp.vrrp_step(state, event, owner, preempt, version)
        done, following = actions(code), code % 4
        assert ("bind the address" in done) == (state != vrrp.MASTER and following == vrrp.MASTER)
        assert ("announce it (gratuitous ARP)" in done) == ("bind the address" in done)
        assert ("release the address" in done) == (state == vrrp.MASTER and following != vrrp.MASTER)


def test_the_address_is_bound_before_it_is_announced():
    for event in ("master-down timer",):
        _, done = vrrp.step("backup", event)
        assert done.index("bind the address") < done.index("announce it (gratuitous ARP)")


def test_a_router_that_enters_a_state_sets_the_timer_of_that_state():
    """A backup without a master-down timer would wait for ever; a master without its own would fall silent."""
    for state, event, owner, preempt, version in EVERYTHING:
        code = vrrp.vrrp_step(state, event, owner, preempt, version)
        done, following = actions(code), code % 4
        if following != state:
            timer = {vrrp.INITIALIZE: "stop the timers", vrrp.MASTER: "advertisement timer to one interval"}
            assert timer.get(following, "master-down timer to 3 intervals and the skew") in done
        if state == vrrp.MASTER and event == vrrp.ADVERTISE:
            assert {"advertise", "advertisement timer to one interval"} <= done


# RFC 9568, sections 6.4.1 to 6.4.3 (5798 and 3768 but for the last row), written out by hand: state, event -> state, does.
BY_HAND = {
    ("initialize", "startup"): ("backup", "master-down timer to 3 intervals and the skew"),
    ("backup", "shutdown"): ("initialize", "stop the timers"),
    ("backup", "master-down timer"): ("master", "advertise"),
    ("backup", "heard priority 0"): ("backup", "master-down timer to the skew"),
    ("backup", "heard a higher priority"): ("backup", "master-down timer to 3 intervals and the skew"),
    ("backup", "heard an equal priority from a smaller address"): (
        "backup",
        "master-down timer to 3 intervals and the skew",
    ),
    ("backup", "heard an equal priority from a greater address"): (
        "backup",
        "master-down timer to 3 intervals and the skew",
    ),
    ("backup", "heard a lower priority"): ("backup", None),
    ("master", "shutdown"): ("initialize", "advertise priority 0"),
    ("master", "advertisement timer"): ("master", "advertise"),
    ("master", "heard priority 0"): ("master", "advertise"),
    ("master", "heard a higher priority"): ("backup", "release the address"),
    ("master", "heard an equal priority from a greater address"): ("backup", "release the address"),
    ("master", "heard an equal priority from a smaller address"): ("master", "advertise"),
    ("master", "heard a lower priority"): ("master", "advertise"),
}


@pytest.mark.parametrize("state, event", list(itertools.product(vrrp.STATES, vrrp.EVENTS)))
def test_the_machine_is_the_standards(state, event):
    following, done = vrrp.step(state, event)
    expected, does = BY_HAND.get((state, event), (state, None))
    assert following == expected
    assert does in done if does else not done


def test_version_2_ignores_a_lower_priority_where_version_3_answers_it():
    assert vrrp.step("master", "heard a lower priority", version=2) == ("master", [])
    assert vrrp.step("master", "heard a lower priority", version=3) == ("master", ["advertise"])


def test_the_owner_of_the_address_is_master_from_its_start_and_preempts_in_any_case():
    assert vrrp.step("initialize", "startup", owner=True)[0] == "master"
    assert vrrp.step("backup", "heard a lower priority", owner=True, preempt=False) == ("backup", [])
    assert vrrp.step("backup", "heard a lower priority", preempt=False)[1]


def test_the_published_intervals():
    """3.609 s is what Cisco's documentation prints for priority 100; HPE and Nokia print both formulas of the skew."""
    assert vrrp.master_down(100) == 3.609375 == vrrp.master_down(100, version=2)
    assert vrrp.master_down(254) == 3.0078125
    assert vrrp.master_down(100, 0.1, 2) == pytest.approx(0.3 + 156 / 256)
    assert vrrp.master_down(100, 0.1, 3) == pytest.approx(0.3 + 0.1 * 156 / 256)


def settle(given, order, timers, preempt, version, seconds=40):
    """A group of its own making, lossless and without delay: routers in any state with any timers left."""
    state, down, say = list(order), list(timers), list(timers)
    clock = 0.0
    for r, s in enumerate(state):
        down[r] = timers[r] if s == 1 else math.inf
        say[r] = timers[r] if s == 2 else math.inf

    def react(r, event):
        code = vrrp.vrrp_step(state[r], event, int(given[r] == 255), int(preempt), version)
        state[r], does = code % 4, code // 4
        if state[r] != 1:
            down[r] = math.inf
        if state[r] != 2:
            say[r] = math.inf
        if does & vrrp.WAIT_DOWN:
            down[r] = clock + vrrp.master_down(given[r], 1, version)
        if does & vrrp.WAIT_SKEW:
            down[r] = clock + vrrp.skew(given[r], 1, version)
        if does & vrrp.WAIT_ADVERTISE:
            say[r] = clock + 1
        return does & vrrp.SEND

    while clock < seconds:
        r, event = min(
            ((r, e) for r in range(len(given)) for e in (vrrp.MASTER_DOWN, vrrp.ADVERTISE)),
            key=lambda k: down[k[0]] if k[1] == vrrp.MASTER_DOWN else say[k[0]],
        )
        clock = min(*down, *say)
        talk = [r] if react(r, event) else []
        while talk:
            sender = talk.pop(0)
            for other in range(len(given)):
                if other != sender:
                    heard = vrrp.heard(given[other], other, given[sender], sender)
                    if react(other, heard):
                        talk.append(other)
    return state


@settings(max_examples=60)
@given(priorities, st.data(), st.booleans(), st.sampled_from([2, 3]))
def test_from_any_states_and_timers_a_lossless_group_ends_with_exactly_one_master(given, data, preempt, version):
    states = [data.draw(st.sampled_from([1, 2])) for _ in given]
    timers = [data.draw(st.floats(0.01, 4)) for _ in given]
    after = settle(given, states, timers, preempt, version)
    assert after.count(vrrp.MASTER) == 1 and vrrp.INITIALIZE not in after
    if preempt and len(set(given)) == len(given):
        assert after.index(vrrp.MASTER) == given.index(max(given))


@settings(max_examples=40)
@given(priorities, st.booleans(), st.sampled_from([2, 3]), st.sampled_from(vrrpgroup.FAULTS[:2]), st.floats(0, 5))
def test_one_router_always_holds_the_address_outside_the_takeover(given, preempt, version, fault, fail_at):
    run = vrrpgroup.simulate(given, 1.0, version, preempt, 0.0, fault, fail_at, 10.0, 30.0)
    limit = max(vrrp.master_down(p, 1, version) for p in given)
    assert run.outage <= limit + 0.01 and run.split < 0.1
    held = sum(end - start for _, start, end in run.periods)
    assert held == pytest.approx(30 - run.outage + run.split, abs=0.1)


@pytest.mark.parametrize("phase", [0.1, 0.35, 0.6, 0.85])
def test_a_crash_is_noticed_one_master_down_interval_after_the_last_advertisement(phase):
    at = 10 + phase
    run = vrrpgroup.simulate((200, 150), fail_at=at, fault_for=99, horizon=30, delay=0.0)
    sent = [k - 7 + vrrp.master_down(200) for k in range(40)]  # the group starts 7 s before 0, and says so every second
    last = max(t for t in sent if t <= at)
    assert run.takeover == pytest.approx(last + vrrp.master_down(150) - at, abs=1e-9)
    assert run.outage == pytest.approx(run.takeover)


def test_priority_zero_hands_over_within_the_skew():
    for version, interval in ((2, 1.0), (3, 1.0), (3, 0.2)):
        run = vrrpgroup.simulate((200, 150), interval, version, fault="shutdown", fault_for=99, delay=0.001)
        assert run.takeover == pytest.approx(vrrp.skew(150, interval, version) + 0.001)


def test_preemption_brings_the_higher_priority_back_and_its_absence_does_not():
    back = vrrpgroup.simulate((200, 150), preempt=True)
    stay = vrrpgroup.simulate((200, 150), preempt=False)
    assert [router for router, _, _ in back.periods] == [1, 2, 1] and back.changes == 2
    assert [router for router, _, _ in stay.periods] == [1, 2] and stay.changes == 1


def test_of_equal_priorities_the_greater_address_holds():
    run = vrrpgroup.simulate((100, 100, 100), fail_at=99, horizon=20)
    assert run.periods == [(3, 0.0, 20.0)]


def test_a_cut_off_master_and_its_successor_both_hold_the_address():
    run = vrrpgroup.simulate((200, 150), fault="cut off", fault_for=20, delay=0.001)
    assert run.outage == 0 and 20 - vrrp.master_down(150) < run.split < 20 - vrrp.master_down(150) + 1.5


def test_without_a_loss_a_cut_of_no_length_leaves_the_address_where_it_is():
    # What the text, the challenge and the presets on losses call "nothing fails".
    assert list(figure.at(fault=2, fault_for=0)["totals"][:3]) == [0, 0, 0]
    assert all(item.presets[name] | {"loss": 0} == {"loss": 0, "fault": 2, "fault_for": 0}
               for item, name in ((figure, "one in three lost"), (player, "half of them lost")))  # fmt: skip


def test_a_listener_that_hears_nothing_deposes_a_healthy_master():
    """The episode's `last_advertisement` that nothing updates: the same as losing every advertisement."""
    run = vrrpgroup.simulate((200, 100), loss=1.0, fail_at=1000, horizon=60)
    assert run.periods[0] == (1, 0.0, 60.0)
    router, start, end = run.periods[1]
    assert router == 2 and end == 60 and start <= vrrp.master_down(100)
    assert run.split == pytest.approx(60 - start)


def test_false_takeovers_come_as_often_as_three_losses_in_a_row():
    """At priority 100 silence lasts 3.609 s: three advertisements must be lost, one after the other."""
    loss, horizon, runs = 0.3, 2000.0, 12
    counts = []
    for seed in range(runs):
        run = vrrpgroup.simulate((200, 100), loss=loss, fail_at=1e9, horizon=horizon, seed=seed)
        counts.append(sum(router == 2 for router, _, _ in run.periods))
    # A run of three losses ends a wait of (1 - p^3) / (p^3 (1 - p)) advertisements; then the second router is master until
    # the first one's next advertisement arrives, 1/(1 - p) later on average, and all begins anew.
    wait = (1 - loss**3) / (loss**3 * (1 - loss))
    expected = horizon / (wait + 1 / (1 - loss))
    error = np.std(counts, ddof=1) / math.sqrt(runs)
    assert abs(np.mean(counts) - expected) < 4 * error and error < 0.1 * expected


def test_the_figure_runs_the_group_of_simulate():
    moved = dict(
        routers=2, priority_1=120, priority_2=110, interval=0.5, version=2, preempt=0, loss=0.2, fault=0, seed=4
    )
    seen = figure.at(**moved, fail_at=7, fault_for=9)
    run = vrrpgroup.simulate(
        (120, 110), 0.5, 2, False, 0.2, "crash", 7, 9, figure.inputs["horizon"], figure.inputs["delay"], seed=4
    )
    assert (run.outage, run.split, run.changes, run.takeover) == pytest.approx(tuple(seen["totals"][:4]))


@pytest.mark.parametrize(
    "moved", [dict(), dict(fault=1, preempt=0), dict(fault=2), dict(loss=0.6, fault_for=0, seed=5)]
)
def test_the_player_shows_who_holds_the_address_and_a_token_for_each_listener(moved):
    seen = player.run(**moved)
    fault = vrrpgroup.FAULTS[moved.get("fault", 0)]
    run = vrrpgroup.simulate(
        (200, 100, 50), 1.0, 2, bool(moved.get("preempt", 1)), moved.get("loss", 0.0), fault, 10.0,
        moved.get("fault_for", 20.0), seed=moved.get("seed", 1),
    )  # fmt: skip
    for now in np.arange(0.05, 60, 0.4):
        at = player.run(now=now, **moved)
        for router in (1, 2, 3):
            holds = any(r == router and start <= now < end for r, start, end in run.periods)
            assert (at[f"role{router}"][0] == 1) == holds and np.isnan(at[f"ring{router}"][0]) != holds
    letters = int(seen["totals"][11])
    assert letters < len(seen["first"]) - 1 and seen["first"][-1] == 2 * letters
    if not moved:
        # Two listeners; one while the third is down. Those sent before 0 are not shown.
        sent = seen["when"][: 2 * letters : 2]
        assert np.all(np.diff(sent) >= 0) and sent[0] >= 0
        assert np.sum(sent < 10) == 2 * 10 and np.sum((sent > 10.1) & (sent < 29.9)) == 17 + 1
        assert not seen["kind"][: 2 * letters].any()


@pytest.mark.parametrize(
    "extreme",
    [
        dict(loss=0.9, version=2),
        dict(loss=0.5, version=3),
        dict(loss=0.8, version=3, priority_1=255, priority_2=255),
        dict(loss=0.7, version=3, priority_1=255, priority_2=255, fault=2),
    ],
)
def test_the_figure_has_room_for_every_period(extreme):
    for seed in range(1, 21):
        seen = figure.at(**extreme, interval=0.1, seed=seed)
        for name in ("begin", "bad_begin"):
            assert np.isnan(seen[name][-1])


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: vrrp.step("asleep", "startup"), "state must be one of initialize, backup, master, got 'asleep'"),
        (lambda: vrrp.step("backup", "rain"), "event must be one of startup"),
        (lambda: vrrp.skew(0), "priority must be a whole number from 1 to 255, got 0"),
        (lambda: vrrp.master_down(100, version=4), "version must be one of 2, 3, got 4"),
        (lambda: vrrpgroup.simulate((1,)), "routers must be a whole number from 2 to 3, got 1"),
        (lambda: vrrpgroup.simulate(fault="fire"), "fault must be one of crash, shutdown, cut off, got 'fire'"),
        (lambda: vrrpgroup.simulate(loss=2), "loss must be from 0 to 1, got 2"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
