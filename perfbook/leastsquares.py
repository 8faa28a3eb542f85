"""Least squares for the universal scalability law, as kernels: three estimators and their covariance.

The law is fitted as X = N/D with D = u + v(N − 1) + wN(N − 1), that is u = 1/γ, v = α/γ, w = β/γ: D is linear in
what is sought, so that a weighted linear fit is a good first guess and a few damped Gauss–Newton (Levenberg–Marquardt)
steps finish it. Throughputs are given with the largest as 1. The bounded fit (0 <= α <= 1, β >= 0) fits each face of
the bounds and keeps the best fit inside them.
"""

import math

from .kernel import Floats, kernel

BOUNDED, UNBOUNDED, QUADRATIC = 0, 1, 2
DONE, TOO_FEW, NO_SINGLE, FAILED = 0, 1, 2, 3
# The scratch: 0:12 a linear system, 12:15 its solution, 15:24 gradient and normal matrix, 24:27 the trial,
# 27:36 gradient and normal matrix of the best so far, 36:39 the best of the faces.
SCRATCH = 39


@kernel
def solve_three(scratch: Floats) -> int:
    """Solve the 3 × 4 system in scratch[0:12] into scratch[12:15]; 0 if it is singular, else 1."""
    for column in range(3):
        pivot = column
        for row in range(column + 1, 3):
            if abs(scratch[4 * row + column]) > abs(scratch[4 * pivot + column]):
                pivot = row
        if not abs(scratch[4 * pivot + column]) > 1e-300:
            return 0
        for k in range(4):
            kept = scratch[4 * column + k]
            scratch[4 * column + k] = scratch[4 * pivot + k]
            scratch[4 * pivot + k] = kept
        for row in range(3):
            if row != column:
                factor = scratch[4 * row + column] / scratch[4 * column + column]
                for k in range(column, 4):
                    scratch[4 * row + k] -= factor * scratch[4 * column + k]
    for row in range(3):
        scratch[12 + row] = scratch[4 * row + 3] / scratch[5 * row]
    return 1


@kernel
def set_system(damping: float, use_v: int, use_w: int, scratch: Floats) -> None:
    """Put normal matrix, damped, and gradient into the system to solve; unit rows for what is held."""
    at = 18
    for i in range(3):
        for j in range(i, 3):
            scratch[4 * i + j] = scratch[at]
            scratch[4 * j + i] = scratch[at]
            at += 1
    for i in range(3):
        scratch[4 * i + 3] = scratch[15 + i]
        scratch[5 * i] *= 1.0 + damping
    for i in range(1, 3):
        if (i == 1 and use_v == 0) or (i == 2 and use_w == 0):
            for j in range(3):
                scratch[4 * i + j] = 0.0
                scratch[4 * j + i] = 0.0
            scratch[5 * i] = 1.0
            scratch[4 * i + 3] = 0.0


@kernel
def squares(
    n: Floats,
    x: Floats,
    count: int,
    tie: float,
    fixed: float,
    u: float,
    v: float,
    w: float,
    normal: int,
    scratch: Floats,
) -> float:
    """Sum of squared residuals of X = N/D, D = u(1 + tie(N−1) + fixed N(N−1)) + v(N−1) + wN(N−1); infinite if D <= 0.

    normal : 1 to gather gradient and normal matrix too; 2 to gather those of the weighted linear fit of D to N/X
    """
    if normal > 0:
        for k in range(15, 24):
            scratch[k] = 0.0
    total = 0.0
    for i in range(count):
        a = n[i] - 1.0
        b = n[i] * a
        c = 1.0 + tie * a + fixed * b
        weight = 1.0
        residual = 0.0
        if normal == 2:
            weight = x[i] * x[i] / n[i]
            residual = x[i]
        else:
            d = u * c + v * a + w * b
            if not d > 0.0:
                return math.inf
            f = n[i] / d
            residual = x[i] - f
            weight = -f / d
        total += residual * residual
        if normal > 0:
            c *= weight
            a *= weight
            b *= weight
            scratch[15] += c * residual
            scratch[16] += a * residual
            scratch[17] += b * residual
            scratch[18] += c * c
            scratch[19] += c * a
            scratch[20] += c * b
            scratch[21] += a * a
            scratch[22] += a * b
            scratch[23] += b * b
    return total


@kernel
def descend(
    n: Floats, x: Floats, count: int, tie: float, fixed: float, use_v: int, use_w: int, theta: Floats, scratch: Floats
) -> float:
    """Least squares for u, v, w (v, w held at 0 where not used) into ``theta``; returns the sum of squares.

    Infinite where no start has D > 0 at every measurement. One loop, so that the compiled code stays small: its first
    round is the weighted linear fit, a step from nothing; a round that does not improve is tried again, damped more.
    """
    for k in range(3):
        theta[k] = 0.0
        scratch[24 + k] = 0.0
    scale = 0.0
    for i in range(count):
        scale += x[i] * x[i]
    best = math.inf
    damping = 0.0
    normal = 2
    for around in range(300):  # 5 to 15 in practice
        total = squares(n, x, count, tie, fixed, scratch[24], scratch[25], scratch[26], normal, scratch)
        if normal == 1:
            if math.isinf(best) and (math.isinf(total) or not scratch[24] > 0.0):
                if around > 1:
                    return math.inf
                scratch[24] = n[0] / x[0]
                scratch[25] = 0.05 * scratch[24] * use_v
                scratch[26] = 0.0
                continue
            if total <= best * (1.0 + 1e-13):
                best = total
                moved = 0.0
                for k in range(3):
                    step = scratch[24 + k] - theta[k]
                    moved += step * step * scratch[18 if k == 0 else (21 if k == 1 else 23)]
                    theta[k] = scratch[24 + k]
                for k in range(9):
                    scratch[27 + k] = scratch[15 + k]
                if moved <= 1e-28 * scale:
                    break
                damping = max(damping * 0.1, 1e-15)
            else:
                if damping > 1e15:
                    break
                damping = max(damping, 1e-6) * 10.0
                for k in range(9):
                    scratch[15 + k] = scratch[27 + k]
        set_system(damping, use_v, use_w, scratch)
        for k in range(3):
            scratch[12 + k] = 0.0
        if solve_three(scratch) == 0 and normal == 1:
            break
        for k in range(3):
            scratch[24 + k] = theta[k] + scratch[12 + k]
        normal = 1
    return best


@kernel
def bounded(
    n: Floats, x: Floats, count: int, fixed: float, use_w: int, free: int, theta: Floats, scratch: Floats
) -> float:
    """The best fit with 0 <= α <= 1 and β >= 0, face by face of these bounds; or with β held at ``fixed``.

    use_w : 1 to fit β (and ``fixed`` is 0), 0 to hold it;  free : 1 to ignore the bounds
    theta : gets 1/γ, α/γ and β/γ. Returns the sum of squares.
    """
    best = math.inf
    for face in range(6):
        if face % 2 == 1 and use_w == 0:
            continue
        tie = 1.0 if face >= 4 else 0.0
        total = descend(n, x, count, tie, fixed, 1 if face < 2 else 0, use_w * (1 - face % 2), theta, scratch)
        inside = theta[1] >= 0.0 and theta[1] <= theta[0] and theta[2] >= 0.0
        if theta[0] > 0.0 and (inside or free == 1) and total < best:
            best = total
            scratch[36] = theta[0]
            scratch[37] = theta[1] + tie * theta[0]
            scratch[38] = theta[2] + fixed * theta[0]
        if face == 0 and (free == 1 or not math.isinf(best)):
            break
    for k in range(3):
        theta[k] = scratch[36 + k]
    return best


@kernel
def unfinished(n: Floats, x: Floats, count: int, theta: Floats, scratch: Floats) -> int:
    """1 if a better fit lies inside the bounds still: then it lies at 1/γ = 0, where no face was tried."""
    total = squares(n, x, count, 0.0, 0.0, theta[0], theta[1], theta[2], 1, scratch)
    slack = 1e-6 * math.sqrt(max(0.0, total + 1e-12 * count))
    slack_v = slack * math.sqrt(max(0.0, scratch[21]))
    slack_w = slack * math.sqrt(max(0.0, scratch[23]))
    if theta[2] == 0.0 and scratch[17] > slack_w:
        return 1
    if theta[1] == 0.0 and scratch[16] > slack_v:
        return 1
    if theta[1] == theta[0] and scratch[16] < -slack_v:
        return 1
    return 0


@kernel
def spread(n: Floats, x: Floats, count: int, estimate: Floats, covariance: Floats, scratch: Floats) -> None:
    """Covariance of (α, β, γ) at ``estimate``, for a residual variance of 1: αα αβ αγ ββ βγ γγ.

    The inverse of JᵀJ, J the law's derivatives, all three free: also where the estimate lies on a bound.
    """
    for k in range(18, 24):
        scratch[k] = 0.0
    for i in range(count):
        a = n[i] - 1.0
        b = n[i] * a
        d = 1.0 + estimate[0] * a + estimate[1] * b
        by_gamma = n[i] / d
        slope = -estimate[2] * by_gamma / d
        scratch[18] += slope * a * slope * a
        scratch[19] += slope * a * slope * b
        scratch[20] += slope * a * by_gamma
        scratch[21] += slope * b * slope * b
        scratch[22] += slope * b * by_gamma
        scratch[23] += by_gamma * by_gamma
    scratch[27] = math.sqrt(max(0.0, scratch[18]))
    scratch[28] = math.sqrt(max(0.0, scratch[21]))
    scratch[29] = math.sqrt(max(0.0, scratch[23]))
    at = 18
    for i in range(3):
        for j in range(i, 3):
            scratch[at] /= max(scratch[27 + i] * scratch[27 + j], 1e-300)
            at += 1
    at = 0
    for i in range(3):
        for k in range(3):
            scratch[15 + k] = 1.0 if k == i else 0.0
        set_system(0.0, 1, 1, scratch)
        known = solve_three(scratch)
        for j in range(i, 3):
            covariance[at] = math.inf
            if known == 1:
                covariance[at] = scratch[12 + j] / max(scratch[27 + i] * scratch[27 + j], 1e-300)
            at += 1


@kernel
def quadratic(n: Floats, x: Floats, count: int, estimate: Floats, covariance: Floats, scratch: Floats) -> int:
    """Gunther's transform: y = N γ/X − 1 = bA + aA² with A = N − 1, least squares through 0; α = b − a, β = a.

    γ is the (mean) throughput measured at N = 1, without error. The covariance is for the residuals' own variance.
    """
    single = 0.0
    singles = 0
    for i in range(count):
        if n[i] == 1.0:
            single += x[i]
            singles += 1
    if singles == 0:
        return NO_SINGLE
    single /= singles
    aa = 0.0
    ab = 0.0
    bb = 0.0
    ay = 0.0
    by = 0.0
    for i in range(count):
        a = n[i] - 1.0
        y = n[i] * single / x[i] - 1.0
        aa += a * a
        ab += a * a * a
        bb += a * a * a * a
        ay += a * y
        by += a * a * y
    determinant = aa * bb - ab * ab
    if not determinant > 1e-12 * aa * bb:
        return TOO_FEW
    linear = (ay * bb - by * ab) / determinant
    square = (by * aa - ay * ab) / determinant
    estimate[0] = linear - square
    estimate[1] = square
    estimate[2] = single
    rest = 0.0
    for i in range(count):
        a = n[i] - 1.0
        y = n[i] * single / x[i] - 1.0 - linear * a - square * a * a
        rest += y * y
    variance = rest / (count - 2)
    covariance[0] = variance * (bb + aa + 2.0 * ab) / determinant
    covariance[1] = -variance * (ab + aa) / determinant
    covariance[2] = 0.0
    covariance[3] = variance * aa / determinant
    covariance[4] = 0.0
    covariance[5] = 0.0
    return DONE


@kernel
def usl_estimate(
    n: Floats,
    x: Floats,
    count: int,
    estimator: int,
    estimate: Floats,
    covariance: Floats,
    theta: Floats,
    scratch: Floats,
) -> int:
    """Fit the law to ``count`` measurements; α, β, γ into ``estimate``, their covariance into ``covariance``.

    estimator : 0 bounded, 1 unbounded least squares, 2 quadratic transform
    Returns 0 done, 1 too few (fewer than 4, or fewer than 3 different N), 2 no row at N = 1, 3 no fit found.
    """
    different = 0
    for i in range(count):
        new = 1
        for j in range(i):
            if n[j] == n[i]:
                new = 0
                break
        different += new
    if count < 4 or different < 3:
        return TOO_FEW
    if estimator == QUADRATIC:
        return quadratic(n, x, count, estimate, covariance, scratch)
    total = bounded(n, x, count, 0.0, 1, estimator, theta, scratch)
    if math.isinf(total) or not theta[0] > 0.0:
        return FAILED
    if estimator == BOUNDED and unfinished(n, x, count, theta, scratch) == 1:
        return FAILED
    estimate[0] = theta[1] / theta[0]
    estimate[1] = theta[2] / theta[0]
    estimate[2] = 1.0 / theta[0]
    spread(n, x, count, estimate, covariance, scratch)
    for k in range(6):
        covariance[k] *= total / (count - 3)
    return DONE
