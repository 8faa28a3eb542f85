"""What every test needs: kernels compiled to WebAssembly from the present source."""

from perfbook.explore import build


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, not once a pytest-xdist worker
        build.build()
