"""References to arrays and templates over them: one small language, read here and in page.js alike."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

REFERENCE = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)(?::(\d+))?\])?")
FIELD = re.compile(r"\{([A-Za-z_]\w*(?:\[\d+\])?):([^{}]+)\}")
FIXED = re.compile(r"(,?)\.(\d)([fg%])")

DURATIONS = ((1e-6, 1e-9, "ns"), (1e-3, 1e-6, "µs"), (1, 1e-3, "ms"), (120, 1, "s"), (7200, 60, "min"),
             (172800, 3600, "h"), (63072000, 86400, "days"), (math.inf, 31536000, "years"))  # fmt: skip


def resolve(reference: str, state: dict):
    """The array that a reference names in ``state``: "wait", "wait[3]" (one value) or "wait[2:9]" (a part)."""
    match = REFERENCE.fullmatch(reference)
    if not match or match[1] not in state:
        raise ValueError(f"reference must name one of {', '.join(sorted(state))}, got {reference!r}")
    values = np.atleast_1d(state[match[1]])
    if match[2] is None:
        return values
    start = int(match[2])
    stop = start + 1 if match[3] is None else int(match[3])
    if stop > values.size:
        raise ValueError(f"reference {reference!r} goes past the {values.size} values of {match[1]}")
    return values[start:stop]


def fill(template: str, state: dict) -> str:
    """The template with each ``{reference:format}`` replaced by its value."""
    return FIELD.sub(lambda m: show(float(resolve(m[1], state)[0]), m[2]), template)


def check(template: str, state: dict) -> None:
    """Raise ValueError if a template has a brace that is no field, or a field that names nothing."""
    rest = FIELD.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError(f"template has a brace outside {{reference:format}}: {template!r}")
    fill(template, state)


def show(value: float, form: str) -> str:
    """One value in one format (see CONTRIBUTING.md). Never "nan" or "inf": the format's word, or a dash."""
    if form.startswith("="):
        words = form[1:].split("|")
        return words[min(max(int(value), 0), len(words) - 1)] if math.isfinite(value) else words[-1]
    form, _, word = form.partition("|")
    if not math.isfinite(value):
        return word or "–"
    if form == "duration":
        return duration(value)
    match = FIXED.fullmatch(form)
    if not match:
        raise ValueError(f"format must be .2f ,.0f .3g .1% duration or =words, got {form!r}")
    comma, digits, kind = match[1] == ",", int(match[2]), match[3]
    if kind == "g":
        return significant(value, digits)
    if kind == "%":
        return fixed(100 * value, digits, comma) + "%" if abs(value) < 1e306 else word or "–"
    return fixed(value, digits, comma)


def fixed(value: float, digits: int, comma: bool) -> str:
    """``value`` with so many decimals, halves away from zero as JavaScript's toFixed rounds them."""
    if abs(value) >= 1e15:
        return scientific(value, 2)
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{rounded:,f}" if comma else f"{rounded:f}"
    return text[1:] if rounded == 0 and text.startswith("-") else text


def significant(value: float, digits: int) -> str:
    """``value`` with so many significant digits, thousands set apart; as 3.2e-6 below a ten-thousandth."""
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-4 or size >= 1e15:
        return scientific(value, digits)
    return fixed(value, max(0, digits - 1 - math.floor(math.log10(size))), comma=True)


def scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{max(0, digits - 1)}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it, three significant digits."""
    for limit, unit, name in DURATIONS:
        if abs(seconds) < limit:
            return "0 s" if seconds == 0 else f"{significant(seconds / unit, 3)} {name}"
    raise AssertionError("the last limit is infinite")
