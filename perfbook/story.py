"""The cold open's arithmetic: what the story's own numbers say about each other. Explained in the introduction."""

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
