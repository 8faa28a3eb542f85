"""The rule of Kubernetes' HorizontalPodAutoscaler: from a metric to a number of replicas.

First the ratio of metric to target, with pods that have no usable metric set aside; then stabilization over recent
recommendations; then policies, which limit the change within a period; then the least and most replicas.

Sources: the documentation of HorizontalPodAutoscaler, and for what it leaves open pkg/controller/podautoscaler
(replica_calculator.go, horizontal.go) of github.com/kubernetes/kubernetes, as of version 1.33.

Explained in chapter 2, section 6.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .kernel import Floats, Ints, kernel

MOST_PODS = 2_147_483_647
PERCENT, PERCENT_PERIOD, PODS, PODS_PERIOD, SELECT, WINDOW = range(6)
MAX, MIN, DISABLED = range(3)
SELECTS = {"Max": MAX, "Min": MIN, "Disabled": DISABLED}


@kernel
def hpa_desired(
    replicas: int,
    ready: int,
    unready: int,
    missing: int,
    total: float,
    request: float,
    scale: float,
    target: float,
    tolerance: float,
    fallback: float,
) -> int:
    """Replicas that the metric asks for, before any limit.

    replicas : present number;  ready, unready, missing : pods with a metric, too young for one, without one
    total : sum of the metric over ready pods, a whole number
    request, scale : the mean is floor(scale total / (request pods)): 100 and what a pod asks for make it percent, 1 and 1
        leave it as it is
    target : in the unit of that mean;  tolerance : no change while the ratio is this close to 1
    fallback : what a pod without a metric is taken to use when the rest ask for fewer pods
    """
    if ready <= 0:
        return replicas
    ratio = math.floor(scale * total / (request * ready)) / target
    young = 0
    if ratio > 1.0:
        young = unready
    if missing == 0 and young == 0:
        if 1.0 - tolerance <= ratio <= 1.0 + tolerance:
            return replicas
        return math.ceil(ratio * ready)
    if ratio == 1.0:
        return replicas
    counted = ready + young + missing
    if ratio < 1.0:
        total += missing * fallback
    careful = math.floor(scale * total / (request * counted)) / target
    if 1.0 - tolerance <= careful <= 1.0 + tolerance:
        return replicas
    if (ratio < 1.0 and careful > 1.0) or (ratio > 1.0 and careful < 1.0):
        return replicas
    wanted = math.ceil(careful * counted)
    if (careful < 1.0 and wanted > replicas) or (careful > 1.0 and wanted < replicas):
        return replicas
    return wanted


@kernel
def hpa_net_change(period: float, now: float, times: Floats, changes: Floats, count: int) -> float:
    """Sum of the changes of the last ``period`` seconds; a change just that old is out."""
    total = 0.0
    i = count - 1
    while i >= 0 and times[i] > now - period:
        total += changes[i]
        i -= 1
    return total


@kernel
def hpa_limit(up: int, replicas: int, rules: Floats, now: float, times: Floats, changes: Floats, count: int) -> int:
    """The most (``up`` = 1) or fewest (0) replicas that the policies allow now.

    rules : percent, its period, pods, its period, which of the two decides, window; a policy of 0 is not there
    times, changes, count : the changes so far, with their sign, and when each was made
    """
    select = int(rules[SELECT])
    if select == DISABLED:
        return replicas
    sign = -1.0
    if up == 1:
        sign = 1.0
    by_percent = math.nan
    by_pods = math.nan
    if rules[PERCENT] > 0.0:
        begun = replicas - hpa_net_change(rules[PERCENT_PERIOD], now, times, changes, count)
        by_percent = begun * (1.0 + sign * rules[PERCENT] / 100.0)
        # Rounded up on the way up, so that something happens; cut off on the way down, which rounds the change up.
        by_percent = math.ceil(by_percent) if up == 1 else math.floor(max(by_percent, 0.0))
    if rules[PODS] > 0.0:
        begun = replicas - hpa_net_change(rules[PODS_PERIOD], now, times, changes, count)
        by_pods = begun + sign * rules[PODS]
    limit = by_percent
    if math.isnan(by_percent):
        limit = by_pods
    elif not math.isnan(by_pods):
        # The larger change is the larger number on the way up and the smaller one on the way down.
        limit = max(by_percent, by_pods) if (up == 1) == (select == MAX) else min(by_percent, by_pods)
    if up == 1:
        if math.isnan(limit):
            return MOST_PODS
        return max(replicas, int(limit))
    if math.isnan(limit):
        return 0
    return min(replicas, max(int(limit), 0))


@kernel
def hpa_step(
    replicas: int,
    desired: int,
    least: int,
    most: int,
    up: Floats,
    down: Floats,
    now: float,
    seen_times: Floats,
    seen: Floats,
    change_times: Floats,
    changes: Floats,
    counts: Ints,
) -> int:
    """Replicas after stabilization, policies and limits; records the recommendation and the change.

    up, down : rules of each direction, as in `hpa_limit`
    seen_times, seen, change_times, changes : the records, oldest first;  counts : how many of each there are
    """
    lowest = desired
    highest = desired
    i = counts[0] - 1
    while i >= 0 and seen_times[i] > now - max(up[WINDOW], down[WINDOW]):
        if seen_times[i] > now - up[WINDOW]:
            lowest = min(lowest, int(seen[i]))
        if seen_times[i] > now - down[WINDOW]:
            highest = max(highest, int(seen[i]))
        i -= 1
    seen_times[counts[0]] = now
    seen[counts[0]] = float(desired)
    counts[0] += 1
    wanted = min(max(replicas, lowest), highest)
    if replicas > most:
        wanted = most
    elif replicas < least:
        wanted = least
    elif wanted > replicas:
        wanted = min(wanted, most, hpa_limit(1, replicas, up, now, change_times, changes, counts[1]))
    elif wanted < replicas:
        wanted = max(wanted, least, hpa_limit(0, replicas, down, now, change_times, changes, counts[1]))
    if wanted != replicas:
        change_times[counts[1]] = now
        changes[counts[1]] = float(wanted - replicas)
        counts[1] += 1
    return wanted


@kernel
def hpa_map(
    replicas: int,
    unready: int,
    metric: int,
    target: int,
    tolerance: float,
    percents: Floats,
    up: Floats,
    bare: Floats,
    asked: Floats,
    allowed: Floats,
    none: Floats,
    now: Floats,
) -> None:
    """The figure: replicas against the mean metric (percent) of the ready pods, one look, default policies.

    replicas : present number;  unready : those of them without a usable metric yet, fewer than all
    bare : the formula alone;  asked : with tolerance and unready pods;  allowed : within the policies of one period
    none : an empty record
    now : ratio, bare, asked, allowed at ``metric``, what decided (0 tolerance, 1 up, 2 down, 3 unready pods, 4 a policy)
    """
    young = min(unready, replicas - 1)
    ready = replicas - young
    ceiling = hpa_limit(1, replicas, up, 0.0, none, none, 0)
    for i in range(percents.shape[0] + 1):
        percent = float(metric)
        if i < percents.shape[0]:
            percent = percents[i]
        alone = math.ceil(replicas * percent / target)
        total = percent * ready
        wanted = hpa_desired(replicas, ready, young, 0, total, 1.0, 1.0, float(target), tolerance, float(target))
        limited = max(min(wanted, ceiling), 1)
        if i < percents.shape[0]:
            bare[i] = alone
            asked[i] = float(wanted)
            allowed[i] = float(limited)
        else:
            now[0] = percent / target
            now[1] = alone
            now[2] = float(wanted)
            now[3] = float(limited)
            if limited < wanted:
                now[4] = 4.0
            elif wanted > replicas:
                now[4] = 1.0
            elif wanted < replicas:
                now[4] = 2.0
            elif young > 0 and now[0] > 1.0 + tolerance:
                now[4] = 3.0


@dataclasses.dataclass(frozen=True)
class Rules:
    """How fast one direction may change: the `behavior` of an autoscaler.

    percent, pods : change allowed within percent_period and pods_period seconds; 0 for no such policy
    select : "Max", the policy that allows more decides; "Min", the one that allows less; "Disabled", no change
    window : stabilization, seconds of recent recommendations that have to agree
    Raises ValueError for negative numbers and another select. Explained in chapter 2, section 6.
    """

    percent: float = 0
    percent_period: float = 15
    pods: float = 0
    pods_period: float = 15
    select: str = "Max"
    window: float = 0

    def array(self) -> np.ndarray:
        """The rules as the kernels read them."""
        checks.one_of("select", self.select, SELECTS)
        names = ("percent", "percent_period", "pods", "pods_period", "window")
        numbers = {name: checks.number(name, getattr(self, name), 0) for name in names}
        select = float(SELECTS[self.select])
        return np.array([*(numbers[name] for name in names[:4]), select, numbers["window"]])


# The defaults: up by 100% or by 4 pods in 15 s, whichever is more; down without limit after 300 s of agreement.
UP = Rules(percent=100, pods=4)
DOWN = Rules(percent=100, window=300)


def desired_replicas(replicas, usage, target, request=None, unready=0, missing=0, tolerance=0.1) -> int:
    """Replicas that a metric asks for: ceil(replicas × metric/target), with the pods that cannot be counted set aside.

    replicas : present number;  usage : the metric of each pod that has a usable one, whole numbers (say, milli-CPUs)
    request : what each pod has reserved, in that unit, for a target in percent of it; None for a target in that unit
    target : above 0;  unready : pods not ready or too young for a metric;  missing : ready pods without a metric
    tolerance : no change while metric/target is within 1 ± tolerance
    Raises ValueError for counts that are no whole numbers from 0 up, or a target or request not above 0.
    Explained in chapter 2, section 6.
    """
    replicas, unready, missing = (
        checks.whole(n, v) for n, v in (("replicas", replicas), ("unready", unready), ("missing", missing))
    )
    usage = np.atleast_1d(checks.not_negative("usage", usage))
    target = float(checks.positive("target", target))
    each, scale, fallback = 1.0, 1.0, target
    if request is not None:
        each, scale = float(checks.positive("request", request)), 100.0
        fallback = each * max(100.0, target) / 100
    tolerance = checks.number("tolerance", tolerance, 0, 1)
    total = float(usage.sum())
    return hpa_desired(replicas, usage.size, unready, missing, total, each, scale, target, tolerance, fallback)


def next_replicas(replicas, desired, least=1, most=MOST_PODS, up=UP, down=DOWN, recommendations=(), changes=()) -> int:
    """Replicas after stabilization, policies and limits.

    replicas, desired : present number and the metric's wish;  least, most : limits, least at most most
    up, down : `Rules` of each direction
    recommendations : (seconds ago, replicas) of earlier wishes;  changes : (seconds ago, +added or −removed)
    Raises ValueError for numbers below 0 or least above most. Explained in chapter 2, section 6.
    """
    replicas, desired = checks.whole("replicas", replicas), checks.whole("desired", desired)
    most = checks.whole("most", most)
    least = checks.whole("least", least, 0, most)
    records = []
    for given in (recommendations, changes):
        rows = sorted(((-float(ago), float(number)) for ago, number in given), key=lambda row: row[0])
        for row in rows:
            checks.number("seconds ago", -row[0], 0)
        records += [np.array([row[k] for row in rows] + [0.0]) for k in (0, 1)]
    counts = np.array([len(recommendations), len(changes)], dtype=np.int64)
    return hpa_step(replicas, desired, least, most, up.array(), down.array(), 0.0, *records, counts)
