"""The episode's "statistical" circuit breaker, rule by rule, so that its errors can be run. Do not use it.

Times are in seconds. What the episode leaves to the wall clock is an argument here. Explained in chapter 2, section 7.
"""

import collections
import math
import statistics

THRESHOLD, WINDOW = 8.0, 200


class EpisodeDetector:
    """The episode's φ: one branch of the logistic form, no floor under σ, a clock whose 0 counts as never."""

    def __init__(self):
        self.intervals = collections.deque(maxlen=WINDOW)
        self.last_arrival = None

    def heartbeat(self, now):
        """A heartbeat at ``now``, which in the episode is a successful request."""
        if self.last_arrival:
            self.intervals.append(now - self.last_arrival)
        self.last_arrival = now

    def phi(self, now) -> float:
        """Suspicion at ``now``. Raises OverflowError below y = −21.24 and ValueError above y = 21.59, as the episode's does."""
        if not self.last_arrival or not self.intervals:
            return 0.0
        mean, deviation = statistics.fmean(self.intervals), statistics.pstdev(self.intervals)
        silence = now - self.last_arrival
        if deviation == 0:
            return 0.0 if silence <= mean else math.inf
        y = (silence - mean) / deviation
        e = math.exp(-y * (1.5976 + 0.070566 * y * y))
        return -math.log10(e / (1 + e))


class EpisodeBreaker:
    """The episode's breaker: 5 failures, 5 successes, 60 s; every success is a heartbeat and forgives one failure."""

    def __init__(self, failure_threshold=5, success_threshold=5, timeout=60.0):
        self.failure_threshold, self.success_threshold, self.timeout = failure_threshold, success_threshold, timeout
        self.detector = EpisodeDetector()
        self.state, self.failure_count, self.success_count, self.requests = "closed", 0, 0, 0
        self.last_failure = None

    def request(self, good, now) -> str:
        """One request, answered if ``good``; returns the state after it, or "refused"."""
        if self.state == "open":
            if now - self.last_failure < self.timeout:
                return "refused"
            self.state = "half-open"
        self.requests += 1
        if good:
            self.detector.heartbeat(now)
            if self.state == "half-open":
                self.success_count += 1
                if self.success_count >= self.success_threshold:
                    self.state, self.failure_count, self.success_count = "closed", 0, 0
            else:
                self.failure_count = max(0, self.failure_count - 1)
        else:
            self.failure_count += 1
            self.last_failure = now
            suspicious = self.state == "half-open" or self.detector.phi(now) > THRESHOLD
            if suspicious or self.failure_count >= self.failure_threshold:
                self.state = "open"
        return self.state

    @property
    def failure_rate(self) -> float:
        """What the episode reports under this name."""
        return self.failure_count / max(1, self.requests)
