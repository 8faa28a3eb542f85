"""The HorizontalPodAutoscaler's rule: the documentation's examples, hand-worked cases, and what no sequence may do.

The situations of several hand-worked cases follow Kubernetes' source (pkg/controller/podautoscaler: replica_calculator.go,
horizontal.go) and its horizontal_test.go; the numbers expected here are worked out in the comments.
"""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import hpa
from perfbook.hpa import DOWN, UP, Rules, desired_replicas, next_replicas

AGO = (100, 60, 20)  # seconds ago of three changes


def test_the_documentations_ratio_doubles_halves_and_leaves_alone():
    assert desired_replicas(4, [200] * 4, 100) == 8
    assert desired_replicas(4, [50] * 4, 100) == 2
    assert desired_replicas(50, [90] * 50, 75, request=100) == 60
    for metric, expected in ((109, 10), (110, 10), (111, 12), (91, 10), (90, 10), (89, 9)):
        assert desired_replicas(10, [metric] * 10, 100) == expected


def test_the_documentations_scale_down_from_80_to_10_takes_8_then_8_then_4_at_a_time():
    rules = Rules(percent=10, percent_period=60, pods=4, pods_period=60)
    path = [80]
    while path[-1] > 10:
        path.append(next_replicas(path[-1], 10, down=rules))
    # 10% of 72 is 7.2, which counts as 8; from 40 on four pods are more than a tenth.
    assert path == [80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10]


def test_the_documentations_smaller_of_two_policies_and_no_scale_down():
    least = Rules(percent=10, percent_period=60, pods=5, pods_period=60, select="Min")
    assert next_replicas(100, 10, down=least) == 95
    assert next_replicas(30, 10, down=least) == 27
    assert next_replicas(30, 10, down=Rules(select="Disabled")) == 30


def test_the_story_asks_for_fewer_instances_at_60_percent_cpu():
    assert desired_replicas(127, [60] * 127, 70, request=100) == 109 == math.ceil(127 * 60 / 70)


@pytest.mark.parametrize("replicas, usage, target, each, unready, missing, expected", [
    # 1,500 of 3,000 is 50%; 50/30 × 3 = 5.
    (3, [300, 500, 700], 30, 1000, 0, 0, 5),
    # One unready: 60% of two pods says up; with it at 0, 1,200 of 3,000 is 40%; 40/30 × 3 = 4.
    (3, [500, 700], 30, 1000, 1, 0, 4),
    # Two unready: 40% of one pod says up; with them at 0, 400 of 3,000 is 13%: the other direction, so stay.
    (3, [400], 30, 1000, 2, 0, 3),
    # 1,300 of 5,000 is 26%; 26/50 × 5 = 2.6.
    (5, [100, 300, 500, 250, 150], 50, 1000, 0, 0, 3),
    # Unready pods do not count on the way down: 700 of 3,000 is 23%; 23/50 × 3 = 1.38.
    (5, [100, 300, 300], 50, 1000, 2, 0, 2),
    # Missing on the way up: 190% of one pod, with the other at 0 it is 95%: the other direction, so stay.
    (2, [1900], 100, 1000, 0, 1, 2),
    # Missing on the way down: 60% of one pod, with the other at 100% it is 80%; 0.8 × 2 = 1.6.
    (2, [600], 100, 1000, 0, 1, 2),
    # Down with one missing at 100%: (100 + 100 + 1,000) of 3,000 is 40%; 40/50 × 3 = 2.4; the unready one is out.
    (4, [100, 100], 50, 1000, 1, 1, 3),
    # A target above 100%: a missing pod is taken to use the target. (600 + 2,000) of 2,000 is 130%; 130/200 × 2 = 1.3.
    (2, [600], 200, 1000, 0, 1, 2),
    # Without requests the target itself stands in: (10 + 100)/2 = 55; 55/100 × 2 = 1.1.
    (2, [10], 100, None, 0, 1, 2),
    # The mean is cut to whole percents first: 1,005 of 3,000 is 33%, 33/30 = 1.1, within the tolerance.
    (3, [335, 335, 335], 30, 1000, 0, 0, 3),
    # No pod has a metric: nothing happens.
    (3, [], 30, 1000, 3, 0, 3),
])  # fmt: skip
def test_hand_worked_ratios(replicas, usage, target, each, unready, missing, expected):
    assert desired_replicas(replicas, usage, target, each, unready, missing) == expected


def rules(pods, pods_period, percent, percent_period):
    return Rules(percent, percent_period or 15, pods, pods_period or 15)


@pytest.mark.parametrize("replicas, desired, up, changes, expected", [
    (10, 50, rules(30, 60, 0, 0), (), 40),
    (10, 50, rules(0, 0, 200, 60), (), 30),
    (100, 500, rules(300, 60, 0, 0), (1, 5, 9), 200),  # the most there may be
    (100, 500, rules(5, 120, 0, 0), (1, 5, 9), 100),  # 120 s ago 85, so 90: already past, stay
    (100, 500, rules(150, 120, 0, 0), (1, 5, 9), 235),  # 85 + 150
    (100, 500, rules(0, 0, 200, 120), (1, 5, 9), 255),  # 85 × 3
    (6, 24, rules(0, 0, 300, 300), (4, -2), 16),  # 6 − 4 + 2 = 4, × 4
    (1, 100, UP, (), 5),  # the default adds 4 pods, which is more than 100%
    (10, 100, UP, (), 20),
])  # fmt: skip
def test_hand_worked_limits_on_the_way_up(replicas, desired, up, changes, expected):
    past = list(zip(AGO, changes, strict=False))
    most = 200 if up.pods == 300 else 1000
    assert next_replicas(replicas, desired, 1, most, up=up, changes=past) == expected


@pytest.mark.parametrize("replicas, desired, least, down, changes, expected", [
    (100, 2, 1, rules(20, 60, 1, 60), (), 80),
    (100, 2, 1, rules(2, 60, 1, 60), (), 98),
    (10, 0, 1, rules(100, 60, 0, 0), (), 1),
    (10, 2, 5, rules(0, 0, 100, 60), (), 5),
    (10, 2, 1, rules(5, 60, 0, 0), (), 5),
    (100, 2, 1, rules(5, 120, 0, 0), (-1, -5, -9), 100),  # 115 − 5 = 110: already past, stay
    (100, 0, 1, rules(0, 0, 50, 120), (-2, -4, -6), 56),  # 112 / 2
    (10, 1, 1, rules(0, 0, 50, 180), (2, -4), 6),  # 10 − 2 + 4 = 12, / 2
    (100, 0, 1, rules(0, 0, 10, 120), (-10, -10, -10), 100),  # 130 − 13 = 117
    (10, 5, 1, rules(0, 0, 1000, 120), (-10, -10, -10), 5),  # below nothing allows anything
])  # fmt: skip
def test_hand_worked_limits_on_the_way_down(replicas, desired, least, down, changes, expected):
    assert (
        next_replicas(replicas, desired, least, 1000, down=down, changes=list(zip(AGO, changes, strict=False)))
        == expected
    )


@pytest.mark.parametrize("replicas, desired, up, down, past, expected", [
    (100, 3, 0, 180, ((120, 4), (60, 5)), 5),  # the highest of the last three minutes
    (1, 7, 300, 0, ((120, 4), (60, 5)), 4),  # the lowest of the last five
    (100, 3, 300, 0, ((120, 1), (60, 2)), 3),
    (1, 3, 0, 300, ((120, 4), (60, 5)), 3),
    (100, 3, 0, 180, ((600, 10), (60, 4), (120, 5), (540, 9)), 5),
    (1, 100, 300, 0, ((6000, 10), (60, 6), (120, 5), (180, 9)), 5),
    (2, 1, 300, 300, ((6000, 2), (180, 3)), 2),  # between the two, nothing moves
    (2, 3, 300, 300, ((6000, 2), (180, 1)), 2),
])  # fmt: skip
def test_hand_worked_stabilization(replicas, desired, up, down, past, expected):
    found = next_replicas(replicas, desired, up=Rules(window=up), down=Rules(window=down), recommendations=past)
    assert found == expected


def test_a_record_as_old_as_the_window_or_period_is_out():
    assert next_replicas(10, 3, down=Rules(window=60), recommendations=[(60, 8)]) == 3
    assert next_replicas(10, 3, down=Rules(window=60), recommendations=[(59, 8)]) == 8
    assert next_replicas(10, 99, up=Rules(pods=4, pods_period=60), changes=[(60, 4)]) == 14
    assert next_replicas(10, 99, up=Rules(pods=4, pods_period=60), changes=[(59, 4)]) == 10


POLICIES = st.builds(
    Rules,
    percent=st.sampled_from([0, 10, 50, 100, 300]),
    percent_period=st.sampled_from([15, 60]),
    pods=st.sampled_from([0, 1, 4, 30]),
    pods_period=st.sampled_from([15, 45, 120]),
    select=st.sampled_from(["Max", "Min", "Disabled"]),
    window=st.sampled_from([0, 30, 300]),
)


def allowed(sign, rules, begun):
    """Most that a change of this direction may come to, by exact arithmetic, from the replicas at each period's start."""
    options = []
    if rules.percent:
        options.append(math.ceil(begun(rules.percent_period) * Fraction(rules.percent, 100)))
    if rules.pods:
        options.append(rules.pods)
    begins = [
        begun(p) for p, there in ((rules.percent_period, rules.percent), (rules.pods_period, rules.pods)) if there
    ]
    ends = [b + sign * o for b, o in zip(begins, options, strict=True)]
    return sign * max(sign * end for end in ends) if ends else sign * math.inf


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=30), POLICIES, POLICIES, st.integers(1, 10), st.integers(10, 90)
)
def test_no_sequence_passes_the_limits_or_changes_faster_than_the_policies_allow(wishes, up, down, least, most):
    history, seen, changes = [least], [], []
    for k, wish in enumerate(wishes):
        now = 15 * k
        replicas = history[-1]
        following = next_replicas(
            replicas, wish, least, most, up, down,
            [(now - t, n) for t, n in seen], [(now - t, n) for t, n in changes],
        )  # fmt: skip
        assert least <= following <= most
        seen.append((now, wish))
        if following != replicas:
            changes.append((now, following - replicas))
            sign, rules = (1, up) if following > replicas else (-1, down)
            assert rules.select != "Disabled"

            def begun(period, now=now):
                return history[max(now - period, 0) // 15 + (1 if now >= period else 0)]

            slack = 1 if sign > 0 else 0  # 1 + p/100 in floating point may round up once more, as it does in the source
            assert sign * following <= sign * allowed(sign, rules, begun) + slack
        history.append(following)


@given(st.integers(1, 100), st.integers(0, 300), st.integers(0, 50), st.integers(0, 10), st.integers(20, 100))
def test_pods_that_cannot_be_counted_never_turn_the_direction_nor_enlarge_a_change(
    ready, percent, unready, missing, target
):
    replicas = ready + unready + missing
    careful = desired_replicas(replicas, [percent] * ready, target, 100, unready, missing)
    bold = desired_replicas(replicas, [percent] * replicas, target, 100)
    if percent > target:
        assert replicas <= careful <= max(bold, replicas)
    elif missing:
        assert careful <= replicas


def test_the_figures_map_is_the_rule():
    from perfbook.figures.patterns.autoscaling import hpa_map as figure

    seen = figure.at(replicas=10, unready=3, metric=140, target=70, tolerance=0.1)
    # 140% of seven pods; with three at 0 it is 98%; 98/70 × 10 = 14.
    assert list(seen["now"]) == [2.0, 20, 14, 14, 1]
    for i in (0, 60, 155, 300):
        percent = int(figure.inputs["percents"][i])
        wanted = desired_replicas(10, [percent] * 7, 70, unready=3)
        assert seen["asked"][i] == wanted and seen["allowed"][i] == next_replicas(10, wanted, down=Rules())
        assert seen["bare"][i] == math.ceil(10 * percent / 70)


@pytest.mark.parametrize("call, message", [
    (lambda: desired_replicas(-1, [1], 2), "replicas must be a whole number from 0 up, got -1"),
    (lambda: desired_replicas(1, [1], 0), "target must be above 0, got 0"),
    (lambda: desired_replicas(1, [-1], 2), "usage must not be negative"),
    (lambda: desired_replicas(1, [1], 2, request=0), "request must be above 0, got 0"),
    (lambda: desired_replicas(1, [1], 2, unready=0.5), "unready must be a whole number from 0 up, got 0.5"),
    (lambda: next_replicas(1, 2, least=3, most=2), "least must be a whole number from 0 to 2, got 3"),
    (lambda: next_replicas(1, 2, up=Rules(select="Most")), "select must be one of Max, Min, Disabled, got 'Most'"),
    (lambda: next_replicas(1, 2, up=Rules(percent=-5)), "percent must be from 0 up, got -5"),
    (lambda: next_replicas(1, 2, changes=[(-3, 1)]), "seconds ago must be from 0 up, got -3"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


def test_the_defaults_are_those_of_the_documentation():
    assert (UP.percent, UP.percent_period, UP.pods, UP.pods_period, UP.select, UP.window) == (100, 15, 4, 15, "Max", 0)
    assert (DOWN.percent, DOWN.percent_period, DOWN.pods, DOWN.select, DOWN.window) == (100, 15, 0, "Max", 300)
    assert hpa.MOST_PODS == 2**31 - 1
