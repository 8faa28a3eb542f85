"""The cold open's arithmetic, by hand."""

import pytest

from perfbook import figures


def test_the_storys_numbers_disagree_by_half():
    summary = figures.cold_open.at()["summary"]
    assert summary[0] == pytest.approx(800_000 * 3.2 * 67)
    assert summary[1] == pytest.approx(171_520_000 / (37 * 60))
    assert summary[2] == pytest.approx(171_520_000 / (52_000 * 37 * 60))
    assert summary[3] * 60 * 52_000 == pytest.approx(171_520_000)
    assert summary[4] == 1


def test_the_verdict_turns_where_the_two_rates_meet():
    assert figures.cold_open.at(outage=55)["summary"][4] == 0
    assert figures.cold_open.at(outage=80)["summary"][4] == 2
