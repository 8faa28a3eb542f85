"""The cold open's arithmetic, by hand."""

import pytest

from perfbook import figures
from perfbook.story import Story


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


def test_the_audit_of_the_story_by_hand():
    found = {what: value for what, value, _ in Story().audit()}
    assert found["in 37 minutes that is"] == pytest.approx(77_261.26, abs=0.01)
    assert found["queries by the told rate"] == 115_440_000
    assert found["a user asks, at the told rate, every"] == pytest.approx(200 / 13)
    assert found["additions to carts, by the told rate"] == pytest.approx(776.119, abs=0.001)
    assert found["67 queries one after the other take"] == pytest.approx(1.34)
    assert found["abandoned carts a user"] == 5.25
    assert found["lost an order, at 3.8% of the carts"] == pytest.approx(419.80, abs=0.005)
    assert found["connections after it"] == 5270
    assert found["instances that 60% CPU asks for"] == 109
    assert found["traffic a user"] == 2875
