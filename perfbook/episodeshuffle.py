"""The episode's "psychologically random" shuffle, so that its errors can be run. Do not use it.

Rebuilt from a description of the episode's code, not copied: 0.3 for each play of the artist among the last ten, times
1 - likeness for each of the last n // 3 tracks (0.5 same artist, 0.3 same album, 0.2 same genre), at least 0.01.
Explained in chapter 3, section 7.
"""

import collections
import itertools
import random


def demo_playlist():
    """The episode's list as this book rebuilds it: seven songs three times each, of one genre, none with an album."""
    songs = ["A"] * 3 + ["B"] * 2 + ["C", "D"]
    return [{"title": f"{artist}{i + 1}", "artist": artist, "genre": "rock"} for i, artist in enumerate(songs)] * 3


class PsychologicallyRandomShuffle:
    """The episode's class: a shuffle that calls a method it does not have. ``Mended`` adds it."""

    def __init__(self, source=None):
        self.artist_history = collections.deque(maxlen=10)
        self.source = source or random

    def similarity(self, one, other) -> float:
        """0 to 1. Two tracks without an album have the same one: None == None."""
        alike = 0.5 * (one["artist"] == other["artist"])
        alike += 0.3 * (one.get("album") == other.get("album"))
        return alike + 0.2 * (one.get("genre") == other.get("genre"))

    def weight(self, track, played) -> float:
        """Of one track that is left, after those that were played; looks at each of the last third of the list."""
        weight = 0.3 ** self.artist_history.count(track["artist"])
        for other in played:
            weight *= 1 - self.similarity(track, other)
        return max(weight, 0.01)

    def psychological_shuffle(self, playlist):
        """The playlist in a new order. Raises AttributeError after the first track, for want of ``_update_history``."""
        left, result = list(playlist), []
        window = max(1, len(playlist) // 3)
        while left:
            weights = [self.weight(track, result[-window:]) for track in left]
            at = self.source.choices(range(len(left)), weights)[0]
            result.append(left.pop(at))
            self._update_history(result[-1])
        return result


class Mended(PsychologicallyRandomShuffle):
    """With the missing method; ``albums`` says whether two missing albums still count as one."""

    def __init__(self, source=None, albums=False):
        super().__init__(source)
        self.albums = albums
        self.looks = 0

    def _update_history(self, track):
        self.artist_history.append(track["artist"])

    def similarity(self, one, other) -> float:
        """As the episode's, but a missing album is like no other, unless ``albums``."""
        self.looks += 1
        alike = super().similarity(one, other)
        return alike - 0.3 * (not self.albums and one.get("album") is None and other.get("album") is None)


def tally(orders):
    """Of many orders of ``demo_playlist``, means: neighbours, those among the first 14 tracks, A's tracks in the last 7."""
    names = [[track["artist"] for track in order] for order in orders]
    beside = [[a == b for a, b in itertools.pairwise(order)] for order in names]
    sums = [(sum(pairs), sum(pairs[:13]), order[14:].count("A")) for order, pairs in zip(names, beside, strict=True)]
    return tuple(sum(column) / len(orders) for column in zip(*sums, strict=True))
