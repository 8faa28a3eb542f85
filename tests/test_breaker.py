"""The circuit breaker against a second model written from its description, and against what must hold on any path."""

import itertools
import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from perfbook import breaker as model

FAR = 1e9


class Reference:
    """The same breaker as sets and lists: every call is an object, every spell remembers its own."""

    def __init__(self, by_rate, failures, share, least, window, open_for, probes, successes, patience):
        self.by_rate, self.failures, self.share, self.least, self.window = by_rate, failures, share, least, window
        self.open_for, self.probes, self.successes, self.patience = open_for, probes, successes, patience
        self.clock = 0.0
        self.enter("closed")

    def enter(self, state):
        self.state, self.began, self.news = state, self.clock, self.clock
        self.outcomes, self.good, self.out = [], 0, set()

    def tick(self, now):
        self.clock = max(self.clock, now)

    def attempt(self):
        if self.state == "open":
            if self.clock - self.began < self.open_for:
                return None
            self.enter("half-open")
        if self.state == "half-open" and len(self.out) == self.probes:
            if self.clock - self.news >= self.patience:
                self.enter("open")
            return None
        call = object()
        self.out.add(call)
        return call

    def outcome(self, call, word):
        if call not in self.out:
            return
        self.out.discard(call)
        if self.state == "half-open":
            if word == "failure":
                self.enter("open")
            elif word == "success":
                self.good, self.news = self.good + 1, self.clock
                if self.good == self.successes:
                    self.enter("closed")
        elif word != "neither":
            self.outcomes.append(word == "failure")
            if self.by_rate:
                last = self.outcomes[-self.window :]
                tripped = len(last) >= self.least and sum(last) >= self.share * len(last)
            else:
                tripped = len(self.outcomes) >= self.failures and all(self.outcomes[-self.failures :])
            if tripped:
                self.enter("open")


class Twins(RuleBasedStateMachine):
    """Any sequence of events, to the kernel and to the reference: same state, same permissions, same counters."""

    @initialize(
        by_rate=st.booleans(),
        failures=st.integers(1, 4),
        share=st.sampled_from([0.25, 0.5, 1.0]),
        least=st.integers(1, 4),
        longer=st.integers(0, 4),
        open_for=st.sampled_from([0.0, 5.0]),
        probes=st.integers(1, 3),
        successes=st.integers(1, 4),
        patience=st.sampled_from([3.0, 20.0]),
    )
    def start(self, by_rate, failures, share, least, longer, open_for, probes, successes, patience):
        window = least + longer
        self.rules = model.rules_of(
            "rate" if by_rate else "count", failures, share, least, window, open_for, probes, successes, patience
        )
        self.box = np.zeros(model.BOX + window)
        self.other = Reference(by_rate, failures, share, least, window, open_for, probes, successes, patience)
        self.now, self.calls, self.opened_at = 0.0, [], None

    def step(self, event, ticket=0.0):
        before = self.box[model.STATE]
        answer = model.breaker_step(event, self.now, ticket, self.rules, self.box, 0)
        if self.box[model.STATE] != before or event in (model.RESET, model.TRIP):
            self.opened_at = self.now if self.box[model.STATE] == model.OPEN else None
        return answer

    @rule(step=st.sampled_from([0.0, 1.0, 2.5, 5.0]), back=st.booleans())
    def time_passes(self, step, back):
        """A clock that jumps back is held where it was."""
        if back:
            model.breaker_step(model.SUCCESS, self.now - step, -1.0, self.rules, self.box, 0)
        else:
            self.now += step
            self.other.tick(self.now)

    @rule()
    def attempt(self):
        was_open, since = self.box[model.STATE] == model.OPEN, self.opened_at
        ticket, call = self.step(model.ATTEMPT), self.other.attempt()
        assert (ticket > 0) == (call is not None)
        if ticket:
            assert not was_open or since is None or self.now - since >= self.rules[model.OPEN_FOR]
            self.calls.append((ticket, call))

    @rule(which=st.integers(0, 5), word=st.sampled_from(["success", "failure", "neither"]), again=st.booleans())
    def outcome(self, which, word, again):
        if self.calls:
            place = which % len(self.calls)
            ticket, call = self.calls[place]
            if not (again and self.box[model.STATE] == model.OPEN):
                self.calls.pop(place)
            self.step(model.EVENTS.index(word), ticket)
            self.other.outcome(call, word)

    @rule(open_it=st.booleans())
    def by_hand(self, open_it):
        self.step(model.TRIP if open_it else model.RESET)
        self.other.enter("open" if open_it else "closed")

    @invariant()
    def same(self):
        if not hasattr(self, "box"):
            return
        state = model.STATES[int(self.box[model.STATE])]
        assert state == self.other.state
        assert self.box[model.SUCCESSES] == self.other.good
        if state == "half-open":
            assert self.box[model.FLYING] == len(self.other.out) <= self.rules[model.PROBES]
        if state == "closed" and self.rules[model.BY_RATE]:
            last = self.other.outcomes[-int(self.rules[model.WINDOW]) :]
            assert self.box[model.FAILURES] == sum(last) and self.box[model.CALLS] == len(last)
        if state == "closed" and not self.rules[model.BY_RATE]:
            run = list(itertools.takewhile(bool, reversed(self.other.outcomes)))
            assert self.box[model.FAILURES] == len(run) < self.rules[model.LIMIT]


Twins.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
test_the_kernel_and_the_reference_never_disagree = Twins.TestCase


@pytest.mark.parametrize("rule", [dict(failures=3), dict(rule="rate", least=2, window=3)])
@pytest.mark.parametrize("probes, successes", [(1, 1), (1, 3), (2, 3), (3, 2)])
def test_every_event_in_every_state_leads_where_the_description_says_and_nowhere_else(rule, probes, successes):
    found = model.transitions(**rule, probes=probes, successes=successes, open_for=1.0, patience=2.0)
    assert set(found) == {(s, e) for s in model.STATES for e in (*model.EVENTS, "late")}
    assert found["closed", "attempt"] == ["allowed, closed"]
    assert found["closed", "success"] == (["closed", "open"] if "rule" in rule else ["closed"])
    assert found["closed", "failure"] == ["closed", "open"]
    assert found["open", "attempt"] == ["allowed, half-open", "refused, open"]
    assert found["half-open", "attempt"] == ["allowed, half-open", "refused, half-open", "refused, open"]
    assert found["half-open", "success"] == (["closed"] if successes == 1 else ["closed", "half-open"])
    assert found["half-open", "failure"] == ["open"]
    for state in model.STATES:
        assert found[state, "late"] == [state]
        assert found[state, "reset"] == ["closed"] and found[state, "trip"] == ["open"]
        assert found[state, "neither"] == ([] if state == "open" else [state])
    assert found["open", "success"] == found["open", "failure"] == []


def scripted(events, **rules):
    """Run events (name, time) on one breaker; results belong to the oldest call that is out. Returns the states."""
    now = [0.0]
    breaker, out, states = model.CircuitBreaker(clock=lambda: now[0], **rules), [], []
    for name, now[0] in events:
        if name == "attempt":
            out.append(breaker.attempt())
        elif name in ("reset", "trip"):
            getattr(breaker, name)()
        else:
            getattr(breaker, name)(out.pop(0))
        states.append(breaker.state)
    return breaker, states, out


def test_five_failures_open_it_sixty_seconds_keep_it_and_five_successes_close_it():
    events = [(word, 0.0) for _ in range(5) for word in ("attempt", "failure")]
    breaker, states, _ = scripted(events)
    assert states[-2:] == ["closed", "open"]
    probes = [(word, 60.0) for _ in range(5) for word in ("attempt", "success")]
    assert scripted([*events, ("attempt", 59.999)])[2] == [0]
    assert scripted(events + probes)[1][10:] == ["half-open"] * 9 + ["closed"]
    assert breaker.counts == dict(failures=0, calls=0, successes=0, flying=0)


def test_four_successes_before_a_failure_do_not_count_after_the_next_opening():
    opening = [(word, 0.0) for _ in range(5) for word in ("attempt", "failure")]
    first = [(word, 60.0) for _ in range(4) for word in ("attempt", "success")] + [("attempt", 60.0), ("failure", 60.0)]
    again = [(word, 120.0) for _ in range(5) for word in ("attempt", "success")]
    states = scripted(opening + first + again)[1]
    assert states[19] == "open" and states[20:] == ["half-open"] * 9 + ["closed"]


def test_a_failure_sent_before_the_breaker_opened_does_not_count_as_a_failed_probe():
    opening = [("attempt", 0.0)] * 6 + [("failure", 1.0)] * 5
    breaker, states, out = scripted([*opening, ("attempt", 61.0)])
    assert states[-1] == "half-open" and out[0] != out[1]
    breaker.failure(out[0])
    assert breaker.state == "half-open"
    breaker.failure(out[1])
    assert breaker.state == "open"


def test_a_lost_probe_does_not_hold_it_half_open_for_ever():
    opening = [("trip", 0.0), ("attempt", 60.0), ("attempt", 61.0), ("attempt", 119.0), ("attempt", 120.0)]
    assert scripted(opening)[1] == ["open", "half-open", "half-open", "half-open", "open"]
    assert scripted([*opening, ("attempt", 180.0)])[1][-1] == "half-open"


def test_what_does_not_speak_against_the_dependency_neither_opens_nor_closes():
    events = [(word, 0.0) for _ in range(50) for word in ("attempt", "neither")]
    assert set(scripted(events)[1]) == {"closed"}
    breaker = model.CircuitBreaker(failures=1)
    with pytest.raises(KeyError):
        breaker.call(dict().__getitem__, "no such user", blames=lambda error: not isinstance(error, KeyError))
    assert breaker.state == "closed"
    with pytest.raises(ZeroDivisionError):
        breaker.call(lambda: 1 / 0)
    with pytest.raises(model.OpenError, match="nothing was sent"):
        breaker.call(lambda: 1 / 0)


def test_threads_do_not_slip_more_probes_through():
    now = [0.0]
    breaker = model.CircuitBreaker(clock=lambda: now[0], probes=3)
    breaker.trip()
    now[0] = 60.0
    tickets = []
    threads = [threading.Thread(target=lambda: tickets.append(breaker.attempt())) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(map(bool, tickets)) == 3


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_rate_rule_opens_at_its_share_and_not_before_the_least_number_of_calls(share):
    rules = dict(rule="rate", share=share, least=20, window=50)
    breaker = model.CircuitBreaker(clock=lambda: 0.0, **rules)
    for call in range(1, 21):
        assert breaker.state == "closed"
        (breaker.failure if call % 2 else breaker.success)(breaker.attempt())
    assert breaker.state == "open"
    breaker = model.CircuitBreaker(clock=lambda: 0.0, **rules)
    period = round(1 / share) + 1
    for call in range(500):
        (breaker.success if call % period else breaker.neither)(breaker.attempt())
    assert breaker.state == "closed" and breaker.counts["calls"] == 50 and breaker.counts["failures"] == 0


def test_how_many_calls_failures_in_a_row_need_is_the_known_mean():
    """Five in a row of a share q: (1 − q⁵)/(q⁵ (1 − q)) calls on average (Feller, chapter XIII.7)."""
    random, q, waits = np.random.default_rng(4), 0.5, []
    for _ in range(1500):
        breaker, calls = model.CircuitBreaker(clock=lambda: 0.0), 0
        while breaker.state == "closed":
            calls += 1
            (breaker.failure if random.random() < q else breaker.success)(breaker.attempt())
        waits.append(calls)
    error = np.std(waits) / np.sqrt(len(waits))
    assert abs(np.mean(waits) - (1 - q**5) / (q**5 * (1 - q))) < 4 * error < 8


@pytest.mark.parametrize(
    "wrong",
    [dict(rule="phi"), dict(failures=0), dict(share=0.0), dict(share=1.5), dict(least=101), dict(window=2.5),
     dict(open_for=-1), dict(probes=0), dict(successes=0), dict(patience=float("nan"))],
)  # fmt: skip
def test_rules_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        model.CircuitBreaker(**wrong)
