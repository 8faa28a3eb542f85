"""The README's Binder badge, from the one setting of the public address: `make address`."""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).parent.parent
NOTEBOOK = "book/math.ipynb"
BADGE = re.compile(r"(<!-- badge: .*? -->\n).*?(\n<!-- /badge -->)", re.DOTALL)


def badge(settings) -> str:
    """The badge in Markdown; it leads to the section "Publish" as long as there is no public address."""
    from perfbook.explore.site import published

    repository, hub = settings["repository"], settings["launch_buttons"]["binderhub_url"]
    target = "#publish"
    if published(repository["url"]):
        owner, name = repository["url"].rstrip("/").split("/")[-2:]
        target = f"{hub}/v2/gh/{owner}/{name}/{repository['branch']}?urlpath=lab/tree/{NOTEBOOK}"
    return f"[![Tweak it on Binder](book/assets/binder.svg)]({target})"


def with_badge(readme, settings) -> str:
    """The README's text with the badge that the settings ask for.

    Raises ValueError if the marks around the badge are missing.
    """
    if not BADGE.search(readme):
        raise ValueError("README.md has no <!-- badge: ... --> and <!-- /badge --> around its badge")
    return BADGE.sub(lambda m: m[1] + badge(settings) + m[2], readme)


if __name__ == "__main__":
    path = ROOT / "README.md"
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())
    path.write_text(with_badge(path.read_text(), settings))
    print(badge(settings))
