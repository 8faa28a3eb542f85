"""The model checker against schedules written out by itertools and run by a plain interpreter, and against counts by hand."""

import collections
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfbook import interleave, modelcheck, surge
from perfbook.figures.stories.surge import END, KNOWN, LONGEST, STATES, interleaving_player, interleavings
from perfbook.processes import at, atomic, branch, cas, let, lock, look, put, read, unlock, write

PRICE = {"price": 2.0}


class Plain:
    """Processes as Python objects over dicts: another reading of what the steps mean, one schedule at a time."""

    def __init__(self, processes, memory, retries):
        self.programs, self.retries = processes, retries
        self.memory, self.version, self.held = dict(memory), collections.Counter(), {}
        self.place, self.tries = [0] * len(processes), [0] * len(processes)
        self.registers, self.seen = [{} for _ in processes], [{} for _ in processes]

    def step(self, who):
        """Take a step; False if it cannot be taken."""
        program, mine, seen = self.programs[who], self.registers[who], self.seen[who]
        if self.place[who] is None or self.place[who] >= len(program):
            return False
        labels = {s.label: i for i, s in enumerate(program) if s.label} | {"end": len(program)}
        s, go = program[self.place[who]], self.place[who] + 1
        where = lambda target: labels.get(target, target)  # noqa: E731
        match s.operation:
            case interleave.LOCK:
                if s.lock in self.held:
                    return False
                self.held[s.lock] = who
            case interleave.UNLOCK:
                self.held.pop(s.lock, None)
            case interleave.READ:
                mine[s.writes], seen[s.writes] = self.memory[s.cell], self.version[s.cell]
            case interleave.LET:
                mine[s.writes] = (s.x * mine[s.reads[0]] if s.reads else 0) + s.y
            case interleave.WRITE:
                self.memory[s.cell] = mine[s.reads[0]]
                self.version[s.cell] += 1
            case interleave.ATOMIC:
                self.memory[s.cell] = s.x * self.memory[s.cell] + s.y
                self.version[s.cell] += 1
            case interleave.CAS:
                expected, new = s.reads
                same = self.version[s.cell] == seen[expected] if s.y else self.memory[s.cell] == mine[expected]
                if same:
                    self.memory[s.cell] = mine[new]
                    self.version[s.cell] += 1
                else:
                    self.tries[who] += 1
                    go = where(s.target) if self.tries[who] <= self.retries else None
            case interleave.BRANCH:
                other = mine[s.reads[1]] if len(s.reads) > 1 else s.y
                left = mine[s.reads[0]]
                if {"<": left < other, "==": left == other, ">=": left >= other, "!=": left != other}[s.relation]:
                    go = where(s.target)
        self.place[who] = go
        return True


def run(processes, memory, schedule, retries=3):
    """The memory after a schedule, or None if it cannot be taken; and whether everybody has come to an end."""
    plain = Plain(processes, memory, retries)
    if not all(plain.step(who) for who in schedule):
        return None, False
    return tuple(plain.memory.values()), not any(Plain.step(plain, w) for w in range(len(processes)))


def by_hand(processes, memory, longest, retries=3):
    """{memory: schedules} by trying every word over the processes up to a length."""
    counts = collections.Counter()
    for length in range(longest + 1):
        for schedule in itertools.product(range(len(processes)), repeat=length):
            final, ended = run(processes, memory, schedule, retries)
            if final is not None and ended:
                counts[tuple(map(float, final))] += 1
    return dict(sorted(counts.items()))


def orders_of(counts):
    """Every order in which processes of so many steps can take them, by itertools."""
    word = [p for p, k in enumerate(counts) for _ in range(k)]
    return sorted(set(itertools.permutations(word)))


@pytest.mark.parametrize("processes", [2, 3, 4])
@pytest.mark.parametrize("looks", [False, True])
def test_schedules_that_nobody_waits_in_are_a_multinomial(processes, looks):
    made = [surge.pricing(looks=looks)] * processes
    steps = [len(p) for p in made]
    assert (
        modelcheck.check(made, PRICE).schedules
        == modelcheck.multinomial(*steps)
        == math.factorial(sum(steps)) // math.prod(math.factorial(k) for k in steps)
    )


def test_four_processes_of_four_steps_have_63_063_000_schedules():
    verdict = modelcheck.check([surge.pricing(looks=True)] * 4, PRICE)
    assert verdict.schedules == 63_063_000 == sum(verdict.finals.values())
    assert list(verdict.value("price")) == [3.0, 4.5, 6.75, 10.125]
    # Only the last three steps count: each look can be put into any schedule of them, anywhere before its own read.
    short = modelcheck.check([surge.pricing()] * 4, PRICE)
    assert short.schedules == 369_600


@pytest.mark.parametrize("n", [2, 3, 4])
def test_read_compute_write_loses_nothing_only_one_after_the_other(n):
    verdict = modelcheck.check([surge.pricing()] * n, PRICE)
    assert verdict.schedules - verdict.bad == math.factorial(n) == verdict.finals[(2 * 1.5**n,)]


def test_a_step_before_the_read_may_come_at_any_time():
    verdict = modelcheck.check([surge.pricing(looks=True)] * 2, PRICE)
    assert verdict.schedules - verdict.bad == sum(takes_turns(order) for order in orders_of([4, 4])) == 10


def takes_turns(order):
    """Whether no step of another process but its first, a look, comes between a process's second and last."""
    done = collections.Counter()
    inside = None
    for who in order:
        done[who] += 1
        if done[who] == 1:
            continue
        if inside not in (None, who):
            return False
        inside = None if done[who] == 4 else who
    return True


SMALL = {
    "no protection": ([surge.pricing()] * 2, PRICE, 6, 3),
    "a look": ([surge.pricing(looks=True), surge.pricing()], PRICE, 7, 3),
    "a lock": ([surge.pricing("a lock")] * 2, PRICE, 10, 3),
    "compare and swap": ([surge.pricing("CAS on the value")] * 2, PRICE, 9, 3),
    "gives up": ([surge.pricing("CAS on the value")] * 2, PRICE, 9, 0),
    "version": ([surge.pricing("CAS with a version")] * 2, PRICE, 9, 3),
    "atomic": ([surge.pricing("one atomic step", "+ 1", True)] * 3, PRICE, 6, 3),
    "the episode's": ([surge.pricing(operation="√(demand/supply)")] * 2, PRICE, 6, 3),
    "tick": ([surge.once_a_tick()] * 2, PRICE | {"tick": 0}, 12, 3),
    "two locks": ([[lock("a"), lock("b"), unlock("b"), unlock("a")], [lock("b"), lock("a"), unlock("a"), unlock("b")]], {"x": 0}, 8, 3),
    "check then act": ([[read("left", "seats"), branch("left", "<", 1, "end"), let("left", "left", plus=-1), write("seats", "left"),
                         atomic("sold", plus=1)]] * 2, {"seats": 1, "sold": 0}, 10, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_every_schedule_by_hand_every_walk_and_the_graph_come_to_the_same_ends(name):
    processes, memory, longest, retries = SMALL[name]
    expected = by_hand(processes, memory, longest, retries)
    verdict = modelcheck.check(processes, memory, retries=retries)
    assert verdict.finals == expected
    assert modelcheck.walk(processes, memory, retries) == expected
    assert verdict.longest <= longest


steps = st.sampled_from(
    [look(), read("x", "m"), let("x", plus=1), let("x", "x", 2.0, 1.0), write("m", "x"), write("n", "x"), read("x", "n"),
     lock(), unlock(), atomic("m", 2.0, 1.0), put("n", 3), at("again", read("x", "m")), branch("x", "<", 3, "end"),
     cas("m", "x", "x"), cas("m", "x", "x", version=True)]
)  # fmt: skip
programs = st.lists(steps, min_size=1, max_size=3).map(lambda body: [read("x", "m"), *body])


@settings(max_examples=80)
@given(st.lists(programs, min_size=2, max_size=2), st.integers(0, 2))
def test_the_walk_and_the_graph_agree_on_any_program(processes, retries):
    memory = {"m": 1, "n": 0}
    verdict = modelcheck.check(processes, memory, retries=retries)
    assert modelcheck.walk(processes, memory, retries) == verdict.finals
    assert sum(verdict.finals.values()) == verdict.schedules


def test_a_walk_of_369_600_schedules_agrees_with_1_121_states():
    processes = [surge.pricing()] * 4
    verdict = modelcheck.check(processes, PRICE)
    assert modelcheck.walk(processes, PRICE) == verdict.finals and verdict.states == 1121


def test_every_number_is_another_schedule_in_order_and_none_is_missing():
    verdict = modelcheck.check([surge.pricing()] * 2 + [surge.pricing("one atomic step")], PRICE)
    listed = [verdict.schedule(i) for i in range(1, verdict.schedules + 1)]
    assert listed == [tuple("ABC"[p] for p in order) for order in orders_of([3, 3, 1])]


@pytest.mark.parametrize("name", ["no protection", "a look", "two locks", "check then act", "tick"])
def test_no_bad_schedule_is_shorter_or_has_fewer_switches(name):
    processes, memory, longest, _ = SMALL[name]
    verdict = modelcheck.check(processes, memory)
    right = {run_whole(processes, memory, order) for order in itertools.permutations(range(2))}
    best = (math.inf, 0)
    for length in range(longest + 1):
        for schedule in itertools.product(range(2), repeat=length):
            plain = Plain(processes, memory, 3)
            if all(plain.step(who) for who in schedule) and not any(plain.step(w) for w in range(2)):
                stuck = any(p is not None and p < len(processes[w]) for w, p in enumerate(plain.place))
                if stuck or tuple(plain.memory.values()) not in right:
                    switches = sum(a != b for a, b in itertools.pairwise(schedule))
                    best = min(best, (length, switches))
    found = verdict.shortest
    assert (len(found), sum(a != b for a, b in itertools.pairwise(found))) == best
    assert verdict.trace()[-1].memory


def run_whole(processes, memory, order):
    plain = Plain(processes, memory, 3)
    for who in order:
        while plain.step(who):
            pass
    return tuple(plain.memory.values())


@pytest.mark.parametrize("method", surge.METHODS[1:])
@pytest.mark.parametrize("operation", surge.OPERATIONS)
def test_each_protection_is_safe_within_four_processes(method, operation):
    verdict = modelcheck.check([surge.pricing(method, operation, True)] * 4, PRICE)
    assert verdict.safe and verdict.shortest is None and verdict.stuck == 0
    assert "safe within the bound" in str(verdict)


def test_a_compare_and_swap_fails_only_when_another_has_succeeded():
    """So n processes need at most n - 1 tries again each; with fewer, some give up, and say so, and nothing is lost."""
    enough = modelcheck.check([surge.pricing("CAS on the value")] * 4, PRICE, retries=3)
    assert enough.gave_up == 0 and set(enough.value("price")) == {10.125}
    fewer = modelcheck.check([surge.pricing("CAS on the value")] * 4, PRICE, retries=0)
    assert fewer.gave_up > 0 and fewer.safe and min(fewer.value("price")) == 3.0


def test_the_episodes_rule_writes_3_in_every_schedule_and_can_not_write_4_5():
    verdict = modelcheck.check([surge.pricing(operation="√(demand/supply)")] * 4, PRICE)
    assert verdict.value("price") == {3.0: 369_600}
    assert (
        surge.surge_multiplier(9, 1) == 3.0
        and surge.surge_multiplier(1000, 1) == 5.0
        and surge.surge_multiplier(1, 4) == 0.5
    )
    with pytest.raises(ValueError, match="supply must be above 0"):
        surge.surge_multiplier(9, 0)


def test_aba_on_a_price_does_no_harm_and_on_a_free_list_it_gives_one_driver_away_twice():
    price = modelcheck.check([surge.pricing("CAS on the value")] * 2 + [surge.lowering()], PRICE)
    assert price.safe
    harm = modelcheck.check([surge.dispatch(), surge.dispatch_two_return_one()], surge.DRIVERS, safe=surge.apart)
    assert not harm.safe
    fates = [m.memory for m in harm.trace()]
    assert [m["first"] for m in fates].count(1) >= 2 and not surge.apart(
        fates[-1]
    )  # driver 1 is first, is not, is again
    firsts = [k for k, _ in itertools.groupby(m["first"] for m in fates)]
    assert firsts[0] == 1 and 1 in firsts[1:]
    # The same schedules, run by the plain interpreter of a list: this one knows nothing of states.
    fixed = modelcheck.check(
        [surge.dispatch("A", True), surge.dispatch_two_return_one("B", True)], surge.DRIVERS, safe=surge.apart
    )
    assert fixed.safe and fixed.schedules > 10_000


def test_once_a_tick_in_two_writes_tells_the_episodes_story_and_in_one_lock_it_cannot():
    verdict = modelcheck.check([surge.once_a_tick()] * 2, PRICE | {"tick": 0})
    assert set(verdict.value("price")) == {3.0, 4.5}
    locked = modelcheck.check([[lock(), *surge.once_a_tick()[:1], branch("mark", "==", 1, 7), *surge.once_a_tick()[2:], unlock()]] * 4,
                              PRICE | {"tick": 0})  # fmt: skip
    assert locked.safe and locked.value("price") == {3.0: locked.schedules}


def test_a_condition_that_must_always_hold_is_found_where_it_breaks():
    deposit = [read("x", "a"), let("x", "x", plus=-60), write("a", "x"), atomic("b", plus=60)]
    verdict = modelcheck.check([deposit], {"a": 100, "b": 0}, always=lambda m: m["a"] + m["b"] == 100)
    assert verdict.bad == 1 and verdict.shortest == ("A", "A", "A")


@pytest.mark.parametrize("processes", [2, 3, 4])
@pytest.mark.parametrize("method", [0, 2])
def test_the_figure_says_what_the_checker_says(processes, method):
    seen = interleavings.at(processes=processes, method=method, looks=0, retries=1)
    verdict = modelcheck.check([surge.pricing(surge.METHODS[method])] * processes, PRICE, retries=1)
    shares = {v: n / verdict.schedules for v, n in verdict.value("price").items()}
    assert {k: v for k, v in zip(seen["ladder"], seen["right"] + seen["wrong"], strict=True) if v} == pytest.approx(
        shares
    )
    assert seen["now"][[0, 1, 3, 4, 5]] == pytest.approx(
        [
            verdict.schedules,
            verdict.bad / verdict.schedules,
            verdict.gave_up / verdict.schedules,
            verdict.states,
            verdict.longest,
        ]
    )
    lost = sum((processes - math.log(v / 2, 1.5)) * n for v, n in shares.items())
    if method == 0:
        assert seen["now"][2] == pytest.approx(lost)


def test_the_largest_setting_of_the_figure_has_room_and_is_counted_exactly():
    for method in (2, 3):
        now = interleavings.at(processes=4, method=method, looks=1, retries=3)["now"]
        verdict = modelcheck.check([surge.pricing(surge.METHODS[method], looks=True)] * 4, PRICE)
        assert now[0] == verdict.schedules < 2**53 and now[4] == verdict.states < STATES


def test_the_player_shows_the_schedule_that_its_number_names():
    verdict = modelcheck.check([surge.pricing()] * 3, PRICE)
    for number in (1, 7, 100, 101, 1234, 1680):
        seen = interleaving_player.at(
            processes=3, show=0, part=((number - 1) // 100 + 0.5) / 17, ones=(number - 1) % 100 + 1
        )
        steps = int(seen["summary"][2])
        assert seen["summary"][1] == number
        assert tuple("ABC"[int(p)] for p in seen["lane"][:steps]) == verdict.schedule(number)
        assert seen["price"][steps] == verdict.trace(verdict.schedule(number))[-1].memory["price"]


@pytest.mark.parametrize("program", range(9))
@pytest.mark.parametrize("processes", [2, 3, 4])
def test_every_program_of_the_player_fits_its_clock_and_every_price_has_a_word(program, processes):
    for operation in range(3 if program < 5 else 1):
        for part in (0, 0.37, 1):
            seen = interleaving_player.at(
                program=program, processes=processes, operation=operation, looks=1, show=0, part=part, ones=50
            )
            steps = int(seen["summary"][2])
            assert steps <= LONGEST and seen["moments"][steps] < END
            prices = seen["price"][: steps + 1]
            assert program in (6, 7) or set(np.round(prices, 9)) <= set(np.round(KNOWN, 9))


def test_the_player_has_room_for_all_that_it_shows():
    for program in range(9):
        seen = interleaving_player.at(program=program, processes=4, looks=1)
        made = interleaving_player.workspace
        assert seen["summary"][5] < made["ways"] - 1
    for version in (False, True):
        widest = modelcheck.system(
            [surge.dispatch("A", version), surge.dispatch_two_return_one("B", version)], surge.DRIVERS
        )
        assert 2 * interleave.state_width(widest.shape) <= made["pair"]


def test_the_players_aba_is_one():
    seen = interleaving_player.at(**interleaving_player.presets["ABA on a price"])
    steps = int(seen["summary"][2])
    assert "".join("ABC"[int(p)] for p in seen["lane"][:steps]) == "AABBBCCCA"
    assert [k for k, _ in itertools.groupby(seen["price"][: steps + 1])] == [2, 3, 2, 3] and seen["summary"][3] == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: modelcheck.check([], PRICE), "processes must be a whole number from 1 to 6, got 0"),
        (lambda: modelcheck.check([["read"]], PRICE), "processes must be lists of steps"),
        (lambda: modelcheck.check([[write("price", "x")]], PRICE), "register x is used before anything is put into it"),
        (lambda: modelcheck.check([[read("x", "prise")]], PRICE), "must name a cell of the memory (price)"),
        (lambda: modelcheck.check([[read("x", "price"), branch("x", "<", 1, "nowhere")]], PRICE), "must go to a label"),
        (
            lambda: modelcheck.check([surge.pricing()], PRICE, retries=-1),
            "retries must be a whole number from 0 to 8, got -1",
        ),
        (lambda: branch("x", "~", 1, 0), "relation must be one of <, ==, >=, !=, got '~'"),
        (
            lambda: modelcheck.check([surge.pricing()], PRICE).schedule(2),
            "number must be a whole number from 1 to 1, got 2",
        ),
        (lambda: surge.pricing("hope"), "method must be one of"),
        (lambda: modelcheck.multinomial(-1), "steps must be a whole number from 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
