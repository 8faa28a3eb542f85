"""CONTRIBUTING.md's own example, followed to the letter."""

import pathlib
import re
import sys
import types

import pytest

from perfbook.explore import explorable, page
from perfbook.explore.build import compile_subject
from perfbook.kernel import registry

TEXT = (pathlib.Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLE = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.S))


@pytest.fixture
def example():
    figures, kernels = dict(explorable.registry), dict(registry)
    module = sys.modules["contributed"] = types.ModuleType("contributed")
    exec(compile(EXAMPLE, "CONTRIBUTING.md", "exec"), module.__dict__)
    yield module
    del sys.modules["contributed"]
    for kept, now in ((figures, explorable.registry), (kernels, registry)):
        now.clear()
        now.update(kept)


def test_the_example_runs_and_is_right(example):
    wait = example.idle_curve.function
    assert wait and example.idle.kernel is example.idle_curve
    state = example.idle.run(service_rate=10)
    assert state["wait"][50] == pytest.approx(0.1) and state["wait"][100] == float("inf")


def test_the_example_draws_and_says(example):
    html = page.figure(example.idle)
    assert '<output name="half">Wait at half load: 20.0 ms</output>' in html


def test_the_examples_kernel_compiles_for_the_page(example):
    assert compile_subject([example.idle_curve]).startswith(b"\0asm")
