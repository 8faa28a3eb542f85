"""An explorable: a kernel, the sliders that move it, and the picture and sentences that it moves."""

import functools
import re
from dataclasses import dataclass

import numpy as np

from ..kernel import ARRAYS, NUMBERS, Kernel
from . import template
from .marks import Picture
from .table import Table

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
JUNK = {"f": np.nan, "i": -7}  # what a workspace holds at first: a kernel that reads it shows
registry: dict[str, object] = {}


def register(item) -> None:
    """Enter an explorable, challenge or question under its id (a test sees to it that no two share one)."""
    if not ID.fullmatch(item.id):
        raise ValueError(f'id must be lower-case words joined by hyphens, such as "closed-loop", got {item.id!r}')
    registry[item.id] = item


@dataclass(frozen=True)
class Slider:
    """One number under the reader's hand.

    name : the kernel's parameter;  label : what it is, with its symbol
    low, high, step, value : ends, step and first value, in ``unit``
    words : for a slider that chooses, the word of each whole number from ``low`` up
    power : for a slider of an exponent, (factor, format): ``factor`` times 10 to its value is shown beside it, in a format
        of templates, such as (1e-6, "duration")
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str = ""
    words: tuple = ()
    power: tuple = ()

    def __post_init__(self):
        if not self.low < self.high:
            raise ValueError(f"slider {self.name}: low must be below high, got {self.low} and {self.high}")
        if not self.step > 0:
            raise ValueError(f"slider {self.name}: step must be positive, got {self.step}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"slider {self.name}: value must be from {self.low} to {self.high}, got {self.value}")
        if self.words and len(self.words) != self.high - self.low + 1:
            raise ValueError(f"slider {self.name}: words must be {self.high - self.low + 1:g}, got {len(self.words)}")

        if self.power:
            template.show(float(self.power[0]), self.power[1])  # ValueError for a format that does not exist

    def said(self, value) -> str:
        """What stands beside the number: the word of a choice, or what an exponent stands for; else nothing."""
        if self.words:
            return self.words[round(value - self.low)]
        if self.power:
            factor, form = self.power
            return template.show(factor * 10.0**value, form)
        return ""

    def checked(self, value):
        """``value`` as a float within the slider's ends; ValueError if it is not."""
        number = float(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.name} must be from {self.low} to {self.high}, got {value}")
        return number


class Explorable:
    """A kernel with its sliders and fixed inputs, a function that draws, and sentences over the outputs.

    id : short, unique in the book;  kernel : a @kernel function
    sliders : list of Slider;  inputs : {parameter: fixed number or array}
    outputs, scratch : {parameter: size} of the arrays the kernel fills, zeroed before each call
    workspace : {parameter: size} of arrays that it sets up itself: not zeroed, and what is in them at first is junk
    draw : function of a Picture;  readouts : {name: template};  alt : template of the text alternative
    caption : what to see;  presets : {label: {slider: value}}, the rest at their first values
    while_dragging : {input: smaller number} for a run too long for a frame;  table : a Table, for pasted data
    Raises ValueError if a parameter of the kernel is given twice or not at all, or a preset sets what is no slider.
    A template that names nothing is refused when the page is made.
    """

    def __init__(self, id, *, kernel, sliders, draw, readouts, alt, outputs, caption="", inputs=None, scratch=None,
                 workspace=None, presets=None, while_dragging=None, table=None):  # fmt: skip
        self.id, self.kernel, self.draw, self.alt, self.caption = id, kernel, draw, alt, caption
        self.sliders = {s.name: s for s in sliders}
        self.inputs, self.outputs = dict(inputs or {}), dict(outputs)
        self.scratch, self.workspace = dict(scratch or {}), dict(workspace or {})
        self.readouts, self.presets = dict(readouts), dict(presets or {})
        self.while_dragging, self.table = dict(while_dragging or {}), table
        self._check()
        register(self)

    def __repr__(self):
        return self.text()

    def _check(self):
        if not isinstance(self.kernel, Kernel):
            raise ValueError(f"{self.id}: kernel must be a @kernel function, got {self.kernel!r}")
        given = [*self.sliders, *self.inputs, *self.outputs, *self.scratch, *self.workspace]
        if self.table:
            given += [*self.table.columns, self.table.count]
        if sorted(given) != sorted(self.kernel.parameters):
            raise ValueError(
                f"{self.id}: sliders, inputs, outputs, scratch, workspace and table must give each parameter of {self.kernel.name} "
                f"once: {', '.join(self.kernel.parameters)}; got {', '.join(given)}"
            )
        for name, kind in self.kernel.parameters.items():
            filled = name in self.outputs or name in self.scratch or name in self.workspace
            if filled != (kind in ARRAYS) and name not in self.inputs:
                if self.table and name in self.table.columns:
                    continue
                raise ValueError(
                    f"{self.id}: {name} must be a {'size' if kind in ARRAYS else 'number'} of the kernel's kind"
                )
        for name, s in self.sliders.items():
            if self.kernel.parameters[name] is int and any(v % 1 for v in (s.low, s.high, s.step, s.value)):
                raise ValueError(f"{self.id}: slider {name} must be whole, like the kernel's parameter, got {s}")
        for name in self.while_dragging:
            if name not in self.inputs or self.kernel.parameters[name] not in NUMBERS:
                raise ValueError(f"{self.id}: while_dragging must name number inputs, got {name!r}")
        for label, settings in self.presets.items():
            self.settings(settings)
            if unknown := set(settings) - set(self.sliders) - {"_table"}:
                raise ValueError(f"{self.id}: preset {label!r} sets {unknown}, which are no sliders")

    def settings(self, values: dict) -> dict:
        """The number of each slider: those given, checked, and the first value of the rest."""
        for name in values:
            if name not in self.sliders and not (name == "_table" and self.table):
                raise ValueError(f"{self.id} has sliders {', '.join(self.sliders)}, got {name!r}")
        settings = {name: s.checked(values.get(name, s.value)) for name, s in self.sliders.items()}
        for name, value in settings.items():
            if self.kernel.parameters[name] is int and value % 1:
                raise ValueError(f"{name} must be a whole number, got {value}")
        return settings

    def run(self, **values) -> dict:
        """Everything a mark or a template may name: sliders, inputs and outputs, as arrays."""
        settings = self.settings(values)
        given = {**settings, **self.inputs}
        if self.table:
            given |= self.table.arrays(values.get("_table", self.table.text))
        state, arguments = {}, []
        for name, kind in self.kernel.parameters.items():
            if name in self.outputs or name in self.scratch:
                value = np.zeros(self.outputs.get(name, self.scratch.get(name)), dtype=ARRAYS[kind])
            elif name in self.workspace:
                value = np.full(self.workspace[name], JUNK[ARRAYS[kind].kind], dtype=ARRAYS[kind])
            elif kind in ARRAYS:
                value = np.array(given[name], dtype=ARRAYS[kind])
            else:
                value = kind(given[name])
            arguments.append(value)
            if name not in self.scratch and name not in self.workspace:
                state[name] = np.atleast_1d(value)
        self.kernel(*arguments)
        return state

    def at(self, **values) -> dict:
        """The outputs, a dict of arrays, with the given sliders moved and the rest at their first values."""
        state = self.run(**values)
        return {name: state[name] for name in self.outputs}

    def picture(self, narrow=False, **values) -> Picture:
        """The drawing with the given sliders moved."""
        import matplotlib

        from .marks import STYLE

        with matplotlib.rc_context(STYLE):
            picture = Picture(self.id, self.run(**values), narrow)
            self.draw(picture)
            picture.figure.canvas.draw()  # settles the layout, so that the transforms hold
            picture.figure.set_layout_engine("none")
        return picture

    def say(self, **values) -> dict:
        """The readouts as text, by name."""
        state = self.run(**values)
        return {name: template.fill(text, state) for name, text in self.readouts.items()}

    def text(self, **values) -> str:
        """The explorable in words: its sliders' values and its readouts."""
        settings = self.settings(values)
        moved = ", ".join(f"{name} = {value:g}" for name, value in settings.items())
        return "\n".join([f"{self.id}: {moved}", *self.say(**values).values()])

    # In a notebook: widgets. In the book: a figure that the page's script wakes. In print: a picture.

    @functools.cached_property
    def widget(self):
        """The live figure for notebooks: real ipywidgets, linked in the browser."""
        from .widget import live

        return live(self)

    @property
    def value(self) -> dict:
        """The outputs at the present positions of the notebook's sliders."""
        return self.at(**self.widget.settings())

    def _repr_mimebundle_(self, include=None, exclude=None):
        from .display import bundle

        return bundle(self)

    def html(self) -> str:
        from .page import figure

        return figure(self)

    def png(self) -> bytes:
        return self.picture().png()


__all__ = ["Explorable", "Slider", "Table", "register", "registry"]
