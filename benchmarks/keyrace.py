"""Fifty clients and one key on a real server: seven ways of adding one, as ratios to GET and SET of the same run.

Each method makes the same number of updates; updates a second that are in the value, so that lost ones do not count. Medians
of REPEATS races, taken in turns on one machine, after one warm race each. The clients are threads of one Python, which is
slower than the server: the ratios are of whole updates as such a client makes them.
"""

import statistics
import sys

from perfbook import keyrace, keyserver

from .table import progress

CLIENTS, EACH, REPEATS = 50, 20, 5

# Method, and how many times as many updates a second as GET and SET are left of it.
GOALS = {
    "GET, SET": 1,
    "WATCH": 0,
    "CAS on the value": 0,
    "CAS on a version": 0,
    "fenced lock": 0,
    "one script": 10,
    "INCR": 10,
}


def main():
    """Measure, print one table; returns whether every goal was reached and no safe method lost an update."""
    with keyserver.start() as server:
        if not server:
            print(server)
            return False
        races = {method: [] for method in keyrace.METHODS}
        total, done = len(races) * (REPEATS + 1), 0
        for repeat in range(REPEATS + 1):
            for method in races:
                progress(done, total, method)
                run = keyrace.race(server, method, CLIENTS, EACH, seed=repeat + 1)
                if repeat:
                    races[method].append(run)
                done += 1
        progress(done, total, "")
        print(f"{server} {CLIENTS} clients, {EACH} updates each, full jitter from 1 ms; medians of {REPEATS}")
    print(f"{'method':<18}{'lost':>7}{'attempts':>10}{'in the value/s':>16}{'p99, ms':>10}{'ratio':>8}{'goal':>6}")
    middle = {name: statistics.median(run.rate for run in runs) for name, runs in races.items()}
    reached = True
    for method, runs in races.items():
        lost, ratio = [run.lost for run in runs], middle[method] / middle["GET, SET"]
        reached &= ratio >= GOALS[method] and (max(lost) == 0 if method in keyrace.SAFE else min(lost) > 0)
        attempts = statistics.median(run.attempts_each for run in runs)
        slow = 1000 * statistics.median(run.percentile(0.99) for run in runs)
        print(f"{method:<18}{statistics.median(lost):>7,.0f}{attempts:>10.2f}{middle[method]:>16,.0f}{slow:>10.1f}{ratio:>8.2f}"
              f"{GOALS[method] or '':>6}")  # fmt: skip
    print("Every goal reached." if reached else "A goal was missed, or an update was lost.")
    return reached


if __name__ == "__main__":
    sys.exit(not main())
