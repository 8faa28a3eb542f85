"""Checks of arguments, the same words in every module: what was given, and what is allowed."""

import math

import numpy as np


def not_negative(name, value):
    """``value`` as a float or an array of floats; raises ValueError naming it if any is below 0 or not a number."""
    array = np.asarray(value, dtype=float)
    if not np.all(array >= 0):
        raise ValueError(f"{name} must not be negative, got {value}")
    return array if array.ndim else float(array)


def positive(name, value):
    """``value`` as a float or an array of floats; raises ValueError naming it unless all are above 0."""
    array = np.asarray(value, dtype=float)
    if not np.all(array > 0):
        raise ValueError(f"{name} must be above 0, got {value}")
    return array if array.ndim else float(array)


def number(name, value, low=-math.inf, high=math.inf) -> float:
    """``value`` as a float, finite and from ``low`` to ``high``; raises ValueError naming it for anything else."""
    if not (low <= value <= high and math.isfinite(value)):
        raise ValueError(f"{name} must be {span(low, high)}, got {value}")
    return float(value)


def whole(name, value, low=0, high=math.inf) -> int:
    """``value`` as an int from ``low`` to ``high``; raises ValueError naming it for anything else, fractions included."""
    if not (low <= value <= high and math.isfinite(value)) or value != math.floor(value):
        raise ValueError(f"{name} must be a whole number {span(low, high)}, got {value}")
    return int(value)


def one_of(name, value, allowed):
    """``value`` if it is among ``allowed``; raises ValueError that lists them if not."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}, got {value!r}")
    return value


def span(low, high) -> str:
    """A range in words: "from 1 to 8", "from 1 up", "up to 8", "finite"."""
    if math.isinf(low):
        return "finite" if math.isinf(high) else f"up to {high:,}"
    return f"from {low:,} up" if math.isinf(high) else f"from {low:,} to {high:,}"
