"""A player: an explorable with a clock. Its kernel gives tokens that move and values that step; the reader plays."""

import numpy as np

from .explorable import Explorable


class Player(Explorable):
    """An explorable whose picture has a time.

    tracks : names of the outputs (first, time, x, y, kind): token i has the keyframes first[i] to first[i+1] - 1, in time
        order; between two of them it moves straight, and outside them it is not there. ``kind`` picks its colour.
    kinds : the colour role of each kind
    series : {name: (times, values)} of outputs: a value that holds from its time on; unused places at infinity
    end : length of the run, model seconds;  still : the time that the picture shows first
    speed : model seconds that pass in a second at first;  time_unit : the clock's unit

    Marks and templates may also name ``now`` and each series; ``panel.tokens()`` draws the tokens.
    Other arguments are an Explorable's.
    """

    def __init__(self, id, *, tracks, kinds, end, still, speed=1.0, series=None, time_unit="s", **explorable):
        self.tracks, self.kinds, self.series = tuple(tracks), tuple(kinds), dict(series or {})
        self.end, self.still, self.speed, self.time_unit = float(end), float(still), float(speed), time_unit
        if not 0 <= self.still <= self.end:
            raise ValueError(f"player {id}: still must be from 0 to its end {end}, got {still}")
        super().__init__(id, **explorable)

    def run(self, now=None, **values):
        """Everything a mark or a template may name, at the time ``now`` (at first ``still``)."""
        state = super().run(**values)
        now = self.still if now is None else float(now)
        if not 0 <= now <= self.end:
            raise ValueError(f"now must be from 0 to {self.end}, got {now}")
        state["now"] = np.array([now])
        for name, (times, steps) in self.series.items():
            at = np.searchsorted(state[times], now, side="right") - 1
            state[name] = np.array([state[steps][at] if at >= 0 else 0.0], dtype=np.float64)
        for kind, (x, y) in enumerate(self.tokens(state, now)):
            state[f"tokens_x{kind}"], state[f"tokens_y{kind}"] = x, y
        return state

    def tokens(self, state, now):
        """Where the tokens of each kind are at ``now``: a pair of arrays (x, y) a kind."""
        first, time, x, y, kind = (state[name] for name in self.tracks)
        places = [([], []) for _ in self.kinds]
        for low, high in zip(first[:-1].astype(int), first[1:].astype(int), strict=True):
            if high <= low or not time[low] <= now < time[high - 1]:
                continue
            i = low + int(np.searchsorted(time[low:high], now, side="right")) - 1
            share = (now - time[i]) / (time[i + 1] - time[i])
            xs, ys = places[int(kind[i])]
            xs.append(x[i] + share * (x[i + 1] - x[i]))
            ys.append(y[i] + share * (y[i + 1] - y[i]))
        return [(np.array(xs), np.array(ys)) for xs, ys in places]
