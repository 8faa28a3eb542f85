"""Units of time, in words: every model of the book computes in seconds and per second."""

import numpy as np

SECONDS = {"µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}


def seconds(amount, unit):
    """``amount`` of a unit of time ("µs", "ms", "s", "min", "h", "day"), in seconds; a number or an array.

    Raises ValueError for another unit or a negative amount. Explained in chapter 1, section 1.
    """
    return not_negative("amount", amount) * _unit(unit)


def per_second(count, unit):
    """A rate of ``count`` per unit of time, per second: 800,000 per "min" is 13,333.3 per second.

    Raises ValueError for an unknown unit or a negative count. Explained in chapter 1, section 1.
    """
    return not_negative("count", count) / _unit(unit)


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


def _unit(unit):
    if unit not in SECONDS:
        raise ValueError(f"unit must be one of {', '.join(SECONDS)}, got {unit!r}")
    return SECONDS[unit]
