"""Every schedule of a small replicated register, against known histories and counts."""

import math

import pytest

from perfbook import registers
from perfbook.registers import Operation


def history(text):
    """Operations from lines of kind, value, begin, end."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [Operation(kind, int(value), float(begin), float(end)) for kind, value, begin, end in rows]


@pytest.mark.parametrize(
    "expected, text",
    [
        (True, "write 1 0 2\nread 1 3 4"),
        (False, "write 1 0 2\nread 0 3 4"),  # misses a completed write
        (True, "write 1 0 9\nread 0 1 2\nread 1 3 4"),
        (False, "write 1 0 9\nread 1 1 2\nread 0 3 4"),  # new, then old, while the write is under way
        (True, "write 1 0 9\nread 1 1 4\nread 0 3 5"),  # the same, overlapping: the second may come first
        (True, "write 1 0 inf\nread 0 1 2\nread 0 3 4"),  # a write that never ends need not happen
        (True, "write 1 0 inf\nread 1 1 2"),  # and may
        (True, "write 1 0 5\nwrite 2 1 6\nread 2 7 8"),
        (False, "write 1 0 5\nwrite 2 1 6\nread 2 7 8\nread 1 9 10"),
        (False, "write 1 0 1\nwrite 2 2 3\nread 1 4 5"),  # an acknowledged update is gone
    ],
)
def test_known_histories(expected, text):
    assert registers.linearizable(history(text)) is expected


@pytest.mark.parametrize("copies, read, write", [(2, 1, 1), (2, 1, 2), (3, 1, 1), (3, 2, 2), (3, 1, 3), (3, 2, 1)])
def test_all_schedules_are_there(copies, read, write):
    """Orders of arrival, ordered sets of copies asked twice, and all ways to shuffle the arrivals among the questions."""
    found = registers.search(copies, read, write)
    assert found.schedules == math.factorial(copies) * math.perm(copies, read) ** 2 * math.comb(
        copies + 2 * read, copies
    )


@pytest.mark.parametrize(
    "copies, read, write", [(2, 1, 1), (2, 1, 2), (2, 2, 1), (3, 1, 1), (3, 1, 2), (3, 2, 2), (3, 1, 3)]
)
def test_quorums_that_meet_miss_no_acknowledged_write(copies, read, write):
    found = registers.search(copies, read, write)
    assert (found.stale > 0) == (read + write <= copies)
    # With one writer, linearizable is: nothing stale, and never the old value after the new one
    # (L. Lamport, On Interprocess Communication, Part II, Distributed Computing 1, 1986).
    assert found.broken == found.stale + found.inverted


def test_quorums_that_meet_are_not_enough_and_writing_back_is():
    plain, mended = registers.search(3, 2, 2), registers.search(3, 2, 2, write_back=True)
    assert plain.stale == 0 and plain.broken > 0 and len(plain.shortest) == 5
    assert mended.schedules > plain.schedules and mended.broken == 0 and mended.shortest is None


def test_reading_all_copies_is_enough_for_one_writer():
    assert registers.search(2, 2, 1).broken == 0 and registers.search(2, 2, 2).broken == 0


def test_the_bad_schedule_is_bad_and_cannot_be_shorter():
    bad = registers.search(3, 2, 2).shortest
    operations = registers.play(bad, 3, 2)
    assert [o.value for o in operations] == [registers.NEW, registers.NEW, registers.OLD]
    assert not registers.linearizable(operations)
    assert registers.told(bad, 3, 2) == [
        "the write arrives at copy 1",
        "read 1 asks copy 1: new",
        "read 1 asks copy 2: old",
        "read 2 asks copy 2: old",
        "read 2 asks copy 3: old",
    ]
    # Two reads of two copies are four steps, and without an arrival nothing is new.
    assert len(bad) == 2 * 2 + 1


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="read must be a whole number from 1 to 3, got 4"):
        registers.search(3, 4, 2)
    with pytest.raises(ValueError, match="kind must be one of read, write, got 'append'"):
        registers.linearizable([Operation("append", 1, 0, 1)])
    with pytest.raises(ValueError, match="operations must differ"):
        registers.linearizable([Operation("read", 0, 0, 1)] * 2)
