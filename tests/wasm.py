"""A subject's WebAssembly run by wasmtime: the third engine, without a browser."""

import functools
import math

import numpy as np
import wasmtime

from perfbook.explore.build import FOLDER, manifest
from perfbook.kernel import registry

# Python's own mathematics in place of JavaScript's, under the same names.
HOST = {name: getattr(math, name) for name in ("acos", "asin", "atan", "cbrt", "cos", "cosh", "exp", "expm1", "log",
        "log10", "log1p", "log2", "sin", "sinh", "tan", "tanh", "atan2", "fmod", "hypot", "pow")}  # fmt: skip


def like_c(function):
    """The function with C's answers where Python raises: infinity, minus infinity or not a number."""

    @functools.wraps(function)
    def answer(*arguments):
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if function.__name__.startswith("log") and arguments[0] in (0, -1) else math.nan
        except ZeroDivisionError:
            return math.inf

    return answer


class Module:
    """One subject's compiled kernels; ``call`` takes what the Python kernel takes, and fills its arrays."""

    def __init__(self, subject):
        engine = wasmtime.Engine()
        module = wasmtime.Module.from_file(engine, str(FOLDER / f"{subject}.wasm"))
        self.store = wasmtime.Store(engine)
        linker = wasmtime.Linker(engine)
        double = wasmtime.ValType.f64()
        self.imports = [i.name for i in module.imports]
        for imported in module.imports:
            count = len(imported.type.params)
            linker.define_func(
                "env", imported.name, wasmtime.FuncType([double] * count, [double]), like_c(HOST[imported.name])
            )
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        self.memory = self.exports["memory"]
        self.signatures = manifest()[subject]["kernels"]
        missing = self.exports["__heap_base"].value(self.store) + 64 - self.memory.data_len(self.store)
        if missing > 0:  # room for a kernel's result, where it takes no arrays
            self.memory.grow(self.store, missing // 65536 + 1)

    def call(self, name, arguments):
        letters, result = self.signatures[name].split(":")
        top = self.exports["__heap_base"].value(self.store)
        head, top = top, top + 64
        words, arrays = [head, head + 16], []
        for letter, value in zip(letters, arguments, strict=True):
            if letter in "FI":
                top = (top + 15) & ~15
                missing = top + value.nbytes - self.memory.data_len(self.store)
                if missing > 0:
                    self.memory.grow(self.store, missing // 65536 + 1)
                self.memory.write(self.store, value.tobytes(), top)
                arrays.append((value, top))
                words += [0, 0, value.size, 8, top, value.size, 8]
                top += value.nbytes
            else:
                words.append(float(value) if letter == "f" else int(value))
        assert self.exports[name](self.store, *words) == 0
        for value, place in arrays:
            value[:] = np.frombuffer(self.memory.read(self.store, place, place + value.nbytes), dtype=value.dtype)
        kind = {"f": np.float64, "i": np.int64, "v": None}[result]
        return None if kind is None else np.frombuffer(self.memory.read(self.store, head, head + 8), dtype=kind)[0]


@functools.cache
def module(subject) -> Module:
    return Module(subject)


def run(name, arguments):
    """Call the kernel ``name`` in WebAssembly."""
    return module(registry[name].module).call(name, arguments)
