"""Chapter 3, section 4: guesses, checks of exercises, quiz."""

import math

from perfbook import modelcheck, surge
from perfbook.explore import Choice, Number
from perfbook.processes import at, atomic, branch, cas, let, lock, put, read, unlock, write

ORDERS = math.factorial(4)

predict_surge_race = Choice(
    "predict-surge-race",
    ask="A price stands at 2.0. Four nodes each raise it once by half: read it, multiply by 1.5, write it. Nothing "
    "protects it. What can "
    "happen to the price?",
    options={
        "It compounds: too many increases can end up in it": "No schedule of four nodes puts more than four "
        "increases in. Each node writes 1.5 times something that it read, once.",
        "It is too low in a few unlucky schedules": "Too low is right, and few is not: of "
        f"{modelcheck.multinomial(3, 3, 3, 3):,} schedules {ORDERS} are right, those in which the nodes take turns.",
        f"It is too low in all schedules but {ORDERS}": "Yes. It is right only if each node is through before the next one "
        "begins, and there are 4! = 24 orders of that. A race of this kind loses increases; it never adds one.",
    },
    right=f"It is too low in all schedules but {ORDERS}",
)

predict_surge_aba = Choice(
    "predict-surge-aba",
    ask="Node A reads 2.0 and works out 3.0. Before it swaps, B raises the price to 3.0 and C lowers it back to 2.0. "
    "A's compare-and-swap "
    "finds 2.0 and writes 3.0. Is the result wrong?",
    options={
        "Yes, A acted on a value that was out of date": "The value was not out of date: it was 2.0 when A swapped. "
        "That it had been something else in between changes nothing about 1.5 × 2.0.",
        "No, it is as if A came after B and C": "Yes. The new price depends on the stored value alone, so "
        "the schedule cannot be told from B, C, A in a row.",
        "It depends on who was faster": "Not here: B and C were done before A swapped, and what A does depends only on what it "
        "finds. The checker tries all the other schedules.",
    },
    right="No, it is as if A came after B and C",
)

SEEN = [read("seen", "balance"), branch("seen", "<", 80, "end"), let("rest", "seen", plus=-80), write("balance", "rest"),
        atomic("paid", plus=80)]  # fmt: skip
_withdraw = modelcheck.check([SEEN] * 2, {"balance": 100, "paid": 0})

check_surge_withdraw = Number(
    "check-surge-withdraw",
    ask="Of all schedules, how many pay out 160 from an account of 100?",
    answer=_withdraw.value("paid")[160],
    unit="schedules",
    tolerance=0,
    because=f"{_withdraw.bad} of {_withdraw.schedules}: whenever both have read the balance before either has written it. "
    f"The {_withdraw.schedules - _withdraw.bad} others are those in which the second reads the 20 and leaves at its check.",
)


def build(again):
    """Make something once, behind a lock; with a second check inside the lock, or without."""
    check = [read("b", "made"), branch("b", "==", 1, "out")]
    return [read("a", "made"), branch("a", "==", 1, "end"), lock(), *check * again, atomic("built", plus=1), put("made", 1),
            at("out", unlock())]  # fmt: skip


_built, _twice = (modelcheck.check([build(again)] * 2, {"made": 0, "built": 0}) for again in (False, True))

check_surge_double = Number(
    "check-surge-double",
    ask="Without the second check, in how many schedules of two processes is it built twice?",
    answer=_built.value("built")[2],
    unit="schedules",
    tolerance=0,
    because=f"{_built.bad} of {_built.schedules}. Both have looked before either has marked it as made; the lock "
    "then only makes them build one after the other. With the second check there are "
    f"{_twice.schedules} schedules and none is bad.",
)

CLAIM = [read("mark", "tick"), branch("mark", "==", 1, "end"), let("one", plus=1), cas("tick", "mark", "one", again="end"),
         read("old", "price"), let("new", "old", 1.5), write("price", "new")]  # fmt: skip
_claimed = modelcheck.check([CLAIM] * 3, {"price": 2.0, "tick": 0})

check_surge_claim = Number(
    "check-surge-claim",
    ask="How many schedules do three such processes have, all of which end at 3.0?",
    answer=_claimed.value("price")[3.0],
    unit="schedules",
    tolerance=0,
    because=f"{_claimed.schedules:,}, and the price is 3.0 in each: one swap of the mark succeeds, and only its "
    "process goes on to the price.",
)

quiz_surge_count = Number(
    "quiz-surge-count",
    ask="Three processes of two steps each, none of which ever waits. How many schedules?",
    answer=modelcheck.multinomial(2, 2, 2),
    unit="schedules",
    tolerance=0,
    because="6! / (2! 2! 2!) = 720 / 8 = 90.",
    kind="quiz",
)

quiz_surge_direction = Choice(
    "quiz-surge-direction",
    ask="A dashboard shows a counter that is too high after a busy night. All that touches it reads, adds 1 and "
    "writes. Was it a lost update?",
    options={
        "Yes, races make counters unreliable": "In one direction: they lose increments, and the counter is too low.",
        "Only if more than two wrote at once": "However many write, each puts in at most one.",
        "No, a lost update makes it too low": "Right. Look for what was applied twice.",
    },
    right="No, a lost update makes it too low",
    kind="quiz",
)

_mixed = modelcheck.check([surge.pricing("CAS with a version"), surge.pricing()], {"price": 2.0})

quiz_surge_mixed = Choice(
    "quiz-surge-mixed",
    ask="All nodes but one use compare-and-swap with a version. The old batch job reads, and writes without comparing. Is the price safe?",
    options={
        "No, its write can destroy theirs": f"Yes: with one of each, {_mixed.bad} of {_mixed.schedules} schedules lose an increase. "
        "A rule about a value binds all who write it or nobody.",
        "Yes, the others notice its write": "They do if its write moves the version. It does not notice theirs, and overwrites them.",
        "Only its own increase can be lost": "Theirs can: what was written between its read and its write is gone.",
    },
    right="No, its write can destroy theirs",
    kind="quiz",
)

_four = modelcheck.check([surge.pricing("CAS with a version", looks=True)] * 4, {"price": 2.0})

quiz_surge_bound = Choice(
    "quiz-surge-bound",
    ask=f"The checker says of four processes: {_four.states:,} states, safe within the bound. What has been proved?",
    options={
        "That the code as it is written has no races": "Nothing about the code: about these steps, which somebody wrote down, for so "
        "many processes and tries.",
        "That no schedule within the bound ends wrong": "Yes, of these processes, these steps and so many tries, and nothing beyond: a "
        "step that is not one step on your machine, a fifth process, a crash are outside.",
        f"That fewer than 1 schedule in {_four.states:,} is wrong": "It is no sample. It has looked at every state, and none of those "
        "is an error.",
    },
    right="That no schedule within the bound ends wrong",
    kind="quiz",
)
