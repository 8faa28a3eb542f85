"""Chapter 1, sections 2 and 3: the universal scalability law, its fit to measurements, Amdahl and Gustafson."""

import numpy as np

from perfbook import datasets, fitting, laws, workbench
from perfbook.explore import Explorable, Slider, Table
from perfbook.leastsquares import SCRATCH

ROWS = 200
SHARE = np.linspace(0, 1, 101)
TEXTS = {name: datasets.load(name).text for name in datasets.NAMES}
PASTED = Table(
    columns=("nodes", "throughput"),
    count="rows",
    size=ROWS,
    text=TEXTS["ray-tracer"],
    label="Measurements: nodes and throughput, a row a line",
)
OUTPUTS = {"dots_x": ROWS, "dots_y": ROWS, "ticks": 8, "curve": 101, "sticks": ROWS, "peak": 4,
           "score": 5, "best": 101, "low": 101, "high": 101, "residual": ROWS, "estimate": 3, "error": 3, "ends": 2,
           "summary": 8, "kept": 4, "verdict": 1}  # fmt: skip
INSIDE = {"n": ROWS, "x": ROWS, "covariance": 6, "theta": 3, "scratch": SCRATCH}
LEFT_OUT = (
    "Of the rows read, left out for a number that is not above 0: {kept[0]:.0f}; the first of them: {kept[1]:.0f|none}"
)


def number_axes(panel, below=0.0):
    """Axes in shares whose numbers move: N along the bottom and, unless ``below`` is set, X up the side."""
    panel.ax.set_xticks([0, 0.25, 0.5, 0.75, 1], [""] * 5)
    panel.ax.xaxis.labelpad = 16
    for k in range(4):
        last = k == 3
        panel.text(0.25 * (k + 1), below, f"{{ticks[{k}]:,.0f}}", align="right" if last else "center", offset=(0, -10))
    if not below:
        panel.ax.set_yticks([0, 0.25, 0.5, 0.75, 1], [""] * 5)
        panel.ax.yaxis.labelpad = 42
        for k in range(4):
            panel.text(0, 0.25 * (k + 1), f"{{ticks[{4 + k}]:,.3g}}", align="right", offset=(-5, -4 * (k == 3)))


def draw_by_hand(picture):
    panel = picture.panel(x="nodes N", y="throughput X", xlim=(0, 1), ylim=(0, 1))
    number_axes(panel)
    panel.bars("dots_x", "sticks", width=0.004, base="dots_y", color="danger", opacity=0.9)
    panel.line(SHARE, "best", color="theory", dashed=True)
    panel.text(
        0.86, "best[86]", "{verdict[0]:=" + "best fit|" * fitting.NO_ROWS + "|||}", color="theory", offset=(0, 9)
    )
    panel.line(SHARE, "curve", color="ink", label="yours", label_at=0.94)
    panel.dots("dots_x", "dots_y", color="measured")
    panel.dots("peak[2]", "peak[3]", color="danger", size=9)


usl = Explorable(
    "usl",
    kernel=workbench.usl_table,
    table=PASTED,
    sliders=[
        Slider("alpha", "contention α", 0, 0.2, step=0.001, value=0.03),
        Slider("beta", "coherency β", 0, 0.002, step=0.00001, value=0.0001),
        Slider("gamma", "γ, as a multiple of X/N measured at the fewest nodes", 0.5, 2, step=0.005, value=1),
        Slider("shown", "best fit", 0, 1, step=1, value=0, words=("hidden", "shown")),
    ],
    inputs={"estimator": 0, "confidence": 0.95, "share": SHARE},
    outputs=OUTPUTS,
    scratch=INSIDE,
    draw=draw_by_hand,
    readouts={
        "peak": "Your curve peaks at {peak[0]:,.1f|no number of} nodes; the most it gives is {peak[1]:,.4g|without bound}",
        "residual": "Your residual: {score[0]:.3g|–} (root mean square), {score[4]:.1%|–} of the largest throughput, "
        "{score[2]:.2f|–} times the best fit's",
        "gamma": "Your γ: {score[3]:,.4g} for one node",
        "fit": "Best fit (bounded least squares): α = {estimate[0]:.4f|?} ± {error[0]:.4f|?}, "
        "β = {estimate[1]:.6f|?} ± {error[1]:.6f|?}, γ = {estimate[2]:,.4g|?} ± {error[2]:.3g|?}",
        "verdict": "Verdict: {verdict[0]:=" + "|".join(fitting.VERDICTS) + "|hidden until you show the best fit}",
        "rows": LEFT_OUT,
    },
    alt="Measured throughput as dots, up to {kept[3]:,.4g} at {kept[2]:,.0f} nodes or fewer, and a curve set by hand that misses "
    "them by {score[4]:.1%|–} of the largest; the curve peaks at {peak[0]:,.1f|no number of} nodes.",
    caption="Both axes are laid to the measurements, in their own units. Orange sticks are what your curve misses. α bends "
    "the curve over, β turns it down, γ tilts all of it. Try to make the sticks shorter with β at 0, then with β well above "
    "it: how much worse does it get?",
    presets={
        "ray tracer": {"_table": TEXTS["ray-tracer"]},
        "fit the ray tracer": {"_table": TEXTS["ray-tracer"], "shown": 1},
        "SDM91": {"_table": TEXTS["sdm91"]},
        "fit SDM91": {"_table": TEXTS["sdm91"], "shown": 1},
        "Cisco": {"_table": TEXTS["cisco"]},
        "fit Cisco": {"_table": TEXTS["cisco"], "shown": 1},
    },
)


def draw_fit(picture):
    curve, rest = picture.panels(
        dict(x="nodes N", y="throughput X"),
        dict(x="nodes N", y="residual, in standard deviations", ylim=(-3.5, 3.5)),
    )
    number_axes(curve)
    curve.area(SHARE, "low", "high", color="theory", opacity=0.2)
    curve.line(SHARE, "best", color="theory")
    curve.dots("dots_x", "dots_y", color="measured", size=6)
    number_axes(rest, below=-3.5)
    rest.rule(y=0.0)
    rest.dots("dots_x", "residual", color="measured", size=6)


usl_fit = Explorable(
    "usl-fit",
    kernel=workbench.usl_table,
    table=PASTED,
    sliders=[
        Slider("estimator", "estimator", 0, 2, step=1, value=0, words=("bounded", "unbounded", "quadratic transform")),
        Slider("confidence", "confidence", 0.5, 0.99, step=0.01, value=0.95),
    ],
    inputs={"alpha": 0.0, "beta": 0.0, "gamma": 1.0, "shown": 1, "share": SHARE},
    outputs=OUTPUTS,
    scratch=INSIDE,
    draw=draw_fit,
    readouts={
        "verdict": "Verdict: {verdict[0]:=" + "|".join(fitting.VERDICTS) + "|no fit}",
        "peak": "{summary[6]:=The peak lies among the measurements|The peak lies beyond the measurements, so it is a forecast"
        "|The fit has no peak, only a ceiling|No fit}: N = {summary[4]:,.1f|none}, X = {summary[5]:,.4g|none}",
        "alpha": "α = {estimate[0]:.5f|none} ± {error[0]:.5f|none}",
        "beta": "β = {estimate[1]:.7f|none} ± {error[1]:.7f|none}, range at this confidence {ends[0]:.7f|none} to "
        "{ends[1]:.7f|any}",
        "gamma": "γ = {estimate[2]:,.4g|none} ± {error[2]:,.3g|none}",
        "quality": "Residual standard deviation {summary[0]:.3g|none}, R² = {summary[1]:.4f|none}, "
        "{summary[2]:.0f|no} degrees of freedom",
        "rows": LEFT_OUT,
    },
    alt="Left, measurements with the fitted curve and its confidence band; right, the residuals. "
    "α = {estimate[0]:.4f|none}, β = {estimate[1]:.6f|none}, γ = {estimate[2]:,.4g|none}. "
    "{verdict[0]:=" + "|".join(fitting.VERDICTS) + "|no fit}.",
    caption="Both axes are laid to the measurements, in their own units. Look first at the verdict, then at how the band "
    "opens past the last dot, then for a pattern in the residuals: a bow says that the law is not the system's.",
    presets={
        "ray tracer": {"_table": TEXTS["ray-tracer"]},
        "SDM91": {"_table": TEXTS["sdm91"]},
        "Cisco": {"_table": TEXTS["cisco"]},
        "ray tracer, unbounded": {"_table": TEXTS["ray-tracer"], "estimator": 1},
        "ray tracer, transform": {"_table": TEXTS["ray-tracer"], "estimator": 2},
        "Cisco, first ten": {"_table": "\n".join(TEXTS["cisco"].splitlines()[:11])},
    },
)

MACHINES = np.arange(1.0, 129.0)


def draw_repairman(picture):
    panel = picture.panel(x="nodes N", y="throughput, in units of one node's", xlim=(0, 128), ylim=(0, 40))
    panel.line(MACHINES, "apart", color="limit", label="each asks when it is done", label_at=0.35)
    panel.line(MACHINES, "together", color="theory")
    panel.text(
        "nodes[127]", "together[127]", "all ask at once: the law", color="theory", align="right", offset=(0, -10)
    )


repairman = Explorable(
    "repairman",
    kernel=laws.repairman_curve,
    sliders=[
        Slider("work", "work alone, Z", 1, 500, step=1, value=97, unit="ms"),
        Slider("service", "in the shared part, S", 0, 20, step=0.1, value=3, unit="ms"),
        Slider("exchange", "telling one other node, E", 0, 0.2, step=0.001, value=0.01, unit="ms"),
    ],
    inputs={"nodes": MACHINES},
    outputs={"together": 128, "apart": 128, "law": 5},
    draw=draw_repairman,
    readouts={
        "alpha": "α = S/(S + Z) = {law[0]:.4f}",
        "beta": "β = E/(S + Z) = {law[1]:.6f}",
        "gamma": "γ: one request every S + Z = {law[4]:,.1f} ms",
        "peak": "The law's peak: {law[3]:,.1f|no number of} nodes",
        "here": "On 128 nodes: {together[127]:.1f} if all ask at once, {apart[127]:.1f} if each asks when it is done",
    },
    alt="Two curves of throughput against nodes: machines that ask independently above, machines that ask all at once below. "
    "On 128 nodes {apart[127]:.1f} and {together[127]:.1f} times one node.",
    caption="The lower curve is the universal scalability law, exactly. The upper is the same machines left to ask when "
    "they like. The law is the worst that queueing does; far enough out the two meet again.",
    presets={
        "a lock only": {"exchange": 0},
        "talk only": {"service": 0, "exchange": 0.02},
        "no sharing": {"service": 0, "exchange": 0},
    },
)

NODES = np.logspace(0, 4, 81)


def draw_three_laws(picture):
    panel = picture.panel(
        x="nodes N, logarithmic",
        y="speedup C, logarithmic",
        xlim=(1, 10_000),
        ylim=(1, 10_000),
        xscale="log",
        yscale="log",
    )
    panel.rule(x="here[0]")
    for values, at, color, label, place, offset in (
        ("scaled", 2, "measured", "Gustafson: time held", 64, (-10, 4)),
        ("fixed", 1, "theory", "Amdahl: work held", 80, (-2, 9)),
        ("coupled", 3, "danger", "USL: α = s, with β", 80, (-2, -10)),
    ):
        panel.line("nodes", values, color=color)
        panel.dots("here[0]", f"here[{at}]", color=color, size=8)
        panel.text(f"nodes[{place}]", f"{values}[{place}]", label, color=color, align="right", offset=offset)


amdahl = Explorable(
    "amdahl",
    kernel=laws.three_laws,
    sliders=[
        Slider("serial", "serial part s", 0, 0.3, step=0.001, value=0.05),
        Slider(
            "position",
            "nodes N",
            0,
            12,
            step=1,
            value=9,
            words=tuple(f"{laws.one_two_five.function(k):,.0f}" for k in range(13)),
        ),
        Slider("beta", "coherency β (for the USL alone)", 0, 0.0002, step=0.000001, value=0.00001),
    ],
    inputs={"nodes": NODES},
    outputs={"fixed": 81, "scaled": 81, "coupled": 81, "here": 8},
    draw=draw_three_laws,
    readouts={
        "amdahl": "Amdahl, the same work in less time: {here[1]:.1f} times on {here[0]:,.0f} nodes ({here[6]:.1%} of each node "
        "used), never more than {here[4]:,.1f|any number}",
        "gustafson": "Gustafson, more work in the same time: {here[2]:,.1f} times ({here[7]:.1%} of each node used)",
        "usl": "USL, with coherency: {here[3]:.1f} times; it peaks at {here[5]:,.0f|no number of} nodes",
    },
    alt="Three curves of speedup against nodes on logarithmic axes. On {here[0]:,.0f} nodes: Gustafson {here[2]:,.1f}, "
    "Amdahl {here[1]:.1f}, USL {here[3]:.1f}.",
    caption="One serial part, three answers, because three different things are held still. They agree at one node and at "
    "s = 0 with β = 0; move s off zero and see how early they part.",
    presets={
        "s = 1%": {"serial": 0.01},
        "s = 10%": {"serial": 0.1},
        "s = 20%": {"serial": 0.2},
        "no coherency": {"beta": 0},
        "nothing serial": {"serial": 0, "beta": 0},
    },
)
