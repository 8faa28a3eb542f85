"""The cold open's arithmetic: what the story's own numbers say about each other. Explained in the introduction."""

import math
from dataclasses import dataclass

from .kernel import Floats, kernel


@kernel
def cart_queries(
    users: float,
    items: float,
    queries: float,
    outage: float,
    told_rate: float,
    minutes: Floats,
    rate: Floats,
    summary: Floats,
) -> None:
    """Query rate that a burst of cart queries needs, against how long it takes.

    users : people who fill a cart;  items : items a cart;  queries : queries an item
    outage : how long the burst lasts, minutes;  told_rate : the rate that the story tells, queries/s
    minutes (any) : durations;  rate : queries/s to be done in each of them
    summary (5) : queries in all, their rate over the outage (/s), that over the told rate, the minutes that the told rate
        would need, and a verdict: 0 the two agree within 2 %, 1 the count needs a higher rate, 2 a lower one

    Source: counting; the inputs are the episode's.
    """
    total = users * items * queries
    for i in range(minutes.shape[0]):
        rate[i] = total / (60.0 * minutes[i])
    summary[0] = total
    summary[1] = total / (60.0 * outage)
    summary[2] = summary[1] / told_rate
    summary[3] = total / told_rate / 60.0
    summary[4] = 0.0
    if summary[2] > 1.02:
        summary[4] = 1.0
    if summary[2] < 1.0 / 1.02:
        summary[4] = 2.0


@dataclass(frozen=True)
class Story:
    """The cold open's inputs, as the episode tells them; ``audit`` holds them against each other.

    users : people on the site at once;  items : items a cart;  queries : product queries an item
    minutes : length of the outage;  rate : queries/s;  conversion : orders a visit
    lost : dollars;  carts : carts abandoned;  instances, added : of the cart service;  connections : of each
    processor, target : CPU share now, and a usual target of an autoscaler;  bits : traffic, bit/s
    normal : response before, s;  query_time : one query, s (the episode's own 50 queries/s a connection)
    """

    users: float = 800_000
    items: float = 3.2
    queries: float = 67
    minutes: float = 37
    rate: float = 52_000
    conversion: float = 0.038
    lost: float = 67e6
    carts: float = 4.2e6
    instances: int = 127
    added: int = 400
    connections: int = 10
    processor: float = 0.60
    target: float = 0.70
    bits: float = 2.3e9
    normal: float = 0.187
    query_time: float = 0.02

    def audit(self) -> list[tuple[str, float, str]]:
        """What follows from the inputs: (what, value, unit), in the order of the errata. Explained in the introduction."""
        seconds = 60 * self.minutes
        total = self.users * self.items * self.queries
        return [
            ("queries of the whole story", total, ""),
            ("in 37 minutes that is", total / seconds, "queries/s"),
            ("queries by the told rate", self.rate * seconds, ""),
            ("a user asks, at the told rate, every", self.users / self.rate, "s"),
            ("additions to carts, by the told rate", self.rate / self.queries, "/s"),
            ("additions to carts, by the total", total / self.queries / seconds, "/s"),
            ("67 queries one after the other take", self.queries * self.query_time, "s"),
            ("queries that fit into 187 ms", self.normal / self.query_time, ""),
            ("abandoned carts a user", self.carts / self.users, ""),
            ("lost a minute", self.lost / self.minutes, "$"),
            ("lost an order, at 3.8% of the carts", self.lost / (self.carts * self.conversion), "$"),
            ("connections before the autoscaler", self.instances * self.connections, ""),
            ("connections after it", (self.instances + self.added) * self.connections, ""),
            ("instances that 60% CPU asks for", math.ceil(self.instances * self.processor / self.target), ""),
            ("traffic a user", self.bits / self.users, "bit/s"),
        ]
