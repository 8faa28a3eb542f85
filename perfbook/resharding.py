"""From N shards to M: what is copied, for how long, and when the copy is good enough to switch over.

Explained in chapter 2, section 5.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel
from .placement import MODULO, modulo_kept, place_keys
from .rng import STATE_SIZE, below, exponential, seed_stream, uniform

ROUNDS = 40  # in the figure
MOST_ROUNDS = 10_000  # beyond which a copy counts as never done
SAMPLES = 201


@kernel
def copy_rounds(seconds: float, dirty: float, pause: float, takes: Floats) -> float:
    """Copy in rounds, each taking along what the one before it missed; returns the seconds until the switch, or infinity.

    seconds : time to copy everything once;  dirty : share of it that is written again meanwhile, 0 or more
    pause : seconds that writes may be held up for the last round
    takes : seconds of each round up to the last, the rest not numbers
    """
    last = seconds
    clock = 0.0
    switch = math.inf
    for k in range(takes.shape[0]):
        takes[k] = math.nan
        if switch == math.inf:
            takes[k] = last
            clock += last
            if last <= pause:
                switch = clock
            last = last * dirty
    return switch


@kernel
def reshard(
    before: int,
    after: int,
    scheme: int,
    data: float,
    rate: float,
    writes: float,
    pause: float,
    virtual: int,
    rows: int,
    seed: int,
    keys: int,
    sent: Floats,
    received: Floats,
    takes: Floats,
    now: Floats,
    nodes: Ints,
    old: Ints,
    owner: Ints,
    points: Ints,
    words: Ints,
    skip: Ints,
    ring: Ints,
    spare: Ints,
    digits: Ints,
    table: Ints,
) -> None:
    """The figure: ``data`` GB on ``before`` shards go to ``after`` of them, by the rule of `place_keys`.

    rate : what a shard may send or receive for it, MB/s;  writes : to the whole store, MB/s;  pause : s, as above
    sent, received : by each shard, as shares of all data;  takes : seconds of each round
    now : GB moved, GB expected, share moved, hours of the first copy, hours until the switch, rounds, share of the data
        written anew during the first copy, GB of the busiest sender, of the busiest receiver, GB at least, pause (s)
    """
    for i in range(nodes.shape[0]):
        nodes[i] = i
        sent[i] = 0.0
        received[i] = 0.0
    place_keys(scheme, before, nodes, virtual, rows, seed, keys, old, points, words, skip, ring, spare, digits, table)
    place_keys(scheme, after, nodes, virtual, rows, seed, keys, owner, points, words, skip, ring, spare, digits, table)
    count = 0
    for key in range(keys):
        if owner[key] != old[key]:
            count += 1
            sent[old[key]] += 1.0 / keys
            received[owner[key]] += 1.0 / keys
    busiest = 0.0
    fullest = 0.0
    for i in range(nodes.shape[0]):
        busiest = max(busiest, sent[i])
        fullest = max(fullest, received[i])
        if i >= before:
            sent[i] = math.nan
        if i >= after:
            received[i] = math.nan
    seconds = 1000.0 * data * max(busiest, fullest) / rate
    dirty = writes * seconds / (1000.0 * data)
    least = 1.0 - min(before, after) / max(before, after)
    now[0] = data * count / keys
    now[1] = data * least
    if scheme == MODULO:
        now[1] = data * (1.0 - modulo_kept(before, after))
    now[2] = count / keys
    now[3] = seconds / 3600.0
    now[4] = copy_rounds(seconds, dirty, pause, takes) / 3600.0
    now[5] = math.inf
    if now[4] < math.inf:
        now[5] = 0.0
        for k in range(takes.shape[0]):
            if takes[k] >= 0.0:
                now[5] += 1.0
    now[6] = dirty
    now[7] = data * busiest
    now[8] = data * fullest
    now[9] = data * least
    now[10] = pause


@kernel
def dual_write(
    rate: float,
    backfill: float,
    missed: float,
    delay: float,
    versions: int,
    verify: int,
    seed: int,
    rows: int,
    when: Floats,
    copied: Floats,
    behind: Floats,
    now: Floats,
    old: Ints,
    new: Ints,
    read: Ints,
    exists: Ints,
    state: Ints,
) -> None:
    """The figure: rows are copied while they are written, every write to both stores; some second writes are missed.

    rate : writes/s, to rows at random;  backfill : rows/s, read and, ``delay`` seconds later, written to the new store
    missed : share of second writes that get lost;  versions : whether the backfill refuses to put older over newer
    verify : whether a second pass then compares each row, at the same speed, and repairs it
    when, copied, behind : times, share of rows that the new store has, and rows of it that are behind the old one's
    now : rows behind at the end of the backfill, at the switch, writes in all, seconds of the backfill, of all,
        rows repaired, expected behind at the end of the backfill
    old, new, read (versions of a row), exists, state : scratch
    """
    seed_stream(seed, 0, state)
    for i in range(rows):
        old[i] = 0
        new[i] = -1
        read[i] = 0
        exists[i] = 0
    filled = rows / backfill + delay
    end = filled
    if verify == 1:
        end = filled + rows / backfill
    samples = when.shape[0]
    reads = 0
    puts = 0
    checked = 0
    sample = 0
    present = 0
    stale = 0
    repaired = 0
    count = 0
    after_fill = -1
    write = exponential(state) / rate
    while True:
        # What comes next: a row read, put, or compared, or a write.
        clock = write
        kind = 0
        if reads < rows and reads / backfill <= clock:
            clock = reads / backfill
            kind = 1
        if puts < reads and puts / backfill + delay <= clock:
            clock = puts / backfill + delay
            kind = 2
        if verify == 1 and checked < rows and puts == rows and filled + checked / backfill <= clock:
            clock = filled + checked / backfill
            kind = 3
        while sample < samples and sample * end / (samples - 1.0) < clock:
            when[sample] = sample * end / (samples - 1.0)
            copied[sample] = present / rows
            behind[sample] = stale
            sample += 1
        if clock >= filled and after_fill < 0 and puts == rows:
            after_fill = stale
        if clock >= end:
            break
        row = 0
        was = 0
        if kind == 0:
            row = below(state, rows)
            count += 1
            write = clock + exponential(state) / rate
            was = exists[row] * int(new[row] != old[row])
            old[row] += 1
            if uniform(state) >= missed:
                new[row] = old[row]
                present += 1 - exists[row]
                exists[row] = 1
        elif kind == 1:
            row = reads
            was = exists[row] * int(new[row] != old[row])
            read[row] = old[row]
            reads += 1
        elif kind == 2:
            row = puts
            was = exists[row] * int(new[row] != old[row])
            if versions == 0 or read[row] > new[row]:
                new[row] = read[row]
            present += 1 - exists[row]
            exists[row] = 1
            puts += 1
        else:
            row = checked
            was = int(new[row] != old[row])
            repaired += was
            new[row] = old[row]
            checked += 1
        stale += exists[row] * int(new[row] != old[row]) - was
    if after_fill < 0:
        after_fill = stale
    now[0] = after_fill
    now[1] = stale
    now[2] = count
    now[3] = filled
    now[4] = end
    now[5] = repaired
    now[6] = expected_behind(rate, backfill, missed, delay, versions, rows)


@kernel
def expected_behind(rate: float, backfill: float, missed: float, delay: float, versions: int, rows: int) -> float:
    """Rows that are expected to be behind when the backfill ends, summed over them.

    A row is behind if the last write since its read was missed; without versions also if it was written between its
    read and its put, and not since.
    """
    each = rate / rows
    total = 0.0
    for i in range(rows):
        since = (rows - i) / backfill
        if versions == 1:
            total += missed * (1.0 - math.exp(-each * (since + delay)))
        else:
            quiet = math.exp(-each * since)
            total += missed * (1.0 - quiet) + quiet * (1.0 - math.exp(-each * delay))
    return total


@dataclasses.dataclass(frozen=True)
class Switch:
    """A copy in rounds: seconds until the switch (infinite if it never comes), how many rounds, and what each took, s."""

    seconds: float
    rounds: float
    takes: np.ndarray


def catch_up(data, rate, writes, pause=1.0) -> Switch:
    """Copy ``data`` (MB) at ``rate`` (MB/s) while ``writes`` (MB/s) change it, until one round takes ``pause`` seconds.

    Each round copies what was written during the last: they shrink by writes/rate. It never ends if writes >= rate.
    data, rate : above 0;  writes : 0 or more;  pause : above 0, s. Explained in chapter 2, section 5.
    """
    data, rate, pause = checks.positive("data", data), checks.positive("rate", rate), checks.positive("pause", pause)
    writes = checks.not_negative("writes", writes)
    takes = np.empty(MOST_ROUNDS)
    seconds = float(copy_rounds(data / rate, writes / rate, pause, takes))
    if math.isinf(seconds):
        return Switch(seconds, math.inf, takes)
    takes = takes[np.isfinite(takes)]
    return Switch(seconds, len(takes), takes)


@dataclasses.dataclass(frozen=True)
class Migration:
    """A simulated backfill with double writes: rows behind at its end, at the switch, repaired, and what theory expects."""

    behind: int
    behind_at_switch: int
    repaired: int
    expected: float
    seconds: float


def migrate(rate, backfill, missed=0.0, delay=0.0, versions=True, verify=True, rows=20_000, seed=1) -> Migration:
    """Copy ``rows`` rows at ``backfill`` rows/s while ``rate`` writes/s go to both stores, a share ``missed`` to one only.

    delay : seconds from the read of a row to its put;  versions : older is never put over newer
    verify : a second pass compares and repairs. Raises ValueError for rates not above 0, shares outside 0 to 1.
    Explained in chapter 2, section 5.
    """
    rate, backfill = checks.positive("rate", rate), checks.positive("backfill", backfill)
    missed, delay = checks.number("missed", missed, 0, 1), checks.number("delay", delay, 0)
    rows, now = checks.whole("rows", rows, 1), np.zeros(7)
    ints = [np.zeros(n, dtype=np.int64) for n in (rows, rows, rows, rows, STATE_SIZE)]
    series = [np.zeros(SAMPLES) for _ in range(3)]
    seed = checks.whole("seed", seed)
    dual_write(rate, backfill, missed, delay, int(versions), int(verify), seed, rows, *series, now, *ints)
    return Migration(int(now[0]), int(now[1]), int(now[5]), float(now[6]), float(now[4]))
