"""Checks of arguments, the same words in every module: what was given, and what is allowed."""

import math

import numpy as np

from .kernel import as_given


def not_negative(name, value):
    """``value`` as a float or an array of floats; raises ValueError naming it if any is below 0 or not a number."""
    array = np.asarray(value, dtype=float)
    if not np.all(array >= 0):
        raise ValueError(f"{name} must not be negative, got {value}")
    return as_given(array)


def positive(name, value, finite=False):
    """``value`` as a float or an array of floats; raises ValueError naming it unless all are above 0.

    finite : whether infinity is refused as well
    """
    array = np.asarray(value, dtype=float)
    if not np.all(array > 0) or (finite and np.any(np.isinf(array))):
        raise ValueError(f"{name} must be above 0{' and finite' * finite}, got {value}")
    return as_given(array)


def between(name, value, low=0, high=1):
    """``value`` as a float or an array of floats; raises ValueError naming it unless all lie inside, ends not included."""
    array = np.asarray(value, dtype=float)
    if not np.all((low < array) & (array < high)):
        raise ValueError(f"{name} must be above {low} and below {high}, got {value}")
    return as_given(array)


def numbers(name, value, low=-math.inf, high=math.inf):
    """As ``number``, or an array of floats; raises ValueError naming it unless each is finite and in the range."""
    array = np.asarray(value, dtype=float)
    if not np.all((low <= array) & (array <= high) & np.isfinite(array)):
        raise ValueError(f"{name} must be {span(low, high)}, got {value}")
    return as_given(array)


def wholes(name, value, low=0, high=math.inf):
    """As ``whole``, or an array of ints; raises ValueError naming it unless each is whole and in the range."""
    array = np.asarray(value, dtype=float)
    if not np.all((low <= array) & (array <= high) & np.isfinite(array) & (array == np.floor(array))):
        raise ValueError(f"{name} must be a whole number {span(low, high)}, got {value}")
    return array.astype(np.int64) if array.ndim else int(array)


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
