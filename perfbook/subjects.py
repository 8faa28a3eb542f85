"""All subject modules: importing this one fills the registry of kernels."""

from . import (  # noqa: F401
    closed,
    fitting,
    hedging,
    latency,
    laws,
    leastsquares,
    little,
    omission,
    rng,
    story,
    student,
    tails,
    tracks,
    workbench,
)
