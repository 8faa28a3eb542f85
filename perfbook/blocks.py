"""Reliability block diagrams: parts that are up or down, arrows between them, and whether a path is left.

Explained in chapter 2, section 4.
"""

import dataclasses
import itertools
import math

from .availability import WIRINGS
from .checks import number, one_of, whole

MOST_PARTS = 14  # every combination of up and down is looked at


@dataclasses.dataclass(frozen=True)
class Diagram:
    """Parts with their availability, and directed edges between them.

    parts : {name: availability from 0 to 1}, at most 14;  edges : pairs of names
    Raises ValueError for an edge to a part that is not there, an availability outside 0 to 1, or too many parts.
    Explained in chapter 2, section 4.
    """

    parts: dict
    edges: tuple

    def __post_init__(self):
        if len(self.parts) > MOST_PARTS:
            raise ValueError(f"parts must be at most {MOST_PARTS}, got {len(self.parts)}")
        for name, availability in self.parts.items():
            number(f"availability of {name}", availability, 0, 1)
        for part in itertools.chain.from_iterable(self.edges):
            one_of("edge", part, list(self.parts))

    def reached(self, start, up=None) -> set:
        """All parts that a request can get to from ``start`` over parts in ``up`` (at first all)."""
        up = set(self.parts) if up is None else up
        seen, todo = set(), [start] if start in up else []
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += [b for a, b in self.edges if a == at and b in up]
        return seen

    def availability(self, start, ends) -> float:
        """Probability that a path is left from ``start`` to any of ``ends``, with independent parts."""
        names, ends = list(self.parts), set(ends)
        total = 0.0
        for states in itertools.product((True, False), repeat=len(names)):
            up = {name for name, is_up in zip(names, states, strict=True) if is_up}
            if self.reached(start, up) & ends:
                total += math.prod(self.parts[n] if n in up else 1 - self.parts[n] for n in names)
        return total

    def dead_ends(self, ends) -> list:
        """Parts from which no end can be reached even with everything up."""
        return [name for name in self.parts if name not in ends and not self.reached(name) & set(ends)]

    def single_points(self, start, ends) -> list:
        """Parts whose failure alone cuts ``start`` from all ``ends``."""
        everything = set(self.parts)
        return [name for name in self.parts if not self.reached(start, everything - {name}) & set(ends)]


POOLS = ("pool 1", "pool 2", "pool 3")


def layered(wiring="as drawn", answers=(1, 2, 3), name=0.99999, balancer=0.999, cluster=0.999, pool=0.999) -> Diagram:
    """The three-region picture: name service, balancers 1 to 3, clusters 1 to 3, application pools 1 to 3.

    wiring : "as drawn" (balancer 3 has no edge, one cluster and pool a region), "a path a region", "any cluster" (every
        balancer to every cluster), "any pool" (also every cluster to every pool)
    answers : regions whose addresses the name service hands to this reader
    Raises ValueError for other words and regions. Explained in chapter 2, section 4.
    """
    one_of("wiring", wiring, WIRINGS)
    regions = (1, 2, 3)
    arrows = [("names", f"balancer {whole('answers', i, 1, 3)}") for i in answers]
    for i, j in itertools.product(regions, regions):
        if wiring in WIRINGS[2:] or (i == j and (wiring == WIRINGS[1] or i < 3)):
            arrows.append((f"balancer {i}", f"cluster {j}"))
        if wiring == WIRINGS[3] or i == j:
            arrows.append((f"cluster {i}", f"pool {j}"))
    parts = {"names": name}
    for kind, availability in (("balancer", balancer), ("cluster", cluster), ("pool", pool)):
        parts |= {f"{kind} {i}": availability for i in regions}
    return Diagram(parts, tuple(arrows))
