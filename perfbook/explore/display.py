"""What a notebook gets of an item: a page's HTML while the book is built, live widgets elsewhere, text always."""

import base64
import os


def in_page() -> bool:
    """Whether the notebook is being executed for the built book (the Sphinx extension sets PERFBOOK_PAGE)."""
    return os.environ.get("PERFBOOK_PAGE") == "1"


def bundle(item) -> dict:
    """The display data of an explorable, player, challenge or question."""
    data = {"text/plain": item.text()}
    if hasattr(item, "png"):
        data["image/png"] = base64.b64encode(item.png()).decode()
    if in_page():
        data["text/html"] = item.html()
        return data
    try:
        import anywidget  # noqa: F401
    except ImportError:
        return data
    shown = item.widget._repr_mimebundle_()
    shown = shown[0] if isinstance(shown, tuple) else shown  # anywidget adds metadata, ipywidgets does not
    return data | {kind: value for kind, value in shown.items() if kind != "text/plain"}
