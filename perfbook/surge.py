"""The story of the surge as processes: who raises a price how, and what a free list of drivers is.

The episode's own text is not at hand; its code is built again from the audit of its errors. Explained in chapter 3,
section 4.
"""

import math

import numpy as np

from . import checks
from .processes import at, atomic, branch, cas, let, lock, look, put, read, translate, unlock, write

METHODS = ("no protection", "a lock", "CAS on the value", "CAS with a version", "one atomic step")
OPERATIONS = {
    "× 1.5": (1.5, 0.0),
    "+ 1": (1.0, 1.0),
    "√(demand/supply)": (0.0, 3.0),
}  # factor and term of the new price
START = 2.0
RATIO = 9.0
CAP = 5.0


def surge_multiplier(demand, supply):
    """The episode's rule for a price: min(√(demand/supply), 5), and what is stored does not matter.

    Raises ValueError unless demand and supply are finite and above 0 (the episode divides by 0).
    """
    demand = checks.positive("demand", demand, finite=True)
    supply = checks.positive("supply", supply, finite=True)
    return min(math.sqrt(demand / supply), CAP)


def pricing(method="no protection", operation="× 1.5", looks=False):
    """One process that changes the cell ``price``, as a list of steps.

    method : a word of METHODS;  operation : a key of OPERATIONS;  looks : whether a step that touches nothing comes first
    Raises ValueError for another word.
    """
    checks.one_of("method", method, METHODS)
    times, plus = OPERATIONS[checks.one_of("operation", operation, OPERATIONS)]
    change = let("new", "old", times, plus) if times else let("new", plus=plus)
    if method == "one atomic step":
        steps = [atomic("price", times, plus) if times else put("price", plus)]
    elif method.startswith("CAS"):
        versioned = method == "CAS with a version"
        steps = [at("again", read("old", "price")), change, cas("price", "old", "new", "again", version=versioned)]
    else:
        steps = [read("old", "price"), change, write("price", "new")]
    if method == "a lock":
        steps = [lock(), *steps, unlock()]
    return [look()] * bool(looks) + steps


def lowering(version=False):
    """One process that takes back an increase, price ÷ 1.5, by compare-and-swap."""
    return [
        at("again", read("old", "price")),
        let("new", "old", 2 / 3),
        cas("price", "old", "new", "again", version=version),
    ]


def once_a_tick():
    """Raise the price unless it was raised in this tick; the price and the mark are written in two steps."""
    return [read("mark", "tick"), branch("mark", "==", 1, to="end"), read("old", "price"), let("new", "old", 1.5),
            write("price", "new"), put("tick", 1)]  # fmt: skip


DRIVERS = {"first": 1, "with A": 0, "with B": 0, "next": [0, 2, 3, 0]}


def dispatch(name="A", version=False):
    """Take the first free driver from the list: one pop of a stack by compare-and-swap."""
    return [at("again", read("top", "first")), read("next", "next", index="top"),
            cas("first", "top", "next", "again", version), write(f"with {name}", "top")]  # fmt: skip


def dispatch_two_return_one(name="B", version=False):
    """Take two drivers, keep the second, give back the first: pop, pop, push."""
    return [at("one", read("mine", "first")), read("next", "next", index="mine"),
            cas("first", "mine", "next", "one", version),
            at("two", read("top", "first")), read("next", "next", index="top"),
            cas("first", "top", "next", "two", version), write(f"with {name}", "top"),
            at("back", read("top", "first")), write("next", "top", index="mine"),
            cas("first", "top", "mine", "back", version)]  # fmt: skip


def apart(memory) -> bool:
    """Whether no driver is in two places at once: first in the list, with A, with B."""
    held = [memory[k] for k in ("first", "with A", "with B") if memory[k]]
    return len(set(held)) == len(held)


def library():
    """All programs of the figures in one array of rows, and the row at which each begins (and the last one ends).

    First those of ``pricing``, by method, operation and look; then the special ones, in the order of SPECIALS.
    """
    price, two, drivers = {"price": 0}, {"price": 0, "tick": 1}, {"first": 0, "with A": 1, "with B": 2, "next": 3}
    programs = [(pricing(m, o, looks), price, ["old", "new"]) for m in METHODS for o in OPERATIONS for looks in (0, 1)]
    programs += [
        (lowering(), price, ["old", "new"]),
        (dispatch("A"), drivers, ["top", "next", "mine"]),
        (dispatch_two_return_one("B"), drivers, ["top", "next", "mine"]),
        (dispatch("A", True), drivers, ["top", "next", "mine"]),
        (dispatch_two_return_one("B", True), drivers, ["top", "next", "mine"]),
        (once_a_tick(), two, ["old", "new", "mark"]),
    ]
    rows, first = [], [0]
    for steps, cells, registers in programs:
        rows += translate("library", steps, len(rows), cells, registers, ["lock"])
        first.append(len(rows))
    return np.array(rows, dtype=float).ravel(), np.array(first)


SPECIALS = range(len(METHODS) * len(OPERATIONS) * 2, len(METHODS) * len(OPERATIONS) * 2 + 6)
