"""Fifty clients add one to one key of a real server, each by the same method: how many of the additions are lost?

Each client has a thread and a connection of its own; all start at once. An update counts as made when the method says so,
as a caller would believe it. What the key says in the end is compared with that.

Explained in chapter 3, section 5.
"""

import concurrent.futures
import contextlib
import dataclasses
import random
import secrets
import threading
import time

import numpy as np

from . import checks, jitter

clock = time.perf_counter

CAS = """
local current = redis.call('get', KEYS[1])
if (current == false and ARGV[1] == '') or current == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[2])
  return 1
end
return 0
"""

CAS_VERSION = """
if (redis.call('hget', KEYS[1], 'version') or '0') ~= ARGV[1] then
  return 0
end
redis.call('hset', KEYS[1], 'value', ARGV[2], 'version', ARGV[1] + 1)
return 1
"""

# A lock with a number: the number must be given out in the same step as the lock, or its order is not that of the holders.
ACQUIRE = """
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return redis.call('incr', KEYS[2])
end
return 0
"""

# The store keeps the highest number that it has seen, in reads too, and refuses any lower one.
FENCED_GET = """
local seen = tonumber(redis.call('hget', KEYS[1], 'fence') or '0')
if tonumber(ARGV[1]) < seen then
  return {0, ''}
end
redis.call('hset', KEYS[1], 'fence', ARGV[1])
return {1, redis.call('hget', KEYS[1], 'value') or '0'}
"""

FENCED_SET = """
local seen = tonumber(redis.call('hget', KEYS[1], 'fence') or '0')
if tonumber(ARGV[1]) < seen then
  return 0
end
redis.call('hset', KEYS[1], 'fence', ARGV[1], 'value', ARGV[2])
return 1
"""

RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
  return redis.call('del', KEYS[1])
end
return 0
"""

ADD = """
local value = tonumber(redis.call('get', KEYS[1]) or '0') + tonumber(ARGV[1])
redis.call('set', KEYS[1], value)
return value
"""

LEASE = 10_000  # milliseconds: far longer than any holder takes in the race

CALLS = {"CAS": CAS, "CAS_VERSION": CAS_VERSION, "ACQUIRE": ACQUIRE, "FENCED_GET": FENCED_GET, "FENCED_SET": FENCED_SET,
         "RELEASE": RELEASE, "ADD": ADD}  # fmt: skip


class Client:
    """One client: its connection, its scripts (sent once, called by their hash), and the keys that it updates.

    key : gives the full name of "value", "lock" and "fence";  compute : seconds that it thinks between read and write
    """

    def __init__(self, connection, key, compute=0.0):
        self.connection, self.compute = connection, compute
        self.value, self.lock, self.fence = key("value"), key("lock"), key("fence")
        self.scripts = {name: connection.register_script(text) for name, text in CALLS.items()}

    def next_value(self, current) -> int:
        """One more than ``current`` (text, or None for a missing key), after the time that computing takes."""
        if self.compute:
            time.sleep(self.compute)
        return int(current or 0) + 1

    def call(self, name, keys, *arguments):
        return self.scripts[name](keys=keys, args=arguments)


def get_set(client):
    """Read, add, write: true whatever became of it."""
    current = client.connection.get(client.value)
    client.connection.set(client.value, client.next_value(current))
    return True


def watch(client):
    """Read, add, and write in a transaction that the server drops if the key has been touched since WATCH."""
    import redis

    with client.connection.pipeline() as line:
        line.watch(client.value)
        new = client.next_value(line.get(client.value))
        line.multi()
        line.set(client.value, new)
        try:
            line.execute()
        except redis.WatchError:
            return False
    return True


def compare_value(client):
    """Read, add, and write by a script if the value is still what was read; a missing key is read as ''."""
    current = client.connection.get(client.value) or ""
    return client.call("CAS", [client.value], current, client.next_value(current)) == 1


def compare_version(client):
    """The same, but it is a version beside the value that must be unchanged."""
    value, version = client.connection.hmget(client.value, "value", "version")
    return client.call("CAS_VERSION", [client.value], version or 0, client.next_value(value)) == 1


def fenced_lock(client):
    """Take a lock with a lease and a number, read and write under that number, release what is still ours.

    False if the lock is taken, or if the store has seen a higher number.
    """
    token = secrets.token_hex(8)
    number = client.call("ACQUIRE", [client.lock, client.fence], token, LEASE)
    if not number:
        return False
    mine, value = client.call("FENCED_GET", [client.value], number)
    done = mine and client.call("FENCED_SET", [client.value], number, client.next_value(value))
    client.call("RELEASE", [client.lock], token)
    return done == 1


def script(client):
    """The whole rule in the server: read, add and write in one script."""
    client.call("ADD", [client.value], 1)
    return True


def increment(client):
    """The whole rule in the server, which has a command for it."""
    client.connection.incr(client.value)
    return True


METHODS = {"GET, SET": get_set, "WATCH": watch, "CAS on the value": compare_value, "CAS on a version": compare_version,
           "fenced lock": fenced_lock, "one script": script, "INCR": increment}  # fmt: skip
SAFE = tuple(METHODS)[1:]


@dataclasses.dataclass(frozen=True)
class Race:
    """How a race went.

    clients : how many;  updates : acknowledged, by all;  value : of the key in the end, from 0
    attempts : in all; one for each update if nothing had to be tried again;  seconds : from the start to the last end
    took : seconds of each update, from its first attempt to its acknowledgement, pauses included
    """

    method: str
    clients: int
    updates: int
    value: int
    attempts: int
    seconds: float
    took: np.ndarray

    @property
    def lost(self) -> int:
        """Updates that were acknowledged and are not in the value."""
        return self.updates - self.value

    @property
    def rate(self) -> float:
        """Updates a second that are in the value."""
        return self.value / self.seconds

    @property
    def attempts_each(self) -> float:
        """Attempts for each update that was acknowledged."""
        return self.attempts / self.updates

    def percentile(self, q) -> float:
        """Seconds within which q of the updates were made, 0 < q < 1."""
        return float(np.quantile(self.took, q))


def race(server, method, clients=50, each=20, backoff="full", base=0.001, cap=0.064, compute=0.0, seed=1) -> Race:
    """``clients`` threads, each with its own connection, make ``each`` updates of one new key by a method.

    method : one of ``METHODS``;  backoff : "none" before another attempt, or a jitter of ``perfbook.jitter.pause``
        ("full", "equal"; "none" of that module, exponential without jitter, is "plain" here)
    base, cap : of the pauses, seconds;  seed : of the pauses (what the threads do is up to the machine)
    compute : seconds between read and write, where they are the client's
    Raises ValueError for arguments out of range, RuntimeError without a server or if a client fails.
    Explained in chapter 3, section 5.
    """
    attempt = METHODS[checks.one_of("method", method, METHODS)]
    clients, each = checks.whole("clients", clients, 1, 1000), checks.whole("each", each, 1)
    checks.one_of("backoff", backoff, ("none", "plain", "full", "equal"))
    base, cap = checks.number("base", base, 0), checks.number("cap", cap, 0)
    compute = checks.number("compute", compute, 0)
    names = [f"{secrets.token_hex(4)}:{name}" for name in ("value", "lock", "fence")]
    keys = dict(zip(("value", "lock", "fence"), map(server.key, names), strict=True))
    took, attempts, failures = np.zeros((clients, each)), [0] * clients, []
    ready, ends = threading.Barrier(clients + 1), [0.0] * clients

    def pause(tries, draw):
        if backoff != "none":
            kind = "none" if backoff == "plain" else backoff
            time.sleep(jitter.pause(kind, tries - 1, base, cap, base, draw))

    def work(number, one):
        draw = random.Random(seed * 1000 + number)
        try:
            ready.wait()
            for update in range(each):
                begun, tries = clock(), 1
                while not attempt(one):
                    if failures:
                        return
                    pause(tries, draw)
                    tries += 1
                took[number, update] = clock() - begun
                attempts[number] += tries
            ends[number] = clock()
        except Exception as error:
            failures.append(error)
            ready.abort()

    with contextlib.ExitStack() as stack:
        ours = [stack.enter_context(contextlib.closing(server.connect())) for _ in range(clients)]
        ours = [Client(connection, keys.__getitem__, compute) for connection in ours]
        for name in CALLS:  # loaded once, so that no client has to send a script twice
            ours[0].connection.script_load(CALLS[name])
        threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate(ours)]
        for thread in threads:
            thread.start()
        with contextlib.suppress(threading.BrokenBarrierError):
            ready.wait()
        begun = clock()
        for thread in threads:
            thread.join()
        if failures:
            raise RuntimeError(f"a client failed in the race of {method}: {failures[0]!r}") from failures[0]
        value = read(ours[0])
    server.forget(*names)
    return Race(method, clients, clients * each, value, sum(attempts), max(ends) - begun, took.ravel())


def together(server, action, clients=10) -> list:
    """What ``action(connection)`` gives to each of ``clients`` threads that start together, each with its own connection.

    Raises ValueError for fewer than 1 client, RuntimeError without a server, and what the action raises.
    Explained in chapter 3, section 5.
    """
    clients = checks.whole("clients", clients, 1, 1000)
    ready = threading.Barrier(clients)

    def one(line):
        ready.wait()
        return action(line)

    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(contextlib.closing(server.connect())) for _ in range(clients)]
        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            return list(pool.map(one, lines))


def read(client) -> int:
    """The value of a client's key, whether it is a string or a hash with a version."""
    if client.connection.type(client.value) == "hash":
        return int(client.connection.hget(client.value, "value"))
    return int(client.connection.get(client.value))


FENCES = ("none", "writes", "reads and writes")


def late_writer(server, fence="none", second="writes", lease=0.03, pause=0.05):
    """What a holder of a lock does that pauses for longer than its lease, really: (acknowledged, value, what happened).

    The first client takes the lock and reads, then pauses. The lease ends; a second client takes the lock, reads, and
    writes, before the first wakes up and writes too (``second`` = "writes") or after ("waits"). Each adds 1 to 0.
    fence : whether the store refuses a number below the highest that it has seen in writes, or in reads and writes
    lease, pause : seconds, the pause the longer one; twice as long, from the start, where the machine was so slow that the
        lease was over before the pause began. Raises ValueError, or RuntimeError without a server.
    Explained in chapter 3, section 5.
    """
    checks.one_of("fence", fence, FENCES), checks.one_of("second", second, ("writes", "waits"))
    lease = checks.number("lease", lease, 0.001)
    pause = checks.number("pause", pause, lease)
    names = {name: f"{secrets.token_hex(4)}:{name}" for name in ("value", "lock", "fence")}
    log, done = [], 0

    def take(client, who):
        number = client.call("ACQUIRE", [client.lock, client.fence], who, int(1000 * lease))
        log.append(f"{who} asks for the lock: " + (f"has it, with number {number}" if number else "it is taken"))
        return number

    def look(client, who, number):
        if fence == "reads and writes":
            _, value = client.call("FENCED_GET", [client.value], number)
        else:
            value = client.connection.hget(client.value, "value") or "0"
        log.append(f"{who} reads {value}")
        return int(value)

    def write(client, who, number, value):
        if fence == "none":
            client.connection.hset(client.value, "value", value)
            good = 1
        else:
            good = client.call("FENCED_SET", [client.value], number, value)
        log.append(f"{who} writes {value}: " + ("done" if good else f"refused, number {number} is too low"))
        return good

    with contextlib.closing(server.connect()) as one, contextlib.closing(server.connect()) as two:
        first, then = (Client(line, lambda name: server.key(names[name])) for line in (one, two))
        number = take(first, "first")
        value = look(first, "first", number)
        if take(then, "second"):
            first.connection.delete(first.value, first.lock, first.fence)
            return late_writer(server, fence, second, 2 * lease, 2 * pause)
        time.sleep(pause)
        log.append("first has paused for longer than its lease")
        other = take(then, "second")
        seen = look(then, "second", other)
        if second == "writes":
            done += write(then, "second", other, seen + 1)
        done += write(first, "first", number, value + 1)
        if second == "waits":
            done += write(then, "second", other, seen + 1)
        final = read(first)
    server.forget(*names.values())
    return done, final, log
