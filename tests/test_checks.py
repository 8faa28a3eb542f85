"""What a check says of a bad argument: its name, its value, and what is allowed."""

import math

import numpy as np
import pytest

from perfbook import checks


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: checks.not_negative("rate", -1), "rate must not be negative, got -1"),
        (lambda: checks.not_negative("rate", [1, math.nan]), "rate must not be negative, got [1, nan]"),
        (lambda: checks.positive("rate", 0), "rate must be above 0, got 0"),
        (lambda: checks.positive("rate", [1, 0]), "rate must be above 0, got [1, 0]"),
        (lambda: checks.positive("rate", math.inf, finite=True), "rate must be above 0 and finite, got inf"),
        (lambda: checks.between("share", 1), "share must be above 0 and below 1, got 1"),
        (lambda: checks.between("q", [50, 100], 0, 100), "q must be above 0 and below 100, got [50, 100]"),
        (lambda: checks.numbers("share", [0.5, math.nan], 0, 1), "share must be from 0 to 1, got [0.5, nan]"),
        (lambda: checks.numbers("rate", math.inf, 0), "rate must be from 0 up, got inf"),
        (lambda: checks.wholes("servers", [2, 1.5], 1), "servers must be a whole number from 1 up, got [2, 1.5]"),
        (lambda: checks.wholes("servers", math.inf), "servers must be a whole number from 0 up, got inf"),
        (lambda: checks.number("share", 1.5, 0, 1), "share must be from 0 to 1, got 1.5"),
        (lambda: checks.number("share", math.nan, 0, 1), "share must be from 0 to 1, got nan"),
        (lambda: checks.number("rate", math.inf, 0), "rate must be from 0 up, got inf"),
        (lambda: checks.number("rate", math.nan), "rate must be finite, got nan"),
        (lambda: checks.number("rate", 9, high=8), "rate must be up to 8, got 9"),
        (lambda: checks.whole("servers", 0, 1), "servers must be a whole number from 1 up, got 0"),
        (lambda: checks.whole("servers", 1.5, 1, 9), "servers must be a whole number from 1 to 9, got 1.5"),
        (lambda: checks.whole("servers", math.inf, 1), "servers must be a whole number from 1 up, got inf"),
        (lambda: checks.one_of("law", "zipf", ("a", "b")), "law must be one of a, b, got 'zipf'"),
    ],
)
def test_a_bad_argument_is_named_with_its_value_and_what_is_allowed(call, sentence):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == sentence


def test_good_arguments_come_back_as_numbers_of_their_kind():
    assert checks.whole("servers", 3.0, 1) == 3 and isinstance(checks.whole("servers", 3.0, 1), int)
    assert isinstance(checks.whole("servers", np.int64(3), 1), int)
    assert checks.number("share", 1, 0, 1) == 1.0 and isinstance(checks.number("share", 1), float)
    assert checks.one_of("law", "a", ("a", "b")) == "a"
    assert checks.not_negative("rate", [0, 2]).tolist() == [0.0, 2.0]
    assert checks.positive("rate", 2) == 2.0 and checks.positive("rate", math.inf) == math.inf
    assert np.array_equal(checks.positive("rate", [1, 2]), [1.0, 2.0])
    assert checks.between("share", 0.5) == 0.5 and isinstance(checks.between("share", 0.5), float)
    assert checks.numbers("share", [[0, 1]], 0, 1).shape == (1, 2) and checks.numbers("share", 1) == 1.0
    assert checks.wholes("servers", [1.0, 2.0]).dtype == np.int64 and isinstance(checks.wholes("servers", 2.0), int)
