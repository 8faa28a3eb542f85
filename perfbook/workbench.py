"""Pasted measurements on axes that hold still: kernels that fit the universal scalability law and lay out what to draw.

Data sets differ by orders of magnitude and a picture's axes do not move. So everything drawn is a share of a round
number above the largest measurement, and the kernel gives those round numbers for the ticks.
"""

import math

from .fitting import fit_and_judge, keep_usable
from .kernel import Floats, kernel
from .laws import usl_best_capacity, usl_capacity, usl_peak_nodes


@kernel
def round_above(value: float) -> float:
    """The least of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10 times a power of ten not below ``value``, which is positive."""
    unit = 1.0
    while unit * 10.0 <= value and unit < 1e18:
        unit *= 10.0
    while unit > value and unit > 1e-18:
        unit /= 10.0
    lead = value / unit
    chosen = 10.0
    if lead <= 8.0:
        chosen = 8.0
    if lead <= 6.0:
        chosen = 6.0
    if lead <= 5.0:
        chosen = 5.0
    if lead <= 4.0:
        chosen = 4.0
    if lead <= 3.2:
        chosen = 3.2
    if lead <= 2.4:
        chosen = 2.4
    if lead <= 2.0:
        chosen = 2.0
    if lead <= 1.6:
        chosen = 1.6
    if lead <= 1.2:
        chosen = 1.2
    if lead <= 1.0:
        chosen = 1.0
    return chosen * unit


@kernel
def lay_out(n: Floats, x: Floats, count: int, kept: Floats, dots_x: Floats, dots_y: Floats, ticks: Floats) -> None:
    """Where the measurements stand, as shares of the axes' ends; infinite (not drawn) past ``count``.

    ticks : N at a quarter, a half, three quarters and the end of the axis, then throughput likewise
    """
    right = round_above(1.5 * max(kept[2], 1.0))
    for _ in range(4):
        if math.floor(0.25 * right) != 0.25 * right:  # ticks at whole nodes
            right = round_above(1.1 * right)
    top = 1.0
    if kept[3] > 0.0:
        top = round_above(1.3 * kept[3])
    for k in range(4):
        ticks[k] = 0.25 * (k + 1.0) * right
        ticks[4 + k] = 0.25 * (k + 1.0) * top
    for i in range(dots_x.shape[0]):
        dots_x[i] = math.inf
        dots_y[i] = math.inf
        if i < count:
            dots_x[i] = n[i] / right
            dots_y[i] = x[i] * kept[3] / top


@kernel
def law_at(alpha: float, beta: float, gamma: float, n: float) -> float:
    """γN/D; infinite (not drawn) where D is not positive or there is no fit."""
    if math.isinf(gamma) or not 1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0) > 0.0:
        return math.inf
    return gamma * usl_capacity(alpha, beta, n)


@kernel
def usl_table(
    nodes: Floats, throughput: Floats, rows: int, alpha: float, beta: float, gamma: float, shown: int, estimator: int,
    confidence: float, share: Floats, dots_x: Floats, dots_y: Floats, ticks: Floats,
    curve: Floats, sticks: Floats, peak: Floats, score: Floats,
    best: Floats, low: Floats, high: Floats, residual: Floats, estimate: Floats, error: Floats, ends: Floats,
    summary: Floats, kept: Floats, verdict: Floats,
    n: Floats, x: Floats, covariance: Floats, theta: Floats, scratch: Floats,
) -> None:  # fmt: skip
    """The law over the first ``rows`` of a table: set by hand (α, β, γ), and fitted, both to be drawn.

    gamma : in units of the throughput a node of the row with the fewest nodes
    share : where on the axis of N, from 0 to 1, to give the curves;  dots_x, dots_y, ticks : as in ``lay_out``
    By hand: ``curve``; ``sticks``, how far above each measurement it runs, infinite past the rows;
    peak : 0 nodes, 1 throughput, 2 and 3 the same as shares of the axes, infinite off the picture
    score : 0 root mean square residual of the hand's curve, 1 of the fit, 2 their ratio, 3 γ in the data's unit,
        4 root mean square residual as a share of the largest throughput
    Fitted: ``best`` and its confidence band ``low`` to ``high``; ``residual`` in residual standard deviations;
    estimator, confidence, estimate, error, ends, summary, verdict : as in ``fitting.fit_and_judge``
    shown : 0 to keep the fit to itself (all of it infinite, but for ``score``), so that a reader may look for it
    kept : as in ``fitting.keep_usable``
    """
    count = keep_usable(nodes, throughput, rows, n, x, kept)
    lay_out(n, x, count, kept, dots_x, dots_y, ticks)
    unit = kept[3]
    verdict[0] = fit_and_judge(
        n, x, count, estimator, confidence, unit, estimate, error, ends, summary, covariance, theta, scratch
    )
    one = 1.0
    fewest = math.inf
    for i in range(count):
        if n[i] < fewest:
            fewest = n[i]
            one = x[i] / n[i] * unit
    height = gamma * one
    for i in range(share.shape[0]):
        at = share[i] * ticks[3]
        curve[i] = law_at(alpha, beta, height, at) / ticks[7]
        middle = law_at(estimate[0], estimate[1], estimate[2], at)
        best[i] = middle / ticks[7]
        low[i] = math.inf
        high[i] = math.inf
        if at > 0.0 and not math.isinf(middle) and not math.isinf(covariance[0]):
            by_gamma = middle / estimate[2]
            by_alpha = -by_gamma * by_gamma * estimate[2] / unit * (at - 1.0) / at
            by_beta = by_alpha * at
            variance = by_alpha * by_alpha * covariance[0] + by_beta * by_beta * covariance[3]
            variance += by_gamma * by_gamma * covariance[5]
            variance += 2.0 * (by_alpha * by_beta * covariance[1] + by_alpha * by_gamma * covariance[2])
            variance += 2.0 * by_beta * by_gamma * covariance[4]
            half = summary[3] * math.sqrt(max(0.0, variance)) * unit
            low[i] = max(0.0, middle - half) / ticks[7]
            high[i] = min(4.0, (middle + half) / ticks[7])
    for i in range(residual.shape[0]):
        residual[i] = math.inf
        sticks[i] = math.inf
    total = 0.0
    for i in range(count):
        by_hand = law_at(alpha, beta, height, n[i])
        sticks[i] = by_hand / ticks[7] - dots_y[i]
        total += (x[i] - by_hand / unit) * (x[i] - by_hand / unit)
        if not math.isinf(estimate[2]):
            residual[i] = 0.0
            if summary[0] > 1e-12 * unit:
                residual[i] = (x[i] * unit - law_at(estimate[0], estimate[1], estimate[2], n[i])) / summary[0]
    peak[0] = usl_peak_nodes(alpha, beta)
    peak[1] = height * usl_best_capacity(alpha, beta)
    peak[2] = math.inf
    peak[3] = math.inf
    if peak[0] <= ticks[3]:
        peak[2] = peak[0] / ticks[3]
        peak[3] = peak[1] / ticks[7]
    for k in range(5):
        score[k] = math.inf
    score[3] = height
    if count > 0:
        score[4] = math.sqrt(max(0.0, total / count))
        score[0] = score[4] * unit
        score[1] = summary[7]
        if score[1] > 1e-12 * unit and not math.isinf(score[1]):
            score[2] = score[0] / score[1]
    if shown == 0:
        verdict[0] = math.inf
        for k in range(3):
            estimate[k] = math.inf
            error[k] = math.inf
        for k in range(8):
            summary[k] = math.inf
        for i in range(share.shape[0]):
            best[i] = math.inf
            low[i] = math.inf
            high[i] = math.inf
        for i in range(residual.shape[0]):
            residual[i] = math.inf
