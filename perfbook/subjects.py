"""All subject modules: importing this one fills the registry of kernels."""

from . import closed, little, rng, tracks  # noqa: F401
