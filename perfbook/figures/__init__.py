"""Every explorable, challenge and question of the book, by id: ``figures.usl``, ``figures.registry["closed-loop"]``."""

import importlib
import pkgutil


def load() -> dict:
    """Import every chapter's figures; returns the registry."""
    from ..explore.explorable import registry

    for found in pkgutil.walk_packages(__path__, __name__ + "."):
        importlib.import_module(found.name)
    return registry


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    registry = load()
    if name == "registry":
        return registry
    try:
        return registry[name.replace("_", "-")]
    except KeyError:
        raise AttributeError(f"the book has no figure {name!r}; it has {', '.join(sorted(registry))}") from None
