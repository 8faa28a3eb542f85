"""All subject modules: importing this one fills the registry of kernels."""

from . import (  # noqa: F401
    closed,
    fitting,
    hedging,
    lanes,
    latency,
    laws,
    leastsquares,
    little,
    memory,
    metastable,
    omission,
    rng,
    story,
    student,
    tails,
    tracks,
    workbench,
)
