"""Predictive scaling: capacity ordered ahead of the demand on a forecast that is wrong by so much.

A rise from ``before`` to ``peak`` requests/s at a known moment. The forecast of the peak is normal around the truth. What
it wants is ordered ``lead`` seconds ahead; a reactive autoscaler sees the true demand when it comes and covers it one
start time later. Times are in seconds.

Explained in chapter 2, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, kernel
from .tails import ROOT_2PI, normal_tail

REFERENCE_LEAD = 60.0  # seconds ahead at which an error that grows with the lead is what its slider says


@kernel
def mean_shortfall(wanted: float, mean: float, sigma: float) -> float:
    """E[max(wanted − X, 0)] for a normal X."""
    if sigma <= 0.0:
        return max(0.0, wanted - mean)
    d = (wanted - mean) / sigma
    density = math.exp(-0.5 * d * d) / ROOT_2PI
    return max(0.0, (wanted - mean) * normal_tail(-d) + sigma * density)


@kernel
def forecast_outcome(
    before: float,
    peak: float,
    start: float,
    lead: float,
    hold: float,
    error: float,
    growing: int,
    margin: float,
    out: Floats,
) -> None:
    """Expected lost requests and extra capacity of one rise.

    error : standard deviation of the forecast over the peak, at `REFERENCE_LEAD` if it is ``growing`` (1) as √lead
    margin : ordered beyond the forecast, as a share of it;  hold : seconds until what was ordered too much is gone
    out : lost requests, those without a forecast, request-seconds ordered ahead of need, those beyond need
    """
    spread = error
    if growing == 1:
        spread = error * math.sqrt(lead / REFERENCE_LEAD)
    mean = peak * (1.0 + margin)
    sigma = mean * spread
    early = min(lead, start)
    rise = max(peak - before, 0.0)
    # Short by peak − max(before, forecast): the shortfall below the peak, less that below what was there before.
    short = mean_shortfall(peak, mean, sigma) - mean_shortfall(before, mean, sigma)
    beyond = mean - peak + mean_shortfall(peak, mean, sigma)
    ahead = mean - before + mean_shortfall(before, mean, sigma)
    out[0] = rise * (start - early) + max(0.0, short) * early
    out[1] = rise * start
    out[2] = ahead * lead
    out[3] = beyond * hold


@kernel
def predictive(
    error: float,
    lead: float,
    margin: float,
    start: float,
    hold: float,
    growing: int,
    before: float,
    peak: float,
    leads: Floats,
    margins: Floats,
    lost: Floats,
    bill: Floats,
    risk: Floats,
    now: Floats,
    out: Floats,
) -> None:
    """The figure: lost requests at each of ``leads``, and at each of ``margins`` the extra instance-minutes and the loss.

    Of an instance of 1,000 requests/s. lost, risk : share of what is lost without a forecast;  bill : instance-minutes
    now : lost requests, those without a forecast, share, instance-minutes, of them ahead of need, beyond need,
        the error at this lead
    """
    for i in range(leads.shape[0]):
        forecast_outcome(before, peak, start, leads[i], hold, error, growing, margin, out)
        lost[i] = 1.0
        if out[1] > 0.0:
            lost[i] = out[0] / out[1]
    for i in range(margins.shape[0]):
        forecast_outcome(before, peak, start, lead, hold, error, growing, margins[i], out)
        bill[i] = (out[2] + out[3]) / 60000.0
        risk[i] = 1.0
        if out[1] > 0.0:
            risk[i] = out[0] / out[1]
    forecast_outcome(before, peak, start, lead, hold, error, growing, margin, out)
    now[0] = out[0]
    now[1] = out[1]
    now[2] = 1.0
    if out[1] > 0.0:
        now[2] = out[0] / out[1]
    now[3] = (out[2] + out[3]) / 60000.0
    now[4] = out[2] / 60000.0
    now[5] = out[3] / 60000.0
    now[6] = error
    if growing == 1:
        now[6] = error * math.sqrt(lead / REFERENCE_LEAD)


@dataclasses.dataclass(frozen=True)
class Forecast:
    """What a forecast brings in expectation.

    lost, lost_without : requests lost with it, and by the reactive autoscaler alone
    ahead, beyond : capacity ordered before it is needed, and beyond what is needed, requests/s × s
    """

    lost: float
    lost_without: float
    ahead: float
    beyond: float


def expected(before, peak, start=30.0, lead=60.0, error=0.2, margin=0.0, hold=300.0, growing=False) -> Forecast:
    """Expected lost requests and extra capacity when a rise from ``before`` to ``peak`` requests/s is forecast.

    start : seconds from order to ready;  lead : seconds from order to the rise
    error : standard deviation of the forecast over its mean (with ``growing``, at 60 s; it grows as the root of the lead)
    margin : ordered beyond the forecast, a share of it, above −1
    hold : seconds until what was ordered too much is gone
    Raises ValueError for negative numbers or a margin of −1 or less. Explained in chapter 2, section 6.
    """
    given = dict(before=before, peak=peak, start=start, lead=lead, error=error, hold=hold)
    before, peak, start, lead, error, hold = (checks.number(name, value, 0) for name, value in given.items())
    margin = checks.positive("1 + margin", 1 + checks.number("margin", margin)) - 1
    out = np.zeros(4)
    forecast_outcome(before, peak, start, lead, hold, error, int(bool(growing)), margin, out)
    return Forecast(*(float(value) for value in out))
