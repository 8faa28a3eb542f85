"""Runs too long for a frame: a smaller one while the hand drags, the whole one in a worker, and the page does not freeze.

The figure is this test's own, over a kernel of the book with enough to do.
"""

import functools

import numpy as np
import pytest

from perfbook import lanes
from perfbook.explore import Challenge, Explorable, Slider
from perfbook.rng import STATE_SIZE

SMALL, WHOLE = 2_000, 1_000_000
LANES, RING, COLOURS = 8, 4096, 200


def draw(picture):
    panel = picture.panel(xlim=(0, 5), ylim=(0, 20))
    panel.bars(np.arange(5.0), "mean")


@functools.cache
def run_of(cars, load):
    return figure_of("test-reference", cars).at(load=load)


def figure_of(id, cars, **options):
    lent = {"owner": COLOURS, "popularity": COLOURS, **{name: STATE_SIZE for name in ("arrivals", "works", "choices")},
            **{name: LANES for name in ("free", "seen", "sent", "used")}, "departures": LANES * RING, "ends": 2 * LANES,
            "histogram": 1600}  # fmt: skip
    return Explorable(
        id, kernel=lanes.traffic, sliders=[Slider("load", "load", 0.1, 0.9, step=0.1, value=0.5)],
        inputs={"lanes": 4, "slow": 1.0, "look": 0.0, "exponent": 0.0, "seed": 1, "cars": cars},
        outputs={"mean": 5, "late": 5, "busiest": 5, "lasting": 5, "off_scale": 5, "share": 5 * LANES, "moved": 2},
        workspace=lent, draw=draw, readouts={"mean": "{mean[0]:.9g}"}, alt="test", **options,
    )  # fmt: skip


@pytest.fixture
def opened(browser, own_page):
    """The figure on a page of its own, and a list of (load, preview, mean) that grows with each redraw."""
    figure = figure_of("test-long", WHOLE, while_dragging={"cars": SMALL})
    whole = run_of(WHOLE, 0.8)["mean"][0]
    goal = {"mean[0]": (whole * (1 - 1e-9), whole * (1 + 1e-9))}
    address = own_page(figure, Challenge("test-goal", of="test-long", ask="?", goal=goal, solution={"load": 0.8}))
    page = browser.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))

    def go(before=""):
        page.add_init_script(before)
        page.goto(address)
        page.evaluate("""() => {
          window.seen = []; window.frames_seen = 0;
          const count = () => { window.frames_seen++; requestAnimationFrame(count); };
          requestAnimationFrame(count);
          document.addEventListener("perfbook:update", ({ detail }) =>
            window.seen.push([detail.inputs.load, detail.preview, detail.outputs.mean[0], window.frames_seen]));
        }""")
        return page

    yield go
    assert page.errors == []
    page.close()


DRAG = """([values, release]) => {
  const range = document.querySelector("input[name=load]");
  for (const value of values) { range.value = value; range.dispatchEvent(new Event("input", { bubbles: true })); }
  if (release) range.dispatchEvent(new Event("change", { bubbles: true }));
}"""
SETTLED = "() => !document.querySelector('figure').hasAttribute('data-preview') && window.seen.length > 0"


def test_while_the_hand_drags_a_smaller_run_is_shown_and_said_to_be_one(opened):
    page = opened()
    page.evaluate(DRAG, [[0.6, 0.7, 0.8], False])
    page.wait_for_function("window.seen.length > 0")
    assert page.evaluate("document.querySelector('figure').hasAttribute('data-preview')")
    load, preview, mean, _ = page.evaluate("window.seen")[-1]
    assert (load, preview) == (0.8, True)
    np.testing.assert_allclose(mean, run_of(SMALL, 0.8)["mean"][0], rtol=1e-9)


def test_on_release_the_whole_run_comes_and_frames_go_on_meanwhile(opened):
    page = opened()
    page.evaluate(DRAG, [[0.8], True])
    page.wait_for_function(SETTLED)
    (_, early, _, first), (load, late, mean, last) = page.evaluate("window.seen")
    assert (early, late, load) == (True, False, 0.8)
    assert last - first >= 2, "no frame was drawn while the whole run went on"
    np.testing.assert_allclose(mean, run_of(WHOLE, 0.8)["mean"][0], rtol=1e-9)
    assert page.locator("output[name=mean]").text_content().startswith(f"{mean:.6f}"[:6])


def test_moves_during_a_whole_run_end_with_the_last_of_them(opened):
    page = opened()
    for load in (0.3, 0.6, 0.8):
        page.evaluate(DRAG, [[load], True])
        page.wait_for_timeout(10)
    page.wait_for_function(SETTLED)
    wholes = [row for row in page.evaluate("window.seen") if not row[1]]
    assert wholes[-1][0] == 0.8
    np.testing.assert_allclose(wholes[-1][2], run_of(WHOLE, 0.8)["mean"][0], rtol=1e-9)


def test_a_script_waits_for_the_whole_run(opened):
    detail = opened().evaluate("document.querySelector('figure').perfbook.set({load: 0.8})")
    assert detail["preview"] is False
    np.testing.assert_allclose(detail["outputs"]["mean"][0], run_of(WHOLE, 0.8)["mean"][0], rtol=1e-9)


def test_a_challenge_is_not_met_by_a_preview(opened):
    page = opened()
    page.evaluate(DRAG, [[0.8], False])
    page.wait_for_function("window.seen.length > 0")
    assert page.get_attribute(".challenge", "data-met") is None
    page.evaluate(DRAG, [[0.8], True])
    page.wait_for_function("document.querySelector('.challenge').dataset.met === 'true'")


def test_where_no_worker_may_start_the_page_runs_the_whole_itself(opened):
    page = opened("window.Worker = class { constructor() { throw new Error('refused'); } };")
    detail = page.evaluate("document.querySelector('figure').perfbook.set({load: 0.8})")
    assert detail["preview"] is False
    np.testing.assert_allclose(detail["outputs"]["mean"][0], run_of(WHOLE, 0.8)["mean"][0], rtol=1e-9)
