"""Explorables: pictures with sliders that a kernel moves, in a notebook and in a page with nothing running."""

from .explorable import Explorable, Slider, registry
from .player import Player
from .question import Challenge, Choice, Number
from .table import Table

__all__ = ["Challenge", "Choice", "Explorable", "Number", "Player", "Slider", "Table", "registry"]
