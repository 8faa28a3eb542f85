"""Least connections by a heap: the episode's, whose counts go stale, and one that hears of every end.

Plain Python: no figure needs them. Explained in chapter 2, section 2.
"""

import heapq


class StaleHeap:
    """The episode's rule: a heap of (count, server) of which only the top is compared with the true count.

    counts : {server: requests in flight}, the true ones, which ``pick`` raises and the caller lowers when a request ends
    """

    def __init__(self, counts):
        self.counts = counts
        self.heap = [(count, server) for server, count in counts.items()]
        heapq.heapify(self.heap)

    def pick(self):
        """The server for the next request; its count goes up by one."""
        while True:
            count, server = heapq.heappop(self.heap)
            if count == self.counts[server]:
                break
            heapq.heappush(self.heap, (self.counts[server], server))
        self.counts[server] += 1
        heapq.heappush(self.heap, (self.counts[server], server))
        return server


class IndexedHeap:
    """Least connections in O(log n) a step: a heap that knows where each server stands in it.

    counts : {server: requests in flight} at first; ``add`` and ``remove`` servers at any time
    Equal counts go to the server whose count was equal first. Explained in chapter 2, section 2.
    """

    def __init__(self, counts):
        self.rows, self.place = [], {}
        for server, count in counts.items():
            self.add(server, count)

    def add(self, server, count=0):
        """Put a server in rotation. ValueError if it is already there."""
        if server in self.place:
            raise ValueError(f"server {server!r} is in rotation already")
        self.rows.append([count, server])
        self.place[server] = len(self.rows) - 1
        self._up(len(self.rows) - 1)

    def remove(self, server):
        """Take a server out of rotation; returns its count. KeyError if it is not there."""
        hole = self.place.pop(server)
        count = self.rows[hole][0]
        last = self.rows.pop()
        if hole < len(self.rows):
            self.rows[hole] = last
            self.place[last[1]] = hole
            self._up(hole)
            self._down(self.place[last[1]])
        return count

    def pick(self):
        """The server for the next request; its count goes up by one. LookupError if none is in rotation."""
        if not self.rows:
            raise LookupError("no server is in rotation")
        self.rows[0][0] += 1
        server = self.rows[0][1]
        self._down(0)
        return server

    def done(self, server):
        """A request of a server ended; of one that was taken out, nothing happens."""
        if server in self.place:
            self.rows[self.place[server]][0] -= 1
            self._up(self.place[server])

    def count(self, server):
        """Requests in flight at a server in rotation."""
        return self.rows[self.place[server]][0]

    def _swap(self, a, b):
        self.rows[a], self.rows[b] = self.rows[b], self.rows[a]
        self.place[self.rows[a][1]], self.place[self.rows[b][1]] = a, b

    def _up(self, at):
        while at and self.rows[at][0] < self.rows[(at - 1) // 2][0]:
            self._swap(at, (at - 1) // 2)
            at = (at - 1) // 2

    def _down(self, at):
        while True:
            least = at
            for child in (2 * at + 1, 2 * at + 2):
                if child < len(self.rows) and self.rows[child][0] < self.rows[least][0]:
                    least = child
            if least == at:
                return
            self._swap(at, least)
            at = least
