"""The notebooks offered for download: without solutions, without outputs."""

import json
import pathlib
import re

FENCE = re.compile(r"^(`{3,}|:{3,})\{solution-(start|end)\}", re.MULTILINE)


def strip_folder(folder) -> list[pathlib.Path]:
    """Rewrite each notebook under a folder as a reader gets it; returns their paths."""
    paths = sorted(pathlib.Path(folder).rglob("*.ipynb"))
    for path in paths:
        notebook = for_reader(json.loads(path.read_text(encoding="utf-8")))
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def for_reader(notebook) -> dict:
    """A notebook without its solutions and outputs, as if nobody had run it.

    notebook : a notebook as parsed JSON; unchanged
    Raises ValueError if a solution is opened twice, or never closed.
    """
    cells = [unrun(cell) for cell, solution in marked(notebook["cells"]) if not solution]
    metadata = {k: v for k, v in notebook["metadata"].items() if k != "widgets"}
    return {**notebook, "cells": cells, "metadata": metadata}


def marked(cells) -> list[tuple[dict, bool]]:
    """Each cell with whether it belongs to a solution, from solution-start to solution-end inclusive.

    Raises ValueError if a solution is opened twice, closed without being open, or never closed.
    """
    found, inside = [], False
    for number, cell in enumerate(cells):
        was_inside = inside
        if cell["cell_type"] == "markdown":
            for fence in FENCE.finditer(text(cell)):
                opens = fence[2] == "start"
                if opens == inside:
                    raise ValueError(
                        f"cell {number}: solution-{fence[2]} where one is {'open' if inside else 'not open'}"
                    )
                inside = opens
                was_inside = True
        found.append((cell, was_inside))
    if inside:
        raise ValueError("the last solution-start has no solution-end")
    return found


def text(cell) -> str:
    """A cell's source, which the file may hold as a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def unrun(cell) -> dict:
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
