"""The package's build: its process of its own, and what was built here being current where it is installed."""

import os
import subprocess

from perfbook.explore import build
from perfbook.kernel import Floats, Kernel, registry
from perfbook.tails import select


def test_the_builds_own_process_finds_what_an_isolated_pip_put_on_the_path(monkeypatch, tmp_path):
    environments = []

    def run(command, env, **options):
        environments.append(env)
        return subprocess.CompletedProcess(command, 0, stderr="")

    monkeypatch.setattr(build.subprocess, "run", run)
    monkeypatch.setenv("PYTHONPATH", "isolated")
    assert build.build(tmp_path) == list(build.subjects())
    assert environments[0]["PYTHONPATH"].split(os.pathsep)[1:] == ["isolated"]


def test_what_kernels_of_a_subject_share_is_in_its_webassembly_once():
    def median(values: Floats) -> float:
        middle = values.shape[0] // 2
        return select(values, 0, middle, middle) + select(values, middle, values.shape[0] - 1, middle)

    def quartile(values: Floats) -> float:
        place = values.shape[0] // 4
        return select(values, 0, 2 * place, place) - select(values, place, values.shape[0] - 1, place)

    one, other = Kernel(median), Kernel(quartile)
    alone = [len(build.compile_subject([item])) for item in (one, other)]
    assert len(build.compile_subject([one, other])) < 0.8 * sum(alone)


class Respelled:
    """An annotation as another release of NumPy writes it: equal, but with another text."""

    def __init__(self, kind):
        self.kind = kind

    def __hash__(self):
        return hash(self.kind)

    def __eq__(self, other):
        return self.kind == other

    def __repr__(self):
        return "NDArray[another spelling]"


def test_a_fingerprint_does_not_hang_on_how_numpy_spells_an_array(monkeypatch):
    # pip builds the package with the newest NumPy, and the reader's may be an older one.
    build.subjects()
    item = registry["usl_curve"]
    before = item.fingerprint()
    monkeypatch.setattr(item, "parameters", {name: Respelled(kind) for name, kind in item.parameters.items()})
    assert item.fingerprint() == before
