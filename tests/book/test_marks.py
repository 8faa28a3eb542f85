"""Every mark, drawn by the page's script and by matplotlib at the same settings: the same points, to a tenth of a point.

The figure is this test's own, over a kernel of the book, so that marks no chapter uses yet are held to it too.
"""

import re

import numpy as np
import pytest

from perfbook import rng
from perfbook.explore import Explorable, Slider

GRID = 5
NASTY = np.array([0.5, np.nan, 2.0, np.inf, 4.0, -np.inf, 8.0, 0.0, 16.0, -3.0])


def draw(picture):
    left, right = picture.panels(
        dict(x="x", y="y", xlim=(0, 20), ylim=(0, 1)), dict(x="x", y="y", xlim=(0.1, 10), ylim=(0.1, 100), yscale="log")
    )
    x = np.arange(20.0)
    left.area(x, 0, "cumulative[0:20]")
    left.line(x, "cumulative[0:20]", label="a label", dashed=True)
    left.line(x, "cumulative[0:20]", steps=True)
    left.bars(x, "cumulative[0:20]", width=0.8)
    left.boxes(x, x + 0.5, 0, "cumulative[0:20]")
    left.dots(x, "cumulative[0:20]")
    left.rule(x="exponent")
    left.rule(y="cumulative[3]")
    left.text("exponent", 0.5, "{cumulative[0]:.1%}", align="auto")
    left.heat(np.linspace(0, 20, GRID + 1), np.linspace(0, 1, GRID + 1), "cumulative[0:25]", low=0, high=1)
    right.line(np.arange(10.0), NASTY)
    right.dots(np.arange(10.0), NASTY)
    right.rule(y=NASTY[:3])


@pytest.fixture
def figure(own_page):
    item = Explorable("test-marks", kernel=rng.zipf_table, sliders=[Slider("exponent", "exponent", 0, 2, step=0.1, value=1)],
                      outputs={"cumulative": 25}, draw=draw, readouts={"top": "{cumulative[0]:.1%}"}, alt="test")  # fmt: skip
    return item, own_page(item)


def points(path):
    """The corners of a path, for either's way of writing it."""
    x = y = 0.0
    found = []
    for command, numbers in re.findall(r"([MLHVZz])([^MLHVZz]*)", path or ""):
        values = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", numbers)]
        if command in "ML":
            for x, y in zip(values[::2], values[1::2], strict=True):
                found.append((x, y))
        elif command == "H":
            x = values[0]
            found.append((x, y))
        elif command == "V":
            y = values[0]
            found.append((x, y))
    return found


def inside(found, panel):
    (_, _, left, right, _), (_, _, bottom, top, _) = panel["x"], panel["y"]
    return {
        (round(x, 1), round(y, 1))
        for x, y in found
        if left - 0.3 <= x <= right + 0.3 and top - 0.3 <= y <= bottom + 0.3
    }


def near(one, other):
    return all(any(abs(x - u) < 0.11 and abs(y - v) < 0.11 for u, v in other) for x, y in one)


def test_the_page_draws_every_mark_where_matplotlib_does(browser, figure):
    item, address = figure
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address)
    opened.evaluate("document.getElementById('test-marks').perfbook.set({exponent: 1.7})")
    drawn = item.picture(exponent=1.7)
    svg, layout = drawn.svg(), drawn.layout()
    for number, mark in enumerate(drawn.marks):
        panel = layout["panels"][mark["panel"]]
        ids = [f"test-marks-w{number}-{k}" for k in range(8)] if mark["kind"] == "heat" else [f"test-marks-w{number}"]
        for id in ids:
            group = re.search(rf'<g id="{id}">(.*?)</g>', svg, re.S)
            body = group[1] if group else ""
            shape = "text" if mark["kind"] == "text" else "path"
            there = opened.eval_on_selector(f'[id="{id}"] {shape}', "(e) => [e.getAttribute('d'), e.textContent]")
            if mark["kind"] == "text":
                assert there[1] in re.sub(r"<[^>]+>", "", body)
            elif mark["kind"] == "dots":
                ours = {
                    (x + mark["size"] / 2, y)
                    for x, y in (map(float, m) for m in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", there[0]))
                }
                circles = re.findall(r"M(-?[\d.]+) (-?[\d.]+)a([\d.]+)", body)
                theirs = inside([(float(x) + float(r), float(y)) for x, y, r in circles], panel)
                assert near(inside(ours, panel), theirs) and near(theirs, ours), (id, ours, theirs)
            else:
                theirs = inside(points("".join(re.findall(r' d="([^"]*)"', body))), panel)
                ours = inside(points(there[0]), panel)
                assert near(ours, theirs) and near(theirs, ours), (id, mark["kind"], ours ^ theirs)
    assert errors == []
    opened.close()


def test_heat_sorts_cells_into_its_eight_steps(browser, figure):
    item, address = figure
    opened = browser.new_page()
    opened.goto(address)
    opened.evaluate("document.getElementById('test-marks').perfbook.set({exponent: 0})")
    number = next(i for i, m in enumerate(item.picture().marks) if m["kind"] == "heat")
    counts = [
        opened.eval_on_selector(
            f'[id="test-marks-w{number}-{k}"] path', "(e) => e.getAttribute('d').split('M').length - 1"
        )
        for k in range(8)
    ]
    values = np.arange(1, GRID * GRID + 1) / GRID**2  # exponent 0: all ranks alike
    assert counts == np.histogram(values, np.linspace(0, 1, 9))[0].tolist()
    opened.close()
