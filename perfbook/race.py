"""Ten eviction policies on the same accesses, and seven of them while a scan passes.

Explained in chapter 2, section 1.
"""

from .caches import BELADY, run_policy
from .kernel import Floats, Ints, kernel
from .traces import fill_scanned, fill_trace

CODE, GIVEN = 4, 5  # workloads beyond those of perfbook.traces


@kernel
def policy_race(
    workload: int,
    percent: float,
    alpha: float,
    shown: int,
    seed: int,
    accesses: int,
    code: Ints,
    given: Floats,
    given_count: int,
    ratio: Floats,
    optimum: Floats,
    chosen: Floats,
    now: Floats,
    trace: Ints,
    cumulative: Floats,
    guide: Ints,
    hits: Floats,
    words: Ints,
    queue: Ints,
    log: Ints,
    links: Ints,
    bits: Ints,
    state: Ints,
) -> None:
    """All policies of `perfbook.caches` over one trace; hits count from a tenth of it on, by when the caches are full.

    workload : as in `perfbook.traces.fill_trace`; 4 is ``code`` and 5 the first ``given_count`` of ``given``
    percent : size of the cache, in percent of the popular objects, or of the different ones in code or given
    shown : the policy whose hit ratio over time goes to ``chosen``
    ratio : hit ratio of each policy;  optimum, chosen : hit ratio in each window, Bélády's and that of ``shown``
    now : capacity, objects, accesses; the best policy but Bélády's, and its hit ratio; LRU's, Bélády's, the shown one's;
        its misses over Bélády's
    """
    popular = cumulative.shape[0]
    length = accesses
    if workload >= CODE:
        length = code.shape[0]
        if workload == GIVEN:
            length = given_count
        popular = 1
        for i in range(length):
            x = code[i % code.shape[0]]
            if workload == GIVEN:
                x = int(given[i])
            trace[i] = x
            popular = max(popular, x + 1)
    objects = popular
    capacity = max(int(popular * percent / 100.0 + 0.5), 1)
    if workload < CODE:
        objects = fill_trace(workload, length, alpha, capacity, seed, trace, cumulative, guide, state)
    windows = hits.shape[0]
    first = windows // 10
    counted = max(length - first * length // windows, 1)
    best = 0
    for policy in range(ratio.shape[0]):
        run_policy(
            policy, trace, length, objects, capacity, seed, hits, words, queue, log, links, bits, state
        )  # fmt: skip
        total = 0.0
        for window in range(first, windows):
            total += hits[window]
        ratio[policy] = total / counted
        if policy < BELADY and ratio[policy] > ratio[best]:
            best = policy
        for window in range(windows):
            size = max((window + 1) * length // windows - window * length // windows, 1)
            if policy == shown:
                chosen[window] = hits[window] / size
            if policy == BELADY:
                optimum[window] = hits[window] / size
    now[0] = float(capacity)
    now[1] = float(objects)
    now[2] = float(length)
    now[3] = float(best)
    now[4] = ratio[best]
    now[5] = ratio[2]
    now[6] = ratio[BELADY]
    now[7] = ratio[shown]
    now[8] = (1.0 - ratio[shown]) / (1.0 - ratio[BELADY])


@kernel
def scan_race(
    percent: float,
    alpha: float,
    scans: int,
    length: int,
    shown: int,
    seed: int,
    accesses: int,
    speed: int,
    lru: Floats,
    clock: Floats,
    lfu: Floats,
    arc: Floats,
    sieve: Floats,
    s3_fifo: Floats,
    w_tinylfu: Floats,
    chosen: Floats,
    before: Floats,
    during: Floats,
    after: Floats,
    lost: Floats,
    reach: Floats,
    now: Floats,
    trace: Ints,
    cumulative: Floats,
    guide: Ints,
    users: Floats,
    hits: Floats,
    words: Ints,
    queue: Ints,
    log: Ints,
    links: Ints,
    bits: Ints,
    state: Ints,
) -> None:
    """Seven policies in turn on users' accesses with scans among them; all counts are of users' accesses only.

    lru ... w_tinylfu : hit ratio in each window;  chosen : that of the policy ``shown``, by its place here
    before, during, after : each policy's hit ratio in the four windows before the first scan begins, while it runs, and
        in the four from the first window that it does not touch on; equal if there is none
    lost : how much lower ``during`` is than ``before``, in percent of that;  reach : the same, at least 0
    now : capacity; the window in which the first scan begins, and the first after it; the policies that lost least and
        most, by their place here
    """
    objects = fill_scanned(accesses, alpha, scans, length, speed, seed, trace, users, cumulative, guide, state)
    capacity = max(int(cumulative.shape[0] * percent / 100.0 + 0.5), 1)
    windows = users.shape[0]
    part = accesses // max(scans, 1)
    begin = part // 3
    end = min(begin + length + length // max(speed, 1), part)
    first = begin * windows // accesses
    clear = min((end * windows + accesses - 1) // accesses, windows - 4)
    if scans == 0 or length == 0:
        clear = first
    least = 0
    most = 0
    for k in range(7):
        policy = k + 2
        run_policy(
            policy, trace, accesses, objects, capacity, seed, hits, words, queue, log, links, bits, state
        )  # fmt: skip
        for window in range(windows):
            share = hits[window] / max(users[window], 1.0)
            if k == 0:
                lru[window] = share
            elif k == 1:
                clock[window] = share
            elif k == 2:
                lfu[window] = share
            elif k == 3:
                arc[window] = share
            elif k == 4:
                sieve[window] = share
            elif k == 5:
                s3_fifo[window] = share
            else:
                w_tinylfu[window] = share
            if k == shown:
                chosen[window] = share
        begun = max(first - 4, 0)
        before[k] = ratio_between(hits, users, begun, begun + 4)
        during[k] = before[k]
        after[k] = before[k]
        if clear > first:
            after[k] = ratio_between(hits, users, clear, clear + 4)
            during[k] = ratio_between(hits, users, first, clear)
        lost[k] = 100.0 * (1.0 - during[k] / max(before[k], 1e-9))
        reach[k] = max(lost[k], 0.0)
        if lost[k] < lost[least]:
            least = k
        if lost[k] > lost[most]:
            most = k
    now[0] = float(capacity)
    now[1] = float(first)
    now[2] = float(clear)
    now[3] = float(least)
    now[4] = float(most)


@kernel
def ratio_between(hits: Floats, users: Floats, first: int, end: int) -> float:
    """Hits over users' accesses in the windows from ``first`` to before ``end``."""
    hit = 0.0
    asked = 0.0
    for window in range(first, end):
        hit += hits[window]
        asked += users[window]
    return hit / max(asked, 1.0)
