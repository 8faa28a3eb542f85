"""Accrual failure detection: how surprising a silence is, in orders of magnitude, and what a threshold on it costs.

φ = −log₁₀ P(a heartbeat comes later than now), with the law of the intervals between heartbeats learned from those that
came. Three laws are in use: the normal one (Hayashibara et al.), a logistic form that stands for it (Akka, Pekko), and
the exponential one (Cassandra). All three are computed in logarithms, so that φ has its digits at 0.000001 and at 3,000.
Times are in seconds.

Source: N. Hayashibara, X. Défago, R. Yared and T. Katayama, The φ Accrual Failure Detector, SRDS 2004; the logistic form
is S. R. Bowling et al., A logistic approximation to the cumulative normal distribution, 2009. Explained in chapter 2,
section 7.
"""

import collections
import math

import numpy as np

from . import checks
from .kernel import Floats, floats, kernel
from .tails import ROOT_2PI, normal_tail

NORMAL, LOGISTIC, EXPONENTIAL = range(3)
FORMS = {"normal": NORMAL, "logistic": LOGISTIC, "exponential": EXPONENTIAL}
LN10 = math.log(10.0)
LINEAR, CUBIC = 1.5976, 0.070566  # of the logistic form
LOST = 12  # heartbeats in a row whose loss is reckoned with
HALVINGS = 60


@kernel
def standard_phi(form: int, y: float) -> float:
    """φ of a silence that is ``y`` standard deviations longer than the mean (forms 0 and 1), or ``y`` means long (2)."""
    if form == EXPONENTIAL:
        return max(y, 0.0) / LN10
    if form == LOGISTIC:
        z = y * (LINEAR + CUBIC * y * y)
        return (max(z, 0.0) + math.log1p(math.exp(-abs(z)))) / LN10
    if y < 0.0:
        return -math.log1p(-normal_tail(-y)) / LN10
    if y < 2.5:
        return -math.log(normal_tail(y)) / LN10
    # The logarithm of the tail by Laplace's continued fraction: the tail itself ends at y = 38, φ = 310.
    below = y
    for k in range(100, 0, -1):
        below = y + k / below
    return (0.5 * y * y + math.log(ROOT_2PI * below)) / LN10


@kernel
def silence_phi(form: int, silence: float, mean: float, sigma: float, pause: float) -> float:
    """φ after ``silence`` seconds, for intervals of this mean and standard deviation and a pause that is forgiven."""
    if form == EXPONENTIAL:
        return standard_phi(form, (silence - pause) / mean)
    return standard_phi(form, (silence - pause - mean) / sigma)


@kernel
def phi_silence(form: int, phi: float, mean: float, sigma: float, pause: float) -> float:
    """The silence, in seconds, at which φ reaches a value above 0: by bisection, a fixed number of halvings."""
    if form == EXPONENTIAL:
        return pause + mean * LN10 * phi
    low = -40.0
    # φ is more than y²/2 in units of ln 10 for the normal form, and more than y for the logistic one: this is above.
    high = 3.0 * (phi + 1.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if standard_phi(form, middle) < phi:
            low = middle
        else:
            high = middle
    return mean + pause + sigma * 0.5 * (low + high)


@kernel
def later_share(silence: float, period: float, sigma: float, lost: float) -> float:
    """Share of the intervals between heartbeats that came which are longer than ``silence``.

    A heartbeat goes out every ``period`` seconds, its delay varies so that one interval has standard deviation
    ``sigma``, and a share ``lost`` of them, independently, never arrives: an interval may span several periods.
    """
    share = 1.0 - lost
    total = 0.0
    for spans in range(1, LOST + 1):
        total += share * normal_tail((silence - spans * period) / sigma)
        share *= lost
    return total


@kernel
def phi_figure(form: int, threshold: float, period: float, jitter: float, lost: float, floor: float, pause: float,
               silence: Floats, normal: Floats, logistic: Floats, exponential: Floats, thresholds: Floats,
               wait: Floats, mistakes: Floats, now: Floats) -> None:  # fmt: skip
    """The figure: φ against silence for the three forms, and what a threshold costs in waiting and in mistakes.

    form : which one decides;  period, jitter, lost : of the heartbeats as in ``later_share``, jitter in shares of the
        period;  floor : least standard deviation that the detector uses, seconds;  pause : seconds forgiven
    wait, mistakes : for each of ``thresholds``, seconds from the last heartbeat to suspicion, and false suspicions an hour
    now : the same for ``threshold``; the mean that the detector learns, the standard deviation that it uses, the true
        share of intervals beyond its patience, the share it believes; seconds by each of the three forms
    """
    mean = period / (1.0 - lost)
    learned = math.sqrt(jitter * jitter * period * period + period * period * lost / ((1.0 - lost) * (1.0 - lost)))
    sigma = max(learned, floor)
    for i in range(silence.shape[0]):
        normal[i] = silence_phi(NORMAL, silence[i], mean, sigma, pause)
        logistic[i] = silence_phi(LOGISTIC, silence[i], mean, sigma, pause)
        exponential[i] = silence_phi(EXPONENTIAL, silence[i], mean, sigma, pause)
    hourly = 3600.0 / mean
    for i in range(thresholds.shape[0]):
        wait[i] = phi_silence(form, thresholds[i], mean, sigma, pause)
        mistakes[i] = hourly * later_share(wait[i], period, jitter * period, lost)
    now[0] = phi_silence(form, threshold, mean, sigma, pause)
    now[1] = hourly * later_share(now[0], period, jitter * period, lost)
    now[2] = mean
    now[3] = sigma
    now[4] = now[1] / hourly
    now[5] = math.exp(-LN10 * threshold)
    for other in range(3):
        now[6 + other] = phi_silence(other, threshold, mean, sigma, pause)


def phi(silence, mean, sigma=0.1, form="normal", pause=0.0):
    """How suspicious a silence is: φ = −log₁₀ of the share of intervals that are longer.

    silence, mean, sigma, pause : seconds; the last three describe the intervals between heartbeats and what is forgiven
    form : "normal" (exact), "logistic" (Akka's stand-in for it), or "exponential" (Cassandra's, which ignores sigma)
    Returns a float, or an array of the common shape. Raises ValueError for a mean or sigma of 0 or less, a negative
    pause, or another form. Explained in chapter 2, section 7.
    """
    code = FORMS[checks.one_of("form", form, FORMS)]
    checks.positive("mean", mean)
    checks.positive("sigma", sigma)
    checks.not_negative("pause", pause)
    (*rows,), shape = floats(silence, mean, sigma, pause)
    values = np.array([silence_phi(code, *map(float, row)) for row in zip(*rows, strict=True)]).reshape(shape)
    return values if shape else float(values)


def time_to_suspicion(threshold, mean, sigma=0.1, form="normal", pause=0.0) -> float:
    """The silence, in seconds, at which φ reaches ``threshold``, above 0; other arguments as in `phi`.

    Raises ValueError as `phi` does, and for a threshold of 0 or less. Explained in chapter 2, section 7.
    """
    code = FORMS[checks.one_of("form", form, FORMS)]
    numbers = [checks.positive(n, v) for n, v in (("threshold", threshold), ("mean", mean), ("sigma", sigma))]
    return phi_silence(code, *numbers, checks.not_negative("pause", pause))


def mistakes_per_hour(silence, period, sigma, lost=0.0) -> float:
    """False suspicions an hour of a live peer, if it is suspected after ``silence`` seconds without a heartbeat.

    period : seconds between heartbeats sent;  sigma : standard deviation of the interval between two that arrive
    lost : share that never arrives, below 1
    Raises ValueError outside these ranges. Explained in chapter 2, section 7.
    """
    checks.positive("period", period)
    checks.positive("sigma", sigma)
    lost = checks.number("lost", lost, 0, 0.9)
    return 3600 * (1 - lost) / period * later_share(float(silence), float(period), float(sigma), lost)


class PhiDetector:
    """A failure detector that learns from heartbeats and says how suspicious the present silence is.

    threshold : φ from which the peer is suspected;  form : as in `phi`
    window : intervals that it remembers;  floor : least standard deviation, seconds, above 0
    pause : seconds forgiven on top of the mean
    first : guess of the interval, seconds, before any has been seen: stands as two intervals, a quarter shorter and longer
    Feed it heartbeats that the peer sends on a schedule of its own, not the answers to your requests: requests stop
    when users sleep. An interval that ends a suspicion is not learned. The clock may start at 0.
    Raises ValueError outside these ranges. Explained in chapter 2, section 7.

    >>> detector = PhiDetector(first=1.0)
    >>> for second in range(10):
    ...     detector.heartbeat(second)
    >>> round(detector.phi(10.5), 2), detector.suspicious(11.5)
    (0.93, True)
    """

    def __init__(self, threshold=8.0, window=200, floor=0.1, pause=0.0, form="logistic", first=1.0):
        self.threshold = checks.positive("threshold", threshold)
        self.form = checks.one_of("form", form, FORMS)
        self.floor, self.pause = checks.positive("floor", floor), checks.not_negative("pause", pause)
        self.first = checks.positive("first", first)
        self.intervals = collections.deque(maxlen=checks.whole("window", window, 1))
        self.last = None

    def heartbeat(self, now):
        """A heartbeat arrived at ``now``, seconds. Raises ValueError if that is before the one before it."""
        if self.last is None:
            self.intervals.extend((0.75 * self.first, 1.25 * self.first))
        elif now < self.last:
            raise ValueError(f"now must be from {self.last} up, the time of the last heartbeat, got {now}")
        elif not self.suspicious(now):
            self.intervals.append(now - self.last)
        self.last = now

    @property
    def mean(self) -> float:
        """Mean of the remembered intervals, seconds; not a number before the first heartbeat."""
        return float(np.mean(self.intervals)) if self.intervals else math.nan

    @property
    def sigma(self) -> float:
        """Standard deviation of the remembered intervals, at least the floor, seconds."""
        return max(float(np.std(self.intervals)), self.floor) if self.intervals else self.floor

    def phi(self, now) -> float:
        """How suspicious the silence since the last heartbeat is; 0 before the first."""
        if self.last is None:
            return 0.0
        # Heartbeats that all came at once have a mean of 0, which the exponential form divides by.
        mean = max(self.mean, 1e-9)
        return silence_phi(FORMS[self.form], float(now - self.last), mean, self.sigma, self.pause)

    def suspicious(self, now) -> bool:
        """Whether φ has reached the threshold."""
        return self.phi(now) >= self.threshold
