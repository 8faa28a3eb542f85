"""The lab on a real server and a real client: what must hold on any machine, however slow."""

import asyncio
import http.client
import io
import math

import numpy as np
import pytest

from perfbook import lab


@pytest.fixture(scope="module")
def quiet_run():
    return lab.run(rate=150, seconds=1.2, warm_up=0.2, seed=3, progress=None)


@pytest.fixture(scope="module")
def impatient_run():
    return lab.run(rate=150, seconds=1.2, warm_up=0.2, seed=3, timeout=0.05, progress=None)


def serving(ask, service_times=(0.01,), workers=1):
    """What ``ask(port)`` gives, from a thread, while a server serves."""

    async def main():
        async with lab.Server(workers, service_times) as server:
            return await asyncio.to_thread(ask, server.port), server

    return asyncio.run(main())


# The server


def test_the_server_answers_a_client_of_the_standard_library():
    def ask(port):
        answers = []
        for target in ("/work/0", "/work/1", "/work/x", "/"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", target)
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))
            connection.close()
        return answers

    answers, server = serving(ask)
    assert answers[0] == (200, b"done\n")
    assert [status for status, _ in answers[1:]] == [404, 404, 404]
    assert list(server.stopwatch) == [0]
    assert server.gauge.level == 0


def test_a_client_that_leaves_or_talks_nonsense_does_not_stop_the_server():
    def ask(port):
        import socket

        for said in (b"", b"GET", b"\r\n\r\n", b"GET /work/0 HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(said)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/work/1")
        return connection.getresponse().status

    status, server = serving(ask, (0.01, 0.01), workers=2)
    assert status == 200
    assert server.gauge.level == 0


# The instruments


def test_the_gauge_is_the_integral_of_its_level(monkeypatch):
    moments = iter([10.0, 11.0, 12.0, 14.0, 15.0])
    monkeypatch.setattr(lab, "clock", lambda: next(moments))
    gauge = lab.Gauge()
    for by in (+1, +1, -1, -1):
        gauge.change(by)
    assert gauge.area_until([10, 11, 11.5, 12, 13, 14, 15, 99]).tolist() == [0, 0, 0.5, 1, 3, 5, 6, 6]


def test_each_request_is_timed_inside_its_clients_time_and_works_as_long_as_drawn(quiet_run):
    run = quiet_run
    assert run.good.all()
    assert np.all(run.sent >= run.due - 0.002)
    assert np.all(run.sent <= run.came)
    assert np.all(run.came < run.went)
    assert np.all(run.went <= run.done)


def test_the_gauge_and_the_stopwatch_agree_on_the_whole_area(quiet_run):
    run, whole = quiet_run, quiet_run.done.max() + 1
    for gauge, first, last in (run._instruments("server"), run._instruments("client")):
        assert float(gauge(whole)) == pytest.approx((last - first).sum(), rel=0.02)


def test_the_client_does_not_wait_for_answers_before_it_sends():
    run = lab.run(rate=150, seconds=0.5, workers=1, service=0.005, warm_up=0, seed=4, progress=None)
    held = lab.run(rate=150, seconds=0.5, workers=20, service=0.1, warm_up=0, seed=4, progress=None)
    assert len(run.sent) == len(held.sent)
    assert np.sum(held.sent < held.done.min()) > 1


# The law


@pytest.mark.parametrize("side", ["server", "client"])
def test_l_and_lambda_w_agree_at_both_boundaries(quiet_run, side):
    found = quiet_run.measure(side)
    assert found["gap"].covers(0)
    assert found["gap"].value == pytest.approx(quiet_run.edges(side), abs=0.02 * found["L"].value)
    assert found["rate"].value == pytest.approx(150, abs=5 * math.sqrt(150 / 1.2))
    assert f"{found['L']:.2f}" in quiet_run.report()


def test_a_log_of_successes_misses_the_requests_that_were_given_up(impatient_run):
    everyone, log = impatient_run.measure(), impatient_run.measure(only_good=True)
    assert 10 < np.sum(~impatient_run.good) < len(impatient_run.good)
    assert everyone["gap"].covers(0)
    assert not log["gap"].covers(0)
    assert log["product"].value < 0.75 * everyone["L"].value
    assert np.all(impatient_run.done[impatient_run.good] - impatient_run.sent[impatient_run.good] < 5)


def test_the_gap_shrinks_as_the_window_grows(quiet_run):
    (_, many, short, _), (_, one, long, _) = quiet_run.windows([0.02, 1.2])
    assert (many, one) == (60, 1)
    assert long < short / 3
    with pytest.raises(ValueError, match=r"at most the window's 1.2 s, got 2"):
        quiet_run.windows([2])


def test_what_cannot_be_measured_is_refused_by_name(quiet_run):
    with pytest.raises(ValueError, match="side must be one of server, client, got 'proxy'"):
        quiet_run.measure("proxy")
    never = lab.run(rate=50, seconds=0.3, timeout=1e-6, warm_up=0, progress=None)
    with pytest.raises(ValueError, match="only_good=True leaves no request to measure of"):
        never.measure("client", only_good=True)


# Where it runs


def test_it_runs_where_an_event_loop_is_running_as_in_jupyter():
    async def cell():
        return lab.run(rate=50, seconds=0.2, warm_up=0, progress=None)

    assert len(asyncio.run(cell()).sent) > 0


def test_the_bar_only_appends_and_ends_full(capsys):
    lab.run(rate=50, seconds=0.2, warm_up=0)
    printed = capsys.readouterr().out
    assert printed == "0.2 s of load |" + 40 * "█" + "|\n"
    out = io.StringIO()
    show = lab.bar(1000.0, width=5, out=out)
    show()
    assert out.getvalue() == "1000.0 s of load |"


def test_no_loopback_is_said_in_words(monkeypatch):
    async def refused(*arguments, **options):
        raise OSError("no network here")

    monkeypatch.setattr(asyncio, "start_server", refused)
    with pytest.raises(RuntimeError, match=r"needs a loopback network .* no network here"):
        lab.run(rate=50, seconds=0.2, progress=None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 0}, "rate must be above 0 and finite, got 0"),
        ({"seconds": math.inf}, "seconds must be above 0 and finite, got inf"),
        ({"timeout": -1}, "timeout must be above 0 and finite, got -1"),
        ({"warm_up": 59, "seconds": 2}, "from 0 to 60 in all"),
        ({"workers": 0}, "workers must be a whole number from 1 up, got 0"),
        ({"rate": 300, "service": 0.04}, r"queue grows .* got 300 × 0.04 = 12 and 8"),
    ],
)
def test_settings_that_make_no_run_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        lab.run(**settings)
