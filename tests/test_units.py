import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook.units import SECONDS, per_second, seconds


def test_a_minute_is_sixty_seconds_and_a_day_86_400():
    assert seconds(1, "min") == 60
    assert seconds(1, "day") == 24 * seconds(1, "h") == 86_400
    assert seconds(187, "ms") == pytest.approx(0.187)


@given(st.sampled_from(sorted(SECONDS)), st.floats(0, 1e9))
def test_a_rate_per_unit_times_that_unit_gives_the_count_back(unit, count):
    assert per_second(count, unit) * seconds(1, unit) == pytest.approx(count)


def test_arrays_keep_their_shape_and_numbers_stay_numbers():
    assert seconds([[1, 2], [3, 4]], "ms").shape == (2, 2)
    assert isinstance(per_second(5, "h"), float)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: seconds(1, "fortnight"), "unit must be one of .*min.*, got 'fortnight'"),
        (lambda: seconds(-1, "s"), "amount must not be negative, got -1"),
        (lambda: per_second(float("nan"), "s"), "count must not be negative, got nan"),
    ],
)
def test_what_is_no_amount_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
