import numpy as np
import pytest
import scipy.stats

from perfbook.errorbars import Estimate, batch_means, ratio_of_means


def test_batch_means_give_students_interval():
    values = np.array([3.1, 2.9, 3.4, 3.0, 2.7])
    low, high = scipy.stats.t.interval(0.9, 4, loc=values.mean(), scale=scipy.stats.sem(values))
    found = batch_means(values, confidence=0.9)
    assert (found.value - found.half_width, found.value + found.half_width) == pytest.approx((low, high))


def test_95_of_100_intervals_cover_the_mean():
    samples = np.random.default_rng(4).normal(10, 3, (2000, 8))
    covered = sum(batch_means(row).covers(10) for row in samples)
    assert abs(covered / 2000 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 2000)


def test_95_of_100_intervals_cover_a_ratio_whose_parts_move_together():
    random = np.random.default_rng(5)
    counts = random.poisson(200, (2000, 20))
    sums = 0.05 * counts + random.normal(0, 0.5, counts.shape)
    covered = sum(ratio_of_means(tops, bottoms).covers(0.05) for tops, bottoms in zip(sums, counts, strict=True))
    assert 0.93 < covered / 2000 < 0.97


def test_the_ratio_is_the_ratio_of_the_totals_not_the_mean_of_ratios():
    assert ratio_of_means([10, 1], [100, 1]).value == pytest.approx(11 / 101)


def test_more_confidence_is_a_wider_interval():
    values = [1.0, 2.0, 4.0]
    widths = [batch_means(values, c).half_width for c in (0.5, 0.9, 0.99)]
    assert widths == sorted(widths)
    assert widths[0] > 0


def test_an_estimate_prints_both_numbers_in_one_format():
    assert f"{Estimate(12.345, 0.678):.1f}" == "12.3 ± 0.7"
    assert f"{Estimate(0.3, 0.6):+.1f}" == "+0.3 ± 0.6"


def test_another_unit_scales_the_mean_and_its_error_alike():
    assert Estimate(0.05, 0.002) * 1000 == Estimate(50.0, 2.0)
    assert Estimate(3.0, 1.0) * -1 == Estimate(-3.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [1.0]), "at least 2"),
        (([1.0, 2.0], [1.0]), "one length"),
        (([1.0, 2.0], [0.0, 0.0]), "bottoms must add up to more than 0"),
        (([1.0, 2.0], [1.0, 1.0], 1.0), "confidence must be above 0 and below 1, got 1"),
    ],
)
def test_what_gives_no_interval_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ratio_of_means(*arguments)
