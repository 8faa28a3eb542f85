"""The built site as a whole, from a file and from a server with its policy: links, requests, widths, access for all."""

import json
import pathlib
import re
import urllib.parse
import warnings

import pytest
from bs4 import BeautifulSoup

from perfbook.explore import downloads

from .conftest import ROOT, awake, pages

OURS = "figure.explorable, figure.player, .challenge, .question"


@pytest.fixture(scope="session")
def soups(site):
    """Every page of the site, parsed: {name: soup}."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if not name.startswith("_static/"):
            found[name] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return found


def test_the_site_has_the_pages_of_the_table_of_contents(soups):
    assert {f"{name}.html" for name in pages()} <= set(soups)


# ---- The files ----


def test_every_link_and_file_inside_the_site_exists(site, soups):
    ids = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    broken = []
    for name, soup in soups.items():
        for tag in soup.find_all(["a", "img", "script", "link", "source"]):
            target = tag.get("href") or tag.get("src")
            if not target or urllib.parse.urlsplit(target).scheme:
                continue
            path, _, fragment = urllib.parse.unquote(target).partition("#")
            path = path.partition("?")[0]
            file = (site / name).parent / path if path else site / name
            inside = file.resolve().relative_to(site).as_posix() if file.resolve().is_relative_to(site) else None
            if inside is None or not file.exists():
                broken.append(f"{name}: {target}")
            elif fragment and inside in ids and fragment not in ids[inside] and "=" not in fragment:
                broken.append(f"{name}: no #{fragment} at {target}")
    assert broken == []


def test_no_page_names_another_host_for_a_file(soups):
    named = [
        f"{name}: {address}"
        for name, soup in soups.items()
        for tag in soup.find_all(["img", "script", "link", "iframe", "source", "object"])
        if re.match(r"(https?:)?//", address := tag.get("src") or tag.get("href") or tag.get("data") or "")
    ]
    assert named == []


def test_links_to_other_sites_are_whole_addresses(soups):
    links = {a["href"] for soup in soups.values() for a in soup.find_all("a", href=re.compile("^https?:"))}
    assert {link for link in links if "." not in (urllib.parse.urlsplit(link).hostname or "")} == set()
    assert {link for link in links if urllib.parse.urlsplit(link).scheme != "https" and "doi.org" in link} == set()


def test_every_citation_leads_to_its_entry_and_every_entry_has_an_address(soups):
    bibliography = (ROOT / "book/references.bib").read_text()
    entries = dict(re.findall(r"^@\w+\{([^,\s]+),(.*?)^\}", bibliography, re.MULTILINE | re.DOTALL))
    without = [key for key, body in entries.items() if not re.search(r"^\s*(doi|url|isbn)\s*=", body, re.MULTILINE)]
    assert without == []
    shown = soups["book/references.html"].select("div.citation, dl.citation > dt")
    assert len(shown) == len(entries), "every entry of references.bib is cited somewhere, and shown"
    text = " ".join(soup.get_text() for soup in soups.values())
    assert re.findall(r"\[\?\]|\{cite[a-z:]*\}", text) == []


def test_no_page_shows_a_traceback_a_dead_widget_or_an_unread_directive(soups):
    marks = ("Traceback (most recent call last)", "interactive(children", "VBox(children", "<IPython.core", "```{")
    found = [(name, mark) for name, soup in soups.items() for mark in marks if mark in soup.get_text()]
    assert found == []


def test_every_image_has_a_text_alternative_that_was_written(soups):
    without = []
    for name, soup in soups.items():
        for image in soup.find_all("img"):
            alternative = (image.get("alt") or "").strip()
            if (
                not alternative
                or pathlib.PurePath(image["src"]).name in alternative
                or alternative.startswith("_images")
            ):
                without.append(f"{name}: {image['src']}")
        for drawing in soup.find_all("svg"):
            hidden = drawing.get("aria-hidden") == "true" or drawing.find_parent(attrs={"aria-hidden": "true"})
            if not hidden and not (drawing.get("role") == "img" and (drawing.get("aria-label") or "").strip()):
                without.append(f"{name}: an svg, {str(drawing)[:80]}")
    assert without == []


def test_the_notebooks_offered_for_download_have_no_solutions_and_no_outputs(site):
    paths = [site / "_sources" / "book" / p.name for p in sorted(ROOT.glob("book/*.ipynb"))]
    assert paths != []
    for path in paths:
        notebook = json.loads(path.read_text())
        text = "\n".join(downloads.text(cell) for cell in notebook["cells"])
        assert "solution-start" not in text and "solution-end" not in text
        assert [c for c in notebook["cells"] if "solution" in c["metadata"].get("tags", [])] == []
        assert [c for c in notebook["cells"] if c.get("outputs")] == []
        assert any("exercise-stub" in c["metadata"].get("tags", []) for c in notebook["cells"])


def test_the_policy_allows_inline_scripts_by_digest_only(policy):
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert set(parts) == {"default-src", "script-src", "style-src", "worker-src"}
    assert (parts["default-src"], parts["worker-src"]) == ("'self'", "blob:")
    allowed = parts["script-src"].split()
    assert allowed[:2] == ["'self'", "'wasm-unsafe-eval'"]
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", source) for source in allowed[2:])


# ---- The pages in a browser ----


def settled(page):
    """The page once its formulas are set and its figures have decided what they are."""
    page.wait_for_function(
        """() => [...document.querySelectorAll("span.math, div.math")].every((m) => m.querySelector("mjx-container"))
              && ![...document.querySelectorAll("figure[data-subjects][data-state=static]")].length""",
        timeout=15_000,
    )
    return page


def test_a_page_asks_no_other_host_and_reports_no_error(resident, origin, page_name):
    page = settled(resident(page_name, origin))
    page.mouse.wheel(0, 5000)
    page.wait_for_timeout(200)
    assert page.watch.strayed == []
    assert page.watch.failed == []
    assert page.watch.errors == []


def test_the_first_page_leads_to_the_book(visit, origin):
    page = visit("index", origin=origin)
    page.wait_for_url("**/book/intro.html")
    assert page.watch.errors == []


def test_the_server_sends_the_policy_that_it_is_tested_with(visit, policy):
    page = visit("book/intro", origin="server")
    assert page.evaluate("fetch(location.href).then((r) => r.headers.get('Content-Security-Policy'))") == policy
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {text: 'window.stranger = 1'}))"
    )
    assert page.evaluate("window.stranger") is None
    assert any("Content Security Policy" in error for error in page.watch.errors)


def test_formulas_are_set_with_the_sites_own_fonts(resident, origin):
    page = settled(resident("book/math", origin))
    page.wait_for_function("[...document.fonts].some((f) => f.family.startsWith('MJX') && f.status === 'loaded')")
    assert page.watch.failed == []


def test_search_finds_a_word_of_the_book(visit, origin):
    page = visit("search", origin=origin, fragment="?q=throughput")
    page.wait_for_function("document.querySelectorAll('#search-results ul.search li').length > 0", timeout=15_000)
    assert page.watch.errors == []


def test_a_notebook_is_saved_not_shown(resident, tmp_path):
    # From a server only: between two files a browser takes no heed of the attribute, and shows the notebook's text.
    page = resident("book/math", origin="server", formulas=False)
    link = page.locator("a.btn-download-source-button[href$='.ipynb'], a.btn-download-notebook-button").first
    with page.expect_download() as download:
        link.evaluate("a => a.click()")
    assert download.value.suggested_filename == "math.ipynb"
    download.value.save_as(tmp_path / "math.ipynb")
    assert json.loads((tmp_path / "math.ipynb").read_text())["nbformat"] == 4


def test_the_themes_buttons_work_without_inline_handlers(visit):
    page = visit("book/intro", origin="server")
    page.evaluate("window.print = () => { window.printed = true }")
    page.locator("[data-command=print]").first.evaluate("button => button.click()")
    assert page.evaluate("window.printed") is True
    page.locator("[data-command=fullscreen]:visible").first.click()
    page.wait_for_function("document.fullscreenElement !== null")
    assert page.watch.errors == []


STICKING_OUT = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page: " + document.documentElement.scrollWidth] : [];
  const scrolls = (e) => { for (; e; e = e.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)) return true; };
  for (const e of document.querySelectorAll("article.bd-article *")) {
    const box = e.getBoundingClientRect();
    if (box.width && box.height && box.right > innerWidth + 1 && e.checkVisibility() && !scrolls(e))
      wide.push(`${e.tagName}.${e.getAttribute("class")} ends at ${Math.round(box.right)}`);
  }
  return wide;
}"""


def test_nothing_scrolls_sideways_on_a_phone(resident, page_name):
    page = settled(resident(page_name, width=390))
    assert page.evaluate(STICKING_OUT) == []


THIN = """([ours, only]) => {
  for (const e of document.querySelectorAll("figure svg > *, .math, div.highlight")) e.remove();
  if (!only) return;
  for (const e of document.querySelectorAll("article section > :not(section)")) {
    if (!e.matches(ours) && !e.querySelector(ours)) e.remove();
  }
}"""


def test_axe_finds_nothing_serious_in_what_is_ours(visit, page_name):
    from axe_playwright_python.sync_playwright import Axe

    page = awake(visit(page_name, color_scheme="light", formulas=False))
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    # What is around our parts is the theme's, the same on every page, and looked at on one of them.
    present = [[kind] for kind in OURS.split(", ") if page.locator(kind).count()]
    context = None if page_name == "book/intro" else {"include": present}
    if not present and context:
        return
    # A chapter's paths, formulas and coloured code are thousands of elements without a name or a role of their own,
    # and axe's time grows with their square: they go before it looks. What holds them, a labelled image, stays.
    page.evaluate(THIN, [OURS, bool(context)])
    options = {"resultTypes": ["violations"]}
    ours = serious(page, Axe().run(page, context, options), "light")
    page.emulate_media(color_scheme="dark")
    for _ in range(100):
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
        page.wait_for_timeout(20)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    # By night only colours have changed.
    options["runOnly"] = ["color-contrast"]
    ours += serious(page, Axe().run(page, {"include": present}, options), "dark")
    assert ours == []


def serious(page, found, scheme) -> list[str]:
    """What axe says against our own parts of a page; what it says against the theme is printed as a warning."""
    ours, theirs = [], {}
    for violation in found.response["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        for node in violation["nodes"]:
            target = node["target"][0]
            if page.evaluate("([t, ours]) => !!document.querySelector(t)?.closest(ours)", [target, OURS]):
                ours.append(f"{scheme}: {violation['id']}: {target}: {node['failureSummary']}")
            else:
                theirs.setdefault(f"{violation['id']} ({violation['impact']})", []).append(target)
    for kind, targets in theirs.items():
        shown = ", ".join(sorted(set(targets))[:3])
        warnings.warn(f"axe, theme, {page.url}, {scheme}: {kind} at {len(targets)} places: {shown}", stacklevel=1)
    return ours


STANDING = """() => [...document.querySelectorAll("figure.explorable, figure.player")].map((figure) => {
  const box = [...figure.querySelectorAll("svg")].find((svg) => svg.checkVisibility())?.getBoundingClientRect();
  const said = [...figure.querySelectorAll("output")].map((output) => output.innerText);
  const plain = [...figure.querySelectorAll("p")].filter((p) => p.checkVisibility()).map((p) => p.innerText).join(" ");
  return [figure.id, figure.dataset.state, box?.width ?? 0, box?.height ?? 0, said.every(Boolean), plain];
})"""


def assert_readable(page, word):
    """The static form of every figure: a visible picture, readouts with numbers, one plain sentence with the word."""
    standing = page.evaluate(STANDING)
    assert standing != []
    for id, state, width, height, said, plain in standing:
        assert state != "live" and width > 200 and height > 100 and said and word in plain, (id, state, plain)


def test_without_webassembly_the_pictures_stay_and_a_sentence_says_so(visit, server_without_wasm):
    page = visit("book/math", base=server_without_wasm, formulas=False)
    page.wait_for_function("!document.querySelector('figure[data-subjects][data-state=static]')", timeout=15_000)
    assert page.locator("figure[data-subjects]:not([data-state=failed])").count() == 0
    assert_readable(page, "WebAssembly")
    assert [e for e in page.watch.errors if e.startswith("exception")] == []


def test_without_javascript_the_pictures_and_their_readouts_stay(visit):
    page = visit("book/math", java_script_enabled=False)
    assert_readable(page, "JavaScript")
