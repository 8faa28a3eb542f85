"""Every kernel gives the same on CPython, numba and WebAssembly, over random arguments.

A kernel that only adds, multiplies, divides and takes roots must agree to the last bit. One that calls the mathematics
library (log, exp, pow ...) must agree to 1e-12 relative: libraries round those differently. Seeds: 1 to RUNS.
"""

import importlib
import math
import pathlib
import pkgutil
import types

import numpy as np
import pytest

from perfbook import subjects  # noqa: F401
from perfbook.explore import build
from perfbook.kernel import Floats, Kernel, registry
from tests import engine_cases, wasm

RUNS = 5
TOLERANCE = 1e-12


def all_cases():
    found = {}
    for item in pkgutil.iter_modules(engine_cases.__path__):
        module = importlib.import_module(f"tests.engine_cases.{item.name}")
        assert not found.keys() & module.cases.keys()
        found |= module.cases
    return found


CASES = all_cases()


def needs_mathematics(kernel):
    """Whether the kernel, or one that it calls, uses a function that engines may round differently."""
    names = set(kernel.function.__code__.co_names)
    inexact = set(build.PAGE_MATH) - {"fmod"}
    code = pathlib.Path(kernel.function.__code__.co_filename).read_text().splitlines()
    first = kernel.function.__code__.co_firstlineno - 1
    last = max((n for _, _, n in kernel.function.__code__.co_lines() if n), default=first)
    powers = any("**" in line for line in code[first:last])
    return bool(names & inexact) or powers or any(needs_mathematics(k) for k in kernel.callees().values())


def copies(arguments):
    return [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]


def results(arguments, returned):
    arrays = [a for a in arguments if isinstance(a, np.ndarray)]
    return arrays + ([] if returned is None else [np.array([returned])])


def same(one, other, exact):
    for a, b in zip(one, other, strict=True):
        if exact:
            np.testing.assert_array_equal(a, b)
        else:
            np.testing.assert_allclose(a, b, rtol=TOLERANCE, atol=1e-300)


def test_every_kernel_of_the_book_has_cases():
    names = {k.name for group in build.subjects().values() for k in group}
    assert names == CASES.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_three_engines_agree(name):
    kernel = registry[name]
    exact = not needs_mathematics(kernel)
    for seed in range(1, RUNS + 1):
        arguments = CASES[name](np.random.default_rng(seed))
        numba, python, page = copies(arguments), copies(arguments), copies(arguments)
        from_numba = results(numba, kernel.compiled(*numba))
        with np.errstate(all="ignore"):
            same(from_numba, results(python, plain(kernel)(*python)), exact)
        same(from_numba, results(page, wasm.run(name, page)), exact)


def plain(kernel):
    """The kernel as plain Python all the way down, its callees included."""
    scope = dict(kernel.function.__globals__)
    for name, callee in kernel.callees().items():
        scope[name] = plain(callee)
    return types.FunctionType(kernel.function.__code__, scope, kernel.name, kernel.function.__defaults__)


def test_a_kernel_the_page_cannot_serve_fails_the_build_with_its_name_and_reason():
    def gamma_of(x: float, out: Floats) -> None:
        out[0] = math.gamma(x)

    with pytest.raises(ValueError, match=r"kernel gamma_of needs \w*gamma, which the page cannot serve"):
        build.compile_subject([Kernel(gamma_of)])


def test_a_kernel_that_allocates_fails_the_build_with_its_name():
    def hoards(n: int, out: Floats) -> None:
        kept = np.empty(n)
        out[0] = kept[0]

    with pytest.raises(ValueError, match="kernel hoards"):
        build.compile_subject([Kernel(hoards)])


def test_a_kernel_that_raises_fails_the_build_with_its_name():
    def refuses(x: float, out: Floats) -> None:
        if x < 0:
            raise ValueError("negative")
        out[0] = x

    with pytest.raises(ValueError, match="kernel refuses"):
        build.compile_subject([Kernel(refuses)])


def test_only_names_the_page_serves_are_imported():
    for subject in build.subjects():
        assert set(wasm.module(subject).imports) <= set(build.PAGE_MATH)


def test_the_128_bit_product_that_llvm_asks_for_is_right(tmp_path):
    import random

    import llvmlite.binding as llvm
    import wasmtime

    machine = build.wasm_machine()
    caller = """
    target triple = "wasm32-unknown-unknown"
    define i64 @high(i64 %a, i64 %b) {
      %x = zext i64 %a to i128
      %y = zext i64 %b to i128
      %p = mul i128 %x, %y
      %h = lshr i128 %p, 64
      %r = trunc i128 %h to i64
      ret i64 %r
    }
    """
    module = llvm.parse_assembly(caller)
    module.data_layout = str(machine.target_data)
    out = tmp_path / "high.wasm"
    build.link(machine.emit_object(module), ["high"], machine, out)
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    high = wasmtime.Instance(store, wasmtime.Module.from_file(engine, str(out)), []).exports(store)["high"]
    draw = random.Random(1)
    for _ in range(200):
        a, b = draw.getrandbits(64), draw.getrandbits(64)
        signed = [v - 2**64 if v >= 2**63 else v for v in (a, b)]
        assert high(store, *signed) % 2**64 == a * b >> 64
