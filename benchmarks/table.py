"""What the benchmarks of simulators share: contenders that simulate one model, in turns, and the table of their times.

Each reports the model's mean response, so that a fast wrong one is seen. Medians of REPEATS runs on one machine, with
one warm run before (which loads or compiles the kernel).
"""

import statistics
import sys
import time

REPEATS = 5


def progress(done, total, name):
    bar = "█" * round(30 * done / total)
    end = "\n" if done == total else ""
    print(f"\r{bar:░<30} {done}/{total} {name:<20}", end=end, file=sys.stderr, flush=True)


def compare(contenders, what, title) -> bool:
    """Measure, print one table under ``title``; returns whether every goal was reached.

    contenders : rows of a name, a function of (number, seed), the number in a run, and how many times slower than the
        first it should be
    what : of what there is a number: "customer"
    """
    times = {name: [] for name, *_ in contenders}
    means = {}
    total, done = len(contenders) * (REPEATS + 1), 0
    for repeat in range(REPEATS + 1):
        for name, run, number, _ in contenders:
            progress(done, total, name)
            begun = time.perf_counter()
            means[name] = run(number, repeat + 1)
            if repeat:
                times[name].append((time.perf_counter() - begun) / number)
            done += 1
    progress(done, total, "")
    best = statistics.median(times[contenders[0][0]])
    print(title)
    print(f"{'simulator':<18}{what + 's':>11}{'mean response':>15}{'ns a ' + what:>15}{'times ours':>12}{'goal':>8}")
    reached = True
    for name, _, number, goal in contenders:
        here = statistics.median(times[name])
        reached &= here / best >= goal
        print(f"{name:<18}{number:>11,}{means[name]:>15.3f}{here * 1e9:>15,.1f}{here / best:>12,.0f}{goal:>8,}")
    print("Every goal reached." if reached else "A goal was missed.")
    return reached
