"""All subject modules: importing this one fills the registry of kernels."""

from . import rng  # noqa: F401
