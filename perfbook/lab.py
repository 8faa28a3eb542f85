"""A lab for Little's law: a real HTTP server and a real open-loop client, on this machine's loopback only.

The server keeps three instruments that know nothing of each other: a gauge of requests in flight and its time
integral (L), a count of arrivals (λ), and a stopwatch on each request (W). The client has its own stopwatch.

Explained in chapter 1, section 1.
"""

import asyncio
import contextlib
import dataclasses
import itertools
import random
import sys
import threading
import time

import numpy as np

from . import little
from .checks import one_of, positive, whole
from .errorbars import Estimate, batch_means, ratio_of_means

clock = time.perf_counter
LONGEST = 60.0


class Gauge:
    """How many are inside, and the area under that number since the start; it cannot tell one from another."""

    def __init__(self):
        self.level, self.area, self.last = 0, 0.0, clock()
        self.times, self.levels, self.areas = [self.last], [0], [0.0]

    def change(self, by):
        now = clock()
        self.area += self.level * (now - self.last)
        self.level += by
        self.last = now
        self.times.append(now)
        self.levels.append(self.level)
        self.areas.append(self.area)

    def area_until(self, moments):
        """The area from the start to each of the moments, in request-seconds."""
        moments = np.asarray(moments, dtype=float)
        at = np.searchsorted(self.times, moments, side="right") - 1
        return np.asarray(self.areas)[at] + np.asarray(self.levels)[at] * (moments - np.asarray(self.times)[at])


class Server:
    """An HTTP/1.1 server with ``workers`` workers; each request sleeps its service time while it holds one.

    A request is in flight from its parsed head to its last byte handed to the network, and goes on to its end
    even if its client has left, as most real ones do.
    """

    def __init__(self, workers, service_times):
        self.workers, self.service_times = asyncio.Semaphore(workers), service_times
        self.gauge, self.stopwatch, self.open = Gauge(), {}, set()

    async def __aenter__(self):
        self.listener = await asyncio.start_server(self.handle, "127.0.0.1", 0, backlog=1024)
        self.port = self.listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self.listener.close()
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)
        await self.listener.wait_closed()

    async def handle(self, reader, writer):
        task = asyncio.current_task()
        self.open.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            _, target, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
            await self.respond(target, writer)
        writer.close()
        self.open.discard(task)

    async def respond(self, target, writer):
        _, kind, number = target.split(b"/", 2) if target.count(b"/") == 2 else (b"", b"", b"")
        if kind != b"work" or not number.isdigit() or int(number) >= len(self.service_times):
            writer.write(response(b"404 Not Found", b"only /work/<number> is here\n"))
            return
        self.gauge.change(+1)
        came = clock()
        try:
            async with self.workers:
                await asyncio.sleep(self.service_times[int(number)])
            with contextlib.suppress(ConnectionError):
                writer.write(response(b"200 OK", b"done\n"))
                await writer.drain()
        finally:
            self.stopwatch[int(number)] = (came, clock())
            self.gauge.change(-1)


def response(status, body):
    """The bytes of an HTTP response that closes the connection, from a status line's end and a body, both bytes.

    Explained in chapter 1, section 1.
    """
    return b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


class Client:
    """Sends each request at its own time whatever became of the others, an open loop; gives up after ``timeout``."""

    def __init__(self, port, timeout):
        self.port, self.timeout, self.gauge = port, timeout, Gauge()
        self.sent, self.done, self.good = {}, {}, {}

    async def follow(self, schedule, origin):
        tasks = []
        for number, due in enumerate(schedule):
            await asyncio.sleep(max(0.0, origin + due - clock()))
            tasks.append(asyncio.create_task(self.request(number)))
        await asyncio.gather(*tasks)

    async def request(self, number):
        self.gauge.change(+1)
        self.sent[number] = clock()
        try:
            self.good[number] = await asyncio.wait_for(self.exchange(number), self.timeout)
        except (TimeoutError, OSError):
            self.good[number] = False
        self.done[number] = clock()
        self.gauge.change(-1)

    async def exchange(self, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(b"GET /work/%d HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % number)
            answer = await reader.read(-1)
        finally:
            writer.close()
        return answer.startswith(b"HTTP/1.1 200 ")


@dataclasses.dataclass(frozen=True)
class Run:
    """What the instruments of a run recorded; times in seconds from its start.

    server_gauge, client_gauge : functions of moments, the area under the number in flight until then
    came, went : of each request at the server, nan if its client gave up before it got there
    sent, done, good : at the client, in the order of sending;  due : when each was to be sent
    start, end : the window that is measured
    """

    server_gauge: object
    client_gauge: object
    came: np.ndarray
    went: np.ndarray
    sent: np.ndarray
    done: np.ndarray
    good: np.ndarray
    due: np.ndarray
    start: float
    end: float

    def measure(self, side="server", only_good=False, batches=10) -> dict[str, Estimate]:
        """L by the gauge, λ ("rate") by counting, W by the stopwatch, λW ("product") and "gap" = L − λW.

        side : "server" or "client", whose boundary and whose instruments
        only_good : count and time only the requests that were answered, as a log of successes does
        batches : equal stretches of the window, for 95% intervals by batch means
        Raises ValueError for another side, and if nothing was counted.
        """
        gauge, first, last = self._instruments(side)
        counted = np.isfinite(first) & (self.good if only_good else True)
        ends = np.linspace(self.start, self.end, batches + 1)
        place = np.searchsorted(ends, first, side="left") - 1
        counted &= (place >= 0) & (place < batches)
        if not counted.any():
            raise ValueError(f"only_good={only_good} leaves no request to measure of {len(self.sent)} sent")
        counts = np.bincount(place[counted], minlength=batches)
        stays = np.bincount(place[counted], (last - first)[counted], minlength=batches)
        length = (self.end - self.start) / batches
        level = np.diff(gauge(ends)) / length
        return {
            "L": batch_means(level),
            "rate": batch_means(counts / length),
            "W": ratio_of_means(stays, counts),
            "product": batch_means(stays / length),
            "gap": batch_means(level - stays / length),
        }

    def edges(self, side="server") -> float:
        """Carried in less carried out: what L − λW should be over the whole window, in requests."""
        _, first, last = self._instruments(side)
        there = np.isfinite(first)
        seen = little.window(first[there], last[there], self.start, self.end)
        return seen.carried_in - seen.carried_out

    def lateness(self) -> float:
        """The 99th percentile of how late the client sent, seconds: far above 1 ms, the load was not quite Poisson."""
        return float(np.quantile(self.sent - self.due, 0.99))

    def report(self) -> str:
        """L, λ, W, λW and the gap at both boundaries, with error bars, as a table in text."""
        found = {side: self.measure(side) for side in ("server", "client")}
        rows = {
            "L   in flight, by gauge": [f"{f['L']:.2f}" for f in found.values()],
            "λ   per second, counted": [f"{f['rate']:.1f}" for f in found.values()],
            "W   ms, by stopwatch": [f"{f['W'] * 1000:.1f}" for f in found.values()],
            "λW": [f"{f['product']:.2f}" for f in found.values()],
            "L − λW": [f"{f['gap']:+.2f}" for f in found.values()],
            "  of it, edge terms": [f"{self.edges(side):+.2f}" for side in found],
            "agree in the error bars": ["yes" if f["gap"].covers(0) else "no" for f in found.values()],
        }
        lines = [f"{'':<24}{'server':>16}{'client':>16}"]
        lines += [f"{label:<24}{server:>16}{client:>16}" for label, (server, client) in rows.items()]
        lines += [f"{len(self.sent)} requests, {np.sum(~self.good)} given up; window {self.end - self.start:.1f} s"]
        lines += [f"99 of 100 requests were sent less than {1000 * self.lateness():.1f} ms late"]
        return "\n".join(lines)

    def windows(self, lengths) -> list[tuple]:
        """The run cut at the server into windows of each length (s): (length, how many, rms of L − λW, mean L)."""
        there = np.isfinite(self.came)
        found = []
        for length in lengths:
            count = int((self.end - self.start) / length + 1e-9)
            if count < 1:
                raise ValueError(f"lengths must be at most the window's {self.end - self.start:g} s, got {length}")
            ends = self.start + length * np.arange(count + 1)
            level = np.diff(self.server_gauge(ends)) / length
            seen = [little.window(self.came[there], self.went[there], *pair) for pair in itertools.pairwise(ends)]
            gaps = level - [one.product for one in seen]
            found.append((length, count, float(np.sqrt(np.mean(gaps**2))), float(level.mean())))
        return found

    def _instruments(self, side):
        if one_of("side", side, ("server", "client")) == "server":
            return self.server_gauge, self.came, self.went
        return self.client_gauge, self.sent, self.done


def run(rate=120.0, seconds=4.0, workers=8, service=0.04, timeout=None, seed=1, warm_up=0.4, progress="bar") -> Run:
    """Serve and send for ``warm_up + seconds``, wait for the last answer, and return what was recorded.

    rate : requests a second, Poisson, in an open loop;  workers : how many the server serves at once
    service : mean service time, seconds, exponential, drawn before the run from ``seed``, like the sending times
    timeout : seconds after which the client gives up on a request (the server does not notice), or None
    progress : "bar" prints one as it goes; None is silent
    Works where an event loop is running already, as in Jupyter: it has a thread and a loop of its own.
    Raises ValueError for settings that make no run, RuntimeError where there is no loopback network or no thread.
    Explained in chapter 1, section 1.
    """
    for name, value in (("rate", rate), ("seconds", seconds), ("service", service), ("timeout", timeout or 1.0)):
        positive(name, value, finite=True)
    if warm_up < 0 or warm_up + seconds > LONGEST:
        raise ValueError(f"warm_up and seconds must be from 0 to {LONGEST:.0f} in all, got {warm_up} and {seconds}")
    whole("workers", workers, 1)
    if rate * service >= workers:
        raise ValueError(
            f"rate × service must be below workers, or the queue grows as long as the run lasts: "
            f"got {rate:g} × {service:g} = {rate * service:g} and {workers}"
        )
    draw = random.Random(seed)
    gaps = iter(lambda: draw.expovariate(rate), None)
    due = list(itertools.takewhile(lambda at: at < warm_up + seconds, itertools.accumulate(gaps)))
    service_times = [draw.expovariate(1 / service) for _ in due]
    show = bar(warm_up + seconds) if progress == "bar" else lambda finished=False: None
    return in_thread(lambda: experiment(due, service_times, workers, timeout, warm_up, seconds), show)


async def experiment(due, service_times, workers, timeout, warm_up, seconds):
    """One run on the present loop."""
    async with Server(workers, service_times) as server:
        client = Client(server.port, timeout)
        origin = clock() + 0.02
        await client.follow(due, origin)
        while len(server.stopwatch) < sum(client.good.values()) or server.gauge.level:
            await asyncio.sleep(0.005)  # those whose clients gave up are still being served
    numbers = range(len(due))
    never = (float("nan"), float("nan"))  # given up before the server had read it
    came, went = np.array([server.stopwatch.get(number, never) for number in numbers]).T - origin
    sent, done = (np.array([kept[number] for number in numbers]) - origin for kept in (client.sent, client.done))
    return Run(
        server_gauge=lambda moments: server.gauge.area_until(np.asarray(moments) + origin),
        client_gauge=lambda moments: client.gauge.area_until(np.asarray(moments) + origin),
        came=came,
        went=went,
        sent=sent,
        done=done,
        good=np.array([client.good[number] for number in numbers]),
        due=np.array(due),
        start=warm_up,
        end=warm_up + seconds,
    )


def in_thread(start, show):
    """Run the coroutine that ``start()`` gives on a loop and in a thread of its own; ``show()`` is called meanwhile.

    Returns its result and raises its error; RuntimeError without a thread or a loopback network.
    Explained in chapter 1, section 1.
    """
    outcome = {}

    async def main():
        outcome["loop"], outcome["task"] = asyncio.get_running_loop(), asyncio.current_task()
        return await start()

    def work():
        try:
            outcome["result"] = asyncio.run(main())
        except OSError as error:
            outcome["error"] = RuntimeError(f"the lab needs a loopback network to listen on 127.0.0.1: {error}")
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True, name="little-lab")
    try:
        thread.start()
    except RuntimeError as error:
        raise RuntimeError(f"the lab needs a thread, which this Python cannot start: {error}") from error
    try:
        while thread.is_alive():
            show()
            thread.join(0.05)
    except KeyboardInterrupt:
        if "loop" in outcome:
            outcome["loop"].call_soon_threadsafe(outcome["task"].cancel)
            thread.join()
        raise
    show(finished=True)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def bar(expected, width=40, out=None):
    """A progress bar that only ever appends, so that it is right in a terminal, a notebook and a file.

    expected : seconds until it is full;  width : characters;  out : stream, standard output if None
    Returns the function that draws it up to now. Explained in chapter 1, section 1.
    """
    started, drawn = clock(), 0
    out = out or sys.stdout
    print(f"{expected:.1f} s of load |", end="", file=out, flush=True)

    def show(finished=False):
        nonlocal drawn
        reached = width if finished else min(width - 1, int(width * (clock() - started) / expected))
        if reached > drawn:
            print("█" * (reached - drawn), end="" if reached < width else "|\n", file=out, flush=True)
            drawn = reached

    return show
