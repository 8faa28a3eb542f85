"""The package's build: its process of its own."""

import os
import subprocess

from perfbook.explore import build


def test_the_builds_own_process_finds_what_an_isolated_pip_put_on_the_path(monkeypatch, tmp_path):
    environments = []

    def run(command, env, **options):
        environments.append(env)
        return subprocess.CompletedProcess(command, 0, stderr="")

    monkeypatch.setattr(build.subprocess, "run", run)
    monkeypatch.setenv("PYTHONPATH", "isolated")
    assert build.build(tmp_path) == list(build.subjects())
    assert environments[0]["PYTHONPATH"].split(os.pathsep)[1:] == ["isolated"]
