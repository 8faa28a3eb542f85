"""Models, figures and tools of the book Performance & Scale."""

__version__ = "0.1.0"
