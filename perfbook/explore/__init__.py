"""Explorables: pictures with sliders that a kernel moves, in a notebook and in a page with nothing running."""
