"""The circuit breaker: three states, six events, one kernel that says what each event does in each state.

The notebook, the simulator (`dependency`) and the figures all run the same kernel. A caller asks before each call and
gets a ticket, which is 0 if it may not call. With the outcome it hands the ticket back: an outcome whose ticket is of
another spell than the present one (the breaker has changed its state since) is news of the past, and changes nothing.
Times are in seconds, of a clock that may stand still; one that runs backwards is held at its latest reading.

Source: M. T. Nygard, Release It!, 2nd edition, 2018, chapter 5; the window of outcomes and the bounded number of calls
while half-open as Resilience4j has them. Explained in chapter 2, section 7.
"""

import threading
import time

import numpy as np

from . import checks
from .kernel import Floats, kernel

CLOSED, OPEN, HALF_OPEN = range(3)
STATES = ("closed", "open", "half-open")
ATTEMPT, SUCCESS, FAILURE, NEITHER, RESET, TRIP = range(6)
EVENTS = ("attempt", "success", "failure", "neither", "reset", "trip")

# Places of a breaker's numbers in its box; the window of outcomes (1 a failure) follows them.
STATE, SPELL, SINCE, CLOCK, FAILURES, CALLS, SUCCESSES, FLYING, NEXT = range(9)
BOX = 9
# Places of its rules.
BY_RATE, LIMIT, SHARE, LEAST, WINDOW, OPEN_FOR, PROBES, NEEDED, LOST_AFTER = range(9)
RULES = 9


@kernel
def breaker_enter(state: int, now: float, box: Floats, at: int) -> None:
    """A new spell of ``state`` from ``now`` on: every counter at 0, whichever way it came."""
    box[at + STATE] = state
    box[at + SPELL] += 1.0
    box[at + SINCE] = now
    for place in (FAILURES, CALLS, SUCCESSES, FLYING, NEXT):
        box[at + place] = 0.0


@kernel
def breaker_step(event: int, time: float, ticket: float, rules: Floats, box: Floats, at: int) -> float:
    """One event at a time; returns the ticket of an attempt (0: not allowed), and for other events the new state.

    event : 0 attempt, 1 success, 2 failure, 3 neither (the call ended and says nothing of the dependency's health),
        4 reset to closed by hand, 5 trip by hand;  ticket : that of the call, for the events 1 to 3
    rules : 1 to go by the rate of failures, 0 by their run; failures in a row that open; share of failures that opens,
        calls needed before the share counts, calls that it looks back on; seconds open; calls at once while half-open;
        successes in a row that close; seconds after which half-open without a verdict opens
    box : the breaker's numbers, from place ``at`` on; zeros are a closed breaker that nobody has used

    Open turns to half-open at the first attempt after its time. Half-open whose calls are all out and have brought no
    verdict for the last rule's time opens again: a call that is lost cannot hold it there for ever.
    """
    now = max(time, box[at + CLOCK])
    box[at + CLOCK] = now
    state = int(box[at + STATE])
    if event == RESET:
        breaker_enter(CLOSED, now, box, at)
    elif event == TRIP:
        breaker_enter(OPEN, now, box, at)
    elif event == ATTEMPT:
        lasted = now - box[at + SINCE]
        if state == OPEN and lasted >= rules[OPEN_FOR]:
            state = HALF_OPEN
            breaker_enter(HALF_OPEN, now, box, at)
        if state == HALF_OPEN and box[at + FLYING] >= rules[PROBES]:
            if lasted >= rules[LOST_AFTER]:
                breaker_enter(OPEN, now, box, at)
            return 0.0
        if state == OPEN:
            return 0.0
        if state == HALF_OPEN:
            box[at + FLYING] += 1.0
        return box[at + SPELL] + 1.0
    elif ticket == box[at + SPELL] + 1.0:
        if state == HALF_OPEN and box[at + FLYING] > 0.0:
            box[at + FLYING] -= 1.0
            if event == FAILURE:
                breaker_enter(OPEN, now, box, at)
            elif event == SUCCESS:
                box[at + SUCCESSES] += 1.0
                box[at + SINCE] = now  # a verdict
                if box[at + SUCCESSES] >= rules[NEEDED]:
                    breaker_enter(CLOSED, now, box, at)
        elif state == CLOSED and event != NEITHER:
            failed = 0.0
            if event == FAILURE:
                failed = 1.0
            if rules[BY_RATE] == 0.0:
                box[at + FAILURES] = (box[at + FAILURES] + 1.0) * failed
                if box[at + FAILURES] >= rules[LIMIT]:
                    breaker_enter(OPEN, now, box, at)
            else:
                place = at + BOX + int(box[at + NEXT])
                if box[at + CALLS] >= rules[WINDOW]:
                    box[at + FAILURES] -= box[place]
                else:
                    box[at + CALLS] += 1.0
                box[at + FAILURES] += failed
                box[place] = failed
                box[at + NEXT] = (box[at + NEXT] + 1.0) % rules[WINDOW]
                if box[at + CALLS] >= rules[LEAST] and box[at + FAILURES] >= rules[SHARE] * box[at + CALLS]:
                    breaker_enter(OPEN, now, box, at)
    return box[at + STATE]


def rules_of(rule="count", failures=5, share=0.5, least=20, window=100, open_for=60.0, probes=1, successes=5,
             patience=60.0):  # fmt: skip
    """The rules as the kernel takes them, an array of nine numbers.

    rule : "count", which opens after ``failures`` in a row, or "rate", which opens when a share ``share`` (above 0, at
        most 1) of the last ``window`` calls failed, once there are ``least`` of them
    open_for : seconds;  probes : calls at once while half-open;  successes : in a row, that close it
    patience : seconds that half-open waits for a verdict when all its calls are out
    Raises ValueError outside these ranges. Explained in chapter 2, section 7.
    """
    checks.one_of("rule", rule, ("count", "rate"))
    return np.array(
        [
            rule == "rate",
            checks.whole("failures", failures, 1),
            checks.number("share", checks.positive("share", share), 0, 1),
            checks.whole("least", least, 1, checks.whole("window", window, 1, 10_000)),
            window,
            checks.number("open_for", open_for, 0),
            checks.whole("probes", probes, 1),
            checks.whole("successes", successes, 1),
            checks.number("patience", patience, 0),
        ],
        dtype=np.float64,
    )


class OpenError(RuntimeError):
    """The breaker did not let the call through; nothing was sent."""


class CircuitBreaker:
    """A circuit breaker for threads, over the kernel of the book.

    rule, failures, share, least, window, open_for, probes, successes : as in `rules_of`
    clock : function that gives seconds and never runs backwards, such as ``time.monotonic``
    Raises ValueError as `rules_of` does. Explained in chapter 2, section 7.

    >>> breaker = CircuitBreaker(failures=2, clock=lambda: 0.0)
    >>> for _ in range(2):
    ...     breaker.failure(breaker.attempt())
    >>> breaker.state, breaker.attempt()
    ('open', 0)
    """

    def __init__(self, clock=time.monotonic, **rules):
        self.rules = rules_of(**rules)
        self.clock = clock
        self.lock = threading.Lock()
        self.box = np.zeros(BOX + int(self.rules[WINDOW]))

    def _step(self, event, ticket=0):
        with self.lock:
            return breaker_step(event, float(self.clock()), float(ticket), self.rules, self.box, 0)

    def attempt(self) -> int:
        """A ticket for one call, or 0 if it may not be made."""
        return int(self._step(ATTEMPT))

    def success(self, ticket):
        """The call with this ticket was answered."""
        self._step(SUCCESS, ticket)

    def failure(self, ticket):
        """The call with this ticket failed in a way that speaks against the dependency: an error of its own, a timeout."""
        self._step(FAILURE, ticket)

    def neither(self, ticket):
        """The call with this ticket ended and tells nothing: the caller's own mistake, or the caller left."""
        self._step(NEITHER, ticket)

    def reset(self):
        """Close it by hand."""
        self._step(RESET)

    def trip(self):
        """Open it by hand."""
        self._step(TRIP)

    @property
    def state(self) -> str:
        """The state that the next event will find: "closed", "open" or "half-open"."""
        return STATES[int(self.box[STATE])]

    @property
    def counts(self) -> dict:
        """The counters of the present spell: failures, calls, successes, flying (calls out while half-open)."""
        names = {"failures": FAILURES, "calls": CALLS, "successes": SUCCESSES, "flying": FLYING}
        return {name: int(self.box[place]) for name, place in names.items()}

    def call(self, function, *arguments, blames=lambda error: True):
        """Call ``function`` through the breaker, and count its outcome.

        blames : whether an exception speaks against the dependency; one that does not counts as neither
        Raises OpenError if the breaker lets nothing through, and whatever the function raises.
        """
        ticket = self.attempt()
        if not ticket:
            raise OpenError(f"the breaker is {self.state}: nothing was sent")
        try:
            answer = function(*arguments)
        except Exception as error:
            (self.failure if blames(error) else self.neither)(ticket)
            raise
        except BaseException:
            self.neither(ticket)
            raise
        self.success(ticket)
        return answer


def transitions(**rules):
    """What each event does in each state, found by running the machine: {(state, event): what may follow, sorted}.

    What follows is a state; for an attempt, "allowed" or "refused" and the state. "late" is a success or a failure
    whose ticket is of an earlier spell. Every setting of the counters that can be reached is visited.
    rules : as in `rules_of`; keep them small. Raises ValueError as it does. Explained in chapter 2, section 7.
    """
    numbers = rules_of(**rules)
    longest = max(numbers[OPEN_FOR], numbers[LOST_AFTER])
    start = (0.0,) * (BOX + int(numbers[WINDOW]))
    found = {(state, event): set() for state in STATES for event in (*EVENTS, "late")}
    seen, front = {start}, [start]
    while front:
        box = front.pop()
        state = STATES[int(box[STATE])]
        results = [(event, box[SPELL] + 1.0, EVENTS[event]) for event in (SUCCESS, FAILURE, NEITHER)]
        if state == "open" or (state == "half-open" and box[FLYING] == 0.0):
            results = []  # no call of this spell is out
        news = [(event, 0.0, EVENTS[event]) for event in (ATTEMPT, RESET, TRIP)]
        for event, ticket, name in [*results, *news, (SUCCESS, box[SPELL], "late"), (FAILURE, box[SPELL], "late")]:
            for wait in (0.0, numbers[OPEN_FOR], numbers[LOST_AFTER]):
                after = np.array(box)
                answer = breaker_step(event, box[CLOCK] + wait, ticket, numbers, after, 0)
                follows = STATES[int(after[STATE])]
                if event == ATTEMPT:
                    follows = ("allowed, " if answer else "refused, ") + follows
                found[state, name].add(follows)
                # What matters of the times is how long this spell has lasted, up to the longest rule.
                after[CLOCK] = min(after[CLOCK] - after[SINCE], longest)
                after[SPELL] = after[SINCE] = 0.0
                if tuple(after) not in seen:
                    seen.add(tuple(after))
                    front.append(tuple(after))
    return {key: sorted(follows) for key, follows in found.items()}
