"""Units of time, in words: every model of the book computes in seconds and per second."""

from .checks import not_negative, one_of

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


def _unit(unit):
    return SECONDS[one_of("unit", unit, SECONDS)]
