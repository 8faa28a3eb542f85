"""The pictures of section 4 against the models behind them: curves exact, runs within their own error bars."""

import math

import numpy as np
import pytest

from perfbook import figures, queues, simulate, variability
from perfbook.figures.math import queues_questions as asked

MMC = figures.registry["mmc"]
VARIABILITY = figures.registry["variability"]
POOLING = figures.registry["pooling"]
BARS = 3.5  # half-widths of 95 % intervals that a run may be off: beyond 7 standard errors


@pytest.mark.parametrize("rate, servers", [(10, 200), (90, 2), (450, 10), (4800, 100), (9000, 200)])
def test_the_curves_and_the_point_are_the_exact_ones(rate, servers):
    now, curves = MMC.at(arrival_rate=rate, servers=servers)["now"], MMC.run(arrival_rate=rate, servers=servers)
    exact = queues.mmc(rate, 50, servers)
    assert now[0] == pytest.approx(exact.utilization)
    assert now[5] == pytest.approx(exact.delayed, rel=1e-9, abs=1e-300)
    assert now[10] == pytest.approx(exact.response)
    assert now[11] == pytest.approx(queues.response_percentile(rate, 50, servers))
    assert now[19] == pytest.approx(exact.waiting, rel=1e-9, abs=1e-300)
    loads = curves["rho"] * servers
    np.testing.assert_allclose(curves["mean"], queues.mmc(loads, 1, servers).response, rtol=1e-9)
    np.testing.assert_allclose(curves["p99"], queues.response_percentile(loads, 1, servers), rtol=1e-9)
    tails = queues.response_tail(rate / 50, 1, servers, curves["times"])
    np.testing.assert_allclose(curves["slower"], tails, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("rate, servers", [(10, 200), (30, 1), (45, 1), (90, 2), (450, 10), (4800, 100), (9600, 200)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_run_laid_over_the_curve_agrees_with_it(rate, servers, seed):
    found = MMC.run(arrival_rate=rate, servers=servers, seed=seed)
    now = found["now"]
    assert abs(now[12] - now[10]) < BARS * now[13]
    exact, run = found["slower"], found["simulated"]
    # Customers of one busy time are alike, so that 100,000 are far fewer independent ones; the seeds are fixed.
    assert np.max(np.abs(run - exact)) < 0.06
    assert (now[8], now[9]) == (pytest.approx(now[3], rel=0.3), pytest.approx(now[4], rel=0.35))


def test_an_unstable_queue_says_so_in_words_and_in_infinities():
    now = MMC.at(arrival_rate=520, servers=1)["now"]
    assert (now[0], now[1], now[15]) == (pytest.approx(10.4), 1, 470)
    assert [now[2], now[3], now[4], now[10], now[11], now[19]] == [math.inf] * 6
    assert now[17] == pytest.approx(now[18], rel=0.02)
    assert "Unstable" in MMC.text(arrival_rate=520, servers=1)
    assert now[6] == pytest.approx(simulate.mmc(10.4, 1, 1, 100_000, seed=1).response.mean())


def test_no_position_of_a_slider_gives_a_nan():
    rng = np.random.default_rng(4)
    for item in (MMC, VARIABILITY, POOLING):
        for corner in range(12):
            values = {s.name: rng.choice([s.low, s.high]) if corner < 8 else
                      s.low + s.step * rng.integers(0, round((s.high - s.low) / s.step) + 1)
                      for s in item.sliders.values()}  # fmt: skip
            values = {name: min(item.sliders[name].high, v) for name, v in values.items()}
            for name, output in item.at(**values).items():
                assert not np.isnan(output).any(), (item.id, values, name)


@pytest.mark.parametrize("square", [0, 0.25, 1, 4, 16])
@pytest.mark.parametrize("load", [0.3, 0.8])
def test_with_one_server_and_random_arrivals_the_formula_is_exact(square, load):
    now = VARIABILITY.at(service=square, load=load)["now"]
    assert now[5] == 1
    assert now[0] == pytest.approx(variability.mg1(load, 1, square).wait)
    assert abs(now[2] - now[0]) < BARS * now[3]
    assert now[7] == pytest.approx(load, abs=0.03)


def test_the_variability_curves_are_the_approximation():
    found = VARIABILITY.run(load=0.7, arrivals=2, servers=5)
    grid = found["grid"]
    np.testing.assert_allclose(found["mean"], variability.ggc(3.5, 1, 5, 2, grid).wait, rtol=1e-12)
    np.testing.assert_allclose(found["p99"], variability.ggc_wait_percentile(3.5, 1, 5, 2, grid), rtol=1e-12)
    assert found["now"][5] == 0


def test_the_run_beside_the_approximation_is_a_run_of_that_queue():
    now = VARIABILITY.at(load=0.7, arrivals=4, service=2, servers=6, seed=5)["now"]
    run = simulate.ggc(4.2, 1, 6, 4, 2, 64_000, seed=5, warm_up=16_000)
    assert now[2] == pytest.approx(run.wait.mean(), rel=1e-9)
    assert now[3] == pytest.approx(run.mean_wait().half_width, rel=1e-9)
    assert now[4] == pytest.approx(run.wait_percentile(0.99), rel=0.01)
    assert now[8] == pytest.approx(run.response.mean(), rel=1e-9)


@pytest.mark.parametrize("servers", [2, 8, 64])
@pytest.mark.parametrize("load", [0.05, 0.5, 0.8])
def test_the_three_designs_agree_with_their_models_and_their_runs(servers, load):
    now = POOLING.at(servers=servers, load=load)["now"]
    three = queues.pooling(load * servers, 1, servers)
    means = [q.response for q in (three.together, three.apart, three.one_fast)]
    assert now[:3] == pytest.approx(means)
    p99 = [queues.response_percentile(load * servers, 1, servers), queues.response_percentile(load, 1, 1),
           queues.response_percentile(load * servers, servers, 1)]  # fmt: skip
    assert now[3:6] == pytest.approx(p99)
    np.testing.assert_allclose(now[6:9], means, rtol=0.15)
    np.testing.assert_allclose(now[9:12], p99, rtol=0.25)


def test_separate_lines_chosen_at_random_are_each_an_m_m_1_queue():
    from perfbook import rng
    from perfbook.overlays import apart_run

    response, state, free = np.empty(400_000), rng.new_state(9), np.zeros(5)
    apart_run(0.7, 5, state, free, response)
    means = response.reshape(25, -1).mean(axis=1)
    assert abs(means.mean() - 1 / 0.3) < 4.5 * means.std(ddof=1) / 5
    assert np.quantile(response, 0.99) == pytest.approx(math.log(100) / 0.3, rel=0.1)


def test_the_answers_of_the_questions_are_what_the_models_give():
    assert (asked.LEAST, asked.POOL) == (1041, 1043)
    assert queues.response_percentile(52_000, 50, 1043) <= 0.1 < queues.response_percentile(52_000, 50, 1042)
    assert asked.check_backlog.answer == 104_340_000
    longer, square = asked.UNEVEN / asked.EVEN, asked.SQUARE
    assert longer == pytest.approx(1 + square)
    assert square == pytest.approx((0.95 * 100 + 0.05 * 210**2) / 20**2 - 1)
