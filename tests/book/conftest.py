"""What the browser's tests share: the built site, Chromium, a server with the strict policy, and pages that are watched.

def test_something(visit):
    page = visit("book/math", origin="file", width=390)     # a playwright page with .watch
    assert page.watch.errors == []
"""

import functools
import http.server
import os
import pathlib
import re
import threading
from dataclasses import dataclass, field

import pytest
import yaml

from perfbook.explore.explorable import registry
from perfbook.explore.page import assets
from tests.book import chromium

ROOT = pathlib.Path(__file__).parent.parent.parent
ORIGINS = ("file", "server")
MATHJAX = re.compile(r"/mathjax/[^?]*\.js")


def pages() -> list[str]:
    """The names of all pages of the site: those of the table of contents, and Sphinx's own."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"]), "search", "genindex"]


def pytest_collection_modifyitems(items):
    """All tests of one page in one process, which keeps that page open: `--dist loadgroup`, in the Makefile."""
    for item in items:
        name = getattr(item, "callspec", None) and item.callspec.params.get("page_name")
        if name:
            item.add_marker(pytest.mark.xdist_group(name))


def pytest_generate_tests(metafunc):
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", pages())
    if "origin" in metafunc.fixturenames:
        metafunc.parametrize("origin", ORIGINS)


@pytest.fixture(scope="session")
def site() -> pathlib.Path:
    """The folder of the built site; $PERFBOOK_SITE names another one."""
    folder = pathlib.Path(os.environ.get("PERFBOOK_SITE", ROOT / "_build" / "html")).resolve()
    if not (folder / "content-security-policy.txt").exists():
        pytest.fail(f"no built site at {folder}: run `make book` first")
    return folder


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if not path:
        pytest.fail("no Chromium: run `python -m tests.book.chromium` first")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site under a Content-Security-Policy, in silence."""

    policy = ""

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *arguments):
        pass


def serve(folder, policy):
    """A server on loopback; yields its address."""
    handler = type("PolicyHandler", (Handler,), {"policy": policy})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def policy(site) -> str:
    """The policy that the site says it keeps to."""
    return (site / "content-security-policy.txt").read_text().strip()


@pytest.fixture(scope="session")
def server(site, policy):
    """The address of the site under its own policy."""
    yield from serve(site, policy)


@pytest.fixture(scope="session")
def server_without_wasm(site, policy):
    """The address of the site where WebAssembly may not start."""
    yield from serve(site, policy.replace("'wasm-unsafe-eval'", ""))


@dataclass
class Watch:
    """What happened on a page: console errors and exceptions, and requests that left the site or failed."""

    base: str
    errors: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def attach(self, page):
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(f"exception: {error}"))
        page.on(
            "request", lambda r: None if r.url.startswith((self.base, "blob:", "data:")) else self.strayed.append(r.url)
        )
        page.on("requestfailed", lambda r: self.failed.append(f"{r.url}: {r.failure}"))
        page.on("response", lambda r: self.failed.append(f"{r.url}: {r.status}") if r.status >= 400 else None)


def confine(context, base, formulas):
    """Let a context's pages reach nothing but the site, nor MathJax without ``formulas``."""
    context.route(lambda url: not url.startswith((base, "blob:", "data:")), lambda route: route.abort())
    if not formulas:
        context.route(MATHJAX, lambda route: route.fulfill(body="", content_type="text/javascript"))


@pytest.fixture
def visit(request, browser, site):
    """Open a page of the site: visit("book/math", origin="file" or "server", or base=<address>, ...).

    The page comes back loaded, with ``page.watch``; nothing outside the site can be reached. Without ``formulas``
    MathJax is left out, which is most of a chapter's loading.
    """
    contexts = []

    def opened(name, origin="server", base=None, width=1280, height=900, fragment="", formulas=True, **options):
        if base is None:
            base = site.as_uri() + "/" if origin == "file" else request.getfixturevalue("server")
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        confine(context, base, formulas)
        page = context.new_page()
        page.watch = Watch(base)
        page.watch.attach(page)
        page.goto(f"{base}{name}.html{fragment}", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def resident(request, browser, site):
    """A page that stays open, for tests that only look, or leave what they move as it was: resident("book/math").

    One for each name, origin and width in a process: a chapter takes seconds to load.
    """
    kept = {}

    def opened(name, origin="server", width=1280, formulas=True):
        key = name, origin, width, formulas
        if key not in kept:
            base = site.as_uri() + "/" if origin == "file" else request.getfixturevalue("server")
            context = browser.new_context(viewport={"width": width, "height": 900 if width > 500 else 844})
            confine(context, base, formulas)
            page = kept[key] = context.new_page()
            page.watch = Watch(base)
            page.watch.attach(page)
            page.goto(f"{base}{name}.html", wait_until="load")
            awake(page)
        return kept[key]

    yield opened
    for page in kept.values():
        page.context.close()


AWAKE = "[...document.querySelectorAll('figure.explorable')].every((f) => f.dataset.state !== 'static')"


def awake(page, seconds=30):
    """The page, with no figure static any more; playwright's own waiting would need eval, which the policy forbids."""
    for _ in range(20 * seconds):
        if page.evaluate(AWAKE):
            return page
        page.wait_for_timeout(50)
    pytest.fail(f"figures still asleep on {page.url}: {page.watch.errors}")


@pytest.fixture
def own_page(tmp_path):
    """Write a page of a test's own figure and what goes with it; returns its address: own_page(explorable, challenge)."""
    kept = dict(registry)

    def write(figure, *others):
        for name, text in assets().items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        scripts = f'<script src="{figure.kernel.module}.js"></script><script src="page.js"></script>'
        body = figure.html() + "".join(item.html() for item in others)
        path = tmp_path / "index.html"
        path.write_text(
            f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css">{body}{scripts}', "utf-8"
        )
        return path.as_uri()

    yield write
    registry.clear()
    registry.update(kept)
