"""Copies of one value: how many a write waits for, how many a read asks, and how often the two miss each other.

A write goes to all copies that are up and is acknowledged when W of them have it. A read asks all copies that are up and
takes the newest of the first R answers. A copy that was down during the write does not learn of it: repair is what gossip
and read repair are for. Times have any one unit; the figures use milliseconds.

Explained in chapter 3, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .availability import k_of_n_down
from .kernel import Floats, Ints, each, kernel
from .rng import STATE_SIZE, exponential, seed_stream, uniform

MOST_COPIES = 9


@kernel
def ways(among: int, taken: int) -> float:
    """How many sets of ``taken`` there are among ``among``: 0 where ``taken`` is more, or below 0."""
    if taken < 0 or taken > among:
        return 0.0
    count = 1.0
    for i in range(taken):
        count = count * (among - i) / (i + 1)
    return count


@kernel
def missed_share(copies: int, read: int, write: int, down: float, spread: float, since: float) -> float:
    """Share of reads, begun ``since`` after the acknowledgement, that miss the write, if each copy answers as soon as any.

    spread : mean of the exponential time after which a copy that is up has the write
    Derivation in the section: the read's copies all lie among those that did not acknowledge; each of those that were up
    still lacks the write with chance exp(−since/spread), each of those that were down for certain.
    """
    late = math.exp(-since / spread)
    accepted = 0.0
    missed = 0.0
    for up in range(write, copies + 1):
        chance = ways(copies, up)
        for _ in range(up):
            chance *= 1.0 - down
        for _ in range(copies - up):
            chance *= down
        accepted += chance
        kept = 1.0
        for reached in range(read + 1):
            missed += chance * kept * ways(up - write, reached) * ways(copies - up, read - reached)
            kept *= late
    return missed / (accepted * ways(copies, read))


@kernel
def order_mean(copies: int, place: int) -> float:
    """Mean of the ``place``-th shortest of ``copies`` exponential times of mean 1: each wait is for the first of the rest."""
    total = 0.0
    for i in range(place):
        total += 1.0 / (copies - i)
    return total


@kernel
def into_order(count: int, value: float, ordered: Floats) -> None:
    """Put ``value`` in its place among the first ``count`` of ``ordered``, shortest first."""
    at = count
    while at > 0 and ordered[at - 1] > value:
        ordered[at] = ordered[at - 1]
        at -= 1
    ordered[at] = value


@kernel
def copies_run(
    copies: int,
    read: int,
    write: int,
    down: float,
    spread: float,
    message: float,
    step: float,
    trials: int,
    seed: int,
    missed: Floats,
    totals: Floats,
    landed: Floats,
    ordered: Floats,
    asked: Floats,
    state: Ints,
) -> None:
    """Simulate ``trials`` writes, each with one later read: the model WARS, with copies that may be down.

    spread : mean time of the write's way to a copy;  message : of each other way (acknowledgement, question, answer)
    missed : share of the reads that are served, begun 0, ``step``, 2 ``step``... after the acknowledgement, that miss it
    totals : writes acknowledged; with W or more copies up, reads served; means of the waits for the acknowledgement and
        for the R-th answer
    landed, ordered, asked : scratch, one a copy
    Source: P. Bailis et al., Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012.
    """
    seed_stream(seed, 41, state)
    points = missed.shape[0]
    for j in range(points):
        missed[j] = 0.0
    for j in range(4):
        totals[j] = 0.0
    for _ in range(trials):
        up = 0
        for i in range(copies):
            landed[i] = math.inf
            if uniform(state) >= down:
                landed[i] = spread * exponential(state)
                into_order(up, landed[i] + message * exponential(state), ordered)
                up += 1
        if up < write:
            continue
        committed = ordered[write - 1]
        totals[0] += 1.0
        totals[2] += committed
        answering = 0
        for i in range(copies):
            if uniform(state) >= down:
                # The first R answers, and when each of their questions came to a copy that lacked the write until `landed`.
                go = message * exponential(state)
                back = go + message * exponential(state)
                at = min(answering, read)
                while at > 0 and ordered[at - 1] > back:
                    if at < read:
                        ordered[at] = ordered[at - 1]
                        asked[at] = asked[at - 1]
                    at -= 1
                if at < read:
                    ordered[at] = back
                    asked[at] = landed[i] - go
                answering += 1
        if answering < read:
            continue
        totals[1] += 1.0
        totals[3] += ordered[read - 1]
        fresh = math.inf
        for i in range(read):
            fresh = min(fresh, asked[i])
        fresh -= committed
        if fresh > 0.0:
            last = points
            if fresh < step * points:
                last = min(points, math.ceil(fresh / step))
            missed[last - 1] += 1.0
    for j in range(points - 2, -1, -1):
        missed[j] += missed[j + 1]
    for j in range(points):
        missed[j] = missed[j] / max(totals[1], 1.0)
    totals[2] = totals[2] / max(totals[0], 1.0)
    totals[3] = totals[3] / max(totals[1], 1.0)


@kernel
def quorum_figure(
    copies: int,
    read: int,
    write: int,
    spread: float,
    message: float,
    since: float,
    down_percent: float,
    seed: int,
    step: float,
    trials: int,
    times: Floats,
    exact: Floats,
    missed: Floats,
    grid: Floats,
    edge_read: Floats,
    edge_write: Floats,
    chosen: Floats,
    now: Floats,
    totals: Floats,
    landed: Floats,
    ordered: Floats,
    asked: Floats,
    state: Ints,
) -> None:
    """The figure: what a read misses by time since the write, and for every R and W at the time ``since``.

    times : 0, ``step``, 2 ``step``...;  exact, missed : share of reads that miss, without and with the time of messages
    grid : at ``since``, row W, column R, both from 1; not a number beyond ``copies``
    edge_read, edge_write : the staircase beyond which R + W > N;  chosen : R and W, at most N
    now : missed at 0, at ``since``, long after; reads and writes refused (shares); mean wait for the write and for the
        read (simulated); 1 if R + W > N; 1 if W > N/2, so that two writes meet; how many of the read's R are sure to have it
    """
    needs_read = min(read, copies)
    needs_write = min(write, copies)
    down = down_percent / 100.0
    for j in range(times.shape[0]):
        times[j] = j * step
        exact[j] = missed_share(copies, needs_read, needs_write, down, spread, times[j])
    copies_run(
        copies, needs_read, needs_write, down, spread, message, step, trials, seed, missed, totals, landed, ordered,
        asked, state,
    )  # fmt: skip
    side = edge_read.shape[0] // 2
    for w in range(1, side + 1):
        for r in range(1, side + 1):
            cell = (w - 1) * side + r - 1
            grid[cell] = math.nan
            if w <= copies and r <= copies:
                grid[cell] = missed_share(copies, r, w, down, spread, since)
        for end in range(2):
            edge_read[2 * (w - 1) + end] = math.nan
            edge_write[2 * (w - 1) + end] = math.nan
            if w <= copies:
                edge_read[2 * (w - 1) + end] = copies - w + 0.5
                edge_write[2 * (w - 1) + end] = w - 0.5 + end
    chosen[0] = needs_read
    chosen[1] = needs_write
    now[0] = missed_share(copies, needs_read, needs_write, down, spread, 0.0)
    now[1] = missed_share(copies, needs_read, needs_write, down, spread, since)
    now[2] = missed_share(copies, needs_read, needs_write, down, spread, 1e6 * spread)
    now[3] = k_of_n_down(copies, needs_read, down)
    now[4] = k_of_n_down(copies, needs_write, down)
    now[5] = totals[2]
    now[6] = totals[3]
    now[7] = 0.0
    if needs_read + needs_write > copies:
        now[7] = 1.0
    now[8] = 0.0
    if 2 * needs_write > copies:
        now[8] = 1.0
    now[9] = max(0, needs_read + needs_write - copies)


def _sizes(copies, read, write):
    copies = checks.whole("copies", copies, 1, 1000)
    return copies, checks.whole("read", read, 1, copies), checks.whole("write", write, 1, copies)


def missed(copies, read, write, since=0.0, spread=1.0, down=0.0):
    """Share of reads that miss the last acknowledged write, ``since`` after it; messages take no time. Broadcasts.

    copies, read, write : N, R, W, whole numbers;  since : from 0 up
    spread : mean of the exponential time until a copy has the write, in the unit of ``since``
    down : share of time in which a copy is down, each on its own; below 1. Only writes that are acknowledged count
    Exactly 0 where R + W > N. Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    since, spread = checks.not_negative("since", since), checks.positive("spread", spread, finite=True)
    down = checks.numbers("down", down, 0, 0.999)
    for sizes in np.broadcast(copies, read, write):
        _sizes(*sizes)
    return each(missed_share, copies, read, write, down, spread, since)


def mean_wait(copies, place, mean=1.0) -> float:
    """Mean time until ``place`` of ``copies`` have answered, if each takes an exponential time of that ``mean``.

    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    copies = checks.whole("copies", copies, 1)
    return checks.not_negative("mean", mean) * order_mean(copies, checks.whole("place", place, 1, copies))


def refused(copies, needed, down) -> float:
    """Share of requests that find fewer than ``needed`` of ``copies`` up, each down the share ``down``, independently.

    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    copies = checks.whole("copies", copies, 1)
    return k_of_n_down(copies, checks.whole("needed", needed, 1, copies), checks.number("down", down, 0, 1))


@dataclasses.dataclass(frozen=True)
class Replicated:
    """A run of writes, each with a read after it.

    times, missed : when the read began, after the acknowledgement; share of the reads that missed the write
    acknowledged, served : writes with W copies up; of those, reads with R copies up
    write_wait, read_wait : means, in the unit of ``spread``
    """

    times: np.ndarray
    missed: np.ndarray
    acknowledged: int
    served: int
    write_wait: float
    read_wait: float


def simulate(copies, read, write, spread=1.0, message=0.0, down=0.0, until=5.0, points=51, trials=20_000, seed=1):
    """Writes and later reads with messages that take time (the model WARS), as a ``Replicated``.

    spread : mean time of the write's way to a copy;  message : of each other message, all exponential
    until, points : the times at which a read begins: ``points`` of them from 0 to ``until``
    Other arguments as in ``missed``. Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    copies, read, write = _sizes(copies, read, write)
    spread, until = checks.positive("spread", spread, finite=True), checks.positive("until", until, finite=True)
    message, down = checks.number("message", message, 0), checks.number("down", down, 0, 0.999)
    points, trials = checks.whole("points", points, 2), checks.whole("trials", trials, 1)
    share, totals, step = np.zeros(points), np.zeros(4), until / (points - 1)
    copies_run(
        copies, read, write, down, spread, message, step, trials, int(seed), share, totals, np.empty(copies),
        np.empty(copies), np.empty(copies), np.empty(STATE_SIZE, dtype=np.int64),
    )  # fmt: skip
    return Replicated(np.arange(points) * step, share, int(totals[0]), int(totals[1]), *totals[2:].tolist())


def repair_reads(copies, read, lacking) -> float:
    """Mean number of reads until read repair has given a write to all ``lacking`` of ``copies``.

    Each read asks ``read`` copies, every set as likely, and writes the newest answer to those of them that lack it. A read of
    one copy compares nothing, and repairs nothing: infinite, unless nothing is lacking.
    Raises ValueError for arguments out of range. Explained in chapter 3, section 6.
    """
    copies, read = checks.whole("copies", copies, 1, 1000), checks.whole("read", read, 1, copies)
    lacking = checks.whole("lacking", lacking, 0, copies - 1)
    sets, reads = math.comb(copies, read), [0.0]
    for left in range(1, lacking + 1):
        # A read that meets `met` of those that lack it, and at least one that does not, mends all it met.
        chances = [
            math.comb(left, met) * math.comb(copies - left, read - met) / sets for met in range(min(left, read - 1) + 1)
        ]
        mends = sum(chances[1:])
        later = sum(chance * reads[left - met] for met, chance in enumerate(chances) if met)
        reads.append((1 + later) / mends if mends else math.inf)
    return reads[lacking]


def commit_time(round_trips, write) -> float:
    """When ``write`` copies have acknowledged a write sent to all at once: the W-th shortest round trip.

    round_trips : one a copy, from the writer. Raises ValueError for arguments out of range.
    Explained in chapter 3, section 6.
    """
    trips = np.sort(np.atleast_1d(checks.not_negative("round_trips", round_trips)))
    return float(trips[checks.whole("write", write, 1, trips.size) - 1])
