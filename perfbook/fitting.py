"""Fits of the universal scalability law to measurements: estimates, errors, bands, and what the data cannot tell."""

import math
from dataclasses import dataclass

import numpy as np

from .checks import between, one_of
from .kernel import Floats, kernel
from .laws import usl_best_capacity, usl_ceiling, usl_peak_nodes
from .leastsquares import BOUNDED, DONE, NO_SINGLE, SCRATCH, TOO_FEW, bounded, usl_estimate
from .student import student_t_for

ESTIMATORS = ("bounded", "unbounded", "quadratic")
MEASURED, UNTOLD, AT_BOUND, NEGATIVE, NOT_THE_LAW, NO_ROWS, NO_ONE_NODE, NOT_FOUND = range(8)
VERDICTS = (
    "β is measured: the interval excludes 0",
    "β is not identifiable: the interval includes 0",
    "β is not identifiable: the best fit lies on the bound β = 0",
    "β is not identifiable: the fit put it below 0, and the interval includes 0",
    "β is below 0 by more than its error: these rows do not follow the law",
    "too few rows: a fit with errors needs 4, at 3 different N",
    "the quadratic transform needs a row at N = 1",
    "no fit: the law would need a γ without bound, so measure at smaller N",
)
PEAKS = (
    "the peak lies among the measurements",
    "the peak lies beyond the measurements",
    "the fit has no peak",
    "no fit",
)


@kernel
def keep_usable(nodes: Floats, throughput: Floats, rows: int, n: Floats, x: Floats, kept: Floats) -> int:
    """Copy rows with N > 0 and X > 0 to ``n`` and ``x``, X with the largest as 1; returns how many.

    kept : 0 rows left out, 1 the first of them (from 1; infinite if none), 2 the largest N, 3 the largest X
    """
    for k in range(4):
        kept[k] = 0.0
    kept[1] = math.inf
    count = 0
    for i in range(rows):
        if 0.0 < nodes[i] < 1e15 and 0.0 < throughput[i] < 1e15:
            n[count] = nodes[i]
            x[count] = throughput[i]
            kept[2] = max(kept[2], nodes[i])
            kept[3] = max(kept[3], throughput[i])
            count += 1
        else:
            kept[0] += 1.0
            kept[1] = min(kept[1], i + 1.0)
    for i in range(count):
        x[i] /= kept[3]
    return count


@kernel
def residual_squares(n: Floats, x: Floats, count: int, alpha: float, beta: float, gamma: float) -> float:
    """Sum of squared residuals of the law, infinite if its denominator is not positive at some measurement."""
    total = 0.0
    for i in range(count):
        d = 1.0 + alpha * (n[i] - 1.0) + beta * n[i] * (n[i] - 1.0)
        if not d > 0.0:
            return math.inf
        residual = x[i] - gamma * n[i] / d
        total += residual * residual
    return total


@kernel
def beta_range(
    n: Floats, x: Floats, count: int, beta: float, total: float, t: float, ends: Floats, theta: Floats, scratch: Floats
) -> None:
    """The β >= 0 that fit about as well as the best, by profile likelihood: ``ends`` gets the least and the greatest.

    Each β is given its best α and γ; it is in the range while the sum of squares grows by less than t² residual
    variances. The greatest is infinite if no β is too large. Better than ± t errors beside a bound.
    The ends are found by false position (the Illinois rule) between a β inside and one outside.
    """
    ends[0] = beta
    ends[1] = beta
    if total <= 1e-24 * count or math.isinf(t):
        return
    limit = total * (1.0 + t * t / (count - 3))
    largest = 0.0
    for i in range(count):
        largest = max(largest, n[i])
    for side in range(2):
        inside = beta
        at_inside = total - limit
        outside = 0.0
        at_outside = math.inf
        step = 1e-3 / (largest * largest)
        probe = 0.0 if side == 0 else beta + step
        ends[side] = 0.0 if side == 0 else math.inf
        for _ in range(150):
            there = bounded(n, x, count, probe, 0, 0, theta, scratch) - limit
            if there > 0.0:
                if not math.isinf(at_outside):
                    at_inside *= 0.5
                outside = probe
                at_outside = there
            elif math.isinf(at_outside) and side == 0:
                break
            else:
                inside = probe
                at_inside = there
                at_outside *= 0.5
                if math.isinf(at_outside):
                    step *= 4.0
                    probe = beta + step
                    if step > 1e9:
                        break
                    continue
            if abs(there) <= 1e-13 * limit or abs(outside - inside) <= 1e-13 * max(outside, inside):
                ends[side] = probe
                break
            probe = inside - at_inside * (outside - inside) / (at_outside - at_inside)


@kernel
def fit_and_judge(
    n: Floats, x: Floats, count: int, estimator: int, confidence: float, unit: float,
    estimate: Floats, error: Floats, ends: Floats, summary: Floats, covariance: Floats, theta: Floats, scratch: Floats,
) -> int:  # fmt: skip
    """Fit and say what it is worth; returns the verdict, a position in VERDICTS.

    unit : what x was divided by;  estimate, error : of α, β, γ;  ends : of the range of β
    summary : 0 residual standard deviation, 1 R², 2 degrees of freedom, 3 t, 4 nodes at the peak, 5 throughput there,
        6 position in PEAKS, 7 root mean square residual. Infinite where there is no fit.
    """
    for k in range(3):
        estimate[k] = math.inf
        error[k] = math.inf
    for k in range(8):
        summary[k] = math.inf
    ends[0] = 0.0
    ends[1] = math.inf
    summary[6] = 3.0
    outcome = usl_estimate(n, x, count, estimator, estimate, covariance, theta, scratch)
    if outcome != DONE:
        if outcome == TOO_FEW:
            return NO_ROWS
        return NO_ONE_NODE if outcome == NO_SINGLE else NOT_FOUND
    total = residual_squares(n, x, count, estimate[0], estimate[1], estimate[2])
    mean = 0.0
    largest = 0.0
    for i in range(count):
        mean += x[i] / count
        largest = max(largest, n[i])
    around = 0.0
    for i in range(count):
        around += (x[i] - mean) * (x[i] - mean)
    freedom = count - 2 if estimator > 1 else count - 3
    t = student_t_for(confidence, freedom)
    if abs(estimate[1]) * largest * largest < 1e-9:  # no throughput here tells it from 0
        estimate[1] = 0.0
    error[0] = math.sqrt(max(0.0, covariance[0]))
    error[1] = math.sqrt(max(0.0, covariance[3]))
    error[2] = math.sqrt(max(0.0, covariance[5]))
    summary[0] = math.sqrt(max(0.0, total / freedom)) * unit
    summary[1] = 1.0 - total / around if around > 0.0 else 1.0
    summary[2] = freedom
    summary[3] = t
    summary[7] = math.sqrt(max(0.0, total / count)) * unit
    ends[0] = estimate[1] - t * error[1]
    ends[1] = estimate[1] + t * error[1]
    if estimator == BOUNDED:
        beta_range(n, x, count, estimate[1], total, t, ends, theta, scratch)
    for k in range(SCRATCH):
        scratch[k] = 0.0
    estimate[2] *= unit
    error[2] *= unit
    if estimate[1] >= 0.0:
        summary[4] = usl_peak_nodes(estimate[0], estimate[1])
        summary[5] = estimate[2] * usl_best_capacity(estimate[0], estimate[1])
    summary[6] = 2.0 if math.isinf(summary[4]) else (0.0 if summary[4] <= largest else 1.0)
    if estimate[1] == 0.0 and estimator == BOUNDED:
        return AT_BOUND
    if estimate[1] < 0.0:
        return NEGATIVE if ends[1] >= 0.0 else NOT_THE_LAW
    return MEASURED if ends[0] > 0.0 else UNTOLD


@dataclass(frozen=True)
class Fit:
    """What ``fit_usl`` returns.

    estimator : its name;  alpha, beta : no unit;  gamma : throughput of one node, in the data's unit
    errors : standard errors of the three, in that order;  beta_range : (least, greatest) β at ``confidence``
    covariance : 3 × 3, of (α, β, γ);  residuals : measured less fitted throughput, in the order of the rows
    deviation : residual standard deviation, in the data's unit;  r_squared;  freedom : degrees of freedom
    t : Student's t at ``confidence``;  peak : (nodes, throughput), nodes infinite where there is no peak
    verdict : a sentence on β;  peak_verdict : a sentence on where the peak lies
    """

    estimator: str
    alpha: float
    beta: float
    gamma: float
    errors: tuple
    beta_range: tuple
    covariance: np.ndarray
    residuals: np.ndarray
    deviation: float
    r_squared: float
    freedom: int
    confidence: float
    t: float
    peak: tuple
    verdict: str
    peak_verdict: str

    @property
    def identified(self) -> bool:
        """Whether the data tell β from 0."""
        return self.verdict == VERDICTS[MEASURED]

    @property
    def ceiling(self) -> float:
        """γ/α, throughput's limit if β were 0; infinite if α <= 0."""
        return usl_ceiling(max(self.alpha, 0.0), self.gamma)

    def throughput(self, nodes):
        """The fitted curve, in the data's unit; not a number where its denominator is not positive (β < 0, far out)."""
        return _curve(nodes, self.alpha, self.beta, self.gamma)

    def band(self, nodes):
        """Confidence band of the curve, (low, high): t standard errors by the delta method, linear in the errors.

        It says where the curve may lie if the law holds, not where the next measurement will.
        """
        n = np.asarray(nodes, dtype=float)
        middle = self.throughput(n)
        by_alpha = -(middle**2) * (n - 1) / (self.gamma * n)
        slopes = np.stack([by_alpha, by_alpha * n, middle / self.gamma], axis=-1)
        half = self.t * np.sqrt(np.maximum(np.einsum("...i,ij,...j", slopes, self.covariance, slopes), 0))
        return middle - half, middle + half


def _curve(nodes, alpha, beta, gamma):
    n = np.asarray(nodes, dtype=float)
    d = 1 + alpha * (n - 1) + beta * n * (n - 1)
    return np.where(d > 0, gamma * n / np.where(d > 0, d, 1), np.nan)


def fit_usl(nodes, throughput, estimator="bounded", confidence=0.95) -> Fit:
    """Fit X(N) = γN/(1 + α(N − 1) + βN(N − 1)) to measurements.

    nodes, throughput : one-dimensional, of one length, positive; at least 4 rows at 3 different N
    estimator : "bounded", least squares of throughput with 0 <= α <= 1, β >= 0; "unbounded", without the bounds;
        "quadratic", Gunther's transform, which takes γ to be the throughput measured at N = 1
    confidence : of the range of β and of the band, between 0 and 1
    Errors are the usual ones of nonlinear least squares (residual variance times the inverse of JᵀJ, all three
    parameters free even where one lies on its bound). The bounded fit's range of β is by profile likelihood.
    Raises ValueError if an argument is out of its range, or if no fit exists (it says why).
    Source: N. J. Gunther, Guerrilla Capacity Planning, Springer 2007, ch. 5 (the transform); G. A. F. Seber and
    C. J. Wild, Nonlinear Regression, Wiley 1989 (errors, profiles). Explained in chapter 1, section 2.
    """
    one_of("estimator", estimator, ESTIMATORS)
    between("confidence", confidence)
    given = [np.ascontiguousarray(values, dtype=float) for values in (nodes, throughput)]
    if given[0].ndim != 1 or given[0].shape != given[1].shape:
        raise ValueError(f"nodes and throughput must be of one length, got shapes {given[0].shape}, {given[1].shape}")
    for name, values in zip(("nodes", "throughput"), given, strict=True):
        if not np.all((values > 0) & np.isfinite(values)):
            raise ValueError(
                f"{name} must be positive and finite, got {values[~((values > 0) & np.isfinite(values))][0]}"
            )
    rows = given[0].size
    n, x, kept = np.zeros(rows), np.zeros(rows), np.zeros(4)
    estimate, error, ends, summary = np.zeros(3), np.zeros(3), np.zeros(2), np.zeros(8)
    upper, theta, scratch = np.zeros(6), np.zeros(3), np.zeros(SCRATCH)
    count = keep_usable(*given, rows, n, x, kept)
    verdict = fit_and_judge(
        n,
        x,
        count,
        ESTIMATORS.index(estimator),
        confidence,
        float(kept[3]),
        estimate,
        error,
        ends,
        summary,
        upper,
        theta,
        scratch,
    )
    if verdict >= NO_ROWS:
        raise ValueError(f"{VERDICTS[verdict]} ({rows} rows given)")
    alpha, beta, gamma = map(float, estimate)
    unit = np.array([1.0, 1.0, kept[3]])
    covariance = upper[[[0, 1, 2], [1, 3, 4], [2, 4, 5]]] * np.outer(unit, unit)
    return Fit(
        estimator, alpha, beta, gamma, tuple(map(float, error)), tuple(map(float, ends)), covariance,
        given[1] - _curve(given[0], alpha, beta, gamma), float(summary[0]), float(summary[1]), int(summary[2]), confidence,
        float(summary[3]), (float(summary[4]), float(summary[5])), VERDICTS[verdict], PEAKS[int(summary[6])],
    )  # fmt: skip
