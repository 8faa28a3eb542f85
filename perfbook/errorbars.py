"""Error bars for what is measured in stretches: means and ratios of means, with Student's t.

Explained in chapter 1, section 1.
"""

import dataclasses
import math

import numpy as np

from .checks import between


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A measured mean and the half-width of its confidence interval, in the mean's unit."""

    value: float
    half_width: float

    def __format__(self, spec):
        return f"{self.value:{spec}} ± {self.half_width:{spec.replace('+', '')}}"

    def __mul__(self, factor):
        return Estimate(self.value * factor, self.half_width * abs(factor))

    def covers(self, value) -> bool:
        """Whether ``value`` lies in the interval."""
        return abs(self.value - value) <= self.half_width


def batch_means(values, confidence=0.95) -> Estimate:
    """Mean of equal stretches of a run and its confidence interval, from how much the stretches differ.

    values : one mean a stretch, at least 2; long stretches are nearly independent, which is what this needs
    Source: Student's t on batch means, as Kim and Whitt 2013 advise for L, λ and W. Explained in chapter 1, section 1.
    """
    return ratio_of_means(values, np.ones(np.shape(values)), confidence)


def ratio_of_means(tops, bottoms, confidence=0.95) -> Estimate:
    """Sum of ``tops`` over sum of ``bottoms``, one of each a stretch, with a confidence interval.

    For W: the stretches' summed times over their counts. Error by the residuals top − ratio × bottom.
    Its unit is that of the tops over that of the bottoms. confidence : above 0 and below 1
    Raises ValueError if there are fewer than 2 stretches, shapes differ, the bottoms add up to nothing, or the
    confidence is outside its range. Explained in chapter 1, section 1.
    """
    from scipy.special import stdtrit

    tops, bottoms = np.asarray(tops, dtype=float), np.asarray(bottoms, dtype=float)
    if tops.ndim != 1 or tops.shape != bottoms.shape or len(tops) < 2:
        raise ValueError(
            f"tops and bottoms must be two rows of one length, at least 2, got {tops.shape}, {bottoms.shape}"
        )
    between("confidence", confidence)
    if not bottoms.sum() > 0:
        raise ValueError(f"bottoms must add up to more than 0, got {bottoms.sum()}")
    ratio = tops.sum() / bottoms.sum()
    residuals = tops - ratio * bottoms
    error = math.sqrt(residuals @ residuals / (len(tops) - 1) / len(tops)) / bottoms.mean()
    return Estimate(float(ratio), float(stdtrit(len(tops) - 1, 0.5 + confidence / 2)) * error)
