"""Student's t distribution as kernels, so that a page can draw a confidence band."""

import math

from .kernel import kernel


@kernel
def student_t_within(t: float, freedom: int) -> float:
    """P(|T| <= t) for Student's T with a whole number of degrees of freedom, at least 1.

    Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4: finite sums.
    """
    angle = math.atan(t / math.sqrt(max(0.0, freedom)))
    sine = math.sin(angle)
    cosine = math.cos(angle)
    square = cosine * cosine
    if freedom % 2 == 0:
        term = 1.0
        total = 1.0
        for k in range(1, freedom // 2):
            term *= square * (2.0 * k - 1.0) / (2.0 * k)
            total += term
        return sine * total
    total = 0.0
    term = cosine
    for k in range(1, (freedom - 1) // 2 + 1):
        total += term
        term *= square * (2.0 * k) / (2.0 * k + 1.0)
    return (angle + sine * total) * 2.0 / math.pi


@kernel
def student_t_for(confidence: float, freedom: int) -> float:
    """The t with P(|T| <= t) = ``confidence``: estimate ± t standard errors holds the truth that often.

    confidence : from 0, below 1 (infinite from 1 up);  freedom : degrees of freedom, at least 1
    By bisection on the angle arctan(t/√freedom), which is bounded.
    """
    if confidence <= 0.0:
        return 0.0
    if confidence >= 1.0:
        return math.inf
    low = 0.0
    high = 0.5 * math.pi
    for _ in range(60):
        middle = 0.5 * (low + high)
        if student_t_within(math.sqrt(max(0.0, freedom)) * math.tan(middle), freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.sqrt(max(0.0, freedom)) * math.tan(low)
