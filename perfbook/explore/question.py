"""Things that a reader answers: a challenge on an explorable, a choice, a number. Checked in the page."""

import functools
from dataclasses import dataclass

from . import template
from .explorable import register, registry

KINDS = {"predict": "Your guess first", "check": "Check your answer", "quiz": "Quiz"}


class Item:
    """What all questions share: their place in the registry and how a notebook shows them."""

    def __repr__(self):
        return self.text()

    @functools.cached_property
    def widget(self):
        from .widget import still

        return still(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        from .display import bundle

        return bundle(self)


def check_kind(kind):
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")


@dataclass(frozen=True, repr=False)
class Challenge(Item):
    """A task on an explorable: bring the outputs into the goal.

    of : the explorable's id;  ask : the task;  goal : {reference: (low, high)}, all to hold at once
    solution : {slider: value} that meets it, for the tests and for who gives up;  hint : one sentence
    """

    id: str
    of: str
    ask: str
    goal: dict
    solution: dict
    hint: str = ""

    def __post_init__(self):
        register(self)

    def check(self) -> None:
        """Raise ValueError if the goal is met at first, or not by the solution: for the tests, since it runs the kernel."""
        if self.met():
            raise ValueError(f"challenge {self.id}: the first values of {self.of} already meet it")
        if not self.met(**self.solution):
            raise ValueError(f"challenge {self.id}: its solution {self.solution} does not meet it")

    def met(self, **values) -> bool:
        """Whether the goal holds with the given sliders moved."""
        state = registry[self.of].run(**values)
        return all(low <= template.resolve(ref, state)[0] <= high for ref, (low, high) in self.goal.items())

    def text(self):
        return f"Challenge: {self.ask}"

    def html(self):
        from .page import challenge

        return challenge(self)


@dataclass(frozen=True, repr=False)
class Choice(Item):
    """A question with a few answers, each with what it reveals.

    kind : "predict" (before the reader moves anything), "check" or "quiz"
    options : {answer: what it reveals};  right : the answer that holds
    """

    id: str
    ask: str
    options: dict
    right: str
    kind: str = "predict"

    def __post_init__(self):
        check_kind(self.kind)
        if self.right not in self.options:
            raise ValueError(f"choice {self.id}: right must be one of the options, got {self.right!r}")
        register(self)

    def text(self):
        return "\n".join([f"{KINDS[self.kind]}: {self.ask}", *(f"  ( ) {option}" for option in self.options)])

    def html(self):
        from .page import choice

        return choice(self)


@dataclass(frozen=True, repr=False)
class Number(Item):
    """A question with a number for an answer.

    answer : the number, from code;  unit : its unit;  tolerance : relative;  because : shown after an answer
    """

    id: str
    ask: str
    answer: float
    unit: str = ""
    tolerance: float = 0.02
    because: str = ""
    kind: str = "check"

    def __post_init__(self):
        check_kind(self.kind)
        if not abs(float(self.answer)) < float("inf"):
            raise ValueError(f"number {self.id}: answer must be finite, got {self.answer}")
        register(self)

    def right(self, given: float) -> bool:
        """Whether a given number is near enough."""
        return abs(given - self.answer) <= self.tolerance * abs(self.answer)

    def text(self):
        return f"{KINDS[self.kind]}: {self.ask}" + (f" ({self.unit})" if self.unit else "")

    def html(self):
        from .page import number

        return number(self)
