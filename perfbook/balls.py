"""Balls into bins: what the fullest of n bins holds if each ball takes the emptier of d bins drawn at random.

Explained in chapter 2, section 2.
"""

import math

import numpy as np

from .checks import whole
from .kernel import Ints, kernel
from .rng import below, new_state


@kernel
def throw_balls(balls: int, choices: int, held: Ints, state: Ints) -> int:
    """Throw balls into the bins ``held`` (zero at first), each into the emptiest of d bins; returns the fullest's.

    The d bins are drawn independently, so that two may be the same, and the first of equals gets the ball.
    """
    most = 0
    for _ in range(balls):
        best = below(state, held.shape[0])
        for _ in range(choices - 1):
            other = below(state, held.shape[0])
            if held[other] < held[best]:
                best = other
        held[best] += 1
        most = max(most, held[best])
    return most


def throw(bins, choices, *, seed, balls=None):
    """How many balls each bin holds, an array, after ``balls`` (as many as bins by default) were thrown.

    bins, choices : whole, from 1;  each ball goes to the emptiest of ``choices`` bins, drawn independently
    Source: Azar, Broder, Karlin, Upfal, SIAM J. Comput. 29(1), 1999. Explained in chapter 2, section 2.
    """
    held = np.zeros(whole("bins", bins, 1, 2**31 - 1), dtype=np.int64)
    balls = len(held) if balls is None else whole("balls", balls, 0)
    throw_balls(balls, whole("choices", choices, 1), held, new_state(seed))
    return held


def leading_term(bins, choices) -> float:
    """What the fullest of n bins holds to first order as n grows, for n balls.

    One choice: ln n / ln ln n, times 1 + o(1), with high probability. d from 2 up: ln ln n / ln d, plus a Θ(1) that does
    not grow with n. Neither is a count for a given n. Raises ValueError for fewer than 16 bins, where ln ln n is below 1.
    Source: as for ``throw``. Explained in chapter 2, section 2.
    """
    log_log = math.log(math.log(whole("bins", bins, 16)))
    if whole("choices", choices, 1) == 1:
        return math.log(bins) / log_log
    return log_log / math.log(choices)
