"""The package's build step: compile the kernels to WebAssembly before the files are collected."""

import sys

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsHook(BuildHookInterface):
    def initialize(self, version, build_data):
        sys.path.insert(0, self.root)
        from perfbook.explore.build import build

        build()
