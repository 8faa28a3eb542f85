"""Kernels: what an import costs, what a bad one says, and life without numba."""

import os
import subprocess
import sys

import numpy as np
import pytest

from perfbook.kernel import Floats, Kernel, as_given, each, kernel, registry


def python(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_every_subject_loads_neither_numba_nor_scipy_nor_matplotlib():
    loaded = python("import sys, perfbook.subjects; print(*{m.partition('.')[0] for m in sys.modules})").split()
    assert not {"numba", "scipy", "matplotlib", "ipywidgets"} & set(loaded)


def test_an_absent_numba_leaves_the_same_numbers():
    code = "from perfbook import rng; s = rng.new_state(7); print([rng.next_u32(s) for _ in range(5)], rng.normal(s))"
    without = "import sys; sys.modules['numba'] = None; from perfbook import kernel; print(kernel.engine()); "
    engine, numbers = python(without + code).split("\n")
    assert engine == "python"
    assert numbers.replace("np.int64(", "").replace(")", "") == python(code)


def test_an_unknown_engine_is_named():
    code = "from perfbook import kernel\ntry: kernel.engine()\nexcept ValueError as e: print(e)"
    assert python(code, PERFBOOK_ENGINE="abacus") == 'PERFBOOK_ENGINE must be "numba" or "python", got \'abacus\''


def test_a_missing_annotation_is_named():
    def careless(x, y: float) -> None: ...

    with pytest.raises(ValueError, match="kernel careless: parameter x must be annotated float, int, Floats or Ints"):
        Kernel(careless)


def test_a_name_is_taken_once():
    namespace = {"__name__": "elsewhere", "Floats": Floats}
    exec("def uniform(out: Floats) -> None: ...", namespace)
    import perfbook.rng  # noqa: F401

    with pytest.raises(ValueError, match=r"kernel uniform: the name is taken by perfbook\.rng"):
        kernel(namespace["uniform"])


def test_an_argument_of_another_kind_is_refused_not_compiled_anew():
    import perfbook.rng  # noqa: F401

    with pytest.raises(TypeError):
        registry["uniform"].compiled(np.zeros(4, dtype=np.float32))


def test_the_cache_notices_a_change_in_a_kernel_that_is_called(tmp_path):
    package = tmp_path / "sums"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text(
        "from perfbook.kernel import kernel\n@kernel\ndef step(x: float) -> float:\n    return x + 1.0\n"
    )
    (package / "outer.py").write_text(
        "from perfbook.kernel import kernel\nfrom .inner import step\n@kernel\ndef twice(x: float) -> float:\n    return step(step(x))\n"
    )
    code = "from sums.outer import twice; print(twice(0.0))"
    path = os.pathsep.join([str(tmp_path), os.getcwd()])
    assert python(code, PYTHONPATH=path) == "2.0"
    inner = (package / "inner.py").read_text()
    stamp = (package / "outer.py").stat()
    (package / "inner.py").write_text(inner.replace("1.0", "5.0"))
    os.utime(package / "outer.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert python(code, PYTHONPATH=path) == "10.0"


def test_the_fingerprint_sees_a_constant_and_a_callee():
    from perfbook.kernel import Kernel

    def build(step, inner):
        space = {"STEP": step, "__name__": "elsewhere"}
        exec(f"def inner(x: float) -> float:\n    return {inner}", space)
        space["inner"] = Kernel(space["inner"])
        exec("def outer(x: float) -> float:\n    return inner(x) + STEP", space)
        return Kernel(space["outer"]).fingerprint()

    assert build(1.0, "x") == build(1.0, "x")
    assert len({build(1.0, "x"), build(2.0, "x"), build(1.0, "x * x")}) == 3


def test_a_kernel_that_calls_itself_is_named():
    space = {"__name__": "elsewhere"}
    exec("def recur(x: float) -> float:\n    return recur(x)", space)
    space["recur"] = Kernel(space["recur"])
    with pytest.raises(ValueError, match="kernel recur calls itself"):
        space["recur"].fingerprint()


def test_a_reader_can_write_a_kernel_in_a_notebook():
    code = """
from perfbook.kernel import kernel, Floats
from perfbook.rng import new_state, uniform, Ints
@kernel
def mine(state: Ints) -> float:
    return 2.0 * uniform(state)
print(mine(new_state(1)), 2.0 * uniform(new_state(1)))
"""
    one, other = python(code).split()
    assert one == other


def test_a_function_of_numbers_takes_grids_and_gives_numbers_for_numbers():
    def power(base, exponent):
        assert type(base) is float and type(exponent) is int
        return base**exponent

    grid = each(power, [[1.0], [2.0], [3.0]], [0, 1, 2, 3])
    assert grid.tolist() == [[1, 1, 1, 1], [1, 2, 4, 8], [1, 3, 9, 27]]
    assert type(each(power, np.float64(2), np.int64(3))) is float and each(power, np.float64(2), np.int64(3)) == 8
    assert each(power, np.empty((0, 2)), 2).shape == (0, 2)
    assert as_given(3) == 3 and type(as_given(np.array(3))) is float and as_given([1, 2]).dtype == np.float64
