"""The parts of a response against geometry, published measurements, units, and a queue simulated by its recursion."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import latency
from perfbook.errorbars import batch_means

NEW_YORK, LONDON = (40.71, -74.01), (51.51, -0.13)
FIBRE_INDEX = 1.468

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
places = st.tuples(latitudes, longitudes)


def test_two_thirds_of_the_speed_of_light_is_five_microseconds_a_kilometre():
    assert latency.one_way_s(1.0) * 1e6 == pytest.approx(5.0, rel=1e-3)


def test_new_york_to_london_takes_19_ms_in_vacuum_and_27_in_glass_of_index_1_468():
    km = latency.great_circle_km(NEW_YORK, LONDON)
    assert km == pytest.approx(5570, rel=0.001)
    assert round(latency.one_way_s(5570, share=1.0) * 1000, 2) == 18.58
    assert round(latency.one_way_s(5570, share=1 / FIBRE_INDEX) * 1000, 2) == 27.27
    assert latency.one_way_s(5570, share=1 / FIBRE_INDEX) / latency.one_way_s(5570, share=1.0) == pytest.approx(1.468)


def test_the_fastest_transatlantic_cable_is_slower_than_light_in_fibre_and_by_less_than_a_tenth():
    """58.95 ms for a round trip between New York and London, measured on the cable (The Broadcast Bridge, 2015)."""
    for share in (latency.FIBRE_SHARE, 1 / FIBRE_INDEX):
        assert 1.0 < latency.implied_stretch(0.05895, latency.great_circle_km(NEW_YORK, LONDON), share) < 1.1


def test_pole_to_equator_is_a_quarter_of_the_way_round_and_a_degree_of_latitude_111_km():
    quarter = math.pi * latency.EARTH_RADIUS_KM / 2
    assert latency.great_circle_km((90, 0), (0, 77)) == pytest.approx(quarter)
    assert latency.great_circle_km((0, 0), (0, 180)) == pytest.approx(2 * quarter)
    assert latency.great_circle_km((10, 20), (11, 20)) == pytest.approx(111.19, abs=0.01)
    assert quarter == pytest.approx(10_002, rel=0.001)  # the metre was to be its ten-millionth part


@given(places, places, places)
def test_great_circles_are_a_distance(a, b, c):
    ab, ba, bc, ac = (latency.great_circle_km(x, y) for x, y in ((a, b), (b, a), (b, c), (a, c)))
    assert ab == pytest.approx(ba, abs=1e-6) and ac <= ab + bc + 1e-3
    assert latency.great_circle_km(a, a) == pytest.approx(0, abs=1e-6)
    assert ab <= math.pi * latency.EARTH_RADIUS_KM + 1e-6


@given(st.floats(1, 20_000), st.floats(1, 5))
def test_the_implied_stretch_undoes_the_path(km, stretch):
    assert latency.implied_stretch(2 * latency.one_way_s(km, stretch), km) == pytest.approx(stretch)


def test_a_megabyte_on_a_hundred_megabits_takes_eighty_milliseconds_not_ten():
    assert latency.transmission_s(1e6, 100e6) == pytest.approx(0.080)


@given(st.floats(0, 10), st.floats(0, 0.999))
def test_the_wait_leaves_out_the_service_and_both_make_the_response(service, load):
    wait = latency.wait_s(service, load)
    assert wait + service == pytest.approx(service / (1 - load))
    assert load * wait == pytest.approx(load**2 / (1 - load) * service)  # Little's law on the queue: L = λW


def test_the_wait_is_infinite_at_full_load_and_beyond():
    assert latency.wait_s(0.01, 1.0) == math.inf and latency.wait_s(0.01, 2.0) == math.inf
    assert latency.mm1_wait_seconds(0.01, 1.0) == math.inf


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_the_wait_is_what_lindleys_recursion_gives(load):
    random = np.random.default_rng(9)
    gaps, services = random.exponential(1 / load, 400_000), random.exponential(1.0, 400_000)
    wait, waits = 0.0, np.empty(400_000)
    for i, (gap, service) in enumerate(zip(gaps, services, strict=True)):
        waits[i] = wait
        wait = max(0.0, wait + service - gap)
    measured = batch_means(waits[20_000:].reshape(38, -1).mean(axis=1), confidence=0.9999)
    assert measured.covers(latency.wait_s(1.0, load)) and measured.half_width < 0.1 * latency.wait_s(1.0, load)


@given(st.floats(0, 1e9))
def test_slow_start_needs_as_many_round_trips_as_windows_doubled_cover_the_payload(payload):
    trips = latency.slow_start_round_trips(payload)
    assert 14_600 * (2**trips - 1) >= payload
    assert trips == 0 or 14_600 * (2 ** (trips - 1) - 1) < payload


def parts(**changed):
    settings = dict(distance_km=5570.0, stretch=1.3, hops=15, round_trips=2, payload_kb=200.0, bandwidth_mbit=50.0)
    settings |= dict(service_ms=20.0, load=0.6, rounds=1, replica_km=300.0, hop_ms=0.1, codec_mb_s=100.0) | changed
    begin, end, part, now = (np.zeros(n) for n in (7, 7, 7, 8))
    latency.waterfall(*settings.values(), begin, end, part, now)
    return begin, end, part, now


def test_the_waterfalls_parts_are_what_the_functions_say_in_the_order_of_their_names():
    _, _, part, now = parts()
    expected = {
        "light in fibre": 2 * 2 * latency.one_way_s(5570, 1.3),
        "hops": 2 * 2 * 15 * 0.0001,
        "bits on the wire": latency.transmission_s(200_000, 50e6),
        "encoding": 2 * 200_000 / 100e6,
        "waiting": latency.wait_s(0.020, 0.6),
        "service": 0.020,
        "coordination": 2 * latency.one_way_s(300, 1.3),
    }
    assert tuple(expected) == latency.PARTS
    np.testing.assert_allclose(part, list(expected.values()))
    assert now[0] == pytest.approx(sum(expected.values()))
    assert latency.PARTS[int(now[4])] == max(expected, key=expected.get)
    assert now[2] == pytest.approx(2 * latency.one_way_s(5570)) and now[3] == pytest.approx(now[2] * 2 / 3)
    assert now[7] == pytest.approx(1 / (1 - 0.6))


@given(st.floats(0, 20_000), st.floats(0, 0.98), st.integers(0, 30), st.integers(0, 4), st.floats(0, 5000))
def test_each_part_begins_where_the_one_before_ended(km, load, hops, rounds, payload):
    begin, end, part, now = parts(distance_km=km, load=load, hops=hops, rounds=rounds, payload_kb=payload)
    assert begin[0] == 0 and all(a == b for a, b in zip(begin[1:], end[:-1], strict=True))
    np.testing.assert_allclose(end - begin, 1000 * part, atol=1e-9)
    assert end[-1] == pytest.approx(1000 * now[0]) and np.all(part >= 0)


def test_every_part_answers_to_its_own_cause_and_to_no_other():
    base = parts()[2]
    moved = {
        "distance_km": (9000.0, {0}),
        "stretch": (2.0, {0, 6}),
        "hops": (3, {1}),
        "round_trips": (3, {0, 1}),
        "payload_kb": (500.0, {2, 3}),
        "bandwidth_mbit": (10.0, {2}),
        "service_ms": (9.0, {4, 5}),
        "load": (0.9, {4}),
        "rounds": (3, {6}),
        "replica_km": (900.0, {6}),
    }
    for name, (value, touched) in moved.items():
        changed = parts(**{name: value})[2]
        assert set(np.flatnonzero(~np.isclose(changed, base))) == touched, name


def test_the_cities_of_a_triangle_keep_their_order():
    tokyo = (35.68, 139.69)
    shortest = sorted(itertools.combinations({"ny": NEW_YORK, "ldn": LONDON, "tyo": tokyo}.values(), 2),
                      key=lambda pair: latency.great_circle_km(*pair))  # fmt: skip
    assert shortest[0] == (NEW_YORK, LONDON)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: latency.great_circle_km((91, 0), (0, 0)), "from_degrees must have a latitude from -90 to 90, got 91"),
        (lambda: latency.one_way_s(10, stretch=0.9), "stretch must be at least 1"),
        (lambda: latency.one_way_s(10, share=1.1), "share must be at most 1 (nothing outruns light"),
        (lambda: latency.one_way_s(-1), "distance_km must not be negative, got -1"),
        (lambda: latency.implied_stretch(1, 0), "distance_km must be above 0, got 0"),
        (lambda: latency.transmission_s(1, 0), "bits_per_second must be above 0, got 0"),
        (lambda: latency.wait_s(1, -0.1), "load must not be negative, got -0.1"),
        (lambda: latency.slow_start_round_trips(-1), "payload_bytes must not be negative, got -1"),
    ],
)
def test_bad_input_is_named(wrong, message):
    with pytest.raises(ValueError) as error:
        wrong()
    assert message in str(error.value)
