"""All subject modules: importing this one fills the registry of kernels."""

from . import closed, fitting, laws, leastsquares, little, rng, story, student, tracks, workbench  # noqa: F401
