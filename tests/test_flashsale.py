"""The flash sale: the episode's totals as written, the clock against small steps, and cures that must hold their bounds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfbook import autoscaler, flashsale
from perfbook.flashsale import by_the_clock, cures, episode_dropped, episode_timeline, forecast_run, hedged_served


def test_the_episodes_total_as_written_and_the_part_of_it_that_is_no_spike():
    rows = episode_timeline()
    assert len(rows) == 91 and episode_dropped(rows) == pytest.approx(1_162_500)
    assert episode_dropped(rows[:30]) == pytest.approx(77_500) and all(row["offered"] == 5000 for row in rows[:30])
    assert episode_dropped(episode_timeline(fleet=5)) == pytest.approx(1_085_000)
    assert rows[-1] == dict(time=300, offered=20_000, available=0, dropped=0.0)


def test_the_episodes_rows_overlap_when_a_start_is_longer_than_the_time_between_events():
    rows = episode_timeline(start=90)
    assert len(rows) == 271 and len({row["time"] for row in rows}) == 211


def test_an_instance_that_serves_nothing_until_it_is_ready_loses_nearly_twice_as_much():
    ready, linear = by_the_clock(fleet=5), episode_dropped(episode_timeline(fleet=5))
    assert ready.dropped == 2_100_000 == 30 * (45_000 + 25_000)
    # A line from 0 to 1 over 30 rows covers 29/60 of the area.
    assert linear / ready.dropped == pytest.approx(1 - 29 / 60)
    assert by_the_clock().dropped == 2_250_000  # with a fleet that starts at nothing


def test_the_clock_scales_in_and_pays_for_it():
    kept, gone = (by_the_clock(fleet=5, scale_in=s) for s in (False, True))
    assert kept.dropped == gone.dropped
    assert kept.instance_seconds - gone.instance_seconds == 55 * 300
    assert gone.instance_seconds == 5 * 60 + 50 * 60 + 75 * 180 + 20 * 300


EVENTS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20_000)), min_size=1, max_size=5, unique_by=lambda e: e[0]
)


@given(EVENTS.map(sorted), st.integers(0, 40), st.integers(0, 20), st.booleans())
def test_the_clock_is_what_small_steps_add_up_to(events, start, fleet, scale_in):
    """Instances kept one by one, over steps of half a second that meet every event."""
    sale = by_the_clock(events, start=start, fleet=fleet, end=120, scale_in=scale_in)
    pods, rate, served, offered, paid = [-1000.0] * fleet, 0, 0.0, 0.0, 0.0
    for k in range(240):
        t = k / 2
        for time, level in events:
            if time == t:
                rate, needed = level, math.ceil(level / 1000)
                pods += [t] * max(0, needed - len(pods))
                if scale_in:
                    pods = sorted(pods)[:needed]
        able = sum(p + start <= t for p in pods)
        offered += rate / 2
        served += min(rate, 1000 * able) / 2
        paid += len(pods) / 2
    assert (sale.offered, sale.served, sale.instance_seconds) == pytest.approx((offered, served, paid))
    assert sale.dropped == pytest.approx(offered - served)


def test_hedging_in_overload_answers_fewer_and_below_it_changes_nothing():
    assert hedged_served(100.0, 200.0, 0.5) == pytest.approx(100)
    assert hedged_served(1000.0, 500.0, 0.0) == pytest.approx(500)
    random = np.random.default_rng(1)
    requests, hedged, capacity = 400_000, 0.3, 200_000
    copies = 1 + (random.random(requests) < hedged)
    taken = capacity / copies.sum()
    answered = random.random(requests) < 1 - (1 - taken) ** copies
    expected = hedged_served(float(requests), float(capacity), hedged)
    error = math.sqrt(requests * 0.25)
    assert expected < capacity and abs(answered.sum() - expected) < 5 * error


def test_a_forecast_that_is_right_and_early_drops_nothing_and_one_of_nothing_changes_nothing():
    offered = autoscaler.demand(autoscaler.FLASH_SALE, 900)
    run = autoscaler.simulate(offered, delay=15, phase=7)
    assert forecast_run(offered, run, 1.0, 30, 30, 70)[0] == 0
    assert forecast_run(offered, run, 0.0, 60, 30, 70) == (run.dropped, run.replica_seconds)
    late, early = (forecast_run(offered, run, 1.0, lead, 30, 70) for lead in (15, 60))
    assert 0 < late[0] < run.dropped and early[1] > late[1]


def test_the_cures_say_what_their_runs_say():
    table = {cure.name: cure for cure in cures()}
    nothing = table["nothing"]
    assert nothing.saves == 0 and nothing.costs == 0 and nothing.dropped == 3_724_000
    assert table["hedging, 5% twice"].saves < 0
    for name, cure in table.items():
        assert cure.saves <= 1 and cure.dropped == pytest.approx(nothing.dropped * (1 - cure.saves)), name
    offered = autoscaler.demand(autoscaler.FLASH_SALE, 900)
    warm = autoscaler.simulate(offered, least=8 + 15, delay=15, phase=7)
    quick = autoscaler.simulate(offered, start=20, delay=15, phase=7)
    assert table["keep warm, 15 more"].dropped == warm.dropped and table["smaller image"].dropped == quick.dropped


def test_a_cure_saves_what_its_size_makes_it_save_and_a_pool_is_paid_all_day():
    sizes = [cures(warm=(n,))[1] for n in (5, 20, 40)]
    assert [c.saves for c in sizes] == sorted(c.saves for c in sizes) and sizes[0].saves < 0.3 < 0.8 < sizes[-1].saves
    pool = sizes[1]
    idle = 20 * (flashsale.DAY - 900)
    base = cures()[0]
    assert base.day == 0 and pool.day > 2 > pool.costs
    run = autoscaler.simulate(autoscaler.demand(autoscaler.FLASH_SALE, 900), delay=15, phase=7)
    day = run.replica_seconds + 8 * (flashsale.DAY - 900)
    assert pool.day == pytest.approx((pool.costs * run.replica_seconds + idle) / day)


@pytest.mark.parametrize("call, message", [
    (lambda: episode_timeline(start=0.5), "start must be a whole number from 1 up, got 0.5"),
    (lambda: by_the_clock([(5, 1), (2, 1)]), "events must be in order, got seconds [5.0, 2.0]"),
    (lambda: by_the_clock(start=-1), "start must be from 0 up, got -1"),
    (lambda: hedged_served(1, 1, 2), "hedged must be from 0 to 1, got 2"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
