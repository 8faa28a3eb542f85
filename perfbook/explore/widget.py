"""Live figures in a notebook: ipywidgets sliders linked in the browser to a figure that the page's script moves."""

from decimal import Decimal

import anywidget
import ipywidgets
import traitlets

from . import page

# The same script and style as in the page, and the few lines that anywidget asks for.
SCRIPT = (
    "globalThis.perfbookWidgets = true;\n"
    + (page.HERE / "page.js").read_text(encoding="utf-8")
    + """
export default {
  async render({ model, el }) {
    el.innerHTML = model.get("html");
    await globalThis.perfbook.wake(el, model.get("modules"));
    const figure = el.querySelector("figure.explorable");
    if (!figure?.perfbook) return;
    const names = model.get("names");
    const set = (dragging) =>
      figure.perfbook.set(Object.fromEntries(names.map((name) => [name, model.get(`slider_${name}`)])), dragging);
    const long = Object.keys(figure.perfbook.spec.whileDragging).length > 0;
    let hand;
    const move = () => {
      clearTimeout(hand);
      set(long); // no widget says that the hand let go: a run too long for a frame waits until it rests
      if (long) hand = setTimeout(() => set(false), 200);
    };
    for (const name of names) model.on(`change:slider_${name}`, move);
    move();
  },
};
"""
)
WIDE = {"style": {"description_width": "16em"}, "layout": {"width": "90%"}}
STYLE = (page.HERE / "page.css").read_text(encoding="utf-8")


class Figure(anywidget.AnyWidget):
    """What the page's script draws: ``html`` and the kernels of ``modules``; a trait a slider is added to each."""

    _esm = SCRIPT
    _css = STYLE
    html = traitlets.Unicode().tag(sync=True)
    modules = traitlets.Dict().tag(sync=True)
    names = traitlets.List().tag(sync=True)


class Live(ipywidgets.VBox):
    """An explorable's sliders and figure; ``sliders`` maps each name to its ipywidget."""

    def __init__(self, item):
        figure = Figure(html=page.figure(item, form=False), modules={item.kernel.module: page.module(item.kernel.module)},
                        names=list(item.sliders) + ["_table"] * bool(item.table))  # fmt: skip
        self.sliders = {name: slider(s, item.kernel.parameters[name]) for name, s in item.sliders.items()}
        if item.table:
            self.sliders["_table"] = ipywidgets.Textarea(item.table.text, description=item.table.label, rows=8, **WIDE)
        # Under a prefix: a slider may be called what every widget has, such as keys or layout.
        figure.add_traits(
            **{f"slider_{name}": traitlets.Any(made.value).tag(sync=True) for name, made in self.sliders.items()}
        )
        self.figure = figure
        # jslink, not link: dragging must not wait for the kernel, even on a slow Binder.
        self.links = [
            ipywidgets.jslink((made, "value"), (figure, f"slider_{name}")) for name, made in self.sliders.items()
        ]
        first = {name: made.value for name, made in self.sliders.items()}
        presets = [self.button(label, first | values) for label, values in {**item.presets, "Reset": {}}.items()]
        super().__init__([figure, *self.sliders.values(), ipywidgets.HBox(presets)])

    def settings(self) -> dict:
        """The present value of each slider."""
        return {name: made.value for name, made in self.sliders.items()}

    def button(self, label, values):
        made = ipywidgets.Button(description=label)
        made.on_click(lambda _: self.move(values))
        return made

    def move(self, values) -> None:
        """Set the sliders to ``values``, a dict by name."""
        for name, value in values.items():
            if name in self.sliders:
                self.sliders[name].value = value


def slider(s, kind):
    """The ipywidget of a Slider."""
    options = dict(min=s.low, max=s.high, step=s.step, value=s.value, description=f"{s.label} {s.unit}".strip(), **WIDE)
    if kind is int:
        whole = {k: int(options[k]) for k in ("min", "max", "step", "value")}
        return ipywidgets.IntSlider(**options | whole)
    digits = max(0, -Decimal(f"{s.step:.12g}").as_tuple().exponent)
    return ipywidgets.FloatSlider(**options, readout_format=f".{digits}f")


def live(item) -> Live:
    return Live(item)


def still(item) -> Figure:
    """A challenge or a question, woken by the same script."""
    return Figure(html=item.html(), names=[])
