"""A plan for warming: what to push where, without doing it twice, by several workers, and not all at once.

The score, its weights, the two tiers and their times to live are the episode's; the four things that its orchestrator
calls and does not have are here. Plain Python: no figure needs them. Explained in chapter 3, section 3.
"""

import dataclasses
import math

import numpy as np

from . import checks
from .sketches import BloomFilter

WEIGHTS = {"popularity": 0.4, "affinity": 0.3, "freshness": 0.2, "geography": 0.1}
TIERS = (("everywhere", 10, 0.8, 3600.0), ("regions", 5, 0.6, 1800.0))  # layer, titles, confidence above, time to live


def priority(popularity, affinity, freshness, geography):
    """The episode's score: 0.4 popularity + 0.3 affinity + 0.2 freshness + 0.1 geography, each from 0 to 1.

    Numbers or arrays. Raises ValueError for values outside. Explained in chapter 3, section 3.
    """
    given = dict(popularity=popularity, affinity=affinity, freshness=freshness, geography=geography)
    return sum(WEIGHTS[name] * checks.numbers(name, value, 0, 1) for name, value in given.items())


@dataclasses.dataclass(frozen=True)
class Push:
    """One title to be pushed: to which ``layer``, ``at`` how many seconds, and to live for ``ttl`` seconds."""

    title: int
    layer: str
    at: float
    ttl: float

    @property
    def expires(self) -> float:
        """Seconds at which its copies expire."""
        return self.at + self.ttl


def plan(score, confidence, tiers=TIERS, pace=math.inf, jitter=0.0, seed=1) -> list[Push]:
    """What to push, best score first: for each tier, its titles among those confident enough and not pushed yet.

    score, confidence : one a title;  tiers : (layer, how many titles, confidence above which, time to live in s)
    pace : pushes a second;  jitter : 0 to 1, the part of its time to live by which a copy's life may be shorter
    With the defaults this is the episode's rule: everything at one instant, and everything expires at one of two.
    Raises ValueError if the lengths differ or an argument is out of range. Explained in chapter 3, section 3.
    """
    score, confidence = np.asarray(score, dtype=float), checks.numbers("confidence", confidence, 0, 1)
    if score.shape != confidence.shape:
        raise ValueError(f"confidence must have one value a title, got {confidence.shape} for {score.shape}")
    pace, jitter = checks.positive("pace", pace), checks.number("jitter", jitter, 0, 1)
    random = np.random.default_rng(int(seed))
    best, pushes, taken = np.argsort(-score, kind="stable"), [], set()
    for layer, titles, least, ttl in tiers:
        able = [int(k) for k in best if confidence[k] > least and int(k) not in taken][:titles]
        taken.update(able)
        for k in able:
            pushes.append(Push(k, layer, len(pushes) / pace, ttl * (1 - jitter * random.random())))
    return pushes


def segment_lists(segments, each, own=0.5, titles=10_000, alpha=1.0, seed=1) -> list[np.ndarray]:
    """The titles that each user segment would have warmed, its most wanted first: ``each`` different titles a segment.

    own : 0 to 1, how much of a segment's demand follows a Zipf law over an order of its own, the rest over the common one
    A title's place in a list is drawn: one of demand p comes before one of q with chance p / (p + q).
    Raises ValueError for arguments out of range. Explained in chapter 3, section 3.
    """
    segments, titles = checks.whole("segments", segments, 1), checks.whole("titles", titles, 1)
    each, own = checks.whole("each", each, 1, titles), checks.number("own", own, 0, 1)
    common = np.arange(1.0, titles + 1) ** -checks.number("alpha", alpha, 0, 4)
    random = np.random.default_rng(int(seed))
    lists = []
    for _ in range(segments):
        demand = (1 - own) * common + own * random.permutation(common)
        lists.append(np.argsort(random.exponential(size=titles) / demand)[:each])
    return lists


@dataclasses.dataclass(frozen=True)
class Deduplicated:
    """What a Bloom filter let through.

    work : items that came;  distinct : different ones;  done : those that the filter had not seen
    missed : different items that it took for seen and that were never done
    """

    work: int
    distinct: int
    done: int

    @property
    def missed(self) -> int:
        return self.distinct - self.done

    @property
    def saved(self) -> int:
        """Items that were not done twice."""
        return self.work - self.distinct


def deduplicate(items, size, hashes, seed=1) -> Deduplicated:
    """Pass work items (whole numbers) by a Bloom filter of ``size`` bits and ``hashes`` hashes, and count.

    Explained in chapter 3, section 3.
    """
    items = [int(item) for item in items]
    seen = BloomFilter(size, hashes, seed)
    done = sum(seen.add(item) for item in items)
    return Deduplicated(len(items), len(set(items)), done)


def expected_missed(distinct, size, hashes) -> float:
    """Different items that a Bloom filter takes for seen while they come one after another, on average.

    The i-th meets a filter of i - 1 items, each bit of which is set with chance 1 - (1 - 1/size)^(hashes (i-1)); all of
    its bits are set with about that to the power of ``hashes``. Sums over i; a little too small, since the bits are
    not quite independent. Source: as for `perfbook.sketches`. Explained in chapter 3, section 3.
    """
    size, hashes = checks.whole("size", size, 2, 2**31), checks.whole("hashes", hashes, 1, 64)
    before = np.arange(checks.whole("distinct", distinct, 0), dtype=float)
    return float(np.sum((-np.expm1(hashes * before * math.log1p(-1 / size))) ** hashes))
