"""Pasted data: columns of numbers, or keys one a line, out of text; every row that is not understood named."""

import re
from dataclasses import dataclass

import numpy as np

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
LINES = re.compile(r"\r\n|\r|\n")
BLANKS = " \t"  # the same few in both languages


@dataclass(frozen=True)
class Table:
    """A field in which the reader pastes columns of numbers, or keys, as inputs of a kernel.

    columns : names of the kernel's array parameters, in the order of the columns
    count : name of its int parameter that gets the number of rows
    size : length of the arrays, the most rows that are taken;  text : what stands there first;  label : what to paste
    keys : each line is one key, whatever it says; the one column gets 0 for the first key, 1 for the next new one ...
    Raises ValueError for keys with more columns than one.
    """

    columns: tuple
    count: str
    size: int
    text: str
    label: str = "Your measurements, a row a line"
    keys: bool = False

    def __post_init__(self):
        if self.keys and len(self.columns) != 1:
            raise ValueError(f"columns must be one for keys, got {', '.join(self.columns)}")

    def arrays(self, text: str) -> dict:
        """The kernel's arguments from a pasted text: columns padded with zeros to ``size``, and the count."""
        rows, _ = parse_keys(text, self.size) if self.keys else parse(text, len(self.columns), self.size)
        padded = np.zeros((len(self.columns), self.size))
        if rows:
            padded[:, : len(rows)] = np.array(rows).T
        return {**dict(zip(self.columns, padded, strict=True)), self.count: len(rows)}


def parse(text: str, columns: int, most: int):
    """Rows of ``columns`` numbers from text; and a sentence for each line that is none.

    Numbers are set apart by spaces, tabs, commas or semicolons. Blank lines and lines that start with # are passed
    over, and so is a first line without any number (a heading). Rows past ``most`` are named, like bad ones.
    Returns (rows, problems): a list of tuples of floats, a list of sentences.
    """
    rows, problems, seen = [], [], False
    for number, line in enumerate(LINES.split(text.removeprefix("\ufeff")), 1):
        words = [w for w in re.split(r"[\s,;]+", line) if w]
        if not words or words[0].startswith("#"):
            continue
        heading = not seen and not any(NUMBER.fullmatch(w) for w in words)
        seen = True
        if heading:
            continue
        if len(words) != columns or not all(NUMBER.fullmatch(w) for w in words):
            problems.append(f"Line {number} is not {columns} numbers: {line.strip()[:40]}")
        elif len(rows) == most:
            problems.append(f"Line {number} is past the {most} rows that fit")
        else:
            rows.append(tuple(float(w) for w in words))
    return rows, problems


def parse_keys(text: str, most: int):
    """The keys of a text, one a line, as numbers: equal lines are one key, numbered as they first appear.

    Spaces around a key do not count, and blank lines are passed over.
    Returns (rows, problems): a list of tuples of one number, and a sentence on the lines past ``most``, if any.
    """
    lines = [stripped for line in LINES.split(text.removeprefix("\ufeff")) if (stripped := line.strip(BLANKS))]
    numbers: dict[str, int] = {}
    rows = [(numbers.setdefault(line, len(numbers)),) for line in lines[:most]]
    return rows, [f"{len(lines) - most} keys past the {most} that fit are left out"] * (len(lines) > most)
