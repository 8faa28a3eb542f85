"""The book's own part of its site: an extension of Sphinx, named in _config.yml.

It gives the pages their scripts and style, MathJax included; tells the notebooks' kernels that they run for a page;
and, when the pages are written, strips solutions from the notebooks offered for download and writes the
Content-Security-Policy that the site keeps to.
"""

import importlib.metadata
import os
import pathlib
import re
import shutil

from sphinx.util import logging

from . import downloads, page, policy

OURS = "perfbook"  # the folder under _static
SCRIPTS = ("page.js", "site.js")  # page.js wakes what the notebooks show; site.js and site.css mend the theme
STYLES = ("page.css", "site.css")
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts")
SUBJECTS = re.compile(r'data-subjects="([^"]*)"')
# Names, punctuation and space: in the colour of text, and half of all the elements that Pygments makes of code.
UNCOLOURED = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')

logger = logging.getLogger(__name__)


def setup(app):
    os.environ["PERFBOOK_PAGE"] = "1"  # inherited by the notebooks' kernels
    app.connect("config-inited", settle)
    app.connect("builder-inited", copy_assets)
    app.connect("html-page-context", add_assets, priority=900)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}


def settle(app, config):
    """Before the build: our MathJax, no Thebe, and no links to a repository that is not published."""
    config.mathjax_path = "mathjax/tex-chtml.js"
    # Jupyter Book always loads sphinx_thebe, which puts a script and another host's address on every page.
    disconnect(app, "sphinx_thebe")
    options = config.html_theme_options
    if not published(options.get("repository_url", "")):
        for name in ("repository_url", "launch_buttons", "use_repository_button", "use_issues_button"):
            options.pop(name, None)
        logger.info("_config.yml: no public address yet, so the pages have no Binder and repository buttons")


def published(url) -> bool:
    """Whether an address can exist: the placeholder's account has an underscore, which no account may have."""
    return bool(url) and "_" not in url.rstrip("/").split("/")[-2]


def disconnect(app, extension):
    """Unhook every listener of an extension, and drop the files that it puts on every page."""
    app.registry.css_files[:] = [entry for entry in app.registry.css_files if "thebe" not in entry[0]]
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__.split(".")[0] == extension:
                app.disconnect(listener.id)


def copy_assets(app):
    """Before the pages are written, so that Sphinx can put each file's digest into its address."""
    if app.builder.format != "html":
        return
    ours = pathlib.Path(app.outdir, "_static", OURS)
    shutil.rmtree(ours, ignore_errors=True)
    ours.mkdir(parents=True)
    for name in ("site.js", "site.css"):
        shutil.copy(pathlib.Path(__file__).with_name(name), ours)
    for name, text in page.assets().items():
        (ours / name).write_text(text, encoding="utf-8")
    copy_mathjax(pathlib.Path(app.outdir, "_static", "mathjax"))


def copy_mathjax(target):
    """MathJax's one script and its fonts, out of the 24 MB that the package brings."""
    package = importlib.metadata.distribution("sphinx-mathjax-offline")
    source = pathlib.Path(package.locate_file("sphinx-mathjax-offline/static/mathjax"))
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copy(source / part, target / part)


def add_assets(app, pagename, templatename, context, doctree):
    """Give a page our style and script, and the kernels of the subjects that its explorables name."""
    if app.builder.format != "html":
        return
    if context.get("page_source_suffix") != ".ipynb" and "header_buttons" in context:
        # The theme would open a Markdown page on Binder too, where it is a text and no notebook.
        context["header_buttons"] = [b for b in context["header_buttons"] if b.get("label") != "launch-buttons"]
    if "body" in context:
        context["body"] = plain_code(context["body"])
    for style in STYLES:
        app.add_css_file(f"{OURS}/{style}")
    # Before MathJax (500), which keeps the page to itself until the last formula is set.
    for subject in subjects(context.get("body", "")):
        app.add_js_file(f"{OURS}/{subject}.js", priority=300, loading_method="defer")
    for script in SCRIPTS:
        app.add_js_file(f"{OURS}/{script}", priority=400, loading_method="defer")


def plain_code(body) -> str:
    """A page's text without the elements round parts of code that have no colour of their own."""
    return UNCOLOURED.sub(r"\1", body)


def subjects(body) -> list[str]:
    """The subjects that a page's explorables name in ``data-subjects``, once each, in order."""
    return list(dict.fromkeys(name for names in SUBJECTS.findall(body) for name in names.split()))


def finish(app, error):
    """When all pages are written: clean downloads, no inline handlers, and the policy."""
    if error or app.builder.format != "html":
        return
    folder = pathlib.Path(app.outdir)
    downloads.strip_folder(folder / "_sources")
    for problem in policy.apply(folder):
        logger.warning(problem)
