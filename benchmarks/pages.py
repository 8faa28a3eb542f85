"""The built pages in Chromium: from a slider's move to its redraw, from load to live, and WebAssembly against numba.

Needs the built book (`make book`). Times are of this machine; the goals are in the last column.
"""

import gzip
import pathlib
import re
import statistics
import time

import numpy as np
from playwright.sync_api import sync_playwright

from perfbook import figures
from perfbook.explore import Explorable
from perfbook.kernel import registry
from tests.book import chromium

SITE = pathlib.Path(__file__).parent.parent / "_build" / "html"
MOVES, LOADS, RUNS = 200, 5, 5
CUSTOMERS = 1_000_000

# A move as the hand makes it: an input event on the range, then the frame, then layout, which paints wait for.
MOVE = """async ([id, moves]) => {
  const figure = document.getElementById(id), times = [];
  const ranges = [...figure.querySelectorAll("input[type=range][name]")];
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < moves; i++) {
    const range = ranges[i % ranges.length];
    range.value = +range.min + random() * (range.max - range.min);
    const drawn = new Promise((done) => figure.addEventListener("perfbook:update", ({ detail }) => {
      const start = performance.now();
      figure.getBoundingClientRect();
      done(detail.elapsed + performance.now() - start);
    }, { once: true }));
    range.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await drawn);
  }
  return times;
}"""

WHOLE = "async (id) => (await document.getElementById(id).perfbook.set({})).elapsed"

SIMULATE = """async (customers) => {
  const times = [], floats = (n) => new Float64Array(n), response = floats(customers), wait = floats(customers);
  for (let i = 0; i < 6; i++) {
    const state = new BigInt64Array(4), free = floats(8);
    perfbook.kernels.seed_stream(1, 0, state);
    const start = performance.now();
    perfbook.kernels.mmc_run(7.2, 1, 8, 0, state, free, wait, response);
    times.push(performance.now() - start);
  }
  return [times.slice(1), response.reduce((a, b) => a + b) / customers];
}"""


def row(name, *values):
    print(f"{name:<34}" + "".join(f"{v:>16}" for v in values), flush=True)


def moves(page, ids):
    row("a move, to its redraw and layout", "median, ms", "95th, ms", "goal")
    for id in ids:
        times = page.evaluate(MOVE, [id, MOVES])
        row(f"  {id}", f"{statistics.median(times):.2f}", f"{np.quantile(times, 0.95):.2f}", "< 16 ms")


def whole_runs(page, ids):
    """Runs too long for a frame, in their worker: from the ask to the redraw, at the first values."""
    long = [id for id in ids if figures.registry[id].while_dragging]
    if long:
        row("a whole run, in a worker", "median, ms", "longest, ms", "goal")
    for id in long:
        times = [page.evaluate(WHOLE, id) for _ in range(RUNS + 1)][1:]
        row(f"  {id}", f"{statistics.median(times):.0f}", f"{max(times):.0f}", "< 500 ms")


def loads(browser, name):
    times = []
    for _ in range(LOADS):
        page = browser.new_page()
        page.goto(f"{SITE.as_uri()}/{name}.html")
        page.wait_for_function("performance.getEntriesByName('perfbook:live').length")
        times.append(
            page.evaluate("""performance.getEntriesByName('perfbook:live')[0].startTime
          - performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd""")
        )
        page.close()
    row(
        f"  {name}: live after DOMContentLoaded",
        f"{statistics.median(times):.1f} ms",
        f"{max(times):.1f} ms",
        "< 100 ms",
    )


def weight(name):
    text = (SITE / f"{name}.html").read_text()
    files = sorted(set(re.findall(r"_static/perfbook/[^\"?]+", text)))
    drawn = "".join(re.findall(r"<figure class=\"explorable.*?</figure>", text, re.S))
    drawn = re.sub(r"<svg.*?</svg>", "", drawn, flags=re.S)
    size = sum(len(gzip.compress((SITE / f).read_bytes())) for f in files) + len(gzip.compress(drawn.encode()))
    row(f"  {name}: interactive, on the wire", f"{size / 1000:.1f} kB", "", "< 300 kB")
    row(f"  {name}: the whole page's text", f"{len(gzip.compress(text.encode())) / 1000:.1f} kB", "", "")


def webassembly(page):
    for subject in ("rng", "simulate"):
        page.add_script_tag(path=SITE / f"_static/perfbook/{subject}.js")
    page.evaluate("perfbook.wake(document.createElement('div'))")
    times, mean = page.evaluate(SIMULATE, CUSTOMERS)
    state, free, wait, response = np.zeros(4, np.int64), np.zeros(8), np.zeros(CUSTOMERS), np.zeros(CUSTOMERS)
    numba = []
    for _ in range(RUNS + 1):
        registry["seed_stream"](1, 0, state)
        free[:] = 0
        start = time.perf_counter()
        registry["mmc_run"](7.2, 1.0, 8, 0, state, free, wait, response)
        numba.append(1000 * (time.perf_counter() - start))
    page_time, numba_time = statistics.median(times), statistics.median(numba[1:])
    row("1,000,000 customers of M/M/8", "in the page", "numba", "ratio, goal < 3")
    row("  median", f"{page_time:.1f} ms", f"{numba_time:.1f} ms", f"{page_time / numba_time:.2f}")
    row("  mean response", f"{mean:.12f}", f"{response.mean():.12f}", "")


def main():
    ids = [name for name, item in figures.load().items() if isinstance(item, Explorable)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        homes = {}
        for path in sorted(SITE.glob("book/*.html")):
            text = path.read_text()
            for id in ids:
                if f'" id="{id}" data-state' in text:
                    homes.setdefault(f"book/{path.stem}", []).append(id)
        for name, there in homes.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{SITE.as_uri()}/{name}.html")
            moves(page, there)
            whole_runs(page, there)
            page.close()
        for name in homes:
            loads(browser, name)
            weight(name)
        page = browser.new_page()
        page.goto(f"{SITE.as_uri()}/book/math.html")
        webassembly(page)
        browser.close()


if __name__ == "__main__":
    main()
