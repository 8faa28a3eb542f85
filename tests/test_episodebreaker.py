"""The errors of the episode's breaker are there when its rules are run, and not in ours."""

import math

import pytest

from perfbook.breaker import CircuitBreaker
from perfbook.episodebreaker import EpisodeBreaker, EpisodeDetector
from perfbook.phi import PhiDetector


def warm(mean=0.1, deviation=0.01, count=200):
    """A breaker fed with successes whose intervals have exactly this mean and standard deviation."""
    breaker, now = EpisodeBreaker(), 1000.0
    breaker.request(True, now)
    for i in range(count):
        now += mean + (deviation if i % 2 else -deviation)
        breaker.request(True, now)
    return breaker, now


def test_it_crashes_when_the_peer_is_dead_and_right_after_a_heartbeat():
    breaker, now = warm()
    with pytest.raises(ValueError):
        breaker.request(False, now + 60)
    assert breaker.state == "closed"
    breaker, now = warm(deviation=0.004)
    with pytest.raises(OverflowError):
        breaker.request(False, now)
    detector = EpisodeDetector()
    detector.intervals.extend([0.9, 1.1])
    detector.last_arrival = 100.0
    for late in (-2.1235, 2.159):
        assert math.isfinite(detector.phi(101 + late))
    for late, error in ((-2.124, OverflowError), (2.16, ValueError)):
        with pytest.raises(error):
            detector.phi(101 + late)


def test_one_failure_opens_it_after_a_fifth_of_a_second_without_requests():
    breaker, now = warm()
    assert breaker.request(False, now + 0.2) == "open" and breaker.failure_count == 1


def test_two_equal_intervals_make_a_microsecond_infinitely_suspicious_and_ours_has_a_floor():
    theirs, ours = EpisodeDetector(), PhiDetector(first=1.0)
    for second in (100.0, 101.0):
        theirs.heartbeat(second)
    for second in range(100, 400):
        ours.heartbeat(second)
    assert theirs.phi(102.0) == 0.0 and theirs.phi(102.000001) == math.inf
    assert ours.phi(400.000001) == pytest.approx(math.log10(2), abs=1e-3)


def test_a_clock_at_zero_loses_the_first_interval():
    theirs = EpisodeDetector()
    for second in (0.0, 1.0):
        theirs.heartbeat(second)
    assert len(theirs.intervals) == 0


def test_after_four_successes_and_a_failure_one_success_closes_it_and_five_close_ours():
    breaker = EpisodeBreaker()
    for i in range(5):
        breaker.request(False, i)
    for i in range(4):
        assert breaker.request(True, 100 + 0.1 * i) == "half-open"
    assert breaker.request(False, 101) == "open"
    assert breaker.request(True, 200) == "closed"
    now = [0.0]
    ours = CircuitBreaker(clock=lambda: now[0])
    ours.trip()
    for now[0], words in ((60.0, ["success"] * 4 + ["failure"]), (120.0, ["success"] * 4)):
        for word in words:
            getattr(ours, word)(ours.attempt())
    assert ours.state == "half-open" and ours.counts["successes"] == 4


def test_half_of_the_requests_fail_and_it_reports_one_in_a_hundred_and_never_opens():
    breaker = EpisodeBreaker()
    for i in range(100):
        breaker.request(i % 2 == 0, 1000 + i)
    assert breaker.failure_rate == 0.01 and breaker.state == "closed"
    ours = CircuitBreaker(rule="rate", least=20)
    for i in range(20):
        (ours.failure if i % 2 else ours.success)(ours.attempt())
    assert ours.state == "open"
