"""Kernels: one plain Python function, run by numba, by a web page, or as it stands.

A kernel works on numbers and one-dimensional arrays. It allocates nothing, raises nothing and
prints nothing: it fills the arrays that it is given. Its annotations are its signature:

    @kernel
    def usl_curve(alpha: float, beta: float, nodes: Floats, capacity: Floats) -> None: ...

Importing a module of kernels compiles nothing: numba is loaded at the first call, and what it
compiled is kept beside the source, under a fingerprint of every kernel that it calls.
"""

import functools
import hashlib
import importlib
import inspect
import os
import types
import typing

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ARRAYS = {Floats: np.dtype(np.float64), Ints: np.dtype(np.int64)}
CONSTANTS = (int, float, str, tuple)
NUMBERS = {float: np.dtype(np.float64), int: np.dtype(np.int64)}

registry: dict[str, "Kernel"] = {}


def engine() -> str:
    """Name what runs kernels here: "numba", or "python" where numba is absent or unwanted.

    The environment variable PERFBOOK_ENGINE=python asks for plain Python.
    Raises ValueError if it is neither of the two names.
    """
    wanted = os.environ.get("PERFBOOK_ENGINE", "numba")
    if wanted not in ("numba", "python"):
        raise ValueError(f'PERFBOOK_ENGINE must be "numba" or "python", got {wanted!r}')
    if wanted == "python":
        return "python"
    try:
        importlib.import_module("numba")
    except ImportError:
        return "python"
    return "numba"


class Kernel:
    """A kernel: callable, with its plain function and its signature.

    name : the function's name, unique among all kernels
    function : the plain Python function
    module : the last part of its module's name ("queues"), which names its WebAssembly file
    parameters : {name: float | int | Floats | Ints}, in order
    returns : float, int or None
    """

    def __init__(self, function):
        self.function = function
        self.name = function.__name__
        self.module = function.__module__.rpartition(".")[2]
        functools.update_wrapper(self, function)
        if function.__closure__:
            raise ValueError(f"kernel {self.name}: must not use names of an enclosing function")
        hints = typing.get_type_hints(function)
        returns = hints.pop("return", None)
        self.returns = None if returns is type(None) else returns
        self.parameters = {}
        for name in inspect.signature(function).parameters:
            kind = hints.get(name)
            if kind not in ARRAYS and kind not in NUMBERS:
                raise ValueError(
                    f"kernel {self.name}: parameter {name} must be annotated float, int, Floats or Ints, got {kind}"
                )
            self.parameters[name] = kind
        if self.returns not in (None, float, int):
            raise ValueError(f"kernel {self.name}: must return float, int or None, got {self.returns}")

    def __repr__(self):
        return f"<kernel {self.module}.{self.name}>"

    def __call__(self, *arguments):
        return self._run(*arguments)

    @functools.cached_property
    def _run(self):
        return self.compiled if engine() == "numba" else self.function

    @functools.cached_property
    def compiled(self):
        """The kernel as numba compiles it in a notebook; loaded from numba's cache where that is current."""
        return self.typed(lambda callee: callee.compiled, cache=True, nogil=True, no_cfunc_wrapper=True)

    def callees(self):
        """The kernels that this one calls, by the names it uses for them."""
        used = inspect.getclosurevars(self.function).globals
        return {name: value for name, value in used.items() if isinstance(value, Kernel)}

    def fingerprint(self) -> str:
        """A digest of the code of this kernel and of every kernel it calls, and of the constants that they use.

        Raises ValueError if a kernel calls itself.
        """
        digest = hashlib.sha256()
        for item in self.family():
            code = item.function.__code__
            named = {k: v for k, v in inspect.getclosurevars(item.function).globals.items() if isinstance(v, CONSTANTS)}
            # Kinds by their dtypes: NumPy's releases spell an array's annotation differently.
            kinds = [(n, k in ARRAYS, (ARRAYS | NUMBERS)[k].str) for n, k in item.parameters.items()]
            parts = (item.name, code.co_code, code.co_consts, code.co_names, sorted(named.items()), kinds)
            digest.update(repr(parts).encode())
        return digest.hexdigest()

    def family(self, above=()) -> list["Kernel"]:
        """This kernel and all that it calls, directly or not, each once, in the order of their names."""
        if self in above:
            raise ValueError(f"kernel {self.name} calls itself, which a kernel may not")
        found = {self.name: self}
        for callee in self.callees().values():
            found |= {item.name: item for item in callee.family((*above, self))}
        return [found[name] for name in sorted(found)]

    def signature(self):
        """The numba types of the parameters."""
        from numba import types as nb

        numbers = {
            float: nb.float64,
            int: nb.int64,
            Floats: nb.Array(nb.float64, 1, "C"),
            Ints: nb.Array(nb.int64, 1, "C"),
        }
        return tuple(numbers[kind] for kind in self.parameters.values())

    def typed(self, compiled_callee, **options):
        """This kernel compiled by numba with ``options``; ``compiled_callee`` gives it the kernels that it calls."""
        from numba import njit

        scope = dict(self.function.__globals__)
        for name, callee in self.callees().items():
            scope[name] = compiled_callee(callee)
        function = types.FunctionType(self.function.__code__, scope, self.name, self.function.__defaults__)
        function.__qualname__ = self.function.__qualname__
        if self.function.__module__ == "__main__":  # a reader's own, in a notebook: there is no file to keep it beside
            options.pop("cache", None)
        dispatcher = njit(error_model="numpy", **options)(function)
        if options.get("cache"):
            # numba looks at this source file's time only; a kernel also depends on what it calls.
            dispatcher._cache._cache_file._source_stamp = self.fingerprint()
        dispatcher.compile(self.signature())
        dispatcher.disable_compile()
        return dispatcher


def kernel(function) -> Kernel:
    """Make a kernel of a plain function and enter it in the registry.

    Raises ValueError if an annotation is missing or of another kind, or the name is taken.
    """
    made = Kernel(function)
    other = registry.get(made.name)
    if other is not None and other.function.__module__ != function.__module__:
        raise ValueError(f"kernel {made.name}: the name is taken by {other.function.__module__}")
    registry[made.name] = made
    return made


def floats(*values):
    """The values as one contiguous array of float64 each, broadcast to a common shape; and that shape.

    For the friendly functions: kernels take flat arrays, people pass numbers, lists and grids.
    """
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    return [np.ascontiguousarray(a).ravel() for a in arrays], arrays[0].shape


def as_given(value):
    """``value`` as an array of floats, or as a float where it has no dimensions: a number for numbers, a grid for a grid."""
    array = np.asarray(value, dtype=np.float64)
    return array if array.ndim else float(array)


def each(function, *arguments):
    """What a function of numbers, such as a kernel, gives over the arguments' common shape: a float, or an array."""
    if all(np.ndim(a) == 0 for a in arguments):
        return function(*(np.asarray(a).item() for a in arguments))
    arrays = np.broadcast_arrays(*arguments)
    values = [function(*(a.item() for a in row)) for row in zip(*(a.ravel() for a in arrays), strict=True)]
    return np.array(values, dtype=np.float64).reshape(arrays[0].shape)


def compile_all(progress=print) -> None:
    """Compile every kernel of the book, as Binder's image does, so that no reader waits at the first slider."""
    importlib.import_module("perfbook.subjects")
    for number, item in enumerate(registry.values(), 1):
        progress(f"[{number}/{len(registry)}] {item.module}.{item.name}")
        _ = item.compiled


if __name__ == "__main__":
    # `python -m perfbook.kernel` runs a second copy of this module under the name __main__.
    importlib.import_module("perfbook.kernel").compile_all()
