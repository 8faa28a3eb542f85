"""Look at one figure without building the book: `python -m perfbook.explore.preview usl` writes and names a page."""

import pathlib
import sys

from .. import figures
from .build import build
from .page import assets

FOLDER = pathlib.Path("_build") / "preview"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="page.css">
<body style="max-width: 48rem; margin: auto; font-family: sans-serif">{body}{scripts}</body></html>
"""


def preview(*ids, folder=FOLDER) -> pathlib.Path:
    """Write a page of the given figures, challenges and questions, live as in the book; returns its path.

    Raises ValueError if the book has no such id.
    """
    build()
    registry = figures.load()
    for id in ids:
        if id not in registry:
            raise ValueError(f"id must be one of {', '.join(sorted(registry))}, got {id!r}")
    items = [registry[id] for id in ids]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in assets().items():
        (folder / name).write_text(text, encoding="utf-8")
    subjects = dict.fromkeys(item.kernel.module for item in items if hasattr(item, "kernel"))
    scripts = "".join(f'<script defer src="{name}.js"></script>' for name in (*subjects, "page"))
    page = folder / "index.html"
    body = "".join(item.html() for item in items)
    page.write_text(PAGE.format(title=", ".join(ids), body=body, scripts=scripts), encoding="utf-8")
    return page


if __name__ == "__main__":
    try:
        print(preview(*sys.argv[1:]).resolve().as_uri())
    except ValueError as error:
        sys.exit(str(error))
