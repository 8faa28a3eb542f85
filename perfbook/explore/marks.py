"""What is drawn: a picture of panels of marks. matplotlib draws them once; the page moves the same paths."""

import io
import math
import re

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, NullFormatter

from .slim import slim
from .template import fill, resolve

# Okabe and Ito's colours, told apart in greyscale and by the colour-blind; a colour means one thing in the whole book.
COLORS = {"theory": "#0072b2", "simulation": "#e69f00", "measured": "#009e73", "limit": "#808285", "danger": "#d55e00",
          "ink": "#222426"}  # fmt: skip
GRID = "#dcdddf"
HEAT = ("#00204d", "#213d6b", "#4c556c", "#6c6e72", "#8b8878", "#aca371", "#d1c05f", "#ffea46")  # cividis, 8 steps
STYLE = {"svg.fonttype": "none", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
         "axes.edgecolor": COLORS["ink"], "axes.labelcolor": COLORS["ink"], "text.color": COLORS["ink"],
         "xtick.color": COLORS["ink"], "ytick.color": COLORS["ink"], "axes.grid": True, "grid.color": GRID,
         "grid.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": "none", "axes.facecolor": "none",
         "path.simplify": False, "axes.titlesize": 10, "axes.titlelocation": "left"}  # fmt: skip
FAR = 1e12  # where infinity is drawn: beyond every panel
INWARD = 0.6  # a text with align="auto" stands to the left of its point past this share of the panel's width
WIDE, NARROW = (7.2, 3.9), (3.7, 3.9)


class Picture:
    """One drawing of an explorable: the wide one, or the phone's.

    state : {name: array} of everything that a mark may refer to
    narrow : whether this is the phone's drawing
    """

    def __init__(self, name: str, state: dict, narrow: bool = False):
        self.name, self.state, self.narrow = name, state, narrow
        self.panel_list: list[Panel] = []
        self.marks: list[dict] = []
        self.constants: dict[str, np.ndarray] = {}
        self.figure = Figure(figsize=NARROW if narrow else WIDE, layout="constrained")
        FigureCanvasAgg(self.figure)

    def panel(self, **options):
        """The only panel of the picture."""
        return self.panels(options)[0]

    def panels(self, *options, heights=None):
        """Several panels: side by side, on a phone one under the other. Each option set is a dict for ``Panel``."""
        count = len(options)
        if self.narrow:
            self.figure.set_size_inches(NARROW[0], NARROW[1] if count == 1 else 2.6 * count)
            axes = self.figure.subplots(count, 1, squeeze=False).ravel()
        else:
            axes = self.figure.subplots(1, count, squeeze=False).ravel()
        for ax, chosen in zip(axes, options, strict=True):
            self.panel_list.append(Panel(self, ax, **chosen))
        return self.panel_list

    def rows(self, *options, heights=None):
        """Several panels one under the other on every screen; ``heights`` are their shares."""
        self.figure.set_size_inches(self.figure.get_figwidth(), 2.2 * len(options))
        ratios = {"height_ratios": heights} if heights else None
        axes = self.figure.subplots(len(options), 1, squeeze=False, gridspec_kw=ratios).ravel()
        for ax, chosen in zip(axes, options, strict=True):
            self.panel_list.append(Panel(self, ax, **chosen))
        return self.panel_list

    def reference(self, given) -> str:
        """The reference itself; a number or an array becomes a constant of the picture and gets a name."""
        if isinstance(given, str):
            resolve(given, self.state | self.constants)
            return given
        values = np.atleast_1d(np.asarray(given, dtype=np.float64))
        for name, known in self.constants.items():
            if np.array_equal(known, values, equal_nan=True):
                return name
        name = f"constant_{'n' if self.narrow else 'w'}{len(self.constants)}"
        self.constants[name] = values
        return name

    def values(self, reference: str) -> np.ndarray:
        return np.asarray(resolve(reference, self.state | self.constants), dtype=np.float64)

    def add(self, panel, kind: str, artists, **spec) -> None:
        number = len(self.marks)
        for index, artist in enumerate(artists):
            artist.set_gid(
                f"{self.name}-{'n' if self.narrow else 'w'}{number}"
                + (f"-{index}" if kind in ("heat", "tokens") else "")
            )
        self.marks.append({"kind": kind, "panel": self.panel_list.index(panel), **spec})

    def svg(self) -> str:
        """The picture as SVG text: no fixed size, colours as the page's own variables."""
        text = io.StringIO()
        with matplotlib.rc_context({**STYLE, "svg.hashsalt": self.name + str(self.narrow)}):
            self.figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return tidy(text.getvalue())

    def shape(self) -> str:
        """Width over height, for a style sheet: the page keeps the picture's place while it is out of sight."""
        width, height = (float(v) * 72 for v in self.figure.get_size_inches())
        return f"{width:.6g} / {height:.6g}"

    def png(self) -> bytes:
        data = io.BytesIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(data, format="png", dpi=144, facecolor="white", metadata={"Software": None})
        return data.getvalue()

    def layout(self) -> dict:
        """What the page needs to move the marks: panels' transforms and clips, marks, the size of the picture."""
        width, height = (float(v) * 72 for v in self.figure.get_size_inches())
        return {"size": [round(width, 2), round(height, 2)], "panels": [p.transform(height) for p in self.panel_list],
                "marks": self.marks}  # fmt: skip


class Panel:
    """A pair of axes that holds still, and the marks on it.

    x, y : the axes' labels, with units;  xlim, ylim : their limits;  xscale, yscale : "linear" or "log"
    """

    def __init__(self, picture, ax, x="", y="", xlim=(0, 1), ylim=(0, 1), xscale="linear", yscale="linear", title=""):
        self.picture, self.ax = picture, ax
        ax.set(xlabel=x, ylabel=y, xscale=xscale, yscale=yscale, xlim=xlim, ylim=ylim, title=title)
        ax.set_autoscale_on(False)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
            axis.set_minor_formatter(NullFormatter())
        self.xlim, self.ylim = xlim, ylim

    def transform(self, height: float) -> dict:
        """Ends of both axes in data and in the SVG's units, and whether each is logarithmic."""
        scale = 72 / self.ax.figure.dpi
        (x0, y0), (x1, y1) = self.ax.transAxes.transform([(0, 0), (1, 1)]) * scale
        return {"x": [*map(float, self.xlim), round(x0, 3), round(x1, 3), self.ax.get_xscale() == "log"],
                "y": [*map(float, self.ylim), round(height - y0, 3), round(height - y1, 3), self.ax.get_yscale() == "log"]}  # fmt: skip

    def line(self, x, y, color="theory", dashed=False, width=2.0, steps=False, label=None, label_at=0.75):
        """A line through the points, broken where a value is not a number; ``steps``: each value holds to the next x."""
        rx, ry = self.picture.reference(x), self.picture.reference(y)
        points = (np.clip(p, -FAR, FAR) for p in np.broadcast_arrays(self.picture.values(rx), self.picture.values(ry)))
        (artist,) = self.ax.plot(
            *points,
            color=COLORS[color],
            lw=width,
            ls="--" if dashed else "-",
            solid_joinstyle="round",
            drawstyle="steps-post" if steps else "default",
        )
        self.picture.add(self, "line", [artist], x=rx, y=ry, color=color, dashed=dashed, width=width, steps=steps)
        if label:
            self._label(rx, ry, label, label_at, color)

    def area(self, x, low, high, color="theory", opacity=0.2):
        """The area between two lines over the same x."""
        refs = [self.picture.reference(r) for r in (x, low, high)]
        xs, lows, highs = np.broadcast_arrays(*(self.picture.values(r) for r in refs))
        outline = np.column_stack([np.r_[xs, xs[::-1]], np.clip(np.r_[lows, highs[::-1]], -FAR, FAR)])
        artist = self._patch([outline], color, opacity)
        self.picture.add(self, "area", [artist], x=refs[0], low=refs[1], high=refs[2], color=color, opacity=opacity)

    def bars(self, x, height, width=1.0, base=0, color="simulation", opacity=0.6):
        """Upright bars centred on x; ``width`` in x's units."""
        refs = [self.picture.reference(r) for r in (x, height, width, base)]
        xs, heights, widths, bases = np.broadcast_arrays(*(self.picture.values(r) for r in refs))
        artist = self._patch(corners(xs - widths / 2, xs + widths / 2, bases, bases + heights), color, opacity)
        self.picture.add(self, "bars", [artist], x=refs[0], height=refs[1], width=refs[2], base=refs[3], color=color,
                         opacity=opacity)  # fmt: skip

    def boxes(self, x0, x1, y0, y1, color="theory", opacity=0.6):
        """Rectangles by their sides."""
        refs = [self.picture.reference(r) for r in (x0, x1, y0, y1)]
        sides = np.broadcast_arrays(*(self.picture.values(r) for r in refs))
        artist = self._patch(corners(*sides), color, opacity)
        self.picture.add(self, "boxes", [artist], x0=refs[0], x1=refs[1], y0=refs[2], y1=refs[3], color=color,
                         opacity=opacity)  # fmt: skip

    def dots(self, x, y, color="simulation", size=7.0, opacity=1.0):
        """A dot at each point; ``size`` is its diameter."""
        rx, ry = self.picture.reference(x), self.picture.reference(y)
        points = np.broadcast_arrays(self.picture.values(rx), self.picture.values(ry))
        (artist,) = self.ax.plot(
            *points, "o", color=COLORS[color], ms=size, mew=0, alpha=opacity, zorder=3, clip_on=True
        )
        self.picture.add(self, "dots", [artist], x=rx, y=ry, color=color, size=size, opacity=opacity)

    def rule(self, x=None, y=None, color="limit", dashed=True, width=1.5):
        """A straight line across the panel at each x, or at each y."""
        if (x is None) == (y is None):
            raise ValueError(f"rule takes x or y, one of them, got x={x!r}, y={y!r}")
        reference = self.picture.reference(y if x is None else x)
        at = self.picture.values(reference)
        across = np.tile([*(self.xlim if x is None else self.ylim), np.nan], at.size)
        along = np.repeat(at, 3)
        points = (across, along) if x is None else (along, across)
        (artist,) = self.ax.plot(*points, color=COLORS[color], lw=width, ls="--" if dashed else "-")
        self.picture.add(self, "rule", [artist], **{"y" if x is None else "x": reference}, color=color, dashed=dashed,
                         width=width)  # fmt: skip

    def text(self, x, y, template, color="ink", align="left", size=10, offset=(0, 0)):
        """A text that moves; ``template`` may hold fields, ``offset`` is in points, up.

        align : left, center or right of the point, or auto: inward, so that it stays in the panel
        """
        rx, ry = self.picture.reference(x), self.picture.reference(y)
        at = [float(np.clip(np.nan_to_num(self.picture.values(r)[0], nan=lim[0]), *sorted(lim)))
              for r, lim in ((rx, self.xlim), (ry, self.ylim))]  # fmt: skip
        share = self.ax.transAxes.inverted().transform(self.ax.transData.transform(at))[0]
        side = ("right" if share > INWARD else "left") if align == "auto" else align
        artist = self.ax.annotate(fill(template, self.picture.state), at, offset, textcoords="offset points", ha=side,
                                  va="center", color=COLORS[color], fontsize=size, annotation_clip=False)  # fmt: skip
        artist.set_in_layout(False)
        self.picture.add(self, "text", [artist], x=rx, y=ry, template=template, color=color, align=align, size=size,
                         offset=list(offset))  # fmt: skip

    def heat(self, x_edges, y_edges, values, low, high):
        """Cells coloured by value in eight steps from ``low`` to ``high``; ``values`` row by row, lowest y first."""
        refs = [self.picture.reference(r) for r in (x_edges, y_edges, values)]
        xs, ys, cells = (self.picture.values(r) for r in refs)
        x0, y0 = np.meshgrid(xs[:-1], ys[:-1])
        x1, y1 = np.meshgrid(xs[1:], ys[1:])
        step = heat_steps(cells, low, high)
        sides = [side.ravel() for side in (x0, x1, y0, y1)]
        artists = [self._patch(corners(*(s[step == k] for s in sides)), HEAT[k], 1.0) for k in range(len(HEAT))]
        self.picture.add(self, "heat", artists, x=refs[0], y=refs[1], values=refs[2], low=low, high=high)

    def tokens(self, kinds, size=9.0):
        """A player's tokens, a colour a kind; ``kinds`` are the roles, as the player has them."""
        artists = []
        for number, color in enumerate(kinds):
            at = (self.picture.state[f"tokens_x{number}"], self.picture.state[f"tokens_y{number}"])
            artists += self.ax.plot(*at, "o", color=COLORS[color], ms=size, mew=0, zorder=4)
        self.picture.add(self, "tokens", artists, colors=list(kinds), size=size)

    def _patch(self, outlines, color, opacity):
        path = (
            Path.make_compound_path(*(Path(o, closed=False) for o in outlines))
            if len(outlines)
            else Path(np.empty((0, 2)))
        )
        patch = PathPatch(path, fc=COLORS.get(color, color), lw=0, alpha=opacity)
        return self.ax.add_patch(patch)

    def _label(self, rx, ry, label, label_at, color):
        count = self.picture.values(rx).size
        at = round(label_at * (count - 1))
        self.text(element(rx, at), element(ry, at), label, color=color, align="auto", offset=(0, 9))


def tick(value: float) -> str:
    """A tick's label: 25,000 in full, powers of ten beyond a million and below a thousandth."""
    size = abs(value)
    exponent = round(math.log10(size)) if size else 0
    if size and not -3 <= exponent < 6 and math.isclose(size, 10.0**exponent):
        return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value:,.10g}"


def element(reference: str, index: int) -> str:
    """The reference to one value of an array or of a part of one."""
    name, _, part = reference.partition("[")
    start = int(part.rstrip("]").partition(":")[0]) if part else 0
    return f"{name}[{start + index}]"


def corners(x0, x1, y0, y1):
    """The outlines of rectangles by their sides, those with a side that is not finite left out."""
    ok = np.isfinite(x0) & np.isfinite(x1) & np.isfinite(y0) & np.isfinite(y1)
    return [np.array([(a, c), (b, c), (b, d), (a, d), (a, c)])
            for a, b, c, d in zip(x0[ok], x1[ok], y0[ok], y1[ok], strict=True)]  # fmt: skip


def heat_steps(values, low, high):
    """The colour step of each value, -1 where there is none."""
    share = (values - low) / (high - low)
    return np.where(np.isfinite(share), np.clip(np.nan_to_num(share) * len(HEAT), 0, len(HEAT) - 1).astype(int), -1)


def tidy(svg: str) -> str:
    """matplotlib's SVG without prolog and sizes, with the page's colours and fonts, and with few elements."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg)
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    # Hundredths of a point are enough; in the tags only, for a tick's text may be 0.001.
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), svg)
    for name, value in (*COLORS.items(), ("grid", GRID)):
        svg = svg.replace(value, f"var(--pb-{name})")
    return slim(re.sub(r">\s+<", "><", svg).strip())
