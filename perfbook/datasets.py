"""Measurements: published ones that come with the book, and those that a reader has as text."""

import re
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from .checks import one_of

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
NAMES = ("ray-tracer", "sdm91", "cisco")


@dataclass(frozen=True)
class Measurements:
    """Throughput measured at several sizes.

    name : short;  nodes, throughput : float arrays of one length, in the order of the text
    x_unit, unit : what is counted in each;  source : where the numbers are from;  text : the text they were read from
    """

    name: str
    nodes: np.ndarray
    throughput: np.ndarray
    x_unit: str
    unit: str
    source: str
    text: str


def load(name) -> Measurements:
    """A published set of measurements: "ray-tracer", "sdm91" or "cisco", with its source.

    Raises ValueError for another name. Explained in chapter 1, section 2.
    """
    one_of("name", name, NAMES)
    text = files(__package__).joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    about = dict(re.findall(r"^# (\w[\w ]*): (.*)$", text, flags=re.MULTILINE))
    nodes, throughput, problems = read_measurements(text)
    if problems:
        raise ValueError(f"{name}.csv: {problems[0]}")
    rows = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return Measurements(name, nodes, throughput, about["nodes"], about["throughput"], about["source"], rows)


def read_measurements(text):
    """Nodes and throughput out of pasted text, and a sentence for every line that gives none.

    text : two numbers a line, set apart by spaces, tabs, commas or semicolons. Blank lines and those that start with #
        are passed over, and so is a first line without any number (a heading).
    Returns (nodes, throughput, problems): two float arrays, and a list of sentences that name the line, counted from 1.
    A number that is not positive is a problem too: no node does work, and no measurement of nothing tells of scaling.
    Explained in chapter 1, section 2.
    """
    rows, problems, started = [], [], False
    for number, line in enumerate(text.splitlines(), 1):
        words = re.split(r"[\s,;]+", line.strip(" \t\r,;"))
        if words == [""] or words[0].startswith("#"):
            continue
        heading = not started and not any(NUMBER.fullmatch(word) for word in words)
        started = True
        if heading:
            continue
        shown = line.strip()[:40]
        if len(words) != 2 or not all(NUMBER.fullmatch(word) for word in words):
            problems.append(f"line {number} is not two numbers: {shown}")
        elif not all(0 < float(word) < 1e15 for word in words):
            problems.append(f"line {number} must have both numbers above 0: {shown}")
        else:
            rows.append([float(word) for word in words])
    nodes, throughput = np.array(rows, dtype=float).reshape(-1, 2).T
    return nodes.copy(), throughput.copy(), problems
