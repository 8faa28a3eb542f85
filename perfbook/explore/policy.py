"""The site's Content-Security-Policy: what is done to the built pages so that a strict one holds, and its text.

The policy allows the site's own files, WebAssembly, the inline scripts of Sphinx and of the theme by their digests, and
the worker that the page's script makes for long runs out of its own text (a blob). Inline styles stay allowed: MathJax
and matplotlib's SVG consist of them.
"""

import base64
import hashlib
import html.parser
import os
import pathlib
import re
import urllib.parse

FILE = "content-security-policy.txt"
# The theme's inline handlers, and the commands of site.js that take their place.
HANDLERS = {"window.print()": "print", "toggleFullScreen()": "fullscreen"}
ONCLICK = re.compile(r'\bonclick="([^"]*)"')
NOTEBOOK_LINK = re.compile(r'<a href="([^"]*_sources/[^"]*\.ipynb)"(?! download)')
DATA_URL = re.compile(r"""url\((["']?)data:image/svg\+xml((?:;[\w=-]+)*),(.*?)\1\)""")
JAVASCRIPT = ("", "module", "text/javascript", "application/javascript")


def apply(folder) -> list[str]:
    """Make a built site keep to the strict policy and write the policy beside it; returns what still breaks it."""
    folder = pathlib.Path(folder)
    hashes, problems = set(), []
    for sheet in sorted(folder.glob("_static/**/*.css")):
        pictures_to_files(sheet, folder / "_static" / "pictures")
        if "data:" in sheet.read_text(encoding="utf-8"):
            problems.append(f"{sheet.relative_to(folder)}: a data: address is left")
    for path in sorted(folder.rglob("*.html")):
        if "_static" in path.relative_to(folder).parts:
            continue
        page = path.read_text(encoding="utf-8")
        changed = without_handlers(downloading(page))
        if changed != page:
            path.write_text(changed, encoding="utf-8")
        scripts = InlineScripts(changed)
        hashes |= {digest(script) for script in scripts.theme}
        problems += [f"{path.relative_to(folder)}: {problem}" for problem in scripts.problems]
    (folder / FILE).write_text(policy(hashes) + "\n", encoding="utf-8")
    return problems


def policy(hashes) -> str:
    """The header's value."""
    allowed = " ".join(f"'sha256-{h}'" for h in sorted(hashes))
    return (
        f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {allowed}; style-src 'self' 'unsafe-inline'; "
        "worker-src blob:"
    )


def digest(script) -> str:
    """The SHA-256 of an inline script's text, in the policy's spelling."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def without_handlers(page) -> str:
    """A page whose known onclick attributes are commands for site.js; unknown ones stay, and are reported."""
    return ONCLICK.sub(lambda m: f'data-command="{HANDLERS[m[1]]}"' if m[1] in HANDLERS else m[0], page)


def downloading(page) -> str:
    """A page whose links to notebooks are saved, not shown as text."""
    return NOTEBOOK_LINK.sub(r'<a href="\1" download', page)


def pictures_to_files(sheet, folder) -> None:
    """Move the pictures that a style sheet carries in data: addresses into files, which the policy allows."""

    def to_file(match):
        encoded = match[3]
        data = base64.b64decode(encoded) if "base64" in match[2] else urllib.parse.unquote(encoded).encode()
        path = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.svg"
        folder.mkdir(exist_ok=True)
        path.write_bytes(data)
        return f'url("{pathlib.Path(os.path.relpath(path, sheet.parent)).as_posix()}")'

    old = sheet.read_text(encoding="utf-8")
    new = DATA_URL.sub(to_file, old)
    if new != old:
        sheet.write_text(new, encoding="utf-8")


class InlineScripts(html.parser.HTMLParser):
    """The inline scripts of a page: ``theme``, those around its text; ``problems``, what the policy would stop.

    A script within the text comes from a notebook's output, is not the theme's, and gets no digest.
    """

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.theme, self.problems = [], []
        self.script, self.articles = None, 0
        self.feed(page.replace("\r\n", "\n"))
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.problems += [f"{tag} has an inline handler, {n}={v!r}" for n, v in attrs if n.startswith("on")]
        if (attributes.get("href") or "").strip().lower().startswith("javascript:"):
            self.problems.append(f"{tag} has a javascript: address")
        if (attributes.get("src") or "").startswith("data:"):
            self.problems.append(f"{tag} carries its source in a data: address")
        if tag == "article":
            self.articles += 1
        if tag == "script" and "src" not in attributes and (attributes.get("type") or "").lower() in JAVASCRIPT:
            self.script = ""

    def handle_data(self, data):
        if self.script is not None:
            self.script += data

    def handle_endtag(self, tag):
        if tag == "article":
            self.articles -= 1
        if tag == "script" and self.script is not None:
            if self.articles:
                self.problems.append(f"an inline script stands in the text: {self.script.strip()[:60]!r}")
            else:
                self.theme.append(self.script)
            self.script = None
