"""Where the time goes: the parts of one response, each with its cause.

Distance, hops, bits on a wire, encoding, queueing, service and coordination. They add up as means, for one request
whose steps follow one another; percentiles do not add up.

Explained in chapter 1, section 6.
"""

import math

import numpy as np

from .checks import not_negative, positive
from .kernel import Floats, each, kernel

LIGHT_KM_S = 299_792.458  # in vacuum, exact by definition of the metre
FIBRE_SHARE = 2.0 / 3.0  # of that in glass; 1/1.468 = 0.681 for one common fibre, 2 % faster
EARTH_RADIUS_KM = 6371.0

PARTS = ("light in fibre", "hops", "bits on the wire", "encoding", "waiting", "service", "coordination")


@kernel
def fibre_seconds(distance_km: float, stretch: float) -> float:
    """One way through fibre, where the path is ``stretch`` times the distance."""
    return distance_km * stretch / (LIGHT_KM_S * 2.0 / 3.0)


@kernel
def mm1_wait_seconds(service_s: float, load: float) -> float:
    """Mean wait before service in an M/M/1 queue, service not included; infinite from load 1 up."""
    if load >= 1.0:
        return math.inf
    return service_s * load / (1.0 - load)


@kernel
def waterfall(
    distance_km: float,
    stretch: float,
    hops: int,
    round_trips: int,
    payload_kb: float,
    bandwidth_mbit: float,
    service_ms: float,
    load: float,
    rounds: int,
    replica_km: float,
    hop_ms: float,
    codec_mb_s: float,
    begin_ms: Floats,
    end_ms: Floats,
    part_s: Floats,
    now: Floats,
) -> None:
    """The parts of a mean response, one after the other, in the order of ``PARTS``.

    distance_km : great circle, one way; stretch : path over that;  hops : routers on the way, each ``hop_ms`` a passage
    round_trips : between client and server before the answer is in, 1 on a connection that is open
    payload_kb : of 1,000 bytes;  bandwidth_mbit : 10^6 bits per second;  codec_mb_s : 10^6 bytes per second, each end
    service_ms, load : of an M/M/1 server;  rounds, replica_km : coordination among replicas, one round trip each
    begin_ms, end_ms : of each part;  part_s : its length in seconds
    now : total, one round trip of the network, light alone there and back once through fibre, the same in vacuum
        (seconds), the longest part's number, its share, share of the parts that distance sets, response over service
    """
    one_way = fibre_seconds(distance_km, stretch)
    part_s[0] = 2.0 * round_trips * one_way
    part_s[1] = 2.0 * round_trips * hops * hop_ms / 1000.0
    part_s[2] = payload_kb * 8000.0 / (bandwidth_mbit * 1e6)
    part_s[3] = 2.0 * payload_kb / (codec_mb_s * 1000.0)
    part_s[4] = mm1_wait_seconds(service_ms / 1000.0, load)
    part_s[5] = service_ms / 1000.0
    part_s[6] = 2.0 * rounds * fibre_seconds(replica_km, stretch)
    total = 0.0
    longest = 0
    for k in range(part_s.shape[0]):
        begin_ms[k] = 1000.0 * total
        total += part_s[k]
        end_ms[k] = 1000.0 * total
        if part_s[k] > part_s[longest]:
            longest = k
    now[0] = total
    now[1] = 2.0 * one_way + 2.0 * hops * hop_ms / 1000.0
    now[2] = 2.0 * fibre_seconds(distance_km, 1.0)
    now[3] = 2.0 * distance_km / LIGHT_KM_S
    now[4] = longest
    now[5] = part_s[longest] / total
    now[6] = (part_s[0] + part_s[6]) / total
    now[7] = (part_s[4] + part_s[5]) / part_s[5]


def great_circle_km(from_degrees, to_degrees):
    """Distance over the surface between two places, each (latitude, longitude) in degrees, in km; good to 0.5 %.

    The Earth is taken for a ball (haversine formula). Raises ValueError for a latitude beyond ±90.
    Explained in chapter 1, section 6.
    """
    (a, b), (c, d) = (np.radians(_place(name, p)) for name, p in (("from", from_degrees), ("to", to_degrees)))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def one_way_s(distance_km, stretch=1.0, share=FIBRE_SHARE):
    """Seconds that light needs one way; a round trip is twice this.

    distance_km : great circle;  stretch : path length over that, at least 1
    share : speed over that in vacuum, above 0 and at most 1; two thirds in fibre by rule of thumb
    Returns a float or an array. Raises ValueError outside these ranges. Explained in chapter 1, section 6.
    """
    if not np.all(np.asarray(stretch) >= 1):
        raise ValueError(f"stretch must be at least 1 (no path is shorter than the great circle), got {stretch}")
    if not np.all(positive("share", share) <= 1):
        raise ValueError(f"share must be at most 1 (nothing outruns light in vacuum), got {share}")
    return not_negative("distance_km", distance_km) * stretch / (LIGHT_KM_S * share)


def implied_stretch(round_trip_s, distance_km, share=FIBRE_SHARE):
    """How many times the great circle a measured round trip would cover in fibre, if it were nothing but light.

    Raises ValueError unless both are above 0. Explained in chapter 1, section 6.
    """
    return positive("round_trip_s", round_trip_s) / 2 / one_way_s(positive("distance_km", distance_km), 1.0, share)


def transmission_s(payload_bytes, bits_per_second):
    """Seconds to put a payload on a wire: bytes times 8 over bits per second. Not (de)serialization, which is work.

    Raises ValueError if the payload is negative or the rate not above 0. Explained in chapter 1, section 6.
    """
    return not_negative("payload_bytes", payload_bytes) * 8 / positive("bits_per_second", bits_per_second)


def wait_s(service_s, load):
    """Mean wait for one server, Poisson arrivals, exponential service: ρ/(1 − ρ) service times, service not included.

    service_s : mean, seconds;  load : ρ, from 0 up; infinite from 1 up, where the queue grows without end
    Returns a float or an array. Source: M/M/1, chapter 1, section 4. Explained in chapter 1, section 6.
    """
    return each(mm1_wait_seconds, not_negative("service_s", service_s), not_negative("load", load))


def slow_start_round_trips(payload_bytes, window_bytes=14_600):
    """Round trips that TCP's slow start needs to deliver a payload: the window doubles each, no losses, no limits.

    payload_bytes : at least 0;  window_bytes : the first flight, 10 segments of 1,460 bytes by default
    Returns a whole number, 0 for nothing. Source: RFC 6928, RFC 5681. Explained in chapter 1, section 6.
    """
    positive("window_bytes", window_bytes)
    trips, delivered = 0, 0
    while delivered < not_negative("payload_bytes", payload_bytes):
        delivered += window_bytes * 2**trips
        trips += 1
    return trips


def _place(name, place):
    latitude, longitude = place
    if not -90 <= latitude <= 90:
        raise ValueError(f"{name}_degrees must have a latitude from -90 to 90, got {latitude}")
    return latitude, longitude
